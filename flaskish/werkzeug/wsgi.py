"""What a WSGI environ says, and streams and iterators for WSGI.

Werkzeug: ``werkzeug.wsgi``. Django: ``django.core.handlers.wsgi``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial, update_wrapper
from typing import IO, Any, cast

from .exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from .sansio import utils
from .sansio.utils import host_is_trusted as host_is_trusted

WSGIEnvironment = dict[str, Any]

READ_SIZE = 64 * 1024
#: A limit for a stream that ends by itself.
ENDLESS = 2**63 - 1


def responder(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make a WSGI application of a function that returns one.

    :param f: Takes the environ and ``start_response``.
    """
    return update_wrapper(lambda *args: f(*args)(*args[-2:]), f)


def get_current_url(
    environ: WSGIEnvironment,
    root_only: bool = False,
    strip_querystring: bool = False,
    host_only: bool = False,
    trusted_hosts: Collection[str] | None = None,
) -> str:
    """Put the URL of a request together, as an IRI.

    :param environ: The WSGI environ.
    :param root_only: Whether to leave the path out.
    :param strip_querystring: Whether to leave the query out.
    :param host_only: Whether to leave all but scheme and host out.
    :param trusted_hosts: The hosts that are trusted.
    """
    parts: dict[str, Any] = {}
    if not host_only:
        parts["root_path"] = environ.get("SCRIPT_NAME", "")
        if not root_only:
            parts["path"] = environ.get("PATH_INFO", "")
            if not strip_querystring:
                parts["query_string"] = environ.get("QUERY_STRING", "").encode("latin1")
    host = get_host(environ, trusted_hosts)
    return utils.get_current_url(environ["wsgi.url_scheme"], host, **parts)


def get_host(environ: WSGIEnvironment, trusted_hosts: Collection[str] | None = None) -> str:
    """Return the host of a request, without the port if it is the usual one.

    :param environ: The WSGI environ.
    :param trusted_hosts: The hosts that are trusted; all by default.
    :raises SecurityError: The host is not one of those that are trusted.
    """
    return utils.get_host(
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST"),
        _get_server(environ),
        trusted_hosts,
    )


def _get_server(environ: WSGIEnvironment) -> tuple[str, int | None] | None:
    name = environ.get("SERVER_NAME")
    if name is None:
        return None
    try:
        return name, int(environ["SERVER_PORT"])
    except (KeyError, TypeError, ValueError):
        return name, None


def get_content_length(environ: WSGIEnvironment) -> int | None:
    """Return the length of the body, ``None`` if it is not known.

    :param environ: The WSGI environ.
    """
    return utils.get_content_length(
        environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING")
    )


def get_path_info(environ: WSGIEnvironment) -> str:
    """Return the path within the application.

    :param environ: The WSGI environ.
    """
    return cast("str", environ.get("PATH_INFO", "").encode("latin1").decode(errors="replace"))


def get_input_stream(
    environ: WSGIEnvironment,
    safe_fallback: bool = True,
    max_content_length: int | None = None,
) -> IO[bytes]:
    """Return a stream of the body that ends where the body does.

    :param environ: The WSGI environ.
    :param safe_fallback: Whether a body of unknown length is empty, rather than the server's own
        stream, which may never end.
    :param max_content_length: How long the body may be, in bytes.
    :raises RequestEntityTooLarge: It is longer.
    """
    stream = environ["wsgi.input"]
    length = get_content_length(environ)
    if length is not None and max_content_length is not None and length > max_content_length:
        raise RequestEntityTooLarge
    if "wsgi.input_terminated" in environ:
        # The server ends the stream by itself, a chunked one too.
        if max_content_length is None and isinstance(stream, io.BytesIO):
            return stream
        # A server raises an error of its own for broken chunks, which are the client's fault.
        limit = ENDLESS if max_content_length is None else max_content_length
        return cast("IO[bytes]", LimitedStream(stream, limit, is_max=True))
    if length is None:
        return io.BytesIO() if safe_fallback else stream
    return cast("IO[bytes]", LimitedStream(stream, length))


def is_of_the_server(error: Exception) -> bool:
    """Tell whether a server cannot read what a client sends; else somebody's code fails.

    gunicorn raises exceptions of its own for broken chunks, which derive from no other.
    """
    if isinstance(error, OSError | ValueError):
        return True
    return type(error).__module__ != "builtins" and not isinstance(error, HTTPException)


class LimitedStream(io.RawIOBase):
    """A stream that ends after a number of bytes.

    :param stream: The server's stream.
    :param limit: The number of bytes.
    :param is_max: Whether the number is the most there may be, rather than the length.
    """

    def __init__(self, stream: IO[bytes], limit: int, is_max: bool = False) -> None:
        self._stream = stream
        self._pos = 0
        self.limit = limit
        self._limit_is_max = is_max

    @property
    def is_exhausted(self) -> bool:
        """Whether all bytes up to the limit have been read."""
        return self._pos >= self.limit

    def on_exhausted(self) -> None:
        """Answer an attempt to read past the limit.

        :raises RequestEntityTooLarge: The limit is the most there may be.
        """
        if self._limit_is_max:
            raise RequestEntityTooLarge

    def on_disconnect(self, error: Exception | None = None) -> None:
        """Answer a stream that ends early or fails.

        :param error: What the stream raised.
        :raises ClientDisconnected: It failed, or had fewer bytes than it said.
        """
        if not self._limit_is_max or error is not None:
            raise ClientDisconnected from error

    def exhaust(self) -> bytes:
        """Read the rest."""
        return b"" if self.is_exhausted else self._read_to_limit()

    def readinto(self, buffer: Any, /) -> int:
        data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes | bytearray:
        """Return at most so many of the bytes that are left."""
        remaining = self.limit - self._pos
        if remaining <= 0:
            self.on_exhausted()
            return b""
        try:
            data = self._read_some(min(size, remaining))
        except Exception as error:
            if not is_of_the_server(error):
                raise
            self.on_disconnect(error=error)
            return b""
        if not data:
            self.on_disconnect()
            return b""
        self._pos += len(data)
        return data

    def _read_some(self, size: int) -> bytes | bytearray:
        # ``readinto`` first: a raw stream may give less without waiting for more.
        if not hasattr(self._stream, "readinto"):
            return self._stream.read(size)
        data = bytearray(size)
        count = self._stream.readinto(data)
        return data[: count or 0]

    def readall(self) -> bytes:
        if self._pos >= self.limit:
            self.on_exhausted()
            return b""
        data = self._read_to_limit()
        # Differs from Flask: a body without a length that is longer than the maximum is refused by
        # `get_data()`, `get_json()` and `stream.read()`. In Flask they return its beginning.
        if self._limit_is_max and self.is_exhausted and self._has_more():
            self.on_exhausted()
        return data

    def _has_more(self) -> bool:
        """Tell whether there are bytes past the limit; one of them is lost."""
        try:
            return bool(self._read_some(1))
        except Exception as error:
            if not is_of_the_server(error):
                raise
            self.on_disconnect(error=error)
            return False

    def _read_to_limit(self) -> bytes:
        chunks = []
        while self._pos < self.limit:
            chunk = self._take(READ_SIZE)
            if not chunk:
                break
            chunks.append(chunk)
        return b"".join(chunks)

    def tell(self) -> int:
        """Return how many bytes have been read."""
        return self._pos

    def readable(self) -> bool:
        return True


class ClosingIterator:
    """An iterator that calls functions when the server closes it.

    :param iterable: The chunks; its own ``close`` is called first.
    :param callbacks: One function or several.
    """

    def __init__(
        self,
        iterable: Iterable[bytes],
        callbacks: Callable[[], Any] | Iterable[Callable[[], Any]] | None = None,
    ) -> None:
        self._next: Callable[[], bytes] = partial(next, iter(iterable))
        if callbacks is None:
            functions = []
        elif callable(callbacks):
            functions = [callbacks]
        else:
            functions = list(callbacks)
        close = getattr(iterable, "close", None)
        if close is not None:
            functions.insert(0, close)
        self._callbacks = functions

    def __iter__(self) -> ClosingIterator:
        return self

    def __next__(self) -> bytes:
        return self._next()

    def close(self) -> None:
        """Call the functions."""
        for callback in self._callbacks:
            callback()


def wrap_file(
    environ: WSGIEnvironment, file: IO[bytes], buffer_size: int = 8192
) -> Iterable[bytes]:
    """Wrap a file as the server likes it, or as :class:`FileWrapper`.

    :param environ: The WSGI environ.
    :param file: The file, open for bytes.
    :param buffer_size: The size of a chunk, in bytes.
    """
    wrapper = environ.get("wsgi.file_wrapper", FileWrapper)
    return wrapper(file, buffer_size)  # type: ignore[no-any-return]


class FileWrapper:
    """The chunks of a file.

    :param file: The file, open for bytes.
    :param buffer_size: The size of a chunk, in bytes.
    """

    def __init__(self, file: IO[bytes], buffer_size: int = 8192) -> None:
        self.file = file
        self.buffer_size = buffer_size

    def close(self) -> None:
        """Close the file."""
        if hasattr(self.file, "close"):
            self.file.close()

    def seekable(self) -> bool:
        """Tell whether the file can be read from any place."""
        if hasattr(self.file, "seekable"):
            return self.file.seekable()
        return hasattr(self.file, "seek")

    def seek(self, *args: Any) -> None:
        """Go to a place in the file."""
        if hasattr(self.file, "seek"):
            self.file.seek(*args)

    def tell(self) -> int | None:
        """Return the place in the file."""
        return self.file.tell() if hasattr(self.file, "tell") else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        data = self.file.read(self.buffer_size)
        if data:
            return data
        raise StopIteration


class _RangeWrapper:
    """A part of a body.

    :param iterable: The chunks of the whole body; sought if it can be.
    :param start_byte: The first byte of the part.
    :param byte_range: The length of the part; to the end by default.
    """

    def __init__(
        self,
        iterable: Iterable[bytes] | IO[bytes],
        start_byte: int = 0,
        byte_range: int | None = None,
    ) -> None:
        self._iterable: Any = iterable
        self._chunks = iter(iterable)
        self._skip = start_byte
        self._left = byte_range
        self._is_sought = False
        seekable = getattr(iterable, "seekable", None)
        self.seekable = seekable is not None and seekable()

    def __iter__(self) -> _RangeWrapper:
        return self

    def __next__(self) -> bytes:
        if self._left == 0:
            raise StopIteration
        if self.seekable and not self._is_sought:
            # Even for the first byte: the file may have been read before.
            self._iterable.seek(self._skip)
            self._skip = 0
            self._is_sought = True
        chunk = next(self._chunks)
        while len(chunk) <= self._skip:
            self._skip -= len(chunk)
            chunk = next(self._chunks)
        if self._skip:
            chunk = chunk[self._skip :]
            self._skip = 0
        if self._left is not None:
            chunk = chunk[: self._left]
            self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the whole body."""
        if hasattr(self._iterable, "close"):
            self._iterable.close()
