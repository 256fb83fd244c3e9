"""Sends raw requests the three ways an application is served, and looks at what comes back.

No client in between repairs anything: the WSGI environ and the ASGI scope are as an attacker's
request makes them.
"""

from __future__ import annotations

import asyncio
import io
import socket
import sys
import threading
import types
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception
from django.test import override_settings
from django.urls import path

from flaskish import Flask
from flaskish.werkzeug.serving import make_server

Ask = Callable[..., "Answer"]
PREFIX = "/shop"
#: What no server has to send in a header.
CONTROLS = {*map(chr, range(32)), "\x7f"} - {"\t"}


@dataclass
class Answer:
    """What a server would send."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    reason: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name, value in [("status", self.reason), *self.headers]:
            name.encode("ascii")
            value.encode("latin-1")
            # gunicorn answers others with 500, and uvicorn hangs up.
            assert not CONTROLS & set(name + value), (name, value)
            # Django puts a blank in front of cookies.
            assert value == value.strip(" \t") or name == "Set-Cookie", (name, value)

    def get(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def getlist(self, name: str) -> list[str]:
        """Return all headers of a name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def make_environ(**changes: Any) -> dict[str, Any]:
    """Make a WSGI environ; ``body`` is the body, the other arguments replace its values."""
    body = changes.pop("body", b"")
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ.update(changes)
    return {key: value for key, value in environ.items() if value is not None}


def make_scope(**changes: Any) -> dict[str, Any]:
    """Make an ASGI scope from the same arguments as an environ, without the body."""
    changes = {"HTTP_HOST": "localhost", **changes}
    raw_path = changes.get("PATH_INFO", "/").encode("latin-1")
    headers = []
    for key, value in changes.items():
        name = key.removeprefix("HTTP_")
        if value is not None and (name != key or key in ("CONTENT_TYPE", "CONTENT_LENGTH")):
            headers.append((name.lower().replace("_", "-").encode(), value.encode("latin-1")))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": changes.get("REQUEST_METHOD", "GET"),
        "scheme": "http",
        # As uvicorn does it.
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "query_string": changes.get("QUERY_STRING", "").encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 1234),
        "server": ("localhost", 80),
    }


def ask_wsgi(application: Any, **changes: Any) -> Answer:
    """Ask a WSGI application, and close its answer as a server does."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, headers))

    chunks = application(make_environ(**changes), start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = started[-1]
    return Answer(int(status[:3]), headers, body, status)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine as ``asyncio.run`` does, and let no task keep an error for itself.

    A task that a ``SystemExit`` ends, which ends the loop as well, is awaited by nobody. Its error
    would be logged, and the frames of its traceback be freed, in the middle of a later test.
    """
    tasks: list[asyncio.Task[Any]] = []

    def make_task(loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        tasks.append(asyncio.Task(coroutine, loop=loop, **options))
        return tasks[-1]

    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_task_factory(make_task)
            return runner.run(main)
    finally:
        for task in tasks:
            if not task.cancelled():
                task.exception()


def wait_for(finished: Counter[str], requests: int) -> None:
    """Wait until Django was told of the ends of so many requests.

    An error that ends a loop leaves a thread behind, which tells Django in its own time.
    """
    end_of_waiting = monotonic() + 30
    while finished["finished"] < requests and monotonic() < end_of_waiting:
        sleep(0.001)
    assert finished == {"finished": requests}


class ProjectHandler(ASGIHandler):
    """Django's handler, for one request at a time, with an end to the file of its body.

    Django leaves that file open for the garbage collector if the request ends in an error.
    """

    _body_file: Any = io.BytesIO()

    async def read_body(self, receive: Any) -> Any:
        self._body_file = await super().read_body(receive)
        return self._body_file

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().handle(scope, receive, send)
        finally:
            self._body_file.close()


def ask_asgi(application: Any, **changes: Any) -> Answer:
    """Ask an ASGI application; the body comes in one piece."""
    body = changes.pop("body", b"")
    incoming = [{"type": "http.request", "body": body, "more_body": False}]
    outgoing: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await asyncio.sleep(3600)
        raise AssertionError("Nobody waits that long.")

    async def send(message: dict[str, Any]) -> None:
        outgoing.append(message)

    run(application(make_scope(**changes), receive, send))
    start, *parts = outgoing
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]
    ]
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


@contextmanager
def mounted(app: Flask, **settings: Any) -> Iterator[WSGIHandler]:
    """Mount an application in a project; errors that Django answers with 500 are raised."""
    urls = types.ModuleType("urls_of_a_project")
    urls.urlpatterns = [path(f"{PREFIX[1:]}/", app.urls)]  # type: ignore[attr-defined]
    errors: list[BaseException | None] = []

    def note(**kwargs: Any) -> None:
        # An application that answers its errors itself tells Django of them, too.
        if app.config["PROPAGATE_EXCEPTIONS"] is not False:
            errors.append(sys.exc_info()[1])

    got_request_exception.connect(note)
    try:
        with override_settings(ROOT_URLCONF=urls, **settings):
            yield WSGIHandler()
    finally:
        got_request_exception.disconnect(note)
    for error in errors:
        assert error is not None
        raise error


def ask_mounted(app: Flask, settings: dict[str, Any] | None = None, **changes: Any) -> Answer:
    """Ask an application that is mounted in a project, through Django's own handler."""
    changes["PATH_INFO"] = f"{PREFIX}/{changes.get('PATH_INFO', '/').removeprefix('/')}"
    with mounted(app, **(settings or {})) as handler:
        return ask_wsgi(handler, **changes)


def ask_mounted_asgi(app: Flask, settings: dict[str, Any] | None = None, **changes: Any) -> Answer:
    """Ask an application that is mounted in a project, through Django's ASGI handler."""
    changes["PATH_INFO"] = f"{PREFIX}/{changes.get('PATH_INFO', '/').removeprefix('/')}"
    with mounted(app, **(settings or {})):
        return ask_asgi(ProjectHandler(), **changes)


def ask_alone_asgi(app: Flask, **changes: Any) -> Answer:
    """Ask an application that stands alone, through ASGI."""
    return ask_asgi(app.asgi_app, **changes)


#: The ways an application is served, by name.
WAYS: dict[str, Ask] = {
    "wsgi": ask_wsgi,
    "mounted": ask_mounted,
    "asgi": ask_alone_asgi,
    "mounted asgi": ask_mounted_asgi,
}


@contextmanager
def dev_server(application: Any) -> Iterator[int]:
    """Run the development server, which keeps connections; gives its port."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join(timeout=60)


def send_raw(port: int, data: bytes) -> bytes:
    """Send bytes to a server, then nothing more, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))
