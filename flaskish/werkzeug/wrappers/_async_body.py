"""A body that is an async iterator, for those who wait for it and those who cannot.

Werkzeug: none. Django: ``StreamingHttpResponse``, which reads such a body to its end under WSGI.
"""

from __future__ import annotations

import asyncio
import typing as t
from time import monotonic

from asgiref.sync import SyncToAsync, async_to_sync

_END: t.Any = object()
#: Parts of a body after which the event loop has its turn, and seconds, whichever comes first.
#: asyncio logs a line for the fifth part that it cannot send because the client is gone, and for
#: each one after it, up to the turn in which the server hears of that.
_PARTS_PER_TURN = 16
_SECONDS_PER_TURN = 0.001


async def encode_async(body: t.Any) -> t.AsyncGenerator[bytes]:
    """Iterate over the parts of a body as bytes, and close it.

    The event loop has its turn also if none of them has to be waited for. So other requests go on,
    and the server notices that the client is gone.

    :param body: An async iterator.
    """
    count, end = 0, monotonic() + _SECONDS_PER_TURN
    try:
        async for part in body:
            yield part.encode("utf-8", "replace") if isinstance(part, str) else part
            count += 1
            if count == _PARTS_PER_TURN or monotonic() > end:
                await asyncio.sleep(0)
                count, end = 0, monotonic() + _SECONDS_PER_TURN
    finally:
        if hasattr(body, "aclose"):
            await body.aclose()


class SyncIterator:
    """Gives the parts of an async body to a WSGI server, each as soon as it is there.

    Under WSGI the body has an event loop of its own, for as long as it takes. In a thread that
    works for the loop of an ASGI server it runs there.

    :param body: The async iterator.
    """

    def __init__(self, body: t.Any) -> None:
        self._body = body
        self._parts: t.AsyncIterator[bytes] = encode_async(body)
        self._runner: asyncio.Runner | None = None
        self._is_closed = False
        self._is_advancing = False

    def __iter__(self) -> t.Self:
        return self

    def __next__(self) -> bytes:
        if self._is_closed:
            raise StopIteration
        self._is_advancing = True
        try:
            part: bytes = self._run(self._advance)
        except BaseException:
            self._is_advancing = False
            self.close()
            raise
        self._is_advancing = False
        if part is _END:
            self.close()
            raise StopIteration
        return part

    async def _advance(self) -> t.Any:
        return await anext(self._parts, _END)

    async def _aclose(self) -> None:
        await self._parts.aclose()  # type: ignore[attr-defined]
        # The generator around it does that, unless it was never started.
        if hasattr(self._body, "aclose"):
            await self._body.aclose()

    def _run(self, function: t.Callable[[], t.Coroutine[t.Any, t.Any, t.Any]]) -> t.Any:
        server_loop = getattr(SyncToAsync.threadlocal, "main_event_loop", None)
        if self._runner is None and server_loop is not None and server_loop.is_running():
            return async_to_sync(function)()
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(function())

    def close(self) -> None:
        """Close the body, and its event loop."""
        # Django's test client closes the response from inside of the body, when that has ended.
        if self._is_closed or self._is_advancing:
            return
        self._is_closed = True
        try:
            self._run(self._aclose)
        finally:
            if self._runner is not None:
                self._runner.close()


def close_async_body(body: t.Any) -> None:
    """Close a body that nobody has iterated over to its end.

    On an event loop it is for ``aclose`` to do that, which can be awaited.

    :param body: The async iterator.
    """
    is_over = getattr(body, "ag_frame", _END) is None
    if not is_over and asyncio._get_running_loop() is None:
        SyncIterator(body).close()
