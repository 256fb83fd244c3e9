"""The development server: requests, answers and errors over real connections, and its log."""

from __future__ import annotations

import errno
import http.client
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug import serving
from flaskish.werkzeug.serving import BaseWSGIServer, DechunkedInput, make_server, run_simple
from flaskish.werkzeug.wrappers import Request, Response

from ..dev_server import LOCALHOST, ask, get, serve

View = Callable[[Request], Any]


@pytest.fixture(autouse=True)
def _complete_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log everything, and find out anew whether somebody configured the logger."""
    monkeypatch.setattr("flaskish.werkzeug._server_log._logger", None)
    caplog.set_level(logging.INFO, "werkzeug")


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data())


# Requests


@Request.application
def show_environ(request: Request) -> Response:
    names = ("PATH_INFO", "QUERY_STRING", "REQUEST_URI", "HTTP_HOST", "REMOTE_ADDR")
    return Response("\n".join(str(request.environ.get(name)) for name in names))


def test_path_is_decoded_and_the_raw_one_kept() -> None:
    with serve(show_environ) as server:
        _, body = get(server, "/a%20b/%C3%BC?x=%2F", headers={"Host": "example.com"})
    assert body.decode().encode("latin1").decode().splitlines() == [
        "/a b/ü",
        "x=%2F",
        "/a%20b/%C3%BC?x=%2F",
        "example.com",
        LOCALHOST,
    ]


def test_request_line_may_be_a_whole_url() -> None:
    with serve(show_environ) as server:
        answer = ask(server, b"GET http://other.example/path?q=1#part HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.partition(b"\r\n\r\n")[2].splitlines()[:4] == [
        b"/path",
        b"q=1",
        b"http://other.example/path?q=1#part",
        b"other.example",
    ]


def test_double_slash_at_the_start_is_no_host() -> None:
    """Python's server takes one of the slashes, so that no redirect can lead to another host."""
    with serve(show_environ) as server:
        assert get(server, "//a.example/b")[1].splitlines()[0] == b"/a.example/b"


def test_body_with_a_length_is_read() -> None:
    with serve(echo) as server:
        answer = ask(server, b"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello")
    assert answer.endswith(b"\r\n\r\nhello")


def test_chunked_body_is_read() -> None:
    chunks = b"5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
    with serve(echo) as server:
        answer = ask(server, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert answer.endswith(b"\r\n\r\nhello world")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x\r\n", "Invalid chunk header"),
        (b"\r\n", "Invalid chunk header"),
        (b"+5\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"0x5\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b" 5\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"0_5\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"5\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"5;a\rb\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"00000000000000005\r\nhello\r\n0\r\n\r\n", "Invalid chunk header"),
        (b"-1\r\n", "Negative chunk length"),
        (b"2\r\nabc\r\n", "Missing chunk terminating newline"),
        (b"2\r\nab\n0\r\n\r\n", "Missing chunk terminating newline"),
        (b"5\r\nab", "middle of a chunk"),
    ],
)
def test_broken_chunks_are_an_error(data: bytes, message: str) -> None:
    body = BufferedReader(DechunkedInput(BytesIO(data)))
    with pytest.raises(OSError, match=message):
        body.read()
    with pytest.raises(OSError, match="broken"):
        body.read()


def test_header_with_an_underscore_is_left_out() -> None:
    """WSGI could not tell it from one with a hyphen, which a proxy may have checked."""

    @Request.application
    def application(request: Request) -> Response:
        return Response(repr(request.environ.get("HTTP_X_USER")))

    with serve(application) as server:
        assert get(server, headers={"X_User": "admin"})[1] == b"None"
        assert get(server, headers={"X-User": "admin"})[1] == b"'admin'"


@Request.application
def show_header(request: Request) -> Response:
    return Response(repr(request.environ.get("HTTP_X_LIST")))


def test_lines_of_a_header_are_joined() -> None:
    with serve(show_header) as server:
        answer = ask(server, b"GET / HTTP/1.0\r\nX-List: a \r\nOther: b\r\nx-list:  c\r\n\r\n")
    assert answer.endswith(b"'a ,c'")


def test_header_folded_over_lines_has_no_line_break() -> None:
    with serve(show_header) as server:
        answer = ask(server, b"GET / HTTP/1.0\r\nX-List: a\r\n\tb\r\n\r\n")
    assert answer.endswith(b"'a\\tb'")


def test_variables_of_the_process_are_not_in_the_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_X_LIST", "forged")
    with serve(show_header) as server:
        assert get(server)[1] == b"None"


def test_unread_body_does_not_disturb_the_next_request() -> None:
    @Request.application
    def application(request: Request) -> Response:
        return Response(request.path)

    body = b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"
    with serve(application, threaded=True) as server:
        answer = ask(server, body + b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.endswith(b"/second")


@pytest.mark.parametrize("request_line", [b"GET / HTTP/9.9\r\n\r\n", b"nonsense\r\n\r\n"])
def test_malformed_request_line_is_refused(request_line: bytes) -> None:
    with serve(echo) as server:
        assert b"400" in ask(server, request_line) or b"505" in ask(server, request_line)


# Answers


def test_server_names_werkzeug_and_its_version() -> None:
    with serve(echo) as server:
        answer = ask(server, b"GET / HTTP/1.0\r\n\r\n")
    assert b"\r\nServer: Werkzeug/3.1." in answer


def test_iterable_is_closed_after_the_answer() -> None:
    closed = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        response = Response(iter([b"a", b"b"]))
        response.call_on_close(closed.set)
        return response(environ, start_response)

    with serve(application) as server:
        assert get(server) == (200, b"ab")
        assert closed.wait(60)


@Request.application
def stream(request: Request) -> Response:
    def generate() -> Iterator[str]:
        yield "first"
        yield ""
        if request.path == "/crash":
            raise ValueError("broken in the middle")
        yield "second"

    return Response(generate())


def test_body_of_unknown_length_is_sent_in_chunks() -> None:
    with serve(stream, threaded=True) as server:
        answer = ask(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in answer
    assert answer.endswith(b"\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n")


def test_old_client_gets_no_chunks() -> None:
    with serve(stream, threaded=True) as server:
        answer = ask(server, b"GET / HTTP/1.0\r\n\r\n")
    assert b"chunked" not in answer
    assert answer.endswith(b"\r\n\r\nfirstsecond")


def test_client_sees_that_a_body_is_cut_off() -> None:
    with serve(stream, threaded=True) as server, pytest.raises(http.client.IncompleteRead):
        get(server, "/crash")


def test_answer_to_head_has_no_body() -> None:
    with serve(Response("text")) as server:
        answer = ask(server, b"HEAD / HTTP/1.0\r\n\r\n")
    assert b"Content-Length: 4\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_failing_application_is_answered_with_500(caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        raise ValueError("broken application")

    with serve(application) as server:
        status, body = get(server)
        assert status == 500
        assert b"<h1>Internal Server Error</h1>" in body
        assert "ValueError: broken application" in caplog.text
        assert get(server)[0] == 500


def test_connection_with_a_thread_of_its_own_is_kept() -> None:
    with serve(Response("text"), threaded=True) as server:
        connection = http.client.HTTPConnection(LOCALHOST, server.port, timeout=60)
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"text"
        assert connection.sock is not None
        connection.close()


@pytest.mark.parametrize("options", [{}, {"processes": 2}], ids=str)
def test_other_connections_are_closed_after_the_answer(options: dict[str, Any]) -> None:
    with serve(Response("text"), **options) as server:
        answer = ask(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("name", ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade"])
def test_header_of_the_connection_is_left_to_the_server(name: str) -> None:
    """Event streams often say ``Connection: keep-alive``; Python's server takes it for an error."""
    with serve(Response("text", headers={name: "keep-alive"})) as server:
        answer = ask(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"keep-alive" not in answer


def test_application_may_close_a_connection_that_would_be_kept() -> None:
    with serve(Response("text", headers={"Connection": "close"}), threaded=True) as server:
        connection = http.client.HTTPConnection(LOCALHOST, server.port, timeout=60)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.headers["Connection"], response.read()) == ("close", b"text")
        assert connection.sock is None


def test_request_handler_of_a_user_is_used() -> None:
    class Handler(serving.WSGIRequestHandler):
        def make_environ(self) -> dict[str, Any]:
            return {**super().make_environ(), "REMOTE_ADDR": "9.9.9.9"}

    @Request.application
    def application(request: Request) -> Response:
        return Response(request.remote_addr)

    with serve(application, request_handler=Handler) as server:
        assert get(server)[1] == b"9.9.9.9"


# Addresses and certificates


def test_server_listens_at_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with (
        serve(Response("text"), host=f"unix://{path}"),
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.connect(str(path))
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"".join(iter(lambda: connection.recv(4096), b"")).endswith(b"text")


def test_server_takes_an_open_socket() -> None:
    with (
        socket.create_server((LOCALHOST, 0)) as listener,
        serve(Response("text"), fd=listener.fileno()) as server,
    ):
        assert server.port == listener.getsockname()[1]
        assert get(server)[1] == b"text"


def test_used_port_ends_the_program_with_advice(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((LOCALHOST, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SystemExit):
            make_server(LOCALHOST, port, echo)
    assert f"Port {port} is in use by another program." in capsys.readouterr().err


def test_impossible_address_ends_the_program_with_its_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        make_server("203.0.113.1", 0, echo)
    assert capsys.readouterr().err == f"{os.strerror(errno.EADDRNOTAVAIL)}\n"


@pytest.mark.parametrize(
    ("host", "family"),
    [
        ("127.0.0.1", socket.AF_INET),
        ("localhost", socket.AF_INET),
        ("::1", socket.AF_INET6),
        ("unix:///tmp/socket", socket.AF_UNIX),
    ],
)
def test_address_has_its_family(host: str, family: socket.AddressFamily) -> None:
    assert serving.select_address_family(host, 5000) == family


def test_threads_and_processes_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="multi-thread and multi-process"):
        make_server(LOCALHOST, 0, echo, threaded=True, processes=2)


def test_certificate_of_its_own_is_served() -> None:
    with serve(Response("text"), ssl_context="adhoc") as server:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(LOCALHOST, server.port, context=context)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"text"
        connection.close()


def test_silent_client_does_not_keep_others_waiting() -> None:
    """Browsers open connections ahead of their requests."""

    def ask_encrypted(port: int) -> bytes:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(LOCALHOST, port, context=context, timeout=10)
        connection.request("GET", "/")
        try:
            return connection.getresponse().read()
        finally:
            connection.close()

    with (
        serve(Response("text"), ssl_context="adhoc", threaded=True) as server,
        socket.create_connection((LOCALHOST, server.port)),
    ):
        assert ask_encrypted(server.port) == b"text"


# run_simple


def test_port_has_to_be_a_number() -> None:
    with pytest.raises(TypeError, match="port must be an integer"):
        run_simple(LOCALHOST, "5000", echo)  # type: ignore[arg-type]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseWSGIServer]]:
    """The servers that ``run_simple`` starts; each returns at once."""
    servers: list[BaseWSGIServer] = []
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", lambda server: servers.append(server))
    yield servers
    for server in servers:
        server.server_close()


def test_start_is_logged_with_the_address(
    served: list[BaseWSGIServer], caplog: pytest.LogCaptureFixture
) -> None:
    run_simple(LOCALHOST, 0, echo)
    assert "This is a development server." in caplog.text
    assert f"Running on http://{LOCALHOST}:{served[0].port}" in caplog.text
    assert "Press CTRL+C to quit" in caplog.text


def test_all_addresses_are_logged_with_one_to_visit(
    served: list[BaseWSGIServer], caplog: pytest.LogCaptureFixture
) -> None:
    run_simple("0.0.0.0", 0, echo)
    assert "Running on all addresses (0.0.0.0)" in caplog.text
    assert f"Running on http://127.0.0.1:{served[0].port}" in caplog.text


def test_static_files_are_served(served: list[BaseWSGIServer], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("static")
    run_simple(LOCALHOST, 0, echo, static_files={"/files": str(tmp_path)})
    from flaskish.werkzeug.test import Client

    with Client(served[0].app).get("/files/a.txt") as response:
        assert response.data == b"static"


# The log


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"WERKZEUG_RUN_MAIN": "true"}, True),
        ({"RUN_MAIN": "true"}, True),
        ({"WERKZEUG_RUN_MAIN": "false"}, False),
    ],
)
def test_reloader_is_known_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    for name in ("WERKZEUG_RUN_MAIN", "RUN_MAIN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert serving.is_running_from_reloader() is expected


def test_request_is_logged_with_address_and_status(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Response("text")) as server:
        get(server, "/page?q=1")
    assert '"GET /page?q=1 HTTP/1.1" 200' in caplog.text
    assert f"{LOCALHOST} - - [" in caplog.text


def test_control_character_cannot_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Response("text")) as server:
        ask(server, b"GET /\x1b[31m HTTP/1.1\r\n\r\n")
    assert "\x1b" not in caplog.text
    assert "/\\x1b[31m" in caplog.text
