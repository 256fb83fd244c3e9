"""What the template engines of a project have for the pages of an application, and the reverse.

Flask: Templates, context processors, ``gettext``. Django: ``TEMPLATES``, ``engines``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2

    from ..templating import Environment
    from ..wrappers import Request


def project_context(request: Request, environment: Environment) -> dict[str, Any]:
    """Return what the project's context processors have for a page.

    They are those of an engine ``FlaskTemplates`` that names some, else those of the first engine
    with Django's own templates. What has the name of a Jinja global is left out: processors would
    hide what the application registered.

    :param request: The request.
    :param environment: The environment that will render the page.
    """
    # Middleware had a request of Django's; to make one now would be work for nothing.
    http_request = request.__dict__.get("django")
    if http_request is None or not settings.TEMPLATES:
        return {}
    context: dict[str, Any] = {}
    for processor in _find_processors():
        context.update(processor(http_request))
    reserved = environment.globals
    return {name: value for name, value in context.items() if name not in reserved}


def _find_processors() -> Iterable[Any]:
    # Loaded by projects with templates only.
    from django.template import engines
    from django.template.backends.django import DjangoTemplates

    found: Iterable[Any] = ()
    for engine in engines.all():
        if getattr(engine, "is_flasks", False):
            own: Iterable[Any] = getattr(engine, "template_context_processors", ())
            if own:
                return own
        if isinstance(engine, DjangoTemplates) and not found:
            found = engine.engine.template_context_processors
    return found


def find_django_template(name: str) -> Any:
    """Find a template of the project's that no application has.

    :param name: The name of the template.
    :return: The template; ``None`` if no engine of the project has it.
    """
    if not settings.TEMPLATES:
        return None
    from django.template import TemplateDoesNotExist, engines

    for engine in engines.all():
        if getattr(engine, "is_flasks", False):
            continue
        try:
            return engine.get_template(name)
        except TemplateDoesNotExist:
            continue
    return None


def render_django_template(template: Any, context: dict[str, Any], request: Request | None) -> str:
    """Render a template of the project's.

    :param template: The template.
    :param context: Its variables, those of the application's context processors included.
    :param request: The current request, if any.
    """
    if request is None:
        return template.render(context)  # type: ignore[no-any-return]
    # Its pages were written for Django's request, which knows the whole path.
    return template.render({**context, "request": request.django}, request.django)  # type: ignore[no-any-return]


def announce_to_tests(templates: Iterable[jinja2.Template], context: dict[str, Any]) -> None:
    """Send Django's signal for rendered templates, which ``assertTemplateUsed`` listens to.

    :param templates: The template of the page, and those that it used.
    :param context: The variables.
    """
    from django.template import Context
    from django.test.signals import template_rendered

    for template in templates:
        template_rendered.send(sender=template, template=template, context=Context(context))


def tests_listen() -> bool:
    """Tell whether anybody listens to Django's signal for rendered templates."""
    # Only a test, or a tool for developers, has loaded the module.
    signals = sys.modules.get("django.test.signals")
    return signals is not None and bool(signals.template_rendered.receivers)


def add_project_helpers(environment: Environment) -> None:
    """Give Jinja the translations of Django and what its templates do with times.

    ``{% trans %}``, ``_``, ``gettext`` and its kin, and the filters ``localtime`` and ``date``. An
    application or an extension that has its own of these registers them later, which replaces them.

    :param environment: The environment of an application in a project.
    """
    from django.utils import translation

    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        # The new style takes whatever it translates for safe markup, a user's text, too.
        newstyle=False,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    environment.filters.update(localtime=_localtime, date=_date)


def _localtime(value: Any) -> Any:
    """Convert a time to the current time zone."""
    from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

    return template_localtime(value, use_tz=True)


def _date(value: Any, format: str | None = None) -> str:
    """Write a time, in the current time zone, as Django's filter of the name does."""
    from django.template.defaultfilters import date

    return date(_localtime(value), format)
