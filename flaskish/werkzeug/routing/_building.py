"""Puts URLs together from a rule and values.

Werkzeug: the builder functions of a ``Rule``. Django: ``URLResolver._reverse_with_prefix``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..datastructures import iter_multi_items
from .converters import quote_path

if TYPE_CHECKING:
    from .rules import Parts

Builder = Callable[[Mapping[str, Any]], str]

#: What stays as it is in a query; https://url.spec.whatwg.org/#percent-encoded-bytes.
_SAFE_IN_QUERY = "!$'()*,/:;?@"


def make_builder(parts: Parts, defaults: Mapping[str, Any]) -> Builder | str:
    """Make the function that builds the path of a rule, or its domain.

    :param parts: Literal text, and variables with their converters.
    :param defaults: Values that are always the same.
    :return: A function that takes the values; the text itself if it is always the same.
    """
    texts, variables = _alternate(parts, defaults)
    if not variables:
        return texts[0]
    if len(variables) == 1:
        return _build_around(texts[0], *variables[0], texts[1])

    def build(values: Mapping[str, Any]) -> str:
        pieces = [texts[0]]
        for (name, to_url), text in zip(variables, texts[1:], strict=True):
            pieces += (to_url(values[name]), text)
        return "".join(pieces)

    return build


def _build_around(before: str, name: str, to_url: Callable[[Any], str], after: str) -> Builder:
    return lambda values: f"{before}{to_url(values[name])}{after}"


def _alternate(
    parts: Parts, defaults: Mapping[str, Any]
) -> tuple[list[str], list[tuple[str, Callable[[Any], str]]]]:
    """Return texts, and the variables that stand between each two of them."""
    texts = [""]
    variables: list[tuple[str, Callable[[Any], str]]] = []
    for part in parts:
        if isinstance(part, str):
            texts[-1] += quote_path(part)
            continue
        name, converter = part
        if name in defaults:
            texts[-1] += converter.to_url(defaults[name])
        else:
            variables.append((name, converter.to_url))
            texts.append("")
    return texts, variables


def encode_query(
    query: Mapping[str, Any] | Iterable[tuple[str, Any]],
    sort: bool = False,
    sort_key: Callable[[Any], Any] | None = None,
) -> str:
    """Encode the part of a URL after the question mark.

    :param query: Names and values; a list holds several values of one name, ``None`` none.
    :param sort: Whether to sort the names and values.
    :param sort_key: What to sort them by.
    """
    items: Iterable[tuple[str, Any]] = iter_multi_items(query)
    if sort:
        items = sorted(items, key=sort_key)
    return urlencode(
        [item for item in items if item[1] is not None], safe=_SAFE_IN_QUERY, errors="replace"
    )
