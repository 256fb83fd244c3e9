"""Believe the proxies in front of the application, as many of them as are told.

Werkzeug: ``werkzeug.middleware.proxy_fix``. Django: ``SECURE_PROXY_SSL_HEADER``,
``USE_X_FORWARDED_HOST`` and ``USE_X_FORWARDED_PORT``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..http import parse_list_header

_ORIGINAL_KEYS = (
    "REMOTE_ADDR",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
)


class ProxyFix:
    """Set the WSGI environ to what ``X-Forwarded-…`` headers say.

    Clients can send these headers too. A number says how many proxies add to a header, so that what
    comes from farther away is not believed; 0 leaves the header aside. The values from before are
    in ``environ["werkzeug.proxy_fix.orig"]``.

    :param app: The WSGI application.
    :param x_for: Proxies that set ``X-Forwarded-For``, the client's address.
    :param x_proto: Proxies that set ``X-Forwarded-Proto``, the scheme.
    :param x_host: Proxies that set ``X-Forwarded-Host``.
    :param x_port: Proxies that set ``X-Forwarded-Port``.
    :param x_prefix: Proxies that set ``X-Forwarded-Prefix``, the path the application is under.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        x_for: int = 1,
        x_proto: int = 1,
        x_host: int = 0,
        x_port: int = 0,
        x_prefix: int = 0,
    ) -> None:
        self.app = app
        self.x_for = x_for
        self.x_proto = x_proto
        self.x_host = x_host
        self.x_port = x_port
        self.x_prefix = x_prefix

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ["werkzeug.proxy_fix.orig"] = {key: environ.get(key) for key in _ORIGINAL_KEYS}
        if address := _forwarded(environ, "FOR", self.x_for):
            environ["REMOTE_ADDR"] = address
        if scheme := _forwarded(environ, "PROTO", self.x_proto):
            environ["wsgi.url_scheme"] = scheme
        if host := _forwarded(environ, "HOST", self.x_host):
            _set_host(environ, host)
        if port := _forwarded(environ, "PORT", self.x_port):
            _set_port(environ, port)
        if prefix := _forwarded(environ, "PREFIX", self.x_prefix):
            environ["SCRIPT_NAME"] = prefix
        return self.app(environ, start_response)


def _forwarded(environ: dict[str, Any], name: str, trusted: int) -> str | None:
    """Return what the farthest proxy that is trusted added to a header."""
    if not trusted:
        return None
    header = environ.get(f"HTTP_X_FORWARDED_{name}")
    values = parse_list_header(header) if header else ()
    return values[-trusted] if len(values) >= trusted else None


def _split_port(host: str) -> tuple[str, str | None]:
    # The colons of an IPv6 address are within its brackets.
    if ":" not in host or host.endswith("]"):
        return host, None
    name, _, port = host.rpartition(":")
    return name, port


def _set_host(environ: dict[str, Any], host: str) -> None:
    environ["HTTP_HOST"] = host
    environ["SERVER_NAME"], port = _split_port(host)
    if port is not None:
        environ["SERVER_PORT"] = port


def _set_port(environ: dict[str, Any], port: str) -> None:
    environ["SERVER_PORT"] = port
    host = environ.get("HTTP_HOST")
    if host:
        environ["HTTP_HOST"] = f"{_split_port(host)[0]}:{port}"
