"""Werkzeug's HTTP Utilities and Utilities: the examples, and each pair of functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import Headers, HeaderSet, LanguageAccept
from flaskish.werkzeug.formparser import parse_form_data
from flaskish.werkzeug.http import (
    HTTP_STATUS_CODES,
    dump_cookie,
    dump_header,
    dump_options_header,
    generate_etag,
    http_date,
    is_byte_range_valid,
    is_resource_modified,
    parse_accept_header,
    parse_content_range_header,
    parse_cookie,
    parse_date,
    parse_dict_header,
    parse_list_header,
    parse_options_header,
    parse_range_header,
    parse_set_header,
    quote_header_value,
    remove_entity_headers,
    unquote_etag,
    unquote_header_value,
)
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.utils import (
    append_slash_redirect,
    cached_property,
    environ_property,
    header_property,
    import_string,
    secure_filename,
)

AT = datetime(2009, 2, 20, 17, 42, 51, tzinfo=UTC)
TEXT = "Fri, 20 Feb 2009 17:42:51 GMT"


@pytest.mark.parametrize(
    "value",
    [
        AT,
        AT.replace(tzinfo=None),
        AT.astimezone(timezone(timedelta(hours=5))),
        AT.timestamp(),
    ],
)
def test_date_is_written_in_utc(value: Any) -> None:
    assert http_date(value) == TEXT


def test_day_is_written_with_its_start() -> None:
    assert http_date(date(2009, 2, 20)) == "Fri, 20 Feb 2009 00:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, AT),
        ("Fri, 20 Feb 2009 17:42:51", AT),
        ("Fri, 20 Feb 2009 19:42:51 +0200", AT),
        ("yesterday", None),
        (None, None),
    ],
)
def test_date_is_read_with_its_zone(text: str | None, expected: datetime | None) -> None:
    parsed = parse_date(text)
    assert parsed == expected
    assert parsed is None or parsed.utcoffset() is not None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html; charset=UTF-8", ("text/html", {"charset": "UTF-8"})),
        ("", ("", {})),
        ("a; B=c", ("a", {"b": "c"})),
        ("a; b; c=d", ("a", {"c": "d"})),
        ("a; b*=UTF-8''%C3%A4", ("a", {"b": "ä"})),
        ("a; b*0=c; b*1=d", ("a", {"b": "cd"})),
        ('a; b="c%22d"', ("a", {"b": 'c"d'})),
        ('a; b="c\\"d"', ("a", {"b": 'c"d'})),
    ],
)
def test_options_are_parsed(header: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parse_options_header(header) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"charset": "UTF-8"}, "a; charset=UTF-8"),
        ({"b": "c d"}, 'a; b="c d"'),
        ({"b": None}, "a"),
        ({"b*": "UTF-8''%C3%A4"}, "a; b*=UTF-8''%C3%A4"),
    ],
)
def test_options_are_dumped(options: dict[str, Any], expected: str) -> None:
    assert dump_options_header("a", options) == expected


@pytest.mark.parametrize("value", [["token", "quoted value"], {"a": "b", "c": "d, e", "f": None}])
def test_header_is_parsed_as_it_was_dumped(value: Any) -> None:
    parse: Any = parse_list_header if isinstance(value, list) else parse_dict_header
    assert parse(dump_header(value)) == value


def test_lists_and_dicts_are_parsed() -> None:
    assert parse_list_header('token, "quoted value"') == ["token", "quoted value"]
    assert parse_dict_header('a=b, c="d, e", f') == {"a": "b", "c": "d, e", "f": None}
    assert parse_dict_header("a*=UTF-8''%C3%A4") == {"a": "ä"}


def test_set_is_parsed_and_dumped() -> None:
    values = parse_set_header('token, "quoted value"')
    assert ("TOKEN" in values, values.index("quoted value")) == (True, 1)
    assert repr(values) == repr(HeaderSet(["token", "quoted value"]))
    assert dump_header(values) == 'token, "quoted value"'


def test_accept_header_is_of_the_class_given() -> None:
    accept = parse_accept_header("de;q=0.5, en, fr;q=x", LanguageAccept)
    assert isinstance(accept, LanguageAccept)
    assert list(accept) == [("en", 1), ("de", 0.5)]


@pytest.mark.parametrize("value", ["token", "a b", 'a"b', "a\\b", ""])
def test_value_is_unquoted_as_it_was_quoted(value: str) -> None:
    assert unquote_header_value(quote_header_value(value)) == value
    assert quote_header_value(value, allow_token=False).startswith('"')


def test_only_tokens_are_left_unquoted() -> None:
    assert quote_header_value("token") == "token"
    assert quote_header_value("") == '""'
    assert quote_header_value(7) == "7"


@pytest.mark.parametrize(
    ("header", "ranges"), [("bytes=0-4", [(0, 5)]), ("bytes=-5", [(-5, None)])]
)
def test_end_of_a_range_is_not_part_of_it(header: str, ranges: Any) -> None:
    parsed = parse_range_header(header)
    assert parsed is not None
    assert parsed.ranges == ranges
    assert parsed.to_header() == header


def test_malformed_ranges_are_none() -> None:
    assert parse_range_header("bytes 0-4") is None
    assert parse_content_range_header("bytes=0-4/9") is None
    assert is_byte_range_valid(0, 5, 9)
    assert not is_byte_range_valid(9, 12, 9)


def test_entity_headers_are_removed_in_place_but_for_two() -> None:
    names = ["Content-Type", "Expires", "Content-Location", "X-A"]
    headers = Headers([(name, "x") for name in names])
    remove_entity_headers(headers)
    assert [name for name, _ in headers] == ["Expires", "Content-Location", "X-A"]


def test_first_value_of_a_cookie_comes_first() -> None:
    cookies = parse_cookie("a=1; b=2; a=3")
    assert (cookies["a"], cookies.getlist("a")) == ("1", ["1", "3"])
    assert parse_cookie({"HTTP_COOKIE": "a=1"}, dict) == {"a": "1"}


@pytest.mark.parametrize("value", ["a", "ä", 'a"b;c,d', "a b\\"])
def test_cookie_is_parsed_as_it_was_dumped(value: str) -> None:
    header = dump_cookie("name", value, path=None)
    assert header.isascii()
    assert parse_cookie(header)["name"] == value


def test_etag_is_generated_quoted_and_compared() -> None:
    assert unquote_etag('W/"bar"') == ("bar", True)
    assert unquote_etag('"bar"') == ("bar", False)
    environ = create_environ(headers={"If-None-Match": f'"{generate_etag(b"data")}"'})
    assert not is_resource_modified(environ, data=b"data")
    assert is_resource_modified(environ, data=b"other")


def test_status_codes_have_their_phrases() -> None:
    assert HTTP_STATUS_CODES[200] == "OK"
    assert HTTP_STATUS_CODES[404] == "Not Found"
    assert HTTP_STATUS_CODES[418] == "I'm a teapot"


def test_form_is_parsed_from_an_environ() -> None:
    data = b'--foo\r\nContent-Disposition: form-data; name="test"\r\n\r\nHello World!\r\n--foo--'
    environ = {
        "wsgi.input": BytesIO(data),
        "CONTENT_LENGTH": str(len(data)),
        "CONTENT_TYPE": "multipart/form-data; boundary=foo",
        "REQUEST_METHOD": "POST",
    }
    stream, form, files = parse_form_data(environ)
    assert (stream.read(), form["test"], not files) == (b"", "Hello World!", True)


def test_property_is_evaluated_once_until_deleted() -> None:
    class Example:
        __slots__ = ("_cache_value", "calls")

        @cached_property
        def value(self) -> int:
            self.calls += 1
            return 42

    example = Example()
    example.calls = 0
    assert (example.value, example.value, example.calls) == (42, 42, 1)
    example.value = 16
    assert (example.value, example.calls) == (16, 1)
    del example.value
    assert (example.value, example.calls) == (42, 2)


def test_property_of_the_environ_has_default_and_converter() -> None:
    class Test:
        environ = {"key": "value", "number": "7"}
        test = environ_property[str]("key")
        number = environ_property[int]("number", None, int)
        wrong = environ_property[int]("key", 3, int)
        missing = environ_property[str]("missing")

    values = Test()
    assert (values.test, values.number, values.wrong) == ("value", 7, 3)
    assert values.missing is None
    with pytest.raises(AttributeError):
        values.test = "other"


def test_property_of_the_headers_is_alike() -> None:
    class Test:
        headers = Headers({"X-Number": "7"})
        number = header_property[int]("X-Number", None, int, str)

    assert Test().number == 7


def test_slash_is_appended_with_the_query_kept() -> None:
    answer = append_slash_redirect(create_environ("/user/42?a=1"))
    assert (answer.status_code, answer.location) == (308, "42/?a=1")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("My cool movie.mov", "My_cool_movie.mov"),
        ("../../../etc/passwd", "etc_passwd"),
        ("i contain cool \xfcml\xe4uts.txt", "i_contain_cool_umlauts.txt"),
        ("..", ""),
    ],
)
def test_file_name_is_safe_for_any_file_system(name: str, safe: str) -> None:
    assert secure_filename(name) == safe


@pytest.mark.parametrize("name", ["xml.sax.saxutils.escape", "xml.sax.saxutils:escape"])
def test_object_is_imported_by_dots_or_a_colon(name: str) -> None:
    assert import_string(name)("<") == "&lt;"
    assert import_string("xml.sax.missing", silent=True) is None
