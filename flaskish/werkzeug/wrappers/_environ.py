"""A WSGI environment for any of Django's requests, and the few values a request takes from it.

Werkzeug: ``Request.environ``. Django: ``HttpRequest.META``, decoded, and for ASGI not complete.
"""

from __future__ import annotations

import sys
import typing as t

from django.conf import settings

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from django.http import HttpRequest


def build_environ(http_request: HttpRequest, mount_prefix: str = "") -> WSGIEnvironment:
    """Build the environment an application under a prefix sees.

    :param http_request: Django's request, WSGI or ASGI; it is not changed.
    :param mount_prefix: What Django's URLconf took from the path, without a trailing slash.
    :return: A copy of ``META`` that is complete and encoded as WSGI wants it.

    Werkzeug: ``Request.environ``. Django: ``HttpRequest.META``.
    """
    meta = http_request.META
    environ: WSGIEnvironment = dict(meta)
    if not hasattr(http_request, "environ"):
        _complete(environ, http_request)

    path = http_request.path_info
    # Django decodes both of these in ``META``.
    script_name = meta.get("SCRIPT_NAME", "").rstrip("/")
    if path.startswith(mount_prefix):
        script_name += mount_prefix
    environ["SCRIPT_NAME"] = encode_for_wsgi(script_name)
    environ["PATH_INFO"] = encode_for_wsgi(path.removeprefix(mount_prefix))

    # Middleware may have replaced the method, which Django has in upper case.
    method = http_request.method or "GET"
    if environ.get("REQUEST_METHOD", "").upper() != method:
        environ["REQUEST_METHOD"] = method
    # A setting may take the scheme from a proxy.
    environ["wsgi.url_scheme"] = http_request.scheme
    if settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in environ:
        environ["HTTP_HOST"] = environ["HTTP_X_FORWARDED_HOST"]
    # Read through Django's request, which knows how much was read already and where it ends.
    environ["wsgi.input"] = http_request
    environ["wsgi.input_terminated"] = True
    return environ


def _complete(environ: WSGIEnvironment, http_request: HttpRequest) -> None:
    """Add what an environment made from an ASGI scope, or from nothing, lacks."""
    environ["QUERY_STRING"] = encode_for_wsgi(environ.get("QUERY_STRING", ""))
    environ.setdefault("SERVER_NAME", "unknown")
    environ.setdefault("SERVER_PORT", "0")
    environ.setdefault("wsgi.version", (1, 0))
    environ.setdefault("wsgi.errors", sys.stderr)
    environ.setdefault("wsgi.multithread", True)
    environ.setdefault("wsgi.multiprocess", True)
    environ.setdefault("wsgi.run_once", False)

    scope: dict[str, t.Any] = getattr(http_request, "scope", {})
    environ.setdefault("SERVER_PROTOCOL", f"HTTP/{scope.get('http_version', '1.1')}")
    cookies = read_header(http_request, "HTTP_COOKIE")
    if cookies:
        environ["HTTP_COOKIE"] = cookies


def read_header(http_request: HttpRequest, key: str) -> str | None:
    """Return a header of Django's request by its key in ``META``."""
    value: str | None = http_request.META.get(key)
    if value is not None and key == "HTTP_COOKIE" and hasattr(http_request, "scope"):
        # HTTP/2 clients may split cookies over several headers, which Django joins with a comma.
        cookies = [value for name, value in http_request.scope["headers"] if name == b"cookie"]
        if len(cookies) > 1:
            return b"; ".join(cookies).decode("latin-1")
    return value


def encode_for_wsgi(text: str) -> str:
    """Return text the way WSGI passes it: each byte of its UTF-8 as one character."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def decode_from_wsgi(text: str) -> str:
    """Return the text that WSGI passed byte by byte; bytes that are no UTF-8 become U+FFFD."""
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")


def get_server(environ: WSGIEnvironment) -> tuple[str, int | None] | None:
    """Return host and port of the server, path and ``None`` for a Unix socket."""
    name = environ.get("SERVER_NAME")
    if name is None:
        return None
    try:
        return name, int(environ["SERVER_PORT"])
    except (KeyError, TypeError, ValueError):
        return name, None
