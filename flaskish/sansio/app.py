"""The part of an application that is set up before the first request.

Flask: ``flask.sansio.app.App``, the base of ``Flask``. Django: settings and URLconf.
"""

from __future__ import annotations

import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterable, ValuesView
from typing import TYPE_CHECKING, Any, TypeVar

from .. import werkzeug
from .._hooks import _split_blueprint_path
from .._packages import find_package
from ..bridge.settings import configure_django, remember_app, twin_defaults
from ..bridge.view_marks import adapt_decorated
from ..config import Config, ConfigAttribute, get_debug_flag
from ..ctx import _AppCtxGlobals
from ..json.provider import DefaultJSONProvider, JSONProvider
from ..scaffold import (
    Scaffold,
    _default_template_ctx_processor,
    _endpoint_from_view_func,
    setupmethod,
)
from ..werkzeug._properties import cached_property
from ..werkzeug.exceptions import Aborter, BadRequest, BadRequestKeyError, HTTPException
from ..werkzeug.routing import BuildError, Map, Rule
from ..werkzeug.sansio._lazy import on_demand

if TYPE_CHECKING:
    import asyncio

    from django.urls import URLResolver

    from .. import typing as ft
    from ..blueprints import Blueprint
    from ..bridge.urlconf import AppURLconf
    from ..templating import DispatchingJinjaLoader, Environment
    from ..testing import FlaskClient, FlaskCliRunner
    from ..werkzeug.wrappers import Response as BaseResponse
    from ..wrappers import Response

F = TypeVar("F", bound=Callable[..., Any])


def _load_jinja_environment() -> type[Environment]:
    from ..templating import Environment

    return Environment


class App(Scaffold):
    """An application's configuration and registrations; see ``Flask`` for the parameters."""

    aborter_class: type[Aborter] = Aborter
    jinja_environment: type[Environment] = on_demand(_load_jinja_environment)
    app_ctx_globals_class: type[_AppCtxGlobals] = _AppCtxGlobals
    config_class: type[Config] = Config
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    url_rule_class: type[Rule] = Rule
    url_map_class: type[Map] = Map
    test_client_class: type[FlaskClient] | None = None
    test_cli_runner_class: type[FlaskCliRunner] | None = None
    response_class: type[Response]
    default_config: dict[str, Any]

    #: Options of the Jinja environment, beside those the application sets by itself.
    jinja_options: dict[str, Any] = {}

    testing = ConfigAttribute[bool]("TESTING")
    secret_key = ConfigAttribute["str | bytes | None"]("SECRET_KEY")
    permanent_session_lifetime = ConfigAttribute[Any](
        "PERMANENT_SESSION_LIFETIME",
        get_converter=lambda value: _as_timedelta(value),
    )

    def __init__(
        self,
        import_name: str,
        static_url_path: str | None = None,
        static_folder: str | os.PathLike[str] | None = "static",
        static_host: str | None = None,
        host_matching: bool = False,
        subdomain_matching: bool = False,
        template_folder: str | os.PathLike[str] | None = "templates",
        instance_path: str | None = None,
        instance_relative_config: bool = False,
        root_path: str | None = None,
        django: dict[str, Any] | None = None,
    ) -> None:
        configure_django(django)
        super().__init__(
            import_name=import_name,
            static_folder=static_folder,
            static_url_path=static_url_path,
            template_folder=template_folder,
            root_path=root_path,
        )
        if instance_path is None:
            instance_path = self.auto_find_instance_path()
        elif not os.path.isabs(instance_path):
            raise ValueError(
                "If an instance path is provided it must be absolute. A relative path was given"
                " instead."
            )
        self.instance_path = instance_path
        self.config = self.make_config(instance_relative_config)
        self.aborter = self.make_aborter()
        self.json: JSONProvider = self.json_provider_class(self)
        self.url_map = self.url_map_class(host_matching=host_matching)
        self.subdomain_matching = subdomain_matching
        self.blueprints: dict[str, Blueprint] = {}
        self.template_context_processors[None].append(_default_template_ctx_processor)
        #: State of extensions, by the extension's name.
        self.extensions: dict[str, Any] = {}
        self.teardown_appcontext_funcs: list[ft.TeardownCallable] = []
        #: What an ASGI server runs before the first request, after the last one, and around all.
        self.before_serving_funcs: list[Callable[[], Any]] = []
        self.after_serving_funcs: list[Callable[[], Any]] = []
        self.while_serving_gens: list[Callable[[], Any]] = []
        #: The background tasks that run on the server's loop.
        self.background_tasks: set[asyncio.Task[None]] = set()
        self.shell_context_processors: list[ft.ShellContextProcessorCallable] = []
        #: Called in turn when ``url_for`` finds no rule: ``handler(error, endpoint, values)``.
        self.url_build_error_handlers: list[Callable[[Exception, str, dict[str, Any]], str]] = []
        self._got_first_request = False
        #: Whether ``SECURE_DEFAULTS`` has been heeded.
        self._is_secured = False
        #: What Django's side made of this application: see ``bridge.urlconf`` and ``.handlers``.
        self._urlconfs: dict[str, AppURLconf] = {}
        self._included_resolvers: dict[str, URLResolver] = {}
        self._middleware_handlers: dict[Callable[..., Any], tuple[Any, Any]] = {}
        remember_app(self)

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_first_request:
            raise AssertionError(
                f"The setup method '{f_name}' can no longer be called on the application. It has"
                " already handled its first request, any changes will not be applied"
                " consistently.\nMake sure all imports, decorators, functions, etc. needed to set"
                " up the application are done before running it."
            )

    # What the constructor makes, for subclasses to replace

    @cached_property
    def name(self) -> str:
        """The name of the application: its import name, or the name of the program's file."""
        if self.import_name != "__main__":
            return self.import_name
        path: str | None = getattr(sys.modules["__main__"], "__file__", None)
        if path is None:
            return "__main__"
        return os.path.splitext(os.path.basename(path))[0]

    @cached_property
    def logger(self) -> logging.Logger:
        """The application's logger, named like the application."""
        # Loaded by the first who has something to log.
        from ..logging import create_logger

        return create_logger(self)  # type: ignore[arg-type]

    @cached_property
    def jinja_env(self) -> Environment:
        """The Jinja environment; made on first use, from :attr:`jinja_options` as they are then."""
        return self.create_jinja_environment()

    def create_jinja_environment(self) -> Environment:
        raise NotImplementedError

    def create_global_jinja_loader(self) -> DispatchingJinjaLoader:
        """Make the loader that asks the application's own loader, then the blueprints'."""
        # Jinja is loaded by the first template.
        from ..templating import DispatchingJinjaLoader

        return DispatchingJinjaLoader(self)  # type: ignore[arg-type]

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Tell whether a template is escaped: by its extension; templates from strings are.

        :param filename: Name of the template, ``None`` for one from a string.
        """
        if filename is None:
            return True
        return filename.endswith((".html", ".htm", ".xml", ".xhtml", ".svg"))

    def make_config(self, instance_relative: bool = False) -> Config:
        """Make the configuration: the defaults, then those that Django's settings give.

        :param instance_relative: Whether files are looked for in the instance folder.
        """
        root_path = self.instance_path if instance_relative else self.root_path
        defaults = {**self.default_config, "DEBUG": get_debug_flag(), **twin_defaults()}
        return self.config_class(root_path, defaults)

    def make_aborter(self) -> Aborter:
        """Make the object behind ``abort``."""
        return self.aborter_class()

    def auto_find_instance_path(self) -> str:
        """Find the instance folder: beside the package, or under the installation's ``var``."""
        prefix, package_path = find_package(self.import_name)
        if prefix is None:
            return os.path.join(package_path, "instance")
        return os.path.join(prefix, "var", f"{self.name}-instance")

    @property
    def debug(self) -> bool:
        """Whether debug mode is on: ``config["DEBUG"]``."""
        return self.config["DEBUG"]  # type: ignore[no-any-return]

    @debug.setter
    def debug(self, value: bool) -> None:
        self.config["DEBUG"] = value
        if self.config["TEMPLATES_AUTO_RELOAD"] is None and "jinja_env" in self.__dict__:
            self.jinja_env.auto_reload = value

    # Blueprints and rules

    @setupmethod
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register a blueprint.

        :param blueprint: The blueprint.
        :param options: Replace the blueprint's own values: ``url_prefix``, ``name``, ...
        :raises ValueError: The name is taken.
        """
        blueprint.register(self, options)

    def iter_blueprints(self) -> ValuesView[Blueprint]:
        """Return the blueprints in the order of their registration."""
        return self.blueprints.values()

    @setupmethod
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: ft.RouteCallable | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Register a URL rule, and a view function for its endpoint.

        :param rule: The rule, for example ``"/user/<name>"``.
        :param endpoint: The name of the view; the function's name by default.
        :param view_func: The view function; it can be given later by :meth:`endpoint`.
        :param provide_automatic_options: Whether OPTIONS requests are answered without the view.
        :param options: What ``Rule`` takes: ``methods``, ``defaults``, ``subdomain``, ...
        :raises TypeError: ``methods`` is a string.
        :raises AssertionError: The endpoint has another view function.
        :raises ValueError: The rule does not parse.

        Flask: URL Route Registrations. Django: ``path()``.
        """
        if endpoint is None:
            endpoint = _endpoint_from_view_func(view_func)
        methods = options.pop("methods", None)
        if methods is None:
            methods = getattr(view_func, "methods", None) or ("GET",)
        if isinstance(methods, str):
            raise TypeError(
                "Allowed methods must be a list of strings, for example: @app.route(...,"
                ' methods=["POST"])'
            )
        methods = {method.upper() for method in methods}
        if provide_automatic_options is None:
            provide_automatic_options = getattr(view_func, "provide_automatic_options", None)
        required_methods = getattr(view_func, "required_methods", ())
        if provide_automatic_options is None:
            provide_automatic_options = (
                "OPTIONS" not in methods and self.config["PROVIDE_AUTOMATIC_OPTIONS"]
            )
            if provide_automatic_options:
                methods.add("OPTIONS")
        methods.update(required_methods)

        rule_object = self.url_rule_class(rule, methods=methods, endpoint=endpoint, **options)
        rule_object.provide_automatic_options = provide_automatic_options  # type: ignore[attr-defined]
        self.url_map.add(rule_object)
        if view_func is not None:
            self._set_view_function(endpoint, view_func)

    def _set_view_function(self, endpoint: str, view_func: ft.RouteCallable) -> None:
        view_func = adapt_decorated(view_func)
        existing = self.view_functions.setdefault(endpoint, view_func)
        if existing != view_func:
            raise AssertionError(
                f"View function mapping is overwriting an existing endpoint function: {endpoint}."
                f" It is {_describe_function(existing)}, and would be"
                f" {_describe_function(view_func)}. Give one of them another name or 'endpoint'; a"
                " decorator keeps the name with functools.wraps."
            )

    # Templates

    @setupmethod
    def template_filter(self, name: str | None = None) -> Callable[[F], F]:
        """Register a Jinja filter, as a decorator.

        :param name: The filter's name; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_template_filter(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_template_filter(self, f: ft.TemplateFilterCallable, name: str | None = None) -> None:
        """Register a Jinja filter.

        :param f: Takes the value to filter, and the filter's arguments.
        :param name: The filter's name; the function's name by default.
        """
        self.jinja_env.filters[name or f.__name__] = f

    @setupmethod
    def template_test(self, name: str | None = None) -> Callable[[F], F]:
        """Register a Jinja test, as a decorator.

        :param name: The test's name; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_template_test(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_template_test(self, f: ft.TemplateTestCallable, name: str | None = None) -> None:
        """Register a Jinja test.

        :param f: Takes the value to test and returns a bool.
        :param name: The test's name; the function's name by default.
        """
        self.jinja_env.tests[name or f.__name__] = f

    @setupmethod
    def template_global(self, name: str | None = None) -> Callable[[F], F]:
        """Register a function for use in all templates, as a decorator.

        :param name: The name in templates; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_template_global(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_template_global(self, f: ft.TemplateGlobalCallable, name: str | None = None) -> None:
        """Register a function for use in all templates.

        :param f: The function.
        :param name: The name in templates; the function's name by default.
        """
        self.jinja_env.globals[name or f.__name__] = f

    # Hooks of the application context and the shell

    @setupmethod
    def teardown_appcontext(self, f: F) -> F:
        """Register a function to run at the end of each application context.

        :param f: Takes the error that ended the work, or ``None``.
        """
        self.teardown_appcontext_funcs.append(f)
        return f

    @setupmethod
    def shell_context_processor(self, f: F) -> F:
        """Register a function whose dict is added to the names of the interactive shell.

        :param f: Takes nothing and returns a dict.
        """
        self.shell_context_processors.append(f)
        return f

    # Hooks of an ASGI server's life

    @setupmethod
    def before_serving(self, f: F) -> F:
        """Register a function to run before an ASGI server's first request.

        :param f: Takes nothing, sync or async; it runs in an application context.

        Flask: none. Django: none.
        """
        self.before_serving_funcs.append(f)
        return f

    @setupmethod
    def after_serving(self, f: F) -> F:
        """Register a function to run after an ASGI server's last request.

        :param f: Takes nothing, sync or async; it runs in an application context.
        """
        self.after_serving_funcs.append(f)
        return f

    @setupmethod
    def while_serving(self, f: F) -> F:
        """Register a generator function to run around all requests of an ASGI server.

        :param f: Takes nothing and yields once, sync or async.
        """
        self.while_serving_gens.append(f)
        return f

    # Errors

    def _find_error_handler(
        self, e: Exception, blueprints: list[str]
    ) -> ft.ErrorHandlerCallable | None:
        """Find the handler for an error.

        Handlers of the error's code come before handlers of its class alone; within each, the
        blueprints (innermost first) before the application; then the nearest class.
        """
        exc_class = type(e)
        code = exc_class.code if issubclass(exc_class, HTTPException) else None
        spec = self.error_handler_spec
        for wanted_code in (None,) if code is None else (code, None):
            for name in (*blueprints, None):
                by_code = spec.get(name)
                by_class = by_code.get(wanted_code) if by_code else None
                if not by_class:
                    continue
                for cls in exc_class.__mro__:
                    handler = by_class.get(cls)
                    if handler is not None:
                        return handler
        return None

    def trap_http_exception(self, e: Exception) -> bool:
        """Tell whether an HTTP error is treated like any other error, as ``TRAP_*`` say.

        :param e: The error.
        """
        if self.config["TRAP_HTTP_EXCEPTIONS"]:
            return True
        trap_bad_request = self.config["TRAP_BAD_REQUEST_ERRORS"]
        if trap_bad_request is None:
            return self.debug and isinstance(e, BadRequestKeyError)
        return bool(trap_bad_request) and isinstance(e, BadRequest)

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Tell whether teardown functions should not hear of an error; for subclasses to replace.

        :param error: The error that ended the request.
        """
        return False

    # URLs

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Make a redirect response.

        :param location: The URL to go to.
        :param code: The status code.
        """
        return werkzeug.utils.redirect(location, code, self.response_class)

    def inject_url_defaults(self, endpoint: str, values: dict[str, Any]) -> None:
        """Let the ``url_defaults`` functions add to the values of a URL.

        :param endpoint: The endpoint; its blueprints' functions run after the application's.
        :param values: The values, changed in place.
        """
        if not self.url_default_functions:
            return
        names: Iterable[str | None] = (None,)
        if "." in endpoint:
            blueprints = _split_blueprint_path(endpoint.rpartition(".")[0])
            names = (None, *reversed(blueprints))
        for name in names:
            for function in self.url_default_functions.get(name, ()):
                function(endpoint, values)

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, Any]
    ) -> str:
        """Ask the ``url_build_error_handlers`` for a URL when no rule fits.

        :param error: The error.
        :param endpoint: The endpoint that was asked for.
        :param values: The values, with ``_anchor`` and its kin.
        :raises BuildError: No handler knew a URL either.
        """
        for handler in self.url_build_error_handlers:
            try:
                url = handler(error, endpoint, values)
            except BuildError as next_error:
                error = next_error
            else:
                if url is not None:
                    return url
        # The active exception goes on as it is, with its traceback.
        if error is sys.exc_info()[1]:
            raise
        raise error


def _describe_function(function: Callable[..., Any]) -> str:
    """Name a function with the line that it begins at, where it has one."""
    name = f"{function.__module__}.{getattr(function, '__qualname__', function.__name__)}"
    code = getattr(inspect.unwrap(function), "__code__", None)
    return name if code is None else f"{name} (line {code.co_firstlineno})"


def _as_timedelta(value: Any) -> Any:
    from datetime import timedelta

    return value if isinstance(value, timedelta) else timedelta(seconds=value)
