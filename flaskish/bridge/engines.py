"""What the template engines of a project have for the pages of an application, and the reverse.

Flask: Templates, context processors, ``gettext``. Django: ``TEMPLATES``, ``engines``.
"""

from __future__ import annotations

import sys
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2

    from ..app import Flask
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


@cache
def _engines() -> tuple[Any, type[Any]]:
    # Loaded by projects with templates only.
    from django.template import engines
    from django.template.backends.django import DjangoTemplates

    return engines, DjangoTemplates


def _find_processors() -> Iterable[Any]:
    engines, djangos_class = _engines()
    found: Iterable[Any] = ()
    for engine in engines.all():
        if getattr(engine, "is_flasks", False):
            own: Iterable[Any] = getattr(engine, "template_context_processors", ())
            if own:
                return own
        if isinstance(engine, djangos_class) and not found:
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

    Differs from Flask: a ``Markup`` that a template of Django's finds in an attribute of an object,
    rather than in its variables, is escaped once more by filters such as ``lower``.
    """
    http_request = None
    if request is not None:
        # Its pages were written for Django's request, which knows the whole path.
        http_request = request.django
        context = {**context, "request": http_request}
    if isinstance(getattr(template, "backend", None), _engines()[1]):
        # Loaded by pages only: it needs Jinja.
        from .page_variables import render

        return render(template, context, http_request)
    return template.render(context, http_request)  # type: ignore[no-any-return]


class Origin:
    """Where a template comes from, or was looked for, for Django's debug page and tools.

    :param name: The file.
    :param template_name: The name of the template.
    :param loader_name: The application that loads it.
    """

    def __init__(self, name: str | None, template_name: str | None, loader_name: str) -> None:
        self.name = name
        self.template_name = template_name
        self.loader_name = loader_name

    def __str__(self) -> str:
        return str(self.name)


def template_folders(app: Flask) -> list[str]:
    """Return the folders where an application looks for templates, in its order.

    :param app: The application.
    """
    return [
        folder
        for owner in (app, *app.iter_blueprints())
        for folder in getattr(owner.jinja_loader, "searchpath", ())
    ]


class RenderedTemplate:
    """A template of an application as listeners to Django's signal know templates.

    :param app: The application.
    :param template: The template.
    """

    def __init__(self, app: Flask, template: jinja2.Template) -> None:
        self.name = template.name
        # A template from a string has a name for a file that there is not.
        file = template.filename if template.name else None
        self.origin = Origin(file, template.name, app.name)
        self.backend = SimpleNamespace(name=app.name, dirs=template_folders(app))


def announce_to_tests(
    app: Flask, templates: Iterable[jinja2.Template], context: dict[str, Any]
) -> None:
    """Send Django's signal for rendered templates, which ``assertTemplateUsed`` listens to.

    :param app: The application.
    :param templates: The template of the page, and those that it used.
    :param context: The variables.
    """
    from django.template import Context
    from django.test.signals import template_rendered

    for template in templates:
        rendered = RenderedTemplate(app, template)
        template_rendered.send(sender=rendered, template=rendered, context=Context(context))


def tests_listen() -> bool:
    """Tell whether anybody listens to Django's signal for rendered templates."""
    # Only a test, or a tool for developers, has loaded the module.
    signals = sys.modules.get("django.test.signals")
    return signals is not None and bool(signals.template_rendered.receivers)


def add_project_helpers(environment: Environment) -> None:
    """Give Jinja the translations of Django and what its templates do with times.

    ``{% trans %}``, ``_``, ``gettext`` and its kin, and the filters ``localtime`` and ``date``. An
    application or an extension that has its own of these registers them later, which replaces them.

    :param environment: The environment of an application in a project, or with settings of its own.
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
