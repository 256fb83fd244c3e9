"""Configuration, Command Line, Testing, contexts, Signals, Blueprints, Views, Security, Async."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import click
import flask
import pytest
from programs import commands_in, get

# Configuration Handling


def test_basics_of_the_configuration(page, run):
    listing = page("config")
    app = run("from flask import Flask", listing("app.config['TESTING'] = True")).app
    assert app.testing
    app.testing = False
    run(listing("app.testing = True"), app=app)
    assert app.config["TESTING"]
    run(listing("app.config.update("), app=app)
    assert app.secret_key.startswith("192b9bdd22ab")


def test_debug_mode_by_an_option(page, folder, shell):
    folder.write("hello.py", page("quickstart")("def hello_world"))
    listings = [
        page(name)("run --debug", without="--no") for name in ("config", "debugging", "server")
    ]
    listings += [page("quickstart")("--debug"), page("cli")("Restarting with inotify")]
    (typed,) = {commands_in(listing)[0] for listing in listings}
    before, after = commands_in(page("cli")("--debug run"))
    assert after == typed
    for command in (typed, before):
        with shell.serving(command, {"FLASK_RUN_PORT": "{port}"}) as address:
            assert get(address) == "<p>Hello, World!</p>"
            log = next(folder.path.glob("server-*.log"))
            text = log.read_text()
            log.unlink()
        assert "Debug mode: on" in text
        assert "Restarting with stat" in text


def test_key_from_the_command_line(page, shell):
    typed = page("config")("secrets.token_hex").splitlines()[0].removeprefix("$ ")
    assert len(shell.run(typed).strip()) == 64


@pytest.fixture
def settings(folder, page):
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/default_settings.py", "DEBUG = False\nNAME = 'default'\n")
    folder.write("settings.cfg", page("config")("# Example configuration") + "NAME = 'own'\n")


def test_configuration_by_a_file_in_the_environment(page, settings, folder, shell):
    listing = page("config")("app.config.from_envvar")
    view = "app.add_url_rule('/', 'index', lambda: app.config['NAME'])\n"
    folder.write("app.py", f"from flask import Flask\n{listing}{view}")
    export, typed = commands_in(page("config")("$ export YOURAPPLICATION_SETTINGS"))
    name, _, value = export.removeprefix("export ").partition("=")
    value = value.replace("/path/to", str(folder.path))
    with shell.serving(typed, {name: value, "FLASK_RUN_PORT": "{port}"}) as address:
        assert get(address) == "own"


def test_configuration_from_files(page, run, folder):
    listing = page("config")
    app = flask.Flask("files", root_path=str(folder.path))
    folder.write("config.toml", "NAME = 'toml'\nlower = 1\n")
    folder.write("config.json", '{"NAME": "json"}')
    run(listing("tomllib"), app=app)
    assert app.config["NAME"] == "toml"
    assert "lower" not in app.config
    run(listing("json.load"), app=app)
    assert app.config["NAME"] == "json"


def test_configuration_from_environment_variables(page, run, folder, shell):
    listing = page("config")
    *exports, _ = commands_in(listing("$ export FLASK_SECRET_KEY"))
    exports += commands_in(listing("FLASK_MYAPI__"))
    variables = {}
    for export in exports:
        name, _, value = export.removeprefix("export ").partition("=")
        variables[name] = value.strip('"')
    program = (
        "from flask import Flask",
        "app = Flask(__name__)",
        listing("from_prefixed_env"),
        "assert app.config['SECRET_KEY'] == '5f352379324c22463451387a0aec5d2f'",
        "assert app.config['MAIL_ENABLED'] is False",
        listing('["MYAPI"]'),
        "assert app.config['MYAPI']['credentials']['username'] == 'user123'",
    )
    folder.write("program.py", "\n".join(program))
    shell.run("python program.py", variables)


def test_configuration_by_classes(page, run, folder):
    listing = page("config")
    folder.write("configmodule.py", listing("class Config(object)", without="@property"))
    app = flask.Flask("classes")
    run(listing("'configmodule.ProductionConfig')\n", without="import"), app=app)
    assert app.config["DATABASE_URI"] == "mysql://user@localhost/foo"
    assert app.config["TESTING"] is False
    folder.write("configmodule.py", "")


def test_configuration_by_classes_with_properties(page, run, folder):
    listing = page("config")
    folder.write("configmodule.py", listing("@property"))
    app = flask.Flask("classes")
    run(listing("from configmodule import ProductionConfig"), app=app)
    assert app.config["DATABASE_URI"] == "mysql://user@192.168.19.32/foo"


def test_instance_folder(page, run, folder):
    listing = page("config")
    start = "from flask import Flask"
    app = run(start, listing("instance_path=")).app
    assert app.instance_path == "/path/to/instance/folder"
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/default_settings.py", "NAME = 'default'\n")
    folder.write("instance/application.cfg", "NAME = 'instance'\n")
    assert run(start, listing("instance_relative_config=True)\n", without="from_object")).app
    app = run(start, listing("instance_relative_config=True)\n", "from_object")).app
    assert app.config["NAME"] == "instance"
    module = run(listing("open_instance_resource"), app=app, os=os)
    assert module.config in (b"NAME = 'instance'\n", "NAME = 'instance'\n")


@pytest.mark.parametrize("is_package", [False, True])
def test_place_of_the_instance_folder(page, folder, is_package):
    listing = page("config")
    tree = listing("/__init__.py") if is_package else listing("/myapp.py")
    assert "/instance" in tree
    source = "from flask import Flask\napp = Flask(__name__)\n"
    folder.write("myapp/__init__.py" if is_package else "myapp.py", source)
    import myapp

    assert Path(myapp.app.instance_path) == folder.path / "instance"


def test_instance_folder_of_an_installed_application(page, monkeypatch, folder):
    tree = page("config")("$PREFIX/var/myapp-instance")
    assert "site-packages/myapp" in tree
    monkeypatch.setattr("sys.prefix", str(folder.path))
    package = "lib/python3.11/site-packages/myapp"
    folder.write(f"{package}/__init__.py", "from flask import Flask\napp = Flask(__name__)\n")
    monkeypatch.syspath_prepend(str(folder.path / package).removesuffix("/myapp"))
    import myapp

    assert Path(myapp.app.instance_path) == folder.path / "var" / "myapp-instance"


# Command Line Interface


def test_run_command(page, folder, shell):
    folder.write("hello.py", "from flask import Flask\napp = Flask(__name__)\n")
    (typed,) = commands_in(page("cli")("--app hello run\n"))
    with shell.serving(typed, {"FLASK_RUN_PORT": "{port}"}):
        log = next(folder.path.glob("server-*.log")).read_text()
    assert "Serving Flask app 'hello'" in log
    assert "Debug mode: off" in log


def test_extra_files(page, folder, shell):
    folder.write("app.py", "from flask import Flask\napp = Flask(__name__)\n")
    for name in ("file1", "dirA/a", "file2", "dirB/b"):
        folder.write(name, "")
    (typed,) = commands_in(page("cli")("--extra-files"))
    with shell.serving(f"{typed} --debug", {"FLASK_RUN_PORT": "{port}"}) as address:
        assert address


def test_port_by_a_variable(page, folder, shell):
    folder.write("app.py", "from flask import Flask\napp = Flask(__name__)\n")
    export, typed = commands_in(page("cli")("$ export FLASK_RUN_PORT"))
    name = export.removeprefix("export ").partition("=")[0]
    with shell.serving(typed, {name: "{port}"}) as address:
        assert address


def test_shell(page, folder, shell):
    folder.write("app.py", "from flask import Flask\napp = Flask('example')\n")
    (typed,) = commands_in(page("cli")("$ flask shell"))
    said = shell.run(typed, input="print(app.name, g)\n")
    assert "App: example" in said
    assert f"Instance: {folder.path}/instance" in said
    assert "example <flask.g of 'example'>" in said


def test_environment_files(page, folder, shell):
    folder.write("app.py", "import os\nfrom flask import Flask\napp = Flask(__name__)\n")
    folder.write(".flaskenv", "FROM_FILE=1\n")
    program = "flask shell"
    ask = "import os; print('found', os.environ.get('FROM_FILE'))\n"
    assert "found 1" in shell.run(program, input=ask)
    export, _ = commands_in(page("cli")("$ export FLASK_SKIP_DOTENV"))
    name, _, value = export.removeprefix("export ").partition("=")
    assert "found None" in shell.run(program, {name: value}, input=ask)


def test_application_by_a_variable(page, folder, shell):
    folder.write("hello.py", "from flask import Flask\napp = Flask(__name__)\n")
    (export,) = commands_in(page("cli")("$ export FLASK_APP"))
    name, _, value = export.removeprefix("export ").partition("=")
    assert "static" in shell.run("flask routes", {name: value})


ECHO = "click.echo(f'made {name}')"


@pytest.mark.parametrize(
    ("text", "typed"),
    [('"create-user"', "create-user admin"), ("AppGroup", "user create demo")],
)
def test_commands(page, folder, shell, text, typed):
    folder.write("app.py", page("cli")(text, "import click").replace("...", ECHO))
    (command,) = commands_in(page("cli")(f"$ flask {typed}"))
    assert shell.run(command) == f"made {typed.split()[-1]}\n"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (None, "$ flask students create alice"),
        ("cli_group='other'", "$ flask other create alice"),
        ("cli_group=None", "$ flask create alice"),
    ],
)
@pytest.mark.parametrize("place", ["blueprint", "registration"])
def test_commands_of_blueprints(page, folder, shell, text, typed, place):
    listing = page("cli")
    source = listing("@bp.cli.command").replace("...", ECHO)
    if text:
        creation, _, registration = listing(text).partition("# or")
        if place == "blueprint":
            source = source.replace("bp = Blueprint('students', __name__)", creation.strip())
        else:
            source = source.replace("app.register_blueprint(bp)", registration.strip())
    start = "import click\nfrom flask import Flask\napp = Flask(__name__)\n"
    folder.write("app.py", start + source)
    (command,) = commands_in(listing(typed))
    assert shell.run(command) == "made alice\n"


def test_command_in_a_context(page, run):
    app = flask.Flask("worker")
    source = page("cli")("def do_work").replace("...", "click.echo(current_app.name)")
    run("from flask import current_app", source, app=app)
    assert app.test_cli_runner().invoke(args=["do-work"]).output == "worker\n"


def test_command_of_a_plugin(page, folder, shell):
    listing = page("cli")
    folder.write("app.py", "from flask import Flask\napp = Flask(__name__)\n")
    source = listing("def cli():\n    ...").replace("...", "click.echo('of a plugin')")
    folder.write("my_extension/__init__.py", "")
    folder.write("my_extension/commands.py", source)
    entry = listing("flask.commands").splitlines()
    assert entry[0] == '[project.entry-points."flask.commands"]'
    about = "Metadata-Version: 2.1\nName: my-extension\nVersion: 1\n"
    folder.write("my_extension-1.dist-info/METADATA", about)
    points = f"[flask.commands]\n{entry[1].replace(chr(34), '')}\n"
    folder.write("my_extension-1.dist-info/entry_points.txt", points)
    assert shell.run("flask my-command") == "of a plugin\n"


def test_program_of_an_application(page, folder, shell):
    listing = page("cli")
    folder.write("wiki.py", listing("cls=FlaskGroup"))
    assert 'wiki = "wiki:cli"' in listing("[project.scripts]")
    _, typed = commands_in(listing("$ wiki run"))
    folder.write("wiki_program.py", "from wiki import cli\ncli()\n")
    command = typed.replace("wiki", "python wiki_program.py")
    with shell.serving(command, {"FLASK_RUN_PORT": "{port}"}) as address:
        assert address


# Development Server, Debugging Application Errors


def test_server_in_code(page, folder, shell):
    listing = page("server")
    source = "from flask import Flask\napp = Flask(__name__)\n" + listing("__main__")
    folder.write(
        "hello.py",
        source.replace("debug=True", "debug=True, port=int(__import__('os').environ['PORT'])"),
    )
    (typed,) = commands_in(listing("$ python hello.py"))
    with shell.serving(typed, {"PORT": "{port}"}):
        log = next(folder.path.glob("server-*.log")).read_text()
    assert "Debug mode: on" in log


@pytest.mark.parametrize("texts", [("debug=True)",), ("use_debugger=False",), ("passthrough",)])
def test_debuggers_of_others(page, folder, shell, texts):
    without = () if "passthrough" in texts[0] else "passthrough"
    source = page("debugging")(*texts, without=without)
    source = source.replace("app.run(", "app.run(port=int(__import__('os').environ['PORT']), ")
    view = "app.add_url_rule('/', 'index', lambda: 'here')\n"
    folder.write("hello.py", f"from flask import Flask\napp = Flask(__name__)\n{view}{source}")
    with shell.serving("python hello.py", {"PORT": "{port}"}) as address:
        assert get(address) == "here"


def test_command_line_for_debuggers_of_others(page, folder, shell):
    folder.write("hello.py", "from flask import Flask\napp = Flask(__name__)\n")
    (typed,) = commands_in(page("debugging")("--no-debugger"))
    with shell.serving(typed, {"FLASK_RUN_PORT": "{port}"}):
        log = next(folder.path.glob("server-*.log")).read_text()
    assert "Restarting" not in log


# Testing Flask Applications


PROJECT = """
from flask import Flask, redirect, request, session, g, jsonify
from types import SimpleNamespace

def create_app():
    app = Flask(__name__)
    app.secret_key = "a key"
    app.add_url_rule("/posts", "posts", lambda: "<h2>Hello, World!</h2>")
    app.add_url_rule("/user/2/edit", "edit", edit, methods=["POST"])
    app.add_url_rule("/graphql", "graphql", graphql, methods=["POST"])
    app.add_url_rule("/logout", "logout", lambda: redirect("/index"))
    app.add_url_rule("/index", "index", lambda: "index")
    app.add_url_rule("/auth/login", "login", login, methods=["POST"])
    app.add_url_rule("/users/me", "me", lambda: {"username": {1: "flask"}[session["user_id"]]})
    app.before_request(load_user)
    return app

def edit():
    assert request.form.to_dict() == {"name": "Flask", "theme": "dark"}
    assert request.files["picture"].filename.endswith("picture.png")
    assert request.files["picture"].read() == b"a picture"
    return ""

def graphql():
    assert "query User" in request.json["query"]
    return {"data": {"user": {"name": "Flask"}}}

def login():
    session["user_id"] = 1
    return request.form["username"]

def load_user():
    if request.headers.get("X-Auth-Token") == "1":
        g.user = SimpleNamespace(name="Flask")

def validate_edit_user():
    return {"name": [] if request.form["name"] else ["Name cannot be empty."]}

db = SimpleNamespace(session=SimpleNamespace(query=lambda model: {1: model}))
class Post: pass
"""


def test_tests(page, folder, shell):
    listing = page("testing")
    folder.write("my_project.py", PROJECT)
    fixtures = listing("def client(app)")
    commands = listing("def hello_command").partition("def test_")
    folder.write("pytest.ini", "[pytest]\n")
    folder.write("conftest.py", fixtures)
    folder.write("resources/picture.png", "a picture")
    json_test = listing("def test_json_data")
    # The listing has an argument in the middle of a dict.
    with pytest.raises(SyntaxError):
        compile(json_test, "listing", "exec")
    json_test = json_test.replace('variables={"id": 2},', '"variables": {"id": 2},')
    tests = [
        "from flask import g",
        "from my_project import Post, create_app, db, validate_edit_user",
        listing("def test_request_example"),
        listing("def test_edit_user"),
        json_test,
        listing("def test_logout_redirect"),
        listing("def test_access_session"),
        listing("def test_modify_session"),
        listing("def test_db_post_model"),
        listing("def test_validate_user_edit"),
        listing("def test_auth_token"),
    ]
    folder.write("test_listings.py", "\n\n".join(tests))
    said = shell.run("python -m pytest -q -W error -p no:cacheprovider")
    assert "9 passed" in said
    app = "from my_project import create_app\napp = create_app()\n"
    runner = "import pytest\n@pytest.fixture\ndef runner(): return app.test_cli_runner()\n"
    folder.write("test_listings.py", app + runner + "".join(commands))
    assert "1 passed" in shell.run("python -m pytest -q -p no:cacheprovider")


# The contexts


@pytest.mark.parametrize(
    ("name", "use"),
    [("appcontext", lambda: flask.current_app.name), ("reqcontext", lambda: flask.request.path)],
)
def test_outside_of_the_context(page, name, use):
    listing = page(name)("RuntimeError: Working outside")
    with pytest.raises(RuntimeError) as caught:
        use()
    first, _, rest = str(caught.value).partition("\n")
    assert f"RuntimeError: {first}" == listing.partition("\n")[0]
    # Where to read on is said in words of one's own.
    assert rest


def test_application_context(page, run):
    listing = page("appcontext")
    names = []
    setup = {"init_db": lambda: names.append(flask.current_app.name), "Flask": flask.Flask}
    assert [run(listing("def create_app"), **setup).create_app().name] == names
    closed = []
    connection = SimpleNamespace(name="db", close=lambda: closed.append(1))
    app = flask.Flask("stored")
    module = run(listing("def get_db"), app=app, connect_to_database=lambda: connection)
    db = run(listing("LocalProxy(get_db)"), get_db=module.get_db).db
    app.add_url_rule("/", "index", lambda: f"{db.name} {module.get_db() is connection}")
    assert app.test_client().get("/").text == "db True"
    assert closed == [1]


def test_request_context(page, run, capsys):
    listing = page("reqcontext")
    report = listing("def generate_report").replace("generate_report(year)", "generate_report()")
    report = report.replace("...", "print(format)")
    run(report, app=flask.Flask("reports"), request=flask.request)
    assert capsys.readouterr().out == "short\n"
    run(listing("during view"))
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == ["during with block", "after with block", "during view"]
    # The test client pushes the contexts again, so that they are popped twice.
    assert said[3:] == ["after with block", "/", "after with block"]


def test_object_behind_a_proxy(page, run):
    app = flask.Flask("sender")
    sent = []
    names = {"my_signal": SimpleNamespace(send=sent.append), "current_app": flask.current_app}
    with app.app_context():
        run(page("reqcontext")("_get_current_object"), **names)
    assert sent == [app]
    assert type(sent[0]) is flask.Flask


def test_contexts_in_the_shell(page, doctest, folder):
    listing = page("shell")
    app = flask.Flask("shell")
    ran = []
    app.before_request(lambda: ran.append("before"))
    app.teardown_request(lambda error: ran.append("after"))
    names = {"app": app}
    steps = listing(">>> ctx = app.test_request_context()\n", without="preprocess")
    steps += listing(">>> ctx.push()\n", without="test_request_context")
    steps += listing(">>> ctx.pop()\n", without="process_response")
    doctest(steps, **names)
    assert ran == ["after"]
    doctest(listing("preprocess_request") + listing("process_response"), **names)
    assert ran == ["after", "before", "after"]
    folder.write("shelltools.py", "")
    doctest(listing("shelltools"))


# Signals


def test_recorded_templates(page, run, folder):
    folder.write("templates/index.html", "")
    app = flask.Flask("recorded", root_path=str(folder.path))
    view = lambda: flask.render_template("index.html", items=range(10))
    app.add_url_rule("/", "index", view)
    module = run(page("signals")("@contextmanager"))
    run(page("signals")("rv.status_code"), app=app, captured_templates=module.captured_templates)


def test_connected_to(page, run):
    listing = page("signals")
    app = flask.Flask("recorded")
    module = run(listing("connected_to"))
    source = listing("template, context = templates[0]", without="rv")
    run(
        source.replace("...", "flask.render_template_string('x')"),
        app=app,
        flask=flask,
        captured_templates=in_a_context(app, module.captured_templates),
        extra={},
    )


def in_a_context(app, captured):
    from contextlib import contextmanager

    @contextmanager
    def capturing(*arguments, **options):
        with app.test_request_context(), captured(*arguments, **options):
            yield

    return capturing


def test_own_signals(page, run):
    listing = page("signals")
    for namespace in (
        listing("from blinker"),
        "from flask.signals import Namespace\nmy_signals = Namespace()",
    ):
        module = run(namespace, listing("model_saved ="), listing("model_saved.send"))
        received = []
        receive = received.append
        module.model_saved.connect(receive)
        model = module.Model()
        model.save()
        assert received == [model]


def test_receiver_by_a_decorator(page, run, capsys):
    app = flask.Flask("received")
    module = run(page("signals")("connect_via"), app=app)
    app.add_url_rule("/", "index", lambda: flask.render_template_string("x", a=1))
    app.test_client().get("/")
    assert "Template None is rendered with {" in capsys.readouterr().out
    assert module


def test_signals_of_the_reference(page, run, caplog):
    listing = page("api")
    app = flask.Flask("signals")
    app.secret_key = "a key"
    closed = []
    names = {"app": app, "session": SimpleNamespace(close=lambda: closed.append(1))}
    logger = SimpleNamespace(exception=lambda text, exc_info: closed.append(text))

    class SecurityException(Exception):
        pass

    kept = [
        run(listing("template_rendered.connect"), **names),
        run(listing("before_render_template.connect"), **names),
        run(listing("request_started.connect"), **names),
        run(listing("request_finished.connect"), **names),
        run(
            listing("got_request_exception"),
            SecurityException=SecurityException,
            security_logger=logger,
            request=flask.request,
            **names,
        ),
        run(listing("request_tearing_down.connect"), **names),
        run(listing("appcontext_tearing_down.connect"), **names),
    ]
    recorded = run(listing("message_flashed.connect"), **names).recorded

    @app.get("/")
    def index():
        flask.flash("hello", "a category")
        return flask.render_template_string("x")

    @app.get("/fail")
    def fail():
        raise SecurityException

    app.logger.setLevel("DEBUG")
    client = app.test_client()
    client.get("/")
    assert caplog.messages[0] == "Request context is set up"
    assert caplog.messages[1].startswith('Rendering template "string template" with context')
    assert caplog.messages[-1].startswith("Request context is about to close down. Response: <")
    assert closed == [1, 1]
    assert recorded == [("hello", "a category")]
    client.get("/fail")
    assert "SecurityException at 'http://localhost/fail'" in closed
    assert kept


def test_user_by_a_signal(page, run):
    """The listing compares bytes with a text."""
    listing = page("api")
    app = flask.Flask("users")
    app.add_url_rule("/users/me", "me", lambda: f"username={flask.g.user}")
    module = run(listing("def user_set"), g=flask.g)
    source = listing("def test_user_me").replace("'username=john'", "b'username=john'")
    run(source, app=app, user_set=module.user_set).test_user_me(None)


# API: session, JSON in templates, URL Route Registrations, View Function Options


def test_change_inside_a_value_of_the_session(page, run):
    app = flask.Flask("sessions")
    app.secret_key = "a key"
    source = page("api")("session['objects']")
    plain, _, marked = source.partition("# so mark")

    @app.get("/<int:marked>")
    def append(marked):
        flask.session.setdefault("objects", [])
        run(source if marked else plain, session=flask.session)
        return flask.session["objects"]

    client = app.test_client()
    assert client.get("/0").json == [42]
    assert client.get("/0").json == [42, 42]
    assert client.get("/0").json == [42, 42]
    assert client.get("/1").json == [42, 42]
    assert client.get("/1").json == [42, 42, 42]
    assert marked


def test_json_in_a_template(page):
    app = flask.Flask("charts")
    names, data = ["</script>"], {"a": "'"}
    with app.app_context():
        text = flask.render_template_string(page("api")("renderChart"), names=names, axis_data=data)
    assert "</script>" not in text.partition("renderChart")[0]
    assert r'const names = ["\u003c/script\u003e"];' in text
    assert r'{"a": "\u0027"}' in text


def test_routes_of_the_reference(page, run):
    listing = page("api")
    answer = "return flask.jsonify(flask.request.view_args)"
    app = flask.Flask("routes")
    names = {"app": app, "flask": flask, "request": flask.request}
    run(listing("def show_post(").replace("pass", answer), **names)
    run(listing("def show_users(").replace("pass", answer), **names)
    run(listing("def region(").replace("pass", answer), **names)
    client = app.test_client()
    answers = {
        "/": {},
        "/me": {"username": "me"},
        "/post/7": {"post_id": 7},
        "/users/": {"page": 1},
        "/users/page/2": {"page": 2},
        "/region/": {"id": 1},
        "/region/2": {"id": 2},
    }
    assert {url: client.get(url).json for url in answers} == answers
    assert client.get("/users/page/1").location == "http://localhost/users/"
    assert client.post("/region/2").json == {"id": 2}


def test_options_of_a_view(page, run):
    """The listing gives the view in the place of its endpoint."""
    app = flask.Flask("options")
    source = page("api")("provide_automatic_options").replace(
        "'/', index)", "'/', view_func=index)"
    )
    run(source.replace("...", "return 'own'"), app=app, request=flask.request)
    client = app.test_client()
    assert (client.get("/").text, client.options("/").text) == ("Hello World!", "own")
    assert client.post("/").status_code == 405


# Modular Applications with Blueprints


@pytest.fixture
def simple_page(page, folder):
    folder.write("yourapplication/__init__.py", "")
    folder.write("yourapplication/simple_page.py", page("blueprints")("simple_page = Blueprint"))
    folder.write("yourapplication/templates/pages/index.html", "the index")
    folder.write("yourapplication/templates/pages/about.html", "about")
    folder.write("yourapplication/static/style.css", "p {}")


def rules_of(text):
    from re import findall

    rule = r"<Rule '([^']+)' \(([^)]*)\) -> ([\w.]+)>"
    return {
        (path.replace("<path:filename>", "<filename>"), frozenset(methods.split(", ")), endpoint)
        for path, methods, endpoint in findall(rule, text)
    }


@pytest.mark.parametrize("prefix", [None, "/pages"])
def test_first_blueprint(page, run, simple_page, prefix):
    listing = page("blueprints")
    registered = listing("from yourapplication.simple_page", without="url_prefix")
    if prefix:
        start = registered.replace("app.register_blueprint(simple_page)", "")
        app = run(start, listing("url_prefix='/pages'")).app
    else:
        app = run(registered).app
    client = app.test_client()
    assert client.get(f"{prefix or ''}/").text == "the index"
    assert client.get(f"{prefix or ''}/about").text == "about"
    assert client.get(f"{prefix or ''}/other").status_code == 404
    without = () if prefix else "/pages/<page>"
    shown = listing(">>> app.url_map", f"{prefix or ''}/<page>", without=without)
    assert rules_of(shown) == rules_of(repr(app.url_map))


def test_nested_blueprints(page, run, flask_names):
    listing = page("blueprints")
    start = "from flask import Blueprint, Flask\napp = Flask(__name__)\n"
    added = "child.add_url_rule('/create', 'create')\n"
    source = listing("url_prefix='/child'").replace("parent.register", f"{added}parent.register", 1)
    app = run(start, source).app
    question, answer = listing("/parent/child/create").splitlines()
    with app.test_request_context():
        assert eval(question, flask_names) == answer

    start = "from flask import Blueprint, Flask\napp = Flask(__name__, subdomain_matching=True)\n"
    source = listing("subdomain='child'")
    source, _, question = source.replace("parent.register", f"{added}parent.register", 1).partition(
        "url_for"
    )
    app = run(start, source).app
    app.config["SERVER_NAME"] = "domain.tld"
    expression = f"url_for{question}".splitlines()
    with app.test_request_context():
        url = eval(expression[0], flask_names)
    assert url.removeprefix("http://").startswith(expression[1].strip('"'))


def test_resources_of_a_blueprint(page, run, simple_page, folder):
    listing = page("blueprints")
    from yourapplication.simple_page import simple_page as blueprint

    assert listing(">>> simple_page.root_path")
    assert Path(blueprint.root_path) == folder.path / "yourapplication"
    assert run(listing("open_resource"), simple_page=blueprint).code == b"p {}"


def test_files_of_a_blueprint(page, run, folder, flask_names):
    listing = page("blueprints")
    start = "from flask import Blueprint, Flask, render_template, url_for"
    tree = listing("yourpackage/")
    assert "templates/\n                admin/\n                    index.html" in tree
    folder.write("templates/admin/index.html", "{{ url_for('.index') }}")
    folder.write("static/style.css", "p {}")
    app = flask.Flask("yourpackage")
    admin = run(start, listing("template_folder='templates')", without="simple")).admin
    admin.add_url_rule("/", "index", lambda: flask.render_template("admin/index.html"))
    app.register_blueprint(admin, url_prefix="/admin")
    assert app.test_client().get("/admin/").text == "/admin/"
    with app.test_request_context("/admin/"):
        assert eval(listing("url_for('admin.index')"), flask_names) == "/admin/"
        assert eval(listing("url_for('.index')"), flask_names) == "/admin/"
    app = flask.Flask("yourpackage")
    app.register_blueprint(run(start, listing("static_folder='static'")).admin, url_prefix="/admin")
    with app.test_request_context():
        url = eval(listing("'admin.static'"), flask_names)
    assert url == "/admin/static/style.css"
    with app.test_client().get(url) as response:
        assert response.text == "p {}"


def test_error_handlers_of_blueprints(page, run, folder):
    listing = page("blueprints")
    folder.write("templates/pages/404.html", "of the page")
    app = flask.Flask("pages", root_path=str(folder.path))
    blueprint = flask.Blueprint("simple_page", "pages")
    run(
        listing("@simple_page.errorhandler"),
        simple_page=blueprint,
        render_template=flask.render_template,
    )
    blueprint.add_url_rule("/gone", "gone", lambda: flask.abort(404))
    app.register_blueprint(blueprint)
    names = {"request": flask.request, "jsonify": flask.jsonify}
    run(listing("_handle_api_error"), app=app, **names)
    client = app.test_client()
    assert client.get("/gone").text == "of the page"
    assert client.get("/missing").status_code == 404
    assert client.get("/api/missing").json["error"].startswith("404 Not Found")
    assert client.post("/gone").status_code == 405


# Class-based Views


class Query:
    def __init__(self, *items):
        self.items = list(items)

    def all(self):
        return self.items

    def get_or_404(self, number):
        return self.items[number] if number < len(self.items) else flask.abort(404)


def test_views(page, run, folder):
    listing = page("views")
    folder.write("templates/users.html", "{{ users or objects or items }}")
    folder.write("templates/stories.html", "{{ items }}")
    folder.write("templates/user/detail.html", "{{ item }}")

    class User:
        query = Query("a", "b")

    class Story:
        query = Query("c")

    names = {"User": User, "Story": Story, "render_template": flask.render_template}
    imported = "from flask.views import View"

    def client_of(*sources):
        app = flask.Flask("views", root_path=str(folder.path))
        run(imported, *sources, app=app, **names)
        return app.test_client()

    everybody = "[&#39;a&#39;, &#39;b&#39;]"
    assert client_of(listing("def user_list():", "User.query")).get("/users/").text == everybody
    assert (
        client_of(listing("class UserList(View)", "dispatch_request")).get("/users/").text
        == everybody
    )
    for view in (
        listing("class ListView", without="init_every_request"),
        listing("class ListView", "init_every_request = False"),
    ):
        client = client_of(view, listing("ListView.as_view"))
        assert client.get("/users/").text == everybody
        assert client.get("/stories/").text == "[&#39;c&#39;]"

    detail = listing("class DetailView")
    # The listing lacks a colon.
    with pytest.raises(SyntaxError):
        compile(detail, "listing", "exec")
    client = client_of(detail.replace("(self, id)\n", "(self, id):\n"))
    assert client.get("/users/1").text == "b"
    assert client.get("/users/2").status_code == 404


def test_decorators_of_views(page, run):
    listing = page("views")
    ran = []

    def noting(name):
        def decorator(view):
            def decorated(*arguments, **options):
                ran.append(name)
                return view(*arguments, **options)

            decorated.__name__ = getattr(view, "__name__", name)
            return decorated

        return decorator

    names = {"cache": lambda minutes: noting("cache"), "login_required": noting("login")}
    base = (
        "from flask.views import View\n"
        "class Base(View):\n"
        "    def dispatch_request(self): return 'users'\n"
    )
    # The listing gives no name.
    first = listing("decorators = [").replace("as_view()", "as_view('users')")
    sources = [
        base + first.replace("(View)", "(Base)"),
        base + "class UserList(Base): pass\n" + listing("view = cache(minutes=2)(view)"),
        listing("@cache(minutes=2)").replace("...", "return 'users'"),
    ]
    for source in sources:
        app = flask.Flask("decorated")
        ran.clear()
        run(source, app=app, **names)
        assert app.test_client().get("/users/").text == "users"
        assert ran == ["login", "cache"]


@pytest.mark.parametrize("by_rule", [False, True])
def test_methods_of_a_view(page, run, by_rule):
    listing = page("views")
    app = flask.Flask("methods")
    source = listing("class MyView(View)").replace(
        "        ...\n", "        return request.method\n"
    )
    source = source.replace("            ...", "            return 'posted'")
    if by_rule:
        source = source.replace('methods = ["GET", "POST"]', "methods = None")
        source = source.partition("app.add_url_rule")[0] + listing(
            'view_func=MyView.as_view("my-view"),\n'
        )
    run("from flask.views import View", source, app=app, request=flask.request)
    client = app.test_client()
    assert (client.get("/my-view").text, client.post("/my-view").status_code) == ("GET", 200)
    assert client.put("/my-view").status_code == 405


def test_methods_by_name(page, run):
    """The last line of a method of the listing names what it does not have."""
    source = page("views")("class ItemAPI(MethodView)")
    assert source.count("return jsonify(item.to_json())") == 3
    head, _, tail = source.rpartition("return jsonify(item.to_json())")
    source = f"{head}return '', 201{tail}"

    class Item:
        def __init__(self, **values):
            self.values = values

        def to_json(self):
            return self.values

        def update_from_json(self, data):
            self.values |= data

        from_json = classmethod(lambda cls, data: cls(**data))

    class User(Item):
        query = Query(Item(name="a"))

    class Story(Item):
        query = Query()

    def generate_validator(model, create=False):
        def validate(*arguments):
            return [] if "name" in arguments[-1] else ["a name is missing"]

        return SimpleNamespace(validate=validate)

    session = SimpleNamespace(
        commit=lambda: None,
        add=lambda item: User.query.items.append(item),
        delete=lambda item: User.query.items.remove(item),
    )
    app = flask.Flask("api")
    run(
        source,
        app=app,
        User=User,
        Story=Story,
        generate_validator=generate_validator,
        db=SimpleNamespace(session=session),
        jsonify=flask.jsonify,
        request=flask.request,
    )
    client = app.test_client()
    assert client.get("/users/0").json == {"name": "a"}
    assert client.patch("/users/0", json={"name": "b"}).json == {"name": "b"}
    assert client.patch("/users/0", json={}).status_code == 400
    assert client.post("/users/", json={"name": "c"}).status_code == 201
    assert client.get("/users/").json == [{"name": "b"}, {"name": "c"}]
    assert client.delete("/users/0").status_code == 204
    assert client.get("/users/1").status_code == 404
    assert client.put("/users/0").status_code == 405
    assert client.get("/stories/").json == []


# Security, Async, Design, Extensions, Lifecycle


def test_attributes_in_quotes(page):
    text = "x onmouseover=alert(document.cookie)"
    assert page("web-security")("onmouseover=").strip() in text
    with flask.Flask("security").app_context():
        template = page("web-security")("<input value")
        written = flask.render_template_string(template, value=f'{text}"')
    assert written.strip() == f'<input value="{text}&#34;">'


def test_javascript_in_a_link(page):
    """Jinja does not see that it is a script: that is what the page warns of."""
    first, second = page("web-security")("javascript:").splitlines()
    with flask.Flask("security").app_context():
        value = "javascript:alert('unsafe');"
        assert flask.render_template_string(first, value=value) == second.replace("'", "&#39;")


def test_security_headers(page, run):
    listing = page("web-security")
    response = flask.Response()
    for text in ("Strict-Transport", "Content-Security", "X-Content-Type", "X-Frame"):
        run(listing(text), response=response)
    assert dict(response.headers) == {
        "Content-Type": "text/html; charset=utf-8",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "Content-Security-Policy": "default-src 'self'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
    }


def test_secure_cookies(page, run):
    listing = page("web-security")
    app = flask.Flask("cookies")
    app.secret_key = "a key"
    response = flask.Response()
    run(listing("SESSION_COOKIE_SECURE"), app=app, response=response)
    run(listing("max_age=600"), response=response)
    username, snakes = response.headers.getlist("Set-Cookie")
    assert username == "username=flask; Secure; HttpOnly; Path=/; SameSite=Lax"
    assert "Max-Age=600" in snakes
    session = flask.session
    source = listing("PERMANENT_SESSION_LIFETIME").replace(
        "...\n        session.clear", "session.clear"
    )
    source = source.replace("    ...\n", "", 1)
    source = source.rpartition("    ...")[0] + "    return ''\n"
    run(source, app=app, session=session, user=SimpleNamespace(id=7))
    cookie = app.test_client().post("/login").headers["Set-Cookie"]
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert app.permanent_session_lifetime.total_seconds() == 600


def test_backspaces_in_a_body(page, run):
    assert run(page("web-security")("body.replace"), body="a\bb").body == "ab"


def test_async_views(page, run):
    listing = page("async-await")

    async def async_db_query(what):
        return ["a"]

    app = flask.Flask("async")
    run(
        listing("async def get_data"), app=app, async_db_query=async_db_query, jsonify=flask.jsonify
    )
    from functools import wraps

    extension = run(listing("ensure_sync"), wraps=wraps, current_app=flask.current_app).extension

    @app.get("/extended")
    @extension
    async def extended():
        return "extended"

    client = app.test_client()
    assert client.get("/get-data").json == ["a"]
    assert client.get("/extended").text == "extended"


def test_explicit_application_object(page, run):
    app = run(page("design")("from flask import Flask")).app
    assert app.test_client().get("/").text == "Hello World!"


def test_life_of_an_application(page, run, monkeypatch):
    monkeypatch.setenv("FLASK_SECRET_KEY", '"from the environment"')
    app = run(page("lifecycle")("from_prefixed_env")).app
    assert app.secret_key == "from the environment"
    assert app.test_client().get("/").text == "Hello, World!"


def test_extensions(page, run, folder):
    listing = page("extensiondev")
    source = listing("class HelloExtension").replace(
        "app.before_request(...)", "app.before_request(lambda: 'hello')"
    )
    module = run("from flask import Flask", source, listing("hello = HelloExtension()"))
    apps = [module.create_app(), flask.Flask("bound")]
    module.HelloExtension(apps[1])
    for app in apps:
        app.add_url_rule("/", "index", lambda: "")
        assert app.test_client().get("/").text == "hello"
    with flask.Flask("data").app_context():
        run(listing("g._hello_user_id"), g=flask.g)
        assert flask.g._hello_user_id == flask.g._hello.user_id == 2
    foo = "class Foo:\n    def init_app(self, app): app.foo = app.config['FOO_BAR']\n"
    folder.write("flask_foo.py", foo)
    assert run("from flask import Flask", page("extensions")("from flask_foo")).app.foo == "baz"


@pytest.mark.filterwarnings("ignore:The Query.get:Warning")
def test_views_of_an_extension(page, run):
    """The listing gives the view no name, and adds no rule for it."""
    from flask_sqlalchemy import SQLAlchemy

    app = flask.Flask("blog")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    source = page("extensiondev")("class BlogExtension")
    source = source.replace(
        "db.Column(primary_key=True)", "db.Column(db.Integer, primary_key=True)"
    )
    rule = "app.add_url_rule('/<int:id>', view_func=PostAPI.as_view('post', model=self.post_model))"
    source = source.replace("api_view = PostAPI.as_view(model=self.post_model)", rule)
    source = source.replace("post.to_json()", "post.title")
    names = {"SQLAlchemy": SQLAlchemy, "jsonify": flask.jsonify, "app": app}
    module = run("from flask.views import MethodView", source, **names)
    with app.app_context():
        module.db.create_all()
        module.db.session.add(module.blog.post_model(title="a title"))
        module.db.session.commit()
        engine = module.db.engine
    assert app.test_client().get("/1").json == "a title"
    engine.dispose()


def test_click_is_the_command_line():
    assert isinstance(flask.Flask("cli").cli, click.Group)
