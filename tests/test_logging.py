"""The application's logger.

Flask: Logging.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from flaskish import Flask
from flaskish.logging import default_handler, has_level_handler, wsgi_errors_stream


@pytest.fixture
def root() -> logging.Logger:
    """A root without pytest's handlers, as in a program that configured nothing."""
    return logging.RootLogger(logging.WARNING)


@pytest.fixture
def app(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    app = Flask("an_app_that_logs")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    logger = logging.getLogger(app.name)
    monkeypatch.setattr(logger, "parent", root)
    yield app
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)


def test_logger_is_named_like_the_application(app: Flask) -> None:
    assert app.logger is logging.getLogger("an_app_that_logs")


def test_logger_has_the_default_handler_if_nobody_configured_any(app: Flask) -> None:
    assert app.logger.handlers == [default_handler]
    assert app.logger.level == logging.NOTSET


def test_debug_mode_lowers_the_level(app: Flask) -> None:
    app.debug = True
    assert app.logger.level == logging.DEBUG


def test_level_set_before_is_kept(app: Flask) -> None:
    app.debug = True
    logging.getLogger(app.name).setLevel(logging.ERROR)
    assert app.logger.level == logging.ERROR


def test_handler_of_the_root_logger_is_enough(app: Flask, root: logging.Logger) -> None:
    root.addHandler(logging.NullHandler())
    assert app.logger.handlers == []


def test_records_go_to_the_errors_stream_of_the_server(app: Flask) -> None:
    stream = io.StringIO()
    with app.test_request_context(errors_stream=stream):
        assert wsgi_errors_stream._get_current_object() is stream  # type: ignore[attr-defined]
        app.logger.warning("told")
    assert " WARNING in test_logging: told\n" in stream.getvalue()


def test_records_outside_a_request_go_to_stderr(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wsgi_errors_stream._get_current_object() is sys.stderr  # type: ignore[attr-defined]
    app.logger.error("told")
    assert "ERROR in test_logging: told" in capsys.readouterr().err


def test_unhandled_error_is_logged_with_its_traceback(app: Flask) -> None:
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    stream = io.StringIO()
    response = app.test_client().get("/fails", errors_stream=stream)
    assert response.status_code == 500
    assert "ERROR in app: Exception on /fails [GET]" in stream.getvalue()
    assert "ZeroDivisionError: division by zero" in stream.getvalue()


def test_http_errors_are_not_logged(app: Flask) -> None:
    stream = io.StringIO()
    assert app.test_client().get("/missing", errors_stream=stream).status_code == 404
    assert stream.getvalue() == ""


def test_own_log_exception_replaces_ours(app: Flask) -> None:
    logged = []

    class Own(Flask):
        def log_exception(self, exc_info: object) -> None:
            logged.append(exc_info[0])  # type: ignore[index]

    own = Own("own")
    own.config["PROPAGATE_EXCEPTIONS"] = False
    own.add_url_rule("/fails", "fails", lambda: 1 / 0)
    own.test_client().get("/fails")
    assert logged == [ZeroDivisionError]


@pytest.mark.parametrize(
    ("handler_level", "propagate", "expected"),
    [
        (logging.NOTSET, True, True),
        (logging.ERROR, True, False),
        (logging.NOTSET, False, False),
    ],
)
def test_level_handler_is_looked_for_in_the_parents(
    root: logging.Logger, handler_level: int, propagate: bool, expected: bool
) -> None:
    handler = logging.NullHandler()
    handler.setLevel(handler_level)
    root.addHandler(handler)
    logger = logging.Logger("child", logging.WARNING)
    logger.parent = root
    logger.propagate = propagate
    assert has_level_handler(logger) is expected
