"""Werkzeug's Debugging Applications, API Levels and Important Terms, as far as they make promises.

The console in the page, its PIN and its ``dump()`` are left out on purpose: there is none.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest

from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.formparser import parse_form_data
from flaskish.werkzeug.serving import BaseWSGIServer, run_simple
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.wrappers import Request, Response


def failing(environ: Any, start_response: Any) -> Any:
    secret_number = 42
    raise ZeroDivisionError(f"not by {secret_number - 42}")


# Debugging


def test_error_has_a_page_and_is_still_in_the_log() -> None:
    errors = io.StringIO()
    client = Client(DebuggedApplication(failing))
    response = client.get("/", errors_stream=errors)
    assert response.status_code == 500
    assert response.mimetype == "text/html"
    assert "ZeroDivisionError" in response.text
    assert "not by 0" in response.text
    assert "Traceback (most recent call last)" in errors.getvalue()
    assert "ZeroDivisionError: not by 0" in errors.getvalue()


def test_page_has_a_traceback_as_text_to_paste() -> None:
    text = Client(DebuggedApplication(failing)).get("/").text
    assert "Traceback (most recent call last)" in text
    assert "failing" in text


def test_error_of_a_stream_is_in_the_log() -> None:
    def stream(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"begun"
        raise ZeroDivisionError

    errors = io.StringIO()
    response = Client(DebuggedApplication(stream)).get("/", errors_stream=errors)
    with response:
        assert response.data.startswith(b"begun")
    assert "ZeroDivisionError" in errors.getvalue()


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1"])
def test_hosts_of_this_machine_are_trusted(host: str) -> None:
    application = DebuggedApplication(failing)
    assert application.check_host_trust({"HTTP_HOST": host})
    assert application.check_host_trust({"HTTP_HOST": f"{host}:5000"})
    assert not application.check_host_trust({"HTTP_HOST": "evil.example"})


def test_trusted_hosts_can_be_replaced() -> None:
    application = DebuggedApplication(failing, evalex=True)
    application.trusted_hosts = ["dev.example"]
    assert application.check_host_trust({"HTTP_HOST": "dev.example"})
    assert not application.check_host_trust({"HTTP_HOST": "localhost"})


def test_host_of_the_server_is_trusted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "werkzeug")
    servers: list[BaseWSGIServer] = []
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", lambda server: servers.append(server))
    run_simple("127.0.0.2", 0, failing, use_debugger=True)
    servers[0].server_close()
    assert servers[0].app.check_host_trust({"HTTP_HOST": "127.0.0.2"})


def test_application_without_errors_is_left_alone() -> None:
    response = Client(DebuggedApplication(Response("text", status=201))).get("/")
    assert (response.status_code, response.text) == (201, "text")


# API Levels

FORM = '<form action="" method="post"><p>Name: <input type="text" name="name" size="20"></form>'


@Request.application
def high(request: Request) -> Response:
    result = ["<title>Greeter</title>"]
    if request.method == "POST":
        result.append(f"<h1>Hello {escape(request.form['name'])}!</h1>")
    result.append(FORM)
    return Response("".join(result), mimetype="text/html")


def low(environ: Any, start_response: Any) -> list[bytes]:
    result = ["<title>Greeter</title>"]
    if environ["REQUEST_METHOD"] == "POST":
        form = parse_form_data(environ)[1]
        result.append(f"<h1>Hello {escape(form['name'])}!</h1>")
    result.append(FORM)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return ["".join(result).encode("utf-8")]


def test_both_levels_make_the_same_application() -> None:
    for options in ({"method": "GET"}, {"method": "POST", "data": {"name": "Ä<da>"}}):
        answers = [Client(application).open("/", **options) for application in (high, low)]
        assert answers[0].text == answers[1].text
        assert answers[0].content_type == answers[1].content_type
    assert "Hello Ä&lt;da&gt;!" in answers[0].text


# Important Terms


def test_response_object_need_not_be_a_response() -> None:
    """It is an application that does no request processing; errors are such ones, too."""

    class Minimal:
        def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
            start_response("200 OK", [])
            return [b"minimal"]

    answers: dict[str, Any] = {"/minimal": Minimal(), "/error": NotFound()}

    @Request.application
    def application(request: Request) -> Any:
        return answers[request.path]

    assert Client(application).get("/minimal").data == b"minimal"
    assert Client(application).get("/error").status_code == 404
