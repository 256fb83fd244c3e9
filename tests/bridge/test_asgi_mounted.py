"""A mounted application under Django's ASGI handler: async views run on its loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, nullcontext
from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path, resolve

from flaskish import Flask, Response, g, request, session

from ..asgi import ask

SESSIONS = {
    "MIDDLEWARE": ["django.contrib.sessions.middleware.SessionMiddleware"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.file",
}


@pytest.fixture
def mounted(app: Flask) -> Iterator[Flask]:
    urls = ModuleType("project_urls")
    urls.__dict__["urlpatterns"] = [path("shop/", app.urls)]
    with override_settings(ROOT_URLCONF=urls):
        yield app


def where() -> str:
    return threading.current_thread().name


def test_async_view_runs_on_the_loop(mounted: Flask) -> None:
    @mounted.get("/<int:number>")
    async def index(number: int) -> str:
        await asyncio.sleep(0)
        return f"{request.script_root} {request.path} {number} {where()}"

    assert ask(ASGIHandler(), "/shop/3").data == f"/shop /3 3 {where()}".encode()


def test_sync_view_runs_in_a_thread(mounted: Flask) -> None:
    mounted.add_url_rule("/", "index", where)
    answer = ask(ASGIHandler(), "/shop/")
    assert answer.status == 200
    assert answer.data != where().encode()


def test_async_view_works_under_wsgi(mounted: Flask) -> None:
    @mounted.get("/")
    async def index() -> str:
        await asyncio.sleep(0)
        return request.path

    assert Client().get("/shop/").content == b"/"


def test_async_client_of_django_works(mounted: Flask) -> None:
    @mounted.post("/")
    async def index() -> dict[str, Any]:
        return {"form": request.form, "thread": where()}

    response = asyncio.run(AsyncClient().post("/shop/", {"a": "1"}))
    assert response.json() == {"form": {"a": "1"}, "thread": where()}


def test_disconnect_cancels_the_view(mounted: Flask) -> None:
    events: list[Any] = []

    @mounted.get("/")
    async def index() -> str:
        request.scope["exchange"].disconnect()
        await asyncio.sleep(60)
        return "never"

    mounted.teardown_request(lambda error: events.append(type(error)))

    assert ask(ASGIHandler(), "/shop/").sent == []
    assert events == [asyncio.CancelledError]


def test_stream_of_an_async_view(mounted: Flask) -> None:
    @mounted.get("/")
    async def index() -> AsyncIterator[str]:
        async def generate() -> AsyncIterator[str]:
            yield "a"
            await asyncio.sleep(0)
            yield "b"

        return generate()

    assert ask(ASGIHandler(), "/shop/").data == b"ab"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_stream_is_closed_when_its_iteration_is(kind: str) -> None:
    # Django's handler does no more than that if the server cannot send a part.
    ended: list[str] = []

    def generate() -> Iterator[str]:
        try:
            yield from "abc"
        finally:
            ended.append("closed")

    async def generate_async() -> AsyncIterator[str]:
        try:
            for part in "abc":
                yield part
        finally:
            ended.append("closed")

    async def run() -> None:
        response = Response(generate() if kind == "sync" else generate_async())
        async with aclosing(aiter(response)) as parts:  # type: ignore[type-var]
            assert await anext(parts) == b"a"
        assert ended == ["closed"]

    asyncio.run(run())


class Observed(ASGIHandler):
    """Django's handler; keeps the body, and may be one that cannot send."""

    def __init__(self, can_send: bool = True) -> None:
        super().__init__()
        self._can_send = can_send

    async def read_body(self, receive: Any) -> Any:
        self.body = await super().read_body(receive)
        return self.body

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        async def fail(message: Any) -> None:
            if message["type"] == "http.response.body":
                raise OSError("The server cannot send.")
            await send(message)

        await super().handle(scope, receive, send if self._can_send else fail)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("ending", ["fails", "is not sent", "is left"])
def test_stream_that_does_not_end_is_closed_once_with_its_request(
    mounted: Flask, kind: str, ending: str
) -> None:
    """Django's handler closes a response, and the body of its request, only in the last case."""
    ended: list[Any] = []

    def generate() -> Iterator[str]:
        yield "a"
        if ending == "fails":
            raise OSError("The stream fails.")
        yield from "bc" * 500

    async def generate_async() -> AsyncIterator[str]:
        for part in generate():
            await asyncio.sleep(0)
            yield part

    @mounted.post("/")
    def index() -> Response:
        response = Response(generate() if kind == "sync" else generate_async())
        response.call_on_close(lambda: ended.append("closed"))
        return response

    def finish(**kwargs: Any) -> None:
        ended.append("finished")

    handler = Observed(can_send=ending != "is not sent")
    request_finished.connect(finish)
    try:
        with nullcontext() if ending == "is left" else pytest.raises(OSError, match="The"):
            leaves_after = 1 if ending == "is left" else None
            ask(handler, "/shop/", method="POST", body=b"body", leaves_after=leaves_after)
    finally:
        request_finished.disconnect(finish)
    assert ended == ["closed", "finished"]
    assert handler.body.closed


@override_settings(**SESSIONS)
def test_session_of_the_project_needs_no_await(mounted: Flask, tmp_path: Any) -> None:
    @mounted.get("/")
    async def index() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    async def run() -> list[bytes]:
        client = AsyncClient()
        return [(await client.get("/shop/")).content for _ in range(3)]

    with override_settings(SESSION_FILE_PATH=str(tmp_path)):
        assert asyncio.run(run()) == [b"1", b"2", b"3"]


@pytest.mark.django_db(transaction=True)
def test_user_is_awaited_as_in_django(mounted: Flask) -> None:
    @mounted.get("/")
    async def index() -> str:
        return str(await request.auser())

    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    with override_settings(MIDDLEWARE=middleware):
        response: Any = asyncio.run(AsyncClient().get("/shop/"))
    assert response.content == b"AnonymousUser"


def test_middleware_may_be_sync(mounted: Flask) -> None:
    @mounted.before_request
    async def load() -> None:
        g.name = "loaded"

    @mounted.get("/")
    async def index() -> str:
        return f"{g.name} {request.django.by_middleware}"  # type: ignore[attr-defined]

    with override_settings(MIDDLEWARE=[f"{__name__}.sync_middleware"]):
        assert ask(ASGIHandler(), "/shop/").data == b"loaded yes"


def sync_middleware(get_response: Any) -> Any:
    def middleware(http_request: HttpRequest) -> HttpResponse:
        http_request.by_middleware = "yes"  # type: ignore[attr-defined]
        answer: HttpResponse = get_response(http_request)
        return answer

    return middleware


def resolve_on_a_loop(url: str) -> Any:
    async def run() -> Any:
        return resolve(url).func

    return asyncio.run(run())


def test_view_is_async_on_a_loop_only(mounted: Flask) -> None:
    @mounted.get("/")
    async def index() -> str:
        return ""

    assert iscoroutinefunction(resolve_on_a_loop("/shop/"))
    assert not iscoroutinefunction(resolve("/shop/").func)


def test_view_without_async_functions_stays_sync(mounted: Flask) -> None:
    mounted.add_url_rule("/", "index", lambda: "")
    assert not iscoroutinefunction(resolve_on_a_loop("/shop/"))


def test_view_in_a_transaction_stays_sync(mounted: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    @mounted.get("/")
    async def index() -> str:
        return ""

    monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)
    assert not iscoroutinefunction(resolve_on_a_loop("/shop/"))


def test_marks_of_a_view_function_are_seen(mounted: Flask) -> None:
    @mounted.get("/")
    async def index() -> str:
        return ""

    index.csrf_exempt = True  # type: ignore[attr-defined]
    assert resolve_on_a_loop("/shop/").csrf_exempt


@override_settings(MIDDLEWARE=["django.middleware.common.CommonMiddleware"])
def test_alone_with_middleware_async_views_run_on_the_loop(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        return where()

    assert ask(app.asgi_app).data == where().encode()
