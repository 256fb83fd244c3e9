"""HTTP errors: their pages and headers, the table of them, and what ``abort`` takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import Markup

from flaskish.werkzeug import exceptions
from flaskish.werkzeug.datastructures import WWWAuthenticate
from flaskish.werkzeug.exceptions import (
    Aborter,
    BadRequest,
    BadRequestKeyError,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    abort,
    default_exceptions,
)
from flaskish.werkzeug.test import create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Response


def headers_of(error: HTTPException) -> dict[str, str]:
    return dict(error.get_headers())


# The classes


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "MethodNotAllowed"),
        (406, "NotAcceptable"),
        (408, "RequestTimeout"),
        (409, "Conflict"),
        (410, "Gone"),
        (411, "LengthRequired"),
        (412, "PreconditionFailed"),
        (413, "RequestEntityTooLarge"),
        (414, "RequestURITooLarge"),
        (415, "UnsupportedMediaType"),
        (416, "RequestedRangeNotSatisfiable"),
        (417, "ExpectationFailed"),
        (418, "ImATeapot"),
        (421, "MisdirectedRequest"),
        (422, "UnprocessableEntity"),
        (423, "Locked"),
        (424, "FailedDependency"),
        (428, "PreconditionRequired"),
        (429, "TooManyRequests"),
        (431, "RequestHeaderFieldsTooLarge"),
        (451, "UnavailableForLegalReasons"),
        (500, "InternalServerError"),
        (501, "NotImplemented"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
        (505, "HTTPVersionNotSupported"),
    ],
)
def test_code_has_its_class(code: int, name: str) -> None:
    assert default_exceptions[code] is getattr(exceptions, name)


def test_table_has_no_other_codes() -> None:
    assert len(default_exceptions) == 31


@pytest.mark.parametrize("name", ["ClientDisconnected", "SecurityError", "BadRequestKeyError"])
def test_kinds_of_bad_request_are_bad_requests(name: str) -> None:
    assert issubclass(getattr(exceptions, name), BadRequest)


def test_subclass_of_a_user_stays_out_of_the_table() -> None:
    class Special(NotFound):
        """A 404 of an application."""

    assert default_exceptions[404] is NotFound
    assert str(Special("gone")) == "404 Not Found: gone"


# The page


def test_error_is_a_wsgi_application() -> None:
    body, status, headers = run_wsgi_app(NotFound(), create_environ())
    assert status == "404 NOT FOUND"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"".join(body).startswith(b"<!doctype html>\n<html lang=en>\n<title>404")


def test_page_has_name_and_description() -> None:
    assert NotFound("no such thing").get_body() == (
        "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n"
        "<h1>Not Found</h1>\n<p>no such thing</p>\n"
    )


def test_description_is_escaped_and_its_lines_kept() -> None:
    assert NotFound("a < b\nc").get_description() == "<p>a &lt; b<br>c</p>"


def test_description_of_markup_is_not_escaped() -> None:
    assert NotFound(Markup("<b>no</b>")).get_description() == "<p><b>no</b></p>"


def test_empty_description_replaces_that_of_the_class() -> None:
    assert NotFound("").description == ""
    assert NotFound().description == NotFound.description


def test_error_with_a_response_answers_with_it() -> None:
    response = Response("own", 402)
    assert NotFound(response=response).get_response() is response


def test_text_shows_code_name_and_description() -> None:
    error = NotFound("no such thing")
    assert str(error) == "404 Not Found: no such thing"
    assert repr(error) == "<NotFound '404: Not Found'>"


def test_error_without_a_code_has_question_marks() -> None:
    error = HTTPException()
    assert str(error) == "??? Unknown Error: None"
    assert repr(error) == "<HTTPException '???: Unknown Error'>"


def test_class_of_an_unknown_code_has_an_unknown_name() -> None:
    class Odd(HTTPException):
        code = 799

    assert Odd().name == "Unknown Error"
    assert Odd("x").get_response().status == "799 UNKNOWN"


def test_overridden_parts_are_used() -> None:
    class Plain(NotFound):
        def get_body(self, environ: Any = None, scope: Any = None) -> str:
            return f"nothing at {environ['PATH_INFO']}"

        def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
            return [("Content-Type", "text/plain")]

    response = Plain().get_response(create_environ("/here"))
    assert response.get_data(as_text=True) == "nothing at /here"
    assert response.content_type == "text/plain"


# Errors with arguments of their own


def test_missing_key_is_hidden_unless_shown() -> None:
    error = BadRequestKeyError("color")
    assert error.args == ("color",)
    assert "color" not in error.get_description()
    error.show_exception = True
    assert "KeyError: &#39;color&#39;" in error.get_description()


def test_missing_key_error_is_caught_as_key_error() -> None:
    with pytest.raises(KeyError):
        raise BadRequestKeyError("color")


def test_one_way_to_authenticate_makes_one_header() -> None:
    basic = WWWAuthenticate("basic", {"realm": "my shop"})
    assert headers_of(Unauthorized(www_authenticate=basic))["WWW-Authenticate"] == (
        'Basic realm="my shop"'
    )


def test_ways_to_authenticate_make_a_header_each() -> None:
    ways = [WWWAuthenticate("basic"), WWWAuthenticate("digest")]
    headers = Unauthorized(www_authenticate=ways).get_response().headers
    assert headers.getlist("WWW-Authenticate") == ["Basic", "Digest"]


def test_method_not_allowed_names_the_allowed_ones() -> None:
    assert headers_of(MethodNotAllowed(["GET", "HEAD"]))["Allow"] == "GET, HEAD"
    assert "Allow" not in headers_of(MethodNotAllowed())


def test_unsatisfiable_range_names_the_length() -> None:
    assert headers_of(RequestedRangeNotSatisfiable(10))["Content-Range"] == "bytes */10"
    assert headers_of(RequestedRangeNotSatisfiable(3, "pages"))["Content-Range"] == "pages */3"
    assert "Content-Range" not in headers_of(RequestedRangeNotSatisfiable())


@pytest.mark.parametrize("error_class", [TooManyRequests, ServiceUnavailable])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (20, "20"),
        (datetime(2030, 1, 4, 18, 40, tzinfo=UTC), "Fri, 04 Jan 2030 18:40:00 GMT"),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    error_class: type[TooManyRequests], value: Any, expected: str
) -> None:
    assert headers_of(error_class(retry_after=value))["Retry-After"] == expected


def test_retry_after_is_optional() -> None:
    assert "Retry-After" not in headers_of(TooManyRequests())


def test_server_error_keeps_the_original() -> None:
    original = ValueError("broken")
    assert InternalServerError(original_exception=original).original_exception is original


# abort


def test_abort_raises_the_class_of_the_code() -> None:
    with pytest.raises(NotFound, match="no such thing"):
        abort(404, "no such thing")


def test_abort_hands_on_what_the_class_takes() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        abort(405, valid_methods=["PUT"])
    assert caught.value.valid_methods == ["PUT"]


def test_abort_with_a_response_answers_with_it() -> None:
    response = Response("own")
    with pytest.raises(HTTPException) as caught:
        abort(response)
    assert caught.value.get_response() is response


@pytest.mark.parametrize("code", [200, 402, 799, "404"])
def test_abort_with_an_unknown_code_is_a_lookup_error(code: Any) -> None:
    with pytest.raises(LookupError, match="no exception for"):
        abort(code)


def test_aborter_takes_more_classes() -> None:
    class PaymentRequired(HTTPException):
        code = 402
        description = "Pay first."

    aborter = Aborter(extra={402: PaymentRequired})
    with pytest.raises(PaymentRequired, match="Pay first"):
        aborter(402)
    with pytest.raises(NotFound):
        aborter(404)
    assert 402 not in default_exceptions


def test_aborter_with_a_mapping_knows_nothing_else() -> None:
    with pytest.raises(LookupError):
        Aborter({400: BadRequest})(404)
