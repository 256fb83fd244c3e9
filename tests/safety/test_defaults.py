"""``SECURE_DEFAULTS``: one switch for Django's protection; without it, all is as in Flask."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.views.decorators.csrf import csrf_exempt

from flaskish import (
    Flask,
    Response,
    abort,
    redirect,
    render_template_string,
    request,
    session,
)
from flaskish.bridge.checks import check_weak_keys
from flaskish.bridge.checks_deploy import check_limits, check_protection
from tests.safety.servers import WAYS, Answer, ask_mounted, ask_wsgi


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with override_settings(FLASKISH_STANDALONE=True):
        yield


def make_app(**config: Any) -> Flask:
    app = Flask("guarded", static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=True)
    app.config.update(config)

    @app.get("/")
    def index() -> str:
        session["a"] = 1
        return "page"

    @app.get("/form")
    def form() -> str:
        return render_template_string("{{ csrf_token() }}")

    @app.post("/save")
    def save() -> str:
        return f"saved {request.form.get('a')}"

    @app.post("/hook")
    @csrf_exempt
    def hook() -> str:
        return "called"

    @app.get("/framed")
    def framed() -> Response:
        response = Response("framed")
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        return response

    return app


def post(path: str, body: bytes = b"a=1", **changes: Any) -> dict[str, Any]:
    return {
        "PATH_INFO": path,
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "body": body,
        **changes,
    }


def cookie_of(answer: Answer, name: str) -> str:
    return next(value for value in answer.getlist("Set-Cookie") if value.startswith(f"{name}="))


@pytest.mark.parametrize("way", WAYS)
def test_without_the_switch_all_is_as_in_flask(way: str) -> None:
    app = make_app()
    answer = WAYS[way](app)
    names = {name.lower() for name, _ in answer.headers}
    assert names == {"content-type", "content-length", "vary", "set-cookie"}
    assert "SameSite" not in cookie_of(answer, "session")
    assert WAYS[way](app, **post("/save")).body == b"saved 1"


@pytest.mark.parametrize("way", WAYS)
def test_the_switch_adds_the_headers_of_django(way: str) -> None:
    app = make_app(SECURE_DEFAULTS=True)
    for path in ("/", "/missing"):
        answer = WAYS[way](app, PATH_INFO=path)
        assert answer.get("X-Frame-Options") == "DENY"
        assert answer.get("X-Content-Type-Options") == "nosniff"
        assert answer.get("Referrer-Policy") == "same-origin"
        assert answer.get("Cross-Origin-Opener-Policy") == "same-origin"
    assert WAYS[way](app, PATH_INFO="/framed").get("X-Frame-Options") is None


@pytest.mark.parametrize("way", WAYS)
def test_the_switch_refuses_forged_requests(way: str) -> None:
    app = make_app(SECURE_DEFAULTS=True)
    ask = WAYS[way]
    assert ask(app, **post("/save")).status == 403
    assert ask(app, **post("/missing")).status == 404
    assert ask(app, **post("/hook")).body == b"called"
    page = ask(app, PATH_INFO="/form")
    cookie = cookie_of(page, "csrftoken").partition(";")[0]
    body = b"a=2&csrfmiddlewaretoken=" + page.body
    assert ask(app, **post("/save", body, HTTP_COOKIE=cookie)).body == b"saved 2"
    assert ask(app, **post("/save", HTTP_COOKIE=cookie)).status == 403
    by_header = post("/save", HTTP_COOKIE=cookie, HTTP_X_CSRFTOKEN=page.body.decode())
    assert ask(app, **by_header).body == b"saved 1"
    assert ask(app, **by_header, HTTP_ORIGIN="https://evil.example").status == 403


def test_the_page_for_a_forged_request_is_the_applications() -> None:
    app = make_app(SECURE_DEFAULTS=True)
    app.register_error_handler(403, lambda error: (f"Sorry: {error.description}", 403))
    assert ask_wsgi(app, **post("/save")).body.startswith(b"Sorry: CSRF verification failed.")


def test_cookies_are_lax_and_secure_on_https() -> None:
    app = make_app(SECURE_DEFAULTS=True)
    assert "SameSite=Lax" in cookie_of(ask_wsgi(app), "session")
    assert "Secure" not in cookie_of(ask_wsgi(app), "session")
    assert "Secure" in cookie_of(ask_wsgi(app, **{"wsgi.url_scheme": "https"}), "session")


def test_the_cookie_of_the_token_is_secure_on_https() -> None:
    app = make_app(SECURE_DEFAULTS=True)
    https = {"PATH_INFO": "/form", "wsgi.url_scheme": "https"}
    assert "Secure" not in cookie_of(ask_wsgi(app, PATH_INFO="/form"), "csrftoken")
    assert "; Secure" in cookie_of(ask_wsgi(app, **https), "csrftoken")
    with override_settings(CSRF_COOKIE_SECURE=True):
        assert cookie_of(ask_wsgi(app, **https), "csrftoken").count("Secure") == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_page_with_a_token_is_nobody_elses(way: str) -> None:
    answer = WAYS[way](make_app(SECURE_DEFAULTS=True), PATH_INFO="/form")
    assert "Cookie" in (answer.get("Vary") or "")
    assert cookie_of(answer, "csrftoken")


def test_what_the_application_sets_wins() -> None:
    app = make_app(SECURE_DEFAULTS=True, SESSION_COOKIE_SAMESITE="Strict")

    @app.after_request
    def allow_own_frames(response: Response) -> Response:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    answer = ask_wsgi(app)
    assert "SameSite=Strict" in cookie_of(answer, "session")
    assert answer.get("X-Frame-Options") == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("config", "host", "status"),
    [
        ({}, "localhost:5000", 200),
        ({}, "app.localhost", 200),
        ({}, "127.0.0.1", 200),
        ({}, "[::1]:5000", 200),
        ({}, "example.org", 400),
        ({"SERVER_NAME": "example.org"}, "example.org", 200),
        ({"SERVER_NAME": "example.org"}, "evil.example", 400),
        ({"TRUSTED_HOSTS": ["good.example"]}, "good.example", 200),
        ({"TRUSTED_HOSTS": ["good.example"]}, "localhost", 400),
    ],
)
def test_hosts_are_checked(config: dict[str, Any], host: str, status: int) -> None:
    assert ask_wsgi(make_app(SECURE_DEFAULTS=True, **config), HTTP_HOST=host).status == status


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_hosts_are_checked_where_the_settings_are_a_projects(way: str) -> None:
    with override_settings(FLASKISH_STANDALONE=False, ALLOWED_HOSTS=["shop.example"]):
        app = make_app(SECURE_DEFAULTS=True)
        for path in ("/", "/missing"):
            assert WAYS[way](app, PATH_INFO=path, HTTP_HOST="evil.example").status == 400
        assert WAYS[way](app, HTTP_HOST="shop.example").status == 200


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_cookies_are_secure_behind_a_proxy_that_django_trusts(way: str) -> None:
    app = make_app(SECURE_DEFAULTS=True)
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        for scheme, count in (("https", 1), ("http", 0), (None, 0)):
            for path, name in (("/", "session"), ("/form", "csrftoken")):
                answer = WAYS[way](app, PATH_INFO=path, HTTP_X_FORWARDED_PROTO=scheme)
                assert cookie_of(answer, name).count("; Secure") == count


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_the_token_may_be_kept_in_the_session(way: str) -> None:
    app = make_app(SECURE_DEFAULTS=True)
    ask = WAYS[way]
    with override_settings(CSRF_USE_SESSIONS=True):
        assert ask(app, **post("/save")).status == 403
        page = ask(app, PATH_INFO="/form")
        cookie = cookie_of(page, "session").partition(";")[0]
        token = page.body.decode()
        assert ask(app, **post("/save", HTTP_COOKIE=cookie)).status == 403
        assert ask(app, **post("/save", HTTP_X_CSRFTOKEN=token)).status == 403
        saved = ask(app, **post("/save", HTTP_COOKIE=cookie, HTTP_X_CSRFTOKEN=token))
        assert saved.body == b"saved 1"


HEADERS_OF_DJANGO = (
    *("X-Frame-Options", "X-Content-Type-Options"),
    *("Referrer-Policy", "Cross-Origin-Opener-Policy"),
)


@pytest.mark.parametrize("way", WAYS)
def test_each_answer_has_the_headers_once(way: str, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.txt").write_text("abc")
    app = Flask("all", root_path=str(tmp_path))
    app.config.update(SECRET_KEY="a key", SECURE_DEFAULTS=True, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    app.add_url_rule("/folder/", "folder", lambda: "folder")
    app.add_url_rule("/stream", "stream", lambda: Response(iter(["a", "b"])))
    app.add_url_rule("/own", "own", lambda: abort(Response("own", 400)))
    app.add_url_rule("/django", "django", lambda: HttpResponse("of Django"))
    app.add_url_rule("/go", "go", lambda: redirect("/"))

    @app.route("/async", methods=["GET", "POST"])
    async def wait() -> Any:
        async def parts() -> AsyncIterator[str]:
            yield "part"

        return parts()

    etag = WAYS[way](app, PATH_INFO="/static/a.txt").get("ETag")
    for status, line in (
        *((500, {"PATH_INFO": "/fail"}), (308, {"PATH_INFO": "/folder"}), (404, {})),
        *((200, {"PATH_INFO": "/stream"}), (400, {"PATH_INFO": "/own"})),
        *((200, {"PATH_INFO": "/django"}), (302, {"PATH_INFO": "/go"})),
        *((200, {"PATH_INFO": "/async"}), (403, post("/async"))),
        (200, {"PATH_INFO": "/stream", "REQUEST_METHOD": "HEAD"}),
        (200, {"PATH_INFO": "/stream", "REQUEST_METHOD": "OPTIONS"}),
        (405, {"PATH_INFO": "/stream", "REQUEST_METHOD": "BREW"}),
        (304, {"PATH_INFO": "/static/a.txt", "HTTP_IF_NONE_MATCH": etag}),
        (206, {"PATH_INFO": "/static/a.txt", "HTTP_RANGE": "bytes=1-"}),
        (416, {"PATH_INFO": "/static/a.txt", "HTTP_RANGE": "bytes=9-"}),
        (404, {"PATH_INFO": "/static/missing.txt"}),
        (400, {"PATH_INFO": "/stream", "HTTP_HOST": "a b"}),
    ):
        answer = WAYS[way](app, **line)
        assert answer.status == status, line
        assert [len(answer.getlist(name)) for name in HEADERS_OF_DJANGO] == [1] * 4, line


def test_a_projects_middleware_is_not_repeated() -> None:
    middleware = [
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    answer = ask_mounted(
        make_app(SECURE_DEFAULTS=True), {"MIDDLEWARE": middleware}, PATH_INFO="/form"
    )
    assert len(answer.getlist("X-Frame-Options")) == 1
    assert len([cookie for cookie in answer.getlist("Set-Cookie") if "csrftoken" in cookie]) == 1


class Unread(io.BytesIO):
    """A body that nobody is to read."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError("The body was read.")

    readline = readinto = read  # type: ignore[assignment]


def test_body_that_is_too_long_is_refused_before_its_token_is_looked_for() -> None:
    app = make_app(SECURE_DEFAULTS=True, MAX_CONTENT_LENGTH=10)
    for kind in ("multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        line = post("/save", CONTENT_TYPE=kind, CONTENT_LENGTH="11")
        line.pop("body", None)
        token = {"HTTP_COOKIE": f"csrftoken={'t' * 32}", "wsgi.input": Unread()}
        assert ask_wsgi(app, **line, **token).status == 413
        assert ask_wsgi(app, **{**line, "PATH_INFO": "/hook"}, **token).status == 200


# Checks


def messages(check: Any, app: Flask) -> list[str]:
    """Return what a check says of an application."""
    return [message.msg for message in check() if message.obj is app]


@pytest.mark.parametrize("key", ["dev", "a" * 64, b"short", "secret"])
def test_a_weak_key_is_named(key: Any) -> None:
    app = make_app(SECRET_KEY=key)
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        assert "weak" in messages(check_weak_keys, app)[0]
        app.config["SECRET_KEY"] = "0123456789abcdef" * 2
        assert not messages(check_weak_keys, app)


def test_a_weak_fallback_key_is_named() -> None:
    app = make_app(SECRET_KEY="0123456789abcdef" * 2, SECRET_KEY_FALLBACKS=["fedcba9876543210" * 2])
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        assert not messages(check_weak_keys, app)
        app.config["SECRET_KEY_FALLBACKS"].append("dev")
        assert "weak" in messages(check_weak_keys, app)[0]


def test_what_is_missing_in_production_is_named() -> None:
    app = make_app()
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        (message,) = messages(check_protection, app)
        for what in ("TRUSTED_HOSTS", "headers", "CSRF", "clickjacking", "SAMESITE", "SECURE"):
            assert what in message
        app.config["SECURE_DEFAULTS"] = True
        (message,) = messages(check_protection, app)
        assert "CSRF" not in message
        app.config["TRUSTED_HOSTS"] = ["example.org"]
        assert not messages(check_protection, app)


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        ({"DEBUG": True}, "debug mode"),
        ({"TESTING": True}, "TESTING"),
        ({"SESSION_COOKIE_HTTPONLY": False}, "SESSION_COOKIE_HTTPONLY"),
    ],
)
def test_what_development_leaves_behind_is_named(config: dict[str, Any], missing: str) -> None:
    app = make_app(SECURE_DEFAULTS=True, TRUSTED_HOSTS=["example.org"], **config)
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        (message,) = messages(check_protection, app)
    assert missing in message


def test_settings_that_django_would_name_are_named() -> None:
    """Django itself looks at them only beside its middleware."""
    app = make_app(SECURE_DEFAULTS=True, TRUSTED_HOSTS=["example.org"])
    url = {"ROOT_URLCONF": "flaskish.bridge.root_urls"}
    with override_settings(**url):
        ids = {message.id for message in check_protection()}
        assert {"security.W004", "security.W008"} <= ids
    with override_settings(**url, SECURE_HSTS_SECONDS=60, SECURE_SSL_REDIRECT=True):
        assert {message.id for message in check_protection()} <= {"flaskish.W010"}
    assert app.config["SECURE_DEFAULTS"]


def test_missing_limits_are_named() -> None:
    app = make_app(MAX_FORM_PARTS=None)
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        (message,) = messages(check_limits, app)
        assert "MAX_CONTENT_LENGTH, MAX_FORM_PARTS" in message
        app.config.update(MAX_FORM_PARTS=10, MAX_CONTENT_LENGTH=1_000)
        assert not messages(check_limits, app)
        reader = Flask("reader", static_folder=None)
        reader.get("/")(lambda: "")
        assert not messages(check_limits, reader)


def test_weak_fallback_key_is_named() -> None:
    app = make_app(SECRET_KEY="0123456789abcdef" * 2, SECRET_KEY_FALLBACKS=["old"])
    with override_settings(ROOT_URLCONF="flaskish.bridge.root_urls"):
        assert "weak" in messages(check_weak_keys, app)[0]


def test_check_deploy_is_a_command(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("from flaskish import Flask\napp = Flask(__name__)\n")
    command = [sys.executable, "-m", "flaskish", "--app", "hello", "check", "--deploy"]
    environ = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    completed = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert "flaskish.W010" in completed.stderr + completed.stdout
    assert "flaskish.W002" in completed.stderr + completed.stdout
