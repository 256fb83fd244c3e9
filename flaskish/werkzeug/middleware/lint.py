"""Warns when an application, or the server that calls it, breaks the rules of WSGI or HTTP.

Werkzeug: ``werkzeug.middleware.lint``. Django: none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from ..datastructures import Headers
from ..http import is_entity_header
from ..wsgi import FileWrapper

_REQUIRED_KEYS = (
    "REQUEST_METHOD",
    "SERVER_NAME",
    "SERVER_PORT",
    "wsgi.version",
    "wsgi.input",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
)
#: The headers about a body that a 304 may have all the same.
_ALLOWED_WITH_304 = frozenset(("expires", "content-location"))


class WSGIWarning(Warning):
    """A rule of WSGI is broken."""


class HTTPWarning(Warning):
    """A rule of HTTP is broken."""


def _warn(text: str, category: type[Warning] = WSGIWarning) -> None:
    """Warn, at the line of whoever called what calls this."""
    warnings.warn(text, category, stacklevel=3)


def _warn_of_all(problems: Iterable[Warning]) -> None:
    for problem in problems:
        warnings.warn(problem, stacklevel=3)


def check_type(context: str, obj: object, need: type = str) -> None:
    """Warn if an object is not of a type; a subclass is not enough.

    :param context: Where the object was given.
    :param obj: The object.
    :param need: The type.
    """
    if type(obj) is not need:
        _warn(f"{context!r} requires {need.__name__!r}, got {type(obj).__name__!r}.")


class InputStream:
    """A body that warns of reading it in a way that not all servers support.

    :param stream: The server's ``wsgi.input``.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, *args: Any) -> bytes:
        if not args:
            _warn(
                "'wsgi.input.read()' without a size may never return: WSGI promises no end of the"
                " stream. Read as much as 'CONTENT_LENGTH' says."
            )
        elif len(args) > 1:
            _warn("'wsgi.input.read()' takes one argument, the size.")
        return self._stream.read(*args)  # type: ignore[no-any-return]

    def readline(self, *args: Any) -> bytes:
        """Read a line.

        :raises TypeError: More than a size was given.
        """
        if len(args) > 1:
            raise TypeError(f"'wsgi.input.readline()' takes one argument at most, not {len(args)}.")
        if args:
            _warn("'wsgi.input.readline()' takes no size in WSGI, although most servers allow one.")
        else:
            _warn("'wsgi.input.readline()' may never return. Use 'wsgi.input.read()' with a size.")
        return self._stream.readline(*args)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[bytes]:
        try:
            return iter(self._stream)
        except TypeError:
            _warn("'wsgi.input' of this server cannot be iterated over.")
            return iter(())

    def close(self) -> None:
        _warn("The application closed the input stream, which is the server's.")
        self._stream.close()


class ErrorStream:
    """A log that warns of text that is none, and of being closed.

    :param stream: The server's ``wsgi.errors``.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, s: str) -> None:
        check_type("wsgi.errors.write()", s)
        self._stream.write(s)

    def flush(self) -> None:
        self._stream.flush()

    def writelines(self, seq: Iterable[str]) -> None:
        for line in seq:
            self.write(line)

    def close(self) -> None:
        _warn("The application closed the error stream, which is the server's.")
        self._stream.close()


class GuardedWrite:
    """The ``write`` of a server, which takes bytes only.

    :param write: What ``start_response`` returned.
    :param chunks: The lengths of what was sent, which this adds to.
    """

    def __init__(self, write: Callable[[bytes], object], chunks: list[int]) -> None:
        self._write = write
        self._chunks = chunks

    def __call__(self, s: bytes) -> None:
        check_type("write()", s, bytes)
        self._write(s)
        self._chunks.append(len(s))


class GuardedIterator:
    """The body of a response; closing it compares what was sent with the headers.

    :param iterator: What the application returned.
    :param headers_set: The status code and the headers, once there are any.
    :param chunks: The lengths of what was sent, which this adds to.
    """

    def __init__(self, iterator: Iterable[bytes], headers_set: Any, chunks: list[int]) -> None:
        self._iterable = iterator
        self._iterator = iter(iterator)
        self.closed = False
        self.headers_set = headers_set
        self.chunks = chunks

    def __iter__(self) -> GuardedIterator:
        return self

    def __next__(self) -> bytes:
        if self.closed:
            _warn("The body of the response is read after it was closed.")
        part = next(self._iterator)
        if not self.headers_set:
            _warn("The application sent a part of the body before it started the response.")
        check_type("application iterator items", part, bytes)
        self.chunks.append(len(part))
        return part

    def close(self) -> None:
        self.closed = True
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()
        if self.headers_set:
            status_code, headers = self.headers_set
            _warn_of_all(_find_problems_of_body(status_code, headers, sum(self.chunks)))

    def __del__(self) -> None:
        if not self.closed:
            _warn("The body of a response was thrown away without closing it.")


def _find_problems_of_body(status_code: int, headers: Headers, sent: int) -> Iterator[Warning]:
    length = headers.get("content-length", type=int)
    is_without_body = 100 <= status_code < 200 or status_code in {204, 304}
    if status_code == 304:
        for name in headers.keys(lower=True):
            if is_entity_header(name) and name not in _ALLOWED_WITH_304:
                yield HTTPWarning(f"A 304 response is about no body, and has {name!r}.")
    elif is_without_body:
        if length:
            yield HTTPWarning(f"A {status_code} response has no length, and this says {length}.")
    elif length is not None and length != sent:
        yield WSGIWarning(f"'Content-Length' is {length}, and {sent} bytes were sent.")
    if sent and is_without_body:
        yield HTTPWarning(f"A {status_code} response has no body, and {sent} bytes were sent.")


def _find_problems_of_environ(environ: dict[str, Any]) -> Iterator[Warning]:
    if type(environ) is not dict:
        yield WSGIWarning("The WSGI environ is not a plain dict.")
    for key in _REQUIRED_KEYS:
        if key not in environ:
            yield WSGIWarning(f"{key!r} is missing from the WSGI environ.")
    if environ.get("wsgi.version", (1, 0)) != (1, 0):
        yield WSGIWarning("Environ is not a WSGI 1.0 environ.")
    for key in ("SCRIPT_NAME", "PATH_INFO"):
        value = environ.get(key)
        if value and not value.startswith("/"):
            yield WSGIWarning(f"{key!r} does not start with a slash: {value!r}.")


def _find_problems_of_status(status: str) -> Iterator[Warning]:
    code = status.partition(" ")[0]
    if len(code) != 3 or not code.isdecimal():
        yield WSGIWarning(f"The status code is three digits, not {code!r}.")
    if status[3:4] != " ":
        yield WSGIWarning(f"The status is a code, a space and a reason, not {status!r}.")
    if code.isdecimal() and int(code) < 100:
        yield WSGIWarning(f"The status code {code} is below 100.")


def _find_problems_of_list(headers: Any) -> Iterator[Warning]:
    if type(headers) is not list:
        yield WSGIWarning(f"Header list is not a list. It is a {type(headers).__name__}.")
    for item in headers:
        if type(item) is not tuple or len(item) != 2:
            yield WSGIWarning(f"Header items must be 2-item tuples. One is {item!r}.")
        elif not all(type(part) is str for part in item):
            yield WSGIWarning(f"The name and the value of a header are text, unlike {item!r}.")
        elif item[0].lower() == "status":
            yield WSGIWarning("The status header is not supported: CGI uses it for the status.")


def _find_problems_of_headers(headers: Headers) -> Iterator[Warning]:
    etag = headers.get("etag")
    if etag is not None:
        if etag.startswith("w/"):
            yield HTTPWarning(f"The mark of a weak ETag is an upper case W, unlike in {etag!r}.")
        tag = etag[2:] if etag[:2].upper() == "W/" else etag
        if not tag[:1] == tag[-1:] == '"':
            yield HTTPWarning(f"An ETag is quoted, unlike {etag!r}.")
    location = headers.get("location")
    if location is not None and not urlsplit(location).netloc:
        yield HTTPWarning("Absolute URLs required for location header.")


class LintMiddleware:
    """Wraps an application, and warns with :mod:`warnings` of rules that it or the server breaks.

    Among them: a status that is none, text where bytes belong, a body where there is none, ETags
    without quotes, relative URLs in ``Location``, reading ``wsgi.input`` to its end, and bodies
    that nobody closes.

    :param app: The application.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def check_environ(self, environ: dict[str, Any]) -> None:
        _warn_of_all(_find_problems_of_environ(environ))

    def check_start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any
    ) -> tuple[int, Headers]:
        """Check what the application starts the response with.

        :return: The status code and the headers.
        """
        check_type("status", status)
        _warn_of_all(_find_problems_of_status(status))
        _warn_of_all(_find_problems_of_list(headers))
        if exc_info is not None and not isinstance(exc_info, tuple):
            _warn(f"'exc_info' is what sys.exc_info() returns, not {exc_info!r}.")
        checked = Headers((name, value) for name, value in headers)
        self.check_headers(checked)
        return int(status.partition(" ")[0]), checked

    def check_headers(self, headers: Headers) -> None:
        _warn_of_all(_find_problems_of_headers(headers))

    def check_iterator(self, app_iter: Iterable[bytes]) -> None:
        if isinstance(app_iter, str):
            _warn(
                "The application returned text, which would be sent character by character."
                " Return a list of bytes."
            )

    def __call__(self, *args: Any, **kwargs: Any) -> Iterable[bytes]:
        if len(args) != 2 or kwargs:
            _warn("A WSGI application is called with the environ and start_response.")
        environ, start_response = args
        self.check_environ(environ)
        environ["wsgi.input"] = InputStream(environ["wsgi.input"])
        environ["wsgi.errors"] = ErrorStream(environ["wsgi.errors"])
        # A server's own would send a file past our eyes.
        environ["wsgi.file_wrapper"] = FileWrapper
        headers_set: list[Any] = []
        chunks: list[int] = []

        def start_checked_response(*args: Any, **kwargs: Any) -> GuardedWrite:
            if len(args) not in {2, 3} or kwargs:
                _warn("'start_response' takes a status, headers and maybe exc_info, by position.")
            status, headers, exc_info = (*args, None)[:3]
            headers_set[:] = self.check_start_response(status, headers, exc_info)
            return GuardedWrite(start_response(status, headers, exc_info), chunks)

        app_iter = self.app(environ, start_checked_response)
        self.check_iterator(app_iter)
        return GuardedIterator(app_iter, headers_set, chunks)
