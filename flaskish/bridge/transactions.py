"""The transaction around a request, where an error handler of the application answered.

Flask: Error Handlers. Django: ``ATOMIC_REQUESTS``, by which a request whose view raises is rolled
back. A handler's answer ends the error, so that Django does not learn of it by itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from django.http import HttpRequest


def is_failure(error: BaseException) -> bool:
    """Tell whether an error is one, rather than a way to answer, as a redirect is.

    :param error: What a view or a hook raised.
    """
    if not isinstance(error, HTTPException):
        return True
    response = error.response
    code = error.code if response is None else getattr(response, "status_code", None)
    return code is None or code >= 400


def roll_back(http_request: HttpRequest) -> None:
    """Roll back what a request changed, once its transactions end.

    :param http_request: The request, answered by an error handler.
    """
    # A request that is not from Django's handler, as in some tests, has no transaction of its own.
    database_module: Any = sys.modules.get("django.db")
    if http_request.resolver_match is None or database_module is None:
        return
    connections = database_module.connections
    for alias, database in connections.settings.items():
        if (
            database["ATOMIC_REQUESTS"]
            and alias not in getattr(http_request.resolver_match.func, "_non_atomic_requests", ())
            and connections[alias].in_atomic_block
        ):
            # Loaded by whoever has made the request a transaction.
            from django.db.transaction import set_rollback

            set_rollback(True, using=alias)
