"""One connection of the development server: its requests, and the answers to them.

Werkzeug: ``werkzeug.serving``. Django: ``django.core.servers.basehttp``, which ``runserver`` uses.
"""

from __future__ import annotations

import io
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote
from wsgiref.simple_server import ServerHandler as LoggingHandler
from wsgiref.util import is_hop_by_hop

from django.core.servers.basehttp import ServerHandler
from django.core.servers.basehttp import WSGIRequestHandler as DjangoRequestHandler

from ._certificates import is_ssl_error
from ._framing import DechunkedInput, HeaderLines, SizedInput, are_chunked, has_one_end
from ._server_log import VISIBLE_CONTROLS, _ansi_style, _log, _style_of_status, as_one_entry

if TYPE_CHECKING:
    from io import BytesIO

    from .serving import BaseWSGIServer

#: What a connection raises whose client went away.
connection_dropped_errors = (ConnectionError, TimeoutError)
#: How much of a body that the application did not read is read for it, in bytes and seconds. A
#: client that gets its answer before it has sent all may not see it if the connection is closed.
_MAX_REST = 64 * 1024 * 1024
_MAX_SECONDS_FOR_REST = 5.0
_PIECE = 64 * 1024


class _Exchange(ServerHandler):
    """One request and its response on a connection.

    Differs from Django's: an error that the application lets out ends in a page only if nothing
    has been sent yet, and in a traceback either way; a body of unknown length is sent in chunks.

    :param connection: The connection.
    :param environ: The WSGI environ of the request.
    """

    environ: dict[str, Any]
    headers: Any
    headers_sent: bool
    status: str
    stdin: Any
    # The variables of the process are none of the request's.
    os_environ: dict[str, Any] = {}

    def __init__(self, connection: WSGIRequestHandler, environ: dict[str, Any]) -> None:
        server = connection.server
        super().__init__(
            connection.rfile,
            connection.wfile,
            connection.get_stderr(),
            environ,
            multithread=server.multithread,
            multiprocess=server.multiprocess,
        )
        # Django's handler knows the connection by this name.
        self.request_handler = self.connection = connection
        self.server_software = connection.version_string()
        self._is_chunked = False
        # How much of the answer's body is still to come, if the application says how much there is.
        self._left: int | None = None
        self.stdin = io.BufferedReader(_open_body(connection.rfile, environ))

    def get_stdin(self) -> Any:
        return self.stdin

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Any:
        # Event streams often set Connection, which Python's server takes for an error. How long it
        # lasts is for us to say, but for an application that wants to see its end.
        kept = [(name, value) for name, value in headers if not is_hop_by_hop(name)]
        write = super().start_response(status, kept, exc_info)
        if ("connection", "close") in {(name.lower(), value.lower()) for name, value in headers}:
            self.headers["Connection"] = "close"
        return write

    def cleanup_headers(self) -> None:
        super().cleanup_headers()
        length = "0" if self._has_no_body() else self.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit():
            self._left = int(length)
        self._is_chunked = self._may_be_chunked()
        if self._is_chunked:
            self.headers["Transfer-Encoding"] = "chunked"

    def _may_be_chunked(self) -> bool:
        """Tell whether chunks can show where a body of unknown length ends."""
        return (
            "Content-Length" not in self.headers
            and not self._has_no_body()
            and self.connection.protocol_version >= "HTTP/1.1"
            and self.environ["SERVER_PROTOCOL"] >= "HTTP/1.1"
        )

    def _has_no_body(self) -> bool:
        code = int(self.status[:3])
        return self.environ["REQUEST_METHOD"] == "HEAD" or code < 200 or code in {204, 304}

    def write(self, data: bytes) -> None:
        if self.status and not self.headers_sent:
            self.bytes_sent = len(data)
            self.send_headers()
            self.bytes_sent = 0
        if self._left is not None:
            # A client takes what is too much for the next answer.
            data = data[: self._left]
            self._left -= len(data)
        # An empty chunk would end the body.
        if self._is_chunked and data:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        super().write(data)

    def finish_content(self) -> None:
        super().finish_content()
        if self._is_chunked:
            self._write(b"0\r\n\r\n")

    def error_output(self, environ: dict[str, Any], start_response: Any) -> Any:
        # Loaded by the first error; this module is loaded by every command line.
        from .exceptions import InternalServerError

        # What the application had set must not go out with this page.
        self.headers = None
        return InternalServerError()(environ, start_response)

    def handle_error(self) -> None:
        # A client that waits for the rest of a body has to see that it ends here.
        self.connection.close_connection = True
        super().handle_error()

    def close(self) -> None:
        if self._left:
            # A client that waits for the rest of the answer has to see that it ends here.
            self.connection.close_connection = True
        elif not self._has_read_rest():
            # What the application did not read would be taken for the next request.
            self.connection.close_connection = True
        if self.status:
            super(ServerHandler, self).close()
        else:
            # An error is passed through, and there is no response that could be logged.
            super(LoggingHandler, self).close()

    def _has_read_rest(self) -> bool:
        """Read what the application left of the body, and tell whether it came to its end soon."""
        connection: Any = self.connection.connection
        left = _MAX_REST
        deadline = monotonic() + _MAX_SECONDS_FOR_REST
        try:
            while (wait := deadline - monotonic()) > 0 < left:
                connection.settimeout(wait)
                data = self.stdin.read1(_PIECE)
                if not data:
                    return True
                left -= len(data)
        except (OSError, ValueError):
            # It is broken, or took too long.
            return False
        finally:
            connection.settimeout(self.connection.timeout)
        return False

    def log_exception(self, exc_info: Any) -> None:
        if self.connection.server.passthrough_errors:
            raise exc_info[1]
        import traceback

        text = "".join(traceback.format_exception(*exc_info))
        self.connection.log("error", "%s", as_one_entry(f"Error on request:\n{text}"))


def _open_body(rfile: Any, environ: dict[str, Any]) -> io.RawIOBase:
    if environ.get("wsgi.input_terminated"):
        # It comes in chunks, and has no length to limit it by.
        return DechunkedInput(rfile)
    return SizedInput(rfile, int(environ.get("CONTENT_LENGTH") or 0))


def _split_target(target: str) -> tuple[str, str, str]:
    """Split what the first line of a request asks for into host, path and query.

    A request to a proxy has a scheme and a host; others have neither.
    """
    rest, _, query = target.partition("#")[0].partition("?")
    if rest.startswith("/") or "://" not in rest:
        return "", rest, query
    host, slash, path = rest.partition("://")[2].partition("/")
    return host, f"{slash}{path}", query


class WSGIRequestHandler(DjangoRequestHandler):
    """The requests of one connection."""

    server: BaseWSGIServer
    # A server with threads or processes makes it 1.1.
    protocol_version = "HTTP/1.0"

    @property
    def server_version(self) -> str:  # type: ignore[override]
        from .._versions import OFFERED_VERSIONS

        return f"Werkzeug/{OFFERED_VERSIONS['werkzeug']}"

    def make_environ(self) -> dict[str, Any]:
        """Make the WSGI environ of a request."""
        return self.get_environ()

    def setup(self) -> None:
        super().setup()
        # A client at a Unix socket has no address.
        if not isinstance(self.client_address, tuple):
            self.client_address = (self.client_address or "<local>", 0)

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        host, path, query = _split_target(self.path)
        environ.update(self._header_variables())
        environ.update(
            {
                "PATH_INFO": unquote(path, "latin1"),
                "QUERY_STRING": query,
                # As it was sent: neither is standard, both are in use.
                "REQUEST_URI": self.path,
                "RAW_URI": self.path,
                "REMOTE_ADDR": self.address_string(),
                "REMOTE_PORT": self.port_integer(),
                "SERVER_NAME": self.server.server_address[0],
                "SERVER_PORT": str(self.server.port),
                "werkzeug.socket": self.connection,
            }
        )
        if host:
            environ["HTTP_HOST"] = host
        if are_chunked(self.headers.get_all("Transfer-Encoding", [])):
            environ["wsgi.input_terminated"] = True
        environ.setdefault("CONTENT_LENGTH", "")
        for name in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            if not environ[name] or name.replace("_", "-").title() not in self.headers:
                environ.pop(name)
        return environ

    def _header_variables(self) -> dict[str, str]:
        """Join the lines of each header; one folded over several lines becomes one."""
        variables: dict[str, str] = {}
        for name, value in self.headers.items():
            variable = f"HTTP_{name.upper().replace('-', '_')}"
            if variable in {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}:
                continue
            value = value.replace("\r\n", "")
            before = variables.get(variable)
            variables[variable] = value if before is None else f"{before},{value}"
        return variables

    def run_wsgi(self) -> None:
        """Answer the request whose first line and headers have been read."""
        environ = self.make_environ()
        if self.server.ssl_context is None:
            environ["wsgi.url_scheme"] = "http"
        else:
            environ.update({"wsgi.url_scheme": "https", "HTTPS": "on"})
        _Exchange(self, environ).run(self.server.app)

    def handle(self) -> None:
        try:
            super().handle()
        except connection_dropped_errors as error:
            self.connection_dropped(error)
        except OSError as error:
            # The client does not speak TLS as we do; it is not worth a traceback.
            if self.server.ssl_context is None or not is_ssl_error(error):
                raise
            self.log_error("SSL error occurred: %s", error)

    def connection_dropped(
        self, error: BaseException, environ: dict[str, Any] | None = None
    ) -> None:
        """Answer a client that went away; for subclasses to replace.

        :param error: What the connection raised.
        :param environ: The environ of the request, if there was one.
        """

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            # The rest of the line is no request.
            self.close_connection = True
            self.send_error(414)
            return
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        try:
            self.run_wsgi()
        except connection_dropped_errors as error:
            self.close_connection = True
            self.connection_dropped(error)

    def parse_request(self) -> bool:
        connection = self.rfile
        lines = HeaderLines(connection)
        self.rfile = cast("BytesIO", lines)
        try:
            if not super().parse_request():
                return False
        finally:
            self.rfile = connection
        if lines.are_sound and has_one_end(self.headers, self.request_version):
            if "Transfer-Encoding" in self.headers and "Content-Length" in self.headers:
                self.close_connection = True
            return True
        # Where the next request begins is anybody's guess.
        self.close_connection = True
        self.send_error(400)
        return False

    def address_string(self) -> str:
        return str(self.client_address[0])

    def port_integer(self) -> int:
        """Return the client's port."""
        return int(self.client_address[1])

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # A control character in the path could forge a line.
        line = getattr(self, "requestline", "").translate(VISIBLE_CONTROLS)
        status = str(getattr(code, "value", code))
        shown = _ansi_style(line, *_style_of_status(status))
        self.log("info", '"%s" %s %s', shown, status, size)

    def log_message(self, format: str, *args: Any) -> None:
        # Django's handler reports a response as: line, status, size.
        if format == '"%s" %s %s' and len(args) == 3:
            self.log_request(args[1], args[2])
        else:
            self.log("info", format, *args)

    def log_error(self, format: str, *args: Any) -> None:
        self.log("error", format, *args)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log with the client's address and the time in front."""
        start = f"{self.address_string()} - - [{self.log_date_time_string()}] "
        _log(type, start.replace("%", "%%") + message, *args)
