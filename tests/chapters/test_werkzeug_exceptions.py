"""Werkzeug's HTTP Exceptions: keys that are bad requests, aborting, errors of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from flaskish.werkzeug.exceptions import (
    Aborter,
    BadRequest,
    BadRequestKeyError,
    HTTPException,
    NotFound,
    abort,
    default_exceptions,
)
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.utils import redirect
from flaskish.werkzeug.wrappers import Request, Response


class PaymentRequired(HTTPException):
    code = 402
    description = "<p>Payment required.</p>"


def answering(function: Any) -> Client:
    return Client(Request.application(function))


def test_missing_field_is_a_key_error_and_a_bad_request() -> None:
    def new_post(request: Request) -> Response:
        return redirect(f"/{request.form['title']}")

    client = answering(new_post)
    assert client.post("/", data={"title": "a"}).location == "/a"
    assert client.post("/", data={"body": "a"}).status == "400 BAD REQUEST"
    with pytest.raises(KeyError) as caught:
        Request.from_values().form["title"]
    assert isinstance(caught.value, BadRequestKeyError)
    assert isinstance(caught.value, BadRequest)


@pytest.mark.parametrize("code", sorted(default_exceptions))
def test_code_is_aborted_with(code: int) -> None:
    with pytest.raises(default_exceptions[code]) as caught:
        abort(code)
    assert caught.value.code == code


def test_description_replaces_that_of_the_class() -> None:
    error = BadRequest(description="Request failed because X was not present")
    assert "<p>Request failed because X was not present</p>" in error.get_body()
    with pytest.raises(NotFound, match="404 Not Found: gone"):
        abort(404, description="gone")


def test_response_is_aborted_with() -> None:
    def view(request: Request) -> Response:
        abort(Response("Hello World", status=418))

    answer = answering(view).get("/")
    assert (answer.status_code, answer.text) == (418, "Hello World")


def test_error_of_ones_own_needs_code_and_description() -> None:
    def view(request: Request) -> Response:
        raise PaymentRequired

    answer = answering(view).get("/")
    assert answer.status == "402 PAYMENT REQUIRED"
    assert "<h1>Payment Required</h1>" in answer.text
    assert "Payment required." in answer.text


def test_aborter_of_ones_own_knows_the_error() -> None:
    with pytest.raises(PaymentRequired):
        Aborter(extra={402: PaymentRequired})(402)
    with pytest.raises(LookupError):
        abort(402)


def test_parts_of_an_error_can_be_overridden() -> None:
    class JSONError(PaymentRequired):
        def get_body(self, *args: Any) -> str:
            return '{"error": 402}'

        def get_headers(self, *args: Any) -> list[tuple[str, str]]:
            return [("Content-Type", "application/json")]

    answer = Client(JSONError()).get("/")
    assert (answer.status_code, answer.json) == (402, {"error": 402})


def test_errors_are_applications() -> None:
    answer = Client(NotFound()).get("/")
    assert answer.status_code == 404
    assert answer.content_type == "text/html; charset=utf-8"
