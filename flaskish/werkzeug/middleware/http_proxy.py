"""Hands requests below some paths on to other servers, for development.

Werkzeug: ``werkzeug.middleware.http_proxy``. Django: none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from ..datastructures import EnvironHeaders
from ..http import is_hop_by_hop_header
from ..wsgi import ClosingIterator, get_content_length, get_input_stream

_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Made anew for the connection to the target.
_OF_THE_CONNECTION = frozenset(("content-length", "host"))
#: What a path may hold as it is; a percent sign is there because it quotes already.
_SAFE_IN_PATHS = "!$&'()*+,/:;=@%"
_DEFAULTS = {"remove_prefix": False, "host": "<auto>", "headers": {}, "ssl_context": None}


class ProxyMiddleware:
    """Wraps an application; requests below some paths go to other servers.

    :param app: The application, which gets the other requests.
    :param targets: Options by path. ``target`` is the URL of the server. ``remove_prefix`` says
        whether the path is taken off. ``host`` is the ``Host`` header: ``"<auto>"`` for that of
        the target, ``None`` for that of the request. ``headers`` are sent besides.
        ``ssl_context`` is for targets with ``https``.
    :param chunk_size: How many bytes are handed on at a time.
    :param timeout: How long the target may take, in seconds.
    :raises ValueError: A target is no URL with ``http`` or ``https``.
    """

    def __init__(
        self,
        app: _Application,
        targets: Mapping[str, dict[str, Any]],
        chunk_size: int = 16384,
        timeout: int = 10,
    ) -> None:
        self.app = app
        self.targets = {
            f"/{prefix.strip('/')}/": {**_DEFAULTS, **options}
            for prefix, options in targets.items()
        }
        for prefix, options in self.targets.items():
            if urlsplit(options.get("target", "")).scheme not in {"http", "https"}:
                raise ValueError(
                    f"The options for {prefix!r} need a 'target', a URL with http or https, unlike"
                    f" {options.get('target')!r}."
                )
        self.chunk_size = chunk_size
        self.timeout = timeout

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        for prefix, options in self.targets.items():
            if path.startswith(prefix):
                return self.proxy_to(options, path, prefix)(environ, start_response)
        return self.app(environ, start_response)

    def proxy_to(self, opts: dict[str, Any], path: str, prefix: str) -> _Application:
        """Make an application that hands a request on.

        :param opts: The options of the target.
        :param path: The path of the request.
        :param prefix: The part of it that the target is for.
        """
        target = urlsplit(opts["target"])
        if opts["remove_prefix"]:
            path = f"{target.path.rstrip('/')}/{path.removeprefix(prefix).lstrip('/')}"

        def application(
            environ: dict[str, Any], start_response: Callable[..., Any]
        ) -> Iterable[bytes]:
            connection = self._connect(target, opts)
            try:
                self._send(connection, environ, _make_url(path, environ), opts)
                response = connection.getresponse()
            except (OSError, HTTPException):
                connection.close()
                from ..exceptions import BadGateway

                return BadGateway()(environ, start_response)
            headers = [
                (name.title(), value)
                for name, value in response.getheaders()
                if not is_hop_by_hop_header(name)
            ]
            start_response(f"{response.status} {response.reason}", headers)
            body = self._read(connection, response)
            return ClosingIterator(body, [response.close, connection.close])

        return application

    def _connect(self, target: SplitResult, opts: dict[str, Any]) -> HTTPConnection:
        host = _ascii_host(target)
        if target.scheme == "http":
            return HTTPConnection(host, target.port or 80, timeout=self.timeout)
        context = opts["ssl_context"]
        return HTTPSConnection(host, target.port or 443, timeout=self.timeout, context=context)

    def _send(
        self, connection: HTTPConnection, environ: dict[str, Any], url: str, opts: dict[str, Any]
    ) -> None:
        connection.putrequest(
            environ["REQUEST_METHOD"], url, skip_host=True, skip_accept_encoding=True
        )
        length = get_content_length(environ)
        # Only then does the body of a request without a length have an end.
        is_chunked = length is None and bool(environ.get("wsgi.input_terminated"))
        for name, value in _make_headers(environ, opts):
            connection.putheader(name, value)
        if length is not None:
            connection.putheader("Content-Length", str(length))
        elif is_chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        stream = get_input_stream(environ)
        for data in iter(lambda: stream.read(self.chunk_size), b""):
            connection.send(b"%x\r\n%b\r\n" % (len(data), data) if is_chunked else data)
        if is_chunked:
            connection.send(b"0\r\n\r\n")

    def _read(self, connection: HTTPConnection, response: HTTPResponse) -> Iterator[bytes]:
        while data := response.read(self.chunk_size):
            yield data
        # Whoever reads all need not close it.
        connection.close()


def _ascii_host(target: SplitResult) -> str:
    return (target.hostname or "").encode("idna").decode("ascii")


def _make_url(path: str, environ: dict[str, Any]) -> str:
    # The path of an environ has bytes in the place of characters.
    url = quote(path.encode("latin1"), safe=_SAFE_IN_PATHS)
    query = environ.get("QUERY_STRING")
    return f"{url}?{query}" if query else url


def _make_headers(environ: dict[str, Any], opts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in EnvironHeaders(environ).items():
        if not is_hop_by_hop_header(name) and name.lower() not in _OF_THE_CONNECTION:
            yield name, value
    yield "Connection", "close"
    host = opts["host"]
    if host == "<auto>":
        host = _ascii_host(urlsplit(opts["target"]))
    yield "Host", environ["HTTP_HOST"] if host is None else host
    yield from opts["headers"].items()
