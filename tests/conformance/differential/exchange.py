"""A request as a server would hand it on, and the cookies between several of them.

Flask: the WSGI environ. Django: the same, ``WSGIRequest(environ)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_to_bytes

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "a-boundary"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A request line with headers and body, and what a server adds."""

    method: str
    #: Path and query string as they are sent: percent-encoded.
    target: str
    headers: Headers = ()
    body: bytes = b""
    host: str = "localhost"
    scheme: str = "http"
    #: Where the application is mounted, decoded.
    script_name: str = ""
    #: Values that the environ has besides, or in place of its own.
    environ: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.target}"

    def to_environ(self, cookies: str = "") -> dict[str, str]:
        """Make the part of the environ that can be written as JSON.

        :param cookies: What the ``Cookie`` header says, besides a given one.
        """
        path, _, query = self.target.partition("?")
        environ = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": self.script_name,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.target,
            "RAW_URI": self.target,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": self.host,
            "wsgi.url_scheme": self.scheme,
        }
        if self.body:
            environ["CONTENT_LENGTH"] = str(len(self.body))
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
                key = f"HTTP_{key}"
                value = f"{environ[key]}, {value}" if key in environ else value
            environ[key] = value
        if cookies:
            given = environ.get("HTTP_COOKIE")
            environ["HTTP_COOKIE"] = f"{given}; {cookies}" if given else cookies
        return environ | dict(self.environ)

    def with_header(self, name: str, value: str) -> Request:
        """Return the same request with one header more."""
        return replace(self, headers=(*self.headers, (name, value)))


#: Requests by one client, whose cookies go from each to the next.
Steps = tuple[Request, ...]


@dataclass
class Cases:
    """What is asked of one application."""

    #: Written by hand: each a request, or several by one client.
    requests: list[Request | Steps]
    #: Where generated requests go to, ``{}`` stands for any text, ``{#}`` for any number.
    targets: list[str] = field(default_factory=list)
    #: Headers that generated requests need, of which one set is chosen.
    headers: list[Headers] = field(default_factory=lambda: [()])
    #: Hosts that generated requests go to.
    hosts: list[str] = field(default_factory=lambda: ["localhost"])


def words(text: str) -> list[str]:
    """Split a list that reads better without quotes and commas."""
    return text.split()


def get(target: str, *headers: tuple[str, str], **options: Any) -> Request:
    """Make a GET request."""
    return Request("GET", target, headers, **options)


def post(
    target: str,
    body: bytes | str = b"",
    content_type: str = FORM,
    *headers: tuple[str, str],
    method: str = "POST",
    **options: Any,
) -> Request:
    """Make a request with a body."""
    if isinstance(body, str):
        body = body.encode()
    if content_type:
        headers = (("Content-Type", content_type), *headers)
    return Request(method, target, headers, body, **options)


def post_parts(target: str, parts: Iterable[str | bytes], **options: Any) -> Request:
    """Make a multipart request.

    :param parts: Each with its headers: ``name="a"\\r\\n\\r\\nvalue`` follows ``form-data; ``.
    """
    body = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n"
        % (BOUNDARY.encode(), part.encode() if isinstance(part, str) else part)
        for part in parts
    )
    body += f"--{BOUNDARY}--\r\n".encode()
    return post(target, body, f"multipart/form-data; boundary={BOUNDARY}", **options)


class CookieJar:
    """The cookies of one client, by name only."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    @property
    def header(self) -> str:
        """What the ``Cookie`` header says."""
        return "; ".join(f"{name}={value}" for name, value in self._values.items())

    def update(self, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what a response set."""
        for name, content in headers:
            if name.lower() != "set-cookie":
                continue
            pair, _, parameters = content.partition(";")
            key, _, value = pair.partition("=")
            if "max-age=0" in parameters.lower() or "1970" in parameters:
                self._values.pop(key.strip(), None)
            else:
                self._values[key.strip()] = value.strip()
