"""The command line: ``flaskish run``, ``shell``, ``routes``, and the commands of applications.

Flask: Command Line Interface. Django: ``manage.py``.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import update_wrapper
from importlib import metadata
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from ._app_loading import NoAppException as NoAppException
from ._app_loading import _called_with_wrong_args as _called_with_wrong_args
from ._app_loading import find_app_by_string as find_app_by_string
from ._app_loading import find_best_app as find_best_app
from ._app_loading import locate_app as locate_app
from ._app_loading import prepare_import as prepare_import
from ._cli_params import CertParamType as CertParamType
from ._cli_params import SeparatedPathType as SeparatedPathType
from ._cli_params import _validate_key as _validate_key
from ._versions import OFFERED_VERSIONS
from .bridge.settings import is_standalone
from .globals import current_app
from .helpers import get_debug_flag, get_load_dotenv
from .werkzeug import serving
from .werkzeug.serving import is_running_from_reloader

if TYPE_CHECKING:
    from .app import Flask

F = TypeVar("F", bound=Callable[..., Any])

#: Packages add commands under either name; the first is what Flask's extensions use.
ENTRY_POINT_GROUPS = ("flask.commands", "flaskish.commands")


def get_version(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Print the versions: of Python, of Django, of flaskish, and of the API it offers."""
    if not value or ctx.resilient_parsing:
        return
    import django

    click.echo(
        f"Python {platform.python_version()}\n"
        f"flaskish {metadata.version('flaskish')}\n"
        f"Django {django.get_version()}\n"
        f"Flask {OFFERED_VERSIONS['flask']} (API)\n"
        f"Werkzeug {OFFERED_VERSIONS['werkzeug']} (API)",
        color=ctx.color,
    )
    ctx.exit()


version_option = click.Option(
    ["--version"],
    help="Show the versions.",
    expose_value=False,
    callback=get_version,
    is_flag=True,
    is_eager=True,
)


class ScriptInfo:
    """What the command line knows of the application: how to load it.

    :param app_import_path: ``module:name``, or the path of a file.
    :param create_app: A factory, which comes first.
    :param set_debug_flag: Whether ``FLASK_DEBUG`` decides about debug mode.
    :param load_dotenv_defaults: Whether ``.env`` and ``.flaskenv`` are read.
    """

    def __init__(
        self,
        app_import_path: str | None = None,
        create_app: Callable[..., Flask] | None = None,
        set_debug_flag: bool = True,
        load_dotenv_defaults: bool = True,
    ) -> None:
        self.app_import_path = app_import_path
        self.create_app = create_app
        #: Whatever commands share.
        self.data: dict[Any, Any] = {}
        self.set_debug_flag = set_debug_flag
        self.load_dotenv_defaults = get_load_dotenv(load_dotenv_defaults)
        self._loaded_app: Flask | None = None

    def load_app(self) -> Flask:
        """Return the application; loaded by the first call.

        :raises NoAppException: There is none.
        """
        if self._loaded_app is None:
            _set_up_project()
            app = self.create_app() if self.create_app is not None else self._locate()
            if app is None:
                raise NoAppException(
                    "Could not locate a Flask application. Use the 'flask --app' option,"
                    " 'FLASK_APP' environment variable, or a 'wsgi.py' or 'app.py' file in the"
                    " current directory."
                )
            # In a project its setting decides, unless the command line says otherwise.
            if self.set_debug_flag and (is_standalone() or "FLASK_DEBUG" in os.environ):
                app.debug = get_debug_flag()
            self._loaded_app = app
        return self._loaded_app

    def _locate(self) -> Flask | None:
        if self.app_import_path:
            # Not the colon of a drive.
            path, *rest = re.split(r":(?![\\/])", self.app_import_path, maxsplit=1)
            return locate_app(prepare_import(path), rest[0] if rest else None)
        for path in ("wsgi.py", "app.py"):
            app = locate_app(prepare_import(path), None, raise_if_not_found=False)
            if app is not None:
                return app
        return None


def _set_up_project() -> None:
    """Load the models of a project before its applications, which may import them."""
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        return
    # A console script does not look for modules in the current folder by itself.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


pass_script_info = click.make_pass_decorator(ScriptInfo, ensure=True)


def with_appcontext(f: F) -> F:
    """Make a command run in the application's context.

    :param f: The function of the command.
    """

    @click.pass_context
    def decorator(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        if not current_app:
            app = ctx.ensure_object(ScriptInfo).load_app()
            ctx.with_resource(app.app_context())
        return ctx.invoke(f, *args, **kwargs)

    return update_wrapper(decorator, f)  # type: ignore[return-value]


class AppGroup(click.Group):
    """A group whose commands run in the application's context."""

    def command(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """Make a command; ``with_appcontext=False`` leaves the context out."""
        needs_context = kwargs.pop("with_appcontext", True)

        def decorator(f: Callable[..., Any]) -> click.Command:
            function = with_appcontext(f) if needs_context else f
            return super(AppGroup, self).command(*args, **kwargs)(function)  # type: ignore[no-any-return]

        return decorator

    def group(  # type: ignore[override]
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Group]:
        """Make a group of the same kind in this one."""
        kwargs.setdefault("cls", AppGroup)
        return super().group(*args, **kwargs)  # type: ignore[no-any-return]


# Options of all commands


def _set_app(ctx: click.Context, param: click.Option, value: str | None) -> str | None:
    if value is not None:
        ctx.ensure_object(ScriptInfo).app_import_path = value
    return value


_app_option = click.Option(
    ["-A", "--app"],
    metavar="IMPORT",
    help=(
        "The Flask application or factory function to load, in the form 'module:name'. Module can"
        " be a dotted import or file path. Name is not required if it is 'app', 'application',"
        " 'create_app', or 'make_app', and can be 'name(args)' to pass arguments."
    ),
    is_eager=True,
    expose_value=False,
    callback=_set_app,
)


def _set_debug(ctx: click.Context, param: click.Option, value: bool) -> bool | None:
    source = ctx.get_parameter_source(param.name or "")
    if source in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP):
        return None
    # By way of the environment, so that a factory and the reloader's child see it, too.
    os.environ["FLASK_DEBUG"] = "1" if value else "0"
    return value


_debug_option = click.Option(
    ["--debug/--no-debug"],
    help="Set debug mode.",
    expose_value=False,
    callback=_set_debug,
)


def _env_file_callback(ctx: click.Context, param: click.Option, value: str | None) -> str | None:
    if value is not None and _import_dotenv() is None:
        raise click.BadParameter(
            "python-dotenv must be installed to load an env file.", ctx=ctx, param=param
        )
    if value is not None or ctx.obj.load_dotenv_defaults:
        load_dotenv(value, load_defaults=ctx.obj.load_dotenv_defaults)
    return value


_env_file_option = click.Option(
    ["-e", "--env-file"],
    type=click.Path(exists=True, dir_okay=False),
    help=(
        "Load environment variables from this file, taking precedence over those set by '.env'"
        " and '.flaskenv'. Variables set directly in the environment take highest precedence."
        " python-dotenv must be installed."
    ),
    is_eager=True,
    expose_value=False,
    callback=_env_file_callback,
)


class FlaskGroup(AppGroup):
    """A group that loads the application, and has its commands beside those of its own.

    :param add_default_commands: Whether it has ``run``, ``shell`` and ``routes``, and, unless the
        application has commands of these names, ``check`` and ``manage``.
    :param create_app: A factory, in place of ``--app``.
    :param add_version_option: Whether it has ``--version``.
    :param load_dotenv: Whether ``.env`` and ``.flaskenv`` are read.
    :param set_debug_flag: Whether ``FLASK_DEBUG`` decides about debug mode.
    :param extra: What click's group takes.
    """

    def __init__(
        self,
        add_default_commands: bool = True,
        create_app: Callable[..., Flask] | None = None,
        add_version_option: bool = True,
        load_dotenv: bool = True,
        set_debug_flag: bool = True,
        **extra: Any,
    ) -> None:
        params = [
            *(extra.pop("params", None) or ()),
            _env_file_option,
            _app_option,
            _debug_option,
        ]
        if add_version_option:
            params.append(version_option)
        extra.setdefault("context_settings", {}).setdefault("auto_envvar_prefix", "FLASK")
        super().__init__(params=params, **extra)
        self.create_app = create_app
        self.load_dotenv = load_dotenv
        self.set_debug_flag = set_debug_flag
        self._commands_of_ours: dict[str, click.Command] = {}
        if add_default_commands:
            for command in (run_command, shell_command, routes_command):
                self.add_command(command)
            self._commands_of_ours = {"check": check_command, "manage": manage_command}
        self._loaded_plugin_commands = False

    def _load_plugin_commands(self) -> None:
        if self._loaded_plugin_commands:
            return
        for group in ENTRY_POINT_GROUPS:
            for entry_point in metadata.entry_points(group=group):
                self.add_command(entry_point.load(), entry_point.name)
        self._loaded_plugin_commands = True

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        self._load_plugin_commands()
        # Its own commands come first: ``run`` works when the application fails to load.
        command = super().get_command(ctx, name)
        if command is not None:
            return command
        try:
            app = ctx.ensure_object(ScriptInfo).load_app()
        except NoAppException as error:
            click.secho(f"Error: {error.format_message()}\n", err=True, fg="red")
            return None
        # A context now, so that groups of the application can use it.
        if not current_app or current_app._get_current_object() is not app:  # type: ignore[attr-defined]
            ctx.with_resource(app.app_context())
        # Flask has no such commands, so that an application may have ones of these names.
        return app.cli.get_command(ctx, name) or self._commands_of_ours.get(name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load_plugin_commands()
        names = set(super().list_commands(ctx))
        try:
            app = ctx.ensure_object(ScriptInfo).load_app()
            names.update(app.cli.list_commands(ctx), self._commands_of_ours)
        except NoAppException as error:
            click.secho(f"Error: {error.format_message()}\n", err=True, fg="red")
        except Exception:
            # The help is shown whatever state the application is in.
            click.secho(f"{traceback.format_exc()}\n", err=True, fg="red")
        return sorted(names)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        # ``app.run()`` in the application's module does nothing from here on.
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        if "obj" not in extra and "obj" not in self.context_settings:
            extra["obj"] = ScriptInfo(
                create_app=self.create_app,
                set_debug_flag=self.set_debug_flag,
                load_dotenv_defaults=self.load_dotenv,
            )
        return super().make_context(info_name, args, parent=parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_for_help = (not args and self.no_args_is_help) or (
            len(args) == 1 and args[0] in self.get_help_option_names(ctx)
        )
        if asks_for_help:
            # Before the help lists the application's commands, the application has to be known.
            _env_file_option.handle_parse_result(ctx, {}, [])
            _app_option.handle_parse_result(ctx, {}, [])
        return super().parse_args(ctx, args)


# Files with environment variables


def _import_dotenv() -> Any:
    try:
        import dotenv
    except ImportError:
        return None
    return dotenv


def load_dotenv(path: str | os.PathLike[str] | None = None, load_defaults: bool = True) -> bool:
    """Set environment variables from files; those that are set already stay.

    :param path: A file, which comes before the others.
    :param load_defaults: Whether the nearest ``.env`` and ``.flaskenv`` are read.
    :return: Whether any file had a variable.
    """
    dotenv = _import_dotenv()
    if dotenv is None:
        if path or os.path.isfile(".env") or os.path.isfile(".flaskenv"):
            click.secho(
                " * Tip: There are .env files present. Install python-dotenv to use them.",
                fg="yellow",
                err=True,
            )
        return False
    paths: list[Any] = []
    if load_defaults:
        paths += [dotenv.find_dotenv(name, usecwd=True) for name in (".flaskenv", ".env")]
    if path is not None and os.path.isfile(path):
        paths.append(path)
    variables: dict[str, str | None] = {}
    for found in filter(None, paths):
        variables.update(dotenv.dotenv_values(found, encoding="utf-8"))
    for key, value in variables.items():
        if value is not None:
            os.environ.setdefault(key, value)
    return bool(variables)


# Commands


def show_server_banner(debug: bool, app_import_path: str | None) -> None:
    """Print what is about to be served, once if there is a reloader.

    :param debug: Whether debug mode is on.
    :param app_import_path: The name of the application.
    """
    if is_running_from_reloader():
        return
    if app_import_path is not None:
        click.echo(f" * Serving Flask app '{app_import_path}'")
    if debug is not None:
        click.echo(f" * Debug mode: {'on' if debug else 'off'}")


def _failing_app(error: Exception) -> Callable[..., Iterable[bytes]]:
    """Stand in for an application that fails to load, until its file is saved again."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> NoReturn:
        raise error from None

    return app


def _files_of(error: BaseException) -> list[str]:
    """Return the files that an error came from: one that failed to import is not a module yet."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(error.filename)
    if error.__cause__ is not None:
        files += _files_of(error.__cause__)
    return [path for path in files if os.path.isfile(path)]


@click.command("run", short_help="Run a development server.")
@click.option("--host", "-h", default="127.0.0.1", help="The interface to bind to.")
@click.option("--port", "-p", default=5000, help="The port to bind to.")
@click.option(
    "--cert",
    type=CertParamType(),
    help="Specify a certificate file to use HTTPS.",
    is_eager=True,
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    callback=_validate_key,
    expose_value=False,
    help="The key file to use when specifying a certificate.",
)
@click.option(
    "--reload/--no-reload",
    default=None,
    help="Enable or disable the reloader. By default the reloader is active if debug is enabled.",
)
@click.option(
    "--debugger/--no-debugger",
    default=None,
    help="Enable or disable the debugger. By default the debugger is active if debug is enabled.",
)
@click.option(
    "--with-threads/--without-threads",
    default=True,
    help="Enable or disable multithreading.",
)
@click.option(
    "--extra-files",
    default=None,
    type=SeparatedPathType(),
    help=(
        "Extra files that trigger a reload on change. Multiple paths are separated by"
        f" {os.path.pathsep!r}."
    ),
)
@click.option(
    "--exclude-patterns",
    default=None,
    type=SeparatedPathType(),
    help=(
        "Files matching these fnmatch patterns will not trigger a reload on change. Multiple"
        f" patterns are separated by {os.path.pathsep!r}."
    ),
)
@pass_script_info
def run_command(
    info: ScriptInfo,
    host: str,
    port: int,
    reload: bool | None,
    debugger: bool | None,
    with_threads: bool,
    cert: Any,
    extra_files: list[str] | None,
    exclude_patterns: list[str] | None,
) -> None:
    """Run a local development server.

    This server is for development purposes only. It does not provide the stability, security, or
    performance of production WSGI servers.

    The reloader and debugger are enabled by default with the '--debug' option.
    """
    app: Any
    try:
        app = info.load_app()
    except Exception as error:
        if not is_running_from_reloader():
            raise
        # The reloader goes on watching, and the browser shows the error.
        traceback.print_exc()
        app = _failing_app(error)
        extra_files = [*(extra_files or ()), *_files_of(error)]

    debug = get_debug_flag()
    show_server_banner(debug, info.app_import_path)
    serving.run_simple(
        host,
        port,
        app,
        use_reloader=debug if reload is None else reload,
        use_debugger=debug if debugger is None else debugger,
        threaded=with_threads,
        ssl_context=cert,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
    )


run_command.params.insert(0, _debug_option)


@click.command("shell", short_help="Run a shell in the app context.")
@with_appcontext
def shell_command() -> None:
    """Run an interactive Python shell in the context of the application.

    The default namespace of the shell comes from the application's shell context processors.
    """
    import code

    banner = (
        f"Python {sys.version} on {sys.platform}\n"
        f"App: {current_app.import_name}\n"
        f"Instance: {current_app.instance_path}"
    )
    names: dict[str, Any] = {}
    # What an interactive Python would run by itself.
    startup = os.environ.get("PYTHONSTARTUP")
    if startup and os.path.isfile(startup):
        with open(startup) as file:
            eval(compile(file.read(), startup, "exec"), names)
    names.update(current_app.make_shell_context())
    _complete_names(names)
    code.interact(banner=banner, local=names)


def _complete_names(names: dict[str, Any]) -> None:
    """Let the tab key complete the shell's names, where there is readline."""
    hook = getattr(sys, "__interactivehook__", None)
    if hook is None:
        return
    try:
        import readline
        from rlcompleter import Completer
    except ImportError:
        pass
    else:
        readline.set_completer(Completer(names).complete)
    hook()


@click.command("routes", short_help="Show the routes for the app.")
@click.option(
    "--sort",
    "-s",
    type=click.Choice(("endpoint", "methods", "domain", "rule", "match")),
    default="endpoint",
    help=(
        "Method to sort routes by. 'match' is the order that Flask will match routes when"
        " dispatching a request."
    ),
)
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS methods.")
@with_appcontext
def routes_command(sort: str, all_methods: bool) -> None:
    """Show all registered routes with endpoints and methods."""
    url_map = current_app.url_map
    rules = list(url_map.iter_rules())
    if not rules:
        click.echo("No routes were registered.")
        return
    hidden = set() if all_methods else {"HEAD", "OPTIONS"}
    columns: dict[str, tuple[str, Callable[[Any], str]]] = {
        "endpoint": ("Endpoint", lambda rule: rule.endpoint),
        "methods": (
            "Methods",
            lambda rule: ", ".join(sorted((rule.methods or set()) - hidden)),
        ),
        "domain": (
            "Host" if url_map.host_matching else "Subdomain",
            lambda rule: (rule.host if url_map.host_matching else rule.subdomain) or "",
        ),
        "rule": ("Rule", lambda rule: rule.rule),
    }
    if not any(map(columns["domain"][1], rules)):
        del columns["domain"]

    rows = [[value(rule) for _, value in columns.values()] for rule in rules]
    # ``match`` is the order they are in.
    if sort in columns:
        rows.sort(key=itemgetter(list(columns).index(sort)))
    titles = [title for title, _ in columns.values()]
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for row in (titles, ["-" * width for width in widths], *rows):
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells))


@click.command(
    "manage",
    short_help="Run one of Django's commands.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def manage_command(arguments: tuple[str, ...]) -> None:
    """Run one of Django's commands with the settings of the application: migrate, check, ..."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from .bridge.checks import register_checks

    django.setup()
    # An application that stands alone need not be among the INSTALLED_APPS.
    register_checks()
    try:
        execute_from_command_line(["flaskish manage", *arguments])
    except ImproperlyConfigured as error:
        if not is_standalone():
            raise
        raise click.ClickException(
            f"{error}\nAn application that stands alone gets Django's settings from its first line:"
            " Flask(__name__, django={'DATABASES': ..., 'INSTALLED_APPS': [...]})"
        ) from error


@click.command(
    "check",
    short_help="Look for mistakes; with --deploy, for production.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def check_command(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run Django's system checks: ``manage check``."""
    context.invoke(manage_command, arguments=("check", *arguments))


cli = FlaskGroup(
    name="flask",
    help="""\
A general utility script for Flask applications.

An application to load must be given with the '--app' option, 'FLASK_APP' environment variable, or
with a 'wsgi.py' or 'app.py' file in the current directory.
""",
)


def main() -> None:
    """Run the command line; the console script ``flaskish``."""
    cli.main()


if __name__ == "__main__":
    main()
