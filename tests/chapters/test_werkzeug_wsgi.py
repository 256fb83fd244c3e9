"""Werkzeug's WSGI Helpers, its rules for bytes and strings, and its middleware."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flaskish.werkzeug.datastructures import EnvironHeaders
from flaskish.werkzeug.exceptions import (
    ClientDisconnected,
    NotFound,
    RequestEntityTooLarge,
    SecurityError,
)
from flaskish.werkzeug.middleware.dispatcher import DispatcherMiddleware
from flaskish.werkzeug.middleware.profiler import ProfilerMiddleware
from flaskish.werkzeug.middleware.proxy_fix import ProxyFix
from flaskish.werkzeug.middleware.shared_data import SharedDataMiddleware
from flaskish.werkzeug.test import Client, create_environ, run_wsgi_app
from flaskish.werkzeug.urls import iri_to_uri, uri_to_iri
from flaskish.werkzeug.wrappers import Request, Response
from flaskish.werkzeug.wsgi import (
    ClosingIterator,
    FileWrapper,
    LimitedStream,
    get_content_length,
    get_current_url,
    get_host,
    get_input_stream,
    host_is_trusted,
    responder,
    wrap_file,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def answering(text: str) -> Response:
    return Response(text)


def test_environ_has_utf8_in_latin1_and_the_request_has_text() -> None:
    environ = create_environ("/ä", headers={"X-Name": "ö"})
    assert environ["PATH_INFO"] == "/ä".encode().decode("latin1")
    assert Request(environ).path == "/ä"


def test_headers_of_the_environ_are_latin1() -> None:
    assert EnvironHeaders({"HTTP_X_NAME": "caf\xe9"})["X-Name"] == "café"


def test_raw_path_is_kept_beside_the_decoded_one() -> None:
    environ = create_environ("/hello%2fworld?a=%20")
    assert environ["PATH_INFO"] == "/hello/world"
    assert environ["REQUEST_URI"] == environ["RAW_URI"] == "/hello%2fworld?a=%20"


def test_middleware_may_route_by_the_raw_path() -> None:
    def by_raw_path(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["REQUEST_URI"]
        return Response(Request(environ).path)(environ, start_response)

    assert Client(by_raw_path).get("/hello%2fworld").text == "/hello%2fworld"


def test_url_of_the_documentation_is_converted_both_ways() -> None:
    iri, uri = "http://\u2603.net/p\xe5th?q=\xe8ry%DF", "http://xn--n3h.net/p%C3%A5th?q=%C3%A8ry%DF"
    assert iri_to_uri(iri) == uri
    assert uri_to_iri(uri) == iri


@pytest.mark.parametrize("several", [True, False])
def test_functions_are_called_when_the_iterator_closes(several: bool) -> None:
    closed: list[str] = []

    def close() -> None:
        closed.append("closed")

    iterator = ClosingIterator([b"a", b"b"], [close, close] if several else close)
    assert list(iterator) == [b"a", b"b"]
    assert closed == []
    iterator.close()
    assert closed == ["closed"] * (2 if several else 1)


def test_file_is_read_in_blocks() -> None:
    assert list(FileWrapper(BytesIO(b"abcde"), 2)) == [b"ab", b"cd", b"e"]


def test_wrapper_of_the_server_is_preferred() -> None:
    file = BytesIO(b"abc")
    assert isinstance(wrap_file({}, file), FileWrapper)
    environ = {"wsgi.file_wrapper": lambda file, size: [file, size]}
    assert wrap_file(environ, file, 7) == [file, 7]  # type: ignore[comparison-overlap]


def test_wrapped_file_is_sent_by_a_response_that_passes_it_through() -> None:
    @responder
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Response:
        return Response(wrap_file(environ, BytesIO(b"abc")), direct_passthrough=True)

    assert Client(application).get("/").data == b"abc"


def test_stream_is_not_read_beyond_its_limit() -> None:
    raw = BytesIO(b"abcdef")
    stream = LimitedStream(raw, 4)
    assert (stream.read(3), stream.read(), stream.read()) == (b"abc", b"d", b"")
    assert raw.read() == b"ef"


def test_limit_that_is_a_maximum_is_too_large_when_exceeded() -> None:
    stream = LimitedStream(BytesIO(b"abcdef"), 4, is_max=True)
    assert stream.read(4) == b"abcd"
    with pytest.raises(RequestEntityTooLarge):
        stream.read(1)
    assert LimitedStream(BytesIO(b"ab"), 4, is_max=True).read() == b"ab"


def test_stream_that_ends_too_early_is_a_disconnect() -> None:
    with pytest.raises(ClientDisconnected):
        LimitedStream(BytesIO(b"ab"), 4).read()


@pytest.mark.parametrize(
    ("environ", "length"),
    [
        ({}, None),
        ({"CONTENT_LENGTH": "7"}, 7),
        ({"CONTENT_LENGTH": "7", "HTTP_TRANSFER_ENCODING": "chunked"}, None),
        ({"CONTENT_LENGTH": "seven"}, 0),
        ({"CONTENT_LENGTH": "-7"}, 0),
    ],
)
def test_content_length(environ: dict[str, str], length: int | None) -> None:
    assert get_content_length(environ) == length


def test_stream_without_a_length_is_empty_unless_something_ends_it() -> None:
    def stream_of(**more: Any) -> BytesIO:
        fallback = more.pop("safe_fallback", True)
        environ = {"wsgi.input": BytesIO(b"abc"), **more}
        return get_input_stream(environ, safe_fallback=fallback)  # type: ignore[return-value]

    assert stream_of().read() == b""
    assert stream_of(**{"wsgi.input_terminated": True}).read() == b"abc"
    assert stream_of(safe_fallback=False).read() == b"abc"


def test_maximum_counts_for_a_stream_that_the_server_ends() -> None:
    environ = {"wsgi.input": BytesIO(b"abc"), "wsgi.input_terminated": True}
    stream = get_input_stream(environ, max_content_length=2)
    assert stream.read(2) == b"ab"
    with pytest.raises(RequestEntityTooLarge):
        stream.read(1)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://example.com:80", "example.com"),
        ("https://example.com:443", "example.com"),
        ("http://example.com:443", "example.com:443"),
        ("http://example.com:8080", "example.com:8080"),
    ],
)
def test_standard_port_is_left_out_of_the_host(base_url: str, host: str) -> None:
    environ = create_environ(base_url=base_url)
    assert get_host(environ) == host
    del environ["HTTP_HOST"]
    assert get_host(environ) == host


def test_host_of_the_header_has_to_be_trusted() -> None:
    environ = create_environ(base_url="http://a.example.com")
    assert get_host(environ, [".example.com"]) == "a.example.com"
    with pytest.raises(SecurityError):
        get_host(environ, ["example.com"])


@pytest.mark.parametrize(
    ("host", "trusted", "expected"),
    [
        ("example.com:8080", ["example.com"], True),
        ("a.example.com", ["example.com"], False),
        ("a.example.com", [".example.com"], True),
        ("example.com", [".example.com"], True),
        ("xn--n3h.net", ["\u2603.net"], True),
        ("example.org", ["example.com"], False),
    ],
)
def test_trusted_host_is_a_name_or_a_suffix(host: str, trusted: list[str], expected: bool) -> None:
    assert host_is_trusted(host, trusted) is expected


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "http://example.com/app/a?q=1"),
        ({"strip_querystring": True}, "http://example.com/app/a"),
        ({"root_only": True}, "http://example.com/app/"),
        ({"host_only": True}, "http://example.com/"),
    ],
)
def test_url_is_put_together_from_the_environ(options: dict[str, bool], url: str) -> None:
    environ = create_environ("/a?q=1", base_url="http://example.com/app")
    assert get_current_url(environ, **options) == url


def test_applications_are_dispatched_by_their_path() -> None:
    def showing(name: str) -> Any:
        @Request.application
        def application(request: Request) -> Response:
            return Response(f"{name} {request.script_root} {request.path}")

        return application

    mounts = {"/api": showing("api"), "/api/admin": showing("admin")}
    client = Client(DispatcherMiddleware(showing("front"), mounts))
    assert client.get("/api/users").text == "api /api /users"
    assert client.get("/api/admin").text == "admin /api/admin /"
    assert client.get("/apis").text == "front  /apis"


FORWARDED = {
    "X-Forwarded-For": "192.0.2.9, 192.0.2.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "example.com",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/app",
}


@pytest.mark.parametrize(
    ("trusted", "changed"),
    [
        ({"x_for": 1}, {"REMOTE_ADDR": "192.0.2.1"}),
        ({"x_for": 2}, {"REMOTE_ADDR": "192.0.2.9"}),
        ({"x_proto": 1}, {"wsgi.url_scheme": "https"}),
        ({"x_host": 1}, {"HTTP_HOST": "example.com", "SERVER_NAME": "example.com"}),
        ({"x_port": 1}, {"HTTP_HOST": "localhost:8443", "SERVER_PORT": "8443"}),
        ({"x_prefix": 1}, {"SCRIPT_NAME": "/app"}),
    ],
)
def test_each_forwarded_header_changes_its_part(
    trusted: dict[str, int], changed: dict[str, str]
) -> None:
    seen: dict[str, Any] = {}

    @Request.application
    def application(request: Request) -> Response:
        seen.update(request.environ)
        return Response()

    nobody = {"x_for": 0, "x_proto": 0, "x_host": 0, "x_port": 0, "x_prefix": 0}
    Client(ProxyFix(application, **{**nobody, **trusted})).get("/", headers=FORWARDED)
    before = create_environ(headers=FORWARDED)
    for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SCRIPT_NAME"):
        assert seen.get(name) == changed.get(name, before.get(name)), name
    assert seen["werkzeug.proxy_fix.orig"]["HTTP_HOST"] == "localhost"


def test_folder_is_shared_and_the_rest_is_the_applications(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("shared")
    (tmp_path / "a.secret").write_text("secret")
    exports = {"/": str(tmp_path)}
    client = Client(SharedDataMiddleware(answering("app"), exports, disallow="*.secret"))
    with client.get("/a.txt") as answer:
        assert (answer.text, answer.content_type) == ("shared", "text/plain; charset=utf-8")
    assert client.get("/a.secret").text == "app"
    assert client.get("/missing").text == "app"


def test_shared_files_need_no_application(tmp_path: Path) -> None:
    client = Client(SharedDataMiddleware(NotFound(), {"/shared": str(tmp_path)}))
    assert client.get("/shared/missing").status_code == 404


def test_unknown_kind_of_a_shared_file_is_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.unheard").write_text("?")
    client = Client(SharedDataMiddleware(NotFound(), {"/": str(tmp_path)}, cache=False))
    with client.get("/a.unheard") as answer:
        assert answer.mimetype == "application/octet-stream"
        assert "ETag" not in answer.headers


def test_profile_is_written_after_each_request(tmp_path: Path) -> None:
    stream = StringIO()
    options = {"profile_dir": str(tmp_path), "filename_format": "{method}-{path}.prof"}
    client = Client(ProfilerMiddleware(answering("x"), stream=stream, **options))  # type: ignore[arg-type]
    assert client.get("/a/b").text == "x"
    assert "PATH: '/a/b'" in stream.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["GET-a.b.prof"]


def test_application_that_writes_is_run_all_the_same() -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [("X-A", "b")])
        write(b"written ")
        return [b"returned"]

    body, status, headers = run_wsgi_app(application, create_environ())
    assert b"".join(body) == b"written returned"
    assert (status, headers["x-a"]) == ("200 OK", "b")


def test_limited_stream_is_a_raw_stream() -> None:
    stream = LimitedStream(BytesIO(b"one\ntwo\nmore"), 8)
    assert stream.readable()
    assert stream.readline() == b"one\n"
    assert (stream.tell(), stream.is_exhausted) == (4, False)
    assert stream.readall() == b"two\n"
    assert stream.is_exhausted
    assert list(LimitedStream(BytesIO(b"one\ntwo\nmore"), 8)) == [b"one\n", b"two\n"]
    buffer = bytearray(10)
    assert LimitedStream(BytesIO(b"abcdef"), 4).readinto(buffer) == 4
    assert bytes(buffer[:4]) == b"abcd"


def test_rest_of_a_limited_stream_is_exhausted() -> None:
    stream = LimitedStream(BytesIO(b"abcdef"), 4)
    assert stream.read(1) == b"a"
    assert stream.exhaust() == b"bcd"
    assert stream.exhaust() == b""


def test_limited_stream_tells_its_subclass_of_both_ends() -> None:
    calls: list[Any] = []

    class OwnStream(LimitedStream):
        def on_exhausted(self) -> None:
            calls.append("exhausted")

        def on_disconnect(self, error: Exception | None = None) -> None:
            calls.append(error)

    class BrokenFile(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("gone")

        def readinto(self, buffer: Any, /) -> int:
            raise OSError("gone")

    stream = OwnStream(BytesIO(b"ab"), 2)
    assert [stream.read(2), stream.read(2)] == [b"ab", b""]
    OwnStream(BytesIO(b"a"), 2).read()
    OwnStream(BrokenFile(), 2).read(2)
    assert calls[0] == "exhausted"
    assert calls[1] is None
    assert isinstance(calls[-1], OSError)
