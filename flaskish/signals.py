"""Signals: Django's dispatcher behind blinker's calling form.

Flask: Signals. Django: ``django.dispatch.Signal``.

A receiver is called as ``receiver(sender, **kwargs)``, without Django's ``signal`` argument.
``if signal.receivers`` is the cheap question whether anybody listens at all.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction, ismethod
from typing import Any, TypeVar

from django.dispatch import Signal

F = TypeVar("F", bound=Callable[..., Any])


class _Any:
    """Stands for all senders."""

    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()


class _Receiver:
    """A receiver in the form that Django's dispatcher stores and calls.

    :param receiver: The function or bound method.
    :param sender: The sender it listens to.
    :param is_weak: Whether it may be freed while it is connected.
    :param forget: Called once it was freed.
    """

    def __init__(
        self,
        receiver: Callable[..., Any],
        sender: Any,
        is_weak: bool,
        forget: Callable[[Any], None],
    ) -> None:
        self._sender = _refer_to(sender)
        self._receiver: Any = receiver
        self.is_weak = is_weak
        if is_weak:
            make_reference = weakref.WeakMethod if ismethod(receiver) else weakref.ref
            self._receiver = make_reference(receiver, forget)

    @property
    def function(self) -> Callable[..., Any] | None:
        """The receiver, ``None`` if it was freed."""
        function: Callable[..., Any] | None = self._receiver() if self.is_weak else self._receiver
        return function

    def listens_to(self, sender: Any) -> bool:
        """Tell whether signals of a sender are for this receiver."""
        own = self._sender()
        if own is ANY or own is None:
            # Nothing is left of a sender that was freed, and nothing is sent for it.
            return own is ANY
        return own is sender or (isinstance(own, (str, int)) and own == sender)

    def __call__(self, signal: Signal, sender: Any, **kwargs: Any) -> Any:
        function = self.function
        return None if function is None else function(sender, **kwargs)


def _identify(receiver: Callable[..., Any]) -> tuple[int, int]:
    """Return what two mentions of one receiver share; a bound method is made anew by each."""
    if ismethod(receiver):
        return id(receiver.__self__), id(receiver.__func__)
    return id(None), id(receiver)


def _refer_to(sender: Any) -> Callable[[], Any]:
    """Return a function that returns the sender, and does not keep it alive if that can be."""
    try:
        return weakref.ref(sender)
    except TypeError:
        return lambda: sender


class NamedSignal(Signal):
    """A signal with a name.

    :param name: The name.
    :param doc: What it is sent for.
    """

    def __init__(self, name: str, doc: str | None = None) -> None:
        super().__init__()
        self.name = name
        if doc:
            self.__doc__ = doc
        self.is_muted = False

    def connect(  # type: ignore[override]
        self, receiver: F, sender: Any = ANY, weak: bool = True
    ) -> F:
        """Call a function whenever the signal is sent.

        :param receiver: Takes the sender, and what is sent along by name.
        :param sender: The sender to listen to; all by default.
        :param weak: Whether the function may be freed in the meantime.
        :return: The function.
        """
        identity = _identify(receiver)
        entry = _Receiver(receiver, sender, weak, lambda reference: self._drop(identity))
        super().connect(
            entry,
            sender=None if sender is ANY else sender,
            weak=False,
            dispatch_uid=identity,
        )
        return receiver

    def connect_via(self, sender: Any, weak: bool = False) -> Callable[[F], F]:
        """Like :meth:`connect`, as a decorator.

        :param sender: The sender to listen to.
        :param weak: Whether the function may be freed in the meantime.
        """

        def decorator(receiver: F) -> F:
            return self.connect(receiver, sender, weak)

        return decorator

    @contextmanager
    def connected_to(self, receiver: Callable[..., Any], sender: Any = ANY) -> Iterator[None]:
        """Listen during a ``with`` block.

        :param receiver: The function.
        :param sender: The sender to listen to; all by default.
        """
        self.connect(receiver, sender, weak=False)
        try:
            yield
        finally:
            self.disconnect(receiver)

    def temporarily_connected_to(self, receiver: Callable[..., Any], sender: Any = ANY) -> Any:
        """The older name of :meth:`connected_to`."""
        return self.connected_to(receiver, sender)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Send nothing during a ``with`` block."""
        self.is_muted = True
        try:
            yield
        finally:
            self.is_muted = False

    def disconnect(  # type: ignore[override]
        self, receiver: Callable[..., Any], sender: Any = ANY
    ) -> None:
        """Stop calling a function.

        :param receiver: The function.
        :param sender: The sender to stop listening to; all by default.
        """
        identity = _identify(receiver)
        if sender is ANY:
            self._drop(identity)
        else:
            super().disconnect(sender=sender, dispatch_uid=identity)

    def _drop(self, identity: tuple[int, int]) -> None:
        self.receivers = [entry for entry in self.receivers if entry[0][0] != identity]

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Iterate over the functions that a sender's signal is sent to.

        :param sender: The sender.
        """
        # Read here rather than asked of Django, because tools that watch Django's signals put
        # functions of their own around what Django answers.
        for _, entry, *_ in tuple(self.receivers):
            if entry.listens_to(sender) and (function := entry.function) is not None:
                yield function

    def has_receivers_for(self, sender: Any) -> bool:
        """Tell whether anybody listens to a sender.

        :param sender: The sender; ``ANY`` asks for those that listen to all.
        """
        return any(True for _ in self.receivers_for(sender))

    def send(
        self,
        sender: Any = None,
        /,
        *,
        _async_wrapper: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
        **kwargs: Any,
    ) -> list[tuple[Callable[..., Any], Any]]:
        """Call all receivers.

        :param sender: Who sends.
        :param _async_wrapper: Makes async receivers callable.
        :param kwargs: What is sent along.
        :return: Each receiver with what it returned.
        :raises RuntimeError: A receiver is async, and there is no wrapper.
        """
        if not self.receivers or self.is_muted:
            return []
        results = []
        for receiver in self.receivers_for(sender):
            call = receiver
            if iscoroutinefunction(receiver):
                if _async_wrapper is None:
                    raise RuntimeError("Cannot send to a coroutine function.")
                call = _async_wrapper(receiver)
            results.append((receiver, call(sender, **kwargs)))
        return results

    async def send_async(
        self,
        sender: Any = None,
        /,
        *,
        _sync_wrapper: Callable[[Callable[..., Any]], Callable[..., Coroutine[Any, Any, Any]]]
        | None = None,
        **kwargs: Any,
    ) -> list[tuple[Callable[..., Any], Any]]:
        """Await all receivers.

        :param sender: Who sends.
        :param _sync_wrapper: Makes sync receivers awaitable.
        :param kwargs: What is sent along.
        :return: Each receiver with what it returned.
        :raises RuntimeError: A receiver is sync, and there is no wrapper.
        """
        if not self.receivers or self.is_muted:
            return []
        results = []
        for receiver in self.receivers_for(sender):
            call = receiver
            if not iscoroutinefunction(receiver):
                if _sync_wrapper is None:
                    raise RuntimeError("Cannot send to a non-coroutine function.")
                call = _sync_wrapper(receiver)
            results.append((receiver, await call(sender, **kwargs)))
        return results

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class Namespace(dict[str, NamedSignal]):
    """Signals by name, each made when it is first asked for."""

    def signal(self, name: str, doc: str | None = None) -> NamedSignal:
        """Return the signal of a name.

        :param name: The name.
        :param doc: What it is sent for, if it has to be made.
        """
        if name not in self:
            self[name] = NamedSignal(name, doc)
        return self[name]


_signals = Namespace()

template_rendered = _signals.signal("template-rendered")
before_render_template = _signals.signal("before-render-template")
request_started = _signals.signal("request-started")
request_finished = _signals.signal("request-finished")
request_tearing_down = _signals.signal("request-tearing-down")
got_request_exception = _signals.signal("got-request-exception")
appcontext_tearing_down = _signals.signal("appcontext-tearing-down")
appcontext_pushed = _signals.signal("appcontext-pushed")
appcontext_popped = _signals.signal("appcontext-popped")
message_flashed = _signals.signal("message-flashed")
