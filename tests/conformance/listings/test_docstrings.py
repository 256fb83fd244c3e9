"""The listings in the docstrings of Flask's modules, which the API page shows."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import OrderedDict
from types import SimpleNamespace

import flask
import pytest


@pytest.fixture
def app(folder):
    app = flask.Flask("documented", root_path=str(folder.path))
    app.secret_key = "a key"
    return app


# flask.app


@pytest.mark.parametrize("module", ["src/flask/app", "src/flask/sansio/app"])
def test_application_object(page, run, folder, module):
    assert run(page(module)("from flask import Flask\napp = Flask(__name__)")).app
    first, second = page(module)("__name__.split('.')[0]").splitlines()
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/app.py", f"from flask import Flask\n{second}\n")
    from yourapplication import app as package_module

    other = run(f"from flask import Flask\n{first}").app
    assert other.root_path == package_module.app.root_path == str(folder.path / "yourapplication")
    assert other.import_name == package_module.app.import_name == "yourapplication"


def test_resource(page, run, folder, app):
    folder.write("schema.sql", "create table a (b integer);")
    connection = sqlite3.connect(":memory:")
    source = page("src/flask/app")("open_resource")
    conn = SimpleNamespace(executescript=lambda text: connection.executescript(text.decode()))
    run(source, app=app, conn=conn)
    assert connection.execute("select * from a").fetchall() == []
    connection.close()


def test_clients(page, run, app):
    listing = page("src/flask/app")
    app.add_url_rule("/", "index", lambda: "index")
    client = run(listing("app.testing = True"), app=app).client
    assert client.get("/").text == "index"
    run(listing("vodka"), app=app, request=flask.request)
    client = run(listing("class CustomClient"), app=app).client
    assert client._authentication == "Basic ...."
    assert client.get("/").text == "index"


def test_async_function(page, run, app):
    async def func(number):
        return number + 1

    names = {"app": app, "func": func, "args": (1,), "kwargs": {}}
    assert run(page("src/flask/app")("async_to_sync"), **names).result == 2


def test_pushed_contexts(page, run, app):
    listing = page("src/flask/app")
    pushed = []
    note = lambda: pushed.append((flask.current_app.name, flask.has_request_context()))
    run(listing("init_db()"), app=app, init_db=note)
    run(listing("generate_report()").replace("...", "'/'"), app=app, generate_report=note)
    source = listing("ctx.push()").replace("(...)", "('/')").replace("\n...\n", "\nnote()\n")
    run(source, app=app, note=note)
    assert pushed == [("documented", False), ("documented", True), ("documented", True)]


def test_middleware(page, run, app):
    listing = page("src/flask/app")

    class MyMiddleware:
        def __init__(self, wrapped):
            self.wrapped = wrapped

        def __call__(self, environ, start_response):
            return self.wrapped({**environ, "REMOTE_ADDR": "192.0.2.1"}, start_response)

    app.add_url_rule("/", "index", lambda: flask.request.remote_addr)
    outside = run(listing("app = MyMiddleware(app)"), app=app, MyMiddleware=MyMiddleware).app
    from werkzeug.test import Client

    assert Client(outside).get("/").text == "192.0.2.1"
    run(listing("app.wsgi_app ="), app=app, MyMiddleware=MyMiddleware)
    assert app.test_client().get("/").text == "192.0.2.1"


# flask.config


def test_configuration(page, run, folder, app, monkeypatch):
    listing = page("src/flask/config")
    folder.write("yourconfig.cfg", "NAME = 'file'\nlower = 1\n")
    run(listing("'yourconfig.cfg'"), app=app)
    assert app.config["NAME"] == "file"
    assert "lower" not in app.config
    run(listing("DEBUG = True"), app=app)
    assert app.config["SECRET_KEY"] == "development key"
    folder.write("other.cfg", "NAME = 'other'\n")
    name, _, value = listing("export").removeprefix("export ").strip().partition("=")
    monkeypatch.setenv(name, value.strip("'").replace("/path/to/config/file", "other.cfg"))
    run(listing("from_envvar('YOUR"), app=app)
    assert app.config["NAME"] == "other"
    import os

    run(listing("os.environ["), app=app, os=os)
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/default_config.py", "NAME = 'default'\n")
    run(listing("default_config"), app=app)
    assert app.config["NAME"] == "default"


def test_configuration_of_other_formats(page, run, folder, app):
    folder.write("config.json", json.dumps({"A": 1}))
    folder.write("config.toml", "B = 2\n")
    run(page("src/flask/config")("from_file"), app=app)
    assert (app.config["A"], app.config["B"]) == (1, 2)


def test_namespace_of_the_configuration(page, run, app):
    listing = page("src/flask/config")
    found = run(listing("get_namespace"), app=app).image_store_config
    assert found == eval(listing("'base_url': "))


# flask.ctx, flask.helpers


def test_function_after_this_request(page, run, app):
    names = {"app": app, "after_this_request": flask.after_this_request}
    run(page("src/flask/ctx")("Parachute"), **names)
    assert app.test_client().get("/").headers["X-Foo"] == "Parachute"


@pytest.mark.parametrize("test", ["has_request_context()", "and request:"])
def test_optional_request(page, run, app, test):
    names = {"db": SimpleNamespace(Model=object), "request": flask.request}
    names["has_request_context"] = flask.has_request_context
    user = run(page("src/flask/ctx")("class User", test), **names).User
    assert user("me").remote_addr is None
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        assert user("me").remote_addr == "192.0.2.1"


@pytest.mark.parametrize("form", ["@stream_with_context", "Response(stream_with_context("])
def test_streams(page, run, app, form):
    run(page("src/flask/helpers")(form), app=app)
    assert app.test_client().get("/stream?name=you").text == "Hello you!"


def test_made_responses(page, run, folder, app):
    listing = page("src/flask/helpers")
    folder.write("templates/index.html", "{{ foo }}")
    folder.write("templates/not_found.html", "not found")
    names = {name: getattr(flask, name) for name in ("render_template", "make_response")}
    for text, header in (
        ("    return render_template", None),
        ("    response = make", "parachutes are cool"),
    ):
        module = run(listing("def index", text), **names)
        with app.test_request_context():
            response = flask.make_response(module.index())
        assert (response.get_data(), response.headers.get("X-Parachutes")) == (b"42", header)
    with app.test_request_context():
        response = run(listing("not_found.html"), **names).response
        assert (response.status_code, response.get_data()) == (404, b"not found")
        response = run(listing("view_function()"), view_function=lambda: "a", **names).response
    assert response.headers["X-Parachutes"] == "parachutes are cool"


def test_macro_in_python(page, run, folder, app):
    listing = page("src/flask/helpers")
    folder.write("templates/_cider.html", listing("{% macro"))
    source = "".join(f"    {line}\n" for line in listing("'_cider.html'").splitlines())
    names = {"get_template_attribute": flask.get_template_attribute}
    with app.app_context():
        assert run(f"def call():\n{source}", **names).call() == "Hello World!"


def test_download(page, run, folder, app):
    folder.write("uploads/a/b.txt", "data")
    app.config["UPLOAD_FOLDER"] = "uploads"
    names = {"app": app, "send_from_directory": flask.send_from_directory}
    run(page("src/flask/helpers")("def download_file"), **names)
    with app.test_client().get("/uploads/a/b.txt") as response:
        assert response.data == b"data"
        assert response.headers["Content-Disposition"] == "attachment; filename=b.txt"


# flask.json, flask.sessions, flask.testing


def test_tag(page, run, app):
    """The listing calls a function of Python 2's time."""
    names = {"app": app, "OrderedDict": OrderedDict, "iteritems": lambda value: value.items()}
    run(page("src/flask/json/tag")("class TagOrderedDict"), **names)
    app.add_url_rule("/set", "set", lambda: flask.session.update(a=OrderedDict(b=1)) or "")
    app.add_url_rule(
        "/",
        "index",
        lambda: repr(flask.session["a"] == OrderedDict(b=1)) + type(flask.session["a"]).__name__,
    )
    client = app.test_client()
    client.get("/set")
    assert client.get("/").text == "TrueOrderedDict"


def test_session_interface(page, run):
    listing = page("src/flask/sessions")
    from flask.sessions import SessionInterface, SessionMixin

    session_class = run(listing("class Session"), SessionMixin=SessionMixin).Session

    class MySessionInterface(SessionInterface):
        def open_session(self, app, request):
            return session_class(opened=True)

        def save_session(self, app, session, response):
            response.headers["X-Session"] = repr(dict(session))

    names = {"Flask": flask.Flask, "MySessionInterface": MySessionInterface}
    app = run(listing("MySessionInterface()"), **names).app
    app.add_url_rule("/", "index", lambda: flask.session.update(a=1) or "")
    assert app.test_client().get("/").headers["X-Session"] == "{'opened': True, 'a': 1}"


def test_session_of_a_client(page, run, app):
    app.add_url_rule("/", "index", lambda: str(flask.session["value"]))
    client = app.test_client()
    run(page("src/flask/testing")("session_transaction"), client=client)
    assert client.get("/").text == "42"


# flask.sansio


def test_additions_to_templates(page, run, app):
    listing = page("src/flask/sansio/app")
    for text in ("def reverse", "def is_prime", "def double"):
        run(listing(text), app=app, math=math)
    source = "{{ 'ab' | reverse }} {{ 7 is is_prime }} {{ 9 is is_prime }} {{ double(21) }}"
    with app.app_context():
        assert flask.render_template_string(source) == "ba True False 42"


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("src/flask/sansio/app", "with app.app_context()"),
        ("src/flask/sansio/scaffold", "test_request"),
    ],
)
def test_teardown(page, run, app, module, text):
    ran = []
    app.teardown_request(lambda error: ran.append("request"))
    app.teardown_appcontext(lambda error: ran.append("app"))
    run(page(module)(text), app=app)
    assert ran == (["request", "app"] if "request" in text else ["app"])


ANSWER = "return 'answered'"


@pytest.mark.parametrize(
    ("texts", "without", "url"),
    [
        (("Hello, World!",), (), "/"),
        (("@app.route", "..."), (), "/"),
        (("view_func=index",), (), "/"),
        (('endpoint="index"',), (), "/"),
        (("@app.endpoint", "def example"), (), "/ex"),
    ],
)
def test_routes(page, run, app, texts, without, url):
    source = page("src/flask/sansio/scaffold")(*texts, without=without)
    run(source.replace("...", ANSWER), app=app)
    assert app.test_client().get(url).text in {"answered", "Hello, World!"}


def test_user_of_a_request(page, run, app):
    users = SimpleNamespace(session={7: "me"})
    names = {"app": app, "session": flask.session, "g": flask.g, "db": users}
    run(page("src/flask/sansio/scaffold")("def load_user"), **names)
    app.add_url_rule("/", "index", lambda: str(flask.g.get("user")))
    client = app.test_client()
    assert client.get("/").text == "None"
    with client.session_transaction() as session:
        session["user_id"] = 7
    assert client.get("/").text == "me"


def test_error_handlers(page, run, app):
    listing = page("src/flask/sansio/scaffold")

    class DatabaseError(Exception):
        pass

    @app.get("/fail")
    def fail():
        raise DatabaseError

    run(listing("page_not_found"), app=app)
    run(listing("special_exception_handler"), app=app, DatabaseError=DatabaseError)
    client = app.test_client()
    answers = [client.get(url) for url in ("/missing", "/fail")]
    assert [(answer.status_code, answer.text) for answer in answers] == [
        (404, "This page does not exist"),
        (500, "Database connection failed"),
    ]


# flask.views


def test_view(page, run, app):
    from flask.views import View

    run(page("src/flask/views")("class Hello"), app=app, View=View)
    assert app.test_client().get("/hello/you").text == "Hello, you!"


def test_method_view(page, run, app):
    from flask.views import MethodView

    names = {name: getattr(flask, name) for name in ("session", "redirect", "url_for")}
    run(page("src/flask/views")("class CounterAPI"), app=app, MethodView=MethodView, **names)
    client = app.test_client()
    assert client.get("/counter").text == "0"
    assert client.post("/counter", follow_redirects=True).text == "1"
    assert client.put("/counter").status_code == 405
