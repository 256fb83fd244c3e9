"""Requests made from a WSGI environment."""

from __future__ import annotations

import io
import typing as t
from datetime import UTC, datetime

import pytest

from flaskish.werkzeug.datastructures import CombinedMultiDict, Headers, ImmutableMultiDict
from flaskish.werkzeug.exceptions import (
    BadRequest,
    BadRequestKeyError,
    NotFound,
    RequestEntityTooLarge,
    SecurityError,
    UnsupportedMediaType,
)
from flaskish.werkzeug.sansio.request import Request as SansIORequest
from flaskish.werkzeug.wrappers import Request, Response

FORM = "application/x-www-form-urlencoded"


def make_request(
    body: bytes = b"",
    content_type: str = "",
    *,
    cls: type[Request] = Request,
    headers: dict[str, str] | None = None,
    **extra: t.Any,
) -> Request:
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **extra,
    }
    if body:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    if content_type:
        environ["CONTENT_TYPE"] = content_type
    for name, value in (headers or {}).items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return cls(environ)


def wsgi(text: str) -> str:
    return text.encode().decode("latin-1")


# URL


def test_parts_of_the_url() -> None:
    request = make_request(
        SCRIPT_NAME="/app/",
        PATH_INFO=wsgi("/ä b"),
        QUERY_STRING="q=1",
        headers={"Host": "example.org:80"},
    )
    assert request.path == "/ä b"
    assert request.root_path == request.script_root == "/app"
    assert request.full_path == "/ä b?q=1"
    assert request.query_string == b"q=1"
    assert request.host == "example.org"
    assert request.url == "http://example.org/app/ä%20b?q=1"
    assert request.base_url == "http://example.org/app/ä%20b"
    assert request.root_url == request.url_root == "http://example.org/app/"
    assert request.host_url == "http://example.org/"
    assert repr(request) == "<Request 'http://example.org/app/ä%20b?q=1' [GET]>"


def test_path_has_one_leading_slash() -> None:
    assert make_request(PATH_INFO="//a//b").path == "/a//b"
    assert make_request(PATH_INFO="").path == "/"


def test_broken_utf8_in_the_path_is_replaced() -> None:
    assert make_request(PATH_INFO="/\xff").path == "/\ufffd"


def test_broken_utf8_in_the_query_stays_quoted() -> None:
    request = make_request(QUERY_STRING="a=%ff&b=%C3%A4")
    assert request.args.to_dict() == {"a": "%FF", "b": "ä"}


def test_raw_bytes_in_the_query_are_quoted() -> None:
    request = make_request(QUERY_STRING="a=\xff")
    assert request.args["a"] == "%FF"
    assert request.full_path == "/?a=%FF"


def test_first_value_of_args_wins() -> None:
    args = make_request(QUERY_STRING="a=1&a=2&b").args
    assert args["a"] == "1"
    assert args.getlist("a") == ["1", "2"]
    assert args["b"] == ""
    with pytest.raises(BadRequestKeyError):
        args["c"]


def test_host_comes_from_the_server_without_a_header() -> None:
    assert make_request(SERVER_PORT="8080").host == "localhost:8080"
    assert make_request(SERVER_PORT="443", **{"wsgi.url_scheme": "https"}).host == "localhost"


def test_host_has_to_be_trusted() -> None:
    request = make_request(headers={"Host": "evil.example"})
    request.trusted_hosts = [".example.org"]
    with pytest.raises(SecurityError):
        _ = request.host
    assert "(invalid URL: " in repr(request)


def test_unix_socket_is_no_host() -> None:
    request = make_request(SERVER_NAME="/run/app.sock", SERVER_PORT="")
    assert request.server == ("/run/app.sock", None)
    assert request.host == ""


def test_small_environ_is_enough() -> None:
    request = Request({})
    assert (request.method, request.path, request.scheme, request.server) == (
        "GET",
        "/",
        "http",
        None,
    )


def test_method_is_upper_case() -> None:
    assert make_request(REQUEST_METHOD="patch").method == "PATCH"


def test_secure_schemes() -> None:
    assert make_request(**{"wsgi.url_scheme": "https"}).is_secure
    assert not make_request().is_secure


def test_request_is_kept_in_the_environ() -> None:
    request = make_request()
    assert request.environ["werkzeug.request"] is request
    assert "werkzeug.request" not in Request({}, populate_request=False).environ


# Headers


def test_access_route_prefers_the_proxy_header() -> None:
    request = make_request(headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}, REMOTE_ADDR="3.3.3.3")
    assert request.access_route == ["1.1.1.1", "2.2.2.2"]
    assert request.remote_addr == "3.3.3.3"
    assert make_request(REMOTE_ADDR="3.3.3.3").access_route == ["3.3.3.3"]
    assert make_request().access_route == []


def test_cookies_keep_all_values() -> None:
    cookies = make_request(headers={"Cookie": 'a=1; a=2; b="x y"'}).cookies
    assert type(cookies) is ImmutableMultiDict
    assert cookies.getlist("a") == ["1", "2"]
    assert cookies["b"] == "x y"


def test_missing_header_is_a_plain_key_error() -> None:
    with pytest.raises(KeyError) as error:
        make_request().headers["X-Missing"]
    assert not isinstance(error.value, BadRequest)


def test_content_headers() -> None:
    request = make_request(b"{}", "Application/X+JSON; charset=utf-8; A=b")
    assert request.mimetype == "application/x+json"
    assert request.mimetype_params == {"charset": "utf-8", "a": "b"}
    assert request.is_json
    assert request.content_length == 2
    assert request.content_type == "Application/X+JSON; charset=utf-8; A=b"


@pytest.mark.parametrize(
    ("value", "length"), [("7", 7), ("-1", 0), ("x", 0), ("+1", 0), ("1_0", 0), (None, None)]
)
def test_content_length(value: str | None, length: int | None) -> None:
    extra = {} if value is None else {"CONTENT_LENGTH": value}
    assert make_request(**extra).content_length == length


def test_chunked_request_has_no_length() -> None:
    request = make_request(b"abc", headers={"Transfer-Encoding": "chunked"})
    assert request.content_length is None


def test_parsed_headers() -> None:
    request = make_request(
        headers={
            "Accept": "text/html, */*;q=0.1",
            "Accept-Language": "de, en;q=0.5",
            "Accept-Encoding": "gzip",
            "Accept-Charset": "utf-8",
            "Authorization": "Basic dTpw",
            "Cache-Control": "no-cache, max-age=0",
            "Date": "Tue, 22 Jan 2008 11:18:44 GMT",
            "If-Match": '"a"',
            "If-None-Match": 'W/"b"',
            "If-Modified-Since": "Tue, 22 Jan 2008 11:18:44 GMT",
            "If-Unmodified-Since": "nonsense",
            "If-Range": '"c"',
            "Max-Forwards": "3",
            "Pragma": "no-cache",
            "Range": "bytes=0-4",
            "Referer": "/from",
            "User-Agent": "Agent/1",
            "Origin": "https://a.example",
            "Access-Control-Request-Headers": "X-A, X-B",
            "Access-Control-Request-Method": "PUT",
        }
    )
    date = datetime(2008, 1, 22, 11, 18, 44, tzinfo=UTC)
    assert request.accept_mimetypes.best_match(["text/plain", "text/html"]) == "text/html"
    assert request.accept_languages.best == "de"
    assert "gzip" in request.accept_encodings
    assert request.accept_charsets.best == "utf-8"
    assert request.authorization is not None
    assert (request.authorization.username, request.authorization.password) == ("u", "p")
    assert request.cache_control.no_cache
    assert request.date == request.if_modified_since == date
    assert request.if_unmodified_since is None
    assert "a" in request.if_match
    assert request.if_none_match.contains_weak("b")
    assert request.if_range.etag == "c"
    assert request.max_forwards == 3
    assert "no-cache" in request.pragma
    assert request.range is not None
    assert request.range.ranges == [(0, 5)]
    assert request.referrer == "/from"
    assert str(request.user_agent) == "Agent/1"
    assert request.origin == "https://a.example"
    assert "x-b" in request.access_control_request_headers
    assert request.access_control_request_method == "PUT"


def test_header_attributes_are_read_only() -> None:
    with pytest.raises(AttributeError, match="read only"):
        make_request().referrer = "x"


def test_environ_attributes() -> None:
    request = make_request(REMOTE_USER="me", **{"wsgi.multithread": True})
    assert request.remote_user == "me"
    assert request.is_multithread is True
    assert request.is_run_once is None


def test_storage_classes_can_be_replaced() -> None:
    class OwnRequest(Request):
        parameter_storage_class = dict  # type: ignore[assignment]
        dict_storage_class = dict  # type: ignore[assignment]
        list_storage_class = tuple  # type: ignore[assignment]

    request = make_request(cls=OwnRequest, QUERY_STRING="a=1", headers={"Cookie": "b=2"})
    assert request.args == {"a": "1"}
    assert request.cookies == {"b": "2"}
    assert request.access_route == ()
    assert request.values["a"] == "1"


# Body


def test_body_without_a_length_is_empty() -> None:
    request = make_request(**{"wsgi.input": io.BytesIO(b"abc")})
    assert request.get_data() == b""


def test_body_without_a_length_that_the_server_ends() -> None:
    request = make_request(**{"wsgi.input": io.BytesIO(b"abc"), "wsgi.input_terminated": True})
    assert request.get_data() == b"abc"


def test_data_is_empty_for_a_form() -> None:
    request = make_request(b"a=1", FORM)
    assert request.data == b""
    assert request.form["a"] == "1"


def test_get_data_keeps_the_form() -> None:
    request = make_request(b"a=1", FORM)
    assert request.get_data() == b"a=1"
    assert request.form["a"] == "1"
    assert request.get_data(as_text=True) == "a=1"


def test_get_data_without_cache_loses_the_form() -> None:
    request = make_request(b"a=1", FORM)
    assert request.get_data(cache=False) == b"a=1"
    assert not request.form


def test_form_needs_a_content_type_but_no_method() -> None:
    assert make_request(b"a=1", FORM, REQUEST_METHOD="LOCK").form["a"] == "1"
    request = make_request(b"a=1")
    assert not request.want_form_data_parsed
    assert not request.form
    assert request.data == b"a=1"


def test_values_join_args_and_form() -> None:
    request = make_request(b"a=2&b=2", FORM, QUERY_STRING="a=1")
    assert isinstance(request.values, CombinedMultiDict)
    assert request.values.to_dict() == {"a": "1", "b": "2"}
    request = make_request(b"b=2", FORM, QUERY_STRING="a=1", REQUEST_METHOD="GET")
    assert request.values.to_dict() == {"a": "1"}


def test_replaced_stream_is_parsed() -> None:
    request = make_request(b"a=X", FORM)
    request.stream = io.BytesIO(request.stream.read().lower())
    assert request.form["a"] == "x"


def test_limits_count_on_every_access() -> None:
    request = make_request(b"a=1", FORM)
    request.max_content_length = 2
    body = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 2 + b"--b--"
    limited_parts = make_request(body, "multipart/form-data; boundary=b")
    limited_parts.max_form_parts = 1
    for _ in range(2):
        with pytest.raises(RequestEntityTooLarge):
            _ = request.form
        with pytest.raises(RequestEntityTooLarge):
            _ = limited_parts.files


def test_shallow_request_does_not_read() -> None:
    request = Request({"QUERY_STRING": "a=1"}, shallow=True)
    assert request.args["a"] == "1"
    assert "werkzeug.request" not in request.environ
    with pytest.raises(RuntimeError, match="shallow"):
        _ = request.data


def test_closing_closes_the_files() -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n1\r\n--b--"
    with make_request(body, "multipart/form-data; boundary=b") as request:
        file = request.files["f"]
        assert not file.closed
    assert file.closed


# JSON


def test_json_is_parsed_once() -> None:
    request = make_request(b'{"a": 1}', "application/json")
    assert request.json == {"a": 1}
    assert request.json is request.get_json()
    assert request.get_data() == b'{"a": 1}'


def test_json_of_another_type() -> None:
    request = make_request(b"[1]", "text/plain")
    with pytest.raises(UnsupportedMediaType, match="Content-Type was not 'application/json'"):
        _ = request.json
    assert request.get_json(silent=True) is None
    assert request.get_json(force=True) == [1]


def test_broken_json() -> None:
    request = make_request(b"[", "application/json")
    assert request.get_json(silent=True) is None
    with pytest.raises(BadRequest, match="Failed to decode JSON object: "):
        request.get_json()
    assert request.get_json(silent=True) is None


def test_json_error_can_be_replaced() -> None:
    class OwnRequest(Request):
        def on_json_loading_failed(self, e: ValueError | None) -> str:
            return "replaced"

    request = make_request(b"[", "application/json", cls=OwnRequest)
    assert request.get_json() == "replaced"
    assert request.get_json(silent=True) is None


def test_json_without_cache_reads_the_body_away() -> None:
    request = make_request(b"[1]", "application/json")
    assert request.get_json(cache=False) == [1]
    assert request.get_data() == b""


# Application


def test_application_gets_a_request_and_answers_errors() -> None:
    @Request.application
    def application(request: Request) -> Response:
        if request.path == "/missing":
            raise NotFound()
        return Response(f"Hello {request.path}")

    statuses: list[str] = []

    def start_response(status: str, headers: t.Any, exc_info: t.Any = None) -> t.Any:
        statuses.append(status)

    body = application({"REQUEST_METHOD": "GET", "PATH_INFO": "/a"}, start_response)
    assert b"".join(body) == b"Hello /a"
    application({"REQUEST_METHOD": "GET", "PATH_INFO": "/missing"}, start_response)
    assert statuses == ["200 OK", "404 NOT FOUND"]


def test_request_without_io() -> None:
    headers = Headers([("Cookie", "a=1"), ("Cookie", "a=2"), ("Host", "h")])
    request = SansIORequest("get", "http", None, "/r/", "p", b"q=1", headers, "1.1.1.1")
    assert (request.method, request.root_path, request.path) == ("GET", "/r", "/p")
    assert request.cookies.getlist("a") == ["1", "2"]
    assert request.url == "http://h/r/p?q=1"
