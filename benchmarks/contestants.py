"""Who takes part: each contestant as a function that makes its applications.

Flask: the real one, Quart and flaskish alone. Django: a plain project, and flaskish in one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps import async_views, bottle_views, django_views, flask_views

#: The prefix that the applications have in a project, by their name.
PREFIXES = {"plain": "/bench", "hooked": "/hooked"}


@dataclass(frozen=True)
class Contestant:
    """One way to answer requests.

    :param make: Makes the servers' callables by the name of the application.
    :param is_async: Whether they are ASGI applications.
    :param is_project: Whether the applications are below :data:`PREFIXES`.
    """

    make: Callable[[], dict[str, Any]]
    is_async: bool = False
    is_project: bool = False

    def prefix(self, app: str) -> str:
        """Return the prefix of an application."""
        return PREFIXES[app] if self.is_project else ""


def _make_flaskish_with_database() -> dict[str, Any]:
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "CONN_MAX_AGE": 60,
    }
    app = flask_views.make_plain_app("flaskish", django={"DATABASES": {"default": database}})
    from django.db import connection

    connection.ensure_connection()
    return {"plain": app}


def _make_project(middleware: list[str], with_flaskish: bool) -> dict[str, Any]:
    urlpatterns: list[Any] = []
    django_views.configure(middleware, urlpatterns)
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import include, path

    if with_flaskish:
        apps = flask_views.make_apps("flaskish")
        for name, prefix in PREFIXES.items():
            urlpatterns.append(path(f"{prefix[1:]}/", apps[name].urls))
    else:
        plain = include(django_views.make_urlpatterns())
        urlpatterns.append(path(f"{PREFIXES['plain'][1:]}/", plain))
    handler = WSGIHandler()
    return {name: handler for name in PREFIXES if with_flaskish or name == "plain"}


def _make_asgi_flaskish() -> dict[str, Any]:
    apps = async_views.make_apps("flaskish")
    return {name: app.asgi_app for name, app in apps.items()}


def _project(middleware: list[str], with_flaskish: bool) -> Contestant:
    return Contestant(lambda: _make_project(middleware, with_flaskish), is_project=True)


CONTESTANTS = {
    "flaskish": Contestant(lambda: flask_views.make_apps("flaskish")),
    "flaskish, database": Contestant(_make_flaskish_with_database),
    "Flask": Contestant(lambda: flask_views.make_apps("flask")),
    "Bottle": Contestant(bottle_views.make_apps),
    "mounted": _project([], with_flaskish=True),
    "Django": _project([], with_flaskish=False),
    "mounted, middleware": _project(django_views.DEFAULT_MIDDLEWARE, with_flaskish=True),
    "Django, middleware": _project(django_views.DEFAULT_MIDDLEWARE, with_flaskish=False),
    "flaskish, ASGI": Contestant(_make_asgi_flaskish, is_async=True),
    "Quart": Contestant(lambda: async_views.make_apps("quart"), is_async=True),
}
