"""One file starts in each documented way: real processes, asked over HTTP.

Flask: Quickstart, Development Server, Deploying to Production. Django: ``runserver``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .processes import started

HELLO = """
import os

from flaskish import Flask, request, url_for

app = Flask(__name__)


@app.get("/")
def hello():
    return {"hello": request.args.get("name", "World"), "url": url_for("hello")}


@app.get("/fails")
def fails():
    raise LookupError("of the view")


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
"""
URLS = """
from django.urls import path

import hello

urlpatterns = [path("hello/", hello.app.urls), path("again/", hello.app.urls)]
"""
SETTINGS = """
ALLOWED_HOSTS = ["*"]
DEBUG = True
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "urls"
SECRET_KEY = "of the project"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in (("hello", HELLO), ("urls", URLS), ("settings", SETTINGS)):
        (tmp_path / f"{name}.py").write_text(source)
    return tmp_path


ALONE = '{"hello":"you","url":"/"}\n'
#: The project is in debug mode, where JSON is indented.
MOUNTED = '{\n  "hello": "you",\n  "url": "/hello/"\n}\n'


@pytest.mark.parametrize(
    "arguments",
    [
        ["hello.py"],
        ["-m", "flaskish", "--app", "hello", "run", "--port", "{port}"],
        ["-m", "gunicorn", "--bind", "127.0.0.1:{port}", "hello:app"],
        ["-m", "uvicorn", "--port", "{port}", "hello:app.asgi_app"],
    ],
    ids=["python", "flaskish", "gunicorn", "uvicorn"],
)
def test_file_starts_alone(folder: Path, arguments: list[str]) -> None:
    with started(folder, *arguments) as server:
        assert server.get("/?name=you") == (200, ALONE)
        status, page = server.get("/fails")
        assert status == 500
        assert "Internal Server Error" in page
        assert "of the view" not in page
        assert "LookupError: of the view" in server.output()


def test_file_starts_mounted_twice_in_a_project(folder: Path) -> None:
    arguments = ["-m", "django", "runserver", "--noreload", "{port}"]
    with started(folder, *arguments, DJANGO_SETTINGS_MODULE="settings", PYTHONPATH=".") as server:
        assert server.get("/hello/?name=you") == (200, MOUNTED)
        assert '"url": "/again/"' in server.get("/again/")[1]
        status, page = server.get("/hello/fails", accept="text/html")
        assert status == 500
        assert "of the view" in page


def test_debug_mode_shows_errors_and_reloads_on_change(folder: Path) -> None:
    arguments = ["-m", "flaskish", "--app", "hello", "run", "--debug", "--port", "{port}"]
    with started(folder, *arguments) as server:
        assert " * Serving Flask app 'hello'" in server.output()
        assert " * Debug mode: on" in server.output()
        status, page = server.get("/fails", accept="text/html")
        assert status == 500
        assert "<title>LookupError" in page
        assert "you have <code>DEBUG = True</code> in your" in page

        source = (folder / "hello.py").read_text()
        (folder / "hello.py").write_text("broken in a hurry")
        server.wait_for(lambda: "SyntaxError" in server.get()[1])
        (folder / "hello.py").write_text(source.replace('"World"', '"mended"'))
        server.wait_for(lambda: "mended" in server.get()[1])


def test_application_of_flask_starts_under_the_alias(folder: Path) -> None:
    (folder / "unchanged.py").write_text(HELLO.replace("from flaskish", "from flask"))
    arguments = ["-m", "flaskish", "--as-flask", "--app", "unchanged", "run", "--port", "{port}"]
    with started(folder, *arguments) as server:
        assert server.get("/?name=you") == (200, ALONE)


def test_application_that_gevent_patches_starts_with_gevents_command(folder: Path) -> None:
    patching = "import gevent.monkey\n\ngevent.monkey.patch_all()\n"
    (folder / "patched.py").write_text(patching + HELLO)
    command = ["-m", "gevent.monkey", "--module", "flaskish"]
    with started(folder, *command, "--app", "patched", "run", "--port", "{port}") as server:
        assert server.get("/?name=you") == (200, ALONE)
