"""Requests that wrap Django's, and requests that show themselves to Django."""

from __future__ import annotations

import io
import json
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from flaskish.werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, SecurityError
from flaskish.werkzeug.wrappers import Request
from flaskish.werkzeug.wsgi import READ_SIZE

FORM = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data; boundary=b"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\ncontent\r\n"
    b'--b\r\nContent-Disposition: form-data; name="empty"; filename=""\r\n\r\n\r\n--b--\r\n'
)


def multipart_request(method: str = "POST") -> WSGIRequest:
    return RequestFactory().generic(method, "/", MULTIPART, content_type=MULTIPART_TYPE)


def posted(data: object, content_type: str = FORM, factory: type = RequestFactory) -> HttpRequest:
    if content_type == FORM and isinstance(data, dict):
        data = urlencode(data)
    return factory().post("/", data, content_type=content_type)


def environ(body: bytes = b"", content_type: str = FORM, **extra: object) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **extra,
    }


both_factories = pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])


# URL and headers


@both_factories
def test_mount_prefix_moves_from_path_to_root(factory: type) -> None:
    http_request = factory().get("/shop/cart", {"a": "ü"})
    request = Request.from_django_request(http_request, "/shop")
    assert request.path == "/cart"
    assert request.root_path == request.script_root == "/shop"
    assert request.args["a"] == "ü"
    assert request.url == "http://testserver/shop/cart?a=ü"


@both_factories
def test_environ_is_a_complete_wsgi_environment(factory: type) -> None:
    http_request = factory().get("/shop/", {"a": "ü"}, headers={"X-Custom": "1"})
    # The factories differ in what they do to other characters than ASCII.
    http_request.path_info = "/shop/ä"
    env = Request.from_django_request(http_request, "/shop").environ
    assert env["PATH_INFO"] == "/ä".encode().decode("latin-1")
    assert env["SCRIPT_NAME"] == "/shop"
    assert env["QUERY_STRING"] == "a=%C3%BC"
    assert env["HTTP_X_CUSTOM"] == "1"
    assert {"wsgi.version", "wsgi.errors", "wsgi.run_once", "SERVER_PROTOCOL"} <= env.keys()
    assert http_request.META["PATH_INFO"] == "/shop/"


def test_script_name_of_the_server_comes_before_the_prefix() -> None:
    http_request = RequestFactory().get("/shop/cart", SCRIPT_NAME="/site", PATH_INFO="/shop/cart")
    request = Request.from_django_request(http_request, "/shop")
    assert (request.root_path, request.path) == ("/site/shop", "/cart")


def test_split_cookie_headers_are_joined() -> None:
    scope = AsyncRequestFactory()._base_scope(path="/")
    scope["headers"] += [(b"cookie", b"a=1"), (b"cookie", b"b=2")]
    request = Request.from_django_request(ASGIRequest(scope, io.BytesIO()))
    assert request.cookies.to_dict() == {"a": "1", "b": "2"}


def test_method_that_middleware_replaced_counts() -> None:
    http_request = RequestFactory().post("/")
    http_request.method = "DELETE"
    assert Request.from_django_request(http_request).method == "DELETE"


@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_scheme_follows_django_settings() -> None:
    http_request = RequestFactory().get(
        "/", headers={"X-Forwarded-Proto": "https", "Host": "testserver"}
    )
    request = Request.from_django_request(http_request)
    assert request.is_secure
    assert request.url == "https://testserver/"


@override_settings(USE_X_FORWARDED_HOST=True)
def test_host_follows_django_settings() -> None:
    headers = {"X-Forwarded-Host": "outside.example", "Host": "inside.example"}
    request = Request.from_django_request(RequestFactory().get("/", headers=headers))
    assert request.host == "outside.example"
    assert request.headers["Host"] == "outside.example"


@override_settings(ALLOWED_HOSTS=["good.example"])
def test_host_has_to_be_allowed() -> None:
    good = RequestFactory().get("/", headers={"Host": "good.example:80"})
    assert Request.from_django_request(good).host == "good.example"
    bad = RequestFactory().get("/", headers={"Host": "bad.example"})
    with pytest.raises(SecurityError, match=r"bad\.example"):
        _ = Request.from_django_request(bad).host


def test_subclass_with_a_constructor_keeps_it() -> None:
    class OwnRequest(Request):
        def __init__(self, environ: dict[str, object]) -> None:
            super().__init__(environ)
            self.extra = "here"

    request = OwnRequest.from_django_request(RequestFactory().get("/a/b"), "/a")
    assert request.extra == "here"
    assert request.path == "/b"
    assert request.django.path == "/a/b"


# Attributes


def test_unknown_attributes_are_those_of_django() -> None:
    http_request = RequestFactory().get("/", {"a": "1"})
    http_request.user = "somebody"  # type: ignore[assignment]
    request = Request.from_django_request(http_request)
    assert request.user == "somebody"
    assert request.GET["a"] == "1"
    assert request.build_absolute_uri("/x") == "http://testserver/x"


def test_attributes_are_set_on_the_request_only() -> None:
    http_request = RequestFactory().get("/")
    request = Request.from_django_request(http_request)
    request.colour = "red"
    assert not hasattr(http_request, "colour")


def test_missing_attribute_names_the_class() -> None:
    class OwnRequest(Request):
        pass

    request = OwnRequest.from_django_request(RequestFactory().get("/"))
    with pytest.raises(AttributeError, match="'OwnRequest' object has no attribute 'nothing'"):
        _ = request.nothing
    with pytest.raises(AttributeError, match="'OwnRequest' object has no attribute 'nothing'"):
        _ = OwnRequest(environ()).nothing


def test_error_inside_a_property_is_not_hidden() -> None:
    class OwnRequest(Request):
        @property
        def broken(self) -> str:
            return None.missing  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="'missing'"):
        _ = OwnRequest(environ()).broken


def test_django_request_from_an_environ() -> None:
    env = environ(PATH_INFO="/ä".encode().decode("latin-1"), QUERY_STRING="a=1")
    request = Request(env)
    assert isinstance(request.django, WSGIRequest)
    assert request.django is request.django
    assert request.django.path == "/ä"
    assert request.GET["a"] == "1"
    assert request.path == "/ä"
    assert env["PATH_INFO"] == "/ä".encode().decode("latin-1")


def test_django_request_from_a_small_environ() -> None:
    assert Request({"PATH_INFO": "/a"}).django.path == "/a"


# Django reads first


@both_factories
def test_form_after_django_has_read_post(factory: type) -> None:
    http_request = posted({"a": "1"}, factory=factory)
    assert http_request.POST["a"] == "1"
    request = Request.from_django_request(http_request)
    assert request.form["a"] == "1"


@both_factories
def test_json_after_django_has_read_the_body(factory: type) -> None:
    http_request = posted(json.dumps([1]), "application/json", factory)
    assert http_request.body == b"[1]"
    request = Request.from_django_request(http_request)
    assert request.get_json() == [1]
    assert request.get_data() == b"[1]"


@both_factories
def test_files_after_django_has_parsed_them(factory: type) -> None:
    http_request = factory().generic("POST", "/", MULTIPART, content_type=MULTIPART_TYPE)
    assert http_request.POST["text"] == "hello"
    request = Request.from_django_request(http_request)
    assert request.form["text"] == "hello"
    upload = request.files["file"]
    assert (upload.filename, upload.name, upload.read()) == ("a.txt", "file", b"content")
    assert upload.mimetype == "text/plain"
    assert upload.content_type == "text/plain; charset=utf-8"
    assert request.get_data() == b""


def test_body_that_django_has_read_is_limited() -> None:
    http_request = posted({"a": "1"})
    _ = http_request.POST
    request = Request.from_django_request(http_request)
    request.max_content_length = 2
    for _ in range(2):
        with pytest.raises(RequestEntityTooLarge):
            _ = request.form


def test_form_that_django_has_parsed_is_limited() -> None:
    http_request = multipart_request()
    _ = http_request.POST
    request = Request.from_django_request(http_request)
    request.max_form_parts = 1
    with pytest.raises(RequestEntityTooLarge):
        _ = request.form


def test_form_that_django_could_not_parse_is_empty() -> None:
    http_request = RequestFactory().generic("POST", "/", b"x", content_type=MULTIPART_TYPE)
    http_request._mark_post_parse_error()
    assert not Request.from_django_request(http_request).form


def test_form_of_put_is_ours_although_django_has_none() -> None:
    http_request = RequestFactory().put("/", data="a=1", content_type=FORM)
    assert not http_request.POST
    assert Request.from_django_request(http_request).form["a"] == "1"


# We read first


@both_factories
def test_post_after_our_form(factory: type) -> None:
    http_request = posted({"a": ["1"], "b": "ä"}, factory=factory)
    assert Request.from_django_request(http_request).form["b"] == "ä"
    assert http_request.POST["b"] == "ä"
    assert http_request.body.startswith(b"a=")


@both_factories
def test_body_after_our_json(factory: type) -> None:
    http_request = posted(json.dumps([1]), "application/json", factory)
    assert Request.from_django_request(http_request).get_json() == [1]


def test_reading_the_body_needs_no_environment() -> None:
    http_request = RequestFactory().post("/", "[1]", content_type="application/json")
    request = Request.from_django_request(http_request)
    assert request.get_json() == [1]
    assert "environ" not in request.__dict__
    assert http_request.body == b"[1]"
    assert http_request.read() == b"[1]"
    assert not http_request.POST


@both_factories
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("size", [3, READ_SIZE + 1])
def test_body_after_our_json_where_django_was_asked_for_a_form(
    factory: type, method: str, size: int
) -> None:
    body = b"[1]".rjust(size)
    http_request = factory().generic(method, "/", body, content_type="application/json")
    # As Django's middleware for CSRF does, which reads no more than the type of the body.
    assert not http_request.POST
    assert Request.from_django_request(http_request).get_json() == [1]
    assert http_request.body == body


@both_factories
def test_body_after_our_form_where_django_was_asked_for_its_own(factory: type) -> None:
    http_request = factory().put("/", data="a=1", content_type=FORM)
    # Django has forms of POST only, and reads nothing for another method.
    assert not http_request.POST
    assert Request.from_django_request(http_request).form["a"] == "1"
    assert http_request.body == b"a=1"


@both_factories
def test_uploads_after_our_files(factory: type) -> None:
    http_request = factory().generic("POST", "/", MULTIPART, content_type=MULTIPART_TYPE)
    with Request.from_django_request(http_request) as request:
        assert request.files["file"].filename == "a.txt"
        assert http_request.POST.dict() == {"text": "hello", "empty": ""}
        assert list(http_request.FILES) == ["file"]
        upload = http_request.FILES["file"]
        assert (upload.name, upload.size, upload.read()) == ("a.txt", 7, b"content")
        assert (upload.content_type, upload.charset) == ("text/plain", "utf-8")
        with pytest.raises(RawPostDataException):
            _ = http_request.body
    assert not upload.closed
    http_request.close()
    assert upload.closed


def test_post_stays_empty_for_put() -> None:
    http_request = multipart_request("PUT")
    with Request.from_django_request(http_request) as request:
        assert request.form["text"] == "hello"
        assert not http_request.POST


def test_uncached_data_is_gone() -> None:
    http_request = posted({"a": "1"})
    request = Request.from_django_request(http_request)
    assert request.get_data(cache=False) == b"a=1"
    assert not request.form
    with pytest.raises(RawPostDataException):
        _ = http_request.body


def test_short_body_is_a_disconnected_client() -> None:
    http_request = WSGIRequest(environ(b"a=1", CONTENT_LENGTH="10"))
    with pytest.raises(ClientDisconnected):
        Request.from_django_request(http_request).get_data()


class _SlowInput(io.BytesIO):
    """Gives a few bytes at a time, and fails when there are none."""

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(4)
        if not data:
            raise OSError("The connection is gone.")
        return data


@pytest.mark.parametrize("content_type", [FORM, "text/plain"])
def test_body_that_comes_in_pieces_is_read_whole(content_type: str) -> None:
    body = b"a=1&b=2&c=3"
    http_request = WSGIRequest({**environ(body, content_type), "wsgi.input": _SlowInput(body)})
    request = Request.from_django_request(http_request)
    if content_type == FORM:
        assert request.form.to_dict() == {"a": "1", "b": "2", "c": "3"}
    else:
        assert request.get_data() == body
    assert request.stream.read() == b""


@pytest.mark.parametrize("sent", [b"", b"a=1"])
def test_connection_that_fails_is_a_disconnected_client(sent: bytes) -> None:
    http_request = WSGIRequest({**environ(b"a=1&b=2"), "wsgi.input": _SlowInput(sent)})
    with pytest.raises(ClientDisconnected):
        Request.from_django_request(http_request).get_data()


def test_stream_of_a_subclass_is_what_is_read() -> None:
    class Upper(Request):
        @property
        def stream(self) -> io.BytesIO:  # type: ignore[override]
            return io.BytesIO(self.django.read().upper())

    request = Upper.from_django_request(posted(b"text", "text/plain"))
    assert request.get_data() == b"TEXT"


def test_input_of_the_environ_is_the_body() -> None:
    http_request = posted(b"data", "text/plain")
    assert http_request.body == b"data"
    assert Request.from_django_request(http_request).environ["wsgi.input"].read() == b"data"


def test_content_length_is_checked_before_reading() -> None:
    http_request = posted(b"data", "text/plain")
    request = Request.from_django_request(http_request)
    request.max_content_length = 3
    with pytest.raises(RequestEntityTooLarge):
        _ = request.data
    assert http_request.body == b"data"


def test_streaming_body_is_limited() -> None:
    scope = AsyncRequestFactory()._base_scope(path="/", method="POST")
    request = Request.from_django_request(ASGIRequest(scope, io.BytesIO(b"12345")))
    request.max_content_length = 3
    with pytest.raises(RequestEntityTooLarge):
        list(request.stream)


# The same with a request of Django's that was made from an environ


@pytest.mark.parametrize("django_first", [True, False])
def test_form_and_post_from_an_environ(django_first: bool) -> None:
    request = Request(environ(b"a=1"))
    if django_first:
        assert request.POST["a"] == "1"
        assert request.form["a"] == "1"
    else:
        assert request.form["a"] == "1"
        assert request.POST["a"] == "1"


@pytest.mark.parametrize("django_first", [True, False])
def test_data_and_body_from_an_environ(django_first: bool) -> None:
    request = Request(environ(b"abc", "text/plain"))
    if django_first:
        assert request.body == b"abc"
        assert request.data == b"abc"
    else:
        assert request.data == b"abc"
        assert request.body == b"abc"


@pytest.mark.parametrize("django_first", [True, False])
def test_uploads_from_an_environ(django_first: bool) -> None:
    with Request(environ(MULTIPART, MULTIPART_TYPE)) as request:
        if django_first:
            assert request.FILES["file"].read() == b"content"
            request.FILES["file"].seek(0)
            assert request.files["file"].read() == b"content"
        else:
            assert request.files["file"].read() == b"content"
            request.files["file"].seek(0)
            assert request.FILES["file"].read() == b"content"


def test_data_then_form_then_django() -> None:
    request = Request(environ(b"a=1"))
    assert request.get_data() == b"a=1"
    assert request.form["a"] == "1"
    assert request.POST["a"] == "1"
    assert request.body == b"a=1"


def test_terminated_input_without_a_length() -> None:
    env = environ(b"abc", "text/plain", **{"wsgi.input_terminated": True})
    del env["CONTENT_LENGTH"]
    assert Request(env).body == b"abc"


def test_csrf_check_leaves_the_form_alone() -> None:
    from django.middleware.csrf import CsrfViewMiddleware, get_token

    secret_request = RequestFactory().get("/")
    token = get_token(secret_request)
    http_request = RequestFactory().post(
        "/",
        {"csrfmiddlewaretoken": token, "a": "1", "file": SimpleUploadedFile("a.txt", b"content")},
    )
    http_request.COOKIES["csrftoken"] = secret_request.META["CSRF_COOKIE"]
    middleware = CsrfViewMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
    middleware.process_request(http_request)
    assert middleware.process_view(http_request, HttpResponse, (), {}) is None
    request = Request.from_django_request(http_request)
    assert request.form["a"] == "1"
    assert request.files["file"].read() == b"content"


def test_environ_has_the_method_as_it_was_sent() -> None:
    """Only a method in upper case gets conditional answers, as without Django around it."""
    http_request = RequestFactory().generic("get", "/")
    request = Request.from_django_request(http_request)
    assert (request.method, request.environ["REQUEST_METHOD"]) == ("GET", "get")


def test_environ_has_the_method_that_middleware_set() -> None:
    http_request = RequestFactory().post("/")
    http_request.method = "PUT"
    assert Request.from_django_request(http_request).environ["REQUEST_METHOD"] == "PUT"


def test_empty_method_counts_as_get() -> None:
    http_request = RequestFactory().generic("", "/")
    assert Request.from_django_request(http_request).environ["REQUEST_METHOD"] == "GET"


def test_conditions_of_a_file_need_no_environment() -> None:
    http_request = RequestFactory().get("/", headers={"Range": "bytes=0-1"})
    request = Request.from_django_request(http_request)
    assert request._conditions["HTTP_RANGE"] == "bytes=0-1"
    assert "environ" not in request.__dict__


def test_conditions_of_a_file_have_the_method_that_middleware_set() -> None:
    http_request = RequestFactory().post("/")
    http_request.method = "GET"
    assert Request.from_django_request(http_request)._conditions["REQUEST_METHOD"] == "GET"
