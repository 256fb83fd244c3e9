"""Form bodies: from a stream of bytes to fields and files, within limits.

Werkzeug: formparser. Django: django.http.multipartparser, ``HttpRequest.POST`` and ``FILES``.
"""

from __future__ import annotations

import typing as t
from io import BytesIO
from tempfile import SpooledTemporaryFile
from urllib.parse import parse_qsl

from . import urls as _urls  # noqa: F401  registers the error handler used below
from ._internal import _plain_int
from .datastructures import FileStorage, Headers, MultiDict
from .http import parse_options_header
from .wsgi import get_content_length, get_input_stream

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .sansio.multipart import File

    FormParts = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]
    ParseResult = tuple[t.IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]

    class StreamFactory(t.Protocol):
        """Makes the stream an uploaded file is written to."""

        def __call__(
            self,
            total_content_length: int | None,
            content_type: str | None,
            filename: str | None,
            content_length: int | None = None,
        ) -> t.IO[bytes]: ...


#: Bytes of an upload that stay in memory before it moves to a temporary file.
_SPOOL_SIZE = 500 * 1024

#: RFC 2046 allows 70 characters, Django more; a pattern of 60,000 takes a second to compile.
_LONGEST_BOUNDARY = 200

_PART_CHARSETS = frozenset({"ascii", "us-ascii", "utf-8", "iso-8859-1"})


def default_stream_factory(
    total_content_length: int | None,
    content_type: str | None,
    filename: str | None,
    content_length: int | None = None,
) -> t.IO[bytes]:
    """Make the stream for one uploaded file: in memory first, on disk once it is large."""
    if SpooledTemporaryFile is None:
        return BytesIO()
    return t.cast("t.IO[bytes]", SpooledTemporaryFile(max_size=_SPOOL_SIZE, mode="rb+"))


def parse_form_data(
    environ: WSGIEnvironment,
    stream_factory: StreamFactory | None = None,
    max_form_memory_size: int | None = None,
    max_content_length: int | None = None,
    cls: type[MultiDict[str, t.Any]] | None = None,
    silent: bool = True,
    *,
    max_form_parts: int | None = None,
) -> ParseResult:
    """Parse the form in a WSGI environment; a shortcut for :class:`FormDataParser`.

    :param environ: The WSGI environment.
    :return: The stream, the fields and the files. If the body is no form, the stream is unread.
    """
    return FormDataParser(
        stream_factory=stream_factory,
        max_form_memory_size=max_form_memory_size,
        max_content_length=max_content_length,
        max_form_parts=max_form_parts,
        silent=silent,
        cls=cls,
    ).parse_from_environ(environ)


class FormDataParser:
    """Parse URL-encoded and multipart forms.

    :param stream_factory: Called for each uploaded file; returns a stream to write to.
    :param max_form_memory_size: Bytes a multipart field that is no file may have.
    :param max_content_length: Bytes the whole body may have; used by :meth:`parse_from_environ`,
        while the stream given to :meth:`parse` has to be limited already.
    :param cls: The class of the returned fields and files.
    :param silent: Return an empty form instead of raising when the body cannot be parsed.
    :param max_form_parts: Number of parts a multipart form may have.
    """

    #: The class that parses multipart forms.
    multipart_parser_class: type[MultiPartParser]

    def __init__(
        self,
        stream_factory: StreamFactory | None = None,
        max_form_memory_size: int | None = None,
        max_content_length: int | None = None,
        cls: type[MultiDict[str, t.Any]] | None = None,
        silent: bool = True,
        *,
        max_form_parts: int | None = None,
    ) -> None:
        self.stream_factory = stream_factory or default_stream_factory
        self.max_form_memory_size = max_form_memory_size
        self.max_content_length = max_content_length
        self.max_form_parts = max_form_parts
        self.cls = MultiDict if cls is None else cls
        self.silent = silent

    def parse_from_environ(self, environ: WSGIEnvironment) -> ParseResult:
        """Parse the form in a WSGI environment.

        :raises RequestEntityTooLarge: The body is larger than a limit allows.
        """
        stream = get_input_stream(environ, max_content_length=self.max_content_length)
        mimetype, options = parse_options_header(environ.get("CONTENT_TYPE"))
        return self.parse(stream, mimetype, get_content_length(environ), options)

    def parse(
        self,
        stream: t.IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> ParseResult:
        """Parse a form from a stream.

        :param stream: The body, already limited.
        :param mimetype: The type of the body; other types than forms leave it unread.
        :param content_length: The length of the body, if it is known.
        :param options: Parameters of the type, for example the boundary.
        :return: The stream, the fields and the files.
        :raises ValueError: The form cannot be parsed and ``silent`` is false.
        :raises RequestEntityTooLarge: A limit was passed.
        """
        try:
            if mimetype == "multipart/form-data":
                form, files = self._parse_multipart(stream, content_length, options or {})
                return stream, form, files
            if mimetype == "application/x-www-form-urlencoded":
                return stream, self._parse_urlencoded(stream), self.cls()
        except ValueError:
            if not self.silent:
                raise
        return stream, self.cls(), self.cls()

    def _parse_multipart(
        self, stream: t.IO[bytes], content_length: int | None, options: dict[str, str]
    ) -> FormParts:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("Missing boundary")
        if len(boundary) > _LONGEST_BOUNDARY:
            raise ValueError("The boundary is too long.")
        parser = self.multipart_parser_class(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
        )
        return parser.parse(stream, boundary, content_length)

    def _parse_urlencoded(self, stream: t.IO[bytes]) -> MultiDict[str, str]:
        body = self.read_urlencoded(stream).decode()
        return self.cls(parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote"))

    def read_urlencoded(self, stream: t.IO[bytes]) -> bytes:
        """Read the body of a URL-encoded form.

        :param stream: The body, already limited, so that no form limit saves memory.
        """
        return stream.read()


class MultiPartParser:
    """Read a multipart body and keep its fields and files.

    :param stream_factory: Called for each uploaded file; returns a stream to write to.
    :param max_form_memory_size: Bytes a field that is no file may have.
    :param cls: The class of the returned fields and files.
    :param buffer_size: Bytes to read at once.
    :param max_form_parts: Number of parts the body may have.
    """

    #: Whether ``max_form_memory_size`` is for all fields together, rather than for each.
    limits_whole_form = False

    def __init__(
        self,
        stream_factory: StreamFactory | None = None,
        max_form_memory_size: int | None = None,
        cls: type[MultiDict[str, t.Any]] | None = None,
        buffer_size: int = 128 * 1024,
        max_form_parts: int | None = None,
    ) -> None:
        self.stream_factory = stream_factory or default_stream_factory
        self.max_form_memory_size = max_form_memory_size
        self.cls = MultiDict if cls is None else cls
        self.buffer_size = buffer_size
        self.max_form_parts = max_form_parts

    def fail(self, message: str) -> t.NoReturn:
        """Give up parsing with a message."""
        raise ValueError(message)

    def get_part_charset(self, headers: Headers) -> str:
        """Return the encoding of a field, from a short list of harmless ones."""
        content_type = headers.get("content-type")
        if content_type:
            charset = parse_options_header(content_type)[1].get("charset", "").lower()
            if charset in _PART_CHARSETS:
                return charset
        return "utf-8"

    def start_file_streaming(self, event: File, total_content_length: int | None) -> t.IO[bytes]:
        """Open the stream for a file that begins.

        :param event: The headers of the file.
        :param total_content_length: The length of the whole body, if it is known.
        """
        try:
            declared_length = _plain_int(event.headers.get("content-length", "0"))
        except ValueError:
            declared_length = 0
        return self.stream_factory(
            total_content_length=total_content_length,
            filename=event.filename,
            content_type=event.headers.get("content-type"),
            content_length=declared_length,
        )

    def parse(self, stream: t.IO[bytes], boundary: bytes, content_length: int | None) -> FormParts:
        """Read and parse a whole body.

        :param stream: The body, already limited.
        :param boundary: The boundary between its parts.
        :param content_length: The length of the body, if it is known.
        :return: The fields and the files.
        :raises ValueError: The body is not valid or ends too early.
        :raises RequestEntityTooLarge: A limit was passed.
        """
        # Loaded by the first multipart form, which most programs never see.
        from ._form_parts import collect_parts

        fields, files = collect_parts(self, stream, boundary, content_length)
        return self.cls(fields), self.cls(files)


FormDataParser.multipart_parser_class = MultiPartParser
