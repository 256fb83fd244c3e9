"""Reads the text of a rule: its literals, its variables, the arguments of converters.

Werkzeug: part of ``werkzeug.routing.rules``. Django: ``django.urls.resolvers._route_to_regex``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_VARIABLE = re.compile(
    r"""
    <
    (?:
        (?P<converter> [a-zA-Z_][a-zA-Z0-9_]* )
        (?: \( (?P<arguments> .*? ) \) )?
        :
    )?
    (?P<name> [a-zA-Z_][a-zA-Z0-9_]* )
    >
    """,
    re.VERBOSE,
)


@cache
def _argument() -> re.Pattern[str]:
    """Compile the pattern of one argument; by need, for few rules have any."""
    # A number may take the character after it along ("1,2" is one value); rules that were written
    # with Werkzeug rely on reading the same arguments here.
    return re.compile(
        r"""
        \s*
        (?: (?P<name> \w+ ) \s* = \s* )?
        (?P<value>
            [0-9]+.[0-9]+ | [0-9]+. | [\w.]+
          | [urUR]? (?P<text> "[^"]*" | '[^']*' )
        )
        \s* ,
        """,
        re.VERBOSE,
    )


_CONSTANTS = {"None": None, "True": True, "False": False}

ArgumentValue = str | int | float | bool | None


class Variable(NamedTuple):
    """A variable as it stands in a rule: ``<converter(arguments):name>``."""

    name: str
    converter: str
    arguments: str


def read_rule(rule: str) -> Iterator[str | Variable]:
    """Split a rule into literal text and variables.

    :param rule: A path or a domain in the rule language.
    :raises ValueError: It has a ``<`` that does not begin a variable.
    """
    position = 0
    while position < len(rule):
        start = rule.find("<", position)
        if start < 0:
            yield rule[position:]
            return
        if start > position:
            yield rule[position:start]
        found = _VARIABLE.match(rule, start)
        if found is None:
            raise ValueError(
                f"malformed url rule: {rule!r}. No variable begins at {rule[start:]!r}. Write"
                " <name>, <converter:name> or <converter(argument=value):name>."
            )
        converter, arguments, name = found.groups()
        yield Variable(name, converter or "default", arguments or "")
        position = found.end()


def parse_converter_args(argstr: str) -> tuple[tuple[ArgumentValue, ...], dict[str, ArgumentValue]]:
    """Read the arguments of a converter, as in ``any(about, "foo,bar")`` or ``int(min=1)``.

    :param argstr: What stands between the parentheses.
    :return: The positional and the named arguments.
    :raises ValueError: An argument is neither a number, nor a word, nor a quoted text.
    """
    argstr += ","
    positional: list[ArgumentValue] = []
    named: dict[str, ArgumentValue] = {}
    position = 0
    for found in _argument().finditer(argstr):
        if found.start() != position:
            unread = argstr[position : found.start()]
            raise ValueError(f"Cannot parse converter argument '{unread}'")
        name, value, text = found.groups()
        converted = _to_python(value if text is None else text)
        if name:
            named[name] = converted
        else:
            positional.append(converted)
        position = found.end()
    return tuple(positional), named


def _to_python(text: str) -> ArgumentValue:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            pass
    if text[:1] == text[-1:] and text[0] in "\"'":
        return text[1:-1]
    return text
