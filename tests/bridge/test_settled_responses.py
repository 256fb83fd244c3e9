"""What Django's handlers and middleware get of a response: headers and body as they are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from flaskish import Flask, Response, redirect, request

Ask = Callable[..., Any]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """Call the Django view of the application as a handler does, and return its response."""

    def ask(path: str = "/", method: str = "GET", **extra: Any) -> Any:
        http_request = RequestFactory().generic(method, path, **extra)
        http_request.resolver_match = resolve(path, tuple(_patterns(app)))
        match = http_request.resolver_match
        return match.func(http_request, *match.args, **match.kwargs)

    return ask


def _patterns(app: Flask) -> list[Any]:
    from django.urls import path

    return [path("", app.urls)]


@pytest.mark.parametrize("status", [204, 304])
def test_status_without_a_body_has_none(app: Flask, ask: Ask, status: int) -> None:
    @app.get("/")
    def index() -> Any:
        return "text", status

    response = ask()
    assert response.content == b""
    assert not response.has_header("Content-Length")


def test_not_modified_has_no_headers_about_the_body(app: Flask, ask: Ask) -> None:
    @app.get("/")
    def index() -> Response:
        response = Response("text")
        response.set_etag("tag")
        return response.make_conditional(request)

    response = ask(HTTP_IF_NONE_MATCH='"tag"')
    assert response.status_code == 304
    assert not response.has_header("Content-Type")
    assert response["ETag"] == '"tag"'


def test_answer_of_several_parts_has_a_length(app: Flask, ask: Ask) -> None:
    @app.get("/")
    def index() -> Response:
        return Response(["one", "two"])

    assert ask()["Content-Length"] == "6"


def test_stream_is_not_run_for_head(app: Flask, ask: Ask) -> None:
    closed = []

    def generate() -> Iterator[str]:
        raise ValueError("run")
        yield ""

    @app.get("/")
    def index() -> Response:
        response = Response(generate())
        response.call_on_close(lambda: closed.append(True))
        return response

    response = ask(method="HEAD")
    assert response.streaming
    assert b"".join(response) == b""
    response.close()
    assert closed == [True]


def test_location_is_completed_on_demand(app: Flask, ask: Ask) -> None:
    class Complete(Response):
        autocorrect_location_header = True

    @app.get("/here/")
    def index() -> Response:
        return Complete("", 302, {"Location": "there"})

    assert ask("/here/")["Location"] == "http://testserver/here/there"


def test_headers_of_a_subclass_are_sent(app: Flask, ask: Ask) -> None:
    class Marked(Response):
        def get_wsgi_headers(self, environ: dict[str, Any]) -> Any:
            headers = super().get_wsgi_headers(environ)
            headers["X-Path"] = environ["PATH_INFO"]
            return headers

    app.response_class = Marked

    @app.get("/marked")
    def index() -> str:
        return ""

    assert ask("/marked")["X-Path"] == "/marked"


def test_cookies_of_djangos_api_are_kept(app: Flask, ask: Ask) -> None:
    @app.get("/")
    def index() -> HttpResponse:
        response = HttpResponse("text")
        response.set_cookie("a", "b")
        return response

    assert ask().cookies["a"].value == "b"


@pytest.mark.parametrize("path", ["/", "/away"])
def test_what_middleware_changes_is_sent_as_it_has_to_be(app: Flask, ask: Ask, path: str) -> None:
    app.add_url_rule("/", "index", lambda: "text")
    app.add_url_rule("/away", "away", lambda: redirect("/there"))
    response = ask(path)
    before = dict(response.items())
    response["Location"] = "/caf\xe9"
    response.set_cookie("a", "b")
    assert dict(response.items()) == {**before, "Location": "/caf%C3%A9"}
    assert response.cookies["a"].value == "b"


def test_cookie_of_a_redirect_is_sent_once(app: Flask, ask: Ask) -> None:
    @app.get("/")
    def index() -> Response:
        response = redirect("/there")
        response.set_cookie("a", "b")
        return response

    response = ask()
    assert "Set-Cookie" not in dict(response.items())
    assert list(response.cookies) == ["a"]
    assert response["Location"] == "/there"
