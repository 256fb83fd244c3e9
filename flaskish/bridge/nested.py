"""Values in lists, tuples and dicts, which a page or a report shows as it shows others.

Flask: none. Django: ``cleanse_setting``, which looks into the same.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from operator import is_not
from sys import maxsize
from typing import Any

#: Types that are looked into; a class derived from one may be anything.
CONTAINERS = (list, tuple, dict)
#: Lists in lists are looked into up to here.
_MAX_DEPTH = 16


class Nested:
    """Converts values and what is in their lists, tuples and dicts.

    :param convert: Called with each value; returns it, or another one in its place.
    :param ellipsis: Stands for a list that is in itself, or too deep; by default the list does.
    :param limit: How many items are looked at; the ellipsis stands for the others.
    """

    def __init__(
        self, convert: Callable[[Any], Any], ellipsis: Any = None, limit: int = maxsize
    ) -> None:
        self._convert = convert
        self._ellipsis = ellipsis
        self._left = limit
        # By identity; with the value, so that no other takes its identity.
        self._known: dict[int, tuple[Any, Any]] = {}

    def apply(self, value: Any, depth: int = 0) -> Any:
        """Convert a value.

        :param value: The value.
        :param depth: How deep it is in another one.
        :return: The value itself if nothing in it is another one, else a copy.
        """
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        converted = self._convert(value)
        if type(converted) not in CONTAINERS:
            return converted
        stand_in = converted if self._ellipsis is None else self._ellipsis
        if depth == _MAX_DEPTH:
            return stand_in
        self._known[id(value)] = value, stand_in
        converted = self._apply_inside(converted, depth + 1)
        self._known[id(value)] = value, converted
        return converted

    def _apply_inside(self, container: Any, depth: int) -> Any:
        is_dict = type(container) is dict
        if len(container) > self._left:
            container = self._cut(container)
        self._left = max(0, self._left - len(container))
        old = list(container.values() if is_dict else container)
        new = [self.apply(item, depth) for item in old]
        if not any(map(is_not, new, old)):
            return container
        return dict(zip(container, new, strict=True)) if is_dict else type(container)(new)

    def _cut(self, container: Any) -> Any:
        if type(container) is dict:
            return dict([*islice(container.items(), self._left), ("...", self._ellipsis)])
        return type(container)([*islice(container, self._left), self._ellipsis])
