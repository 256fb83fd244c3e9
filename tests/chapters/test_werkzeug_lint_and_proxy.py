"""Werkzeug's Middleware: the linter and the proxy; and its test application."""

from __future__ import annotations

import json
import ssl
import sys
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug import testapp
from flaskish.werkzeug.middleware.http_proxy import ProxyMiddleware
from flaskish.werkzeug.middleware.lint import HTTPWarning, LintMiddleware, WSGIWarning
from flaskish.werkzeug.serving import make_ssl_devcert
from flaskish.werkzeug.test import Client, create_environ, run_wsgi_app
from flaskish.werkzeug.wrappers import Request, Response

from ..dev_server import serve

# The linter


def application(
    status: Any = "200 OK", headers: Any = None, body: Any = (b"text",), read: Any = None
) -> Any:
    """Make an application that answers with anything."""

    def app(environ: Any, start_response: Any) -> Any:
        if read is not None:
            read(environ)
        start_response(status, [("Content-Type", "text/plain")] if headers is None else headers)
        return body

    return app


def lint(app: Any, **environ: Any) -> list[warnings.WarningMessage]:
    """Run an application under the linter and return its warnings."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run_wsgi_app(LintMiddleware(app), {**create_environ(), **environ}, buffered=True)
    return found


def test_application_without_faults_is_not_warned_of() -> None:
    assert lint(application(body=[b"text"])) == []
    assert lint(Response("text")) == []


@pytest.mark.parametrize("status", ["20 OK", "2000 OK", "404"])
def test_invalid_status_is_warned_of(status: str) -> None:
    assert {warning.category for warning in lint(application(status))} == {WSGIWarning}


@pytest.mark.parametrize(
    "headers", [(("X-A", "b"),), [["X-A", "b"]], [("X-A", 1)], [("Status", "b")]]
)
def test_invalid_header_list_is_warned_of(headers: Any) -> None:
    found = lint(application(headers=headers))
    assert WSGIWarning in {warning.category for warning in found}


@pytest.mark.parametrize("body", [["text"], "text"])
def test_text_in_the_place_of_bytes_is_warned_of(body: Any) -> None:
    assert WSGIWarning in {warning.category for warning in lint(application(body=body))}


def test_text_that_is_written_is_warned_of() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])("text")
        return []

    with pytest.warns(WSGIWarning, match="bytes"):
        run_wsgi_app(LintMiddleware(app), create_environ())[0].close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("304 NOT MODIFIED", []),
        ("304 NOT MODIFIED", [("Content-Type", "text/plain")]),
        ("204 NO CONTENT", [("Content-Length", "4")]),
    ],
)
def test_body_where_there_is_none_is_warned_of(status: str, headers: Any) -> None:
    found = lint(application(status, headers))
    assert HTTPWarning in {warning.category for warning in found}


def test_wrong_length_is_warned_of() -> None:
    assert lint(application(headers=[("Content-Length", "5")]))[0].category is WSGIWarning
    assert lint(application(headers=[("Content-Length", "4")])) == []


@pytest.mark.parametrize(
    ("name", "value", "is_fine"),
    [
        ("ETag", '"a"', True),
        ("ETag", 'W/"a"', True),
        ("ETag", "a", False),
        ("ETag", 'w/"a"', False),
        ("Location", "http://example.com/", True),
        ("Location", "/relative", False),
    ],
)
def test_etag_and_location_are_checked(name: str, value: str, is_fine: bool) -> None:
    found = [warning.category for warning in lint(application(headers=[(name, value)]))]
    assert found == ([] if is_fine else [HTTPWarning])


@pytest.mark.parametrize(
    "read",
    [
        lambda environ: environ["wsgi.input"].read(),
        lambda environ: environ["wsgi.input"].readline(),
        lambda environ: environ["wsgi.input"].readline(5),
        lambda environ: environ["wsgi.input"].close(),
        lambda environ: environ["wsgi.errors"].write(b""),
    ],
    ids=["read all", "readline", "readline of a size", "close", "bytes in the log"],
)
def test_unsafe_use_of_a_stream_is_warned_of(read: Any) -> None:
    class Log:
        def write(self, text: Any) -> None: ...

    environ = {"wsgi.input": BytesIO(b"body"), "wsgi.errors": Log()}
    assert [warning.category for warning in lint(application(read=read), **environ)] == [
        WSGIWarning
    ]


def test_safe_use_of_streams_is_not_warned_of() -> None:
    def read(environ: Any) -> None:
        assert environ["wsgi.input"].read(4) == b"body"
        assert list(environ["wsgi.input"]) == []
        environ["wsgi.errors"].writelines(["a line\n"])
        environ["wsgi.errors"].flush()

    assert lint(application(read=read), **{"wsgi.input": BytesIO(b"body")}) == []


@pytest.mark.parametrize(
    ("key", "value"), [("wsgi.version", (0, 7)), ("SCRIPT_NAME", "app"), ("PATH_INFO", "page")]
)
def test_faults_of_the_server_are_warned_of(key: str, value: Any) -> None:
    found = lint(application(), **{key: value})
    assert [warning.category for warning in found] == [WSGIWarning]


def test_key_that_the_server_left_out_is_warned_of() -> None:
    environ = create_environ()
    del environ["SERVER_NAME"]
    with pytest.warns(WSGIWarning, match="SERVER_NAME"):
        run_wsgi_app(LintMiddleware(application()), environ, buffered=True)


def test_body_that_nobody_closes_is_warned_of() -> None:
    body = LintMiddleware(application())(create_environ(), lambda *args: lambda data: None)
    assert b"".join(body) == b"text"
    with pytest.warns(WSGIWarning):
        del body


def test_reading_a_closed_body_is_warned_of() -> None:
    def stream() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return stream()

    app = LintMiddleware(application(body=Body()))
    body: Any = app(create_environ(), lambda *args: lambda data: None)
    next(body)
    body.close()
    with pytest.warns(WSGIWarning):
        next(body)


def test_application_is_called_with_two_arguments() -> None:
    with pytest.warns(WSGIWarning):
        LintMiddleware(application())(create_environ(), lambda *args: None, more=1).close()  # type: ignore[attr-defined]


# The proxy


@Request.application
def show_request(request: Request) -> Response:
    shown = {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode(),
        "headers": dict(request.headers),
        "body": request.get_data(as_text=True),
        "secure": request.is_secure,
    }
    headers = {"X-Answer": "a", "Keep-Alive": "timeout=5"}
    return Response(json.dumps(shown), 201, headers, mimetype="application/json")


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    with serve(show_request, threaded=True) as server:
        yield f"http://127.0.0.1:{server.port}"


def proxy(target: str, **options: Any) -> Client:
    return Client(
        ProxyMiddleware(Response("ours"), {"/static/": {"target": target, **options}})  # type: ignore[arg-type]
    )


def test_requests_below_the_path_are_handed_on(target: str) -> None:
    client = proxy(target)
    assert client.get("/other").text == "ours"
    assert client.get("/static").text == "ours"
    response = client.get("/static/a%20b?c=d", headers={"X-A": "1"})
    assert response.status_code == 201
    assert response.headers["X-Answer"] == "a"
    assert (response.json["path"], response.json["query"]) == ("/static/a b", "c=d")
    assert response.json["headers"]["X-A"] == "1"


@pytest.mark.parametrize("prefix", ["static", "/static", "/static/"])
def test_path_may_be_written_without_slashes(target: str, prefix: str) -> None:
    middleware = ProxyMiddleware(Response("ours"), {prefix: {"target": target}})  # type: ignore[arg-type]
    assert Client(middleware).get("/static/a").json["path"] == "/static/a"


def test_prefix_is_removed_if_wanted(target: str) -> None:
    client = proxy(f"{target}/files/", remove_prefix=True)
    assert client.get("/static/a/b").json["path"] == "/files/a/b"


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({}, "127.0.0.1"),
        ({"host": None}, "localhost"),
        ({"host": "faked.invalid"}, "faked.invalid"),
    ],
)
def test_host_of_the_target_is_chosen(target: str, options: Any, host: str) -> None:
    assert proxy(target, **options).get("/static/").json["headers"]["Host"] == host


def test_headers_are_sent_besides(target: str) -> None:
    response = proxy(target, headers={"X-Special": "foo"}).get("/static/")
    assert response.json["headers"]["X-Special"] == "foo"


def test_headers_of_the_connection_are_not_handed_on(target: str) -> None:
    headers = {"Connection": "keep-alive", "Keep-Alive": "timeout=5", "Te": "trailers"}
    response = proxy(target).get("/static/", headers=headers)
    assert response.json["headers"]["Connection"] == "close"
    assert not {"Keep-Alive", "Te"} & set(response.json["headers"])
    assert "Keep-Alive" not in response.headers


def test_body_is_handed_on(target: str) -> None:
    response = proxy(target).post("/static/", data={"a": "b"})
    assert (response.json["method"], response.json["body"]) == ("POST", "a=b")
    assert response.json["headers"]["Content-Length"] == "3"


def test_target_that_cannot_be_reached_is_a_bad_gateway() -> None:
    assert proxy("http://127.0.0.1:9/").get("/static/").status_code == 502


def test_certificate_of_the_target_is_verified_by_the_context(tmp_path: Path) -> None:
    files = make_ssl_devcert(str(tmp_path / "key"), cn="localhost")
    context = ssl.create_default_context(cafile=files[0])
    with serve(show_request, ssl_context=files) as server:
        target = f"https://localhost:{server.port}"
        assert proxy(target, ssl_context=context).get("/static/").json["secure"] is True
        assert proxy(target).get("/static/").status_code == 502


# The test application


def test_information_about_server_and_interpreter_is_shown() -> None:
    response = Client(testapp.test_app).get("/<page>?a=b")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert "WSGI Information" in response.text
    assert "/&lt;page&gt;" in response.text
    assert "wsgi.url_scheme" in response.text
    assert sys.platform in response.text


def test_folders_of_modules_are_listed() -> None:
    items = list(testapp.iter_sys_path())
    assert len(items) == len(sys.path)
    assert {type(part) for item in items for part in item} == {str, bool}
