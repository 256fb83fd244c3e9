"""API: JSON Support and Tagged JSON: providers, functions, tags."""

from __future__ import annotations

import decimal
import io
import uuid
import weakref
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from markupsafe import Markup

from flaskish import Flask, json, jsonify, request
from flaskish.json.provider import DefaultJSONProvider, JSONProvider
from flaskish.json.tag import (
    JSONTag,
    PassDict,
    PassList,
    TagBytes,
    TagDateTime,
    TagDict,
    TaggedJSONSerializer,
    TagMarkup,
    TagTuple,
    TagUUID,
)

from ..both_ways import Asker


@dataclass
class Point:
    x: int


class TwoMethods(JSONProvider):
    """Has what a provider has to have."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return f"dumped {obj!r} {kwargs}"

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return f"loaded {s!r} {kwargs}"


def test_provider_has_two_methods_to_write(app: Flask) -> None:
    provider = JSONProvider(app)
    with pytest.raises(NotImplementedError):
        provider.dumps(1)
    with pytest.raises(NotImplementedError):
        provider.loads("1")


def test_other_methods_of_a_provider_follow(app: Flask) -> None:
    provider = TwoMethods(app)
    file = io.StringIO()
    provider.dump([1], file, a=2)
    assert file.getvalue() == "dumped [1] {'a': 2}"
    assert provider.load(io.StringIO("text"), b=3) == "loaded 'text' {'b': 3}"
    response = provider.response(1, 2)
    assert (response.get_data(), response.mimetype) == (b"dumped (1, 2) {}", "application/json")


def test_provider_holds_its_application_weakly(app: Flask) -> None:
    assert isinstance(JSONProvider(app)._app, weakref.ProxyTypes)


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((), {}, "null"),
        ((1,), {}, "1"),
        ((1, 2), {}, "[1,2]"),
        ((), {"a": 1}, '{"a":1}'),
    ],
)
def test_arguments_of_a_response(
    app: Flask, args: tuple[Any, ...], kwargs: dict[str, Any], text: str
) -> None:
    with app.app_context():
        assert app.json.response(*args, **kwargs).get_data(as_text=True) == f"{text}\n"
        assert jsonify(*args, **kwargs).get_data(as_text=True) == f"{text}\n"


def test_response_takes_values_or_members(app: Flask) -> None:
    with pytest.raises(TypeError, match=r"(?i)arg"):
        app.json.response(1, a=2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), '"Fri, 02 Jan 2026 03:04:05 GMT"'),
        (date(2026, 1, 2), '"Fri, 02 Jan 2026 00:00:00 GMT"'),
        (uuid.UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
        (decimal.Decimal("1.50"), '"1.50"'),
        (Point(1), '{"x": 1}'),
        (Markup("<b>"), '"<b>"'),
        ({"b": 1, "a": "ä"}, '{"a": "\\u00e4", "b": 1}'),
    ],
)
def test_types_of_the_default_provider(app: Flask, value: Any, text: str) -> None:
    assert app.json.dumps(value) == text


def test_attributes_of_the_default_provider(app: Flask) -> None:
    provider: Any = app.json
    provider.ensure_ascii = provider.sort_keys = provider.compact = False
    provider.mimetype = "application/vnd.own+json"
    provider.default = lambda value: f"own {type(value).__name__}"
    response = provider.response({"b": "ä", "a": object()})
    assert response.get_data(as_text=True) == '{\n  "b": "ä",\n  "a": "own object"\n}\n'
    assert response.mimetype == "application/vnd.own+json"


@pytest.mark.parametrize(
    ("is_debug", "compact", "text"),
    [
        (False, None, '{"a":1}\n'),
        (True, None, '{\n  "a": 1\n}\n'),
        (True, True, '{"a":1}\n'),
        (False, False, '{\n  "a": 1\n}\n'),
    ],
)
def test_compact_answers(app: Flask, is_debug: bool, compact: bool | None, text: str) -> None:
    app.debug = is_debug
    provider = app.json
    assert isinstance(provider, DefaultJSONProvider)
    provider.compact = compact
    assert provider.response(a=1).get_data(as_text=True) == text


def test_functions_use_the_provider_of_the_application(app: Flask) -> None:
    app.json = TwoMethods(app)
    with app.app_context():
        assert json.dumps(1, a=2) == "dumped 1 {'a': 2}"
        assert json.loads("1") == "loaded '1' {}"
        file = io.StringIO()
        json.dump(1, file)
        assert file.getvalue() == "dumped 1 {}"
        assert json.load(io.StringIO("1")) == "loaded '1' {}"


def test_functions_work_without_an_application() -> None:
    assert json.dumps({"a": uuid.UUID(int=1)}) == '{"a": "00000000-0000-0000-0000-000000000001"}'
    assert json.loads(b'{"a": 1}') == {"a": 1}
    file = io.StringIO()
    json.dump([1], file)
    file.seek(0)
    assert json.load(file) == [1]


def test_request_and_response_use_the_provider(app: Flask, ask: Asker) -> None:
    app.json = TwoMethods(app)
    app.add_url_rule("/", "index", lambda: [request.json], methods=["POST"])
    response = ask("/", "POST", data="1", content_type="application/json")
    assert response.text == """dumped ["loaded b'1' {}"] {}"""


# Tagged JSON


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1, ("a", (2,))],
        {"a": {"b": b"c"}},
        {" t": 1},
        {" di": {"a": 1}},
        Markup("<b>"),
        uuid.UUID(int=7),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    ],
    ids=repr,
)
def test_tagged_value_comes_back(value: Any) -> None:
    serializer = TaggedJSONSerializer()
    loaded = serializer.loads(serializer.dumps(value))
    assert loaded == value
    assert type(loaded) is type(value)
    assert serializer.untag({" t": [1]}) == (1,)


def test_tags_in_their_order() -> None:
    assert TaggedJSONSerializer.default_tags == [
        TagDict,
        PassDict,
        TagTuple,
        PassList,
        TagBytes,
        TagMarkup,
        TagUUID,
        TagDateTime,
    ]


class Tag(JSONTag):
    __slots__ = ()
    key = " p"

    def check(self, value: Any) -> bool:
        return isinstance(value, Point)

    def to_json(self, value: Any) -> Any:
        return value.x

    def to_python(self, value: Any) -> Any:
        return Point(value)


def test_own_tag() -> None:
    serializer = TaggedJSONSerializer()
    serializer.register(Tag, index=0)
    assert serializer.dumps([Point(1)]) == '[{" p":1}]'
    assert serializer.loads('[{" p":1}]') == [Point(1)]
    assert serializer.tag(Point(2)) == {" p": 2}
    assert type(serializer.order[0]) is Tag
    with pytest.raises(KeyError):
        serializer.register(Tag)
    serializer.register(Tag, force=True)


def test_tag_has_methods_to_write() -> None:
    tag = JSONTag(TaggedJSONSerializer())
    for call in (tag.check, tag.to_json, tag.to_python):
        with pytest.raises(NotImplementedError):
            call(1)
