"""Drives a coroutine on an event loop, and in a thread where it calls sync functions.

Flask: none. Django: ``asgiref.sync``.

Consecutive sync functions share one trip to the thread, whichever stages of the request they
belong to; a request without any never leaves the loop.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from threading import Lock
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from ._steps import ClosedSteps, EscapedExit, Step, escaping
from .bridge.request_thread import take_waiting_thread
from .globals import get_app_context, get_request_context, set_app_context, set_request_context

if TYPE_CHECKING:
    from .bridge.asgi_body import ClientSide


@types.coroutine
def drive(
    coroutine: Coroutine[Any, Any, Any],
    find_watch: Callable[[], DisconnectWatch] | None = None,
    end_in_thread: Callable[[Any], None] | None = None,
) -> Generator[Any, Any, Any]:
    """Await a coroutine whose calls are made by ``_steps.call``.

    :param coroutine: The coroutine.
    :param find_watch: Returns what cancels async functions when the client is gone; asked once
        there is something to wait for.
    :param end_in_thread: Takes what the coroutine returns, if it ends in the thread, there.
    :return: What the coroutine returns.
    """
    try:
        pending = coroutine.send(None)
        while True:
            if type(pending) is Step:
                if find_watch is not None:
                    find_watch().is_interruptible = False
                trip = _ThreadTrip(coroutine, pending, end_in_thread)
                yield from trip.make().__await__()
                if trip.is_over:
                    return trip.take_result()
                error = trip.error
                pending = coroutine.send(None) if error is None else coroutine.throw(error)
                continue
            if find_watch is not None:
                find_watch().note_waiting()
            try:
                sent = yield pending
            except GeneratorExit as error:
                # Nobody awaits this any more.
                try:
                    coroutine.throw(ClosedSteps(*error.args))
                finally:
                    coroutine.close()
                raise
            except BaseException as error:
                pending = coroutine.throw(error)
            else:
                pending = coroutine.send(sent)
    except StopIteration as end:
        return end.value
    except EscapedExit as error:
        raise error.original from None


async def call_in_thread(function: Callable[[], Any]) -> Any:
    """Call a sync function in the thread that Django's ORM is used in by this request.

    :param function: The function.
    """
    take_waiting_thread()
    return await _call_in_thread(function)


def _call(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except StopIteration as error:
        # No future takes it: whoever waits for the thread would do so for ever.
        raise escaping(error) from None


# Wrapped once, because wrapping costs more than many a function.
_call_in_thread = sync_to_async(_call, thread_sensitive=True)


class _ThreadTrip:
    """Consecutive sync calls of a coroutine, made in one thread.

    :param coroutine: The coroutine.
    :param step: The first call.
    :param end: Takes what the coroutine returns, if this was its end.
    """

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, Any],
        step: Step,
        end: Callable[[Any], None] | None,
    ) -> None:
        self._coroutine = coroutine
        self._step = step
        self._end = end
        self._lock = Lock()
        self._has_begun = False
        self._is_abandoned = False
        self._has_ended = False
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        #: Whether this was the end of the coroutine.
        self.is_over = False
        self._result: Any = None
        self._failure: BaseException | None = None
        #: What is to be thrown at the call that comes next.
        self.error: BaseException | None = None

    async def make(self) -> None:
        """Make the calls, up to the next async one, or up to the end."""
        try:
            await call_in_thread(self._run)
        except asyncio.CancelledError as error:
            # A thread cannot be stopped: what it has begun it ends, then the coroutine hears of it.
            await self._wait_or_abandon()
            if self.is_over:
                raise
            self.error = error

    def _run(self) -> None:
        with self._lock:
            if self._is_abandoned:
                return
            self._has_begun = True
        try:
            self.is_over, self._result = self._make_calls()
        except BaseException as error:
            self.is_over, self._failure = True, error
        self._contexts = get_app_context(), get_request_context()
        with self._lock:
            self._has_ended = True
            if self._waiter is not None:
                self._loop.call_soon_threadsafe(self._waiter.set_result, None)

    def _make_calls(self) -> tuple[bool, Any]:
        """Return whether the coroutine is over, and what it returned."""
        coroutine, step = self._coroutine, self._step
        try:
            while not step.is_async:
                try:
                    result = step.make()
                except BaseException as error:
                    step = coroutine.throw(escaping(error))
                else:
                    step = coroutine.send(result)
        except StopIteration as end:
            result = end.value
        else:
            return False, None
        if self._end is not None:
            self._end(result)
        return True, result

    async def _wait_or_abandon(self) -> None:
        """Wait for the end of the calls; if they have not begun, see to it that they never will."""
        with self._lock:
            if not self._has_begun:
                self._is_abandoned = True
                return
            if not self._has_ended:
                self._waiter = self._loop.create_future()
        while self._waiter is not None and not self._waiter.done():
            try:
                await asyncio.shield(self._waiter)
            except asyncio.CancelledError:
                continue
        # They would have come along with the result.
        set_app_context(self._contexts[0])
        set_request_context(self._contexts[1])

    def take_result(self) -> Any:
        """Return what the coroutine returned, or raise what it raised."""
        failure, self._failure = self._failure, None
        if failure is None:
            return self._result
        try:
            raise failure
        finally:
            # Its traceback holds this frame.
            del failure


class DisconnectWatch:
    """Notices that the client is gone and cancels the async function that works for it.

    It listens only to what takes a while, so that quick answers do not pay for it.

    :param client: Sends the messages.
    """

    #: How long a request may take, in seconds, before a task is made to listen.
    DELAY = 0.1

    #: Whether functions are left alone, as those that end a request are.
    is_paused = False
    #: Whether what the request waits for can be cancelled, which a thread cannot.
    is_interruptible = False
    #: Whether the client is gone.
    is_disconnected = False
    _has_cancelled = False
    _timer: asyncio.TimerHandle | None = None
    _listener: asyncio.Task[None] | None = None

    def __init__(self, client: ClientSide) -> None:
        self._client = client
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A request is answered by a task of an event loop.")
        self._task = task
        self._cancellations_before = task.cancelling()

    def note_waiting(self) -> None:
        """Take notice of an async function that waits for something."""
        if self.is_paused:
            return
        if self.is_disconnected:
            self._cancel()
        if self._timer is None and self._listener is None:
            self._timer = asyncio.get_running_loop().call_later(self.DELAY, self._listen)
        self.is_interruptible = True

    def _listen(self) -> None:
        self._timer = None
        # Before that the messages are for who reads the body.
        if self._client.is_complete:
            self._listener = asyncio.create_task(self._wait_for_disconnect())

    async def _wait_for_disconnect(self) -> None:
        try:
            message = await self._client.receive_last()
        except Exception:
            # What the server cannot tell, it cannot send either.
            message = {"type": "http.disconnect"}
        # Anything else is not for a server to send here, and says nothing about the client.
        if message["type"] == "http.disconnect":
            self.is_disconnected = True
            if self.is_interruptible and not self.is_paused:
                self._cancel()

    def _cancel(self) -> None:
        if not self._has_cancelled:
            self._has_cancelled = True
            self._task.cancel()

    def stop(self) -> bool:
        """Stop listening.

        :return: Whether a ``CancelledError`` that arrived is the watch's own, and ends here.
        """
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()
        if not self._has_cancelled:
            return False
        self._has_cancelled = False
        return self._task.uncancel() <= self._cancellations_before
