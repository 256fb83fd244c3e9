"""Reads a multipart body and keeps its parts, for ``formparser.MultiPartParser``.

Werkzeug: part of ``werkzeug.formparser``. Django: ``MultiPartParser.parse``.
"""

from __future__ import annotations

import typing as t

from .datastructures import FileStorage
from .exceptions import RequestEntityTooLarge
from .sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

if t.TYPE_CHECKING:
    from .formparser import MultiPartParser

#: What is read at once however little may wait.
_SMALL_CHUNK = 64 * 1024

Fields = list[tuple[str, str]]
Files = list[tuple[str, FileStorage]]


def collect_parts(
    parser: MultiPartParser, stream: t.IO[bytes], boundary: bytes, content_length: int | None
) -> tuple[Fields, Files]:
    """Read a whole body and return its fields and files.

    :param parser: The parser, which has the limits and opens files.
    :param stream: The body, already limited.
    :param boundary: The boundary between its parts.
    :param content_length: The length of the body, if it is known.
    :raises ValueError: The body is not valid or ends too early.
    :raises RequestEntityTooLarge: A limit was passed.
    """
    form = _CollectedParts(parser, content_length)
    decoder = MultipartDecoder(
        boundary,
        max_form_memory_size=parser.max_form_memory_size,
        max_parts=parser.max_form_parts,
    )
    try:
        for chunk in _chunk_iter(stream.read, _chunk_size(parser)):
            decoder.receive_data(chunk)
            event = decoder.next_event()
            while not isinstance(event, (Epilogue, NeedData)):
                form.add(event)
                event = decoder.next_event()
    except Exception:
        form.close_files()
        raise
    return form.fields, form.files


class _CollectedParts:
    """The parts of one body, filled event by event."""

    def __init__(self, parser: MultiPartParser, content_length: int | None) -> None:
        self.fields: Fields = []
        self.files: Files = []
        self._parser = parser
        self._content_length = content_length
        self._field_data: list[bytes] = []
        self._field_size = 0
        self._file: t.IO[bytes] | None = None

    def add(self, event: object) -> None:
        if isinstance(event, Data):
            if self._file is not None:
                self._file.write(event.data)
            else:
                self._add_field_data(event.data)
            if not event.more_data:
                self._finish_part()
        elif isinstance(event, File):
            self._part: Field | File = event
            self._file = self._parser.start_file_streaming(event, self._content_length)
        elif isinstance(event, Field):
            self._part = event
            self._field_data = []
            if not self._parser.limits_whole_form:
                self._field_size = 0

    def _add_field_data(self, data: bytes) -> None:
        self._field_size += len(data)
        limit = self._parser.max_form_memory_size
        if limit is not None and self._field_size > limit:
            raise RequestEntityTooLarge()
        self._field_data.append(data)

    def _finish_part(self) -> None:
        part = self._part
        if isinstance(part, Field):
            charset = self._parser.get_part_charset(part.headers)
            self.fields.append((part.name, b"".join(self._field_data).decode(charset, "replace")))
            return
        stream = t.cast("t.IO[bytes]", self._file)
        stream.seek(0)
        self._file = None
        self.files.append(
            (part.name, FileStorage(stream, part.filename, part.name, headers=part.headers))
        )

    def close_files(self) -> None:
        """Close what a failed parse leaves behind, so that temporary files go at once."""
        if self._file is not None:
            self._file.close()
        for _name, storage in self.files:
            storage.close()


def _chunk_size(parser: MultiPartParser) -> int:
    """Return how many bytes to read at once: fewer where the limit would not let so many wait."""
    limit = parser.max_form_memory_size
    size = parser.buffer_size
    return size if limit is None else min(size, max(limit // 2, _SMALL_CHUNK))


def _chunk_iter(read: t.Callable[[int], bytes], size: int) -> t.Iterator[bytes | None]:
    while data := read(size):
        yield data
    yield None
