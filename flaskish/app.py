"""The application object: what happens from a request's arrival to its response.

Flask: ``Flask``. Django: ``WSGIHandler`` and the view it calls.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from inspect import CO_COROUTINE
from types import FunctionType, TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

from . import bridge
from ._context_processors import call_context_processor
from ._hooks import after_request_hooks, hooks_after, hooks_before, require_response
from ._hosts import check_host
from ._make_response import make_response
from ._packages import resource_path
from ._replaced_methods import remember_methods
from ._steps import is_async
from ._urls import build_url
from .bridge.lifecycle import (
    announce_request,
    finish_with,
    finish_without_response,
    request_signals_are_idle,
)
from .bridge.session import ProjectSessionInterface
from .bridge.settings import is_standalone, read_setting, somebody_set_up_django
from .bridge.view_marks import login_not_needed
from .ctx import PRESERVE_KEY, AppContext, RequestContext
from .globals import (
    _current_request_context,
    g,
    get_app_context,
    get_request_context,
    refuse_outside_request,
    request,
    session,
)
from .sansio.app import App
from .scaffold import _sentinel
from .sessions import SessionInterface
from .signals import (
    appcontext_tearing_down,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)
from .werkzeug._properties import cached_property
from .werkzeug.datastructures import Headers, ImmutableDict
from .werkzeug.exceptions import (
    BadRequestKeyError,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
)
from .werkzeug.routing import Map, RequestRedirect, RoutingException
from .werkzeug.routing import Rule as Rule
from .werkzeug.wrappers._response_headers import adopt_headers
from .wrappers import Request, Response

if TYPE_CHECKING:
    from . import typing as ft
    from ._async_client import AsyncFlaskClient
    from .bridge.asgi import ASGIApp
    from .bridge.urlconf import AppURLs, IncludedPatterns
    from .templating import Environment
    from .testing import FlaskClient, FlaskCliRunner
    from .werkzeug.routing import MapAdapter

F = TypeVar("F", bound=Callable[..., Any])
WSGIEnvironment = dict[str, Any]


def _default_config() -> ImmutableDict[str, Any]:
    from datetime import timedelta

    return ImmutableDict(
        {
            "DEBUG": None,
            "TESTING": False,
            "PROPAGATE_EXCEPTIONS": None,
            "SECRET_KEY": None,
            "SECRET_KEY_FALLBACKS": None,
            "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
            "USE_X_SENDFILE": False,
            "TRUSTED_HOSTS": None,
            "SERVER_NAME": None,
            "APPLICATION_ROOT": "/",
            "SESSION_COOKIE_NAME": "session",
            "SESSION_COOKIE_DOMAIN": None,
            "SESSION_COOKIE_PATH": None,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SECURE": False,
            "SESSION_COOKIE_PARTITIONED": False,
            "SESSION_COOKIE_SAMESITE": None,
            "SESSION_REFRESH_EACH_REQUEST": True,
            "MAX_CONTENT_LENGTH": None,
            "MAX_FORM_MEMORY_SIZE": 500_000,
            "MAX_FORM_PARTS": 1_000,
            "SEND_FILE_MAX_AGE_DEFAULT": None,
            "TRAP_BAD_REQUEST_ERRORS": None,
            "TRAP_HTTP_EXCEPTIONS": False,
            "EXPLAIN_TEMPLATE_LOADING": False,
            "PREFERRED_URL_SCHEME": "http",
            "TEMPLATES_AUTO_RELOAD": None,
            "MAX_COOKIE_SIZE": 4093,
            "PROVIDE_AUTOMATIC_OPTIONS": True,
            # Quart's, for add_background_task under ASGI.
            "BACKGROUND_TASK_SHUTDOWN_TIMEOUT": 5,
        }
    )


class Flask(App):
    """A WSGI application made of view functions, hooks and handlers.

    :param import_name: Name of the module the application is made in, usually ``__name__``.
    :param static_url_path: URL prefix of the static files; the folder's name by default.
    :param static_folder: Folder of static files, relative to ``root_path``.
    :param static_host: Host of the static files; needed with ``host_matching``.
    :param host_matching: Whether rules are matched by ``host``.
    :param subdomain_matching: Whether rules are matched by ``subdomain``.
    :param template_folder: Folder of templates, relative to ``root_path``.
    :param instance_path: The instance folder, absolute; found beside the package by default.
    :param instance_relative_config: Whether config files are looked for in the instance folder.
    :param root_path: The folder of the module, if it cannot be found from ``import_name``.
    :param django: Django settings for an application that stands alone; ignored in a project.
    :raises ValueError: ``instance_path`` is relative.

    Flask: ``flask.Flask``. Django: a project in one object; mounted, a part of one.
    """

    default_config: dict[str, Any] = _default_config()
    request_class: type[Request] = Request
    response_class: type[Response] = Response
    session_interface: SessionInterface = ProjectSessionInterface()

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
        super().__init__(
            import_name=import_name,
            static_url_path=static_url_path,
            static_folder=static_folder,
            static_host=static_host,
            host_matching=host_matching,
            subdomain_matching=subdomain_matching,
            template_folder=template_folder,
            instance_path=instance_path,
            instance_relative_config=instance_relative_config,
            root_path=root_path,
            django=django,
        )
        if self.has_static_folder:
            if bool(static_host) != host_matching:
                raise AssertionError("Invalid static_host/host_matching combination")
            self._add_static_rule(static_host)

    def _add_static_rule(self, static_host: str | None) -> None:
        # The application would never be freed at once if its own view function held it.
        app_reference = weakref.ref(self)

        @login_not_needed
        def static(filename: str) -> Response:
            app = app_reference()
            if app is None:
                raise RuntimeError("The application of this static file is gone.")
            return app.send_static_file(filename)

        self.add_url_rule(
            f"{self.static_url_path}/<path:filename>",
            endpoint="static",
            host=static_host,
            view_func=static,
        )

    # Files and templates

    def open_instance_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        """Open a file of the instance folder.

        :param resource: Path relative to the instance folder.
        :param mode: As for ``open``; writing is allowed.
        :param encoding: Encoding of a text file.
        :raises FileNotFoundError: The path leaves the folder, or there is no such file.
        """
        path = resource_path(self.instance_path, resource)
        return open(path, mode) if "b" in mode else open(path, mode, encoding=encoding)

    def create_jinja_environment(self) -> Environment:
        """Make the Jinja environment from ``jinja_options`` and the configuration."""
        # Who needs no templates may do without them.
        from .helpers import get_flashed_messages

        options = dict(self.jinja_options)
        options.setdefault("autoescape", self.select_jinja_autoescape)
        if "auto_reload" not in options:
            auto_reload = self.config["TEMPLATES_AUTO_RELOAD"]
            options["auto_reload"] = self.debug if auto_reload is None else auto_reload
        environment = self.jinja_environment(self, **options)
        environment.globals.update(
            url_for=self.url_for,
            get_flashed_messages=get_flashed_messages,
            config=self.config,
            # Imported templates do not see the context, where these are, too.
            request=request,
            session=session,
            g=g,
            csrf_token=bridge.csrf.csrf_token,
            csrf_input=bridge.csrf.csrf_input,
        )
        environment.policies["json.dumps_function"] = self.json.dumps
        if somebody_set_up_django():
            bridge.engines.add_project_helpers(environment)
        return environment

    def update_template_context(self, context: dict[str, Any]) -> None:
        """Add what the context processors return to a template's context.

        :param context: The context, changed in place; what it has already is kept.
        """
        request_context = get_request_context()
        blueprints = request_context.request.blueprints if request_context else []
        given = context.copy()
        if request_context is not None:
            context.update(bridge.engines.project_context(request_context.request, self.jinja_env))
        for name in (None, *reversed(blueprints)):
            for function in self.template_context_processors.get(name, ()):
                context.update(call_context_processor(self, function))
        context.update(given)

    def make_shell_context(self) -> dict[str, Any]:
        """Return the names that the interactive shell starts with."""
        names = {"app": self, "g": g}
        for processor in self.shell_context_processors:
            names.update(processor())
        return names

    # Servers and clients

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        load_dotenv: bool = True,
        **options: Any,
    ) -> None:
        """Serve the application with the development server.

        :param host: The address to listen on; ``127.0.0.1`` by default.
        :param port: The port; 5000 by default.
        :param debug: Turns debug mode on or off.
        :param load_dotenv: Whether to read ``.env`` and ``.flaskenv`` files.
        :param options: What ``run_simple`` takes.

        Flask: Development Server. Django: ``runserver``.
        """
        # The server and the command line are loaded by whoever serves.
        from ._running import run_app

        run_app(self, host, port, debug, load_dotenv, options)

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> FlaskClient:
        """Make a test client.

        :param use_cookies: Whether the client keeps cookies.
        :param kwargs: What ``test_client_class`` takes.
        """
        # Loaded by tests only.
        from .testing import FlaskClient

        client_class = self.test_client_class or FlaskClient
        return client_class(self, self.response_class, use_cookies=use_cookies, **kwargs)

    def async_test_client(self, use_cookies: bool = True, **kwargs: Any) -> AsyncFlaskClient:
        """Make a test client for a running event loop, with the same calls, awaited.

        :param use_cookies: Whether the client keeps cookies.
        :param kwargs: What ``test_client_class`` takes.

        Flask: none. Django: ``django.test.AsyncClient``.
        """
        # Loaded by tests only.
        from ._async_client import make_async_client

        return make_async_client(self, self.response_class, use_cookies=use_cookies, **kwargs)

    def test_cli_runner(self, **kwargs: Any) -> FlaskCliRunner:
        """Make a runner for the application's commands.

        :param kwargs: What ``test_cli_runner_class`` takes.
        """
        # Loaded by tests only.
        from .testing import FlaskCliRunner

        runner_class = self.test_cli_runner_class or FlaskCliRunner
        return runner_class(self, **kwargs)

    # Contexts

    def app_context(self) -> AppContext:
        """Make an application context, for a ``with`` block."""
        return AppContext(self)

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Make the context of a request.

        :param environ: The WSGI environ.
        """
        return RequestContext(self, environ)

    def test_request_context(self, *args: Any, **kwargs: Any) -> RequestContext:
        """Make the context of an invented request, for a ``with`` block in a test or a shell.

        :param args: What ``EnvironBuilder`` takes: a path, ...
        :param kwargs: The same by name: ``method``, ``json``, ``headers``, ...
        """
        from .testing import EnvironBuilder

        builder = EnvironBuilder(self, *args, **kwargs)
        try:
            return self.request_context(builder.get_environ())
        finally:
            builder.close()

    def do_teardown_request(self, exc: BaseException | None = _sentinel) -> None:
        """Run the functions registered with ``teardown_request``.

        :param exc: The error that ended the request; the active one by default.
        """
        if exc is _sentinel:
            exc = sys.exc_info()[1]
        if self.teardown_request_funcs:
            self._run_teardown_request_funcs(exc)
        if request_tearing_down.receivers:
            request_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    def _run_teardown_request_funcs(self, exc: BaseException | None) -> None:
        context = get_request_context()
        if context is not None:
            context.is_answered = True
        request = None if context is None else context.request
        for function in hooks_after(self.teardown_request_funcs, request):
            self.ensure_sync(function)(exc)

    def do_teardown_appcontext(self, exc: BaseException | None = _sentinel) -> None:
        """Run the functions registered with ``teardown_appcontext``.

        :param exc: The error that ended the work; the active one by default.
        """
        if exc is _sentinel:
            exc = sys.exc_info()[1]
        if self.teardown_appcontext_funcs:
            for function in reversed(self.teardown_appcontext_funcs):
                self.ensure_sync(function)(exc)
        if appcontext_tearing_down.receivers:
            appcontext_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    # URLs

    @property
    def urls(self) -> AppURLs:
        """What ``path("shop/", app.urls)`` mounts: all URLs below the prefix are the application's.

        Flask: none. Django: the triple that ``admin.site.urls`` is, too.
        """
        from .bridge.urlconf import mounted_urls

        return mounted_urls(self)

    @property
    def urlpatterns(self) -> IncludedPatterns:
        """What ``include(app.urlpatterns)`` includes: URLs without a rule fall through.

        Flask: none. Django: ``urlpatterns``.
        """
        from .bridge.urlconf import included_patterns

        return included_patterns(self)

    def include(self, prefix: str, urlconf: Any) -> None:
        """Put Django's URLs inside the application.

        :param prefix: The path in front, for example ``"accounts/"``.
        :param urlconf: What Django's ``include()`` takes.

        Flask: none. Django: ``include()``.
        """
        from .bridge.views import include

        include(self, prefix, urlconf)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Make the adapter that matches and builds URLs.

        :param request: The request; ``None`` builds URLs outside of one.
        :return: The adapter; ``None`` outside a request without ``SERVER_NAME``.
        :raises SecurityError: The request's host is not trusted.
        """
        if request is None:
            return self._create_adapter_without_request()
        trusted_hosts = self.config["TRUSTED_HOSTS"]
        if trusted_hosts is not None:
            request.trusted_hosts = trusted_hosts
        check_host(request)
        server_name = self.config["SERVER_NAME"]
        subdomain = None
        if self.url_map.host_matching:
            # A server name would be matched in place of the request's host.
            server_name = None
        elif not self.subdomain_matching:
            subdomain = self.url_map.default_subdomain or ""
        return self.url_map.bind_to_environ(
            request.environ, server_name=server_name, subdomain=subdomain
        )

    def _create_adapter_without_request(self) -> MapAdapter | None:
        server_name = self.config["SERVER_NAME"]
        if server_name is None:
            return None
        return self.url_map.bind(
            server_name,
            script_name=self.config["APPLICATION_ROOT"],
            url_scheme=self.config["PREFERRED_URL_SCHEME"],
        )

    def _needs_url_adapter(self) -> bool:
        """Whether each request needs its adapter made, rather than the first ``url_for``."""
        config = self.config
        if not self._is_secured and config.get("SECURE_DEFAULTS"):
            # Here, because this is asked first, and once for each request.
            from .bridge.secure_defaults import secure

            secure(self)
        return (
            self.subdomain_matching
            or config["TRUSTED_HOSTS"] is not None
            # Who replaces what an adapter is made by wants it to match.
            or type(self).create_url_adapter is not _create_url_adapter
            or "create_url_adapter" in self.__dict__
            or type(self.url_map) is not Map
        )

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise what kept the request from finding its rule.

        :param request: The request.
        :raises FormDataRoutingRedirect: In debug mode, a redirect would lose the request's body.
        """
        error = request.routing_exception
        if error is None:
            raise RuntimeError("The request has no routing exception.")
        if (
            self.debug
            and isinstance(error, RequestRedirect)
            and error.code not in {307, 308}
            and request.method not in {"GET", "HEAD", "OPTIONS"}
        ):
            from .debughelpers import FormDataRoutingRedirect

            raise FormDataRoutingRedirect(request)
        if self.debug and isinstance(error, MethodNotAllowed):
            from .debughelpers import explain_method_not_allowed

            explain_method_not_allowed(self, request, error)
        raise error

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Build the URL of an endpoint.

        :param endpoint: Name of the view; a leading dot means the current blueprint. Mounted in a
            project, a name of Django's, for example ``admin:index``.
        :param _anchor: A ``#fragment`` to add.
        :param _method: The method whose rule is wanted.
        :param _scheme: The scheme of a full URL.
        :param _external: Whether to build a full URL; by default only outside a request.
        :param values: Values of the rule's variables; unknown ones become the query string.
        :return: A path, or a full URL.
        :raises BuildError: No rule fits this endpoint and these values.
        :raises RuntimeError: No request is active and ``SERVER_NAME`` is not set.
        :raises ValueError: ``_scheme`` was given, and ``_external`` is false.

        Flask: URL Building. Django: ``django.urls.reverse``.
        """
        return build_url(self, endpoint, values, _anchor, _method, _scheme, _external)

    # Errors

    def handle_http_exception(self, e: HTTPException) -> HTTPException | ft.ResponseReturnValue:
        """Answer for an HTTP error: by its handler, else by the error itself.

        :param e: The error.
        """
        handler = self._find_http_handler(e)
        if handler is None:
            return e
        return self.ensure_sync(handler)(e)  # type: ignore[no-any-return]

    def _find_http_handler(self, e: HTTPException) -> ft.ErrorHandlerCallable | None:
        # A routing exception is part of finding the view; an error without a code is a response.
        if e.code is None or isinstance(e, RoutingException):
            return None
        return self._find_error_handler(e, self._current_blueprints())

    def handle_user_exception(self, e: Exception) -> HTTPException | ft.ResponseReturnValue:
        """Answer for an error raised by a view or a hook.

        :param e: The error; one of Django's with an HTTP meaning is answered as Flask's kin.
        :raises Exception: The error itself, if there is no handler for it.
        """
        http_error = self._as_http_exception(e)
        if http_error is not None:
            return self.handle_http_exception(http_error)
        handler = self._find_error_handler(e, self._current_blueprints())
        if handler is not None:
            return self.ensure_sync(handler)(e)  # type: ignore[no-any-return]
        http_error = self._translate_exception(e)
        if http_error is not None:
            return self.handle_http_exception(http_error)
        raise e

    def _as_http_exception(self, e: Exception) -> HTTPException | None:
        """Return the error if it is an HTTP error that is not to be treated like any other."""
        if isinstance(e, BadRequestKeyError) and (
            self.debug or self.config["TRAP_BAD_REQUEST_ERRORS"]
        ):
            e.show_exception = True
        if isinstance(e, HTTPException) and not self.trap_http_exception(e):
            return e
        return None

    def _translate_exception(self, e: Exception) -> HTTPException | None:
        """Return the HTTP error that stands for an error of Django's."""
        http_error = bridge.errors.from_django_exception(e)
        if http_error is None or self.trap_http_exception(http_error):
            return None
        return http_error

    def handle_exception(self, e: Exception) -> Response:
        """Answer for an error that no handler took: let it out, or answer with status 500.

        :param e: The error.
        :raises Exception: The error itself, in debug mode, in tests, and, mounted in a project, if
            the application has no handler for status 500; Django's handler sees it then.
        """
        if got_request_exception.receivers:
            got_request_exception.send(self, _async_wrapper=self.ensure_sync, exception=e)
        server_error, handler = self._prepare_server_error(e)
        if handler is not None:
            server_error = self.ensure_sync(handler)(server_error)
        return self.finalize_request(server_error, from_error_handler=True)

    def _prepare_server_error(self, e: Exception) -> tuple[Any, ft.ErrorHandlerCallable | None]:
        """Log an error and return the one to answer with, and its handler.

        :raises Exception: The error itself, if it is to be let out.
        """
        server_error = InternalServerError(original_exception=e)
        handler = self._find_error_handler(server_error, self._current_blueprints())
        if self._lets_errors_out or (handler is None and self._is_in_a_project):
            raise e
        self.log_exception((type(e), e, e.__traceback__))
        return server_error, handler

    @property
    def _lets_errors_out(self) -> bool:
        """Whether unhandled errors are to reach the server, or the test."""
        propagate = self.config["PROPAGATE_EXCEPTIONS"]
        return bool(self.testing or self.debug if propagate is None else propagate)

    @property
    def _is_in_a_project(self) -> bool:
        """Whether a project's error handlers stand behind those of the application."""
        context = get_request_context()
        return (
            self.config["PROPAGATE_EXCEPTIONS"] is None
            and context is not None
            and context.is_mounted
            and not is_standalone()
        )

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Log an error that ends in status 500; for subclasses to replace.

        :param exc_info: What ``sys.exc_info()`` gives.

        Differs from Flask: in a project ``django.request`` logs the errors that end in status 500,
        rather than ``app.logger``, as it does those of other views.
        """
        context = get_request_context()
        where = ""
        if context is not None:
            context.is_error_logged = True
            if context.is_mounted and not is_standalone():
                bridge.error_log.report_error(context.request.django, exc_info[1])
                return
            request = context.request
            # Both come from the client, and a line break in them would forge another line.
            where = f" on {_in_one_line(request.path)} [{_in_one_line(request.method)}]"
        self.logger.error(f"Exception{where}", exc_info=exc_info)

    def _current_blueprints(self) -> list[str]:
        context = get_request_context()
        return [] if context is None else context.request.blueprints

    # A request, from the inside out

    def dispatch_request(self) -> ft.ResponseReturnValue:
        """Call the view function of the current request."""
        request = (get_request_context() or refuse_outside_request()).request
        view_function = self._find_view(request)
        if view_function is None:
            return self.make_default_options_response()
        view_function = self.ensure_sync(view_function)
        view_args = request.view_args
        return view_function(**view_args) if view_args else view_function()  # type: ignore[no-any-return]

    def _find_view(self, request: Request) -> ft.RouteCallable | None:
        """Return the view function of a request.

        :return: ``None`` if the answer is the one that all URLs have to OPTIONS.
        """
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        rule = request.url_rule
        if request.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
            return None
        return self.view_functions[rule.endpoint]  # type: ignore[union-attr]

    def preprocess_request(self) -> ft.ResponseReturnValue | None:
        """Run the functions that come before the view.

        :return: What a ``before_request`` function answered in place of the view, or ``None``.
        """
        request = (get_request_context() or refuse_outside_request()).request
        if self.url_value_preprocessors:
            for preprocess in hooks_before(self.url_value_preprocessors, request):
                self.ensure_sync(preprocess)(request.endpoint, request.view_args)
        if self.before_request_funcs:
            hooks = hooks_before(self.before_request_funcs, request)
            for function in self._as_called(hooks) if hooks else ():
                answer = function()
                if answer is not None:
                    answer = self._finish(function, answer)
                    if answer is not None:
                        return answer  # type: ignore[no-any-return]
        return None

    def full_dispatch_request(self) -> Response:
        """Run the hooks, the view and the error handlers; return the finished response."""
        self._got_first_request = True
        try:
            if request_started.receivers:
                request_started.send(self, _async_wrapper=self.ensure_sync)
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
        except Exception as error:
            answer = self.handle_user_exception(error)
            context = _current_request_context()
            context.has_failed = bridge.transactions.is_failure(error)
            context._let_go_of(error)
        return self.finalize_request(answer)

    def finalize_request(
        self, rv: ft.ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        """Make a response of an answer and run what comes after the view.

        :param rv: What a view or a handler returned.
        :param from_error_handler: Whether errors from here on are logged rather than raised.
        """
        response = self.make_response(rv)
        try:
            response = self.process_response(response)
            if request_finished.receivers:
                request_finished.send(self, _async_wrapper=self.ensure_sync, response=response)
        except Exception:
            if not from_error_handler:
                # Nobody will send it, and its stream or file would stay open.
                response.give_up()
                raise
            self._note_failed_finalizing(response)
        return response

    def _note_failed_finalizing(self, response: Response) -> None:
        self.logger.exception("Request finalizing failed with an error while handling an error")
        if _current_request_context()._has_used_session:
            # It may have failed before the session was saved.
            response.vary.add("Cookie")

    def make_default_options_response(self) -> Response:
        """Answer an OPTIONS request with the methods that the URL allows."""
        response = self.response_class()
        adapter = _current_request_context().url_adapter
        response.allow.update(adapter.allowed_methods())  # type: ignore[union-attr]
        return response

    make_response = make_response

    def process_response(self, response: Response) -> Response:
        """Run the functions that come after the view, and save the session.

        :param response: The response.
        :return: The response to send.
        """
        context = get_request_context() or refuse_outside_request()
        context.is_answered = True
        if self.after_request_funcs or context._after_request_functions:
            hooks = after_request_hooks(self.after_request_funcs, context)
            for function in self._as_called(hooks):
                answer = function(response)
                if answer is not response:
                    response = require_response(self._finish(function, answer), function)
        if type(response.headers) is not Headers:
            adopt_headers(response)
        session = context._session_to_save()
        if session is not None:
            self.session_interface.save_session(self, session, response)
        return response

    # Async functions

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that can be called plainly: an async one is wrapped.

        :param func: A view, a hook or a handler.
        """
        # Asked for each view of each request: most of them carry no mark, and say it all.
        if type(func) is FunctionType and not (
            func.__dict__ or func.__code__.co_flags & CO_COROUTINE
        ):
            return func
        return self.async_to_sync(func) if is_async(func) else func

    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Wrap an async function for a synchronous call; for subclasses to replace.

        :param func: A coroutine function.

        Flask: Using async and await. Django: ``asgiref.sync.async_to_sync``.
        """
        from asgiref.sync import async_to_sync

        return async_to_sync(func)

    def _as_called(self, hooks: Iterable[Callable[..., Any]]) -> Iterable[Callable[..., Any]]:
        """Return hooks the way they are to be called: as they are, unless somebody else decides.

        That an async one returned a coroutine is noticed by :meth:`_finish`.
        """
        if type(self).ensure_sync is _ensure_sync and "ensure_sync" not in self.__dict__:
            return hooks
        return map(self.ensure_sync, hooks)

    def _finish(self, hook: Callable[..., Any], answer: Any) -> Any:
        """Return what a hook answered: an async one, of which nothing has run yet, answers now."""
        if not is_async(hook):
            return answer

        async def finish() -> Any:
            return await answer

        try:
            return self.async_to_sync(finish)()
        finally:
            # Where an event loop runs already, it has been refused.
            if isinstance(answer, Coroutine):
                answer.close()

    def add_background_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Run a function after the response was sent, with an application context.

        Under ASGI the server's loop runs it, and waits for it at the end for as long as
        ``BACKGROUND_TASK_SHUTDOWN_TIMEOUT`` says. Under WSGI a thread does. Errors are logged.

        :param func: The function, sync or async.
        :param args: What it takes.
        :param kwargs: The same by name.

        Flask: none. Django: none.
        """
        # Loaded by applications that need it only.
        from ._background import start_when_sent

        start_when_sent(self, partial(func, *args, **kwargs))

    # A request, from the outside in

    def __call__(
        self, environ: WSGIEnvironment, start_response: ft.StartResponse | None = None
    ) -> Iterable[bytes]:
        if start_response is None:
            raise TypeError(
                f"The application {self.name!r} was called with one argument, as Django calls a"
                " view. Mount it with path('.../', app.urls), or"
                " path('', include(app.urlpatterns))."
            )
        return self.wsgi_app(environ, start_response)

    def wsgi_app(
        self, environ: WSGIEnvironment, start_response: ft.StartResponse
    ) -> Iterable[bytes]:
        """Answer a WSGI request. Middleware wraps this method, so that ``app`` stays the object.

        :param environ: The WSGI environ.
        :param start_response: Takes the status and the headers.
        :return: The chunks of the body.

        Flask: Hooking in WSGI Middleware. Django: ``WSGIHandler``.
        """
        if read_setting("MIDDLEWARE"):
            return bridge.handlers.answer_through_middleware(self, environ, start_response)
        is_announced = not request_signals_are_idle()
        if is_announced:
            announce_request(environ=environ)
        context = self.request_context(environ)
        response = None
        try:
            try:
                response = self._answer(context)
                finish_with(response, is_announced)
                return response(environ, start_response)
            finally:
                self._end(context, environ)
        except BaseException:
            if response is None:
                finish_without_response(is_announced)
            else:
                response.give_up()
            raise

    @cached_property
    def asgi_app(self) -> ASGIApp:
        """The application for an ASGI server: ``uvicorn hello:app.asgi_app``.

        Flask: none. Django: ``ASGIHandler``.
        """
        # Loaded by ASGI servers only.
        from .bridge.asgi import ASGIApp

        return ASGIApp(self)

    def _respond(self, context: RequestContext, environ: WSGIEnvironment) -> Response:
        """Answer a request from pushing its context to popping it."""
        response = None
        try:
            try:
                response = self._answer(context)
            finally:
                self._end(context, environ)
        except BaseException:
            if response is not None:
                response.give_up()
            raise
        return response

    def _answer(self, context: RequestContext) -> Response:
        """Push the context and make the response, whatever happens on the way."""
        try:
            context.push()
            return self.full_dispatch_request()
        except Exception as error:
            context.error = error
            context.has_failed = True
            return self.handle_exception(error)
        except BaseException as error:
            context.error = error
            raise

    def _end(self, context: RequestContext, environ: WSGIEnvironment) -> None:
        """Pop the context, after a test client had the chance to keep it."""
        preserve = environ.get(PRESERVE_KEY)
        if preserve is not None:
            preserve(get_app_context())
            preserve(get_request_context())
        error = context.error
        if error is not None and self.should_ignore_error(error):
            error = None
        context.pop(error)


def _in_one_line(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


_create_url_adapter, _ensure_sync = Flask.create_url_adapter, Flask.ensure_sync
remember_methods(Flask)
