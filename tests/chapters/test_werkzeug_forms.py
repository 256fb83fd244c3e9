"""Werkzeug's Form Data Parsing: from an environ or a stream, within limits."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    ImmutableMultiDict,
)
from flaskish.werkzeug.exceptions import RequestEntityTooLarge
from flaskish.werkzeug.formparser import FormDataParser, parse_form_data
from flaskish.werkzeug.test import create_environ

MULTIPART = (
    b'--foo\r\nContent-Disposition: form-data; name="test"\r\n\r\nHello World!\r\n'
    b'--foo\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc\r\n--foo--'
)


def multipart_environ(data: bytes = MULTIPART) -> dict[str, Any]:
    content_type = "multipart/form-data; boundary=foo"
    return create_environ(method="POST", data=data, content_type=content_type)


def test_form_is_parsed_from_an_environ() -> None:
    stream, form, files = parse_form_data(multipart_environ())
    assert (stream.read(), form["test"]) == (b"", "Hello World!")
    assert files["file"].read() == b"abc"
    files["file"].close()


def test_class_and_stream_of_a_form_are_chosen() -> None:
    streams: list[BytesIO] = []

    def factory(*args: Any, **options: Any) -> Any:
        streams.append(BytesIO())
        return streams[-1]

    _, form, files = parse_form_data(multipart_environ(), factory, cls=ImmutableMultiDict)
    assert type(form) is type(files) is ImmutableMultiDict
    assert files["file"].stream is streams[0]


@pytest.mark.parametrize(
    "limits", [{"max_content_length": 9}, {"max_form_memory_size": 9}, {"max_form_parts": 1}]
)
def test_form_above_a_limit_is_too_large(limits: dict[str, int]) -> None:
    with pytest.raises(RequestEntityTooLarge):
        parse_form_data(multipart_environ(), **limits)
    with pytest.raises(RequestEntityTooLarge):
        FormDataParser(**limits).parse_from_environ(multipart_environ())


def test_broken_form_is_empty_or_an_error() -> None:
    _, form, files = parse_form_data(multipart_environ(b"nonsense"))
    assert not form
    assert not files
    with pytest.raises(ValueError, match="cannot parse"):
        parse_form_data(multipart_environ(b"nonsense"), silent=False)


def test_body_of_another_type_is_left_in_the_stream() -> None:
    environ = create_environ(method="POST", data=b"text", content_type="text/plain")
    stream, form, files = parse_form_data(environ)
    assert (stream.read(), len(form), len(files)) == (b"text", 0, 0)


@pytest.mark.parametrize(
    ("mimetype", "expected"),
    [("application/x-www-form-urlencoded", {"a": "b"}), ("application/x-url-encoded", {})],
)
def test_stream_is_parsed_by_its_type(mimetype: str, expected: dict[str, str]) -> None:
    stream = BytesIO(b"a=b")
    _, form, _ = FormDataParser().parse(stream, mimetype, 3)
    assert form.to_dict() == expected
