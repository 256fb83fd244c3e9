"""Answers an HTTP request of an ASGI server, for an application that stands alone.

Flask: ``wsgi_app``. Django: ``ASGIHandler``, without what it does for middleware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.signals import request_finished

from .._event_loop import DisconnectWatch, call_in_thread, drive
from .._replaced_methods import has_original_methods, has_wsgi_middleware, runs_in_steps
from .._request_steps import answer_steps
from .._steps import call
from ..ctx import RequestContext
from ..werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from ..werkzeug.sansio._lazy import lazy_attribute
from ..werkzeug.wrappers import Response as ResponseBase
from ..werkzeug.wrappers._scope import ENVIRON_KEY
from .asgi_body import ClientSide, IncomingStream, RefusedBody, may_send_body
from .asgi_response import (
    body_message,
    close_response,
    closes_at_once,
    send_stream,
    start_message,
)
from .lifecycle import (
    announce_request,
    receivers_are_djangos,
    request_signals_are_idle,
    send_request_signal,
)
from .request_thread import RequestThread

if TYPE_CHECKING:
    from ..app import Flask
    from ..wrappers import Request, Response

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_NOTHING: Message = {}


class Exchange:
    """A request on its way from the server to the application, and its answer on the way back.

    :param app: The application.
    :param scope: The HTTP scope.
    :param receive: Awaited for each message of the client.
    :param send: Awaited with each message to the client.
    """

    _has_sent_signal = False

    def __init__(self, app: Flask, scope: Message, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        request: Request = app.request_class.from_scope(scope)
        request.json_module = app.json
        self._request = request
        self._thread = RequestThread()
        self._watch: DisconnectWatch | None = None

    @lazy_attribute
    def _client(self) -> ClientSide:
        request = self._request
        return ClientSide(self._app, request, self._receive, may_send_body(request, self._scope))

    async def run(self) -> None:
        """Answer the request; what it leaves open is closed, whoever ends it."""
        response: Response | None = None
        with self._thread:
            try:
                response = await drive(self._answer(), self._find_watch, self._finish_in_thread)
                is_whole = response.is_sequence
                if self._watch is not None:
                    self._watch.is_paused = is_whole
                if is_whole:
                    await self._send(start_message(response, self._request))
                    await self._send(body_message(response, self._request))
                else:
                    stream = send_stream(response, self._request, self._send)
                    await drive(stream, self._find_watch)
            except asyncio.CancelledError:
                if not (self._stop_watching() or self._client.is_aborted):
                    raise
            finally:
                self._stop_watching()
                if response is None or self._is_something_open(response):
                    await self._close(response)
                else:
                    response.close()

    def _find_watch(self) -> DisconnectWatch:
        watch = self._watch
        if watch is None:
            watch = self._watch = DisconnectWatch(self._client)
        return watch

    def _pause_watch(self) -> None:
        self._find_watch().is_paused = True

    def _stop_watching(self) -> bool:
        return self._watch is not None and self._watch.stop()

    def _answer(self) -> Coroutine[Any, Any, Response]:
        is_plain = has_original_methods(self._app) and receivers_are_djangos()
        return self._answer_in_steps() if is_plain else self._answer_as_others_want()

    def _answer_in_steps(self) -> Coroutine[Any, Any, Response]:
        app, scope, request = self._app, self._scope, self._request
        context = RequestContext(app, None, request)
        environ = scope.get(ENVIRON_KEY, _NOTHING)
        receive_body = self._receive_body if may_send_body(request, scope) else None
        return answer_steps(app, context, environ, self._pause_watch, receive_body)

    async def _answer_as_others_want(self) -> Response:
        """Do it where there are receivers of Django's signals, or methods of somebody else's."""
        app, request = self._app, self._request
        if has_wsgi_middleware(app):
            await call(self._receive_body)
            # All in one thread, and the signals are its business, too.
            self._has_sent_signal = True
            from_app: Any = ResponseBase.from_app
            return await call(from_app, app, request.environ)  # type: ignore[no-any-return]
        if not receivers_are_djangos():
            await call(partial(announce_request, scope=self._scope))
        if runs_in_steps(app):
            return await self._answer_in_steps()
        await call(self._receive_body)
        context = RequestContext(app, None, request=request)
        return await call(app._respond, context, request.environ)  # type: ignore[no-any-return]

    def _finish_in_thread(self, response: Response) -> None:
        # What Django's receivers clean up nobody needs any more, and the thread is at hand.
        if response.is_sequence and receivers_are_djangos() and self._needs_signal():
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
        request = self._request
        try:
            self._client.check_length()
            if self._does_view_read_stream():
                stream: Any = IncomingStream(self._client)
                request._replace_body(stream)
                request.__dict__["stream"] = stream
                return
            file = await self._client.receive_all()
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

    def _is_something_open(self, response: Response) -> bool:
        return (
            self._request._scope_body is not None
            or self._thread.is_used
            or not (closes_at_once(response) and receivers_are_djangos())
        )

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
