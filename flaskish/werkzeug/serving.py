"""The development server, on Django's.

Werkzeug: ``werkzeug.serving``. Django: ``django.core.servers.basehttp``, which ``runserver`` uses.
"""

from __future__ import annotations

import os
import socket
import socketserver
import sys
from typing import TYPE_CHECKING, Any

from django.core.servers.basehttp import WSGIServer as DjangoServer

from ..bridge.settings import configure_django
from ._addresses import explain_bind_error, remove_stale_socket
from ._addresses import get_interface_ip as get_interface_ip
from ._addresses import get_sockaddr as get_sockaddr
from ._addresses import select_address_family as select_address_family
from ._certificates import generate_adhoc_ssl_context as generate_adhoc_ssl_context
from ._certificates import generate_adhoc_ssl_pair as generate_adhoc_ssl_pair
from ._certificates import is_ssl_error as is_ssl_error
from ._certificates import load_context
from ._certificates import load_ssl_context as load_ssl_context
from ._certificates import make_ssl_devcert as make_ssl_devcert
from ._connections import WSGIRequestHandler as WSGIRequestHandler
from ._connections import connection_dropped_errors as connection_dropped_errors
from ._framing import DechunkedInput as DechunkedInput
from ._server_log import _ansi_style, _log

if TYPE_CHECKING:
    import ssl

can_fork = hasattr(os, "fork")
#: How many connections may wait to be accepted.
LISTEN_QUEUE = 128
af_unix = getattr(socket, "AF_UNIX", None)
#: Set in the process that the reloader starts anew on each change.
_RELOADER_VARIABLES = ("WERKZEUG_RUN_MAIN", "RUN_MAIN")


def is_running_from_reloader() -> bool:
    """Tell whether this is the process that the reloader watches over."""
    return any(os.environ.get(name) == "true" for name in _RELOADER_VARIABLES)


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
            remove_stale_socket(address)
        # Before the socket is bound: a certificate that cannot be loaded leaves none behind.
        self.ssl_context: ssl.SSLContext | None = None
        if ssl_context is not None:
            self.ssl_context = load_context(ssl_context)
        self.host = host
        self.app = app
        self.passthrough_errors = passthrough_errors
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
            explain_bind_error(error, port)
            raise SystemExit(1) from None
        self.port = port
        if isinstance(self.server_address, tuple):
            self.port = self.server_address[1]
        if self.ssl_context is not None:
            # A browser opens connections ahead of its requests. If they were greeted while they
            # are accepted, each of them would keep all others waiting.
            self.socket = self.ssl_context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

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
            self.shutdown_request(request)
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

        debugged = DebuggedApplication(application, evalex=use_evalex)
        debugged.trusted_hosts.append(f"[{hostname}]" if ":" in hostname else hostname)
        application = debugged

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

    # Differs from Flask: there is one reloader, which looks at the files' times, as Django's does;
    # `reloader_type` has no effect, and `watchdog` is not used.
    run_with_reloader(
        serve,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
        interval=reloader_interval,
        reloader_type=reloader_type,
    )
