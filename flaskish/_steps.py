"""The calls of a request on an event loop: async functions are awaited, sync ones run in a thread.

Flask: Using async and await. Django: ``adapt_method_mode`` of its handler.

``_request_steps`` writes a request down as a coroutine; ``_event_loop`` drives it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from inspect import CO_COROUTINE
from typing import Any

from asgiref.sync import iscoroutinefunction

#: By these attributes Python and asgiref know functions that return coroutines without being async.
_MARKS = {"_is_coroutine", "_is_coroutine_mark", "_is_coroutine_marker"}


class Step:
    """A call that is not for the thread in which a request is now; its driver changes over.

    :param function: What to call.
    :param arguments: What it takes.
    """

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.arguments = arguments
        #: Whether it is for the thread of the event loop.
        self.is_async = is_async(function)

    def make(self) -> Any:
        """Make the call."""
        return self.function(*self.arguments)

    def __await__(self) -> Generator[Any, Any, Any]:
        result = yield self
        return (yield from self.make().__await__()) if self.is_async else result


def call(function: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:
    """Call a function of somebody's, to be awaited at once by a coroutine that is driven.

    :param function: An async function, or a sync one.
    :param arguments: What it takes.
    """
    if is_async(function) and asyncio._get_running_loop() is not None:
        return function(*arguments)  # type: ignore[no-any-return]
    return Step(function, arguments)


class StoppedStep(RuntimeError):
    """Stands for a ``StopIteration`` that a function raised: no generator lets that one out.

    :param original: What the function raised.
    """

    def __init__(self, original: StopIteration) -> None:
        super().__init__("A function raised StopIteration.")
        self.original = original
        self.__cause__ = original


class EscapedExit(BaseException):
    """Stands for a ``GeneratorExit`` that a sync function raised: thrown into a coroutine, it would
    close what that waits for.

    :param original: What the function raised.
    """

    def __init__(self, original: GeneratorExit) -> None:
        super().__init__("A function raised GeneratorExit.")
        self.original = original


class ClosedSteps(GeneratorExit):
    """The coroutine of a request is closed before its end: nothing in it can be waited for."""


def escaping(error: BaseException) -> BaseException:
    """Return what stands for an error that a function raised, where Python needs that.

    :param error: The error.
    """
    if isinstance(error, StopIteration):
        return StoppedStep(error)
    return EscapedExit(error) if isinstance(error, GeneratorExit) else error


def is_async(function: Callable[..., Any]) -> bool:
    """Tell whether calling a function gives a coroutine.

    The question is asked for each hook and view of each request, so plain functions are answered
    by their code's own flag; others may carry a mark.

    :param function: Any callable.
    """
    code = getattr(function, "__code__", None)
    if code is None and isinstance(function, partial):
        return is_async(function.func)
    if code is None or (function.__dict__ and not _MARKS.isdisjoint(function.__dict__)):
        return iscoroutinefunction(function)
    return bool(code.co_flags & CO_COROUTINE)


def is_event_loop_running() -> bool:
    """Tell whether this is the thread of an event loop, which must not be blocked."""
    return asyncio._get_running_loop() is not None
