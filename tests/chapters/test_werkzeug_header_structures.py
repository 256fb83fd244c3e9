"""Werkzeug's Data Structures: lists of words and ETags in a header, member by member."""

from __future__ import annotations

import pytest

from flaskish.werkzeug.datastructures import (
    Accept,
    CharsetAccept,
    ETags,
    HeaderSet,
    LanguageAccept,
    MIMEAccept,
)
from flaskish.werkzeug.http import (
    parse_accept_header,
    parse_etags,
    parse_set_header,
)

# HeaderSet


def test_header_set_finds_whatever_the_case() -> None:
    headers = HeaderSet(["foo", "Bar"])
    assert "BAR" in headers
    assert (headers.find("bar"), headers.find("baz")) == (1, -1)
    assert headers.index("FOO") == 0
    with pytest.raises(IndexError):
        headers.index("baz")


def test_header_set_is_added_to_and_removed_from() -> None:
    headers = HeaderSet(["foo"])
    headers.add("bar")
    headers.add("FOO")
    headers.update(["baz", "bar"])
    assert headers.to_header() == "foo, bar, baz"
    headers.remove("bar")
    headers.discard("missing")
    with pytest.raises(KeyError):
        headers.remove("missing")
    assert list(headers) == ["foo", "baz"]
    headers.clear()
    assert not headers
    assert headers.to_header() == ""


def test_header_set_is_a_real_set_in_lower_case() -> None:
    headers = HeaderSet(["foo", "Bar"])
    assert headers.as_set() == {"foo", "bar"}
    assert headers.as_set(preserve_casing=True) == {"foo", "Bar"}


def test_header_set_has_places() -> None:
    headers = HeaderSet(["foo", "bar"])
    assert (headers[1], len(headers), bool(headers)) == ("bar", 2, True)
    headers[0] = "baz"
    assert list(headers) == ["baz", "bar"]
    del headers[1]
    assert "bar" not in headers
    assert str(headers) == "baz"


def test_change_of_a_header_set_is_told() -> None:
    seen: list[list[str]] = []
    headers = HeaderSet([], on_update=lambda headers: seen.append(list(headers)))
    headers.add("a")
    headers.update(["b"])
    headers.remove("a")
    headers.clear()
    assert seen == [["a"], ["a", "b"], ["b"], []]


def test_header_set_quotes_what_is_no_token() -> None:
    assert HeaderSet(["a b", "c"]).to_header() == '"a b", c'
    assert list(parse_set_header('"a b", c')) == ["a b", "c"]


# Accept and its kin


def test_accept_is_a_list_sorted_by_quality() -> None:
    accept = Accept([("tim", 0.5), ("tom", 1), ("tam", 0.7)])
    assert isinstance(accept, list)
    assert list(accept) == [("tom", 1), ("tam", 0.7), ("tim", 0.5)]
    assert list(accept.values()) == ["tom", "tam", "tim"]
    assert accept.best == "tom"
    assert accept[0] == ("tom", 1)


def test_accept_without_values_has_no_best() -> None:
    assert Accept().best is None
    assert Accept().best_match(["a"]) is None
    assert Accept(None).to_header() == ""


def test_accept_gives_qualities() -> None:
    accept = CharsetAccept([("ISO-8859-1", 1), ("utf-8", 0.7)])
    assert accept["utf-8"] == accept.quality("UTF8") == 0.7
    assert accept["utf7"] == accept.quality("utf7") == 0
    assert "UTF8" in accept
    assert "utf7" not in accept


def test_accept_is_found_by_name_or_entry() -> None:
    accept = Accept([("a", 1), ("b", 0.5)])
    assert (accept.find("b"), accept.find(("b", 0.5)), accept.find("c")) == (1, 1, -1)
    assert accept.index("a") == 0
    for key in ("c", ("c", 1)):
        with pytest.raises(ValueError, match="c"):
            accept.index(key)


def test_accept_cannot_be_changed() -> None:
    accept = Accept([("a", 1)])
    for change in (
        lambda: accept.append(("b", 1)),
        lambda: accept.extend([("b", 1)]),
        lambda: accept.insert(0, ("b", 1)),
        lambda: accept.pop(),
        lambda: accept.remove(("a", 1)),
        lambda: accept.reverse(),
        lambda: accept.sort(),
    ):
        with pytest.raises(TypeError, match="immutable"):
            change()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("header", ["text/html, a/b;q=0.5", "text/html;level=1, */*;q=0.1"])
def test_accept_is_a_header_again(header: str) -> None:
    accept = parse_accept_header(header, MIMEAccept)
    assert accept.to_header() == str(accept)
    assert parse_accept_header(str(accept), MIMEAccept) == accept


def test_first_of_equal_matches_is_best() -> None:
    accept = Accept([("a", 1), ("b", 1)])
    assert accept.best_match(["b", "a"]) == "b"
    assert accept.best_match(["c"], default="d") == "d"


@pytest.mark.parametrize(
    ("header", "matches", "best"),
    [
        ("*/*", ["text/html"], "text/html"),
        ("text/*;q=0.5, text/html", ["text/plain", "text/html"], "text/html"),
        ("text/*;q=0.5, */*;q=0.1", ["image/png", "text/css"], "text/css"),
        ("text/html;q=0, */*", ["text/html", "text/plain"], "text/plain"),
        ("application/json", ["text/html"], None),
    ],
)
def test_best_match_of_types(header: str, matches: list[str], best: str | None) -> None:
    assert parse_accept_header(header, MIMEAccept).best_match(matches) == best


@pytest.mark.parametrize(
    ("header", "html", "xhtml", "json"),
    [
        ("text/html", True, False, False),
        ("application/xhtml+xml", True, True, False),
        ("application/xml", True, True, False),
        ("application/json", False, False, True),
        ("*/*", True, True, True),
    ],
)
def test_common_types_are_attributes(header: str, html: bool, xhtml: bool, json: bool) -> None:
    accept = parse_accept_header(header, MIMEAccept)
    assert (accept.accept_html, accept.accept_xhtml, accept.accept_json) == (html, xhtml, json)


@pytest.mark.parametrize(
    ("accepted", "supported", "best"),
    [
        (["de-AT", "en"], ["fr", "de-at"], "de-at"),
        (["de_AT"], ["de-AT"], "de-AT"),
        (["de-AT"], ["de", "en"], "de"),
        (["de"], ["de-CH", "en"], "de-CH"),
        (["zh-Hant-TW"], ["zh-Hant"], None),
        (["fr"], ["de", "en"], None),
    ],
)
def test_language_falls_back_to_its_first_part(
    accepted: list[str], supported: list[str], best: str | None
) -> None:
    accept = LanguageAccept([(tag, 1) for tag in accepted])
    assert accept.best_match(supported) == best


# ETags


def test_etags_tell_strong_from_weak() -> None:
    etags = parse_etags('"strong", W/"weak"')
    assert (etags.is_strong("strong"), etags.is_strong("weak")) == (True, False)
    assert (etags.is_weak("weak"), etags.is_weak("strong")) == (True, False)
    assert etags.contains("strong")
    assert "strong" in etags
    assert not etags.contains("weak")
    assert etags.contains_weak("weak")
    assert etags.contains_weak("strong")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [('"strong"', True), ('W/"strong"', True), ('"weak"', False), ('W/"weak"', True)],
)
def test_quoted_etag_is_looked_up_by_its_kind(tag: str, expected: bool) -> None:
    assert parse_etags('"strong", W/"weak"').contains_raw(tag) is expected


def test_etags_are_sets_and_headers() -> None:
    etags = ETags(["strong"], ["weak"])
    assert etags.as_set() == set(etags) == {"strong"}
    assert etags.as_set(include_weak=True) == {"strong", "weak"}
    assert etags.to_header() == str(etags) == '"strong", W/"weak"'
    assert bool(etags)
    assert not ETags()


def test_star_has_each_etag() -> None:
    etags = parse_etags("*")
    assert etags.star_tag
    assert etags.contains("any")
    assert etags.to_header() == "*"
    assert bool(etags)


def test_etags_are_called_with_a_tag_or_data() -> None:
    etags = ETags(["strong", "372ea08cab33e71c02c651dbc83a474d32c676ea"], ["weak"])
    assert etags("strong")
    assert not etags("weak")
    assert etags("weak", include_weak=True)
    assert etags(data=b"text")
    with pytest.raises(TypeError):
        etags()
