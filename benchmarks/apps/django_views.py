"""The views of the plain Django project, and the project that flaskish is mounted in.

Flask: the views of ``flask_views``. Django: the same as plain views.
"""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from . import ROWS, STATIC, TEMPLATES
from .flask_views import JSON_VALUE

#: What ``startproject`` writes.
DEFAULT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def configure(middleware: list[str], urlpatterns: list[Any]) -> None:
    """Configure the project.

    :param middleware: The setting ``MIDDLEWARE``.
    :param urlpatterns: Filled later on; the root URLconf looks at this list.
    """
    import sys

    import django
    from django.conf import settings

    urlconf = ModuleType("benchmark_urls")
    urlconf.urlpatterns = urlpatterns  # type: ignore[attr-defined]
    urlconf.handler404 = lost  # type: ignore[attr-defined]
    sys.modules[urlconf.__name__] = urlconf
    settings.configure(
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        MIDDLEWARE=middleware,
        ROOT_URLCONF=urlconf.__name__,
        SECRET_KEY="benchmark-key",
        # The session of Flask is a signed cookie, too.
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [TEMPLATES]},
        ],
        USE_TZ=True,
    )
    django.setup()


def make_urlpatterns() -> list[Any]:
    """Make the URL patterns of the plain views."""
    from django.http import (
        FileResponse,
        HttpRequest,
        HttpResponse,
        HttpResponseRedirect,
        JsonResponse,
        StreamingHttpResponse,
    )
    from django.shortcuts import render
    from django.urls import include, path, reverse
    from django.views.decorators.csrf import csrf_exempt

    def hello(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello, World!")

    def user(request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse(str(number))

    def query(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.GET['name']} {int(request.GET['page'])}")

    def json_out(request: HttpRequest) -> HttpResponse:
        return JsonResponse(JSON_VALUE)

    @csrf_exempt
    def json_in(request: HttpRequest) -> HttpResponse:
        return HttpResponse(json.loads(request.body)["name"])

    @csrf_exempt
    def form(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.POST["field7"])

    @csrf_exempt
    def upload(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(len(request.FILES["file"].read())))

    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html", {"rows": ROWS})

    def count(request: HttpRequest) -> HttpResponse:
        request.session["count"] = request.session.get("count", 0) + 1
        return HttpResponse(str(request.session["count"]))

    def urls(request: HttpRequest) -> HttpResponse:
        paths = (reverse("user", kwargs={"number": number}) for number in range(10))
        return HttpResponse("\n".join(paths))

    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(f"chunk {number}\n" for number in range(100))

    def static(request: HttpRequest, name: str) -> FileResponse:
        return FileResponse((STATIC / name).open("rb"))

    def old(request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect("/new")

    def inner(request: HttpRequest) -> HttpResponse:
        return HttpResponse("inner")

    innermost = [path("inner/", inner)]
    return [
        path("hello", hello),
        path("user/<int:number>", user, name="user"),
        path("query", query),
        path("json", json_out),
        path("json-in", json_in),
        path("form", form),
        path("upload", upload),
        path("page", page),
        path("session", count),
        path("urls", urls),
        path("stream", stream),
        path("static/<path:name>", static),
        path("old", old),
        path("outer/", include([path("middle/", include(innermost))])),
    ]


def lost(request: Any, exception: Exception) -> Any:
    """Answer with status 404."""
    from django.http import HttpResponse

    return HttpResponse("Lost.", status=404)
