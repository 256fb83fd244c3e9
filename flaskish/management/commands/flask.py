"""``manage.py flask``: the commands of the applications that a project mounts.

Flask: ``flask routes``, ``flask shell``, custom commands. Django: ``BaseCommand``.
"""

from __future__ import annotations

import os
import sys
from argparse import REMAINDER
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, NoReturn, TextIO, cast

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...app import Flask
from ...bridge.mounts import Mount, mounts
from ...bridge.urlconf import namespace_of
from ...cli import FlaskGroup, NoAppException, ScriptInfo, routes_command, shell_command


class Command(BaseCommand):
    """Hands its arguments to click, with the application that was chosen."""

    help = (
        "Runs a command of an application in the application's context: routes, shell, or one of"
        " its own. Without a command it lists them."
    )
    # Like Flask's own, and Django's shell: a command is there to look into what is wrong.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "-A",
            "--app",
            metavar="NAME",
            help="The application: its namespace in the URLconf, or 'module:name' as for"
            " 'flaskish --app'. Needed if several are mounted. FLASK_APP is the default.",
        )
        parser.add_argument(
            "arguments",
            nargs=REMAINDER,
            metavar="command ...",
            help="The command and its own options; 'routes --help' explains 'routes'.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        app_name = options["app"] or os.environ.get("FLASK_APP")
        info = ScriptInfo(
            create_app=lambda: choose_app(app_name),
            # The project's DEBUG and its own environment files count.
            set_debug_flag=False,
            load_dotenv_defaults=False,
        )
        with ExitStack() as stack:
            # What call_command passes as stdout and stderr; without Django's wrapper, which would
            # end each piece of a line with a line break.
            stdout, stderr = (cast("TextIO", each._out) for each in (self.stdout, self.stderr))
            stack.enter_context(redirect_stdout(stdout))
            stack.enter_context(redirect_stderr(stderr))
            self._run(info, options)

    def _run(self, info: ScriptInfo, options: dict[str, Any]) -> None:
        name = "manage.py flask"
        if options["app"]:
            name += f" --app {options['app']}"
        # The help lists the commands.
        arguments = options["arguments"] or ["--help"]
        try:
            context = _group.make_context(
                name, list(arguments), obj=info, color=_wants_colour(options)
            )
            with context:
                _group.invoke(context)
        except click.ClickException as error:
            raise CommandError(_text_of(error), returncode=error.exit_code) from error
        except click.exceptions.Exit as end:
            if end.exit_code:
                sys.exit(end.exit_code)
        except click.Abort:
            raise CommandError("Aborted.") from None


def choose_app(name: str | None) -> Flask:
    """Find the application that a command is for.

    :param name: Its namespace, or ``module:name``; needed if several are mounted.
    :raises NoAppException: There is none of that name, or it takes a name to choose.
    """
    mounted = mounts()
    if name is None:
        apps = list(dict.fromkeys(mount.app for mount in mounted))
        if len(apps) == 1:
            return apps[0]
        _refuse_to_guess(mounted)
    for mount in mounted:
        if name in (mount.name, mount.app.name, namespace_of(mount.app)):
            return mount.app
    if not any(separator in name for separator in (":", ".", "/")):
        raise NoAppException(
            f"No application {name!r} is in the project's URLconf. {_names_to_choose_from(mounted)}"
        )
    return ScriptInfo(name, set_debug_flag=False).load_app()


def _refuse_to_guess(mounted: list[Mount]) -> NoReturn:
    problem = (
        "The project has several applications."
        if mounted
        else "The project's URLconf has no application."
    )
    raise NoAppException(f"{problem} {_names_to_choose_from(mounted)}")


def _names_to_choose_from(mounted: list[Mount]) -> str:
    if not mounted:
        return "Mount one, path('shop/', app.urls), or name one with --app module:name."
    names = list(dict.fromkeys(mount.name for mount in mounted))
    return f"Choose one with --app: {', '.join(names)}. Any other is --app module:name."


def _wants_colour(options: dict[str, Any]) -> bool | None:
    if options.get("no_color"):
        return False
    return True if options.get("force_color") else None


def _text_of(error: click.ClickException) -> str:
    """Return all that click would print: the usage of the command, if it was misused."""
    if isinstance(error, NoAppException):
        return error.format_message()
    text = StringIO()
    error.show(text)
    return text.getvalue().strip().removeprefix("Error: ")


@click.command("run", hidden=True, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _run_command(arguments: tuple[str, ...]) -> None:
    """Say how applications of a project are served."""
    raise click.ClickException(
        "'manage.py runserver' serves the project with its applications. To serve one alone:"
        " flaskish --app module:name run"
    )


_group = FlaskGroup(
    name="flask",
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    set_debug_flag=False,
    help="Commands of an application of this project.",
)
for _command in (_run_command, routes_command, shell_command):
    _group.add_command(_command)
# The options of Django's command come before; these would only say it twice.
_group.params.clear()
