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
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a process that has answered one request."""
    command = [sys.executable, "-c", HELLO]
    environment = {**os.environ}
    # With it the process would be one of a project.
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return set(json.loads(answer.stdout))


def test_packages_of_others_are_django_and_what_it_needs(loaded: set[str]) -> None:
    packages = {name for name in loaded if "." not in name} - sys.stdlib_module_names
    # A process may begin with what helps to find an installation, such as this one's finder.
    packages = {name for name in packages if not name.startswith(("_", "sitecustomize"))}
    # Django 5.2 loads it along with the rest, 6.1 when it is needed.
    packages.discard("sqlparse")
    assert packages == {"asgiref", "django", "flaskish", "markupsafe"}


@pytest.mark.parametrize(
    "module",
    [
        "django.contrib",
        "django.core.handlers.wsgi",
        "django.core.management",
        "django.urls.resolvers",
        "encodings.idna",
        "flaskish._app_loading",
        "flaskish._event_loop",
        "flaskish._running",
        "flaskish.bridge.asgi",
        "flaskish.bridge.urlconf",
        "flaskish.cli",
        "flaskish.debughelpers",
        "flaskish.templating",
        "flaskish.testing",
        "flaskish.werkzeug._files",
        "flaskish.werkzeug.debug",
        "flaskish.werkzeug.middleware",
        "flaskish.werkzeug.sansio.multipart",
        "flaskish.werkzeug.serving",
        "flaskish.werkzeug.test",
        "importlib.metadata",
    ],
)
def test_what_a_hello_has_no_use_for_is_not_loaded(loaded: set[str], module: str) -> None:
    assert not any(name == module or name.startswith(f"{module}.") for name in loaded)
