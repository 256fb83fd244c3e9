"""Who logs what in a project: the application's logger, ``django.request``, ``django.server``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync
from django.core.signals import got_request_exception
from django.test import AsyncClient, Client
from django.urls import path
from django.utils.log import AdminEmailHandler

from flaskish import Flask, abort, current_app
from flaskish.logging import default_handler

from ..processes import started
from .conftest import MakeProject

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop(make_project: MakeProject) -> Iterator[Flask]:
    shop = Flask("project.shop", static_folder=None)
    shop.add_url_rule("/fine", "fine", lambda: "fine")
    shop.add_url_rule("/fail", "fail", lambda: str(1 / 0))
    shop.add_url_rule("/abort/<int:code>", "abort", lambda code: abort(code))

    @shop.get("/talk")
    def talk() -> str:
        current_app.logger.warning("a word")
        return ""

    make_project(path("shop/", shop.urls))
    yield shop
    shop.logger.handlers.clear()


def records(caplog: pytest.LogCaptureFixture, requested: str) -> list[tuple[str, str, str]]:
    """Return logger, level and text of what a request logs."""
    caplog.clear()
    Client(raise_request_exception=False).get(requested)
    return [(record.name, record.levelname, record.getMessage()) for record in caplog.records]


def test_request_without_error_logs_nothing(shop: Flask, caplog: pytest.LogCaptureFixture) -> None:
    assert records(caplog, "/shop/fine") == []


@pytest.mark.parametrize(
    ("requested", "record"),
    [
        ("/shop/nothing", ("django.request", "WARNING", "NOT FOUND: /shop/nothing")),
        ("/shop/abort/403", ("django.request", "WARNING", "FORBIDDEN: /shop/abort/403")),
        ("/shop/abort/503", ("django.request", "ERROR", "SERVICE UNAVAILABLE: /shop/abort/503")),
    ],
)
def test_http_error_is_logged_once_as_that_of_any_view(
    shop: Flask, caplog: pytest.LogCaptureFixture, requested: str, record: tuple[str, str, str]
) -> None:
    assert records(caplog, requested) == [record]


def test_unhandled_error_is_logged_once_with_its_traceback(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    expected = ("django.request", "ERROR", "Internal Server Error: /shop/fail")
    assert records(caplog, "/shop/fail") == [expected]
    exc_info = caplog.records[0].exc_info
    assert exc_info is not None
    assert exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("status", [500, 503, 200])
def test_error_that_the_app_answers_is_logged_as_that_of_any_view(
    shop: Flask, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    shop.register_error_handler(500, lambda error: ("sorry", status))
    expected = ("django.request", "ERROR", "Internal Server Error: /shop/fail")
    assert records(caplog, "/shop/fail") == [expected]
    exc_info = caplog.records[0].exc_info
    assert exc_info is not None
    assert exc_info[0] is ZeroDivisionError


def test_error_that_the_app_answers_on_a_loop_is_logged_once(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @shop.get("/fail-late")
    async def fail_late() -> str:
        raise LookupError

    @async_to_sync
    async def ask() -> None:
        await AsyncClient(raise_request_exception=False).get("/shop/fail-late")

    shop.register_error_handler(500, lambda error: ("sorry", 500))
    ask()
    assert [record.name for record in caplog.records] == ["django.request"]
    assert caplog.records[0].exc_info


def test_error_that_the_app_answers_is_mailed_with_its_traceback(
    shop: Flask, settings: Any, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADMINS = [("Ada", "ada@example.com")] if django.VERSION < (6, 0) else ["ada@x.org"]
    monkeypatch.setattr(logging.getLogger("django"), "handlers", [AdminEmailHandler()])
    shop.register_error_handler(500, lambda error: ("sorry", 500))
    Client(raise_request_exception=False).get("/shop/fail")
    (mail,) = mailoutbox
    assert mail.subject.endswith("Internal Server Error: /shop/fail")
    assert "ZeroDivisionError" in mail.body


@pytest.mark.parametrize("is_async", [False, True])
def test_monitoring_and_test_client_hear_of_an_error_that_the_app_answers(
    shop: Flask, is_async: bool
) -> None:
    def fail() -> str:
        raise LookupError

    async def fail_late() -> str:
        raise LookupError

    shop.add_url_rule("/fail-somehow", "fail_somehow", fail_late if is_async else fail)
    shop.register_error_handler(500, lambda error: ("sorry", 500))
    heard: list[Any] = []

    def note(sender: Any, request: Any, **kwargs: Any) -> None:
        heard.append((request.path, sys.exc_info()[0]))

    got_request_exception.connect(note)
    try:
        with pytest.raises(LookupError):
            Client().get("/shop/fail-somehow")
        with pytest.raises(LookupError):
            async_to_sync(AsyncClient().get)("/shop/fail-somehow")  # type: ignore[arg-type]
    finally:
        got_request_exception.disconnect(note)
    assert heard == [("/shop/fail-somehow", LookupError)] * 2


def test_handler_that_fails_has_both_errors_logged(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    shop.register_error_handler(500, lambda error: [][0])
    records(caplog, "/shop/fail")
    errors = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert errors == [ZeroDivisionError, IndexError]


def test_own_log_exception_replaces_djangos_record(
    make_project: MakeProject, caplog: pytest.LogCaptureFixture
) -> None:
    class Shop(Flask):
        def log_exception(self, exc_info: Any) -> None:
            self.logger.critical("my words")

    shop = Shop("project.shop", static_folder=None)
    shop.add_url_rule("/fail", "fail", lambda: str(1 / 0))
    shop.register_error_handler(500, lambda error: ("sorry", 500))
    make_project(path("shop/", shop.urls))
    assert records(caplog, "/shop/fail") == [
        ("project.shop", "CRITICAL", "my words"),
        # Django knows the status only.
        ("django.request", "ERROR", "INTERNAL SERVER ERROR: /shop/fail"),
    ]


def test_alone_with_middleware_an_error_is_logged_by_the_app_only(
    app: Flask, caplog: pytest.LogCaptureFixture, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flaskish.app.is_standalone", lambda: True)
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    app.testing = False
    app.add_url_rule("/fail", "fail", lambda: str(1 / 0))
    assert app.test_client().get("/fail").status_code == 500
    assert [record.name for record in caplog.records] == ["an_app"]


def test_logger_of_the_app_follows_the_projects_handlers(
    shop: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    # caplog's handler is one of the root logger, as a project configures it.
    assert records(caplog, "/shop/talk") == [("project.shop", "WARNING", "a word")]
    assert shop.logger.handlers == []


def test_logger_of_the_app_has_a_handler_if_the_project_has_none_for_it(
    shop: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    Client().get("/shop/talk")
    assert shop.logger.handlers == [default_handler]
    assert capsys.readouterr().err.count("a word") == 1


def test_handler_of_a_parent_package_is_enough(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    parent = logging.getLogger("project")
    monkeypatch.setattr(parent, "handlers", [logging.NullHandler()])
    assert shop.logger.handlers == []


@pytest.mark.parametrize(
    ("arguments", "requested", "count"),
    [
        ("-m flaskish --app demo_project.hello run --port {port}", "/a/b/c", 1),
        # Django's own two: of django.request and of django.server.
        ("{root}/manage.py runserver --noreload --skip-checks {port}", "/hello/a/b/c", 2),
    ],
    ids=["flaskish", "runserver"],
)
def test_server_writes_as_many_lines_as_it_always_does(
    arguments: str, requested: str, count: int, tmp_path: Path
) -> None:
    command = arguments.replace("{root}", str(ROOT)).split()
    with started(tmp_path, *command, PYTHONPATH=str(ROOT)) as server:
        assert server.get(requested)[0] == 404
        # The lines come around the response; one too many would be there by now.
        server.wait_for(lambda: server.output().count(requested) >= count)
    assert server.output().count(requested) == count, server.output()
