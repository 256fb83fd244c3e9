"""Werkzeug's HTTP Exceptions: each class, what it takes, and the responses it makes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flaskish.werkzeug import exceptions
from flaskish.werkzeug.datastructures import WWWAuthenticate
from flaskish.werkzeug.exceptions import (
    Aborter,
    BadHost,
    BadRequest,
    BadRequestKeyError,
    ClientDisconnected,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
    SecurityError,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    abort,
)
from flaskish.werkzeug.sansio.response import Response as SansIOResponse
from flaskish.werkzeug.test import Client, create_environ
from flaskish.werkzeug.wrappers import Request, Response

CLASSES = [
    ("BadRequest", 400, "Bad Request"),
    ("Unauthorized", 401, "Unauthorized"),
    ("Forbidden", 403, "Forbidden"),
    ("NotFound", 404, "Not Found"),
    ("MethodNotAllowed", 405, "Method Not Allowed"),
    ("NotAcceptable", 406, "Not Acceptable"),
    ("RequestTimeout", 408, "Request Timeout"),
    ("Conflict", 409, "Conflict"),
    ("Gone", 410, "Gone"),
    ("LengthRequired", 411, "Length Required"),
    ("PreconditionFailed", 412, "Precondition Failed"),
    ("RequestEntityTooLarge", 413, "Request Entity Too Large"),
    ("RequestURITooLarge", 414, "Request URI Too Long"),
    ("UnsupportedMediaType", 415, "Unsupported Media Type"),
    ("RequestedRangeNotSatisfiable", 416, "Requested Range Not Satisfiable"),
    ("ExpectationFailed", 417, "Expectation Failed"),
    ("ImATeapot", 418, "I'm a teapot"),
    ("MisdirectedRequest", 421, "Misdirected Request"),
    ("UnprocessableEntity", 422, "Unprocessable Entity"),
    ("Locked", 423, "Locked"),
    ("FailedDependency", 424, "Failed Dependency"),
    ("PreconditionRequired", 428, "Precondition Required"),
    ("TooManyRequests", 429, "Too Many Requests"),
    ("RequestHeaderFieldsTooLarge", 431, "Request Header Fields Too Large"),
    ("UnavailableForLegalReasons", 451, "Unavailable For Legal Reasons"),
    ("InternalServerError", 500, "Internal Server Error"),
    ("NotImplemented", 501, "Not Implemented"),
    ("BadGateway", 502, "Bad Gateway"),
    ("ServiceUnavailable", 503, "Service Unavailable"),
    ("GatewayTimeout", 504, "Gateway Timeout"),
    ("HTTPVersionNotSupported", 505, "HTTP Version Not Supported"),
]


@pytest.mark.parametrize(("name", "code", "phrase"), CLASSES)
def test_class_has_a_code_a_name_and_a_page(name: str, code: int, phrase: str) -> None:
    error = getattr(exceptions, name)()
    assert (error.code, error.name) == (code, phrase)
    assert str(error) == f"{code} {phrase}: {error.description}"
    response = Client(error).get("/")
    assert response.status_code == code
    assert response.mimetype == "text/html"
    assert f"<title>{code} {phrase.replace(chr(39), '&#39;')}</title>" in response.text


@pytest.mark.parametrize(("name", "code", "phrase"), CLASSES)
def test_code_aborts_with_its_class(name: str, code: int, phrase: str) -> None:
    with pytest.raises(getattr(exceptions, name)) as caught:
        abort(code)
    assert type(caught.value) is getattr(exceptions, name)


@pytest.mark.parametrize(("name", "code", "phrase"), CLASSES)
def test_description_can_be_replaced(name: str, code: int, phrase: str) -> None:
    error = getattr(exceptions, name)(description="because <of> this")
    assert error.description == "because <of> this"
    assert "because &lt;of&gt; this" in error.get_body()


@pytest.mark.parametrize("cls", [BadRequestKeyError, ClientDisconnected, SecurityError, BadHost])
def test_kinds_of_bad_requests(cls: type[BadRequest]) -> None:
    assert issubclass(cls, BadRequest)
    assert cls.code == 400


# What single classes take


def test_ways_to_authenticate_are_headers() -> None:
    basic, bearer = WWWAuthenticate("basic", {"realm": "a"}), WWWAuthenticate("bearer")
    for given, expected in [(None, []), (basic, [basic]), ([basic, bearer], [basic, bearer])]:
        response = Unauthorized(www_authenticate=given).get_response()
        values = response.headers.getlist("WWW-Authenticate")
        assert values == [value.to_header() for value in expected]


def test_allowed_methods_are_a_header() -> None:
    error = MethodNotAllowed(["GET", "HEAD"])
    assert error.valid_methods == ["GET", "HEAD"]
    assert error.get_response().headers["Allow"] == "GET, HEAD"
    assert "Allow" not in MethodNotAllowed().get_response().headers


@pytest.mark.parametrize("cls", [TooManyRequests, ServiceUnavailable])
def test_time_to_wait_is_a_header(cls: Any) -> None:
    date = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    for given, expected in [(None, None), (60, "60"), (date, "Sun, 06 Nov 1994 08:49:37 GMT")]:
        assert cls(retry_after=given).get_response().headers.get("Retry-After") == expected


def test_length_of_the_file_is_a_header() -> None:
    response = RequestedRangeNotSatisfiable(10).get_response()
    assert response.headers["Content-Range"] == "bytes */10"
    assert "Content-Range" not in RequestedRangeNotSatisfiable().get_response().headers


def test_server_error_has_its_cause() -> None:
    cause = ZeroDivisionError()
    assert InternalServerError(original_exception=cause).original_exception is cause
    assert InternalServerError().original_exception is None


def test_key_that_is_missing_is_shown_on_demand() -> None:
    error = BadRequestKeyError("secret")
    assert isinstance(error, KeyError)
    assert error.args == ("secret",)
    assert "secret" not in error.get_description()
    error.show_exception = True
    assert "KeyError: &#39;secret&#39;" in error.get_description()


# The common interface


def view(request: Request) -> Response:
    if request.path == "/missing":
        raise NotFound
    abort(410)


@Request.application
def application(request: Request) -> Any:
    try:
        return view(request)
    except NotFound:
        return Response("our page", status=404)
    except HTTPException as error:
        return error


def test_error_may_be_returned_or_replaced() -> None:
    client = Client(application)
    assert client.get("/missing").text == "our page"
    assert client.get("/other").status_code == 410


def test_response_is_made_for_an_environ_a_request_or_a_scope() -> None:
    error = NotFound()
    environ = create_environ()
    for response in (
        error.get_response(),
        error.get_response(environ),
        error.get_response(Request(environ)),
    ):
        assert isinstance(response, Response)
        assert response.status_code == 404
    answer = error.get_response(scope={"type": "http", "method": "GET", "path": "/"})
    assert isinstance(answer, SansIOResponse)
    assert answer.status_code == 404


def test_response_that_is_given_is_the_answer() -> None:
    response = Response("ours")
    assert NotFound(response=response).get_response() is response


def test_parts_of_the_page_can_be_replaced() -> None:
    class OwnError(HTTPException):
        code = 402
        description = "<p>Payment required.</p>"

        def get_headers(self, *args: Any, **options: Any) -> list[tuple[str, str]]:
            return [("Content-Type", "text/plain"), ("X-A", "1")]

        def get_body(self, *args: Any, **options: Any) -> str:
            return f"{self.code} {self.description}"

    response = OwnError().get_response()
    assert response.status_code == 402
    assert (response.mimetype, response.headers["X-A"]) == ("text/plain", "1")
    assert response.get_data(as_text=True) == "402 <p>Payment required.</p>"


# Aborting


def test_abort_raises_what_is_no_code_as_an_answer() -> None:
    with pytest.raises(HTTPException) as caught:
        abort(Response("Hello World"))
    assert caught.value.get_response().get_data() == b"Hello World"


def test_abort_hands_on_the_arguments() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        abort(405, valid_methods=["GET"])
    assert caught.value.valid_methods == ["GET"]
    with pytest.raises(NotFound, match="not here"):
        abort(404, "not here")


def test_unknown_code_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        abort(799)


def test_aborter_has_a_mapping_of_its_own() -> None:
    class OwnError(HTTPException):
        code = 402

    aborter = Aborter(extra={402: OwnError})
    with pytest.raises(OwnError):
        aborter(402)
    with pytest.raises(NotFound):
        aborter(404)
    with pytest.raises(LookupError):
        Aborter(mapping={402: OwnError})(404)
