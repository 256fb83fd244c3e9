"""URLs that a rule is meant for, made up to find out whether it gets them.

Flask: none. Django: none; what ``bridge.checks`` asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from ..werkzeug.exceptions import HTTPException
from ..werkzeug.routing import AnyConverter, ValidationError

if TYPE_CHECKING:
    from ..werkzeug.routing import BaseConverter, Rule
    from ..werkzeug.routing.rules import Parts

#: Texts that some converter takes, unlikely to be a word of another rule. The first that a
#: converter takes stands for all.
_TEXTS = (
    "zqxv",
    "7",
    "7.5",
    "zq/xv",
    "2f9c7d54-6f0b-4c39-9d5b-7c1e3f0a8b21",
    "2026-01-31",
    *("z" * length for length in (1, 2, 3, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 36, 40, 64)),
    *("7" * length for length in (2, 3, 4, 5, 6, 8, 10, 12)),
)
#: Enough to see whether each word of an ``any(...)`` is taken by another rule.
_MOST_SAMPLES = 50


def sample_paths(rule: Rule) -> list[str]:
    """Return paths that fit a rule; none if no text is known that a converter takes.

    :param rule: A rule that is bound to a map.
    """
    return _fill_in(rule.parts)


def winner(rule: Rule, path: str, method: str) -> Rule | None:
    """Return the rule that a request is answered by.

    :param rule: The rule that the path was made for, which gives the host.
    :param path: The path.
    :param method: The method.
    :return: ``None`` if that cannot be told, for a redirect say.
    """
    domains = _fill_in(rule.domain_parts)
    if not domains:
        return None
    by_host = rule.map.host_matching
    try:
        adapter = rule.map.bind(
            domains[0] if by_host else "localhost", subdomain=None if by_host else domains[0]
        )
        found, _ = adapter.match(path, method, return_rule=True, websocket=rule.websocket)
    except HTTPException:
        return None
    return found


def _fill_in(parts: Parts) -> list[str]:
    choices = [(part,) if isinstance(part, str) else tuple(_texts_for(part[1])) for part in parts]
    return ["".join(texts) for texts in islice(product(*choices), _MOST_SAMPLES)]


def _texts_for(converter: BaseConverter) -> Iterator[str]:
    if isinstance(converter, AnyConverter):
        yield from converter.items
        return
    for text in (*_TEXTS, str(getattr(converter, "min", ""))):
        if _takes(converter, text):
            yield text
            return


def _takes(converter: BaseConverter, text: str) -> bool:
    if not re.fullmatch(converter.regex, text):
        return False
    try:
        converter.to_python(text)
    except ValidationError:
        return False
    return True
