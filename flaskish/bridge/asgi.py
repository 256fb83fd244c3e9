"""The ASGI side of an application that stands alone.

Flask: none. Django: ``django.core.handlers.asgi.ASGIHandler``, which answers when there is
middleware in the settings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from .. import bridge
from .asgi_http import Exchange
from .lifespan import Lifespan
from .settings import read_setting

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler

    from ..app import Flask

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ASGIApp:
    """An application as an ASGI server calls it: HTTP and lifespan; a websocket is closed.

    :param app: The application.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a scope.

        :param scope: What the connection is about.
        :param receive: Awaited for each message of the client.
        :param send: Awaited with each message to the client.
        :raises ValueError: The scope is of a kind that is not known.
        """
        if scope["type"] == "http":
            if read_setting("MIDDLEWARE"):
                await bridge.handlers.handler_for(self.app, _asgi_handler_class)(
                    scope, receive, send
                )
            else:
                await Exchange(self.app, scope, receive, send).run()
        elif scope["type"] == "lifespan":
            await Lifespan(self.app).answer(receive, send)
        elif scope["type"] == "websocket":
            await self._refuse_websocket(receive, send)
        else:
            raise ValueError(f"An application answers HTTP only, not {scope['type']!r}.")

    @staticmethod
    async def _refuse_websocket(receive: Receive, send: Send) -> None:
        """Close a websocket before it is accepted; the server answers with status 403."""
        await receive()
        await send({"type": "websocket.close", "code": 1000, "reason": "HTTP only."})


def _asgi_handler_class() -> type[ASGIHandler]:
    # Loaded by the first request of an ASGI server.
    from django.core.handlers.asgi import ASGIHandler, ASGIRequest

    from ..werkzeug.wrappers._scope import ENVIRON_KEY

    class ScopeRequest(ASGIRequest):
        """A request with what a test client has put into the environ."""

        def __init__(self, scope: dict[str, Any], body_file: Any) -> None:
            super().__init__(scope, body_file)
            self.META.update(scope.get(ENVIRON_KEY, {}))

    class ScopeHandler(ASGIHandler):
        request_class = ScopeRequest

    return ScopeHandler
