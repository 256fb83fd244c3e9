"""Header values: parsed, written and compared.

Werkzeug: ``werkzeug.http``. Django: ``django.utils.http``, ``django.http.cookie``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from time import mktime, struct_time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from ._internal import _plain_int

if TYPE_CHECKING:
    from . import datastructures as ds

# Data structures write themselves with functions of this module, which makes them lazily: the
# imports inside its functions keep the two from needing each other while they are loaded.

HTTP_STATUS_CODES = {
    100: "Continue",
    101: "Switching Protocols",
    102: "Processing",
    103: "Early Hints",
    200: "OK",
    201: "Created",
    202: "Accepted",
    203: "Non Authoritative Information",
    204: "No Content",
    205: "Reset Content",
    206: "Partial Content",
    207: "Multi Status",
    208: "Already Reported",
    226: "IM Used",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    305: "Use Proxy",
    306: "Switch Proxy",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    414: "Request URI Too Long",
    415: "Unsupported Media Type",
    416: "Requested Range Not Satisfiable",
    417: "Expectation Failed",
    418: "I'm a teapot",
    421: "Misdirected Request",
    422: "Unprocessable Entity",
    423: "Locked",
    424: "Failed Dependency",
    425: "Too Early",
    426: "Upgrade Required",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    449: "Retry With",
    451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates",
    507: "Insufficient Storage",
    508: "Loop Detected",
    510: "Not Extended",
    511: "Network Authentication Failed",
}


class COEP(Enum):
    """Values of ``Cross-Origin-Embedder-Policy``."""

    UNSAFE_NONE = "unsafe-none"
    REQUIRE_CORP = "require-corp"


class COOP(Enum):
    """Values of ``Cross-Origin-Opener-Policy``."""

    UNSAFE_NONE = "unsafe-none"
    SAME_ORIGIN_ALLOW_POPUPS = "same-origin-allow-popups"
    SAME_ORIGIN = "same-origin"


# Tokens, quoted strings, lists and parameters

_BLANKS = " \t"
_token_chars = frozenset(
    "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"
)
_escaped_re = re.compile(r"\\(.)", re.ASCII)
#: A quoted string, other text, a comma; a lone quote is one that does not end.
_list_part_re = re.compile(r'"(?>[^"\\]|\\.)*+"|[^",]++|,|"', re.DOTALL)
_TOKEN = r"[\w!#$%&'*+\-.^`|~]+"
_parameter_key_re = re.compile(rf"({_TOKEN})=", re.ASCII)
#: A token, or a quoted string in which only quotes and backslashes are escaped.
_parameter_value_re = re.compile(rf'{_TOKEN}|"(?>\\[\\"]|[^"])*+"', re.ASCII)
_parameter_end_re = re.compile(r";[ \t]*")
_parameter_marks_re = re.compile(r"(?:\*([0-9]+))?(\*)?$", re.ASCII)
#: ``charset'language'text`` of RFC 2231.
_charset_value_re = re.compile(
    r"([\w!#$%&*+\-.^`|~]*)'[\w!#$%&*+\-.^`|~]*'([\w!#$%&'*+\-.^`|~]+)$", re.ASCII
)
_KNOWN_CHARSETS = frozenset(("ascii", "us-ascii", "utf-8", "iso-8859-1"))


def quote_header_value(value: Any, allow_token: bool = True) -> str:
    """Write a value as a token, or as a quoted string if it is none.

    :param value: The value.
    :param allow_token: Whether a token may stand without quotes.
    """
    text = str(value)
    if text and allow_token and _token_chars.issuperset(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote_header_value(value: str) -> str:
    """Read a token or a quoted string.

    :param value: The text.
    """
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _escaped_re.sub(r"\g<1>", value[1:-1])
    return value


def _dump_item(key: str, value: Any) -> str:
    # A key that ends in * has a value that is encoded already.
    return f"{key}={value if key.endswith('*') else quote_header_value(value)}"


def dump_options_header(header: str | None, options: Mapping[str, Any]) -> str:
    """Write a value with parameters: ``text/html; charset=utf-8``.

    :param header: The value.
    :param options: The parameters; those that are ``None`` are left out.
    """
    segments = [] if header is None else [header]
    segments += [_dump_item(key, value) for key, value in options.items() if value is not None]
    return "; ".join(segments)


def dump_header(iterable: dict[str, Any] | Iterable[Any]) -> str:
    """Write a list of values, or of pairs; a pair whose value is ``None`` is its key alone.

    :param iterable: The values, or a dict.
    """
    if isinstance(iterable, dict):
        return ", ".join(
            key if value is None else _dump_item(key, value) for key, value in iterable.items()
        )
    return ", ".join(quote_header_value(value) for value in iterable)


def parse_list_header(value: str) -> list[str]:
    """Read a list of values. One with a quote that does not end is empty.

    :param value: The text.
    """
    items: list[list[str]] = [[]]
    for match in _list_part_re.finditer(value):
        part = match[0]
        if part == '"':
            return []
        if part == ",":
            items.append([])
        else:
            items[-1].append(part)
    stripped = ("".join(parts).strip(_BLANKS) for parts in items)
    return [unquote_header_value(item) for item in stripped if item]


def parse_dict_header(value: str) -> dict[str, str | None]:
    """Read a list of pairs; a key alone has the value ``None``.

    :param value: The text.
    """
    result: dict[str, str | None] = {}
    for item in parse_list_header(value):
        key, has_value, text = item.partition("=")
        key = key.strip(_BLANKS)
        text = text.strip(_BLANKS)
        if not key:
            continue
        if not has_value:
            result[key] = None
            continue
        if key.endswith("*"):
            key = key[:-1]
            text, _ = _decode_extended(text, None)
        result[key] = unquote_header_value(text)
    return result


def _decode_extended(text: str, charset: str | None) -> tuple[str, str | None]:
    """Decode a value with a charset in front of it, or with that of the part before it."""
    match = _charset_value_re.match(text)
    if match is not None:
        charset, text = match[1].lower() or charset, match[2]
    if charset in _KNOWN_CHARSETS:
        text = unquote(text, encoding=charset)
    return text, charset


def parse_options_header(value: str | None) -> tuple[str, dict[str, str]]:
    """Read a value with parameters: ``text/html; charset=utf-8``.

    :param value: The text.
    :return: The value, and the parameters with their keys in lower case. A parameter that does not
        parse is left out.
    """
    if value is None:
        return "", {}
    value, _, rest = value.partition(";")
    value = value.strip(_BLANKS)
    rest = rest.strip(_BLANKS)
    if not value or not rest:
        return value, {}
    options = _ParameterCollector()
    for key, text in _scan_parameters(rest):
        options.add(key, text)
    return value, options.collect()


def _scan_parameters(text: str) -> Iterable[tuple[str, str]]:
    """Iterate over the pairs of key and value, the values as they are written."""
    place = 0
    while place < len(text):
        key = _parameter_key_re.match(text, place)
        if key is not None:
            place = key.end()
            value = _parameter_value_re.match(text, place)
            if value is not None:
                yield key[1].lower(), value[0]
                place = value.end() if value[0][0] == '"' else place
            elif text[place : place + 1] == '"':
                return
        end = _parameter_end_re.search(text, place)
        if end is None:
            return
        place = end.end()


class _ParameterCollector:
    """Puts parameters together that are split or encoded as RFC 2231 says."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.pieces: dict[str, list[str]] = {}
        self.charsets: dict[str, str] = {}

    def add(self, key: str, text: str) -> None:
        marks = _parameter_marks_re.search(key)
        number = encoded = None
        if marks is not None and marks[0]:
            number, encoded = marks.groups()
            key = key[: marks.start()]
        charset = None
        if encoded is None:
            # Browsers escape a quote in a file name like this.
            text = unquote_header_value(text).replace("%22", '"')
        else:
            text, charset = _decode_extended(
                text, None if number is None else self.charsets.get(key)
            )
        if number is None:
            self.pieces.pop(key, None)
            self.charsets.pop(key, None)
            self.options[key] = text
            return
        self.options.pop(key, None)
        self.pieces.setdefault(key, []).append(text)
        if charset:
            self.charsets[key] = charset

    def collect(self) -> dict[str, str]:
        joined = {key: "".join(pieces) for key, pieces in self.pieces.items()}
        return {**self.options, **joined}


# Values of single headers

_quality_re = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_etag_re = re.compile(r'[ \t]*+([Ww]/)?(?:"([^"]*)"|([^" \t,]++))[ \t]*+(?:,|\Z)', re.ASCII)


def parse_accept_header(value: str | None, cls: Any = None) -> Any:
    """Read an ``Accept`` header, or one of its kin.

    :param value: The text.
    :param cls: The class of the result; :class:`Accept` by default.
    """
    if cls is None:
        from .datastructures import Accept as cls  # noqa: N813
    if not value:
        return cls(None)
    items = []
    for item in parse_list_header(value):
        name, options = parse_options_header(item)
        quality: float = 1
        if "q" in options:
            quality_text = options.pop("q").strip(_BLANKS)
            if _quality_re.fullmatch(quality_text) is None:
                continue
            quality = float(quality_text)
            if not 0 <= quality <= 1:
                continue
        items.append((dump_options_header(name, options) if options else name, quality))
    return cls(items)


def parse_cache_control_header(
    value: str | None, on_update: Callable[[Any], None] | None = None, cls: Any = None
) -> Any:
    """Read a ``Cache-Control`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :param cls: The class of the result; that of requests by default.
    """
    if cls is None:
        from .datastructures import RequestCacheControl as cls  # noqa: N813
    return cls(parse_dict_header(value) if value else (), on_update)


def parse_csp_header(
    value: str | None, on_update: Callable[[Any], None] | None = None, cls: Any = None
) -> Any:
    """Read a ``Content-Security-Policy`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :param cls: The class of the result.
    """
    if cls is None:
        from .datastructures import ContentSecurityPolicy as cls  # noqa: N813
    directives = []
    for policy in (value or "").split(";"):
        directive, blank, text = policy.strip(_BLANKS).partition(" ")
        if blank:
            directives.append((directive.strip(_BLANKS), text.strip(_BLANKS)))
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
    from .datastructures import HeaderSet

    return HeaderSet(parse_list_header(value) if value else None, on_update)


def parse_if_range_header(value: str | None) -> ds.IfRange:
    """Read an ``If-Range`` header: a date or an ETag.

    :param value: The text.
    """
    from .datastructures import IfRange

    if not value:
        return IfRange()
    moment = parse_date(value)
    if moment is not None:
        return IfRange(date=moment)
    return IfRange(unquote_etag(value)[0])


def parse_range_header(value: str | None, make_inclusive: bool = True) -> ds.Range | None:
    """Read a ``Range`` header.

    :param value: The text.
    :param make_inclusive: Has no effect; Werkzeug has it.
    :return: The ranges, their ends exclusive; ``None`` if the text makes no sense.
    """
    from .datastructures import Range

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
            begin, end = _parse_range(item.strip(_BLANKS))
        except ValueError:
            return None
        if 0 <= begin < last_end or (end is not None and begin >= end):
            return None
        last_end = -1 if end is None else end
        ranges.append((begin, end))
    return Range(units.strip(_BLANKS).lower(), ranges)


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
    last = last.strip(_BLANKS)
    return _plain_int(first), _plain_int(last) + 1 if last else None


def parse_content_range_header(
    value: str | None, on_update: Callable[[Any], None] | None = None
) -> ds.ContentRange | None:
    """Read a ``Content-Range`` header.

    :param value: The text.
    :param on_update: Called with the result after each change.
    :return: The range; ``None`` if the text makes no sense.
    """
    from .datastructures import ContentRange

    if value is None:
        return None
    units, _, definition = value.strip(_BLANKS).partition(" ")
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
    return ContentRange(units, start, stop, length, on_update=on_update)


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


# Authentication: see ``datastructures.auth``. ETags, dates and ages


def quote_etag(etag: str, weak: bool = False) -> str:
    """Write an ETag.

    :param etag: The tag.
    :param weak: Whether it is a weak one.
    :raises ValueError: The tag has a quote.
    """
    if '"' in etag:
        raise ValueError("invalid etag")
    return f'W/"{etag}"' if weak else f'"{etag}"'


def unquote_etag(etag: str | None) -> tuple[Any, Any]:
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
    from .datastructures import ETags

    if not value:
        return ETags()
    if value == "*":
        return ETags(star_tag=True)
    strong: list[str] = []
    weak: list[str] = []
    place = 0
    while True:
        match = _etag_re.match(value, place)
        if match is None:
            place = value.find(",", place) + 1
            if place == 0:
                return ETags(strong, weak)
            continue
        (weak if match[1] else strong).append(match[2] or match[3])
        place = match.end()


def generate_etag(data: bytes) -> str:
    """Make an ETag of contents.

    :param data: The contents.
    """
    from hashlib import sha1

    return sha1(data, usedforsecurity=False).hexdigest()


def parse_date(value: str | None) -> datetime | None:
    """Read a date.

    :param value: The text.
    :return: The date, aware of its time zone; ``None`` if the text is no date.
    """
    if not value:
        return None
    # Loaded by the first date: the package is large.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def http_date(
    timestamp: datetime | date | int | float | struct_time | None = None,
) -> str:
    """Write a date.

    :param timestamp: The date; one without a time zone is in UTC, a number counts seconds since
        1970, ``struct_time`` is local time. Now by default.
    :raises ValueError: The date is too far away.
    """
    try:
        moment = _to_moment(timestamp)
    except (OverflowError, OSError) as error:
        # What ``datetime`` raises depends on how far the date is out of its reach.
        raise ValueError(f"{timestamp!r} is not a date that can be written.") from error
    return (
        f"{_WEEKDAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]}"
        f" {moment.year:04} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
    )


def _to_moment(timestamp: datetime | date | int | float | struct_time | None) -> datetime:
    if isinstance(timestamp, datetime):
        return _as_utc(timestamp)
    if isinstance(timestamp, date):
        return datetime.combine(timestamp, time(), tzinfo=UTC)
    if timestamp is None:
        return datetime.now(UTC)
    seconds = mktime(timestamp) if isinstance(timestamp, struct_time) else timestamp
    return datetime.fromtimestamp(seconds, UTC)


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


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
    from .sansio import http as sansio_http

    return sansio_http.is_resource_modified(
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

_plain_cookie_re = re.compile(r"[\w!#$%&'()*+\-./:<=>?@\[\]^`{|}~]*", re.ASCII)
_cookie_unsafe_re = re.compile(rb'[\x00-\x19",;\\\x7f-\xff]')
#: What would end a header, or an attribute of a cookie.
_cookie_forbidden_re = re.compile(r"[\x00\r\n;]")


def parse_cookie(header: dict[str, Any] | str | None, cls: Any = None) -> Any:
    """Read a ``Cookie`` header.

    :param header: The text, as WSGI gives it, or the WSGI environ.
    :param cls: The class of the result; :class:`MultiDict` by default.
    :raises UnicodeError: The bytes are not UTF-8.
    """
    from .sansio import http as sansio_http

    text = header.get("HTTP_COOKIE") if isinstance(header, dict) else header
    if text:
        text = text.encode("latin1").decode()
    return sansio_http.parse_cookie(cookie=text, cls=cls)


def dump_cookie(
    key: str,
    value: str = "",
    max_age: timedelta | int | None = None,
    expires: str | datetime | int | float | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    sync_expires: bool = True,
    max_size: int = 4093,
    samesite: str | None = None,
    partitioned: bool = False,
) -> str:
    """Write a ``Set-Cookie`` header.

    :param key: The name.
    :param value: The value.
    :param max_age: How long the cookie lives, in seconds.
    :param expires: When it expires.
    :param path: The path it is for.
    :param domain: The domain it is for, with all below it.
    :param secure: Whether it is for HTTPS only.
    :param httponly: Whether scripts may not read it.
    :param sync_expires: Whether ``max_age`` also sets ``expires``.
    :param max_size: The size from which on there is a warning, in bytes; 0 for none.
    :param samesite: ``Strict``, ``Lax`` or ``None``.
    :param partitioned: Whether each embedding site has its own; makes it secure.
    :raises ValueError: ``samesite`` is something else, or the name, the domain or ``expires`` has
        a character that would end them.
    """
    if isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    if expires is not None:
        expires = expires if isinstance(expires, str) else http_date(expires)
    elif max_age is not None and sync_expires:
        expires = http_date(datetime.now(UTC).timestamp() + max_age)
    attributes = (
        ("Domain", _cookie_domain(domain)),
        ("Expires", expires),
        ("Max-Age", max_age),
        ("Secure", bool(secure or partitioned)),
        ("HttpOnly", bool(httponly)),
        ("Path", None if path is None else quote(path, safe="%!$&'()*+,/:=@")),
        ("SameSite", _cookie_samesite(samesite)),
        ("Partitioned", bool(partitioned)),
    )
    for what, text in (("name", key), ("domain", domain), ("expires", expires)):
        if text and _cookie_forbidden_re.search(text):
            raise ValueError(f"The cookie's {what} {text!r} has a character that would end it.")

    value = _cookie_value(value)
    header = f"{key.encode().decode('latin1')}={value}"
    for name, attribute in attributes:
        if attribute is True:
            header += f"; {name}"
        elif attribute is not None and attribute is not False:
            header += f"; {name}={attribute}"
    if max_size and len(header) > max_size:
        _warn_of_size(key, value, header, max_size)
    return header


def _cookie_value(value: str) -> str:
    """Write the value, quoted and escaped if it has to be."""
    if _plain_cookie_re.fullmatch(value):
        return value
    escaped = _cookie_unsafe_re.sub(_escape_cookie_byte, value.encode()).decode("ascii")
    return f'"{escaped}"'


def _escape_cookie_byte(match: re.Match[bytes]) -> bytes:
    byte = match[0]
    return b"\\" + byte if byte in b'"\\' else b"\\%03o" % byte[0]


def _cookie_domain(domain: str | None) -> str | None:
    if not domain:
        return domain
    return domain.partition(":")[0].lstrip(".").encode("idna").decode("ascii")


def _cookie_samesite(samesite: str | None) -> str | None:
    if samesite is None:
        return None
    samesite = samesite.title()
    if samesite not in {"Strict", "Lax", "None"}:
        raise ValueError("SameSite must be 'Strict', 'Lax', or 'None'.")
    return samesite


def _warn_of_size(key: str, value: str, header: str, max_size: int) -> None:
    warnings.warn(
        f"The '{key}' cookie is too large: the value was {len(value)} bytes but the header"
        f" required {len(header) - len(value)} extra bytes. The final size was"
        f" {len(header)} bytes but the limit is {max_size} bytes. Browsers may silently ignore"
        " cookies larger than this.",
        stacklevel=3,
    )
