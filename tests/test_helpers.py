"""Functions for views: messages, files, streams, paths.

Flask: Useful Functions and Classes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from flaskish import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    get_flashed_messages,
    redirect,
    request,
    send_file,
    send_from_directory,
    session,
    stream_with_context,
    url_for,
)
from flaskish.helpers import get_debug_flag, get_load_dotenv, get_root_path
from flaskish.testing import FlaskClient
from flaskish.werkzeug.exceptions import Gone, NotFound
from flaskish.werkzeug.routing import BuildError

from .safety.servers import WAYS


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "static" / "sub").mkdir(parents=True)
    (tmp_path / "static" / "page.html").write_text("<p>page</p>")
    (tmp_path / "static" / "sub" / "data.bin").write_bytes(bytes(range(10)))
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path


@pytest.fixture
def app(files: Path) -> Flask:
    app = Flask("an_app", root_path=str(files))
    app.config.update(TESTING=True, SECRET_KEY="test key")
    return app


# Messages


def test_message_is_shown_once(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/flash", "flash", lambda: flash("saved") or "")
    app.add_url_rule("/show", "show", lambda: get_flashed_messages())
    client.get("/flash")
    client.get("/flash")
    assert client.get("/show").json == ["saved", "saved"]
    assert client.get("/show").json == []


def test_messages_stay_for_the_whole_request(app: Flask) -> None:
    with app.test_request_context():
        flash("a")
        assert get_flashed_messages() == get_flashed_messages() == ["a"]


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, ["hello", "wrong", "note"]),
        (
            {"with_categories": True},
            [("message", "hello"), ("error", "wrong"), ("info", "note")],
        ),
        ({"category_filter": ["error", "info"]}, ["wrong", "note"]),
        ({"category_filter": ["info"], "with_categories": True}, [("info", "note")]),
        ({"category_filter": ["other"]}, []),
    ],
)
def test_messages_by_category(app: Flask, kwargs: dict[str, Any], expected: list[Any]) -> None:
    with app.test_request_context():
        flash("hello")
        flash("wrong", "error")
        flash("note", "info")
        assert get_flashed_messages(**kwargs) == expected


def test_flash_needs_a_secret_key(app: Flask) -> None:
    app.secret_key = None
    with app.test_request_context(), pytest.raises(RuntimeError, match="no secret key was set"):
        flash("lost")


# Files


def test_static_files_are_served(client: FlaskClient) -> None:
    with client.get("/static/page.html") as response:
        assert response.data == b"<p>page</p>"
        assert response.content_type == "text/html; charset=utf-8"
        assert response.cache_control.no_cache
        assert response.headers["ETag"]
        assert response.last_modified


@pytest.mark.parametrize(
    "url", ["/static/missing", "/static/../secret.txt", "/static/sub", "/static/%2e%2e/secret.txt"]
)
def test_other_files_are_not(client: FlaskClient, url: str) -> None:
    assert client.get(url).status_code == 404


def test_age_of_static_files_is_configured(app: Flask, client: FlaskClient) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    with client.get("/static/page.html") as response:
        assert response.cache_control.max_age == 3600
        assert not response.cache_control.no_cache


def test_age_may_depend_on_the_file(files: Path) -> None:
    class Own(Flask):
        def get_send_file_max_age(self, filename: str | None) -> int:
            return 10 if str(filename).endswith(".html") else 20

    app = Own("own", root_path=str(files))
    client = app.test_client()
    with client.get("/static/page.html") as response:
        assert response.cache_control.max_age == 10
    with client.get("/static/sub/data.bin") as response:
        assert response.cache_control.max_age == 20


def test_path_is_relative_to_the_root_path(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: send_file("static/page.html"))
    with client.get("/") as response:
        assert response.data == b"<p>page</p>"


def test_attachment_has_a_name(app: Flask, client: FlaskClient) -> None:
    def index() -> Response:
        return send_file(
            io.BytesIO(b"data"), mimetype="text/csv", as_attachment=True, download_name="ü.csv"
        )

    app.add_url_rule("/", "index", index)
    with client.get("/") as response:
        assert response.headers["Content-Disposition"] == (
            "attachment; filename=u.csv; filename*=UTF-8''%C3%BC.csv"
        )
        assert response.mimetype == "text/csv"


def test_file_without_a_name_needs_a_type(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(TypeError, match="Unable to detect the MIME"):
        send_file(io.BytesIO(b"data"))
    with app.test_request_context(), pytest.raises(TypeError, match="No name provided"):
        send_file(io.BytesIO(b"data"), mimetype="text/plain", as_attachment=True)


def test_range_of_a_file(client: FlaskClient) -> None:
    with client.get("/static/sub/data.bin", headers={"Range": "bytes=2-4"}) as response:
        assert response.status_code == 206
        assert response.data == b"\x02\x03\x04"
        assert response.headers["Content-Range"] == "bytes 2-4/10"


def test_unchanged_file_is_304(client: FlaskClient) -> None:
    with client.get("/static/page.html") as response:
        etag = response.headers["ETag"]
    with client.get("/static/page.html", headers={"If-None-Match": etag}) as response:
        assert (response.status_code, response.data) == (304, b"")


def test_server_may_send_the_file(app: Flask, client: FlaskClient, files: Path) -> None:
    app.config["USE_X_SENDFILE"] = True
    with client.get("/static/page.html") as response:
        assert response.headers["X-Sendfile"] == str(files / "static" / "page.html")
        assert response.data == b""


def test_directory_is_relative_to_the_root_path(app: Flask) -> None:
    with app.test_request_context():
        with send_from_directory("static", "page.html", as_attachment=True) as response:
            assert response.headers["Content-Disposition"] == "attachment; filename=page.html"
        with pytest.raises(NotFound):
            send_from_directory("static", "../secret.txt")


def test_static_files_of_a_blueprint(app: Flask, client: FlaskClient, files: Path) -> None:
    blueprint = Blueprint(
        "admin", "an_app", root_path=str(files), static_folder="static/sub", url_prefix="/admin"
    )
    app.register_blueprint(blueprint)
    with client.get("/admin/sub/data.bin") as response:
        assert response.data == bytes(range(10))
    with app.test_request_context():
        assert url_for("admin.static", filename="data.bin") == "/admin/sub/data.bin"


def test_resources_are_read_only(app: Flask) -> None:
    with app.open_resource("static/page.html") as file:
        assert file.read() == b"<p>page</p>"
    with app.open_resource("static/page.html", "r") as file:
        assert file.read() == "<p>page</p>"
    with pytest.raises(ValueError, match="only be opened for reading"):
        app.open_resource("static/page.html", "w")


# Redirects and errors


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("location", ["/there", "/d\u00e9j\u00e0", "/there?a=1&b=2"])
def test_location_of_a_redirect_may_be_completed_afterwards(
    app: Flask, way: str, location: str
) -> None:
    @app.get("/page")
    def page() -> Any:
        response = redirect(location)
        response.autocorrect_location_header = True
        return response

    answer = WAYS[way](app, PATH_INFO="/page")
    assert answer.getlist("Location") == [f"http://localhost{quote(location, safe='/?=&')}"]


@pytest.mark.parametrize("way", WAYS)
def test_redirect_may_get_another_location_and_further_headers(app: Flask, way: str) -> None:
    @app.get("/page")
    def page() -> Any:
        response = redirect("/there")
        response.location = "/elsewhere"
        response.headers["X-Word"] = "caf\u00e9 \u2615"
        return response

    answer = WAYS[way](app, PATH_INFO="/page")
    assert answer.getlist("Location") == ["/elsewhere"]
    assert answer.getlist("X-Word") == ["=?utf-8?b?Y2Fmw6kg4piV?="]


def test_redirect_goes_through_the_application(app: Flask, client: FlaskClient) -> None:
    class Own(Flask):
        def redirect(self, location: str, code: int = 302) -> Any:
            return super().redirect(f"/moved{location}", code)

    app = Own("own")
    app.add_url_rule("/", "index", lambda: redirect("/there", 307))
    response = app.test_client().get("/")
    assert (response.status_code, response.location) == (307, "/moved/there")
    assert redirect("/there").location == "/there"


def test_abort_goes_through_the_application(app: Flask) -> None:
    class OwnError(Gone):
        description = "own"

    app.aborter.mapping[410] = OwnError
    with app.app_context(), pytest.raises(OwnError):
        abort(410)
    with pytest.raises(Gone) as caught:
        abort(410, description="elsewhere")
    assert not isinstance(caught.value, OwnError)
    with pytest.raises(LookupError, match="no exception for 799"):
        abort(799)


# URLs


def test_url_for_names_the_missing_endpoint(app: Flask) -> None:
    app.add_url_rule("/spam", "spam", lambda: "")
    with (
        app.test_request_context(),
        pytest.raises(BuildError, match=r"Could not build url for endpoint 'span'.*'spam'"),
    ):
        url_for("span")


def test_build_errors_can_be_handled(app: Flask) -> None:
    def handler(error: Exception, endpoint: str, values: dict[str, Any]) -> str | None:
        return f"/external/{endpoint}?{values['a']}" if endpoint == "known" else None

    app.url_build_error_handlers.append(handler)  # type: ignore[arg-type]
    with app.test_request_context():
        assert url_for("known", a=1) == "/external/known?1"
        with pytest.raises(BuildError):
            url_for("unknown")


def test_scheme_needs_a_full_url(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "")
    with app.test_request_context(), pytest.raises(ValueError, match="'_external' must be True"):
        url_for("index", _scheme="https", _external=False)


def test_url_outside_a_request_is_full(app: Flask) -> None:
    app.config.update(
        SERVER_NAME="example.com", APPLICATION_ROOT="/app", PREFERRED_URL_SCHEME="https"
    )
    app.add_url_rule("/page", "page", lambda: "")
    with app.app_context():
        assert url_for("page") == "https://example.com/app/page"
        assert url_for("page", _external=False) == "/app/page"


def test_defaults_are_injected_into_urls(app: Flask, client: FlaskClient) -> None:
    @app.url_defaults
    def add_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = g.lang

    @app.url_value_preprocessor
    def pull_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.lang = (values or {}).pop("lang", None)

    app.add_url_rule("/<lang>/", "index", lambda: f"{url_for('about')} {url_for('index')}")
    app.add_url_rule("/<lang>/about", "about", lambda: "")
    assert client.get("/de/").text == "/de/about /de/"


# Streams


def test_stream_keeps_the_request(app: Flask, client: FlaskClient) -> None:
    closed = []
    app.teardown_request(lambda error: closed.append("request"))

    @app.get("/")
    def index() -> Any:
        def generate() -> Iterator[str]:
            yield "Hello "
            yield request.args["name"]
            yield f" {session.get('a')} {current_app.name} {len(closed)}"

        return stream_with_context(generate())

    assert client.get("/?name=World").text == "Hello World None an_app 0"
    assert closed == ["request"]


def test_stream_with_context_is_a_decorator(app: Flask, client: FlaskClient) -> None:
    @app.get("/")
    def index() -> Response:
        @stream_with_context
        def generate(greeting: str) -> Iterator[str]:
            yield f"{greeting} {request.args['name']}"

        return Response(generate("Hello"))

    assert client.get("/?name=World").text == "Hello World"


def test_closed_stream_closes_its_generator(app: Flask, client: FlaskClient) -> None:
    closed = []

    @app.get("/")
    def index() -> Any:
        def generate() -> Iterator[str]:
            try:
                yield "a"
                yield "b"
            finally:
                closed.append(request.path)

        return stream_with_context(generate())

    response = client.get("/", buffered=False)
    next(iter(response.response))
    response.close()
    assert closed == ["/"]


def test_stream_may_push_a_context_around_several_parts(app: Flask, client: FlaskClient) -> None:
    @app.get("/")
    def index() -> Iterator[str]:
        def generate() -> Iterator[str]:
            with app.test_request_context("/inner"):
                yield f"{request.path} "
                yield f"{request.path} "
            yield request.path

        return stream_with_context(generate())

    assert client.get("/").text == "/inner /inner /"


def test_stream_with_context_needs_a_request() -> None:
    with pytest.raises(RuntimeError, match="can only be used when a request context is active"):
        stream_with_context(iter("a"))


# Flags and paths


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", False), ("0", False), ("False", False), ("no", False), ("1", True), ("anything", True)],
)
def test_debug_flag(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("FLASK_DEBUG", value)
    assert get_debug_flag() is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("", True), ("0", True), ("False", True), ("1", False), ("x", False)]
)
def test_dotenv_flag(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("FLASK_SKIP_DOTENV", value)
    assert get_load_dotenv() is expected


def test_root_path_is_the_folder_of_the_module() -> None:
    assert get_root_path(__name__) == str(Path(__file__).parent)
    assert get_root_path("not_a_module") == str(Path.cwd())
