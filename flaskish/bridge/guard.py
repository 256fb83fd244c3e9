"""What a project reads of a request before any view runs, read by rules that no stranger abuses.

Flask: none; its requests read by these rules. Django: ``WSGIRequest`` and ``ASGIRequest``.

Django's own parsers take a name with one of Unicode's blanks in front for a ``__Host-`` cookie,
need seconds for a cookie full of backslashes, fail on a charset that is not for text or on a form
of too many fields, and do not see a body in chunks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings

from ..sessions import SessionTooLarge
from ..werkzeug.wrappers import Response
from ..werkzeug.wrappers._django_request import FlaskRules
from .charsets import find_charset
from .session import COOKIE_STORE, check_cookie_of

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest


class GuardedRequest(FlaskRules):
    """For a class of Django's requests in a project, in which a charset counts, if it is for text.

    ::

        class OwnHandler(WSGIHandler):
            request_class = guarded(WSGIHandler.request_class)
    """

    _encoding: str | None

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        super()._set_content_type_params(meta)
        # Past the property, which would parse the query, and may fail.
        self._encoding = find_charset((self.content_params or {}).get("charset", ""))


@cache
def guarded(request_class: Any) -> Any:
    """Return a class of Django's requests with our rules.

    :param request_class: The class.
    """
    return type(f"Guarded{request_class.__name__}", (GuardedRequest, request_class), {})


class GuardMiddleware:
    """Guards each request from the middleware behind it on; the first in ``MIDDLEWARE``.

    A session that does not fit into its cookie is an error, whichever side has filled it: browsers
    would drop the cookie, and with it the session before this.

    What fails while Django makes the request comes before any middleware; see
    :func:`get_wsgi_application`.

    :param get_response: What answers the request.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if settings.SESSION_ENGINE == COOKIE_STORE:
            get_response = _require_fitting_sessions(get_response)
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if not isinstance(request, FlaskRules):
            guard(request)
        return self._get_response(request)


def _require_fitting_sessions(get_response: Callable[[HttpRequest], Any]) -> Any:
    if not iscoroutinefunction(get_response):

        def answer(request: HttpRequest) -> Any:
            response = get_response(request)
            try:
                check_cookie_of(request, response)
            except SessionTooLarge:
                _give_up(response)
                raise
            return response

        return answer

    async def answer_later(request: HttpRequest) -> Any:
        response = await get_response(request)
        try:
            check_cookie_of(request, response)
        except SessionTooLarge:
            await sync_to_async(_give_up)(response)
            raise
        return response

    return answer_later


def _give_up(response: Any) -> None:
    # Django's own would announce the end of the request, which is still to come.
    if isinstance(response, Response):
        response.give_up()


def guard(http_request: Any) -> None:
    """Have a request that Django made read by our rules from here on.

    :param http_request: The request.
    """
    kind: Any = type(http_request)
    http_request.__class__ = guarded(kind)
    if http_request.encoding is not None:
        http_request._encoding = find_charset(http_request.encoding)
    if "_stream" not in http_request.__dict__:
        # Made by hand, for a test: its cookies are what the test says.
        return
    http_request.__dict__.pop("COOKIES", None)
    if not http_request._read_started:
        http_request._read_to_the_end()


def get_wsgi_application() -> WSGIHandler:
    """Return a project's WSGI application as Django's function of this name does, guarded.

    ::

        # wsgi.py
        from flaskish.bridge.guard import get_wsgi_application

        application = get_wsgi_application()

    It guards also while Django makes a request, before there is any middleware.
    """
    from django.core.handlers.wsgi import WSGIHandler

    return _make_handler(WSGIHandler)  # type: ignore[no-any-return]


def get_asgi_application() -> ASGIHandler:
    """Return a project's ASGI application; see :func:`get_wsgi_application`."""
    from django.core.handlers.asgi import ASGIHandler

    return _make_handler(ASGIHandler)  # type: ignore[no-any-return]


def _make_handler(handler_class: Any) -> Any:
    import django

    django.setup(set_prefix=False)
    attributes = {"request_class": guarded(handler_class.request_class)}
    return type(f"Guarded{handler_class.__name__}", (handler_class,), attributes)()
