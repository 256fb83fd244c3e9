"""What an application and a blueprint share: the registration of views, hooks and handlers.

Flask: ``Flask`` and ``Blueprint`` (Quickstart, Modular Applications). Django: URLconf entries.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from functools import update_wrapper
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

import flaskish

from ._packages import get_root_path, resource_path
from .bridge.view_marks import login_not_needed
from .globals import _current_app, _cv_app, _cv_request
from .werkzeug._properties import cached_property
from .werkzeug.exceptions import HTTPException, default_exceptions

if TYPE_CHECKING:
    import click
    from jinja2.loaders import BaseLoader

    from . import typing as ft
    from .wrappers import Response

F = TypeVar("F", bound=Callable[..., Any])

_sentinel: Any = object()

#: Functions by scope: ``None`` for all requests, otherwise the name of a blueprint.
ScopedFunctions = defaultdict[str | None, list[Callable[..., Any]]]
#: Error handlers by scope, code and exception class.
ErrorHandlerSpec = defaultdict[
    str | None,
    defaultdict[int | None, dict[type[Exception], "ft.ErrorHandlerCallable"]],
]


def setupmethod(f: F) -> F:
    """Make a method refuse to run once requests are being served.

    :param f: A method of a class with ``_check_setup_finished``.
    """
    f_name = f.__name__

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._check_setup_finished(f_name)
        return f(self, *args, **kwargs)

    return update_wrapper(wrapper, f)  # type: ignore[return-value]


def _default_template_ctx_processor() -> dict[str, Any]:
    """Add ``g`` and ``request`` where there are any, for templates that have no Jinja globals."""
    context: dict[str, Any] = {}
    app_context = _cv_app.get()
    if app_context is not None:
        context["g"] = app_context.g
    request_context = _cv_request.get()
    if request_context is not None:
        context["request"] = request_context.request
    return context


class Scaffold:
    """The registrations of an application or a blueprint.

    :param import_name: Name of the module the object is made in, usually ``__name__``.
    :param static_folder: Folder of static files, relative to ``root_path``.
    :param static_url_path: URL prefix of the static files; the folder's name by default.
    :param template_folder: Folder of templates, relative to ``root_path``.
    :param root_path: The folder of the module, if it cannot be found from ``import_name``.
    """

    name: str
    _static_folder: str | None = None
    _static_url_path: str | None = None

    def __init__(
        self,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        root_path: str | None = None,
    ) -> None:
        self.import_name = import_name
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.template_folder = template_folder
        self.root_path = get_root_path(import_name) if root_path is None else root_path

        self.view_functions: dict[str, ft.RouteCallable] = {}
        self.error_handler_spec: ErrorHandlerSpec = defaultdict(lambda: defaultdict(dict))
        self.before_request_funcs: ScopedFunctions = defaultdict(list)
        self.after_request_funcs: ScopedFunctions = defaultdict(list)
        self.teardown_request_funcs: ScopedFunctions = defaultdict(list)
        self.url_value_preprocessors: ScopedFunctions = defaultdict(list)
        self.url_default_functions: ScopedFunctions = defaultdict(list)
        self.template_context_processors: ScopedFunctions = defaultdict(list)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def _check_setup_finished(self, f_name: str) -> None:
        raise NotImplementedError

    # Files

    @property
    def static_folder(self) -> str | None:
        """The absolute path of the folder of static files, ``None`` without one."""
        if self._static_folder is None:
            return None
        return os.path.join(self.root_path, self._static_folder)

    @static_folder.setter
    def static_folder(self, value: str | os.PathLike[str] | None) -> None:
        self._static_folder = None if value is None else os.fspath(value).rstrip(r"\/")

    @property
    def has_static_folder(self) -> bool:
        """Whether a folder of static files is set; it need not exist."""
        return self.static_folder is not None

    @property
    def static_url_path(self) -> str | None:
        """The URL prefix of the static files."""
        if self._static_url_path is not None:
            return self._static_url_path
        if self.static_folder is not None:
            return f"/{os.path.basename(self.static_folder)}".rstrip("/")
        return None

    @static_url_path.setter
    def static_url_path(self, value: str | None) -> None:
        self._static_url_path = None if value is None else value.rstrip("/")

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return how long a file may be cached, in seconds; ``None`` asks browsers to revalidate.

        :param filename: The path of the file.
        """
        value = _current_app().config["SEND_FILE_MAX_AGE_DEFAULT"]
        if value is None or isinstance(value, int):
            return value
        return int(value.total_seconds())

    # A login page needs its style sheet.
    @login_not_needed
    def send_static_file(self, filename: str) -> Response:
        """Answer with a file of the static folder; the view function of ``static`` URLs.

        :param filename: Path relative to the static folder.
        :raises RuntimeError: There is no static folder.
        :raises NotFound: There is no such file.
        """
        folder = self.static_folder
        if folder is None:
            raise RuntimeError("'static_folder' must be set to serve static_files.")
        max_age = self.get_send_file_max_age(filename)
        return flaskish.helpers.send_from_directory(folder, filename, max_age=max_age)

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = None
    ) -> IO[Any]:
        """Open a file that belongs to the package, for reading.

        :param resource: Path relative to ``root_path``.
        :param mode: ``"r"``, ``"rt"`` or ``"rb"``.
        :param encoding: Encoding of a text file, UTF-8 by default.
        :raises ValueError: The mode is another one.
        :raises FileNotFoundError: There is no such file in the folder.
        """
        if mode not in {"r", "rt", "rb"}:
            raise ValueError("Resources can only be opened for reading.")
        path = resource_path(self.root_path, resource)
        if mode == "rb":
            return open(path, mode)
        return open(path, mode, encoding=encoding or "utf-8")

    @cached_property
    def jinja_loader(self) -> BaseLoader | None:
        """The loader of this object's templates, ``None`` without a template folder."""
        if self.template_folder is None:
            return None
        # Jinja is loaded by the first template, not by the first request.
        from jinja2 import FileSystemLoader

        return FileSystemLoader(os.path.join(self.root_path, self.template_folder))

    @cached_property
    def cli(self) -> click.Group:
        """The group of this object's own commands, for ``@app.cli.command()``."""
        # click is loaded by the command line and by commands, not by a server.
        from .cli import AppGroup

        return AppGroup(self.name)

    # Views

    def _method_route(self, method: str, rule: str, options: dict[str, Any]) -> Callable[[F], F]:
        if "methods" in options:
            raise TypeError("Use the 'route' decorator to use the 'methods' argument.")
        return self.route(rule, methods=[method], **options)

    @setupmethod
    def get(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view for GET requests; see :meth:`route`."""
        return self._method_route("GET", rule, options)

    @setupmethod
    def post(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view for POST requests; see :meth:`route`."""
        return self._method_route("POST", rule, options)

    @setupmethod
    def put(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view for PUT requests; see :meth:`route`."""
        return self._method_route("PUT", rule, options)

    @setupmethod
    def delete(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view for DELETE requests; see :meth:`route`."""
        return self._method_route("DELETE", rule, options)

    @setupmethod
    def patch(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view for PATCH requests; see :meth:`route`."""
        return self._method_route("PATCH", rule, options)

    @setupmethod
    def route(self, rule: str, **options: Any) -> Callable[[F], F]:
        """Register a view function for a URL rule, as a decorator.

        :param rule: The rule, for example ``"/user/<name>"``.
        :param options: What :meth:`add_url_rule` takes.

        Flask: Routing. Django: ``path()``.
        """
        # Differs from Flask: a decorator of a route that lacks its rule is an error, rather than a
        # view that is never registered.
        if callable(rule):
            raise TypeError(
                f"The decorator of {rule!r} lacks its rule. Write @app.route('/path'), with"
                " parentheses."
            )

        def decorator(f: F) -> F:
            endpoint = options.pop("endpoint", None)
            self.add_url_rule(rule, endpoint, f, **options)
            return f

        return decorator

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
        """
        raise NotImplementedError

    @setupmethod
    def endpoint(self, endpoint: str) -> Callable[[F], F]:
        """Register a view function for an endpoint whose rule is added elsewhere.

        :param endpoint: The name of the view.
        """

        def decorator(f: F) -> F:
            self.view_functions[endpoint] = f
            return f

        return decorator

    # Hooks

    @setupmethod
    def before_request(self, f: F) -> F:
        """Register a function to run before each request; what it returns ends the request.

        :param f: Takes nothing; returns ``None`` to go on, or an answer.
        """
        self.before_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def after_request(self, f: F) -> F:
        """Register a function to run on each response.

        :param f: Takes the response and returns it or another one.
        """
        self.after_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def teardown_request(self, f: F) -> F:
        """Register a function to run at the end of each request, whatever happened.

        :param f: Takes the error that ended the request, or ``None``.
        """
        self.teardown_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def context_processor(self, f: F) -> F:
        """Register a function whose dict is added to the context of each template.

        :param f: Takes nothing and returns a dict.
        """
        self.template_context_processors[None].append(f)
        return f

    @setupmethod
    def url_value_preprocessor(self, f: F) -> F:
        """Register a function that may change the view's arguments before each request.

        :param f: Takes the endpoint and the dict of arguments.
        """
        self.url_value_preprocessors[None].append(f)
        return f

    @setupmethod
    def url_defaults(self, f: F) -> F:
        """Register a function that may add values whenever a URL is built.

        :param f: Takes the endpoint and the dict of values.
        """
        self.url_default_functions[None].append(f)
        return f

    # Error handlers

    @setupmethod
    def errorhandler(self, code_or_exception: type[Exception] | int) -> Callable[[F], F]:
        """Register a function that answers for an error, as a decorator.

        :param code_or_exception: An HTTP status code or an exception class.
        """

        def decorator(f: F) -> F:
            self.register_error_handler(code_or_exception, f)
            return f

        return decorator

    @setupmethod
    def register_error_handler(
        self, code_or_exception: type[Exception] | int, f: ft.ErrorHandlerCallable
    ) -> None:
        """Register a function that answers for an error.

        :param code_or_exception: An HTTP status code or an exception class.
        :param f: Takes the error and returns an answer.
        :raises ValueError: The code has no exception class, or the class is not an exception.
        :raises TypeError: An instance was given.
        """
        exc_class, code = self._get_exc_class_and_code(code_or_exception)
        self.error_handler_spec[None][code][exc_class] = f

    @staticmethod
    def _get_exc_class_and_code(
        exc_class_or_code: type[Exception] | int,
    ) -> tuple[type[Exception], int | None]:
        if isinstance(exc_class_or_code, int):
            http_class = default_exceptions.get(exc_class_or_code)
            if http_class is None:
                raise ValueError(
                    f"'{exc_class_or_code}' is not a recognized HTTP error code. Use a subclass"
                    " of HTTPException with that code instead."
                )
            return http_class, http_class.code
        if isinstance(exc_class_or_code, Exception):
            _refuse_instance(exc_class_or_code)
        if not isinstance(exc_class_or_code, type):
            raise TypeError(
                f"{exc_class_or_code!r} is not a class. Handlers can only be registered for"
                " Exception classes or HTTP error codes, which are numbers."
            )
        if not issubclass(exc_class_or_code, Exception):
            raise ValueError(
                f"'{exc_class_or_code.__name__}' is not a subclass of Exception. Handlers can"
                " only be registered for Exception classes or HTTP error codes."
            )
        code = exc_class_or_code.code if issubclass(exc_class_or_code, HTTPException) else None
        return exc_class_or_code, code


def _refuse_instance(error: Exception) -> NoReturn:
    raise TypeError(
        f"{error!r} is an instance, not a class. Handlers can only be registered for Exception"
        " classes or HTTP error codes."
    )


def _endpoint_from_view_func(view_func: ft.RouteCallable | None) -> str:
    """Name the endpoint of a view function after the function."""
    if view_func is None:
        raise AssertionError("A view function is needed when no endpoint is given.")
    return view_func.__name__
