"""Werkzeug's Testing WSGI Applications, and the parts of Serving that need no socket."""

from __future__ import annotations

import ssl
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.debug import DebuggedApplication
from flaskish.werkzeug.serving import is_running_from_reloader, make_ssl_devcert
from flaskish.werkzeug.test import Client, EnvironBuilder, TestResponse, create_environ
from flaskish.werkzeug.wrappers import Request, Response


@Request.application
def echo(request: Request) -> Response:
    body = "|".join([request.method, request.mimetype, request.get_data(as_text=True)])
    return Response(body, mimetype="text/plain")


@Request.application
def described(request: Request) -> Response:
    with request:
        files = {name: file.read().decode() for name, file in request.files.items()}
        return Response(f"{request.mimetype} {request.form.to_dict()} {files}")


@Request.application
def doubled(request: Request) -> Response:
    response = Response(mimetype="application/json")
    response.data = request.data
    return response


def test_client_answers_with_a_response_that_is_also_werkzeugs() -> None:
    answer = Client(echo).get("/")
    assert isinstance(answer, TestResponse)
    assert isinstance(answer, Response)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "GET||")


def test_response_class_of_ones_own_knows_its_request_too() -> None:
    class OwnResponse(Response):
        own = True

    answer: Any = Client(echo, OwnResponse).get("/path")
    assert isinstance(answer, TestResponse)
    assert (answer.own, answer.request.path) == (True, "/path")
    assert answer.request.environ["PATH_INFO"] == "/path"


def test_dict_is_urlencoded_or_multipart_with_a_file() -> None:
    client = Client(described)
    plain = client.post("/", data={"name": "test"})
    assert plain.text == "application/x-www-form-urlencoded {'name': 'test'} {}"
    data = {"name": "test", "file": (BytesIO(b"file contents"), "test.txt")}
    upload = client.post("/", data=data)
    assert upload.text == "multipart/form-data {'name': 'test'} {'file': 'file contents'}"


@pytest.mark.parametrize("data", ["a: value\n", b"a: value\n", BytesIO(b"a: value\n")])
def test_text_bytes_and_files_are_the_raw_body(data: Any) -> None:
    if isinstance(data, BytesIO):
        data = BytesIO(data.getvalue())
    answer = Client(echo).post("/", data=data, content_type="application/yaml")
    assert answer.text == "POST|application/yaml|a: value\n"


def test_json_is_dumped_and_loaded() -> None:
    assert Client(echo).post("/", json={"a": 1}).text == 'POST|application/json|{"a": 1}'
    assert Client(doubled).post("/", json={"a": "value", "b": 1}).json == {"a": "value", "b": 1}


def test_builder_makes_an_environ_and_a_request() -> None:
    builder = EnvironBuilder("/a", method="PUT", data={"b": "c"})
    assert builder.get_environ()["PATH_INFO"] == "/a"
    request = builder.get_request()
    assert (request.method, request.form["b"]) == ("PUT", "c")


@pytest.mark.parametrize(
    "argument", [EnvironBuilder("/a", method="POST"), create_environ("/a", method="POST")]
)
def test_client_takes_a_builder_or_an_environ(argument: Any) -> None:
    answer = Client(echo).open(argument)
    assert (answer.text, answer.request.path) == ("POST||", "/a")


def test_builder_is_made_of_an_environ_and_changed() -> None:
    environ = create_environ("/ä", query_string={"q": "ö"}, method="POST", data="x")
    builder = EnvironBuilder.from_environ(environ, method="PUT")
    request = builder.get_request()
    assert (request.path, request.args["q"], request.method) == ("/ä", "ö", "PUT")
    assert request.get_data() == b"x"


def test_builder_keeps_form_and_files_apart() -> None:
    builder = EnvironBuilder(method="POST", data={"a": ["1", "2"], "f": (BytesIO(b"x"), "x.txt")})
    assert builder.form.getlist("a") == ["1", "2"]
    assert builder.files["f"].filename == "x.txt"
    builder.close()


def test_pair_and_object_are_credentials() -> None:
    first = create_environ(auth=("ann", "pass"))
    assert first["HTTP_AUTHORIZATION"] == "Basic YW5uOnBhc3M="
    second = create_environ(auth=Request(first).authorization)
    assert second["HTTP_AUTHORIZATION"] == first["HTTP_AUTHORIZATION"]


def test_content_headers_are_not_there_twice() -> None:
    environ = create_environ(method="POST", data="x", content_type="text/x")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/x", "1")
    assert "HTTP_CONTENT_TYPE" not in environ
    assert "HTTP_CONTENT_LENGTH" not in environ


def test_cookie_is_found_by_name_domain_and_path() -> None:
    client = Client(echo)
    client.set_cookie("a", "ä", domain="example.com", origin_only=False, path="/x")
    cookie = client.get_cookie("a", domain="example.com", path="/x")
    assert cookie is not None
    assert (cookie.decoded_value, cookie.path, cookie.domain) == ("ä", "/x", "example.com")
    assert client.get_cookie("a") is None
    sent = client.get("/x/y", base_url="http://www.example.com").request
    assert sent.cookies["a"] == "ä"
    assert "a" not in client.get("/y", base_url="http://www.example.com").request.cookies
    assert "a" not in client.get("/x").request.cookies


def test_certificate_of_the_development_server_is_a_pair_of_files(tmp_path: Path) -> None:
    base = str(tmp_path / "key")
    pair = make_ssl_devcert(base, host="localhost")
    assert pair == (f"{base}.crt", f"{base}.key")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*pair)


def test_code_is_not_running_in_the_reloader_by_itself() -> None:
    assert is_running_from_reloader() is False


def test_debugger_shows_the_error_instead_of_a_plain_page() -> None:
    def failing(environ: Any, start_response: Any) -> Any:
        raise ValueError("the reason")

    answer = Client(DebuggedApplication(failing, evalex=False)).get("/")
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert "ValueError" in answer.text
    assert "the reason" in answer.text
