"""HTTP errors as exceptions: raised by views and by the library, answered as small HTML pages.

Werkzeug: ``werkzeug.exceptions``. Django: ``Http404``, ``PermissionDenied``, ``BadRequest`` and the
responses for them; ``bridge.errors`` has the table.

    HTTPException
        BadRequest 400: BadRequestKeyError, ClientDisconnected, SecurityError, BadHost
        Unauthorized 401 ... UnavailableForLegalReasons 451
        InternalServerError 500 ... HTTPVersionNotSupported 505
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from markupsafe import escape

from ._dates import http_date
from ._status import HTTP_STATUS_CODES

if TYPE_CHECKING:
    from .datastructures import WWWAuthenticate
    from .wrappers import Response

WSGIEnvironment = dict[str, Any]


class HTTPException(Exception):
    """An error with an HTTP status; also a WSGI application that answers with it.

    :param description: The text of the page; the class's own by default.
    :param response: A response to answer with in place of the page.
    """

    code: int | None = None
    description: str | None = None

    def __init__(self, description: str | None = None, response: Response | None = None) -> None:
        super().__init__()
        if description is not None:
            self.description = description
        self.response = response

    @property
    def name(self) -> str:
        """The reason phrase of the status."""
        return HTTP_STATUS_CODES.get(self.code, "Unknown Error")  # type: ignore[arg-type]

    def get_description(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> str:
        """Return the description as HTML.

        :param environ: The WSGI environ, for subclasses that look at the request.
        :param scope: The ASGI scope, likewise.
        """
        description = "" if self.description is None else self.description
        text = str(escape(description)).replace("\n", "<br>")
        return f"<p>{text}</p>"

    def get_body(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> str:
        """Return the page.

        :param environ: The WSGI environ, for subclasses that look at the request.
        :param scope: The ASGI scope, likewise.
        """
        name = escape(self.name)
        return (
            "<!doctype html>\n"
            "<html lang=en>\n"
            f"<title>{self.code} {name}</title>\n"
            f"<h1>{name}</h1>\n"
            f"{self.get_description(environ)}\n"
        )

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        """Return the headers of the answer.

        :param environ: The WSGI environ, for subclasses that look at the request.
        :param scope: The ASGI scope, likewise.
        """
        return [("Content-Type", "text/html; charset=utf-8")]

    def get_response(
        self, environ: Any | None = None, scope: dict[str, Any] | None = None
    ) -> Response:
        """Return the answer: the response given to the constructor, or the page.

        :param environ: The WSGI environ or the request, for subclasses that look at it.
        :param scope: The ASGI scope, likewise.
        """
        if self.response is not None:
            return self.response
        from .wrappers import Response

        environ = getattr(environ, "environ", environ)
        return Response(self.get_body(environ, scope), self.code, self.get_headers(environ, scope))

    def __call__(
        self, environ: WSGIEnvironment, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        return self.get_response(environ)(environ, start_response)

    def __str__(self) -> str:
        return f"{self._shown_code} {self.name}: {self.description}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self._shown_code}: {self.name}'>"

    @property
    def _shown_code(self) -> int | str:
        return "???" if self.code is None else self.code


class BadRequest(HTTPException):
    """The request does not make sense."""

    code = 400
    description = "The browser (or proxy) sent a request that this server could not understand."


class BadRequestKeyError(BadRequest, KeyError):
    """A key is missing in ``args``, ``form``, ``files`` or ``cookies``.

    :param arg: The key.
    """

    _description: str | None = BadRequest.description
    #: Whether the answer names the key; for debugging.
    show_exception = False

    def __init__(self, arg: object | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        KeyError.__init__(self, *(() if arg is None else (arg,)))

    @property  # type: ignore[override]
    def description(self) -> str | None:
        if self.show_exception:
            return f"{self._description}\nKeyError: {KeyError.__str__(self)}"
        return self._description

    @description.setter
    def description(self, value: str | None) -> None:
        self._description = value


class ClientDisconnected(BadRequest):
    """The client went away while the request was read."""


class SecurityError(BadRequest):
    """The request looks like an attack, for example by an untrusted host."""


class BadHost(BadRequest):
    """The request's host is malformed."""


class BadRedirect(BadRequest, ValueError):
    """A redirect has a target that would end its line, which only a client thinks of.

    :param location: The target.
    """

    def __init__(self, location: str) -> None:
        super().__init__()
        ValueError.__init__(
            self, f"{location!r} is no redirect target: it has a line break or a NUL character."
        )

    def __str__(self) -> str:
        return ValueError.__str__(self)


class Unauthorized(HTTPException):
    """The client has to tell who it is.

    :param description: The text of the page.
    :param response: A response to answer with in place of the page.
    :param www_authenticate: One or several ways to authenticate.
    """

    code = 401
    description = (
        "The server could not verify that you are authorized to access the URL requested. You"
        " either supplied the wrong credentials (e.g. a bad password), or your browser doesn't"
        " understand how to supply the credentials required."
    )

    def __init__(
        self,
        description: str | None = None,
        response: Response | None = None,
        www_authenticate: WWWAuthenticate | Iterable[WWWAuthenticate] | None = None,
    ) -> None:
        super().__init__(description, response)
        # Data structures raise errors of this module.
        from .datastructures.auth import WWWAuthenticate

        if isinstance(www_authenticate, WWWAuthenticate):
            www_authenticate = (www_authenticate,)
        self.www_authenticate = www_authenticate

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        headers = super().get_headers(environ, scope)
        if self.www_authenticate:
            headers.extend(("WWW-Authenticate", str(way)) for way in self.www_authenticate)
        return headers


class Forbidden(HTTPException):
    """The client may not do this, whoever it is."""

    code = 403
    description = (
        "You don't have the permission to access the requested resource. It is either"
        " read-protected or not readable by the server."
    )


class NotFound(HTTPException):
    """There is nothing at this URL."""

    code = 404
    description = (
        "The requested URL was not found on the server. If you entered the URL manually"
        " please check your spelling and try again."
    )


class MethodNotAllowed(HTTPException):
    """The URL is for other methods.

    :param valid_methods: The methods to name in the ``Allow`` header.
    :param description: The text of the page.
    :param response: A response to answer with in place of the page.
    """

    code = 405
    description = "The method is not allowed for the requested URL."

    def __init__(
        self,
        valid_methods: Iterable[str] | None = None,
        description: str | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(description, response)
        self.valid_methods = valid_methods

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        headers = super().get_headers(environ, scope)
        if self.valid_methods:
            headers.append(("Allow", ", ".join(self.valid_methods)))
        return headers


class NotAcceptable(HTTPException):
    """Nothing that could be sent is accepted by the client."""

    code = 406
    description = (
        "The resource identified by the request is only capable of generating response"
        " entities which have content characteristics not acceptable according to the"
        " accept headers sent in the request."
    )


class RequestTimeout(HTTPException):
    """The request took too long to arrive."""

    code = 408
    description = (
        "The server closed the network connection because the browser didn't finish the"
        " request within the specified time."
    )


class Conflict(HTTPException):
    """The resource is in a state that does not allow this."""

    code = 409
    description = (
        "A conflict happened while processing the request. The resource might have been"
        " modified while the request was being processed."
    )


class Gone(HTTPException):
    """There was something at this URL, and it will not come back."""

    code = 410
    description = (
        "The requested URL is no longer available on this server and there is no"
        " forwarding address. If you followed a link from a foreign page, please contact"
        " the author of this page."
    )


class LengthRequired(HTTPException):
    """The request has a body of unknown length."""

    code = 411
    description = "A request with this method requires a valid <code>Content-Length</code> header."


class PreconditionFailed(HTTPException):
    """A condition such as ``If-Match`` does not hold."""

    code = 412
    description = "The precondition on the request for the URL failed positive evaluation."


class RequestEntityTooLarge(HTTPException):
    """The request's body is too large."""

    code = 413
    description = "The data value transmitted exceeds the capacity limit."


class RequestURITooLarge(HTTPException):
    """The request's URL is too long."""

    code = 414
    description = (
        "The length of the requested URL exceeds the capacity limit for this server. The"
        " request cannot be processed."
    )


class UnsupportedMediaType(HTTPException):
    """The request's body is of a type that is not understood."""

    code = 415
    description = "The server does not support the media type transmitted in the request."


class RequestedRangeNotSatisfiable(HTTPException):
    """The request asks for a part that does not exist.

    :param length: The whole length, in ``units``.
    :param units: What the length is counted in.
    :param description: The text of the page.
    :param response: A response to answer with in place of the page.
    """

    code = 416
    description = "The server cannot provide the requested range."

    def __init__(
        self,
        length: int | None = None,
        units: str = "bytes",
        description: str | None = None,
        response: Response | None = None,
    ) -> None:
        super().__init__(description, response)
        self.length = length
        self.units = units

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        headers = super().get_headers(environ, scope)
        if self.length is not None:
            headers.append(("Content-Range", f"{self.units} */{self.length}"))
        return headers


class ExpectationFailed(HTTPException):
    """The ``Expect`` header asks for what the server cannot do."""

    code = 417
    description = "The server could not meet the requirements of the Expect header"


class ImATeapot(HTTPException):
    """The server is a teapot; coffee is made elsewhere."""

    code = 418
    description = "This server is a teapot, not a coffee machine"


class MisdirectedRequest(HTTPException):
    """The request reached a server that does not answer for its host."""

    code = 421
    description = "The server is not able to produce a response."


class UnprocessableEntity(HTTPException):
    """The request's body is well formed, and wrong all the same."""

    code = 422
    description = (
        "The request was well-formed but was unable to be followed due to semantic errors."
    )


class Locked(HTTPException):
    """The resource is locked."""

    code = 423
    description = "The resource that is being accessed is locked."


class FailedDependency(HTTPException):
    """The request depended on another one that failed."""

    code = 424
    description = (
        "The method could not be performed on the resource because the requested action"
        " depended on another action and that action failed."
    )


class PreconditionRequired(HTTPException):
    """The request has to be conditional, so that no update is lost."""

    code = 428
    description = (
        'This request is required to be conditional; try using "If-Match" or "If-Unmodified-Since".'
    )


class _RetryAfter(HTTPException):
    """An error that will pass.

    :param description: The text of the page.
    :param response: A response to answer with in place of the page.
    :param retry_after: When to try again: a time, or a number of seconds.
    """

    def __init__(
        self,
        description: str | None = None,
        response: Response | None = None,
        retry_after: datetime | int | None = None,
    ) -> None:
        super().__init__(description, response)
        self.retry_after = retry_after

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        headers = super().get_headers(environ, scope)
        if self.retry_after:
            headers.append(("Retry-After", self._retry_after_value()))
        return headers

    def _retry_after_value(self) -> str:
        if not isinstance(self.retry_after, datetime):
            return str(self.retry_after)
        return http_date(self.retry_after)


class TooManyRequests(_RetryAfter):
    """The client sends more requests than it may."""

    code = 429
    description = "This user has exceeded an allotted request count. Try again later."


class RequestHeaderFieldsTooLarge(HTTPException):
    """The request's headers are too large."""

    code = 431
    description = "One or more header fields exceeds the maximum size."


class UnavailableForLegalReasons(HTTPException):
    """The law forbids to show this."""

    code = 451
    description = "Unavailable for legal reasons."


class InternalServerError(HTTPException):
    """The application failed.

    :param description: The text of the page.
    :param response: A response to answer with in place of the page.
    :param original_exception: The error that nobody handled.
    """

    code = 500
    description = (
        "The server encountered an internal error and was unable to complete your request. Either"
        " the server is overloaded or there is an error in the application."
    )

    def __init__(
        self,
        description: str | None = None,
        response: Response | None = None,
        original_exception: BaseException | None = None,
    ) -> None:
        self.original_exception = original_exception
        super().__init__(description=description, response=response)


class NotImplemented(HTTPException):
    """The server does not know how to do this."""

    code = 501
    description = "The server does not support the action requested by the browser."


class BadGateway(HTTPException):
    """Another server gave an answer that makes no sense."""

    code = 502
    description = "The proxy server received an invalid response from an upstream server."


class ServiceUnavailable(_RetryAfter):
    """The server cannot answer for now."""

    code = 503
    description = (
        "The server is temporarily unable to service your request due to maintenance"
        " downtime or capacity problems. Please try again later."
    )


class GatewayTimeout(HTTPException):
    """Another server did not answer in time."""

    code = 504
    description = "The connection to an upstream server timed out."


class HTTPVersionNotSupported(HTTPException):
    """The server does not speak this version of HTTP."""

    code = 505
    description = "The server does not support the HTTP protocol version used in the request."


default_exceptions: dict[int, type[HTTPException]] = {}


def _find_exceptions() -> None:
    """Fill ``default_exceptions``: for each code the class that says no more than the code."""
    for value in list(globals().values()):
        if not isinstance(value, type) or not issubclass(value, HTTPException):
            continue
        if value.code is None:
            continue
        known = default_exceptions.get(value.code)
        if known is None or issubclass(known, value):
            default_exceptions[value.code] = value


_find_exceptions()


class Aborter:
    """Raises HTTP errors by their codes.

    :param mapping: The exception class of each code; ``default_exceptions`` by default.
    :param extra: More of them, or others.
    """

    def __init__(
        self,
        mapping: dict[int, type[HTTPException]] | None = None,
        extra: dict[int, type[HTTPException]] | None = None,
    ) -> None:
        self.mapping = {**(default_exceptions if mapping is None else mapping), **(extra or {})}

    def __call__(self, code: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise an error.

        :param code: A status code, or a response to answer with.
        :param args: What the exception class takes.
        :param kwargs: The same by name.
        :raises HTTPException: Always, unless the code is unknown.
        :raises LookupError: There is no exception class for the code.
        """
        exception = self.mapping.get(code)
        if exception is not None:
            raise exception(*args, **kwargs)
        # Loaded late, as it takes long. Ours are of this class, too.
        from django.http.response import HttpResponseBase

        if isinstance(code, HttpResponseBase):
            raise HTTPException(response=code)  # type: ignore[arg-type]
        raise LookupError(f"no exception for {code!r}")


_aborter = Aborter()


def abort(status: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise an HTTP error: ``abort(404)``, or ``abort(response)``.

    :param status: A status code, or a response to answer with.
    :param args: What the exception class takes.
    :param kwargs: The same by name.
    """
    _aborter(status, *args, **kwargs)
