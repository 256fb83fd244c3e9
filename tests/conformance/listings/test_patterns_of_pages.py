"""Patterns: flashing, inheritance, favicons, uploads, JavaScript, streams, decorators."""

from __future__ import annotations

import json
import time
from io import BytesIO
from types import SimpleNamespace

import flask
import pytest


def test_flashing(page, run, folder):
    listing = page("patterns/flashing")
    module = run(listing("app.secret_key"))
    folder.write("templates/layout.html", listing("get_flashed_messages()"))
    folder.write("templates/index.html", listing("<h1>Overview</h1>"))
    folder.write("templates/login.html", listing("<h1>Login</h1>"))
    client = module.app.test_client()
    assert '<a href="/login">log in?</a>' in client.get("/").text
    wrong = client.post("/login", data={"username": "<b>", "password": "x"}).text
    assert "<strong>Error:</strong> Invalid credentials" in wrong
    assert 'value="&lt;b&gt;"' in wrong
    right = {"username": "admin", "password": "secret"}
    page_after = client.post("/login", data=right, follow_redirects=True).text
    assert "<li>You were successfully logged in</li>" in page_after
    assert "flashes" not in client.get("/").text


def test_flashing_with_categories(page, run, folder):
    listing = page("patterns/flashing")
    app = flask.Flask("flashing")
    app.secret_key = "a key"
    all_messages, errors = listing("with_categories=true"), listing("category_filter")
    app.add_url_rule("/all", "all", lambda: flask.render_template_string(all_messages))
    app.add_url_rule("/errors", "errors", lambda: flask.render_template_string(errors))

    @app.get("/")
    def index():
        flask.flash("A message")
        run(listing("'error')"), flash=flask.flash)
        return ""

    client = app.test_client()
    client.get("/")
    text = client.get("/all").text
    assert '<li class="message">A message</li>' in text
    assert '<li class="error">Invalid password provided</li>' in text
    client.get("/")
    text = client.get("/errors").text
    assert "<li>Invalid password provided</li>" in text
    assert "A message" not in text


def test_large_message_fails_silently(folder):
    """That is: the browser drops the cookie."""
    app = flask.Flask("flashing")
    app.secret_key = "a key"
    app.add_url_rule("/", "index", lambda: flask.flash("x" * 3000) or "")
    assert app.test_client().get("/").status_code == 200


def test_template_inheritance(page, folder, run):
    listing = page("patterns/templateinheritance")
    folder.write("templates/layout.html", listing("<!doctype html>"))
    folder.write("templates/index.html", listing("{% extends"))
    app = run("import flask\napp = flask.Flask(__name__)").app
    app.add_url_rule("/", "index", lambda: flask.render_template("index.html"))
    text = app.test_client().get("/").text
    assert '<link rel="stylesheet" href="/static/style.css">' in text
    assert "<title>Index - My Webpage</title>" in text
    assert ".important { color: #336699; }" in text
    assert "&copy; Copyright 2010" in text


def test_favicon(page, run, folder):
    listing = page("patterns/favicon")
    folder.write("static/favicon.ico", "an icon")
    app = run("import flask\napp = flask.Flask(__name__)").app
    link = listing("<link")
    app.add_url_rule("/", "index", lambda: flask.render_template_string(link))
    run(listing("def favicon"), app=app)
    client = app.test_client()
    assert 'href="/static/favicon.ico"' in client.get("/").text
    with client.get("/favicon.ico") as response:
        assert response.mimetype == "image/vnd.microsoft.icon"
        assert response.text == "an icon"


def test_favicon_by_redirect(page, run):
    """The listing builds a URL, for which there has to be a context."""
    app = flask.Flask("redirected")
    with app.test_request_context():
        run(page("patterns/favicon")("redirect_to"), app=app, url_for=flask.url_for)
    response = app.test_client().get("/favicon.ico")
    assert response.status_code == 308
    assert response.location == "http://localhost/static/favicon.ico"


@pytest.fixture
def uploading(page, run, folder):
    listing = page("patterns/fileuploads")
    uploads = folder.path / "uploads"
    uploads.mkdir()
    module = run(
        listing("UPLOAD_FOLDER ="), listing("def allowed_file"), listing("def download_file")
    )
    module.app.config.update(UPLOAD_FOLDER=str(uploads), SECRET_KEY="a key")
    return module.app


def test_upload(uploading):
    client = uploading.test_client()
    assert "multipart/form-data" in client.get("/").text
    data = {"file": (BytesIO(b"data"), "../a b.txt")}
    with client.post("/", data=data, follow_redirects=True) as response:
        assert response.request.path == "/uploads/a_b.txt"
        assert response.data == b"data"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"other": "1"}, "No file part"),
        ({"file": (BytesIO(b""), "")}, "No selected file"),
        ({"file": (BytesIO(b"x"), "a.exe")}, None),
    ],
)
def test_upload_is_refused(uploading, data, message):
    client = uploading.test_client()
    response = client.post("/", data=data, follow_redirects=True)
    assert "<h1>Upload new File</h1>" in response.text
    with client.session_transaction() as session:
        messages = [text for _, text in session.get("_flashes", [])]
    assert messages == ([message] if message else [])


def test_names_of_uploads(page, run, doctest):
    listing = page("patterns/fileuploads")
    from werkzeug.utils import secure_filename

    assert (
        secure_filename(run(listing("filename = ", without="def")).filename)
        == "home_username_.bashrc"
    )
    doctest(listing(">>> secure_filename"), secure_filename=secure_filename)


def test_url_of_an_upload_without_a_view(page, run):
    app = flask.Flask("built")
    run(page("patterns/fileuploads")("build_only=True"), app=app)
    with app.test_request_context():
        assert flask.url_for("download_file", name="a.txt") == "/uploads/a.txt"
    assert app.test_client().get("/uploads/a.txt").status_code == 404


def test_limit_of_uploads(page, run):
    app = run(page("patterns/fileuploads")("MAX_CONTENT_LENGTH")).app
    app.add_url_rule("/", "index", lambda: flask.request.files["file"].filename, methods=["POST"])
    client = app.test_client()
    assert client.post("/", data={"file": (BytesIO(b"x" * 1000), "a")}).text == "a"
    announced = {"CONTENT_LENGTH": str(16 * 1000 * 1000 + 1)}
    data = {"file": (BytesIO(b"x"), "a")}
    response = client.post("/", data=data, environ_overrides=announced)
    assert response.status_code == 413


# JavaScript, fetch, and JSON


def test_data_for_scripts(page, run, folder):
    listing = page("patterns/javascript")
    template = listing("const chart_data") + listing("data-chart")
    folder.write("templates/report.html", template)
    view = "def report():\n" + "".join(
        f"    {line}\n" for line in listing("generate_report()").splitlines()
    )
    data = {"a": ["</script>", "it's", '"']}
    module = run(view, generate_report=lambda: data, render_template=flask.render_template)
    app = flask.Flask("report", root_path=str(folder.path))
    app.add_url_rule("/", "report", module.report)
    text = app.test_client().get("/").text
    script, _, tag = text.partition("</script>")
    assert json.loads(script.partition("const chart_data = ")[2].partition("\n")[0]) == data
    assert json.loads(tag.partition("data-chart='")[2].partition("'")[0]) == data


def test_urls_for_scripts(page):
    listing = page("patterns/javascript")
    app = flask.Flask("urls")
    for endpoint in ("user", "room_detail"):
        app.add_url_rule(f"/{endpoint}/<int:id>", endpoint)
    source = listing('url_for("user"') + listing("SCRIPT_ROOT") + listing("room_url =")
    with app.test_request_context(base_url="http://localhost/my-app"):
        one = SimpleNamespace(id=7)
        text = flask.render_template_string(source, current_user=one, room=one)
    assert 'const user_url = "/my-app/user/7"' in text
    assert 'const SCRIPT_ROOT = "/my-app"' in text
    assert 'const room_url = "/my-app/room_detail/7"' in text


def test_views_with_json(page, run):
    listing = page("patterns/javascript")
    app = flask.Flask("users")

    class User:
        name = "name"
        username = "me"
        email = "me@example.com"

        def __init__(self):
            self.shown = {"id": 1}

        def to_json(self):
            return self.shown

        def update_from_json(self, data):
            self.shown |= data

    users = [User()]
    User.query = SimpleNamespace(
        get_or_404=lambda number: users[number] if number < len(users) else flask.abort(404),
        order_by=lambda column: SimpleNamespace(all=lambda: users),
    )
    db = SimpleNamespace(session=SimpleNamespace(commit=lambda: None))
    for text in ("def user_detail", "def user_list", "def user_update"):
        run(listing(text), app=app, User=User, db=db, url_for=flask.url_for)
    client = app.test_client()
    assert client.get("/user/0").json == {
        "username": "me",
        "email": "me@example.com",
        "picture": "/static/users/0/profile.png",
    }
    assert client.get("/user/1").status_code == 404
    assert client.post("/user/0", json={"name": "new"}).json == {"id": 1, "name": "new"}
    assert client.get("/users").json == [{"id": 1, "name": "new"}]
    wrong_type = client.post("/user/0", data={"name": "new"})
    not_json = client.post("/user/0", data="{", content_type="application/json")
    assert (wrong_type.status_code, not_json.status_code) == (415, 400)


# Streaming Contents


def test_streams(page, run, folder):
    listing = page("patterns/streaming")
    folder.write("templates/timeline.html", "{% for n in range(3) %}{{ n }}{% endfor %}")
    app = flask.Flask("streams", root_path=str(folder.path))
    run(listing("iter_all_rows"), app=app, iter_all_rows=lambda: [["a", "b"], ["c", "d"]])
    run(listing("def timeline"), app=app)
    run(listing("def streamed_response"), app=app)
    client = app.test_client()
    response = client.get("/large.csv")
    assert (response.text, response.mimetype) == ("a,b\nc,d\n", "text/csv")
    assert client.get("/timeline").text == "012"
    assert client.get("/stream?name=<b>").text == "<p>Hello &lt;b&gt;!</p>"


def test_stream_of_a_decorated_generator(page, run):
    body = page("patterns/streaming")("@stream_with_context", "return generate()")
    view = "def view():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    view = view.replace("...", "yield request.path")
    module = run("from flask import request, stream_with_context", view)
    app = flask.Flask("decorated")
    app.add_url_rule("/", "view", module.view)
    assert app.test_client().get("/").text == "/"


# View Decorators


def test_login_required(page, run):
    listing = page("patterns/viewdecorators")
    app = flask.Flask("decorated")
    app.before_request(lambda: setattr(flask.g, "user", flask.request.args.get("user")))
    module = run(listing("def login_required"))
    hidden = listing('type="hidden"')
    app.add_url_rule("/login", "login", lambda: flask.render_template_string(hidden))
    secret = listing("def secret_page").replace("pass", "return 'secret'")
    run(secret, app=app, login_required=module.login_required)
    client = app.test_client()
    assert client.get("/secret_page?user=me").text == "secret"
    followed = client.get("/secret_page", follow_redirects=True)
    assert 'value="http://localhost/secret_page"' in followed.text


def test_cached_view(page, run):
    class Cache(dict):
        def set(self, key, value, timeout):
            self[key] = value
            assert timeout == 300

    cache = Cache()
    cached = run(page("patterns/viewdecorators")("def cached"), cache=cache).cached
    app = flask.Flask("cached")
    app.add_url_rule("/now", "now", cached()(lambda: str(time.perf_counter())))
    client = app.test_client()
    assert client.get("/now").text == client.get("/now").text
    assert list(cache) == ["view//now"]


def test_templated_view(page, run, folder):
    listing = page("patterns/viewdecorators")
    folder.write("templates/index.html", "value {{ value }}")
    folder.write("templates/pages/none.html", "none")
    templated = run(listing("def templated")).templated
    views = listing("@templated('index.html')").split("\n\n")
    texts = []
    for view in views:
        app = flask.Flask("templated", root_path=str(folder.path))
        run(view, app=app, templated=templated, render_template=flask.render_template)
        texts.append(app.test_client().get("/").text)
    assert texts == ["value 42"] * 3

    pages = flask.Blueprint("pages", __name__)
    pages.add_url_rule("/none", "none", templated()(lambda: None))
    pages.add_url_rule("/text", "text", templated()(lambda: "text"))
    app = flask.Flask("templated", root_path=str(folder.path))
    app.register_blueprint(pages)
    client = app.test_client()
    assert (client.get("/none").text, client.get("/text").text) == ("none", "text")


def test_endpoint_of_a_view(page, run):
    app = run(page("patterns/viewdecorators")("@app.endpoint")).app
    assert app.test_client().get("/").text == "Hello world"


# Using URL Processors


ANSWER = 'return str((flask.g.lang_code, flask.url_for("{endpoint}")))'


def test_processors_of_an_application(page, run):
    listing = page("patterns/urlprocessors")
    plain = run(
        "import flask", listing("def index(lang_code)").replace("...", "return g.lang_code")
    )
    client = plain.app.test_client()
    assert (client.get("/de/").text, client.get("/de/about").text) == ("de", "de")

    whole = listing("from flask import Flask, g", "def index():").replace(
        "...", ANSWER.format(endpoint="about")
    )
    for part in ("@app.url_defaults", "@app.url_value_preprocessor"):
        assert listing(part, without="from flask") in whole.replace("\n\n", "\n\n")
    client = run("import flask", whole).app.test_client()
    assert client.get("/de/").text == "('de', '/de/about')"


def test_processors_of_a_blueprint(page, run):
    source = page("patterns/urlprocessors")("bp = Blueprint")
    module = run("import flask", source.replace("...", ANSWER.format(endpoint=".about")))
    app = flask.Flask("blueprints")
    app.register_blueprint(module.bp)
    assert app.test_client().get("/de/").text == "('de', '/de/about')"


# Deferred Request Callbacks


def test_cookie_before_there_is_a_response(page, run):
    app = flask.Flask("deferred")
    given = {"app": app, "g": flask.g, "guess_language_from_request": lambda: "de"}
    run(page("patterns/deferredcallbacks")("@after_this_request"), **given)
    app.add_url_rule("/", "index", lambda: flask.g.language)
    client = app.test_client()
    first, second = client.get("/"), client.get("/")
    assert (first.text, second.text) == ("de", "de")
    assert first.headers["Set-Cookie"] == "user_lang=de; Path=/"
    assert "Set-Cookie" not in second.headers
