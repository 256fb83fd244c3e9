"""System check of refused forms: who answers them, and in which template language.

Flask: ``errorhandler(403)``. Django: the system check framework, ``CSRF_FAILURE_VIEW``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.template import TemplateDoesNotExist, loader
from django.views.csrf import CSRF_FAILURE_TEMPLATE_NAME

from .checks import checked_apps, note
from .mounts import has_project_urls

if TYPE_CHECKING:
    from ..app import Flask

_MIDDLEWARE = "django.middleware.csrf.CsrfViewMiddleware"
_DJANGOS_ANSWER = "django.views.csrf.csrf_failure"
#: Methods that the middleware lets through without a token.
_UNCHECKED_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def check_refusals(**kwargs: Any) -> list[CheckMessage]:
    """Find out whether refused forms of applications get a page that means nothing to them."""
    if not has_project_urls() or _MIDDLEWARE not in settings.MIDDLEWARE or _answers_refusals():
        return []
    names = [repr(name) for app, name in checked_apps().items() if _has_checked_view(app)]
    if not names:
        return []
    return [
        note(
            f"Forms of {', '.join(names)} that come without a CSRF token are answered with Django's"
            " own page, whose advice is for Django's template language.",
            "Set CSRF_FAILURE_VIEW = 'flaskish.bridge.csrf.csrf_failure', and the application's"
            " handler for 403 answers; in debug mode it is told what to do. Or write a template"
            f" {CSRF_FAILURE_TEMPLATE_NAME!r}.",
            None,
            15,
        )
    ]


def _answers_refusals() -> bool:
    """Tell whether the project has a page of its own for requests that the middleware refuses."""
    if settings.CSRF_FAILURE_VIEW != _DJANGOS_ANSWER:
        return True
    try:
        loader.get_template(CSRF_FAILURE_TEMPLATE_NAME)
    except TemplateDoesNotExist:
        return False
    return True


def _has_checked_view(app: Flask) -> bool:
    return any(
        (rule.methods or set()) - _UNCHECKED_METHODS
        and not getattr(app.view_functions.get(rule.endpoint), "csrf_exempt", False)
        for rule in app.url_map.iter_rules()
    )
