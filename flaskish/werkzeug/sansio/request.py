"""The parts of a request that need no reading: method, URL, headers and what they say.

Werkzeug: sansio.request. Django: ``HttpRequest`` without its body.
"""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qsl

from ... import werkzeug
from .. import _internal, datastructures, sansio  # noqa: F401  registers the error handler used below
from .._dates import parse_date
from .._properties import header_property
from ..datastructures import ImmutableList, ImmutableMultiDict
from ..user_agent import UserAgent
from ._header_properties import parse_set_header
from ._lazy import lazy_attribute

if t.TYPE_CHECKING:
    from datetime import datetime

    from ..datastructures import (
        Accept,
        Authorization,
        CharsetAccept,
        ETags,
        Headers,
        HeaderSet,
        IfRange,
        LanguageAccept,
        MIMEAccept,
        MultiDict,
        Range,
        RequestCacheControl,
    )

AcceptType = t.TypeVar("AcceptType", bound="Accept")


class Request:
    """A request without its body.

    :param method: The HTTP method.
    :param scheme: The scheme of the URL.
    :param server: Host and port of the server, or path and ``None`` for a Unix socket.
    :param root_path: The prefix the application is mounted under.
    :param path: The path after the prefix.
    :param query_string: What follows the ``?``.
    :param headers: The headers.
    :param remote_addr: The address of the client.
    """

    #: Class of :attr:`args` and of the form.
    parameter_storage_class: type[MultiDict[str, t.Any]] = ImmutableMultiDict

    #: Class of :attr:`cookies`.
    dict_storage_class: type[MultiDict[str, t.Any]] = ImmutableMultiDict

    #: Class of :attr:`access_route`.
    list_storage_class: type[list[t.Any]] = ImmutableList

    #: Class of :attr:`user_agent`; a subclass may parse the header.
    user_agent_class: type[UserAgent] = UserAgent

    #: Hosts that are accepted, all if not set. A leading dot accepts subdomains.
    trusted_hosts: list[str] | None = None

    #: The HTTP method, in upper case.
    method: str
    #: The scheme of the URL, for example ``https``.
    scheme: str
    #: Host and port of the server, or path and ``None`` for a Unix socket.
    server: tuple[str, int | None] | None
    #: The prefix the application is mounted under, without a trailing slash.
    root_path: str
    #: The path that is routed, with a leading slash.
    path: str
    #: What follows the ``?`` in the URL, raw.
    query_string: bytes
    #: The headers of the request.
    headers: Headers
    #: The address of the client that is connected to the server.
    remote_addr: str | None

    def __init__(
        self,
        method: str,
        scheme: str,
        server: tuple[str, int | None] | None,
        root_path: str,
        path: str,
        query_string: bytes,
        headers: Headers,
        remote_addr: str | None,
    ) -> None:
        self.method = method.upper()
        self.scheme = scheme
        self.server = server
        self.root_path = root_path.rstrip("/")
        self.path = "/" + path.lstrip("/")
        self.query_string = query_string
        self.headers = headers
        self.remote_addr = remote_addr

    def __repr__(self) -> str:
        try:
            url = self.url
        except Exception as error:
            # A host that is not trusted must not make the request impossible to log.
            url = f"(invalid URL: {error})"
        return f"<{type(self).__name__} {url!r} [{self.method}]>"

    # URL

    @lazy_attribute
    def args(self) -> MultiDict[str, str]:
        """The parameters of the query string. Bytes that are no UTF-8 stay percent-encoded."""
        return self._parse_args()

    def _parse_args(self) -> MultiDict[str, str]:
        query_string = self.query_string
        if not query_string:
            return self.parameter_storage_class()
        pairs = parse_qsl(
            query_string.decode(errors="werkzeug.url_quote"),
            keep_blank_values=True,
            errors="werkzeug.url_quote",
        )
        return self.parameter_storage_class(pairs)

    @lazy_attribute
    def full_path(self) -> str:
        """The path with the query string; the ``?`` is there even if nothing follows."""
        return f"{self.path}?{self.query_string.decode(errors='werkzeug.url_quote')}"

    @property
    def is_secure(self) -> bool:
        """Whether the request came over HTTPS or WSS."""
        return self.scheme in {"https", "wss"}

    @lazy_attribute
    def url(self) -> str:
        """The whole URL, as an IRI."""
        return sansio.utils.get_current_url(
            self.scheme, self.host, self.root_path, self.path, self.query_string
        )

    @lazy_attribute
    def base_url(self) -> str:
        """The URL without the query string."""
        return sansio.utils.get_current_url(self.scheme, self.host, self.root_path, self.path)

    @lazy_attribute
    def root_url(self) -> str:
        """The URL of the application's root."""
        return sansio.utils.get_current_url(self.scheme, self.host, self.root_path)

    @lazy_attribute
    def host_url(self) -> str:
        """Scheme and host only."""
        return sansio.utils.get_current_url(self.scheme, self.host)

    @lazy_attribute
    def host(self) -> str:
        """The host the request was made to, with the port if it is not the usual one.

        :raises SecurityError: The host is not among :attr:`trusted_hosts`.
        """
        return sansio.utils.get_host(
            self.scheme, self.headers.get("host"), self.server, self.trusted_hosts
        )

    @lazy_attribute
    def access_route(self) -> list[str]:
        """The addresses from the client to the last proxy, as ``X-Forwarded-For`` names them.

        Anybody can send this header; trust it only behind a proxy that sets it.
        """
        forwarded_for = self.headers.get("X-Forwarded-For")
        if forwarded_for is not None:
            return self.list_storage_class(werkzeug.http.parse_list_header(forwarded_for))
        if self.remote_addr is not None:
            return self.list_storage_class([self.remote_addr])
        return self.list_storage_class()

    @lazy_attribute
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies the client sent."""
        header = self._read_header("HTTP_COOKIE")
        if not header:
            return self.dict_storage_class()  # type: ignore[return-value]
        return sansio.http.parse_cookie(header, cls=self.dict_storage_class)  # type: ignore[return-value]

    def _header_reader(self) -> t.Callable[[str], str | None]:
        """Return what gives a header for its key in an environment, to read more than one."""
        return self._read_header

    def _read_header(self, key: str) -> str | None:
        """Return a header by its key in an environment; several are joined as cookies are."""
        name = key.removeprefix("HTTP_").replace("_", "-")
        return ";".join(self.headers.getlist(name)) if name in self.headers else None

    # Content

    content_type = header_property[str](
        "Content-Type", doc="The type of the body, with its parameters.", read_only=True
    )

    @lazy_attribute
    def content_length(self) -> int | None:
        """The length of the body, ``None`` for a streaming request, 0 for a broken header."""
        read_header = self._header_reader()
        return sansio.utils.get_content_length(
            read_header("CONTENT_LENGTH"), read_header("HTTP_TRANSFER_ENCODING")
        )

    content_encoding = header_property[str](
        "Content-Encoding", doc="The coding that was applied to the body.", read_only=True
    )
    content_md5 = header_property[str]("Content-MD5", doc="A checksum of the body.", read_only=True)

    @lazy_attribute
    def _parsed_content_type(self) -> tuple[str, dict[str, str]]:
        return werkzeug.http.parse_options_header(self._read_header("CONTENT_TYPE") or "")

    @property
    def mimetype(self) -> str:
        """The type of the body without parameters, in lower case."""
        return self._parsed_content_type[0].lower()

    @property
    def mimetype_params(self) -> dict[str, str]:
        """The parameters of the type of the body."""
        return self._parsed_content_type[1]

    @property
    def is_json(self) -> bool:
        """Whether the body is ``application/json`` or ``application/*+json``."""
        mimetype = self.mimetype
        return mimetype == "application/json" or (
            mimetype.startswith("application/") and mimetype.endswith("+json")
        )

    # Where from, and through what

    referrer = header_property[str]("Referer", doc="The URL the client came from.", read_only=True)
    date = header_property(
        "Date", None, parse_date, doc="When the request was made.", read_only=True
    )
    max_forwards = header_property(
        "Max-Forwards", None, int, doc="How many proxies may pass it on.", read_only=True
    )

    @lazy_attribute
    def pragma(self) -> HeaderSet:
        """The directives of the ``Pragma`` header."""
        return werkzeug.http.parse_set_header(self.headers.get("Pragma", ""))

    @lazy_attribute
    def user_agent(self) -> UserAgent:
        """The ``User-Agent`` header; its text is ``user_agent.string``."""
        return self.user_agent_class(self.headers.get("User-Agent", ""))

    @lazy_attribute
    def authorization(self) -> Authorization | None:
        """The credentials of the ``Authorization`` header."""
        header = self.headers.get("Authorization")
        credentials: Authorization | None = datastructures.Authorization.from_header(header)
        return credentials

    # What the client accepts

    @lazy_attribute
    def accept_mimetypes(self) -> MIMEAccept:
        """The types the client accepts, best first."""
        return self._parse_accept("Accept", datastructures.MIMEAccept)

    @lazy_attribute
    def accept_charsets(self) -> CharsetAccept:
        """The charsets the client accepts, best first."""
        return self._parse_accept("Accept-Charset", datastructures.CharsetAccept)

    @lazy_attribute
    def accept_encodings(self) -> Accept:
        """The codings, such as gzip, the client accepts, best first."""
        return self._parse_accept("Accept-Encoding", datastructures.Accept)

    @lazy_attribute
    def accept_languages(self) -> LanguageAccept:
        """The languages the client accepts, best first."""
        return self._parse_accept("Accept-Language", datastructures.LanguageAccept)

    def _parse_accept(self, name: str, cls: type[AcceptType]) -> AcceptType:
        accept: AcceptType = werkzeug.http.parse_accept_header(self.headers.get(name), cls)
        return accept

    # Caching and ranges

    @lazy_attribute
    def cache_control(self) -> RequestCacheControl:
        """The directives of the ``Cache-Control`` header."""
        directives: RequestCacheControl = werkzeug.http.parse_cache_control_header(
            self.headers.get("Cache-Control"), None, datastructures.RequestCacheControl
        )
        return directives

    @lazy_attribute
    def if_match(self) -> ETags:
        """The etags of the ``If-Match`` header."""
        return werkzeug.http.parse_etags(self.headers.get("If-Match"))

    @lazy_attribute
    def if_none_match(self) -> ETags:
        """The etags of the ``If-None-Match`` header."""
        return werkzeug.http.parse_etags(self.headers.get("If-None-Match"))

    @lazy_attribute
    def if_modified_since(self) -> datetime | None:
        """The date of the ``If-Modified-Since`` header."""
        return parse_date(self.headers.get("If-Modified-Since"))

    @lazy_attribute
    def if_unmodified_since(self) -> datetime | None:
        """The date of the ``If-Unmodified-Since`` header."""
        return parse_date(self.headers.get("If-Unmodified-Since"))

    @lazy_attribute
    def if_range(self) -> IfRange:
        """The etag or date of the ``If-Range`` header."""
        return werkzeug.http.parse_if_range_header(self.headers.get("If-Range"))

    @lazy_attribute
    def range(self) -> Range | None:
        """The ``Range`` header."""
        return werkzeug.http.parse_range_header(self.headers.get("Range"))

    # CORS

    origin = header_property[str](
        "Origin", doc="The site a cross-origin request comes from.", read_only=True
    )
    access_control_request_headers = header_property(
        "Access-Control-Request-Headers",
        load_func=parse_set_header,
        doc="The headers a cross-origin request is going to send.",
        read_only=True,
    )
    access_control_request_method = header_property[str](
        "Access-Control-Request-Method",
        doc="The method a cross-origin request is going to use.",
        read_only=True,
    )
