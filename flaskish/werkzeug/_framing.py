"""Where the headers and the body of a request end, for the development server.

Werkzeug: ``werkzeug.serving.DechunkedInput``. Django: none; its server takes no chunked bodies.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import Message

#: The length of a chunk. Behind a semicolon there may be extensions, which mean nothing here.
_CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n\0]*)?\r\n")
_HEADER_LINE = re.compile(rb"(?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:|[ \t])[^\r\n\0]*\r?\n")
_HEADERS_END = (b"\r\n", b"\n")
#: Lines that may follow the last chunk.
_MAX_TRAILERS = 100


class SizedInput(io.RawIOBase):
    """A body of a known length.

    :param rfile: The connection.
    :param length: The number of bytes.
    """

    def __init__(self, rfile: Any, length: int) -> None:
        self._rfile = rfile
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._rfile.read1(min(len(buffer), self._left)) if self._left else b""
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


class DechunkedInput(io.RawIOBase):
    """A body sent in chunks, without the lines between them.

    :param rfile: The connection.
    """

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile
        self._left = 0
        self._is_done = False
        self._is_broken = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._is_broken:
            # What follows must not pass for chunks, nor for the next request.
            raise OSError("The body is broken.")
        self._is_broken = True
        length = self._read_into(buffer)
        self._is_broken = False
        return length

    def _read_into(self, buffer: Any) -> int:
        if not self._left and not self._is_done:
            self._start_chunk()
        if self._is_done:
            return 0
        # What is there, rather than all that was asked for: a client may be slow.
        data = self._rfile.read1(min(len(buffer), self._left))
        if not data:
            raise OSError("The connection ended in the middle of a chunk.")
        buffer[: len(data)] = data
        self._left -= len(data)
        if not self._left:
            self._end_line()
        return len(data)

    def read_chunk_len(self) -> int:
        """Read the line in front of a chunk.

        :return: The length of the chunk in bytes; 0 at the end of the body.
        :raises OSError: The line makes no sense.
        """
        line = self._rfile.readline(1024)
        if line.startswith(b"-"):
            raise OSError("Negative chunk length not allowed")
        match = _CHUNK_LINE.fullmatch(line)
        if match is None:
            raise OSError("Invalid chunk header")
        return int(match[1], 16)

    def _start_chunk(self) -> None:
        self._left = self.read_chunk_len()
        if self._left == 0:
            self._is_done = True
            self._skip_trailers()

    def _skip_trailers(self) -> None:
        """Read up to the empty line that ends the body."""
        for _ in range(_MAX_TRAILERS):
            if self._rfile.readline(1024) in (b"\r\n", b"\n", b""):
                return
        raise OSError("Too many lines after the last chunk")

    def _end_line(self) -> None:
        if self._rfile.readline(1024) != b"\r\n":
            raise OSError("Missing chunk terminating newline")


class HeaderLines:
    """Reads the lines of a request's headers, and notes whether each is what it seems to be.

    Python's parser ends a line at a lone CR, and drops what it does not understand: a proxy in
    front may have seen other headers.

    :param rfile: The connection.
    """

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile
        self._is_first = True
        #: Whether all of them are, up to the empty line that ends them.
        self.are_sound = False

    def readline(self, size: int) -> bytes:
        line: bytes = self._rfile.readline(size)
        is_sound = _HEADER_LINE.fullmatch(line) is not None
        if self._is_first:
            self._is_first = False
            # There is nothing yet that a blank could continue.
            self.are_sound = line in _HEADERS_END or (is_sound and line[:1].strip() != b"")
        elif line not in _HEADERS_END:
            self.are_sound = self.are_sound and is_sound
        return line


def has_one_end(headers: Message, version: str) -> bool:
    """Tell whether a proxy in front finds the end of the body where this server finds it.

    :param headers: The headers of the request.
    :param version: The version in its first line.
    """
    lengths = headers.get_all("Content-Length", [])
    codings = headers.get_all("Transfer-Encoding", [])
    if codings:
        # What has no digit is nobody's length, and left alone, as Werkzeug does it.
        has_length = any(re.search("[0-9]", value) for value in lengths)
        return are_chunked(codings) and not has_length and version >= "HTTP/1.1"
    return len(lengths) <= 1 and all(re.fullmatch("[0-9]{1,18}", value) for value in lengths)


def are_chunked(codings: list[str]) -> bool:
    """Tell whether a body is sent in chunks, and in no other coding.

    :param codings: The values of ``Transfer-Encoding``.
    """
    return [coding.strip(" \t").lower() for coding in codings] == ["chunked"]
