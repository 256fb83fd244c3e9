"""Matches several variables in one text in linear time, whatever the text.

Werkzeug: nothing, a regex does it. Django: nothing, a regex does it.

From the end of the text to its beginning each step of the pattern finds all the places from which
the rest matches; then, from the beginning to the end, each takes the one that a regex would prefer.
A set of places is an integer, one bit for each, so a step costs a few operations on long integers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, Protocol


class Step(Protocol):
    """A step of a pattern.

    In a set of places bit 0 is the end of the text, so steps towards its beginning shift left.
    """

    def starts(self, ends: int, text: Text) -> int:
        """Return the places from which the step can reach one of ``ends``."""

    def end(self, start: int, ends: int, text: Text) -> int:
        """Return the one of ``ends`` that the step prefers, as an index, from a start that fits."""


class Text:
    """A text, and where in it the characters of each class stand.

    :param text: The text to match.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = len(text)
        self._places: dict[str, int] = {}

    def places(self, characters: str) -> int:
        """Return where the characters of a class stand: bit 0 is the last one.

        :param characters: A regex for one character.
        """
        places = self._places.get(characters)
        if places is None:
            runs = re.split(rf"(?!{characters})[\s\S]", self.text)
            places = self._places[characters] = int(
                "0".join(["1" * len(r) for r in runs]) or "0", 2
            )
        return places


class Run(NamedTuple):
    """A number of characters of one class; the most that will do, or the least."""

    characters: str
    least: int
    most: int | None
    prefers_least: bool

    def starts(self, ends: int, text: Text) -> int:
        places = text.places(self.characters)
        for _ in range(self.least):
            ends = (ends & places) << 1
            if not ends:
                return 0
        if self.most is None:
            # The carry of the addition runs through all adjoining places at once.
            return (((ends & places) + places) ^ places) | ends
        starts = ends
        for _ in range(self.most - self.least):
            ends = (ends & places) << 1
            if not ends:
                break
            starts |= ends
        return starts

    def end(self, start: int, ends: int, text: Text) -> int:
        left = text.length - start
        others = ~text.places(self.characters) & ((1 << left) - 1)
        last = text.length - others.bit_length()
        if self.most is not None:
            last = min(last, start + self.most)
        count = last - start - self.least + 1
        candidates = (ends >> (text.length - last)) & ((1 << count) - 1)
        if self.prefers_least:
            return last - candidates.bit_length() + 1
        return last - (candidates & -candidates).bit_length() + 1


class Words(NamedTuple):
    """One of several words, the first that will do."""

    words: tuple[str, ...]

    def starts(self, ends: int, text: Text) -> int:
        starts = 0
        for word in self.words:
            starts |= self._places_of(word, text) & (ends << len(word))
        return starts

    @staticmethod
    def _places_of(word: str, text: Text) -> int:
        # Bytes at first: setting one bit of a long integer copies all of it.
        bits = bytearray(b"0") * (text.length + 1)
        start = text.text.find(word)
        while start >= 0:
            bits[start] = ord("1")
            start = text.text.find(word, start + 1)
        return int(bits, 2)

    def end(self, start: int, ends: int, text: Text) -> int:
        for word in self.words:
            end = start + len(word)
            if text.text.startswith(word, start) and ends >> (text.length - end) & 1:
                return end
        raise AssertionError("starts() found a word here.")


class LinearPattern:
    """A pattern of literals and variables.

    :param pieces: The steps of each piece, and whether it is a variable.
    """

    def __init__(self, pieces: Iterable[tuple[Sequence[Step], bool]]) -> None:
        self.steps: list[Step] = []
        #: The first step of each variable and the one after its last.
        self.groups: list[tuple[int, int]] = []
        for steps, is_variable in pieces:
            first = len(self.steps)
            self.steps.extend(steps)
            if is_variable:
                self.groups.append((first, len(self.steps)))

    def match(self, value: str) -> list[str] | None:
        """Match a whole text.

        :param value: The text.
        :return: The texts of the variables, or ``None``.
        """
        text = Text(value)
        reachable = self._reachable_ends(text)
        if reachable is None:
            return None
        bounds = [0]
        for step, ends in zip(self.steps, reachable, strict=True):
            bounds.append(step.end(bounds[-1], ends, text))
        return [value[bounds[first] : bounds[last]] for first, last in self.groups]

    def _reachable_ends(self, text: Text) -> list[int] | None:
        """Return for each step where it may end so that the rest of the text matches."""
        ends = 1
        reachable = []
        for step in reversed(self.steps):
            reachable.append(ends)
            ends = step.starts(ends, text)
            if not ends:
                return None
        reachable.reverse()
        return reachable if ends >> text.length & 1 else None


@cache
def _atom() -> re.Pattern[str]:
    """Compile the pattern of one step; by need, for most applications never need it."""
    return re.compile(
        r"""
        (?P<characters>
            \[ \^? \]? (?: \\. | [^\]\\] )* \]
          | \\ [wWdDsS]
          | \\ [^a-zA-Z0-9]
          | [^\\\[\](){}|^$*+?]
        )
        (?P<repeat> [*+?] | \{ (?P<least> [0-9]* ) (?P<comma> ,? ) (?P<most> [0-9]* ) \} )?
        (?P<lazy> \? )?
        (?! [*+?{] )
        """,
        re.VERBOSE | re.DOTALL,
    )


_BOUNDS = {"*": (0, None), "+": (1, None), "?": (0, 1), None: (1, 1)}


@lru_cache(maxsize=256)
def steps_of_regex(regex: str) -> tuple[Step, ...] | None:
    """Translate a regex, if it is a mere sequence of characters and classes with repeats.

    :param regex: The regex of a converter.
    :return: Its steps, ``None`` if it has groups, alternatives, or anything else.
    """
    steps: list[Step] = []
    position = 0
    while position < len(regex):
        found = _atom().match(regex, position)
        bounds = None if found is None else _bounds_of(found)
        if found is None or bounds is None:
            return None
        steps.append(Run(found["characters"], *bounds, found["lazy"] is not None))
        position = found.end()
    try:
        re.compile(regex)
    except (re.error, RecursionError, OverflowError):
        return None
    return tuple(steps)


def _bounds_of(atom: re.Match[str]) -> tuple[int, int | None] | None:
    if atom["least"] is None:
        return _BOUNDS[atom["repeat"]]
    if not atom["least"] and not atom["most"]:
        # "{}" and "{,}" may be literal text.
        return None
    least = int(atom["least"] or 0)
    if not atom["comma"]:
        return least, least
    return least, int(atom["most"]) if atom["most"] else None
