"""Werkzeug's Data Structures: the examples and promises of each class."""

from __future__ import annotations

import pickle
from collections.abc import Callable
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
    EnvironHeaders,
    FileMultiDict,
    FileStorage,
    Headers,
    HeaderSet,
    ImmutableDict,
    ImmutableList,
    ImmutableMultiDict,
    ImmutableTypeConversionDict,
    MultiDict,
    Range,
    RequestCacheControl,
    ResponseCacheControl,
    TypeConversionDict,
    WWWAuthenticate,
)
from flaskish.werkzeug.exceptions import BadRequest
from flaskish.werkzeug.http import parse_cache_control_header
from flaskish.werkzeug.wrappers import Response


def test_multi_dict_gives_the_first_value_and_lists_all() -> None:
    d: MultiDict[str, Any] = MultiDict([("a", "b"), ("a", "c")])
    assert repr(d) == "MultiDict([('a', 'b'), ('a', 'c')])"
    assert (d["a"], d.getlist("a"), "a" in d) == ("b", ["b", "c"], True)
    assert list(d.items()) == [("a", "b")]
    assert list(d.items(multi=True)) == [("a", "b"), ("a", "c")]


def test_multi_dict_is_zipped_of_keys_and_lists() -> None:
    d: MultiDict[str, Any] = MultiDict({"foo": [1, 2, 3]})
    assert list(zip(d.keys(), d.listvalues(), strict=True)) == list(d.lists())


def test_popped_key_takes_its_other_values_along() -> None:
    d: MultiDict[str, Any] = MultiDict({"foo": [1, 2, 3]})
    assert d.pop("foo") == 1
    assert "foo" not in d
    assert d.poplist("foo") == []


def test_update_extends_and_leaves_out_empty_lists() -> None:
    a: MultiDict[str, int] = MultiDict({"x": 1})
    b: MultiDict[str, int] = MultiDict({"x": 2, "y": 3})
    a.update(b)
    assert (a.getlist("x"), a.getlist("y")) == ([1, 2], [3])
    a.update({"empty": []})
    assert "empty" not in a


def test_list_that_is_set_by_default_can_be_changed() -> None:
    d: MultiDict[str, Any] = MultiDict({"foo": 1})
    d.setlistdefault("foo").extend([2, 3])
    assert d.getlist("foo") == [1, 2, 3]


def test_list_of_headers_that_is_set_by_default_is_a_copy() -> None:
    headers = Headers()
    headers.setlistdefault("X-A", ["1"]).append("2")
    assert headers.getlist("x-a") == ["1"]


@pytest.mark.parametrize("kind", [TypeConversionDict, ImmutableTypeConversionDict, MultiDict])
def test_value_is_converted_or_the_default(kind: Any) -> None:
    d = kind({"foo": "42", "bar": "blub"})
    assert d.get("foo", type=int) == 42
    assert d.get("bar", -1, type=int) == -1
    assert d.get("bar", type=int) is None


def test_combined_dict_reads_from_all() -> None:
    post: MultiDict[str, str] = MultiDict([("foo", "bar")])
    get: MultiDict[str, str] = MultiDict([("blub", "blah")])
    combined = CombinedMultiDict([get, post])
    assert (combined["foo"], combined["blub"]) == ("bar", "blah")
    copied = combined.copy()
    post["foo"] = "changed"
    assert (combined["foo"], copied["foo"]) == ("changed", "bar")
    copied["new"] = "mutable"


@pytest.mark.parametrize("empty", [MultiDict(), CombinedMultiDict([]), ImmutableMultiDict()])
def test_missing_key_is_a_bad_request(empty: Any) -> None:
    with pytest.raises(KeyError) as caught:
        empty["missing"]
    assert isinstance(caught.value, BadRequest)


@pytest.mark.parametrize(
    "value",
    [ImmutableDict(a=1), ImmutableMultiDict({"a": 1}), ImmutableTypeConversionDict(a=1)],
)
def test_immutable_dict_has_a_mutable_copy(value: Any) -> None:
    with pytest.raises(TypeError, match="immutable"):
        value["a"] = 2
    copied = value.copy()
    copied["a"] = 2
    assert (value["a"], copied["a"]) == (1, 2)


def test_immutable_list_is_no_longer_changed() -> None:
    with pytest.raises(TypeError, match="immutable"):
        ImmutableList([1]).append(2)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value",
    [
        MultiDict([("a", 1), ("a", 2)]),
        ImmutableMultiDict([("a", 1), ("a", 2)]),
        TypeConversionDict(a=1),
        ImmutableDict(a=1),
        ImmutableList([1]),
        CombinedMultiDict([MultiDict({"a": 1})]),
    ],
)
def test_structure_is_pickled_in_each_protocol(value: Any, protocol: int) -> None:
    other = pickle.loads(pickle.dumps(value, protocol))
    assert type(other) is type(value)
    assert other == value


def test_dict_with_a_file_is_not_pickled(tmp_path: Path) -> None:
    files = FileMultiDict()
    path = tmp_path / "a.txt"
    path.write_text("a")
    with path.open("rb") as file:
        files.add_file("f", file)
        with pytest.raises(TypeError):
            pickle.dumps(files)


def test_file_is_added_with_name_and_type() -> None:
    files = FileMultiDict()
    files.add_file("f", BytesIO(b"a"), filename="a.txt", content_type="text/x")
    file = files["f"]
    assert (file.name, file.filename, file.content_type) == ("f", "a.txt", "text/x")
    assert file.read() == file.getvalue() == b"a"


def test_file_is_saved_into_an_open_file_that_stays_open(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as target:
        FileStorage(BytesIO(b"abc")).save(target, buffer_size=1)
        assert not target.closed
    assert (tmp_path / "a.txt").read_bytes() == b"abc"


def test_headers_give_their_values_in_order() -> None:
    headers = Headers([("Content-Length", "42"), ("X-A", "1"), ("x-a", "2")])
    assert headers.get("Content-Length", type=int) == 42
    assert list(headers) == [("Content-Length", "42"), ("X-A", "1"), ("x-a", "2")]
    assert headers.getlist("X-A", type=int) == [1, 2]


def test_header_takes_parameters() -> None:
    headers = Headers()
    headers.add("Content-Type", "text/plain")
    headers.add("Content-Disposition", "attachment", filename="foo.png", file_size=3)
    assert headers["content-disposition"] == "attachment; filename=foo.png; file-size=3"


def test_header_that_is_set_replaces_the_first_or_comes_last() -> None:
    headers = Headers([("A", "1"), ("B", "2"), ("A", "3")])
    headers.set("a", "4")
    headers.set("C", "5")
    assert [value for _, value in headers] == ["4", "2", "5"]


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: Headers([("X-A", "a\nb")]),
        lambda headers: headers.add("X-A", "a\nb"),
        lambda headers: headers.set("X-A", "a\rb"),
        lambda headers: headers.setlist("X-A", ["a", "b\n"]),
        lambda headers: headers.extend({"X-A": "a\r\nb"}),
        lambda headers: headers.update({"X-A": "a\r\nb"}),
    ],
)
def test_line_break_in_a_header_is_refused(change: Callable[[Headers], Any]) -> None:
    with pytest.raises(ValueError, match="newline"):
        change(Headers())


def test_headers_are_joined_by_operators() -> None:
    headers = Headers({"A": "1"})
    assert list(headers | {"B": "2"}) == [("A", "1"), ("B", "2")]
    headers |= {"A": "3"}
    assert list(headers) == [("A", "3")]


def test_headers_of_an_environ_follow_it() -> None:
    environ = {"HTTP_X_A": "1", "CONTENT_TYPE": "text/x"}
    headers = EnvironHeaders(environ)
    environ["HTTP_X_A"] = "2"
    assert (headers["x-a"], headers["Content-Type"]) == ("2", "text/x")
    with pytest.raises(TypeError):
        headers["X-A"] = "3"  # type: ignore[index]


def test_header_set_is_shown_and_ignores_case() -> None:
    values = HeaderSet(["foo", "bar", "baz"])
    assert repr(values) == "HeaderSet(['foo', 'bar', 'baz'])"
    assert "FOO" in values
    with pytest.raises(KeyError):
        values.remove("missing")
    values.discard("missing")
    assert values.find("missing") == -1
    with pytest.raises(IndexError):
        values.index("missing")


def test_accepted_charsets_are_levelled() -> None:
    accept = CharsetAccept([("ISO-8859-1", 1), ("utf-8", 0.7)])
    assert accept.best == "ISO-8859-1"
    assert ("iso-8859-1" in accept, "UTF8" in accept, "utf7" in accept) == (True, True, False)
    assert (accept["utf-8"], accept["utf7"]) == (0.7, 0)


def test_accepted_values_keep_their_order_and_cannot_be_changed() -> None:
    accept = Accept([("b", 0.5), ("a", 0.5), ("c", 1)])
    assert list(accept.values()) == ["c", "b", "a"]
    with pytest.raises(ValueError, match="x"):
        accept.index("x")
    with pytest.raises(TypeError, match="immutable"):
        accept.append(("d", 1))


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("max-age", "max_age", None),
        ("max-age=7", "max_age", 7),
        ("max-age=x", "max_age", None),
        ("no-cache", "no_cache", True),
        ("max-stale", "max_stale", True),
        ("max-stale=7", "max_stale", 7),
        ("no-transform", "no_transform", True),
        ("min-fresh", "min_fresh", None),
    ],
)
def test_directive_of_a_request(header: str, name: str, value: Any) -> None:
    control = parse_cache_control_header(header)
    assert isinstance(control, RequestCacheControl)
    assert getattr(control, name) == value
    with pytest.raises(TypeError):
        control["max-age"] = "1"


def test_directives_of_a_response_are_written_as_text() -> None:
    control = ResponseCacheControl()
    control.max_age = 7
    control.public = True
    control.no_store = False
    assert dict(control) == {"max-age": "7", "public": None}
    assert str(control) == control.to_header() == "max-age=7, public"
    assert not hasattr(control, "min_fresh")
    assert not hasattr(RequestCacheControl(), "public")


def test_credentials_are_attributes_and_items() -> None:
    auth = Authorization("basic", {"username": "ann", "password": "ä"})
    assert auth["username"] == auth.username == auth.get("username") == "ann"
    assert "password" in auth
    assert Authorization.from_header(auth.to_header()) == auth
    token = Authorization.from_header("Bearer abc")
    assert token is not None
    assert (token.type, token.token, token.parameters) == ("bearer", "abc", {})


def test_change_of_a_way_to_authenticate_changes_the_header() -> None:
    response = Response()
    response.www_authenticate = WWWAuthenticate("basic", {"realm": "a"})
    assert response.headers["WWW-Authenticate"] == "Basic realm=a"
    response.www_authenticate.realm = "b"
    assert response.headers["WWW-Authenticate"] == "Basic realm=b"


@pytest.mark.parametrize("ranges", [[(5, 2)], [(-1, 2)], [(None, None)]])
def test_impossible_range_is_refused(ranges: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Range("bytes", ranges)


def test_change_of_a_dict_is_told_with_the_dict() -> None:
    seen: list[Any] = []
    d: CallbackDict[str, int] = CallbackDict({"a": 1}, seen.append)
    d["b"] = 2
    assert seen == [d]
