"""Locals, stacks and proxies: what belongs to one context, and what stands for it."""

from __future__ import annotations

import asyncio
import copy
import operator
import threading
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from functools import update_wrapper
from typing import Any

import pytest

from flaskish.werkzeug.local import (
    Local,
    LocalManager,
    LocalProxy,
    LocalStack,
    release_local,
)
from flaskish.werkzeug.test import create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Response

# Local


def test_attribute_is_set_read_and_deleted() -> None:
    local = Local()
    local.name = "x"
    assert local.name == "x"
    assert list(local) == [("name", "x")]
    del local.name
    with pytest.raises(AttributeError):
        local.name  # noqa: B018
    with pytest.raises(AttributeError):
        del local.name


def test_release_forgets_all() -> None:
    local = Local()
    local.name = "x"
    release_local(local)
    assert not hasattr(local, "name")


def test_other_context_sees_its_own_values() -> None:
    local = Local()
    local.name = "outer"

    def change() -> str:
        local.name = "inner"
        return str(local.name)

    assert copy_context().run(change) == "inner"
    assert local.name == "outer"


def test_thread_sees_nothing_of_another() -> None:
    local, seen = Local(), []
    local.name = "outer"
    thread = threading.Thread(target=lambda: seen.append(hasattr(local, "name")))
    thread.start()
    thread.join()
    assert seen == [False]


def test_tasks_do_not_disturb_each_other() -> None:
    local = Local()

    async def work(number: int) -> int:
        local.number = number
        await asyncio.sleep(0)
        return int(local.number)

    async def work_twice() -> tuple[int, int]:
        return await asyncio.gather(work(1), work(2))

    assert list(asyncio.run(work_twice())) == [1, 2]


def test_local_takes_a_context_variable() -> None:
    variable: ContextVar[dict[str, Any]] = ContextVar("variable")
    local = Local(variable)
    local.name = "x"
    assert variable.get() == {"name": "x"}


# LocalStack


def test_stack_gives_the_last_first() -> None:
    stack: LocalStack[int] = LocalStack()
    assert stack.top is None
    assert stack.push(1) == [1]
    assert stack.push(2) == [1, 2]
    assert stack.top == 2
    assert (stack.pop(), stack.pop(), stack.pop()) == (2, 1, None)


def test_stack_is_released() -> None:
    stack: LocalStack[int] = LocalStack()
    stack.push(1)
    release_local(stack)
    assert stack.top is None


def test_stack_of_another_context_is_another() -> None:
    stack: LocalStack[int] = LocalStack()
    stack.push(1)
    copy_context().run(stack.push, 2)
    assert stack.top == 1


def test_proxy_of_a_stack_is_its_top() -> None:
    stack: LocalStack[dict[str, int]] = LocalStack()
    proxy: Any = stack()
    stack.push({"a": 1})
    assert proxy["a"] == 1
    stack.push({"a": 2})
    assert proxy["a"] == 2


# LocalManager


def test_manager_releases_after_each_request() -> None:
    local = Local()
    manager = LocalManager([local])
    seen = []

    @manager.middleware
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        local.name = "x"
        seen.append(local.name)
        return Response("text")(environ, start_response)

    body, _, _ = run_wsgi_app(application, create_environ(), buffered=True)
    assert seen == ["x"]
    assert b"".join(body) == b"text"
    assert not hasattr(local, "name")
    assert application.__name__ == "application"


def test_manager_takes_one_local_or_none() -> None:
    local = Local()
    assert LocalManager(local).locals == [local]
    assert LocalManager().locals == []


# LocalProxy


def make_proxy(value: Any) -> Any:
    return LocalProxy(lambda: value)


def test_proxy_stands_for_what_a_function_returns() -> None:
    values = iter([1, 2])
    proxy: Any = LocalProxy(lambda: next(values))
    assert (proxy + 0, proxy + 0) == (1, 2)


def test_proxy_stands_for_an_attribute() -> None:
    local = Local()
    proxy: Any = local("name")
    local.name = "x"
    assert proxy == "x"
    assert LocalProxy(lambda: 1 + 2j, "imag") == 2


def test_proxy_stands_for_a_context_variable() -> None:
    variable: ContextVar[Any] = ContextVar("variable")
    proxy: Any = LocalProxy(variable, unbound_message="Nothing here.")
    with pytest.raises(RuntimeError, match="Nothing here"):
        proxy._get_current_object()
    variable.set([1])
    assert proxy == [1]


def test_proxy_of_a_local_needs_a_name() -> None:
    with pytest.raises(TypeError, match="'name' is required"):
        LocalProxy(Local())


def test_proxy_of_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="Don't know how to proxy"):
        LocalProxy(5)  # type: ignore[arg-type]


def test_unbound_proxy_is_falsy_and_says_so() -> None:
    proxy = LocalStack[Any]()()
    assert not proxy
    assert repr(proxy) == "<LocalProxy unbound>"
    assert dir(proxy) == []
    assert proxy.__class__ is LocalProxy
    with pytest.raises(RuntimeError, match="object is not bound"):
        proxy.attribute  # noqa: B018
    with pytest.raises(RuntimeError, match="object is not bound"):
        str(proxy)


def test_proxy_has_class_and_docstring_of_its_object() -> None:
    proxy = make_proxy(5)
    assert isinstance(proxy, int)
    assert type(proxy) is LocalProxy
    assert proxy.__doc__ == int.__doc__
    assert str(LocalProxy.__doc__).startswith("A proxy")


def test_wrapped_is_what_the_proxy_was_made_of_or_its_object_wraps() -> None:
    def function() -> int:
        return 5

    stack: LocalStack[Any] = LocalStack()
    proxy: Any = stack()
    assert proxy.__wrapped__ is stack
    stack.push(update_wrapper(lambda: 6, function))
    assert proxy.__wrapped__ is function


@pytest.mark.parametrize(
    "name",
    [
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"),
        *("lshift", "rshift", "and_", "or_", "xor"),
        *("lt", "le", "gt", "ge", "eq", "ne"),
    ],
)
def test_operator_gives_what_the_object_would(name: str) -> None:
    operation = getattr(operator, name)
    assert operation(make_proxy(7), 2) == operation(7, 2)


@pytest.mark.parametrize(
    ("operation", "value", "other"),
    [
        (divmod, 7, 2),
        (operator.contains, [1], 1),
        (operator.getitem, {"a": 1}, "a"),
        (isinstance, 7, int),
        (format, 7.0, ".3f"),
    ],
)
def test_operation_gives_what_the_object_would(
    operation: Callable[[Any, Any], Any], value: Any, other: Any
) -> None:
    assert operation(make_proxy(value), other) == operation(value, other)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "xor"])
def test_operation_works_from_the_other_side(name: str) -> None:
    operation = getattr(operator, name)
    assert operation(7, make_proxy(2)) == operation(7, 2)


@pytest.mark.parametrize(
    "function", [abs, bool, complex, float, hash, int, operator.neg, operator.invert, repr, str]
)
def test_function_gives_what_the_object_would(function: Callable[[Any], Any]) -> None:
    assert function(make_proxy(7)) == function(7)


@pytest.mark.parametrize("function", [len, list, reversed, operator.length_hint, bytes, copy.copy])
def test_function_of_a_sequence_gives_what_the_object_would(function: Callable[[Any], Any]) -> None:
    result, expected = function(make_proxy([1, 2])), function([1, 2])
    assert (list(result) == list(expected)) if hasattr(result, "__iter__") else result == expected


def test_object_changes_through_the_proxy() -> None:
    values = [1]
    proxy = kept = make_proxy(values)
    proxy += [2]
    proxy[0] = 0
    del proxy[1]
    assert values == [0]
    assert proxy is kept


def test_attributes_are_set_and_deleted_through_the_proxy() -> None:
    class Thing:
        """Something with attributes."""

    thing = Thing()
    proxy = make_proxy(thing)
    proxy.color = "red"
    assert thing.color == "red"  # type: ignore[attr-defined]
    del proxy.color
    assert not hasattr(thing, "color")


def test_proxy_is_called_entered_and_awaited() -> None:
    assert make_proxy(lambda a, b: a - b)(5, b=2) == 3
    with make_proxy(threading.Lock()):
        pass

    async def answer() -> int:
        return 5

    async def wait() -> int:
        return int(await make_proxy(answer()))

    assert asyncio.run(wait()) == 5


def test_copy_is_one_of_the_object() -> None:
    values = [[1]]
    assert type(copy.copy(make_proxy(values))) is list
    deep = copy.deepcopy(make_proxy(values))
    assert deep == values
    assert deep[0] is not values[0]
