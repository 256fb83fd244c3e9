"""Header values: parsed, written and compared.

Werkzeug: ``werkzeug.http``. Django: ``django.utils.http``, ``django.http.cookie``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from hashlib import sha1
from typing import Any, TypeVar, overload

from . import datastructures as ds
from ._dates import dump_age as dump_age
from ._dates import http_date as http_date
from ._dates import is_in_utc
from ._dates import parse_age as parse_age
from ._dates import parse_date as parse_date
from ._header_values import BLANKS
from ._header_values import dump_header as dump_header
from ._header_values import dump_options_header as dump_options_header
from ._header_values import parse_dict_header as parse_dict_header
from ._header_values import parse_list_header as parse_list_header
from ._header_values import parse_options_header as parse_options_header
from ._header_values import quote_header_value as quote_header_value
from ._header_values import unquote_header_value as unquote_header_value
from ._internal import _plain_int
from ._set_cookie import dump_cookie as dump_cookie
from ._status import HTTP_STATUS_CODES as HTTP_STATUS_CODES

A = TypeVar("A", bound=ds.Accept)
C = TypeVar("C", ds.RequestCacheControl, ds.ResponseCacheControl)


class COEP(Enum):
    """Values of ``Cross-Origin-Embedder-Policy``."""

    UNSAFE_NONE = "unsafe-none"
    REQUIRE_CORP = "require-corp"


class COOP(Enum):
    """Values of ``Cross-Origin-Opener-Policy``."""

    UNSAFE_NONE = "unsafe-none"
    SAME_ORIGIN_ALLOW_POPUPS = "same-origin-allow-popups"
    SAME_ORIGIN = "same-origin"


# Values of single headers

_quality_re = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_etag_re = re.compile(r'[ \t]*+([Ww]/)?(?:"([^"]*)"|([^" \t,]++))[ \t]*+(?:,|\Z)', re.ASCII)


@overload
def parse_accept_header(value: str | None, cls: None = None) -> ds.Accept: ...
@overload
def parse_accept_header(value: str | None, cls: type[A]) -> A: ...
def parse_accept_header(value: str | None, cls: type[ds.Accept] | None = None) -> ds.Accept:
    """Read an ``Accept`` header, or one of its kin.

    :param value: The text.
    :param cls: The class of the result; :class:`Accept` by default.
    """
    if cls is None:
        cls = ds.Accept
    if not value:
        return cls(None)
    items: list[tuple[str, float]] = []
    for item in parse_list_header(value):
        if ";" not in item:
            items.append((item, 1))
            continue
        name, options = parse_options_header(item)
        quality: float = 1
        if "q" in options:
            quality_text = options.pop("q").strip(BLANKS)
            if _quality_re.fullmatch(quality_text) is None:
                continue
            quality = float(quality_text)
            if not 0 <= quality <= 1:
                continue
        items.append((dump_options_header(name, options) if options else name, quality))
    return cls(items)


@overload
def parse_cache_control_header(
    value: str | None, on_update: Callable[[Any], None] | None = None, cls: None = None
) -> ds.RequestCacheControl: ...
@overload
def parse_cache_control_header(
    value: str | None, on_update: Callable[[Any], None] | None = None, *, cls: type[C]
) -> C: ...
@overload
def parse_cache_control_header(
    value: str | None, on_update: Callable[[Any], None] | None, cls: type[C]
) -> C: ...
def parse_cache_control_header(
    value: str | None, on_update: Callable[[Any], None] | None = None, cls: Any = None
) -> Any:
    """Read a ``Cache-Control`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :param cls: The class of the result; that of requests by default.
    """
    if cls is None:
        cls = ds.RequestCacheControl
    return cls(parse_dict_header(value) if value else (), on_update)


def parse_csp_header(
    value: str | None,
    on_update: Callable[[Any], None] | None = None,
    cls: type[ds.ContentSecurityPolicy] | None = None,
) -> ds.ContentSecurityPolicy:
    """Read a ``Content-Security-Policy`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :param cls: The class of the result.
    """
    if cls is None:
        cls = ds.ContentSecurityPolicy
    directives = []
    for policy in (value or "").split(";"):
        directive, blank, text = policy.strip(BLANKS).partition(" ")
        if blank:
            directives.append((directive.strip(BLANKS), text.strip(BLANKS)))
    return cls(directives, on_update)


def dump_csp_header(header: ds.ContentSecurityPolicy) -> str:
    """Write a ``Content-Security-Policy`` header.

    :param header: The policy.
    """
    return "; ".join(f"{key} {value}" for key, value in header.items())


def parse_set_header(
    value: str | None, on_update: Callable[[Any], None] | None = None
) -> ds.HeaderSet:
    """Read a header that is a set of words.

    :param value: The text.
    :param on_update: Called with the result after each change.
    """
    return ds.HeaderSet(parse_list_header(value) if value else None, on_update)


def parse_if_range_header(value: str | None) -> ds.IfRange:
    """Read an ``If-Range`` header: a date or an ETag.

    :param value: The text.
    """
    if not value:
        return ds.IfRange()
    moment = parse_date(value)
    if moment is not None:
        # Contents were not changed at a time that the calendar of UTC does not have.
        return ds.IfRange(date=moment) if is_in_utc(moment) else ds.IfRange("")
    tag = unquote_etag(value)[0]
    # A tag with a quote in it is none; no contents have the empty one, so all of them are sent.
    return ds.IfRange("" if '"' in tag else tag)


def parse_range_header(value: str | None, make_inclusive: bool = True) -> ds.Range | None:
    """Read a ``Range`` header.

    :param value: The text.
    :param make_inclusive: Has no effect; Werkzeug has it.
    :return: The ranges, their ends exclusive; ``None`` if the text makes no sense.
    """
    if not value or "=" not in value:
        return None
    units, _, items = value.partition("=")
    ranges: list[tuple[int, int | None]] = []
    last_end = 0
    for item in items.split(","):
        # After a range that reaches the end there cannot be another one.
        if last_end < 0:
            return None
        try:
            begin, end = _parse_range(item.strip(BLANKS))
        except ValueError:
            return None
        if 0 <= begin < last_end or (end is not None and begin >= end):
            return None
        last_end = -1 if end is None else end
        ranges.append((begin, end))
    return ds.Range(units.strip(BLANKS).lower(), ranges)


def _parse_range(item: str) -> tuple[int, int | None]:
    """Read one range; a negative begin counts from the end.

    :raises ValueError: It makes no sense.
    """
    first, dash, last = item.partition("-")
    if not dash:
        raise ValueError("A range has a dash.")
    if not first:
        begin = _plain_int(item)
        if begin == 0:
            raise ValueError("A range is not empty.")
        return begin, None
    last = last.strip(BLANKS)
    return _plain_int(first), _plain_int(last) + 1 if last else None


def parse_content_range_header(
    value: str | None, on_update: Callable[[Any], None] | None = None
) -> ds.ContentRange | None:
    """Read a ``Content-Range`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :return: The range; ``None`` if the text makes no sense.
    """
    if value is None:
        return None
    units, _, definition = value.strip(BLANKS).partition(" ")
    span, slash, length_text = definition.partition("/")
    if not slash:
        return None
    start = stop = None
    try:
        length = None if length_text == "*" else _plain_int(length_text)
        if span != "*":
            first, _, last = span.partition("-")
            start, stop = _plain_int(first), _plain_int(last) + 1
    except ValueError:
        return None
    if not is_byte_range_valid(start, stop, length):
        return None
    return ds.ContentRange(units, start, stop, length, on_update=on_update)


def is_byte_range_valid(start: int | None, stop: int | None, length: int | None) -> bool:
    """Tell whether a range makes sense.

    :param start: The first byte.
    :param stop: The byte after the last one.
    :param length: The whole length; ``None`` if it is not known.
    """
    if start is None or stop is None:
        return start is stop and (length is None or length >= 0)
    if length is None:
        return 0 <= start < stop
    return start < stop and 0 <= start < length


# ETags and conditions


def quote_etag(etag: str, weak: bool = False) -> str:
    """Write an ETag.

    :param etag: The tag.
    :param weak: Whether it is a weak one.
    :raises ValueError: The tag has a quote.
    """
    if '"' in etag:
        raise ValueError("invalid etag")
    return f'W/"{etag}"' if weak else f'"{etag}"'


@overload
def unquote_etag(etag: str) -> tuple[str, bool]: ...
@overload
def unquote_etag(etag: None) -> tuple[None, None]: ...
def unquote_etag(etag: str | None) -> tuple[str, bool] | tuple[None, None]:
    """Read an ETag.

    :param etag: The text.
    :return: The tag, and whether it is a weak one; ``None`` twice without a text.
    """
    if not etag:
        return None, None
    is_weak = etag.startswith(("W/", "w/"))
    tag = etag[2:] if is_weak else etag
    if tag[:1] == '"' and tag[-1:] == '"':
        tag = tag[1:-1]
    return tag, is_weak


def parse_etags(value: str | None) -> ds.ETags:
    """Read a list of ETags.

    :param value: The text.
    """
    if not value:
        return ds.ETags()
    if value == "*":
        return ds.ETags(star_tag=True)
    strong: list[str] = []
    weak: list[str] = []
    place = 0
    while True:
        match = _etag_re.match(value, place)
        if match is None:
            place = value.find(",", place) + 1
            if place == 0:
                return ds.ETags(strong, weak)
            continue
        (weak if match[1] else strong).append(match[2] or match[3])
        place = match.end()


def generate_etag(data: bytes) -> str:
    """Make an ETag of contents.

    :param data: The contents.
    """
    return sha1(data, usedforsecurity=False).hexdigest()


def is_resource_modified(
    environ: dict[str, Any],
    etag: str | None = None,
    data: bytes | None = None,
    last_modified: datetime | str | None = None,
    ignore_if_range: bool = True,
) -> bool:
    """Tell whether a conditional request needs the contents sent.

    :param environ: The WSGI environ.
    :param etag: The ETag of the contents.
    :param data: The contents, to make an ETag of.
    :param last_modified: When the contents were last changed.
    :param ignore_if_range: Whether ``If-Range`` is left aside.
    """
    # That module needs the parsers of this one.
    from .sansio.http import is_resource_modified

    return is_resource_modified(
        http_range=environ.get("HTTP_RANGE"),
        http_if_range=environ.get("HTTP_IF_RANGE"),
        http_if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
        http_if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
        http_if_match=environ.get("HTTP_IF_MATCH"),
        etag=etag,
        data=data,
        last_modified=last_modified,
        ignore_if_range=ignore_if_range,
    )


# Kinds of headers

_entity_headers = frozenset(
    (
        "allow",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-md5",
        "content-range",
        "content-type",
        "expires",
        "last-modified",
    )
)
_hop_by_hop_headers = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)


def is_entity_header(header: str) -> bool:
    """Tell whether a header is about the body."""
    return header.lower() in _entity_headers


def is_hop_by_hop_header(header: str) -> bool:
    """Tell whether a header is for the next hop only."""
    return header.lower() in _hop_by_hop_headers


def remove_entity_headers(
    headers: Any, allowed: Iterable[str] = ("expires", "content-location")
) -> None:
    """Remove the headers that are about the body.

    :param headers: The headers, or a list of pairs; changed in place.
    :param allowed: Those that stay.
    """
    kept = {name.lower() for name in allowed}
    headers[:] = [
        (name, value)
        for name, value in headers
        if name.lower() in kept or not is_entity_header(name)
    ]


def remove_hop_by_hop_headers(headers: Any) -> None:
    """Remove the headers that are for the next hop only.

    :param headers: The headers, or a list of pairs; changed in place.
    """
    headers[:] = [(name, value) for name, value in headers if not is_hop_by_hop_header(name)]


# Cookies


def parse_cookie(
    header: dict[str, Any] | str | None, cls: type[ds.MultiDict[str, str]] | None = None
) -> ds.MultiDict[str, str]:
    """Read a ``Cookie`` header.

    :param header: The text, as WSGI gives it, or the WSGI environ.
    :param cls: The class of the result; :class:`MultiDict` by default.
    :raises UnicodeError: The text has characters that WSGI cannot give.
    """
    # That module needs the parsers of this one.
    from .sansio.http import parse_cookie

    text = header.get("HTTP_COOKIE") if isinstance(header, dict) else header
    if text:
        text = text.encode("latin1").decode(errors="replace")
    return parse_cookie(text, cls)
