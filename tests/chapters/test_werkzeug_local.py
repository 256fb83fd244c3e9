"""Werkzeug's Context Locals: data that each thread, task and context has for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextvars import ContextVar, copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from flaskish.werkzeug.exceptions import Unauthorized
from flaskish.werkzeug.local import Local, LocalManager, LocalProxy, LocalStack, release_local
from flaskish.werkzeug.test import Client, run_wsgi_app
from flaskish.werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

request_var: ContextVar[Request] = ContextVar("request")
current_request: LocalProxy[Request] = LocalProxy(request_var)
number_var: ContextVar[int] = ContextVar("number")
number: LocalProxy[int] = LocalProxy(number_var)


def check_auth() -> None:
    if current_request.form["username"] != "admin":
        raise Unauthorized


@Request.application
def guarded(request: Request) -> Response:
    token = request_var.set(request)
    try:
        check_auth()
    finally:
        request_var.reset(token)
    return Response("welcome")


@pytest.mark.parametrize(("name", "code"), [("admin", 200), ("other", 401)])
def test_proxy_points_to_the_request_at_hand(name: str, code: int) -> None:
    assert Client(guarded).post("/", data={"username": name}).status_code == code


def test_proxy_looks_and_behaves_like_its_object() -> None:
    token = number_var.set(41)
    assert number + 1 == 42
    assert isinstance(number, int)
    assert repr(number) == "41"
    assert number._get_current_object() == 41
    number_var.reset(token)


def test_proxy_of_nothing_is_false_and_an_error_otherwise() -> None:
    assert not number
    assert repr(number) == "<LocalProxy unbound>"
    with pytest.raises(RuntimeError, match="not bound"):
        _ = number.real
    with pytest.raises(RuntimeError):
        number._get_current_object()


def test_each_thread_has_data_of_its_own() -> None:
    local = Local()
    local.name = "main"
    seen: list[Any] = []
    thread = Thread(target=lambda: seen.append(getattr(local, "name", "nothing")))
    thread.start()
    thread.join()
    assert seen == ["nothing"]
    release_local(local)


def test_each_task_has_data_of_its_own() -> None:
    local = Local()

    async def work(name: str) -> str:
        local.name = name
        await asyncio.sleep(0)
        return str(local.name)

    async def run() -> list[str]:
        return list(await asyncio.gather(work("a"), work("b")))

    assert asyncio.run(run()) == ["a", "b"]


@pytest.mark.parametrize("kind", [Local, LocalStack])
def test_nested_context_shares_nothing_it_changes(kind: type[Any]) -> None:
    local = kind()

    def change(value: str) -> None:
        if isinstance(local, LocalStack):
            local.push(value)
        else:
            local.name = value

    def read() -> Any:
        return local.top if isinstance(local, LocalStack) else local.name

    change("outer")
    copy_context().run(change, "inner")
    assert read() == "outer"
    release_local(local)


def test_stack_returns_its_items_from_the_top() -> None:
    stack: LocalStack[int] = LocalStack()
    assert (stack.top, stack.pop()) == (None, None)
    assert stack.push(1) == [1]
    assert stack.push(2) == [1, 2]
    assert (stack.top, stack.pop(), stack.pop(), stack.pop()) == (2, 2, 1, None)


def test_proxy_of_a_stack_is_its_top_or_an_attribute_of_it() -> None:
    stack: LocalStack[complex] = LocalStack()
    top, real = stack(), stack("real", unbound_message="no number")
    stack.push(3 + 4j)
    assert (top, real) == (3 + 4j, 3)
    stack.pop()
    with pytest.raises(RuntimeError, match="no number"):
        real._get_current_object()


def test_proxy_of_a_namespace_is_an_attribute_of_it() -> None:
    local = Local()
    name = local("name", unbound_message="nobody")
    with pytest.raises(RuntimeError, match="nobody"):
        name.upper()
    local.name = "ann"
    assert name.upper() == "ANN"
    assert dict(local) == {"name": "ann"}
    release_local(local)
    assert not hasattr(local, "name")


def test_namespace_and_stack_may_be_kept_in_a_variable_given() -> None:
    names: ContextVar[dict[str, Any]] = ContextVar("names")
    items: ContextVar[list[int]] = ContextVar("items")
    local, stack = Local(names), LocalStack(items)
    local.name = "ann"
    stack.push(1)
    assert (names.get(), items.get()) == ({"name": "ann"}, [1])


def test_manager_releases_when_the_response_was_sent() -> None:
    local = Local()
    manager = LocalManager([local])

    @manager.middleware
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        local.path = environ["PATH_INFO"]
        start_response("200 OK", [])
        yield local.path.encode()

    body = run_wsgi_app(application, {"PATH_INFO": "/a", "REQUEST_METHOD": "GET"})[0]
    assert b"".join(body) == b"/a"
    assert local.path == "/a"
    body.close()  # type: ignore[attr-defined]
    assert not hasattr(local, "path")
    assert application.__name__ == "application"


def test_manager_releases_on_demand() -> None:
    local, stack = Local(), LocalStack[int]()
    manager = LocalManager([local, stack])
    assert manager.locals == [local, stack]
    local.name = "a"
    stack.push(1)
    manager.cleanup()
    assert not hasattr(local, "name")
    assert stack.top is None


def test_manager_wraps_an_application() -> None:
    local = Local()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        local.name = "a"
        start_response("200 OK", [])
        return [b"done"]

    wrapped = LocalManager(local).make_middleware(application)
    run_wsgi_app(wrapped, {"REQUEST_METHOD": "GET"}, buffered=True)
    assert not hasattr(local, "name")


def test_unbound_proxy_says_what_it_is_told() -> None:
    proxies = [
        Local()("user", unbound_message="no user"),
        LocalStack[Any]()(unbound_message="no user"),
        LocalProxy(ContextVar[Any]("user"), unbound_message="no user"),
    ]
    for proxy in proxies:
        with pytest.raises(RuntimeError, match="no user"):
            _ = proxy.name
