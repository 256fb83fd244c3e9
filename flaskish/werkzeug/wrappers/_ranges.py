"""Conditional and partial answers: 304, 412, 206 and 416.

Werkzeug: ``Response.make_conditional``. Django: ``django.utils.cache.get_conditional_response``,
which knows no ranges.
"""

from __future__ import annotations

import typing as t

from ..datastructures import Headers
from ..exceptions import RequestedRangeNotSatisfiable
from ..http import http_date, is_resource_modified, parse_etags, parse_range_header
from ..wsgi import _RangeWrapper

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .response import Response

#: What a response may depend on; most requests have none of it.
_CONDITIONS = frozenset(
    (
        *("HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH"),
        *("HTTP_IF_RANGE", "HTTP_IF_UNMODIFIED_SINCE"),
    )
)


def make_conditional(
    response: Response,
    environ: WSGIEnvironment,
    accept_ranges: bool | str,
    complete_length: int | None,
) -> None:
    """Change a response to what a conditional or range request asks for.

    :raises RequestedRangeNotSatisfiable: The range cannot be read, or lies outside the content.
    """
    headers = response.headers
    if not isinstance(headers, Headers):
        # A view may have put a plain dict in their place.
        headers = response.headers = Headers(headers)
    names = {name.lower() for name, _ in headers}
    if "date" not in names:
        headers.add("Date", http_date())
    if accept_ranges:
        unit = "bytes" if accept_ranges is True else accept_ranges
        if "accept-ranges" in names:
            response.accept_ranges = unit
        else:
            headers.add("Accept-Ranges", unit)

    is_partial = bool(accept_ranges) and _select_range(response, environ, complete_length)
    if not is_partial and not _is_modified(response, environ):
        response.status_code = 412 if parse_etags(environ.get("HTTP_IF_MATCH")) else 304

    if is_partial or "content-length" in names:
        return
    if response.automatically_set_content_length:
        length = response.calculate_content_length()
        if length is not None:
            headers["Content-Length"] = str(length)


def _select_range(
    response: Response, environ: WSGIEnvironment, complete_length: int | None
) -> bool:
    """Cut the response to the range that is asked for.

    :return: Whether the response is now a partial one.
    :raises RequestedRangeNotSatisfiable: The range cannot be read, or lies outside the content.
    """
    if not complete_length or not _wants_range(response, environ):
        return False

    wanted = parse_range_header(environ.get("HTTP_RANGE"))
    limits = None if wanted is None else wanted.range_for_length(complete_length)
    if wanted is None or limits is None:
        raise RequestedRangeNotSatisfiable(complete_length)

    start, stop = limits
    response.content_length = stop - start
    response.content_range = wanted.to_content_range_header(complete_length)
    response.status_code = 206
    response.response = t.cast(
        "t.Iterable[bytes]", _RangeWrapper(t.cast("t.Any", response.response), start, stop - start)
    )
    return True


def _wants_range(response: Response, environ: WSGIEnvironment) -> bool:
    """Whether a range is asked for, and of the very content the response has."""
    if "HTTP_RANGE" not in environ:
        return False
    return "HTTP_IF_RANGE" not in environ or not _is_modified(
        response, environ, ignore_if_range=False
    )


def _is_modified(
    response: Response, environ: WSGIEnvironment, ignore_if_range: bool = True
) -> bool:
    if _CONDITIONS.isdisjoint(environ):
        return True
    return is_resource_modified(
        environ,
        response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
        ignore_if_range=ignore_if_range,
    )
