"""JSON: functions, provider, answers, and tagged JSON.

Flask: JSON Support.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from json import JSONEncoder
from typing import Any
from uuid import UUID

import pytest
from markupsafe import Markup

from flaskish import Flask, json, jsonify, request
from flaskish.json.provider import DefaultJSONProvider, JSONProvider
from flaskish.json.tag import JSONTag, TaggedJSONSerializer
from flaskish.testing import FlaskClient


@dataclass
class Point:
    x: int
    y: int


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 1, 2), '"Fri, 02 Jan 2026 00:00:00 GMT"'),
        (datetime(2026, 1, 2, 3, 4, 5), '"Fri, 02 Jan 2026 03:04:05 GMT"'),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            '"Fri, 02 Jan 2026 01:04:05 GMT"',
        ),
        (Decimal("1.10"), '"1.10"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Point(1, 2), '{"x": 1, "y": 2}'),
        (Markup("<b>"), '"<b>"'),
        ("é", '"\\u00e9"'),
        ({"b": 1, "a": 2}, '{"a": 2, "b": 1}'),
        ((1, 2), "[1, 2]"),
    ],
)
def test_types_beyond_json_are_written(app: Flask, value: object, text: str) -> None:
    assert app.json.dumps(value) == text
    with app.app_context():
        assert json.dumps(value) == text


def test_types_beyond_json_are_written_without_an_application() -> None:
    assert json.dumps(UUID(int=1)) == '"00000000-0000-0000-0000-000000000001"'
    file = io.StringIO()
    json.dump({"d": Decimal(1)}, file)
    assert file.getvalue() == '{"d": "1"}'
    assert json.loads("[1]") == [1]
    assert json.load(io.StringIO("[1]")) == [1]


def test_unknown_types_are_refused(app: Flask) -> None:
    with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
        app.json.dumps(object())


def test_keys_of_several_types_cannot_be_sorted(app: Flask) -> None:
    with pytest.raises(TypeError, match="not supported between"):
        app.json.dumps({"a": 1, 1: 2})
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.sort_keys = False
    assert app.json.dumps({"b": 1, 1: 2}) == '{"b": 1, "1": 2}'


def test_functions_ask_the_provider_of_the_application(app: Flask) -> None:
    class Loud(JSONProvider):
        def dumps(self, obj: Any, **kwargs: Any) -> str:
            return f"loud {obj} {kwargs}"

        def loads(self, s: str | bytes, **kwargs: Any) -> Any:
            return f"parsed {s!r} {kwargs}"

    app.json = Loud(app)
    file = io.StringIO()
    with app.app_context():
        assert json.dumps(1, a=2) == "loud 1 {'a': 2}"
        assert json.loads("x", a=2) == "parsed 'x' {'a': 2}"
        json.dump(1, file)
        assert file.getvalue() == "loud 1 {}"
        assert json.load(io.BytesIO(b"x")) == "parsed b'x' {}"
        assert jsonify(1).data == b"loud 1 {}"
        assert jsonify(1).mimetype == "application/json"


def test_provider_class_of_the_application_is_used() -> None:
    class OwnProvider(DefaultJSONProvider):
        @staticmethod
        def default(obj: Any) -> Any:  # type: ignore[override]
            return "own" if isinstance(obj, set) else DefaultJSONProvider.default(obj)

    class Own(Flask):
        json_provider_class = OwnProvider

    app = Own("own")
    app.add_url_rule("/", "index", lambda: {"set": {1}, "decimal": Decimal(1)})
    assert app.test_client().get("/").data == b'{"decimal":"1","set":"own"}\n'


@pytest.mark.parametrize(
    ("args", "kwargs", "body"),
    [
        ((), {}, b"null\n"),
        ((1,), {}, b"1\n"),
        ((None,), {}, b"null\n"),
        ((1, 2), {}, b"[1,2]\n"),
        (([1, 2],), {}, b"[1,2]\n"),
        ((), {"b": 1, "a": "é"}, b'{"a":"\\u00e9","b":1}\n'),
        ((OrderedDict(b=1, a=2),), {}, b'{"a":2,"b":1}\n'),
    ],
)
def test_arguments_of_jsonify(
    app: Flask, args: tuple[Any, ...], kwargs: dict[str, Any], body: bytes
) -> None:
    with app.app_context():
        response = jsonify(*args, **kwargs)
    assert response.data == body
    assert response.content_type == "application/json"


def test_jsonify_takes_values_or_members_but_not_both(app: Flask) -> None:
    with app.app_context(), pytest.raises(TypeError, match="either args or kwargs, not both"):
        jsonify(1, a=2)


def test_answers_are_indented_in_debug_mode(app: Flask) -> None:
    app.debug = True
    assert app.json.response(a=[1]).data == b'{\n  "a": [\n    1\n  ]\n}\n'
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.compact = True
    assert app.json.response(a=[1]).data == b'{"a":[1]}\n'


def test_attributes_of_the_provider_change_answers(app: Flask) -> None:
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.ensure_ascii = False
    app.json.sort_keys = False
    app.json.compact = False
    app.json.mimetype = "application/vnd.api+json"
    response = app.json.response({"b": "é", "a": 1})
    assert response.data == '{\n  "b": "é",\n  "a": 1\n}\n'.encode()
    assert response.mimetype == "application/vnd.api+json"


def test_options_count_for_the_call_they_are_given_to(app: Flask) -> None:
    class OwnEncoder(JSONEncoder):
        def default(self, o: object) -> object:
            return "own"

    value = {"b": [1], "a": "\u00e9"}
    assert app.json.dumps(value) == r'{"a": "\u00e9", "b": [1]}'
    assert app.json.dumps(value, sort_keys=False, ensure_ascii=False) == '{"b": [1], "a": "\u00e9"}'
    # A list cannot be looked up by, and may be another the next time.
    separators = [",", ":"]
    assert app.json.dumps(value, separators=separators) == r'{"a":"\u00e9","b":[1]}'
    separators[:] = [";", "="]
    assert app.json.dumps(value, separators=separators) == r'{"a"="\u00e9";"b"=[1]}'
    assert app.json.dumps(object(), cls=OwnEncoder, default=None) == '"own"'
    with pytest.raises(TypeError, match="unknown"):
        app.json.dumps(value, unknown=True)


def test_functions_for_unknown_types_may_change_at_any_time(app: Flask) -> None:
    provider = DefaultJSONProvider(app)
    for text in ("first", "second"):
        provider.default = lambda _value, text=text: text  # type: ignore[misc]
        assert provider.dumps(object()) == f'"{text}"'


@pytest.mark.parametrize(
    "text", ['{"\u00e9": 1}', "[1]", "[]", "{}", '"\u00e9"', "7", '["\ud800"]']
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_bytes_are_read_in_any_encoding_of_unicode(app: Flask, text: str, encoding: str) -> None:
    assert app.json.loads(text.encode(encoding, "surrogatepass")) == app.json.loads(text)


@pytest.mark.parametrize("body", [b"", b"{", b"[", b"{\0", b"{\xff}", b'["\xe9"]', b"\xff\xfe["])
def test_bytes_that_are_no_json_are_an_error_of_value(app: Flask, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|decode|delimiter"):
        app.json.loads(body)


def test_templates_have_tojson(app: Flask) -> None:
    template = app.jinja_env.from_string("<script>var a = {{ value|tojson }}</script>")
    text = template.render(value={"b": "</script>", "a": Decimal(1)})
    assert text == '<script>var a = {"a": "1", "b": "\\u003c/script\\u003e"}</script>'


def test_request_json_asks_the_provider(app: Flask, client: FlaskClient) -> None:
    class Upper(DefaultJSONProvider):
        def loads(self, s: str | bytes, **kwargs: Any) -> Any:
            return str(super().loads(s, **kwargs)).upper()

    app.json = Upper(app)
    app.add_url_rule("/", "index", lambda: request.json, methods=["POST"])
    assert client.post("/", data=b'"a"', content_type="application/json").data == b"A"


@pytest.mark.parametrize(
    "value",
    [
        {" t": (1, 2, 3)},
        {" t__": b"a"},
        {" di": " di"},
        {"x": (1, 2, 3), "y": 4},
        (1, 2, 3),
        [(1, 2, 3)],
        b"\xff",
        Markup("<html>"),
        UUID(int=3),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        [{"deep": [({"er": b""},)]}],
    ],
)
def test_tagged_values_come_back(value: object) -> None:
    serializer = TaggedJSONSerializer()
    assert serializer.loads(serializer.dumps(value)) == value


class TagFraction(JSONTag):
    """Complex numbers, for want of another type that nobody tags."""

    __slots__ = ()
    key = " c"

    def check(self, value: Any) -> bool:
        return isinstance(value, complex)

    def to_json(self, value: Any) -> Any:
        return [value.real, value.imag]

    def to_python(self, value: Any) -> Any:
        return complex(*value)


def test_own_tag_is_registered_once(app: Flask) -> None:
    serializer = TaggedJSONSerializer()
    with pytest.raises(TypeError):
        serializer.dumps(1j)
    serializer.register(TagFraction, index=0)
    assert serializer.loads(serializer.dumps(1 + 2j)) == 1 + 2j
    assert isinstance(serializer.order[0], TagFraction)
    with pytest.raises(KeyError, match="Tag ' c' is already registered"):
        serializer.register(TagFraction)
    serializer.register(TagFraction, force=True)
