"""The response: a WSGI application that Django takes for one of its own responses.

Werkzeug: wrappers.Response. Django: ``HttpResponseBase``.
"""

from __future__ import annotations

import functools
import json
import typing as t

from django.http.response import HttpResponseBase

from ... import werkzeug
from .. import wrappers
from .._internal import get_content_type
from ..datastructures import Headers
from ..sansio._lazy import lazy_attribute
from ..sansio.response import Response as _SansIOResponse
from ._django_response import DjangoResponse, close_body, from_django_response
from ._response_body import ClosingBody, call_each, encode_parts, forget_request
from ._response_body import ResponseStream as ResponseStream
from ._response_headers import (
    STATUSES_WITHOUT_BODY,
    are_whole,
    copy_headers,
    headers_of,
    make_sendable,
    sent_headers,
    settle_headers,
)

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from ..sansio.response import HeadersArgument, Status
    from .request import Request

    Body = t.Iterable[bytes] | bytes | t.Iterable[str] | str | None


class _Json:
    """The attribute ``json``. Not a property, because Django's test client assigns to it."""

    def __get__(self, response: Response | None, owner: type) -> t.Any:
        return self if response is None else response.get_json()


class Response(_SansIOResponse, DjangoResponse):  # type: ignore[misc]
    """An HTTP response.

    :param response: The body: text, bytes, a list of them, or any other iterable to be streamed.
    :param status: A code, or a text such as ``404 Not Found``.
    :param headers: The headers; a ``Headers`` object is used as it is.
    :param mimetype: The type of the body; text types get the charset added.
    :param content_type: The type of the body as it is sent, instead of ``mimetype``.
    :param direct_passthrough: Give the body to the server as it is, without looking at it.

    Werkzeug: ``Response``. Django: ``HttpResponse`` and ``StreamingHttpResponse``.
    """

    #: Whether attributes that need the whole body may read an iterator to its end.
    implicit_sequence_conversion = True

    #: Whether a relative ``Location`` is made absolute.
    autocorrect_location_header = False

    #: Whether ``Content-Length`` is set when the length is known.
    automatically_set_content_length = True

    #: Object with the functions ``dumps`` and ``loads``.
    json_module: t.Any = json

    #: Whether the body goes to the server as it is.
    direct_passthrough = False

    #: The body, a list or tuple unless it is streamed. Not plain text or bytes.
    response: t.Iterable[str] | t.Iterable[bytes]

    # What to call when the response is closed.
    _on_close: t.Sequence[t.Callable[[], t.Any]] = ()

    def __init__(
        self,
        response: Body = None,
        status: Status | None = None,
        headers: HeadersArgument | None = None,
        mimetype: str | None = None,
        content_type: str | None = None,
        direct_passthrough: bool = False,
    ) -> None:
        self.direct_passthrough = direct_passthrough
        # The class has them, too. Python finds them faster here, and each answer needs them.
        self._status, self._status_code = "200 OK", 200
        self._on_close = ()
        self._closers = self._handler_class = None
        type_header = None
        if headers is None and content_type is None:
            type_header = _type_header(self.default_mimetype if mimetype is None else mimetype)
        if type_header is None:
            super().__init__(status, headers, mimetype, content_type)
        else:
            # Without the constructor, which would check again what was checked once.
            self.headers = made = _new_headers(Headers)
            made._list = [type_header]
            if status is None:
                status = self.default_status
            if status != 200:
                self.status = status

        if isinstance(response, str):
            body = response.encode("utf-8", "replace")
        elif isinstance(response, (bytes, bytearray)):
            body = response
        else:
            self.response = [] if response is None else response
            if type_header is not None and not isinstance(self.response, (list, tuple)):
                self._made_headers = [type_header]
            return
        if type_header is None or type(self).set_data is not _set_data:
            self.set_data(response)
            return
        self.response = [body]
        if self.automatically_set_content_length:
            length_header = ("Content-Length", str(len(body)))
            # Somebody's way to set a status may have added others.
            self.headers._list.append(length_header)
            self._made_headers = [type_header, length_header]

    def __repr__(self) -> str:
        if self.is_sequence:
            body = f"{sum(map(len, self.iter_encoded()))} bytes"
        else:
            body = "streamed" if self.is_streamed else "likely-streamed"
        return f"<{type(self).__name__} {body} [{self.status}]>"

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @classmethod
    def force_type(
        cls,
        response: Response | HttpResponseBase | WSGIApplication,
        environ: WSGIEnvironment | None = None,
    ) -> t.Self:
        """Make any response one of this class; ours is changed in place.

        :param response: A response of ours or Django's, or a WSGI application.
        :param environ: The environment to call an application with.
        :raises TypeError: It is an application, and there is no environment.
        """
        if isinstance(response, Response):
            if isinstance(response, wrappers._template_response.LateRendering):
                response.render()
            response.__class__ = cls
            return t.cast("t.Self", response)
        if isinstance(response, HttpResponseBase):
            return from_django_response(cls, response)
        if environ is None:
            raise TypeError(
                "cannot convert WSGI application into response objects without an environ"
            )
        # The answer is taken as it is: without a type it has that of any response, not that of the
        # class it becomes.
        answer = Response.from_app(response, environ)
        answer.__class__ = cls
        return t.cast("t.Self", answer)

    @classmethod
    def from_app(
        cls, app: WSGIApplication, environ: WSGIEnvironment, buffered: bool = False
    ) -> t.Self:
        """Call a WSGI application and make a response of its answer.

        :param buffered: Read the whole answer at once.
        """
        # The test module is not for servers.
        from ..test import run_wsgi_app

        return cls(*run_wsgi_app(app, environ, buffered))

    def call_on_close(self, func: t.Callable[[], t.Any]) -> t.Callable[[], t.Any]:
        """Call a function when the response is closed.

        :return: The function, so that this can be a decorator.
        """
        self._on_close = [*self._on_close, func]
        return func

    def close(self) -> None:
        """Close the body and call what :meth:`call_on_close` was given."""
        try:
            if self._on_close or type(self.response) is not list:
                self._close_all()
        finally:
            self.closed = True
            if self._handler_class is not None or self._closers is not None:
                self._finish_for_django()

    def _close_all(self) -> None:
        try:
            # Differs from Flask: a function of ``call_on_close`` that fails keeps none of the
            # others from being called.
            if type(self.response) is list:
                call_each(self._on_close)
            else:
                call_each((functools.partial(close_body, self.response), *self._on_close))
        except StopIteration as error:
            # As Python does it in generators: a thread's future does not take the other one, and
            # Django's ASGI handler would wait for it for ever.
            raise RuntimeError("Closing the response raised StopIteration.") from error

    # Body

    @t.overload
    def get_data(self, as_text: t.Literal[False] = False) -> bytes: ...

    @t.overload
    def get_data(self, as_text: t.Literal[True]) -> str: ...

    def get_data(self, as_text: bool = False) -> bytes | str:
        """Return the whole body; a streamed one is read to its end.

        :param as_text: Return text.
        :raises RuntimeError: The body is streamed and must not be read implicitly.
        """
        self._ensure_sequence()
        data = b"".join(self.iter_encoded())
        return data.decode() if as_text else data

    def set_data(self, value: bytes | str) -> None:
        """Set the whole body, and ``Content-Length``."""
        if isinstance(value, str):
            value = value.encode("utf-8", "replace")
        self.response = [value]
        if self.automatically_set_content_length:
            pairs = self.headers._list
            for name, _value in pairs:
                if name.lower() == "content-length":
                    self.headers["Content-Length"] = str(len(value))
                    return
            pairs.append(("Content-Length", str(len(value))))

    data = property(get_data, set_data, doc="The whole body; see :meth:`get_data`.")

    @property
    def is_sequence(self) -> bool:
        """Whether the body is a list or tuple."""
        return isinstance(self.response, (list, tuple))

    @property
    def is_streamed(self) -> bool:
        """Whether the body has no length."""
        try:
            len(self.response)  # type: ignore[arg-type]
        except (TypeError, AttributeError):
            return True
        return False

    def calculate_content_length(self) -> int | None:
        """Return the length of the body, ``None`` if it would have to be read for that."""
        try:
            self._ensure_sequence()
        except RuntimeError:
            return None
        return sum(map(len, self.iter_encoded()))

    def make_sequence(self) -> None:
        """Read a streamed body into a list."""
        if not self.is_sequence:
            close = getattr(self.response, "close", None)
            self.response = list(self.iter_encoded())
            if close is not None:
                self.call_on_close(close)

    def _ensure_sequence(self, mutable: bool = False) -> None:
        if self.is_sequence:
            if mutable and not isinstance(self.response, list):
                self.response = t.cast("list[bytes]", list(self.response))
            return
        if self.direct_passthrough:
            raise RuntimeError(
                "Attempted implicit sequence conversion but the response object is in direct"
                " passthrough mode."
            )
        if not self.implicit_sequence_conversion:
            raise RuntimeError(
                "The response object required the iterable to be a sequence, but the implicit"
                " conversion was disabled. Call make_sequence() yourself."
            )
        self.make_sequence()

    def iter_encoded(self) -> t.Iterator[bytes]:
        """Iterate over the body as bytes."""
        body = self.response
        if type(body) is list and len(body) == 1 and type(body[0]) is bytes:
            return iter(body)
        # A function of its own, so that the body is taken now: it may be replaced by something
        # that reads this very iterator.
        return encode_parts(body)

    @lazy_attribute
    def stream(self) -> ResponseStream:
        """The body as a stream to write to."""
        return ResponseStream(self)

    def freeze(self) -> None:
        """Read the body, set length and etag, and so make the response ready to be pickled."""
        body = list(self.iter_encoded())
        self.response = body
        self.headers["Content-Length"] = str(sum(map(len, body)))
        self.add_etag()

    # Conditional answers

    def add_etag(self, overwrite: bool = False, weak: bool = False) -> None:
        """Set an etag computed from the body, unless there is one.

        :param overwrite: Replace an existing one.
        :param weak: Make it weak.
        """
        if overwrite or "etag" not in self.headers:
            self.set_etag(werkzeug.http.generate_etag(self.get_data()), weak)

    def make_conditional(
        self,
        request_or_environ: WSGIEnvironment | Request,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> t.Self:
        """Answer a conditional or range request; nothing happens unless it is GET or HEAD.

        :param request_or_environ: The request, or its environment.
        :param accept_ranges: Whether ranges are answered; a string is the unit instead of bytes.
        :param complete_length: The length of the whole content, which ranges need.
        :return: This response.
        :raises RequestedRangeNotSatisfiable: The range cannot be read, or lies outside.
        """
        environ: WSGIEnvironment = getattr(request_or_environ, "environ", request_or_environ)  # type: ignore[arg-type]
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            wrappers._ranges.make_conditional(self, environ, accept_ranges, complete_length)
        return self

    # WSGI

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers as they are sent: a copy, changed as the status demands.

        :param environ: The environment of the request.
        """
        headers = headers_of(copy_headers(self))
        settle_headers(headers._list, self, environ)
        return headers

    def get_app_iter(self, environ: WSGIEnvironment) -> t.Iterable[bytes]:
        """Return the body as it is sent, which is empty for HEAD and some statuses.

        :param environ: The environment of the request.
        """
        chunks: t.Iterable[bytes]
        if self._status_code in STATUSES_WITHOUT_BODY or environ["REQUEST_METHOD"] == "HEAD":
            chunks = ()
        elif not self.direct_passthrough:
            # Most bodies are lists, which need no looking at.
            chunks = self.iter_encoded() if type(self.response) is list else iter(self)
        elif self._on_close or self._has_django_closers:
            return werkzeug.wsgi.ClosingIterator(
                t.cast("t.Iterable[bytes]", self.response),
                (self.close, functools.partial(forget_request, environ)),
            )
        else:
            # Untouched, because the server may know a fast way to send its own file wrapper.
            forget_request(environ)
            return t.cast("t.Iterable[bytes]", self.response)
        body = ClosingBody(chunks)
        body.response = self
        body.environ = environ
        return body

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[t.Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers as they are sent."""
        if getattr(self.get_wsgi_headers, "__func__", None) is _get_wsgi_headers:
            # The same, without headers that nobody would see.
            headers = sent_headers(self, environ)
        else:
            headers = self.get_wsgi_headers(environ).to_wsgi_list()
            make_sendable(headers)
        return self.get_app_iter(environ), self.status, headers

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Answer a request, as a WSGI application."""
        body, status, headers = self.get_wsgi_response(environ)
        start_response(status, headers)
        return body

    # Django

    def settle_for_django(self, request: Request) -> None:
        """Give the response the headers and the body that the status and the method demand.

        As a WSGI application it does so when it is called. Django's handlers do not call it, and
        middleware is to see what is sent.

        :param request: The request.
        """
        status = self._status_code
        if getattr(self.get_wsgi_headers, "__func__", None) is not _get_wsgi_headers:
            self.headers = self.get_wsgi_headers(request.environ)
            self._made_headers = None
        elif (
            self._made_headers is not None
            and getattr(self.headers, "_list", ()) == self._made_headers
            and type(self.response) is list
            and status not in STATUSES_WITHOUT_BODY
            and (len(self.headers) == 2 or are_whole(self._made_headers, self))
        ):
            return
        else:
            headers = copy_headers(self)
            # The environment is looked at for a full ``Location`` only.
            environ = request.environ if self.autocorrect_location_header else {}
            is_sendable, sets_cookies = settle_headers(headers, self, environ)
            self._made_headers = [*headers] if is_sendable and not sets_cookies else None
            self.headers = headers_of(headers)
        # The cookies are among the headers now.
        self._cookie_jar = None
        if status in STATUSES_WITHOUT_BODY:
            self._drop_body([])
        elif request.django.META["REQUEST_METHOD"] == "HEAD" and not self.is_sequence:
            # Servers would read the stream to its end and throw it away.
            self._drop_body(iter(()))

    # JSON

    def get_json(self, force: bool = False, silent: bool = False) -> t.Any | None:
        """Parse the body as JSON.

        :param force: Do not look at the content type.
        :param silent: Return ``None`` instead of failing.
        :return: ``None`` if the content type is not JSON.
        """
        if not (force or self.is_json):
            return None
        data = self.get_data()
        try:
            return self.json_module.loads(data)
        except (ValueError, RecursionError):
            if not silent:
                raise
            return None

    json: t.Any = _Json()


_new_headers = Headers.__new__
_set_data = Response.set_data
_get_wsgi_headers = Response.get_wsgi_headers


@functools.lru_cache(maxsize=64)
def _type_header(mimetype: str | None) -> tuple[str, str] | None:
    """Return the header for a mimetype, checked like any other, if it can be sent as it is."""
    if mimetype is None or not mimetype.isascii():
        return None
    return next(iter(Headers([("Content-Type", get_content_type(mimetype, "utf-8"))])))
