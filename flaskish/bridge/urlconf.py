"""The URLs of an application as Django mounts and includes them.

Flask: ``url_map``. Django: URLconf, ``include()``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.urls import URLResolver

from .lifecycle import watch_connections
from .resolver import AppResolver

if TYPE_CHECKING:
    from ..app import Flask

#: Django takes any object with ``urlpatterns``, which its type stubs do not know.
AppURLs = tuple[Any, str, str]


class IncludedPatterns(Sequence[URLResolver]):
    """What ``include(...)`` takes; not a list, which ``path("shop/", ...)`` would take apart.

    :param resolver: The resolver of the application.
    """

    def __init__(self, resolver: AppResolver) -> None:
        self._patterns = [resolver]

    def __getitem__(self, index: Any) -> Any:
        return self._patterns[index]

    def __len__(self) -> int:
        return len(self._patterns)

    def __add__(self, others: list[Any]) -> list[Any]:
        return [*self, *others]

    def __radd__(self, others: list[Any]) -> list[Any]:
        return [*others, *self]


class AppURLconf:
    """An application in the place of a URLconf module.

    :param resolver: The resolver of the application.
    """

    def __init__(self, resolver: AppResolver) -> None:
        self.urlpatterns = [resolver]


def _urlconf(app: Flask, kind: str, takes_all: bool) -> AppURLconf:
    """Return the one URLconf of each kind: Django caches what it reads from a URLconf for good."""
    if kind not in app._urlconfs:
        watch_connections()
        app._urlconfs[kind] = AppURLconf(AppResolver(app, takes_all))
    return app._urlconfs[kind]


def root_urlconf(app: Flask) -> AppURLconf:
    """Return the URLconf of an application that stands alone behind Django middleware."""
    return _urlconf(app, "mounted", takes_all=True)


def mounted_urls(app: Flask) -> AppURLs:
    """Return what ``path("shop/", ...)`` takes: the URLconf and the namespace, twice."""
    namespace = namespace_of(app)
    return _urlconf(app, "mounted", takes_all=True), namespace, namespace


def namespace_of(app: Flask) -> str:
    """Return the namespace of an application: the last part of its name.

    :param app: The application.
    """
    return app.name.rpartition(".")[2]


def included_patterns(app: Flask) -> IncludedPatterns:
    """Return what ``include(...)`` takes; URLs without a rule fall through."""
    (resolver,) = _urlconf(app, "included", takes_all=False).urlpatterns
    return IncludedPatterns(resolver)
