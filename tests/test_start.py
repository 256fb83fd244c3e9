"""What a program brings into memory before it is needed, asked of a fresh process.

Flask: the start of an application. Django: the same; its modules that a response needs come along.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HELLO = """
import json, sys
from io import BytesIO
from flaskish import Flask

app = Flask("hello", root_path="/")

@app.route("/")
def hello():
    return "Hello, World!"

environ = {
    "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/", "QUERY_STRING": "",
    "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
}
assert list(app(environ, lambda status, headers: None)) == [b"Hello, World!"]
"""
HELLO_OF_ASGI = """
import asyncio, json, sys
from flaskish import Flask

app = Flask("hello", root_path="/")

@app.route("/")
async def hello():
    return "Hello, World!"

scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
    "scheme": "http", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
    "headers": [(b"host", b"localhost")], "server": ("localhost", 80), "client": ("localhost", 9),
}
sent = []

async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}

async def send(message):
    sent.append(message)

asyncio.run(app.asgi_app(scope, receive, send))
assert b"".join(message.get("body", b"") for message in sent) == b"Hello, World!"
"""
TELL_MODULES = "print(json.dumps(sorted(sys.modules)))"


def modules_after(program: str) -> set[str]:
    """Run a program in a process of its own and return what it has loaded."""
    # With it the process would be one of a project.
    environment = {**os.environ}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return set(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a process that has answered one request."""
    return modules_after(HELLO + TELL_MODULES)


def test_packages_of_others_are_django_and_what_it_needs(loaded: set[str]) -> None:
    packages = {name for name in loaded if "." not in name} - sys.stdlib_module_names
    # A process may begin with what helps to find an installation, such as this one's finder.
    packages = {name for name in packages if not name.startswith(("_", "sitecustomize"))}
    # Django 5.2 loads it along with the rest, 6.1 when it is needed.
    packages.discard("sqlparse")
    assert packages == {"asgiref", "django", "flaskish", "markupsafe"}


#: What an application needs for its first answer. A name more here is paid for by each process.
MODULES_OF_A_HELLO = """
    _context_processors _form_limits _hooks _hosts _make_response _on_demand _packages
    _replaced_methods _steps _urls app config ctx globals sessions signals scaffold wrappers
    bridge bridge._typed_values bridge.lifecycle bridge.session bridge.settings bridge.view_marks
    json json.provider sansio sansio.app werkzeug werkzeug._dates werkzeug._internal
    werkzeug._properties werkzeug._sendable werkzeug._status werkzeug.datastructures
    werkzeug.datastructures.headers werkzeug.datastructures.mixins
    werkzeug.datastructures.structures werkzeug.exceptions werkzeug.local werkzeug.routing
    werkzeug.routing._parsing werkzeug.routing._patterns werkzeug.routing.converters
    werkzeug.routing.exceptions werkzeug.routing.map werkzeug.routing.matcher
    werkzeug.routing.rules werkzeug.sansio werkzeug.sansio._header_properties werkzeug.sansio._lazy
    werkzeug.sansio.request werkzeug.sansio.response werkzeug.sansio.utils werkzeug.user_agent
    werkzeug.wrappers werkzeug.wrappers._django_response werkzeug.wrappers._environ
    werkzeug.wrappers._response_body werkzeug.wrappers._response_headers
    werkzeug.wrappers.request werkzeug.wrappers.response
"""


def test_modules_of_ours_are_those_that_a_hello_needs(loaded: set[str]) -> None:
    ours = {name.partition(".")[2] for name in loaded if name.startswith("flaskish.")}
    assert ours - {*MODULES_OF_A_HELLO.split()} == set()


#: What it needs in addition with an ASGI server.
MODULES_OF_AN_ASYNC_HELLO = """
    _background _event_loop _request_steps bridge.asgi bridge.asgi_body bridge.asgi_http
    bridge.asgi_response bridge.lifespan bridge.request_thread views
    werkzeug.wrappers._async_body werkzeug.wrappers._scope
"""


def test_modules_of_ours_are_those_that_an_async_hello_needs() -> None:
    loaded = modules_after(HELLO_OF_ASGI + TELL_MODULES)
    ours = {name.partition(".")[2] for name in loaded if name.startswith("flaskish.")}
    needed = {*MODULES_OF_A_HELLO.split(), *MODULES_OF_AN_ASYNC_HELLO.split()}
    assert ours - needed == set()


def test_other_modules_are_those_of_djangos_responses(loaded: set[str]) -> None:
    """Our responses are Django's, whose package loads most of what a process has."""
    others = {name for name in loaded if name.partition(".")[0] != "flaskish"}
    # Signals and caches are asked whether they have something to do at the end of a request.
    known = {
        *("markupsafe", "markupsafe._speedups"),
        *("django.core.cache.backends.locmem", "django.db.backends.signals"),
    }
    assert others - modules_after("import json, sys, django.http\n" + TELL_MODULES) - known == set()
