"""Ranges of bytes: asked for, answered, and made a condition.

Werkzeug: ``Range``, ``ContentRange``, ``IfRange``. Django: none; its file responses are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, Self, TypeVar, overload


class IfRange:
    """The ``If-Range`` header: a date or an ETag.

    :param etag: The ETag.
    :param date: The date.
    """

    def __init__(self, etag: str | None = None, date: datetime | None = None) -> None:
        self.etag = etag
        self.date = date

    def to_header(self) -> str:
        """Return the header."""
        from ..http import http_date, quote_etag

        if self.date is not None:
            return http_date(self.date)
        return "" if self.etag is None else quote_etag(self.etag)

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"


class Range:
    """The ``Range`` header.

    :param units: What is counted; only bytes mean something.
    :param ranges: Pairs of begin and end, the end exclusive. A negative begin counts from the end,
        an end that is ``None`` is the end of the contents.
    :raises ValueError: A range makes no sense.
    """

    def __init__(self, units: str, ranges: Sequence[tuple[int, int | None]]) -> None:
        self.units = units
        self.ranges = ranges
        for start, end in ranges:
            if start is None or (end is not None and (start < 0 or start >= end)):
                raise ValueError(f"{(start, end)} is not a valid range.")

    def range_for_length(self, length: int | None) -> tuple[int, int] | None:
        """Return begin and end within contents.

        :param length: The length of the contents in bytes.
        :return: The pair; ``None`` unless there is one range, and it fits.
        """
        from ..http import is_byte_range_valid

        if self.units != "bytes" or length is None or len(self.ranges) != 1:
            return None
        start, end = self.ranges[0]
        if end is None:
            end = length
            if start < 0:
                start += length
        return (start, min(end, length)) if is_byte_range_valid(start, end, length) else None

    def make_content_range(self, length: int | None) -> ContentRange | None:
        """Make the header that answers.

        :param length: The length of the contents in bytes.
        :return: The header; ``None`` unless there is one range, and it fits.
        """
        span = self.range_for_length(length)
        return None if span is None else ContentRange(self.units, *span, length)

    def to_header(self) -> str:
        """Return the header."""
        return f"{self.units}={','.join(map(_range_text, self.ranges))}"

    def to_content_range_header(self, length: int | None) -> str | None:
        """Return the header that answers; ``None`` unless there is one range, and it fits."""
        content_range = self.make_content_range(length)
        return None if content_range is None else content_range.to_header()

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"


def _range_text(span: tuple[int, int | None]) -> str:
    start, end = span
    if end is not None:
        return f"{start}-{end - 1}"
    return str(start) if start < 0 else f"{start}-"


T = TypeVar("T")


class _Watched(Generic[T]):
    """An attribute whose change is told to ``on_update``."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T | None: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance: Any, value: T | None) -> None:
        setattr(instance, self.name, value)
        instance._updated()


class ContentRange:
    """The ``Content-Range`` header.

    :param units: What is counted; ``None`` if there is no such header.
    :param start: The first byte.
    :param stop: The byte after the last one.
    :param length: The whole length; ``None`` if it is not known.
    :param on_update: Called with the header after each change.
    """

    units = _Watched[str]()
    start = _Watched[int]()
    stop = _Watched[int]()
    length = _Watched[int]()

    def __init__(
        self,
        units: str | None,
        start: int | None,
        stop: int | None,
        length: int | None = None,
        on_update: Callable[[Any], None] | None = None,
    ) -> None:
        self.on_update = on_update
        self.set(start, stop, length, units)

    def _updated(self) -> None:
        if self.on_update is not None:
            self.on_update(self)

    def set(
        self,
        start: int | None,
        stop: int | None,
        length: int | None = None,
        units: str | None = "bytes",
    ) -> None:
        """Change all at once.

        :raises AssertionError: The range makes no sense.
        """
        from ..http import is_byte_range_valid

        if not is_byte_range_valid(start, stop, length):
            raise AssertionError("Bad range provided")
        self._units = units
        self._start = start
        self._stop = stop
        self._length = length
        self._updated()

    def unset(self) -> None:
        """Remove the header."""
        self.set(None, None, units=None)

    def to_header(self) -> str:
        """Return the header."""
        if self._units is None:
            return ""
        length = "*" if self._length is None else self._length
        if self._start is None or self._stop is None:
            return f"{self._units} */{length}"
        return f"{self._units} {self._start}-{self._stop - 1}/{length}"

    def __bool__(self) -> bool:
        return self._units is not None

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"
