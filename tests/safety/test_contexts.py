"""Contexts: teardown runs once, nothing leaks from one request into another, memory stays flat."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import gevent
import pytest

from flaskish import Flask, Response, abort, g, request, session, stream_with_context
from flaskish.globals import _cv_app, _cv_request
from tests.safety.servers import (
    PREFIX,
    WAYS,
    ProjectHandler,
    ask_wsgi,
    make_environ,
    make_scope,
    mounted,
    run,
    wait_for,
)


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


def ending(error: type[BaseException], kind: str) -> Callable[..., Any]:
    """Make a function, a view or a hook, that ends in an error."""

    def end(*args: Any) -> Any:
        raise error("the end")

    async def end_later(*args: Any) -> Any:
        await asyncio.sleep(0)
        raise error("the end")

    return end if kind == "sync" else end_later


ENDS = (
    SystemExit,
    KeyboardInterrupt,
    GeneratorExit,
    gevent.GreenletExit,
    asyncio.CancelledError,
    StopIteration,
    StopAsyncIteration,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("place", ["view", "before_request", "after_request", "errorhandler"])
def test_teardown_runs_once_whatever_ends_a_function(
    place: str, kind: str, way: str, finished: Counter[str], no_logs: None
) -> None:
    for number, error in enumerate(ENDS, 1):
        app, ended = make_app()
        end = ending(error, kind)
        if place == "view":
            app.view_functions["plain"] = end
        elif place == "errorhandler":
            app.view_functions["plain"] = app.view_functions["fail"]
            app.register_error_handler(500, end)
        else:
            getattr(app, place)(end)
        with suppress(BaseException):
            WAYS[way](app)
        gc.collect()
        assert ended == {"request": 1, "app": 1}, error
        assert _cv_request.get() is _cv_app.get() is None
        if way in ("wsgi", "asgi"):
            # Django's own handlers do not tell of each of these ends.
            wait_for(finished, number)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["view", "teardown_request", "errorhandler"])
def test_a_stop_iteration_keeps_nobody_waiting(place: str, way: str) -> None:
    """Such as ``next(item for item in items if ...)`` raises; no future of a thread takes it."""
    app, _ = make_app()
    stop = ending(StopIteration, "sync")
    if place == "view":
        app.view_functions["plain"] = stop
    elif place == "teardown_request":
        app.teardown_request(stop)
    else:
        app.view_functions["plain"] = app.view_functions["fail"]
        app.register_error_handler(500, stop)
    with suppress(RuntimeError, StopIteration):
        assert WAYS[way](app).status == 500


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

    assert run(ask_all()) == [f"n{number} n{number}".encode() for number in range(30)]


def check_memory(ask: Callable[[], object], count: int) -> int:
    """Make requests; fail if they leave as much as one block of memory each behind.

    :return: How many requests were made.
    """
    for _ in range(200):
        ask()
    grown: list[int] = []
    # What requests keep grows each time. Event loops and threads come and go with some.
    while not grown or (grown[-1] >= count and len(grown) < 5):
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(count):
            ask()
        gc.collect()
        grown.append(sys.getallocatedblocks() - before)
    assert grown[-1] < count, grown
    return 200 + len(grown) * count


def test_20_000_requests_leave_memory_flat() -> None:
    app, ended = make_app()
    assert check_memory(lambda: ask_wsgi(app), 20_000) == ended["request"]


FORM = (
    b"--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n"
    + b"x" * 1_000
    + b"\r\n--b--\r\n"
)
UPLOAD = {
    "PATH_INFO": "/upload",
    "REQUEST_METHOD": "POST",
    "CONTENT_TYPE": "multipart/form-data; boundary=b",
    "CONTENT_LENGTH": str(len(FORM)),
    "body": FORM,
}
ALIKE = ("/stream", "/broken-stream", "/fail", "/missing", "/abort", "/async", "/async-fail")


@pytest.mark.parametrize("way", ["alone", "mounted"])
@pytest.mark.parametrize(
    "line",
    [*({"PATH_INFO": path} for path in ALIKE), UPLOAD],
    ids=lambda line: line["PATH_INFO"],
)
def test_other_requests_leave_memory_flat(
    line: dict[str, Any], way: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = make_app()
    for logger in (app.name, "django.request"):
        # Pytest keeps what is logged, and with it the request.
        caplog.set_level(logging.CRITICAL, logger)
    app.add_url_rule("/async", "async", ending_well)
    app.add_url_rule("/async-fail", "async-fail", ending(RuntimeError, "async"))
    app.add_url_rule("/upload", "upload", lambda: request.files["f"].read(), methods=["POST"])
    with mounted(app) as handler:
        application, prefix = (app, "") if way == "alone" else (handler, PREFIX)
        changes = {**line, "PATH_INFO": f"{prefix}{line['PATH_INFO']}"}

        def ask() -> None:
            with suppress(RuntimeError):
                ask_wsgi(application, **changes)

        check_memory(ask, 600)


async def ending_well() -> str:
    await asyncio.sleep(0)
    return "well"


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
    check_memory(ask, 2_000)


def test_mounted_requests_leave_memory_flat() -> None:
    app, ended = make_app()
    with mounted(app) as handler:
        environ = {"PATH_INFO": f"{PREFIX}/"}
        assert check_memory(lambda: ask_wsgi(handler, **environ), 5_000) == ended["request"]


async def ask_on_loop(application: Any, scope: dict[str, Any], stop_after: int = 99) -> list[Any]:
    """Ask an ASGI application on the running loop; the client goes away after some messages."""
    sent: list[Any] = []
    left = asyncio.Event()
    incoming = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) >= stop_after:
            left.set()
            await asyncio.sleep(0)

    await application(scope, receive, send)
    return sent


@pytest.mark.parametrize("way", ["alone", "mounted"])
def test_asgi_requests_leave_memory_flat(way: str) -> None:
    app, ended = make_app()
    with mounted(app):
        if way == "alone":
            application: Any = app.asgi_app
            scope = make_scope()
        else:
            application, scope = ProjectHandler(), make_scope(PATH_INFO=f"{PREFIX}/")
        loop = asyncio.new_event_loop()

        def ask() -> list[Any]:
            return loop.run_until_complete(ask_on_loop(application, dict(scope)))

        try:
            assert ask()[0]["status"] == 200
            assert check_memory(ask, 2_000) + 1 == ended["request"]
        finally:
            loop.close()


@pytest.mark.parametrize("path", ["/", "/stream", "/broken-stream", "/fail", "/missing"])
@pytest.mark.parametrize("stop_after", [1, 2, 3, 99])
@pytest.mark.parametrize("way", ["alone", "mounted"])
def test_teardown_runs_once_however_an_asgi_answer_ends(
    way: str, stop_after: int, path: str
) -> None:
    app, ended = make_app()
    with suppress(RuntimeError), mounted(app):
        scope = make_scope(PATH_INFO=path if way == "alone" else f"{PREFIX}{path}")
        run(ask_on_loop(app.asgi_app if way == "alone" else ProjectHandler(), scope, stop_after))
    gc.collect()
    assert ended == {"request": 1, "app": 1}
    assert _cv_request.get() is _cv_app.get() is None


@pytest.mark.parametrize("path", ["/", "/stream", "/missing"])
@pytest.mark.parametrize("hook", ["before_request", "after_request"])
def test_teardown_runs_once_if_a_hook_of_a_mounted_application_fails(hook: str, path: str) -> None:
    app, ended = make_app()
    getattr(app, hook)(fail)
    with mounted(app) as handler:
        ask_wsgi(handler, PATH_INFO=f"{PREFIX}{path}")
    assert ended == {"request": 1, "app": 1}
    assert _cv_request.get() is _cv_app.get() is None


@pytest.mark.parametrize("way", ["alone", "mounted"])
def test_nothing_leaks_between_greenlets(way: str) -> None:
    """They take turns in the middle of views, and streams; some are closed early."""
    app, ended = make_app()

    @app.get("/turns")
    def turns() -> Response:
        assert not list(g)
        g.name = request.args["name"]
        gevent.sleep(0)

        def parts() -> Iterator[str]:
            for _ in range(3):
                gevent.sleep(0)
                yield f"{g.name} {request.args['name']};"

        return Response(stream_with_context(parts()))

    def ask(name: str, parts: int) -> bytes:
        line = {"PATH_INFO": f"{prefix}/turns", "QUERY_STRING": f"name={name}"}
        chunks: Any = application(make_environ(**line), lambda *args: None)
        taken = b"".join(islice(chunks, parts))
        chunks.close()
        assert _cv_request.get() is _cv_app.get() is None
        return taken

    with mounted(app) as handler:
        application, prefix = (app, "") if way == "alone" else (handler, PREFIX)
        jobs = [gevent.spawn(ask, f"n{number}", 1 + number % 3) for number in range(30)]
        gevent.joinall(jobs)
    assert [job.get() for job in jobs] == [
        f"n{number} n{number};".encode() * (1 + number % 3) for number in range(30)
    ]
    assert ended == {"request": 30, "app": 30}


@pytest.mark.parametrize("way", ["alone", "mounted"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_stream_that_never_waits_notices_that_the_client_is_gone(kind: str, way: str) -> None:
    """A server learns it in the next turn of the loop."""
    app = Flask("endless", static_folder=None)
    sent = 0

    def parts() -> Iterator[str]:
        while sent < 1_000_000:
            yield "part"

    async def async_parts() -> AsyncIterator[str]:
        for part in parts():
            yield part

    app.add_url_rule("/", "stream", lambda: Response(parts() if kind == "sync" else async_parts()))

    async def ask() -> None:
        left = asyncio.Event()
        incoming = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal sent
            sent += 1
            if sent == 3:
                asyncio.get_running_loop().call_soon(left.set)

        application = app.asgi_app if way == "alone" else ProjectHandler()
        path = "/" if way == "alone" else f"{PREFIX}/"
        await application(make_scope(PATH_INFO=path), receive, send)

    with mounted(app):
        run(ask())
    assert sent < 1_000_000
