"""The thread that the sync functions of one ASGI request share.

Flask: none. Django: the ``ThreadSensitiveContext`` that ``ASGIHandler`` opens for each request.

Database connections belong to a thread, so that one request must not use two. Django starts a
thread for each request that needs one, and waits until it has ended. Here a thread without any
connections is kept for the next request.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor
from typing import Self
from weakref import getweakrefcount

from asgiref.sync import SyncToAsync, ThreadSensitiveContext

_get_context = SyncToAsync.thread_sensitive_context.get
_set_context = SyncToAsync.thread_sensitive_context.set
_reset_context = SyncToAsync.thread_sensitive_context.reset

#: Threads that wait for a request: no more than a busy server needs again at once.
_waiting: deque[Executor] = deque(maxlen=64)


class RequestThread(ThreadSensitiveContext):
    """While it is entered, all thread-sensitive calls of the current task run in one thread.

    There is no thread before the first call.
    """

    #: Whether the thread may be given to another request.
    is_reusable = True

    def __enter__(self) -> Self:
        # Somebody's context around this one has the say, as with Django's handler.
        if _get_context(None) is None:
            self.token = _set_context(self)
        return self

    @property
    def is_used(self) -> bool:
        """Whether there was a call."""
        # Executors are found by weak references to their contexts; few requests have one.
        return getweakrefcount(self) > 0 or self.token is None

    def __exit__(self, *exc_info: object) -> None:
        token = self.token
        if token is not None:
            try:
                _reset_context(token)
            except ValueError:
                # Whoever closes the coroutine of a request may do so in a context of his own.
                pass
            self.token = None
            if getweakrefcount(self) > 0:
                self._give_back()

    def _give_back(self) -> None:
        executor = SyncToAsync.context_to_thread_executor.pop(self, None)
        if executor is None:
            return
        if self.is_reusable and len(_waiting) < (_waiting.maxlen or 0):
            _waiting.append(executor)
        else:
            executor.shutdown(wait=False)


def take_waiting_thread() -> None:
    """Let the request that the current task answers use a thread that waits, if it has none."""
    context = _get_context(None)
    if (
        _waiting
        and isinstance(context, RequestThread)
        and context not in SyncToAsync.context_to_thread_executor
    ):
        SyncToAsync.context_to_thread_executor[context] = _waiting.pop()
