"""Deep nesting: JSON that a session keeps, a flash shows or an answer has is no stack of calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from flaskish import Flask, Response, flash, get_flashed_messages, jsonify, request, session
from flaskish._nesting import SessionTooDeep, count_levels
from flaskish.json.tag import JSONTag, PassDict, TaggedJSONSerializer
from tests.safety.servers import WAYS, Answer, Ask

PROJECT = {
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
}
#: Each way of serving, alone or with the application's own cookie, and with a project's session.
PLACES: dict[str, Ask] = {
    **WAYS,
    "project": partial(WAYS["mounted"], settings=PROJECT),
    "project asgi": partial(WAYS["mounted asgi"], settings=PROJECT),
}
#: The beginning and the end of a level.
SHAPES = {
    "lists": ("[", "]"),
    "dicts": ('{"a":', "}"),
    "wide dicts": ('{"a":1,"b":', "}"),
    "tags": ('{" t":', "}"),
    "escaped tags": ('{" t__":', "}"),
    "tags of markup": ('{" m":', "}"),
    "both": ('[{" di":', "}]"),
}


def nested(shape: str, levels: int) -> bytes:
    """Write JSON of some levels."""
    begin, end = SHAPES[shape]
    return (begin * levels + "0" + end * levels).encode()


def make_app() -> Flask:
    app = Flask("nested", static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=False, MAX_COOKIE_SIZE=0)

    @app.post("/keep")
    def keep() -> str:
        session["value"] = request.get_json()
        return "kept"

    @app.post("/keep-inside")
    def keep_inside() -> str:
        session["value"] = value = []
        value.append(request.get_json())
        return "kept"

    @app.get("/kept")
    def kept() -> str:
        return str(count_levels(session.get("value")))

    @app.post("/flash")
    def show_next_time() -> str:
        flash(request.get_json())
        return "kept"

    @app.get("/flashed")
    def flashed() -> str:
        return str(count_levels(get_flashed_messages()))

    @app.post("/echo")
    def echo() -> Response:
        return jsonify(request.get_json())

    return app


def send(ask: Ask, app: Flask, path: str, body: bytes, cookies: str | None = None) -> Answer:
    return ask(
        app,
        PATH_INFO=path,
        REQUEST_METHOD="POST",
        CONTENT_TYPE="application/json",
        CONTENT_LENGTH=str(len(body)),
        HTTP_COOKIE=cookies,
        body=body,
    )


def cookies_of(answer: Answer) -> str:
    return "; ".join(line.partition(";")[0] for line in answer.getlist("Set-Cookie"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", PLACES)
@pytest.mark.parametrize(
    ("keep", "show"), [("/keep", "/kept"), ("/keep-inside", "/kept"), ("/flash", "/flashed")]
)
def test_what_a_client_nests_is_kept_or_a_short_error(
    keep: str, show: str, way: str, shape: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, ask = make_app(), PLACES[way]
    outer = 0 if keep == "/keep" else 1
    for levels in (1, 300, 321, 400, 700, 800, 850, 900, 950, 980, 990, 5_000):
        caplog.clear()
        answer = send(ask, app, keep, nested(shape, levels))
        if answer.status == 200:
            shown = ask(app, PATH_INFO=show, HTTP_COOKIE=cookies_of(answer)).body
            assert int(shown) == levels * len(SHAPES[shape][1]) + outer
            assert not caplog.records
        elif answer.status == 500:
            assert levels * len(SHAPES[shape][1]) > 300
            errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
            assert errors
            assert {type(error) for error in errors} == {SessionTooDeep}
            assert len(caplog.text.splitlines()) < 150
            assert answer.get("Set-Cookie") is None
        else:
            assert answer.status == 400
            assert levels > 400


@pytest.mark.parametrize("shape", ["lists", "dicts", "wide dicts"])
@pytest.mark.parametrize("way", PLACES)
def test_a_session_keeps_many_levels(way: str, shape: str) -> None:
    app, ask = make_app(), PLACES[way]
    answer = send(ask, app, "/keep", nested(shape, 600))
    assert answer.status == 200
    shown = ask(app, PATH_INFO="/kept", HTTP_COOKIE=cookies_of(answer))
    assert shown.body == b"600"


def test_the_error_names_the_value_and_its_levels(app: Flask) -> None:
    value: Any = 0
    for _ in range(400_000):
        value = {"a": value}
    with app.test_request_context() as context:
        session["fine"], session["deep"] = 1, [value]
        with pytest.raises(SessionTooDeep, match=r"session\['deep'\] has .* Keep it flat") as info:
            app.session_interface.save_session(app, context.session, Response())
    assert len(info.traceback) < 10
    while isinstance(value, dict):
        # One by one: Python frees what is nested by calls.
        value = value["a"]


def test_a_value_that_contains_itself_is_an_error(app: Flask) -> None:
    for width in (1, 3):
        value: list[Any] = []
        value += [value] * width
        with app.test_request_context() as context:
            session["a"] = value
            with pytest.raises(SessionTooDeep, match="itself"):
                app.session_interface.save_session(app, context.session, Response())
        value.clear()


def read_levels(is_silent: bool) -> str:
    return str(count_levels(request.get_json(silent=is_silent)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("levels", [400, 900, 980, 1_000, 100_000])
def test_json_of_any_depth_is_read_or_a_bad_request(levels: int, way: str) -> None:
    for silent in (False, True):
        app = Flask("nested", static_folder=None)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.add_url_rule(
            "/read",
            "read",
            partial(
                lambda is_silent: str(count_levels(request.get_json(silent=is_silent))), silent
            ),
            methods=["POST"],
        )
        for shape in SHAPES:
            for is_debug in (False, True):
                app.debug = is_debug
                answer = send(WAYS[way], app, "/read", nested(shape, levels))
                if silent:
                    assert answer.status == 200
                else:
                    assert answer.status == 400 or int(answer.body) >= levels
                if levels == 400 and shape != "both":
                    assert answer.body == b"400"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_of_many_levels_is_sent_or_a_short_error(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    for levels in (300, 900, 950, 970, 980, 990):
        caplog.clear()
        answer = send(WAYS[way], make_app(), "/echo", nested("lists", levels))
        if answer.status == 200:
            assert answer.body.strip() == nested("lists", levels)
        else:
            assert answer.status in (400, 500)
            assert len(caplog.text.splitlines()) < 150


def test_a_response_of_too_many_levels_is_no_json() -> None:
    response = Response(nested("lists", 400_000), mimetype="application/json")
    assert response.get_json(silent=True) is None
    with pytest.raises(RecursionError):
        response.get_json()


# The serializer, which extensions use and extend


def levels_of(value: Any) -> int:
    serializer = TaggedJSONSerializer()
    return count_levels(serializer.loads(serializer.dumps(value)))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: [value],
        lambda value: (value,),
        lambda value: {"a": value},
        lambda value: {" t": value},
    ],
)
def test_the_serializer_goes_as_deep_as_json(wrap: Callable[[Any], Any]) -> None:
    value: Any = "end"
    # A tuple, and a dict that looks like a tag, are two levels of JSON each.
    for _ in range(400):
        value = wrap(value)
    assert levels_of(value) == 400


class Pair:
    def __init__(self, first: Any, second: Any) -> None:
        self.members = [first, second]


class TagPair(JSONTag):
    key = " pair"

    def check(self, value: Any) -> bool:
        return isinstance(value, Pair)

    def to_json(self, value: Any) -> Any:
        return self.serializer.tag(value.members)

    def to_python(self, value: Any) -> Pair:
        return Pair(*value)


def test_a_tag_of_somebodys_may_tag_what_is_in_it() -> None:
    serializer = TaggedJSONSerializer()
    serializer.register(TagPair, index=0)
    text = serializer.dumps({"a": [Pair((1,), {" t": b"x"})]})
    pair = serializer.loads(text)["a"][0]
    assert pair.members == [(1,), {" t": b"x"}]


class TagName(JSONTag):
    key = " name"

    def check(self, value: Any) -> bool:
        return type(value) is str and value.istitle()

    def to_json(self, value: Any) -> Any:
        return value.lower()

    def to_python(self, value: Any) -> Any:
        return value.title()


def test_a_tag_of_somebodys_sees_plain_values_too() -> None:
    serializer = TaggedJSONSerializer()
    serializer.register(TagName, index=0)
    assert serializer.tag({"a": ["Ada", "it"]}) == {"a": [{" name": "ada"}, "it"]}


class SortedDict(PassDict):
    def to_json(self, value: Any) -> Any:
        return super().to_json(dict(sorted(value.items())))


def test_a_subclass_of_a_tag_of_ours_is_asked() -> None:
    serializer = TaggedJSONSerializer()
    serializer.register(SortedDict, index=0)
    assert serializer.dumps([{"b": (1,), "a": 2}]) == '[{"a":2,"b":{" t":[1]}}]'


class Rounding(TaggedJSONSerializer):
    def tag(self, value: Any) -> Any:
        return round(value) if isinstance(value, float) else super().tag(value)

    def untag(self, value: dict[str, Any]) -> Any:
        return {key.upper(): member for key, member in super().untag(value).items()}


def test_methods_of_a_subclass_see_each_value() -> None:
    serializer = Rounding()
    assert serializer.dumps({"a": [1.7, {"b": 2.2}]}) == '{"a":[2,{"b":2}]}'
    assert serializer.loads('{"a":[{"b":2}]}') == {"A": [{"B": 2}]}


@pytest.mark.parametrize("value", [None, 1, "text", [], {}, (), {"a": ()}, {" t": {" di": []}}])
def test_values_come_back_as_they_were(value: Any) -> None:
    serializer = TaggedJSONSerializer()
    before = json.dumps(value)
    assert serializer.loads(serializer.dumps(value)) == value
    # What was tagged is a copy.
    assert json.dumps(value) == before


def test_the_log_names_the_value_that_is_too_deep(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()

    @app.get("/keep-itself")
    def keep_itself() -> str:
        # No interpreter has levels enough for that.
        value: list[Any] = []
        value.append(value)
        session["value"] = value
        return "kept"

    assert WAYS["wsgi"](app, PATH_INFO="/keep-itself").status == 500
    assert "SessionTooDeep: session['value'] has itself, or too many levels" in caplog.text
    assert len(caplog.text.splitlines()) < 100
