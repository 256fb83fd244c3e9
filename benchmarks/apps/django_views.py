"""The views of the plain Django project, and the project that flaskish is mounted in.

Flask: the views of ``flask_views``. Django: the same as plain views.

They answer as those of Flask do, as far as a good view in Django's own words would: those for POST
refuse other methods, and the one that reads JSON refuses other bodies. The file is served by the
view that Django has for it: like Flask's it stays inside its folder, says when the file was changed
and answers with 304 to those who have it. It sends less than Flask's, which has an ETag and answers
ranges as well; a redirect of Django's has no page, one of Flask's has.
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
        HttpRequest,
        HttpResponse,
        HttpResponseBadRequest,
        HttpResponseRedirect,
        JsonResponse,
        StreamingHttpResponse,
    )
    from django.shortcuts import render
    from django.urls import include, path, reverse
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST
    from django.views.static import serve

    def hello(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello, World!")

    def user(request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse(str(number))

    def query(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.GET['name']} {int(request.GET['page'])}")

    def json_out(request: HttpRequest) -> HttpResponse:
        return JsonResponse(JSON_VALUE)

    @csrf_exempt
    @require_POST
    def json_in(request: HttpRequest) -> HttpResponse:
        if request.content_type != "application/json":
            return HttpResponse(status=415)
        try:
            value = json.loads(request.body)
        except ValueError:
            return HttpResponseBadRequest()
        return HttpResponse(value["name"])

    @csrf_exempt
    @require_POST
    def form(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.POST["field7"])

    @csrf_exempt
    @require_POST
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
        path("static/<path:path>", serve, {"document_root": STATIC}),
        path("old", old),
        path("outer/", include([path("middle/", include(innermost))])),
    ]


def lost(request: Any, exception: Exception) -> Any:
    """Answer with status 404."""
    from django.http import HttpResponse

    return HttpResponse("Lost.", status=404)
