"""Uploaded files.

Werkzeug: ``werkzeug.datastructures.FileStorage``. Django: ``UploadedFile``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from .._internal import _plain_int
from .headers import Headers
from .structures import MultiDict

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class FileStorage:
    """An uploaded file: its contents, and what the client said of it.

    :param stream: The contents, open for bytes.
    :param filename: The name the client gave; never use it as a path as it is.
    :param name: The name of the form's field.
    :param content_type: The type the client gave.
    :param content_length: The length the client gave, in bytes.
    :param headers: The headers of this part of the form.
    """

    def __init__(
        self,
        stream: IO[bytes] | None = None,
        filename: str | os.PathLike[str] | None = None,
        name: str | None = None,
        content_type: str | None = None,
        content_length: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.name = name
        self.stream: Any = stream or BytesIO()
        self.filename = _stream_name(stream) if filename is None else os.fsdecode(filename)
        self.headers = Headers() if headers is None else headers
        if content_type is not None:
            self.headers["Content-Type"] = content_type
        if content_length is not None:
            self.headers["Content-Length"] = str(content_length)

    @classmethod
    def from_django_file(cls, uploaded: UploadedFile[Any], name: str | None = None) -> FileStorage:
        """Make one of Django's uploaded files.

        :param uploaded: The file; its contents are shared.
        :param name: The name of the form's field.
        """
        storage = cls(
            uploaded.file,
            uploaded.name or "",
            name,
            uploaded.content_type,
            headers=Headers(),
        )
        storage._django_file = uploaded
        return storage

    def to_django_file(self) -> UploadedFile[Any]:
        """Return one of Django's uploaded files, for a form or a model's field.

        Flask: none. Django: ``UploadedFile``.
        """
        from django.core.files.uploadedfile import UploadedFile

        if self._django_file is not None:
            return self._django_file
        return UploadedFile(
            self.stream,
            self.filename,
            self.mimetype,
            self._size(),
            self.mimetype_params.get("charset"),
            self.mimetype_params,  # type: ignore[arg-type]
        )

    _django_file: UploadedFile[Any] | None = None

    def _size(self) -> int:
        place = self.stream.tell()
        size: int = self.stream.seek(0, os.SEEK_END)
        self.stream.seek(place)
        return size

    def _parse_content_type(self) -> tuple[str, dict[str, str]]:
        from ..http import parse_options_header

        return parse_options_header(self.content_type)

    @property
    def content_type(self) -> str | None:
        """The type the client gave, with parameters."""
        return self.headers.get("content-type")

    @property
    def content_length(self) -> int:
        """The length the client gave, in bytes; mostly 0, since browsers do not tell."""
        try:
            return _plain_int(self.headers.get("content-length", "0"))
        except ValueError:
            return 0

    @property
    def mimetype(self) -> str:
        """The type the client gave, in lower case and without parameters."""
        return self._parse_content_type()[0].lower()

    @property
    def mimetype_params(self) -> dict[str, str]:
        """The parameters of the type."""
        return self._parse_content_type()[1]

    def save(self, dst: str | os.PathLike[str] | IO[bytes], buffer_size: int = 16384) -> None:
        """Write the contents to a file. The stream is where it was left, so rewind it if need be.

        :param dst: A path, or a file open for bytes.
        :param buffer_size: How much is copied at a time, in bytes.
        """
        from shutil import copyfileobj

        if isinstance(dst, (str, os.PathLike)):
            with open(dst, "wb") as file:
                copyfileobj(self.stream, file, buffer_size)
        else:
            copyfileobj(self.stream, dst, buffer_size)

    def close(self) -> None:
        """Close the stream."""
        try:
            self.stream.close()
        except Exception:
            pass

    def __bool__(self) -> bool:
        return bool(self.filename)

    def __getattr__(self, name: str) -> Any:
        if name == "stream":
            raise AttributeError(name)
        try:
            return getattr(self.stream, name)
        except AttributeError:
            # A spooled file has its other half inside.
            if hasattr(self.stream, "_file"):
                return getattr(self.stream._file, name)
            raise

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.stream)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.filename!r} ({self.content_type!r})>"


def _stream_name(stream: Any) -> str | None:
    """Return the name of an open file; Python's own streams have none to speak of."""
    name = getattr(stream, "name", None)
    if name is None or isinstance(name, int):
        return None if name is None else os.fsdecode(str(name))
    text = os.fsdecode(name)
    return None if text[:1] == "<" and text[-1:] == ">" else text


class FileMultiDict(MultiDict[str, FileStorage]):
    """Files by the names of their fields."""

    def add_file(
        self,
        name: str,
        file: str | os.PathLike[str] | IO[bytes] | FileStorage,
        filename: str | None = None,
        content_type: str | None = None,
    ) -> None:
        """Add a file.

        :param name: The name of the field.
        :param file: A path, a file open for bytes, or a :class:`FileStorage`.
        :param filename: The name of the file; that of the path by default.
        :param content_type: The type; guessed from the name by default.
        """
        if isinstance(file, FileStorage):
            self.add(name, file)
            return
        stream: IO[bytes]
        if isinstance(file, (str, os.PathLike)):
            filename = os.fspath(file) if filename is None else filename
            stream = open(file, "rb")  # noqa: SIM115 - whoever takes the file out closes it.
        else:
            stream = file  # type: ignore[assignment]
        if filename and content_type is None:
            from mimetypes import guess_type

            content_type = guess_type(filename)[0] or "application/octet-stream"
        self.add(name, FileStorage(stream, filename, name, content_type))
