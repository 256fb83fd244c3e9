"""The names by which tools group requests: Sentry's, OpenTelemetry's, debug pages, ``show_urls``.

OpenTelemetry reads ``resolver_match.route``. Sentry reads ``view_name``, the module and the
qualified name of the view, and searches with the regex of each pattern.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, include, path, resolve
from django.views.decorators.cache import never_cache

from flaskish import Blueprint, Flask
from flaskish.bridge.views import django_decorator
from tests.bridge.conftest import MakeProject


@pytest.fixture(autouse=True)
def _project(make_project: MakeProject) -> None:
    shop = Flask("project.shop", static_folder=None)
    cart = Blueprint("cart", "project.cart", url_prefix="/cart")
    shop.add_url_rule("/", "index", lambda: "")
    shop.add_url_rule(
        "/item/<int:number>/", "item", django_decorator(never_cache)(lambda number: "")
    )
    cart.add_url_rule("/<path:rest>", "show", lambda rest: "")
    shop.register_blueprint(cart)
    make_project(path("shop/", shop.urls), path("in/", include(shop.urlpatterns)))


@pytest.mark.parametrize(
    ("requested", "view_name", "route", "function"),
    [
        ("/shop/", "shop:index", "shop/", "index"),
        ("/shop/item/3/", "shop:item", "shop/item/<int:number>/", "item"),
        ("/shop/cart/a/b", "shop:cart.show", "shop/cart/<path:rest>", "cart.show"),
        ("/in/item/3/", "item", "in/item/<int:number>/", "item"),
    ],
)
def test_match_names_the_endpoint_and_the_rule(
    requested: str, view_name: str, route: str, function: str
) -> None:
    match = resolve(requested)
    assert (match.view_name, match.route) == (view_name, route)
    view: Any = match.func
    assert (view.__module__, view.__qualname__) == ("project.shop", function)
    assert match._func_path == f"project.shop.{function}"


@pytest.mark.parametrize("requested", ["/shop/nothing", "/shop/item/3"])
def test_requests_without_a_rule_have_one_route(requested: str) -> None:
    match = resolve(requested)
    assert match.route == "shop/<path:unmatched>"
    assert match._func_path == "project.shop.unmatched"


def test_each_pattern_finds_its_own_paths_only() -> None:
    mounted: Any = get_resolver().url_patterns[0]
    patterns: dict[str, Any] = {
        pattern.name: pattern.pattern for pattern in mounted.url_patterns[0].url_patterns
    }
    paths = {"index": "", "item": "item/3/", "cart.show": "cart/a/b"}
    for name, pattern in patterns.items():
        assert [other for other, text in paths.items() if pattern.regex.search(text)] == [name]
    assert patterns["item"]._route == "item/<int:number>/"


def test_middleware_sees_the_names_around_the_view(make_project: MakeProject) -> None:
    seen: list[str] = []

    class Middleware:
        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, http_request: Any) -> HttpResponse:
            response: HttpResponse = self.get_response(http_request)
            seen.append(http_request.resolver_match.view_name)
            return response

        def process_view(
            self, http_request: HttpRequest, view: Any, args: Any, kwargs: Any
        ) -> None:
            seen.append(f"{view.__module__}.{view.__name__} {kwargs}")

    globals()["Middleware"] = Middleware
    shop = Flask("project.shop", static_folder=None)
    shop.add_url_rule("/item/<int:number>", "item", lambda number: "")
    client = make_project(path("shop/", shop.urls), MIDDLEWARE=[f"{__name__}.Middleware"])
    client.get("/shop/item/3")
    assert seen == ["project.shop.item {'number': 3}", "shop:item"]
