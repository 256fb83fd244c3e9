"""Calls context processors: the async ones before the view, where an event loop runs.

Flask: ``context_processor``. Django: none, its context processors are sync functions.

``render_template`` is a plain call, which cannot wait for anything on an event loop. So the loop
awaits the async processors once, just before it awaits the view, and keeps what they return.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from ._hooks import hooks_before
from ._steps import call, is_async, is_event_loop_running
from .globals import _cv_request
from .scaffold import _default_template_ctx_processor

if TYPE_CHECKING:
    from .app import Flask
    from .ctx import RequestContext


#: The context processors of an application that has none of its own.
_ONLY_THE_DEFAULT = {None: [_default_template_ctx_processor]}


def may_have_async_processors(app: Flask) -> bool:
    """Tell whether there may be async processors, of which most applications have none.

    :param app: The application.
    """
    return app.template_context_processors != _ONLY_THE_DEFAULT


async def context_processor_steps(app: Flask, context: RequestContext) -> None:
    """What comes before an async view or handler; a sync one calls processors when it renders.

    :param app: The application.
    :param context: The context of the request.
    """
    if context.awaited_processors is not None:
        return
    awaited = context.awaited_processors = {}
    for processor in hooks_before(app.template_context_processors, context.request):
        if not is_async(processor):
            continue
        try:
            awaited[processor] = await call(processor)
        except Exception as error:
            # Most views render nothing, and need not fail.
            awaited[processor] = error


def call_context_processor(app: Flask, processor: Callable[..., Any]) -> dict[str, Any]:
    """Return what a context processor adds to a template's context.

    :param app: The application.
    :param processor: The processor.
    :raises RuntimeError: It is async, and it is too early or too late to wait for it.
    """
    if not is_event_loop_running() or not is_async(processor):
        return app.ensure_sync(processor)()  # type: ignore[no-any-return]
    context = _cv_request.get()
    if context is None or getattr(context.request, "scope", None) is None:
        return _call_on_another_loop(app, processor)
    awaited = context.awaited_processors
    if awaited is None or processor not in awaited:
        raise RuntimeError(
            f"The async context processor {processor.__name__!r} cannot be waited for here. On an"
            " event loop they run just before an async view or error handler: render templates"
            " there, or make the processor a sync function."
        )
    values = awaited[processor]
    if isinstance(values, Exception):
        raise values
    return values  # type: ignore[no-any-return]


def _call_on_another_loop(app: Flask, processor: Callable[..., Any]) -> dict[str, Any]:
    # This loop is no server's, but was made for one async view, under WSGI or in a test.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as executor:
        call = executor.submit(copy_context().run, app.ensure_sync(processor))
        return call.result()  # type: ignore[no-any-return]
