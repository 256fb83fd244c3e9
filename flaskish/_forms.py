"""Forms of an application: each limit holds for each kind, and a broken form is no empty one.

Flask: ``MAX_FORM_PARTS``, ``MAX_FORM_MEMORY_SIZE``. Django: ``DATA_UPLOAD_MAX_NUMBER_FIELDS``,
``DATA_UPLOAD_MAX_MEMORY_SIZE``.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from ._form_limits import check_number_of_fields
from .werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from .werkzeug.formparser import FormDataParser, MultiPartParser

if TYPE_CHECKING:
    from .werkzeug.formparser import ParseResult


class _MultiPartParser(MultiPartParser):
    limits_whole_form = True


class FormParser(FormDataParser):
    """Parses the forms of an application's requests.

    Differs from Flask: ``MAX_FORM_PARTS`` counts the fields of urlencoded forms and of queries,
    too; ``MAX_FORM_MEMORY_SIZE`` is for all fields of a form together, whatever its kind; and a
    form that cannot be parsed is a bad request, rather than an empty form.
    """

    multipart_parser_class = _MultiPartParser

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"silent": False, **kwargs})

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> ParseResult:
        try:
            return super().parse(stream, mimetype, content_length, options)
        except ValueError as error:
            raise BadRequest from error

    def read_urlencoded(self, stream: IO[bytes]) -> bytes:
        limit = self.max_form_memory_size
        body = stream.read() if limit is None else _read_at_most(stream, limit)
        check_number_of_fields(body, self.max_form_parts)
        return body


def _read_at_most(stream: IO[bytes], limit: int) -> bytes:
    """Read a stream to its end.

    :raises RequestEntityTooLarge: It has more bytes than the limit.
    """
    body = b""
    while chunk := stream.read(limit + 1 - len(body)):
        body += chunk
        if len(body) > limit:
            raise RequestEntityTooLarge()
    return body
