"""The rules of an application in the form that Django's ``reverse`` and its checks read.

Flask: ``Rule``. Django: ``RoutePattern``, path converters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

if TYPE_CHECKING:
    from ..werkzeug.routing import BaseConverter, Rule


class RulePattern(RoutePattern):
    """A rule of the application in the form that Django's ``reverse`` and its checks read."""

    def __init__(self, rule: Rule, name: str) -> None:
        super().__init__(rule.rule.lstrip("/"), name=name, is_endpoint=True)
        self.rule = rule
        self.converters = {
            argument: ConverterAdapter(converter)
            for argument, converter in rule._converters.items()
        }
        # With anchors like the regex of Django's routes: others search with it, Sentry for one.
        self.regex = re.compile(rf"^{_reversible_regex(rule)}\Z")

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]] | None:
        found = self.regex.fullmatch(path)
        if found is None:
            return None
        try:
            return (
                "",
                (),
                {
                    name: self.converters[name].to_python(value)
                    for name, value in found.groupdict().items()
                },
            )
        except ValueError:
            return None

    def check(self) -> list[Any]:
        # Django's own checks are about the language of its routes.
        return []


class ConverterAdapter:
    """A converter of the application with the methods of Django's path converters.

    :param converter: The converter of one variable of one rule.
    """

    def __init__(self, converter: BaseConverter) -> None:
        self.converter = converter
        self.regex = converter.regex

    def to_python(self, value: str) -> Any:
        return self.converter.to_python(value)

    def to_url(self, value: Any) -> str:
        # Django quotes the whole path afterwards.
        return unquote(self.converter.to_url(value))


def _reversible_regex(rule: Rule) -> str:
    """Return a regex that Django can turn into a format string, and check a built URL with."""
    regex = rule.regex_pattern()
    try:
        normalize(regex)
    except (NotImplementedError, ValueError):
        # Look-aheads and alternatives inside a converter: any text may stand for them.
        regex = "".join(
            re.escape(part) if isinstance(part, str) else f"(?P<{part[0]}>.+)"
            for part in rule.parts
        ).lstrip("/")
    return regex
