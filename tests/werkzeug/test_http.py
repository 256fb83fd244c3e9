"""Header values: parsed, written and compared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from time import gmtime
from typing import Any

import pytest

from flaskish.werkzeug import http
from flaskish.werkzeug.datastructures import (
    Headers,
    MIMEAccept,
    MultiDict,
    ResponseCacheControl,
)
from flaskish.werkzeug.test import create_environ

# Lists, sets, dicts and options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a, b", c', ["a, b", "c"]),
        (r'"a \"b\"", c', ['a "b"', "c"]),
        ("a,,b,", ["a", "b"]),
        ('a, "b', []),
    ],
)
def test_list_is_parsed(text: str, expected: list[str]) -> None:
    assert http.parse_list_header(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1, b=2", {"a": "1", "b": "2"}),
        ('a="x, y", b', {"a": "x, y", "b": None}),
        ("a=", {"a": ""}),
        ("=a", {}),
        ("name*=UTF-8''%C3%A4", {"name": "ä"}),
        ("name*=iso-8859-1''%E4", {"name": "ä"}),
        ("name*=koi8-r''%E4", {"name": "%E4"}),
    ],
)
def test_dict_is_parsed(text: str, expected: dict[str, str | None]) -> None:
    assert http.parse_dict_header(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", "b c"], 'a, "b c"'),
        ({"a": "1", "b": "x y", "c": None}, 'a=1, b="x y", c'),
        ({"name*": "UTF-8''%C3%A4"}, "name*=UTF-8''%C3%A4"),
        ({"n": 3}, "n=3"),
        ([], ""),
    ],
)
def test_list_or_dict_is_dumped(value: Any, expected: str) -> None:
    assert http.dump_header(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ("", {})),
        ("", ("", {})),
        ("text/html", ("text/html", {})),
        ("text/html; charset=utf-8", ("text/html", {"charset": "utf-8"})),
        ("text/html;charset=UTF-8 ; a = b", ("text/html", {"charset": "UTF-8"})),
        ('form-data; name="a;b"', ("form-data", {"name": "a;b"})),
        ('form-data; name="a\\"b"', ("form-data", {"name": 'a"b'})),
        ('form-data; filename="a%22b"', ("form-data", {"filename": 'a"b'})),
        ('form-data; filename="C:\\a.txt"', ("form-data", {"filename": "C:a.txt"})),
        ("a; filename*=UTF-8''%C3%A4", ("a", {"filename": "ä"})),
        ("a; filename*0=x; filename*1=y", ("a", {"filename": "xy"})),
        ("a; filename*0*=UTF-8''%C3%A4; filename*1*=%C3%B6", ("a", {"filename": "äö"})),
        ("a; KEY=x", ("a", {"key": "x"})),
        ('a; b="c', ("a", {})),
        ("; a=b", ("", {})),
    ],
)
def test_options_are_parsed(text: str | None, expected: tuple[str, dict[str, str]]) -> None:
    assert http.parse_options_header(text) == expected


def test_options_are_dumped() -> None:
    options = {"filename": "a b.txt", "size": 3, "none": None}
    assert http.dump_options_header("inline", options) == 'inline; filename="a b.txt"; size=3'
    assert http.dump_options_header(None, {"a": "b"}) == "a=b"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("token", "token"), ("", '""'), ("a b", '"a b"'), ('a"\\', '"a\\"\\\\"'), (5, "5")],
)
def test_value_is_quoted_if_it_has_to_be(value: Any, expected: str) -> None:
    assert http.quote_header_value(value) == expected


def test_token_is_quoted_on_demand() -> None:
    assert http.quote_header_value("token", allow_token=False) == '"token"'


@pytest.mark.parametrize(
    ("text", "expected"), [("a", "a"), ('"a b"', "a b"), (r'"\""', '"'), ('"', '"'), ("", "")]
)
def test_value_is_unquoted(text: str, expected: str) -> None:
    assert http.unquote_header_value(text) == expected


def test_set_ignores_case_and_reports_changes() -> None:
    changes: list[str] = []
    methods = http.parse_set_header("GET, post", lambda changed: changes.append(str(changed)))
    assert "POST" in methods
    methods.add("PUT")
    assert changes == ["GET, post, PUT"]


# Accept, Cache-Control, Content-Security-Policy


def test_accepted_values_are_ordered_by_quality() -> None:
    accepted = http.parse_accept_header("text/xml;q=0.5, text/html, */*;q=0.1", MIMEAccept)
    assert accepted.best == "text/html"
    assert accepted.values().__next__() == "text/html"
    assert accepted["text/xml"] == 0.5
    assert accepted["image/png"] == 0.1


def test_parameters_belong_to_the_accepted_value() -> None:
    accepted = http.parse_accept_header("text/html;level=1;q=0.4, text/html", MIMEAccept)
    assert list(accepted) == [("text/html; level=1", 0.4), ("text/html", 1)]


@pytest.mark.parametrize("quality", ["2", "-1", "x", "1e-1", "1_0"])
def test_accepted_value_with_an_impossible_quality_is_left_out(quality: str) -> None:
    assert http.parse_accept_header(f"a;q={quality}, b").to_header() == "b"


def test_no_accept_header_accepts_nothing_in_particular() -> None:
    accepted = http.parse_accept_header(None)
    assert not accepted.provided
    assert accepted.best is None


def test_cache_control_is_parsed_and_reports_changes() -> None:
    changes: list[str] = []
    control = http.parse_cache_control_header(
        "max-age=60, private",
        lambda changed: changes.append(changed.to_header()),
        ResponseCacheControl,
    )
    assert control.max_age == 60
    control.no_store = True
    assert changes == ["max-age=60, private, no-store"]


def test_csp_is_parsed_and_dumped() -> None:
    policy = http.parse_csp_header("default-src 'self'; img-src *; ; broken")
    assert policy.default_src == "'self'"
    assert http.dump_csp_header(policy) == "default-src 'self'; img-src *"


# Dates and ages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        (" Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        (
            "Sun, 06 Nov 1994 08:49:37 +0200",
            datetime(1994, 11, 6, 8, 49, 37, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("Sun, 06 Nov 0094 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 32 Nov 1994 08:49:37 GMT", None),
        ("foo", None),
        ("", None),
        (None, None),
    ],
)
def test_date_is_parsed(text: str | None, expected: datetime | None) -> None:
    assert http.parse_date(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        datetime(1994, 11, 6, 8, 49, 37),
        datetime(1994, 11, 6, 10, 49, 37, tzinfo=timezone(timedelta(hours=2))),
        784111777,
        784111777.9,
    ],
)
def test_date_is_dumped(value: Any) -> None:
    assert http.http_date(value) == "Sun, 06 Nov 1994 08:49:37 GMT"


def test_day_is_dumped_with_its_first_second() -> None:
    assert http.http_date(date(1994, 11, 6)) == "Sun, 06 Nov 1994 00:00:00 GMT"


def test_time_tuple_is_dumped() -> None:
    moment = http.parse_date(http.http_date(gmtime(784111777)))
    assert moment is not None


def test_no_date_is_now() -> None:
    moment = http.parse_date(http.http_date())
    assert moment is not None
    assert abs(datetime.now(UTC) - moment) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("60", 60), ("-1", None), ("x", None), ("", None), (None, None), ("9" * 20, None)],
)
def test_age_is_parsed(text: str | None, seconds: int | None) -> None:
    age = http.parse_age(text)
    assert age == (None if seconds is None else timedelta(seconds=seconds))


def test_age_is_dumped() -> None:
    assert http.dump_age(timedelta(minutes=1)) == "60"
    assert http.dump_age(5) == "5"
    assert http.dump_age() is None
    with pytest.raises(ValueError, match="negative"):
        http.dump_age(-1)


# ETags, conditions, ranges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a"', ("a", False)),
        ('W/"a"', ("a", True)),
        ('w/"a"', ("a", True)),
        ("a", ("a", False)),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_etag_is_unquoted(text: str | None, expected: tuple[Any, Any]) -> None:
    assert http.unquote_etag(text) == expected


def test_etag_is_quoted() -> None:
    assert http.quote_etag("a") == '"a"'
    assert http.quote_etag("a", weak=True) == 'W/"a"'
    with pytest.raises(ValueError, match="invalid etag"):
        http.quote_etag('a"b')


def test_etags_are_parsed() -> None:
    tags = http.parse_etags('"a", W/"b", c, "d e"')
    assert {tag for tag in ("a", "b", "c", "d e") if tags.contains(tag)} == {"a", "c", "d e"}
    assert tags.contains_weak("b")
    assert http.parse_etags("*").contains("anything")
    assert not http.parse_etags(None)


def test_etag_of_the_same_data_is_the_same() -> None:
    assert http.generate_etag(b"a") == http.generate_etag(b"a") != http.generate_etag(b"b")


@pytest.mark.parametrize(
    ("headers", "is_modified"),
    [
        ({}, True),
        ({"If-None-Match": '"tag"'}, False),
        ({"If-None-Match": 'W/"tag"'}, False),
        ({"If-None-Match": '"other"'}, True),
        ({"If-None-Match": "*"}, False),
        ({"If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}, False),
        ({"If-Modified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"}, True),
        ({"If-Match": '"tag"'}, True),
        ({"If-Match": '"other"'}, False),
    ],
)
def test_condition_decides_whether_contents_are_sent(
    headers: dict[str, str], is_modified: bool
) -> None:
    environ = create_environ(headers=headers)
    moment = datetime(1994, 11, 6, 8, 49, 37)
    assert http.is_resource_modified(environ, "tag", last_modified=moment) is is_modified


def test_etag_of_data_is_compared() -> None:
    environ = create_environ(headers={"If-None-Match": f'"{http.generate_etag(b"data")}"'})
    assert not http.is_resource_modified(environ, data=b"data")
    assert http.is_resource_modified(environ, data=b"others")


def test_etag_and_data_at_once_are_refused() -> None:
    with pytest.raises(TypeError):
        http.is_resource_modified(create_environ(), "tag", data=b"data")


def test_condition_is_for_reading_only() -> None:
    environ = create_environ(method="POST", headers={"If-None-Match": '"tag"'})
    assert http.is_resource_modified(environ, "other")


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("bytes=0-9", [(0, 10)]),
        ("bytes=5-", [(5, None)]),
        ("bytes=-5", [(-5, None)]),
        ("bytes=0-1, 4-5", [(0, 2), (4, 6)]),
        ("bytes = 0-1", [(0, 2)]),
        ("bytes=", None),
        ("bytes", None),
        ("bytes=-0", None),
        ("bytes=2-1", None),
        ("bytes=0-5,3-4", None),
        ("bytes=+1-2", None),
        ("bytes=1_0-20", None),
        ("bytes=٣-", None),
        ("", None),
        (None, None),
    ],
)
def test_range_is_parsed(text: str | None, ranges: list[Any] | None) -> None:
    parsed = http.parse_range_header(text)
    assert (parsed.ranges if parsed is not None else None) == ranges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes 0-98/*", ("bytes", 0, 99, None)),
        ("bytes 0-98/100", ("bytes", 0, 99, 100)),
        ("bytes */100", ("bytes", None, None, 100)),
        ("bytes 98-0/100", None),
        ("bytes 0-98", None),
        ("bytes a-b/c", None),
        (None, None),
    ],
)
def test_content_range_is_parsed(text: str | None, expected: tuple[Any, ...] | None) -> None:
    parsed = http.parse_content_range_header(text)
    found = parsed and (parsed.units, parsed.start, parsed.stop, parsed.length)
    assert found == expected


def test_if_range_is_a_date_or_a_tag() -> None:
    assert http.parse_if_range_header('W/"tag"').etag == "tag"
    moment = http.parse_if_range_header("Sun, 06 Nov 1994 08:49:37 GMT").date
    assert moment == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert http.parse_if_range_header(None).to_header() == ""


@pytest.mark.parametrize(
    ("start", "stop", "length", "is_valid"),
    [
        (None, None, None, True),
        (None, None, 5, True),
        (0, 5, 5, True),
        (0, 5, None, True),
        (4, 9, 5, True),
        (5, 9, 5, False),
        (3, 3, 5, False),
        (0, None, 5, False),
        (-1, 5, 5, False),
    ],
)
def test_byte_range_is_checked(
    start: int | None, stop: int | None, length: int | None, is_valid: bool
) -> None:
    assert http.is_byte_range_valid(start, stop, length) is is_valid


# Kinds of headers


def test_headers_about_the_body_are_removed() -> None:
    headers = Headers({"Content-Type": "a", "Expires": "b", "Date": "c"})
    http.remove_entity_headers(headers)
    assert headers.to_wsgi_list() == [("Expires", "b"), ("Date", "c")]


def test_headers_for_the_next_hop_are_removed() -> None:
    headers = [("Connection", "close"), ("Foo", "bar"), ("Keep-Alive", "5")]
    http.remove_hop_by_hop_headers(headers)
    assert headers == [("Foo", "bar")]


def test_kind_of_a_header_ignores_case() -> None:
    assert http.is_entity_header("CONTENT-type")
    assert http.is_hop_by_hop_header("TE")
    assert not http.is_entity_header("Date")


# Cookies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1; b=2", [("a", "1"), ("b", "2")]),
        ("a=1; a=2", [("a", "1"), ("a", "2")]),
        ("a=x=y", [("a", "x=y")]),
        ('a="x y"', [("a", "x y")]),
        (r'a="\303\244\"\\"', [("a", 'ä"\\')]),
        ("a", [("a", "")]),
        ("=a", []),
        ("a= ", [("a", "")]),
        ("", []),
        (None, []),
    ],
)
def test_cookies_are_parsed(text: str | None, expected: list[tuple[str, str]]) -> None:
    assert list(http.parse_cookie(text).items(multi=True)) == expected


def test_cookies_are_parsed_from_an_environ() -> None:
    environ = create_environ(headers={"Cookie": "a=\xc3\xa4"})
    assert http.parse_cookie(environ, MultiDict)["a"] == "ä"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "a=b; Path=/"),
        ({"path": None}, "a=b"),
        ({"path": "/ü x"}, "a=b; Path=/%C3%BC%20x"),
        ({"domain": ".example.com:80"}, "a=b; Domain=example.com; Path=/"),
        ({"domain": "bücher.example"}, "a=b; Domain=xn--bcher-kva.example; Path=/"),
        ({"secure": True, "httponly": True}, "a=b; Secure; HttpOnly; Path=/"),
        ({"samesite": "lax"}, "a=b; Path=/; SameSite=Lax"),
        ({"partitioned": True}, "a=b; Secure; Path=/; Partitioned"),
        ({"max_age": 5, "sync_expires": False}, "a=b; Max-Age=5; Path=/"),
        ({"max_age": timedelta(minutes=1), "sync_expires": False}, "a=b; Max-Age=60; Path=/"),
        ({"expires": 0}, "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"),
        ({"expires": "soon"}, "a=b; Expires=soon; Path=/"),
    ],
)
def test_cookie_is_dumped_with_its_attributes(options: dict[str, Any], expected: str) -> None:
    assert http.dump_cookie("a", "b", **options) == expected


def test_max_age_sets_expires() -> None:
    assert "; Expires=" in http.dump_cookie("a", max_age=5)


@pytest.mark.parametrize(
    "value", ["", "plain", "a b", 'a"b', "a;b", "ä", "a\\b", "a,b", "\x00\x7f"]
)
def test_value_of_a_cookie_survives(value: str) -> None:
    header = http.dump_cookie("a", value, path=None)
    assert header.isascii()
    assert http.parse_cookie(header)["a"] == value


def test_unknown_samesite_is_refused() -> None:
    with pytest.raises(ValueError, match="SameSite must be"):
        http.dump_cookie("a", samesite="maybe")


@pytest.mark.parametrize("options", [{"key": "a;b"}, {"domain": "a\r\nb"}, {"expires": "a;b"}])
def test_text_that_would_end_an_attribute_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="would end it"):
        http.dump_cookie(**{"key": "a", **options})


def test_large_cookie_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="The 'a' cookie is too large"):
        http.dump_cookie("a", "x" * 5000)
    assert http.dump_cookie("a", "x" * 5000, max_size=0)
