"""A request as steps: the same functions in the same order as in a thread, and few threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404

from flaskish import Blueprint, Flask, _event_loop, abort, g, request, signals
from flaskish._replaced_methods import runs_in_steps
from flaskish._request_steps import has_async_steps

from .asgi import ask

Log = list[Any]


def make_app(log: Log, is_async: bool, **config: Any) -> Flask:
    """An application that notes which of its functions run, all of them sync or async."""

    def note(name: str, answer: Any = None) -> Callable[..., Any]:
        def run(value: Any) -> Any:
            log.append((name, type(value).__name__ if isinstance(value, BaseException) else ""))
            result = answer(value) if callable(answer) else answer
            return value if result == "same" else result

        def function(value: Any = None) -> Any:
            return run(value)

        async def async_function(value: Any = None) -> Any:
            await asyncio.sleep(0)
            return run(value)

        chosen: Callable[..., Any] = async_function if is_async else function
        chosen.__name__ = name
        return chosen

    app = Flask("an_app")
    app.config.update(SECRET_KEY="key", PROPAGATE_EXCEPTIONS=False, **config)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    for scaffold, prefix in ((app, "app"), (bp, "bp")):
        scaffold.before_request(note(f"{prefix} before"))
        scaffold.after_request(note(f"{prefix} after", "same"))
        scaffold.teardown_request(note(f"{prefix} teardown"))
    app.teardown_appcontext(note("appcontext"))
    app.register_error_handler(KeyError, note("key handler", "key"))
    app.register_error_handler(418, note("418 handler", ("teapot", 418)))
    app.register_error_handler(404, note("404 handler", ("lost", 404)))
    app.register_error_handler(500, note("500 handler", ("oh", 500)))

    def fail(error: Exception) -> Callable[[Any], Any]:
        def raise_it(value: Any) -> None:
            raise error

        return raise_it

    for path, answer in {
        "text": "text",
        "nothing": None,
        "key": fail(KeyError("x")),
        "zero": fail(ZeroDivisionError()),
        "django": fail(Http404()),
        "teapot": lambda value: abort(418),
    }.items():
        for scaffold in (app, bp):
            scaffold.add_url_rule(f"/{path}", path, note("view", answer))
    app.register_blueprint(bp)
    return app


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("prefix", ["", "/bp"])
@pytest.mark.parametrize(
    "path", ["/text", "/nothing", "/key", "/zero", "/django", "/teapot", "/missing"]
)
def test_steps_do_what_the_methods_do(path: str, prefix: str, is_async: bool) -> None:
    wsgi_log: Log = []
    response = make_app(wsgi_log, is_async=False).test_client().get(prefix + path)
    asgi_log: Log = []
    answer = ask(make_app(asgi_log, is_async).asgi_app, prefix + path)
    assert (answer.status, answer.data) == (response.status_code, response.data)
    assert asgi_log == wsgi_log


@pytest.mark.parametrize("name", ["app before", "app after"])
def test_failing_hooks_end_the_same_way(name: str) -> None:
    logs: list[Log] = []
    answers = []
    for is_async in (False, True):
        log: Log = []
        app = make_app(log, is_async)

        def fail(*args: Any) -> None:
            raise LookupError

        async def async_fail(*args: Any) -> None:
            raise LookupError

        register = app.before_request if name == "app before" else app.after_request
        register(async_fail if is_async else fail)  # type: ignore[type-var]
        if is_async:
            answers.append(ask(app.asgi_app, "/text").data)
        else:
            answers.append(app.test_client().get("/text").data)
        logs.append(log)
    assert logs[0] == logs[1]
    assert answers == [b"oh", b"oh"]


def test_before_request_may_answer(app: Flask) -> None:
    @app.before_request
    async def answer() -> str:
        return "before"

    app.add_url_rule("/", "index", lambda: "view")
    assert ask(app.asgi_app).data == b"before"


def test_automatic_options_and_head(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        return "text"

    assert ask(app.asgi_app, method="OPTIONS").answer_headers[b"allow"]
    answer = ask(app.asgi_app, method="HEAD")
    assert (answer.data, answer.answer_headers[b"content-length"]) == (b"", b"4")


def test_signals_reach_sync_and_async_receivers(app: Flask) -> None:
    heard = []

    async def on_start(sender: Flask, **kwargs: Any) -> None:
        heard.append("started")

    def on_end(sender: Flask, **kwargs: Any) -> None:
        heard.append("finished")

    async def on_teardown(sender: Flask, **kwargs: Any) -> None:
        heard.append("tearing down")

    @app.get("/")
    async def index() -> str:
        heard.append("view")
        return ""

    with (
        signals.request_started.connected_to(on_start, app),
        signals.request_finished.connected_to(on_end, app),
        signals.request_tearing_down.connected_to(on_teardown, app),
    ):
        ask(app.asgi_app)
    assert heard == ["started", "view", "finished", "tearing down"]


# Threads


def note_threads(app: Flask) -> list[str]:
    """Note where hooks and view run; the view's kind is in the path."""
    names: list[str] = []

    def note() -> None:
        names.append(threading.current_thread().name)

    app.before_request(note)
    app.before_request(note)

    @app.get("/sync")
    def sync_view() -> str:
        note()
        return ""

    @app.get("/async")
    async def async_view() -> str:
        note()
        return ""

    @app.after_request
    def after(response: Any) -> Any:
        note()
        return response

    app.teardown_request(lambda error: note())
    return names


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The functions that were called in a thread."""
    made = []
    original = _event_loop._call_in_thread

    def note(function: Any) -> Any:
        made.append(function)
        return original(function)

    monkeypatch.setattr(_event_loop, "_call_in_thread", note)
    return made


def test_consecutive_sync_functions_share_one_trip(app: Flask, trips: list[Any]) -> None:
    names = note_threads(app)
    assert ask(app.asgi_app, "/sync").status == 200
    assert len(trips) == 1
    assert len(names) == 5
    assert len(set(names)) == 1
    assert names[0] != threading.current_thread().name


def test_sync_hooks_of_an_async_view_share_its_request_thread(app: Flask, trips: list[Any]) -> None:
    names = note_threads(app)
    assert ask(app.asgi_app, "/async").status == 200
    assert len(trips) == 2
    assert names[2] == threading.current_thread().name
    assert len({*names[:2], *names[3:]}) == 1


def test_async_functions_need_no_thread(app: Flask, trips: list[Any]) -> None:
    app.before_request(_wait)
    app.teardown_request(_wait)
    app.teardown_appcontext(_wait)

    @app.get("/")
    async def index() -> dict[str, Any]:
        return {"path": request.path, "args": request.args}

    assert ask(app.asgi_app).status == 200
    assert trips == []


async def _wait(*args: Any) -> None:
    await asyncio.sleep(0)


def test_g_is_the_same_in_the_thread_and_on_the_loop(app: Flask) -> None:
    @app.before_request
    def set_it() -> None:
        g.value = ["before"]

    @app.get("/")
    async def index() -> str:
        g.value.append("view")
        return ""

    seen = []
    app.teardown_request(lambda error: seen.extend(g.value))
    ask(app.asgi_app)
    assert seen == ["before", "view"]


# Applications that keep to the methods


@pytest.mark.parametrize("name", ["handle_exception", "dispatch_request", "ensure_sync"])
def test_replaced_methods_are_called_in_a_thread(app: Flask, name: str) -> None:
    original = getattr(app, name)
    threads = []

    def replacement(*args: Any, **kwargs: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*args, **kwargs)

    setattr(app, name, replacement)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/")
    async def index() -> str:
        raise ZeroDivisionError

    assert not runs_in_steps(app)
    assert ask(app.asgi_app).status == 500
    assert threads
    assert threading.current_thread().name not in threads


def test_methods_that_a_tool_replaces_on_the_class_count(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flask, "dispatch_request", lambda app: "traced")
    assert not runs_in_steps(app)
    assert ask(app.asgi_app).data == b"traced"


def test_methods_of_a_subclass_count(app: Flask) -> None:
    class Quiet(Flask):
        def dispatch_request(self) -> str:
            return "mine"

    app = Quiet("quiet")
    assert not runs_in_steps(app)
    assert ask(app.asgi_app).data == b"mine"


def test_wsgi_middleware_is_passed_through(app: Flask) -> None:
    inner = app.wsgi_app

    def middleware(environ: dict[str, Any], start_response: Any) -> Any:
        environ["REMOTE_ADDR"] = "1.2.3.4"
        return inner(environ, start_response)

    app.wsgi_app = middleware  # type: ignore[method-assign]

    @app.post("/")
    async def index() -> str:
        return f"{request.remote_addr} {request.get_data(as_text=True)}"

    assert ask(app.asgi_app, method="POST", body=b"x").data == b"1.2.3.4 x"


@pytest.mark.parametrize("kind", ["view", "hook", "handler", "teardown"])
def test_one_async_function_makes_a_request_async(app: Flask, kind: str) -> None:
    app.add_url_rule("/", "index", lambda: "")
    assert not has_async_steps(app, "index")
    if kind == "view":
        app.view_functions["index"] = _wait  # type: ignore[assignment]
    elif kind == "hook":
        app.before_request(_wait)
    elif kind == "handler":
        app.register_error_handler(404, _wait)
    else:
        app.teardown_appcontext(_wait)
    assert has_async_steps(app, "index")


@pytest.mark.parametrize("hook", ["before_request", "after_request", "view"])
def test_stop_iteration_reaches_handlers_as_what_it_is(app: Flask, hook: str) -> None:
    def stop(*args: Any) -> Any:
        return next(iter(()))

    if hook != "view":
        getattr(app, hook)(stop)
    app.add_url_rule("/", "index", stop if hook == "view" else lambda: "secret")
    app.testing = False
    seen: list[Any] = []

    @app.errorhandler(500)
    def sorry(error: Any) -> tuple[str, int]:
        seen.append(error.original_exception)
        return "sorry", 500

    assert ask(app.asgi_app).status == 500
    assert [type(error) for error in seen] == [StopIteration]


def test_stop_iteration_has_its_own_handler(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: next(iter(())))
    app.register_error_handler(StopIteration, lambda error: "no more")
    assert ask(app.asgi_app).data == b"no more"


def test_stop_iteration_in_a_teardown_function_goes_to_the_server(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "page")
    app.teardown_request(lambda error: next(iter(())))
    with pytest.raises(RuntimeError) as caught:
        ask(app.asgi_app)
    assert isinstance(caught.value.__cause__, StopIteration)
