"""The development server in a thread of the tests, and its clients.

Werkzeug: Serving WSGI Applications. Django: ``runserver``.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flaskish.werkzeug.serving import BaseWSGIServer, make_server

LOCALHOST = "127.0.0.1"


@contextmanager
def serve(application: Any, host: str = LOCALHOST, **options: Any) -> Iterator[BaseWSGIServer]:
    """Run a server in a thread for as long as the block lasts."""
    server = make_server(host, 0, application, **options)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(timeout=60)


def ask(server: BaseWSGIServer, request: bytes) -> bytes:
    """Send bytes and return everything that comes back."""
    with socket.create_connection((LOCALHOST, server.port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def get(server: BaseWSGIServer, path: str = "/", **options: Any) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOCALHOST, server.port, timeout=60)
    try:
        connection.request("GET", path, **options)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
