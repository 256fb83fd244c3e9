"""The request context of a request that Django's side answers, wholly or in part.

Flask: The Request Context. Django: none; ``HttpRequest`` is passed along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ctx import RequestContext

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..app import Flask
    from ..werkzeug.exceptions import HTTPException


def make_context_without_rule(
    app: Flask, http_request: HttpRequest, error: HTTPException, mount_prefix: str = ""
) -> RequestContext:
    """Make the context of a request that is not to find its rule.

    :param app: The application.
    :param http_request: The request, as middleware left it.
    :param error: What dispatching the request raises in place of calling a view.
    :param mount_prefix: The path that the application is mounted at, if the request is below it.
    """
    request = app.request_class.from_django_request(http_request, mount_prefix)
    request.json_module = app.json
    request.routing_exception = error
    context = RequestContext(app, None, request=request)
    context.is_mounted = True
    return context
