"""Middleware of every kind around Flask views."""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.response import TemplateResponse
from django.test import AsyncClient, Client
from django.urls import include, path
from django.utils import translation
from django.utils.decorators import async_only_middleware, sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from flaskish import Flask, Response, make_response, render_template_string, request, session

from .conftest import MIDDLEWARE, TEMPLATES, MakeProject

pytestmark = pytest.mark.django_db

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@pytest.fixture
def app() -> Flask:
    app = Flask("shop", static_folder=None)
    app.secret_key = "test key"

    @app.route("/")
    def index() -> str:
        return "page"

    @app.route("/late")
    def late() -> TemplateResponse:
        template = engines["django"].from_string("Hello {{ name }}")
        return TemplateResponse(request.django, template, {"name": "view"})

    @app.route("/fail/<word>")
    def fail(word: str) -> str:
        raise LookupError(word)

    @app.route("/async")
    async def async_page() -> str:
        return "async page"

    return app


@pytest.fixture
def make_client(app: Flask, make_project: MakeProject) -> Callable[..., Client]:
    def make(*middleware: str, **settings: Any) -> Client:
        names = [name if "." in name else f"{__name__}.{name}" for name in middleware]
        return make_project(path("shop/", app.urls), MIDDLEWARE=names, **settings)

    return make


MakeClient = Callable[..., Client]


# Kinds


def function_middleware(get_response: GetResponse) -> GetResponse:
    def middleware(http_request: HttpRequest) -> HttpResponseBase:
        response = get_response(http_request)
        response["X-Kind"] = "function"
        return response

    return middleware


class ClassMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, http_request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(http_request)
        response["X-Kind"] = "class"
        return response


class OldMiddleware(MiddlewareMixin):
    def process_request(self, http_request: HttpRequest) -> None:
        http_request.mark = "old"

    def process_response(self, http_request: Any, response: HttpResponse) -> HttpResponse:
        response["X-Kind"] = http_request.mark
        return response


@async_only_middleware
def async_middleware(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    async def middleware(http_request: HttpRequest) -> HttpResponseBase:
        response = await get_response(http_request)
        response["X-Kind"] = "async"
        return response

    return middleware


@sync_and_async_middleware
def either_middleware(get_response: Any) -> Any:
    if iscoroutinefunction(get_response):

        async def async_either(http_request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(http_request)
            response["X-Kind"] = "either"
            return response

        return async_either

    def either(http_request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(http_request)
        response["X-Kind"] = "either"
        return response

    return either


class AsyncClassMiddleware:
    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, http_request: HttpRequest) -> Any:
        response = await self.get_response(http_request)
        response["X-Kind"] = "async class"
        return response


KINDS = {
    "function_middleware": "function",
    "ClassMiddleware": "class",
    "OldMiddleware": "old",
    "async_middleware": "async",
    "either_middleware": "either",
    "AsyncClassMiddleware": "async class",
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("url", "body"), [("/shop/", b"page"), ("/shop/async", b"async page"), ("/shop/no", None)]
)
def test_middleware_works_around_views(
    make_client: MakeClient, name: str, url: str, body: bytes | None
) -> None:
    response = make_client(name).get(url)
    assert response["X-Kind"] == KINDS[name]
    assert response.content == body or response.status_code == 404


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("url", "body"), [("/shop/", b"page"), ("/shop/async", b"async page")])
def test_middleware_works_around_views_under_asgi(
    make_client: MakeClient, name: str, url: str, body: bytes
) -> None:
    make_client(name)
    response = async_to_sync(AsyncClient().get)(url)
    assert (response["X-Kind"], response.content) == (KINDS[name], body)


# Hooks


class HookMiddleware(ClassMiddleware):
    seen: list[Any] = []

    def process_view(
        self,
        http_request: HttpRequest,
        view_func: Any,
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        self.seen.append((view_func.__name__, view_func.__module__, view_args, view_kwargs))
        if http_request.GET.get("stop"):
            return HttpResponse("stopped")
        return None

    def process_exception(self, http_request: HttpRequest, error: Exception) -> HttpResponse:
        return HttpResponse(f"caught {error!r}", status=503)

    def process_template_response(self, http_request: HttpRequest, response: Any) -> Any:
        response.context_data["name"] = f"{response.context_data['name']} and middleware"
        return response


@pytest.fixture
def hooked(make_client: MakeClient) -> Client:
    HookMiddleware.seen.clear()
    return make_client("HookMiddleware")


def test_process_view_sees_the_endpoint_and_may_answer(hooked: Client) -> None:
    assert hooked.get("/shop/fail/x?stop=1").content == b"stopped"
    assert HookMiddleware.seen == [("fail", "shop", (), {"word": "x"})]


def test_process_exception_sees_an_error_that_the_application_does_not_handle(
    hooked: Client,
) -> None:
    response = hooked.get("/shop/fail/x")
    assert (response.status_code, response.content) == (503, b"caught LookupError('x')")


def test_process_exception_does_not_see_an_error_that_the_application_handles(
    app: Flask, hooked: Client
) -> None:
    app.register_error_handler(LookupError, lambda error: ("handled", 418))
    assert hooked.get("/shop/fail/x").status_code == 418


def test_process_template_response_changes_the_context_of_a_late_response(hooked: Client) -> None:
    assert hooked.get("/shop/late").content == b"Hello view and middleware"


def test_middleware_finds_the_match_of_the_request(app: Flask, make_client: MakeClient) -> None:
    response = make_client("ClassMiddleware").get("/shop/")
    match = response.resolver_match
    assert (match.view_name, match.app_name, match.route) == ("shop:index", "shop", "shop/")


# Django's own


def test_security_headers_are_added(make_client: MakeClient) -> None:
    client = make_client(*MIDDLEWARE, SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60)
    response = client.get("/shop/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/shop/")
    response = client.get("/shop/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=60"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"


def test_common_middleware_leaves_slashes_to_the_application(
    app: Flask, make_client: MakeClient
) -> None:
    app.add_url_rule("/folder/", "folder", lambda: request.form.get("a", ""), methods=["POST"])
    client = make_client(*MIDDLEWARE)
    response = client.post("/shop/folder", {"a": "kept"})
    assert (response.status_code, response["Location"]) == (308, "http://testserver/shop/folder/")


def test_conditional_get_answers_304(make_client: MakeClient) -> None:
    client = make_client("django.middleware.http.ConditionalGetMiddleware")
    etag = client.get("/shop/")["ETag"]
    response = client.get("/shop/", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_gzip_compresses_pages_and_streams(app: Flask, make_client: MakeClient) -> None:
    app.add_url_rule("/long", "long", lambda: "word " * 1000)
    app.add_url_rule("/stream", "stream", lambda: (f"{number} " for number in range(1000)))
    client = make_client("django.middleware.gzip.GZipMiddleware")
    for url, text in (("/shop/long", b"word word"), ("/shop/stream", b"0 1 2 ")):
        response = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.getvalue()).startswith(text)


def test_cache_middleware_answers_from_the_cache(app: Flask, make_client: MakeClient) -> None:
    calls = []
    app.add_url_rule("/count", "count", lambda: str(calls.append(1) or len(calls)))
    client = make_client(
        "django.middleware.cache.UpdateCacheMiddleware",
        *MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
        CACHES={
            "default": {
                "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                "LOCATION": "middleware",
            }
        },
    )
    assert [client.get("/shop/count").content for _ in range(2)] == [b"1", b"1"]


def test_page_that_reads_the_session_is_cached_for_each_user(
    app: Flask, make_client: MakeClient
) -> None:
    @app.route("/mine")
    def mine() -> str:
        session.setdefault("name", "nobody")
        return f"for {session['name']}"

    client = make_client(
        "django.middleware.cache.UpdateCacheMiddleware",
        *MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    )
    assert "Cookie" in client.get("/shop/mine")["Vary"]


def test_locale_middleware_chooses_the_language(app: Flask, make_client: MakeClient) -> None:
    app.add_url_rule("/yes", "yes", lambda: render_template_string("{{ _('Yes') }}"))
    client = make_client("django.middleware.locale.LocaleMiddleware")
    # The middleware leaves the language as it is when the response is done.
    with translation.override("en"):
        response = client.get("/shop/yes", headers={"Accept-Language": "de"})
    assert (response.content, response["Content-Language"]) == (b"Ja", "de")


FAILURE_VIEW = {"CSRF_FAILURE_VIEW": "flaskish.bridge.csrf.csrf_failure"}


@pytest.mark.parametrize(
    ("debug", "text"),
    [(True, "Put {{ csrf_input }} inside the form"), (False, "send the form again")],
)
def test_csrf_failure_page_says_what_to_do(
    app: Flask, make_client: MakeClient, debug: bool, text: str
) -> None:
    app.add_url_rule("/form", "form", lambda: "taken", methods=["POST"])
    app.debug = debug
    make_client(*MIDDLEWARE, **FAILURE_VIEW)
    response = Client(enforce_csrf_checks=True).post("/shop/form")
    assert response.status_code == 403
    assert text in response.content.decode()
    assert ("X-CSRFToken" in response.content.decode()) is debug


def test_csrf_failure_reaches_the_applications_error_handler(
    app: Flask, make_client: MakeClient
) -> None:
    app.add_url_rule("/api", "api", lambda: "taken", methods=["POST"])
    app.register_error_handler(403, lambda error: ({"error": error.description}, 403))
    make_client(*MIDDLEWARE, **FAILURE_VIEW)
    response = Client(enforce_csrf_checks=True).post("/shop/api")
    assert response.json()["error"].startswith("CSRF verification failed.")


def test_csrf_failure_of_a_native_view_has_djangos_page(make_project: MakeProject) -> None:
    make_project(path("native/", lambda http_request: HttpResponse("taken")), **FAILURE_VIEW)
    response = Client(enforce_csrf_checks=True).post("/native/")
    assert response.status_code == 403
    assert b"<h1>Forbidden <span>(403)</span></h1>" in response.content


def test_cookies_of_middleware_and_view_both_arrive(app: Flask, make_client: MakeClient) -> None:
    @app.route("/cookies")
    def cookies() -> Response:
        session["a"] = 1
        response = make_response("page")
        response.set_cookie("own", "1")
        response.set_cookie("second", "2", path="/shop")
        return response

    response = make_client(*MIDDLEWARE).get("/shop/cookies")
    assert set(response.cookies) == {"own", "second", "sessionid"}


# Those of others


def test_whitenoise_serves_beside_the_application(make_client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("body {}")
    client = make_client(
        "whitenoise.middleware.WhiteNoiseMiddleware",
        STATIC_ROOT=str(tmp_path),
        STATIC_URL="/static/",
    )
    assert client.get("/shop/").content == b"page"
    response = client.get("/static/site.css")
    assert response.getvalue() == b"body {}"


def test_htmx_details_are_on_the_request(app: Flask, make_client: MakeClient) -> None:
    app.add_url_rule("/part", "part", lambda: f"{bool(request.htmx)} {request.htmx.target}")
    client = make_client("django_htmx.middleware.HtmxMiddleware")
    assert client.get("/shop/part").content == b"False None"
    response = client.get("/shop/part", headers={"HX-Request": "true", "HX-Target": "list"})
    assert response.content == b"True list"


def test_htmx_headers_are_put_on_responses_of_both_kinds(
    app: Flask, make_client: MakeClient
) -> None:
    app.add_url_rule("/own", "own", lambda: trigger_client_event(make_response("own"), "saved"))
    app.add_url_rule("/theirs", "theirs", lambda: HttpResponseClientRedirect("/shop/"))
    client = make_client("django_htmx.middleware.HtmxMiddleware")
    assert client.get("/shop/own")["HX-Trigger"] == '{"saved": {}}'
    assert client.get("/shop/theirs")["HX-Redirect"] == "/shop/"


@pytest.fixture
def toolbar_client(app: Flask, make_project: MakeProject, settings: Any) -> Client:
    # In this order: applications are loaded by the second.
    settings.STATIC_URL = "/static/"
    settings.INSTALLED_APPS = [
        *settings.INSTALLED_APPS,
        "django.contrib.staticfiles",
        "debug_toolbar",
        "flaskish",
    ]
    return make_project(
        path("shop/", app.urls),
        path("__debug__/", include("debug_toolbar.urls")),
        DEBUG=True,
        MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware", *MIDDLEWARE],
        DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": lambda http_request: True},
    )


def test_debug_toolbar_shows_templates_route_and_session(
    app: Flask, toolbar_client: Client
) -> None:
    @app.route("/page/<word>")
    def page(word: str) -> str:
        session["pair"] = (1, 2)
        return render_template_string("<html><body>{{ word }}</body></html>", word=word)

    text = toolbar_client.get("/shop/page/x").content.decode()
    assert text.startswith("<html><body>x")
    found = re.search(r'data-(request|store)-id="(\w+)"', text)
    assert found is not None

    def panel(name: str) -> str:
        query = {f"{found[1]}_id": found[2], "panel_id": name}
        content: str = toolbar_client.get("/__debug__/render_panel/", query).json()["content"]
        return content

    assert "shop:page" in panel("RequestPanel")
    assert "pair" in panel("RequestPanel")
    assert "word" in panel("TemplatesPanel")
    assert f">{version('flaskish')}<" in panel("VersionsPanel")


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django has its CSP middleware since 6.0.")
def test_csp_middleware_and_its_nonce(app: Flask, make_project: MakeProject) -> None:
    app.add_url_rule("/nonce", "nonce", lambda: render_template_string("{{ csp_nonce }}"))
    processors = ["django.template.context_processors.csp"]
    client = make_project(
        path("shop/", app.urls),
        MIDDLEWARE=["django.middleware.csp.ContentSecurityPolicyMiddleware"],
        TEMPLATES=[{**TEMPLATES[0], "OPTIONS": {"context_processors": processors}}],
        SECURE_CSP={"script-src": ["<CSP_NONCE_SENTINEL>"]},
    )
    response = client.get("/shop/nonce")
    nonce = response.content.decode()
    assert nonce
    assert response["Content-Security-Policy"] == f"script-src 'nonce-{nonce}'"
