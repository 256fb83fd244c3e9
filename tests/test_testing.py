"""The application's test client and command runner."""

from __future__ import annotations

from typing import Any

import click
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.test import Client as DjangoClient

from flaskish import Flask, g, jsonify, redirect, request, session
from flaskish.cli import ScriptInfo
from flaskish.globals import _cv_request
from flaskish.testing import EnvironBuilder, FlaskClient
from flaskish.wrappers import Response


def test_builder_takes_defaults_from_the_configuration(app: Flask) -> None:
    app.config.update(
        SERVER_NAME="example.com:1234", APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https"
    )
    assert EnvironBuilder(app).base_url == "https://example.com:1234/root/"
    assert EnvironBuilder(app, subdomain="api").host == "api.example.com:1234"
    assert EnvironBuilder(app, url_scheme="http").url_scheme == "http"


def test_builder_takes_a_whole_url(app: Flask) -> None:
    builder = EnvironBuilder(app, "https://other.example:8443/page?a=b")
    assert builder.base_url == "https://other.example:8443/"
    assert (builder.path, builder.query_string) == ("/page", "a=b")


def test_builder_refuses_a_base_url_and_parts_of_one(app: Flask) -> None:
    with pytest.raises(AssertionError, match='Cannot pass "subdomain" or "url_scheme"'):
        EnvironBuilder(app, base_url="http://example.com", subdomain="api")


def test_builder_writes_json_as_the_application_does(app: Flask) -> None:
    builder = EnvironBuilder(app, json={"b": "ü", "a": 1})
    assert builder.input_stream is not None
    assert builder.input_stream.read() == b'{"a": 1, "b": "\\u00fc"}'


def test_client_says_where_it_comes_from(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: f"{request.remote_addr} {request.user_agent}")
    assert client.get("/").text == "127.0.0.1 Werkzeug/3.1.9"
    client.environ_base["REMOTE_ADDR"] = "10.0.0.1"
    client.environ_base["HTTP_USER_AGENT"] = "Own/1.0"
    assert client.get("/").text == "10.0.0.1 Own/1.0"


def test_open_takes_builder_environ_and_request(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/page", "page", lambda: f"{request.remote_addr} {request.args['a']}")
    builder = EnvironBuilder(app, "/page?a=b")
    assert client.open(builder).text == "127.0.0.1 b"
    assert client.open(builder.get_environ()).text == "127.0.0.1 b"
    assert client.open(builder.get_request()).text == "127.0.0.1 b"


def test_response_is_the_applications_class_and_reads_its_json(app: Flask) -> None:
    class OwnResponse(Response):
        pass

    app.response_class = OwnResponse
    app.add_url_rule("/", "index", lambda: jsonify(request.json), methods=["POST"])
    response = app.test_client().post("/", json={"a": [1]})
    assert isinstance(response, OwnResponse)
    assert response.json == {"a": [1]}


def test_contexts_stay_in_a_with_block(app: Flask, client: FlaskClient) -> None:
    @app.route("/<word>")
    def page(word: str) -> str:
        g.word = session["word"] = word
        return word

    with client:
        client.get("/first")
        assert (g.word, session["word"], request.path) == ("first", "first", "/first")
        client.get("/second")
        assert (g.word, request.path) == ("second", "/second")
    assert _cv_request.get() is None


def test_contexts_are_popped_without_a_with_block(app: Flask, client: FlaskClient) -> None:
    client.get("/")
    assert _cv_request.get() is None


def test_context_of_the_last_redirect_stays(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: redirect("/target"))
    app.add_url_rule("/target", "target", lambda: "target")
    with client:
        response = client.get("/", follow_redirects=True)
        assert request.path == "/target"
    assert [entry.request.path for entry in response.history] == ["/"]


def test_teardown_runs_with_the_request_and_when_the_block_ends(
    app: Flask, client: FlaskClient
) -> None:
    calls: list[str] = []
    app.add_url_rule("/", "index", lambda: calls.append("view") or "")
    app.teardown_request(lambda error: calls.append("teardown"))
    with client:
        client.get("/")
        assert calls == ["view", "teardown"]
    assert calls == ["view", "teardown", "teardown"]


def test_failed_request_leaves_no_context_for_the_next(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    app.add_url_rule("/", "index", lambda: "")
    with client:
        with pytest.raises(ZeroDivisionError):
            client.get("/fail")
        client.get("/")
        assert request.path == "/"
    assert _cv_request.get() is None


def test_client_blocks_do_not_nest(client: FlaskClient) -> None:
    with client, pytest.raises(RuntimeError, match="Cannot nest client invocations"), client:
        pass  # pragma: no cover - not reached


def test_session_transaction_changes_what_the_view_sees(app: Flask, client: FlaskClient) -> None:
    @app.route("/")
    def index() -> str:
        session["seen"] = True
        return str(session["number"])

    with client.session_transaction() as transaction:
        assert not transaction
        transaction["number"] = 42
    assert client.get("/").text == "42"
    with client.session_transaction() as transaction:
        assert dict(transaction) == {"number": 42, "seen": True}


def test_session_transaction_needs_cookies(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    with pytest.raises(TypeError, match="Cookies are disabled"), client.session_transaction():
        pass  # pragma: no cover - not reached


def test_session_transaction_needs_a_secret_key(app: Flask, client: FlaskClient) -> None:
    app.config["SECRET_KEY"] = None
    with (
        pytest.raises(RuntimeError, match="Session backend did not open a session"),
        client.session_transaction(),
    ):
        pass  # pragma: no cover - not reached


def test_session_transaction_leaves_the_current_context_alone(
    app: Flask, client: FlaskClient
) -> None:
    with app.test_request_context("/outer"):
        with client.session_transaction("/inner"):
            assert request.path == "/outer"
        assert request.path == "/outer"


# Django's client


@pytest.fixture
def cookie_app(app: Flask) -> Flask:
    @app.route("/set/<name>/<value>")
    def set_cookie(name: str, value: str) -> Any:
        response = app.make_response("set")
        response.set_cookie(name, value)
        return response

    @app.route("/delete/<name>")
    def delete(name: str) -> Any:
        response = app.make_response("deleted")
        response.delete_cookie(name)
        return response

    @app.route("/show")
    def show() -> str:
        return ";".join(f"{name}={value}" for name, value in sorted(request.cookies.items()))

    return app


def test_cookies_of_djangos_client_are_sent(cookie_app: Flask) -> None:
    django_client, client = DjangoClient(), cookie_app.test_client()
    django_client.cookies["early"] = "1"
    client.share_cookies(django_client)
    django_client.cookies["late"] = "a;b"
    assert client.get("/show").text == "early=1;late=a;b"
    cookie = client.get_cookie("late")
    assert cookie is not None
    assert cookie.decoded_value == "a;b"


def test_cookies_are_handed_to_djangos_client(cookie_app: Flask) -> None:
    django_client, client = DjangoClient(), cookie_app.test_client()
    client.set_cookie("before", "1")
    client.share_cookies(django_client)
    client.set_cookie("direct", "2")
    client.get("/set/response/3")
    values = {name: morsel.value for name, morsel in django_client.cookies.items()}
    assert values == {"before": "1", "direct": "2", "response": "3"}


def test_deletion_works_both_ways(cookie_app: Flask) -> None:
    django_client, client = DjangoClient(), cookie_app.test_client()
    client.share_cookies(django_client)
    for name in "abcd":
        client.set_cookie(name, "v")
    client.get("/delete/a")
    client.delete_cookie("b")
    del django_client.cookies["c"]
    django_client.cookies["d"]["max-age"] = 0
    assert client.get("/show").text == ""
    assert list(django_client.cookies) == ["d"]


def test_django_logout_takes_the_cookies_away(cookie_app: Flask, db: None) -> None:
    django_client, client = DjangoClient(), cookie_app.test_client()
    client.share_cookies(django_client)
    django_client.cookies["sessionid"] = "x"
    assert client.get("/show").text == "sessionid=x"
    django_client.logout()
    assert client.get("/show").text == ""


def test_cookies_are_only_shared_by_a_client_that_has_some(app: Flask) -> None:
    with pytest.raises(TypeError, match="Cookies are disabled"):
        app.test_client(use_cookies=False).share_cookies(DjangoClient())


@pytest.mark.parametrize("enforce", [False, True])
def test_csrf_is_checked_on_demand(app: Flask, settings: Any, enforce: bool) -> None:
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    app.add_url_rule("/", "index", lambda: "ok", methods=["POST"])
    client = app.test_client(enforce_csrf_checks=enforce)
    assert client.post("/").status_code == (403 if enforce else 200)


def test_djangos_client_is_told_apart_from_ours(app: Flask, settings: Any) -> None:
    """What middleware sees of the request is Django's own request."""
    seen: list[HttpRequest] = []

    def middleware(get_response: Any) -> Any:
        def handle(http_request: HttpRequest) -> HttpResponse:
            seen.append(http_request)
            answer: HttpResponse = get_response(http_request)
            return answer

        return handle

    settings.MIDDLEWARE = [f"{__name__}.recording_middleware"]
    globals()["recording_middleware"] = middleware
    app.add_url_rule("/", "index", lambda: "ok")
    assert app.test_client().get("/").text == "ok"
    assert seen[0].META["HTTP_USER_AGENT"] == "Werkzeug/3.1.9"


def test_database_connections_of_the_test_stay_open(app: Flask) -> None:
    def is_connected() -> bool:
        is_found = request_started.disconnect(close_old_connections)
        if is_found:
            request_started.connect(close_old_connections)
        return is_found

    # The fixture of all tests has taken it off.
    request_started.connect(close_old_connections)
    app.add_url_rule("/", "index", lambda: str(is_connected()))
    assert app.test_client().get("/").text == "False"
    assert is_connected()


def test_closing_the_response_sends_djangos_signal(app: Flask) -> None:
    calls: list[Any] = []

    def receive(**values: Any) -> None:
        calls.append(values["sender"])

    request_finished.connect(receive)
    try:
        response = app.test_client().get("/")
        assert not calls
        response.close()
    finally:
        request_finished.disconnect(receive)
    assert calls == [Flask]


# Commands


def test_runner_invokes_commands_by_name_and_object(app: Flask) -> None:
    @app.cli.command("hello")
    @click.argument("name")
    def hello(name: str) -> None:
        click.echo(f"Hello, {name}!")

    runner = app.test_cli_runner()
    assert runner.invoke(args=["hello", "you"]).output == "Hello, you!\n"
    assert runner.invoke(hello, ["me"]).output == "Hello, me!\n"


def test_runner_hands_on_a_script_info_of_the_application(app: Flask) -> None:
    found: list[Flask] = []

    @click.command()
    @click.pass_obj
    def command(info: ScriptInfo) -> None:
        found.append(info.load_app())

    app.test_cli_runner().invoke(command)
    own = ScriptInfo(create_app=lambda: Flask("other"))
    app.test_cli_runner().invoke(command, obj=own)
    assert found[0] is app
    assert found[1].name == "other"
