"""Multi dicts that remember the order of values across keys; Werkzeug has deprecated them.

Werkzeug: ``werkzeug.datastructures.OrderedMultiDict``. Django: none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex

from .._internal import _missing
from ..exceptions import BadRequestKeyError
from .mixins import ImmutableMultiDictMixin
from .structures import K, MultiDict, V, iter_multi_items

if TYPE_CHECKING:
    from .structures import Source


def warn_of_ordered_dict(name: str, replacement: str, stacklevel: int = 3) -> None:
    import warnings

    warnings.warn(
        f"'{name}' is deprecated and will be removed in Werkzeug 3.2. Use '{replacement}' instead.",
        DeprecationWarning,
        stacklevel=stacklevel,
    )


class _OrderedMultiDict(MultiDict[K, V]):
    """A multi dict that remembers the order of values across keys; deprecated in Werkzeug.

    :param mapping: As for :class:`MultiDict`.
    """

    # The order is a list of pairs beside the dict; a change to the dict rebuilds what it must.

    def __init__(self, mapping: Source[K, V] | None = None) -> None:
        warn_of_ordered_dict("OrderedMultiDict", "MultiDict")
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
