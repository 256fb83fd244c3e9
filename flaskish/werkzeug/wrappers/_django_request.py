"""Django's request for a request that was made from a WSGI environment, and Django's host check.

Werkzeug: none. Django: ``WSGIRequest`` and ``ALLOWED_HOSTS``.
"""

from __future__ import annotations

import sys
import typing as t
from functools import cache
from io import BufferedReader, BytesIO

from django.utils.functional import cached_property

from ..exceptions import SecurityError
from ..http import dump_options_header, parse_cookie, parse_options_header
from ..sansio.utils import get_content_length
from ..wsgi import ENDLESS, LimitedStream, get_input_stream
from . import _body
from ._body import MULTIPART
from ._environ import read_header

if t.TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import WSGIEnvironment
    from django.core.files.uploadedfile import UploadedFile
    from django.core.handlers.asgi import ASGIRequest
    from django.core.handlers.wsgi import WSGIRequest
    from django.http import HttpRequest, QueryDict
    from django.utils.datastructures import MultiValueDict

    from ._scope import Scope
    from .request import Request


def read_cookies(http_request: HttpRequest) -> dict[str, str]:
    """Read the cookies of Django's request by the rules that our requests have.

    Django's own function takes Unicode's blanks from names, so that a name with one in front passes
    for a ``__Host-`` cookie, and needs seconds for a header full of backslashes.
    """
    cookies: dict[str, str] = parse_cookie(read_header(http_request, "HTTP_COOKIE")).to_dict()
    return cookies


_PACKAGES_THAT_MAKE_PAGES = frozenset({"django", "flaskish"})
#: Between the one who has caught an error and the thread in which its page is made.
_PACKAGES_ON_THE_WAY = frozenset({"asgiref", "asyncio", "concurrent"})


class FlaskRules:
    """For a class of Django's requests: it reads what was sent by the rules that ours have."""

    META: dict[str, t.Any]
    content_type: str | None
    content_params: dict[str, str] | None
    COOKIES = cached_property(read_cookies)
    #: The class and the arguments of the error that a form was refused with. Not the error, whose
    #: traceback would keep the request.
    _form_error: tuple[type[Exception], tuple[t.Any, ...]] | None = None

    def __init__(self, environ: dict[str, t.Any], *args: t.Any) -> None:
        path = environ.get("PATH_INFO")
        if path and not path.isascii():
            # As Django would do it itself, in a tenth of the time for a path full of such bytes.
            quoted = path.encode("latin-1").decode(errors="werkzeug.url_quote")
            environ["PATH_INFO"] = quoted.encode().decode("latin-1")
        super().__init__(environ, *args)  # type: ignore[call-arg]
        self._read_to_the_end()

    def _read_to_the_end(self) -> None:
        """Read all of a body: one in chunks has no length and so is empty for Django, and one that
        ends before its length is a shorter one.
        """
        limit = getattr(self._stream, "limit", None)
        if limit:
            self._stream: t.Any = BufferedReader(_WholeBody(self.META["wsgi.input"], limit))
        elif "wsgi.input_terminated" in self.META:
            body = _WholeBody(self.META["wsgi.input"], ENDLESS, is_max=True)
            self._stream = BufferedReader(body)

    def _set_content_type_params(self, meta: dict[str, t.Any]) -> None:
        # Django would take the charset for the one of queries and forms, which are UTF-8 for Flask,
        # and it fails on one such as "hex".
        content_type, self.content_params = parse_options_header(meta.get("CONTENT_TYPE"))
        self.content_type = content_type.lower()
        # It fails on a length that is no number, too, and on one that no stream can have.
        if meta.get("CONTENT_LENGTH"):
            length = get_content_length(meta["CONTENT_LENGTH"]) or 0
            meta["CONTENT_LENGTH"] = str(min(length, ENDLESS))

    def parse_file_upload(self, META: t.Any, post_data: t.Any) -> t.Any:  # noqa: N803
        from django.http.multipartparser import MultiPartParserError

        boundary = parse_options_header(META.get("CONTENT_TYPE"))[1].get("boundary", "")
        # Of other parameters Django's parser only reads the encoding, and fails on some, and needs
        # a second for a header of 60,000 characters.
        content_type = dump_options_header(MULTIPART, {"boundary": boundary})
        META = {**META, "CONTENT_TYPE": content_type}  # noqa: N806
        length = META.get("CONTENT_LENGTH"), META.get("HTTP_TRANSFER_ENCODING")
        if "wsgi.input_terminated" in META and get_content_length(*length) is None:
            # Of a body without a length Django's parser reads nothing.
            META["CONTENT_LENGTH"] = str(ENDLESS)
        whole = WholeForm(post_data, boundary)
        fields, files = super().parse_file_upload(META, whole)  # type: ignore[misc]
        if whole.is_cut_off:
            for _, uploads in files.lists():
                for upload in uploads:
                    upload.close()
            raise MultiPartParserError("The form is cut off.")
        return fields, files

    def _load_post_and_files(self) -> None:
        from django.core.exceptions import BadRequest, SuspiciousOperation
        from django.http.multipartparser import MultiPartParserError
        from django.http.request import UnreadablePostError

        refusals = (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError)
        try:
            super()._load_post_and_files()  # type: ignore[misc]
        except refusals as error:
            self._form_error = type(error), error.args
        except ValueError as error:
            # The length is no number.
            self._form_error = BadRequest, error.args
        if self._form_error is not None:
            self._mark_post_parse_error()

    def _get_post(self) -> QueryDict:
        self._require_form()
        return self._post

    def _set_post(self, post: QueryDict) -> None:
        self._form_error = None
        self._post = post

    def _get_files(self) -> MultiValueDict[str, UploadedFile[t.Any]]:
        self._require_form()
        return self._files

    POST = property(_get_post, _set_post)
    FILES = property(_get_files)

    def _require_form(self) -> None:
        """Parse the form, and refuse it on each access if that fails: an empty one hides it."""
        if not hasattr(self, "_post") or not hasattr(self, "_files"):
            self._load_post_and_files()
        if self._form_error is not None and not _is_a_page_made(sys.exc_info()[2]):
            kind, arguments = self._form_error
            raise kind(*arguments)

    if t.TYPE_CHECKING:
        _post: QueryDict
        _files: MultiValueDict[str, UploadedFile[t.Any]]

        def _mark_post_parse_error(self) -> None: ...


def _is_a_page_made(traceback: TracebackType | None) -> bool:
    """Tell whether Django makes a page of an error, or we do: it asks for the form, and must not
    fail.

    :param traceback: That of the error that is being handled, which begins where it was caught.
    """
    while traceback is not None:
        package = traceback.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in _PACKAGES_ON_THE_WAY:
            return package in _PACKAGES_THAT_MAKE_PAGES
        traceback = traceback.tb_next
    return False


class _WholeBody(LimitedStream):
    """A body that is a bad request for Django, too, if it cannot be read or ends too early."""

    def on_exhausted(self) -> None:
        """Say nothing: Django reads on to see the end."""

    def on_disconnect(self, error: Exception | None = None) -> None:
        from django.core.exceptions import BadRequest

        if error is not None or not self._limit_is_max:
            raise BadRequest("The body of the request cannot be read.") from error


class WholeForm:
    """A multipart form on its way to Django's parser, for which one that is cut off is shorter.

    :param body: The body.
    :param boundary: The boundary between its parts.
    """

    def __init__(self, body: t.IO[bytes], boundary: str) -> None:
        self._body = body
        end = f"--{boundary}--".encode()
        self._ends = b"\n" + end, b"\r" + end
        # As if there were a line in front.
        self._window = b"\n"
        self._has_end = False
        #: Whether the body is over, or cannot be read on, and the form is not.
        self.is_cut_off = False

    def read(self, size: int = -1) -> bytes:
        """Read from the body."""
        from django.core.exceptions import BadRequest

        try:
            data = self._body.read(size)
        except BadRequest:
            # An end for the parser, so that it tidies up.
            self.is_cut_off = True
            return b""
        if not self._has_end:
            self._window += data
            self._has_end = any(end in self._window for end in self._ends)
            self._window = self._window[-len(self._ends[0]) :]
            self.is_cut_off = not data and not self._has_end
        return data


@cache
def _request_class() -> type[WSGIRequest]:
    # Needs settings, which an application that never looks at Django's side may do without.
    from django.core.handlers.wsgi import WSGIRequest

    class OwnRequest(FlaskRules, WSGIRequest):
        pass

    return OwnRequest


@cache
def _asgi_request_class() -> type[ASGIRequest]:
    # Loaded by ASGI servers only.
    from django.core.handlers.asgi import ASGIRequest

    class OwnRequest(FlaskRules, ASGIRequest):
        pass

    return OwnRequest


def make_django_request(request: Request) -> HttpRequest:
    """Make Django's request and show it what of the body has been read already.

    :raises AttributeError: Django is not configured, or there is no environment to make it from.
    """
    # Loaded by need, like the request's class.
    from django.core.exceptions import ImproperlyConfigured

    # Read past the attribute, which would ask for Django's request to make the environment.
    environ = request.environ if request._scope else request.__dict__.get("environ")
    if environ is None:
        raise AttributeError(f"{type(request).__name__!r} object has no environment.")
    try:
        if request._scope is not None:
            http_request: HttpRequest = _make_asgi_request(request._scope, environ)
        else:
            http_request = _make_wsgi_request(environ)
    except ImproperlyConfigured as error:
        raise AttributeError(
            f"{type(request).__name__!r} object has no Django request: {error}"
        ) from error
    _share_what_was_read(request, http_request)
    return http_request


def _make_wsgi_request(environ: WSGIEnvironment) -> WSGIRequest:
    # Django decodes some values in place, so that it gets a copy.
    return _request_class()(
        {"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", **environ}
    )


def _make_asgi_request(scope: Scope, environ: WSGIEnvironment) -> ASGIRequest:
    # Django fails on a query string that is not UTF-8, and takes text as it is.
    query_string = scope.get("query_string", b"").decode(errors="replace")
    return _asgi_request_class()({**scope, "query_string": query_string}, environ["wsgi.input"])


def _share_what_was_read(request: Request, http_request: HttpRequest) -> None:
    if request._cached_data:
        _body.leave_body(http_request, request._cached_data)
    elif request._has_read_form:
        _body.share_form(http_request, request.form, request.files)
    elif "stream" in request.__dict__:
        http_request._stream = t.cast("t.BinaryIO", request.stream)
    elif "wsgi.input_terminated" in request.environ and not request.environ.get("CONTENT_LENGTH"):
        # Django takes a missing length for an empty body, but the server says where this one ends.
        limit = request.max_content_length
        stream: t.Any = get_input_stream(request.environ, max_content_length=limit)
        http_request._stream = BufferedReader(stream)


def check_host(http_request: HttpRequest) -> str:
    """Return the host of Django's request.

    :raises SecurityError: ``ALLOWED_HOSTS`` does not have it.

    Werkzeug: ``Request.trusted_hosts``. Django: ``HttpRequest.get_host``.
    """
    from django.core.exceptions import DisallowedHost

    try:
        return http_request.get_host()
    except DisallowedHost as error:
        host: str = http_request._get_raw_host()  # type: ignore[attr-defined]
        if _is_allowed_with_underscores(host):
            return host
        raise SecurityError(str(error)) from error


def _is_allowed_with_underscores(host: str) -> bool:
    """Tell whether a host is refused for its underscores only, which Flask serves."""
    from django.conf import settings
    from django.http.request import split_domain_port, validate_host

    if "_" not in host:
        return False
    # Compared with hyphens in their place, which Django's rules know.
    domain = split_domain_port(host.replace("_", "-"))[0]
    allowed = [pattern.replace("_", "-") for pattern in settings.ALLOWED_HOSTS]
    return bool(domain) and validate_host(domain, allowed)
