"""Errors of an application that stands alone behind Django's middleware."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.signals import request_finished

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


@pytest.fixture(params=["sync", "async"])
def get(request: pytest.FixtureRequest, failing: Flask) -> Callable[[], Any]:
    """Request the page by the WSGI side, or by the ASGI side."""

    @async_to_sync
    async def get_async() -> Any:
        return await failing.async_test_client().get("/")

    return get_async if request.param == "async" else lambda: failing.test_client().get("/")


@pytest.mark.parametrize("key", ["TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_errors_that_are_let_out_come_through_the_middleware(
    failing: Flask, get: Callable[[], Any], key: str
) -> None:
    failing.config[key] = True
    with pytest.raises(Failure):
        get()


def test_error_that_is_let_out_ends_the_request_for_django(
    failing: Flask, get: Callable[[], Any]
) -> None:
    ends = []

    def note(**kwargs: Any) -> None:
        ends.append(kwargs)

    failing.testing = True
    request_finished.connect(note)
    try:
        with pytest.raises(Failure):
            get()
    finally:
        request_finished.disconnect(note)
    assert len(ends) == 1


def test_middleware_may_answer_an_error(
    failing: Flask, get: Callable[[], Any], settings: Any
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.apologise"]
    failing.testing = True
    assert get().status_code == 503


def test_project_answers_an_error_that_nobody_handles(get: Callable[[], Any]) -> None:
    assert "Server Error (500)" in get().text


def test_application_alone_answers_with_its_own_page(failing: Flask, settings: Any) -> None:
    settings.FLASKISH_STANDALONE = True
    response = failing.test_client().get("/")
    assert response.status_code == 500
    assert "<h1>Internal Server Error</h1>" in response.text
