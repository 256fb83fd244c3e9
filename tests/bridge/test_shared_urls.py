"""URLs that several views share: the marks of the view that answers count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import AsyncClient, Client, RequestFactory
from django.urls import path, resolve
from django.views.decorators.csrf import csrf_exempt

from flaskish import Flask, request

from .conftest import MIDDLEWARE, MakeProject

Ask = Callable[..., Any]

TOKEN = {"X-CSRFToken": "t" * 32}


@pytest.fixture
def app() -> Flask:
    return Flask("shop", static_folder=None)


@pytest.fixture
def project(app: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", app.urls), path("<lang>/shop/", app.urls))


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, project: None) -> Ask:
    """Ask Django's WSGI handler or its ASGI handler, as a browser with the cookie only."""

    client_class: Any = Client if request.param == "sync" else AsyncClient
    client = client_class(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = TOKEN["X-CSRFToken"]

    async def ask(*args: Any, **kwargs: Any) -> Any:
        return await client.generic(*args, **kwargs)

    return client.generic if request.param == "sync" else async_to_sync(ask)


def add(app: Flask, rule: str, method: str, mark: Callable[..., Any] = lambda view: view) -> None:
    def view(**variables: str) -> str:
        return " ".join((method, *variables.values()))

    app.add_url_rule(rule, f"{method} {rule}", mark(view), methods=[method])


def answer(word: str) -> str:
    return word


# CSRF


def test_each_view_of_a_url_is_exempt_by_its_own_mark(app: Flask, ask: Ask) -> None:
    add(app, "/x", "GET")
    add(app, "/x", "PUT")
    add(app, "/x", "POST", csrf_exempt)
    assert ask("GET", "/shop/x").content == b"GET"
    assert ask("POST", "/shop/x").content == b"POST"
    assert ask("PUT", "/shop/x").status_code == 403
    assert ask("PUT", "/shop/x", headers=TOKEN).content == b"PUT"


def test_mark_of_the_first_view_does_not_exempt_the_others(app: Flask, ask: Ask) -> None:
    add(app, "/x", "GET", csrf_exempt)
    add(app, "/x", "POST")
    assert ask("GET", "/shop/x").content == b"GET"
    assert ask("POST", "/shop/x").status_code == 403
    # A wrong method is nobody's, and no view is exempt from it.
    assert ask("DELETE", "/shop/x").status_code == 403
    assert ask("DELETE", "/shop/x", headers=TOKEN).status_code == 405


@pytest.mark.parametrize("other", ["/<word>", "/<path:rest>", "/x<word>", "/<any(xy, z):word>"])
def test_rules_that_only_overlap_are_told_apart(app: Flask, ask: Ask, other: str) -> None:
    add(app, "/xy", "GET")
    add(app, other, "POST", csrf_exempt)
    add(app, other, "PUT")
    assert ask("POST", "/shop/xy").status_code == 200
    assert ask("PUT", "/shop/xy").status_code == 403


def test_url_that_redirects_another_method_is_checked_for_it(app: Flask, ask: Ask) -> None:
    add(app, "/x/<word>", "GET", csrf_exempt)
    app.add_url_rule("/y", "write", answer, methods=["POST"], defaults={"word": "first"})
    app.add_url_rule("/x/<word>", "write", answer, methods=["POST"])
    assert ask("POST", "/shop/x/first").status_code == 403
    assert ask("POST", "/shop/x/first", headers=TOKEN).status_code == 308
    assert ask("POST", "/shop/x/other").status_code == 403


def test_async_view_is_checked_and_awaited(app: Flask, ask: Ask) -> None:
    async def write() -> str:
        return request.method

    add(app, "/x", "PUT", csrf_exempt)
    app.add_url_rule("/x", "write", write, methods=["POST"])
    assert ask("POST", "/shop/x").status_code == 403
    assert ask("POST", "/shop/x", headers=TOKEN).content == b"POST"
    assert ask("PUT", "/shop/x").content == b"PUT"


class LenientMiddleware(CsrfViewMiddleware):
    def process_view(self, request: HttpRequest, *args: Any) -> Any:
        return None if "X-Trusted" in request.headers else super().process_view(request, *args)


class UnusedMiddleware(CsrfViewMiddleware):
    def __init__(self, get_response: Any) -> None:
        raise MiddlewareNotUsed


def test_middleware_that_replaces_djangos_is_asked(app: Flask, ask: Ask, settings: Any) -> None:
    settings.MIDDLEWARE = [f"{__name__}.LenientMiddleware"]
    add(app, "/x", "POST")
    add(app, "/x", "PUT", csrf_exempt)
    assert ask("POST", "/shop/x").status_code == 403
    assert ask("POST", "/shop/x", headers={"X-Trusted": "1"}).content == b"POST"


@pytest.mark.parametrize("middleware", [[], [f"{__name__}.UnusedMiddleware"]])
def test_project_without_the_check_asks_for_no_token(
    app: Flask, ask: Ask, settings: Any, middleware: list[str]
) -> None:
    settings.MIDDLEWARE = middleware
    add(app, "/x", "POST")
    add(app, "/x", "PUT", csrf_exempt)
    assert ask("POST", "/shop/x").content == b"POST"


def refuse(http_request: Any, reason: str = "") -> HttpResponse:
    return HttpResponse(f"refused {http_request.resolver_match.url_name}", status=403)


def test_refusal_is_the_failure_views_own(app: Flask, ask: Ask, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refuse"
    add(app, "/x", "PUT", csrf_exempt)
    add(app, "/x", "POST")
    assert ask("POST", "/shop/x").content == b"refused POST /x"


def test_views_that_are_marked_alike_show_their_mark(app: Flask, project: None) -> None:
    add(app, "/x", "POST", csrf_exempt)
    add(app, "/x", "PUT", csrf_exempt)
    add(app, "/y", "POST")
    add(app, "/y", "PUT")
    add(app, "/<word>/z", "GET", csrf_exempt)
    app.view_functions["PUT /y"].__dict__["other"] = 1
    assert vars(resolve("/shop/x").func) == {"csrf_exempt": True}
    assert vars(resolve("/shop/y").func) == {}


def test_rule_that_is_added_later_is_seen(app: Flask, ask: Ask) -> None:
    add(app, "/x", "POST", csrf_exempt)
    assert vars(resolve("/shop/x").func) == {"csrf_exempt": True}
    add(app, "/x", "PUT")
    assert ask("PUT", "/shop/x").status_code == 403
    assert ask("POST", "/shop/x").status_code == 200


# What else is read from a view


def test_login_is_required_by_the_view_that_answers(app: Flask, ask: Ask, settings: Any) -> None:
    settings.MIDDLEWARE = [
        *MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    add(app, "/x", "GET")
    add(app, "/x", "PUT", login_not_required)
    assert ask("PUT", "/shop/x", headers=TOKEN).content == b"PUT"
    answer = ask("GET", "/shop/x")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/shop/x")


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["GET", "POST"])
def test_transaction_is_that_of_the_view_that_answers(
    app: Flask, project: None, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    depths: dict[str, int] = {}
    for method in (first, "POST" if first == "GET" else "GET"):

        def view() -> str:
            depths[request.method] = len(connection.savepoint_ids)
            return ""

        marked = non_atomic_requests(view) if method == "GET" else view
        app.add_url_rule("/x", method, marked, methods=[method])
    Client().get("/shop/x")
    Client().post("/shop/x")
    assert depths["POST"] == depths["GET"] + 1


def test_django_views_inside_the_application_keep_their_marks(app: Flask, ask: Ask) -> None:
    @csrf_exempt
    def inner(http_request: HttpRequest) -> HttpResponse:
        return HttpResponse("inner")

    add(app, "/in/hook", "GET")
    add(app, "/in/form", "GET")
    inside = [path("hook", inner), path("form", lambda http_request: HttpResponse("taken"))]
    app.include("in/", (inside, "inside"))
    assert ask("POST", "/shop/in/hook").content == b"inner"
    assert ask("POST", "/shop/in/form").status_code == 403
    assert ask("POST", "/shop/in/form", headers=TOKEN).content == b"taken"


# The match


def test_match_becomes_that_of_the_view_that_answers(app: Flask, ask: Ask) -> None:
    def describe(word: str) -> str:
        match: Any = request.django.resolver_match
        return f"{match.view_name} {match.route} {match.kwargs} {match.func.__qualname__}"

    add(app, "/<any(x):name>", "GET")
    app.add_url_rule("/<word>", "write", csrf_exempt(describe), methods=["POST"])
    assert (
        ask("POST", "/en/shop/x").content.decode()
        == "shop:write <lang>/shop/<word> {'lang': 'en', 'word': 'x'} write"
    )


def test_view_that_is_called_by_a_test_is_the_one_of_the_first_rule(
    app: Flask, project: None
) -> None:
    add(app, "/x", "GET")
    add(app, "/x", "POST", csrf_exempt)
    match = resolve("/shop/x")
    assert match.func(RequestFactory().get("/shop/x")).content == b"GET"


@pytest.mark.parametrize("host_matching", [False, True])
def test_marks_count_where_hosts_decide(make_project: MakeProject, host_matching: bool) -> None:
    app = Flask("shop", static_folder=None, host_matching=host_matching)
    app.subdomain_matching = not host_matching
    where = {"host": "api.example.com"} if host_matching else {"subdomain": "api"}
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/x", "hook", csrf_exempt(lambda: "hook"), methods=["POST"], **where)
    app.add_url_rule("/y", "form", lambda: "form", methods=["POST"], **where)
    make_project(path("shop/", app.urls))
    client = Client(enforce_csrf_checks=True, headers={"host": "api.example.com"})
    assert client.post("/shop/x").content == b"hook"
    assert client.post("/shop/y").status_code == 403


def test_marks_count_beside_a_rule_of_a_subdomain(app: Flask, ask: Ask) -> None:
    add(app, "/x", "POST", csrf_exempt)
    add(app, "/y", "POST")
    app.add_url_rule("/elsewhere", "elsewhere", lambda: "", subdomain="api")
    assert ask("POST", "/shop/x").content == b"POST"
    assert ask("POST", "/shop/y").status_code == 403


@pytest.mark.parametrize(
    ("method", "view_name"),
    [("GET", "shop:GET /x"), ("POST", "shop:POST /x"), ("PUT", "shop:GET /x")],
)
def test_middleware_learns_the_name_of_the_view_that_answered(
    app: Flask, project: None, settings: Any, method: str, view_name: str
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.name_view"]
    add(app, "/x", "GET")
    add(app, "/x", "POST")
    response = Client().generic(method, "/shop/x")
    assert response["X-View"] == view_name


def name_view(get_response: Callable[[Any], HttpResponse]) -> Callable[[Any], HttpResponse]:
    def middleware(http_request: Any) -> HttpResponse:
        response = get_response(http_request)
        response["X-View"] = http_request.resolver_match.view_name
        return response

    return middleware
