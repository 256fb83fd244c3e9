"""The ``Cache-Control`` header, with its directives as attributes.

Werkzeug: ``werkzeug.datastructures.cache_control``. Django: ``django.utils.cache``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from .._header_values import dump_header
from .mixins import ImmutableDictMixin
from .structures import CallbackDict


def cache_control_property(
    key: str, empty: Any, type: type[Any] | None, *, doc: str | None = None
) -> Any:
    """Make an attribute for a directive.

    :param key: The directive.
    :param empty: The value of the directive without one.
    :param type: ``bool`` for one that is there or not, otherwise what its value is converted to.
    :param doc: What the directive says.
    """
    return property(
        lambda header: header._get_cache_value(key, empty, type),
        lambda header, value: header._set_cache_value(key, value, type),
        lambda header: header._del_cache_value(key),
        doc=doc or f"The ``{key}`` directive.",
    )


class _CacheControl(CallbackDict[str, Any]):
    """Directives and their values.

    :param values: The directives; ``None`` if the header was not sent.
    :param on_update: Called with the header after each change.
    """

    no_store: bool = cache_control_property("no-store", None, bool)
    max_age: int | None = cache_control_property("max-age", None, int)
    no_transform: bool = cache_control_property("no-transform", None, bool)
    stale_if_error: int | None = cache_control_property("stale-if-error", None, int)

    def __init__(self, values: Any = (), on_update: Callable[[Any], None] | None = None) -> None:
        super().__init__(values, on_update)
        #: Whether the header was sent.
        self.provided = values is not None

    def _get_cache_value(self, key: str, empty: Any, type: type[Any] | None) -> Any:
        if type is bool:
            return key in self
        if key not in self:
            return None
        value = self[key]
        if value is None:
            return empty
        if type is None:
            return value
        try:
            return type(value)
        except ValueError:
            return None

    def _set_cache_value(self, key: str, value: Any, type: type[Any] | None) -> None:
        if value is None or value is False or (type is bool and not value):
            self.pop(key, None)
        elif value is True or type is bool:
            self[key] = None
        else:
            self[key] = str(value if type is None else type(value))

    def _del_cache_value(self, key: str) -> None:
        self.pop(key, None)

    def to_header(self) -> str:
        """Return the header."""
        return dump_header(self)

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        pairs = " ".join(f"{key}={value!r}" for key, value in sorted(self.items()))
        return f"<{type(self).__name__} {pairs}>"

    cache_property = staticmethod(cache_control_property)


class RequestCacheControl(ImmutableDictMixin[str, Any], _CacheControl):  # type: ignore[misc]
    """What a request says of caches; it cannot be changed."""

    no_cache: bool = cache_control_property("no-cache", None, bool)
    max_stale: int | Literal[True] | None = cache_control_property("max-stale", True, int)
    min_fresh: int | None = cache_control_property("min-fresh", None, int)
    only_if_cached: bool = cache_control_property("only-if-cached", None, bool)


class ResponseCacheControl(_CacheControl):
    """What a response says to caches."""

    no_cache: str | Literal[True] | None = cache_control_property("no-cache", True, None)
    public: bool = cache_control_property("public", None, bool)
    private: str | Literal[True] | None = cache_control_property("private", True, None)
    must_revalidate: bool = cache_control_property("must-revalidate", None, bool)
    proxy_revalidate: bool = cache_control_property("proxy-revalidate", None, bool)
    s_maxage: int | None = cache_control_property("s-maxage", None, int)
    immutable: bool = cache_control_property("immutable", None, bool)
    must_understand: bool = cache_control_property("must-understand", None, bool)
    stale_while_revalidate: int | None = cache_control_property("stale-while-revalidate", None, int)
