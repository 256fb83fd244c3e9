"""The end of a request: whatever fails, each thing that waits for it is told, and told once."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core import signals as django_signals

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
from tests.safety.servers import WAYS, make_scope

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


@pytest.fixture
def finished() -> Iterator[Counter[str]]:
    """Count what Django is told of the ends of requests."""
    count: Counter[str] = Counter()

    def note(**kwargs: Any) -> None:
        count.update(["finished"])

    django_signals.request_finished.connect(note)
    yield count
    django_signals.request_finished.disconnect(note)


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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
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
    signal: Any, way: str, path: str, finished: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
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
    error: type[BaseException], body: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)

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
