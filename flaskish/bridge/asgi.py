"""The ASGI side of an application that stands alone.

Flask: none. Django: ``django.core.handlers.asgi.ASGIHandler``, which answers when there is
middleware in the settings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from .asgi_http import answer_http
from .lifespan import Lifespan

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
        self._handler: tuple[Any, ASGIHandler] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a scope.

        :param scope: What the connection is about.
        :param receive: Awaited for each message of the client.
        :param send: Awaited with each message to the client.
        :raises ValueError: The scope is of a kind that is not known.
        """
        if scope["type"] == "http":
            if settings.MIDDLEWARE:
                await self._django_handler()(scope, receive, send)  # type: ignore[arg-type]
            else:
                await answer_http(self.app, scope, receive, send)
        elif scope["type"] == "lifespan":
            await Lifespan(self.app).answer(receive, send)
        elif scope["type"] == "websocket":
            await self._refuse_websocket(receive, send)
        else:
            raise ValueError(f"An application answers HTTP only, not {scope['type']!r}.")

    def _django_handler(self) -> ASGIHandler:
        """Return Django's handler; made anew when the middleware of the settings changes."""
        middleware = settings.MIDDLEWARE
        if self._handler is None or self._handler[0] is not middleware:
            self._handler = (middleware, _make_handler(self.app))
        return self._handler[1]

    @staticmethod
    async def _refuse_websocket(receive: Receive, send: Send) -> None:
        """Close a websocket before it is accepted; the server answers with status 403."""
        await receive()
        await send({"type": "websocket.close", "code": 1000, "reason": "HTTP only."})


def _make_handler(app: Flask) -> ASGIHandler:
    # Loaded by the first request of an ASGI server.
    from django.core.handlers.asgi import ASGIHandler, ASGIRequest
    from django.utils.functional import cached_property

    from ..werkzeug.wrappers._django_request import read_cookies
    from ..werkzeug.wrappers._scope import ENVIRON_KEY
    from .handlers import SKIP_CSRF_KEY
    from .urlconf import root_urlconf

    class AppRequest(ASGIRequest):
        """A request whose URLconf is the application, and whose cookies are read by us."""

        COOKIES = cached_property(read_cookies)

        def __init__(self, scope: dict[str, Any], body_file: Any) -> None:
            super().__init__(scope, body_file)
            self.urlconf = root_urlconf(app)  # type: ignore[assignment]
            self.META.update(scope.get(ENVIRON_KEY, {}))
            if SKIP_CSRF_KEY in self.META:
                self._dont_enforce_csrf_checks = True

    class AppHandler(ASGIHandler):
        """Django's handler for one application."""

        request_class = AppRequest

    return AppHandler()
