"""Patterns for Flask: dispatching, streaming, uploads, subclassing, overrides, security headers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from flaskish import (
    Flask,
    Request,
    Response,
    flash,
    make_response,
    redirect,
    render_template_string,
    request,
    send_from_directory,
    session,
    stream_with_context,
    template_rendered,
    url_for,
)
from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.middleware.dispatcher import DispatcherMiddleware
from flaskish.werkzeug.middleware.proxy_fix import ProxyFix
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.utils import secure_filename

from ..both_ways import Asker


def where() -> str:
    return f"{request.script_root}|{request.path}|{url_for('where')}"


def placed(name: str) -> Flask:
    app = Flask(name, static_folder=None)
    app.add_url_rule("/", "where", where)
    return app


# Application Dispatching


def test_applications_are_combined_by_prefix() -> None:
    application = DispatcherMiddleware(placed("frontend"), {"/backend": placed("backend")})
    client = Client(application)
    assert client.get("/").text == "|/|/"
    assert client.get("/backend/").text == "/backend|/|/backend/"
    assert client.get("/backendish").status_code == 404


def test_application_is_dispatched_by_subdomain() -> None:
    def dispatch(environ: dict[str, Any], start_response: Any) -> Any:
        subdomain = environ["HTTP_HOST"].removesuffix(".example.com")
        app: Any = placed(subdomain) if subdomain == "known" else NotFound()
        return app(environ, start_response)

    client = Client(dispatch)
    assert client.get("/", base_url="http://known.example.com").text == "|/|/"
    assert client.get("/", base_url="http://other.example.com").status_code == 404


def test_application_is_dispatched_by_path() -> None:
    from wsgiref.util import shift_path_info

    apps = {"user": placed("user")}

    def dispatch(environ: dict[str, Any], start_response: Any) -> Any:
        app = apps.get(environ["PATH_INFO"].lstrip("/").partition("/")[0])
        if app is not None:
            shift_path_info(environ)
        return (app or placed("default"))(environ, start_response)

    client = Client(dispatch)
    assert client.get("/user/").text == "/user|/|/user/"
    assert client.get("/").text == "|/|/"


# Behind a proxy


def test_proxy_tells_where_the_client_is() -> None:
    app = placed("proxied")
    app.add_url_rule(
        "/all",
        "all",
        lambda: [request.remote_addr, request.host, url_for("where", _external=True)],
    )
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    headers = {
        "X-Forwarded-For": "203.0.113.9, 192.0.2.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "example.com",
        "X-Forwarded-Prefix": "/app",
    }
    assert app.test_client().get("/all", headers=headers).json == [
        "192.0.2.7",
        "example.com",
        "https://example.com/app/",
    ]


# Streaming Contents


def test_rows_are_streamed(app: Flask, ask: Asker) -> None:
    @app.get("/large.csv")
    def large_csv() -> Any:
        def generate() -> Iterator[str]:
            for row in (["a", "b"], ["c", "d"]):
                yield f"{','.join(row)}\n"

        return generate(), {"Content-Type": "text/csv"}

    response = ask("/large.csv")
    assert response.text == "a,b\nc,d\n"
    assert response.content_type == "text/csv"
    assert response.content_length is None


def test_request_is_gone_in_a_bare_stream(app: Flask, ask: Asker) -> None:
    def generate() -> Iterator[str]:
        yield request.path

    app.add_url_rule("/", "index", generate)
    with pytest.raises(RuntimeError, match="Working outside of request context"):
        ask("/")


def test_request_is_kept_for_a_wrapped_stream(app: Flask, ask: Asker) -> None:
    @app.get("/stream")
    def stream() -> Any:
        @stream_with_context
        def generate() -> Iterator[str]:
            yield "<p>Hello "
            yield escape(request.args["name"])
            yield "!</p>"

        return generate()

    assert ask("/stream?name=<b>").text == "<p>Hello &lt;b&gt;!</p>"


# Uploading Files


def test_uploads_are_saved_and_served(app: Flask, ask: Asker, tmp_path: Path) -> None:
    @app.route("/", methods=["GET", "POST"])
    def upload_file() -> Any:
        if request.method == "GET":
            return "form"
        if "file" not in request.files:
            flash("No file part")
            return redirect(request.url)
        file = request.files["file"]
        if not file:
            flash("No selected file")
            return redirect(request.url)
        name = secure_filename(file.filename or "")
        file.save(tmp_path / name)
        return redirect(url_for("download_file", name=name))

    app.add_url_rule(
        "/uploads/<name>", "download_file", lambda name: send_from_directory(tmp_path, name)
    )
    upload = {"file": (BytesIO(b"data"), "a/b c.txt")}
    with ask("/", "POST", data=upload, follow_redirects=True) as response:
        assert response.request.url == f"http://localhost{ask.prefix}/uploads/a_b_c.txt"
        assert response.data == b"data"
    assert ask("/", "POST", data={"a": "1"}, follow_redirects=True).text == "form"
    empty = {"file": (BytesIO(b""), "")}
    assert ask("/", "POST", data=empty, follow_redirects=True).text == "form"


def test_upload_over_the_limit_is_413(app: Flask, ask: Asker) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.add_url_rule("/", "index", lambda: request.files["file"].name, methods=["POST"])
    upload = {"file": (BytesIO(b"x" * 2000), "a.txt")}
    assert ask("/", "POST", data=upload).status_code == 413


# Subclassing Flask


@pytest.mark.filterwarnings("ignore:.*OrderedMultiDict' is deprecated:DeprecationWarning")
def test_order_of_arguments_may_be_kept() -> None:
    from flaskish.werkzeug.datastructures import ImmutableOrderedMultiDict

    class OrderedRequest(Request):
        parameter_storage_class = ImmutableOrderedMultiDict

    class OrderedFlask(Flask):
        request_class = OrderedRequest

    app = OrderedFlask("ordered")
    app.add_url_rule("/", "index", lambda: [list(item) for item in request.args.items(multi=True)])
    assert app.test_client().get("/?b=1&a=2&b=3").json == [["b", "1"], ["a", "2"], ["b", "3"]]


# Request Content Checksums


class ChecksumStream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.hash = hashlib.sha1()

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(size)
        self.hash.update(data)
        return data


def test_checksum_of_a_body_is_taken_while_it_is_read(app: Flask, ask: Asker) -> None:
    @app.post("/")
    def special_api() -> str:
        stream = request.environ["wsgi.input"] = ChecksumStream(request.environ["wsgi.input"])
        return f"{request.form['a']} {stream.hash.hexdigest()}"

    body = b"a=some+text"
    response = ask("/", "POST", data=body, content_type="application/x-www-form-urlencoded")
    assert response.text == f"some text {hashlib.sha1(body).hexdigest()}"


# Adding HTTP Method Overrides


def test_method_may_be_overridden_by_a_header() -> None:
    app = Flask("override")
    app.add_url_rule("/", "index", lambda: request.method, methods=["PATCH"])
    inner = app.wsgi_app

    def override(environ: dict[str, Any], start_response: Any) -> Any:
        environ["REQUEST_METHOD"] = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "POST")
        return inner(environ, start_response)

    app.wsgi_app = override  # type: ignore[method-assign]
    headers = {"X-HTTP-Method-Override": "PATCH"}
    assert app.test_client().post("/", headers=headers).text == "PATCH"


# Template Inheritance, Signals


def test_templates_extend_one_another(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "layout.html").write_text(
        "<title>{% block title %}{% endblock %} - Shop</title>{% block body %}none{% endblock %}"
    )
    source = "{% extends 'layout.html' %}{% block title %}Index{% endblock %}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    assert ask("/").text == "<title>Index - Shop</title>none"


def test_rendered_templates_are_recorded(app: Flask, ask: Asker) -> None:
    recorded: list[Any] = []

    def record(sender: Flask, template: Any, context: dict[str, Any], **extra: Any) -> None:
        recorded.append((template, context["items"]))

    app.add_url_rule("/", "index", lambda: render_template_string("{{ items|length }}", items=[1]))
    with template_rendered.connected_to(record, app):
        assert ask("/").text == "1"
    assert [items for _, items in recorded] == [[1]]


# Security Considerations


def test_security_headers_and_cookies(app: Flask, ask: Asker) -> None:
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax")
    app.config["PERMANENT_SESSION_LIFETIME"] = 600

    @app.get("/")
    def index() -> Response:
        session["a"] = 1
        session.permanent = True
        response = make_response("")
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.set_cookie("username", "flask", secure=True, httponly=True, samesite="Lax")
        response.set_cookie("snakes", "3", max_age=timedelta(minutes=10))
        return response

    response = ask("/")
    assert response.headers["Content-Security-Policy"] == "default-src 'self'"
    cookies = response.headers.getlist("Set-Cookie")
    (own,) = (cookie for cookie in cookies if cookie.startswith("session="))
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in own
    assert "Expires=" in own
    assert "username=flask; Secure; HttpOnly; Path=/; SameSite=Lax" in cookies
    assert any("snakes=3; " in cookie and "Max-Age=600" in cookie for cookie in cookies)


def test_only_trusted_hosts_are_served(app: Flask, ask: Asker) -> None:
    app.config["TRUSTED_HOSTS"] = ["example.com", ".example.org"]
    app.add_url_rule("/", "index", lambda: request.host)

    hosts = {"example.com": 200, "sub.example.org": 200, "evil.com": 400, "sub.example.com": 400}
    assert {host: ask("/", headers={"Host": host}).status_code for host in hosts} == hosts
