"""How many fields a form or a query may have.

Flask: ``MAX_FORM_PARTS``. Django: ``DATA_UPLOAD_MAX_NUMBER_FIELDS``.
"""

from __future__ import annotations

from .werkzeug.exceptions import RequestEntityTooLarge


def check_number_of_fields(text: bytes, limit: int | None) -> None:
    """Count the fields of a query or an urlencoded form before they are parsed.

    :param text: The query or the body.
    :param limit: The number there may be; ``None`` for any.
    :raises RequestEntityTooLarge: There are more.
    """
    if limit is not None and text.rstrip(b"&").count(b"&") >= limit:
        raise RequestEntityTooLarge()
