"""Django's signals around a request, and what stands for sending them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache.backends.dummy import DummyCache
from django.core.signals import request_finished, request_started

from flaskish import Flask
from flaskish.bridge import lifecycle
from flaskish.bridge.lifecycle import receivers_are_djangos, send_request_signal
from flaskish.bridge.urlconf import mounted_urls

Receiver = Callable[..., Any]


class ClosingCache(DummyCache):
    """A cache with something to close."""

    def close(self, **kwargs: Any) -> None:
        pass


def make_receiver(module: str, name: str, calls: list[Any]) -> Receiver:
    """Make what looks like a receiver of Django's."""

    def receiver(**kwargs: Any) -> None:
        calls.append((name, kwargs))

    receiver.__module__, receiver.__name__ = module, name
    return receiver


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the calls of three receivers that look like Django's, the only ones there are."""
    made: list[Any] = []
    watch = lifecycle._Watch()
    watch.watches_connections = watch.connection_was_made = True
    monkeypatch.setattr(lifecycle, "_watch", watch)
    receivers = [
        make_receiver("django.db", "reset_queries", made),
        make_receiver("django.db", "close_old_connections", made),
        make_receiver("django.core.cache", "close_caches", made),
    ]
    for signal in (request_started, request_finished):
        monkeypatch.setattr(signal, "receivers", [])
        for receiver in receivers:
            signal.connect(receiver, weak=False)
    return made


def test_djangos_receivers_are_called_as_the_signal_calls_them(
    calls: list[Any], settings: Any
) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.ClosingCache"}}
    request_started.send(sender=str, environ={})
    sent = calls[:]
    calls.clear()
    send_request_signal(request_started, str, environ={})
    assert [name for name, _ in calls] == ["reset_queries", "close_old_connections", "close_caches"]
    assert calls == sent


def test_caches_without_anything_to_close_are_left_alone(calls: list[Any], settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    send_request_signal(request_finished, str)
    assert [name for name, _ in calls] == ["reset_queries", "close_old_connections"]


def test_without_a_connection_there_is_none_to_clean_up(calls: list[Any]) -> None:
    lifecycle._watch.connection_was_made = False
    send_request_signal(request_finished, str)
    assert calls == []
    lifecycle._note_connection()
    send_request_signal(request_finished, str)
    assert [name for name, _ in calls] == ["reset_queries", "close_old_connections"]


@pytest.mark.parametrize("threads", [1, 2])
def test_connections_of_other_threads_may_be_older_than_the_urls(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr(lifecycle, "_watch", lifecycle._Watch())
    monkeypatch.setattr("django.db.connections.all", lambda initialized_only: [])
    monkeypatch.setattr("threading.active_count", lambda: threads)
    mounted_urls(Flask(__name__))
    assert lifecycle._watch.connection_was_made == (threads > 1)


def test_receiver_that_comes_later_is_called(calls: list[Any]) -> None:
    send_request_signal(request_finished, str)
    heard: list[Any] = []
    late = make_receiver("project", "hear", heard)
    request_finished.connect(late)
    send_request_signal(request_finished, str)
    assert heard == [("hear", {"signal": request_finished, "sender": str})]


def test_receiver_for_one_sender_is_not_called_for_others(calls: list[Any]) -> None:
    only_for_int = make_receiver("django.db", "close_old_connections", calls)
    request_finished.connect(only_for_int, sender=int)
    assert not receivers_are_djangos()
    send_request_signal(request_finished, str)
    assert len(calls) == 3


def test_error_of_a_receiver_is_raised(calls: list[Any]) -> None:
    def close_old_connections(**kwargs: Any) -> None:
        raise ZeroDivisionError

    close_old_connections.__module__ = "django.db"
    request_started.connect(close_old_connections)
    with pytest.raises(ZeroDivisionError):
        send_request_signal(request_started, str)


def test_other_threads_wait_for_what_is_being_found_out(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that comes while another one looks at new receivers does not pass them by."""
    verdicts: list[bool] = []
    is_own_receiver = lifecycle._is_own_receiver

    def look_meanwhile(entry: Any) -> bool:
        if not verdicts:
            verdicts.append(True)
            verdicts[0] = receivers_are_djangos()
        return is_own_receiver(entry)

    assert receivers_are_djangos()
    request_finished.connect(make_receiver("project", "hear", []), weak=False)
    monkeypatch.setattr(lifecycle, "_is_own_receiver", look_meanwhile)
    assert not receivers_are_djangos()
    assert verdicts == [False]
