"""The development server: where a request ends is certain, or it is refused."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import pytest

from flaskish.werkzeug import _connections
from flaskish.werkzeug.serving import BaseWSGIServer, run_simple
from flaskish.werkzeug.wrappers import Request, Response
from tests.safety.corpora import within
from tests.safety.servers import dev_server, send_raw


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data())


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("chunks", [b"+1\r\na\r\n0\r\n\r\n", b"1\r\nab0\r\n\r\n", b"-1\r\n"])
def test_broken_chunks_are_a_bad_request_and_the_last_one(chunks: bytes) -> None:
    request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    with dev_server(echo) as port:
        answer = send_raw(port, request + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: +3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 5\r\n",
        b"Content-Length: 3, 3\r\n",
        b"Content-Length: 3\r\n 0\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding:\r\n chunked\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 0_3\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length:\r\n",
        b"Content-Length : 3\r\n",
        b"X-A: b\rTransfer-Encoding: chunked\r\n",
        b"X-A: b\0\r\n",
        b" X-A: b\r\n",
        b"From somebody\r\n",
        b"no header\r\n",
    ],
)
def test_doubtful_headers_are_refused(headers: bytes) -> None:
    """A proxy in front could take the rest for another request, or for part of this one."""
    first, last = headers.removesuffix(b"\r\n"), b"\r\nHost: localhost\r\n\r\n0\r\n\r\n"
    with dev_server(echo) as port:
        answer = send_raw(port, b"POST / HTTP/1.1\r\n" + first + last + SMUGGLED)
    assert b" 400 " in answer.splitlines()[0]
    assert answer.count(b"HTTP/1.") == 1


def test_chunks_of_an_old_client_are_refused() -> None:
    request = b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    with dev_server(echo) as port:
        assert b" 400 " in send_raw(port, request + b"0\r\n\r\n").splitlines()[0]


def test_length_that_is_no_number_means_nothing_beside_chunks() -> None:
    """Werkzeug's own suite sends one; nothing that follows is taken for a request."""
    headers = b"Host: a\r\nContent-Length: invalid\r\nTransfer-Encoding: chunked\r\n\r\n"
    with dev_server(echo) as port:
        answer = send_raw(
            port, b"POST / HTTP/1.1\r\n" + headers + b"2\r\nhi\r\n0\r\n\r\n" + SMUGGLED
        )
    assert answer.endswith(b"\r\n\r\nhi")


@pytest.mark.parametrize("mimetype", [b"multipart/form-data", b"multipart/form-data; boundary=x"])
def test_form_is_no_doubtful_request(mimetype: bytes) -> None:
    """Python's parser of headers misses the parts of the form."""
    headers = b"Host: a\r\nContent-Length: 2\r\nContent-Type: " + mimetype
    with dev_server(echo) as port:
        answer = send_raw(port, b"POST / HTTP/1.1\r\n" + headers + b"\r\n\r\nhi")
    assert answer.endswith(b"\r\n\r\nhi")


def test_request_cut_off_in_its_headers_is_refused() -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Header: abc\r\n\r\n"
    with dev_server(echo) as port:
        for end in range(len("GET / HTTP/1.1"), len(request)):
            assert b" 400 " in send_raw(port, request[:end]).splitlines()[0]


def test_rest_of_a_long_line_is_no_request() -> None:
    first = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    long = b"GET /".ljust(65537, b"a") + SMUGGLED
    with dev_server(echo) as port:
        answer = send_raw(port, first + long)
    assert answer.count(b"HTTP/1.") == 2
    assert b" 414 " in answer


@pytest.mark.parametrize(("hostname", "host"), [("127.0.0.2", "127.0.0.2"), ("::1", "[::1]")])
def test_debugger_trusts_the_host_that_is_served(
    hostname: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers: list[BaseWSGIServer] = []
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", lambda server: servers.append(server))
    run_simple(hostname, 0, echo, use_debugger=True)
    servers[0].server_close()
    assert servers[0].app.trusted_hosts[-1] == host


@Request.application
def deaf(request: Request) -> Response:
    """Answer without reading the body."""
    return Response("deaf")


def _send_for_ever(connection: socket.socket, start: bytes, piece: bytes) -> bytes:
    """Send a body without an end until the server has had enough; return its answer."""
    connection.sendall(start)
    with suppress(ConnectionError):
        while True:
            connection.sendall(piece)
    with suppress(ConnectionError):
        return connection.recv(65536)
    return b""


ENDLESS = {
    "chunks": (b"Transfer-Encoding: chunked", b"10000\r\n" + b"x" * 0x10000 + b"\r\n"),
    "one chunk": (b"Transfer-Encoding: chunked\r\n\r\nffffffffffff", b"x" * 0x10000),
    "trailers": (b"Transfer-Encoding: chunked\r\n\r\n0", b"A: b\r\n" * 100),
    "length": (b"Content-Length: 999999999999", b"x" * 0x10000),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_body_without_an_end_that_nobody_reads_ends_the_connection(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connections, "_MAX_REST", 1_000_000)
    headers, piece = ENDLESS[kind]
    start = b"POST / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n"
    start += b"" if b"\r\n\r\n" in start else b"\r\n"
    with (
        within(5),
        dev_server(deaf) as port,
        socket.create_connection(("127.0.0.1", port), timeout=60) as connection,
    ):
        _send_for_ever(connection, start, piece)


@pytest.mark.parametrize("kind", sorted(ENDLESS.keys() - {"trailers"}))
def test_body_that_does_not_come_ends_the_connection(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_connections, "_MAX_SECONDS_FOR_REST", 0.1)
    start = b"POST / HTTP/1.1\r\nHost: a\r\n" + ENDLESS[kind][0] + b"\r\n\r\n"
    with (
        dev_server(deaf) as port,
        socket.create_connection(("127.0.0.1", port), timeout=60) as connection,
    ):
        connection.sendall(start)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.endswith(b"deaf")


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000,
        b"Transfer-Encoding: chunked\r\n\r\n30d40\r\n" + b"x" * 200_000 + b"\r\n0\r\nA: b\r\n\r\n",
    ],
)
def test_body_that_nobody_reads_is_no_request(body: bytes) -> None:
    """The connection is kept, and what follows the body is the next request."""
    next_one = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    with dev_server(deaf) as port:
        answer = send_raw(port, b"POST / HTTP/1.1\r\nHost: a\r\n" + body + next_one)
    assert answer.count(b"HTTP/1.1 200 ") == 2


def answer_with(status: str, length: str | None, body: bytes) -> Any:
    """Make a WSGI application whose answer may have another length than it says."""
    headers = [] if length is None else [("Content-Length", length)]

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, headers)
        return [body[:2], body[2:]]

    return application


@pytest.mark.parametrize(
    ("status", "length", "line", "sent"),
    [
        ("200 OK", "3", b"GET", b"HTT"),
        ("200 OK", "0", b"GET", b""),
        ("200 OK", None, b"HEAD", b""),
        ("200 OK", "24", b"HEAD", b""),
        ("204 NO CONTENT", None, b"GET", b""),
        ("304 NOT MODIFIED", "24", b"GET", b""),
    ],
)
def test_no_more_is_sent_than_belongs_to_an_answer(
    status: str, length: str | None, line: bytes, sent: bytes
) -> None:
    """A client would take the rest for the next answer."""
    application = answer_with(status, length, b"HTTP/1.1 200 OK\r\nX: forged\r\n\r\n")
    request = line + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with dev_server(application) as port:
        first, *more = send_raw(port, request * 2).split(b"HTTP/1.1 ")[1:]
    assert {answer.partition(b"\r\n\r\n")[2] for answer in (first, *more)} == {sent}


def test_an_answer_that_is_shorter_than_it_says_is_the_last_one() -> None:
    """A client would take the next answer for the rest of this one."""
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with dev_server(answer_with("200 OK", "9", b"short")) as port:
        answer = send_raw(port, request * 2)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.endswith(b"\r\n\r\nshort")
