"""Calls an application as a server does, without a server: WSGI and ASGI.

Flask: its test client would cost more than the request. Django: the same.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.util import FileWrapper

from workloads import Answer, Workload

#: What a browser sends, roughly.
HEADERS = {
    "Host": "localhost:8000",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


class Driver:
    """Sends one request, as often as wanted, to an application.

    :param app: The application.
    :param prefix: The prefix that it has in its project.
    :param workload: The request.
    """

    def __init__(self, app: Callable[..., Any], prefix: str, workload: Workload) -> None:
        self._app = app
        self._body = workload.body
        path, _, query = workload.path.partition("?")
        self._make_request(workload.method, f"{prefix}{path}", query)
        for name, value in HEADERS.items():
            self._add_header(name, value)
        if workload.body:
            self._add_header("Content-Type", workload.content_type)
            self._add_header("Content-Length", str(len(workload.body)))

    def _make_request(self, method: str, path: str, query: str) -> None:
        """Make what each request is a copy of, without headers."""
        raise NotImplementedError

    def _add_header(self, name: str, value: str) -> None:
        raise NotImplementedError

    def keep_cookie(self, answer: Answer) -> None:
        """Send the cookie of an answer along from now on."""
        self._add_header("Cookie", answer.header("Set-Cookie").partition(";")[0])

    def ask(self) -> Answer:
        """Send the request and return the answer."""
        raise NotImplementedError

    def ask_again(self, answer: Answer) -> Answer:
        """Ask whether an answer is still the right one."""
        raise NotImplementedError

    def time(self, requests: int) -> float:
        """Return the CPU seconds that so many requests take."""
        raise NotImplementedError


class WSGIDriver(Driver):
    """Calls a WSGI application."""

    def _make_request(self, method: str, path: str, query: str) -> None:
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "RAW_URI": f"{path}?{query}" if query else path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": "40000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileWrapper,
            "wsgi.input_terminated": True,
        }

    def _add_header(self, name: str, value: str) -> None:
        key = name.upper().replace("-", "_")
        self._environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value

    def ask(self) -> Answer:
        return self._ask({})

    def ask_again(self, answer: Answer) -> Answer:
        return self._ask({"HTTP_IF_MODIFIED_SINCE": answer.header("Last-Modified")})

    def _ask(self, headers: dict[str, str]) -> Answer:
        started: list[Any] = []

        def start_response(status: str, headers: list[Any], exc_info: Any = None) -> None:
            started[:] = status, headers

        environ = self._environ | headers | {"wsgi.input": BytesIO(self._body)}
        chunks = self._app(environ, start_response)
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Answer(int(started[0][:3]), started[1], body)

    def time(self, requests: int) -> float:
        app, template, body = self._app, self._environ, self._body
        started = time.process_time()
        for _ in range(requests):
            environ = template.copy()
            environ["wsgi.input"] = BytesIO(body)
            chunks = app(environ, _start_response)
            for _chunk in chunks:
                pass
            if hasattr(chunks, "close"):
                chunks.close()
        return time.process_time() - started


def _start_response(status: str, headers: list[Any], exc_info: Any = None) -> None:
    pass


class ASGIDriver(Driver):
    """Calls an ASGI application."""

    def _make_request(self, method: str, path: str, query: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 40000),
            "scheme": "http",
            "root_path": "",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [],
        }

    def _add_header(self, name: str, value: str) -> None:
        self._scope["headers"].append((name.lower().encode(), value.encode()))

    def ask(self) -> Answer:
        return self._loop.run_until_complete(self._ask())

    async def _ask(self) -> Answer:
        messages: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._app(self._scope.copy(), self._receive(), send)
        headers = [(name.decode(), value.decode()) for name, value in messages[0]["headers"]]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Answer(messages[0]["status"], headers, body)

    def time(self, requests: int) -> float:
        return self._loop.run_until_complete(self._time(requests))

    async def _time(self, requests: int) -> float:
        app, template = self._app, self._scope

        async def send(message: dict[str, Any]) -> None:
            pass

        started = time.process_time()
        for _ in range(requests):
            await app(template.copy(), self._receive(), send)
        return time.process_time() - started

    def _receive(self) -> Callable[[], Any]:
        """Return a client that sends the body and then stays connected."""
        messages = [{"type": "http.request", "body": self._body, "more_body": False}]
        stays = self._loop.create_future()

        async def receive() -> Any:
            return messages.pop() if messages else await stays

        return receive
