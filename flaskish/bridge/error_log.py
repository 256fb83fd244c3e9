"""An error that the application's own handler answers, in the log of the project.

Flask: ``log_exception``. Django: ``django.request``, whose errors are mailed to ``ADMINS``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..wrappers import Response


def log_error(http_request: HttpRequest, error: BaseException | None) -> None:
    """Log an error as Django does one that it answers itself.

    :param http_request: The request.
    :param error: The error.
    """
    # Loaded by errors only.
    from django.utils.log import log_response

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
