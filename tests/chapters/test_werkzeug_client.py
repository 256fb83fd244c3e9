"""Werkzeug's Testing WSGI Applications: each member of the client, its response and the builder."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import FileStorage, Headers, MultiDict
from flaskish.werkzeug.test import (
    Client,
    ClientRedirectError,
    Cookie,
    EnvironBuilder,
    TestResponse,
    create_environ,
    encode_multipart,
    run_wsgi_app,
    stream_encode_multipart,
)
from flaskish.werkzeug.utils import redirect
from flaskish.werkzeug.wrappers import Request, Response


@Request.application
def echo(request: Request) -> Response:
    """Answer with what came: the URL, the cookies, the form, the body."""
    if request.path == "/set":
        response = Response("set")
        response.set_cookie("a", "ä;", max_age=60, path="/", httponly=True, samesite="Lax")
        return response
    if request.path == "/hop":
        return redirect("/hop2")
    if request.path == "/hop2":
        return redirect("/end")
    if request.path == "/circle":
        return redirect("/circle")
    if request.path == "/sub":
        return redirect("http://sub.localhost/end")
    if request.path == "/away":
        return redirect("http://example.com/end")
    return Response(
        json.dumps(
            {
                "method": request.method,
                "url": request.url,
                "cookies": request.cookies.to_dict(),
                "form": request.form.to_dict(),
                "data": request.get_data(as_text=True),
                "type": request.content_type,
            }
        ),
        mimetype="application/json",
    )


@pytest.fixture
def client() -> Client:
    return Client(echo)


# The client


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "trace"])
def test_each_method_is_a_function(client: Client, method: str) -> None:
    response = getattr(client, method)("/page")
    assert response.json["method"] == method.upper()
    assert client.open("/page", method=method).json == response.json


def test_head_has_no_body(client: Client) -> None:
    assert client.head("/page").data == b""


def test_response_is_one_of_the_class_given(client: Client) -> None:
    class OwnResponse(Response):
        extra = "extra"

    own = Client(echo, OwnResponse).get("/")
    assert isinstance(own, TestResponse)
    assert isinstance(own, OwnResponse)
    assert type(client.get("/")) is TestResponse


def test_response_knows_its_request_text_and_json(client: Client) -> None:
    response = client.get("/page")
    assert response.request.path == "/page"
    assert response.request.environ["PATH_INFO"] == "/page"
    assert response.text == response.get_data(as_text=True)
    assert response.json["url"] == "http://localhost/page"
    assert response.history == ()


def test_type_that_the_application_does_not_send_is_not_assumed() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"text"]

    assert not Client(application).get("/").mimetype


def test_buffered_response_is_read_and_closed() -> None:
    closed: list[bool] = []

    def application(environ: Any, start_response: Any) -> Any:
        response = Response(iter(["a", "b"]))
        response.call_on_close(lambda: closed.append(True))
        return response(environ, start_response)

    response = Client(application).get("/", buffered=True)
    assert closed == [True]
    assert response.data == b"ab"


def test_closing_the_response_closes_the_file_it_sends(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    opened: list[Any] = []

    @Request.application
    def application(request: Request) -> Response:
        opened.append((tmp_path / "a.txt").open("rb"))
        return Response(opened[0], direct_passthrough=True)

    response = Client(application).get("/")
    assert not opened[0].closed
    response.close()
    assert opened[0].closed


def test_redirects_are_followed_if_wanted(client: Client) -> None:
    assert client.get("/hop").status_code == 302
    response = client.get("/hop", follow_redirects=True)
    assert response.request.path == "/end"
    assert [step.request.path for step in response.history] == ["/hop", "/hop2"]


def test_redirects_that_lead_nowhere_are_an_error(client: Client) -> None:
    with pytest.raises(ClientRedirectError):
        client.get("/circle", follow_redirects=True)
    for path in ("/sub", "/away"):
        with pytest.raises(RuntimeError):
            client.get(path, follow_redirects=True)


def test_redirects_to_subdomains_may_be_allowed() -> None:
    client = Client(echo, allow_subdomain_redirects=True)
    response = client.get("/sub", follow_redirects=True)
    assert response.json["url"] == "http://sub.localhost/end"


def test_cookie_of_a_response_is_kept_and_inspected(client: Client) -> None:
    client.get("/set")
    cookie = client.get_cookie("a")
    assert isinstance(cookie, Cookie)
    assert (cookie.decoded_key, cookie.decoded_value) == ("a", "ä;")
    assert (cookie.domain, cookie.origin_only, cookie.path) == ("localhost", True, "/")
    assert (cookie.max_age, cookie.http_only, cookie.same_site) == (60, True, "Lax")
    assert cookie.secure in {False, None}
    assert cookie.expires is not None
    assert cookie.expires > datetime.now(UTC)
    assert client.get("/").json["cookies"] == {"a": "ä;"}


def test_cookie_is_set_and_deleted_by_hand(client: Client) -> None:
    client.set_cookie("a", "1")
    client.set_cookie("b", "2", path="/admin")
    client.set_cookie("c", "3", domain="example.com", origin_only=False)
    assert client.get("/").json["cookies"] == {"a": "1"}
    assert client.get("/admin/page").json["cookies"] == {"a": "1", "b": "2"}
    assert client.get("/", "http://www.example.com").json["cookies"] == {"c": "3"}
    assert client.get_cookie("b") is None
    assert client.get_cookie("b", path="/admin") is not None
    client.delete_cookie("a")
    client.delete_cookie("b", path="/admin")
    client.delete_cookie("c", domain="example.com")
    assert client.get("/admin/page").json["cookies"] == {}


def test_origin_of_a_cookie_has_to_match(client: Client) -> None:
    client.set_cookie("a", "1", domain="example.com")
    assert client.get("/", "http://example.com").json["cookies"] == {"a": "1"}
    assert client.get("/", "http://www.example.com").json["cookies"] == {}


def test_cookies_are_left_out_if_not_wanted() -> None:
    client = Client(echo, use_cookies=False)
    client.get("/set")
    assert client.get("/").json["cookies"] == {}
    with pytest.raises(TypeError, match="ookies"):
        client.get_cookie("a")


@pytest.mark.parametrize("kind", ["builder", "environ"])
def test_client_takes_what_was_built(client: Client, kind: str) -> None:
    builder = EnvironBuilder("/built", method="POST", data={"a": "1"})
    response = client.open(builder if kind == "builder" else builder.get_environ())
    assert response.json["form"] == {"a": "1"}
    assert response.json["url"] == "http://localhost/built"


# The builder


def test_query_of_the_path_is_the_query() -> None:
    builder = EnvironBuilder("/page?a=1")
    assert (builder.path, builder.query_string) == ("/page", "a=1")


@pytest.mark.parametrize(
    "query", ["a=1&b=2", {"a": "1", "b": "2"}, MultiDict([("a", "1"), ("b", "2")])]
)
def test_query_is_text_or_a_dict(query: Any) -> None:
    builder = EnvironBuilder(query_string=query)
    assert builder.query_string == "a=1&b=2"
    assert builder.get_environ()["QUERY_STRING"] == "a=1&b=2"


def test_args_are_gone_once_the_query_is_text() -> None:
    builder = EnvironBuilder(query_string={"a": "1"})
    builder.args["b"] = "2"
    assert builder.query_string == "a=1&b=2"
    builder.query_string = "c=3"
    with pytest.raises(AttributeError):
        _ = builder.args


def test_base_url_has_scheme_host_and_root() -> None:
    builder = EnvironBuilder("/page", "https://example.com:8080/app")
    environ = builder.get_environ()
    assert builder.base_url == "https://example.com:8080/app/"
    assert (builder.server_name, builder.server_port) == ("example.com", 8080)
    assert (builder.host, builder.url_scheme) == ("example.com:8080", "https")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/app", "/page")
    assert environ["HTTP_HOST"] == "example.com:8080"


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_port_is_that_of_the_scheme(scheme: str, port: int) -> None:
    assert EnvironBuilder(base_url=f"{scheme}://example.com").server_port == port


def test_paths_that_are_not_ascii_are_encoded() -> None:
    environ = EnvironBuilder("/ä?ö=ü", "http://☃.net/").get_environ()
    assert environ["PATH_INFO"] == "/ä".encode().decode("latin1")
    assert environ["HTTP_HOST"] == "xn--n3h.net"
    assert environ["REQUEST_URI"] == environ["RAW_URI"] == "/ä?ö=ü".encode().decode("latin1")


@pytest.mark.parametrize(
    "data", ["a: 1", b"a: 1", io.BytesIO(b"a: 1")], ids=["str", "bytes", "file"]
)
def test_data_that_is_no_dict_is_the_body(data: Any) -> None:
    builder = EnvironBuilder(method="POST", data=data, content_type="application/yaml")
    environ = builder.get_environ()
    assert environ["wsgi.input"].read() == b"a: 1"
    assert environ["CONTENT_LENGTH"] == "4"
    assert environ["CONTENT_TYPE"] == "application/yaml"


def test_dict_has_fields_and_files() -> None:
    builder = EnvironBuilder(
        method="POST",
        data={
            "text": "a",
            "list": ["b", "c"],
            "number": 1,
            "file": io.BytesIO(b"x"),
            "named": (io.BytesIO(b"y"), "y.txt", "text/x"),
            "files": [(io.BytesIO(b"z"), "z.txt")],
        },
    )
    assert builder.form.to_dict(flat=False) == {"text": ["a"], "list": ["b", "c"], "number": [1]}
    assert isinstance(builder.files["file"], FileStorage)
    named = builder.files["named"]
    assert (named.filename, named.content_type) == ("y.txt", "text/x")
    assert builder.files["files"].filename == "z.txt"
    assert builder.mimetype == "multipart/form-data"
    builder.close()
    assert named.closed


def test_json_is_dumped_by_the_builder() -> None:
    class OwnBuilder(EnvironBuilder):
        @staticmethod
        def json_dumps(obj: Any, **options: Any) -> str:
            return f"<{json.dumps(obj)}>"

    builder = OwnBuilder(method="POST", json=[1])
    assert builder.mimetype == "application/json"
    assert builder.get_request().get_data() == b"<[1]>"
    assert builder.request_class is Request


def test_type_and_length_are_headers() -> None:
    builder = EnvironBuilder(method="POST", content_type="text/html; charset=utf-8")
    assert builder.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (builder.mimetype, builder.mimetype_params) == ("text/html", {"charset": "utf-8"})
    builder.content_length = 3
    assert builder.headers["Content-Length"] == "3"
    builder.content_length = None
    builder.content_type = None
    assert not builder.headers


def test_input_stream_excludes_form_and_files() -> None:
    builder = EnvironBuilder(method="POST", data={"a": "1"})
    builder.input_stream = io.BytesIO(b"raw")
    for name in ("form", "files"):
        with pytest.raises(AttributeError):
            getattr(builder, name)
    builder.input_stream = None
    builder.form["b"] = "2"
    assert builder.get_request().form.to_dict() == {"b": "2"}
    with pytest.raises(TypeError):
        EnvironBuilder(input_stream=io.BytesIO(), data={"a": "1"})


def test_flags_streams_and_variables_are_in_the_environ() -> None:
    errors = io.StringIO()
    environ = create_environ(
        errors_stream=errors,
        multithread=True,
        multiprocess=True,
        run_once=True,
        headers=Headers([("X-A", "1"), ("X-A", "2")]),
        environ_base={"REMOTE_ADDR": "1.1.1.1", "PATH_INFO": "/base"},
        environ_overrides={"REQUEST_METHOD": "OWN"},
        auth=("ada", "secret"),
    )
    assert environ["wsgi.errors"] is errors
    flags = [environ[f"wsgi.{name}"] for name in ("multithread", "multiprocess", "run_once")]
    assert flags == [True, True, True]
    assert environ["HTTP_X_A"] in {"1,2", "1, 2"}
    assert environ["REMOTE_ADDR"] == "1.1.1.1"
    assert environ["PATH_INFO"] == "/"
    assert environ["REQUEST_METHOD"] == "OWN"
    assert environ["HTTP_AUTHORIZATION"] == "Basic YWRhOnNlY3JldA=="


def test_defaults_of_an_environ() -> None:
    environ = create_environ()
    assert (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("GET", "/")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("localhost", "80")
    assert environ["wsgi.url_scheme"] == "http"
    assert "CONTENT_TYPE" not in environ
    assert not [name for name in environ if name.startswith("HTTP_CONTENT")]


def test_versions_of_an_environ_are_those_of_the_builder() -> None:
    environ = create_environ()
    assert environ["SERVER_PROTOCOL"] == EnvironBuilder.server_protocol == "HTTP/1.1"
    assert environ["wsgi.version"] == EnvironBuilder.wsgi_version == (1, 0)


def test_environ_is_turned_back_into_a_builder() -> None:
    environ = create_environ("/ä?b=%C3%B6", "https://example.com/app", method="PUT", data=b"raw")
    builder = EnvironBuilder.from_environ(environ, method="POST")
    assert (builder.path, builder.method) == ("/%C3%A4", "POST")
    request = builder.get_request()
    assert request.url == Request(environ).url
    assert request.get_data() == b"raw"


def test_request_is_of_the_class_wanted() -> None:
    class OwnRequest(Request):
        pass

    assert type(EnvironBuilder().get_request()) is Request
    assert type(EnvironBuilder().get_request(OwnRequest)) is OwnRequest


# Functions


def test_multipart_is_encoded_with_a_boundary() -> None:
    boundary, data = encode_multipart({"a": "1", "b": ["2", "3"]}, boundary="bound")
    assert boundary == "bound"
    assert data.count(b"--bound") == 4
    stream, length, boundary = stream_encode_multipart({"a": "1"}, boundary="bound")
    assert (len(stream.read()), boundary) == (length, "bound")
    stream.close()


def test_application_that_starts_late_is_run() -> None:
    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield b""
        start_response("201 Made", [("X-A", "1")])
        yield b"body"

    chunks, status, headers = run_wsgi_app(application, create_environ())
    assert (b"".join(chunks), status, headers["x-a"]) == (b"body", "201 Made", "1")
