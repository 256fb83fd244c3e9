"""The body of a response: read by the server, written to as a stream.

Werkzeug: ``ResponseStream``. Django: the file methods of ``HttpResponse``.
"""

from __future__ import annotations

import typing as t
from contextlib import ExitStack
from itertools import chain

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .response import Response


def encode_parts(parts: t.Iterable[str | bytes]) -> t.Iterator[bytes]:
    """Iterate over the parts of a body as bytes."""
    rest: t.Iterator[t.Any] = iter(parts)
    for part in rest:
        # Most streams are of text alone, and trying is faster than asking.
        try:
            encoded = part.encode()
        except UnicodeEncodeError:
            # JSON can bring in halves of characters, which UTF-8 has not.
            encoded = part.encode("utf-8", "replace")
        except AttributeError:
            yield part
            break
        yield encoded
    else:
        return
    for part in rest:
        yield part.encode("utf-8", "replace") if isinstance(part, str) else part


def forget_request(environ: WSGIEnvironment) -> None:
    """Take the request out of its environment, which is to be freed with it."""
    # Differs from Flask: the environ has its request as ``werkzeug.request`` until the response is
    # closed, or the server has a file that it sends by itself. They hold each other, and would stay
    # in memory, with the whole body, until the garbage collector comes.
    environ.pop("werkzeug.request", None)


def call_each(functions: t.Iterable[t.Callable[[], t.Any]]) -> None:
    """Call functions one after the other, each whatever those before it raise.

    :param functions: The functions.
    """
    rest = iter(functions)
    for function in rest:
        try:
            function()
        except BaseException:
            with ExitStack() as stack:
                # It calls first what it was given last.
                for other in reversed([*rest]):
                    stack.callback(other)
                raise


class ClosingBody(chain[bytes]):
    """A body for the server: iterates at full speed, and ends the response and its request.

    Whoever makes one sets its attributes: a constructor would be slower.
    """

    __slots__ = ("environ", "response")

    #: The environment of the request.
    environ: WSGIEnvironment
    #: The response.
    response: Response

    def close(self) -> None:
        """Close the response."""
        try:
            self.response.close()
        finally:
            forget_request(self.environ)


class ResponseStream:
    """A stream that appends what is written to the body of a response."""

    mode = "wb+"

    def __init__(self, response: Response) -> None:
        self.response = response
        self.closed = False

    def write(self, value: bytes) -> int:
        """Append to the body.

        :return: The number of bytes.
        """
        self._require_open()
        self.response._ensure_sequence(mutable=True)
        t.cast("list[bytes]", self.response.response).append(value)
        self.response.headers.pop("Content-Length", None)
        return len(value)

    def writelines(self, seq: t.Iterable[bytes]) -> None:
        """Append each item to the body."""
        for item in seq:
            self.write(item)

    def close(self) -> None:
        """Refuse further writing."""
        self.closed = True

    def flush(self) -> None:
        """Do nothing, unless the stream is closed."""
        self._require_open()

    def isatty(self) -> bool:
        """Whether this is a terminal, which it is not."""
        self._require_open()
        return False

    def tell(self) -> int:
        """Return the length of the body."""
        self.response._ensure_sequence()
        return sum(map(len, t.cast("list[bytes]", self.response.response)))

    @property
    def encoding(self) -> str:
        """The encoding of text."""
        return "utf-8"

    def _require_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")
