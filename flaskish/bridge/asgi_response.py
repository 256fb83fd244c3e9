"""Sends a response to an ASGI server.

Flask: the response as a WSGI application. Django: ``ASGIHandler.send_response``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from functools import lru_cache
from threading import Condition
from typing import TYPE_CHECKING, Any

from .._event_loop import call_in_thread
from ..werkzeug.wrappers._async_body import encode_async
from ..werkzeug.wrappers._response_headers import (
    STATUSES_WITHOUT_BODY,
    are_whole,
    copy_headers,
    make_sendable,
    settle_headers,
)
from ..werkzeug.wrappers.response import _get_wsgi_headers

if TYPE_CHECKING:
    from ..werkzeug.wrappers import Response
    from ..wrappers import Request

Send = Callable[[dict[str, Any]], Awaitable[None]]


def start_message(response: Response, request: Request) -> dict[str, Any]:
    """Return the message with the status and the headers.

    :param response: The response.
    :param request: The request it answers.
    """
    return {
        "type": "http.response.start",
        "status": response._status_code,
        "headers": _headers_to_send(response, request),
    }


def body_message(response: Response, request: Request) -> dict[str, Any]:
    """Return the message with all of a body that is a list.

    :param response: The response.
    :param request: The request it answers.
    """
    body = b"".join(response.iter_encoded()) if _has_body(response, request) else b""
    return {"type": "http.response.body", "body": body}


def _has_body(response: Response, request: Request) -> bool:
    return request.method != "HEAD" and response._status_code not in STATUSES_WITHOUT_BODY


async def send_stream(response: Response, request: Request, send: Send) -> None:
    """Send a response whose body is an iterator, part by part.

    :param response: The response.
    :param request: The request it answers.
    :param send: The server's callable.
    """
    await send(start_message(response, request))
    if _has_body(response, request):
        parts: Any
        if response.is_async:
            parts = response.streaming_content
        else:
            parts = encode_async(iterate_in_thread(response.iter_encoded()))
        async with aclosing(parts):
            async for part in parts:
                # Awaited each time: this is where a slow client slows down the stream.
                await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})


def _headers_to_send(response: Response, request: Request) -> list[tuple[bytes, bytes]]:
    made = response._made_headers
    if getattr(response.get_wsgi_headers, "__func__", None) is not _get_wsgi_headers:
        headers = response.get_wsgi_headers(request.environ).to_wsgi_list()
    elif (
        made is not None
        and getattr(response.headers, "_list", None) == made
        and response._status_code not in STATUSES_WITHOUT_BODY
        and (len(made) == 2 or are_whole(made, response))
    ):
        # As the constructor left them.
        headers = made
    else:
        headers = copy_headers(response)
        # The environ is looked at for a full ``Location`` only.
        environ = request.environ if response.autocorrect_location_header else {}
        settle_headers(headers, response, environ)
    try:
        return [(_encode_name(name), value.encode("ascii")) for name, value in headers]
    except UnicodeEncodeError:
        make_sendable(headers)
        return [(_encode_name(name), value.encode("latin-1")) for name, value in headers]


@lru_cache(maxsize=256)
def _encode_name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def closes_at_once(response: Response) -> bool:
    """Tell whether closing a response needs neither waiting nor a thread.

    :param response: The response.
    """
    return (
        type(response.response) is list
        and not response._on_close
        and not response._has_django_closers
    )


async def close_response(response: Response) -> None:
    """Close a response, in a thread if its body or somebody's function may block.

    :param response: The response.
    """
    body: Any = response.response
    if hasattr(body, "aclose"):
        # A stream that has never been started was not closed either.
        await body.aclose()
        response.response = []
    if response._on_close or response._has_django_closers or hasattr(body, "close"):
        await call_in_thread(response.close)
    else:
        response.close()


async def iterate_in_thread(parts: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """Take the parts of a sync iterator in a thread, each when it is there.

    :param parts: The iterator. It is closed in the thread.
    """
    pipe = _Pipe(parts)
    worker = asyncio.ensure_future(call_in_thread(pipe.fill))
    try:
        while True:
            part = await pipe.take()
            if part is None:
                break
            yield part
    finally:
        pipe.close()
        await worker


class _Pipe:
    """Parts on their way from a thread to the event loop, not too many at a time.

    :param parts: Where they come from.
    """

    #: Bytes that may wait for the client.
    LIMIT = 262_144

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._loop = asyncio.get_running_loop()
        self._changed = Condition()
        self._is_filled = asyncio.Event()
        self._waiting: deque[bytes | None] = deque()
        self._size = 0
        self._is_closed = False

    def fill(self) -> None:
        """Put the parts into the pipe; runs in the thread."""
        try:
            for part in self._parts:
                if not self._put(part):
                    break
        finally:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()
            self._put(None)

    def _put(self, part: bytes | None) -> bool:
        with self._changed:
            was_empty = not self._waiting
            self._waiting.append(part)
            self._size += len(part or b"")
            if was_empty:
                self._loop.call_soon_threadsafe(self._is_filled.set)
            while self._size > self.LIMIT and not self._is_closed:
                self._changed.wait()
            return not self._is_closed

    async def take(self) -> bytes | None:
        """Take the next part; ``None`` after the last one."""
        while not self._waiting:
            self._is_filled.clear()
            if not self._waiting:
                await self._is_filled.wait()
        with self._changed:
            part = self._waiting.popleft()
            self._size -= len(part or b"")
            self._changed.notify()
        return part

    def close(self) -> None:
        """Let the thread end at its next part."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
