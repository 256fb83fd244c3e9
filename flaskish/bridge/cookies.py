"""Cookies for the whole of a project, read as applications read them.

Flask: ``request.cookies``. Django: ``HttpRequest.COOKIES``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from ..werkzeug.wrappers._django_request import read_cookies

if TYPE_CHECKING:
    from django.http import HttpRequest


class CookieMiddleware:
    """Reads the cookies before other middleware does, when it is the first in ``MIDDLEWARE``.

    Django's own function takes a name with one of Unicode's blanks in front for a ``__Host-``
    cookie, and needs seconds for a header full of backslashes.

    :param get_response: What answers the request.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.COOKIES = read_cookies(request)
        return self._get_response(request)
