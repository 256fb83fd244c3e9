"""The functions around a view, of all kinds that can be called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

import pytest
from asgiref.sync import markcoroutinefunction

from flaskish import Blueprint, Flask, Response, g
from flaskish.testing import FlaskClient


async def note(*args: Any) -> Any:
    """Note that this ran, and hand on the response if there is one."""
    await asyncio.sleep(0)
    g.notes = [*g.get("notes", ()), "noted"]
    return args[0] if args else None


def note_at_once(*args: Any) -> Any:
    g.notes = [*g.get("notes", ()), "noted"]
    return args[0] if args else None


class Noting:
    async def method(self, *args: Any) -> Any:
        return await note(*args)


@markcoroutinefunction
def marked(*args: Any) -> Any:
    return note(*args)


KINDS: dict[str, Callable[..., Any]] = {
    "async": note,
    "sync": note_at_once,
    "partial": partial(note),
    "method": Noting().method,
    "marked": marked,
    "wrapper": update_wrapper(lambda *args: note_at_once(*args), note_at_once),
}


@pytest.fixture(params=KINDS)
def function(request: pytest.FixtureRequest) -> Callable[..., Any]:
    kind: str = request.param
    return KINDS[kind]


@pytest.fixture
def notes(app: Flask) -> list[str]:
    """Return what was noted in the last request."""
    notes: list[str] = []
    app.teardown_request(lambda error: notes.extend(g.get("notes", ())))
    return notes


def add_view(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "view")


def test_function_before_the_view_may_be_of_any_kind(
    app: Flask, client: FlaskClient, function: Any, notes: list[str]
) -> None:
    add_view(app)
    app.before_request(function)
    app.before_request(function)
    assert (client.get("/").text, notes) == ("view", ["noted", "noted"])


def test_function_after_the_view_may_be_of_any_kind(
    app: Flask, client: FlaskClient, function: Any, notes: list[str]
) -> None:
    add_view(app)
    app.after_request(function)
    app.after_request(function)
    assert (client.get("/").text, notes) == ("view", ["noted", "noted"])


def test_async_function_may_answer_in_place_of_the_view(app: Flask, client: FlaskClient) -> None:
    @app.before_request
    async def answer() -> str:
        return "answered"

    add_view(app)
    assert client.get("/").text == "answered"


def test_async_function_may_replace_the_response(app: Flask, client: FlaskClient) -> None:
    @app.after_request
    async def replace(response: Response) -> Response:
        return Response("replaced")

    add_view(app)
    assert client.get("/").text == "replaced"


def test_coroutine_of_a_sync_function_is_no_answer(app: Flask, client: FlaskClient) -> None:
    given: list[Any] = []

    @app.before_request
    def give() -> Any:
        given.append(note())
        return given[0]

    add_view(app)
    with pytest.raises(TypeError, match="coroutine"):
        client.get("/")
    given[0].close()


def test_async_function_that_cannot_run_leaves_nothing_behind(app: Flask) -> None:
    """A loop runs, and the request came by WSGI."""
    app.before_request(note)
    add_view(app)

    async def ask() -> None:
        app.test_client().get("/")

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(ask())


@pytest.mark.parametrize("where", ["subclass", "class", "instance"])
def test_replaced_ensure_sync_is_asked_for_each_function(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    original = Flask.ensure_sync

    def ensure_sync(self: Flask, func: Any) -> Any:
        asked.append(func)
        return original(self, func)

    app_class = type("OwnFlask", (Flask,), {"ensure_sync": ensure_sync})
    app = app_class("app") if where == "subclass" else Flask("app")
    if where == "class":
        monkeypatch.setattr(Flask, "ensure_sync", ensure_sync)
    elif where == "instance":
        app.ensure_sync = partial(ensure_sync, app)  # type: ignore[method-assign]

    def view() -> str:
        return "view"

    app.add_url_rule("/", "index", view)
    app.before_request(note)
    app.after_request(note_at_once)
    app.test_client().get("/")
    assert asked == [note, view, note_at_once]


def test_replaced_async_to_sync_runs_async_functions(app: Flask) -> None:
    class ToolFlask(Flask):
        def async_to_sync(self, func: Any) -> Any:
            return lambda *args: f"by a tool: {asyncio.run(func(*args))}"

    app = ToolFlask("app")

    @app.before_request
    async def answer() -> str:
        return "answered"

    add_view(app)
    assert app.test_client().get("/").text == "by a tool: answered"


def test_function_may_take_itself_out_of_the_list(app: Flask, client: FlaskClient) -> None:
    @app.before_request
    def once() -> None:
        app.before_request_funcs[None].remove(once)

    add_view(app)
    assert client.get("/").text == client.get("/").text == "view"
    assert app.before_request_funcs[None] == []


def test_functions_of_blueprints_come_from_the_outside_in_and_back(
    app: Flask, client: FlaskClient
) -> None:
    order: list[str] = []

    def note_as(name: str) -> Callable[..., Any]:
        def note(*args: Any) -> Any:
            order.append(name)
            return args[0] if args else None

        return note

    outer, inner = Blueprint("outer", "app"), Blueprint("inner", "app")
    for place, name in ((app, "app"), (outer, "outer"), (inner, "inner")):
        place.before_request(note_as(f"{name} before"))
        place.after_request(note_as(f"{name} after"))
    inner.add_url_rule("/", "index", lambda: "view")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    client.get("/")
    assert order == [
        *("app before", "outer before", "inner before"),
        *("inner after", "outer after", "app after"),
    ]
