"""Dicts with several values to a key, immutable ones, and ones that tell of changes.

Werkzeug: ``werkzeug.datastructures``. Django: ``MultiValueDict`` and ``QueryDict``, whose ``get``
gives the last value where these give the first.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSet
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self, SupportsIndex, TypeVar, overload

from .._header_values import quote_header_value
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

    #: What a multi dict can be made of.
    Source: TypeAlias = (
        "MultiDict[K, V] | Mapping[K, V | list[V] | tuple[V, ...] | set[V]] | Iterable[tuple[K, V]]"
    )


def iter_multi_items(mapping: Any) -> Iterator[tuple[Any, Any]]:
    """Iterate over all pairs of key and value; a list, tuple or set counts as several values.

    :param mapping: A multi dict, a mapping, or an iterable of pairs.
    """
    if isinstance(mapping, MultiDict):
        yield from mapping.items(multi=True)
    elif isinstance(mapping, Mapping):
        for key, value in mapping.items():
            if isinstance(value, (list, tuple, set)):
                for item in value:
                    yield key, item
            else:
                yield key, value
    else:
        yield from mapping


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


class _OrderedMultiDict(MultiDict[K, V]):
    """A multi dict that remembers the order of values across keys; deprecated in Werkzeug.

    :param mapping: As for :class:`MultiDict`.
    """

    # The order is a list of pairs beside the dict; a change to the dict rebuilds what it must.

    def __init__(self, mapping: Source[K, V] | None = None) -> None:
        _warn_of_ordered_dict("OrderedMultiDict", "MultiDict")
        super().__init__()
        self._pairs: list[tuple[K, V]] = []
        if mapping is not None:
            self.update(mapping)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MultiDict):
            return NotImplemented
        if isinstance(other, _OrderedMultiDict):
            return self._pairs == other._pairs
        return dict(self.lists()) == dict(other.lists())

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return type(self), (list(self._pairs),)

    def __getstate__(self) -> Any:
        return list(self._pairs)

    def __setstate__(self, value: Any) -> None:
        self.clear()
        self.update(value)

    def __setitem__(self, key: K, value: V) -> None:
        self.setlist(key, [value])

    def __delitem__(self, key: K) -> None:
        self.pop(key)

    def __iter__(self) -> Iterator[K]:
        return iter(self.keys())

    def keys(self) -> Any:
        return (key for key, _ in self.items())

    def values(self) -> Iterator[V]:  # type: ignore[override]
        return (value for _, value in self.items())

    def items(self, multi: bool = False) -> Iterator[tuple[K, V]]:  # type: ignore[override]
        if multi:
            yield from self._pairs
            return
        for key in dict.fromkeys(key for key, _ in self._pairs):
            yield key, self[key]

    def lists(self) -> Iterator[tuple[K, list[V]]]:
        for key, _ in self.items():
            yield key, self.getlist(key)

    def listvalues(self) -> Iterable[list[V]]:
        return (values for _, values in self.lists())

    def add(self, key: K, value: V) -> None:
        super().add(key, value)
        self._pairs.append((key, value))

    def setlist(self, key: K, new_list: Iterable[V]) -> None:
        self.poplist(key)
        for value in new_list:
            self.add(key, value)

    def setlistdefault(self, key: Any, default_list: Any = None) -> NoReturn:
        raise TypeError("setlistdefault is unsupported for ordered multi dicts")

    def update(self, mapping: Any) -> None:
        for key, value in iter_multi_items(mapping):
            self.add(key, value)

    def _forget(self, key: K) -> None:
        self._pairs = [pair for pair in self._pairs if pair[0] != key]

    def clear(self) -> None:
        super().clear()
        self._pairs.clear()

    def poplist(self, key: K) -> list[V]:
        values = super().poplist(key)
        self._forget(key)
        return values

    def pop(self, key: K, default: Any = _missing) -> Any:
        value = super().pop(key, default)
        self._forget(key)
        return value

    def popitem(self) -> tuple[K, V]:
        key, values = self.popitemlist()
        return key, values[0]

    def popitemlist(self) -> tuple[K, list[V]]:
        if not self._pairs:
            raise BadRequestKeyError("popitem(): dictionary is empty")
        key = self._pairs[-1][0]
        return key, self.poplist(key)


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


class _ImmutableOrderedMultiDict(ImmutableMultiDictMixin[K, V], _OrderedMultiDict[K, V]):
    """An ordered multi dict that cannot be changed; deprecated in Werkzeug.

    :param mapping: As for :class:`MultiDict`.
    """

    def __init__(self, mapping: Any = None) -> None:
        super().__init__()
        for key, value in iter_multi_items(mapping or ()):
            _OrderedMultiDict.add(self, key, value)

    __hash__ = ImmutableMultiDictMixin.__hash__  # type: ignore[assignment]

    def _iter_hashitems(self) -> Iterable[Any]:
        return enumerate(self.items(multi=True))

    def copy(self) -> _OrderedMultiDict[K, V]:
        return _OrderedMultiDict(self)

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


class HeaderSet(MutableSet[str]):
    """The set of words in a header such as ``Allow`` or ``Vary``: in order, whatever their case.

    :param headers: The words.
    :param on_update: Called with the set after each change.
    """

    def __init__(
        self,
        headers: Iterable[str] | None = None,
        on_update: Callable[[Any], None] | None = None,
    ) -> None:
        self._headers = list(headers or ())
        self._set = {word.lower() for word in self._headers}
        self.on_update = on_update

    def _updated(self) -> None:
        if self.on_update is not None:
            self.on_update(self)

    def add(self, header: str) -> None:
        """Add a word."""
        self.update((header,))

    def update(self, iterable: Iterable[str]) -> None:
        """Add words."""
        count = len(self._set)
        for word in iterable:
            if word.lower() not in self._set:
                self._headers.append(word)
                self._set.add(word.lower())
        if len(self._set) != count:
            self._updated()

    def remove(self, header: str) -> None:
        """Remove a word.

        :raises KeyError: It is not there.
        """
        if header.lower() not in self._set:
            raise KeyError(header)
        del self[self.find(header)]

    def discard(self, header: str) -> None:
        """Remove a word, if it is there."""
        if header.lower() in self._set:
            self.remove(header)

    def clear(self) -> None:
        """Remove all words."""
        self._set.clear()
        self._headers.clear()
        self._updated()

    def find(self, header: str) -> int:
        """Return the place of a word, -1 if it is not there."""
        for place, word in enumerate(self._headers):
            if word.lower() == header.lower():
                return place
        return -1

    def index(self, header: str) -> int:
        """Return the place of a word.

        :raises IndexError: It is not there.
        """
        place = self.find(header)
        if place < 0:
            raise IndexError(header)
        return place

    def as_set(self, preserve_casing: bool = False) -> set[str]:
        """Return a plain set.

        :param preserve_casing: Whether the words are as they were given rather than lower-case.
        """
        return set(self._headers if preserve_casing else self._set)

    def to_header(self) -> str:
        """Return the value of the header."""
        return ", ".join(map(quote_header_value, self._headers))

    def __getitem__(self, idx: SupportsIndex) -> str:
        return self._headers[idx]

    def __delitem__(self, idx: SupportsIndex) -> None:
        self._set.remove(self._headers.pop(idx).lower())
        self._updated()

    def __setitem__(self, idx: SupportsIndex, value: str) -> None:
        self._set.remove(self._headers[idx].lower())
        self._headers[idx] = value
        self._set.add(value.lower())
        self._updated()

    def __contains__(self, header: object) -> bool:
        return isinstance(header, str) and header.lower() in self._set

    def __len__(self) -> int:
        return len(self._set)

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __bool__(self) -> bool:
        return bool(self._set)

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._headers!r})"


def _warn_of_ordered_dict(name: str, replacement: str, stacklevel: int = 3) -> None:
    import warnings

    warnings.warn(
        f"'{name}' is deprecated and will be removed in Werkzeug 3.2. Use '{replacement}' instead.",
        DeprecationWarning,
        stacklevel=stacklevel,
    )


def __getattr__(name: str) -> Any:
    if name == "OrderedMultiDict":
        _warn_of_ordered_dict(name, "MultiDict")
        return _OrderedMultiDict
    if name == "ImmutableOrderedMultiDict":
        _warn_of_ordered_dict(name, "ImmutableMultiDict")
        return _ImmutableOrderedMultiDict
    raise AttributeError(name)
