"""Werkzeug's Response: the class, its status, body and life as a WSGI application."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import Headers
from flaskish.werkzeug.test import Client, create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Response


def stream() -> Iterator[str]:
    yield "a"
    yield "ä"


def sent(response: Response, **environ: Any) -> tuple[bytes, str, Headers]:
    """Call a response as a server does."""
    parts, status, headers = run_wsgi_app(response, {**create_environ(), **environ})
    return b"".join(parts), status, headers


# Making one


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, b""),
        ("ä", "ä".encode()),
        (b"\xff", b"\xff"),
        (["a", "ä"], "aä".encode()),
        ([b"a", b"b"], b"ab"),
        (("a", b"b"), b"ab"),
        (stream(), "aä".encode()),
        (BytesIO(b"file"), b"file"),
    ],
    ids=repr,
)
def test_body_may_be_of_many_kinds(body: Any, expected: bytes) -> None:
    assert sent(Response(body))[0] == expected


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (None, "200 OK", 200),
        (404, "404 NOT FOUND", 404),
        ("404 Not Found", "404 Not Found", 404),
        (HTTPStatus.CREATED, "201 CREATED", 201),
        ("418 I'm mine", "418 I'm mine", 418),
    ],
)
def test_status_may_be_a_number_or_text(status: Any, text: str, code: int) -> None:
    response = Response(status=status)
    assert (response.status, response.status_code) == (text, code)
    assert sent(response)[1] == text


def test_status_and_code_change_each_other() -> None:
    response = Response()
    response.status_code = 404
    assert response.status == "404 NOT FOUND"
    response.status = "201 Made"
    assert response.status_code == 201


@pytest.mark.parametrize("headers", [Headers([("X-A", "1")]), [("X-A", "1")], {"X-A": "1"}])
def test_headers_may_be_of_many_kinds(headers: Any) -> None:
    response = Response(headers=headers)
    assert isinstance(response.headers, Headers)
    assert response.headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("mimetype", "content_type"),
    [
        (None, "text/plain; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("application/xml", "application/xml; charset=utf-8"),
        ("image/svg+xml", "image/svg+xml; charset=utf-8"),
        ("application/javascript", "application/javascript; charset=utf-8"),
        ("application/json", "application/json"),
        ("image/png", "image/png"),
    ],
)
def test_charset_is_added_to_types_of_text(mimetype: str | None, content_type: str) -> None:
    assert Response(mimetype=mimetype).content_type == content_type


def test_content_type_overrides_the_mimetype() -> None:
    response = Response(mimetype="text/html", content_type="text/plain; charset=latin1")
    assert response.content_type == "text/plain; charset=latin1"


def test_content_type_of_the_headers_is_kept() -> None:
    assert Response(headers={"Content-Type": "a/b"}).content_type == "a/b"


def test_defaults_of_a_subclass_are_used() -> None:
    class Created(Response):
        default_status = 201
        default_mimetype = "text/html"

    response = Created("page")
    assert (response.status_code, response.mimetype) == (201, "text/html")


def test_mimetype_changes_the_content_type() -> None:
    response = Response()
    response.mimetype = "text/html"
    assert response.content_type == "text/html; charset=utf-8"
    assert response.mimetype_params == {"charset": "utf-8"}
    response.content_type = "Text/CSV; header=present"
    assert response.mimetype == "Text/CSV"
    assert response.mimetype_params == {"header": "present"}


# The body


def test_data_is_read_and_set() -> None:
    response = Response(["a", "b"])
    assert (response.data, response.get_data(as_text=True)) == (b"ab", "ab")
    response.data = "ä"
    assert response.data == "ä".encode()
    response.set_data(b"xyz")
    assert response.data == b"xyz"
    assert response.content_length == 3


def test_reading_flattens_a_stream() -> None:
    response = Response(stream())
    assert response.is_streamed
    assert not response.is_sequence
    assert response.get_data(as_text=True) == "aä"
    assert response.is_sequence
    assert not response.is_streamed


@pytest.mark.parametrize("body", [["a"], ("a",), "a", b"a", None])
def test_list_or_tuple_is_a_sequence(body: Any) -> None:
    response = Response(body)
    assert response.is_sequence
    assert not response.is_streamed


def test_stream_is_not_flattened_if_forbidden() -> None:
    class StreamingResponse(Response):
        implicit_sequence_conversion = False

    response = StreamingResponse(stream())
    with pytest.raises(RuntimeError, match="make_sequence"):
        response.get_data()
    response.make_sequence()
    assert response.get_data(as_text=True) == "aä"


def test_make_sequence_encodes() -> None:
    response = Response(stream())
    response.make_sequence()
    assert response.response == [b"a", "ä".encode()]


def test_iter_encoded_leaves_the_body_as_it_is() -> None:
    response = Response(["a", "ä"])
    assert list(response.iter_encoded()) == [b"a", "ä".encode()]
    assert response.response == ["a", "ä"]


def test_body_that_is_passed_through_is_not_encoded() -> None:
    body = iter([b"a", b"b"])
    response = Response(body, direct_passthrough=True)
    assert sent(response)[0] == b"ab"
    with pytest.raises(RuntimeError, match="passthrough"):
        Response(iter([b"a"]), direct_passthrough=True).get_data()


def test_length_is_calculated_if_it_is_known() -> None:
    class StreamingResponse(Response):
        implicit_sequence_conversion = False

    assert Response(["a", "ä"]).calculate_content_length() == 3
    assert StreamingResponse(stream()).calculate_content_length() is None


def test_length_is_set_when_the_response_is_sent() -> None:
    assert sent(Response(["a", "ä"]))[2]["Content-Length"] == "3"
    assert "Content-Length" not in sent(Response(stream()))[2]


def test_length_is_not_set_if_not_wanted() -> None:
    class BareResponse(Response):
        automatically_set_content_length = False

    assert "Content-Length" not in sent(BareResponse(["ab"]))[2]


def test_stream_is_written_to() -> None:
    response = Response(["first"])
    response.stream.write("second")
    response.stream.writelines([b"third"])
    assert response.data == b"firstsecondthird"


def test_frozen_response_is_complete() -> None:
    response = Response(stream())
    response.freeze()
    assert response.response == [b"a", "ä".encode()]
    assert response.content_length == 3
    assert response.get_etag()[0]
    assert pickle.loads(pickle.dumps(response)).get_data(as_text=True) == "aä"


def test_freezing_keeps_the_etag() -> None:
    response = Response("text")
    response.set_etag("own", weak=True)
    response.freeze()
    assert response.get_etag() == ("own", True)


def test_freezing_ignores_that_conversion_is_forbidden() -> None:
    class StreamingResponse(Response):
        implicit_sequence_conversion = False

    response = StreamingResponse(iter([b"a"]), direct_passthrough=True)
    response.freeze()
    assert response.is_sequence


# As an application


def test_called_response_returns_its_body() -> None:
    started: list[Any] = []
    response = Response("text", headers={"X-A": "1"})
    body = response(create_environ(), lambda *args: started.extend(args))  # type: ignore[arg-type]
    assert list(body) == [b"text"]
    assert started[0] == "200 OK"
    assert ("X-A", "1") in started[1]


@pytest.mark.parametrize("status", [100, 101, 204, 304])
def test_some_statuses_have_no_body(status: int) -> None:
    body, _, headers = sent(Response("text", status=status))
    assert body == b""
    assert "Content-Length" not in headers


def test_answer_to_head_is_empty() -> None:
    body, _, headers = sent(Response("text"), REQUEST_METHOD="HEAD")
    assert (body, headers["Content-Length"]) == (b"", "4")


def test_parts_of_the_answer_can_be_had_singly() -> None:
    response = Response("text")
    environ = create_environ(method="HEAD")
    body, status, headers = response.get_wsgi_response(environ)
    assert (list(body), status) == ([], "200 OK")
    assert ("Content-Length", "4") in headers
    assert list(response.get_app_iter(environ)) == []
    assert list(response.get_app_iter(create_environ())) == [b"text"]


def test_sent_headers_are_a_copy() -> None:
    response = Response("text")
    headers = response.get_wsgi_headers(create_environ())
    assert isinstance(headers, Headers)
    assert headers is not response.headers
    assert "Content-Length" in headers


@pytest.mark.parametrize("name", ["location", "content_location"])
def test_locations_are_sent_in_ascii(name: str) -> None:
    response = Response(headers={name.replace("_", "-"): "/ü?q=ä"})
    assert getattr(response, name) == "/ü?q=ä"
    assert sent(response)[2][name.replace("_", "-")] == "/%C3%BC?q=%C3%A4"


def test_location_is_made_absolute_if_wanted() -> None:
    class AbsoluteResponse(Response):
        autocorrect_location_header = True

    headers = {"Location": "other"}
    environ = create_environ("/folder/page", "https://example.com/app/")
    assert sent(Response(headers=headers), **environ)[2]["Location"] == "other"
    location = sent(AbsoluteResponse(headers=headers), **environ)[2]["Location"]
    assert location == "https://example.com/app/folder/other"


def test_response_closes_its_body_and_calls_functions() -> None:
    closed: list[str] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a"])

        def close(self) -> None:
            closed.append("body")

    response = Response(Body())

    @response.call_on_close
    def note() -> None:
        closed.append("function")

    assert callable(note)
    with response:
        assert closed == []
    assert closed == ["body", "function"]


def test_server_that_closes_the_answer_calls_the_functions() -> None:
    closed: list[str] = []
    response = Response("text")
    response.call_on_close(lambda: closed.append("function"))
    run_wsgi_app(response, create_environ(), buffered=True)
    assert closed == ["function"]


# Of another application


def application(environ: Any, start_response: Any) -> Any:
    start_response("201 Made", [("X-A", "1")])
    return [b"ma", b"de"]


def writing_application(environ: Any, start_response: Any) -> Any:
    write = start_response("200 OK", [])
    write(b"written ")
    return [b"returned"]


@pytest.mark.parametrize("buffered", [False, True])
def test_response_is_made_from_an_application(buffered: bool) -> None:
    response = Response.from_app(application, create_environ(), buffered)
    assert (response.status, response.headers["X-A"]) == ("201 Made", "1")
    assert response.data == b"made"


def test_what_an_application_wrote_comes_first() -> None:
    response = Response.from_app(writing_application, create_environ())
    assert response.data == b"written returned"


def test_buffered_application_is_a_sequence() -> None:
    assert Response.from_app(application, create_environ(), buffered=True).is_sequence


class OwnResponse(Response):
    pass


def test_type_is_forced_on_a_response_in_place() -> None:
    response = Response("text")
    forced = OwnResponse.force_type(response)
    assert type(forced) is OwnResponse
    assert forced is response  # type: ignore[comparison-overlap]
    assert OwnResponse.force_type(forced) is forced


def test_type_is_forced_on_an_application_with_an_environ() -> None:
    forced = OwnResponse.force_type(application, create_environ())  # type: ignore[arg-type]
    assert type(forced) is OwnResponse
    assert forced.data == b"made"
    with pytest.raises(TypeError, match="environ"):
        OwnResponse.force_type(application)  # type: ignore[arg-type]


# JSON


def test_json_is_parsed_and_not_kept() -> None:
    response = Response('{"a": 1}', mimetype="application/json")
    assert response.is_json
    assert response.json == response.get_json() == {"a": 1}
    assert response.get_json() is not response.get_json()


def test_json_of_another_type_is_none() -> None:
    response = Response('{"a": 1}', mimetype="text/plain")
    assert not response.is_json
    assert response.json is None
    assert response.get_json(force=True) == {"a": 1}


def test_broken_json_is_an_error_or_none() -> None:
    response = Response("{", mimetype="application/problem+json")
    with pytest.raises(ValueError, match="property name"):
        response.get_json()
    assert response.get_json(silent=True) is None


def test_json_module_of_a_response_can_be_replaced() -> None:
    class Loader:
        @staticmethod
        def loads(data: Any, **options: Any) -> Any:
            return ["loaded", data]

    class LoadingResponse(Response):
        json_module = Loader

    assert LoadingResponse("1", mimetype="application/json").json == ["loaded", b"1"]


def test_response_answers_a_client_again_and_again() -> None:
    client = Client(Response("text"))
    assert [client.get("/").text for _ in range(3)] == ["text"] * 3
