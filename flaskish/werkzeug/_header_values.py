"""The parts that header values are made of: tokens, quoted strings, lists and parameters.

Werkzeug: ``werkzeug.http``. Django: ``django.utils.http.parse_header_parameters``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from ._internal import _token_chars

BLANKS = " \t"
_escaped_re = re.compile(r"\\(.)", re.ASCII)
#: A quoted string, other text, a comma; a lone quote is one that does not end.
_list_part_re = re.compile(r'"(?>[^"\\]|\\.)*+"|[^",]++|,|"', re.DOTALL)
_TOKEN = r"[\w!#$%&'*+\-.^`|~]+"
_parameter_key_re = re.compile(rf"({_TOKEN})=", re.ASCII)
#: A token, or a quoted string in which only quotes and backslashes are escaped.
_parameter_value_re = re.compile(rf'{_TOKEN}|"(?>\\[\\"]|[^"])*+"', re.ASCII)
_parameter_end_re = re.compile(r";[ \t]*")
_parameter_marks_re = re.compile(r"(?:\*([0-9]+))?(\*)?$", re.ASCII)
#: ``charset'language'text`` of RFC 2231.
_charset_value_re = re.compile(
    r"([\w!#$%&*+\-.^`|~]*)'[\w!#$%&*+\-.^`|~]*'([\w!#$%&'*+\-.^`|~]+)$", re.ASCII
)
_KNOWN_CHARSETS = frozenset(("ascii", "us-ascii", "utf-8", "iso-8859-1"))


def quote_header_value(value: Any, allow_token: bool = True) -> str:
    """Write a value as a token, or as a quoted string if it is none.

    :param value: The value.
    :param allow_token: Whether a token may stand without quotes.
    """
    text = str(value)
    if text and allow_token and _token_chars.issuperset(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote_header_value(value: str) -> str:
    """Read a token or a quoted string.

    :param value: The text.
    """
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _escaped_re.sub(r"\g<1>", value[1:-1])
    return value


def _dump_item(key: str, value: Any) -> str:
    # A key that ends in * has a value that is encoded already.
    return f"{key}={value if key.endswith('*') else quote_header_value(value)}"


def dump_options_header(header: str | None, options: Mapping[str, Any]) -> str:
    """Write a value with parameters: ``text/html; charset=utf-8``.

    :param header: The value.
    :param options: The parameters; those that are ``None`` are left out.
    """
    segments = [] if header is None else [header]
    segments += [_dump_item(key, value) for key, value in options.items() if value is not None]
    return "; ".join(segments)


def dump_header(iterable: dict[str, Any] | Iterable[Any]) -> str:
    """Write a list of values, or of pairs; a pair whose value is ``None`` is its key alone.

    :param iterable: The values, or a dict.
    """
    if isinstance(iterable, dict):
        return ", ".join(
            key if value is None else _dump_item(key, value) for key, value in iterable.items()
        )
    return ", ".join(quote_header_value(value) for value in iterable)


def parse_list_header(value: str) -> list[str]:
    """Read a list of values. One with a quote that does not end is empty.

    :param value: The text.
    """
    if '"' not in value:
        return [item for item in (item.strip(BLANKS) for item in value.split(",")) if item]
    items: list[list[str]] = [[]]
    for match in _list_part_re.finditer(value):
        part = match[0]
        if part == '"':
            return []
        if part == ",":
            items.append([])
        else:
            items[-1].append(part)
    stripped = ("".join(parts).strip(BLANKS) for parts in items)
    return [unquote_header_value(item) for item in stripped if item]


def parse_dict_header(value: str) -> dict[str, str | None]:
    """Read a list of pairs; a key alone has the value ``None``.

    :param value: The text.
    """
    result: dict[str, str | None] = {}
    for item in parse_list_header(value):
        key, has_value, text = item.partition("=")
        key = key.strip(BLANKS)
        text = text.strip(BLANKS)
        if not key:
            continue
        if not has_value:
            result[key] = None
            continue
        if key.endswith("*"):
            key = key[:-1]
            text, _ = _decode_extended(text, None)
        result[key] = unquote_header_value(text)
    return result


def _decode_extended(text: str, charset: str | None) -> tuple[str, str | None]:
    """Decode a value with a charset in front of it, or with that of the part before it."""
    match = _charset_value_re.match(text)
    if match is not None:
        charset, text = match[1].lower() or charset, match[2]
    if charset in _KNOWN_CHARSETS:
        text = unquote(text, encoding=charset)
    return text, charset


def parse_options_header(value: str | None) -> tuple[str, dict[str, str]]:
    """Read a value with parameters: ``text/html; charset=utf-8``.

    :param value: The text.
    :return: The value, and the parameters with their keys in lower case. A parameter that does not
        parse is left out.
    """
    if value is None:
        return "", {}
    value, _, rest = value.partition(";")
    value = value.strip(BLANKS)
    rest = rest.strip(BLANKS)
    if not value or not rest:
        return value, {}
    options = _ParameterCollector()
    for key, text in _scan_parameters(rest):
        options.add(key, text)
    return value, options.collect()


def _scan_parameters(text: str) -> Iterable[tuple[str, str]]:
    """Iterate over the pairs of key and value, the values as they are written."""
    place = 0
    while place < len(text):
        key = _parameter_key_re.match(text, place)
        if key is not None:
            place = key.end()
            value = _parameter_value_re.match(text, place)
            if value is not None:
                yield key[1].lower(), value[0]
                place = value.end() if value[0][0] == '"' else place
            elif text[place : place + 1] == '"':
                return
        end = _parameter_end_re.search(text, place)
        if end is None:
            return
        place = end.end()


class _ParameterCollector:
    """Puts parameters together that are split or encoded as RFC 2231 says."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.pieces: dict[str, list[str]] = {}
        self.charsets: dict[str, str] = {}

    def add(self, key: str, text: str) -> None:
        marks = _parameter_marks_re.search(key)
        number = encoded = None
        if marks is not None and marks[0]:
            number, encoded = marks.groups()
            key = key[: marks.start()]
        charset = None
        if encoded is None:
            # Browsers escape a quote in a file name like this.
            text = unquote_header_value(text).replace("%22", '"')
        else:
            text, charset = _decode_extended(
                text, None if number is None else self.charsets.get(key)
            )
        if number is None:
            self.pieces.pop(key, None)
            self.charsets.pop(key, None)
            self.options[key] = text
            return
        self.options.pop(key, None)
        self.pieces.setdefault(key, []).append(text)
        if charset:
            self.charsets[key] = charset

    def collect(self) -> dict[str, str]:
        joined = {key: "".join(pieces) for key, pieces in self.pieces.items()}
        return {**self.options, **joined}
