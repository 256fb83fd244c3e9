"""Werkzeug's Response: its headers as attributes, cookies, ETags and conditional answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    ContentRange,
    ContentSecurityPolicy,
    HeaderSet,
    ResponseCacheControl,
    WWWAuthenticate,
)
from flaskish.werkzeug.exceptions import RequestedRangeNotSatisfiable
from flaskish.werkzeug.http import COEP, COOP, parse_date
from flaskish.werkzeug.test import create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Request, Response


def sent(response: Response, **environ: Any) -> tuple[bytes, str]:
    """Call a response as a server does."""
    parts, status, _ = run_wsgi_app(response, {**create_environ(), **environ})
    return b"".join(parts), status


MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
HTTP_MOMENT = "Sun, 06 Nov 1994 08:49:37 GMT"
HEADERS = [
    ("accept_ranges", "none", "none"),
    ("access_control_allow_origin", "*", "*"),
    ("access_control_max_age", 600, "600"),
    ("age", timedelta(seconds=90), "90"),
    ("content_encoding", "gzip", "gzip"),
    ("content_length", 12, "12"),
    ("content_location", "/a", "/a"),
    ("content_md5", "Q2hlY2sgSW50ZWdyaXR5IQ==", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
    ("content_type", "text/html", "text/html"),
    ("cross_origin_embedder_policy", COEP.REQUIRE_CORP, "require-corp"),
    ("cross_origin_opener_policy", COOP.SAME_ORIGIN, "same-origin"),
    ("date", MOMENT, HTTP_MOMENT),
    ("expires", MOMENT, HTTP_MOMENT),
    ("last_modified", MOMENT, HTTP_MOMENT),
    ("location", "/b", "/b"),
    ("retry_after", MOMENT, HTTP_MOMENT),
]


@pytest.mark.parametrize(("name", "value", "text"), HEADERS)
def test_attribute_is_a_header(name: str, value: Any, text: str) -> None:
    response = Response()
    setattr(response, name, value)
    assert response.headers[name.replace("_", "-")] == text
    assert getattr(response, name) == value


@pytest.mark.parametrize(("name", "value", "text"), HEADERS)
def test_header_is_an_attribute(name: str, value: Any, text: str) -> None:
    response = Response(headers={name.replace("_", "-"): text})
    assert getattr(response, name) == value


UNSET = {
    "content_type": "text/plain; charset=utf-8",
    "cross_origin_embedder_policy": COEP.UNSAFE_NONE,
    "cross_origin_opener_policy": COOP.UNSAFE_NONE,
}


@pytest.mark.parametrize("name", [name for name, _, _ in HEADERS])
def test_header_that_is_not_set_has_a_default(name: str) -> None:
    assert getattr(Response(), name) == UNSET.get(name)


@pytest.mark.parametrize("name", [name for name, _, _ in HEADERS if name != "retry_after"])
def test_deleted_attribute_removes_the_header(name: str) -> None:
    response = Response(headers={name.replace("_", "-"): "1"})
    delattr(response, name)
    assert name.replace("_", "-") not in response.headers


def test_retry_after_set_to_none_removes_the_header() -> None:
    response = Response(headers={"Retry-After": "60"})
    response.retry_after = None
    assert "Retry-After" not in response.headers


@pytest.mark.parametrize("value", [60, "60"])
def test_retry_after_in_seconds_is_read_as_a_date(value: Any) -> None:
    response = Response()
    response.retry_after = value
    assert response.headers["Retry-After"] == "60"
    assert response.retry_after is not None
    left = response.retry_after - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)


SETS = [
    "allow",
    "content_language",
    "vary",
    "access_control_allow_headers",
    "access_control_allow_methods",
    "access_control_expose_headers",
]


@pytest.mark.parametrize("name", SETS)
def test_list_in_a_header_is_set_in_each_way(name: str) -> None:
    header = name.replace("_", "-")
    response = Response()
    setattr(response, name, ["a", "b"])
    assert response.headers[header] == "a, b"
    setattr(response, name, HeaderSet(["c"]))
    assert response.headers[header] == "c"
    response.headers[header] = "d, e"
    assert isinstance(getattr(response, name), HeaderSet)
    assert list(getattr(response, name)) == ["d", "e"]


@pytest.mark.parametrize("name", ["allow", "content_language", "vary"])
def test_list_in_a_header_is_changed_in_place(name: str) -> None:
    header = name.replace("_", "-")
    response = Response()
    getattr(response, name).add("a")
    getattr(response, name).update(["b", "A"])
    assert response.headers[header] == "a, b"
    getattr(response, name).remove("a")
    assert response.headers[header] == "b"
    getattr(response, name).clear()
    assert header not in response.headers


def test_credentials_may_be_shared_or_not() -> None:
    response = Response()
    assert response.access_control_allow_credentials is False
    response.access_control_allow_credentials = True
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    response.access_control_allow_credentials = None
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_cache_control_is_changed_in_place() -> None:
    response = Response()
    assert isinstance(response.cache_control, ResponseCacheControl)
    response.cache_control.max_age = 60
    response.cache_control.public = True
    assert response.headers["Cache-Control"] == "max-age=60, public"
    response.cache_control.clear()
    assert "Cache-Control" not in response.headers


def test_content_range_is_there_even_if_not_set() -> None:
    response = Response()
    assert isinstance(response.content_range, ContentRange)
    assert not response.content_range
    response.content_range.set(0, 10, 100)
    assert response.headers["Content-Range"] == "bytes 0-9/100"
    response.content_range = "bytes 1-2/3"  # type: ignore[assignment]
    assert (response.content_range.start, response.content_range.stop) == (1, 3)
    response.content_range = None  # type: ignore[assignment]
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("name", ["content_security_policy", "content_security_policy_report_only"])
def test_security_policy_is_there_even_if_not_set(name: str) -> None:
    header = name.replace("_", "-")
    response = Response()
    policy = getattr(response, name)
    assert isinstance(policy, ContentSecurityPolicy)
    policy.default_src = "'self'"
    assert response.headers[header] == "default-src 'self'"
    setattr(response, name, "img-src *")
    assert getattr(response, name).img_src == "*"
    setattr(response, name, None)
    assert header not in response.headers


# WWW-Authenticate


def test_challenge_is_not_set_by_default() -> None:
    response = Response()
    assert not response.www_authenticate.parameters
    assert "WWW-Authenticate" not in response.headers


def test_changed_challenge_changes_the_header() -> None:
    response = Response()
    response.www_authenticate = WWWAuthenticate("basic", {"realm": "Here"})
    assert response.headers["WWW-Authenticate"] == "Basic realm=Here"
    response.www_authenticate.realm = "over there"
    assert response.headers["WWW-Authenticate"] == 'Basic realm="over there"'


def test_several_challenges_are_several_headers() -> None:
    response = Response()
    challenges = [WWWAuthenticate("basic", {"realm": "Here"}), WWWAuthenticate("bearer")]
    response.www_authenticate = challenges  # type: ignore[assignment]
    assert response.headers.getlist("WWW-Authenticate") == [str(item) for item in challenges]
    assert response.www_authenticate.type == "basic"
    challenges[0].realm = "There"
    assert response.headers["WWW-Authenticate"] == "Basic realm=Here"


@pytest.mark.parametrize("way", ["none", "delete"])
def test_challenge_is_removed(way: str) -> None:
    response = Response()
    response.www_authenticate = WWWAuthenticate("basic", {"realm": "Here"})
    if way == "none":
        response.www_authenticate = None  # type: ignore[assignment]
    else:
        del response.www_authenticate
    assert "WWW-Authenticate" not in response.headers


# Cookies


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "a=b; Path=/"),
        ({"expires": MOMENT}, f"a=b; Expires={HTTP_MOMENT}; Path=/"),
        ({"expires": 784111777}, f"a=b; Expires={HTTP_MOMENT}; Path=/"),
        ({"expires": HTTP_MOMENT}, f"a=b; Expires={HTTP_MOMENT}; Path=/"),
        ({"path": "/app"}, "a=b; Path=/app"),
        ({"path": None}, "a=b"),
        ({"domain": "example.com"}, "a=b; Domain=example.com; Path=/"),
        ({"secure": True}, "a=b; Secure; Path=/"),
        ({"httponly": True}, "a=b; HttpOnly; Path=/"),
        ({"samesite": "strict"}, "a=b; Path=/; SameSite=Strict"),
        ({"partitioned": True}, "a=b; Secure; Path=/; Partitioned"),
    ],
)
def test_cookie_has_its_attributes(options: dict[str, Any], expected: str) -> None:
    response = Response()
    response.set_cookie("a", "b", **options)
    assert response.headers["Set-Cookie"] == expected


@pytest.mark.parametrize("max_age", [60, timedelta(minutes=1)])
def test_age_of_a_cookie_is_a_date_too(max_age: Any) -> None:
    response = Response()
    response.set_cookie("a", "b", max_age=max_age)
    header = response.headers["Set-Cookie"]
    assert "; Max-Age=60;" in header
    expires = parse_date(header.partition("Expires=")[2].partition(";")[0])
    assert expires is not None
    assert timedelta(seconds=50) < expires - datetime.now(UTC) <= timedelta(seconds=60)


def test_site_of_a_cookie_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="SameSite"):
        Response().set_cookie("a", samesite="some")


def test_deleted_cookie_expires_at_once() -> None:
    response = Response()
    response.delete_cookie("a", path="/app", domain="example.com", secure=True, httponly=True)
    assert response.headers["Set-Cookie"] == (
        "a=; Domain=example.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure;"
        " HttpOnly; Path=/app"
    )


def test_large_cookie_warns_and_is_sent() -> None:
    response = Response()
    with pytest.warns(UserWarning, match="too large"):
        response.set_cookie("a", "b" * 4093)
    assert "Set-Cookie" in response.headers


def test_size_of_cookies_is_not_checked_if_not_wanted() -> None:
    class CarelessResponse(Response):
        max_cookie_size = 0

    response = CarelessResponse()
    response.set_cookie("a", "b" * 4093)
    assert len(response.headers["Set-Cookie"]) > 4093


# Made conditional


def test_response_without_an_etag_gets_a_date_only() -> None:
    response = Response("text").make_conditional(Request.from_values())
    assert response.date is not None
    assert response.get_etag() == (None, None)
    assert response.accept_ranges is None


@pytest.mark.parametrize(
    ("accept_ranges", "expected"), [(True, "bytes"), ("none", "none"), (False, None)]
)
def test_accept_ranges_says_what_was_given(accept_ranges: Any, expected: str | None) -> None:
    environ = create_environ(headers={"Range": "bytes=0-1"})
    response = Response("text")
    response.make_conditional(environ, accept_ranges=accept_ranges, complete_length=4)
    assert response.accept_ranges == expected


def test_make_conditional_returns_the_response_itself() -> None:
    response = Response("text")
    assert response.make_conditional(create_environ()) is response


def test_matching_etag_leaves_the_body_to_the_call() -> None:
    response = Response("text")
    response.add_etag()
    environ = create_environ(headers={"If-None-Match": response.headers["ETag"]})
    response.make_conditional(environ)
    assert (response.status_code, response.data) == (304, b"text")
    assert sent(response)[0] == b""


def test_other_methods_than_get_and_head_change_nothing() -> None:
    response = Response("text")
    response.add_etag()
    headers = {"If-None-Match": response.headers["ETag"]}
    response.make_conditional(create_environ(method="POST", headers=headers))
    assert response.status_code == 200
    assert response.date is None


def test_range_needs_the_complete_length() -> None:
    environ = create_environ(headers={"Range": "bytes=1-2"})
    response = Response("text").make_conditional(environ, accept_ranges=True, complete_length=4)
    assert sent(response)[:2] == (b"ex", "206 PARTIAL CONTENT")
    assert response.content_range.to_header() == "bytes 1-2/4"
    assert response.content_length == 2
    unranged = Response("text").make_conditional(environ, accept_ranges=True)
    assert sent(unranged)[:2] == (b"text", "200 OK")


@pytest.mark.parametrize("value", ["bytes=9-", "nonsense"])
def test_range_that_cannot_be_satisfied_is_416(value: str) -> None:
    environ = create_environ(headers={"Range": value})
    with pytest.raises(RequestedRangeNotSatisfiable):
        Response("text").make_conditional(environ, accept_ranges=True, complete_length=4)


def test_range_of_nothing_is_the_whole() -> None:
    environ = create_environ(headers={"Range": "bytes=0-1"})
    response = Response("").make_conditional(environ, accept_ranges=True, complete_length=0)
    assert response.status_code == 200


# Its etag


def test_etag_is_set_and_read() -> None:
    response = Response("text")
    assert response.get_etag() == (None, None)
    response.set_etag("a", weak=True)
    assert response.get_etag() == ("a", True)
    assert response.headers["ETag"] == 'W/"a"'
    response.set_etag("b")
    assert response.get_etag() == ("b", False)


def test_etag_is_added_if_there_is_none() -> None:
    response = Response("text")
    response.add_etag()
    etag = response.get_etag()
    assert etag == ("372ea08cab33e71c02c651dbc83a474d32c676ea", False)
    response.data = "other"
    response.add_etag()
    assert response.get_etag() == etag
    response.add_etag(overwrite=True, weak=True)
    assert response.get_etag() == ("d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2", True)
