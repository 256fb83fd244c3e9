"""What makes a list, a dict or headers immutable, or makes a dict tell of changes.

Werkzeug: ``werkzeug.datastructures.mixins``. Django: ``ImmutableList``, an immutable ``QueryDict``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any, Generic, NoReturn, SupportsIndex, TypeVar, overload

from .._internal import _missing

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")
C = TypeVar("C", bound=type)


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise TypeError(f"{type(self).__name__!r} objects are immutable")


def _without(*names: str) -> Callable[[C], C]:
    """Make methods of a class refuse to work."""

    def decorator(cls: C) -> C:
        for name in names:
            setattr(cls, name, _refuse)
        return cls

    return decorator


class _HashedOnce:
    """Remembers a hash, since what is hashed cannot change."""

    _hash_cache: int | None = None

    def _hash_of(self, value: Any) -> int:
        if self._hash_cache is None:
            self._hash_cache = hash(value)
        return self._hash_cache


@_without(
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__setitem__",
    "append",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
)
class ImmutableListMixin(_HashedOnce):
    """Makes a list immutable, and hashable."""

    def __hash__(self) -> int:
        return self._hash_of(tuple(self))  # type: ignore[arg-type]

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return type(self), (list(self),)  # type: ignore[call-overload]


@_without(
    "__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"
)
class ImmutableDictMixin(_HashedOnce, Generic[K, V]):
    """Makes a dict immutable, and hashable if its values are."""

    @classmethod
    def fromkeys(cls, keys: Iterable[Any], value: Any = None) -> Any:
        """Make one whose keys have all the same value."""
        return cls(zip(keys, repeat(value)))  # type: ignore[call-arg]

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return type(self), (dict(self),)  # type: ignore[call-overload]

    def _iter_hashitems(self) -> Iterable[Any]:
        return self.items()  # type: ignore[attr-defined, no-any-return]

    def __hash__(self) -> int:
        return self._hash_of(frozenset(self._iter_hashitems()))


@_without("add", "popitemlist", "poplist", "setlist", "setlistdefault")
class ImmutableMultiDictMixin(ImmutableDictMixin[K, V]):
    """Makes a multi dict immutable, and hashable if its values are."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return type(self), (list(self.items(multi=True)),)  # type: ignore[attr-defined]

    def _iter_hashitems(self) -> Iterable[Any]:
        return self.items(multi=True)  # type: ignore[attr-defined, no-any-return]


@_without(
    "__delitem__",
    "__ior__",
    "__setitem__",
    "add",
    "add_header",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "set",
    "setdefault",
    "setlist",
    "setlistdefault",
    "update",
)
class ImmutableHeadersMixin:
    """Makes headers immutable."""


class UpdateDictMixin(dict[K, V]):
    """Makes a dict call ``on_update`` with itself after each change."""

    on_update: Callable[[Any], None] | None = None

    def _updated(self) -> None:
        if self.on_update is not None:
            self.on_update(self)

    def setdefault(self, key: K, default: V | None = None) -> V:
        is_new = key not in self
        value = super().setdefault(key, default)  # type: ignore[arg-type]
        if is_new:
            self._updated()
        return value

    @overload
    def pop(self, key: K) -> V: ...
    @overload
    def pop(self, key: K, default: V | D = ...) -> V | D: ...
    def pop(self, key: K, default: Any = _missing) -> Any:
        is_there = key in self
        value = super().pop(key) if default is _missing else super().pop(key, default)
        if is_there:
            self._updated()
        return value

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self._updated()

    def __delitem__(self, key: K) -> None:
        super().__delitem__(key)
        self._updated()

    def clear(self) -> None:
        super().clear()
        self._updated()

    def popitem(self) -> tuple[K, V]:
        item = super().popitem()
        self._updated()
        return item

    def update(self, arg: Any = None, /, **kwargs: V) -> None:
        super().update(() if arg is None else arg, **kwargs)
        self._updated()

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        result = super().__ior__(other)
        self._updated()
        return result
