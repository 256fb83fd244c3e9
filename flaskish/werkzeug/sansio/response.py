"""The parts of a response that need no writing: status, headers and cookies.

Werkzeug: sansio.response. Django: ``HttpResponseBase``, whose headers are plain text.
"""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime, timedelta

from ... import werkzeug
from .. import datastructures
from .._dates import dump_age, http_date, parse_age, parse_date
from .._internal import get_content_type
from .._properties import header_property
from .._status import HTTP_STATUS_CODES
from ..datastructures import CallbackDict, Headers
from ._header_properties import (
    dump_header,
    header_updater,
    object_property,
    parse_set_header,
    policy_property,
    set_property,
)

if t.TYPE_CHECKING:
    from http import HTTPStatus

    from ..datastructures import ResponseCacheControl, WWWAuthenticate
    from ..http import COEP, COOP

    Status = int | str | HTTPStatus
    HeadersArgument = t.Mapping[str, str | t.Iterable[str]] | t.Iterable[tuple[str, str]]


_phrase_of = HTTP_STATUS_CODES.get
_unsendable_in_status_re = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")


class Response:
    """A response without its body.

    :param status: A code, or a text such as ``404 Not Found``.
    :param headers: The headers; a ``Headers`` object is used as it is.
    :param mimetype: The type of the body; text types get the charset added.
    :param content_type: The type of the body as it is sent, instead of ``mimetype``.
    """

    #: Status if none is given.
    default_status: int | str = 200

    #: Type of the body if none is given.
    default_mimetype: str | None = "text/plain"

    #: Warn about cookies that are longer than this; 0 never warns.
    max_cookie_size = 4093

    #: The headers of the response.
    headers: Headers

    _status = "200 OK"
    _status_code = 200

    def __init__(
        self,
        status: Status | None = None,
        headers: HeadersArgument | None = None,
        mimetype: str | None = None,
        content_type: str | None = None,
    ) -> None:
        if not isinstance(headers, Headers):
            headers = Headers(headers or None)
        self.headers = headers
        if content_type is None:
            if mimetype is None and headers.get("Content-Type") is None:
                mimetype = self.default_mimetype
            if mimetype is not None:
                content_type = get_content_type(mimetype, "utf-8")
        if content_type is not None:
            headers.set("Content-Type", content_type)
        if status is None:
            status = self.default_status
        if status != 200:
            self.status = status

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status}]>"

    # Status

    @property
    def status_code(self) -> int:
        """The status as a number."""
        return self._status_code

    @status_code.setter
    def status_code(self, code: int) -> None:
        self.status = code

    @property
    def status(self) -> str:
        """The status as it is sent: code and phrase."""
        return self._status

    @status.setter
    def status(self, value: Status) -> None:
        text = ""
        if isinstance(value, int):
            # An HTTPStatus is written differently.
            code = value if type(value) is int else int(value)
        else:
            value = value.strip()
            if not value:
                raise ValueError("Empty status argument")
            if _unsendable_in_status_re.search(value):
                raise ValueError(
                    f"The status {value!r} cannot be sent: it has control characters, or some that"
                    " Latin-1 does not know."
                )
            first_word, _, phrase = value.partition(" ")
            try:
                code = int(first_word)
            except ValueError:
                code, text = 0, f"0 {value}"
            else:
                text = value if phrase else ""
        self._status_code = code
        self._status = text or f"{code} {_phrase_of(code, 'Unknown').upper()}"

    # Cookies

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: timedelta | int | None = None,
        expires: str | datetime | int | float | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None:
        """Add a cookie.

        :param key: Name of the cookie.
        :param value: Value of the cookie.
        :param max_age: Seconds to keep it; until the browser is closed if not given.
        :param expires: Date to keep it until.
        :param path: Paths the browser sends it to.
        :param domain: Domain the browser sends it to, with subdomains.
        :param secure: Send it over HTTPS only.
        :param httponly: Hide it from JavaScript.
        :param samesite: ``Strict``, ``Lax`` or ``None``: when other sites cause it to be sent.
        :param partitioned: Keep one per site the page is embedded in; this implies ``secure``.
        """
        cookie = werkzeug.http.dump_cookie(
            key,
            value=value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            max_size=self.max_cookie_size,
            # Django's settings for cookies say ``False`` when the attribute is to be left out.
            samesite=samesite or None,
            partitioned=partitioned,
        )
        self.headers.add("Set-Cookie", cookie)

    def delete_cookie(
        self,
        key: str,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None:
        """Tell the browser to forget a cookie. Path and domain have to be those it was set with."""
        self.set_cookie(
            key,
            expires=0,
            max_age=0,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )

    # Content

    @property
    def is_json(self) -> bool:
        """Whether the body is ``application/json`` or ``application/*+json``."""
        mimetype = self.mimetype
        return mimetype is not None and (
            mimetype == "application/json"
            or (mimetype.startswith("application/") and mimetype.endswith("+json"))
        )

    @property
    def mimetype(self) -> str | None:
        """The type of the body without parameters."""
        content_type = self.headers.get("Content-Type")
        return content_type.partition(";")[0].strip() if content_type else None

    @mimetype.setter
    def mimetype(self, value: str) -> None:
        self.headers["Content-Type"] = get_content_type(value, "utf-8")

    @property
    def mimetype_params(self) -> dict[str, str]:
        """The parameters of the type of the body; changing them changes the header."""

        def update(params: CallbackDict[str, str]) -> None:
            self.headers["Content-Type"] = werkzeug.http.dump_options_header(
                self.mimetype, t.cast("dict[str, t.Any]", params)
            )

        params = werkzeug.http.parse_options_header(self.headers.get("Content-Type", ""))[1]
        return CallbackDict(params, update)

    content_type = header_property[str](
        "Content-Type", doc="The type of the body, with its parameters."
    )
    content_length = header_property(
        "Content-Length", None, int, str, doc="The number of bytes of the body."
    )
    content_location = header_property[str](
        "Content-Location", doc="A URL under which this very content can be had."
    )
    content_encoding = header_property[str](
        "Content-Encoding", doc="The coding that was applied to the body."
    )
    content_md5 = header_property[str]("Content-MD5", doc="A checksum of the body.")
    content_language = set_property("Content-Language", "The languages of the body's readers.")

    # Where to, and since when

    location = header_property[str]("Location", doc="The URL to go to, or of what was created.")
    allow = set_property("Allow", "The methods the URL supports; a 405 has to name them.")
    age = header_property(
        "Age",
        None,
        parse_age,
        dump_age,  # type: ignore[arg-type]  # it is never asked to write nothing
        doc="The time since the origin made the response.",
    )
    date = header_property("Date", None, parse_date, http_date, doc="When the response was made.")

    @property
    def retry_after(self) -> datetime | None:
        """When to try again; takes seconds too."""
        value = self.headers.get("Retry-After")
        if value is None:
            return None
        try:
            seconds = int(value)
        except ValueError:
            return parse_date(value)
        return datetime.now(UTC) + timedelta(seconds=seconds)

    @retry_after.setter
    def retry_after(self, value: datetime | int | str | None) -> None:
        if value is None:
            self.headers.pop("Retry-After", None)
        else:
            text = http_date(value) if isinstance(value, datetime) else str(value)
            self.headers["Retry-After"] = text

    # Caching and ranges

    expires = header_property(
        "Expires", None, parse_date, http_date, doc="When the response gets stale."
    )
    last_modified = header_property(
        "Last-Modified", None, parse_date, http_date, doc="When the content last changed."
    )
    vary = set_property("Vary", "The request headers that decide whether a cached answer fits.")
    accept_ranges = header_property[str](
        "Accept-Ranges", doc="The unit a part can be asked for in: ``bytes`` or ``none``."
    )

    @property
    def cache_control(self) -> ResponseCacheControl:
        """The directives for caches; changing them changes the header."""
        directives: ResponseCacheControl = werkzeug.http.parse_cache_control_header(
            self.headers.get("Cache-Control"),
            header_updater(self, "Cache-Control"),
            datastructures.ResponseCacheControl,
        )
        return directives

    def set_etag(self, etag: str, weak: bool = False) -> None:
        """Set the etag.

        :param etag: The etag without quotes.
        :param weak: Say that equal etags mean equal content, but not equal bytes.
        """
        self.headers["ETag"] = werkzeug.http.quote_etag(etag, weak)

    def get_etag(self) -> tuple[str, bool] | tuple[None, None]:
        """Return the etag and whether it is weak; twice ``None`` if there is none."""
        return werkzeug.http.unquote_etag(self.headers.get("ETag"))

    content_range = object_property(
        "Content-Range",
        lambda value, update: werkzeug.http.parse_content_range_header(value, update),
        lambda update: datastructures.ContentRange(None, None, None, on_update=update),
        "The part of the content that is sent. It is there without the header too.",
    )

    # Authentication

    @property
    def www_authenticate(self) -> WWWAuthenticate:
        """The way to authenticate; changing it changes the header.

        Assign a list to offer several. ``None`` or ``del`` removes the header.
        """
        header = self.headers.get("WWW-Authenticate")
        challenge_class = datastructures.WWWAuthenticate
        challenge: WWWAuthenticate = challenge_class.from_header(header) or challenge_class("basic")
        challenge._on_update = self._set_www_authenticate
        return challenge

    @www_authenticate.setter
    def www_authenticate(self, value: WWWAuthenticate | list[WWWAuthenticate] | None) -> None:
        self._set_www_authenticate(value)

    @www_authenticate.deleter
    def www_authenticate(self) -> None:
        self.headers.pop("WWW-Authenticate", None)

    def _set_www_authenticate(self, value: WWWAuthenticate | list[WWWAuthenticate] | None) -> None:
        if not value:
            self.headers.pop("WWW-Authenticate", None)
        elif isinstance(value, list):
            self.headers.setlist("WWW-Authenticate", [item.to_header() for item in value])
        else:
            self.headers.set("WWW-Authenticate", value.to_header())
            value._on_update = self._set_www_authenticate

    # Rules for the browser

    content_security_policy = object_property(
        "Content-Security-Policy",
        lambda value, update: werkzeug.http.parse_csp_header(value, update),
        lambda update: datastructures.ContentSecurityPolicy(None, on_update=update),
        "What the page may load and do. It is there without the header too.",
    )
    content_security_policy_report_only = object_property(
        "Content-Security-policy-report-only",
        lambda value, update: werkzeug.http.parse_csp_header(value, update),
        lambda update: datastructures.ContentSecurityPolicy(None, on_update=update),
        "Like the policy, but only reported and not enforced.",
    )
    cross_origin_opener_policy: header_property[COOP] = policy_property(
        "Cross-Origin-Opener-Policy",
        lambda: werkzeug.http.COOP,
        "Whether the page shares its window with pages of other origins.",
    )
    cross_origin_embedder_policy: header_property[COEP] = policy_property(
        "Cross-Origin-Embedder-Policy",
        lambda: werkzeug.http.COEP,
        "Whether the page may embed content that does not allow it.",
    )

    # CORS

    @property
    def access_control_allow_credentials(self) -> bool:
        """Whether JavaScript of another origin may send credentials and see the answer."""
        return "Access-Control-Allow-Credentials" in self.headers

    @access_control_allow_credentials.setter
    def access_control_allow_credentials(self, value: bool | None) -> None:
        if value is True:
            self.headers["Access-Control-Allow-Credentials"] = "true"
        else:
            self.headers.pop("Access-Control-Allow-Credentials", None)

    access_control_allow_headers = header_property(
        "Access-Control-Allow-Headers",
        load_func=parse_set_header,
        dump_func=dump_header,
        doc="The headers a cross-origin request may send.",
    )
    access_control_allow_methods = header_property(
        "Access-Control-Allow-Methods",
        load_func=parse_set_header,
        dump_func=dump_header,
        doc="The methods a cross-origin request may use.",
    )
    access_control_allow_origin = header_property[str](
        "Access-Control-Allow-Origin", doc="The origin that may make requests, ``*`` for any."
    )
    access_control_expose_headers = header_property(
        "Access-Control-Expose-Headers",
        load_func=parse_set_header,
        dump_func=dump_header,
        doc="The headers JavaScript of another origin may see.",
    )
    access_control_max_age = header_property(
        "Access-Control-Max-Age",
        load_func=int,
        dump_func=str,
        doc="Seconds the answer to a CORS question may be cached.",
    )
