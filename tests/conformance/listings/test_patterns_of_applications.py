"""Patterns: dispatching, factories, packages, subclassing, wrapping, one-page applications."""

from __future__ import annotations

import hashlib
import sys
from io import BytesIO

import pytest
from programs import get
from werkzeug.test import Client


def test_applications_are_combined(page, run, folder):
    listing = page("patterns/appdispatch")
    for name in ("frontend", "backend"):
        source = listing("def hello_world").replace("Hello World!", name)
        folder.write(f"{name}_app.py", f"{source}\napplication = app\n")
    client = Client(run(listing("DispatcherMiddleware(")).application)
    assert client.get("/").text == "frontend"
    assert client.get("/backend/").text == "backend"


def test_application_by_subdomain(page, run, folder):
    listing = page("patterns/appdispatch")
    folder.write(
        "myapplication.py",
        "from flask import Flask\n"
        "made = []\n"
        "def get_user_for_subdomain(name): return name if name == 'known' else None\n"
        "def create_app(user):\n"
        "    made.append(user)\n"
        "    app = Flask(user)\n"
        "    app.add_url_rule('/', 'index', lambda: f'of {user}')\n"
        "    return app\n",
    )
    module = run(listing("class SubdomainDispatcher"), listing("NotFound()"))
    client = Client(module.application)
    for _ in range(2):
        assert client.get("/", base_url="http://known.example.com:8080").text == "of known"
    assert client.get("/", base_url="http://other.example.com").status_code == 404
    assert sys.modules["myapplication"].made == ["known"]


def test_application_by_path(page, run, folder):
    listing = page("patterns/appdispatch")
    folder.write(
        "myapplication.py",
        "from flask import Flask, request\n"
        "def get_user_for_prefix(name): return name if name == 'known' else None\n"
        "def create_app(user):\n"
        "    app = Flask(user)\n"
        "    app.add_url_rule('/', 'index', lambda: f'{user} {request.script_root}')\n"
        "    return app\n"
        "default_app = create_app('default')\n",
    )
    module = run(listing("class PathDispatcher"), listing("PathDispatcher(default_app"))
    client = Client(module.application)
    assert client.get("/known/").text == "known /known"
    assert client.get("/").text == "default "
    assert client.get("/other/").status_code == 404


FACTORY_FILES = {
    "yourapplication/__init__.py": "",
    "yourapplication/views/__init__.py": "",
    "yourapplication/views/frontend.py": (
        "from flask import Blueprint\n"
        "frontend = Blueprint('frontend', __name__)\n"
        "@frontend.route('/')\n"
        "def index(): return 'frontend'\n"
    ),
    "yourapplication/config.cfg": "INDEX_TEMPLATE = 'admin.html'\nNAME = 'a'\n",
    "yourapplication/templates/admin.html": "for admins of {{ config.NAME }}",
}


def test_factory(page, folder, monkeypatch):
    listing = page("patterns/appfactories")
    for name, text in FACTORY_FILES.items():
        folder.write(name, text)
    folder.write("yourapplication/views/admin.py", listing("admin = Blueprint"))
    folder.write("yourapplication/model.py", listing("db = SQLAlchemy()\n"))
    monkeypatch.setattr("builtins.SQLAlchemy", AnExtension, raising=False)
    factory = listing("def create_app", "register_blueprint(admin)")
    folder.write("yourapplication/__init__.py", f"from flask import Flask\n{factory}")
    folder.write("yourapplication/other.cfg", "INDEX_TEMPLATE = 'admin.html'\nNAME = 'b'\n")
    import yourapplication

    apps = [yourapplication.create_app(name) for name in ("config.cfg", "other.cfg")]
    clients = [app.test_client() for app in apps]
    assert [client.get("/admin/").text for client in clients] == [
        "for admins of a",
        "for admins of b",
    ]
    assert clients[0].get("/").text == "frontend"
    from yourapplication.model import db

    assert db.apps == apps


class AnExtension:
    """What an extension is, for the pages that take one as an example."""

    def __init__(self, app=None):
        self.apps = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        self.apps.append(app)


def test_extension_in_a_factory(page, run, folder, monkeypatch):
    listing = page("patterns/appfactories")
    folder.write("config.cfg", "NAME = 'a'\n")
    monkeypatch.setattr("builtins.SQLAlchemy", AnExtension, raising=False)
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/model.py", listing("db = SQLAlchemy()\n"))
    start = "from flask import Flask"
    run(start, listing("db = SQLAlchemy(app)")).create_app("config.cfg")
    run(start, listing("db.init_app(app)", without="admin")).create_app("config.cfg")
    from yourapplication.model import db

    assert [app.config["NAME"] for app in db.apps] == ["a"]


@pytest.mark.parametrize("command", ["flask --app hello run", "create_app(local_auth=True)"])
def test_factory_is_found_by_the_command(page, folder, shell, command):
    folder.write(
        "hello.py",
        "from flask import Flask\n"
        "def create_app(local_auth=False):\n"
        "    app = Flask(__name__)\n"
        "    app.add_url_rule('/', 'index', lambda: str(local_auth))\n"
        "    return app\n",
    )
    typed = page("patterns/appfactories")("$ flask", command).removeprefix("$ ")
    with shell.serving(typed, {"FLASK_RUN_PORT": "{port}"}) as address:
        assert get(address) == str("local_auth" in command)


def test_package(page, folder, shell):
    listing = page("patterns/packages")
    folder.write("yourapplication/__init__.py", listing("import yourapplication.views"))
    folder.write("yourapplication/views.py", listing("def index"))
    folder.write("yourapplication/static/style.css", "p {}")
    (command,) = listing("$ flask").splitlines()
    with shell.serving(command.removeprefix("$ "), {"FLASK_RUN_PORT": "{port}"}) as address:
        assert get(address) == "Hello World!"
        assert get(f"{address}/static/style.css") == "p {}"


@pytest.mark.filterwarnings("ignore:.*OrderedMultiDict' is deprecated:DeprecationWarning")
def test_subclasses(page, run):
    module = run(page("patterns/subclassing")("class MyFlask"))
    app = module.MyFlask("subclassed")
    app.add_url_rule("/", "index", lambda: [list(item) for item in module_args()])

    def module_args():
        from flask import request

        return request.args.items(multi=True)

    assert app.test_client().get("/?b=1&a=2&b=3").json == [["b", "1"], ["a", "2"], ["b", "3"]]


def test_method_is_overridden(page, run):
    listing = page("patterns/methodoverrides")
    module = run(listing("class HTTPMethodOverrideMiddleware"), listing("app.wsgi_app ="))
    from flask import request

    methods = ["GET", "POST", "PATCH", "DELETE"]
    show = lambda: f"{request.method} {request.get_data()!r}"
    module.app.add_url_rule("/", "index", show, methods=methods)
    client = module.app.test_client()
    ask = lambda method: (
        client.post("/", data=b"body", headers={"X-HTTP-Method-Override": method}).text
    )
    assert ask("patch") == "PATCH b'body'"
    assert ask("DELETE") == "DELETE b''"
    assert ask("PROPFIND") == "POST b'body'"


def test_checksum(page, run):
    import flask

    listing = page("patterns/requestchecksum")
    app = flask.Flask("checksums")
    run(
        listing("def generate_checksum"), listing("def special_api"), app=app, request=flask.request
    )
    client = app.test_client()
    body = b"a=some+text"
    response = client.post(
        "/special-api", data=body, content_type="application/x-www-form-urlencoded"
    )
    assert response.text == f"Hash was: {hashlib.sha1(body).hexdigest()}"
    data = {"file": (BytesIO(b"content"), "a.txt")}
    assert client.post("/special-api", data=data).text.startswith("Hash was: ")


def test_single_page_application(page, run, folder):
    folder.write("app/index.html", "the application")
    module = run(page("patterns/singlepageapplications")("def catch_all"))
    client = module.app.test_client()
    assert client.get("/heartbeat").json == {"status": "healthy"}
    for url in ("/", "/some/where"):
        with client.get(url) as response:
            assert response.text == "the application"


def test_lazy_views(page, run, folder):
    listing = page("patterns/lazyloading")
    eager = run(listing("@app.route('/')"))
    folder.write("yourapplication/__init__.py", "")
    views = listing("def index():", "def user(username)", without="@app")
    folder.write("yourapplication/views.py", views)
    central = run(listing("view_func=views.index"))
    folder.write("yourapplication/helpers.py", listing("class LazyView"))
    late = run(listing("LazyView('yourapplication.views.index')"))
    rules = [
        sorted(map(repr, module.app.url_map.iter_rules())) for module in (eager, central, late)
    ]
    assert rules[0] == rules[1] == rules[2]


def test_lazy_view_is_imported_by_its_first_request(page, run, folder):
    from flask import Flask

    listing = page("patterns/lazyloading")
    app = Flask("lazy")
    folder.write("yourapplication/__init__.py", "")
    run(listing("class LazyView"), listing("def url(import_name"), app=app)
    assert "yourapplication.views" not in sys.modules
    folder.write(
        "yourapplication/views.py",
        "def index(): return 'index'\ndef user(username='nobody'): return username\n",
    )
    client = app.test_client()
    texts = [client.get(url).text for url in ("/", "/user/", "/user/me")]
    assert texts == ["index", "nobody", "me"]
