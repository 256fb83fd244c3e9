"""Attributes of a response that are views of a header: change the value, and the header changes.

Werkzeug: the property helpers of sansio.response. Django: nothing alike, headers are plain text.
"""

from __future__ import annotations

import typing as t

from ... import werkzeug

if t.TYPE_CHECKING:
    from enum import Enum

    from ..datastructures import HeaderSet
    from .response import Response

_Value = t.TypeVar("_Value", bound="_HeaderValue")
_Update = t.Callable[[t.Any], None]

if t.TYPE_CHECKING:

    class HeaderObject(t.Generic[_Value]):
        """What a type checker sees of :func:`object_property`, which is a plain property."""

        def __get__(self, instance: Response, owner: type | None = None) -> _Value: ...
        def __set__(self, instance: Response, value: _Value | str | None) -> None: ...


class _HeaderValue(t.Protocol):
    def to_header(self) -> str: ...


def header_updater(response: Response, name: str) -> _Update:
    """Return a function that writes a changed value to its header, and removes it when empty."""

    def update(value: _HeaderValue) -> None:
        if value:
            response.headers[name] = value.to_header()
        else:
            response.headers.pop(name, None)

    return update


def parse_set_header(value: str) -> HeaderSet:
    """Read a header that is a set of words, with the module that the first such header loads."""
    return werkzeug.http.parse_set_header(value)


def dump_header(value: t.Iterable[str] | dict[str, t.Any]) -> str:
    """Write a header, with the module that the first such header loads."""
    return werkzeug.http.dump_header(value)


def set_property(name: str, doc: str) -> property:
    """Make an attribute for a header that is a set of words."""

    def load(self: Response) -> HeaderSet:
        return werkzeug.http.parse_set_header(self.headers.get(name), header_updater(self, name))

    def store(self: Response, value: str | dict[str, str | int] | t.Iterable[str] | None) -> None:
        if not value:
            self.headers.pop(name, None)
        elif isinstance(value, str):
            self.headers[name] = value
        else:
            self.headers[name] = werkzeug.http.dump_header(value)

    return property(load, store, doc=doc)


def object_property(
    name: str,
    parse: t.Callable[[str | None, _Update], _Value | None],
    make_empty: t.Callable[[_Update], _Value],
    doc: str,
) -> HeaderObject[_Value]:
    """Make an attribute for a header with a class of its own; it is there without the header too.

    :param parse: Makes the value from the header.
    :param make_empty: Makes the value if there is no header.
    """

    def load(self: Response) -> _Value:
        update = header_updater(self, name)
        value = parse(self.headers.get(name), update)
        return make_empty(update) if value is None else value

    def store(self: Response, value: _Value | str | None) -> None:
        if not value:
            self.headers.pop(name, None)
        elif isinstance(value, str):
            self.headers[name] = value
        else:
            self.headers[name] = value.to_header()

    return t.cast("HeaderObject[_Value]", property(load, store, doc=doc))


def policy_property(name: str, find_policies: t.Callable[[], type[Enum]], doc: str) -> t.Any:
    """Make an attribute for a header that names a member of an enumeration, by default the first.

    :param find_policies: Returns the enumeration.
    """

    def load(self: Response) -> Enum:
        policies = find_policies()
        try:
            return policies(self.headers.get(name))
        except ValueError:
            return next(iter(policies))

    def store(self: Response, value: Enum) -> None:
        self.headers[name] = value.value

    def delete(self: Response) -> None:
        self.headers.pop(name, None)

    return property(load, store, delete, doc)
