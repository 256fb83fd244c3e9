"""The body of a request as an ASGI server hands it over, message by message.

Flask: ``request.stream``. Django: ``ASGIHandler.read_body``.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from .._event_loop import call_in_thread
from .._steps import is_event_loop_running
from ..ctx import AppContext
from ..globals import _cv_app
from ..werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from ..werkzeug.sansio.utils import get_content_length

if TYPE_CHECKING:
    from ..app import Flask
    from ..wrappers import Request

Receive = Callable[[], Awaitable[dict[str, Any]]]

#: What of a body is kept in memory; Django's ``FILE_UPLOAD_MAX_MEMORY_SIZE``, too.
MEMORY_SIZE = 2_621_440


def may_send_body(request: Request, scope: dict[str, Any]) -> bool:
    """Tell whether there may be a body; if not, nothing has to be received.

    :param request: The request.
    :param scope: The HTTP scope.
    """
    if scope["method"] in ("GET", "HEAD") and scope.get("http_version") == "1.1":
        headers = request._headers_by_name
        # RFC 9112, section 6.3. Other methods are received all the same: servers that stand
        # between this protocol and another one have bodies that need no such header.
        return b"content-length" in headers or b"transfer-encoding" in headers
    return True


class ClientSide:
    """The client's side of an exchange: it sends a body, of which there is a limit, and may leave.

    :param app: The application.
    :param request: The request.
    :param receive: The server's callable.
    :param has_body: Whether there may be a body.
    """

    #: Whether it went away in the middle of the body.
    is_aborted = False
    _size = 0

    def __init__(self, app: Flask, request: Request, receive: Receive, has_body: bool) -> None:
        self._app = app
        self._request = request
        self._receive = receive
        #: Whether the body has ended, so that the next message is the last one.
        self.is_complete = not has_body
        self._has_unread_end = not has_body

    def _get_limit(self) -> int | None:
        """Return a request's own limit, which is the application's unless it says otherwise.

        Differs from Flask: with an ASGI server, a view or a hook that sets
        ``request.max_content_length`` cannot let in a larger body, which has been received by then.
        """
        outer = _cv_app.get()
        if outer is None:
            # The methods of the application push their context later, in the thread.
            _cv_app.set(AppContext(self._app))
        try:
            limit: int | None = self._request.max_content_length
        finally:
            _cv_app.set(outer)
        return limit

    async def receive_last(self) -> dict[str, Any]:
        """Receive what comes after the body."""
        message = await self._receive()
        if self._has_unread_end and message["type"] == "http.request":
            message = await self._receive()
        return message

    def check_length(self) -> None:
        """Refuse a body that says itself that it is too long.

        :raises RequestEntityTooLarge: It is longer than the limit.
        """
        announced = self._request._read_header("CONTENT_LENGTH")
        if announced is not None:
            self._require_within_limit(get_content_length(announced) or 0)

    def _require_within_limit(self, size: int) -> None:
        limit = self._get_limit()
        if limit is not None and size > limit:
            raise RequestEntityTooLarge

    async def receive_chunk(self) -> bytes:
        """Receive the next part of the body, which may be empty.

        :raises RequestEntityTooLarge: The body is longer than the limit.
        :raises ClientDisconnected: The client went away.
        """
        return self._take_chunk(await self._receive())

    def _take_chunk(self, message: dict[str, Any]) -> bytes:
        if message["type"] != "http.request":
            self.is_aborted = True
            raise ClientDisconnected
        self.is_complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        if chunk:
            self._size += len(chunk)
            self._require_within_limit(self._size)
        return chunk

    async def receive_all(self) -> IO[bytes] | None:
        """Receive the whole body; a large one is written to the disk.

        :return: A file to read it from, ``None`` if it is empty.
        """
        chunk = self._take_chunk(await self._receive())
        if self.is_complete:
            return io.BytesIO(chunk) if chunk else None
        return await self._receive_rest(chunk)

    async def _receive_rest(self, chunk: bytes) -> IO[bytes]:
        file = SpooledTemporaryFile(max_size=MEMORY_SIZE)  # noqa: SIM115  closed with the request
        try:
            file.write(chunk)
            while not self.is_complete:
                file.write(await self.receive_chunk())
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return cast("IO[bytes]", file)


class RefusedBody(io.RawIOBase):
    """Stands for a body that was not received, because it is too long.

    :param error: Raised by whoever reads.
    """

    def __init__(self, error: RequestEntityTooLarge) -> None:
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        raise self._error


class AsyncStream(io.RawIOBase):
    """A stream that can be read on an event loop as well, where reading waits for a thread.

    :param stream: The stream.
    """

    #: Bytes that one turn of ``async for`` gives at most.
    CHUNK_SIZE = 65_536

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._stream.read(-1 if size is None else size)

    def readinto(self, buffer: Any, /) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    async def aread(self, size: int = -1) -> bytes:
        """Read on an event loop.

        :param size: The number of bytes; all there are by default.
        """
        chunk: bytes = await call_in_thread(partial(self._stream.read, size))
        return chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.aread(self.CHUNK_SIZE):
            yield chunk


class IncomingStream(AsyncStream):
    """A body that is received as it is read.

    A thread reads it like any stream. On the event loop there are ``async for`` and :meth:`aread`.

    :param client: Sends the body.
    """

    def __init__(self, client: ClientSide) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        #: What has been received and not been read.
        self._buffer = bytearray()

    def _wants_more(self, size: int | None) -> bool:
        if self._client.is_complete:
            return False
        return size is None or size < 0 or len(self._buffer) < size

    def _take(self, size: int | None) -> bytes:
        end = len(self._buffer) if size is None or size < 0 else size
        chunk = bytes(self._buffer[:end])
        del self._buffer[:end]
        return chunk

    def read(self, size: int | None = -1, /) -> bytes:
        """Read in a thread; waits until there are as many bytes, or the body has ended.

        :param size: The number of bytes; all there are by default.
        :raises RuntimeError: This is the thread of the event loop.
        """
        while self._wants_more(size):
            self._buffer += self._receive_in_thread()
        return self._take(size)

    def _receive_in_thread(self) -> bytes:
        if is_event_loop_running():
            raise RuntimeError(
                "Reading 'request.stream' would block the event loop. In an async view read it"
                " with 'async for chunk in request.stream' or 'await request.stream.aread(size)'."
            )
        received = asyncio.run_coroutine_threadsafe(self._client.receive_chunk(), self._loop)
        return received.result()

    async def aread(self, size: int = -1) -> bytes:
        while self._wants_more(size):
            self._buffer += await self._client.receive_chunk()
        return self._take(size)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._buffer:
            yield self._take(-1)
        while not self._client.is_complete:
            chunk = await self._client.receive_chunk()
            if chunk:
                yield chunk
