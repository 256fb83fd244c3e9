"""Blueprints: registrations that are recorded now and played back on an application later.

Flask: Modular Applications with Blueprints. Django: ``include()`` with a namespace.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from functools import update_wrapper
from typing import IO, TYPE_CHECKING, Any, TypeVar

from .scaffold import Scaffold, ScopedFunctions, _endpoint_from_view_func, _sentinel, setupmethod

if TYPE_CHECKING:
    from . import typing as ft
    from .sansio.app import App

F = TypeVar("F", bound=Callable[..., Any])
DeferredSetupFunction = Callable[["BlueprintSetupState"], None]


class BlueprintSetupState:
    """One registration of a blueprint on an application; recorded functions are called with it.

    :param blueprint: The blueprint.
    :param app: The application it is registered on.
    :param options: What was passed to ``register_blueprint``.
    :param first_registration: Whether this application has not seen the blueprint before.
    """

    def __init__(
        self, blueprint: Blueprint, app: App, options: Any, first_registration: bool
    ) -> None:
        self.app = app
        self.blueprint = blueprint
        self.options = options
        self.first_registration = first_registration
        self.name: str = options.get("name", blueprint.name)
        self.name_prefix: str = options.get("name_prefix", "")
        self.subdomain: str | None = _first_given(options.get("subdomain"), blueprint.subdomain)
        self.url_prefix: str | None = _first_given(options.get("url_prefix"), blueprint.url_prefix)
        #: Default values of all URLs of this registration.
        self.url_defaults: dict[str, Any] = {
            **blueprint.url_values_defaults,
            **dict(options.get("url_defaults", ())),
        }

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: ft.RouteCallable | None = None,
        **options: Any,
    ) -> None:
        """Register a rule on the application, with the blueprint's prefix and name put in front.

        :param rule: The rule within the blueprint.
        :param endpoint: The name of the view within the blueprint.
        :param view_func: The view function.
        :param options: What ``Flask.add_url_rule`` takes.
        """
        if self.url_prefix is not None:
            rule = join_prefix(self.url_prefix, rule) if rule else self.url_prefix
        options.setdefault("subdomain", self.subdomain)
        if endpoint is None:
            endpoint = _endpoint_from_view_func(view_func)
        defaults = self.url_defaults
        if "defaults" in options:
            defaults = {**defaults, **options.pop("defaults")}
        self.app.add_url_rule(
            rule,
            f"{self.name_prefix}.{self.name}.{endpoint}".lstrip("."),
            view_func,
            defaults=defaults,
            **options,
        )

    def nested_options(self, blueprint: Blueprint, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options to register a nested blueprint with: this registration's come first.

        :param blueprint: The blueprint that is registered on this state's blueprint.
        :param options: What was passed to its ``register_blueprint``.
        """
        options = {
            **options,
            "name_prefix": f"{self.name_prefix}.{self.name}".lstrip("."),
        }
        subdomain = _first_given(options.get("subdomain"), blueprint.subdomain)
        if subdomain is not None and self.subdomain is not None:
            subdomain = f"{subdomain}.{self.subdomain}"
        url_prefix = _first_given(options.get("url_prefix"), blueprint.url_prefix)
        if url_prefix is not None and self.url_prefix is not None:
            url_prefix = join_prefix(self.url_prefix, url_prefix)
        for key, own, outer in (
            ("subdomain", subdomain, self.subdomain),
            ("url_prefix", url_prefix, self.url_prefix),
        ):
            value = _first_given(own, outer)
            if value is not None:
                options[key] = value
        return options


def join_prefix(prefix: str, rule: str) -> str:
    """Join a URL prefix and a rule with one slash."""
    return f"{prefix.rstrip('/')}/{rule.lstrip('/')}"


def _first_given(first: str | None, second: str | None) -> str | None:
    return second if first is None else first


class Blueprint(Scaffold):
    """A part of an application: views, hooks and handlers that are registered together.

    :param name: The name in front of each endpoint; no dots.
    :param import_name: Name of the module the blueprint is made in, usually ``__name__``.
    :param static_folder: Folder of static files, relative to ``root_path``.
    :param static_url_path: URL prefix of the static files.
    :param template_folder: Folder of templates; the application's templates win over these.
    :param url_prefix: Path in front of each rule.
    :param subdomain: Subdomain of each rule.
    :param url_defaults: Default values of each rule.
    :param root_path: The folder of the module, if it cannot be found from ``import_name``.
    :param cli_group: Name of the command group; ``None`` adds the commands to the application's.
    :raises ValueError: The name is empty or has a dot.

    Flask: Blueprints. Django: an application namespace.
    """

    _got_registered_once = False

    def __init__(
        self,
        name: str,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        url_prefix: str | None = None,
        subdomain: str | None = None,
        url_defaults: dict[str, Any] | None = None,
        root_path: str | None = None,
        cli_group: str | None = _sentinel,
    ) -> None:
        super().__init__(
            import_name=import_name,
            static_folder=static_folder,
            static_url_path=static_url_path,
            template_folder=template_folder,
            root_path=root_path,
        )
        if not name:
            raise ValueError("'name' may not be empty.")
        if "." in name:
            raise ValueError("'name' may not contain a dot '.' character.")
        self.name = name
        self.url_prefix = url_prefix
        self.subdomain = subdomain
        self.url_values_defaults = {} if url_defaults is None else url_defaults
        self.cli_group = cli_group
        self.deferred_functions: list[DeferredSetupFunction] = []
        self._blueprints: list[tuple[Blueprint, dict[str, Any]]] = []

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_registered_once:
            raise AssertionError(
                f"The setup method '{f_name}' can no longer be called on the blueprint"
                f" '{self.name}'. It has already been registered at least once, any changes will"
                " not be applied consistently.\nMake sure all imports, decorators, functions,"
                " etc. needed to set up the blueprint are done before registering it."
            )

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        return super().open_resource(resource, mode, encoding)

    # Recording and playing back

    @setupmethod
    def record(self, func: DeferredSetupFunction) -> None:
        """Record a function to call at each registration.

        :param func: Takes the :class:`BlueprintSetupState`.
        """
        self.deferred_functions.append(func)

    @setupmethod
    def record_once(self, func: DeferredSetupFunction) -> None:
        """Record a function to call at the first registration on an application only.

        :param func: Takes the :class:`BlueprintSetupState`.
        """

        def call_once(state: BlueprintSetupState) -> None:
            if state.first_registration:
                func(state)

        self.record(update_wrapper(call_once, func))

    def make_setup_state(
        self, app: App, options: dict[str, Any], first_registration: bool = False
    ) -> BlueprintSetupState:
        """Make the state that recorded functions are called with; for subclasses to replace.

        :param app: The application.
        :param options: What was passed to ``register_blueprint``.
        :param first_registration: Whether the application has not seen this blueprint before.
        """
        return BlueprintSetupState(self, app, options, first_registration)

    @setupmethod
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Nest another blueprint in this one.

        :param blueprint: The inner blueprint.
        :param options: Replace the inner blueprint's own values: ``url_prefix``, ``name``, ...
        :raises ValueError: It is this blueprint.
        """
        if blueprint is self:
            raise ValueError("Cannot register a blueprint on itself")
        self._blueprints.append((blueprint, options))

    def register(self, app: App, options: dict[str, Any]) -> None:
        """Register everything recorded on an application; called by ``app.register_blueprint``.

        :param app: The application.
        :param options: What was passed to ``register_blueprint``.
        :raises ValueError: The name is taken.
        """
        own_name = options.get("name", self.name)
        name = f"{options.get('name_prefix', '')}.{own_name}".lstrip(".")
        if name in app.blueprints:
            self._refuse_name(app, own_name, name)

        is_first = not any(blueprint is self for blueprint in app.blueprints.values())
        app.blueprints[name] = self
        self._got_registered_once = True
        state = self.make_setup_state(app, options, is_first)
        if self.has_static_folder:
            state.add_url_rule(
                f"{self.static_url_path}/<path:filename>",
                view_func=self.send_static_file,
                endpoint="static",
            )
        self._merge_blueprint_funcs(app, name)
        for deferred in self.deferred_functions:
            deferred(state)
        self._merge_commands(app, name, options.get("cli_group", self.cli_group))
        for blueprint, nested_options in self._blueprints:
            blueprint.register(app, state.nested_options(blueprint, nested_options))

    def _refuse_name(self, app: App, own_name: str, name: str) -> None:
        which = "this" if app.blueprints[name] is self else "a different"
        existing_at = f" '{name}'" if own_name != name else ""
        raise ValueError(
            f"The name '{own_name}' is already registered for {which} blueprint{existing_at}."
            " Use 'name=' to provide a unique name."
        )

    def _merge_blueprint_funcs(self, app: App, name: str) -> None:
        """Add hooks and handlers to the application's, in the scope of this blueprint's name."""

        def scope(key: str | None) -> str:
            return name if key is None else f"{name}.{key}"

        for key, by_code in self.error_handler_spec.items():
            copied: defaultdict[int | None, dict[Any, Any]] = defaultdict(dict)
            for code, by_class in by_code.items():
                copied[code] = dict(by_class)
            app.error_handler_spec[scope(key)] = copied
        app.view_functions.update(self.view_functions)

        pairs: tuple[tuple[ScopedFunctions, ScopedFunctions], ...] = (
            (self.before_request_funcs, app.before_request_funcs),
            (self.after_request_funcs, app.after_request_funcs),
            (self.teardown_request_funcs, app.teardown_request_funcs),
            (self.url_default_functions, app.url_default_functions),
            (self.url_value_preprocessors, app.url_value_preprocessors),
            (self.template_context_processors, app.template_context_processors),
        )
        for own, of_app in pairs:
            for key, functions in own.items():
                of_app[scope(key)].extend(functions)

    def _merge_commands(self, app: App, name: str, group: str | None) -> None:
        # A blueprint that never touched ``cli`` has not loaded click either.
        if "cli" not in self.__dict__ or not self.cli.commands:
            return
        if group is None:
            app.cli.commands.update(self.cli.commands)
        else:
            self.cli.name = name if group is _sentinel else group
            app.cli.add_command(self.cli)

    # Views

    @setupmethod
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: ft.RouteCallable | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Register a URL rule; see ``Flask.add_url_rule``.

        The blueprint's prefix goes in front of the rule, its name in front of the endpoint.

        :raises ValueError: The endpoint or the function's name has a dot.
        """
        if endpoint and "." in endpoint:
            raise ValueError("'endpoint' may not contain a dot '.' character.")
        if view_func and "." in getattr(view_func, "__name__", ""):
            raise ValueError("'view_func' name may not contain a dot '.' character.")

        def add(state: BlueprintSetupState) -> None:
            state.add_url_rule(
                rule,
                endpoint,
                view_func,
                provide_automatic_options=provide_automatic_options,
                **options,
            )

        self.record(add)

    # Registrations for the whole application

    def _record_for_app(self, registry: str, f: F) -> F:
        """Record that a function joins the application's own list of a registry."""

        def add(state: BlueprintSetupState) -> None:
            getattr(state.app, registry).setdefault(None, []).append(f)

        self.record_once(add)
        return f

    @setupmethod
    def before_app_request(self, f: F) -> F:
        """Like :meth:`before_request`, for each request of the application."""
        return self._record_for_app("before_request_funcs", f)

    @setupmethod
    def after_app_request(self, f: F) -> F:
        """Like :meth:`after_request`, for each request of the application."""
        return self._record_for_app("after_request_funcs", f)

    @setupmethod
    def teardown_app_request(self, f: F) -> F:
        """Like :meth:`teardown_request`, for each request of the application."""
        return self._record_for_app("teardown_request_funcs", f)

    @setupmethod
    def app_context_processor(self, f: F) -> F:
        """Like :meth:`context_processor`, for the templates of all views."""
        return self._record_for_app("template_context_processors", f)

    @setupmethod
    def app_url_value_preprocessor(self, f: F) -> F:
        """Like :meth:`url_value_preprocessor`, for each request of the application."""
        return self._record_for_app("url_value_preprocessors", f)

    @setupmethod
    def app_url_defaults(self, f: F) -> F:
        """Like :meth:`url_defaults`, for all URLs of the application."""
        return self._record_for_app("url_default_functions", f)

    @setupmethod
    def app_errorhandler(self, code: type[Exception] | int) -> Callable[[F], F]:
        """Like :meth:`errorhandler`, for errors of the whole application.

        :param code: An HTTP status code or an exception class.
        """

        def decorator(f: F) -> F:
            def add(state: BlueprintSetupState) -> None:
                state.app.errorhandler(code)(f)

            self.record_once(add)
            return f

        return decorator

    # Template filters, tests and globals

    @setupmethod
    def app_template_filter(self, name: str | None = None) -> Callable[[F], F]:
        """Register a Jinja filter on the application, as a decorator.

        :param name: The filter's name; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_app_template_filter(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_filter(
        self, f: ft.TemplateFilterCallable, name: str | None = None
    ) -> None:
        """Register a Jinja filter on the application; see ``Flask.add_template_filter``."""
        self.record_once(lambda state: state.app.add_template_filter(f, name))

    @setupmethod
    def app_template_test(self, name: str | None = None) -> Callable[[F], F]:
        """Register a Jinja test on the application, as a decorator.

        :param name: The test's name; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_app_template_test(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_test(self, f: ft.TemplateTestCallable, name: str | None = None) -> None:
        """Register a Jinja test on the application; see ``Flask.add_template_test``."""
        self.record_once(lambda state: state.app.add_template_test(f, name))

    @setupmethod
    def app_template_global(self, name: str | None = None) -> Callable[[F], F]:
        """Register a Jinja global on the application, as a decorator.

        :param name: The global's name; the function's name by default.
        """

        def decorator(f: F) -> F:
            self.add_app_template_global(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_global(
        self, f: ft.TemplateGlobalCallable, name: str | None = None
    ) -> None:
        """Register a Jinja global on the application; see ``Flask.add_template_global``."""
        self.record_once(lambda state: state.app.add_template_global(f, name))
