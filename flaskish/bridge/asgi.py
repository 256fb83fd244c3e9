"""The ASGI side of an application that stands alone.

Flask: none. Django: ``django.core.handlers.asgi.ASGIHandler``, which reads the body, notices
disconnects and sends the response.
"""

from __future__ import annotations

import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.conf import settings

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler
    from django.http import HttpRequest

    from ..app import Flask

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ASGIApp:
    """An application as an ASGI server calls it: HTTP and lifespan; a websocket is closed.

    :param app: The application.
    """

    def __init__(self, app: Flask) -> None:
        # The application holds this object, which must not hold the application.
        self._app_reference = weakref.ref(app)
        self._handler: tuple[Any, ASGIHandler] | None = None

    @property
    def app(self) -> Flask:
        """The application."""
        app = self._app_reference()
        if app is None:
            raise RuntimeError("The application behind this ASGI application is gone.")
        return app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a scope.

        :param scope: What the connection is about.
        :param receive: Awaited for each message of the client.
        :param send: Awaited with each message to the client.
        :raises ValueError: The scope is of a kind that is not known.
        """
        if scope["type"] == "http":
            await self._current_handler()(scope, receive, send)  # type: ignore[arg-type]
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await self._refuse_websocket(receive, send)
        else:
            raise ValueError(f"An application answers HTTP only, not {scope['type']!r}.")

    def _current_handler(self) -> ASGIHandler:
        """Return Django's handler; made anew when the middleware of the settings changes."""
        middleware = settings.MIDDLEWARE
        if self._handler is None or self._handler[0] is not middleware:
            self._handler = (middleware, _make_handler(self))
        return self._handler[1]

    @staticmethod
    async def _live(receive: Receive, send: Send) -> None:
        """Answer the server's start and stop."""
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    @staticmethod
    async def _refuse_websocket(receive: Receive, send: Send) -> None:
        """Close a websocket before it is accepted; the server answers with status 403."""
        await receive()
        await send({"type": "websocket.close", "code": 1000, "reason": "HTTP only."})


def _make_handler(asgi_app: ASGIApp) -> ASGIHandler:
    # Loaded by the first request of an ASGI server.
    from django.core.handlers.asgi import ASGIHandler

    from .urlconf import root_urlconf

    class AppHandler(ASGIHandler):
        """Django's handler for one application."""

        async def get_response_async(self, request: HttpRequest) -> Any:
            app = asgi_app.app
            if settings.MIDDLEWARE:
                request.urlconf = root_urlconf(app)  # type: ignore[assignment]
                return await super().get_response_async(request)
            # One hop for the hooks and the view: async ones come back to the server's loop by
            # themselves, because asgiref knows that this thread works for it.
            respond = sync_to_async(app.respond_to_django, thread_sensitive=True)
            response = await respond(request, is_mounted=False)
            response._resource_closers.append(request.close)
            return response

    return AppHandler()
