"""Deploying to Production, gevent: the servers of the pages, each with the application it takes."""

from __future__ import annotations

import re

import flask
import pytest
from programs import commands_in, get
from werkzeug.test import Client

HELLO = """
from flask import Flask, request

def create_app():
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "Hello, " + request.args.get("name", "World"))
    return app

app = create_app()
"""

_PORT = re.compile(r"\b8000\b")


@pytest.fixture
def hello(folder):
    folder.write("hello.py", HELLO)


def says_hello(address):
    return get(f"{address}/?name=you") == "Hello, you"


@pytest.mark.parametrize("command", ["'hello:app'", "'hello:create_app()'"])
def test_gunicorn(page, hello, shell, command):
    commands = commands_in(page("deploying/gunicorn")("hello:app"))
    (typed,) = (one for one in commands if command in one)
    with shell.serving(typed, {"GUNICORN_CMD_ARGS": "--bind=127.0.0.1:{port}"}) as address:
        assert says_hello(address)


@pytest.mark.parametrize("option", ["-k gevent", "-b 0.0.0.0"])
def test_gunicorn_with_options(page, hello, shell, option):
    (typed,) = commands_in(page("deploying/gunicorn")(option))
    typed = typed.replace("-b 0.0.0.0", "-b 0.0.0.0:{port}")
    with shell.serving(typed, {"GUNICORN_CMD_ARGS": "--bind=127.0.0.1:{port}"}) as address:
        assert says_hello(address)


@pytest.mark.parametrize("command", ["hello:app", "--call hello:create_app"])
def test_waitress(page, hello, shell, command):
    commands = commands_in(page("deploying/waitress")("hello:app"))
    (typed,) = (one for one in commands if command in one)
    with shell.serving(typed.replace("--host", "--port {port} --host")) as address:
        assert says_hello(address)


def test_waitress_without_a_host(page, folder, shell):
    folder.write("flaskr.py", HELLO)
    (typed,) = commands_in(page("tutorial/deploy")("waitress-serve"))
    with shell.serving(typed.replace("--call", "--port {port} --call")) as address:
        assert says_hello(address)


@pytest.mark.parametrize(
    "texts",
    [
        ("127.0.0.1", "-p 4 -w hello:app"),
        ("127.0.0.1", "-p 4 -w wsgi:app"),
        ("0.0.0.0",),
        ("--gevent",),
    ],
)
def test_uwsgi(page, hello, folder, shell, texts):
    listing = page("deploying/uwsgi")
    folder.write("wsgi.py", listing("from hello import create_app"))
    (typed,) = commands_in(listing(*texts))
    with shell.serving(_PORT.sub("{port}", typed) + " --die-on-term") as address:
        assert says_hello(address)


def test_mod_wsgi_finds_the_application(page, hello, run):
    """That the module has the name; Apache itself is not here."""
    listing = page("deploying/mod_wsgi")
    for text in ("from hello import app", "from hello import create_app"):
        client = Client(run(listing(text)).application)
        assert client.get("/").text == "Hello, World"


def test_gevent(page, hello, folder, shell):
    listing = page("deploying/gevent")
    folder.write(
        "wsgi.py", _PORT.sub("int(os.environ['PORT'])", "import os\n" + listing("WSGIServer"))
    )
    (typed,) = commands_in(listing("$ python wsgi.py"))
    with shell.serving(typed, {"PORT": "{port}"}) as address:
        assert says_hello(address)


def test_asgi(page, folder, shell):
    listing = page("deploying/asgi")
    source = listing("WsgiToAsgi").replace("...", "app.add_url_rule('/', 'index', lambda: 'here')")
    folder.write("module.py", source)
    (typed,) = commands_in(listing("$ hypercorn"))
    with shell.serving(f"{typed} --bind 127.0.0.1:{{port}}") as address:
        assert get(address) == "here"


@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_application_behind_a_proxy(page, run, server):
    """With the headers that the pages' configurations set."""
    app = flask.Flask("proxied")
    run(page("deploying/proxy_fix")("ProxyFix("), app=app)
    show = lambda: [flask.request.remote_addr, flask.request.url, flask.request.script_root]
    app.add_url_rule("/", "index", show)
    headers = {
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Proto": "https" if server == "nginx" else "http",
        "X-Forwarded-Host": "hello.localhost",
        "X-Forwarded-Prefix": "/",
    }
    scheme = headers["X-Forwarded-Proto"]
    name, text = ("nginx", "proxy_pass") if server == "nginx" else ("apache-httpd", "ProxyPass")
    configured = page(f"deploying/{name}")(text)
    assert "X-Forwarded-Proto" in configured
    assert "X-Forwarded-Prefix" in configured
    assert app.test_client().get("/", headers=headers).json == [
        "192.0.2.7",
        f"{scheme}://hello.localhost/",
        "",
    ]


# Async with Gevent: in programs of their own, since gevent patches the whole process.


@pytest.mark.parametrize("loop", [None, "libuv"])
def test_tasks_with_gevent(page, folder, shell, loop):
    listing = page("gevent")
    others = ("gevent.config", "asyncio")
    patching = listing("gevent.config.loop") if loop else listing("patch_all()", without=others)
    program = (
        patching,
        "from types import SimpleNamespace",
        "from flask import Flask",
        "sent = []",
        "email = SimpleNamespace(send=lambda **what: sent.append(what))",
        "app = Flask(__name__)",
        listing("def send_email"),
        "print(app.test_client().post('/send').text, sent)",
        "gevent.sleep(0)",
        "print(sent)",
    )
    folder.write("program.py", "\n".join(program))
    assert shell.run("python program.py").splitlines() == [
        "Email is being sent. []",
        "[{'to': 'example@example.example', 'text': 'example'}]",
    ]


def test_asyncio_inside_gevent(page, folder, shell):
    """Written for Python 3.13, whose names and nested quotes are replaced here."""
    source = page("gevent")("class GeventFlask")
    source = source.replace("asyncio.EventLoop()", "asyncio.new_event_loop()")
    source = source.replace('f"Hello, {request.args.get("name", "World")}!"', '"Hello, World!"')
    source += "print(app.test_client().get('/').text)\n"
    folder.write("program.py", source.replace("sleep(1)", "sleep(0)"))
    assert shell.run("python program.py") == "Hello, World!\n"


def test_context_in_a_task_of_gevent(page, folder, shell):
    view = page("src/flask/ctx")("import gevent").replace("...", "print(request.path)")
    program = (
        "from flask import Flask, request",
        "app = Flask(__name__)",
        view,
        "print(app.test_client().get('/').text)",
        "gevent.sleep(0)",
    )
    folder.write("program.py", "\n".join(program))
    assert shell.run("python program.py").splitlines() == ["Regular response", "/"]
