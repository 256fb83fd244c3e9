"""Django's handlers for an application that stands alone and has middleware in its settings.

Flask: ``wsgi_app``. Django: ``WSGIHandler`` and ``ASGIHandler``.

Without middleware the application answers by itself. With it, the request takes the same way as
in a project: through the middleware to the application's own URLconf, which is its root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler
    from django.http.response import HttpResponseBase

    from ..app import Flask

#: The key by which a test client asks that its requests need no CSRF token.
SKIP_CSRF_KEY = "flaskish.dont_enforce_csrf_checks"
#: The key under which an error waits that is to reach the server once the middleware is done.
ERROR_KEY = "flaskish.propagated_error"


def answer_through_middleware(
    app: Flask, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a WSGI request by way of the middleware of Django's settings.

    :param app: The application.
    :param environ: The WSGI environ.
    :param start_response: Takes the status and the headers.
    :raises Exception: A view failed and the application lets errors out.
    """
    return handler_for(app, _wsgi_handler_class)(environ, start_response)  # type: ignore[no-any-return]


def _wsgi_handler_class() -> type[WSGIHandler]:
    # Only applications with middleware pay for this import.
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler


def handler_for(app: Flask, find_class: Callable[[], type[Any]]) -> Any:
    """Return Django's handler for an application; made anew when the middleware changes.

    :param app: The application.
    :param find_class: Returns the class of the handler. There is one of each for an application.
    """
    middleware, handler = app._middleware_handlers.get(find_class, (None, None))
    if handler is None or middleware is not settings.MIDDLEWARE:
        handler = _make_handler(app, find_class())
        app._middleware_handlers[find_class] = (settings.MIDDLEWARE, handler)
    return handler


def _make_handler(app: Flask, handler_class: Any) -> Any:
    # Only applications with middleware pay for these imports.
    import weakref

    from asgiref.sync import sync_to_async

    from ..werkzeug.wrappers._django_request import FlaskRules
    from .urlconf import root_urlconf

    # The application, which holds the handler, is to be freed as soon as nobody else holds it.
    app_reference = weakref.ref(app)

    class AppRequest(FlaskRules, handler_class.request_class):  # type: ignore[misc]
        """A request whose URLconf is the application, and whose headers are read by our rules."""

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            owner = app_reference()
            if owner is not None:
                self.urlconf = root_urlconf(owner)
            if self.META.get(SKIP_CSRF_KEY):
                self._dont_enforce_csrf_checks = True

    class AppHandler(handler_class):  # type: ignore[misc]
        """Django's handler for one application."""

        request_class = AppRequest

        def process_exception_by_middleware(self, exception: Exception, request: Any) -> Any:
            response = super().process_exception_by_middleware(exception, request)
            owner = app_reference()
            if response is not None or owner is None or not owner._lets_errors_out:
                return response
            # Django is going to answer. Who called the application is to see its errors, but not
            # those of clients.
            if owner._translate_exception(exception) is None:
                request.META[ERROR_KEY] = exception
            return None

        def get_response(self, request: Any) -> HttpResponseBase:
            response: HttpResponseBase = super().get_response(request)
            error = request.META.pop(ERROR_KEY, None)
            if error is not None:
                self._give_up(response)
                raise error
            return response

        async def get_response_async(self, request: Any) -> HttpResponseBase:
            response: HttpResponseBase = await super().get_response_async(request)
            error = request.META.pop(ERROR_KEY, None)
            if error is not None:
                await sync_to_async(self._give_up)(response)
                raise error
            return response

        def _give_up(self, response: Any) -> None:
            # As the handlers do, so that closing it announces the end of the request.
            response._handler_class = type(self)
            response.close()

    return AppHandler()
