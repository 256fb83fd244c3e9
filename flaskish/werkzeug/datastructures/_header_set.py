"""The words of a header such as ``Allow`` or ``Vary``, as a set.

Werkzeug: ``werkzeug.datastructures.HeaderSet``. Django: ``patch_vary_headers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableSet
from typing import Any, SupportsIndex

from .._header_values import quote_header_value


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
