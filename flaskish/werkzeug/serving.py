"""The development server, on Django's.

Werkzeug: ``werkzeug.serving``. Django: ``django.core.servers.basehttp``, which ``runserver`` uses.
"""

from __future__ import annotations

import io
import logging
import os
import socket
import socketserver
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.core.servers.basehttp import ServerHandler
from django.core.servers.basehttp import WSGIRequestHandler as DjangoRequestHandler
from django.core.servers.basehttp import WSGIServer as DjangoServer

from ..bridge.settings import configure_django

if TYPE_CHECKING:
    import ssl

_logger: logging.Logger | None = None
can_fork = hasattr(os, "fork")
#: How many connections may wait to be accepted.
LISTEN_QUEUE = 128
af_unix = getattr(socket, "AF_UNIX", None)
#: What a connection raises whose client went away.
connection_dropped_errors = (ConnectionError, TimeoutError)
#: Set in the process that the reloader starts anew on each change.
_RELOADER_VARIABLES = ("WERKZEUG_RUN_MAIN", "RUN_MAIN")


def is_running_from_reloader() -> bool:
    """Tell whether this is the process that the reloader watches over."""
    return any(os.environ.get(name) == "true" for name in _RELOADER_VARIABLES)


# Logging


def _log(type: str, message: str, *args: Any) -> None:
    """Log to the logger ``werkzeug``, which gets a handler if nobody configured logging."""
    global _logger
    if _logger is None:
        _logger = logging.getLogger("werkzeug")
        if _logger.level == logging.NOTSET:
            _logger.setLevel(logging.INFO)
        if not _has_level_handler(_logger):
            _logger.addHandler(logging.StreamHandler())
    getattr(_logger, type)(message.rstrip(), *args)


def _has_level_handler(logger: logging.Logger) -> bool:
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current is not None:
        if any(handler.level <= level for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False


_STYLES = {"bold": 1, "red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36}


def _ansi_style(value: str, *styles: str) -> str:
    """Colour a text, if it is read by a person."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return value
    codes = "".join(f"\x1b[{_STYLES[style]}m" for style in styles)
    return f"{codes}{value}\x1b[0m"


def _style_of_status(code: str) -> tuple[str, ...]:
    by_class = {"1": ("bold",), "3": ("green",), "4": ("bold", "red"), "5": ("bold", "magenta")}
    if code == "304":
        return ("cyan",)
    if code == "404":
        return ("yellow",)
    return by_class.get(code[:1], ())


# Requests


class DechunkedInput(io.RawIOBase):
    """A body sent in chunks, without the lines between them.

    :param rfile: The connection.
    """

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile
        self._left = 0
        self._is_done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._left and not self._is_done:
            self._start_chunk()
        if self._is_done:
            return 0
        data = self._rfile.read(min(len(buffer), self._left))
        if not data:
            raise OSError("The connection ended in the middle of a chunk.")
        buffer[: len(data)] = data
        self._left -= len(data)
        if not self._left:
            self._end_line()
        return len(data)

    def read_chunk_len(self) -> int:
        """Read the line in front of a chunk.

        :return: The length of the chunk in bytes; 0 at the end of the body.
        :raises OSError: The line makes no sense.
        """
        line = self._rfile.readline(1024).decode("latin1")
        try:
            # Behind a semicolon there may be extensions, which mean nothing here.
            length = int(line.partition(";")[0].strip(), 16)
        except ValueError:
            raise OSError("Invalid chunk header") from None
        if length < 0:
            raise OSError("Negative chunk length not allowed")
        return length

    def _start_chunk(self) -> None:
        self._left = self.read_chunk_len()
        if self._left == 0:
            self._is_done = True
            # Trailers, then an empty line.
            while self._rfile.readline(1024).strip():
                pass

    def _end_line(self) -> None:
        if self._rfile.readline(1024) not in (b"\n", b"\r\n", b"\r"):
            raise OSError("Missing chunk terminating newline")


class _Exchange(ServerHandler):
    """One request and its response on a connection.

    Differs from Django's: an error that the application lets out ends in a page only if nothing
    has been sent yet, and in a traceback either way.
    """

    def __init__(self, stdin: Any, environ: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(stdin, environ=environ, **kwargs)
        if environ.get("wsgi.input_terminated"):
            # A chunked body has no length to limit it by.
            self.stdin = io.BufferedReader(DechunkedInput(stdin))

    def get_stdin(self) -> Any:
        return self.stdin

    def close(self) -> None:
        try:
            # What the application did not read would be taken for the next request.
            while self.stdin.read(64 * 1024):
                pass
        except (OSError, ValueError):
            self.request_handler.close_connection = True  # type: ignore[attr-defined]
        super(ServerHandler, self).close()

    def log_exception(self, exc_info: Any) -> None:
        if self.request_handler.server.passthrough_errors:  # type: ignore[attr-defined]
            raise exc_info[1]
        import traceback

        text = "".join(traceback.format_exception(*exc_info))
        self.request_handler.log("error", "Error on request:\n%s", text)  # type: ignore[attr-defined]


class WSGIRequestHandler(DjangoRequestHandler):
    """The requests of one connection."""

    server: BaseWSGIServer

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
        path, _, query = self.path.partition("?")
        if "://" in path.partition("?")[0] and not path.startswith("/"):
            # A proxy's form of the request line, with scheme and host.
            host_and_path = path.partition("://")[2]
            host, slash, path = host_and_path.partition("/")
            path = f"{slash}{path}"
            environ["HTTP_HOST"] = host
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
        if self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
            environ["wsgi.input_terminated"] = True
        environ.setdefault("CONTENT_LENGTH", "")
        for name in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            if not environ[name] or name.replace("_", "-").title() not in self.headers:
                environ.pop(name)
        return environ

    def run_wsgi(self) -> None:
        """Answer the request whose first line and headers have been read."""
        environ = self.make_environ()
        environ["wsgi.url_scheme"] = "https" if self.server.ssl_context else "http"
        exchange = _Exchange(
            self.rfile,
            environ,
            stdout=self.wfile,
            stderr=self.get_stderr(),
            multithread=self.server.multithread,
            multiprocess=self.server.multiprocess,
        )
        exchange.request_handler = self  # type: ignore[attr-defined]
        exchange.server_software = self.version_string()
        if environ["wsgi.url_scheme"] == "https":
            exchange.base_env = {**exchange.base_env, "HTTPS": "on"}
        exchange.run(self.server.app)

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

    def address_string(self) -> str:
        return str(self.client_address[0])

    def port_integer(self) -> int:
        """Return the client's port."""
        return int(self.client_address[1])

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # A control character in the path could forge a line.
        line = getattr(self, "requestline", "").translate(_VISIBLE_CONTROLS)
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


_VISIBLE_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


# Servers


class BaseWSGIServer(DjangoServer):
    """A server that answers one request at a time.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port; 0 for any that is free.
    :param app: The WSGI application.
    :param handler: The class that answers a connection.
    :param passthrough_errors: Whether errors of the application end the server.
    :param ssl_context: What :func:`make_server` takes.
    :param fd: A socket that is open already.
    """

    multithread = False
    multiprocess = False
    request_queue_size = LISTEN_QUEUE
    allow_reuse_address = True

    def __init__(
        self,
        host: str,
        port: int,
        app: Any,
        handler: type[WSGIRequestHandler] | None = None,
        passthrough_errors: bool = False,
        ssl_context: Any = None,
        fd: int | None = None,
    ) -> None:
        self.address_family = select_address_family(host, port)
        address: Any = get_sockaddr(host, port, self.address_family)
        if self.address_family == af_unix:
            _remove_stale_socket(address)
        self.host = host
        self.app = app
        self.passthrough_errors = passthrough_errors
        self.ssl_context: ssl.SSLContext | None = None
        handler = handler or WSGIRequestHandler
        # Without keep-alive a server that has no threads would wait for a silent client.
        if self.multithread or self.multiprocess:
            handler = type("Handler", (handler,), {"protocol_version": "HTTP/1.1"})
        try:
            super().__init__(address, handler, bind_and_activate=False)
            if fd is None:
                self.server_bind()
                self.server_activate()
            else:
                self.socket.close()
                self.socket = socket.socket(fileno=os.dup(fd))
                self.server_address = self.socket.getsockname()
                self._learn_address()
        except OSError as error:
            self.socket.close()
            _explain_bind_error(error, port)
            raise SystemExit(1) from None
        self.port = port
        if isinstance(self.server_address, tuple):
            self.port = self.server_address[1]
        if ssl_context is not None:
            self.ssl_context = load_context(ssl_context)
            self.socket = self.ssl_context.wrap_socket(self.socket, server_side=True)

    def server_bind(self) -> None:
        # Without looking up the host's full name, which may take seconds.
        socketserver.TCPServer.server_bind(self)
        self._learn_address()

    def _learn_address(self) -> None:
        is_pair = isinstance(self.server_address, tuple)
        host, port = self.server_address[:2] if is_pair else ("", 0)
        self.server_name = str(host)
        self.server_port = int(port)
        self.setup_environ()

    def get_app(self) -> Any:
        return self.app

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serve until interrupted."""
        try:
            super().serve_forever(poll_interval=poll_interval)
        except KeyboardInterrupt:
            pass
        finally:
            self.server_close()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log a message of the server."""
        _log(type, message, *args)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if self.passthrough_errors:
            raise
        super().handle_error(request, client_address)

    def log_startup(self) -> None:
        """Tell where the server listens."""
        warning = (
            "WARNING: This is a development server. Do not use it in a production deployment. Use"
            " a production WSGI server instead."
        )
        lines = [_ansi_style(warning, "bold", "red")]
        if self.address_family == af_unix:
            lines.append(f" * Running on {self.host}")
        else:
            scheme = "http" if self.ssl_context is None else "https"
            hosts = [self.host]
            if self.host in {"0.0.0.0", "::"}:
                lines.append(f" * Running on all addresses ({self.host})")
                loopback = "127.0.0.1" if self.host == "0.0.0.0" else "::1"
                hosts = [loopback, get_interface_ip(self.address_family)]
            for host in hosts:
                shown = f"[{host}]" if ":" in host else host
                lines.append(f" * Running on {scheme}://{shown}:{self.port}")
        _log("info", "\n".join(lines))


class ThreadedWSGIServer(socketserver.ThreadingMixIn, BaseWSGIServer):
    """A server with a thread for each connection."""

    multithread = True
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            _close_connections()


def _close_connections() -> None:
    """Close the database connections of a thread that ends, if there can be any."""
    if "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()


if can_fork:

    class ForkingWSGIServer(socketserver.ForkingMixIn, BaseWSGIServer):
        """A server with a process for each connection.

        :param processes: The most processes at a time.
        """

        multiprocess = True

        def __init__(
            self,
            host: str,
            port: int,
            app: Any,
            processes: int = 40,
            handler: type[WSGIRequestHandler] | None = None,
            passthrough_errors: bool = False,
            ssl_context: Any = None,
            fd: int | None = None,
        ) -> None:
            super().__init__(host, port, app, handler, passthrough_errors, ssl_context, fd)
            self.max_children = processes


def make_server(
    host: str,
    port: int,
    app: Any,
    threaded: bool = False,
    processes: int = 1,
    request_handler: type[WSGIRequestHandler] | None = None,
    passthrough_errors: bool = False,
    ssl_context: Any = None,
    fd: int | None = None,
) -> BaseWSGIServer:
    """Make a server.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port; 0 for any that is free.
    :param app: The WSGI application.
    :param threaded: Whether each connection has a thread.
    :param processes: How many processes answer connections.
    :param request_handler: The class that answers a connection.
    :param passthrough_errors: Whether errors of the application end the server.
    :param ssl_context: An ``SSLContext``, a pair of certificate and key file, or ``"adhoc"``.
    :param fd: A socket that is open already.
    :raises ValueError: Both threads and processes were asked for.
    """
    if threaded and processes > 1:
        raise ValueError("Cannot have a multi-thread and multi-process server.")
    if threaded:
        return ThreadedWSGIServer(
            host, port, app, request_handler, passthrough_errors, ssl_context, fd
        )
    if processes > 1:
        if not can_fork:
            raise ValueError("Your platform does not support forking.")
        return ForkingWSGIServer(
            host, port, app, processes, request_handler, passthrough_errors, ssl_context, fd
        )
    return BaseWSGIServer(host, port, app, request_handler, passthrough_errors, ssl_context, fd)


def run_simple(
    hostname: str,
    port: int,
    application: Any,
    use_reloader: bool = False,
    use_debugger: bool = False,
    use_evalex: bool = True,
    extra_files: Any = None,
    exclude_patterns: Any = None,
    reloader_interval: int = 1,
    reloader_type: str = "auto",
    threaded: bool = False,
    processes: int = 1,
    request_handler: type[WSGIRequestHandler] | None = None,
    static_files: dict[str, Any] | None = None,
    passthrough_errors: bool = False,
    ssl_context: Any = None,
) -> None:
    """Serve a WSGI application, for development.

    :param hostname: The address, or ``unix://`` and a path.
    :param port: The port; 0 for any that is free.
    :param application: The application.
    :param use_reloader: Whether to start anew when a file changes.
    :param use_debugger: Whether errors are shown in the browser, on Django's debug page.
    :param use_evalex: Has no effect: there is no console in the browser.
    :param extra_files: More files to watch.
    :param exclude_patterns: Patterns of files not to watch.
    :param reloader_interval: How often to look for changes, in seconds.
    :param reloader_type: Has no effect: Django chooses how to watch.
    :param threaded: Whether each connection has a thread.
    :param processes: How many processes answer connections.
    :param request_handler: The class that answers a connection.
    :param static_files: Folders to serve, by URL prefix.
    :param passthrough_errors: Whether errors of the application end the server.
    :param ssl_context: What :func:`make_server` takes.
    :raises TypeError: The port is not an integer.

    Flask: Development Server. Django: ``runserver``.
    """
    if not isinstance(port, int):
        raise TypeError("port must be an integer")
    # Django's server and debug page read settings; any WSGI application may be served.
    configure_django()
    if static_files:
        from .middleware.shared_data import SharedDataMiddleware

        application = SharedDataMiddleware(application, static_files)
    if use_debugger:
        from .debug import DebuggedApplication

        application = DebuggedApplication(application, evalex=use_evalex)

    def serve() -> None:
        server = make_server(
            hostname,
            port,
            application,
            threaded,
            processes,
            request_handler,
            passthrough_errors,
            ssl_context,
        )
        # Once: the reloader's child says it, and says it again after each change.
        server.log_startup()
        _log("info", _ansi_style("Press CTRL+C to quit", "yellow"))
        server.serve_forever()

    if not use_reloader:
        serve()
        return
    from ._reloader import run_with_reloader

    run_with_reloader(
        serve,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
        interval=reloader_interval,
        reloader_type=reloader_type,
    )


# Addresses


def select_address_family(host: str, port: int) -> socket.AddressFamily:
    """Return the kind of address.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port.
    """
    if host.startswith("unix://"):
        return socket.AF_UNIX
    if ":" in host and hasattr(socket, "AF_INET6"):
        return socket.AF_INET6
    return socket.AF_INET


def get_sockaddr(host: str, port: int, family: socket.AddressFamily) -> Any:
    """Return an address as sockets take it.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port.
    :param family: The kind of address.
    """
    if family == af_unix:
        return os.path.abspath(host.partition("://")[2])
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, socket.SOL_TCP)
    except socket.gaierror:
        return host, port
    return found[0][4]


def get_interface_ip(family: socket.AddressFamily) -> str:
    """Return an address of this machine that others may reach, else the loopback address.

    :param family: The kind of address.
    """
    # Nothing is sent: connecting such a socket only chooses the way.
    is_ipv6 = family == getattr(socket, "AF_INET6", None)
    target = "fd31:f903:5ab5:1::1" if is_ipv6 else "10.253.155.219"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 58162))
        except OSError:
            return "::1" if is_ipv6 else "127.0.0.1"
        return str(probe.getsockname()[0])


def _remove_stale_socket(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)


def _explain_bind_error(error: OSError, port: int) -> None:
    """Say why the server cannot listen, and what to do about a port in use."""
    import errno

    print(error.strerror, file=sys.stderr)
    if error.errno == errno.EADDRINUSE:
        print(
            f"Port {port} is in use by another program. Either identify and stop that program, or"
            " start the server with a different port.",
            file=sys.stderr,
        )


# Certificates


def load_context(ssl_context: Any) -> ssl.SSLContext:
    """Return an ``SSLContext`` of what :func:`make_server` takes.

    :param ssl_context: The context itself, a pair of certificate and key file, or ``"adhoc"``.
    """
    if isinstance(ssl_context, tuple):
        return load_ssl_context(*ssl_context)
    if ssl_context == "adhoc":
        return generate_adhoc_ssl_context()
    return ssl_context  # type: ignore[no-any-return]


def load_ssl_context(
    cert_file: str, pkey_file: str | None = None, protocol: int | None = None
) -> ssl.SSLContext:
    """Load a certificate.

    :param cert_file: Path of the certificate.
    :param pkey_file: Path of the key; the certificate's file by default.
    :param protocol: A ``PROTOCOL_`` constant of :mod:`ssl`.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if protocol is None else protocol)
    context.load_cert_chain(cert_file, pkey_file)
    return context


def generate_adhoc_ssl_pair(cn: str | None = None) -> tuple[Any, Any]:
    """Make a certificate that no browser trusts, and its key.

    :param cn: The name it is for.
    :raises TypeError: The package ``cryptography`` is not installed.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise TypeError("Using ad-hoc certificates requires the cryptography library.") from None
    from datetime import datetime, timedelta

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Dummy Certificate"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, cn or "*"),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(cn or "*")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _write_pair(certificate: Any, key: Any, cert_path: str, key_path: str) -> None:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    with open(cert_path, "wb") as file:
        file.write(certificate.public_bytes(Encoding.PEM))
    with open(key_path, "wb") as file:
        file.write(
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        )


def is_ssl_error(error: Exception | None = None) -> bool:
    """Tell whether an error is one of TLS.

    :param error: The error; the active one by default.
    """
    import ssl

    return isinstance(sys.exc_info()[1] if error is None else error, ssl.SSLError)


def make_ssl_devcert(
    base_path: str, host: str | None = None, cn: str | None = None
) -> tuple[str, str]:
    """Make a certificate for development and keep it.

    :param base_path: Path of the files, without ``.crt`` and ``.key``.
    :param host: The host it is for.
    :param cn: The name it is for.
    :return: The paths of the certificate and its key.
    """
    if host is not None:
        cn = f"*.{host}/CN={host}"
    cert_path, key_path = f"{base_path}.crt", f"{base_path}.key"
    _write_pair(*generate_adhoc_ssl_pair(cn), cert_path, key_path)
    return cert_path, key_path


def generate_adhoc_ssl_context() -> ssl.SSLContext:
    """Make a certificate that no browser trusts, for this run of the server."""
    from tempfile import TemporaryDirectory

    pair = generate_adhoc_ssl_pair()
    with TemporaryDirectory() as folder:
        cert_path, key_path = os.path.join(folder, "crt"), os.path.join(folder, "key")
        _write_pair(*pair, cert_path, key_path)
        return load_ssl_context(cert_path, key_path)
