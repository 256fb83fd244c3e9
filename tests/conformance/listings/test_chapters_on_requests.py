"""Quickstart, Templates, Errors, Logging, the contexts, Signals, Blueprints, Views, Security."""

from __future__ import annotations

import logging
from io import BytesIO
from types import SimpleNamespace

import flask
import pytest
from programs import get

# Quickstart


def test_hello(page, folder, shell):
    listing = page("quickstart")
    folder.write("hello.py", listing("def hello_world"))
    typed = listing("$ flask --app hello run\n").splitlines()[0].removeprefix("$ ")
    with shell.serving(typed, {"FLASK_RUN_PORT": "{port}"}) as address:
        assert get(address) == "<p>Hello, World!</p>"


def test_server_for_everybody(page, folder, shell):
    folder.write("app.py", page("quickstart")("def hello_world"))
    typed = page("quickstart")("--host=0.0.0.0").strip().removeprefix("$ ")
    with shell.serving(typed, {"FLASK_RUN_PORT": "{port}"}) as address:
        assert get(address) == "<p>Hello, World!</p>"


def test_routes_of_the_quickstart(page, run):
    listing = page("quickstart")
    app = flask.Flask("routes")
    run(listing("escape(name)"), app=app)
    run(listing("def show_user_profile"), app=app)
    run(listing("def projects"), app=app)
    client = app.test_client()
    answers = {
        "/hello?name=<b>": "Hello, &lt;b&gt;!",
        "/hello": "Hello, Flask!",
        "/user/<b>": "User &lt;b&gt;",
        "/post/7": "Post 7",
        "/path/a/b": "Subpath a/b",
        "/projects/": "The project page",
        "/about": "The about page",
    }
    assert {url: client.get(url).text for url in answers} == answers
    assert client.get("/projects").location == "http://localhost/projects/"
    assert client.get("/about/").status_code == 404
    assert client.get("/post/x").status_code == 404


def test_two_routes(page, run):
    app = flask.Flask("routes")
    run(page("quickstart")("'Index Page'"), app=app)
    client = app.test_client()
    assert (client.get("/").text, client.get("/hello").text) == ("Index Page", "Hello, World")


def test_url_building(page, run, capsys):
    listing = page("quickstart")
    run(listing("def profile(username)"), app=flask.Flask("urls"))
    assert capsys.readouterr().out == listing("/user/John%20Doe")


@pytest.mark.parametrize("text", ["methods=['GET', 'POST']", "def login_get"])
def test_methods(page, run, text):
    app = flask.Flask("methods")
    functions = {"do_the_login": lambda: "done", "show_the_login_form": lambda: "form"}
    run(page("quickstart")(text, "def login", "do_the_login"), app=app, **functions)
    client = app.test_client()
    assert (client.get("/login").text, client.post("/login").text) == ("form", "done")
    assert client.head("/login").status_code == 200
    assert set(client.options("/login").allow) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_static_url(page, flask_names):
    with flask.Flask("static").test_request_context():
        assert eval(page("quickstart")("url_for('static'"), flask_names) == "/static/style.css"


@pytest.mark.parametrize("is_package", [False, True])
def test_templates(page, folder, is_package):
    listing = page("quickstart")
    tree = listing("/application.py") if not is_package else listing("/__init__.py")
    assert "/hello.html" in tree
    source = f"from flask import Flask\napp = Flask(__name__)\n{listing('person=name')}"
    place = "application/" if is_package else ""
    folder.write(f"{place}__init__.py" if is_package else "application.py", source)
    folder.write(f"{place}templates/hello.html", listing("<title>Hello from Flask</title>"))
    import application

    client = application.app.test_client()
    assert "<h1>Hello &lt;b&gt;!</h1>" in client.get("/hello/<b>").text
    assert "<h1>Hello, World!</h1>" in client.get("/hello/").text


def test_markup(page, doctest):
    doctest(page("quickstart")(">>> from markupsafe"))


def test_request_in_a_test(page, run):
    app = flask.Flask("tested")
    run(page("quickstart")("test_request_context('/hello'"), app=app)
    environ = {"REQUEST_METHOD": "POST", "wsgi.url_scheme": "http", "PATH_INFO": "/"}
    environ |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    listing = page("quickstart")("app.request_context(environ)")
    run(listing, app=app, environ=environ, request=flask.request)


def test_request_object(page, run, folder):
    listing = page("quickstart")
    folder.write("templates/login.html", "{{ error }}")
    app = flask.Flask("login", root_path=str(folder.path))
    functions = {
        "valid_login": lambda name, password: password == "right",
        "log_the_user_in": lambda name: f"in as {name}",
        "render_template": flask.render_template,
    }
    run(
        listing("from flask import request\n", without="\n\n"),
        listing("valid_login"),
        app=app,
        **functions,
    )
    client = app.test_client()
    assert client.post("/login", data={"username": "a", "password": "right"}).text == "in as a"
    wrong = client.post("/login", data={"username": "a", "password": "wrong"})
    assert wrong.text == "Invalid username/password"
    assert client.get("/login").text == "None"
    assert client.post("/login", data={"username": "a"}).status_code == 400
    with app.test_request_context("/?key=a"):
        assert run(listing("searchword"), request=flask.request).searchword == "a"


@pytest.mark.parametrize(
    ("text", "name"), [("the_file", "uploaded_file.txt"), ("secure_", "a_b.txt")]
)
def test_uploads(page, run, folder, text, name):
    app = flask.Flask("uploads")
    without = () if text == "secure_" else "secure_"
    source = page("quickstart")(text, "def upload_file", without=without)
    source = source.replace("/var/www/uploads", str(folder.path)).replace("...", "return 'saved'")
    run(source, app=app, request=flask.request)
    upload = {"the_file": (BytesIO(b"data"), "../a b.txt")}
    assert app.test_client().post("/upload", data=upload).text == "saved"
    assert (folder.path / name).read_bytes() == b"data"


def test_cookies(page, run, folder):
    listing = page("quickstart")
    app = flask.Flask("cookies")
    source = listing("request.cookies.get") + "    return str(username)\n"
    run(source, app=app)
    client = app.test_client()
    assert client.get("/").text == "None"
    client.set_cookie("username", "me")
    assert client.get("/").text == "me"
    app = flask.Flask("cookies")
    run(listing("resp.set_cookie"), app=app, render_template=lambda _: "page")
    assert app.test_client().get("/").headers["Set-Cookie"] == 'username="the username"; Path=/'


def test_redirects_and_errors(page, run, folder):
    listing = page("quickstart")
    app = flask.Flask("errors", root_path=str(folder.path))
    run(listing("this_is_never_executed"), app=app)
    folder.write("templates/page_not_found.html", "no such page")
    run(listing("page_not_found.html"), app=app)
    client = app.test_client()
    assert client.get("/").location == "/login"
    assert client.get("/login").status_code == 401
    response = client.get("/missing")
    assert (response.status_code, response.text) == (404, "no such page")


@pytest.mark.parametrize("text", ["'error.html'), 404\n", "X-Something"])
def test_responses(page, run, folder, text):
    folder.write("templates/error.html", "an error")
    app = flask.Flask("responses", root_path=str(folder.path))
    without = () if text == "X-Something" else "X-Something"
    run(page("quickstart")(text, without=without), app=app, render_template=flask.render_template)
    response = app.test_client().get("/missing")
    assert (response.status_code, response.text) == (404, "an error")
    assert response.headers.get("X-Something") == (None if without else "A value")


def test_json_apis(page, run):
    app = flask.Flask("apis")
    user = SimpleNamespace(username="me", theme="dark", image="me.png", to_json=lambda: {"id": 1})
    names = {"get_current_user": lambda: user, "get_all_users": lambda: [user]}
    run(page("quickstart")("def me_api"), app=app, url_for=flask.url_for, **names)
    app.add_url_rule("/images/<filename>", "user_image")
    client = app.test_client()
    me = {"username": "me", "theme": "dark", "image": "/images/me.png"}
    assert client.get("/me").json == me
    assert client.get("/users").json == [{"id": 1}]


def test_sessions(page, run, shell):
    app = flask.Flask("sessions")
    names = {name: getattr(flask, name) for name in ("request", "redirect", "url_for")}
    run(page("quickstart")("def logout"), app=app, **names)
    client = app.test_client()
    assert client.get("/").text == "You are not logged in"
    assert "type=text name=username" in client.get("/login").text
    text = client.post("/login", data={"username": "<b>"}, follow_redirects=True).text
    assert text == "Logged in as <b>"
    assert client.get("/logout", follow_redirects=True).text == "You are not logged in"
    typed = page("quickstart")("secrets.token_hex").splitlines()[0].removeprefix("$ ")
    assert len(shell.run(typed).strip()) == 64


def test_logging_of_the_quickstart(page, run, caplog):
    app = flask.Flask("logging")
    with caplog.at_level(logging.DEBUG):
        run(page("quickstart")("app.logger.debug"), app=app)
    assert caplog.messages == [
        "A value for debugging",
        "A warning occurred (42 apples)",
        "An error occurred",
    ]


def test_middleware(page, run):
    app = flask.Flask("wrapped")
    app.add_url_rule("/", "index", lambda: flask.request.remote_addr)
    run(page("quickstart")("ProxyFix("), app=app)
    assert app.test_client().get("/", headers={"X-Forwarded-For": "192.0.2.1"}).text == "192.0.2.1"


# Templates


def test_templating(page, run, folder):
    listing = page("templating")
    app = flask.Flask("templating", root_path=str(folder.path))
    app.before_request(lambda: setattr(flask.g, "user", "me"))
    run(listing("@app.template_filter"), app=app)
    run(listing("def inject_user"), app=app, g=flask.g)
    run(listing("def format_price"), app=app)
    folder.write("templates/_helpers.html", "{% macro my_macro() %}{{ user }}{% endmacro %}")
    folder.write("templates/timeline.html", "timeline of {{ user }}")
    run(listing("stream_template"), app=app)
    loop = listing("| reverse").replace("{% endfor %}", "{{ x }}{% endfor %}")
    parts = {
        "macro": listing("my_macro") + "{{ my_macro() }}",
        "escaping": listing("autoescape false"),
        "loop": loop,
        "price": listing("format_price(0.33)"),
    }
    values = {"will_not_be_escaped": "<b>", "mylist": [1, 2]}
    view = lambda name: flask.render_template_string(parts[name], **values)
    app.add_url_rule("/part/<name>", "part", view)
    client = app.test_client()
    texts = {name: client.get(f"/part/{name}").text.split() for name in parts}
    assert texts["macro"] == ["me"]
    assert "<p><b>" in texts["escaping"]
    assert texts["loop"] == ["2", "1"]
    assert texts["price"] == ["0.33€"]
    assert client.get("/timeline").text == "timeline of me"


# Handling Application Errors


def test_handlers(page, run):
    import werkzeug.exceptions

    listing = page("errorhandling")
    app = flask.Flask("handlers")
    run(listing("handle_bad_request"), app=app, werkzeug=werkzeug)
    app.add_url_rule("/bad", "bad", lambda: flask.abort(400))
    definition, _, raising = listing("class InsufficientStorage").rpartition("raise")
    names = {"werkzeug": werkzeug, "handle_507": lambda error: (error.description, 507)}
    module = run(definition, app=app, **names)
    view = run(f"def full():\n    raise{raising}", **vars(module)).full
    app.add_url_rule("/full", view_func=view)
    client = app.test_client()
    response = client.get("/bad")
    assert (response.status_code, response.text) == (400, "bad request!")
    response = client.get("/full")
    assert (response.status_code, response.text) == (507, "Not enough storage space.")


def test_generic_handlers(page, run, folder):
    listing = page("errorhandling")
    app = flask.Flask("generic")
    run(listing("@app.errorhandler(HTTPException)"), app=app)
    response = app.test_client().get("/missing")
    assert response.status_code == 404
    assert response.json["name"] == "Not Found"
    assert response.json["code"] == 404

    folder.write("templates/500_generic.html", "{{ e }}")
    app = flask.Flask("generic", root_path=str(folder.path))
    run(listing("@app.errorhandler(Exception)"), app=app, render_template=flask.render_template)
    app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    client = app.test_client()
    assert "Not Found" in client.get("/missing").text
    response = client.get("/fail")
    assert (response.status_code, response.text) == (500, "division by zero")


def test_profile(page, run, folder):
    """The listing asks for ``request.arg``, which no request has."""
    source = page("errorhandling")("def user_profile")
    with pytest.raises(AttributeError, match="arg"), flask.Flask("a").test_request_context():
        run(source, app=flask.Flask("profile"), get_user=lambda username: None).user_profile()
    folder.write("templates/profile.html", "{{ user }}")
    app = flask.Flask("profile", root_path=str(folder.path))
    get_user = lambda username: username if username == "jack" else None
    run(source.replace("request.arg.", "request.args."), app=app, get_user=get_user)
    client = app.test_client()
    assert client.get("/profile?username=jack").text == "jack"
    assert client.get("/profile").status_code == 400
    assert client.get("/profile?username=other").status_code == 404


@pytest.fixture
def error_pages(page, folder):
    listing = page("errorhandling")
    layout = "{% block title %}{% endblock %}|{% block body %}{% endblock %}"
    folder.write("templates/layout.html", layout)
    folder.write("templates/404.html", listing("Page Not Found"))
    folder.write("templates/500.html", listing("<h1>Internal Server Error"))
    folder.write("templates/405.html", "method")
    folder.write("templates/blog/404.html", "no such post")
    return listing


def test_error_pages(error_pages, run, folder):
    app = flask.Flask("pages", root_path=str(folder.path))
    run(error_pages("def page_not_found", without=("Flask, ", "blog")), app=app)
    run(error_pages("def internal_server_error", without=("Flask, ", "blog")), app=app)
    app.add_url_rule("/", "index", lambda: 1 / 0)
    client = app.test_client()
    response = client.get("/missing")
    assert response.status_code == 404
    assert "Page Not Found|" in response.text
    assert '<a href="/">go somewhere nice</a>' in response.text
    response = client.get("/")
    assert response.status_code == 500
    assert "Oops... we seem to have made a mistake, sorry!" in response.text


def test_error_pages_of_factories_and_blueprints(error_pages, run, folder):
    folder.write("config.cfg", "")
    for text, arguments in (("page_not_found)", ("config.cfg",)), ("internal_server_error)", ())):
        source = error_pages("def create_app", text)
        app = run(source).create_app(*arguments)
        app.add_url_rule("/", "index", lambda: 1 / 0)
        client = app.test_client()
        assert client.get("/missing").status_code == 404
        assert client.get("/").status_code == 500
    module = run(error_pages("blog = Blueprint"), render_template=flask.render_template)
    module.blog.add_url_rule("/fail", "index", lambda: 1 / 0)
    app = flask.Flask("pages", root_path=str(folder.path))
    app.add_url_rule("/", "index")
    app.register_blueprint(module.blog)
    assert "Oops" in app.test_client().get("/fail").text


def test_handler_that_looks_at_the_path(error_pages, run, folder):
    app = flask.Flask("pages", root_path=str(folder.path))
    app.add_url_rule("/", "index")
    app.add_url_rule("/api/things", "things", lambda: "")
    app.add_url_rule("/things", "other", lambda: "")
    run(error_pages("/api/", "def method_not_allowed"), app=app, request=flask.request)
    client = app.test_client()
    assert client.get("/blog/missing").text == "no such post"
    assert "Page Not Found" in client.get("/missing").text
    assert client.post("/api/things").json == {"message": "Method Not Allowed"}
    assert client.post("/things").text == "method"


def test_errors_as_json(page, run):
    listing = page("errorhandling")
    app = flask.Flask("json")
    run(listing("def get_one_cheese"), app=app, get_resource=lambda: None)
    response = app.test_client().get("/cheese")
    assert response.status_code == 404
    assert response.json == {"error": "404 Not Found: Resource not found"}


def test_error_class_of_an_api(page, run):
    """The view of the listing takes an argument that its rule does not have."""
    app = flask.Flask("json")
    source = page("errorhandling")("class InvalidAPIUsage")
    source = source.replace("user_api(user_id)", "user_api()").replace(
        "request.arg.", "request.args."
    )
    user = SimpleNamespace(to_dict=lambda: {"id": "1"})
    run(source, app=app, get_user=lambda user_id: user if user_id == "1" else None)
    client = app.test_client()
    answers = [client.get(f"/api/user{query}") for query in ("", "?user_id=2", "?user_id=1")]
    assert [(answer.status_code, answer.json) for answer in answers] == [
        (400, {"message": "No user id provided!"}),
        (404, {"message": "No such user!"}),
        (200, {"id": "1"}),
    ]


def test_sentry(page, run):
    run(page("errorhandling")("sentry_sdk.init").replace("YOUR_DSN_HERE", ""))
    app = flask.Flask("watched")
    app.add_url_rule("/", "index", lambda: "fine")
    assert app.test_client().get("/").text == "fine"


# Logging


@pytest.fixture
def quiet_root():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_log_of_a_login(page, run, caplog):
    app = flask.Flask("login")
    user = lambda name: SimpleNamespace(
        username=name, check_password=lambda given: given == "right"
    )
    names = {name: getattr(flask, name) for name in ("request", "redirect", "url_for", "abort")}
    run(
        page("logging")("def login()"),
        app=app,
        get_user=user,
        login_user=lambda user: None,
        **names,
    )
    app.add_url_rule("/", "index")
    client = app.test_client()
    with caplog.at_level(logging.INFO):
        assert client.post("/login", data={"username": "a", "password": "right"}).location == "/"
        assert client.post("/login", data={"username": "a", "password": "b"}).status_code == 401
    assert caplog.messages == ["a logged in successfully", "a failed to log in"]


def test_configured_log(page, folder, shell):
    program = (
        "from flask import Flask",
        page("logging")("dictConfig"),
        "app.add_url_rule('/', 'index', lambda: app.logger.info('said') or '')",
        "import io; errors = io.StringIO()",
        "app.test_client().get('/', errors_stream=errors)",
        "print(errors.getvalue())",
    )
    folder.write("program.py", "\n".join(program))
    assert "] INFO in program: said" in shell.run("python program.py")


def test_handlers_of_the_log(page, run, capsys, quiet_root, monkeypatch):
    listing = page("logging")
    app = flask.Flask("handled")
    names = {"app": app, "logging": logging}
    module = run(listing("mail_handler = SMTPHandler"), **names)
    sent = []
    monkeypatch.setattr(
        module.mail_handler, "emit", lambda record: sent.append(record.getMessage())
    )
    run(listing("class RequestFormatter"), mail_handler=module.mail_handler, **names)
    # Not there by itself, because pytest has handlers of its own.
    app.logger.addHandler(flask.logging.default_handler)
    view = lambda: app.logger.error("in a request") or ""
    app.add_url_rule("/page", "page", view)
    app.test_client().get("/page")
    assert "127.0.0.1 requested http://localhost/page\nERROR in" in capsys.readouterr().err
    app.logger.error("outside")
    assert "None requested None\nERROR in" in capsys.readouterr().err
    assert sent == ["in a request", "outside"]

    run(listing("removeHandler"), app=app)
    app.logger.error("nowhere")
    assert capsys.readouterr().err == ""
    run(listing("root = logging"), mail_handler=module.mail_handler, **names)
    run(
        listing("for logger in"),
        mail_handler=module.mail_handler,
        **names,
        default_handler=flask.logging.default_handler,
    )
    logging.getLogger("other_package").error("of another")
    assert "of another" in sent
    for name in ("sqlalchemy", "other_package", "handled"):
        logging.getLogger(name).handlers.clear()
    flask.logging.default_handler.setFormatter(None)
