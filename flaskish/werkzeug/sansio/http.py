"""Conditions and cookies, from plain header values.

Werkzeug: ``werkzeug.sansio.http``. Django: ``django.utils.cache.get_conditional_response``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ..datastructures.structures import MultiDict
from ..http import (
    generate_etag,
    parse_date,
    parse_etags,
    parse_if_range_header,
    unquote_etag,
)

#: A name, then a quoted or plain value. Each part takes all it can and gives nothing back, so that
#: the time grows with the length only.
_cookie_re = re.compile(
    r'[ \t]*+([^ \t=";]++)'
    r'(?:[ \t]*+=[ \t]*+("(?>[^\\"]|\\.)*+"|[^ \t";]*+))?'
    r"[ \t]*+(?:;|\Z)",
    re.ASCII,
)
_cookie_escape_re = re.compile(rb"\\([0-3][0-7]{2}|.)")


def is_resource_modified(
    http_range: str | None = None,
    http_if_range: str | None = None,
    http_if_modified_since: str | None = None,
    http_if_none_match: str | None = None,
    http_if_match: str | None = None,
    etag: str | None = None,
    data: bytes | None = None,
    last_modified: datetime | str | None = None,
    ignore_if_range: bool = True,
) -> bool:
    """Tell whether a conditional request needs the contents sent.

    :param http_range: The ``Range`` header, and so on.
    :param etag: The ETag of the contents.
    :param data: The contents, to make an ETag of.
    :param last_modified: When the contents were last changed.
    :param ignore_if_range: Whether ``If-Range`` is left aside.
    :raises TypeError: Both ``etag`` and ``data`` were given.
    """
    if data is not None:
        if etag is not None:
            raise TypeError("both data and etag given")
        etag = f'"{generate_etag(data)}"'
    if_range = None
    if not ignore_if_range and http_range is not None:
        if_range = parse_if_range_header(http_if_range)
    if if_range is not None and if_range.date is not None:
        since: datetime | None = if_range.date
    else:
        since = parse_date(http_if_modified_since)

    is_unmodified = (
        since is not None and last_modified is not None and _is_unchanged(last_modified, since)
    )
    if not etag:
        return not is_unmodified
    tag = unquote_etag(etag)[0]
    if if_range is not None and if_range.etag is not None:
        return bool(if_range.etag != tag)
    if_none_match = parse_etags(http_if_none_match)
    if if_none_match:
        is_unmodified = if_none_match.contains_weak(tag)
    if_match = parse_etags(http_if_match)
    if if_match:
        is_unmodified = not if_match.is_strong(tag)
    return not is_unmodified


def _is_unchanged(last_modified: datetime | str, since: datetime) -> bool:
    moment = parse_date(last_modified) if isinstance(last_modified, str) else last_modified
    return moment is not None and _in_whole_seconds(moment) <= since


def _in_whole_seconds(moment: datetime) -> datetime:
    # Headers know no fractions of seconds. The time zone stays as it is: in UTC, dates at the ends
    # of the calendar may be beyond it.
    return moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC)


def parse_cookie(
    cookie: str | None = None, cls: type[MultiDict[str, str]] | None = None
) -> MultiDict[str, str]:
    """Read a ``Cookie`` header.

    :param cookie: The text, decoded.
    :param cls: The class of the result; :class:`MultiDict` by default.
    """
    if cls is None:
        cls = MultiDict
    pairs = []
    place = 0
    while cookie:
        match = _cookie_re.match(cookie, place)
        if match is None:
            # Not a cookie: go on behind the next semicolon.
            place = cookie.find(";", place) + 1
            if place == 0:
                break
            continue
        place = match.end()
        pairs.append((match[1], _unquote(match[2] or "")))
    return cls(pairs)


def _unquote(value: str) -> str:
    if value[:1] != '"':
        return value
    data = _cookie_escape_re.sub(_unescape, value[1:-1].encode())
    return data.decode(errors="replace")


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    return escaped if len(escaped) == 1 else bytes((int(escaped, 8),))
