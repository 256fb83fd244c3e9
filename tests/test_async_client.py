"""The client for tests on a running event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings

from flaskish import Flask, g, redirect, request, session
from flaskish._async_client import AsyncFlaskClient
from flaskish.testing import FlaskClient


def on_loop(test: Callable[[AsyncFlaskClient], Awaitable[None]], app: Flask) -> None:
    async def run() -> None:
        await test(app.async_test_client())

    asyncio.run(run())


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_calls_of_the_client_are_awaited(app: Flask, method: str) -> None:
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]

    @app.route("/path", methods=methods, provide_automatic_options=False)
    async def index() -> dict[str, Any]:
        loop_thread = threading.current_thread().name
        return {"method": request.method, "q": request.args["q"], "thread": loop_thread}

    async def check(client: AsyncFlaskClient) -> None:
        response = await getattr(client, method.lower())("/path?q=1")
        here = threading.current_thread().name
        assert response.status == "200 OK"
        assert response.json == {"method": method, "q": "1", "thread": here}

    on_loop(check, app)


def test_head_has_no_body(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "text")

    async def check(client: AsyncFlaskClient) -> None:
        response = await client.head("/")
        assert (response.data, response.content_length) == (b"", 4)

    on_loop(check, app)


def test_bodies_are_those_of_the_sync_client(app: Flask) -> None:
    @app.post("/")
    async def index() -> Any:
        return {"json": request.get_json(silent=True), "form": request.form}

    async def check(client: AsyncFlaskClient) -> None:
        assert (await client.post("/", json={"a": 1})).json["json"] == {"a": 1}
        assert (await client.post("/", data={"a": "1"})).json["form"] == {"a": "1"}

    on_loop(check, app)


def test_cookies_and_redirects(app: Flask) -> None:
    @app.get("/login")
    async def login() -> Any:
        session["name"] = "me"
        return redirect("/home")

    @app.get("/home")
    async def home() -> str:
        return f"{session['name']} {request.cookies['own']}"

    async def check(client: AsyncFlaskClient) -> None:
        client.set_cookie("own", "cookie")
        response = await client.get("/login", follow_redirects=True)
        assert response.text == "me cookie"
        assert [step.status_code for step in response.history] == [302]
        assert client.get_cookie("session") is not None

    on_loop(check, app)


def test_session_transaction(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        return str(session.get("name"))

    async def check(client: AsyncFlaskClient) -> None:
        async with client.session_transaction() as stored:
            stored["name"] = "me"
        assert (await client.get("/")).text == "me"

    on_loop(check, app)


@pytest.mark.parametrize("middleware", [[], ["django.middleware.csrf.CsrfViewMiddleware"]])
def test_contexts_are_kept_in_a_block(app: Flask, middleware: list[str]) -> None:
    ended: list[Any] = []

    @app.teardown_request
    async def teardown(error: BaseException | None) -> None:
        ended.append(request.path)

    @app.post("/path")
    async def index() -> str:
        g.name = "kept"
        return ""

    async def check(client: AsyncFlaskClient) -> None:
        async with client:
            assert (await client.post("/path")).status_code == 200
            assert (request.path, g.name) == ("/path", "kept")
        # Once when the request ended, and once when the block did, as in Flask.
        assert ended == ["/path", "/path"]

    with override_settings(MIDDLEWARE=middleware):
        on_loop(check, app)


def test_streams_are_received_whole(app: Flask) -> None:
    @app.get("/")
    async def index() -> Any:
        async def generate() -> AsyncIterator[str]:
            yield "a"
            yield "b"

        return generate()

    async def check(client: AsyncFlaskClient) -> None:
        assert (await client.get("/")).text == "ab"

    on_loop(check, app)


def test_error_of_a_view_reaches_the_test(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        raise LookupError("here")

    async def check(client: AsyncFlaskClient) -> None:
        with pytest.raises(LookupError, match="here"):
            await client.get("/")

    on_loop(check, app)


def test_class_of_the_application_is_used(app: Flask) -> None:
    class OwnClient(FlaskClient):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            kwargs.setdefault("headers", {})["X-Own"] = "own"
            return super().open(*args, **kwargs)

    app.test_client_class = OwnClient
    app.add_url_rule("/", "index", lambda: request.headers["X-Own"])

    async def check(client: AsyncFlaskClient) -> None:
        assert (await client.get("/")).text == "own"

    on_loop(check, app)


def test_sync_views_use_the_thread_of_the_orm(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: threading.current_thread().name)

    async def check(client: AsyncFlaskClient) -> None:
        orm_thread = await sync_to_async(threading.current_thread)()
        assert (await client.get("/")).text == orm_thread.name

    on_loop(check, app)


def test_requests_of_one_loop_run_side_by_side(app: Flask) -> None:
    arrived = []
    both = asyncio.Event()

    @app.get("/")
    async def index() -> str:
        arrived.append(1)
        if len(arrived) == 2:
            both.set()
        await both.wait()
        return "together"

    async def check(client: AsyncFlaskClient) -> None:
        other = app.async_test_client()
        answers = await asyncio.wait_for(asyncio.gather(client.get("/"), other.get("/")), 30)
        assert [answer.text for answer in answers] == ["together", "together"]

    on_loop(check, app)
