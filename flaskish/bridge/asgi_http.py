"""Answers an HTTP request of an ASGI server, for an application that stands alone.

Flask: ``wsgi_app``. Django: ``ASGIHandler``, without what it does for middleware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.signals import request_finished

from .._event_loop import DisconnectWatch, await_steps, call_in_thread
from .._replaced_methods import has_original_methods, has_wsgi_middleware, runs_in_steps
from .._request_steps import answer_steps
from ..ctx import PRESERVE_KEY, AppContext, RequestContext
from ..globals import _cv_app
from ..werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from ..werkzeug.wrappers import Response as ResponseBase
from ..werkzeug.wrappers._scope import ENVIRON_KEY
from .asgi_body import BodyReceiver, IncomingStream, RefusedBody
from .asgi_response import close_response, closes_at_once, send_response
from .lifecycle import (
    announce_request,
    receivers_are_djangos,
    request_signals_are_idle,
    send_request_signal,
)
from .request_thread import RequestThread

if TYPE_CHECKING:
    from .._steps import Steps
    from ..app import Flask
    from ..wrappers import Request, Response

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def answer_http(
    app: Flask, scope: Message, receive: Receive, send: Send
) -> Coroutine[Any, Any, None]:
    """Answer a request.

    :param app: The application.
    :param scope: The HTTP scope.
    :param receive: Awaited for each message of the client.
    :param send: Awaited with each message to the client.
    """
    return _Answer(app, scope, receive, send).run()


def _get_body_limit(app: Flask, request: Request) -> int | None:
    """Return a request's own limit, which is the application's unless it says otherwise.

    Differs from Flask: with an ASGI server, a view or a hook that sets
    ``request.max_content_length`` cannot let in a larger body, which has been received by then.
    """
    outer = _cv_app.get()
    if outer is None:
        # The methods of the application push their context later, in the thread.
        _cv_app.set(AppContext(app))
    try:
        limit: int | None = request.max_content_length
    finally:
        _cv_app.set(outer)
    return limit


class _Answer:
    """A request on its way from the server to the application and back."""

    _has_sent_signal = False

    def __init__(self, app: Flask, scope: Message, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._send = send
        self._thread = RequestThread()
        request = app.request_class.from_scope(scope)
        request.json_module = app.json
        self._request: Request = request
        self._receiver = BodyReceiver(receive, partial(_get_body_limit, app, request))
        self._watch = DisconnectWatch(receive, self._receiver)

    async def run(self) -> None:
        """Answer the request; what it leaves open is closed, whoever ends it."""
        response: Response | None = None
        with self._thread:
            try:
                response = await await_steps(self._steps(), self._watch)
                if response.is_sequence:
                    await send_response(response, self._request, self._send)
                else:
                    self._watch.is_paused = False
                    await await_steps(self._sending_steps(response), self._watch)
            except asyncio.CancelledError:
                if not self._watch.stop() and not self._receiver.is_aborted:
                    raise
            finally:
                self._watch.stop()
                await self._close(response)

    def _steps(self) -> Steps:
        app, request = self._app, self._request
        is_original = has_original_methods(app)
        if not is_original and has_wsgi_middleware(app):
            yield self._receive_body, ()
            # All in one thread, and the signals are its business, too.
            self._has_sent_signal = True
            return (yield ResponseBase.from_app, (app, request.environ))
        if not receivers_are_djangos():
            yield partial(announce_request, scope=self._scope), ()
        context = RequestContext(app, None, request=request)
        if is_original or runs_in_steps(app):
            preserve = self._scope.get(ENVIRON_KEY, {}).get(PRESERVE_KEY)
            response = yield from answer_steps(
                app, context, preserve, self._watch, self._receive_body
            )
        else:
            yield self._receive_body, ()
            response = yield app._respond, (context, request.environ)
        if response.is_sequence and self._thread.is_used and receivers_are_djangos():
            # What they clean up nobody needs any more, and the thread is at hand.
            yield self._finish_in_thread, ()
        return response

    def _sending_steps(self, response: Response) -> Steps:
        yield send_response, (response, self._request, self._send)

    def _finish_in_thread(self) -> None:
        if self._needs_signal():
            self._send_signal()

    def _needs_signal(self) -> bool:
        """Tell whether receivers of ``request_finished`` have something to do.

        Django's own care for the connections of the thread they run in.
        """
        return (
            not self._has_sent_signal
            and (self._thread.is_used or not receivers_are_djangos())
            and not request_signals_are_idle()
        )

    def _send_signal(self) -> None:
        self._has_sent_signal = True
        send_request_signal(request_finished, type(self._app))

    async def _receive_body(self) -> None:
        """Receive the body, unless it is too long, or the view wants to do so by itself."""
        receiver, request = self._receiver, self._request
        try:
            receiver.check_length(request._read_header("CONTENT_LENGTH"))
            if self._does_view_read_stream():
                stream: Any = IncomingStream(receiver)
                request._replace_body(stream)
                request.__dict__["stream"] = stream
                return
            file = await receiver.receive_all()
            if file is not None:
                request._replace_body(file)
        except RequestEntityTooLarge as error:
            # Who never asks for the body is not told.
            refused: Any = RefusedBody(error)
            request._replace_body(refused)
        except ClientDisconnected as error:
            raise asyncio.CancelledError("The client is gone.") from error

    def _does_view_read_stream(self) -> bool:
        endpoint = self._request.endpoint
        view_function = None if endpoint is None else self._app.view_functions.get(endpoint)
        return getattr(view_function, "reads_stream", False)

    async def _close(self, response: Response | None) -> None:
        """End the request for Django and for the response, in a thread if that may block."""
        if self._request._scope_body is not None:
            self._request._scope_body.close()
        try:
            if response is not None:
                if closes_at_once(response):
                    response.close()
                else:
                    await close_response(response)
        finally:
            # Functions of somebody's, which a response calls when it is closed, may fail.
            if self._needs_signal():
                await call_in_thread(self._send_signal)
            if self._thread.is_used:
                # Another request would have to look whether the connections of this one still work.
                self._thread.is_reusable = request_signals_are_idle()
