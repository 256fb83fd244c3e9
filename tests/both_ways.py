"""Asks an application that stands alone, or one mounted in a project, by the same raw requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from flaskish import Flask
from flaskish.werkzeug.test import Client, TestResponse

#: For a fixture: how the application is reached. Flask itself has no Django to be mounted in.
WAYS = ("alone", "mounted") if find_spec("django") else ("alone",)

#: The project has the middleware that ``startproject`` gives it, but for CSRF, which refuses forms.
BEHIND_MIDDLEWARE = "behind middleware"
_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class Asker:
    """Asks an application, wherever it is.

    :param wsgi_app: The application, or Django's handler.
    :param prefix: The path that the application is mounted at.
    """

    def __init__(self, wsgi_app: Callable[..., Any], prefix: str) -> None:
        self.wsgi_app = wsgi_app
        self.prefix = prefix
        self.client = Client(wsgi_app)

    def __call__(self, url: str = "/", method: str = "GET", **kwargs: Any) -> TestResponse:
        # To its end, as a server does: Django closes uploaded files with the response.
        return self.client.open(f"{self.prefix}{url}", method=method, buffered=True, **kwargs)


@contextmanager
def asking(app: Flask, way: str) -> Iterator[Asker]:
    """Give an asker of an application, mounted at ``/shop`` if that is the way.

    :param app: The application; it may get its rules later.
    :param way: One of :data:`WAYS`, or :data:`BEHIND_MIDDLEWARE`.
    """
    if way == "alone":
        yield Asker(app, "")
        return
    # Not at the top, because the chapters are asked of Flask, too, where there is no Django.
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings
    from django.urls import clear_url_caches, path

    urls = ModuleType("urls")
    urls.__dict__["urlpatterns"] = [path("shop/", app.urls)]
    settings: dict[str, Any] = {"ROOT_URLCONF": urls}
    if way == BEHIND_MIDDLEWARE:
        engine = "django.contrib.sessions.backends.signed_cookies"
        settings |= {"MIDDLEWARE": _MIDDLEWARE, "SESSION_ENGINE": engine}
    with override_settings(**settings):
        clear_url_caches()
        yield Asker(WSGIHandler(), "/shop")
    clear_url_caches()
