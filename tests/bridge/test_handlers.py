"""Errors of an application that stands alone behind Django's middleware."""

from __future__ import annotations

from typing import Any

import pytest

from flaskish import Flask


class Failure(Exception):
    """What the view of these tests raises."""


def apologise(get_response: Any) -> Any:
    """Middleware that answers errors."""
    from django.http import HttpRequest, HttpResponse

    class Apology:
        def __call__(self, http_request: HttpRequest) -> Any:
            return get_response(http_request)

        def process_exception(self, http_request: HttpRequest, error: Exception) -> HttpResponse:
            return HttpResponse("sorry", status=503)

    return Apology()


@pytest.fixture
def failing(app: Flask, settings: Any) -> Flask:
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    app.testing = False

    def fail() -> str:
        raise Failure

    app.add_url_rule("/", "index", fail)
    return app


@pytest.mark.parametrize("key", ["TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_errors_that_are_let_out_come_through_the_middleware(failing: Flask, key: str) -> None:
    failing.config[key] = True
    with pytest.raises(Failure):
        failing.test_client().get("/")


def test_middleware_may_answer_an_error(failing: Flask, settings: Any) -> None:
    settings.MIDDLEWARE = [f"{__name__}.apologise"]
    failing.testing = True
    assert failing.test_client().get("/").status == "503 Service Unavailable"


def test_project_answers_an_error_that_nobody_handles(failing: Flask) -> None:
    assert "Server Error (500)" in failing.test_client().get("/").text


def test_application_alone_answers_with_its_own_page(failing: Flask, settings: Any) -> None:
    settings.FLASKISH_STANDALONE = True
    response = failing.test_client().get("/")
    assert response.status_code == 500
    assert "<h1>Internal Server Error</h1>" in response.text
