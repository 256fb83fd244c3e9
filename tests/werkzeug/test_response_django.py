"""Responses under Django's handlers, middleware, caches and test clients."""

from __future__ import annotations

import asyncio
import gzip
import io
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.backends.django import DjangoTemplates
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient, AsyncRequestFactory, Client, override_settings
from django.urls import path

from flaskish.werkzeug.wrappers import Response

LONG = "flaskish " * 100


def plain(request: HttpRequest) -> Response:
    return Response("Hëllo", mimetype="text/html")


def long(request: HttpRequest) -> Response:
    return Response(LONG, headers={"ETag": '"abc"'})


def stream(request: HttpRequest) -> Response:
    return Response(part for part in ["a", "b", LONG])


async def async_stream(request: HttpRequest) -> Response:
    async def parts() -> AsyncIterator[str | bytes]:
        yield "a"
        yield b"b"

    return Response(parts())


def cookies(request: HttpRequest) -> Response:
    response = Response("")
    response.set_cookie("a", "1 2", samesite="Lax")
    response.set_cookie("b", "x", path="/one")
    response.set_cookie("b", "y", path="/two")
    return response


def two_headers(request: HttpRequest) -> Response:
    return Response("", headers=[("X-Tag", "1"), ("X-Tag", "2")])


def as_json(request: HttpRequest) -> Response:
    return Response('{"a": 1}', mimetype="application/json")


def teapot(request: HttpRequest) -> Response:
    return Response("", status="418 SHORT AND STOUT")


urlpatterns = [
    path("plain", plain),
    path("long", long),
    path("stream", stream),
    path("async-stream", async_stream),
    path("cookies", cookies),
    path("two-headers", two_headers),
    path("json", as_json),
    path("teapot", teapot),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client()


def call_handler(url: str, method: str = "GET") -> tuple[str, list[tuple[str, str]], object]:
    """Call Django's WSGI handler and return status, headers and the response it returns."""
    started: list[object] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": url,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    result = WSGIHandler()(environ, lambda status, headers: started.extend([status, headers]))
    status, headers = started
    return status, headers, result  # type: ignore[return-value]


# Handlers and test clients


def test_client_sees_text_and_content(client: Client) -> None:
    response = client.get("/plain")
    assert response.text == "Hëllo"
    assert response.content == "Hëllo".encode()
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Length"] == "6"


def test_client_parses_json(client: Client) -> None:
    response = client.get("/json")
    assert response.json() == {"a": 1}


def test_client_keeps_cookies(client: Client) -> None:
    response = client.get("/cookies")
    assert response.cookies["a"].value == "1 2"
    assert response.cookies["a"]["samesite"] == "Lax"
    assert client.cookies["a"].coded_value == '"1 2"'


def test_client_joins_a_stream(client: Client) -> None:
    response = client.get("/stream")
    assert response.streaming
    assert response.getvalue() == b"ab" + LONG.encode()


def test_content_of_a_stream_is_an_attribute_error(client: Client) -> None:
    response = Response(iter(["a"]))
    with pytest.raises(AttributeError, match="streaming_content"):
        _ = response.content
    assert not hasattr(response, "text")
    assert not hasattr(Response("a"), "streaming_content")


def test_head_keeps_the_length(client: Client) -> None:
    response = client.head("/plain")
    assert response.content == b""
    assert response.headers["Content-Length"] == "6"


async def get_async(url: str, **headers: str) -> object:
    return await AsyncClient().get(url, headers=headers)


def test_async_client_sees_content() -> None:
    response = async_to_sync(get_async)("/plain")
    assert response.content == "Hëllo".encode()


def test_async_client_reads_an_async_stream() -> None:
    async def read() -> bytes:
        response = await AsyncClient().get("/async-stream")
        assert response.is_async
        return b"".join([part async for part in response])

    assert async_to_sync(read)() == b"ab"


def test_sync_stream_is_iterated_asynchronously() -> None:
    async def read() -> list[bytes]:
        return [part async for part in Response(part for part in ["a", b"b"])]

    assert async_to_sync(read)() == [b"a", b"b"]


def test_async_stream_is_iterated_synchronously() -> None:
    async def parts() -> AsyncIterator[str | bytes]:
        yield "a"
        yield "b"

    assert list(Response(parts())) == [b"a", b"b"]


def test_handler_writes_status_and_all_headers() -> None:
    status, headers, result = call_handler("/two-headers")
    assert status == "200 OK"
    assert [pair for pair in headers if pair[0] == "X-Tag"] == [("X-Tag", "1"), ("X-Tag", "2")]
    assert isinstance(result, Response)


async def call_asgi_handler(url: str) -> list[dict[str, Any]]:
    """Call Django's ASGI handler and return the messages it sends."""
    sent: list[dict[str, Any]] = []
    received = iter([{"type": "http.request"}])

    async def receive() -> dict[str, str]:
        for message in received:
            return message
        # The client stays connected.
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = AsyncRequestFactory()._base_scope(path=url)
    await ASGIHandler()({**scope, "headers": []}, receive, send)
    return sent


def test_asgi_handler_writes_headers_and_cookies() -> None:
    start, body = async_to_sync(call_asgi_handler)("/cookies")
    assert start["status"] == 200
    assert (b"Set-Cookie", b"b=x; Path=/one") in start["headers"]
    assert (b"Set-Cookie", b"b=y; Path=/two") in start["headers"]
    assert body["body"] == b""


@pytest.mark.parametrize("url", ["/stream", "/async-stream"])
def test_asgi_handler_sends_each_part_of_a_stream(url: str) -> None:
    _, *messages = async_to_sync(call_asgi_handler)(url)
    assert [message.get("body") for message in messages[:2]] == [b"a", b"b"]
    assert messages[-1].get("body", b"") == b""


def test_handler_keeps_own_reason_phrase() -> None:
    assert call_handler("/teapot")[0] == "418 SHORT AND STOUT"


def test_handler_writes_cookies_byte_for_byte() -> None:
    headers = call_handler("/cookies")[1]
    assert [value for name, value in headers if name == "Set-Cookie"] == [
        'a="1 2"; Path=/; SameSite=Lax',
        "b=x; Path=/one",
        "b=y; Path=/two",
    ]


def test_closing_after_the_handler_sends_request_finished() -> None:
    senders = []

    def receive(sender: object, **kwargs: object) -> None:
        senders.append(sender)

    result = call_handler("/plain")[2]
    request_finished.connect(receive)
    try:
        result.close()
    finally:
        request_finished.disconnect(receive)
    assert senders == [WSGIHandler]
    assert result.closed


def test_closing_without_a_handler_sends_nothing() -> None:
    senders = []

    def receive(sender: object, **kwargs: object) -> None:
        senders.append(sender)

    request_finished.connect(receive)
    try:
        Response("a").close()
    finally:
        request_finished.disconnect(receive)
    assert senders == []


# Middleware


@override_settings(MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"])
def test_gzip_compresses_content(client: Client) -> None:
    response = client.get("/long", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(response.content) == LONG.encode()
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["ETag"] == 'W/"abc"'
    assert response.headers["Vary"] == "Accept-Encoding"


@override_settings(MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"])
def test_gzip_compresses_a_stream(client: Client) -> None:
    response = client.get("/stream", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(response.getvalue()) == b"ab" + LONG.encode()


@override_settings(MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware"])
def test_conditional_get_answers_304(client: Client) -> None:
    etag = client.get("/plain").headers["ETag"]
    assert client.get("/plain", headers={"If-None-Match": etag}).status_code == 304


@override_settings(MIDDLEWARE=["django.middleware.clickjacking.XFrameOptionsMiddleware"])
def test_middleware_adds_headers(client: Client) -> None:
    assert client.get("/plain").headers["X-Frame-Options"] == "DENY"


@override_settings(
    MIDDLEWARE=[
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
)
def test_cache_stores_and_returns_responses(client: Client) -> None:
    from django.core.cache import cache

    cache.clear()
    first = client.get("/long")
    second = client.get("/long")
    assert isinstance(second, Response)
    assert second.content == first.content
    assert second.headers["Expires"] == first.headers["Expires"]
    second.call_on_close(lambda: None)
    cache.clear()


def middleware_that_replaces_content(get_response: Any) -> Callable[[HttpRequest], Response]:
    def middleware(request: HttpRequest) -> Response:
        response: Response = get_response(request)
        response.content = response.content + b"<!-- more -->"
        return response

    return middleware


@override_settings(MIDDLEWARE=[f"{__name__}.middleware_that_replaces_content"])
def test_replaced_content_has_the_right_length(client: Client) -> None:
    response = client.get("/plain")
    assert response.headers["Content-Length"] == str(len(response.content))


# The mapping interface


def test_headers_through_the_response_itself() -> None:
    response = Response("", headers={"X-A": "1"})
    response["X-B"] = "2"
    response.setdefault("X-A", "no")
    del response["X-Missing"]
    assert "x-a" in response
    assert response.has_header("X-B")
    assert response.get("X-A") == response["x-a"] == "1"
    assert response.get("X-C", "default") == "default"


def test_items_never_have_cookies() -> None:
    response = Response("")
    response.set_cookie("a", "1")
    assert "Set-Cookie" not in dict(response.items())
    assert "a" in response.cookies
    assert "Set-Cookie" not in dict(response.items())


def test_status_and_reason() -> None:
    response = Response("", status=404)
    assert response.reason_phrase == "NOT FOUND"
    response.reason_phrase = "GONE FISHING"
    assert response.status == "404 GONE FISHING"
    response.status_code = 204
    assert response.reason_phrase == "NO CONTENT"


def test_charset_follows_the_content_type() -> None:
    response = Response("ä".encode("latin-1"), content_type='text/plain; charset="latin-1"')
    assert response.charset == "latin-1"
    assert response.text == "ä"
    response.charset = "utf-8"
    assert response.charset == "utf-8"


def test_write_appends() -> None:
    response = Response("a")
    response.write("b")
    response.writelines([b"c", "d"])
    assert response.content == b"abcd"
    assert response.tell() == 4
    assert response.writable()
    assert "Content-Length" not in response.headers


def test_write_to_a_stream_fails() -> None:
    with pytest.raises(OSError, match="not writable"):
        Response(iter("a")).write("b")


def test_content_takes_iterables() -> None:
    response = Response("a")
    response.content = (part for part in ["b", b"c", 1])
    assert response.content == b"bc1"


def test_replaced_stream_closes_the_old_one() -> None:
    closed = []

    def parts() -> Iterator[str]:
        try:
            yield "a"
        finally:
            closed.append("old")

    response = Response(parts())
    response.streaming_content = (part.upper() for part in response.streaming_content)
    assert next(iter(response)) == b"A"
    response.close()
    assert closed == ["old"]


def test_bytes_are_the_whole_message() -> None:
    assert bytes(Response("a", headers={"X-A": "1"})).endswith(b"Content-Length: 1\r\n\r\na")


# Cookies


def test_changed_cookie_is_written_anew() -> None:
    response = Response("")
    response.set_cookie("a", "1", partitioned=True)
    response.cookies["a"]["samesite"] = "None"
    [(_, header)] = [pair for pair in response.get_wsgi_headers({}) if pair[0] == "Set-Cookie"]
    assert header == "a=1; Path=/; SameSite=None; Secure; Partitioned"


def test_cookies_set_before_and_after_both_go_out() -> None:
    response = Response("")
    response.set_cookie("a", "1")
    assert list(response.cookies) == ["a"]
    response.set_cookie("b", "2")
    response.cookies["c"] = "3"
    headers = response.get_wsgi_headers({}).getlist("Set-Cookie")
    assert headers == ["a=1; Path=/", "b=2; Path=/", "c=3"]


def test_cookie_set_after_looking_at_others_goes_out_once() -> None:
    response = Response("")
    response.set_cookie("a", "1")
    assert list(response.cookies) == ["a"]
    response.set_cookie("b", "2")
    headers = response.get_wsgi_headers({}).getlist("Set-Cookie")
    assert headers == ["a=1; Path=/", "b=2; Path=/"]


def test_deleted_cookie_does_not_go_out() -> None:
    response = Response("")
    response.set_cookie("a", "1", path="/one")
    response.set_cookie("a", "2", path="/two")
    del response.cookies["a"]
    assert response.get_wsgi_headers({}).getlist("Set-Cookie") == []


def test_cookies_survive_pickling() -> None:
    response = Response("")
    response.set_cookie("a", "ä", partitioned=True)
    header = response.cookies["a"].OutputString()
    copy = pickle.loads(pickle.dumps(response))
    assert copy.cookies["a"].OutputString() == header
    assert copy.cookies["a"].value == "ä"
    copy.cookies["a"]["path"] = "/x"
    assert "Path=/x" in copy.cookies["a"].OutputString()


def test_signed_cookies() -> None:
    response = Response("")
    response.set_signed_cookie("a", "1", salt="s")
    request = HttpRequest()
    request.COOKIES["a"] = response.cookies["a"].value
    assert request.get_signed_cookie("a", salt="s") == "1"


def test_samesite_false_leaves_the_attribute_out() -> None:
    response = Response("")
    response.set_cookie("a", "1", samesite=False)  # type: ignore[arg-type]
    assert response.headers["Set-Cookie"] == "a=1; Path=/"


def test_cookies_can_be_assigned() -> None:
    first, second = Response(""), Response("")
    first.set_cookie("a", "1")
    second.set_cookie("b", "2")
    second.cookies = first.cookies
    assert second.get_wsgi_headers({}).getlist("Set-Cookie") == ["a=1; Path=/"]


# Django's own responses


def test_force_type_takes_an_http_response() -> None:
    original = HttpResponse("a", status=201, headers={"X-A": "1"})
    original.set_cookie("c", "1")
    response = Response.force_type(original)
    assert response.status == "201 CREATED"
    assert response.data == b"a"
    assert response.headers["X-A"] == "1"
    assert response.headers["Set-Cookie"] == "c=1; Path=/"
    assert response.content_type == "text/html; charset=utf-8"


def test_force_type_keeps_a_reason() -> None:
    assert Response.force_type(HttpResponse(status=404, reason="Nope")).status == "404 Nope"


def test_force_type_takes_a_stream() -> None:
    response = Response.force_type(StreamingHttpResponse(["a", "b"]))
    assert response.streaming
    assert response.data == b"ab"


def test_force_type_closes_a_file() -> None:
    file = io.BytesIO(b"content")
    response = Response.force_type(FileResponse(file, filename="a.txt"))
    assert response.data == b"content"
    assert response.headers["Content-Length"] == "7"
    response.close()
    assert file.closed


def test_force_type_renders_a_template_response() -> None:
    engine = DjangoTemplates({"NAME": "test", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}})
    original = SimpleTemplateResponse(engine.from_string("Hello {{ name }}"), {"name": "you"})
    assert Response.force_type(original).data == b"Hello you"
