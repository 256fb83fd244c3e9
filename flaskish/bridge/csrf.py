"""The CSRF token in Jinja templates, and the answer to a request without it.

Flask: none; extensions offer ``csrf_token()``. Django: ``django.middleware.csrf``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from ..globals import request

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class CsrfToken:
    """The token of the current request: ``{{ csrf_token }}`` or ``{{ csrf_token() }}``."""

    def __call__(self) -> str:
        # Loaded by the first form, not by applications without any.
        from django.middleware.csrf import get_token

        return get_token(request.django)

    def __str__(self) -> str:
        return self()

    def __html__(self) -> str:
        return str(Markup.escape(self()))


class CsrfInput:
    """A hidden form field with the token: ``{{ csrf_input }}`` or ``{{ csrf_input() }}``."""

    def __call__(self) -> Markup:
        return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            csrf_token()
        )

    def __str__(self) -> str:
        return str(self())

    def __html__(self) -> str:
        return str(self())


csrf_token = CsrfToken()
csrf_input = CsrfInput()


def csrf_failure(http_request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a request that the CSRF middleware refused: its application's error handlers do.

    For the setting ``CSRF_FAILURE_VIEW``. Requests to Django's own views get Django's page.

    :param http_request: The request.
    :param reason: What was wrong with it; shown in debug mode, with what to do.

    Flask: ``errorhandler(403)``. Django: ``django.views.csrf.csrf_failure``.
    """
    # Loaded by refused requests only.
    from django.views.csrf import csrf_failure as djangos_answer

    from ..werkzeug.exceptions import Forbidden
    from .contexts import make_context_without_rule
    from .matches import answering_app, mounted_at

    app = answering_app(http_request.resolver_match)
    if app is None:
        return djangos_answer(http_request, reason)
    error = Forbidden(_describe_failure(reason if app.debug else ""))
    with make_context_without_rule(app, http_request, error, mounted_at(http_request)):
        return app.full_dispatch_request()


def _describe_failure(reason: str) -> str:
    advice = (
        "CSRF verification failed. Go back, reload the page and send the form again. Cookies must"
        " be allowed."
    )
    if not reason:
        return advice
    from django.conf import settings

    header = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").title()
    header = header.replace("Csrftoken", "CSRFToken")
    return (
        f"{advice}\n"
        f"{reason} Put {{{{ csrf_input }}}} inside the form of the template, or send the value of"
        f" {{{{ csrf_token() }}}} in the header {header}. If the view is for other programs than"
        " browsers, put @csrf_exempt on it. This hint is for debug mode only."
    )
