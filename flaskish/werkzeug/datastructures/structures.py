"""Dicts with several values to a key, immutable ones, and ones that tell of changes.

Werkzeug: ``werkzeug.datastructures``. Django: ``MultiValueDict`` and ``QueryDict``, whose ``get``
gives the last value where these give the first.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self, SupportsIndex, TypeVar, overload

from .._internal import _missing
from ..exceptions import BadRequestKeyError
from .mixins import (
    ImmutableDictMixin,
    ImmutableListMixin,
    ImmutableMultiDictMixin,
    UpdateDictMixin,
)

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
D = TypeVar("D")

if TYPE_CHECKING:
    from typing import TypeAlias

    from ._header_set import HeaderSet as HeaderSet

    #: What a multi dict can be made of.
    Source: TypeAlias = (
        "MultiDict[K, V] | Mapping[K, V | list[V] | tuple[V, ...] | set[V]] | Iterable[tuple[K, V]]"
    )


def iter_multi_items(mapping: Any) -> Iterator[tuple[Any, Any]]:
    """Iterate over all pairs of key and value; a list, tuple or set counts as several values.

    :param mapping: A multi dict, a mapping, or an iterable of pairs.
    """
    # What is a mapping Python finds out slowly, unless it is a dict.
    if isinstance(mapping, (list, tuple)):
        return iter(mapping)
    if isinstance(mapping, MultiDict):
        return mapping.items(multi=True)
    if isinstance(mapping, (dict, Mapping)):
        return _iter_values(mapping)
    return iter(mapping)


def _iter_values(mapping: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    for key, value in mapping.items():
        if isinstance(value, (list, tuple, set)):
            for item in value:
                yield key, item
        else:
            yield key, value


def _converted(values: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert values, leaving out those that cannot be converted."""
    result = []
    for value in values:
        try:
            result.append(convert(value))
        except (TypeError, ValueError):
            continue
    return result


class ImmutableList(ImmutableListMixin, list[V]):  # type: ignore[misc]
    """A list that cannot be changed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list.__repr__(self)})"


class TypeConversionDict(dict[K, V]):
    """A dict whose ``get`` can convert the value."""

    @overload
    def get(self, key: K, default: None = None, type: None = None) -> V | None: ...
    @overload
    def get(self, key: K, default: D, type: None = None) -> V | D: ...
    @overload
    def get(self, key: K, default: None = None, *, type: Callable[[V], T]) -> T | None: ...
    @overload
    def get(self, key: K, default: D, type: Callable[[V], T]) -> T | D: ...
    def get(self, key: K, default: Any = None, type: Callable[[V], Any] | None = None) -> Any:
        """Return a value.

        :param key: The key.
        :param default: What to return if the key is missing or the value cannot be converted.
        :param type: Converts the value; raises ``ValueError`` or ``TypeError`` if it cannot.
        """
        try:
            value = self[key]
        except KeyError:
            return default
        if type is None:
            return value
        try:
            return type(value)
        except (TypeError, ValueError):
            return default


class ImmutableTypeConversionDict(  # type: ignore[misc]
    ImmutableDictMixin[K, V], TypeConversionDict[K, V]
):
    """A :class:`TypeConversionDict` that cannot be changed; its ``copy`` can."""

    def copy(self) -> TypeConversionDict[K, V]:
        return TypeConversionDict(self)

    def __copy__(self) -> Any:
        return self


class MultiDict(TypeConversionDict[K, V]):
    """A dict with several values to a key. Plain access is to the first one.

    :param mapping: A multi dict, a mapping (a list, tuple or set counts as several values), or an
        iterable of pairs.
    """

    # The dict itself holds lists; whatever goes around the methods below sees them.

    def __init__(self, mapping: Source[K, V] | None = None) -> None:
        if mapping is None:
            super().__init__()
        elif isinstance(mapping, MultiDict):
            super().__init__((key, values[:]) for key, values in mapping.lists())  # type: ignore[misc]
        else:
            lists: dict[Any, list[Any]] = {}
            for key, value in iter_multi_items(mapping):
                lists.setdefault(key, []).append(value)
            super().__init__(lists)

    def __getstate__(self) -> Any:
        return dict(self.lists())

    def __setstate__(self, value: Any) -> None:
        dict.clear(self)
        dict.update(self, value)

    # Cython and ``dict(...)`` read a dict subclass by its methods only if it has this one.
    def __iter__(self) -> Iterator[K]:
        return super().__iter__()

    def __getitem__(self, key: K) -> V:
        """Return the first value.

        :raises BadRequestKeyError: The key is missing.
        """
        values: Any = dict.get(self, key)
        if not values:
            raise BadRequestKeyError(key)
        return values[0]  # type: ignore[no-any-return]

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, [value])  # type: ignore[assignment]

    def add(self, key: K, value: V) -> None:
        """Add a value to those of a key."""
        super().setdefault(key, []).append(value)  # type: ignore[arg-type, attr-defined]

    @overload
    def getlist(self, key: K, type: None = None) -> list[V]: ...
    @overload
    def getlist(self, key: K, type: Callable[[V], T]) -> list[T]: ...
    def getlist(self, key: K, type: Callable[[V], Any] | None = None) -> list[Any]:
        """Return all values of a key.

        :param key: The key.
        :param type: Converts the values; those it cannot convert are left out.
        """
        values: Any = dict.get(self, key, ())
        return list(values) if type is None else _converted(values, type)

    def setlist(self, key: K, new_list: Iterable[V]) -> None:
        """Replace all values of a key."""
        super().__setitem__(key, list(new_list))  # type: ignore[assignment]

    def setdefault(self, key: K, default: V | None = None) -> V:
        """Return the first value, set to ``default`` first if there is none."""
        if key not in self:
            self[key] = default  # type: ignore[assignment]
        return self[key]

    def setlistdefault(self, key: K, default_list: Iterable[V] | None = None) -> list[V]:
        """Return the list of values itself, set to ``default_list`` first if there is none."""
        if key not in self:
            super().__setitem__(key, list(default_list or ()))  # type: ignore[assignment]
        lists: dict[K, list[V]] = self  # type: ignore[assignment]
        return dict.__getitem__(lists, key)

    def items(self, multi: bool = False) -> Iterator[tuple[K, V]]:  # type: ignore[override]
        """Iterate over pairs of key and value.

        :param multi: Whether all values are given rather than the first.
        """
        for key, values in super().items():
            if multi:
                for value in values:  # type: ignore[attr-defined]
                    yield key, value
            else:
                yield key, values[0]  # type: ignore[index]

    def lists(self) -> Iterator[tuple[K, list[V]]]:
        """Iterate over pairs of key and list of values."""
        for key, values in super().items():
            yield key, list(values)  # type: ignore[call-overload]

    def values(self) -> Iterator[V]:  # type: ignore[override]
        """Iterate over the first value of each key."""
        for values in super().values():
            yield values[0]  # type: ignore[index]

    def listvalues(self) -> Iterable[list[V]]:
        """Return the lists of values."""
        return super().values()  # type: ignore[return-value]

    def copy(self) -> MultiDict[K, V]:
        """Return a copy; the values are the same objects."""
        return self.__class__(self)

    def deepcopy(self, memo: Any = None) -> Self:
        """Return a copy with copies of the values."""
        return self.__class__(copy.deepcopy(self.to_dict(flat=False), memo))

    @overload
    def to_dict(self, flat: Literal[True] = True) -> dict[K, V]: ...
    @overload
    def to_dict(self, flat: Literal[False]) -> dict[K, list[V]]: ...
    def to_dict(self, flat: bool = True) -> dict[K, V] | dict[K, list[V]]:
        """Return a plain dict.

        :param flat: Whether it has the first values rather than lists.
        """
        return dict(self.items()) if flat else dict(self.lists())

    def update(self, mapping: Source[K, V]) -> None:  # type: ignore[override]
        """Add values; those that are there stay."""
        for key, value in iter_multi_items(mapping):
            self.add(key, value)

    def __or__(  # type: ignore[override]
        self, other: Mapping[K, V | list[V] | tuple[V, ...] | set[V]]
    ) -> MultiDict[K, V]:
        if not isinstance(other, Mapping):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ior__(self, other: Source[K, V]) -> Self:  # type: ignore[override]
        if not isinstance(other, (Mapping, Iterable)):
            return NotImplemented
        self.update(other)
        return self

    @overload
    def pop(self, key: K) -> V: ...
    @overload
    def pop(self, key: K, default: V | D = ...) -> V | D: ...
    def pop(self, key: K, default: Any = _missing) -> Any:
        """Remove a key and return its first value.

        :raises BadRequestKeyError: The key is missing and there is no default.
        """
        values: Any = dict.pop(self, key, None)
        if values:
            return values[0]
        if values is not None or default is _missing:
            raise BadRequestKeyError(key)
        return default

    def popitem(self) -> tuple[K, V]:
        """Remove a key and return it with its first value.

        :raises BadRequestKeyError: There is none.
        """
        key, values = self.popitemlist()
        if not values:
            raise BadRequestKeyError(key)
        return key, values[0]

    def poplist(self, key: K) -> list[V]:
        """Remove a key and return all its values."""
        lists: dict[K, list[V]] = self  # type: ignore[assignment]
        return dict.pop(lists, key, [])

    def popitemlist(self) -> tuple[K, list[V]]:
        """Remove a key and return it with all its values.

        :raises BadRequestKeyError: There is none.
        """
        try:
            return super().popitem()  # type: ignore[return-value]
        except KeyError as error:
            raise BadRequestKeyError(error.args[0]) from None

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.deepcopy(memo=memo)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.items(multi=True))!r})"


class CombinedMultiDict(ImmutableMultiDictMixin[K, V], MultiDict[K, V]):  # type: ignore[misc]
    """Several multi dicts seen as one; the first that has a key gives its value.

    :param dicts: The multi dicts.
    """

    def __init__(self, dicts: Iterable[MultiDict[K, V]] | None = None) -> None:
        super().__init__()
        self.dicts: list[MultiDict[K, V]] = list(dicts or ())

    @classmethod
    def fromkeys(cls, keys: Any, value: Any = None) -> NoReturn:
        raise TypeError(f"cannot create {cls.__name__!r} instances by fromkeys")

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return type(self), (self.dicts,)

    def __getitem__(self, key: K) -> V:
        for one in self.dicts:
            if key in one:
                return one[key]
        raise BadRequestKeyError(key)

    @overload
    def get(self, key: K, default: None = None, type: None = None) -> V | None: ...
    @overload
    def get(self, key: K, default: D, type: None = None) -> V | D: ...
    @overload
    def get(self, key: K, default: None = None, *, type: Callable[[V], T]) -> T | None: ...
    @overload
    def get(self, key: K, default: D, type: Callable[[V], T]) -> T | D: ...
    def get(self, key: K, default: Any = None, type: Callable[[V], Any] | None = None) -> Any:
        for one in self.dicts:
            if key not in one:
                continue
            if type is None:
                return one[key]
            try:
                return type(one[key])
            except (TypeError, ValueError):
                continue
        return default

    @overload
    def getlist(self, key: K, type: None = None) -> list[V]: ...
    @overload
    def getlist(self, key: K, type: Callable[[V], T]) -> list[T]: ...
    def getlist(self, key: K, type: Callable[[V], Any] | None = None) -> list[Any]:
        return [value for one in self.dicts for value in one.getlist(key, type=type)]

    def _keys_impl(self) -> set[K]:
        return set().union(*self.dicts)

    def keys(self) -> Any:
        return self._keys_impl()

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys_impl())

    def items(self, multi: bool = False) -> Iterator[tuple[K, V]]:  # type: ignore[override]
        seen = set()
        for one in self.dicts:
            for key, value in one.items(multi):
                if multi:
                    yield key, value
                elif key not in seen:
                    seen.add(key)
                    yield key, value

    def values(self) -> Iterator[V]:  # type: ignore[override]
        for _, value in self.items():
            yield value

    def lists(self) -> Any:
        lists: dict[K, list[V]] = {}
        for one in self.dicts:
            for key, values in one.lists():
                lists.setdefault(key, []).extend(values)
        return lists.items()

    def listvalues(self) -> Iterable[list[V]]:
        return (values for _, values in self.lists())

    def copy(self) -> MultiDict[K, V]:
        """Return a multi dict with all the values, which can be changed."""
        return MultiDict(self)

    def __len__(self) -> int:
        return len(self._keys_impl())

    def __contains__(self, key: object) -> bool:
        return any(key in one for one in self.dicts)

    def __bool__(self) -> bool:
        return any(self.dicts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.dicts!r})"


class ImmutableDict(ImmutableDictMixin[K, V], dict[K, V]):  # type: ignore[misc]
    """A dict that cannot be changed; its ``copy`` can."""

    def copy(self) -> dict[K, V]:
        return dict(self)

    def __copy__(self) -> Any:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict.__repr__(self)})"


class ImmutableMultiDict(ImmutableMultiDictMixin[K, V], MultiDict[K, V]):  # type: ignore[misc]
    """A multi dict that cannot be changed; its ``copy`` can."""

    def copy(self) -> MultiDict[K, V]:
        return MultiDict(self)

    def __copy__(self) -> Any:
        return self


class CallbackDict(UpdateDictMixin[K, V], dict[K, V]):
    """A dict that calls a function after each change.

    :param initial: The contents.
    :param on_update: Called with the dict.
    """

    def __init__(
        self,
        initial: Mapping[K, V] | Iterable[tuple[K, V]] | None = None,
        on_update: Callable[[Any], None] | None = None,
    ) -> None:
        dict.__init__(self, () if initial is None else initial)
        self.on_update = on_update

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict.__repr__(self)}>"


#: Deprecated classes, each with its replacement.
_REPLACED = {
    "OrderedMultiDict": "MultiDict",
    "ImmutableOrderedMultiDict": "ImmutableMultiDict",
}


def __getattr__(name: str) -> Any:
    if name == "HeaderSet":
        from ._header_set import HeaderSet

        return HeaderSet
    if name.removeprefix("_") not in _REPLACED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Few programs name them, and whoever does is warned.
    from . import _ordered

    if name in _REPLACED:
        _ordered.warn_of_ordered_dict(name, _REPLACED[name])
    return getattr(_ordered, f"_{name.removeprefix('_')}")
