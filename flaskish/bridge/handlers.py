"""The handler of an application that stands alone and has Django middleware in its settings.

Flask: ``wsgi_app``. Django: ``django.core.handlers.wsgi.WSGIHandler``.

Without middleware the application answers by itself. With it, the request takes the same way as
in a project: through the middleware to the application's own URLconf, which is its root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from .settings import read_setting

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

    from ..app import Flask

#: The key by which a test client asks that its requests need no CSRF token.
SKIP_CSRF_KEY = "flaskish.dont_enforce_csrf_checks"
#: The key under which an error waits that is to reach the server once the middleware is done.
ERROR_KEY = "flaskish.propagated_error"


def has_middleware() -> bool:
    """Tell whether the settings name any middleware."""
    return bool(read_setting("MIDDLEWARE"))


def answer_through_middleware(
    app: Flask, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a WSGI request by way of the middleware of Django's settings.

    :param app: The application.
    :param environ: The WSGI environ.
    :param start_response: Takes the status and the headers.
    :raises Exception: A view failed and the application lets errors out.
    """
    response = _handler_for(app)(environ, start_response)
    error = environ.pop(ERROR_KEY, None)
    if error is not None:
        response.close()
        raise error
    return response


def _handler_for(app: Flask) -> WSGIHandler:
    middleware = settings.MIDDLEWARE
    if app._middleware_handler is None or app._middleware_handler[0] is not middleware:
        app._middleware_handler = (middleware, _make_handler(app))
    return app._middleware_handler[1]


def _make_handler(app: Flask) -> WSGIHandler:
    # Only applications with middleware pay for these imports.
    import weakref

    from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
    from django.utils.functional import cached_property

    from ..werkzeug.wrappers._django_request import read_cookies
    from .urlconf import root_urlconf

    app_reference = weakref.ref(app)

    class AppRequest(WSGIRequest):
        """A request whose URLconf is the application, and whose cookies are read by us."""

        COOKIES = cached_property(read_cookies)

        def __init__(self, environ: dict[str, Any]) -> None:
            super().__init__(environ)
            owner = app_reference()
            if owner is not None:
                self.urlconf = root_urlconf(owner)  # type: ignore[assignment]
            if environ.get(SKIP_CSRF_KEY):
                self._dont_enforce_csrf_checks = True

    class AppHandler(WSGIHandler):
        """Django's handler for one application."""

        request_class = AppRequest

        def process_exception_by_middleware(self, exception: Exception, request: Any) -> Any:
            response = super().process_exception_by_middleware(exception, request)
            owner = app_reference()
            if response is None and owner is not None and owner._lets_errors_out:
                # Django is going to answer; who called the application is to see the error.
                request.META[ERROR_KEY] = exception
            return response

    return AppHandler()
