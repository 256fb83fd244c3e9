"""Dates and ages in headers.

Werkzeug: ``http_date``, ``parse_date``. Django: ``django.utils.http``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from time import mktime, struct_time
from time import time as now

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@cache
def _usual_date_re() -> re.Pattern[str]:
    """The form that is to be written, and mostly is. Two digits make a year of the last century."""
    # By the first date, because compiling is slow.
    return re.compile(
        rf"(?:{'|'.join(_WEEKDAYS)}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([1-9][0-9]{{3}})"
        r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
    )


def parse_date(value: str | None) -> datetime | None:
    """Read a date.

    :param value: The text.
    :return: The date, aware of its time zone; ``None`` if the text is no date.
    """
    if not value:
        return None
    match = _usual_date_re().fullmatch(value)
    if match is not None:
        day, month, year, hour, minute, second = match.groups()
        number = _MONTHS.index(month) + 1
        try:
            return datetime(
                int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
        except ValueError:
            return None
    # Loaded by the first date that is written in another way: the package is large.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def http_date(
    timestamp: datetime | date | int | float | struct_time | None = None,
) -> str:
    """Write a date.

    :param timestamp: The date; one without a time zone is in UTC, a number counts seconds since
        1970, ``struct_time`` is local time. Now by default.
    :raises ValueError: The date is too far away.
    """
    try:
        if timestamp is None:
            return _date_of_seconds(int(now()))
        if isinstance(timestamp, (int, float)):
            return _date_of_seconds(timestamp)
        return _write(_to_moment(timestamp))
    except (OverflowError, OSError) as error:
        # What ``datetime`` raises depends on how far the date is out of its reach.
        raise ValueError(f"{timestamp!r} is not a date that can be written.") from error


@lru_cache(maxsize=256)
def _date_of_seconds(seconds: float) -> str:
    """Write a date. A number comes many times: the present second, the time of a file."""
    return _write(datetime.fromtimestamp(seconds, UTC))


def _write(moment: datetime) -> str:
    return (
        f"{_WEEKDAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]}"
        f" {moment.year:04} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
    )


def _to_moment(timestamp: datetime | date | struct_time) -> datetime:
    if isinstance(timestamp, datetime):
        return _as_utc(timestamp)
    if isinstance(timestamp, date):
        return datetime.combine(timestamp, time(), tzinfo=UTC)
    return datetime.fromtimestamp(mktime(timestamp), UTC)


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def is_in_utc(moment: datetime) -> bool:
    """Tell whether a date is in the calendar of UTC, too, so that it can be written.

    :param moment: The date; at the ends of the calendar, its time zone may put it beyond them.
    """
    try:
        _as_utc(moment)
    except OverflowError:
        return False
    return True


def parse_age(value: str | None = None) -> timedelta | None:
    """Read an age in seconds.

    :param value: The text.
    :return: The age; ``None`` if the text is none.
    """
    if not value:
        return None
    try:
        seconds = int(value)
        return timedelta(seconds=seconds) if seconds >= 0 else None
    except (ValueError, OverflowError):
        return None


def dump_age(age: timedelta | int | None = None) -> str | None:
    """Write an age in seconds.

    :param age: The age.
    :raises ValueError: It is negative.
    """
    if age is None:
        return None
    seconds = int(age.total_seconds()) if isinstance(age, timedelta) else int(age)
    if seconds < 0:
        raise ValueError("age cannot be negative")
    return str(seconds)
