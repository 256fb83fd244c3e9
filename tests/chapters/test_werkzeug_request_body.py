"""Werkzeug's Request: its body: streams, forms, files, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    FileStorage,
    MultiDict,
)
from flaskish.werkzeug.exceptions import (
    BadRequest,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from flaskish.werkzeug.formparser import FormDataParser
from flaskish.werkzeug.test import Client, EnvironBuilder, create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Request, Response


def test_content_length_is_a_number() -> None:
    assert Request.from_values(method="POST", data="abc").content_length == 3
    assert Request.from_values().content_length is None


def test_input_stream_is_the_raw_one() -> None:
    stream = BytesIO(b"more than announced")
    environ = {**create_environ(), "wsgi.input": stream, "CONTENT_LENGTH": "4"}
    request = Request(environ)
    assert request.input_stream is stream
    assert request.stream.read() == b"more"


def test_stream_is_read_once() -> None:
    request = Request.from_values(method="POST", data="text", content_type="text/plain")
    assert request.stream.read() == b"text"
    assert request.stream.read() == b""


def test_stream_is_there_but_consumed_after_the_form() -> None:
    request = Request.from_values(method="POST", data={"a": "1"})
    assert request.form["a"] == "1"
    assert request.stream.read() == b""


def test_length_above_the_limit_is_refused_before_reading() -> None:
    request = Request.from_values(method="POST", data="abc")
    request.max_content_length = 2
    with pytest.raises(RequestEntityTooLarge):
        _ = request.stream


def test_body_of_unknown_length_is_refused_while_reading() -> None:
    environ = {**create_environ(input_stream=BytesIO(b"abc")), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    request = Request(environ)
    request.max_content_length = 2
    assert request.stream.read(2) == b"ab"
    with pytest.raises(RequestEntityTooLarge):
        request.stream.read()


def test_body_of_unknown_length_is_empty_if_the_server_does_not_end_it() -> None:
    environ = create_environ(input_stream=BytesIO(b"abc"))
    environ.pop("CONTENT_LENGTH", None)
    assert Request(environ).stream.read() == b""


def test_data_is_empty_if_it_represents_a_form() -> None:
    assert Request.from_values(method="POST", data={"a": "1"}).data == b""
    assert Request.from_values(method="POST", data={"a": "1"}).get_data() == b"a=1"
    assert Request.from_values(method="POST", data="a", content_type="text/plain").data == b"a"


def test_get_data_returns_text_if_wanted() -> None:
    assert Request.from_values(method="POST", data="ä".encode()).get_data(as_text=True) == "ä"


def test_get_data_is_cached_unless_told_otherwise() -> None:
    request = Request.from_values(method="POST", data="a")
    assert [request.get_data(), request.get_data()] == [b"a", b"a"]
    request = Request.from_values(method="POST", data="a")
    assert [request.get_data(cache=False), request.get_data(cache=False)] == [b"a", b""]


def test_get_data_returns_nothing_after_the_form() -> None:
    request = Request.from_values(method="POST", data={"a": "1"})
    assert request.form["a"] == "1"
    assert request.get_data() == b""


def test_get_data_parses_the_form_first_if_told_so() -> None:
    request = Request.from_values(method="POST", data={"a": "1"})
    assert request.get_data(parse_form_data=True) == b""
    assert request.form["a"] == "1"


def test_files_are_not_in_the_form() -> None:
    data = {"name": "Ada", "photo": (BytesIO(b"pixels"), "a.png")}
    with Request.from_values(method="POST", data=data) as request:
        assert list(request.form) == ["name"]
        assert isinstance(request.files["photo"], FileStorage)
        assert request.files["photo"].read() == b"pixels"


def test_files_need_a_multipart_form() -> None:
    request = Request.from_values(method="POST", data={"photo": "a.png"})
    assert not request.files


def test_form_is_wanted_if_there_is_a_content_type() -> None:
    assert Request.from_values(content_type="text/plain").want_form_data_parsed
    assert not Request.from_values().want_form_data_parsed


def test_form_data_parser_can_be_replaced() -> None:
    class Parser(FormDataParser):
        def parse(self, *args: Any, **options: Any) -> Any:
            stream, _, files = super().parse(*args, **options)
            return stream, MultiDict([("parsed by", "us")]), files

    class ParsingRequest(Request):
        form_data_parser_class = Parser

    request = ParsingRequest.from_values(method="POST", data={"a": "1"})
    assert isinstance(request.make_form_data_parser(), Parser)
    assert request.form["parsed by"] == "us"


def test_parser_has_the_limits_of_the_request() -> None:
    request = Request.from_values()
    request.max_content_length, request.max_form_memory_size, request.max_form_parts = 1, 2, 3
    parser = request.make_form_data_parser()
    assert (parser.max_content_length, parser.max_form_memory_size) == (1, 2)
    assert parser.max_form_parts == 3


def test_files_are_written_where_the_request_says(tmp_path: Any) -> None:
    class KeepingRequest(Request):
        def _get_file_stream(self, *args: Any, **options: Any) -> Any:
            return open(tmp_path / "upload", "wb+")

    data = {"photo": (BytesIO(b"pixels"), "a.png")}
    with KeepingRequest.from_values(method="POST", data=data) as request:
        assert request.files["photo"].filename == "a.png"
    assert (tmp_path / "upload").read_bytes() == b"pixels"


def test_file_stream_is_told_what_is_known_of_the_file() -> None:
    calls: list[tuple[Any, ...]] = []

    class CountingRequest(Request):
        def _get_file_stream(
            self,
            total_content_length: int | None,
            content_type: str | None,
            filename: str | None = None,
            content_length: int | None = None,
        ) -> Any:
            calls.append((content_type, filename, content_length))
            assert total_content_length == self.content_length
            return BytesIO()

    data = {"photo": (BytesIO(b"pixels"), "a.png", "image/png")}
    with CountingRequest.from_values(method="POST", data=data) as request:
        assert request.files
    assert calls == [("image/png", "a.png", 0)]


def test_closing_closes_the_files_that_were_parsed() -> None:
    data = {"photo": (BytesIO(b"pixels"), "a.png")}
    with Request.from_values(method="POST", data=data) as request:
        file = request.files["photo"]
    assert file.closed


# A request that does not read


@pytest.mark.parametrize(
    "read",
    [
        lambda request: request.stream,
        lambda request: request.get_data(),
        lambda request: request.data,
        lambda request: request.form,
        lambda request: request.files,
        lambda request: request.get_json(),
    ],
    ids=["stream", "get_data", "data", "form", "files", "get_json"],
)
def test_shallow_request_reads_nothing(read: Callable[[Request], Any]) -> None:
    environ = create_environ(method="POST", data="{}", content_type="application/json")
    request = Request(environ, shallow=True)
    assert request.shallow is True
    with pytest.raises(RuntimeError):
        read(request)


def test_shallow_request_leaves_the_form_to_the_application() -> None:
    @Request.application
    def application(request: Request) -> Response:
        return Response(request.form["name"])

    def middleware(environ: Any, start_response: Any) -> Any:
        assert Request(environ, shallow=True).path == "/form"
        return application(environ, start_response)

    assert Client(middleware).post("/form", data={"name": "Ada"}).text == "Ada"


# JSON


def with_json(data: str, content_type: str = "application/json", cls: Any = Request) -> Any:
    return cls.from_values(method="POST", data=data, content_type=content_type)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("application/vnd.api+json", True),
        ("application/json; charset=utf-8", True),
        ("text/json", False),
        ("text/plain+json", False),
    ],
)
def test_type_says_whether_it_is_json(content_type: str, expected: bool) -> None:
    assert with_json("{}", content_type).is_json is expected


def test_json_of_another_type_is_415() -> None:
    with pytest.raises(UnsupportedMediaType):
        _ = with_json("{}", "text/plain").json
    assert with_json('{"a": 1}', "text/plain").get_json(force=True) == {"a": 1}
    assert with_json("{}", "text/plain").get_json(silent=True) is None


def test_broken_json_is_400() -> None:
    with pytest.raises(BadRequest):
        _ = with_json("{").json
    assert with_json("{").get_json(silent=True) is None


def test_parsed_json_is_kept() -> None:
    request = with_json('{"a": 1}')
    assert request.get_json() is request.get_json() is request.json


def test_uncached_json_is_parsed_again() -> None:
    request = with_json('{"a": 1}')
    request.get_data()
    assert request.get_json(cache=False) is not request.get_json(cache=False)


def test_value_for_broken_json_is_returned() -> None:
    errors: list[Any] = []

    class LenientRequest(Request):
        def on_json_loading_failed(self, e: ValueError | None) -> Any:
            errors.append(e)
            return "nothing"

    assert with_json("{", cls=LenientRequest).json == "nothing"
    assert with_json("{", "text/plain", cls=LenientRequest).json == "nothing"
    assert isinstance(errors[0], ValueError)
    assert errors[1] is None


def test_json_module_can_be_replaced() -> None:
    class Loader:
        dumps = staticmethod(json.dumps)

        @staticmethod
        def loads(data: Any, **options: Any) -> Any:
            return ["loaded", json.loads(data)]

    class LoadingRequest(Request):
        json_module = Loader

    assert with_json("1", cls=LoadingRequest).json == ["loaded", 1]


# Functions of the class


def test_from_values_takes_what_the_builder_takes() -> None:
    options: dict[str, Any] = {"path": "/a", "query_string": {"b": "ä"}, "method": "PUT"}
    request = Request.from_values(**options)
    assert request.url == EnvironBuilder(**options).get_request().url
    assert (request.method, request.args["b"]) == ("PUT", "ä")


def test_from_values_of_a_subclass_is_one() -> None:
    class OwnRequest(Request):
        pass

    assert type(OwnRequest.from_values()) is OwnRequest


def test_application_hands_over_the_request_last() -> None:
    class Site:
        @Request.application
        def view(self, request: Request) -> Response:  # type: ignore[misc]
            return Response(f"{type(self).__name__} {request.path}")

    site: Any = Site()
    assert Client(site.view).get("/page").text == "Site /page"


def test_application_turns_http_errors_into_responses() -> None:
    @Request.application
    def application(request: Request) -> Response:
        raise NotFound("Not here.")

    response = Client(application).get("/")
    assert response.status_code == 404
    assert "Not here." in response.text


def test_application_closes_the_request() -> None:
    seen: list[FileStorage] = []

    @Request.application
    def application(request: Request) -> Response:
        seen.append(request.files["photo"])
        return Response("done")

    environ = create_environ(method="POST", data={"photo": (BytesIO(b"pixels"), "a.png")})
    run_wsgi_app(application, environ)
    assert seen[0].closed
