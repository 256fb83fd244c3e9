"""``url_for`` with names of the project's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from flaskish import Flask, url_for
from flaskish.werkzeug.routing import BuildError

from .conftest import MakeProject

Build = Callable[..., str]


def native(http_request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def app(make_project: MakeProject) -> Flask:
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/", "index", lambda: "")
    news = ([path("", native, name="list"), path("<int:year>/", native, name="list")], "news")
    make_project(
        path("shop/", app.urls),
        path("more/", include(app.urls[:2], namespace="more")),
        path("news/", include(news)),
    )
    return app


@pytest.fixture
def build(app: Flask) -> Build:
    """Call ``url_for`` in a request to the application."""

    def build(name: str, where: str = "/shop/", **values: Any) -> str:
        app.view_functions["index"] = lambda: url_for(name, **values)
        return Client().get(where).content.decode()

    return build


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, "/news/"),
        ({"year": 2026}, "/news/2026/"),
        (
            {"year": 2026, "page": 2, "tag": ["a", "b c"], "none": None},
            "/news/2026/?page=2&tag=a&tag=b+c",
        ),
        ({"_anchor": "top", "page": 2}, "/news/?page=2#top"),
        ({"_external": True}, "http://testserver/news/"),
        ({"_scheme": "https", "year": 2026}, "https://testserver/news/2026/"),
    ],
)
def test_values_make_the_path_and_the_rest_of_the_url(
    build: Build, values: dict[str, Any], url: str
) -> None:
    assert build("news:list", **values) == url


def test_name_of_an_application_means_the_instance_that_asks(build: Build) -> None:
    assert build("shop:index") == "/shop/"
    assert build("shop:index", "/more/") == "/more/"
    assert build("more:index") == "/more/"


def test_unknown_name_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(BuildError, match="news:nothing"):
        url_for("news:nothing", page=2)
    with app.app_context(), pytest.raises(BuildError, match="news:nothing"):
        url_for("news:nothing")


def test_functions_for_defaults_hear_of_endpoints_only(app: Flask, build: Build) -> None:
    # As Flask's documentation writes them, they fail on what is no endpoint.
    @app.url_defaults
    def add_language(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = "en"

    assert build("news:list") == "/news/"


def test_endpoint_with_a_colon_comes_before_a_name(app: Flask, build: Build) -> None:
    app.add_url_rule("/colon", "news:list", lambda: "")
    assert build("news:list") == "/shop/colon"


def test_without_a_request_the_path_is_enough(app: Flask) -> None:
    with app.app_context():
        assert url_for("news:list") == "/news/"
        with pytest.raises(RuntimeError, match="without 'SERVER_NAME'"):
            url_for("news:list", _external=True)
    app.config["SERVER_NAME"] = "shop.example"
    with app.app_context():
        assert url_for("news:list") == "http://shop.example/news/"
        assert url_for("news:list", _external=False) == "/news/"


def test_many_values_are_all_for_the_path(app: Flask) -> None:
    values = {f"value_{number}": 1 for number in range(7)}
    with app.app_context(), pytest.raises(BuildError):
        url_for("news:list", **values)  # type: ignore[arg-type]


def test_views_inside_an_application_see_the_namespaces_around_it(app: Flask, build: Build) -> None:
    def where(http_request: Any) -> HttpResponse:
        match = http_request.resolver_match
        return HttpResponse(f"{match.view_name} {match.route}")

    app.include("inside/", ([path("where", where, name="where")], "inside"))
    assert Client().get("/shop/inside/where").content == b"shop:inside:where shop/inside/where"
