"""Async functions of an application: views, processors, contexts, and that requests never mix."""

from __future__ import annotations

import asyncio
import contextvars
import random
import threading
from contextlib import suppress
from typing import Any

import gevent
import pytest

from flaskish import (
    Flask,
    copy_current_request_context,
    current_app,
    flash,
    g,
    get_flashed_messages,
    render_template_string,
    request,
    session,
    stream_template_string,
)
from flaskish.globals import _cv_app, _cv_request
from flaskish.views import MethodView, View

from .asgi import Exchange, ask


def where() -> str:
    return threading.current_thread().name


# Views as classes


class AsyncMethods(MethodView):
    async def get(self, name: str) -> str:
        await asyncio.sleep(0)
        return f"get {name} {where()}"

    def post(self, name: str) -> str:
        return f"post {name} {where()}"


class AsyncView(View):
    async def dispatch_request(self) -> str:
        return where()


def test_async_methods_run_on_the_loop_and_sync_ones_do_not(app: Flask) -> None:
    app.add_url_rule("/<name>", view_func=AsyncMethods.as_view("methods"))
    assert ask(app.asgi_app, "/x").data == f"get x {where()}".encode()
    answer = ask(app.asgi_app, "/x", method="POST")
    assert answer.data.startswith(b"post x ")
    assert where().encode() not in answer.data
    assert app.test_client().get("/x").data.startswith(b"get x ")


def test_class_without_async_methods_is_made_in_the_thread(app: Flask) -> None:
    class Sync(View):
        def __init__(self) -> None:
            self.made_by = where()

        def dispatch_request(self) -> str:
            return self.made_by

    app.add_url_rule("/", view_func=Sync.as_view("view"))
    assert ask(app.asgi_app).data != where().encode()


@pytest.mark.parametrize("init_every_request", [True, False])
def test_async_dispatch_runs_on_the_loop(app: Flask, init_every_request: bool) -> None:
    view_class = type("V", (AsyncView,), {"init_every_request": init_every_request})
    app.add_url_rule("/", view_func=view_class.as_view("view"))
    assert ask(app.asgi_app).data == where().encode()


@pytest.mark.parametrize("where_put", ["in the class", "around the view"])
def test_decorators_of_a_class_get_a_response(app: Flask, where_put: str) -> None:
    from functools import wraps

    def shout(view: Any) -> Any:
        @wraps(view)
        def decorated(**kwargs: Any) -> str:
            answer: str = view(**kwargs)
            return answer.upper()

        return decorated

    class Quiet(View):
        decorators = [shout] if where_put == "in the class" else []

        async def dispatch_request(self) -> str:
            return "quiet"

    view_function = Quiet.as_view("quiet")
    if where_put == "around the view":
        view_function = shout(view_function)
    app.add_url_rule("/", view_func=view_function)
    assert ask(app.asgi_app).data == b"QUIET"


# Templates, messages, the session


def test_plain_calls_in_an_async_view(app: Flask) -> None:
    @app.get("/")
    async def index() -> str:
        session["name"] = "session"
        flash("flashed")
        await asyncio.sleep(0)
        return render_template_string(
            "{{ session.name }} {{ messages[0] }}", messages=list(get_flashed_messages())
        )

    assert ask(app.asgi_app).data == b"session flashed"


@pytest.mark.parametrize("view", ["sync", "async"])
def test_template_is_streamed_with_its_contexts(app: Flask, view: str) -> None:
    source = "{% for part in parts %}{{ part }} {{ request.path }} {{ g.name }};{% endfor %}"

    @app.get("/sync")
    def sync_view() -> Any:
        g.name = "me"
        return stream_template_string(source, parts=["a", "b"])

    @app.get("/async")
    async def async_view() -> Any:
        await asyncio.sleep(0)
        return sync_view()

    answer = ask(app.asgi_app, f"/{view}")
    assert answer.data.decode() == f"a /{view} me;b /{view} me;"


def add_processor(app: Flask) -> None:
    @app.context_processor
    async def processor() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"name": g.name}

    @app.before_request
    async def load() -> None:
        g.name = "loaded"


@pytest.mark.parametrize("view", ["sync", "async", "handler"])
def test_async_context_processor_is_awaited(app: Flask, view: str) -> None:
    add_processor(app)

    @app.get("/sync")
    def sync_view() -> str:
        return render_template_string("{{ name }}")

    @app.get("/async")
    async def async_view() -> str:
        return render_template_string("{{ name }}")

    @app.errorhandler(404)
    async def handler(error: Exception) -> str:
        return render_template_string("{{ name }}")

    assert ask(app.asgi_app, f"/{view}").data == b"loaded"
    assert app.test_client().get(f"/{view}").data == b"loaded"


def test_failing_context_processor_matters_to_templates_only(app: Flask) -> None:
    @app.context_processor
    async def processor() -> dict[str, Any]:
        raise LookupError("no database")

    @app.get("/plain")
    async def plain() -> str:
        return "plain"

    @app.get("/page")
    async def page() -> str:
        return render_template_string("page")

    assert ask(app.asgi_app, "/plain").data == b"plain"
    with pytest.raises(LookupError, match="no database"):
        ask(app.asgi_app, "/page")


def test_context_processor_that_cannot_be_awaited_says_so(app: Flask) -> None:
    add_processor(app)

    @app.before_request
    async def too_early() -> str:
        return render_template_string("{{ name }}")

    with pytest.raises(RuntimeError, match="'processor' cannot be waited for here"):
        ask(app.asgi_app)


# Contexts


def test_async_with_waits_for_async_teardown_functions(app: Flask) -> None:
    events: list[str] = []

    @app.teardown_appcontext
    async def teardown(error: BaseException | None) -> None:
        await asyncio.sleep(0)
        events.append(type(error).__name__)

    async def run() -> None:
        async with app.app_context():
            assert current_app.name == "an_app"
        with suppress(LookupError):
            async with app.test_request_context("/path"):
                assert request.path == "/path"
                raise LookupError
        assert (_cv_app.get(), _cv_request.get()) == (None, None)

    asyncio.run(run())
    assert events == ["NoneType", "LookupError"]


def test_async_with_calls_replaced_methods(app: Flask) -> None:
    errors: list[Any] = []
    app.do_teardown_appcontext = errors.append  # type: ignore[method-assign,assignment]

    async def run() -> None:
        async with app.app_context():
            pass

    asyncio.run(run())
    assert errors == [None]


def test_tasks_of_a_view_share_its_request(app: Flask) -> None:
    @app.get("/<name>")
    async def index(name: str) -> list[str]:
        g.name = name

        async def work(number: int) -> str:
            await asyncio.sleep(random.random() / 1000)
            return f"{request.path} {g.name} {number}"

        return await asyncio.gather(*map(work, range(3)))

    assert ask(app.asgi_app, "/x").data == b'["/x x 0","/x x 1","/x x 2"]\n'


def test_copied_context_is_awaited_in_tasks_without_one(app: Flask) -> None:
    @app.get("/")
    async def index() -> list[str]:
        @copy_current_request_context
        async def work(number: int) -> str:
            await asyncio.sleep(0)
            return f"{request.path} {number}"

        loop = asyncio.get_running_loop()
        # Nothing is current in such a task, so that the copy is what makes it work.
        tasks = [
            loop.create_task(work(number), context=contextvars.Context()) for number in range(3)
        ]
        return await asyncio.gather(*tasks)

    assert ask(app.asgi_app).data == b'["/ 0","/ 1","/ 2"]\n'


@pytest.mark.parametrize("is_async", [False, True])
def test_copied_context_works_in_a_thread(app: Flask, is_async: bool) -> None:
    seen: list[str] = []

    @app.get("/")
    async def index() -> str:
        def work() -> None:
            seen.append(request.path)

        async def async_work() -> None:
            work()

        target = copy_current_request_context(async_work if is_async else work)
        thread = threading.Thread(target=target)
        thread.start()
        await asyncio.get_running_loop().run_in_executor(None, thread.join)
        return ""

    ask(app.asgi_app)
    assert seen == ["/"]


# Isolation


def add_isolated_views(app: Flask) -> None:
    async def pause() -> None:
        await asyncio.sleep(random.random() / 500)

    @app.before_request
    async def remember() -> None:
        g.token = request.args["token"]
        session["token"] = g.token
        await pause()

    def check(token: str) -> bool:
        return (
            g.token == request.args["token"] == session["token"] == token
            and request.view_args == {"token": token}
            and current_app._get_current_object() is app  # type: ignore[attr-defined]
        )

    @app.get("/async/<token>")
    async def async_view(token: str) -> str:
        checks = [check(token)]
        await pause()
        checks.append(check(token))

        async def child() -> bool:
            await pause()
            return check(token)

        checks += await asyncio.gather(child(), asyncio.create_task(child()))
        return f"{app.name} {token} {all(checks)}"

    @app.get("/sync/<token>")
    def sync_view(token: str) -> str:
        return f"{app.name} {token} {check(token)}"

    @app.after_request
    async def after(response: Any) -> Any:
        await pause()
        response.headers["X-Token"] = g.token
        return response


def test_thousands_of_interleaved_requests_never_mix() -> None:
    apps = [Flask(f"app_{number}") for number in range(2)]
    for app in apps:
        app.secret_key = "key"
        add_isolated_views(app)

    async def one(number: int) -> None:
        app = apps[number % 2]
        kind = "sync" if number % 10 == 0 else "async"
        exchange = Exchange(f"/{kind}/{number}", query_string=f"token={number}".encode())
        await exchange.run(app.asgi_app)
        assert exchange.data.decode() == f"{app.name} {number} True"
        assert exchange.answer_headers[b"x-token"] == str(number).encode()

    async def run() -> None:
        await asyncio.gather(*map(one, range(2000)))

    asyncio.run(run())


def test_greenlets_have_their_own_contexts(app: Flask) -> None:
    add_isolated_greenlet_view(app)
    client_of = [app.test_client() for _ in range(200)]
    jobs = [gevent.spawn(client.get, f"/{number}") for number, client in enumerate(client_of)]
    gevent.joinall(jobs)
    assert [job.value.data for job in jobs] == [str(number).encode() for number in range(200)]


def add_isolated_greenlet_view(app: Flask) -> None:
    @app.get("/<token>")
    def view(token: str) -> str:
        g.token = token
        gevent.sleep(random.random() / 1000)
        assert g.token == token
        path: str = gevent.spawn(copy_current_request_context(lambda: request.path)).get()
        return path.removeprefix("/")
