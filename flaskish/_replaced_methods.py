"""Tells whether somebody has put methods of their own in the place of those of a class.

Flask: a request passes through those of ``Flask`` and its session interface; subclasses, extensions
and tools that trace requests replace some. Django: none.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import Flask


class _Methods:
    """Methods of a class.

    :param names: Their names.
    """

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)
        self._look_up = attrgetter(*names)
        self._originals: Any = None

    def remember(self, owner: type) -> None:
        self._originals = self._look_up(owner)

    def are_original(self, instance: object) -> bool:
        return self._look_up(
            type(instance)
        ) == self._originals and instance.__dict__.keys().isdisjoint(self.names)


class _Statement(_Methods):
    """What a class says of its methods; the contrary where others have taken their place.

    A class or an instance may say otherwise by a plain attribute.
    """

    def __init__(self, value: bool, names: Sequence[str]) -> None:
        super().__init__(*names)
        self._value = value

    def __set_name__(self, owner: type, name: str) -> None:
        self.remember(owner)

    def __get__(self, instance: object, owner: type) -> bool:
        if instance is None or (
            self._look_up(owner) == self._originals
            # An interface has few attributes of its own, if any.
            and self.names.isdisjoint(instance.__dict__)
        ):
            return self._value
        return not self._value


def stated_of(names: Sequence[str], value: bool) -> Any:
    """Make a class attribute that tells something of the methods a class has.

    It tells the contrary of a subclass, a mixin or an instance that brings a method of its own, of
    which only the author knows.

    :param names: The names of the methods.
    :param value: What is true of the class's own.
    """
    return _Statement(value, names)


_STEP_METHODS = (
    "async_to_sync",
    "dispatch_request",
    "do_teardown_appcontext",
    "do_teardown_request",
    "ensure_sync",
    "finalize_request",
    "full_dispatch_request",
    "handle_exception",
    "handle_http_exception",
    "handle_user_exception",
    "make_response",
    "preprocess_request",
    "process_response",
)
_WSGI_METHODS = ("__call__", "wsgi_app")

_in_steps = _Methods(*_STEP_METHODS)
_of_wsgi = _Methods(*_WSGI_METHODS)
_all = _Methods(*_STEP_METHODS, *_WSGI_METHODS)


def remember_methods(flask_class: type[Flask]) -> None:
    """Take the methods of a class as the original ones.

    :param flask_class: ``Flask``, before anybody else has seen it.
    """
    for methods in (_in_steps, _of_wsgi, _all):
        methods.remember(flask_class)


def has_original_methods(app: Flask) -> bool:
    """Tell whether nothing that a request passes through was replaced.

    :param app: The application.
    """
    return _all.are_original(app)


def runs_in_steps(app: Flask) -> bool:
    """Tell whether the steps of ``_request_steps`` do what the application's own methods would do.

    Those who replace some of these methods do so with sync functions: such an application runs in a
    thread.

    :param app: The application.
    """
    return _in_steps.are_original(app)


def has_wsgi_middleware(app: Flask) -> bool:
    """Tell whether something was put around ``wsgi_app``, or in its place.

    :param app: The application.
    """
    return not _of_wsgi.are_original(app)
