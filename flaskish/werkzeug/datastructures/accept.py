"""``Accept`` headers: what a client likes to get, and how much.

Werkzeug: ``werkzeug.datastructures.Accept``. Django: ``HttpRequest.accepts``, ``MediaType``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache
from typing import Any

from .structures import ImmutableList

_mime_split_re = re.compile(r"/|(?:[ \t]*+;[ \t]*+)")
_locale_delim_re = re.compile(r"[_-]")


class Accept(ImmutableList[tuple[str, float]]):
    """Values and their qualities, the most specific first, then the best.

    :param values: Pairs of value and quality; ``None`` if the header was not sent.
    """

    def __init__(self, values: Accept | Iterable[tuple[str, float]] | None = ()) -> None:
        #: Whether the header was sent.
        self.provided = values is not None
        if isinstance(values, Accept):
            self.provided = values.provided
            super().__init__(values)
        else:
            super().__init__(
                sorted(
                    values or (),
                    key=lambda pair: (self._specificity(pair[0]), pair[1]),
                    reverse=True,
                )
            )

    def _specificity(self, value: str) -> tuple[bool, ...]:
        """Return what sorts values by how much they leave open."""
        return (value != "*",)

    def _value_matches(self, value: str, item: str) -> bool:
        """Tell whether a value offered is one that the client's item stands for."""
        return item == "*" or item.lower() == value.lower()

    def __getitem__(self, key: Any) -> Any:
        """Return the pair at a place, or the quality of a value."""
        return self.quality(key) if isinstance(key, str) else list.__getitem__(self, key)

    def _find(self, value: str) -> tuple[int, tuple[str, float]] | None:
        for place, pair in enumerate(self):
            if self._value_matches(value, pair[0]):
                return place, pair
        return None

    def quality(self, key: str) -> float:
        """Return the quality of a value, 0 if the client does not accept it."""
        found = self._find(key)
        return 0 if found is None else found[1][1]

    def __contains__(self, value: Any) -> bool:
        return self._find(value) is not None

    def index(self, key: Any, *args: Any) -> int:
        """Return the place of a value, or of a pair.

        :raises ValueError: It is not there.
        """
        if not isinstance(key, str):
            return list.index(self, key, *args)
        found = self._find(key)
        if found is None:
            raise ValueError(key)
        return found[0]

    def find(self, key: Any) -> int:
        """Return the place of a value or a pair, -1 if it is not there."""
        try:
            return self.index(key)
        except ValueError:
            return -1

    def values(self) -> Iterator[str]:
        """Iterate over the values."""
        for value, _ in self:
            yield value

    def to_header(self) -> str:
        """Return the header."""
        return ",".join(
            value if quality == 1 else f"{value};q={quality}" for value, quality in self
        )

    def best_match(self, matches: Iterable[str], default: str | None = None) -> str | None:
        """Return the value the client likes best.

        :param matches: The values on offer, the server's favourites first.
        :param default: What to return if the client accepts none.
        """
        best, best_quality, best_specificity = default, -1.0, (-1,)
        for value in matches:
            found = self._find(value)
            if found is None:
                continue
            item, quality = found[1]
            specificity: Any = self._specificity(item)
            if quality <= 0 or quality < best_quality:
                continue
            if quality > best_quality or specificity > best_specificity:
                best, best_quality, best_specificity = value, quality, specificity
        return best

    @property
    def best(self) -> str | None:
        """The value the client likes best."""
        return self[0][0] if self else None

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        pairs = ", ".join(f"({value!r}, {quality})" for value, quality in self)
        return f"{type(self).__name__}([{pairs}])"


def _split_mimetype(value: str) -> list[str]:
    """Return type, subtype and parameters, in lower case."""
    return _mime_split_re.split(value.lower())


#: For what a program offers, which is compared with each of a client's items.
_split_offered_mimetype = lru_cache(maxsize=256)(_split_mimetype)


class MIMEAccept(Accept):
    """Media types: ``Accept``."""

    def _specificity(self, value: str) -> tuple[bool, ...]:
        return tuple([part != "*" for part in _mime_split_re.split(value)])

    def _value_matches(self, value: str, item: str) -> bool:
        # What the client sends may be anything; what the program offers has to be a media type.
        if "/" not in item:
            return False
        if "/" not in value:
            raise ValueError(f"invalid mimetype {value!r}")
        kind, subtype, *parameters = _split_offered_mimetype(value)
        if kind == "*" and subtype != "*":
            raise ValueError(f"invalid mimetype {value!r}")
        item_kind, item_subtype, *item_parameters = _split_mimetype(item)
        if item_kind == "*":
            return item_subtype == "*"
        if kind == "*":
            return True
        if kind != item_kind:
            return False
        if "*" in (subtype, item_subtype):
            return True
        return subtype == item_subtype and sorted(parameters) == sorted(item_parameters)

    @property
    def accept_html(self) -> bool:
        """Whether the client accepts HTML."""
        return self._find("text/html") is not None or self.accept_xhtml

    @property
    def accept_xhtml(self) -> bool:
        """Whether the client accepts XHTML."""
        return any(self._find(xml) for xml in ("application/xhtml+xml", "application/xml"))

    @property
    def accept_json(self) -> bool:
        """Whether the client accepts JSON."""
        return self._find("application/json") is not None


class LanguageAccept(Accept):
    """Languages: ``Accept-Language``."""

    def _value_matches(self, value: str, item: str) -> bool:
        return item == "*" or _split_offered_locale(value) == _split_locale(item)

    def best_match(self, matches: Iterable[str], default: str | None = None) -> str | None:
        """Return the language the client likes best.

        A language without its region stands in for one with it, on either side.

        :param matches: The languages on offer, the server's favourites first.
        :param default: What to return if the client accepts none.
        """
        matches = list(matches)
        best = super().best_match(matches)
        if best is not None:
            return best
        primary = Accept([(_primary_language(item), quality) for item, quality in self])
        best = primary.best_match(matches)
        if best is not None:
            return best
        best = super().best_match([_primary_language(match) for match in matches])
        if best is None:
            return default
        return next(match for match in matches if match.startswith(best))


def _split_locale(value: str) -> list[str]:
    return _locale_delim_re.split(value.lower())


_split_offered_locale = lru_cache(maxsize=256)(_split_locale)


def _primary_language(value: str) -> str:
    return _locale_delim_re.split(value, maxsplit=1)[0]


class CharsetAccept(Accept):
    """Charsets: ``Accept-Charset``."""

    def _value_matches(self, value: str, item: str) -> bool:
        return item == "*" or _offered_charset_name(value) == _charset_name(item)


def _charset_name(name: str) -> str:
    """Return what all names of a charset have in common.

    Python looks in its folders for a charset that it does not know, and remembers each for ever:
    clients can think of many.
    """
    plain = normalize_encoding(name).lower()
    return aliases.get(plain, plain)


_offered_charset_name = lru_cache(maxsize=256)(_charset_name)
