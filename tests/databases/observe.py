"""Sends requests to one kind of application and prints what became of its database connections.

Flask: an application alone or mounted. Django: plain views, which say how it has to be.

Run as a program, because settings are configured once: ``python observe.py KIND DATABASES``. Each
scenario has a thread and so connections of its own. The answer is JSON: by database, interface, age
and scenario, after each step, how many connections were opened until then, and how many are open.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

from django.conf import settings

from flaskish.bridge import lifecycle

Observation = list[Any]
#: What is requested one after the other. A ``~`` in front gives up after the first chunk.
SCENARIOS = {
    "no query": ["nothing"],
    "one query": ["query"],
    "two queries": ["query", "query"],
    "a query before one without": ["query", "nothing"],
    "an error after a query": ["query", "fail", "query"],
    "an HTTP error after a query": ["missing", "query"],
    "a failed query": ["broken", "query"],
    "a failed transaction": ["atomic", "query"],
    "a stream": ["stream", "query"],
    "a stream that is given up": ["~stream", "query"],
    "a stream that fails": ["failing_stream", "query"],
    "an unknown path": ["query", "unknown"],
    "a connection that the server lost": ["query", "lose", "query", "query"],
}


# What the views do


def query() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return str(cursor.fetchone()[0])


def nothing() -> str:
    return "nothing"


def fail() -> str:
    raise ZeroDivisionError(query())


def broken() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nonsense FROM nowhere")
    return "unreachable"


def atomic() -> str:
    from django.db import transaction

    with transaction.atomic():
        return broken()


def lose() -> str:
    """End the connection from outside, where there is a server to do so."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        import psycopg

        place = connection.settings_dict
        with psycopg.connect(host=place["HOST"], dbname="postgres", user="tests") as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", (process,))
    return "lost"


def stream() -> Iterator[str]:
    yield query()
    yield query()


def failing_stream() -> Iterator[str]:
    yield query()
    raise ZeroDivisionError


app: Any = None
ANSWERS = (query, nothing, fail, broken, atomic, lose, stream, failing_stream)


# The same as an application of each kind


def django_patterns() -> list[Any]:
    from django.http import Http404, HttpResponse, StreamingHttpResponse
    from django.urls import path

    def view_of(answer: Callable[[], Any]) -> Callable[..., Any]:
        def view(http_request: Any) -> Any:
            content = answer()
            kind = HttpResponse if isinstance(content, str) else StreamingHttpResponse
            return kind(content)

        return view

    def missing(http_request: Any) -> Any:
        raise Http404(query())

    views = [path(answer.__name__, view_of(answer)) for answer in ANSWERS]
    return [*views, path("missing", missing)]


def flask_app() -> Any:
    """Make the application, which the module keeps as that of a user does."""
    global app
    from flaskish import Flask, abort

    app = Flask("observed", static_folder=None)
    for answer in ANSWERS:
        app.add_url_rule(f"/{answer.__name__}", view_func=answer)

    def missing() -> str:
        abort(404, query())

    app.add_url_rule("/missing", view_func=missing)
    return app


def make_server(kind: str, interface: str) -> Any:
    """Return what a server calls: a WSGI or an ASGI application."""
    urls: Any = sys.modules[__name__]
    if kind.startswith("alone"):
        app = flask_app()
        # As in debug mode, where errors go on to the server.
        app.config["PROPAGATE_EXCEPTIONS"] = "letting errors out" in kind
        return app if interface == "wsgi" else app.asgi_app
    if kind == "mounted":
        from django.urls import path

        urls.urlpatterns = [path("", flask_app().urls)]
    else:
        urls.urlpatterns = django_patterns()
    if interface == "wsgi":
        from django.core.handlers.wsgi import WSGIHandler

        return WSGIHandler()
    from django.core.handlers.asgi import ASGIHandler

    return ASGIHandler()


# What a server does


def request_by_wsgi(server: Any, path: str, give_up: bool) -> None:
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, Any] = {"PATH_INFO": f"/{path}"}
    setup_testing_defaults(environ)
    chunks: Any = ()
    try:
        chunks = server(environ, lambda status, headers, exc_info=None: None)
        for _ in chunks:
            if give_up:
                break
    except Exception:
        # Servers log it and go on.
        pass
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


async def request_by_asgi(server: Any, path: str, give_up: bool) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": f"/{path}",
        "raw_path": f"/{path}".encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(message: dict[str, Any]) -> None:
        if give_up and message.get("body"):
            messages.put_nowait({"type": "http.disconnect"})
            # The handler hears of it in its own time, as of a client that goes away.
            await asyncio.sleep(0.05)

    try:
        await server(scope, messages.get, send)
    except Exception:
        pass


class Watch:
    """Notes the connections that are opened, in whichever thread."""

    def __init__(self) -> None:
        from django.db.backends.signals import connection_created

        self.opened: list[Any] = []
        connection_created.connect(self._note)

    def _note(self, connection: Any, **kwargs: Any) -> None:
        self.opened.append(connection)

    def look(self) -> tuple[int, int]:
        """Return how many were opened until now, and how many of them are open."""
        still_open = {id(each) for each in self.opened if each.connection is not None}
        return len(self.opened), len(still_open)


def observe(server: Any, steps: list[str]) -> Observation:
    watch, seen = Watch(), []
    for step in steps:
        request_by_wsgi(server, step.removeprefix("~"), step.startswith("~"))
        seen.append(watch.look())
    return seen


async def observe_async(server: Any, steps: list[str]) -> Observation:
    watch, seen = Watch(), []
    for step in steps:
        await request_by_asgi(server, step.removeprefix("~"), step.startswith("~"))
        seen.append(watch.look())
    return seen


def use_database(place: dict[str, Any]) -> None:
    """Make this the database of threads that begin from here on."""
    from django.db import connections

    connections.settings["default"] = connections.configure_settings({"default": place})["default"]


def observe_scenario(server: Any, interface: str, steps: list[str]) -> Observation:
    """Observe in a thread of its own, as in a program whose first request this is."""
    lifecycle._watch = lifecycle._Watch()
    found: Observation = []

    def run() -> None:
        from django.db import connections

        if interface == "wsgi":
            found.extend(observe(server, steps))
        else:
            found.extend(asyncio.run(observe_async(server, steps)))
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return found


def main(kind: str, databases: str) -> None:
    places: dict[str, dict[str, Any]] = json.loads(databases)
    configure(kind, places["sqlite"])
    found: dict[str, Any] = {}
    for interface in ("wsgi", "asgi"):
        server = make_server(kind, interface)
        for database, place in places.items():
            for max_age in (0, 60):
                use_database({**place, "CONN_MAX_AGE": max_age})
                found[f"{database} {interface} {max_age}"] = {
                    name: observe_scenario(server, interface, steps)
                    for name, steps in SCENARIOS.items()
                }
    json.dump(found, sys.stdout)


def configure(kind: str, database: dict[str, Any]) -> None:
    own_settings: dict[str, Any] = {"DATABASES": {"default": database}}
    if "with middleware" in kind:
        own_settings["MIDDLEWARE"] = ["django.middleware.common.CommonMiddleware"]
    if kind.startswith("alone"):
        from flaskish import Flask

        Flask("settings", django=own_settings)
    else:
        settings.configure(
            SECRET_KEY="k",
            ALLOWED_HOSTS=["*"],
            ROOT_URLCONF=__name__,
            LOGGING_CONFIG=None,
            **own_settings,
        )
        import django

        django.setup()
    # The errors are on purpose.
    logging.disable()


if __name__ == "__main__":
    main(*sys.argv[1:])
