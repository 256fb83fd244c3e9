"""Jinja templates of an application and its blueprints.

Flask: Templates. Django: ``django.template``; ``bridge.templates`` joins the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from jinja2 import BaseLoader, Template, TemplateNotFound, TemplatesNotFound
from jinja2 import Environment as BaseEnvironment
from jinja2.runtime import Context, new_context

from .bridge.engines import (
    announce_to_tests,
    find_django_template,
    render_django_template,
    tests_listen,
)
from .bridge.safe_strings import (
    CONVERTED_TYPES,
    MARKUP_FILTERS,
    SafeStringCodeGenerator,
    to_markup,
)
from .globals import _current_app, _cv_request
from .helpers import stream_with_context
from .scaffold import _default_template_ctx_processor as _default_template_ctx_processor
from .signals import before_render_template, template_rendered

if TYPE_CHECKING:
    from jinja2.nodes import EvalContext

    from .app import Flask
    from .scaffold import Scaffold

#: The source, the file's path, and a function that tells whether it is still current.
Source = tuple[str, str | None, Callable[[], bool] | None]


class _FlatTemplate(Template):
    """A template that gives a page its globals in one dict.

    Jinja makes that dict of a chain of dicts, which it asks for each name.
    """

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        maps = getattr(self.globals, "maps", (self.globals,))
        names: dict[str, Any] = {}
        for mapping in reversed(maps):
            names.update(mapping)
        return new_context(self.environment, self.name, self.blocks, vars, shared, names, locals)


class Environment(BaseEnvironment):
    """Jinja's environment, which knows the templates of blueprints.

    :param app: The application.
    :param options: What Jinja's environment takes.
    """

    code_generator_class = SafeStringCodeGenerator
    template_class = _FlatTemplate
    # What compiled pages look for, and what they do with it.
    converted_types = CONVERTED_TYPES
    lazy_type = Promise
    to_markup = staticmethod(to_markup)

    def __init__(self, app: Flask, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        super().__init__(**options)
        self.app = app

    def call_filter(
        self,
        name: str,
        value: Any,
        args: Any = None,
        kwargs: Any = None,
        context: Context | None = None,
        eval_ctx: EvalContext | None = None,
    ) -> Any:
        # By name, as ``map`` does; a filter that a page has is compiled.
        if eval_ctx is None and context is not None:
            eval_ctx = context.eval_ctx
        if name in MARKUP_FILTERS and eval_ctx is not None and eval_ctx.autoescape:
            value = to_markup(value)
            args = args and list(map(to_markup, args))
            kwargs = kwargs and {key: to_markup(item) for key, item in kwargs.items()}
        return super().call_filter(name, value, args, kwargs, context, eval_ctx)

    def get_template(self, name: Any, *args: Any, **kwargs: Any) -> Template:
        try:
            return _note_use(super().get_template(name, *args, **kwargs))
        except TemplateNotFound as error:
            _note_folders(self.app, error)
            raise

    def select_template(self, names: Any, *args: Any, **kwargs: Any) -> Template:
        try:
            return _note_use(super().select_template(names, *args, **kwargs))
        except TemplateNotFound as error:
            _note_folders(self.app, error)
            raise


def _note_folders(app: Flask, error: TemplateNotFound) -> None:
    # Loaded by errors only.
    from .debughelpers import note_template_folders

    note_template_folders(app, error)


#: The templates that the current rendering uses, where a test wants to know.
_used_templates: ContextVar[list[Template] | None] = ContextVar("flaskish.templates", default=None)


def _note_use(template: Template) -> Template:
    used = _used_templates.get()
    if used is not None:
        used.append(template)
    return template


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


# Under Flask's name, by which test helpers replace it.
def _render(app: Flask, template: Any, context: dict[str, Any]) -> str:
    """Render a template, one of Django's too, while the application's contexts are current.

    :param app: The application.
    :param template: The template.
    :param context: The variables; those of the context processors are added.
    """
    app.update_template_context(context)
    _announce(before_render_template, app, template, context)
    if not isinstance(template, Template):
        text = _render_djangos(template, context)
    elif tests_listen():
        text = _render_for_tests(app, template, context)
    else:
        text = _render_with_debug(app, template, context)
    _announce(template_rendered, app, template, context)
    return text


def _render_djangos(template: Any, context: dict[str, Any]) -> str:
    request_context = _cv_request.get()
    request = None if request_context is None else request_context.request
    return render_django_template(template, context, request)


def _render_with_debug(app: Flask, template: Template, context: dict[str, Any]) -> str:
    try:
        return template.render(context)
    except Exception as error:
        _add_debug(app, error)
        raise


def _add_debug(app: Flask, error: Exception) -> None:
    if app.debug:
        # Loaded by errors.
        from .bridge.template_debug import add_template_debug

        add_template_debug(error)


def _render_for_tests(app: Flask, template: Template, context: dict[str, Any]) -> str:
    used = [template]
    token = _used_templates.set(used)
    try:
        return _render_with_debug(app, template, context)
    finally:
        _used_templates.reset(token)
        announce_to_tests(app, used, context)


def _stream(app: Flask, template: Any, context: dict[str, Any]) -> Iterator[str]:
    app.update_template_context(context)
    _announce(before_render_template, app, template, context)
    if tests_listen() and isinstance(template, Template):
        # Django's test client listens no longer when it reads the stream.
        announce_to_tests(app, [template], context)

    def generate() -> Iterator[str]:
        if isinstance(template, Template):
            yield from _generate(app, template, context)
        else:
            yield _render_djangos(template, context)
        _announce(template_rendered, app, template, context)

    if _cv_request.get() is None:
        return generate()
    return stream_with_context(generate())  # type: ignore[no-any-return]


def _generate(app: Flask, template: Template, context: dict[str, Any]) -> Iterator[str]:
    chunks = template.generate(context)
    if tests_listen():
        chunks = _generate_for_tests(app, chunks, context)
    try:
        yield from chunks
    except Exception as error:
        _add_debug(app, error)
        raise


def _generate_for_tests(
    app: Flask, chunks: Iterator[str], context: dict[str, Any]
) -> Iterator[str]:
    """Announce what a page uses, chunk by chunk: between them somebody else may render one."""
    chunk: str | None = ""
    while chunk is not None:
        used: list[Template] = []
        token = _used_templates.set(used)
        try:
            chunk = next(chunks, None)
        finally:
            _used_templates.reset(token)
            announce_to_tests(app, used, context)
        if chunk is not None:
            yield chunk


def _announce(signal: Any, app: Flask, template: Template, context: dict[str, Any]) -> None:
    if signal.receivers:
        signal.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)


def _find_template(app: Flask, name_or_list: str | Template | list[str | Template]) -> Any:
    """Return the template, of several the first that exists; the project's are asked last."""
    try:
        return _find_own_or_django_template(app, name_or_list)
    except Exception as error:
        _add_debug(app, error)
        raise


def _find_own_or_django_template(app: Flask, name_or_list: Any) -> Any:
    names = [name_or_list] if isinstance(name_or_list, (str, Template)) else list(name_or_list)
    for name in names:
        try:
            return app.jinja_env.get_or_select_template(name)
        except TemplateNotFound:
            found = find_django_template(str(name))
            if found is not None:
                return found
            if name is name_or_list:
                raise
    if not names:
        # Jinja has words for this mistake.
        return app.jinja_env.select_template(names)
    error = TemplatesNotFound([str(name) for name in names])
    _note_folders(app, error)
    raise error


def render_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> str:
    """Render a template. In a project it may be one that only the project has.

    :param template_name_or_list: Name of the template; of several, the first that exists.
    :param context: The variables of the template.
    :raises TemplateNotFound: There is no such template.

    Flask: Rendering Templates. Django: ``django.shortcuts.render``.
    """
    app = _current_app()
    return _render(app, _find_template(app, template_name_or_list), context)


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
    return _stream(app, _find_template(app, template_name_or_list), context)


def stream_template_string(source: str, **context: Any) -> Iterator[str]:
    """Render a template from a string piece by piece, for a streamed response.

    :param source: The source of the template.
    :param context: The variables of the template.
    """
    app = _current_app()
    return _stream(app, app.jinja_env.from_string(source), context)
