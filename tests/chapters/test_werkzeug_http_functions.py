"""Werkzeug's HTTP Utilities: what each function says of unusual input."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    Accept,
    ContentRange,
    Headers,
    HeaderSet,
    ImmutableMultiDict,
    LanguageAccept,
    MultiDict,
    RequestCacheControl,
    ResponseCacheControl,
)
from flaskish.werkzeug.http import (
    HTTP_STATUS_CODES,
    dump_age,
    dump_cookie,
    dump_header,
    dump_options_header,
    generate_etag,
    http_date,
    is_byte_range_valid,
    is_entity_header,
    is_hop_by_hop_header,
    is_resource_modified,
    parse_accept_header,
    parse_age,
    parse_cache_control_header,
    parse_content_range_header,
    parse_cookie,
    parse_date,
    parse_dict_header,
    parse_etags,
    parse_if_range_header,
    parse_list_header,
    parse_options_header,
    parse_range_header,
    parse_set_header,
    quote_etag,
    quote_header_value,
    remove_entity_headers,
    remove_hop_by_hop_headers,
    unquote_etag,
    unquote_header_value,
)
from flaskish.werkzeug.test import create_environ

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
HTTP_MOMENT = "Sun, 06 Nov 1994 08:49:37 GMT"


# Dates


@pytest.mark.parametrize(
    "value",
    [
        HTTP_MOMENT,
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 09:49:37 +0100",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
    ],
)
def test_date_is_aware_and_in_utc_without_a_zone(value: str) -> None:
    assert parse_date(value) == MOMENT


@pytest.mark.parametrize("value", [None, "", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT"])
def test_date_that_cannot_be_parsed_is_none(value: str | None) -> None:
    assert parse_date(value) is None


@pytest.mark.parametrize(
    "value",
    [
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(timezone(timedelta(hours=5))),
        MOMENT.timestamp(),
        int(MOMENT.timestamp()),
        time.localtime(MOMENT.timestamp()),
    ],
    ids=["aware", "naive", "elsewhere", "float", "int", "struct_time"],
)
def test_date_of_any_kind_is_written(value: Any) -> None:
    assert http_date(value) == HTTP_MOMENT


def test_day_and_now_are_written() -> None:
    assert http_date(date(1994, 11, 6)) == "Sun, 06 Nov 1994 00:00:00 GMT"
    now = parse_date(http_date())
    assert now is not None
    assert abs(now.timestamp() - time.time()) < 60


@pytest.mark.parametrize(
    ("value", "expected"),
    [("60", timedelta(minutes=1)), (None, None), ("", None), ("x", None), ("-1", None)],
)
def test_age_is_seconds(value: str | None, expected: timedelta | None) -> None:
    assert parse_age(value) == expected


def test_age_is_written() -> None:
    assert dump_age(timedelta(minutes=1)) == dump_age(60) == "60"
    assert dump_age() is None
    with pytest.raises(ValueError, match="negative"):
        dump_age(-1)


# Options, lists and dicts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/html; charset=UTF-8", ("text/html", {"charset": "UTF-8"})),
        ("", ("", {})),
        (None, ("", {})),
        ('a; b="c;d"', ("a", {"b": "c;d"})),
        ("a; B=c", ("a", {"b": "c"})),
        ("a; b; c=d", ("a", {"c": "d"})),
        ('a; b="un', ("a", {})),
        (r'a; b="c\"d"', ("a", {"b": 'c"d'})),
        ('a; b="c%22d"', ("a", {"b": 'c"d'})),
        ("a; b*=UTF-8''%C3%A4", ("a", {"b": "ä"})),
        ("a; b*=ISO-8859-1''%E4", ("a", {"b": "ä"})),
        ("a; b*=koi8-r''%E4", ("a", {"b": "%E4"})),
        ("a; b*0=c; b*1=d", ("a", {"b": "cd"})),
        ("a; b*0*=UTF-8''%C3%A4; b*1=c", ("a", {"b": "äc"})),
    ],
)
def test_options_of_a_header(value: str | None, expected: Any) -> None:
    assert parse_options_header(value) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"charset": "UTF-8"}, "a; charset=UTF-8"),
        ({"b": "c d"}, 'a; b="c d"'),
        ({"b": None}, "a"),
        ({"b*": "UTF-8''%C3%A4"}, "a; b*=UTF-8''%C3%A4"),
        ({"b": ""}, 'a; b=""'),
    ],
)
def test_options_are_written(options: dict[str, Any], expected: str) -> None:
    assert dump_options_header("a", options) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('token, "quoted value"', ["token", "quoted value"]),
        ("a,, b", ["a", "b"]),
        ('a, "b, c"', ["a", "b, c"]),
        ('a="b", c', ['a="b"', "c"]),
        ('a, "unclosed', []),
    ],
)
def test_list_of_a_header(value: str, expected: list[str]) -> None:
    assert parse_list_header(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('a=b, c="d, e", f', {"a": "b", "c": "d, e", "f": None}),
        ("a*=UTF-8''%C3%A4", {"a": "ä"}),
        ("a*=koi8-r''%E4", {"a": "%E4"}),
        ('a="unclosed', {}),
    ],
)
def test_dict_of_a_header(value: str, expected: dict[str, str | None]) -> None:
    assert parse_dict_header(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["foo", "bar baz"], 'foo, "bar baz"'),
        ({"foo": "bar baz"}, 'foo="bar baz"'),
        ({"foo": None, "bar": 1}, "foo, bar=1"),
        ({"foo*": "UTF-8''%C3%A4"}, "foo*=UTF-8''%C3%A4"),
    ],
)
def test_list_or_dict_is_written(value: Any, expected: str) -> None:
    assert dump_header(value) == expected


@pytest.mark.parametrize(
    ("value", "quoted"), [("token", "token"), ("a b", '"a b"'), ('a"\\b', r'"a\"\\b"'), ("", '""')]
)
def test_value_is_quoted_and_unquoted(value: str, quoted: str) -> None:
    assert quote_header_value(value) == quoted
    assert unquote_header_value(quoted) == value
    assert quote_header_value(1) == "1"
    assert quote_header_value("token", allow_token=False) == '"token"'


def test_set_is_told_of_changes() -> None:
    seen: list[HeaderSet] = []
    headers = parse_set_header('token, "quoted value"', seen.append)
    assert "TOKEN" in headers
    assert headers.index("quoted value") == 1
    headers.add("more")
    assert seen == [headers]
    assert not parse_set_header(None)


def test_accept_header_is_parsed_into_its_class() -> None:
    accept = parse_accept_header("de, en;q=0.5, fr;q=x, it;q=2", LanguageAccept)
    assert isinstance(accept, LanguageAccept)
    assert list(accept) == [("de", 1), ("en", 0.5)]
    assert type(parse_accept_header("a")) is Accept
    assert not parse_accept_header(None)


def test_cache_control_is_immutable_unless_of_a_response() -> None:
    assert type(parse_cache_control_header("no-cache")) is RequestCacheControl
    seen: list[Any] = []
    control = parse_cache_control_header("no-cache", seen.append, ResponseCacheControl)
    control.max_age = 5
    assert seen == [control]
    assert not parse_cache_control_header(None)


# Ranges


@pytest.mark.parametrize(
    ("value", "etag", "date"),
    [
        ('"a"', "a", None),
        ('W/"a"', "a", None),
        (HTTP_MOMENT, None, MOMENT),
        (None, None, None),
        ("", None, None),
    ],
)
def test_if_range_is_an_etag_or_a_date(value: Any, etag: Any, date: Any) -> None:
    parsed = parse_if_range_header(value)
    assert (parsed.etag, parsed.date) == (etag, date)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=52", None),
        ("bytes=52-", [(52, None)]),
        ("bytes=0-9", [(0, 10)]),
        ("bytes=-5", [(-5, None)]),
        ("bytes=0-0,20-", [(0, 1), (20, None)]),
        ("bytes=9-5", None),
        ("", None),
        (None, None),
        ("nonsense", None),
    ],
)
def test_range_header(value: str | None, expected: Any) -> None:
    parsed = parse_range_header(value)
    assert (parsed and parsed.ranges) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes 0-98/*", ("bytes", 0, 99, None)),
        ("bytes 0-98/99", ("bytes", 0, 99, 99)),
        ("bytes */125", ("bytes", None, None, 125)),
        ("bytes 98-0/99", None),
        ("bytes nonsense", None),
        (None, None),
    ],
)
def test_content_range_header(value: str | None, expected: Any) -> None:
    parsed = parse_content_range_header(value)
    if expected is None:
        assert parsed is None
    else:
        assert isinstance(parsed, ContentRange)
        assert (parsed.units, parsed.start, parsed.stop, parsed.length) == expected


@pytest.mark.parametrize(
    ("start", "stop", "length", "expected"),
    [
        (None, None, None, True),
        (None, None, 5, True),
        (None, 5, None, False),
        (0, 5, None, True),
        (5, 0, None, False),
        (0, 5, 10, True),
        (10, 11, 10, False),
        (0, 20, 10, True),
    ],
)
def test_byte_range_is_valid(start: Any, stop: Any, length: Any, expected: bool) -> None:
    assert is_byte_range_valid(start, stop, length) is expected


# Kinds of headers


def test_entity_headers_are_removed_but_for_two() -> None:
    headers = Headers(
        {"Content-Type": "a", "Expires": "b", "Content-Location": "c", "Date": "d", "Allow": "e"}
    )
    remove_entity_headers(headers)
    assert list(headers.keys()) == ["Expires", "Content-Location", "Date"]
    pairs = [("Content-Type", "a"), ("Expires", "b"), ("Date", "c")]
    remove_entity_headers(pairs, allowed=["content-type"])
    assert pairs == [("Content-Type", "a"), ("Date", "c")]


def test_hop_by_hop_headers_are_removed() -> None:
    for headers in (Headers([("Connection", "a"), ("Foo", "b")]), [("te", "a"), ("Foo", "b")]):
        remove_hop_by_hop_headers(headers)  # type: ignore[arg-type]
        assert list(headers) == [("Foo", "b")]


@pytest.mark.parametrize("name", ["Content-Type", "ALLOW", "last-modified"])
def test_entity_header_is_known(name: str) -> None:
    assert is_entity_header(name)
    assert not is_hop_by_hop_header(name)


@pytest.mark.parametrize("name", ["Connection", "KEEP-ALIVE", "transfer-encoding", "Upgrade"])
def test_hop_by_hop_header_is_known(name: str) -> None:
    assert is_hop_by_hop_header(name)
    assert not is_entity_header(name)


# Cookies


def test_cookie_is_parsed_from_text_or_an_environ() -> None:
    for header in ("a=1; b=2; a=3", {"HTTP_COOKIE": "a=1; b=2; a=3"}):
        cookies = parse_cookie(header)  # type: ignore[arg-type]
        assert isinstance(cookies, MultiDict)
        assert cookies.getlist("a") == ["1", "3"]
    assert type(parse_cookie("a=1", ImmutableMultiDict)) is ImmutableMultiDict
    assert not parse_cookie(None)


@pytest.mark.parametrize("value", ["", "plain", "a b;c", 'quo"te', "ä", "\x01"])
def test_value_of_a_cookie_comes_back(value: str) -> None:
    header = dump_cookie("name", value).partition(";  ")[0].partition("; Path")[0]
    assert header.isascii()
    assert parse_cookie(header)["name"] == value


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"path": None, "domain": ".example.com"}, "a=b; Domain=example.com"),
        ({"path": None, "domain": "localhost"}, "a=b; Domain=localhost"),
        ({"path": None, "samesite": "none"}, "a=b; SameSite=None"),
        ({"path": None, "max_age": 5, "sync_expires": False}, "a=b; Max-Age=5"),
        ({"path": "/ä"}, "a=b; Path=/%C3%A4"),
    ],
)
def test_options_of_a_cookie(options: dict[str, Any], expected: str) -> None:
    assert dump_cookie("a", "b", **options) == expected


# Conditions


@pytest.mark.parametrize(
    ("value", "expected"),
    [('"a"', ("a", False)), ('W/"a"', ("a", True)), ("a", ("a", False)), (None, (None, None))],
)
def test_etag_is_unquoted(value: str | None, expected: Any) -> None:
    assert unquote_etag(value) == expected


def test_etag_is_quoted() -> None:
    assert quote_etag("a") == '"a"'
    assert quote_etag("a", weak=True) == 'W/"a"'
    with pytest.raises(ValueError, match="etag"):
        quote_etag('a"b')


def test_etags_are_parsed() -> None:
    etags = parse_etags('"a", W/"b", c')
    assert etags.as_set() == {"a", "c"}
    assert etags.is_weak("b")
    assert not parse_etags(None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_condition_decides_whether_a_resource_was_modified(method: str) -> None:
    etag = generate_etag(b"data")
    environ = create_environ(method=method, headers={"If-None-Match": quote_etag(etag)})
    assert not is_resource_modified(environ, etag)
    assert not is_resource_modified(environ, data=b"data")
    assert is_resource_modified(environ, data=b"other")
    with pytest.raises(TypeError):
        is_resource_modified(environ, etag, data=b"data")


@pytest.mark.parametrize("last_modified", [MOMENT, HTTP_MOMENT])
def test_date_decides_whether_a_resource_was_modified(last_modified: Any) -> None:
    for since, expected in [(MOMENT, False), (MOMENT - timedelta(days=1), True)]:
        environ = create_environ(headers={"If-Modified-Since": http_date(since)})
        assert is_resource_modified(environ, last_modified=last_modified) is expected


def test_if_range_counts_on_demand() -> None:
    headers = {"Range": "bytes=0-1", "If-Range": '"a"', "If-None-Match": '"b"'}
    environ = create_environ(headers=headers)
    assert is_resource_modified(environ, "a")
    assert not is_resource_modified(environ, "a", ignore_if_range=False)


def test_status_codes_have_their_phrases() -> None:
    assert HTTP_STATUS_CODES[200] == "OK"
    assert HTTP_STATUS_CODES[404] == "Not Found"
    assert HTTP_STATUS_CODES[418] == "I'm a teapot"
