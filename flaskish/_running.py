"""``app.run()``: chooses the address and starts the development server.

Flask: Development Server. Django: ``runserver``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import cli
from .helpers import get_debug_flag, get_load_dotenv
from .werkzeug import serving

if TYPE_CHECKING:
    from .app import Flask


def run_app(
    app: Flask,
    host: str | None,
    port: int | None,
    debug: bool | None,
    load_dotenv: bool,
    options: dict[str, Any],
) -> None:
    """Serve an application; see ``Flask.run``."""
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        _explain_ignored_call()
        return
    if get_load_dotenv(load_dotenv):
        cli.load_dotenv()
        if "FLASK_DEBUG" in os.environ:
            app.debug = get_debug_flag()
    if debug is not None:
        app.debug = bool(debug)

    server_host, _, server_port = (app.config.get("SERVER_NAME") or "").partition(":")
    host = host or server_host or "127.0.0.1"
    if port is None:
        port = int(server_port or 5000)
    options.setdefault("use_reloader", app.debug)
    options.setdefault("use_debugger", app.debug)
    options.setdefault("threaded", True)

    cli.show_server_banner(app.debug, app.name)
    try:
        serving.run_simple(host, int(port), app, **options)
    finally:
        # An interactive shell may go on with the same application.
        app._got_first_request = False


def _explain_ignored_call() -> None:
    """Say why nothing was started: the command line starts the server by itself."""
    if serving.is_running_from_reloader():
        return
    import click

    click.secho(
        " * Ignoring a call to 'app.run()' that would block the current 'flask' CLI command.\n"
        "   Only call 'app.run()' in an 'if __name__ == \"__main__\"' guard.",
        fg="red",
    )
