"""What Django's handlers, middleware and test clients expect of a response.

Werkzeug: none. Django: ``HttpResponse`` and ``StreamingHttpResponse``, told apart by ``streaming``.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import typing as t
from http.cookies import SimpleCookie

from asgiref.sync import sync_to_async
from django.core.signals import request_finished
from django.http.response import HttpResponseBase

from ... import werkzeug
from ...bridge.lifecycle import send_request_signal
from .. import wrappers
from .._sendable import LOCATIONS, sendable_header
from ..datastructures import Headers
from ._response_headers import copy_headers

if t.TYPE_CHECKING:
    from ._cookies import CookieJar
    from .response import Response

_logger = logging.getLogger("django.request")

# Set by Django's handlers and test clients; none of it belongs into a cache.
_NOT_PICKLED = frozenset(
    {
        "_closers",
        "_handler_class",
        "_on_close",
        "asgi_request",
        "client",
        "context",
        "context_data",
        "json",
        "request",
        "resolver_match",
        "stream",
        "template_name",
        "templates",
        "wsgi_request",
    }
)


# What Django's responses keep for themselves; other attributes are marks that somebody set.
_OWN_TO_DJANGO = frozenset(
    {
        "_charset",
        "_container",
        "_handler_class",
        "_is_rendered",
        "_iterator",
        "_no_explicit_content_type",
        "_post_render_callbacks",
        "_reason_phrase",
        "_request",
        "_resource_closers",
        "block_size",
        "closed",
        "context_data",
        "cookies",
        "file_to_stream",
        "headers",
        "is_async",
        "status_code",
        "template_name",
        "using",
    }
)


# Django writes the one header itself, and the others have to be URLs in ASCII.
_NOT_SENT_PLAINLY = LOCATIONS | {"set-cookie"}


class DjangoResponse(HttpResponseBase):
    """Django's side of a response, in terms of the attributes of ``Response``.

    Django's own constructor is not called: everything here is computed when it is asked for.
    """

    headers: Headers  # type: ignore[assignment]
    response: t.Iterable[str] | t.Iterable[bytes]
    closed = False
    # Set by Django's handlers, for the signal that the request is finished.
    _handler_class: type | None = None
    _charset: str | None = None
    _cookie_jar: CookieJar | None = None
    # The headers as the constructor made them, or as they were settled for Django, if they can be
    # sent like that and none of them sets a cookie.
    _made_headers: list[tuple[str, str]] | None = None
    _closers: list[t.Callable[[], t.Any]] | None = None
    _status: str
    _status_code: int

    if t.TYPE_CHECKING:
        _on_close: t.Sequence[t.Callable[[], t.Any]]

        @property
        def is_sequence(self) -> bool: ...

        def get_wsgi_headers(self, environ: dict[str, t.Any]) -> Headers: ...

        def iter_encoded(self) -> t.Iterator[bytes]: ...

    @property
    def _resource_closers(self) -> list[t.Callable[[], t.Any]]:
        """What Django's handlers and others add to what is to be called at the end."""
        closers = self._closers
        if closers is None:
            closers = self._closers = []
        return closers

    @property
    def reason_phrase(self) -> str:
        """The text of the status, after the code."""
        return self._status.partition(" ")[2]

    @reason_phrase.setter
    def reason_phrase(self, value: str) -> None:
        self.status = f"{self._status_code} {value}"

    @property
    def charset(self) -> str:
        """The charset the content type names, UTF-8 if there is none."""
        if self._charset is not None:
            return self._charset
        params = werkzeug.http.parse_options_header(self.headers.get("Content-Type", ""))[1]
        return params.get("charset", "utf-8")

    @charset.setter
    def charset(self, value: str) -> None:
        self._charset = value

    def items(self) -> t.Iterator[tuple[str, str]]:
        """Iterate over the headers as they are sent, without the cookies, which Django adds."""
        pairs = copy_headers(self)
        if pairs != self._made_headers:
            for pair in [
                (name, value)
                for name, value in pairs
                if not value.isascii() or name.lower() in _NOT_SENT_PLAINLY
            ]:
                place = pairs.index(pair)
                if pair[0].lower() == "set-cookie":
                    del pairs[place]
                else:
                    pairs[place] = sendable_header(*pair)
        return iter(pairs)

    # Cookies

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies by name. Asking for them takes their headers away."""
        jar = self._cookie_jar
        if jar is None:
            jar = self._cookie_jar = wrappers._cookies.CookieJar()
            made, self._made_headers = self._made_headers, None
            if getattr(self.headers, "_list", ()) == made:
                # None of these sets a cookie.
                return jar
        # Those that were set since the last time.
        if "set-cookie" in self.headers:
            jar.absorb(self.headers.getlist("Set-Cookie"))
            self.headers.remove("Set-Cookie")
        return jar

    @cookies.setter
    def cookies(self, value: SimpleCookie) -> None:
        self.headers.remove("Set-Cookie")
        self._cookie_jar = wrappers._cookies.CookieJar()
        self._made_headers = None
        for morsel in value.values():
            self._cookie_jar.add(morsel)

    # Content in one piece

    @property
    def url(self) -> str:
        """The URL that a redirect goes to, as Django's redirect responses have it.

        :raises AttributeError: The response is no redirect.
        """
        location: str | None = self.headers.get("Location")
        if location is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'url'")
        return location

    @property
    def streaming(self) -> bool:  # type: ignore[override]
        """Whether the body is an iterator, which has no :attr:`content`."""
        return not self.is_sequence

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        self._require_sequence("content")
        return b"".join(self.iter_encoded())

    @content.setter
    def content(self, value: t.Any) -> None:
        self._require_sequence("content")
        if isinstance(value, (bytes, memoryview, str)) or not hasattr(value, "__iter__"):
            content = self.make_bytes(value)
        else:
            content = b"".join(self.make_bytes(chunk) for chunk in value)
            if hasattr(value, "close"):
                value.close()
        self.response = [content]
        # Django's responses get their length after all middleware, ours has it already. The answer
        # to a HEAD request is emptied later than that, and keeps the length of what GET returns.
        if (content or not self._resource_closers) and "content-length" in self.headers:
            self.headers["Content-Length"] = str(len(content))

    @property
    def text(self) -> str:
        """The body as text."""
        self._require_sequence("text")
        return self.content.decode(self.charset)

    def getvalue(self) -> bytes:
        """Return the whole body, also of a streaming response."""
        return b"".join(self)

    def serialize(self) -> bytes:
        """Return headers and body as they are sent."""
        return self.serialize_headers() + b"\r\n\r\n" + self.content

    __bytes__ = serialize

    def write(self, content: object) -> None:
        """Append to the body."""
        if not self.is_sequence:
            super().write(t.cast("bytes", content))
        self.response = [*self.iter_encoded(), self.make_bytes(content)]
        self.headers.remove("Content-Length")

    def writelines(self, lines: t.Iterable[object]) -> None:
        """Append to the body."""
        for line in lines:
            self.write(line)

    def writable(self) -> bool:
        return self.is_sequence

    def tell(self) -> int:
        return len(self.content)

    def _require_sequence(self, attribute: str) -> None:
        if not self.is_sequence:
            raise AttributeError(
                f"This {type(self).__name__} instance has no `{attribute}` attribute. Use "
                "`streaming_content` instead."
            )

    # Content as a stream

    @property
    def is_async(self) -> bool:
        """Whether the body is an async iterator."""
        return not hasattr(self.response, "__iter__") and hasattr(self.response, "__aiter__")

    @property
    def streaming_content(self) -> t.Any:
        """The body as an iterator, async if :attr:`is_async`."""
        if self.is_sequence:
            raise AttributeError(
                f"This {type(self).__name__} instance has no `streaming_content` attribute. Use "
                "`content` instead."
            )
        return (
            wrappers._async_body.encode_async(self.response)
            if self.is_async
            else self.iter_encoded()
        )

    @streaming_content.setter
    def streaming_content(self, value: t.Any) -> None:
        try:
            iterator = iter(value)
        except TypeError:
            iterator = aiter(value)
        # The new iterator usually reads the old one, which it does not close.
        for source in (self.response, value):
            if source is not iterator and hasattr(source, "close"):
                self._resource_closers.append(functools.partial(close_body, source))
        self.response = iterator

    def __iter__(self) -> t.Iterator[bytes]:
        # Asked in this order because most bodies are lists, and this runs for each response.
        if not isinstance(self.response, (list, tuple)) and self.is_async:
            self.response = t.cast(
                "t.Iterable[bytes]", wrappers._async_body.SyncIterator(self.response)
            )
        return self.iter_encoded()

    async def __aiter__(self) -> t.AsyncIterator[bytes]:
        body = self.response if self.is_async else self._iter_in_thread()
        try:
            async with contextlib.aclosing(wrappers._async_body.encode_async(body)) as parts:
                async for part in parts:
                    yield part
        except BaseException:
            # Django closes the response only if the server could send, or told of a disconnect.
            await sync_to_async(self._close_early)()
            raise

    def _close_early(self) -> None:
        """Close the response, and the request with its body, before Django may do it again."""
        try:
            self.close()
        finally:
            self._on_close = ()
            self._handler_class = None

    async def _iter_in_thread(self) -> t.AsyncGenerator[bytes]:
        iterator = self.iter_encoded()
        if self.is_sequence:
            for part in iterator:
                yield part
            return
        # One by one: a stream may never end, and each part is to go out when it is there.
        advance = sync_to_async(functools.partial(next, iterator, None))
        while (part := await advance()) is not None:
            yield part

    # On the way out

    def _drop_body(self, empty: t.Any) -> None:
        # Closed before what else waits for the end, as it would be in its place.
        self._on_close = [functools.partial(close_body, self.response), *self._on_close]
        self.response = empty

    # End of life

    def give_up(self) -> None:
        """Close a response that is not sent because of an error, which is the one to be told of."""
        try:
            self.close()
        except Exception:
            _logger.exception("Closing %r, which was not sent, failed.", self)

    @property
    def _has_django_closers(self) -> bool:
        return self._handler_class is not None or self._closers is not None

    def _finish_for_django(self) -> None:
        """Do what ``close`` of Django's responses does."""
        closers, self._closers = self._closers, None
        try:
            for close in closers or ():
                try:
                    close()
                except Exception:
                    # As with Django's responses, the next one still has to be closed.
                    _logger.exception("Closing a resource of %r failed.", self)
        finally:
            if self._handler_class is not None:
                send_request_signal(request_finished, self._handler_class)

    def __getstate__(self) -> dict[str, t.Any]:
        return {key: value for key, value in self.__dict__.items() if key not in _NOT_PICKLED}

    def __setstate__(self, state: dict[str, t.Any]) -> None:
        self.__dict__.update(state)


def close_body(body: t.Any) -> None:
    """Close a body that can be closed."""
    # Django's test client replaces a stream by a generator that closes the response when it ends,
    # and a generator cannot close itself.
    if hasattr(body, "close") and not getattr(body, "gi_running", False):
        body.close()
    elif hasattr(body, "aclose"):
        wrappers._async_body.close_async_body(body)


ResponseType = t.TypeVar("ResponseType", bound="Response")


def from_django_response(cls: type[ResponseType], http_response: HttpResponseBase) -> ResponseType:
    """Make our response from one of Django's, which must not be used any more.

    Werkzeug: ``Response.force_type``. Django: ``HttpResponse`` and ``StreamingHttpResponse``.
    """
    original: t.Any = http_response
    status: int | str = original.status_code
    if original._reason_phrase is not None:
        status = f"{original.status_code} {original.reason_phrase}"
    headers = Headers(list(original.items()))
    for morsel in original.cookies.values():
        headers.add("Set-Cookie", morsel.OutputString())
    is_late = getattr(original, "is_rendered", True) is False
    if is_late:
        response = wrappers._template_response.render_late(cls(status=status), original)
    else:
        response = cls(
            original.streaming_content if original.streaming else original.content, status
        )
    # Set afterwards: Django may leave out the content type, which must not be added.
    response.headers = headers
    # What decorators and middleware leave on a response for other middleware.
    for name, value in vars(original).items():
        if name not in _OWN_TO_DJANGO:
            response.__dict__.setdefault(name, value)
    # Not ``close``, which would say for a second time that the request is finished.
    response._resource_closers.extend(original._resource_closers)
    return response
