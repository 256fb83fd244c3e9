"""The test client for a running event loop: the same calls as ``FlaskClient``, awaited.

Flask: Testing Flask Applications. Django: ``django.test.AsyncClient``.

A ``FlaskClient`` does the work, in a thread, and reaches the application through its ASGI side, on
the loop of the test. So cookies, redirects and kept contexts are the same code as in sync tests.
Sync views run where the test's own calls of Django's async ORM do, as with Django's client.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async

from ._event_loop import call_in_thread
from .werkzeug.datastructures import Headers
from .werkzeug.http import HTTP_STATUS_CODES
from .werkzeug.wrappers._environ import decode_from_wsgi
from .werkzeug.wrappers._scope import ENVIRON_KEY

if TYPE_CHECKING:
    from .app import Flask
    from .sessions import SessionMixin
    from .werkzeug.test import TestResponse, WSGIResult

WSGIEnvironment = dict[str, Any]


def make_async_client(app: Flask, *args: Any, **kwargs: Any) -> AsyncFlaskClient:
    """Make a client; see ``Flask.async_test_client``.

    :param app: The application; its ``test_client_class`` is what works in the thread.
    :param args: What that class takes.
    :param kwargs: The same by name.
    """
    # Loaded by tests only.
    from .testing import FlaskClient

    base: Any = app.test_client_class or FlaskClient
    client_class = type(f"Async{base.__name__}", (_ASGICaller, base), {})
    return AsyncFlaskClient(client_class(app, *args, **kwargs))


class _ASGICaller:
    """Makes a client call the ASGI side of its application."""

    application: Flask

    loop: asyncio.AbstractEventLoop

    def _call_application(self, environ: WSGIEnvironment, buffered: bool) -> WSGIResult:
        call = call_asgi_app(self.application.asgi_app, environ)
        return asyncio.run_coroutine_threadsafe(call, self.loop).result()


class AsyncFlaskClient:
    """A client of an application, for tests that run on an event loop.

    Attributes it does not have are those of the ``FlaskClient`` behind it, such as ``get_cookie``.
    The body of a response has been received when a call returns, also one that is streamed.

    :param client: Makes the requests.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request.

        :param args: What ``FlaskClient.open`` takes.
        :param kwargs: The same by name.
        """
        self._client.loop = asyncio.get_running_loop()
        # Any thread will do, while the one of the ORM is for the application.
        call = sync_to_async(self._client.open, thread_sensitive=False)
        response: TestResponse = await call(*args, **kwargs)
        return response

    async def get(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a GET request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "GET"})

    async def post(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a POST request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "POST"})

    async def put(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a PUT request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "PUT"})

    async def delete(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a DELETE request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "DELETE"})

    async def patch(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a PATCH request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "PATCH"})

    async def options(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make an OPTIONS request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "OPTIONS"})

    async def head(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a HEAD request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "HEAD"})

    async def trace(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a TRACE request; see :meth:`open`."""
        return await self.open(*args, **{**kwargs, "method": "TRACE"})

    @asynccontextmanager
    async def session_transaction(self, *args: Any, **kwargs: Any) -> AsyncIterator[SessionMixin]:
        """Open the session for an ``async with`` block, and save it when the block ends.

        :param args: What ``FlaskClient.session_transaction`` takes.
        :param kwargs: The same by name.
        """
        transaction = self._client.session_transaction(*args, **kwargs)
        session = await call_in_thread(transaction.__enter__)
        try:
            yield session
        except BaseException:
            await call_in_thread(partial(transaction.__exit__, *sys.exc_info()))
            raise
        await call_in_thread(partial(transaction.__exit__, None, None, None))

    async def __aenter__(self) -> Self:
        self._client.__enter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await call_in_thread(partial(self._client.__exit__, exc_type, exc_value, tb))


async def call_asgi_app(asgi_app: Any, environ: WSGIEnvironment) -> WSGIResult:
    """Call an ASGI application with a request that was built for a WSGI application.

    :param asgi_app: The application.
    :param environ: The environ.
    :return: The chunks of the body, the status line and the headers.
    """
    _share_thread_of_test()
    sent: list[dict[str, Any]] = []
    body = environ["wsgi.input"].read()
    messages = [{"type": "http.request", "body": body}]

    async def receive() -> dict[str, Any]:
        if not messages:
            # A client in a test never goes away.
            await asyncio.get_running_loop().create_future()
        return messages.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asgi_app(scope_from_environ(environ), receive, send)
    if not sent:
        raise RuntimeError("The application did not answer.")
    start, *parts = sent
    status = start["status"]
    headers = Headers(
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    )
    chunks = [part["body"] for part in parts if part.get("body")]
    return chunks, f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown').upper()}", headers


def _share_thread_of_test() -> None:
    """Keep the application from using a thread of its own, which has no connection of the test."""
    if SyncToAsync.thread_sensitive_context.get(None) is None:
        context = ThreadSensitiveContext()
        SyncToAsync.context_to_thread_executor[context] = SyncToAsync.single_thread_executor
        SyncToAsync.thread_sensitive_context.set(context)


def scope_from_environ(environ: WSGIEnvironment) -> dict[str, Any]:
    """Build the scope of a request. What it has no place for stays in the environ it is made to.

    :param environ: The environ.
    """
    root_path = decode_from_wsgi(environ.get("SCRIPT_NAME", ""))
    path = root_path + decode_from_wsgi(environ.get("PATH_INFO", ""))
    headers = []
    others = {}
    for key, value in environ.items():
        if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} or key.startswith("HTTP_"):
            name = key.removeprefix("HTTP_").replace("_", "-").lower()
            if value != "":
                headers.append((name.encode("latin-1"), str(value).encode("latin-1")))
        elif key not in _IN_SCOPE and not key.startswith("wsgi."):
            others[key] = value
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": environ.get("SERVER_PROTOCOL", "HTTP/1.1").partition("/")[2],
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": path,
        "raw_path": path.encode(),
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "root_path": root_path,
        "headers": headers,
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
        "client": (environ["REMOTE_ADDR"], 0) if environ.get("REMOTE_ADDR") else None,
        ENVIRON_KEY: others,
    }


_IN_SCOPE = frozenset(
    {
        "PATH_INFO",
        "QUERY_STRING",
        "RAW_URI",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "REQUEST_METHOD",
        "REQUEST_URI",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "werkzeug.request",
    }
)
