"""Background tasks: after the response, with an application context, awaited at the end."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

from flaskish import Flask, Response, current_app, has_request_context

from .asgi import Exchange


async def ask_and_wait(app: Flask, path: str = "/") -> Exchange:
    exchange = await Exchange(path).run(app.asgi_app)
    # The task is started by a callback of the loop.
    await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*app.background_tasks), 30)
    return exchange


@pytest.mark.parametrize("view", ["sync", "async"])
@pytest.mark.parametrize("work", ["sync", "async"])
def test_task_runs_after_the_response(app: Flask, view: str, work: str) -> None:
    events: list[str] = []

    def work_sync(name: str) -> None:
        events.append(f"{name} {current_app.name} {has_request_context()}")

    async def work_async(name: str) -> None:
        await asyncio.sleep(0)
        work_sync(name)

    function = work_sync if work == "sync" else work_async

    @app.get("/sync")
    def view_sync() -> str:
        app.add_background_task(function, name="task")
        return ""

    @app.get("/async")
    async def view_async() -> str:
        return view_sync()

    app.teardown_request(lambda error: events.append("teardown"))
    asyncio.run(ask_and_wait(app, f"/{view}"))
    assert events == ["teardown", "task an_app False"]


def test_task_is_not_started_before_the_body_was_sent(app: Flask) -> None:
    events: list[str] = []

    async def work() -> None:
        events.append("task")

    @app.get("/")
    async def index() -> Any:
        app.add_background_task(work)

        async def generate() -> Any:
            await asyncio.sleep(0.01)
            events.append("sent")
            yield "a"

        return generate()

    asyncio.run(ask_and_wait(app))
    assert events == ["sent", "task"]


@pytest.mark.parametrize("kind", ["after", "teardown"])
def test_task_of_a_late_hook_runs(app: Flask, kind: str) -> None:
    done: list[int] = []
    app.add_url_rule("/", "index", lambda: "")

    @app.after_request
    def after(response: Response) -> Response:
        if kind == "after":
            app.add_background_task(done.append, 1)
        return response

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        if kind == "teardown":
            app.add_background_task(done.append, 1)

    asyncio.run(ask_and_wait(app))
    assert done == [1]


def test_under_wsgi_a_thread_does_it(app: Flask) -> None:
    done = threading.Event()
    threads = []

    async def work() -> None:
        threads.append(threading.current_thread())
        assert current_app.name == "an_app"
        done.set()

    @app.get("/")
    async def index() -> str:
        app.add_background_task(work)
        return ""

    with app.test_client().get("/"):
        assert not done.is_set()
    assert done.wait(60)
    assert threads[0] is not threading.current_thread()


def test_error_of_a_task_is_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def work() -> None:
        raise ZeroDivisionError

    @app.get("/")
    async def index() -> str:
        app.add_background_task(work)
        return ""

    asyncio.run(ask_and_wait(app))
    assert "ZeroDivisionError" in caplog.text


# The end of the server


async def live(app: Flask, work: Any) -> list[str]:
    """Run a task between the messages of a lifespan; return the types of the answers."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    answers = []

    async def receive() -> dict[str, Any]:
        if len(messages) == 1:
            app.add_background_task(work)
            await asyncio.sleep(0)
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message["type"])

    await app.asgi_app({"type": "lifespan"}, receive, send)
    return answers


def test_tasks_are_awaited_at_shutdown(app: Flask) -> None:
    events: list[str] = []
    app.after_serving(lambda: events.append("after serving"))

    async def work() -> None:
        await asyncio.sleep(0.01)
        events.append("task")

    assert asyncio.run(live(app, work)) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert events == ["task", "after serving"]


def test_tasks_that_take_too_long_are_cancelled(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"] = 0.01
    events = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            events.append("cancelled")

    assert len(asyncio.run(live(app, work))) == 2
    assert events == ["cancelled"]
    assert "1 background tasks are cancelled" in caplog.text
