"""Werkzeug's Tutorial: a shortener of URLs, with a dict for a store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from jinja2 import DictLoader, Environment

from flaskish.werkzeug.exceptions import HTTPException, NotFound
from flaskish.werkzeug.middleware.shared_data import SharedDataMiddleware
from flaskish.werkzeug.routing import Map, Rule
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.utils import redirect
from flaskish.werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TEMPLATES = {
    "layout.html": "<title>{% block title %}{% endblock %} | shortly</title>"
    "{% block body %}{% endblock %}",
    "new_url.html": '{% extends "layout.html" %}{% block title %}Create{% endblock %}'
    '{% block body %}{{ error }}<input name=url value="{{ url }}">{% endblock %}',
    "details.html": '{% extends "layout.html" %}{% block title %}/{{ short_id }}{% endblock %}'
    "{% block body %}{{ target }} was clicked {{ clicks }} times{% endblock %}",
}
TARGET = "https://example.com/?a=1&b=2"


class Shortly:
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.clicks: dict[str, int] = {}
        self.jinja_env = Environment(loader=DictLoader(TEMPLATES), autoescape=True)
        self.url_map = Map(
            [
                Rule("/", endpoint="new_url"),
                Rule("/<short_id>", endpoint="follow_short_link"),
                Rule("/<short_id>+", endpoint="short_link_details"),
            ]
        )

    def render_template(self, name: str, **context: Any) -> Response:
        return Response(self.jinja_env.get_template(name).render(context), mimetype="text/html")

    def on_new_url(self, request: Request) -> Response:
        error, url = "", ""
        if request.method == "POST":
            url = request.form["url"]
            if urlsplit(url).scheme in ("http", "https"):
                short_id = str(len(self.targets) + 1)
                self.targets[short_id] = url
                return redirect(f"/{short_id}+")
            error = "Please enter a valid URL"
        return self.render_template("new_url.html", error=error, url=url)

    def on_follow_short_link(self, request: Request, short_id: str) -> Response:
        target = self.target(short_id)
        self.clicks[short_id] = self.clicks.get(short_id, 0) + 1
        return redirect(target)

    def on_short_link_details(self, request: Request, short_id: str) -> Response:
        target, clicks = self.target(short_id), self.clicks.get(short_id, 0)
        return self.render_template("details.html", target=target, short_id=short_id, clicks=clicks)

    def target(self, short_id: str) -> str:
        if short_id not in self.targets:
            raise NotFound
        return self.targets[short_id]

    def dispatch_request(self, request: Request) -> Response | HTTPException:
        adapter = self.url_map.bind_to_environ(request.environ)
        try:
            endpoint, values = adapter.match()
            response: Response = getattr(self, f"on_{endpoint}")(request, **values)
        except HTTPException as error:
            return error
        return response

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.dispatch_request(Request(environ))(environ, start_response)


@pytest.fixture
def client() -> Client:
    return Client(Shortly())


def test_form_is_an_html_page(client: Client) -> None:
    answer = client.get("/")
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.text == '<title>Create | shortly</title><input name=url value="">'


def test_valid_url_leads_to_its_details(client: Client) -> None:
    answer = client.post("/", data={"url": TARGET})
    assert (answer.status_code, answer.location) == (302, "/1+")
    details = client.get("/1+").text
    assert details == (
        "<title>/1 | shortly</title>https://example.com/?a=1&amp;b=2 was clicked 0 times"
    )


def test_client_follows_to_the_details(client: Client) -> None:
    answer = client.post("/", data={"url": TARGET}, follow_redirects=True)
    assert answer.request.path == "/1+"
    assert [step.status_code for step in answer.history] == [302]


def test_invalid_url_is_shown_again_and_escaped(client: Client) -> None:
    answer = client.post("/", data={"url": '"><script>'})
    assert answer.status_code == 200
    assert "Please enter a valid URL" in answer.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in answer.text


def test_short_link_redirects_and_is_counted(client: Client) -> None:
    client.post("/", data={"url": TARGET})
    answer = client.get("/1")
    assert (answer.status_code, answer.location) == (302, TARGET)
    assert "clicked 1 times" in client.get("/1+").text


@pytest.mark.parametrize("path", ["/2", "/2+", "/2/3"])
def test_what_is_missing_is_the_default_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text


def test_missing_field_is_a_bad_request(client: Client) -> None:
    assert client.post("/", data={"link": TARGET}).status_code == 400


def test_middleware_serves_the_static_files(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("a { color: #11557C; }")
    client = Client(SharedDataMiddleware(Shortly(), {"/static": str(tmp_path)}))
    answer = client.get("/static/style.css")
    assert (answer.mimetype, answer.text) == ("text/css", "a { color: #11557C; }")
    answer.close()
    assert "Create" in client.get("/").text


def test_hello_is_a_response() -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        text = f"Hello {request.args.get('name', 'World')}!"
        return Response(text, mimetype="text/plain")(environ, start_response)

    assert Client(application).get("/").text == "Hello World!"
    assert Client(application).get("/?name=Jörg").text == "Hello Jörg!"
