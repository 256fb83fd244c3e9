"""Werkzeug's Dealing with Request Data: what is parsed when, and how much of it."""

from __future__ import annotations

from io import BytesIO

import pytest

from flaskish.werkzeug.exceptions import RequestEntityTooLarge
from flaskish.werkzeug.formparser import FormDataParser, parse_form_data
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.wrappers import Request
from flaskish.werkzeug.wsgi import get_input_stream

MULTIPART = (
    b'--foo\r\nContent-Disposition: form-data; name="test"\r\n\r\nHello World!\r\n'
    b'--foo\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfile\r\n--foo--'
)
KINDS = {
    "multipart/form-data; boundary=foo": MULTIPART,
    "application/x-www-form-urlencoded": b"test=Hello+World!",
    "text/plain": b"test=Hello+World!",
}


def asked(content_type: str) -> Request:
    data = KINDS[content_type]
    return Request.from_values(method="POST", data=data, content_type=content_type)


@pytest.mark.parametrize(
    ("content_type", "fields", "files", "rest"),
    [
        ("multipart/form-data; boundary=foo", {"test": "Hello World!"}, ["f"], b""),
        ("application/x-www-form-urlencoded", {"test": "Hello World!"}, [], b""),
        ("text/plain", {}, [], b"test=Hello+World!"),
    ],
)
def test_content_type_decides_what_is_parsed(
    content_type: str, fields: dict[str, str], files: list[str], rest: bytes
) -> None:
    with asked(content_type) as request:
        assert request.form.to_dict() == fields
        assert list(request.files) == files
        assert request.stream.read() == rest


@pytest.mark.parametrize("content_type", KINDS)
def test_functions_parse_as_the_request_does(content_type: str) -> None:
    environ = create_environ(method="POST", data=KINDS[content_type], content_type=content_type)
    stream, form, files = parse_form_data(environ)
    with asked(content_type) as request:
        assert form == request.form
        assert list(files) == list(request.files)
        assert stream.read() == request.stream.read()
    for file in files.values():
        file.close()


def test_stream_ends_where_the_body_does() -> None:
    environ = create_environ(method="POST", input_stream=BytesIO(b"first, second request"))
    request = Request({**environ, "CONTENT_LENGTH": "5", "CONTENT_TYPE": "text/plain"})
    assert request.stream.read() == b"first"
    assert request.stream.read() == b""


@pytest.mark.parametrize("first", ["form", "files", "values"])
def test_either_access_parses(first: str) -> None:
    request = asked("application/x-www-form-urlencoded")
    getattr(request, first)
    assert request.environ["wsgi.input"].read() == b""
    assert request.form["test"] == "Hello World!"


def test_stream_or_data_but_not_both() -> None:
    request = asked("text/plain")
    assert request.stream.read() == b"test=Hello+World!"
    assert request.get_data() == b""


DEFAULTS = {
    "max_content_length": None,
    "max_form_memory_size": 500_000,
    "max_form_parts": 1_000,
}


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items())
def test_limit_has_its_default(name: str, value: int | None) -> None:
    assert getattr(Request, name) == value


LIMITS = [
    ("max_content_length", len(MULTIPART)),
    ("max_form_memory_size", 300),
    ("max_form_parts", 2),
]


@pytest.mark.parametrize(("name", "enough"), LIMITS)
def test_limit_of_a_class_is_for_all_its_requests(name: str, enough: int) -> None:
    values = {"data": MULTIPART, "content_type": "multipart/form-data; boundary=foo"}
    limited = type("Limited", (Request,), {name: 1})
    with pytest.raises(RequestEntityTooLarge):
        _ = limited.from_values(method="POST", **values).form
    wide = type("Wide", (Request,), {name: enough})
    with wide.from_values(method="POST", **values) as request:
        assert request.form["test"] == "Hello World!"


@pytest.mark.parametrize("name", DEFAULTS)
def test_limit_of_a_request_is_for_it_alone(name: str) -> None:
    content_type = "multipart/form-data; boundary=foo"
    request = asked(content_type)
    setattr(request, name, 1)
    with pytest.raises(RequestEntityTooLarge):
        _ = request.form
    with asked(content_type) as other:
        assert other.form["test"] == "Hello World!"


def test_small_limit_of_the_class_is_widened_for_an_upload() -> None:
    class Small(Request):
        max_content_length = 10

    request = Small.from_values(method="POST", data=b"x" * 20, content_type="video/mp4")
    request.max_content_length = 20
    assert request.get_data() == b"x" * 20


def test_file_may_be_larger_than_the_memory_of_a_form() -> None:
    data = {"f": (BytesIO(b"x" * 600_000), "film.mp4"), "name": "x"}
    with Request.from_values(method="POST", data=data) as request:
        assert len(request.files["f"].read()) == 600_000
    field = Request.from_values(method="POST", data={"f": "x" * 600_000, "g": (BytesIO(), "g")})
    with pytest.raises(RequestEntityTooLarge):
        _ = field.form


def test_input_stream_applies_the_limit_without_a_request() -> None:
    environ = create_environ(method="POST", data=b"x" * 20)
    assert get_input_stream(environ, max_content_length=20).read() == b"x" * 20
    with pytest.raises(RequestEntityTooLarge):
        get_input_stream(environ, max_content_length=19)


@pytest.mark.parametrize("limits", [{"max_form_memory_size": 5}, {"max_form_parts": 1}])
def test_parser_applies_the_limits_without_a_request(limits: dict[str, int]) -> None:
    content_type = "multipart/form-data; boundary=foo"
    environ = create_environ(method="POST", data=MULTIPART, content_type=content_type)
    with pytest.raises(RequestEntityTooLarge):
        FormDataParser(**limits).parse_from_environ(environ)


def test_parsing_is_extended_in_a_subclass() -> None:
    class LinesRequest(Request):
        @property
        def lines(self) -> list[str]:
            return self.get_data(as_text=True).splitlines()

    request = LinesRequest.from_values(method="POST", data="ä\nb", content_type="text/plain")
    assert request.lines == ["ä", "b"]
