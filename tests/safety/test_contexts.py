"""Contexts: teardown runs once, nothing leaks from one request into another, memory stays flat."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from flaskish import Flask, Response, abort, g, request, session, stream_with_context
from flaskish.globals import _cv_app, _cv_request
from tests.safety.servers import ask_asgi, ask_wsgi, make_environ


def make_app() -> tuple[Flask, Counter[str]]:
    """Make an application that counts its teardowns, by what the path asks for."""
    app = Flask("counted", static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=False)
    ended: Counter[str] = Counter()
    app.teardown_request(lambda error: ended.update(["request"]))
    app.teardown_appcontext(lambda error: ended.update(["app"]))

    @app.get("/")
    def plain() -> str:
        assert not list(g)
        g.name = request.args.get("name", "")
        session["name"] = g.name
        return str(g.name)

    @app.get("/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            for number in range(5):
                yield f"{request.path}{number}"

        return Response(stream_with_context(parts()))

    @app.get("/broken-stream")
    def broken_stream() -> Response:
        def parts() -> Iterator[str]:
            yield request.path
            raise RuntimeError("in mid-stream")

        return Response(stream_with_context(parts()))

    app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    app.add_url_rule("/abort", "abort", lambda: abort(418))
    return app, ended


def fail(*args: Any) -> Any:
    raise RuntimeError("A hook fails.")


def take_all(app: Flask, path: str) -> None:
    with suppress(RuntimeError):
        ask_wsgi(app, PATH_INFO=path)


def close_early(app: Flask, path: str) -> None:
    chunks: Any = app(make_environ(PATH_INFO=path), lambda *args: None)
    with suppress(RuntimeError):
        next(iter(chunks))
    chunks.close()


def never_take(app: Flask, path: str) -> None:
    chunks: Any = app(make_environ(PATH_INFO=path), lambda *args: None)
    chunks.close()


@pytest.mark.parametrize("path", ["/", "/stream", "/broken-stream", "/fail", "/abort", "/missing"])
@pytest.mark.parametrize("take", [take_all, close_early, never_take])
def test_teardown_runs_once_however_the_answer_ends(
    take: Callable[[Flask, str], None], path: str
) -> None:
    app, ended = make_app()
    take(app, path)
    assert ended == {"request": 1, "app": 1}
    assert _cv_request.get() is _cv_app.get() is None


@pytest.mark.parametrize("path", ["/", "/stream", "/fail", "/missing"])
@pytest.mark.parametrize("hook", ["before_request", "after_request", "url_value_preprocessor"])
def test_teardown_runs_once_if_a_hook_fails(hook: str, path: str) -> None:
    app, ended = make_app()
    getattr(app, hook)(fail)
    take_all(app, path)
    assert ended == {"request": 1, "app": 1}
    assert _cv_request.get() is _cv_app.get() is None


@pytest.mark.parametrize("kind", ["teardown_request", "teardown_appcontext"])
def test_no_context_is_left_if_a_teardown_fails(kind: str) -> None:
    app, _ = make_app()
    getattr(app, kind)(fail)
    for path in ("/", "/fail"):
        take_all(app, path)
        assert _cv_request.get() is _cv_app.get() is None


def test_nothing_leaks_between_threads() -> None:
    app, ended = make_app()
    wrong: list[str] = []

    def ask_often(name: str) -> None:
        for _ in range(50):
            if ask_wsgi(app, QUERY_STRING=f"name={name}").body != name.encode():
                wrong.append(name)

    threads = [threading.Thread(target=ask_often, args=(f"n{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert ended == {"request": 400, "app": 400}


def test_nothing_leaks_between_tasks() -> None:
    app, _ = make_app()

    @app.get("/wait")
    async def wait() -> str:
        g.name = request.args["name"]
        await asyncio.sleep(0.001)
        return f"{g.name} {request.args['name']}"

    async def ask(name: str) -> bytes:
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            parts.append(message.get("body", b""))

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/wait",
            "root_path": "",
            "query_string": f"name={name}".encode(),
            "headers": [(b"host", b"localhost")],
        }
        await app.asgi_app(scope, receive, send)
        return b"".join(parts)

    async def ask_all() -> list[bytes]:
        return await asyncio.gather(*(ask(f"n{number}") for number in range(30)))

    assert asyncio.run(ask_all()) == [f"n{number} n{number}".encode() for number in range(30)]


def grown_blocks(ask: Callable[[], object], count: int) -> int:
    """Return how many blocks of memory are left behind by requests, after some to warm up."""
    for _ in range(200):
        ask()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(count):
        ask()
    gc.collect()
    return sys.getallocatedblocks() - before


def test_20_000_requests_leave_memory_flat() -> None:
    app, ended = make_app()
    assert grown_blocks(lambda: ask_wsgi(app), 20_000) < 2_000
    assert ended["request"] == 20_200


@pytest.mark.parametrize("path", ["/stream", "/missing", "/abort"])
def test_other_requests_leave_memory_flat(path: str) -> None:
    app, _ = make_app()
    assert grown_blocks(lambda: take_all(app, path), 1_000) < 1_000


def test_urls_hosts_and_names_of_strangers_are_not_kept() -> None:
    app, _ = make_app()
    numbers = iter(range(10**6))

    def ask() -> None:
        number = next(numbers)
        line = {
            f"HTTP_X_{number}": "a",
            "HTTP_COOKIE": f"c{number}=1",
            "HTTP_ACCEPT": f"a/{number}",
        }
        ask_wsgi(app, PATH_INFO=f"/{number}", HTTP_HOST=f"h{number}.example", **line)

    for _ in range(1_000):
        ask()
    assert grown_blocks(ask, 2_000) < 2_000


def test_asgi_requests_leave_memory_flat() -> None:
    app, _ = make_app()
    assert grown_blocks(lambda: ask_asgi(app.asgi_app), 300) < 1_500
