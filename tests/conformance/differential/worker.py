"""Answers raw WSGI requests with the applications of the comparison, one JSON line each.

Flask: imported as it is, or with ``--as-flask`` as flaskish. Django: behind it then; with
``--mounted`` also before it, as a project that has the application in its URLconf.

The same file runs in both environments, so that nothing but the framework differs.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn
from warnings import catch_warnings, simplefilter

APPS = Path(__file__).resolve().parent.parent / "apps"
SECONDS_PER_REQUEST = 20


def load_app(name: str) -> Callable[..., Any]:
    """Import one of the applications.

    :param name: The name of its file.
    """
    module_name = f"differential_app_{name}"
    spec = importlib.util.spec_from_file_location(module_name, APPS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"There is no application {name!r}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    app: Callable[..., Any] = module.app
    return app


def configure_project() -> None:
    """Configure Django as a project would, so that applications find themselves inside one."""
    import django
    from django.conf import settings

    urlconf = ModuleType("differential_urls")
    # Each request names the URLconf of its application; this one is for the setting.
    urlconf.urlpatterns = []  # type: ignore[attr-defined]
    sys.modules[urlconf.__name__] = urlconf
    settings.configure(
        SECRET_KEY="project", ALLOWED_HOSTS=["*"], ROOT_URLCONF=urlconf.__name__, USE_TZ=True
    )
    django.setup()


def mount(app: Callable[..., Any]) -> Callable[..., Any]:
    """Put an application into a project, at its root.

    :param app: The application; plain WSGI functions stay what they are.
    :return: The project's WSGI application.
    """
    if not hasattr(app, "urls"):
        return app
    from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
    from django.urls import path

    urlpatterns = (path("", app.urls),)

    class ProjectRequest(WSGIRequest):
        def __init__(self, environ: dict[str, Any]) -> None:
            super().__init__(environ)
            self.urlconf = urlpatterns

    class ProjectHandler(WSGIHandler):
        request_class = ProjectRequest

    return ProjectHandler()


def failing_app(error: Exception) -> Callable[..., Any]:
    """Make an application that fails as the import of another one did."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> NoReturn:
        raise error

    return app


def answer(app: Callable[..., Any], environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Call an application as a server does.

    :param app: The application.
    :param environ: The environ without the server's own objects.
    :param body: The request's body.
    :return: Status, headers and body of the response, the error if one came out, and warnings.
    """
    environ |= {
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    started: list[tuple[str, list[tuple[str, str]]]] = []
    chunks: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        started.append((status, headers))
        return chunks.append

    error = None
    warnings: list[Any] = []
    try:
        with time_limit(), catch_warnings(record=True) as warnings:
            simplefilter("always")
            iterable = app(environ, start_response)
            try:
                chunks.extend(iterable)
            finally:
                if hasattr(iterable, "close"):
                    iterable.close()
    except Exception as caught:
        error = f"{type(caught).__name__}: {caught}"
    # An unclosed file is noticed whenever the garbage collector comes along.
    warnings = [shown for shown in warnings if shown.category is not ResourceWarning]
    status, headers = started[-1] if started else (None, [])
    return {
        "status": status,
        "headers": headers,
        "body": base64.b64encode(b"".join(chunks)).decode(),
        "error": error,
        "warnings": [f"{shown.category.__name__}: {shown.message}" for shown in warnings],
    }


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise an error when a request takes too long."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"No answer after {SECONDS_PER_REQUEST} seconds.")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS_PER_REQUEST)
    try:
        yield
    finally:
        signal.alarm(0)


def main() -> None:
    """Read requests until the input ends."""
    is_mounted = "--mounted" in sys.argv
    if is_mounted:
        configure_project()
    if "--as-flask" in sys.argv:
        import flaskish.as_flask  # noqa: F401 - its import is what it is for
    # Tracebacks of errors that are meant to happen would fill the screen.
    logging.disable()
    lines = sys.stdout
    # What an application prints must not mix with the answers.
    sys.stdout = sys.stderr
    apps: dict[str, Callable[..., Any]] = {}
    for line in sys.stdin:
        question = json.loads(line)
        is_head = question["environ"]["REQUEST_METHOD"] == "HEAD"
        name = question["app"]
        if name not in apps:
            try:
                app = load_app(name)
                apps[name] = mount(app) if is_mounted else app
            except Exception as error:
                apps[name] = failing_app(error)
        reply = answer(apps[name], question["environ"], base64.b64decode(question["body"]))
        if is_mounted and is_head:
            # Django leaves this to the server.
            reply["body"] = ""
        print(json.dumps(reply), file=lines, flush=True)


if __name__ == "__main__":
    main()
