"""Multipart bodies: bytes in, events out, without doing any reading or writing itself.

Werkzeug: sansio.multipart. Django: django.http.multipartparser, which reads the stream by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from ..datastructures import Headers
from ..exceptions import RequestEntityTooLarge
from ..http import parse_options_header


class Event:
    """Something the decoder found, or the encoder is to write."""


@dataclass(frozen=True)
class Preamble(Event):
    """What stands before the first boundary."""

    data: bytes


@dataclass(frozen=True)
class Field(Event):
    """The headers of a part without a file name."""

    name: str
    headers: Headers


@dataclass(frozen=True)
class File(Event):
    """The headers of a part with a file name."""

    name: str
    filename: str
    headers: Headers


@dataclass(frozen=True)
class Data(Event):
    """A piece of the current part; ``more_data`` is false on its last piece."""

    data: bytes
    more_data: bool


@dataclass(frozen=True)
class Epilogue(Event):
    """What stands after the last boundary."""

    data: bytes


class NeedData(Event):
    """Nothing can be said before more bytes arrive."""


NEED_DATA = NeedData()


class State(Enum):
    """Where in the message the decoder or encoder stands."""

    PREAMBLE = auto()
    PART = auto()
    DATA = auto()
    DATA_START = auto()
    EPILOGUE = auto()
    COMPLETE = auto()


# The standard wants CRLF, but clients that send only one of the two characters exist.
_LINE_BREAK = rb"(?:\r\n|\n|\r)"
_BLANK_LINE_RE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_BREAK_RE = re.compile(_LINE_BREAK)
_CONTINUATION_RE = re.compile(_LINE_BREAK + rb"[ \t]")

# After the delimiter comes the end of the message (group 1), the end of the line (group 2), or the
# end of what has arrived so far, which may still become one of the two (group 3).
_DELIMITER_TAIL = (
    rb"(?:(--[ \t\v\f]*+" + _LINE_BREAK + rb"?)"
    rb"|([ \t\v\f]*+(?:\r\n|\n|\r(?!\Z)))"
    rb"|((?:-|[ \t\v\f]{0,128}+\r?)\Z))"
)
_LAST, _PENDING = 1, 3

# What the headers of one part may have: browsers send three of them.
_MAX_HEADERS_SIZE = 16 * 1024
_MAX_HEADERS = 64

# More than any line break and closing dashes around a delimiter that was cut in two.
_CUT_LENGTH = 8


class MultipartDecoder:
    """Turn the bytes of a multipart message into events.

    Data is handed on as it comes in, so that the caller can move it to disk; no byte is searched
    more than a fixed number of times.

    :param boundary: The boundary of the message, without dashes.
    :param max_form_memory_size: Bytes that may wait for an event.
    :param max_parts: Number of parts that is still accepted.
    """

    def __init__(
        self,
        boundary: bytes,
        max_form_memory_size: int | None = None,
        *,
        max_parts: int | None = None,
    ) -> None:
        self.buffer: bytes | bytearray = b""
        self.complete = False
        self.max_form_memory_size = max_form_memory_size
        self.max_parts = max_parts
        self.state = State.PREAMBLE
        self.boundary = boundary
        self._delimiter = b"--" + boundary
        self._longest_prefix = len(self._delimiter) + 1
        delimiter_line = re.escape(self._delimiter) + _DELIMITER_TAIL
        # Some clients omit the line break before the first delimiter.
        self._first_delimiter_re = re.compile(_LINE_BREAK + rb"?" + delimiter_line)
        self._delimiter_re = re.compile(_LINE_BREAK + delimiter_line)
        self._position = 0
        self._search_position = 0
        self._parts_decoded = 0

    def receive_data(self, data: bytes | None) -> None:
        """Take in bytes.

        :param data: The next bytes of the message; ``None`` says that there are no more.
        :raises RequestEntityTooLarge: More bytes wait than ``max_form_memory_size`` allows.
        """
        if data is None:
            self.complete = True
            return

        limit = self.max_form_memory_size
        if limit is not None and len(self.buffer) - self._position + len(data) > limit:
            raise RequestEntityTooLarge()

        waiting = self.buffer
        if self._position or not isinstance(waiting, bytearray):
            waiting = bytearray(memoryview(waiting)[self._position :])
            self._search_position = max(0, self._search_position - self._position)
            self._position = 0
        if waiting:
            waiting += data
            self.buffer = waiting
        else:
            # The bytes of a large file mostly come here, and pass through without a copy.
            self.buffer = data

    def next_event(self) -> Event:
        """Return the next event, :class:`NeedData` if more bytes have to come first.

        :raises ValueError: The message is not valid, or it ends too early.
        :raises RequestEntityTooLarge: The message has more parts than ``max_parts``.
        """
        state = self.state
        event: Event | None
        if state is State.DATA or state is State.DATA_START:
            event = self._next_data()
        elif state is State.PART:
            event = self._next_part()
        elif state is State.PREAMBLE:
            event = self._next_preamble()
        else:
            event = self._next_epilogue()

        if event is not None:
            return event
        if self.complete:
            raise ValueError(f"Invalid form-data cannot parse beyond {self.state}")
        return NEED_DATA

    def _next_preamble(self) -> Event | None:
        match = self._find_delimiter(self._first_delimiter_re, self._search_position)
        if match is None:
            self._search_position = max(0, len(self.buffer) - len(self._delimiter) - _CUT_LENGTH)
            return None
        if match.lastindex == _PENDING:
            self._search_position = match.start()
            return None

        preamble = Preamble(data=_cut(self.buffer, 0, match.start()))
        self._pass_delimiter(match)
        return preamble

    def _next_part(self) -> Event | None:
        match = _BLANK_LINE_RE.search(self.buffer, self._search_position)
        headers_end = len(self.buffer) if match is None else match.start()
        if headers_end - self._position > _MAX_HEADERS_SIZE:
            raise RequestEntityTooLarge()
        if match is None:
            self._search_position = max(self._position, len(self.buffer) - _CUT_LENGTH)
            return None

        headers = _parse_headers(self.buffer[self._position : match.start()])
        # The first half of the blank line ends the last header. The second half stays: if the part
        # is empty, it is the line break before the next delimiter.
        self._position = self._search_position = (match.start() + match.end()) // 2
        self.state = State.DATA_START
        self._parts_decoded += 1
        event = _part_event(headers)
        if self.max_parts is not None and self._parts_decoded > self.max_parts:
            raise RequestEntityTooLarge()
        return event

    def _next_data(self) -> Event | None:
        buffer = self.buffer
        start = self._position
        if start == len(buffer):
            return None
        if self.state is State.DATA_START:
            line_break = _LINE_BREAK_RE.match(buffer, start)
            data_start = line_break.end() if line_break else start
            if self._delimiter.startswith(buffer[data_start : data_start + self._longest_prefix]):
                # The line break may belong to the delimiter after an empty part.
                return None
        else:
            data_start = start

        match = self._find_delimiter(self._delimiter_re, start)
        if match is None:
            data_end = self._end_of_certain_data(data_start)
        else:
            data_end = max(match.start(), data_start)

        more_data = match is None or match.lastindex == _PENDING
        if more_data and data_end == data_start:
            return None

        data = _cut(buffer, data_start, data_end)
        if match is None or more_data:
            self.state = State.DATA
            self._position = data_end
        else:
            self._pass_delimiter(match)
        return Data(data=data, more_data=more_data)

    def _next_epilogue(self) -> Event | None:
        if not self.complete or self.state is State.COMPLETE:
            return None
        epilogue = Epilogue(data=_cut(self.buffer, self._position, len(self.buffer)))
        self.buffer = b""
        self._position = 0
        self.state = State.COMPLETE
        return epilogue

    def _find_delimiter(self, pattern: re.Pattern[bytes], start: int) -> re.Match[bytes] | None:
        # Nearly all data has no delimiter, and ``find`` says so much faster than the expression.
        if self.buffer.find(self._delimiter, start) == -1:
            return None
        return pattern.search(self.buffer, start)

    def _pass_delimiter(self, match: re.Match[bytes]) -> None:
        self.state = State.EPILOGUE if match.lastindex == _LAST else State.PART
        self._position = self._search_position = match.end()

    def _end_of_certain_data(self, start: int) -> int:
        """Return where the first bytes begin that may be a delimiter not yet complete."""
        end = len(self.buffer)
        line_break = _LINE_BREAK_RE.search(self.buffer, max(start, end - len(self._delimiter) - 1))
        return end if line_break is None else line_break.start()


def _cut(buffer: bytes | bytearray, start: int, end: int) -> bytes:
    if isinstance(buffer, bytes):
        return buffer[start:end]
    # Through a view, because slicing a bytearray makes one more copy.
    return bytes(memoryview(buffer)[start:end])


def _parse_headers(block: bytes | bytearray) -> Headers:
    pairs = []
    for line in _CONTINUATION_RE.sub(b" ", block).splitlines():
        line = line.strip(b" \t")
        if line:
            name, _, value = line.decode().partition(":")
            pairs.append((name.strip(" \t"), value.strip(" \t")))
    if len(pairs) > _MAX_HEADERS:
        raise RequestEntityTooLarge()
    headers = Headers()
    # Straight into the list, which refuses what a client may send.
    headers._list = pairs
    return headers


def _part_event(headers: Headers) -> Field | File:
    disposition = headers.get("content-disposition")
    if disposition is None:
        raise ValueError("Missing Content-Disposition header")
    options = parse_options_header(disposition)[1]
    # A part without a name is kept, under the key ``None``.
    name: str = options.get("name")  # type: ignore[assignment]
    filename = options.get("filename")
    if filename is None:
        return Field(name=name, headers=headers)
    return File(name=name, filename=filename, headers=headers)


class MultipartEncoder:
    """Turn events into the bytes of a multipart message, for the test client.

    Names are written as they are; this is not made for data from strangers.

    :param boundary: The boundary of the message, without dashes.
    """

    def __init__(self, boundary: bytes) -> None:
        self.boundary = boundary
        self.state = State.PREAMBLE

    def send_event(self, event: Event) -> bytes:
        """Return the bytes of the next event.

        :raises ValueError: The event cannot come at this point.
        """
        if isinstance(event, Preamble) and self.state is State.PREAMBLE:
            self.state = State.PART
            return event.data
        if isinstance(event, (Field, File)) and self.state in _BEFORE_PART:
            self.state = State.DATA_START
            return self._part_head(event)
        if isinstance(event, Data) and self.state is State.DATA_START:
            self.state = State.DATA
            # An empty part has no line of its own: the next delimiter brings the line break.
            return b"\r\n" + event.data if event.data else b""
        if isinstance(event, Data) and self.state is State.DATA:
            return event.data
        if isinstance(event, Epilogue):
            self.state = State.COMPLETE
            return b"\r\n--%b--\r\n%b" % (self.boundary, event.data)
        raise ValueError(f"Cannot generate {event} in state: {self.state}")

    def _part_head(self, event: Field | File) -> bytes:
        disposition = f'form-data; name="{event.name}"'
        if isinstance(event, File):
            disposition += f'; filename="{event.filename}"'
        lines = [f"Content-Disposition: {disposition}"]
        lines += (
            f"{name}: {value}"
            for name, value in event.headers
            if name.lower() != "content-disposition"
        )
        return b"\r\n--%b\r\n" % self.boundary + "".join(f"{line}\r\n" for line in lines).encode()


_BEFORE_PART = frozenset({State.PREAMBLE, State.PART, State.DATA})
