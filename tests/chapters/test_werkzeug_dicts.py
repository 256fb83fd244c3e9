"""Werkzeug's Data Structures: dicts of many values, headers and files, member by member."""

from __future__ import annotations

import copy
import pickle
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    CallbackDict,
    CombinedMultiDict,
    EnvironHeaders,
    FileMultiDict,
    FileStorage,
    Headers,
    ImmutableDict,
    ImmutableMultiDict,
    ImmutableTypeConversionDict,
    MultiDict,
    TypeConversionDict,
)
from flaskish.werkzeug.exceptions import BadRequest

# Dicts that convert


def test_value_of_a_converting_dict() -> None:
    values = TypeConversionDict(foo="42", bar="blub")
    assert values.get("foo", type=int) == 42
    assert values.get("bar", -1, type=int) == -1
    assert values.get("missing", type=int) is None
    assert values.get("foo", -1, type=lambda value: value + 1) == -1


@pytest.mark.parametrize("cls", [ImmutableTypeConversionDict, ImmutableDict, ImmutableMultiDict])
def test_immutable_dict_is_copied_to_a_mutable_one(cls: Any) -> None:
    values = cls({"a": "1"})
    changed = values.copy()
    changed["a"] = "2"
    assert (changed["a"], values["a"]) == ("2", "1")
    assert copy.copy(values) is values


@pytest.mark.parametrize("cls", [ImmutableTypeConversionDict, ImmutableDict, ImmutableMultiDict])
def test_immutable_dict_refuses_each_change(cls: Any) -> None:
    values = cls({"a": "1"})
    for change in (
        lambda: values.update({"b": "2"}),
        lambda: values.setdefault("a", "2"),
        lambda: values.pop("a"),
        lambda: values.popitem(),
        lambda: values.clear(),
        lambda: values.__setitem__("a", "2"),
        lambda: values.__delitem__("a"),
    ):
        with pytest.raises(TypeError, match="immutable"):
            change()  # type: ignore[no-untyped-call]
    assert isinstance(hash(values), int)


@pytest.mark.parametrize("name", ["add", "setlist", "setlistdefault"])
def test_immutable_multi_dict_refuses_more_changes(name: str) -> None:
    with pytest.raises(TypeError, match="immutable"):
        getattr(ImmutableMultiDict([("a", "1")]), name)("a", ["2"])
    for name in ("poplist", "popitemlist"):
        with pytest.raises(TypeError, match="immutable"):
            getattr(ImmutableMultiDict([("a", "1")]), name)(*["a"][: name == "poplist"])


# MultiDict


@pytest.mark.parametrize(
    "mapping",
    [
        [("a", 1), ("a", 2), ("b", 3)],
        {"a": [1, 2], "b": 3},
        {"a": (1, 2), "b": [3]},
        MultiDict([("a", 1), ("a", 2), ("b", 3)]),
        iter([("a", 1), ("a", 2), ("b", 3)]),
    ],
    ids=["pairs", "lists", "tuples", "multidict", "iterator"],
)
def test_multi_dict_is_made_of_many_kinds(mapping: Any) -> None:
    values: MultiDict[str, Any] = MultiDict(mapping)
    assert list(values.items(multi=True)) == [("a", 1), ("a", 2), ("b", 3)]
    assert repr(values) == "MultiDict([('a', 1), ('a', 2), ('b', 3)])"


def test_multi_dict_shows_first_values_or_all() -> None:
    values: MultiDict[str, Any] = MultiDict([("a", 1), ("a", 2), ("b", 3)])
    assert list(values.items()) == [("a", 1), ("b", 3)]
    assert list(values.values()) == [1, 3]
    assert list(values.lists()) == [("a", [1, 2]), ("b", [3])]
    assert list(values.listvalues()) == [[1, 2], [3]]
    assert values.to_dict() == {"a": 1, "b": 3}
    assert values.to_dict(flat=False) == {"a": [1, 2], "b": [3]}
    assert ("a" in values, "c" in values, len(values)) == (True, False, 2)


def test_multi_dict_adds_and_sets() -> None:
    values: MultiDict[str, Any] = MultiDict()
    values.add("a", 1)
    values.add("a", 2)
    assert values.getlist("a") == [1, 2]
    values["a"] = 3
    assert values.getlist("a") == [3]
    new = [4, 5]
    values.setlist("a", new)
    new.append(6)
    assert values.getlist("a") == [4, 5]


def test_multi_dict_lists_what_can_be_converted() -> None:
    values: MultiDict[str, Any] = MultiDict([("a", "1"), ("a", "x"), ("a", None), ("a", "2")])
    assert values.getlist("a", type=int) == [1, 2]
    assert values.getlist("missing") == []


def test_multi_dict_sets_defaults() -> None:
    values: MultiDict[str, Any] = MultiDict({"a": 1})
    assert values.setdefault("a", 2) == 1
    assert values.setdefault("b", 2) == 2
    assert values.setdefault("c") is None
    default = [3]
    assert values.setlistdefault("d", default) == [3]
    values.setlistdefault("d").append(4)
    assert values.getlist("d") == [3, 4]
    assert default == [3]


def test_multi_dict_pops() -> None:
    values: MultiDict[str, Any] = MultiDict([("a", 1), ("a", 2), ("b", 3), ("c", 4)])
    assert values.pop("a") == 1
    assert "a" not in values
    assert values.pop("a", None) is None
    with pytest.raises(BadRequest):
        values.pop("a")
    assert values.poplist("b") == [3]
    assert values.poplist("b") == []
    assert values.popitem() == ("c", 4)
    with pytest.raises(BadRequest):
        values.popitem()


def test_multi_dict_pops_a_key_with_its_list() -> None:
    values: MultiDict[str, Any] = MultiDict([("a", 1), ("a", 2)])
    assert values.popitemlist() == ("a", [1, 2])
    with pytest.raises(BadRequest):
        values.popitemlist()


def test_missing_key_is_a_bad_request_and_a_key_error() -> None:
    with pytest.raises(KeyError) as caught:
        MultiDict[str, str]()["missing"]
    assert isinstance(caught.value, BadRequest)


def test_multi_dict_is_copied() -> None:
    inner = ["x"]
    values: MultiDict[str, Any] = MultiDict([("a", inner)])
    assert values.copy()["a"] is values["a"]
    assert values.deepcopy()["a"] is not values["a"]
    shallow = values.copy()
    shallow.add("a", ["y"])
    assert values.getlist("a") == [["x"]]
    assert copy.deepcopy(values) == values


def test_multi_dicts_are_joined_by_operators() -> None:
    values: MultiDict[str, Any] = MultiDict([("a", 1)])
    assert (values | {"a": [2, 3], "b": 4}).to_dict(flat=False) == {"a": [1, 2, 3], "b": [4]}
    values |= [("a", 2)]
    assert values.getlist("a") == [1, 2]
    with pytest.raises(TypeError):
        _ = values | 3


# CombinedMultiDict


def test_combined_dict_reads_from_all() -> None:
    combined: CombinedMultiDict[str, Any] = CombinedMultiDict(
        [MultiDict([("a", "1"), ("a", "2")]), MultiDict([("a", "3")])]
    )
    assert combined["a"] == "1"
    assert combined.get("a", type=int) == 1
    assert combined.getlist("a") == ["1", "2", "3"]
    assert combined.to_dict(flat=False) == {"a": ["1", "2", "3"]}
    assert list(combined.keys()) == ["a"]
    assert len(combined) == 1
    with pytest.raises(BadRequest):
        combined["b"]


def test_combined_dict_follows_its_parts_but_a_copy_does_not() -> None:
    part: MultiDict[str, Any] = MultiDict([("a", "1")])
    combined: CombinedMultiDict[str, Any] = CombinedMultiDict([part])
    copied = combined.copy()
    part["b"] = "2"
    assert "b" in combined
    assert "b" not in copied
    copied["c"] = "3"
    assert type(copied) is MultiDict


def test_combined_dict_refuses_changes() -> None:
    combined: CombinedMultiDict[str, Any] = CombinedMultiDict([MultiDict([("a", "1")])])
    with pytest.raises(TypeError, match="immutable"):
        combined["a"] = "2"
    with pytest.raises(TypeError):
        CombinedMultiDict.fromkeys(["a"])


# CallbackDict


def test_each_change_of_a_dict_is_told() -> None:
    seen: list[dict[str, int]] = []
    values: CallbackDict[str, int] = CallbackDict(
        {"a": 1}, lambda values: seen.append(dict(values))
    )
    values["b"] = 2
    values.setdefault("b", 3)
    values.setdefault("c", 3)
    values.update({"d": 4})
    values.pop("d")
    values.pop("d", None)
    values.popitem()
    del values["a"]
    values.clear()
    assert seen == [
        {"a": 1, "b": 2},
        {"a": 1, "b": 2, "c": 3},
        {"a": 1, "b": 2, "c": 3, "d": 4},
        {"a": 1, "b": 2, "c": 3},
        {"a": 1, "b": 2},
        {"b": 2},
        {},
    ]


# Headers


def test_headers_are_pairs_in_order() -> None:
    headers = Headers([("X-B", "1"), ("X-A", "2")])
    headers.add("x-b", "3")
    assert list(headers) == [("X-B", "1"), ("X-A", "2"), ("x-b", "3")]
    assert list(headers.keys(lower=True)) == ["x-b", "x-a", "x-b"]
    assert list(headers.values()) == ["1", "2", "3"]
    assert ("x-b", "1") in headers.items(lower=True)
    assert headers.to_wsgi_list() == list(headers)
    assert len(headers) == 3


def test_values_of_a_header() -> None:
    headers = Headers([("Content-Length", "42"), ("X-A", "1"), ("X-A", "x")])
    assert headers["content-length"] == "42"
    assert headers.get("content-length", type=int) == 42
    assert headers.get("X-B", "default") == "default"
    assert headers.getlist("x-a", type=int) == [1]
    assert headers.get_all("X-A") == headers.getlist("X-A") == ["1", "x"]
    with pytest.raises(KeyError):
        headers["X-B"]


def test_headers_have_places() -> None:
    headers = Headers([("X-A", "1"), ("X-B", "2"), ("X-C", "3")])
    assert headers[0] == ("X-A", "1")
    assert list(headers[1:]) == [("X-B", "2"), ("X-C", "3")]
    headers[0] = ("X-D", "4")
    assert headers.pop(0) == ("X-D", "4")
    assert headers.pop() == ("X-C", "3")
    assert headers.pop("X-B") == "2"
    assert headers.pop("X-B", "default") == "default"
    with pytest.raises(KeyError):
        headers.pop("X-B")


def test_last_header_is_popped() -> None:
    assert Headers([("X-A", "1"), ("X-B", "2")]).popitem() == ("X-B", "2")


def test_headers_are_removed() -> None:
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("X-B", "3")])
    headers.remove("X-A")
    assert list(headers) == [("X-B", "3")]
    del headers["x-b"]
    assert not headers
    headers.remove("X-B")
    headers.add("X-C", "4")
    headers.clear()
    assert len(headers) == 0


@pytest.mark.parametrize("name", ["add", "add_header", "set"])
def test_parameters_of_a_header_are_named(name: str) -> None:
    headers = Headers()
    getattr(headers, name)("Content-Disposition", "attachment", filename="foo.png", a_b="c")
    assert headers["Content-Disposition"] == "attachment; filename=foo.png; a-b=c"


def test_set_header_replaces_the_first_and_removes_the_rest() -> None:
    headers = Headers([("X-A", "1"), ("X-B", "2"), ("X-A", "3")])
    headers.set("x-a", "4")
    headers.set("X-C", 5)
    assert list(headers) == [("x-a", "4"), ("X-B", "2"), ("X-C", "5")]


def test_headers_are_set_as_lists() -> None:
    headers = Headers([("X-A", "1"), ("X-A", "2")])
    headers.setlist("X-A", ["3", 4])
    assert headers.getlist("X-A") == ["3", "4"]
    headers.setlist("X-A", [])
    assert "X-A" not in headers


def test_headers_set_defaults() -> None:
    headers = Headers([("X-A", "1")])
    assert headers.setdefault("X-A", "2") == "1"
    assert headers.setdefault("X-B", 2) == "2"
    assert headers.setlistdefault("X-A", ["3"]) == ["1"]
    assert headers.setlistdefault("X-C", ["3", "4"]) == ["3", "4"]
    headers.setlistdefault("X-C", []).append("5")
    assert headers.getlist("X-C") == ["3", "4"]


@pytest.mark.parametrize(
    "more",
    [
        Headers([("X-A", "2"), ("X-A", "3")]),
        MultiDict([("X-A", "2"), ("X-A", "3")]),
        {"X-A": ["2", "3"]},
        [("X-A", "2"), ("X-A", "3")],
    ],
    ids=["headers", "multidict", "dict", "pairs"],
)
def test_headers_are_extended(more: Any) -> None:
    headers = Headers([("X-A", "1")])
    headers.extend(more)
    assert headers.getlist("X-A") == ["1", "2", "3"]


@pytest.mark.parametrize("more", [MultiDict([("X-A", "2"), ("X-A", "3")]), {"X-A": ["2", "3"]}])
def test_headers_are_updated(more: Any) -> None:
    headers = Headers([("X-A", "1"), ("X-B", "1")])
    headers.update(more, x_c="4")
    assert list(headers) == [("X-A", "2"), ("X-B", "1"), ("X-A", "3"), ("x_c", "4")]
    joined = Headers([("X-A", "1")]) | more
    assert joined.getlist("X-A") == ["2", "3"]
    joined |= {"X-A": "4"}
    assert joined.getlist("X-A") == ["4"]


def test_later_pair_updates_an_earlier_one() -> None:
    headers = Headers([("X-A", "1")])
    headers.update([("X-A", "2"), ("X-A", "3")])
    assert list(headers) == [("X-A", "3")]


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", "a\rb"])
def test_line_break_is_refused_everywhere(value: str) -> None:
    headers = Headers([("X-A", "1")])
    for change in (
        lambda: Headers([("X-A", value)]),
        lambda: headers.add("X-A", value),
        lambda: headers.set("X-A", value),
        lambda: headers.setlist("X-A", [value]),
        lambda: headers.setdefault("X-B", value),
        lambda: headers.setlistdefault("X-B", [value]),
        lambda: headers.extend([("X-A", value)]),
        lambda: headers.update({"X-A": value}),
        lambda: headers.add("X-A", "a", b=value),
    ):
        with pytest.raises(ValueError, match="newline"):
            change()  # type: ignore[no-untyped-call]


def test_copy_of_headers_is_of_its_own() -> None:
    headers = Headers([("X-A", "1")])
    copied = headers.copy()
    copied["X-A"] = "2"
    assert headers["X-A"] == "1"
    assert str(headers) == "X-A: 1\r\n\r\n"
    assert pickle.loads(pickle.dumps(headers)) == headers


def test_headers_of_an_environ_are_read_only() -> None:
    environ = {"HTTP_X_A": "1", "CONTENT_TYPE": "a/b", "CONTENT_LENGTH": "2", "other": "3"}
    headers = EnvironHeaders(environ)
    assert headers["X-A"] == "1"
    assert headers["content-type"] == "a/b"
    assert sorted(headers) == [("Content-Length", "2"), ("Content-Type", "a/b"), ("X-A", "1")]
    assert len(headers) == 3
    assert headers.getlist("x-a") == ["1"]
    for change in (
        lambda: headers.add("X-A", "2"),
        lambda: headers.add_header("X-A", "2"),
        lambda: headers.set("X-A", "2"),
        lambda: headers.setlist("X-A", ["2"]),
        lambda: headers.setdefault("X-A", "2"),
        lambda: headers.setlistdefault("X-A", ["2"]),
        lambda: headers.extend({"X-A": "2"}),
        lambda: headers.update({"X-A": "2"}),
        lambda: headers.pop("X-A"),
        lambda: headers.popitem(),
        lambda: headers.remove("X-A"),
        lambda: headers.insert(0, ("X-A", "2")),
        lambda: headers.copy(),
    ):
        with pytest.raises(TypeError):
            change()  # type: ignore[no-untyped-call]


# Files


def test_uploaded_file_behaves_like_its_stream() -> None:
    file = FileStorage(BytesIO(b"one\ntwo\n"), filename="a.txt", name="upload")
    assert (file.filename, file.name) == ("a.txt", "upload")
    assert file.readline() == b"one\n"
    assert list(file) == [b"two\n"]
    file.seek(0)
    assert file.read(3) == b"one"
    assert file.stream.tell() == 3
    assert bool(file)
    assert not FileStorage(BytesIO(b"x"), filename="")
    file.close()
    assert file.stream.closed


def test_uploaded_file_has_headers() -> None:
    file = FileStorage(
        BytesIO(b"text"), "a.txt", content_type="text/HTML; charset=utf-8", content_length=4
    )
    assert isinstance(file.headers, Headers)
    assert file.content_type == file.headers["Content-Type"] == "text/HTML; charset=utf-8"
    assert file.content_length == 4
    assert file.mimetype == "text/html"
    assert file.mimetype_params == {"charset": "utf-8"}


def test_uploaded_file_without_headers_has_no_type_or_length() -> None:
    file = FileStorage()
    assert (file.content_type, file.content_length, file.mimetype) == (None, 0, "")
    assert file.read() == b""
    assert not file


def test_uploaded_file_takes_the_name_of_its_stream(tmp_path: Path) -> None:
    path = tmp_path / "named.txt"
    path.write_bytes(b"text")
    with path.open("rb") as stream:
        assert FileStorage(stream).filename == str(path)


@pytest.mark.parametrize("kind", [str, Path])
def test_uploaded_file_is_saved_at_a_path(kind: Any, tmp_path: Path) -> None:
    destination = tmp_path / "saved"
    FileStorage(BytesIO(b"text")).save(kind(destination), buffer_size=2)
    assert destination.read_bytes() == b"text"


def test_uploaded_file_is_saved_into_a_file_that_stays_open() -> None:
    destination = BytesIO()
    FileStorage(BytesIO(b"text")).save(destination)
    assert destination.getvalue() == b"text"


def test_file_is_added_by_path_stream_or_storage(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    files = FileMultiDict()
    files.add_file("one", str(path))
    files.add_file("one", BytesIO(b"two"), filename="b.png", content_type="image/x")
    files.add_file("three", FileStorage(BytesIO(b"three"), "c.txt"))
    first, second = files.getlist("one")
    assert (first.filename, first.content_type, first.read()) == (str(path), "text/plain", b"text")
    assert (second.filename, second.content_type) == ("b.png", "image/x")
    assert files["three"].filename == "c.txt"
    first.close()
