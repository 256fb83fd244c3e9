"""A WSGI environment for a request that came by ASGI.

Werkzeug: ``Request.environ``. Django: ``ASGIRequest.META``, which is decoded and not complete.
"""

from __future__ import annotations

import sys
import typing as t
from functools import lru_cache

from ._environ import encode_for_wsgi

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    Scope = t.MutableMapping[str, t.Any]

#: The key of a scope under which a test client passes on values of its environment.
ENVIRON_KEY = "flaskish.environ"


def split_path(scope: Scope) -> tuple[str, str]:
    """Return the prefix the application is mounted under, and the path below it.

    :param scope: An HTTP scope.
    """
    root_path = (scope.get("root_path") or "").rstrip("/")
    path: str = scope["path"]
    # Servers differ in whether the path begins with the prefix, which the specification wants.
    if root_path and (path == root_path or path.startswith(f"{root_path}/")):
        path = path[len(root_path) :]
    return root_path, path


def environ_from_scope(scope: Scope, body: t.IO[bytes]) -> WSGIEnvironment:
    """Build the environment of a request.

    :param scope: An HTTP scope.
    :param body: The body, which ends by itself.

    Werkzeug: ``Request.environ``. Django: ``ASGIRequest.META``.
    """
    root_path, path = split_path(scope)
    query_string = scope.get("query_string", b"").decode("latin-1")
    host, port = scope.get("server") or ("unknown", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"].upper(),
        "SCRIPT_NAME": encode_for_wsgi(root_path),
        "PATH_INFO": encode_for_wsgi(path),
        "QUERY_STRING": query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], scope["client"][1]
    if scope.get("raw_path"):
        raw_uri = scope["raw_path"].decode("latin-1")
        environ["REQUEST_URI"] = f"{raw_uri}?{query_string}" if query_string else raw_uri
    _add_headers(environ, scope.get("headers", ()))
    environ.update(scope.get(ENVIRON_KEY, ()))
    return environ


def headers_by_name(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers of a scope; several of one name are joined as cookies are.

    :param scope: An HTTP scope.
    """
    pairs = [*scope.get("headers", ())]
    by_name: dict[bytes, bytes] = dict(pairs)
    if len(by_name) < len(pairs):
        values: dict[bytes, list[bytes]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        by_name = {name: b"; ".join(several) for name, several in values.items()}
    return by_name


@lru_cache(maxsize=64)
def scope_header_name(key: str) -> bytes:
    """Return the name that a header of an environment has in a scope."""
    return key.removeprefix("HTTP_").replace("_", "-").lower().encode()


def _add_headers(environ: WSGIEnvironment, headers: t.Iterable[tuple[bytes, bytes]]) -> None:
    repeated: dict[str, list[str]] = {}
    for raw_name, raw_value in headers:
        # With an underscore it could pass for the same name with a hyphen, which a proxy checks.
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            repeated.setdefault(name, [environ[name]]).append(value)
        else:
            environ[name] = value
    # At the end, because each joining copies all that is there.
    for name, values in repeated.items():
        # HTTP/2 clients may split cookies over several headers.
        environ[name] = ("; " if name == "HTTP_COOKIE" else ",").join(values)
