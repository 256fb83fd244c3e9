"""A whole request as one coroutine, for an event loop to drive.

Flask: ``Flask.full_dispatch_request`` and what it calls. Django: ``get_response_async``.

It runs the same functions in the same order as the methods of ``Flask``, which a thread calls one
inside the other. One coroutine, because sync functions that follow one another share a thread. A
stage in which nobody's function may run is left to the method itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase

from ._context_processors import context_processor_steps, may_have_async_processors
from ._hooks import after_request_hooks, hooks_after, hooks_before, require_response
from ._replaced_methods import runs_in_steps
from ._steps import ClosedSteps, EscapedExit, StoppedStep, call, is_async
from .ctx import PRESERVE_KEY, AppContext, WrongContextPopped
from .globals import _cv_app, _cv_request, get_app_context, get_request_context
from .signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)
from .views import may_be_async, select_function
from .werkzeug.datastructures import Headers
from .werkzeug.exceptions import HTTPException
from .werkzeug.wrappers._response_headers import adopt_headers

if TYPE_CHECKING:
    from .app import Flask
    from .ctx import ContextKeeper, RequestContext
    from .sessions import SessionMixin
    from .signals import NamedSignal
    from .wrappers import Request, Response


def has_async_steps(app: Flask, endpoint: str | None) -> bool:
    """Tell whether a request may need an event loop: for its view, a hook or a handler.

    :param app: The application.
    :param endpoint: The endpoint, ``None`` if no rule matched.
    """
    view_function = app.view_functions.get(endpoint or "")
    return (view_function is not None and may_be_async(view_function)) or any(
        map(is_async, _all_hooks(app))
    )


def _all_hooks(app: Flask) -> Iterator[Callable[..., Any]]:
    for registry in (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.url_value_preprocessors,
        app.template_context_processors,
    ):
        yield from chain.from_iterable(registry.values())
    yield from app.teardown_appcontext_funcs
    for by_code in app.error_handler_spec.values():
        for by_class in by_code.values():
            yield from by_class.values()


async def answer_steps(
    app: Flask,
    context: RequestContext,
    environ: Mapping[str, Any],
    pause_watch: Callable[[], None] | None = None,
    receive_body: Callable[[], Any] | None = None,
) -> Response:
    """The life of a request, from pushing its context to popping it; returns the response.

    :param app: The application.
    :param context: The context of the request.
    :param environ: What of the request's environ a test client may have set.
    :param pause_watch: Has what ends the request left alone, if the client goes away.
    :param receive_body: An async function to await when the rule of the request is known.
    """
    try:
        try:
            app_context = context._enter()
            if appcontext_pushed.receivers or _opens_session(context):
                await _entered_steps(context, app_context)
            if context.request.routing_exception is None:
                context.match_request()
            if receive_body is not None:
                await call(receive_body)
            response = await _full_dispatch_steps(app, context)
        except Exception as thrown:
            error = context.error = _as_raised(thrown)
            response = await _exception_steps(app, context, error)
    except ClosedSteps as error:
        _end_closed(context, error)
        raise
    except BaseException as error:
        context.error = _as_raised(error)
        await _end_steps(app, context, environ, pause_watch)
        raise
    try:
        if context.error is not None or PRESERVE_KEY in environ or _has_teardown(app):
            await _end_steps(app, context, environ, pause_watch)
        else:
            _end_at_once(context)
    except BaseException:
        # Nobody is going to send it.
        await call(response.give_up)
        raise
    return response


def _end_closed(context: RequestContext, error: BaseException) -> None:
    """End a request for which nobody waits any more, so that nothing in it can."""
    context.error = error
    if _cv_request.get() is context:
        context.pop(error)
    elif context._pushes:
        # By the garbage collector say, in the middle of another request.
        copy_context().run(_pop_as_current, context, error)


def _pop_as_current(context: RequestContext, error: BaseException) -> None:
    _cv_request.set(context)
    _cv_app.set(context._pushes[1] or _cv_app.get())
    context.pop(error)


# The contexts


async def push_steps(context: AppContext | RequestContext) -> None:
    """What the context's ``push`` does."""
    if isinstance(context, AppContext):
        context._enter()
        if appcontext_pushed.receivers:
            await _signal_steps(appcontext_pushed, context.app)
        return
    await _entered_steps(context, context._enter())
    if context.request.routing_exception is None:
        context.match_request()


async def _entered_steps(context: RequestContext, app_context: AppContext | None) -> None:
    if app_context is not None and appcontext_pushed.receivers:
        with context._hidden():
            await _signal_steps(appcontext_pushed, context.app)
    if _opens_session(context):
        await _open_session_steps(context)


def _opens_session(context: RequestContext) -> bool:
    """Tell whether the session is opened before anybody asks for it."""
    interface = context.app.session_interface
    return context.is_mounted or interface.may_block or not interface.opens_on_demand


async def _open_session_steps(context: RequestContext) -> None:
    interface = context.app.session_interface
    if interface.may_block:
        await call(context._open_session)
    if context.is_mounted or not interface.opens_on_demand:
        session = context._open_session()
        if session.may_block:
            # Now or never: an async function reads it like a dict, which cannot wait on a loop.
            await call(session.load)


def _has_teardown(app: Flask) -> bool:
    return bool(
        app.teardown_request_funcs
        or app.teardown_appcontext_funcs
        or request_tearing_down.receivers
        or appcontext_tearing_down.receivers
        or appcontext_popped.receivers
    )


def _end_at_once(context: RequestContext) -> None:
    """What ends a request of whose end nobody is told."""
    try:
        if not (context._pushes[-1] or context._keepers):
            context.request.close()
    finally:
        current = get_request_context()
        app_context = context._leave(None)
        if app_context is not None:
            app_context._leave()
    if current is not context:
        raise WrongContextPopped(current, context)


async def _end_steps(
    app: Flask,
    context: RequestContext,
    environ: Mapping[str, Any],
    pause_watch: Callable[[], None] | None,
) -> None:
    if pause_watch is not None:
        pause_watch()
    preserve = environ.get(PRESERVE_KEY)
    if preserve is not None:
        preserve(get_app_context())
        preserve(get_request_context())
    error = context.error
    if error is not None and app.should_ignore_error(error):
        error = None
    await _pop_request_context_steps(context, error)


async def pop_steps(context: AppContext | RequestContext, exc: BaseException | None) -> None:
    """What the context's ``pop`` does."""
    if not runs_in_steps(context.app):
        await call(context.pop, exc)
    elif isinstance(context, AppContext):
        await _pop_app_context_steps(context, exc)
    else:
        await _pop_request_context_steps(context, exc)


async def _pop_request_context_steps(context: RequestContext, exc: BaseException | None) -> None:
    app = context.app
    try:
        if context._pushes[-1] or context._keepers:
            pass
        elif app.teardown_request_funcs or request_tearing_down.receivers:
            await tear_down_steps(context, exc)
        else:
            context.request.close()
    finally:
        current = get_request_context()
        app_context = context._leave(exc)
        if app_context is None:
            pass
        elif (
            app.teardown_appcontext_funcs
            or appcontext_tearing_down.receivers
            or appcontext_popped.receivers
        ):
            await _pop_app_context_steps(app_context, exc)
        else:
            app_context._leave()
    if current is not context:
        raise WrongContextPopped(current, context)


async def tear_down_steps(context: RequestContext, exc: BaseException | None) -> None:
    """What ends a request, its uploads included."""
    app = context.app
    context.is_answered = True
    try:
        for function in hooks_after(app.teardown_request_funcs, context.request):
            await call(function, exc)
        if request_tearing_down.receivers:
            await _signal_steps(request_tearing_down, app, exc=exc)
    finally:
        context.request.close()


async def release_steps(
    keeper: ContextKeeper,
    context: RequestContext,
    app_context: AppContext | None,
    exc: BaseException | None,
) -> None:
    """What ends a request that a stream has prolonged."""
    with keeper:
        try:
            await tear_down_steps(context, exc)
        finally:
            if app_context is not None:
                await tear_down_app_context_steps(context.app, exc)
                if appcontext_popped.receivers:
                    await _signal_steps(appcontext_popped, context.app)


async def _pop_app_context_steps(context: AppContext, exc: BaseException | None) -> None:
    try:
        if not context._pushes[1]:
            await tear_down_app_context_steps(context.app, exc)
    finally:
        context._leave()
    if appcontext_popped.receivers:
        await _signal_steps(appcontext_popped, context.app)


async def tear_down_app_context_steps(app: Flask, exc: BaseException | None) -> None:
    """What ends an application context."""
    for function in reversed(app.teardown_appcontext_funcs):
        await call(function, exc)
    if appcontext_tearing_down.receivers:
        await _signal_steps(appcontext_tearing_down, app, exc=exc)


# From the request to the response


async def _full_dispatch_steps(app: Flask, context: RequestContext) -> Response:
    app._got_first_request = True
    try:
        if request_started.receivers:
            await _signal_steps(request_started, app)
        answer = None
        if app.url_value_preprocessors or app.before_request_funcs:
            answer = await _preprocess_steps(app, context.request)
        if answer is None:
            view_function = app._find_view(context.request)
            if view_function is None:
                answer = app.make_default_options_response()
            else:
                function = select_function(view_function)
                if may_have_async_processors(app) and is_async(function):
                    await context_processor_steps(app, context)
                view_args = context.request.view_args
                answer = await call(partial(function, **view_args) if view_args else function)
    except Exception as error:
        answer = await _user_exception_steps(app, error)
        context._let_go_of(error)
    # A response is left as it is.
    if _may_block(answer):
        answer = await call(app.make_response, answer)
    response = app.make_response(answer)
    if (
        app.after_request_funcs
        or context._after_request_functions
        or request_finished.receivers
        or context._opened_session is not None
        or context.request._read_header("HTTP_COOKIE") is not None
        or type(response.headers) is not Headers
    ):
        return await _process_steps(app, context, response)
    context.is_answered = True
    return response


async def _preprocess_steps(app: Flask, request: Request) -> Any:
    for function in hooks_before(app.url_value_preprocessors, request):
        await call(function, request.endpoint, request.view_args)
    for function in hooks_before(app.before_request_funcs, request):
        answer = await call(function)
        if answer is not None:
            return answer
    return None


async def _process_steps(
    app: Flask, context: RequestContext, response: Response, from_error_handler: bool = False
) -> Response:
    context.is_answered = True
    try:
        if app.after_request_funcs or context._after_request_functions:
            for function in after_request_hooks(app.after_request_funcs, context):
                response = require_response(await call(function, response), function)
        adopt_headers(response)
        session = context._session_to_save()
        if session is not None:
            await _save_session_steps(app, session, response)
        if request_finished.receivers:
            await _signal_steps(request_finished, app, response=response)
    except Exception:
        if not from_error_handler:
            await call(response.give_up)
            raise
        app._note_failed_finalizing(response)
    return response


def _may_block(answer: Any) -> bool:
    """Tell whether making a response of an answer runs code of somebody else's."""
    if isinstance(answer, (str, dict)):
        return False
    body = answer[0] if isinstance(answer, tuple) and answer else answer
    if isinstance(body, HttpResponseBase):
        # A template of Django's may ask the database.
        return hasattr(body, "render")
    return callable(body) and not isinstance(body, HTTPException)


async def _save_session_steps(app: Flask, session: SessionMixin, response: Response) -> None:
    interface = app.session_interface
    if interface.may_block or session.may_block:
        await call(interface.save_session, app, session, response)
    else:
        interface.save_session(app, session, response)


async def _signal_steps(signal: NamedSignal, sender: Any, **kwargs: Any) -> None:
    if signal.receivers and not signal.is_muted:
        for receiver in signal.receivers_for(sender):
            await call(partial(receiver, sender, **kwargs))


# Errors


def _as_raised(error: Any) -> Any:
    """Return what a function raised, where Python has no way for that out of these steps."""
    return error.original if isinstance(error, (StoppedStep, EscapedExit)) else error


async def _user_exception_steps(app: Flask, thrown: Exception) -> Any:
    error = _as_raised(thrown)
    http_error = app._as_http_exception(error)
    if http_error is None:
        handler = app._find_error_handler(error, app._current_blueprints())
        if handler is not None:
            return await _handler_steps(app, handler, error)
        http_error = app._translate_exception(error)
    if http_error is None:
        raise thrown
    handler = app._find_http_handler(http_error)
    if handler is None:
        return http_error
    return await _handler_steps(app, handler, http_error)


async def _handler_steps(app: Flask, handler: Callable[..., Any], error: Exception) -> Any:
    context = get_request_context()
    if context is not None and may_have_async_processors(app) and is_async(handler):
        await context_processor_steps(app, context)
    return await call(handler, error)


async def _exception_steps(app: Flask, context: RequestContext, error: Exception) -> Response:
    if got_request_exception.receivers:
        await _signal_steps(got_request_exception, app, exception=error)
    server_error, handler = app._prepare_server_error(error)
    if handler is not None:
        server_error = await _handler_steps(app, handler, server_error)
    if _may_block(server_error):
        server_error = await call(app.make_response, server_error)
    response = app.make_response(server_error)
    return await _process_steps(app, context, response, from_error_handler=True)
