"""Matches text with variables in it: the part of a URL between two slashes, or the rest of it.

Werkzeug: the regex of a ``RulePart``. Django: ``django.urls.resolvers._route_to_regex``.

With one variable only, what stands before and after it is cut off and its regex decides. Several
variables in one part would let a regex try every way of sharing out the text, and a hostile URL
would make it try them all. So long texts are matched by :mod:`._linear`, which gives the very same
groups; short ones by the regex, which is faster there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .converters import AnyConverter, BaseConverter

if TYPE_CHECKING:
    from ._linear import Step

#: A part of a rule between two slashes: literals and converters.
Items = tuple[str | BaseConverter, ...]
#: Takes a text and gives the texts of the variables, ``None`` if it does not match.
Match = Callable[[str], Sequence[str] | None]

#: What most variables take, without asking ``re``: the regexes of ``string``, ``int`` and ``path``.
_MATCHES: dict[str, Match] = {
    "[^/]{1,}": lambda text: (text,) if text and "/" not in text else None,
    "[0-9]+": lambda text: (text,) if text.isdecimal() and text.isascii() else None,
    "[^/].*?": lambda text: (text,) if text and text[0] != "/" and text.find("\n", 1) < 0 else None,
}
#: How long a text a regex may share out, by the number of variables: some thousand ways.
_SHORT_ENOUGH = {2: 120, 3: 30, 4: 20}


def compile_items(items: Items) -> Match:
    """Compile the part of a rule between two slashes.

    :param items: Literals and converters, at least one of these; no two literals in a row.
    :return: A function that matches a whole text.
    """
    prefix = items[0] if isinstance(items[0], str) else ""
    suffix = items[-1] if isinstance(items[-1], str) else ""
    converters = [item for item in items if not isinstance(item, str)]
    if len(converters) == 1 and converters[0].regex in _MATCHES:
        return _match_single(prefix, converters[0], suffix)
    steps = [_steps_of(item) for item in items]
    known_steps = [each for each in steps if each is not None]
    if len(known_steps) < len(steps):
        match = _regex_match(items)
    elif len(converters) == 1:
        return _match_single(prefix, converters[0], suffix)
    else:
        match = _match_several(items, known_steps, len(converters))
    return _with_ends(prefix, suffix, match) if prefix or suffix else match


def check_regex(converter: BaseConverter) -> None:
    """Complain about a converter's regex when its rule is added, not at the first request.

    :raises re.error: The regex is malformed.
    """
    if converter.regex not in _MATCHES and _steps_of(converter) is None:
        # In a group, as it will stand in the pattern: flags are not allowed there.
        re.compile(f"({converter.regex})")


def _steps_of(item: str | BaseConverter) -> tuple[Step, ...] | None:
    """Return the steps for a literal or a converter; ``None`` if only ``re`` knows its regex."""
    # Loaded by the first part of a rule that needs it.
    from ._linear import Words, steps_of_regex

    if isinstance(item, str):
        return (Words((item,)),)
    if isinstance(item, AnyConverter):
        return None if item.words is None else (Words(item.words),)
    return steps_of_regex(item.regex)


def _match_single(prefix: str, converter: BaseConverter, suffix: str) -> Match:
    """Match one variable between two literals, which may be empty."""
    match_variable = _match_of(converter)
    if not prefix and not suffix:
        return match_variable
    length_of_prefix = len(prefix)
    length_of_suffix = len(suffix)
    least_length = length_of_prefix + length_of_suffix

    def match(text: str) -> Sequence[str] | None:
        if len(text) < least_length or not text.startswith(prefix) or not text.endswith(suffix):
            return None
        return match_variable(text[length_of_prefix : len(text) - length_of_suffix])

    return match


def _match_of(converter: BaseConverter) -> Match:
    accepts: Callable[[str], object]
    if isinstance(converter, AnyConverter) and converter.words is not None:
        accepts = frozenset(converter.words).__contains__
    elif converter.regex in _MATCHES:
        return _MATCHES[converter.regex]
    else:
        accepts = re.compile(converter.regex).fullmatch
    return lambda text: (text,) if accepts(text) else None


def _match_several(items: Items, steps: list[tuple[Step, ...]], count: int) -> Match:
    from ._linear import LinearPattern

    linear_match = LinearPattern(
        [(each, not isinstance(item, str)) for item, each in zip(items, steps, strict=True)]
    ).match
    regex_match = _regex_match(items)
    short_enough = _SHORT_ENOUGH.get(count, 0)

    def match(text: str) -> Sequence[str] | None:
        return regex_match(text) if len(text) <= short_enough else linear_match(text)

    return match


def _regex_match(items: Items) -> Match:
    """Match by a regex, which is compiled when the first text comes."""
    pieces = []
    names: list[str] = []
    for item in items:
        if isinstance(item, str):
            pieces.append(re.escape(item))
        else:
            # A name, as the regex of a converter may have groups of its own.
            names.append(f"__variable_{len(names)}")
            pieces.append(f"(?P<{names[-1]}>{item.regex})")
    pattern: re.Pattern[str] | None = None

    def match(text: str) -> Sequence[str] | None:
        nonlocal pattern
        if pattern is None:
            pattern = re.compile("".join(pieces))
        found = pattern.fullmatch(text)
        return None if found is None else [found[name] for name in names]

    return match


def _with_ends(prefix: str, suffix: str, match: Match) -> Match:
    """Look at the literals at both ends first, which rules most texts out."""

    def match_with_ends(text: str) -> Sequence[str] | None:
        if text.startswith(prefix) and text.endswith(suffix):
            return match(text)
        return None

    return match_with_ends
