"""The CSRF token in Jinja templates.

Flask: none; extensions offer ``csrf_token()``. Django: ``django.middleware.csrf``.
"""

from __future__ import annotations

from markupsafe import Markup

from ..globals import request


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
