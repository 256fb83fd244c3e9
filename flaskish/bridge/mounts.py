"""Where the applications of a project are mounted: found in its URLconf, nowhere else noted.

Flask: none. Django: ``ROOT_URLCONF``, ``URLResolver``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, get_script_prefix
from django.urls.resolvers import RegexPattern
from django.utils.regex_helper import normalize

from .resolver import AppResolver
from .settings import is_standalone

if TYPE_CHECKING:
    from ..app import Flask


class Mount(NamedTuple):
    """One place of an application in a URLconf."""

    app: Flask
    #: What stands in front of the application's paths, ``"shop/"``; ``None`` below a variable.
    prefix: str | None
    #: The namespaces that lead to it: ``("shop",)``; empty for included patterns.
    namespaces: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a person calls it: its namespaces, or the application's name if there are none."""
        return ":".join(self.namespaces) or self.app.name


def mounts(urlconf: Any = None) -> list[Mount]:
    """Return the applications of a URLconf, in its order.

    :param urlconf: The URLconf; the project's by default.
    """
    if urlconf is None and not has_project_urls():
        return []
    return list(_mounts_below(get_resolver(urlconf).url_patterns, "", ()))


def has_project_urls() -> bool:
    """Tell whether there is a project with a URLconf."""
    return not is_standalone() and bool(getattr(settings, "ROOT_URLCONF", None))


def mount_prefix(app: Flask) -> str | None:
    """Find the path that an application is mounted at in the project's URLconf.

    :param app: The application.
    :return: The path without a trailing slash; ``None`` if it is not mounted, or below a variable.
    """
    for mount in mounts():
        if mount.app is app:
            if mount.prefix is None:
                return None
            return f"{get_script_prefix()}{mount.prefix}".rstrip("/")
    return None


def _mounts_below(
    patterns: list[Any], prefix: str | None, namespaces: tuple[str, ...]
) -> Iterator[Mount]:
    for pattern in patterns:
        if isinstance(pattern, AppResolver):
            yield Mount(pattern.app, prefix, namespaces)
            yield from _mounts_below(pattern.inner_resolvers, prefix, namespaces)
        elif isinstance(pattern, URLResolver):
            text = literal_text(pattern)
            yield from _mounts_below(
                pattern.url_patterns,
                None if prefix is None or text is None else prefix + text,
                (*namespaces, pattern.namespace) if pattern.namespace else namespaces,
            )


def literal_text(entry: URLPattern | URLResolver) -> str | None:
    """Return the text that an entry of a URLconf takes from a path.

    :param entry: The pattern or the resolver.
    :return: The text, ``"shop/"``; ``None`` if the entry has variables.
    """
    pattern = entry.pattern
    if isinstance(pattern, RegexPattern):
        (text, variables), *others = normalize(pattern.regex.pattern)
        return None if variables or others else text
    text = str(pattern)
    return None if "<" in text else text
