"""The debugger: Django's debug page around any WSGI application."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.test import Client, create_environ
from flaskish.werkzeug.wrappers import Response

ROOT = Path(__file__).resolve().parent.parent.parent


def failing(environ: dict[str, Any], start_response: Any) -> Any:
    raise ValueError("broken application")


def failing_late(environ: dict[str, Any], start_response: Any) -> Any:
    start_response("200 OK", [])
    yield b"begun"
    raise ValueError("broken in the middle")


def ask(application: Any) -> tuple[str, str, str]:
    errors = io.StringIO()
    environ = create_environ("/page", environ_overrides={"wsgi.errors": errors})
    started: list[str] = []
    body = b""

    def start_response(status: str, headers: list[Any], exc_info: Any = None) -> None:
        # As servers do: the status can be changed until something was sent.
        if body:
            raise exc_info[1]
        started.append(status)

    for part in DebuggedApplication(application)(environ, start_response):
        body += part
    return started[-1], body.decode(), errors.getvalue()


def test_error_is_shown_and_logged() -> None:
    status, page, log = ask(failing)
    assert status == "500 INTERNAL SERVER ERROR"
    assert "broken application" in page
    assert "ValueError: broken application" in log


def test_error_after_the_start_is_only_logged() -> None:
    status, page, log = ask(failing_late)
    assert (status, page) == ("200 OK", "begun")
    assert "ValueError: broken in the middle" in log
    assert "the response had begun" in log


def test_answer_is_handed_on_and_closed() -> None:
    closed = []
    response = Response("text")
    response.call_on_close(lambda: closed.append(True))
    assert Client(DebuggedApplication(response)).get("/").text == "text"
    assert closed == [True]


@pytest.mark.parametrize(
    "query", ["?__debugger__=yes&cmd=resource&f=debugger.js", "?__debugger__=yes&cmd=1&frm=1&s=x"]
)
def test_there_is_no_console(query: str) -> None:
    application = DebuggedApplication(Response("text"), evalex=True, pin_security=False)
    assert Client(application).get(f"/console{query}").text == "text"


PROGRAM = """
from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.test import Client

def failing(environ, start_response):
    raise ZeroDivisionError

response = Client(DebuggedApplication(failing)).get("/")
assert response.status_code == 500
assert "ZeroDivisionError" in response.text
"""


def test_page_needs_neither_settings_nor_an_application_of_ours() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True, cwd=ROOT)
