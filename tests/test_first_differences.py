"""The differences that Flask code notices first when Django does the work.

Each is asked of an application that stands alone, of one mounted in a project, and of one in a
project with the usual middleware, by the same raw WSGI requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from types import ModuleType
from uuid import UUID

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import clear_url_caches, path
from markupsafe import Markup

from flaskish import Flask, abort, jsonify, request, session
from flaskish.werkzeug.middleware.dispatcher import DispatcherMiddleware
from flaskish.werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from .both_ways import BEHIND_MIDDLEWARE, WAYS, Asker, asking


@pytest.fixture
def shop() -> Flask:
    shop = Flask("shop", static_folder=None)
    shop.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=True)
    return shop


@pytest.fixture(params=[*WAYS, BEHIND_MIDDLEWARE])
def ask(request: pytest.FixtureRequest, shop: Flask) -> Iterator[Asker]:
    with asking(shop, request.param) as asker:
        yield asker


@pytest.fixture(params=WAYS)
def ask_without_middleware(request: pytest.FixtureRequest, shop: Flask) -> Iterator[Asker]:
    with asking(shop, request.param) as asker:
        yield asker


def test_first_of_repeated_arguments_wins(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: request.args["a"])
    assert ask("/?a=1&a=2").data == b"1"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_forms_are_parsed_whatever_the_method(shop: Flask, ask: Asker, method: str) -> None:
    shop.add_url_rule("/", "index", lambda: request.form["a"], methods=[method])
    assert ask("/", method, data={"a": "1"}).data == b"1"


def test_missing_slash_redirects_with_method_and_body(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/pay/", "pay", lambda: request.form["a"], methods=["POST"])
    response = ask("/pay?b=2", "POST", data={"a": "1"})
    assert response.status_code == 308
    assert response.location == f"http://localhost{ask.prefix}/pay/?b=2"
    followed = ask("/pay?b=2", "POST", data={"a": "1"}, follow_redirects=True)
    assert followed.data == b"1"


def test_wrong_method_names_the_right_ones(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: "", methods=["PUT"])
    response = ask("/", "POST")
    assert response.status_code == 405
    assert set(response.allow) == {"PUT", "OPTIONS"}


def test_options_are_answered(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: "")
    response = ask("/", "OPTIONS")
    assert response.status_code == 200
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS"}


def test_literal_rule_wins_whatever_the_order(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/<name>", "variable", lambda name: "variable")
    shop.add_url_rule("/literal", "literal", lambda: "literal")
    assert ask("/literal").data == b"literal"


def test_double_slashes_redirect(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/a/b", "index", lambda: "")
    response = ask("/a//b")
    assert response.status_code == 308
    assert response.location == f"http://localhost{ask.prefix}/a/b"


def test_host_with_an_underscore_is_served(shop: Flask, ask_without_middleware: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: "here")
    assert ask_without_middleware("/", headers={"Host": "my_app.local"}).data == b"here"


def test_djangos_middleware_refuses_a_host_with_an_underscore(shop: Flask) -> None:
    shop.add_url_rule("/", "index", lambda: "here")
    with asking(shop, BEHIND_MIDDLEWARE) as ask:
        assert ask("/", headers={"Host": "my_app.local"}).status_code == 400


def test_large_json_is_read(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: str(len(request.json["text"])), methods=["POST"])
    assert ask("/", "POST", json={"text": "x" * 3_000_000}).data == b"3000000"


def test_large_form_field_is_too_large(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: request.form["a"], methods=["POST"])
    data = {"a": "x" * 600_000}
    assert ask("/", "POST", data=data).status_code == 413
    multipart = data | {"file": (BytesIO(b"1"), "a.txt")}
    assert ask("/", "POST", data=multipart).status_code == 413


TYPED = {
    "tuple": (1, "two"),
    "datetime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "UUID": UUID(int=7),
    "bytes": b"\x00\xff",
    "Markup": Markup("<b>bold</b>"),
}


@pytest.mark.parametrize("name", TYPED)
def test_types_survive_in_the_session(shop: Flask, ask: Asker, name: str) -> None:
    def read() -> str:
        value = session["value"]
        return f"{value == TYPED[name]} {type(value).__name__}"

    shop.add_url_rule("/write", "write", lambda: session.update(value=TYPED[name]) or "")
    shop.add_url_rule("/read", "read", read)
    ask("/write")
    assert ask("/read").text == f"True {type(TYPED[name]).__name__}"


def test_chunked_body_is_read(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/", "index", lambda: request.get_data(), methods=["POST"])
    environ = EnvironBuilder(f"{ask.prefix}/", method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    environ["wsgi.input"] = BytesIO(b"in chunks")
    environ["wsgi.input_terminated"] = True
    body, status, _ = run_wsgi_app(ask.wsgi_app, environ)
    assert (status, b"".join(body)) == ("200 OK", b"in chunks")


def test_json_is_sorted_dated_and_ended(shop: Flask, ask: Asker) -> None:
    value = {"b": datetime(2026, 1, 2, tzinfo=UTC), "a": "é"}
    shop.add_url_rule("/", "index", lambda: jsonify(value))
    expected = b'{"a":"\\u00e9","b":"Fri, 02 Jan 2026 00:00:00 GMT"}\n'
    assert ask("/").data == expected


def test_session_cookie_is_written_after_a_change(
    shop: Flask, ask_without_middleware: Asker
) -> None:
    ask = ask_without_middleware
    shop.add_url_rule("/write", "write", lambda: session.update(a=1) or "")
    shop.add_url_rule("/read", "read", lambda: str(session.get("a")))
    shop.config.update(SESSION_COOKIE_NAME="of_shop", SESSION_COOKIE_SAMESITE="Strict")
    cookie = ask("/write").headers["Set-Cookie"]
    assert cookie.startswith("of_shop=")
    assert cookie.endswith("; HttpOnly; Path=/; SameSite=Strict")
    response = ask("/read")
    assert response.data == b"1"
    assert "Set-Cookie" not in response.headers


def test_cookie_of_the_projects_session_is_the_projects(shop: Flask) -> None:
    shop.add_url_rule("/write", "write", lambda: session.update(a=1) or "")
    shop.config["SESSION_COOKIE_NAME"] = "of_shop"
    with asking(shop, BEHIND_MIDDLEWARE) as ask:
        assert ask("/write").headers["Set-Cookie"].startswith("sessionid=")


@pytest.fixture
def blog(shop: Flask) -> Flask:
    blog = Flask("blog", static_folder=None)
    blog.config.update(SECRET_KEY="another key", SESSION_COOKIE_NAME="of_blog")
    for app in (shop, blog):
        app.add_url_rule("/write", "write", lambda: session.update(a=request.path) or "")
        app.add_url_rule("/read", "read", lambda: str(session.get("a")))
    return blog


def test_two_combined_apps_have_sessions_of_their_own(shop: Flask, blog: Flask) -> None:
    client = Client(DispatcherMiddleware(shop, {"/blog": blog}))
    client.get("/write")
    assert client.get("/read").text == "/write"
    assert client.get("/blog/read").text == "None"


def test_two_mounted_apps_have_sessions_of_their_own(shop: Flask, blog: Flask) -> None:
    urls = ModuleType("urls")
    urls.urlpatterns = [path("shop/", shop.urls), path("blog/", blog.urls)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls):
        clear_url_caches()
        client = Client(WSGIHandler())
        client.get("/shop/write")
        assert client.get("/shop/read").text == "/write"
        assert client.get("/blog/read").text == "None"


def test_own_handler_answers_for_missing_pages(shop: Flask, ask: Asker) -> None:
    shop.register_error_handler(404, lambda error: ("the shop has no such page", 404))
    shop.add_url_rule("/gone", "gone", lambda: abort(404))
    for url in ("/nothing", "/gone"):
        response = ask(url)
        assert (response.status_code, response.text) == (404, "the shop has no such page")


def test_answer_varies_by_cookie_if_the_session_was_touched(shop: Flask, ask: Asker) -> None:
    shop.add_url_rule("/touch", "touch", lambda: str(session.get("a")))
    shop.add_url_rule("/leave", "leave", lambda: "")
    assert ask("/touch").headers["Vary"] == "Cookie"
    assert "Vary" not in ask("/leave").headers
