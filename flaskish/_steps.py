"""The hooks of a request as sequences of calls, made by a thread or awaited by an event loop.

Flask: Callbacks and Errors in the request's life. Django: ``adapt_method_mode`` of its handler.

Each sequence is a generator that yields a function with its arguments and is sent the result, so
that which hook runs when is written once for both ways to run. ``_request_steps`` joins them to
the sequence of a whole request; ``_event_loop`` drives that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping
from functools import partial
from inspect import CO_COROUTINE
from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction

if TYPE_CHECKING:
    from .app import Flask
    from .ctx import RequestContext
    from .signals import NamedSignal
    from .wrappers import Request

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
    if code is None or not _MARKS.isdisjoint(function.__dict__):
        return iscoroutinefunction(function)
    return bool(code.co_flags & CO_COROUTINE)


def is_event_loop_running() -> bool:
    """Tell whether this is the thread of an event loop, which must not be blocked."""
    return asyncio._get_running_loop() is not None


def run_steps(app: Flask, steps: Steps) -> Any:
    """Make the calls one after the other; async functions by way of ``app.ensure_sync``.

    :param app: The application.
    :param steps: The sequence.
    :return: What the sequence returns.
    """
    result: Any = None
    while True:
        try:
            function, arguments = steps.send(result)
        except StopIteration as end:
            return end.value
        # Not in the block above: a function may raise StopIteration too, an error like any other.
        result = app.ensure_sync(function)(*arguments)


def signal_steps(signal: NamedSignal, sender: Any, **kwargs: Any) -> Steps:
    """What listens to a signal.

    :param signal: The signal.
    :param sender: Who sends.
    :param kwargs: What is sent along.
    """
    if signal.receivers and not signal.is_muted:
        for receiver in signal.receivers_for(sender):
            yield partial(receiver, sender, **kwargs), ()


def may_concern(registry: Mapping[str | None, Any], request: Request) -> bool:
    """Tell whether one of the hooks in a registry may be for a request.

    :param registry: The hooks by the name of their blueprint, ``None`` for the application.
    :param request: The request.
    """
    return bool(registry) and (None in registry or bool(request.blueprints))


def before_request_steps(app: Flask, context: RequestContext) -> Steps:
    """What comes before the view; returns an answer given in place of the view's, or ``None``."""
    request = context.request
    names = (None, *reversed(request.blueprints))
    for name in names:
        for preprocess in app.url_value_preprocessors.get(name, ()):
            yield preprocess, (request.endpoint, request.view_args)
    for name in names:
        for function in app.before_request_funcs.get(name, ()):
            answer = yield function, ()
            if answer is not None:
                return answer
    return None


def after_request_steps(app: Flask, context: RequestContext, response: Any) -> Steps:
    """What comes after the view; returns the response that the last function returned."""
    functions = [*context._after_request_functions]
    context.is_answered = True
    for name in (*context.request.blueprints, None):
        functions += reversed(app.after_request_funcs.get(name, ()))
    for function in functions:
        response = yield function, (response,)
        if response is None:
            raise TypeError(
                f"The function {function.__name__!r} runs after the request and returned None."
                " Return the response, or another one."
            )
    return response


def teardown_request_steps(
    app: Flask, context: RequestContext | None, exc: BaseException | None
) -> Steps:
    """What ends a request, whatever happened."""
    blueprints: list[str] = []
    if context is not None:
        context.is_answered = True
        blueprints = context.request.blueprints
    for name in (*blueprints, None):
        for function in reversed(app.teardown_request_funcs.get(name, ())):
            yield function, (exc,)


def teardown_appcontext_steps(app: Flask, exc: BaseException | None) -> Steps:
    """What ends an application context."""
    for function in reversed(app.teardown_appcontext_funcs):
        yield function, (exc,)
