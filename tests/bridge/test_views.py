"""Django's view decorators on Flask views, and Django's views in an application."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from django.contrib.auth.decorators import (
    login_not_required,
    login_required,
    permission_required,
    user_passes_test,
)
from django.contrib.auth.models import Permission, User
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views import View as DjangoView
from django.views.debug import ExceptionReporter
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt, xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_cookie, vary_on_headers

from flaskish import Blueprint, Flask, render_template_string, request
from flaskish.bridge.views import django_decorator, django_view
from flaskish.views import MethodView

from .conftest import MIDDLEWARE, MakeProject

pytestmark = pytest.mark.django_db

LOGIN_REQUIRED_MIDDLEWARE = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@pytest.fixture
def app() -> Flask:
    app = Flask("shop")
    app.secret_key = "test key"
    return app


@pytest.fixture
def client(app: Flask, make_project: MakeProject) -> Client:
    return make_project(path("shop/", app.urls))


@pytest.fixture
def ada(django_user_model: type[User]) -> User:
    ada = django_user_model.objects.create_user("ada")
    ada.user_permissions.add(Permission.objects.get(codename="add_user"))
    return ada


# Who may see a view

GUARDS: dict[str, Callable[..., Any]] = {
    "login_required": login_required(login_url="/login/"),
    "permission_required": permission_required("auth.add_user", login_url="/login/"),
    "user_passes_test": user_passes_test(lambda user: str(user) == "ada", login_url="/login/"),
}


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("guard", GUARDS)
def test_guard_lets_in_who_may_and_sends_others_to_the_login(
    app: Flask, client: Client, ada: User, guard: str, is_async: bool
) -> None:
    def view(word: str) -> str:
        return f"{word} for {request.user}"

    async def async_view(word: str) -> str:
        return f"{word} for {await request.auser()}"

    decorated = django_decorator(GUARDS[guard])(async_view if is_async else view)
    app.add_url_rule("/<word>", "page", decorated)
    response = client.get("/shop/news")
    assert (response.status_code, response["Location"]) == (302, "/login/?next=/shop/news")
    client.force_login(ada)
    assert client.get("/shop/news").content == b"news for ada"


def test_permission_required_can_answer_with_the_applications_403(
    app: Flask, client: Client
) -> None:
    app.register_error_handler(403, lambda error: ("not for you", 403))

    @app.route("/")
    @django_decorator(permission_required("auth.add_user", raise_exception=True))
    def index() -> str:
        return "secret"

    response = client.get("/shop/")
    assert (response.status_code, response.content) == (403, b"not for you")


def test_view_class_takes_decorators(app: Flask, client: Client, ada: User) -> None:
    class Page(MethodView):
        decorators = [django_decorator(login_required(login_url="/login/"))]

        def get(self) -> str:
            return "page"

    app.add_url_rule("/", view_func=Page.as_view("page"))
    assert client.get("/shop/").status_code == 302
    client.force_login(ada)
    assert client.get("/shop/").content == b"page"


def test_login_not_required_is_seen_by_the_middleware(
    app: Flask, make_project: MakeProject
) -> None:
    app.add_url_rule("/open", "open", cast("Any", login_not_required)(lambda: "open"))
    app.add_url_rule("/closed", "closed", lambda: "closed")
    client = make_project(
        path("shop/", app.urls),
        MIDDLEWARE=[*MIDDLEWARE, LOGIN_REQUIRED_MIDDLEWARE],
        LOGIN_URL="/login/",
    )
    assert client.get("/shop/open").content == b"open"
    assert client.get("/shop/closed")["Location"] == "/login/?next=/shop/closed"


def test_static_files_need_no_login(make_project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text("body {}")
    app = Flask("shop", root_path=str(tmp_path))
    app.register_blueprint(
        Blueprint("other", "other", static_folder=tmp_path / "static", url_prefix="/other")
    )
    client = make_project(
        path("shop/", app.urls),
        MIDDLEWARE=[*MIDDLEWARE, LOGIN_REQUIRED_MIDDLEWARE],
        LOGIN_URL="/login/",
    )
    for url in ("/shop/static/site.css", "/shop/other/static/site.css"):
        assert client.get(url).getvalue() == b"body {}"


# CSRF


@pytest.fixture
def strict_client(client: Client) -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("is_adapted", [True, False], ids=["django_decorator", "directly"])
def test_csrf_exempt_is_seen_by_the_middleware(
    app: Flask, strict_client: Client, is_adapted: bool
) -> None:
    exempt = django_decorator(csrf_exempt) if is_adapted else csrf_exempt
    app.add_url_rule("/hook", "hook", exempt(lambda: "taken"), methods=["POST"])
    app.add_url_rule("/form", "form", lambda: "taken", methods=["POST"])
    assert strict_client.post("/shop/hook").content == b"taken"
    assert strict_client.post("/shop/form").status_code == 403


def test_csrf_protect_works_without_the_middleware(app: Flask, make_project: MakeProject) -> None:
    protected = django_decorator(csrf_protect)(lambda: "taken")
    app.add_url_rule("/", "index", protected, methods=["POST"])
    make_project(path("shop/", app.urls), MIDDLEWARE=[])
    client = Client(enforce_csrf_checks=True)
    assert client.post("/shop/").status_code == 403
    token = "a" * 32
    client.cookies["csrftoken"] = token
    assert client.post("/shop/", headers={"X-CSRFToken": token}).content == b"taken"


@pytest.mark.parametrize("field", ["{{ csrf_input }}", "{{ csrf_input() }}"])
def test_form_with_the_field_of_its_page_is_taken(
    app: Flask, strict_client: Client, field: str
) -> None:
    app.add_url_rule("/form", "form", lambda: render_template_string(field))
    app.add_url_rule("/take", "take", lambda: "taken", methods=["POST"])
    page = strict_client.get("/shop/form").content.decode()
    found = re.search(r'name="(\w+)" value="(\w+)"', page)
    assert found is not None
    assert strict_client.post("/shop/take").status_code == 403
    assert strict_client.post("/shop/take", {found[1]: found[2]}).content == b"taken"


@pytest.mark.parametrize("token", ["{{ csrf_token }}", "{{ csrf_token() }}"])
def test_request_with_the_token_of_a_page_in_its_header_is_taken(
    app: Flask, strict_client: Client, token: str
) -> None:
    app.add_url_rule("/page", "page", lambda: render_template_string(token))
    app.add_url_rule("/take", "take", lambda: request.get_json(), methods=["PUT"])
    headers = {"X-CSRFToken": strict_client.get("/shop/page").content.decode()}
    body = {"data": [1], "content_type": "application/json"}
    assert strict_client.put("/shop/take", **body).status_code == 403
    assert strict_client.put("/shop/take", **body, headers=headers).json() == [1]


def test_csrf_token_comes_by_cookie_for_javascript(app: Flask, strict_client: Client) -> None:
    app.add_url_rule("/", "index", django_decorator(ensure_csrf_cookie)(lambda: "page"))
    app.add_url_rule("/api", "api", lambda: request.get_json(), methods=["POST"])
    strict_client.get("/shop/")
    token = strict_client.cookies["csrftoken"].value
    body = {"data": {"a": 1}, "content_type": "application/json"}
    assert strict_client.post("/shop/api", **body).status_code == 403
    response = strict_client.post("/shop/api", **body, headers={"X-CSRFToken": token})
    assert response.json() == {"a": 1}


# What a decorator does to the response


def test_cache_page_answers_from_the_cache(app: Flask, client: Client, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    calls = []

    @app.route("/<word>")
    @django_decorator(cache_page(60))
    def page(word: str) -> tuple[str, int, dict[str, str]]:
        calls.append(word)
        return f"{word} {len(calls)}", 200, {"X-Own": "kept"}

    first, second, other = (client.get(f"/shop/{name}") for name in ("a", "a", "b"))
    assert (first.content, second.content, other.content) == (b"a 1", b"a 1", b"b 2")
    assert second["X-Own"] == "kept"
    assert second["Cache-Control"] == "max-age=60"


HEADERS: dict[str, tuple[Callable[..., Any], str, str | None]] = {
    "never_cache": (
        never_cache,
        "Cache-Control",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    ),
    "vary_on_headers": (vary_on_headers("Accept"), "Vary", "Accept"),
    "vary_on_cookie": (vary_on_cookie, "Vary", "Cookie"),
    "xframe_options_exempt": (xframe_options_exempt, "X-Frame-Options", None),
    "xframe_options_sameorigin": (xframe_options_sameorigin, "X-Frame-Options", "SAMEORIGIN"),
}


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", HEADERS)
def test_decorator_sets_its_header(app: Flask, client: Client, name: str, is_async: bool) -> None:
    async def async_view() -> str:
        return "page"

    decorator, header, value = HEADERS[name]
    view = django_decorator(decorator)(async_view if is_async else lambda: "page")
    app.add_url_rule("/", "index", view)
    response = client.get("/shop/")
    assert (response.content, response.get(header)) == (b"page", value)


def test_gzip_page_compresses(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", django_decorator(gzip_page)(lambda: "word " * 1000))
    response = client.get("/shop/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert int(response["Content-Length"]) == len(response.content) < 1000


def test_condition_answers_304(app: Flask, client: Client) -> None:
    decorator = condition(etag_func=lambda http_request, word: f'"{word}"')
    app.add_url_rule("/<word>", "page", django_decorator(decorator)(lambda word: word))
    assert client.get("/shop/a").content == b"a"
    assert client.get("/shop/a", headers={"If-None-Match": '"a"'}).status_code == 304


@pytest.mark.parametrize("decorator", [require_POST, require_http_methods(["POST"])])
def test_required_methods_are_refused_by_the_decorator(
    app: Flask, client: Client, decorator: Callable[..., Any]
) -> None:
    view = django_decorator(decorator)(lambda: "taken")
    app.add_url_rule("/", "index", view, methods=["GET", "POST"])
    assert client.post("/shop/").content == b"taken"
    response = client.get("/shop/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


# Secrets and errors


def test_sensitive_values_are_hidden_on_the_debug_page(
    app: Flask, client: Client, settings: Any
) -> None:
    @app.post("/")
    @django_decorator(sensitive_post_parameters("pin"))
    @sensitive_variables("card")
    def pay() -> str:
        card = request.form["card"]
        raise LookupError(len(card))

    reports: list[str] = []

    def keep_report(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_text())

    client.raise_request_exception = False
    got_request_exception.connect(keep_report)
    try:
        client.post("/shop/", {"pin": "pin-123", "card": "card-456"})
    finally:
        got_request_exception.disconnect(keep_report)
    (report,) = reports
    assert "LookupError" in report
    assert "pin-123" not in report
    assert "pin = '********************'" in report


def test_direct_decorator_that_would_pass_a_request_is_refused(app: Flask) -> None:
    with pytest.raises(TypeError, match="Put it on with @django_decorator"):
        app.add_url_rule("/", "index", cast("Any", login_required)(lambda: "page"))


def test_direct_decorator_below_csrf_exempt_is_refused_too(app: Flask) -> None:
    view = csrf_exempt(cast("Any", login_required)(lambda: "page"))
    with pytest.raises(TypeError, match="Put it on with @django_decorator"):
        app.add_url_rule("/", "index", view)


# Mistakes, which are errors when the view is registered


@pytest.mark.parametrize(
    "decorator",
    [permission_required, user_passes_test, cache_page, vary_on_headers, require_http_methods],
    ids=lambda decorator: decorator.__name__,
)
def test_decorator_that_was_not_called_is_refused(decorator: Callable[..., Any]) -> None:
    name = decorator.__name__
    with pytest.raises(TypeError, match=rf"call it: @django_decorator\({name}\(\.\.\.\)\)"):
        django_decorator(decorator)(lambda: "page")


def test_decorator_that_returns_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="'print' made no view of the view 'index'"):

        @django_decorator(print)
        def index() -> str:
            return ""


def test_decorator_without_wraps_is_taken(app: Flask, client: Client) -> None:
    def plain(view: Callable[..., Any]) -> Callable[..., Any]:
        def with_word(request: HttpRequest) -> Any:
            return view(request)

        return with_word

    app.add_url_rule("/", "index", django_decorator(plain)(lambda: "page"))
    assert client.get("/shop/").content == b"page"


def test_adapter_without_a_decorator_is_refused(app: Flask) -> None:
    @django_decorator
    def account() -> str:
        return ""

    with pytest.raises(TypeError, match=r"django_decorator\(account\) was registered as a view"):
        app.add_url_rule("/", view_func=account)
    with pytest.raises(TypeError, match="was registered as a view"):
        app.add_url_rule("/", "outer", django_decorator(login_required)(account))


def test_adapter_of_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a view decorator, not 'login_required'"):
        django_decorator("login_required")  # type: ignore[arg-type]


# Transactions


def test_atomic_rolls_back_when_the_view_fails(
    app: Flask, client: Client, django_user_model: type[User]
) -> None:
    def create() -> str:
        django_user_model.objects.create_user("grace")
        raise LookupError

    app.register_error_handler(LookupError, lambda error: "handled")
    app.add_url_rule("/direct", "direct", transaction.atomic(create))
    app.add_url_rule("/adapted", "adapted", django_decorator(transaction.atomic)(create))
    for name in ("direct", "adapted"):
        assert client.get(f"/shop/{name}").content == b"handled"
        assert not django_user_model.objects.exists()


# Django's responses and exceptions


def test_template_response_of_a_view_is_rendered(app: Flask, client: Client) -> None:
    @app.route("/")
    def index() -> TemplateResponse:
        template = engines["django"].from_string("Hello {{ name }}!")
        return TemplateResponse(request.django, template, {"name": "<Ada>"}, status=203)

    response = client.get("/shop/")
    assert (response.status_code, response.content) == (203, b"Hello &lt;Ada&gt;!")
    assert response.context_data == {"name": "<Ada>"}


def test_after_request_function_may_read_a_template_response(app: Flask, client: Client) -> None:
    @app.after_request
    def shout(response: Any) -> Any:
        response.data = response.data.upper()
        return response

    template = "Hello!"
    app.add_url_rule(
        "/",
        "index",
        lambda: TemplateResponse(request.django, engines["django"].from_string(template)),
    )
    assert client.get("/shop/").content == b"HELLO!"


def test_template_response_is_cached_once_it_is_rendered(
    app: Flask, client: Client, settings: Any
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "late"}
    }

    @app.route("/")
    @django_decorator(cache_page(60))
    def index() -> TemplateResponse:
        return TemplateResponse(request.django, engines["django"].from_string("page"))

    assert client.get("/shop/").content == client.get("/shop/").content == b"page"


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (lambda: HttpResponse("native", status=201), 201, b"native"),
        (lambda: (HttpResponse("native"), 202, {"X-Own": "1"}), 202, b"native"),
        (lambda: JsonResponse({"a": 1}), 200, b'{"a": 1}'),
        (lambda: HttpResponseRedirect("/"), 302, b""),
        (lambda: HttpResponseNotAllowed(["POST"]), 405, b""),
        (lambda: StreamingHttpResponse(["a", "b"]), 200, b"ab"),
        (lambda: FileResponse(BytesIO(b"file")), 200, b"file"),
    ],
)
def test_response_of_django_is_an_answer(
    app: Flask, client: Client, answer: Callable[[], Any], status: int, body: bytes
) -> None:
    app.add_url_rule("/", "index", answer)
    response = client.get("/shop/")
    assert (response.status_code, response.getvalue()) == (status, body)


# Django's views


class Greeting(DjangoView):
    def get(self, http_request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(f"Hello {name} at {http_request.path}")

    @method_decorator(login_required(login_url="/login/"))
    def post(self, http_request: HttpRequest, name: str) -> HttpResponse:
        raise Http404(name)


class AsyncGreeting(DjangoView):
    async def get(self, http_request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(f"Hello {name}")


def test_class_based_view_answers_in_the_application(app: Flask, client: Client, ada: User) -> None:
    app.register_error_handler(404, lambda error: ("page of the application", 404))
    app.add_url_rule("/greet/<name>", "greet", django_view(Greeting.as_view()))
    assert client.get("/shop/greet/Ada").content == b"Hello Ada at /shop/greet/Ada"
    assert client.post("/shop/greet/Ada")["Location"] == "/login/?next=/shop/greet/Ada"
    client.force_login(ada)
    assert client.post("/shop/greet/Ada").content == b"page of the application"
    assert client.put("/shop/greet/Ada").status_code == 405
    assert reverse("shop:greet", kwargs={"name": "Ada"}) == "/shop/greet/Ada"


def test_async_class_based_view_answers_in_the_application(app: Flask, client: Client) -> None:
    app.add_url_rule("/greet/<name>", "greet", django_view(AsyncGreeting.as_view()))
    assert client.get("/shop/greet/Ada").content == b"Hello Ada"


def test_methods_of_the_rule_limit_a_view_of_django(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", django_view(lambda r: HttpResponse(r.method)), methods=["GET"])
    assert client.get("/shop/").content == b"GET"
    assert client.post("/shop/").status_code == 405


def test_mark_on_a_view_of_django_is_seen(app: Flask, strict_client: Client) -> None:
    app.add_url_rule("/", "index", django_view(csrf_exempt(lambda r: HttpResponse(r.method))))
    assert strict_client.post("/shop/").content == b"POST"


def test_mark_on_a_response_of_django_is_seen_by_middleware(app: Flask, client: Client) -> None:
    view = xframe_options_exempt(lambda http_request: HttpResponse("page"))
    app.add_url_rule("/", "index", django_view(view))
    assert "X-Frame-Options" not in client.get("/shop/")
