"""Logs and error pages: no line is forged, nothing is echoed unescaped, no console is served."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.test import override_settings

from flaskish import Flask, abort, redirect, request
from flaskish.testing import FlaskClient
from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.exceptions import default_exceptions
from tests.safety.servers import WAYS, ask_wsgi

SCRIPT = "<script>alert(1)</script>"
SECRETS = ("c2VjcmV0OnNlY3JldA==", "key-of-a-client", "key-of-the-project", "key-of-the-app")


def failing_app(**config: Any) -> Flask:
    app = Flask("failing", static_folder=None)
    app.config.update(PROPAGATE_EXCEPTIONS=False, SECRET_KEY=SECRETS[3], **config)

    @app.route("/<path:path>", methods=["GET", "POST"])
    def fail(path: str) -> str:
        raise RuntimeError(SCRIPT)

    return app


@pytest.mark.parametrize(
    "path", ["a\r\nERROR forged", "a\nb", "a\x1b[2Jb", "a\x85b", "a\u2028b", "a\x00b", "a\x7fb"]
)
def test_a_path_forges_no_line_in_the_log(path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = failing_app()
    app.before_request(lambda: 1 / 0)
    raw_path = f"/{path}".encode().decode("latin-1")
    assert ask_wsgi(app, PATH_INFO=raw_path).status == 500
    assert "Exception on /a" in caplog.messages[0]
    assert caplog.messages[0].isprintable()
    assert len(caplog.messages[0].splitlines()) == 1


def test_a_usual_path_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    ask_wsgi(failing_app(), PATH_INFO="/caf\xc3\xa9 %s {}")
    assert caplog.messages[0] == "Exception on /café %s {} [GET]"


def test_a_message_with_percent_signs_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = failing_app()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    app.logger.addHandler(handler)
    try:
        ask_wsgi(app, PATH_INFO="/%s%d%(a)s")
    finally:
        app.logger.removeHandler(handler)
    assert "Exception on /%s%d%(a)s [GET]" in stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_an_error_page_echoes_nothing_of_the_request(way: str) -> None:
    app = Flask("pages", static_folder=None)
    line = {
        "PATH_INFO": f"/{SCRIPT}",
        "QUERY_STRING": SCRIPT,
        "HTTP_USER_AGENT": SCRIPT,
        "HTTP_REFERER": SCRIPT,
    }
    answer = WAYS[way](app, **line)
    assert answer.status == 404
    assert b"script" not in answer.body


@pytest.mark.parametrize("code", sorted(default_exceptions))
def test_a_description_is_escaped(code: int, app: Flask, client: FlaskClient) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    if code == 416:
        # Its first argument is a length.
        app.add_url_rule("/", "index", lambda: abort(code, None, description=SCRIPT))
    else:
        app.add_url_rule("/", "index", lambda: abort(code, description=SCRIPT))
    body = client.get("/").get_data(as_text=True)
    assert "<script>" not in body
    assert code in (405,) or "&lt;script&gt;" in body


def test_a_missing_key_in_debug_mode_is_escaped(app: Flask, client: FlaskClient) -> None:
    app.debug = True
    app.config["TRAP_BAD_REQUEST_ERRORS"] = False
    app.add_url_rule("/", "index", lambda: request.args[SCRIPT])
    body = client.get("/").get_data(as_text=True)
    assert "&lt;script&gt;" in body
    assert "<script>" not in body


def test_a_redirect_escapes_what_it_shows(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: redirect(f'/"{SCRIPT}'))
    body = client.get("/").get_data(as_text=True)
    assert "<script>" not in body
    assert 'href="/&#34;&lt;script' in body


def test_the_debug_page_escapes_and_masks() -> None:
    app = failing_app()
    app.config["PROPAGATE_EXCEPTIONS"] = True
    # Read from variables: the page shows the source of this test, too.
    line = {"HTTP_AUTHORIZATION": f"Basic {SECRETS[0]}", "HTTP_X_API_KEY": SECRETS[1]}
    with override_settings(DEBUG=True, SECRET_KEY=SECRETS[2]):
        answer = ask_wsgi(DebuggedApplication(app), PATH_INFO="/x", QUERY_STRING=SCRIPT, **line)
    page = answer.body.decode()
    assert answer.status == 500
    assert SCRIPT not in page
    assert "RuntimeError" in page
    for secret in SECRETS:
        assert secret not in page


@pytest.mark.parametrize(
    "query",
    [
        "__debugger__=yes&cmd=1%2B1&frm=0&s=secret",
        "__debugger__=yes&cmd=pinauth&pin=1&s=secret",
        "__debugger__=yes&cmd=resource&f=debugger.js",
        "__debugger__=yes&cmd=printpin&s=secret",
    ],
)
def test_no_console_is_served(query: str) -> None:
    application = DebuggedApplication(failing_app(), evalex=True)
    for path in ("/x", "/console"):
        answer = ask_wsgi(application, PATH_INFO=path, QUERY_STRING=query)
        assert answer.status == 500
        assert b"EVALEX" not in answer.body
        assert b"SECRET" not in answer.body
        assert answer.get("Set-Cookie") is None
