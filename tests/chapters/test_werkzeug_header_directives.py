"""Werkzeug's Data Structures: directives, credentials and ranges, member by member."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    Authorization,
    ContentRange,
    ContentSecurityPolicy,
    IfRange,
    Range,
    RequestCacheControl,
    ResponseCacheControl,
    WWWAuthenticate,
)
from flaskish.werkzeug.http import (
    parse_cache_control_header,
    parse_csp_header,
)

# Cache control


@pytest.mark.parametrize(
    ("header", "name", "expected"),
    [
        ("max-age=60", "max_age", 60),
        ("max-age", "max_age", None),
        ("max-age=x", "max_age", None),
        ("max-stale", "max_stale", True),
        ("max-stale=5", "max_stale", 5),
        ("min-fresh=5", "min_fresh", 5),
        ("min-fresh", "min_fresh", None),
        ("no-cache", "no_cache", True),
        ("no-store", "no_store", True),
        ("no-transform", "no_transform", True),
        ("only-if-cached", "only_if_cached", True),
        ("stale-if-error=5", "stale_if_error", 5),
        ("", "max_age", None),
        ("", "max_stale", None),
        ("", "no_cache", False),
    ],
)
def test_directive_of_a_request(header: str, name: str, expected: Any) -> None:
    control = parse_cache_control_header(header, cls=RequestCacheControl)
    assert getattr(control, name) == expected


@pytest.mark.parametrize(
    ("header", "name", "expected"),
    [
        ("no-cache", "no_cache", True),
        ('no-cache="Set-Cookie"', "no_cache", "Set-Cookie"),
        ("private", "private", True),
        ("private=a", "private", "a"),
        ("public", "public", True),
        ("must-revalidate", "must_revalidate", True),
        ("proxy-revalidate", "proxy_revalidate", True),
        ("s-maxage=5", "s_maxage", 5),
        ("immutable", "immutable", True),
        ("must-understand", "must_understand", True),
        ("stale-while-revalidate=5", "stale_while_revalidate", 5),
        ("stale-if-error=5", "stale_if_error", 5),
        ("", "private", None),
        ("", "no_cache", None),
        ("", "public", False),
    ],
)
def test_directive_of_a_response(header: str, name: str, expected: Any) -> None:
    control = parse_cache_control_header(header, cls=ResponseCacheControl)
    assert getattr(control, name) == expected


@pytest.mark.parametrize(
    ("name", "value", "header"),
    [
        ("max_age", 60, "max-age=60"),
        ("max_age", "60", "max-age=60"),
        ("max_age", 60.9, "max-age=60"),
        ("max_age", None, ""),
        ("max_age", False, ""),
        ("no_store", True, "no-store"),
        ("no_store", False, ""),
        ("no_cache", True, "no-cache"),
        ("no_cache", "Set-Cookie", "no-cache=Set-Cookie"),
        ("private", True, "private"),
        ("private", False, ""),
        ("s_maxage", 5, "s-maxage=5"),
    ],
)
def test_directive_that_is_set_is_text(name: str, value: Any, header: str) -> None:
    control = ResponseCacheControl()
    setattr(control, name, value)
    assert control.to_header() == str(control) == header
    assert all(value is None or isinstance(value, str) for value in control.values())


def test_directive_is_deleted() -> None:
    control = ResponseCacheControl({"max-age": "60"})
    del control.max_age
    del control.max_age
    assert control.to_header() == ""


@pytest.mark.parametrize("name", ["public", "s_maxage", "immutable", "private"])
def test_directives_of_a_response_are_none_of_a_request(name: str) -> None:
    assert not hasattr(RequestCacheControl(), name)


@pytest.mark.parametrize("name", ["only_if_cached", "max_stale", "min_fresh"])
def test_directives_of_a_request_are_none_of_a_response(name: str) -> None:
    assert not hasattr(ResponseCacheControl(), name)


def test_subclass_has_directives_of_its_own() -> None:
    class OwnCacheControl(ResponseCacheControl):
        community: Any = ResponseCacheControl.cache_property("community", None, str)

    control = OwnCacheControl()
    control.community = "UCI"
    assert control.to_header() == "community=UCI"
    assert control.community == "UCI"


def test_change_of_a_cache_control_is_told() -> None:
    seen: list[str] = []
    control = ResponseCacheControl(on_update=lambda control: seen.append(control.to_header()))
    control.max_age = 60
    control["no-store"] = None
    control.clear()
    assert seen == ["max-age=60", "max-age=60, no-store", ""]


# Content-Security-Policy

DIRECTIVES = [
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "navigate-to",
    "object-src",
    "plugin-types",
    "prefetch-src",
    "report-to",
    "report-uri",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
]


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_directive_of_a_policy_is_an_attribute(directive: str) -> None:
    name = directive.replace("-", "_")
    policy = ContentSecurityPolicy()
    assert getattr(policy, name) is None
    setattr(policy, name, "'self'")
    assert policy[directive] == "'self'"
    assert policy.to_header() == str(policy) == f"{directive} 'self'"
    delattr(policy, name)
    assert not policy


def test_policy_is_parsed_and_written() -> None:
    policy = parse_csp_header("default-src 'self'; img-src *")
    assert (policy.default_src, policy.img_src) == ("'self'", "*")
    assert policy.to_header() == "default-src 'self'; img-src *"
    policy.img_src = None
    assert policy.to_header() == "default-src 'self'"


def test_change_of_a_policy_is_told() -> None:
    seen: list[str] = []
    policy = ContentSecurityPolicy(on_update=lambda policy: seen.append(policy.to_header()))
    policy.default_src = "a"
    policy.update({"img-src": "b"})
    assert seen == ["default-src a", "default-src a; img-src b"]


# Authorization and WWW-Authenticate


def test_authorization_has_parameters_or_a_token() -> None:
    basic = Authorization.from_header("Basic YWRhOnNlY3JldA==")
    assert basic is not None
    assert basic.parameters == {"username": "ada", "password": "secret"}
    assert basic.token is None
    bearer = Authorization.from_header("Bearer abc==")
    assert bearer is not None
    assert (bearer.type, bearer.token, bearer.parameters) == ("bearer", "abc==", {})
    digest = Authorization.from_header('Digest username="ada", nc=1')
    assert digest is not None
    assert digest.parameters == {"username": "ada", "nc": "1"}


def test_parameters_of_an_authorization_are_attributes_and_items() -> None:
    authorization = Authorization("digest", {"username": "ada"})
    assert authorization["username"] == authorization.username == "ada"
    assert authorization.get("username") == "ada"
    assert authorization.get("missing", "default") == "default"
    assert "username" in authorization
    assert authorization.missing is None
    assert authorization["missing"] is None


@pytest.mark.parametrize("value", [None, "", "Basic %%%"])
def test_authorization_that_makes_no_sense_is_none(value: str | None) -> None:
    assert Authorization.from_header(value) is None


@pytest.mark.parametrize(
    ("authorization", "header"),
    [
        (
            Authorization("basic", {"username": "ada", "password": "secret"}),
            "Basic YWRhOnNlY3JldA==",
        ),
        (Authorization("bearer", token="abc"), "Bearer abc"),
        (Authorization("digest", {"username": "ada"}), 'Digest username="ada"'),
    ],
)
def test_authorization_is_a_header_again(authorization: Authorization, header: str) -> None:
    assert authorization.to_header() == str(authorization)
    assert Authorization.from_header(header) == authorization


def test_challenge_has_parameters_that_can_be_changed() -> None:
    challenge = WWWAuthenticate("Basic", {"realm": "Here"})
    assert challenge.type == "basic"
    assert challenge["realm"] == challenge.realm == challenge.get("realm") == "Here"
    challenge.realm = "There"
    challenge["stale"] = "true"
    assert challenge.parameters == {"realm": "There", "stale": "true"}
    del challenge.stale
    del challenge["realm"]
    assert "realm" not in challenge
    assert challenge.missing is None


def test_challenge_may_have_a_token() -> None:
    challenge = WWWAuthenticate("negotiate", token="abc")
    assert challenge.to_header() == str(challenge) == "Negotiate abc"


def test_challenge_is_parsed() -> None:
    challenge = WWWAuthenticate.from_header('Basic realm="over there", charset=UTF-8')
    assert challenge is not None
    assert challenge.parameters == {"realm": "over there", "charset": "UTF-8"}
    assert challenge == WWWAuthenticate.from_header(challenge.to_header())
    assert WWWAuthenticate.from_header("") is None
    assert WWWAuthenticate.from_header(None) is None


def test_digest_challenge_quotes_what_browsers_want_quoted() -> None:
    challenge = WWWAuthenticate("digest", {"realm": "a", "nonce": "b", "algorithm": "MD5"})
    assert challenge.to_header() == 'Digest realm="a", nonce="b", algorithm=MD5'


# Ranges


def test_if_range_has_an_etag_or_a_date_or_neither() -> None:
    date = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert IfRange("a").to_header() == '"a"'
    assert IfRange(date=date).to_header() == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert IfRange().to_header() == str(IfRange()) == ""
    assert (IfRange("a").date, IfRange(date=date).etag) == (None, None)


@pytest.mark.parametrize("ranges", [[(None, 5)], [(-5, 10)], [(5, 3)], [(5, 5)]])
def test_impossible_range_is_refused(ranges: Any) -> None:
    with pytest.raises(ValueError, match="range"):
        Range("bytes", ranges)


@pytest.mark.parametrize(
    ("units", "ranges", "length", "expected"),
    [
        ("bytes", [(0, 10)], 100, (0, 10)),
        ("bytes", [(90, 200)], 100, (90, 100)),
        ("bytes", [(90, None)], 100, (90, 100)),
        ("bytes", [(-10, None)], 100, (90, 100)),
        ("bytes", [(100, None)], 100, None),
        ("bytes", [(0, 10)], None, None),
        ("bytes", [(0, 1), (2, 3)], 100, None),
        ("items", [(0, 10)], 100, None),
    ],
)
def test_range_for_a_length(units: str, ranges: Any, length: int | None, expected: Any) -> None:
    assert Range(units, ranges).range_for_length(length) == expected


def test_range_is_written_as_it_was_sent() -> None:
    assert Range("bytes", [(0, 10), (-5, None), (20, None)]).to_header() == "bytes=0-9,-5,20-"


def test_content_range_is_made_from_a_range() -> None:
    content_range = Range("bytes", [(0, 10)]).make_content_range(100)
    assert content_range is not None
    assert (content_range.start, content_range.stop, content_range.length) == (0, 10, 100)
    assert Range("bytes", [(0, 10)]).to_content_range_header(100) == "bytes 0-9/100"
    assert Range("bytes", [(0, 10)]).make_content_range(None) is None
    assert Range("bytes", [(200, 210)]).to_content_range_header(100) is None


def test_content_range_is_set_and_unset() -> None:
    seen: list[str] = []
    content_range = ContentRange(
        "bytes", 0, 10, on_update=lambda changed: seen.append(changed.to_header())
    )
    assert content_range.to_header() == str(content_range) == "bytes 0-9/*"
    content_range.set(5, 10, 20, units="bytes")
    content_range.length = 30
    content_range.unset()
    assert seen == ["bytes 0-9/*", "bytes 5-9/20", "bytes 5-9/30", ""]
    assert not content_range
    assert content_range.units is None


def test_content_range_without_a_range_tells_the_length() -> None:
    assert ContentRange("bytes", None, None, 100).to_header() == "bytes */100"


@pytest.mark.parametrize("values", [(5, 3), (None, 5), (5, None), (5, 5)])
def test_impossible_content_range_is_refused(values: Any) -> None:
    with pytest.raises(AssertionError):
        ContentRange("bytes", 0, 10).set(*values)
