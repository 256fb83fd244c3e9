"""The WSGI test client, the environ builder, and multipart encoding."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import Authorization, FileStorage, Headers, MultiDict
from flaskish.werkzeug.test import (
    Client,
    ClientRedirectError,
    EnvironBuilder,
    TestResponse,
    create_environ,
    encode_multipart,
    run_wsgi_app,
    stream_encode_multipart,
)
from flaskish.werkzeug.utils import redirect
from flaskish.werkzeug.wrappers import Request, Response

View = Callable[[Request], Any]


def client_for(view: View, **options: Any) -> Client:
    return Client(Request.application(view), **options)


def read_body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read()
    return body


# EnvironBuilder


def test_default_environ_is_a_get_request_for_the_root() -> None:
    environ = create_environ()
    assert environ["REQUEST_METHOD"] == "GET"
    assert environ["PATH_INFO"] == "/"
    assert environ["SCRIPT_NAME"] == environ["QUERY_STRING"] == ""
    assert environ["HTTP_HOST"] == environ["SERVER_NAME"] == "localhost"
    assert environ["SERVER_PORT"] == "80"
    assert environ["wsgi.errors"] is sys.stderr
    assert read_body(environ) == b""
    assert "CONTENT_LENGTH" not in environ


def test_path_is_decoded_and_the_raw_one_kept() -> None:
    environ = create_environ("/a%20b/ü?x=%2F")
    assert environ["PATH_INFO"] == "/a b/\xc3\xbc"
    assert environ["QUERY_STRING"] == "x=%2F"
    assert environ["REQUEST_URI"] == environ["RAW_URI"] == "/a%20b/\xc3\xbc?x=%2F"


def test_base_url_gives_scheme_host_port_and_script_name() -> None:
    environ = create_environ("/page", "https://example.com:8443/root/")
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTP_HOST"] == "example.com:8443"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("example.com", "8443")
    assert environ["SCRIPT_NAME"] == "/root"


def test_https_has_port_443() -> None:
    assert EnvironBuilder(base_url="https://example.com").server_port == 443


def test_base_url_with_query_is_refused() -> None:
    with pytest.raises(ValueError, match="base url must not contain a query string or fragment"):
        EnvironBuilder(base_url="http://example.com/?a=b")


def test_two_query_strings_are_refused() -> None:
    with pytest.raises(ValueError, match="Query string is defined in the path and as an argument"):
        EnvironBuilder("/?a=b", query_string={"c": "d"})


def test_args_become_the_query_string() -> None:
    builder = EnvironBuilder(query_string={"a": ["1", "2"], "b": "x y&", "none": None})
    builder.args["c"] = "ü"
    assert builder.query_string == "a=1&a=2&b=x+y%26&c=%C3%BC"


def test_args_are_gone_once_a_query_string_is_set() -> None:
    builder = EnvironBuilder("/?a=b")
    with pytest.raises(AttributeError, match="a query string is defined"):
        _ = builder.args


@pytest.mark.parametrize("data", ["text", b"text", StringIO("text"), BytesIO(b"text")])
def test_plain_data_is_the_body(data: Any) -> None:
    environ = create_environ(method="POST", data=data)
    assert read_body(environ) == b"text"
    assert environ["CONTENT_LENGTH"] == "4"


def test_form_data_is_urlencoded() -> None:
    environ = create_environ(method="POST", data={"a": ["1", "2"], "b": 3, "c": "ü"})
    assert environ["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    assert read_body(environ) == b"a=1&a=2&b=3&c=%C3%BC"


def test_data_with_a_file_is_multipart() -> None:
    builder = EnvironBuilder(
        method="POST",
        data={"a": "1", "f": [(BytesIO(b"x"), "x.png"), FileStorage(BytesIO(b"y"), "y")]},
    )
    assert builder.content_type == "multipart/form-data"
    with builder.get_request() as request:
        assert request.form.to_dict() == {"a": "1"}
        first, second = request.files.getlist("f")
        assert (first.filename, first.content_type, first.read()) == ("x.png", "image/png", b"x")
        assert second.read() == b"y"
    builder.close()


def test_json_is_dumped_with_its_content_type() -> None:
    environ = create_environ(method="POST", json={"a": [1]})
    assert environ["CONTENT_TYPE"] == "application/json"
    assert read_body(environ) == b'{"a": [1]}'


def test_json_keeps_a_given_content_type() -> None:
    environ = create_environ(json=[], content_type="application/vnd.api+json")
    assert environ["CONTENT_TYPE"] == "application/vnd.api+json"


def test_json_and_data_are_refused() -> None:
    with pytest.raises(TypeError, match="can't provide both json and data"):
        EnvironBuilder(json={}, data="x")


def test_input_stream_and_data_are_refused() -> None:
    with pytest.raises(TypeError, match="can't provide input stream and data"):
        EnvironBuilder(input_stream=BytesIO(), data="x")


def test_form_and_files_are_unavailable_with_an_input_stream() -> None:
    builder = EnvironBuilder(input_stream=BytesIO(b"x"))
    with pytest.raises(AttributeError, match="an input stream is defined"):
        _ = builder.form
    with pytest.raises(AttributeError, match="an input stream is defined"):
        _ = builder.files
    builder.form = MultiDict({"a": "b"})
    assert builder.input_stream is None


def test_input_stream_is_read_from_where_it_stands() -> None:
    stream = BytesIO(b"abcdef")
    stream.seek(2)
    environ = create_environ(input_stream=stream)
    assert environ["CONTENT_LENGTH"] == "4"
    assert read_body(environ) == b"cdef"


@pytest.mark.parametrize("headers", [{"": " a\x01 "}, [("X-Name", " a\x01 ")]])
def test_headers_can_be_sent_that_no_response_has(headers: Any) -> None:
    environ = EnvironBuilder(headers=headers).get_environ()
    sent = environ.get("HTTP_"), environ.get("HTTP_X_NAME")
    assert " a\x01 " in sent
    again = EnvironBuilder.from_environ(environ).get_environ()
    assert (again.get("HTTP_"), again.get("HTTP_X_NAME")) == sent


def test_no_line_break_can_be_sent_in_a_header() -> None:
    with pytest.raises(ValueError, match="newline"):
        EnvironBuilder(headers={"X-Name": "a\nb"})


def test_headers_are_joined_and_prefixed() -> None:
    headers = Headers([("X-A", "1"), ("X-A", "2"), ("Content-Type", "a/b")])
    environ = create_environ(headers=headers)
    assert environ["HTTP_X_A"] == "1, 2"
    assert environ["CONTENT_TYPE"] == "a/b"
    assert "HTTP_CONTENT_TYPE" not in environ


def test_environ_base_yields_and_environ_overrides_win() -> None:
    environ = create_environ(
        headers={"X-A": "header"},
        environ_base={"HTTP_X_A": "base", "REQUEST_METHOD": "base", "own": "base"},
        environ_overrides={"SERVER_NAME": "override"},
    )
    assert environ["HTTP_X_A"] == "header"
    assert environ["REQUEST_METHOD"] == "GET"
    assert environ["own"] == "base"
    assert environ["SERVER_NAME"] == "override"


def test_pair_is_basic_authorization() -> None:
    environ = create_environ(auth=("user", "pass"))
    assert environ["HTTP_AUTHORIZATION"] == "Basic dXNlcjpwYXNz"


def test_authorization_object_is_the_header() -> None:
    environ = create_environ(auth=Authorization("bearer", token="abc"))
    assert environ["HTTP_AUTHORIZATION"] == "Bearer abc"


def test_mimetype_adds_the_charset_to_text() -> None:
    builder = EnvironBuilder(data="x", mimetype="text/css")
    assert builder.content_type == "text/css; charset=utf-8"
    assert builder.mimetype == "text/css"


def test_mimetype_parameters_write_to_the_header() -> None:
    builder = EnvironBuilder(content_type="text/plain; charset=utf-8")
    assert builder.mimetype_params == {"charset": "utf-8"}
    builder.mimetype_params["charset"] = "ascii"
    assert builder.content_type == "text/plain; charset=ascii"


def test_builder_can_be_made_of_an_environ() -> None:
    environ = create_environ(
        "/ü", "https://example.com/root", {"q": "x y"}, "PUT", data="body", headers={"X-A": "b"}
    )
    assert EnvironBuilder.from_environ(environ).get_environ() == environ


def test_closing_closes_every_file() -> None:
    files = [BytesIO(), BytesIO()]
    builder = EnvironBuilder(data={"f": files})
    builder.close()
    assert all(file.closed for file in files)


def test_request_class_makes_the_request() -> None:
    class OwnRequest(Request):
        pass

    assert type(EnvironBuilder().get_request(OwnRequest)) is OwnRequest


# Multipart


def test_multipart_has_a_part_for_each_value() -> None:
    file = FileStorage(BytesIO(b"data"), "f.txt")
    boundary, body = encode_multipart({"a": ["1", "2"], "f": file}, boundary="xx")
    assert boundary == "xx"
    assert body == (
        b'\r\n--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'
        b'\r\n--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n2'
        b'\r\n--xx\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\ndata\r\n--xx--\r\n"
    )


@pytest.mark.parametrize(("use_tempfile", "in_memory"), [(True, False), (False, True)])
def test_large_multipart_goes_to_a_file(use_tempfile: bool, in_memory: bool) -> None:
    stream, length, _ = stream_encode_multipart({"a": "x" * 500}, use_tempfile, threshold=200)
    with stream:
        assert isinstance(stream, BytesIO) is in_memory
        assert len(stream.read()) == length


def test_named_file_of_the_disk_is_sent_with_its_type(tmp_path: Path) -> None:
    path = tmp_path / "letter.html"
    path.write_text("<p>")
    with path.open("rb") as file:
        _, body = encode_multipart({"f": file})
    assert b"letter.html" in body
    assert b"Content-Type: text/html\r\n\r\n<p>" in body


# run_wsgi_app


def late_app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    yield b"a"
    start_response("200 OK", [("X-A", "b")])
    yield b"b"
    yield b"c"


@pytest.mark.parametrize("buffered", [True, False])
def test_generator_may_start_the_response_late(buffered: bool) -> None:
    chunks, status, headers = run_wsgi_app(late_app, create_environ(), buffered)
    assert (status, headers["X-A"]) == ("200 OK", "b")
    assert b"".join(chunks) == b"abc"


@pytest.mark.parametrize("buffered", [True, False])
def test_written_chunks_come_first(buffered: bool) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])(b"written ")
        return [b"returned"]

    chunks, _, _ = run_wsgi_app(app, create_environ(), buffered)
    assert b"".join(chunks) == b"written returned"


def test_unbuffered_iterable_is_closed_by_whoever_reads_it() -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a"])

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Body:
        start_response("200 OK", [])
        return Body()

    chunks, _, _ = run_wsgi_app(app, create_environ())
    assert list(chunks) == [b"a"]
    assert not closed
    chunks.close()  # type: ignore[attr-defined]
    assert closed
    assert run_wsgi_app(app, create_environ(), buffered=True)[0] == [b"a"]
    assert len(closed) == 2


def test_environ_is_not_changed_by_the_application() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["PATH_INFO"] = "/changed"
        start_response("200 OK", [])
        return []

    environ = create_environ("/given")
    run_wsgi_app(app, environ)
    assert environ["PATH_INFO"] == "/given"


def test_exc_info_is_raised() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("500 OOPS", [], sys.exc_info())
        return []

    with pytest.raises(ZeroDivisionError):
        run_wsgi_app(app, create_environ())


def test_silent_application_is_refused() -> None:
    with pytest.raises(RuntimeError, match="did not call 'start_response'"):
        run_wsgi_app(lambda environ, start_response: [], create_environ())


# Client


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]
)
def test_each_method_has_a_shortcut(method: str) -> None:
    client = client_for(lambda request: Response(headers={"X-Method": request.method}))
    response = getattr(client, method.lower())("/")
    assert response.headers["X-Method"] == method


def test_open_takes_builder_environ_and_request() -> None:
    client = client_for(lambda request: Response(request.full_path))
    builder = EnvironBuilder("/x?a=b")
    assert client.open(builder).text == "/x?a=b"
    assert client.open(builder.get_environ()).text == "/x?a=b"
    assert client.open(builder.get_request()).text == "/x?a=b"
    assert client.open("/x?a=b").text == "/x?a=b"


def test_response_knows_request_and_json() -> None:
    client = client_for(lambda request: Response('{"a": 1}', mimetype="application/json"))
    response = client.get("/page")
    assert isinstance(response, TestResponse)
    assert response.request.path == "/page"
    assert response.history == ()
    assert response.json == {"a": 1}


def test_missing_content_type_is_not_made_up() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("204 NO CONTENT", [])
        return []

    assert list(Client(app).get("/").headers) == []


def test_response_class_is_combined_with_the_test_response() -> None:
    class OwnResponse(Response):
        pass

    response = client_for(lambda request: Response(), response_wrapper=OwnResponse).get("/")
    assert isinstance(response, OwnResponse)
    assert isinstance(response, TestResponse)


# Cookies


def echo_cookies(request: Request) -> Response:
    response = Response(";".join(f"{k}={v}" for k, v in sorted(request.cookies.items())))
    if "set" in request.args:
        path, domain = request.args.get("path"), request.args.get("domain")
        response.set_cookie(request.args["set"], "v", path=path, domain=domain)
    if "delete" in request.args:
        response.delete_cookie(request.args["delete"])
    return response


def test_cookie_is_sent_back_until_it_is_deleted() -> None:
    client = client_for(echo_cookies)
    assert client.get("/?set=a&path=/").text == ""
    assert client.get("/").text == "a=v"
    client.get("/?delete=a")
    assert client.get("/").text == ""


def test_cookie_without_path_belongs_to_the_folder() -> None:
    client = client_for(echo_cookies)
    client.get("/folder/page?set=a")
    assert client.get("/folder/other").text == "a=v"
    assert client.get("/folder").text == "a=v"
    assert client.get("/folders").text == ""
    assert client.get_cookie("a", path="/folder") is not None


def test_cookie_domain_decides_who_gets_it() -> None:
    client = client_for(echo_cookies)
    client.get("/?set=wide&domain=example.com&path=/", "http://example.com")
    client.get("/?set=narrow&path=/", "http://example.com")
    assert client.get("/", "http://example.com").text == "narrow=v;wide=v"
    assert client.get("/", "http://www.example.com").text == "wide=v"
    assert client.get("/", "http://notexample.com").text == ""


def test_set_cookie_keeps_what_dump_cookie_writes() -> None:
    client = client_for(echo_cookies)
    client.set_cookie("a", "x;y", max_age=timedelta(minutes=1), secure=True, samesite="Lax")
    cookie = client.get_cookie("a")
    assert cookie is not None
    assert cookie.value == '"x\\073y"'
    assert cookie.decoded_value == "x;y"
    assert (cookie.max_age, cookie.secure, cookie.same_site) == (60, True, "Lax")
    assert client.get("/").text == "a=x;y"


def test_set_cookie_for_subdomains() -> None:
    client = client_for(echo_cookies)
    client.set_cookie("a", "v", domain="example.com", origin_only=False)
    assert client.get("/", "http://www.example.com").text == "a=v"


def test_delete_cookie_needs_the_same_path() -> None:
    client = client_for(echo_cookies)
    client.set_cookie("a", "v", path="/sub")
    client.delete_cookie("a")
    assert client.get_cookie("a", path="/sub") is not None
    client.delete_cookie("a", path="/sub")
    assert client.get_cookie("a", path="/sub") is None


def test_setting_a_cookie_that_ends_now_deletes_it() -> None:
    client = client_for(echo_cookies)
    client.set_cookie("a", "v")
    client.set_cookie("a", "v", max_age=0)
    assert client.get_cookie("a") is None


def test_client_without_cookies_says_so() -> None:
    client = client_for(echo_cookies, use_cookies=False)
    client.get("/?set=a")
    assert client.get("/").text == ""
    with pytest.raises(TypeError, match="Create a client with 'use_cookies=True'"):
        client.set_cookie("a")


# Redirects


def redirecting(request: Request) -> Any:
    target = request.args.get("to")
    if target is None:
        return Response(f"{request.method} {request.url} {request.get_data(as_text=True)}")
    return redirect(target, request.args.get("code", 302, type=int))


def follow(to: str, code: int = 302, method: str = "POST", **options: Any) -> TestResponse:
    client = client_for(redirecting, **options)
    arguments = {"to": to, "code": str(code)}
    return client.open(
        "/", query_string=arguments, method=method, data="body", follow_redirects=True
    )


@pytest.mark.parametrize(
    ("code", "expected"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_only_307_and_308_keep_method_and_body(code: int, expected: str) -> None:
    response = follow("/next", code)
    body = "body" if expected == "POST" else ""
    assert response.text == f"{expected} http://localhost/next {body}"


def test_head_stays_head() -> None:
    assert follow("/next", method="HEAD").request.method == "HEAD"


def test_history_has_the_redirects_in_order() -> None:
    response = follow("/?to=/last")
    assert [entry.location for entry in response.history] == ["/?to=/last", "/last"]
    assert [len(entry.history) for entry in response.history] == [0, 1]


def test_circle_of_redirects_is_an_error() -> None:
    client = client_for(lambda request: redirect("/again"))
    with pytest.raises(ClientRedirectError, match="Loop detected: A 302 redirect to /again"):
        client.get("/", follow_redirects=True)


def test_other_hosts_are_not_followed() -> None:
    with pytest.raises(RuntimeError, match="Following external redirects is not supported"):
        follow("http://example.com/")


def test_subdomains_are_followed_if_allowed() -> None:
    with pytest.raises(RuntimeError, match="Following subdomain redirects is not enabled"):
        follow("http://sub.localhost/")
    response = follow("http://sub.localhost/", allow_subdomain_redirects=True)
    assert response.text == "GET http://sub.localhost/ "


def test_redirect_below_the_script_root_keeps_it() -> None:
    def view(request: Request) -> Any:
        if request.path == "/start":
            return redirect(request.args["to"])
        return Response(f"{request.script_root} {request.path}")

    client = client_for(view)
    base_url = "http://localhost/root"
    inside = client.get("/start?to=/root/x", base_url, follow_redirects=True)
    outside = client.get("/start?to=/rooted/x", base_url, follow_redirects=True)
    assert inside.text == "/root /x"
    assert outside.text == " /rooted/x"


def test_cookies_go_along_with_redirects() -> None:
    def view(request: Request) -> Any:
        if request.path == "/":
            return Response(request.cookies.get("a", "none"))
        response = redirect("/")
        response.set_cookie("a", "set")
        return response

    assert client_for(view).get("/in", follow_redirects=True).text == "set"
