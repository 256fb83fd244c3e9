"""What runs around all requests of an ASGI server, and what is no request at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from flaskish import Flask, current_app


def live(app: Flask, *types: str) -> list[dict[str, Any]]:
    """Send messages of a lifespan; return the answers."""
    messages = [{"type": f"lifespan.{name}"} for name in types or ("startup", "shutdown")]
    answers = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    asyncio.run(app.asgi_app({"type": "lifespan"}, receive, send))
    return answers


def test_hooks_run_in_order_with_an_application_context(app: Flask) -> None:
    events: list[str] = []

    def note(event: str) -> None:
        events.append(f"{event} {current_app.name}")

    @app.before_serving
    async def before() -> None:
        note("before")

    @app.before_serving
    def before_sync() -> None:
        note("before sync")

    @app.while_serving
    async def around() -> AsyncIterator[None]:
        note("enter")
        yield
        note("exit")

    @app.while_serving
    def around_sync() -> Iterator[None]:
        note("enter sync")
        yield
        note("exit sync")

    @app.after_serving
    async def after() -> None:
        note("after")

    assert [answer["type"] for answer in live(app)] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    order = ["before", "before sync", "enter", "enter sync", "exit sync", "exit", "after"]
    assert events == [f"{event} an_app" for event in order]


@pytest.mark.parametrize("kind", ["before_serving", "after_serving"])
def test_failing_hook_is_told_to_the_server(app: Flask, kind: str) -> None:
    def fail() -> None:
        raise LookupError("no database")

    getattr(app, kind)(fail)
    name = "startup" if kind == "before_serving" else "shutdown"
    assert live(app)[-1] == {"type": f"lifespan.{name}.failed", "message": "no database"}


def test_hooks_are_registered_before_the_first_request(app: Flask) -> None:
    app.test_client().get("/")
    with pytest.raises(AssertionError, match="setup method 'before_serving'"):
        app.before_serving(lambda: None)


def test_unknown_message_of_a_lifespan_is_an_error(app: Flask) -> None:
    with pytest.raises(ValueError, match=r"no message 'lifespan\.pause'"):
        live(app, "pause")


def test_websocket_is_closed_before_it_is_accepted(app: Flask) -> None:
    sent = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app.asgi_app({"type": "websocket", "path": "/"}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_unknown_scope_is_an_error(app: Flask) -> None:
    with pytest.raises(ValueError, match="HTTP only, not 'telnet'"):
        asyncio.run(app.asgi_app({"type": "telnet"}, None, None))
