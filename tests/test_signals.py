"""Signals: when they are sent, and blinker's calling form.

Flask: Signals.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import flaskish
from flaskish import Flask, flash, render_template_string, signals
from flaskish.signals import ANY, NamedSignal, Namespace
from flaskish.testing import FlaskClient


@contextmanager
def recorded(signal: Any, sender: Any = ANY) -> Iterator[list[dict[str, Any]]]:
    """Gather what is sent along with a signal."""
    records: list[dict[str, Any]] = []

    def receive(sender: Any, **kwargs: Any) -> None:
        records.append({"sender": sender, **kwargs})

    with signal.connected_to(receive, sender):
        yield records


def test_signals_around_a_request_come_in_order(app: Flask, client: FlaskClient) -> None:
    names = [
        "appcontext_pushed",
        "request_started",
        "request_finished",
        "request_tearing_down",
        "appcontext_tearing_down",
        "appcontext_popped",
    ]
    events: list[str] = []
    receivers = {name: lambda sender, _name=name, **extra: events.append(_name) for name in names}
    for name, receiver in receivers.items():
        getattr(flaskish, name).connect(receiver, app)
    app.add_url_rule("/", "index", lambda: events.append("view") or "")
    client.get("/")
    for name, receiver in receivers.items():
        getattr(flaskish, name).disconnect(receiver, app)
    assert events == [*names[:2], "view", *names[2:]]


def test_finished_request_sends_its_response(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: ("made", 201))
    with recorded(flaskish.request_finished, app) as records:
        client.get("/")
    (record,) = records
    assert record["sender"] is app
    assert record["response"].status_code == 201


def test_error_is_sent_before_it_is_handled(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "index", lambda: 1 / 0)
    with recorded(flaskish.got_request_exception, app) as records:
        assert app.test_client().get("/").status_code == 500
    assert [type(record["exception"]) for record in records] == [ZeroDivisionError]


def test_handled_errors_are_not_sent(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: 1 / 0)
    app.register_error_handler(ZeroDivisionError, lambda error: "handled")
    with recorded(flaskish.got_request_exception, app) as records:
        assert client.get("/").data == b"handled"
    assert records == []


def test_tearing_down_sends_the_error(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "index", lambda: 1 / 0)
    with (
        recorded(flaskish.request_tearing_down, app) as of_request,
        recorded(flaskish.appcontext_tearing_down, app) as of_app,
    ):
        app.test_client().get("/")
    assert [type(record["exc"]) for record in (*of_request, *of_app)] == [ZeroDivisionError] * 2


def test_rendering_sends_template_and_context(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: render_template_string("{{ a }}", a=42))
    with (
        recorded(flaskish.before_render_template, app) as before,
        recorded(flaskish.template_rendered, app) as after,
    ):
        assert client.get("/").data == b"42"
    assert [record["context"]["a"] for record in (*before, *after)] == [42, 42]
    assert before[0]["template"].name is None


def test_receiver_may_change_the_context_before_rendering(app: Flask, client: FlaskClient) -> None:
    def add(sender: Flask, template: Any, context: dict[str, Any], **extra: Any) -> None:
        context["a"] = "changed"

    app.add_url_rule("/", "index", lambda: render_template_string("{{ a }}", a=42))
    with flaskish.before_render_template.connected_to(add, app):
        assert client.get("/").data == b"changed"


def test_flashed_message_is_sent(app: Flask) -> None:
    with app.test_request_context(), recorded(flaskish.message_flashed, app) as records:
        flash("saved", "info")
    assert [(record["message"], record["category"]) for record in records] == [("saved", "info")]


def test_other_senders_are_not_heard(app: Flask) -> None:
    with recorded(flaskish.appcontext_pushed, Flask("another")) as records, app.app_context():
        pass
    assert records == []


@pytest.fixture
def signal() -> NamedSignal:
    return Namespace().signal("saved", "Sent when a thing was saved.")


def test_namespace_returns_one_signal_for_a_name() -> None:
    namespace = Namespace()
    signal = namespace.signal("saved", "doc")
    assert namespace.signal("saved") is signal
    assert (signal.name, signal.__doc__) == ("saved", "doc")
    assert repr(signal).startswith("<NamedSignal")


def test_send_returns_receivers_with_their_results(signal: NamedSignal) -> None:
    def receive(sender: Any, **kwargs: Any) -> Any:
        return sender, kwargs

    signal.connect(receive)
    assert signal.send("me", a=1) == [(receive, ("me", {"a": 1}))]
    assert signal.send() == [(receive, (None, {}))]


def test_connect_returns_the_function_so_that_it_is_a_decorator(signal: NamedSignal) -> None:
    @signal.connect
    def of_all(sender: Any) -> str:
        return "all"

    @signal.connect_via("me")
    def of_me(sender: Any) -> str:
        return "me"

    assert sorted(result for _, result in signal.send("me")) == ["all", "me"]
    assert [result for _, result in signal.send("you")] == ["all"]


def test_receivers_are_held_weakly_unless_told_otherwise(signal: NamedSignal) -> None:
    def connect(weak: bool) -> None:
        def receive(sender: Any) -> None: ...

        signal.connect(receive, weak=weak)

    connect(weak=True)
    gc.collect()
    assert not signal.receivers
    connect(weak=False)
    gc.collect()
    assert signal.receivers


def test_bound_methods_live_as_long_as_their_object(signal: NamedSignal) -> None:
    class Listener:
        def receive(self, sender: Any) -> str:
            return "heard"

    listener = Listener()
    signal.connect(listener.receive)
    assert [result for _, result in signal.send()] == ["heard"]
    del listener
    gc.collect()
    assert signal.send() == []


def test_builtin_method_is_a_receiver_like_a_function(signal: NamedSignal) -> None:
    senders: list[Any] = []
    append = senders.append
    signal.connect(append)
    signal.send("a")
    signal.disconnect(append)
    signal.send("b")
    assert senders == ["a"]


def test_disconnected_receiver_is_not_called(signal: NamedSignal) -> None:
    def receive(sender: Any) -> None: ...

    signal.connect(receive)
    signal.disconnect(receive)
    assert not signal.receivers
    assert signal.send() == []


def test_connected_to_disconnects_after_an_error(signal: NamedSignal) -> None:
    with pytest.raises(KeyError), signal.connected_to(lambda sender: None):
        raise KeyError
    assert not signal.receivers


def test_muted_signal_is_not_sent(signal: NamedSignal) -> None:
    def receive(sender: Any) -> None: ...

    signal.connect(receive)
    with signal.muted():
        assert signal.send() == []
    assert len(signal.send()) == 1


def test_who_listens_can_be_asked(signal: NamedSignal) -> None:
    def receive(sender: Any) -> None: ...

    assert not signal.has_receivers_for("me")
    signal.connect(receive, sender="me")
    assert signal.has_receivers_for("me")
    assert not signal.has_receivers_for("you")
    assert list(signal.receivers_for("me")) == [receive]


def test_async_receiver_needs_a_wrapper(app: Flask, signal: NamedSignal) -> None:
    async def receive(sender: Any) -> str:
        return "awaited"

    signal.connect(receive)
    with pytest.raises(RuntimeError, match="Cannot send to a coroutine function"):
        signal.send()
    assert signal.send(_async_wrapper=app.ensure_sync) == [(receive, "awaited")]
    assert asyncio.run(signal.send_async()) == [(receive, "awaited")]


def test_sync_receiver_needs_a_wrapper_where_signals_are_awaited(signal: NamedSignal) -> None:
    def receive(sender: Any) -> str:
        return "called"

    def wrap(function: Any) -> Any:
        async def call(sender: Any, **kwargs: Any) -> Any:
            return function(sender, **kwargs)

        return call

    signal.connect(receive)
    with pytest.raises(RuntimeError, match="Cannot send to a non-coroutine function"):
        asyncio.run(signal.send_async())
    assert asyncio.run(signal.send_async(_sync_wrapper=wrap)) == [(receive, "called")]


def test_async_receivers_of_a_request(app: Flask, client: FlaskClient) -> None:
    heard = []

    async def receive(sender: Flask, **extra: Any) -> None:
        heard.append(sender)

    app.add_url_rule("/", "index", lambda: "")
    with signals.request_started.connected_to(receive, app):
        client.get("/")
    assert heard == [app]
