"""An error that the application's own handler answers, as the project gets to know of it.

Flask: ``log_exception``. Django: ``django.request``, whose errors are mailed to ``ADMINS``, and the
signal ``got_request_exception``, by which monitoring and test clients hear of errors.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..wrappers import Response


def report_error(http_request: HttpRequest, error: BaseException | None) -> None:
    """Do with an error what Django's handler does before it answers one.

    :param http_request: The request.
    :param error: The error, which is being handled.
    """
    # Loaded by errors only.
    from django.core.signals import got_request_exception
    from django.utils.log import log_response

    from .error_reports import mask_secrets

    mask_secrets(http_request)
    got_request_exception.send(sender=None, request=http_request)
    # The handler has yet to answer; whatever it says, this was an error of the server.
    response: Any = SimpleNamespace(status_code=500)
    log_response(
        "Internal Server Error: %s",
        http_request.path,
        response=response,
        request=http_request,
        exception=error,
    )


def mark_as_logged(response: Response) -> None:
    """Keep Django from logging the status of a response whose error has been logged.

    :param response: The response.
    """
    response._has_been_logged = True  # type: ignore[attr-defined]
