"""Django's signals around a request, sent whenever a receiver has something to do.

Flask: none. Django: ``request_started``, ``request_finished`` of ``django.core.signals``.

Django's own receivers close database connections and caches. As long as neither can be open and
nobody else listens, sending the signals would cost more than a small request and do nothing.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType

from django.core.signals import request_finished, request_started
from django.dispatch import Signal

from .settings import read_setting, read_setting_at_once

if TYPE_CHECKING:
    from ..app import Flask
    from ..wrappers import Response


class _Watch:
    """What is known of receivers, connections and caches."""

    def __init__(self) -> None:
        self.seen_receivers: tuple[list[Any], list[Any]] | None = None
        self.only_own_receivers = False
        #: The functions behind them, as long as they are all Django's own, each with what tells
        #: whether it has something to do.
        self.own_receivers: dict[Signal, list[tuple[Callable[..., Any], Callable[[], bool]]]] = {}
        #: Those among them that have something to do after each request of Django's handlers.
        self.resetting_receivers: dict[Signal, list[Callable[..., Any]]] = {}
        self.watches_connections = False
        self.connection_was_made = False
        self.checked_caches: object = object()
        self.caches_need_closing = False


_watch = _Watch()


def request_signals_are_idle() -> bool:
    """Tell whether sending the signals would do nothing."""
    if (request_started.receivers, request_finished.receivers) != _watch.seen_receivers:
        _look_at_receivers()
    if _watch.connection_was_made or not _watch.only_own_receivers:
        return False
    if read_setting_at_once("CACHES") is not _watch.checked_caches:
        _look_at_caches()
    return not _watch.caches_need_closing


def receivers_are_djangos() -> bool:
    """Tell whether all receivers are Django's own, which clean up for the thread they run in.

    To be asked at the start of each request: connections are watched from there on.
    """
    if (request_started.receivers, request_finished.receivers) != _watch.seen_receivers:
        _look_at_receivers()
    return _watch.only_own_receivers


def _look_at_receivers() -> None:
    # Django connects receivers whenever it is loaded as far as having connections.
    if not _watch.watches_connections and "django.db" in sys.modules:
        _watch_connections()
    seen = [*request_started.receivers], [*request_finished.receivers]
    _watch.only_own_receivers = all(map(_is_own_receiver, chain(*seen)))
    _watch.own_receivers = {
        signal: [
            (receiver, _OWN_RECEIVERS[_name_of(receiver)])
            for receiver in map(_function_of, receivers)
        ]
        for signal, receivers in zip((request_started, request_finished), seen, strict=True)
        if _watch.only_own_receivers
    }
    _watch.resetting_receivers = {
        signal: [receiver for receiver, is_needed in receivers if is_needed is _always]
        for signal, receivers in _watch.own_receivers.items()
    }
    # Last, so that no other thread takes the rest for known before it is.
    _watch.seen_receivers = seen


def _is_own_receiver(entry: Any) -> bool:
    (_, sender), receiver = entry[0], _function_of(entry)
    # Django connects its own for whoever sends.
    return sender == id(None) and _name_of(receiver) in _OWN_RECEIVERS


def _name_of(receiver: Any) -> tuple[str, str]:
    return getattr(receiver, "__module__", ""), getattr(receiver, "__name__", "")


def _function_of(entry: Any) -> Any:
    receiver = entry[1]
    return receiver() if isinstance(receiver, ReferenceType) else receiver


def _watch_connections() -> None:
    from django.db import connections
    from django.db.backends.signals import connection_created

    connection_created.connect(_note_connection, dispatch_uid="flaskish.lifecycle")
    _watch.watches_connections = True
    # Those made before, by this thread: an application is made where the program starts.
    _watch.connection_was_made = any(
        connection.connection is not None for connection in connections.all(initialized_only=True)
    )


def watch_connections() -> None:
    """Watch database connections from here on, for an application that a project mounts."""
    if not _watch.watches_connections:
        _watch_connections()
        # URLs are loaded late, when requests in other threads may have made some.
        _watch.connection_was_made |= threading.active_count() > 1


def _a_connection_was_made() -> bool:
    """Tell whether a database connection was ever made, in whichever thread."""
    if not _watch.watches_connections and "django.db" in sys.modules:
        # Loaded since the request began, so that one may have been made in any thread.
        _watch_connections()
        _watch.connection_was_made = True
    return _watch.connection_was_made


def _note_connection(**kwargs: Any) -> None:
    _watch.connection_was_made = True


def _caches_need_closing() -> bool:
    """Tell whether one of the configured cache backends has a ``close`` of its own."""
    if read_setting("CACHES") is not _watch.checked_caches:
        _look_at_caches()
    return _watch.caches_need_closing


def _look_at_caches() -> None:
    from django.core.cache import BaseCache, caches

    configured = read_setting("CACHES")
    backends = map(caches.create_connection, caches)
    _watch.caches_need_closing = any(
        type(backend).close is not BaseCache.close for backend in backends
    )
    # Last, as above.
    _watch.checked_caches = configured


def _always() -> bool:
    return True


#: Django's receivers, by module and name, each with what tells whether it has something to do.
_OWN_RECEIVERS: dict[tuple[str, str], Callable[[], bool]] = {
    ("django.db", "reset_queries"): _a_connection_was_made,
    ("django.db", "close_old_connections"): _a_connection_was_made,
    ("django.core.cache", "close_caches"): _caches_need_closing,
    # Resets what only Django's own handlers set.
    ("django.core.handlers.base", "reset_urlconf"): _always,
}


def announce_request(**details: Any) -> None:
    """Send ``request_started``; the response's ``close`` sends ``request_finished``.

    :param details: ``environ`` or ``scope`` of the request.
    """
    send_request_signal(request_started, _sender(), **details)


def send_request_signal(signal: Signal, sender: type, **details: Any) -> None:
    """Send ``request_started`` or ``request_finished``.

    Django's own receivers are called one after the other, if there are no others, and only those
    that have something to do: finding out anew for each request who they are costs as much as they
    do.

    :param signal: The signal.
    :param sender: Who answers the request.
    :param details: What goes along.
    """
    if request_signals_are_idle():
        receivers = _watch.resetting_receivers[signal]
    elif _watch.only_own_receivers:
        receivers = [
            receiver for receiver, is_needed in _watch.own_receivers[signal] if is_needed()
        ]
    else:
        signal.send(sender=sender, **details)
        return
    for receiver in receivers:
        receiver(signal=signal, sender=sender, **details)


def finish_with(response: Response, was_announced: bool) -> None:
    """Let the end of a response send ``request_finished``, if that has something to do.

    :param response: The response to the request.
    :param was_announced: Whether the start of the request was announced.
    """
    if (
        was_announced
        or _watch.connection_was_made
        or (not _watch.watches_connections and _a_connection_was_made())
    ):
        # The first connection of the program may have been opened by this request.
        response._handler_class = _sender()
    elif type(response.response) is not list:
        # Or it will be by the rest of the stream.
        response.call_on_close(lambda: finish_without_response(False))


def finish_without_response(was_announced: bool) -> None:
    """Send ``request_finished`` for a request whose error goes to the server.

    :param was_announced: Whether the start of the request was announced.
    """
    if was_announced or _a_connection_was_made():
        send_request_signal(request_finished, _sender())


@cache
def _sender() -> type[Flask]:
    # Loaded already, by whoever handles a request; not by this module, which it imports.
    from ..app import Flask

    return Flask


def close_connections() -> None:
    """Close the database connections of this thread that are not to be kept.

    Requests leave it to the signals; what runs outside of one does it by itself.
    """
    if "django.db" in sys.modules:
        from django.db import close_old_connections

        close_old_connections()
