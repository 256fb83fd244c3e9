"""The handler for an application alone on an ASGI server: body, disconnects, streams, signals."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from io import TextIOWrapper
from typing import Any

import pytest
from django.core.signals import request_finished, request_started

from flaskish import Flask, Response, g, request, session, stream_with_context
from flaskish._event_loop import DisconnectWatch
from flaskish.bridge.views import reads_stream
from flaskish.globals import _cv_app, _cv_request
from flaskish.werkzeug.routing import BaseConverter

from ..asgi import Exchange, ask

FORM = [("content-type", "application/x-www-form-urlencoded")]


# The body


def test_plain_calls_read_the_body(app: Flask) -> None:
    @app.post("/")
    async def index() -> dict[str, Any]:
        return {"form": request.form, "data": request.get_data(as_text=True)}

    answer = ask(app.asgi_app, method="POST", body=[b"a=1", b"&b=2"], headers=FORM)
    assert answer.data == b'{"data":"","form":{"a":"1","b":"2"}}\n'


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_stream_is_a_file_for_everybody(app: Flask, size: int) -> None:
    class EarlyLook(BaseConverter):
        """Makes the environ and Django's request before the body has been received."""

        def to_python(self, value: str) -> str:
            assert request.environ["wsgi.input"].read() == b""
            return str(request.django.method)

    app.url_map.converters["early"] = EarlyLook

    @app.post("/<early:method>")
    async def index(method: str) -> str:
        return f"{method} {len(TextIOWrapper(request.stream).read())}"

    body = [b"x" * (size // 2)] * 2
    answer = ask(app.asgi_app, "/x", method="POST", body=body)
    assert answer.data == f"POST {size}".encode()


@pytest.mark.parametrize(
    ("method", "header", "version", "received"),
    [
        ("GET", "accept", "1.1", 0),
        ("HEAD", "accept", "1.1", 0),
        ("GET", "content-length", "1.1", 1),
        ("GET", "transfer-encoding", "1.1", 1),
        ("GET", "accept", "2", 1),
        ("DELETE", "accept", "1.1", 1),
    ],
)
def test_nothing_is_received_where_no_body_can_be(
    app: Flask, method: str, header: str, version: str, received: int
) -> None:
    app.add_url_rule("/", "index", lambda: request.get_data(), methods=["GET", "DELETE"])
    details: dict[str, Any] = {"headers": [(header, "")], "scope": {"http_version": version}}
    answer = ask(app.asgi_app, method=method, body=b"x", **details)
    assert (answer.received, answer.data) == (received, b"x" * received)


def test_large_body_is_complete(app: Flask) -> None:
    @app.post("/")
    async def index() -> str:
        return str(len(request.get_data()))

    assert ask(app.asgi_app, method="POST", body=[b"x" * 65536] * 64).data == b"4194304"


def test_body_longer_than_announced_limit_is_not_received(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10

    @app.post("/")
    async def index() -> bytes:
        return request.get_data()

    headers = [("content-length", "1000")]
    answer = ask(app.asgi_app, method="POST", body=[b"x" * 100] * 10, headers=headers)
    assert (answer.status, answer.received) == (413, 0)


def test_body_without_length_is_received_up_to_the_limit(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 250
    app.add_url_rule("/", "index", lambda: request.get_data(), methods=["POST"])
    answer = ask(app.asgi_app, method="POST", body=[b"x" * 100] * 10)
    assert (answer.status, answer.received) == (413, 3)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "\xb2", "1e3", ""])
def test_impossible_length_says_nothing(app: Flask, length: str) -> None:
    app.add_url_rule("/", "index", lambda: request.get_data(), methods=["POST"])
    answer = ask(app.asgi_app, method="POST", body=b"x", headers=[("content-length", length)])
    assert answer.status == 200


def test_view_that_never_reads_a_large_body_answers(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/", "index", lambda: "fine", methods=["POST"])
    assert ask(app.asgi_app, method="POST", body=b"x" * 100).data == b"fine"


def test_aborted_upload_ends_cleanly(app: Flask) -> None:
    ended: list[BaseException | None] = []
    app.teardown_request(ended.append)
    app.add_url_rule("/", "index", lambda: "never", methods=["POST"])

    async def run() -> Exchange:
        exchange = Exchange(method="POST", body=b"half", is_whole=False)
        exchange.disconnect()
        return await exchange.run(app.asgi_app)

    assert asyncio.run(run()).sent == []
    assert [type(error) for error in ended] == [asyncio.CancelledError]


# The raw stream


def add_upload(app: Flask) -> list[Any]:
    """Views that note what they have read by the time that a chunk arrives."""
    chunks: list[Any] = []

    @app.post("/async")
    @reads_stream
    async def upload_async() -> str:
        chunks.append(await request.stream.aread(3))  # type: ignore[attr-defined]
        async for chunk in request.stream:  # type: ignore[attr-defined]
            chunks.append(chunk)
        return "done"

    @app.post("/sync")
    @reads_stream
    def upload_sync() -> str:
        while chunk := request.stream.read(3):
            chunks.append(chunk)
        return "done"

    return chunks


@pytest.mark.parametrize(
    ("path", "read"), [("/async", [b"abc", b"d", b"efgh"]), ("/sync", [b"abc", b"def", b"gh"])]
)
def test_view_reads_the_stream_by_itself(app: Flask, path: str, read: list[bytes]) -> None:
    chunks = add_upload(app)
    assert ask(app.asgi_app, path, method="POST", body=[b"ab", b"cd", b"efgh"]).data == b"done"
    assert chunks == read


@pytest.mark.parametrize("path", ["/async", "/sync"])
def test_stream_is_read_under_wsgi_as_well(app: Flask, path: str) -> None:
    chunks = add_upload(app)
    assert app.test_client().post(path, data=b"abcdefgh").data == b"done"
    assert b"".join(chunks) == b"abcdefgh"


def test_view_starts_before_the_body_has_arrived(app: Flask) -> None:
    received: list[int] = []

    @app.post("/")
    @reads_stream
    async def index() -> str:
        received.append(request.scope["exchange"].received)
        return "early"

    answer = ask(app.asgi_app, method="POST", body=[b"x"] * 10)
    assert (answer.data, received) == (b"early", [0])


@pytest.mark.parametrize("path", ["/async", "/sync"])
def test_stream_ends_at_the_limit(app: Flask, path: str) -> None:
    add_upload(app)
    app.config["MAX_CONTENT_LENGTH"] = 5
    answer = ask(app.asgi_app, path, method="POST", body=[b"abc"] * 10)
    assert (answer.status, answer.received) == (413, 2)


@pytest.mark.parametrize("path", ["/async", "/sync"])
def test_client_that_goes_away_ends_the_stream(app: Flask, path: str) -> None:
    add_upload(app)

    async def run() -> Exchange:
        exchange = Exchange(path, method="POST", body=b"ab", is_whole=False)
        exchange.disconnect()
        return await exchange.run(app.asgi_app)

    assert asyncio.run(run()).status == 400


def test_reading_on_the_loop_plainly_is_refused(app: Flask) -> None:
    @app.post("/")
    @reads_stream
    async def index() -> bytes:
        return request.stream.read()

    with pytest.raises(RuntimeError, match="would block the event loop"):
        ask(app.asgi_app, method="POST", body=b"x")


def test_environ_is_that_of_a_wsgi_server(app: Flask) -> None:
    @app.get("/prefix/<name>")
    async def index(name: str) -> str:
        environ = request.environ
        assert environ["PATH_INFO"] == "/prefix/h\xc3\xa9"
        assert environ["QUERY_STRING"] == "q=1"
        assert environ["REMOTE_ADDR"] == "127.0.0.1"
        assert environ["HTTP_X_TWICE"] == "a,b"
        assert environ["HTTP_COOKIE"] == "a=1; b=2"
        return request.django.GET["q"]

    headers = [("x-twice", "a"), ("X-Twice", "b"), ("x_twice", "c")]
    headers += [("cookie", "a=1"), ("cookie", "b=2")]
    answer = ask(app.asgi_app, "/prefix/hé", query_string=b"q=1", headers=headers)
    assert answer.data == b"1"


@pytest.mark.parametrize("path", ["/root/page", "/page"])
def test_root_path_is_the_script_root(app: Flask, path: str) -> None:
    app.add_url_rule("/page", "page", lambda: f"{request.script_root} {request.path}")
    assert ask(app.asgi_app, path, scope={"root_path": "/root"}).data == b"/root /page"


def test_subclassed_request_is_made_by_its_constructor(app: Flask) -> None:
    class MyRequest(app.request_class):  # type: ignore[name-defined,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.mine = "mine"

    app.request_class = MyRequest
    app.add_url_rule("/", "index", lambda: request.mine + request.data.decode(), methods=["POST"])
    assert ask(app.asgi_app, method="POST", body=b" body").data == b"mine body"


def test_session_is_opened_and_saved_on_the_loop(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    cookie = ask(app.asgi_app).answer_headers[b"set-cookie"].decode()
    assert ask(app.asgi_app, headers=[("cookie", cookie.partition(";")[0])]).data == b"2"


# Disconnects


def ask_and_leave(app: Flask, leaves_after: int | None = None) -> Exchange:
    async def run() -> Exchange:
        exchange = Exchange(leaves_after=leaves_after)
        task = asyncio.ensure_future(exchange.run(app.asgi_app))
        await asyncio.wait_for(task, 30)
        assert task.cancelling() == 0
        return exchange

    return asyncio.run(run())


def leave() -> None:
    """Let the client of the current request go away."""
    request.scope["exchange"].disconnect()


@pytest.mark.parametrize("has_teardown", [False, True], ids=["no teardown", "teardown"])
def test_answer_that_is_being_sent_is_not_cancelled(app: Flask, has_teardown: bool) -> None:
    if has_teardown:
        app.teardown_request(lambda error: None)

    @app.get("/")
    async def index() -> str:
        # Long enough for a task to be listening.
        await asyncio.sleep(DisconnectWatch.DELAY * 1.5)
        return "text"

    async def run() -> Exchange:
        exchange = Exchange()
        original = exchange.send

        async def send(message: Any) -> None:
            exchange.disconnect()
            await asyncio.sleep(0.05)
            await original(message)

        exchange.send = send  # type: ignore[method-assign]
        task = asyncio.ensure_future(exchange.run(app.asgi_app))
        await asyncio.wait_for(task, 5)
        return exchange

    assert asyncio.run(run()).data == b"text"


def test_disconnect_cancels_an_async_view(app: Flask) -> None:
    events: list[Any] = []

    @app.get("/")
    async def index() -> str:
        leave()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            events.append("cancelled")
            raise
        return "never"

    app.after_request(lambda response: events.append("after") or response)

    @app.teardown_request
    async def teardown(error: BaseException | None) -> None:
        await asyncio.sleep(0.01)
        events.append(type(error))

    app.teardown_appcontext(lambda error: events.append("appcontext"))
    assert ask_and_leave(app).sent == []
    assert events == ["cancelled", asyncio.CancelledError, "appcontext"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_gone_client_is_noticed_behind_a_body_and_without_one(app: Flask, method: str) -> None:
    @app.route("/", methods=["GET", "POST"])
    async def index() -> str:
        leave()
        await asyncio.sleep(60)
        return "never"

    async def run() -> Exchange:
        return await asyncio.wait_for(Exchange(method=method).run(app.asgi_app), 30)

    assert asyncio.run(run()).sent == []


def test_sync_view_ends_though_the_client_is_gone(app: Flask) -> None:
    events = []

    @app.get("/")
    def index() -> str:
        leave()
        time.sleep(0.02)
        events.append("view")
        return ""

    app.teardown_request(lambda error: events.append("teardown"))
    ask_and_leave(app)
    assert events == ["view", "teardown"]


@pytest.mark.parametrize("kind", ["sync", "sync then async"])
def test_cancelled_request_waits_for_its_thread(app: Flask, kind: str) -> None:
    """A server that shuts down cancels the tasks of its requests."""
    events: list[str] = []
    has_begun = threading.Event()

    def work() -> str | None:
        has_begun.set()
        time.sleep(0.05)
        events.append("work")
        return "sync" if kind == "sync" else None

    app.before_request(work)

    @app.get("/")
    async def index() -> str:
        events.append("never")
        return ""

    app.teardown_request(lambda error: events.append("teardown"))

    async def run() -> None:
        task = asyncio.ensure_future(Exchange().run(app.asgi_app))
        while not has_begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert events == ["work", "teardown"]


def test_view_may_answer_though_it_was_cancelled(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        leave()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "anyway"
        return "never"

    assert ask_and_leave(app).status == 200


# Servers that do not keep to the protocol


async def run_with(app: Flask, *messages: Any) -> Exchange:
    """Answer a request whose server sends these messages, or raises them."""
    exchange = Exchange(method="POST")
    remaining = list(messages)

    async def receive() -> Any:
        if not remaining:
            await asyncio.get_running_loop().create_future()
        message = remaining.pop(0)
        if isinstance(message, Exception):
            raise message
        return message

    exchange.receive = receive  # type: ignore[method-assign]
    return await asyncio.wait_for(exchange.run(app.asgi_app), 30)


BODY = {"type": "http.request", "body": b"x"}


@pytest.mark.parametrize(
    ("messages", "data"),
    [
        ([{"type": "http.request"}], b""),
        ([BODY, BODY, BODY], b"x"),
        ([BODY, {"type": "http.surprise"}], b"x"),
    ],
    ids=["without a body", "body after the end", "unknown message after the end"],
)
def test_odd_messages_change_nothing(app: Flask, messages: list[Any], data: bytes) -> None:
    @app.post("/")
    async def index() -> bytes:
        await asyncio.sleep(DisconnectWatch.DELAY * 2)
        return request.get_data()

    assert asyncio.run(run_with(app, *messages)).data == data


def test_unknown_message_in_the_body_ends_the_request(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "never", methods=["POST"])
    messages = [{**BODY, "more_body": True}, {"type": "http.surprise"}]
    assert asyncio.run(run_with(app, *messages)).sent == []


def test_server_that_fails_cancels_the_view(app: Flask) -> None:
    @app.post("/")
    async def index() -> str:
        await asyncio.sleep(60)
        return "never"

    assert asyncio.run(run_with(app, BODY, OSError("broken"))).sent == []


def test_error_of_send_reaches_the_server_after_the_teardown(app: Flask) -> None:
    ended: list[Any] = []
    app.teardown_request(ended.append)
    app.add_url_rule("/", "index", lambda: "text")

    async def run() -> None:
        exchange = Exchange()

        async def send(message: Any) -> None:
            raise OSError("broken")

        exchange.send = send  # type: ignore[method-assign]
        with pytest.raises(OSError, match="broken"):
            await exchange.run(app.asgi_app)

    asyncio.run(run())
    assert ended == [None]


@pytest.mark.parametrize("where", ["Response", "subclass", "instance"])
def test_replaced_method_makes_the_headers(
    app: Flask, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Response.get_wsgi_headers

    def get_wsgi_headers(*args: Any) -> Any:
        response, environ = (answer, args[0]) if where == "instance" else args
        headers = original(response, environ)
        headers["X-Path"] = environ["PATH_INFO"]
        return headers

    answer = Response("text")
    if where == "Response":
        monkeypatch.setattr("flaskish.werkzeug.Response.get_wsgi_headers", get_wsgi_headers)
    elif where == "subclass":
        answer = type("Own", (Response,), {"get_wsgi_headers": get_wsgi_headers})("text")
    else:
        answer.get_wsgi_headers = get_wsgi_headers  # type: ignore[assignment,method-assign]
    app.add_url_rule("/", "index", lambda: answer)
    assert ask(app.asgi_app).answer_headers[b"x-path"] == b"/"


# Streams


def test_async_generator_is_sent_part_by_part(app: Flask) -> None:
    @app.get("/")
    async def index() -> AsyncIterator[str]:
        async def generate() -> AsyncIterator[str]:
            yield "a"
            await asyncio.sleep(0)
            yield "b"

        return generate()

    answer = ask(app.asgi_app)
    assert [message.get("body") for message in answer.sent[1:]] == [b"a", b"b", None]


def test_sync_generator_runs_in_a_thread_and_each_part_is_sent_at_once(app: Flask) -> None:
    go_on = threading.Event()

    @app.get("/")
    def index() -> Iterator[str]:
        def generate() -> Iterator[str]:
            yield "first"
            assert go_on.wait(60)
            yield threading.current_thread().name

        return generate()

    async def run() -> Exchange:
        exchange = Exchange()
        task = asyncio.ensure_future(exchange.run(app.asgi_app))
        while len(exchange.sent) < 2:
            await asyncio.sleep(0.001)
        go_on.set()
        return await task

    answer = asyncio.run(run())
    assert answer.data.startswith(b"first")
    assert threading.current_thread().name.encode() not in answer.data


def test_stream_that_never_waits_lets_others_go_on(app: Flask) -> None:
    @app.get("/")
    async def index() -> AsyncIterator[str]:
        async def generate() -> AsyncIterator[str]:
            for _ in range(10):
                time.sleep(0.002)
                yield "slow"
            for _ in range(1000):
                yield "quick"

        return generate()

    async def run() -> tuple[int, int]:
        turns = []
        exchange = Exchange()
        task = asyncio.ensure_future(exchange.run(app.asgi_app))
        while not task.done():
            turns.append(len(exchange.sent))
            await asyncio.sleep(0)
        return sum(sent < 12 for sent in turns), len(turns)

    during_slow_parts, in_all = asyncio.run(run())
    assert during_slow_parts >= 10
    assert in_all >= 10 + 1000 // 16


def test_error_in_a_sync_stream_reaches_the_server(app: Flask) -> None:
    def generate() -> Iterator[str]:
        yield "a"
        raise ZeroDivisionError

    app.add_url_rule("/", "index", generate)
    with pytest.raises(ZeroDivisionError):
        ask(app.asgi_app)


@pytest.mark.parametrize("kind", ["async", "sync"])
def test_stream_is_closed_when_the_client_goes_away(app: Flask, kind: str) -> None:
    events: list[str] = []

    async def generate_async() -> AsyncIterator[str]:
        try:
            while True:
                yield "tick"
                await asyncio.sleep(0.001)
        finally:
            await asyncio.sleep(0)
            events.append("closed")

    def generate() -> Iterator[str]:
        try:
            while True:
                yield "tick"
                time.sleep(0.001)
        finally:
            events.append("closed")

    def index() -> Response:
        stream: Any = generate_async() if kind == "async" else generate()
        response = Response(stream)
        response.call_on_close(lambda: events.append("on close"))
        return response

    app.add_url_rule("/", "index", index)
    answer = ask_and_leave(app, leaves_after=2)
    assert answer.data.startswith(b"tick")
    assert sorted(events) == ["closed", "on close"]


@pytest.mark.parametrize("goes_away", [False, True])
@pytest.mark.parametrize("kind", ["async", "sync"])
def test_stream_with_context_is_torn_down_once(app: Flask, kind: str, goes_away: bool) -> None:
    events: list[str] = []

    async def generate_async() -> AsyncIterator[str]:
        yield g.name
        if goes_away:
            await asyncio.sleep(60)
        yield request.path

    def generate() -> Iterator[str]:
        yield g.name
        if goes_away:
            time.sleep(0.02)
        yield request.path

    @app.get("/")
    async def index() -> Any:
        g.name = "name "
        return stream_with_context(generate_async() if kind == "async" else generate())

    @app.teardown_request
    async def teardown(error: BaseException | None) -> None:
        await asyncio.sleep(0)
        events.append("teardown")

    app.teardown_appcontext(lambda error: events.append("appcontext"))
    answer = ask_and_leave(app, leaves_after=1 if goes_away else None)
    assert answer.data.startswith(b"name ")
    assert events == ["teardown", "appcontext"]


def test_slow_client_holds_up_the_stream(app: Flask) -> None:
    made = []

    def generate() -> Iterator[bytes]:
        for number in range(200):
            made.append(number)
            yield b"x" * 65536

    app.add_url_rule("/", "index", generate)

    async def run() -> None:
        exchange = Exchange()
        wants_more = asyncio.Event()

        async def send(message: Any) -> None:
            await wants_more.wait()

        exchange.send = send  # type: ignore[method-assign]
        task = asyncio.ensure_future(exchange.run(app.asgi_app))
        await asyncio.sleep(0.1)
        assert len(made) < 10
        wants_more.set()
        await task

    asyncio.run(run())
    assert len(made) == 200


# Contexts and signals


def test_contexts_are_gone_after_an_error(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        raise ZeroDivisionError

    async def run() -> None:
        with pytest.raises(ZeroDivisionError):
            await Exchange().run(app.asgi_app)
        assert _cv_request.get() is None
        assert _cv_app.get() is None

    asyncio.run(run())


def test_end_is_announced_though_closing_the_response_fails(app: Flask) -> None:
    heard: list[str] = []

    def on_finish(**kwargs: Any) -> None:
        heard.append("finished")

    @app.get("/")
    def index() -> Response:
        response = Response("text")
        response.call_on_close(lambda: dict[str, str]()["missing"])
        return response

    request_finished.connect(on_finish)
    try:
        with pytest.raises(KeyError):
            ask(app.asgi_app)
    finally:
        request_finished.disconnect(on_finish)
    assert heard == ["finished"]


def test_receivers_of_others_hear_of_the_request(app: Flask) -> None:
    heard: list[str] = []

    def on_start(**kwargs: Any) -> None:
        heard.append(kwargs["scope"]["path"])

    def on_finish(**kwargs: Any) -> None:
        heard.append("finished")

    @app.get("/")
    async def index() -> str:
        heard.append("view")
        return ""

    request_started.connect(on_start)
    request_finished.connect(on_finish)
    try:
        ask(app.asgi_app)
    finally:
        request_started.disconnect(on_start)
        request_finished.disconnect(on_finish)
    assert heard == ["/", "view", "finished"]
