"""What the application's test client has in common with Django's: cookies, and open connections.

Flask: ``FlaskClient``. Django: ``django.test.Client``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.cookies import Morsel
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.signals import request_finished, request_started

from ..werkzeug.test import Cookie
from ..werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from django.test import Client as DjangoClient

    CookieStore = dict[tuple[str, str, str], Cookie]


@contextmanager
def open_connections() -> Iterator[None]:
    """Keep the signals around a request from closing database connections.

    Django's client does the same: a test and the request it makes share their connections.
    """
    # Without it there is no connection, nor a receiver that closes one.
    if "django.db" not in sys.modules:
        yield
        return
    from django.db import close_old_connections

    signals = [
        signal
        for signal in (request_started, request_finished)
        if signal.disconnect(close_old_connections)
    ]
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def close_with_open_connections(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Make the end of a response leave database connections open, too.

    :param chunks: What an application returned; its ``close`` ends the request.
    """
    close = getattr(chunks, "close", None)
    if close is None or "django.db" not in sys.modules:
        return chunks

    def close_response() -> None:
        with open_connections():
            close()

    # The chain hides the ``close`` that would be called besides.
    return ClosingIterator(chain(chunks), close_response)


class SharedCookies:
    """Carries cookies from Django's client to ours before a request, and back after it.

    Django's client keeps one cookie of each name, whatever its host and path, and sends all of
    them.

    :param django_client: The client of ``django.test``.
    """

    def __init__(self, django_client: DjangoClient) -> None:
        self._django_client = django_client
        self._brought: set[tuple[str, str, str]] = set()

    def bring(self, cookies: CookieStore, host: str) -> None:
        """Make our cookies those of Django's client.

        :param cookies: Our cookies, changed in place.
        :param host: The host to which a cookie belongs that names no domain.
        """
        current = [
            from_django_cookie(morsel, host)
            for morsel in self._django_client.cookies.values()
            if not _is_deleted(morsel)
        ]
        for key in self._brought:
            cookies.pop(key, None)
        cookies.update((cookie._storage_key, cookie) for cookie in current)
        self._brought = {cookie._storage_key for cookie in current}

    def hand_back(self, cookies: CookieStore, changed: Iterable[Cookie]) -> None:
        """Tell Django's client what has been set or deleted.

        :param cookies: Our cookies.
        :param changed: The cookies that were set or deleted.
        """
        store: Any = self._django_client.cookies
        for cookie in changed:
            if cookie._storage_key in cookies:
                store[cookie.key] = to_django_cookie(cookie)
                self._brought.add(cookie._storage_key)
            else:
                store.pop(cookie.key, None)


def from_django_cookie(morsel: Morsel[Any], host: str) -> Cookie:
    """Make a cookie of our test client from one of Django's.

    :param morsel: The cookie.
    :param host: The host that set it, if the cookie names no domain.
    """
    domain = (morsel["domain"] or "").lstrip(".")
    return Cookie(
        key=morsel.key,
        value=morsel.coded_value,
        decoded_key=morsel.key,
        decoded_value=morsel.value,
        expires=None,
        max_age=None if morsel["max-age"] in {"", None} else int(morsel["max-age"]),
        domain=domain or host,
        origin_only=not domain,
        path=morsel["path"] or "/",
        secure=bool(morsel["secure"]),
        http_only=bool(morsel["httponly"]),
        same_site=morsel["samesite"] or None,
    )


def to_django_cookie(cookie: Cookie) -> Morsel[str]:
    """Make a cookie of Django's test client from one of ours.

    :param cookie: The cookie.
    """
    morsel: Morsel[str] = Morsel()
    morsel.set(cookie.key, cookie.decoded_value, cookie.value)
    morsel["path"] = cookie.path
    morsel["secure"] = cookie.secure or ""
    morsel["httponly"] = cookie.http_only or ""
    morsel["samesite"] = cookie.same_site or ""
    if not cookie.origin_only:
        morsel["domain"] = cookie.domain
    if cookie.max_age is not None:
        morsel["max-age"] = cookie.max_age
    return morsel


def _is_deleted(morsel: Morsel[Any]) -> bool:
    # Django's client keeps a deleted cookie, marked by its age.
    return str(morsel["max-age"]) == "0" or "1970" in str(morsel["expires"])
