"""The data structures: several values by one name, headers, uploads, and parsed header values."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    Accept,
    Authorization,
    CallbackDict,
    CharsetAccept,
    CombinedMultiDict,
    ContentRange,
    ContentSecurityPolicy,
    EnvironHeaders,
    ETags,
    FileMultiDict,
    FileStorage,
    Headers,
    HeaderSet,
    IfRange,
    ImmutableDict,
    ImmutableList,
    ImmutableMultiDict,
    ImmutableTypeConversionDict,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
    Range,
    RequestCacheControl,
    ResponseCacheControl,
    TypeConversionDict,
    WWWAuthenticate,
)
from flaskish.werkzeug.exceptions import BadRequestKeyError

PAIRS = [("a", 1), ("b", 2), ("a", 3)]


# MultiDict


@pytest.mark.parametrize(
    "source", [PAIRS, {"a": [1, 3], "b": 2}, {"a": (1, 3), "b": [2]}, MultiDict(PAIRS)]
)
def test_values_of_all_sources_are_kept_in_order(source: Any) -> None:
    values: MultiDict[str, int] = MultiDict(source)
    assert values.getlist("a") == [1, 3]
    assert values.getlist("b") == [2]


def test_first_value_stands_for_all() -> None:
    values: MultiDict[str, int] = MultiDict(PAIRS)
    assert values["a"] == values.get("a") == 1
    assert list(values.items()) == [("a", 1), ("b", 2)]
    assert list(values.values()) == [1, 2]
    assert values.to_dict() == {"a": 1, "b": 2}


def test_all_values_are_there_on_demand() -> None:
    values: MultiDict[str, int] = MultiDict(PAIRS)
    assert list(values.items(multi=True)) == [("a", 1), ("a", 3), ("b", 2)]
    assert list(values.lists()) == [("a", [1, 3]), ("b", [2])]
    assert list(values.listvalues()) == [[1, 3], [2]]
    assert values.to_dict(flat=False) == {"a": [1, 3], "b": [2]}


def test_missing_key_is_a_bad_request() -> None:
    with pytest.raises(BadRequestKeyError) as caught:
        MultiDict[str, str]()["color"]
    assert caught.value.args == ("color",)


def test_value_is_converted_or_replaced_by_the_default() -> None:
    values: MultiDict[str, str] = MultiDict({"n": "5", "x": "five"})
    assert values.get("n", type=int) == 5
    assert values.get("x", type=int) is None
    assert values.get("x", 7, type=int) == 7
    assert values.get("missing", 7, type=int) == 7


def test_values_that_cannot_be_converted_are_left_out() -> None:
    assert MultiDict([("n", "1"), ("n", "x"), ("n", "3")]).getlist("n", type=int) == [1, 3]


def test_values_are_set_added_and_extended() -> None:
    values: MultiDict[str, int] = MultiDict()
    values.add("a", 1)
    values.add("a", 2)
    assert values.getlist("a") == [1, 2]
    values["a"] = 3
    assert values.getlist("a") == [3]
    values.setlist("a", [4, 5])
    values.update({"a": 6, "b": [7, 8]})
    assert values.getlist("a") == [4, 5, 6]
    assert values.getlist("b") == [7, 8]


def test_defaults_are_set_once() -> None:
    values: MultiDict[str, Any] = MultiDict()
    assert values.setdefault("a", 1) == 1
    assert values.setdefault("a", 2) == 1
    assert values.setlistdefault("b", [1]) == [1]
    values.setlistdefault("b").append(2)
    assert values.getlist("b") == [1, 2]


def test_values_are_taken_out() -> None:
    values: MultiDict[str, int] = MultiDict([*PAIRS, ("c", 4)])
    assert values.pop("a") == 1
    assert "a" not in values
    assert values.poplist("b") == [2]
    assert values.poplist("b") == []
    assert values.popitem() == ("c", 4)
    assert values.pop("none", 9) == 9
    with pytest.raises(BadRequestKeyError):
        values.popitem()


def test_last_item_is_taken_out_with_all_values() -> None:
    assert MultiDict(PAIRS).popitemlist() in [("a", [1, 3]), ("b", [2])]


def test_dicts_are_merged_by_operators() -> None:
    values: MultiDict[str, int] = MultiDict({"a": 1})
    assert (values | {"b": [2, 3]}).to_dict(flat=False) == {"a": [1], "b": [2, 3]}
    values |= {"a": 4}
    assert values.getlist("a") == [1, 4]


@pytest.mark.parametrize(
    "clone", [copy.copy, lambda values: values.copy(), lambda values: MultiDict(values)]
)
def test_copy_has_lists_of_its_own(clone: Callable[[Any], Any]) -> None:
    values: MultiDict[str, int] = MultiDict(PAIRS)
    other = clone(values)
    other.add("a", 9)
    assert values.getlist("a") == [1, 3]
    assert type(other) is MultiDict


@pytest.mark.parametrize(
    "value",
    [
        MultiDict(PAIRS),
        ImmutableMultiDict(PAIRS),
        CombinedMultiDict([MultiDict(PAIRS)]),
        Headers([("A", "1"), ("a", "2")]),
        ImmutableDict({"a": 1}),
        ImmutableList([1]),
        TypeConversionDict({"a": "1"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_structure_survives_pickling(value: Any) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        found = pickle.loads(pickle.dumps(value, protocol))
        assert type(found) is type(value)
        assert found == value


# What cannot be changed


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.__setitem__("a", 1),
        lambda values: values.__delitem__("a"),
        lambda values: values.update({"a": 2}),
        lambda values: values.pop("a"),
        lambda values: values.popitem(),
        lambda values: values.clear(),
        lambda values: values.setdefault("b", 1),
    ],
)
@pytest.mark.parametrize(
    "immutable",
    [
        ImmutableDict({"a": 1}),
        ImmutableMultiDict({"a": 1}),
        ImmutableTypeConversionDict({"a": 1}),
        CombinedMultiDict([MultiDict({"a": 1})]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_immutable_dict_cannot_be_changed(immutable: Any, change: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="immutable"):
        change(immutable)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.append(3),
        lambda values: values.remove(1),
        lambda values: values.sort(),
        lambda values: values.__setitem__(0, 1),
        lambda values: values.__delitem__(0),
    ],
)
def test_immutable_list_cannot_be_changed(change: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="immutable"):
        change(ImmutableList([1, 2]))


def test_immutable_dict_has_a_hash_and_a_copy_that_changes() -> None:
    assert hash(ImmutableMultiDict(PAIRS)) == hash(ImmutableMultiDict(PAIRS))
    changed: MultiDict[str, int] = ImmutableMultiDict(PAIRS).copy()
    changed.add("a", 4)
    assert changed.getlist("a") == [1, 3, 4]
    assert type(ImmutableDict({"a": 1}).copy()) is dict


# CombinedMultiDict, CallbackDict


def test_first_of_several_dicts_wins() -> None:
    combined: CombinedMultiDict[str, str] = CombinedMultiDict(
        [MultiDict({"a": "1"}), MultiDict({"a": "2", "b": "3"})]
    )
    assert combined["a"] == "1"
    assert combined.getlist("a") == ["1", "2"]
    assert combined.getlist("a", type=int) == [1, 2]
    assert sorted(combined) == ["a", "b"]
    assert len(combined) == 2
    assert combined.to_dict(flat=False) == {"a": ["1", "2"], "b": ["3"]}


def test_changes_of_a_dict_are_reported() -> None:
    changes: list[dict[str, int]] = []
    values: CallbackDict[str, int] = CallbackDict({"a": 1}, lambda self: changes.append(dict(self)))
    values["b"] = 2
    values.pop("a")
    values.setdefault("b", 5)
    values.update(c=3)
    assert changes == [{"a": 1, "b": 2}, {"b": 2}, {"b": 2, "c": 3}]


# Headers


def test_names_of_headers_ignore_case() -> None:
    headers = Headers({"Content-Type": "text/html"})
    assert headers["content-type"] == headers.get("CONTENT-TYPE") == "text/html"
    assert "CONTENT-type" in headers


def test_header_has_several_values() -> None:
    headers = Headers([("A", "1"), ("B", "2")])
    headers.add("a", "3")
    assert headers.getlist("A") == headers.get_all("a") == ["1", "3"]
    headers["A"] = "4"
    assert list(headers) == [("A", "4"), ("B", "2")]
    headers.setlist("B", ["5", "6"])
    assert headers.getlist("b") == ["5", "6"]


def test_headers_are_reached_by_place() -> None:
    headers = Headers([("A", "1"), ("B", "2"), ("C", "3")])
    assert headers[0] == ("A", "1")
    assert list(headers[1:]) == [("B", "2"), ("C", "3")]
    del headers[0]
    headers[0] = ("D", 4)
    assert headers.to_wsgi_list() == [("D", "4"), ("C", "3")]


def test_missing_header_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Headers()["X-Missing"]
    assert Headers().get("X-Missing", 5, type=int) == 5


def test_options_become_parameters_of_a_header() -> None:
    headers = Headers()
    headers.add("Content-Disposition", "attachment", filename="a b.txt", size=3)
    headers.set("Link", "x", some_option=None, rel="next")
    assert headers["Content-Disposition"] == 'attachment; filename="a b.txt"; size=3'
    assert headers["Link"] == "x; rel=next"


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\r\nb"])
def test_line_break_in_a_header_is_refused(value: str) -> None:
    for change in (
        lambda: Headers([("A", value)]),
        lambda: Headers().add("A", value),
        lambda: Headers().__setitem__("A", value),
        lambda: Headers().setlist("A", [value]),
    ):
        with pytest.raises(ValueError, match="newline"):
            change()


def test_headers_are_removed_and_popped() -> None:
    headers = Headers([("A", "1"), ("B", "2"), ("a", "3")])
    headers.remove("A")
    assert headers.pop("B") == "2"
    assert headers.pop("B", "none") == "none"
    assert len(headers) == 0
    with pytest.raises(KeyError):
        headers.pop("B")


def test_headers_are_extended_and_updated() -> None:
    headers = Headers({"A": "1"})
    headers.extend({"A": ["2", "3"]}, B="4")
    assert headers.getlist("A") == ["1", "2", "3"]
    headers.update({"A": ["5", "6"]})
    assert headers.getlist("A") == ["5", "6"]
    assert (headers | {"B": "7"}).getlist("B") == ["7"]


def test_text_of_headers_is_as_sent() -> None:
    assert str(Headers([("A", "1"), ("B", "2")])) == "A: 1\r\nB: 2\r\n\r\n"


def test_headers_of_an_environ_are_read_only() -> None:
    headers = EnvironHeaders({"HTTP_X_A": "1", "CONTENT_TYPE": "a/b", "CONTENT_LENGTH": ""})
    assert headers["x-a"] == "1"
    assert dict(headers) == {"X-A": "1", "Content-Type": "a/b"}
    with pytest.raises(TypeError, match="immutable"):
        headers["X-A"] = "2"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x-a", ["1"]),
        ("X-A", ["1"]),
        ("x_a", []),
        ("content-type", ["a/b"]),
        ("content-length", []),
        ("missing", []),
    ],
)
def test_header_of_an_environ_is_a_list_of_one(name: str, values: list[str]) -> None:
    headers = EnvironHeaders({"HTTP_X_A": "1", "CONTENT_TYPE": "a/b", "CONTENT_LENGTH": ""})
    assert headers.getlist(name) == values


# HeaderSet, ETags


def test_header_set_ignores_case_and_keeps_order() -> None:
    values = HeaderSet(["GET", "post"])
    values.add("POST")
    values.add("Put")
    assert values.to_header() == "GET, post, Put"
    assert values.find("PUT") == 2
    assert values.find("HEAD") == -1
    values.discard("get")
    values.remove("PUT")
    assert values.as_set() == {"post"}
    assert list(values) == ["post"]
    with pytest.raises(KeyError):
        values.remove("PUT")


def test_etags_are_strong_weak_or_all() -> None:
    tags = ETags(["a"], ["b"])
    assert "a" in tags
    assert "b" not in tags
    assert tags.contains_weak("b")
    assert tags.contains_raw('W/"b"')
    assert set(tags.as_set(include_weak=True)) == {"a", "b"}
    assert tags.to_header() == '"a", W/"b"'
    assert "anything" in ETags(star_tag=True)
    assert ETags(star_tag=True).to_header() == "*"


# Accept


def test_best_match_has_the_highest_quality() -> None:
    accepted = MIMEAccept([("text/html", 1), ("application/json", 0.5), ("*/*", 0.1)])
    assert accepted.best_match(["application/json", "text/html"]) == "text/html"
    assert accepted.best_match(["image/png", "application/json"]) == "application/json"
    assert accepted.accept_html
    assert accepted.accept_json


def test_what_is_refused_is_no_match() -> None:
    accepted = MIMEAccept([("text/html", 0), ("*/*", 1)])
    assert accepted.best_match(["text/html"]) is None
    assert accepted.best_match(["text/html"], default="none") == "none"


def test_more_exact_value_wins() -> None:
    accepted = MIMEAccept([("text/*", 1), ("text/html", 1), ("*/*", 1)])
    assert accepted.best_match(["image/png", "text/plain", "text/html"]) == "text/html"


def test_language_matches_its_region_and_the_other_way_round() -> None:
    accepted = LanguageAccept([("de-AT", 1), ("en", 0.5)])
    assert accepted.best_match(["de"]) == "de"
    # An exact match comes before one of the language alone.
    assert accepted.best_match(["en", "de"]) == "en"
    assert accepted.best_match(["en-US"]) == "en-US"
    assert accepted.best_match(["fr"]) is None


def test_charset_names_are_levelled() -> None:
    accepted = CharsetAccept([("ISO-8859-1", 1), ("utf-8", 0.7)])
    assert accepted.quality("latin1") == 1
    assert accepted.quality("UTF8") == 0.7


def test_accepted_values_are_found_by_name_and_place() -> None:
    accepted = Accept([("a", 0.5), ("b", 1)])
    assert accepted.best == "b"
    assert accepted[0] == ("b", 1)
    assert accepted["a"] == 0.5
    assert "c" not in accepted
    assert accepted.index("a") == 1
    assert accepted.find("c") == -1
    assert str(accepted) == "b,a;q=0.5"


# Cache-Control, Content-Security-Policy


def test_directives_of_a_response_are_set_and_removed() -> None:
    control = ResponseCacheControl()
    control.max_age = 60
    control.public = True
    control.no_cache = "Set-Cookie"
    assert control.to_header() == "max-age=60, public, no-cache=Set-Cookie"
    control.public = False
    del control.max_age
    control.no_cache = True
    assert str(control) == "no-cache"


def test_directives_of_a_request_are_read() -> None:
    control = RequestCacheControl({"max-age": "5", "no-store": None, "max-stale": None})
    assert control.max_age == 5
    assert control.no_store
    assert not control.no_transform
    assert RequestCacheControl({"max-age": "x"}).max_age is None


def test_directives_of_a_policy_are_attributes() -> None:
    changes: list[str] = []
    policy = ContentSecurityPolicy({"default-src": "'self'"}, lambda p: changes.append(str(p)))
    policy.img_src = "*"
    del policy.default_src
    assert policy.script_src is None
    assert changes == ["default-src 'self'; img-src *", "img-src *"]


# Ranges


@pytest.mark.parametrize(
    ("ranges", "length", "expected"),
    [
        ([(0, 5)], 10, (0, 5)),
        ([(5, None)], 10, (5, 10)),
        ([(-3, None)], 10, (7, 10)),
        ([(0, 50)], 10, (0, 10)),
        ([(10, None)], 10, None),
        ([(0, 1), (2, 3)], 10, None),
        ([(0, 5)], None, None),
    ],
)
def test_range_is_fitted_to_the_length(
    ranges: list[Any], length: int | None, expected: tuple[int, int] | None
) -> None:
    assert Range("bytes", ranges).range_for_length(length) == expected


def test_range_is_dumped() -> None:
    assert Range("bytes", [(0, 5), (-3, None), (7, None)]).to_header() == "bytes=0-4,-3,7-"
    made = Range("bytes", [(0, 5)]).make_content_range(10)
    assert made is not None
    assert made.to_header() == "bytes 0-4/10"
    assert Range("bytes", [(0, 5)]).to_content_range_header(10) == "bytes 0-4/10"


def test_impossible_range_is_refused() -> None:
    with pytest.raises(ValueError, match="not a valid range"):
        Range("bytes", [(5, 2)])


def test_content_range_is_set_unset_and_reported() -> None:
    changes: list[str] = []
    content_range = ContentRange("bytes", 0, 5, 10, on_update=lambda r: changes.append(str(r)))
    content_range.set(5, 10, 10)
    content_range.units = "pages"
    content_range.unset()
    assert changes == ["bytes 0-4/10", "bytes 5-9/10", "pages 5-9/10", ""]
    assert not content_range


def test_if_range_is_dumped() -> None:
    assert IfRange("tag").to_header() == '"tag"'
    assert IfRange(date=datetime(2030, 1, 1)).to_header() == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert IfRange().to_header() == ""


# Authorization


def test_name_and_password_are_read_and_written() -> None:
    found = Authorization.from_header("Basic dXNlcjpwOmFzcw==")
    assert found is not None
    assert (found.type, found.username, found.password) == ("basic", "user", "p:ass")
    assert Authorization("basic", {"username": "ü", "password": "é"}).to_header() == (
        "Basic w7w6w6k="
    )


@pytest.mark.parametrize("text", [None, "", "Basic ####", "Basic /w=="])
def test_broken_credentials_are_none(text: str | None) -> None:
    assert Authorization.from_header(text) is None


def test_token_and_parameters_are_read() -> None:
    bearer = Authorization.from_header("Bearer abc==")
    digest = Authorization.from_header('Digest username="u", nc=00000001')
    assert bearer is not None
    assert digest is not None
    assert bearer.token == "abc=="
    assert (digest["username"], digest.nc, digest.get("missing")) == ("u", "00000001", None)


def test_way_to_authenticate_is_read_written_and_reported() -> None:
    way = WWWAuthenticate.from_header('Digest realm="a \\"b\\"", qop=auth')
    assert way is not None
    assert way.realm == 'a "b"'
    basic = WWWAuthenticate("basic", {"realm": "my shop"})
    basic["charset"] = "UTF-8"
    assert basic.to_header() == 'Basic realm="my shop", charset=UTF-8'
    assert WWWAuthenticate("negotiate", token="abc").to_header() == "Negotiate abc"


# Uploads


def test_upload_reads_like_its_file() -> None:
    upload = FileStorage(BytesIO(b"one\ntwo\n"), "a.txt", "file", "text/plain; charset=utf-8")
    assert upload.read(3) == b"one"
    upload.seek(0)
    assert list(upload) == [b"one\n", b"two\n"]
    assert (upload.mimetype, upload.mimetype_params) == ("text/plain", {"charset": "utf-8"})
    assert upload
    assert not FileStorage()
    assert repr(upload) == "<FileStorage: 'a.txt' ('text/plain; charset=utf-8')>"


def test_upload_is_saved_by_path_and_into_a_file(tmp_path: Path) -> None:
    FileStorage(BytesIO(b"text")).save(tmp_path / "a")
    target = BytesIO()
    FileStorage(BytesIO(b"text")).save(target)
    assert (tmp_path / "a").read_bytes() == target.getvalue() == b"text"


def test_upload_knows_name_and_length_from_its_file_and_headers(tmp_path: Path) -> None:
    path = tmp_path / "named.txt"
    path.write_text("text")
    with path.open("rb") as file:
        assert FileStorage(file).filename == str(path)
    assert FileStorage(headers=Headers({"Content-Length": "5"})).content_length == 5
    assert FileStorage(content_length=7).content_length == 7


def test_file_is_added_to_a_dict_by_path_or_object(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    files = FileMultiDict()
    files.add_file("one", str(path))
    files.add_file("two", BytesIO(b"x"), filename="b.png")
    assert files["one"].read() == b"text"
    assert files["one"].content_type == "text/plain"
    assert files["two"].content_type == "image/png"
    for upload in files.values():
        upload.close()
