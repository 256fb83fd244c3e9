"""The backend by which Django renders the Jinja pages of applications.

Flask: ``render_template``. Django: ``TEMPLATES``, ``django.shortcuts.render``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jinja2
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends.base import BaseEngine
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from ..globals import _cv_app, _cv_request
from ..templating import _render
from ..werkzeug.exceptions import NotFound
from .contexts import make_context_without_rule
from .engines import Origin, template_folders
from .mounts import mount_prefix, mounts
from .template_debug import add_template_debug

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..app import Flask
    from ..ctx import RequestContext

_OPTIONS = ("apps", "context_processors")


class FlaskTemplates(BaseEngine):
    """Renders the Jinja pages of applications for Django's side.

    ::

        TEMPLATES = [
            {"BACKEND": "flaskish.bridge.templates.FlaskTemplates"},
            ...,
        ]

    ``OPTIONS`` may have ``apps``, a list of paths such as ``"shop.app"``; without it all mounted
    applications are asked. ``context_processors`` replaces those of the project's other engine.

    :param params: An entry of ``TEMPLATES``.
    :raises ImproperlyConfigured: It has folders, or options of another engine.
    """

    #: Tells this engine from those of the project, without loading it.
    is_flasks = True

    def __init__(self, params: dict[str, Any]) -> None:
        params = params.copy()
        options = params.pop("OPTIONS", {})
        super().__init__(params)
        if self.dirs or self.app_dirs:
            raise ImproperlyConfigured(
                f"The template engine {self.name!r} has DIRS or APP_DIRS. Its templates come from"
                " the template folders of the applications and their blueprints; remove both."
            )
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ImproperlyConfigured(
                f"The template engine {self.name!r} has the unknown options {unknown}. It takes"
                f" {', '.join(_OPTIONS)}; set options of Jinja on app.jinja_options."
            )
        self._app_paths: list[str] = options.get("apps", [])
        self._processor_paths: list[str] = options.get("context_processors", [])

    @cached_property
    def template_context_processors(self) -> tuple[Any, ...]:
        """The context processors of this engine."""
        return tuple(map(import_string, self._processor_paths))

    def _iter_apps(self) -> Iterator[Flask]:
        """Go through the applications, the one that answers the request first."""
        named = [import_string(path) for path in self._app_paths]
        apps: list[Flask] = named or list(dict.fromkeys(mount.app for mount in mounts()))
        context = _cv_app.get()
        if context is not None and context.app in apps:
            yield context.app
        for app in apps:
            if context is None or app is not context.app:
                yield app

    def from_string(self, template_code: str) -> AppTemplate:
        """Make a template from its source.

        :param template_code: The source.
        :raises ImproperlyConfigured: There is no application.
        """
        for app in self._iter_apps():
            return self._load(app, app.jinja_env.from_string, template_code)
        raise ImproperlyConfigured(
            f"The template engine {self.name!r} has no application. Mount one, or name one in the"
            " option 'apps'."
        )

    def get_template(self, template_name: str) -> AppTemplate:
        """Find a template.

        :param template_name: The name of the template.
        :raises TemplateDoesNotExist: No application has it.
        :raises TemplateSyntaxError: It does not parse.
        """
        tried: list[tuple[Any, str]] = []
        for app in self._iter_apps():
            try:
                return self._load(app, app.jinja_env.get_template, template_name)
            except jinja2.TemplateNotFound:
                tried += _describe_search(app, template_name)
        raise TemplateDoesNotExist(template_name, tried=tried, backend=self)

    def _load(self, app: Flask, load: Any, source: str) -> AppTemplate:
        try:
            return AppTemplate(app, load(source), self)
        except jinja2.TemplateSyntaxError as error:
            raise to_django_syntax_error(error) from error


def to_django_syntax_error(error: jinja2.TemplateSyntaxError) -> TemplateSyntaxError:
    """Translate an error of Jinja's parser.

    :param error: The error.
    """
    add_template_debug(error)
    translated = TemplateSyntaxError(error.message)
    translated.template_debug = getattr(error, "template_debug", None)  # type: ignore[attr-defined]
    return translated


def _describe_search(app: Flask, template_name: str) -> list[tuple[Origin, str]]:
    """Return where an application looked for a template, for Django's debug page."""
    return [
        (Origin(f"{folder}/{template_name}", template_name, app.name), "Source does not exist")
        for folder in template_folders(app)
    ]


class AppTemplate:
    """A template of an application in the form that Django renders.

    :param app: The application.
    :param template: The template.
    :param backend: The engine.
    """

    def __init__(self, app: Flask, template: jinja2.Template, backend: FlaskTemplates) -> None:
        self.app = app
        self.template = template
        self.backend = backend
        self.origin = Origin(template.filename, template.name, app.name)

    @property
    def name(self) -> str | None:
        """The name of the template."""
        return self.template.name

    def render(
        self, context: dict[str, Any] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        """Render the template, with the application's contexts around it.

        :param context: The variables.
        :param request: Django's request.
        """
        with _contexts_of(self.app, request):
            try:
                return mark_safe(_render(self.app, self.template, dict(context or {})))
            except jinja2.TemplateSyntaxError as error:
                raise to_django_syntax_error(error) from error


@contextmanager
def _contexts_of(app: Flask, http_request: HttpRequest | None) -> Iterator[None]:
    """Make the contexts current that a page of the application needs."""
    current = _cv_request.get()
    if (
        current is not None
        and current.app is app
        and http_request in (None, current.request.__dict__.get("django"))
    ):
        yield
    elif http_request is None:
        with app.app_context():
            yield
    else:
        with _make_request_context(app, http_request):
            yield


def _make_request_context(app: Flask, http_request: HttpRequest) -> RequestContext:
    # Django's URLconf led to this page, so that none of the application's rules is to be found.
    context = make_context_without_rule(app, http_request, NotFound())
    prefix = mount_prefix(app)
    if prefix is not None:
        # URLs are built from where the application is mounted, not from this page.
        environ = {**context.request.environ, "SCRIPT_NAME": prefix}
        context.url_adapter = app.create_url_adapter(app.request_class(environ))
    return context
