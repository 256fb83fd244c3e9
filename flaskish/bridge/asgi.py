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
from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from .urlconf import root_urlconf

if TYPE_CHECKING:
    from ..app import Flask

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class AppASGIHandler(ASGIHandler):
    """Answers ASGI scopes for one application.

    :param app: The application.
    """

    def __init__(self, app: Flask) -> None:
        # The application holds its handler, so the handler must not hold the application.
        self._app_reference = weakref.ref(app)
        super().__init__()

    @property
    def app(self) -> Flask:
        app = self._app_reference()
        if app is None:
            raise RuntimeError("The application of this handler is gone.")
        return app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await super().__call__(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "websocket":
            await self.refuse_websocket(receive, send)
        else:
            raise ValueError(f"An application answers HTTP only, not {scope['type']!r}.")

    async def live(self, receive: Receive, send: Send) -> None:
        """Answer the server's start and stop."""
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def refuse_websocket(self, receive: Receive, send: Send) -> None:
        """Close a websocket before it is accepted; the server answers with status 403."""
        await receive()
        await send({"type": "websocket.close", "code": 1000, "reason": "HTTP only."})

    async def get_response_async(self, request: ASGIRequest) -> Any:
        if settings.MIDDLEWARE:
            request.urlconf = root_urlconf(self.app)  # type: ignore[attr-defined]
            return await super().get_response_async(request)
        # One hop for the hooks and the view: async ones come back to the server's loop by
        # themselves, because asgiref knows that this thread works for it.
        response = await sync_to_async(self.app.respond_to_django, thread_sensitive=True)(
            request, is_mounted=False
        )
        response._resource_closers.append(request.close)
        return response


def asgi_handler(app: Flask) -> AppASGIHandler:
    """Return the application's handler; made anew when the middleware of the settings changes.

    :param app: The application.
    """
    middleware = settings.MIDDLEWARE
    if app._asgi_handler is None or app._asgi_handler[0] is not middleware:
        app._asgi_handler = (middleware, AppASGIHandler(app))
    return app._asgi_handler[1]
