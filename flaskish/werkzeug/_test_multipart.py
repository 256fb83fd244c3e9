"""Forms and files written as a multipart body, for the test client.

Werkzeug: ``test.encode_multipart``. Django: ``django.test.client.encode_multipart``.
"""

from __future__ import annotations

import mimetypes
import typing as t
from io import BytesIO
from random import random
from tempfile import SpooledTemporaryFile
from time import time

from .datastructures import Headers, MultiDict
from .sansio.multipart import Data, Epilogue, Field, File, MultipartEncoder, Preamble

_CHUNK_SIZE = 16 * 1024


class _BodyFile(SpooledTemporaryFile):  # type: ignore[type-arg]
    """A body on the disk, closed with its last reader: a request that was refused has none."""

    def __init__(self) -> None:
        super().__init__(max_size=1)

    def __del__(self) -> None:
        self.close()


def stream_encode_multipart(
    data: t.Mapping[str, t.Any],
    use_tempfile: bool = True,
    threshold: int = 1024 * 500,
    boundary: str | None = None,
) -> tuple[t.IO[bytes], int, str]:
    """Write form values and files as a multipart body. For tests only.

    :param data: The values by name: strings, files, or lists of these.
    :param use_tempfile: Whether a large body goes to a file on the disk.
    :param threshold: The size in bytes up to which a body stays in memory.
    :param boundary: The text between the parts; an unlikely one by default.
    :return: The body, its length and the boundary.
    """
    if boundary is None:
        boundary = f"---------------WerkzeugFormPart_{time()}{random()}"
    in_memory = BytesIO()
    body: t.IO[bytes] = in_memory
    for piece in _encode(data, boundary):
        if use_tempfile and body is in_memory and body.tell() + len(piece) > threshold:
            body = t.cast("t.IO[bytes]", _BodyFile())
            body.write(in_memory.getvalue())
        body.write(piece)
    length = body.tell()
    body.seek(0)
    return body, length, boundary


def encode_multipart(
    values: t.Mapping[str, t.Any], boundary: str | None = None
) -> tuple[str, bytes]:
    """Write form values and files as multipart bytes. For tests only.

    :param values: The values by name: strings, files, or lists of these.
    :param boundary: The text between the parts; an unlikely one by default.
    :return: The boundary and the body.
    """
    body, _, boundary = stream_encode_multipart(values, use_tempfile=False, boundary=boundary)
    return boundary, body.read()


def iter_form_items(data: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, t.Any]]:
    """Yield each name and value, a name with a list once for each item.

    Tuples are one value: they describe a file.

    :param data: A mapping, or a multi-dict.
    """
    if isinstance(data, MultiDict):
        yield from data.items(multi=True)
        return
    for name, value in data.items():
        if isinstance(value, list):
            for item in value:
                yield name, item
        else:
            yield name, value


def _encode(data: t.Mapping[str, t.Any], boundary: str) -> t.Iterator[bytes]:
    encoder = MultipartEncoder(boundary.encode())
    yield encoder.send_event(Preamble(data=b""))
    for name, value in iter_form_items(data):
        if hasattr(value, "read"):
            yield from _encode_file(encoder, name, value)
        else:
            yield encoder.send_event(Field(name=name, headers=Headers()))
            yield encoder.send_event(Data(data=str(value).encode(), more_data=False))
    yield encoder.send_event(Epilogue(data=b""))


def _encode_file(encoder: MultipartEncoder, name: str, file: t.Any) -> t.Iterator[bytes]:
    filename = getattr(file, "filename", getattr(file, "name", None))
    headers = getattr(file, "headers", None)
    if headers is None:
        headers = Headers()
    headers["Content-Type"] = _content_type_of(file, filename)
    if filename is None:
        yield encoder.send_event(Field(name=name, headers=headers))
    else:
        yield encoder.send_event(File(name=name, filename=filename, headers=headers))
    while chunk := file.read(_CHUNK_SIZE):
        yield encoder.send_event(Data(data=chunk, more_data=True))
    yield encoder.send_event(Data(data=b"", more_data=False))


def _content_type_of(file: t.Any, filename: str | None) -> str:
    content_type: str | None = getattr(file, "content_type", None)
    if content_type is None and filename:
        content_type = mimetypes.guess_type(filename)[0]
    return content_type or "application/octet-stream"
