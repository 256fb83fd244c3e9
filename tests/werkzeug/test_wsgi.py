"""What is read of a WSGI environ, and the iterables and streams around an application."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from flaskish.werkzeug import wsgi
from flaskish.werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    RequestEntityTooLarge,
    SecurityError,
)
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.wsgi import ClosingIterator, FileWrapper, LimitedStream, wrap_file


class Closable:
    """An iterable that notes when it is closed."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = iter(parts)
        self.closed = False

    def __iter__(self) -> Closable:
        return self

    def __next__(self) -> bytes:
        return next(self.parts)

    def close(self) -> None:
        self.closed = True


# URLs


def test_url_is_put_together() -> None:
    environ = create_environ("/a/ü", "https://example.com:8443/root", query_string="q=ä b")
    assert wsgi.get_current_url(environ).startswith("https://example.com:8443/root/a/")
    assert wsgi.get_current_url(environ, root_only=True) == "https://example.com:8443/root/"
    assert wsgi.get_current_url(environ, host_only=True) == "https://example.com:8443/"
    assert "?" not in wsgi.get_current_url(environ, strip_querystring=True)


def test_untrusted_host_is_an_error() -> None:
    environ = create_environ("/", "http://example.com")
    assert wsgi.get_current_url(environ, trusted_hosts=[".example.com"])
    with pytest.raises(SecurityError):
        wsgi.get_current_url(environ, trusted_hosts=["example.org"])


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({"HTTP_HOST": "example.com"}, "example.com"),
        ({"HTTP_HOST": "example.com:80"}, "example.com"),
        ({"HTTP_HOST": "example.com:443"}, "example.com:443"),
        ({"HTTP_HOST": "example.com:443", "wsgi.url_scheme": "https"}, "example.com"),
        ({"SERVER_NAME": "example.org", "SERVER_PORT": "80"}, "example.org"),
        ({"SERVER_NAME": "example.org", "SERVER_PORT": "81"}, "example.org:81"),
        ({"SERVER_NAME": "::1", "SERVER_PORT": "81"}, "[::1]:81"),
        ({"SERVER_NAME": "unix/socket", "SERVER_PORT": "0"}, ""),
    ],
)
def test_host_comes_from_header_or_server(environ: dict[str, Any], host: str) -> None:
    assert wsgi.get_host({"wsgi.url_scheme": "http", **environ}) == host


def test_path_is_decoded() -> None:
    assert wsgi.get_path_info({"PATH_INFO": "/\xc3\xbc"}) == "/ü"
    assert wsgi.get_path_info({"PATH_INFO": "/\xff"}) == "/\ufffd"


# The body


@pytest.mark.parametrize(
    ("environ", "length"),
    [
        ({}, None),
        ({"CONTENT_LENGTH": "5"}, 5),
        ({"CONTENT_LENGTH": "-5"}, 0),
        ({"CONTENT_LENGTH": "x"}, 0),
        ({"CONTENT_LENGTH": "5", "HTTP_TRANSFER_ENCODING": "chunked"}, None),
    ],
)
def test_length_of_the_body_is_read(environ: dict[str, Any], length: int | None) -> None:
    assert wsgi.get_content_length(environ) == length


def read(environ: dict[str, Any], **options: Any) -> bytes:
    return wsgi.get_input_stream(
        {"wsgi.input": BytesIO(b"0123456789"), **environ}, **options
    ).read()


def test_body_ends_where_the_length_says() -> None:
    assert read({"CONTENT_LENGTH": "3"}) == b"012"


def test_body_of_unknown_length_is_empty_unless_asked_for() -> None:
    assert read({}) == b""
    assert read({}, safe_fallback=False) == b"0123456789"


def test_body_that_ends_by_itself_is_read_to_its_end() -> None:
    assert read({"wsgi.input_terminated": True}) == b"0123456789"


def test_body_that_is_too_large_is_refused() -> None:
    with pytest.raises(RequestEntityTooLarge):
        read({"CONTENT_LENGTH": "5"}, max_content_length=4)
    environ = {"wsgi.input": BytesIO(b"0123456789"), "wsgi.input_terminated": True}
    stream = wsgi.get_input_stream(environ, max_content_length=4)
    assert stream.read(4) == b"0123"
    with pytest.raises(RequestEntityTooLarge):
        stream.read(1)


def test_limited_stream_ends_at_its_limit() -> None:
    stream = LimitedStream(BytesIO(b"one\ntwo\nthree"), 8)
    assert stream.readline() == b"one\n"
    assert stream.tell() == 4
    assert not stream.is_exhausted
    assert stream.readlines() == [b"two\n"]
    assert stream.is_exhausted
    assert stream.read() == b""


def test_client_that_sends_less_is_disconnected() -> None:
    with pytest.raises(ClientDisconnected):
        LimitedStream(BytesIO(b"abc"), 5).read()


def test_body_above_the_maximum_is_not_cut_off() -> None:
    """Its beginning would pass for all of it."""
    with pytest.raises(RequestEntityTooLarge):
        LimitedStream(BytesIO(b"abc"), 2, is_max=True).read()
    assert LimitedStream(BytesIO(b"ab"), 2, is_max=True).read() == b"ab"
    assert LimitedStream(BytesIO(b"abc"), 2, is_max=True).exhaust() == b"ab"


def test_hooks_of_a_limited_stream_are_called() -> None:
    class Own(LimitedStream):
        def on_exhausted(self) -> None:
            raise BadRequest("exhausted")

        def on_disconnect(self, error: Exception | None = None) -> None:
            raise BadRequest("disconnected")

    stream = Own(BytesIO(b"abc"), 3)
    assert stream.read(3) == b"abc"
    with pytest.raises(BadRequest, match="exhausted"):
        stream.read(1)
    with pytest.raises(BadRequest, match="disconnected"):
        Own(BytesIO(b"a"), 3).read()


# Iterables


def test_closing_iterator_closes_all() -> None:
    inner, calls = Closable(b"a"), []
    iterator = ClosingIterator(inner, [lambda: calls.append(1), lambda: calls.append(2)])
    assert list(iterator) == [b"a"]
    iterator.close()
    assert inner.closed
    assert calls == [1, 2]


def test_file_is_wrapped_by_the_server_if_it_can() -> None:
    own = wrap_file({}, BytesIO(b"abc"), 2)
    assert isinstance(own, FileWrapper)
    assert list(own) == [b"ab", b"c"]
    servers = wrap_file({"wsgi.file_wrapper": lambda *args: args}, BytesIO(b""), 5)
    assert servers[1] == 5  # type: ignore[index]


def test_file_wrapper_hands_on_to_its_file() -> None:
    file = BytesIO(b"abcdef")
    wrapper = FileWrapper(file)
    assert wrapper.seekable()
    wrapper.seek(2)
    assert wrapper.tell() == 2
    wrapper.close()
    assert file.closed


def test_responder_makes_an_application_of_a_function() -> None:
    @wsgi.responder
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return lambda environ, start_response: [environ["PATH_INFO"].encode()]

    assert application({"PATH_INFO": "/a"}, None) == [b"/a"]
