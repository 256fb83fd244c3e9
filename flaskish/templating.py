"""Jinja templates of an application and its blueprints.

Flask: Templates. Django: ``django.template``; ``bridge.templates`` joins the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Template, TemplateNotFound
from jinja2 import Environment as BaseEnvironment

from .globals import _current_app, _cv_app, _cv_request
from .helpers import stream_with_context
from .signals import before_render_template, template_rendered

if TYPE_CHECKING:
    from .app import Flask
    from .scaffold import Scaffold

#: The source, the file's path, and a function that tells whether it is still current.
Source = tuple[str, str | None, Callable[[], bool] | None]


def _default_template_ctx_processor() -> dict[str, Any]:
    """Add ``g`` and ``request`` where there are any; ``session`` is asked for by its proxy."""
    context: dict[str, Any] = {}
    app_context = _cv_app.get()
    if app_context is not None:
        context["g"] = app_context.g
    request_context = _cv_request.get()
    if request_context is not None:
        context["request"] = request_context.request
    return context


class Environment(BaseEnvironment):
    """Jinja's environment, which knows the templates of blueprints.

    :param app: The application.
    :param options: What Jinja's environment takes.
    """

    def __init__(self, app: Flask, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        super().__init__(**options)
        self.app = app


class DispatchingJinjaLoader(BaseLoader):
    """Asks the application's loader, then those of its blueprints.

    :param app: The application.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app

    def get_source(self, environment: BaseEnvironment, template: str) -> Source:
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            return self._get_source_explained(environment, template)
        return self._get_source_fast(environment, template)

    def _get_source_fast(self, environment: BaseEnvironment, template: str) -> Source:
        for _, loader in self._iter_loaders(template):
            try:
                return loader.get_source(environment, template)
            except TemplateNotFound:
                continue
        raise TemplateNotFound(template)

    def _get_source_explained(self, environment: BaseEnvironment, template: str) -> Source:
        """Ask all loaders, and log what each had to say."""
        attempts: list[tuple[BaseLoader, Scaffold, Source | None]] = []
        for owner, loader in self._iter_loaders(template):
            try:
                source: Source | None = loader.get_source(environment, template)
            except TemplateNotFound:
                source = None
            attempts.append((loader, owner, source))

        from .debughelpers import explain_template_loading_attempts

        explain_template_loading_attempts(self.app, template, attempts)
        for _, _, source in attempts:
            if source is not None:
                return source
        raise TemplateNotFound(template)

    def _iter_loaders(self, template: str) -> Iterator[tuple[Scaffold, BaseLoader]]:
        for owner in (self.app, *self.app.iter_blueprints()):
            loader = owner.jinja_loader
            if loader is not None:
                yield owner, loader

    def list_templates(self) -> list[str]:
        return list(
            {name for _, loader in self._iter_loaders("") for name in loader.list_templates()}
        )


def _render(app: Flask, template: Template, context: dict[str, Any]) -> str:
    app.update_template_context(context)
    _announce(before_render_template, app, template, context)
    text = template.render(context)
    _announce(template_rendered, app, template, context)
    return text


def _stream(app: Flask, template: Template, context: dict[str, Any]) -> Iterator[str]:
    app.update_template_context(context)
    _announce(before_render_template, app, template, context)

    def generate() -> Iterator[str]:
        yield from template.generate(context)
        _announce(template_rendered, app, template, context)

    if _cv_request.get() is None:
        return generate()
    return stream_with_context(generate())  # type: ignore[no-any-return]


def _announce(signal: Any, app: Flask, template: Template, context: dict[str, Any]) -> None:
    if signal.receivers:
        signal.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)


def render_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> str:
    """Render a template.

    :param template_name_or_list: Name of the template; of several, the first that exists.
    :param context: The variables of the template.
    :raises TemplateNotFound: There is no such template.

    Flask: Rendering Templates. Django: ``django.shortcuts.render``.
    """
    app = _current_app()
    return _render(app, app.jinja_env.get_or_select_template(template_name_or_list), context)


def render_template_string(source: str, **context: Any) -> str:
    """Render a template from a string.

    :param source: The source of the template.
    :param context: The variables of the template.
    """
    app = _current_app()
    return _render(app, app.jinja_env.from_string(source), context)


def stream_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> Iterator[str]:
    """Render a template piece by piece, for a streamed response.

    :param template_name_or_list: Name of the template; of several, the first that exists.
    :param context: The variables of the template.
    :raises TemplateNotFound: There is no such template.
    """
    app = _current_app()
    return _stream(app, app.jinja_env.get_or_select_template(template_name_or_list), context)


def stream_template_string(source: str, **context: Any) -> Iterator[str]:
    """Render a template from a string piece by piece, for a streamed response.

    :param source: The source of the template.
    :param context: The variables of the template.
    """
    app = _current_app()
    return _stream(app, app.jinja_env.from_string(source), context)
