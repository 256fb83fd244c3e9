"""System checks of URLs: rules and patterns that no request reaches."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, re_path

from flaskish import Blueprint, Flask
from flaskish.bridge.checks_urls import check_mounts, check_rules
from flaskish.werkzeug.routing import BaseConverter
from tests.bridge.conftest import MakeProject


def native(http_request: HttpRequest) -> HttpResponse:
    return HttpResponse("native")


@pytest.fixture
def shop(make_project: MakeProject) -> Flask:
    shop = Flask("project.shop", static_folder=None)
    make_project(path("shop/", shop.urls))
    return shop


def texts(messages: list[CheckMessage], number: str) -> list[str]:
    assert {message.id for message in messages} <= {f"flaskish.{number}"}
    return [message.msg for message in messages]


def add(app: Flask, *rules: str, **options: Any) -> None:
    """Add a rule for each, with the endpoints ``a``, ``b``, …"""
    for name, rule in zip("abcdef", rules, strict=False):
        app.add_url_rule(rule, name, lambda **values: "", **options)


@pytest.mark.parametrize(
    "rules",
    [
        ("/x", "/x"),
        ("/<one>", "/<two>"),
        ("/<int:one>", "/<int:two>"),
        ("/<int:one>", "/<int(min=3):two>"),
        ("/<string:one>", "/<any(a, b):two>"),
        ("/<string:one>", "/<string(length=7):two>"),
        ("/f/<path:one>", "/f/<path:two>"),
        ("/<uuid:one>/", "/<uuid:two>/"),
        ("/<float:one>", "/<float:two>"),
    ],
)
def test_rule_behind_one_that_is_alike(shop: Flask, rules: tuple[str, str]) -> None:
    add(shop, *rules)
    (text,) = texts(check_rules(), "W003")
    assert f"{rules[1]!r} of the endpoint 'b' of the application 'shop' never answers" in text
    assert f"{rules[0]!r} of 'a' comes first" in text


@pytest.mark.parametrize(
    "rules",
    [
        ("/<one>", "/x"),
        ("/<one>", "/<int:two>"),
        ("/<any(a, b):one>", "/<string:two>"),
        ("/<any(a, b):one>", "/<any(b, c):two>"),
        ("/<path:one>", "/<two>/x"),
        ("/x", "/x/"),
        ("/<string(length=2):one>", "/<string:two>"),
    ],
)
def test_rule_that_answers_some_paths(shop: Flask, rules: tuple[str, str]) -> None:
    add(shop, *rules)
    assert check_rules() == []


def test_methods_are_told_apart(shop: Flask) -> None:
    shop.add_url_rule("/x", "a", lambda: "", methods=["GET"])
    shop.add_url_rule("/x", "b", lambda: "", methods=["POST"])
    assert check_rules() == []
    shop.add_url_rule("/x", "c", lambda: "", methods=["POST", "PUT"])
    (text,) = texts(check_rules(), "W003")
    assert "of the endpoint 'c' of the application 'shop' does not answer POST" in text


def test_two_rules_of_one_endpoint_are_no_mistake(shop: Flask) -> None:
    shop.add_url_rule("/x", "a", lambda: "")
    shop.add_url_rule("/x", "a")
    shop.add_url_rule("/page/", "page", lambda n: "", defaults={"n": 1})
    shop.add_url_rule("/page/<int:n>", "page")
    assert check_rules() == []


def test_static_files_of_a_blueprint_without_prefix(make_project: MakeProject) -> None:
    shop = Flask("project.shop")
    make_project(path("shop/", shop.urls))
    shop.register_blueprint(Blueprint("cart", __name__, static_folder="static"))
    (text,) = texts(check_rules(), "W003")
    assert "'cart.static'" in text


def test_hosts_are_told_apart(make_project: MakeProject) -> None:
    shop = Flask("project.shop", static_folder=None, host_matching=True)
    make_project(path("shop/", shop.urls))
    shop.add_url_rule("/x", "a", lambda: "", host="a.example")
    shop.add_url_rule("/x", "b", lambda: "", host="b.example")
    assert check_rules() == []
    shop.add_url_rule("/x", "c", lambda: "", host="b.example")
    assert len(texts(check_rules(), "W003")) == 1


def test_converter_for_which_no_text_is_known_is_left_alone(shop: Flask) -> None:
    class Colour(BaseConverter):
        regex = "#[0-9a-f]{6}"

    shop.url_map.converters["colour"] = Colour
    add(shop, "/<colour:one>", "/<colour:two>")
    assert check_rules() == []


def test_endpoint_without_view_function(shop: Flask) -> None:
    shop.add_url_rule("/x", "x")
    (text,) = texts(check_rules(), "W006")
    assert "endpoint 'x'" in text
    shop.endpoint("x")(lambda: "")
    assert check_rules() == []


def test_rules_that_only_build_need_no_view(shop: Flask) -> None:
    shop.add_url_rule("/x", "x", build_only=True)
    assert check_rules() == []


def test_app_behind_one_that_takes_all(shop: Flask, make_project: MakeProject) -> None:
    first = Flask("project.first")
    add(shop, "/", "/cart/<int:number>")
    make_project(path("", first.urls), path("shop/", shop.urls))
    one, two = texts(check_mounts(), "W004")
    assert "'/' of the application 'shop', which is mounted at '/shop/', gets no request" in one
    assert "'/cart/<int:number>'" in two
    assert "the application 'first' comes first" in two


def test_app_behind_one_that_is_included(shop: Flask, make_project: MakeProject) -> None:
    first = Flask("project.first", static_folder=None)
    add(first, "/", "/shop/cart")
    add(shop, "/", "/cart")
    make_project(path("", include(first.urlpatterns)), path("shop/", shop.urls))
    (text,) = texts(check_mounts(), "W004")
    assert "'/cart'" in text


def test_rule_behind_a_native_pattern(shop: Flask, make_project: MakeProject) -> None:
    add(shop, "/", "/cart")
    make_project(path("shop/cart", native), path("shop/", shop.urls))
    (text,) = texts(check_mounts(), "W004")
    assert "the pattern 'shop/cart' comes first" in text


@pytest.mark.parametrize(
    "pattern", [path("admin/", native), re_path("^admin/", native), path("<slug:any>", native)]
)
def test_native_pattern_behind_an_app_that_takes_all(
    shop: Flask, make_project: MakeProject, pattern: Any
) -> None:
    make_project(path("", shop.urls), pattern)
    (text,) = texts(check_mounts(), "W005")
    assert "gets no request: the application 'project.shop' is mounted in front of it" in text


def test_native_patterns_elsewhere_are_reached(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("first", native), path("shop/", shop.urls), path("shopping", native))
    assert check_mounts() == []
    make_project(path("", include(shop.urlpatterns)), path("last", native))
    assert check_mounts() == []


def test_app_below_a_variable_is_left_alone(shop: Flask, make_project: MakeProject) -> None:
    add(shop, "/")
    make_project(path("<slug:tenant>/", shop.urls), path("last", native))
    assert check_mounts() == []


@pytest.mark.parametrize(
    ("prefix", "is_found"), [("shop", True), ("shop/", False), ("", False), ("<name>", False)]
)
def test_mount_without_a_slash(make_project: MakeProject, prefix: str, is_found: bool) -> None:
    make_project(path(prefix, Flask("project.shop", static_folder=None).urls))
    assert len(texts(check_mounts(), "W012")) == is_found


def test_mount_with_a_slash_at_its_beginning(make_project: MakeProject) -> None:
    make_project(path("/shop/", Flask("project.shop", static_folder=None).urls))
    (text,) = texts(check_mounts(), "W012")
    assert "no request gets there" in text


def test_application_called_as_a_view_says_how_it_is_mounted(make_project: MakeProject) -> None:
    make_project(path("shop/", Flask("project.shop", static_folder=None)))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"app\.urls"):
        Client().get("/shop/")


@pytest.mark.parametrize("name", ["__call__", "wsgi_app"])
def test_application_in_the_place_of_a_view(make_project: MakeProject, name: str) -> None:
    shop = Flask("project.shop", static_folder=None)
    view: Any = shop if name == "__call__" else getattr(shop, name)
    make_project(path("a/", include([path("shop/", view)])))
    (text,) = texts(check_mounts(), "W013")
    assert "'project.shop' stands in the place of a view" in text
