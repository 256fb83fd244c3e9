"""The end of a request: whatever fails, each thing that waits for it is told, and told once."""

from __future__ import annotations

import asyncio
import gc
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

from flaskish import (
    Flask,
    Response,
    appcontext_tearing_down,
    g,
    request,
    request_tearing_down,
    stream_with_context,
)
from flaskish.globals import _cv_app, _cv_request
from tests.safety.servers import WAYS, make_scope, wait_for

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    + b"x" * 600_000
    + b"\r\n--b--\r\n"
)
POST = {
    "REQUEST_METHOD": "POST",
    "CONTENT_TYPE": "multipart/form-data; boundary=b",
    "CONTENT_LENGTH": str(len(FORM)),
    "body": FORM,
}


class Ends:
    """An application that counts what its requests end."""

    def __init__(self) -> None:
        self.app = app = Flask("ends", static_folder=None)
        app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=False)
        self.count: Counter[str] = Counter()
        self.uploads: list[Any] = []
        app.teardown_request(lambda error: self.count.update(["request"]))
        app.teardown_appcontext(lambda error: self.count.update(["app"]))
        app.add_url_rule("/whole", "whole", self.whole, methods=["POST"])
        app.add_url_rule("/file", "file", self.file, methods=["POST"])
        app.add_url_rule("/stream", "stream", self.stream, methods=["POST"])
        app.add_url_rule("/async", "async", self.awaited, methods=["POST"])
        app.add_url_rule("/async-stream", "async-stream", self.async_stream, methods=["POST"])

    def tell(self, response: Response) -> Response:
        """Have the closing of a response counted, and its request's upload looked at."""
        self.uploads.append(request.files["f"].stream)
        response.call_on_close(lambda: self.count.update(["response"]))
        return response

    def whole(self) -> Response:
        return self.tell(Response("whole"))

    async def awaited(self) -> Response:
        await asyncio.sleep(0)
        return self.tell(Response("awaited"))

    def file(self) -> Response:
        ends = self

        class File(io.BytesIO):
            def close(self) -> None:
                if not self.closed:
                    ends.count.update(["file"])
                super().close()

        return self.tell(Response(File(b"a file"), direct_passthrough=True))

    def stream(self) -> Response:
        def parts() -> Iterator[str]:
            yield "a"
            yield request.path

        return self.tell(Response(stream_with_context(parts())))

    def async_stream(self) -> Response:
        async def parts() -> AsyncIterator[str]:
            yield "a"
            yield request.path

        return self.tell(Response(stream_with_context(parts())))

    def check(self, **others: int) -> None:
        """Require that all has ended, each once."""
        gc.collect()
        assert self.count == {"response": 1, **others}
        assert [upload.closed for upload in self.uploads] == [True]
        assert _cv_request.get() is _cv_app.get() is None


def fail(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("A function fails.")


async def fail_later(*args: Any, **kwargs: Any) -> Any:
    await asyncio.sleep(0)
    raise RuntimeError("A function fails.")


PATHS = ("/whole", "/file", "/stream", "/async", "/async-stream")


@pytest.mark.parametrize("is_listened", [True, False])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("function", [fail, fail_later])
@pytest.mark.parametrize("kind", ["teardown_request", "teardown_appcontext"])
def test_a_failed_teardown_leaves_nothing_open(
    kind: str,
    function: Callable[..., Any],
    way: str,
    path: str,
    is_listened: bool,
    request: pytest.FixtureRequest,
    no_logs: None,
) -> None:
    finished = request.getfixturevalue("finished") if is_listened else {"finished": 1}
    ends = Ends()
    # The last one registered comes first, and those behind it are not reached, as in Flask.
    getattr(ends.app, kind)(function)
    with suppress(RuntimeError):
        WAYS[way](ends.app, PATH_INFO=path, **POST)
    others = {"app": 1} if kind == "teardown_request" else {"request": 1}
    ends.check(**others, **({"file": 1} if path == "/file" else {}))
    assert finished == {"finished": 1}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("signal", [request_tearing_down, appcontext_tearing_down])
def test_a_failed_receiver_leaves_nothing_open(
    signal: Any, way: str, path: str, finished: Counter[str], no_logs: None
) -> None:
    ends = Ends()
    with signal.connected_to(fail, ends.app), suppress(RuntimeError):
        WAYS[way](ends.app, PATH_INFO=path, **POST)
    ends.check(request=1, app=1, **({"file": 1} if path == "/file" else {}))
    assert finished == {"finished": 1}


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_the_error_of_a_teardown_goes_to_the_server(way: str) -> None:
    ends = Ends()
    ends.app.teardown_request(fail)
    with pytest.raises(RuntimeError, match="A function fails"):
        WAYS[way](ends.app, PATH_INFO="/whole", **POST)


@pytest.mark.parametrize("way", WAYS)
def test_one_function_that_fails_keeps_none_from_being_called_on_close(
    way: str, finished: Counter[str]
) -> None:
    called: list[str] = []
    app = Flask("closing", static_folder=None)

    @app.get("/")
    def index() -> Response:
        response = Response(iter(["a"]))
        response.call_on_close(lambda: called.append("first"))
        response.call_on_close(fail)
        response.call_on_close(lambda: called.append("last"))
        return response

    with suppress(RuntimeError):
        WAYS[way](app)
    assert called == ["first", "last"]
    assert finished == {"finished": 1}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("body", ["whole", "stream", "closing body"])
@pytest.mark.parametrize(
    "error",
    [StopIteration, GeneratorExit, SystemExit, KeyboardInterrupt, StopAsyncIteration, OSError],
)
def test_no_error_of_closing_keeps_anybody_waiting(
    error: type[BaseException], body: str, way: str, finished: Counter[str], no_logs: None
) -> None:
    def end() -> None:
        raise error("the end")

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a"])

        def close(self) -> None:
            end()

    app = Flask("closing", static_folder=None)

    @app.get("/")
    def index() -> Response:
        if body == "closing body":
            return Response(Body())
        response = Response("whole" if body == "whole" else iter(["a"]))
        response.call_on_close(end)
        return response

    with suppress(BaseException):
        WAYS[way](app)
    gc.collect()
    assert _cv_request.get() is _cv_app.get() is None
    wait_for(finished, 1)


# Streams that nobody takes


def sync_parts() -> Iterator[str]:
    yield request.path


async def async_parts() -> AsyncIterator[str]:
    yield request.path


@pytest.mark.parametrize("kind", ["discarded", "replaced", "kept", "failed"])
@pytest.mark.parametrize("make_parts", [sync_parts, async_parts])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("teardown", ["sync", "async"])
def test_teardown_runs_once_if_nobody_takes_a_stream(
    teardown: str, way: str, make_parts: Callable[[], Any], kind: str, no_logs: None
) -> None:
    app = Flask("streams", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    ended: Counter[str] = Counter()
    kept: list[Any] = []

    def note(error: BaseException | None) -> None:
        ended.update(["request"])

    async def note_later(error: BaseException | None) -> None:
        await asyncio.sleep(0)
        note(error)

    app.teardown_request(note if teardown == "sync" else note_later)
    app.teardown_appcontext(lambda error: ended.update(["app"]))

    @app.get("/")
    def index() -> Response:
        response = Response(stream_with_context(make_parts()))
        if kind == "discarded":
            return Response("another")
        if kind == "kept":
            kept.append(response.response)
            return Response("another")
        return response

    @app.after_request
    def replace(response: Response) -> Response:
        if kind == "failed":
            raise RuntimeError("A hook fails.")
        return Response("another") if kind == "replaced" else response

    answer = WAYS[way](app)
    assert answer.status == (500 if kind == "failed" else 200)
    # Whoever keeps a stream keeps the request.
    assert ended == ({} if kind == "kept" else {"request": 1, "app": 1}) or teardown == "async"
    kept.clear()
    gc.collect()
    assert ended == {"request": 1, "app": 1}
    assert _cv_request.get() is _cv_app.get() is None


def test_a_stream_that_is_dropped_on_a_loop_ends_its_request_there() -> None:
    app = Flask("streams", static_folder=None)
    ended: Counter[str] = Counter()

    @app.teardown_request
    async def note(error: BaseException | None) -> None:
        await asyncio.sleep(0)
        ended.update(["request"])

    @app.get("/")
    async def index() -> str:
        kept.append(stream_with_context(async_parts()))
        return "whole"

    kept: list[Any] = []

    async def ask_and_drop() -> None:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await app.asgi_app(make_scope(), receive, send)
        assert sent[0]["status"] == 200
        assert not ended
        async with app.test_request_context("/other"):
            kept.clear()
            await asyncio.gather(*app.background_tasks)
            assert ended["request"] == 1
            assert request.path == "/other"

    asyncio.run(ask_and_drop())
    assert ended["request"] == 2


# Contexts in the wrong order


def test_contexts_in_the_wrong_order_are_all_left() -> None:
    app = Flask("order", static_folder=None)
    ended: Counter[str] = Counter()
    app.teardown_request(lambda error: ended.update(["request"]))
    app.teardown_appcontext(lambda error: ended.update(["app"]))
    first, second = app.test_request_context("/1"), app.test_request_context("/2")
    first.push()
    second.push()
    with pytest.raises(AssertionError, match="Popped wrong request context"):
        first.pop()
    with suppress(AssertionError):
        second.pop()
    assert ended["request"] == 2
    for context in (first, second):
        with pytest.raises(LookupError, match="cannot be popped"):
            context.pop()
    _cv_request.set(None)
    _cv_app.set(None)


def test_a_failed_teardown_in_a_clients_block_leaves_no_context() -> None:
    ends = Ends()
    ends.app.config["PROPAGATE_EXCEPTIONS"] = True
    ends.app.teardown_request(fail)
    ends.app.add_url_rule("/", "plain", lambda: "plain")
    client = ends.app.test_client()

    def ask(times: int) -> None:
        with client:
            for _ in range(times):
                client.get("/")
                assert request.path == "/"

    for times in (1, 2):
        with pytest.raises(RuntimeError, match="A function fails"):
            ask(times)
        assert _cv_request.get() is _cv_app.get() is None
    # The second one of two requests is not made: the first one's end fails.
    assert ends.count == {"app": 2}


# A coroutine that is closed


def ask_by_hand(app: Flask, path: str) -> Any:
    """Begin to answer on no loop at all, and return the coroutine that waits."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError("Nothing is sent.")

    return app.asgi_app(make_scope(PATH_INFO=path), receive, send)


class Waits:
    def __await__(self) -> Generator[None]:
        yield


def make_waiting_app() -> tuple[Flask, Counter[str]]:
    app = Flask("waiting", static_folder=None)
    ended: Counter[str] = Counter()

    @app.teardown_request
    def note_request(error: BaseException | None) -> None:
        ended.update([f"request {type(error).__mro__[1].__name__}"])

    app.teardown_appcontext(lambda error: ended.update(["app"]))

    @app.get("/")
    async def wait() -> str:
        g.waits = True
        await Waits()
        return "over"

    return app, ended


def test_teardown_runs_once_if_the_coroutine_is_closed() -> None:
    app, ended = make_waiting_app()

    async def begin_and_close() -> None:
        coroutine = ask_by_hand(app, "/")
        coroutine.send(None)
        coroutine.close()
        assert _cv_request.get() is _cv_app.get() is None

    asyncio.run(begin_and_close())
    assert ended == {"request GeneratorExit": 1, "app": 1}


def test_a_coroutine_that_is_closed_in_another_request_ends_its_own() -> None:
    app, ended = make_waiting_app()

    async def begin(coroutine: Any) -> None:
        coroutine.send(None)

    async def begin_and_close() -> None:
        coroutine = ask_by_hand(app, "/")
        await asyncio.create_task(begin(coroutine))
        with app.test_request_context("/other"):
            assert not list(g)
            coroutine.close()
            assert request.path == "/other"

    asyncio.run(begin_and_close())
    assert ended["request GeneratorExit"] == 1
    assert ended["app"] == 2
