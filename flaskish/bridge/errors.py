"""Which of Flask's HTTP errors stands for which of Django's exceptions: one table.

Flask: ``HTTPException``. Django: ``django.core.exceptions``, ``django.http.Http404``.
"""

from __future__ import annotations

import sys

from ..werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
)

#: Module and name of Django's exception, and the error that says the same. Names rather than
#: classes: an exception whose module was never imported cannot have been raised.
EQUIVALENTS: tuple[tuple[str, str, type[HTTPException]], ...] = (
    ("django.http.response", "Http404", NotFound),
    ("django.core.exceptions", "PermissionDenied", Forbidden),
    ("django.core.exceptions", "RequestDataTooBig", RequestEntityTooLarge),
    ("django.core.exceptions", "TooManyFieldsSent", RequestEntityTooLarge),
    ("django.core.exceptions", "TooManyFilesSent", RequestEntityTooLarge),
    ("django.core.exceptions", "SuspiciousOperation", BadRequest),
    ("django.core.exceptions", "BadRequest", BadRequest),
    ("django.http.multipartparser", "MultiPartParserError", BadRequest),
)


def from_django_exception(error: Exception) -> HTTPException | None:
    """Translate an exception of Django's that has an HTTP meaning.

    :param error: Any exception.
    :return: Flask's kin with the original as its cause; ``None`` if there is no such meaning.
    """
    for module_name, class_name, equivalent in EQUIVALENTS:
        module = sys.modules.get(module_name)
        django_class = getattr(module, class_name, None)
        if django_class is not None and isinstance(error, django_class):
            # Django shows these texts in debug mode only; they may name what must stay hidden.
            translated = equivalent()
            translated.__cause__ = error
            return translated
    return None
