"""What the servers import: one function per contestant, which makes its application.

Flask: ``flaskish`` and ``flask`` serve the same views. Django: ``mounted`` and ``django`` do.
"""

from __future__ import annotations

import asyncio
from typing import Any

from apps import async_views, bottle_views, django_views, flask_views


def flaskish() -> Any:
    return flask_views.make_plain_app("flaskish")


def flask() -> Any:
    return flask_views.make_plain_app("flask")


def bottle() -> Any:
    return bottle_views.make_apps()["plain"]


def mounted() -> Any:
    urlpatterns: list[Any] = []
    django_views.configure([], urlpatterns)
    from django.core.wsgi import get_wsgi_application
    from django.urls import path

    urlpatterns.append(path("", flask_views.make_plain_app("flaskish").urls))
    return get_wsgi_application()


def django() -> Any:
    urlpatterns: list[Any] = []
    django_views.configure([], urlpatterns)
    from django.core.wsgi import get_wsgi_application

    urlpatterns.extend(django_views.make_urlpatterns())
    return get_wsgi_application()


def async_flaskish() -> Any:
    return async_views.make_plain_app("flaskish").asgi_app


def async_quart() -> Any:
    return async_views.make_plain_app("quart")


def async_starlette() -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("Hello, World!")

    async def sleep(request: Request) -> PlainTextResponse:
        await asyncio.sleep(0.05)
        return PlainTextResponse("Hello, World!")

    return Starlette(routes=[Route("/hello", hello), Route("/sleep", sleep)])


def async_django() -> Any:
    urlpatterns: list[Any] = []
    django_views.configure([], urlpatterns)
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    async def hello(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello, World!")

    async def sleep(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0.05)
        return HttpResponse("Hello, World!")

    urlpatterns += [path("hello", hello), path("sleep", sleep)]
    return get_asgi_application()
