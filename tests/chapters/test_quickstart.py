"""Quickstart: routes, URLs, requests, answers."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from flaskish import (
    Flask,
    Response,
    abort,
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flaskish.werkzeug.utils import secure_filename

from ..both_ways import Asker


def test_escaped_input_is_text(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/hello", "hello", lambda: f"Hello, {escape(request.args.get('name', ''))}!")
    assert ask("/hello?name=<b>").text == "Hello, &lt;b&gt;!"


@pytest.mark.parametrize(
    ("rule", "url", "answer"),
    [
        ("/user/<name>", "/user/a%20b", "a b"),
        ("/user/<name>", "/user/a/b", None),
        ("/post/<int:name>", "/post/7", "7"),
        ("/post/<int:name>", "/post/-7", None),
        ("/post/<int:name>", "/post/7.5", None),
        ("/post/<float:name>", "/post/7.50", "7.5"),
        ("/post/<float:name>", "/post/7", None),
        ("/path/<path:name>", "/path/a/b", "a/b"),
        (
            "/id/<uuid:name>",
            "/id/00000000-0000-0000-0000-00000000000A",
            "00000000-0000-0000-0000-00000000000a",
        ),
        ("/id/<uuid:name>", "/id/7", None),
    ],
)
def test_converters(app: Flask, ask: Asker, rule: str, url: str, answer: str | None) -> None:
    app.add_url_rule(rule, "page", lambda name: str(name))
    response = ask(url)
    assert (response.text if response.status_code == 200 else None) == answer


def test_slash_at_the_end_is_part_of_the_url(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/projects/", "projects", lambda: "projects")
    app.add_url_rule("/about", "about", lambda: "about")
    assert ask("/projects").status_code == 308
    assert ask("/projects").location == f"http://localhost{ask.prefix}/projects/"
    assert ask("/about/").status_code == 404


def test_urls_are_built_from_endpoints(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/login", "login", lambda: "")
    app.add_url_rule("/user/<username>", "profile", lambda username: "")
    app.add_url_rule(
        "/",
        "index",
        lambda: [
            url_for("index"),
            url_for("login", next="/"),
            url_for("profile", username="John Doe"),
            url_for("static", filename="style.css"),
            url_for("login", _external=True),
        ],
    )
    prefix = ask.prefix
    assert ask("/").json == [
        f"{prefix}/",
        f"{prefix}/login?next=/",
        f"{prefix}/user/John%20Doe",
        f"{prefix}/static/style.css",
        f"http://localhost{prefix}/login",
    ]


def test_methods_of_one_url_may_have_functions_of_their_own(app: Flask, ask: Asker) -> None:
    app.get("/login")(lambda: "form")  # The endpoint is the name of the function.
    app.add_url_rule("/login", "do_login", lambda: "done", methods=["POST"])
    assert ask("/login").text == "form"
    assert ask("/login", "POST").text == "done"
    assert ask("/login", "HEAD").status_code == 200
    assert ask("/login", "PUT").status_code == 405


def test_static_files_are_below_static(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "style.css").write_text("p {}")
    with ask("/static/style.css") as response:
        assert response.text == "p {}"
        assert response.mimetype == "text/css"


def test_templates_are_in_templates(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "hello.html").write_text(
        "{% if person %}Hello {{ person }}!{% else %}Hello, World!{% endif %}"
    )

    @app.route("/hello/")
    @app.route("/hello/<name>")
    def hello(name: str | None = None) -> str:
        return render_template("hello.html", person=name)

    assert ask("/hello/").text == "Hello, World!"
    assert ask("/hello/<b>").text == "Hello &lt;b&gt;!"


def test_form_of_a_login(app: Flask, ask: Asker) -> None:
    @app.route("/login", methods=["GET", "POST"])
    def login() -> str:
        if request.method == "POST":
            return f"{request.form['username']}:{request.form.get('missing', '-')}"
        return request.args.get("key", "")

    assert ask("/login", "POST", data={"username": "a"}).text == "a:-"
    assert ask("/login", "POST").status_code == 400
    assert ask("/login?key=b").text == "b"


def test_missing_key_can_be_caught_like_a_keyerror(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> str:
        try:
            return request.args["missing"]
        except KeyError as error:
            return f"caught {error.args[0]}"

    assert ask("/").text == "caught missing"


def test_uploaded_file_is_saved(app: Flask, ask: Asker, tmp_path: Path) -> None:
    @app.post("/upload")
    def upload() -> str:
        file = request.files["the_file"]
        name = secure_filename(file.filename or "")
        file.save(tmp_path / name)
        return name

    response = ask("/upload", "POST", data={"the_file": (BytesIO(b"data"), "../../my file.txt")})
    assert response.text == "my_file.txt"
    assert (tmp_path / "my_file.txt").read_bytes() == b"data"


def test_cookies_are_read_and_set(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> Response:
        response = make_response(request.cookies.get("username", "nobody"))
        response.set_cookie("username", "the username")
        return response

    assert ask("/").text == "nobody"
    assert ask("/").text == "the username"


def test_redirect_and_abort(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/", "index", lambda: redirect(url_for("login")))
    app.add_url_rule("/login", "login", lambda: abort(401))
    response = ask("/", follow_redirects=True)
    assert [each.status_code for each in response.history] == [302]
    assert response.status_code == 401
    assert "<title>401 Unauthorized</title>" in response.text


def test_error_page_of_the_application(app: Flask, ask: Asker) -> None:
    @app.errorhandler(404)
    def not_found(error: Exception) -> Response:
        response = make_response("own page", 404)
        response.headers["X-Something"] = "A value"
        return response

    response = ask("/missing")
    assert (response.status_code, response.text) == (404, "own page")
    assert response.headers["X-Something"] == "A value"


def generate() -> Iterator[str]:
    yield "a"
    yield "b"


def wsgi_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("201 CREATED", [("X-From", "wsgi")])
    return [b"from wsgi"]


@pytest.mark.parametrize(
    ("answer", "status", "body", "mimetype"),
    [
        (Response("a", 202, mimetype="text/plain"), 202, "a", "text/plain"),
        ("a", 200, "a", "text/html"),
        (b"a", 200, "a", "text/html"),
        (generate, 200, "ab", "text/html"),
        ({"a": 1}, 200, '{"a":1}\n', "application/json"),
        ([1], 200, "[1]\n", "application/json"),
        (("a", 404), 404, "a", "text/html"),
        (("a", {"Content-Type": "text/x"}), 200, "a", "text/x"),
        (("a", [("Content-Type", "text/x")]), 200, "a", "text/x"),
        (("a", 201, {"Content-Type": "text/x"}), 201, "a", "text/x"),
        (({"a": 1}, 201), 201, '{"a":1}\n', "application/json"),
        (wsgi_app, 201, "from wsgi", "text/plain"),
    ],
    ids=str,
)
def test_return_values(
    app: Flask, ask: Asker, answer: Any, status: int, body: str, mimetype: str
) -> None:
    app.add_url_rule("/", "index", lambda: answer() if answer is generate else answer)
    response = ask("/")
    assert (response.status_code, response.text) == (status, body)
    assert response.mimetype == mimetype


def test_session_of_a_login(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> str:
        return f"Logged in as {session['name']}" if "name" in session else "Not logged in"

    @app.post("/login")
    def login() -> Any:
        session["name"] = request.form["name"]
        return redirect(url_for("index"))

    @app.get("/logout")
    def logout() -> Any:
        session.pop("name", None)
        return redirect(url_for("index"))

    assert ask("/").text == "Not logged in"
    answered = ask("/login", "POST", data={"name": "admin"}, follow_redirects=True)
    assert answered.text == "Logged in as admin"
    assert ask("/logout", follow_redirects=True).text == "Not logged in"


def test_flashed_message_is_on_the_next_page_only(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/do", "do", lambda: flash("done") or "")
    app.add_url_rule("/", "index", lambda: get_flashed_messages())
    ask("/do")
    assert ask("/").json == ["done"]
    assert ask("/").json == []


def test_wsgi_middleware_is_wrapped_around_wsgi_app(app: Flask) -> None:
    """A mounted application is behind the project's middleware instead."""

    class Middleware:
        def __init__(self, wrapped: Any) -> None:
            self.wrapped = wrapped

        def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
            environ["REMOTE_ADDR"] = "192.0.2.1"
            return self.wrapped(environ, start_response)

    app.wsgi_app = Middleware(app.wsgi_app)  # type: ignore[method-assign]
    app.add_url_rule("/", "index", lambda: str(request.remote_addr))
    assert app.test_client().get("/").text == "192.0.2.1"
