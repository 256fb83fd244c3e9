"""What an event loop has to know of functions: which are async, and which come one after another.

Flask: Using async and await. Django: ``adapt_method_mode`` of its handler.

``_request_steps`` writes a request down as a sequence of calls; ``_event_loop`` makes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from functools import partial
from inspect import CO_COROUTINE
from typing import Any

from asgiref.sync import iscoroutinefunction

#: A function to call, and its arguments.
Step = tuple[Callable[..., Any], tuple[Any, ...]]
#: Yields one step after the other; is sent what the function returned, or thrown what it raised.
Steps = Generator[Step, Any, Any]


#: By these attributes Python and asgiref know functions that return coroutines without being async.
_MARKS = {"_is_coroutine", "_is_coroutine_mark", "_is_coroutine_marker"}


class StoppedStep(RuntimeError):
    """Stands for a ``StopIteration`` that a function raised: no generator lets that one out.

    :param original: What the function raised.
    """

    def __init__(self, original: StopIteration) -> None:
        super().__init__("A function raised StopIteration.")
        self.original = original
        self.__cause__ = original


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
