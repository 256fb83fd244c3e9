"""The headers of a response as they are sent.

Werkzeug: ``Response.get_wsgi_headers``. Django: ``HttpResponse.items``, for the handlers.
"""

from __future__ import annotations

import typing as t

from ... import werkzeug
from .._sendable import LOCATIONS, sendable_location, sendable_value
from ..datastructures import Headers

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .response import Response

    HeaderList = list[tuple[str, str]]

STATUSES_WITHOUT_BODY = frozenset({204, 304, *range(100, 200)})

_LOOKED_AT = LOCATIONS | {"content-length", "set-cookie"}


def headers_of(pairs: HeaderList) -> Headers:
    """Return headers that keep a list, of which each pair was checked before.

    :param pairs: The list.
    """
    headers = Headers.__new__(Headers)
    headers._list = pairs
    return headers


def copy_headers(response: t.Any) -> HeaderList:
    """Return a list of the headers, also if a view put a plain dict in their place.

    :param response: The response.
    """
    headers = response.headers
    return [*(headers if isinstance(headers, Headers) else Headers(headers))._list]


def adopt_headers(response: t.Any) -> None:
    """Make :class:`Headers` of what a view put in their place, a plain dict for example.

    :param response: The response. If the headers are refused it has only a type, of which no
        browser makes a page, so that it can be sent all the same.
    """
    given = response.headers
    if not isinstance(given, Headers):
        response.headers = Headers({"Content-Type": "text/plain; charset=utf-8"})
        response.headers = Headers(given)


def sent_headers(response: Response, environ: WSGIEnvironment) -> HeaderList:
    """Return a list of the headers as WSGI sends them.

    :param response: The response.
    :param environ: The environment of the request.
    """
    made = response._made_headers
    if (
        made is not None
        and getattr(response.headers, "_list", None) == made
        and response._status_code not in STATUSES_WITHOUT_BODY
        and (len(made) == 2 or are_whole(made, response))
    ):
        return [*made]
    headers = copy_headers(response)
    is_sendable, _ = settle_headers(headers, response, environ)
    if not is_sendable:
        make_sendable(headers)
    return headers


def are_whole(made: HeaderList, response: Response) -> bool:
    """Tell whether headers as the constructor made them lack nothing, though they are not two.

    :param made: The headers.
    :param response: The response.
    """
    if len(made) == 1:
        # The type, of what was a stream then. A list has a length, too.
        return not response.is_sequence
    # The type, the length, and where a redirect goes.
    return not response.autocorrect_location_header


def settle_headers(
    headers: HeaderList, response: Response, environ: WSGIEnvironment
) -> tuple[bool, bool]:
    """Change headers as status and body demand.

    :param headers: A list of the headers, with the cookies.
    :param response: The response.
    :param environ: The environment of the request.
    :return: Whether the headers can be sent as they are, see :func:`make_sendable`, and whether
        any of them sets a cookie.
    """
    status = response._status_code
    is_sendable = True
    has_length = sets_cookies = False
    locations = []
    for name, value in headers:
        if not value.isascii():
            is_sendable = False
        lowered = name.lower()
        if lowered in _LOOKED_AT:
            if lowered == "content-length":
                has_length = True
            elif lowered == "set-cookie":
                sets_cookies = True
            else:
                locations.append((lowered, value))
    # Set one after the other, so that the last of several counts.
    for lowered, value in locations:
        sendable = sendable_location(value)
        if lowered == "location" and response.autocorrect_location_header:
            sendable = _absolute_location(sendable, environ)
        if sendable != value or len(locations) > 1:
            headers_of(headers)[lowered.title()] = sendable

    if status in STATUSES_WITHOUT_BODY:
        if status == 304:
            werkzeug.http.remove_entity_headers(headers)
        else:
            # Forbidden by RFC 9110, section 8.6.
            headers_of(headers).remove("Content-Length")
    elif not has_length and response.automatically_set_content_length and response.is_sequence:
        headers.append(("Content-Length", str(sum(map(len, response.iter_encoded())))))

    if response._cookie_jar is not None:
        headers_of(headers).remove("Set-Cookie")
        cookies = [morsel.OutputString() for morsel in response.cookies.values()]
        headers += [("Set-Cookie", cookie) for cookie in cookies]
        is_sendable = is_sendable and all(map(str.isascii, cookies))
        sets_cookies = bool(cookies)
    return is_sendable, sets_cookies


def make_sendable(headers: HeaderList) -> None:
    """Make the values of headers such as Latin-1 can encode.

    :param headers: A list of the headers.
    """
    for place, (name, value) in enumerate(headers):
        if not value.isascii():
            headers[place] = name, sendable_value(value)


def _absolute_location(location: str, environ: WSGIEnvironment) -> str:
    # Off by default, and so are these imports.
    from urllib.parse import urljoin

    from ..wsgi import get_current_url

    here = sendable_location(get_current_url(environ, strip_querystring=True))
    return urljoin(here, location)
