"""Werkzeug's Serving WSGI Applications: the development server, its options and its log."""

from __future__ import annotations

import http.client
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug import run_simple
from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.routing import Map, Rule
from flaskish.werkzeug.serving import (
    BaseWSGIServer,
    ForkingWSGIServer,
    ThreadedWSGIServer,
    WSGIRequestHandler,
    is_running_from_reloader,
    make_server,
    select_address_family,
)
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.wrappers import Request, Response

from ..dev_server import LOCALHOST, ask, get, serve
from ..processes import PATIENCE, environment, free_port, started


@Request.application
def hello(request: Request) -> Response:
    return Response(f"Hello {request.path}")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseWSGIServer]]:
    """The servers that ``run_simple`` starts; each returns at once."""
    servers: list[BaseWSGIServer] = []
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", lambda server: servers.append(server))
    yield servers
    for server in servers:
        server.server_close()


# The server object


def test_server_may_run_in_a_thread() -> None:
    server = make_server(LOCALHOST, 0, hello)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    assert get(server, "/page") == (200, b"Hello /page")
    server.shutdown()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("options", "cls", "threads", "processes"),
    [
        ({}, BaseWSGIServer, False, False),
        ({"threaded": True}, ThreadedWSGIServer, True, False),
        ({"processes": 2}, ForkingWSGIServer, False, True),
    ],
)
def test_options_choose_the_class(
    options: dict[str, Any], cls: type, threads: bool, processes: bool
) -> None:
    server = make_server(LOCALHOST, 0, hello, **options)
    server.server_close()
    assert type(server) is cls
    assert (server.multithread, server.multiprocess) == (threads, processes)


def test_port_zero_is_any_free_one() -> None:
    server = make_server(LOCALHOST, 0, hello)
    server.server_close()
    assert server.port == server.server_address[1] > 0


def test_threads_answer_at_the_same_time() -> None:
    meeting = threading.Barrier(2)

    @Request.application
    def application(request: Request) -> Response:
        meeting.wait(PATIENCE)
        return Response("met")

    answers: list[bytes] = []
    with serve(application, threaded=True) as server:
        clients = [
            threading.Thread(target=lambda: answers.append(get(server)[1])) for _ in range(2)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join(PATIENCE)
    assert answers == [b"met", b"met"]


def test_processes_answer_instead_of_the_server() -> None:
    @Request.application
    def application(request: Request) -> Response:
        return Response(f"{os.getpid()} {request.is_multiprocess}")

    with serve(application, processes=2) as server:
        process, is_multiprocess = get(server)[1].decode().split()
    assert int(process) != os.getpid()
    assert is_multiprocess == "True"


def test_handler_of_requests_can_be_replaced() -> None:
    class Handler(WSGIRequestHandler):
        def version_string(self) -> str:
            return "Ours/1"

    with serve(hello, request_handler=Handler) as server:
        assert b"\r\nServer: Ours/1\r\n" in ask(server, b"GET / HTTP/1.0\r\n\r\n")


@Request.application
def broken(request: Request) -> Response:
    raise ZeroDivisionError


def test_error_is_passed_through_if_wanted() -> None:
    with make_server(LOCALHOST, 0, broken, passthrough_errors=True) as server:
        client = socket.create_connection((LOCALHOST, server.port))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with client, pytest.raises(ZeroDivisionError):
            server.handle_request()


def test_error_is_answered_by_default() -> None:
    with serve(broken) as server:
        assert get(server)[0] == 500


# run_simple


def test_static_files_come_before_the_application(
    served: list[BaseWSGIServer], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("static")
    run_simple(LOCALHOST, 0, hello, static_files={"/files": str(tmp_path)})
    client = Client(served[0].app)
    with client.get("/files/a.txt") as response:
        assert response.data == b"static"
    assert client.get("/page").text == "Hello /page"


def test_debugger_catches_errors_that_are_passed_through(served: list[BaseWSGIServer]) -> None:
    run_simple(LOCALHOST, 0, broken, use_debugger=True, passthrough_errors=True)
    assert served[0].passthrough_errors
    response = Client(served[0].app).get("/")
    assert response.status_code == 500
    assert "ZeroDivisionError" in response.text


@pytest.mark.parametrize(
    ("options", "cls"),
    [({"threaded": True}, ThreadedWSGIServer), ({"processes": 2}, ForkingWSGIServer)],
)
def test_options_of_the_server_are_handed_on(
    served: list[BaseWSGIServer], options: dict[str, Any], cls: type
) -> None:
    run_simple(LOCALHOST, 0, hello, **options)
    assert type(served[0]) is cls


def test_start_warns_of_production(
    served: list[BaseWSGIServer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    run_simple("localhost", 0, hello)
    assert "Do not use it in a production deployment." in caplog.text
    assert f"Running on http://localhost:{served[0].port}" in caplog.text


@pytest.mark.parametrize(("host", "loopback"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])
def test_all_addresses_are_shown_with_the_loopback_one(
    served: list[BaseWSGIServer], caplog: pytest.LogCaptureFixture, host: str, loopback: str
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    run_simple(host, 0, hello)
    assert f"Running on all addresses ({host})" in caplog.text
    assert f"Running on http://{loopback}:{served[0].port}" in caplog.text
    assert caplog.text.count("Running on http://") == 2


def test_used_port_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((LOCALHOST, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SystemExit) as caught:
            run_simple(LOCALHOST, port, hello)
    assert caught.value.code == 1
    error = capsys.readouterr().err
    assert f"Port {port} is in use by another program." in error
    assert "start the server with a different port" in error


# Virtual hosts


def test_hosts_are_told_apart_by_rules_or_by_hand() -> None:
    rules = Map(
        [
            Rule("/", host="yourapplication.local:<port>", endpoint="site"),
            Rule("/", host="api.yourapplication.local:<port>", endpoint="api"),
        ],
        host_matching=True,
    )

    @Request.application
    def application(request: Request) -> Any:
        endpoint, _ = rules.bind_to_environ(request.environ).match()
        return Response(f"{endpoint} {request.host.partition(':')[0]}")

    with serve(application) as server:
        for host, answer in [
            ("yourapplication.local", b"site yourapplication.local"),
            ("api.yourapplication.local", b"api api.yourapplication.local"),
        ]:
            assert get(server, headers={"Host": f"{host}:{server.port}"}) == (200, answer)
        assert get(server, headers={"Host": "other.local"})[0] == NotFound.code


# The log


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("status", "style"),
    [
        (200, []),
        (302, ["32"]),
        (304, ["36"]),
        (404, ["33"]),
        (400, ["1", "31"]),
        (500, ["1", "35"]),
    ],
)
def test_request_has_the_colour_of_its_status(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int, style: list[str]
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    with serve(Response(status=status)) as server:
        get(server, "/page")
    before_line = caplog.messages[0].partition("GET")[0]
    assert sorted(re.findall(r"\x1b\[(\d+)m", before_line)) == style


# Addresses


@pytest.mark.parametrize(
    ("host", "family"),
    [
        ("127.0.0.1", socket.AF_INET),
        ("localhost", socket.AF_INET),
        ("::1", socket.AF_INET6),
        ("unix://example.sock", socket.AF_UNIX),
    ],
)
def test_address_decides_between_families(host: str, family: socket.AddressFamily) -> None:
    assert select_address_family(host, 80) == family


def test_server_listens_at_ipv6_or_ipv4_but_not_both() -> None:
    with serve(hello, host="::1") as server:
        connection = http.client.HTTPConnection("::1", server.port, timeout=PATIENCE)
        connection.request("GET", "/six")
        assert connection.getresponse().read() == b"Hello /six"
        connection.close()
        with pytest.raises(ConnectionRefusedError):
            get(server)


def test_socket_file_is_made_where_the_server_is_started(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    served: list[BaseWSGIServer],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    monkeypatch.chdir(tmp_path)
    run_simple("unix://example.sock", 0, hello)
    assert (tmp_path / "example.sock").is_socket()
    assert "Running on unix://example.sock" in caplog.text


def test_old_socket_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "example.sock"
    for _ in range(2):
        with serve(hello, host=f"unix://{path}"), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b"GET /page HTTP/1.0\r\n\r\n")
            assert client.makefile("rb").read().endswith(b"Hello /page")


# The program of a user


PROGRAM = """
import os
from flaskish.werkzeug import Request, Response, run_simple
from flaskish.werkzeug.serving import is_running_from_reloader

@Request.application
def application(request):
    with open("settings.txt") as file:
        return Response(f"{is_running_from_reloader()} {STARTED} {file.read()}")

with open("settings.txt") as file:
    STARTED = file.read()

run_simple(
    "localhost", int(os.environ["PORT"]), application, use_reloader=True,
    extra_files=["settings.txt"], exclude_patterns=["*/ignored*"], reloader_interval=0.1,
    reloader_type="stat",
)
"""


def test_change_of_an_extra_file_restarts_the_program(tmp_path: Path) -> None:
    (tmp_path / "start-myproject.py").write_text(PROGRAM)
    (tmp_path / "settings.txt").write_text("first")
    with started(tmp_path, "start-myproject.py") as server:
        assert server.get() == (200, "True first first")
        (tmp_path / "settings.txt").write_text("second")
        server.wait_for(lambda: server.get() == (200, "True second second"))
        assert "Detected change in" in server.output()
        assert "Restarting with stat" in server.output()


def test_program_without_a_reloader_knows_it() -> None:
    assert is_running_from_reloader() is False


SHUT_DOWN = """
import multiprocessing, sys, time, urllib.request
from flaskish.werkzeug import Request, Response, run_simple

def get_token(q, port):
    @Request.application
    def app(request):
        q.put(request.args["token"])
        return Response("", 204)

    run_simple("localhost", port, app)

if __name__ == "__main__":
    port = int(sys.argv[1])
    q = multiprocessing.Queue()
    p = multiprocessing.Process(target=get_token, args=(q, port))
    p.start()
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/?token=secret").close()
            break
        except OSError:
            time.sleep(0.1)
    token = q.get(block=True)
    p.terminate()
    p.join()
    print("the token is", token)
"""


def test_server_is_shut_down_after_a_request(tmp_path: Path) -> None:
    (tmp_path / "get_token.py").write_text(SHUT_DOWN)
    port = free_port()
    result = subprocess.run(
        [sys.executable, str(tmp_path / "get_token.py"), str(port)],
        env=environment(port),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.stdout == "the token is secret\n", result.stderr
