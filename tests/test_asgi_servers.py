"""The ASGI servers that people use, each as a process of its own, asked over sockets."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from .processes import PATIENCE, Server, started

SERVED = """
import asyncio
import threading
import time

from flaskish import Flask, request

app = Flask(__name__)


def note(text):
    with open("events.txt", "a") as file:
        file.write(text + "\\n")


app.before_serving(lambda: note("before serving"))
app.after_serving(lambda: note("after serving"))


@app.post("/async")
async def async_view():
    await asyncio.sleep(0)
    return {"form": request.form, "on loop": threading.current_thread() is threading.main_thread()}


@app.post("/sync")
def sync_view():
    return {"form": request.form, "on loop": threading.current_thread() is threading.main_thread()}


@app.get("/slow/<float:seconds>")
async def slow(seconds):
    note("slow begins")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        note("slow is cancelled")
        raise
    return "slow"


@app.get("/async-stream")
async def async_stream():
    async def generate():
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(0.01)
        finally:
            note("async stream is closed")

    return generate()


@app.get("/sync-stream")
def sync_stream():
    def generate():
        try:
            while True:
                yield b"tick"
                time.sleep(0.01)
        finally:
            note("sync stream is closed")

    return generate()


@app.get("/background")
async def background():
    async def work():
        await asyncio.sleep(0.1)
        note("background task has ended")

    app.add_background_task(work)
    return "started"


@app.teardown_request
async def teardown(error):
    await asyncio.sleep(0)
    if request.path.startswith("/slow"):
        note(f"teardown {type(error).__name__}")


asgi_app = app.asgi_app
"""

SERVERS = {
    "uvicorn": ["-m", "uvicorn", "--port", "{port}", "served:asgi_app"],
    "hypercorn": ["-m", "hypercorn", "--bind", "127.0.0.1:{port}", "served:asgi_app"],
    "daphne": ["-m", "daphne", "--port", "{port}", "served:asgi_app"],
    "gunicorn": [
        *("-m", "gunicorn", "--worker-class", "uvicorn.workers.UvicornWorker"),
        *("--bind", "127.0.0.1:{port}", "served:asgi_app"),
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served.py").write_text(SERVED)
    return tmp_path


def has_noted(folder: Path, event: str) -> Callable[[], bool]:
    file = folder / "events.txt"
    return lambda: file.exists() and event in file.read_text().splitlines()


def post(server: Server, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{server.port}{path}", b"a=1", PATIENCE) as response:
        text: str = response.read().decode()
        return text


def ask_and_leave(server: Server, path: str, leaves: Callable[[], bool] | None = None) -> bytes:
    """Ask for a page and close the connection at the first part of the answer, or by then."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        if leaves is not None:
            server.wait_for(leaves)
            return b""
        received = b""
        while b"tick" not in received:
            received += connection.recv(4096)
        return received


def refuse_websocket(server: Server) -> bytes:
    lines = [
        "GET / HTTP/1.1",
        "Host: localhost",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(4096)


@pytest.mark.parametrize("name", SERVERS)
def test_server_serves_the_application(folder: Path, name: str) -> None:
    with started(folder, *SERVERS[name]) as server:
        assert post(server, "/async") == '{"form":{"a":"1"},"on loop":true}\n'
        assert post(server, "/sync") == '{"form":{"a":"1"},"on loop":false}\n'
        ask_and_leave(server, "/slow/60.0", leaves=has_noted(folder, "slow begins"))
        for kind in ("async", "sync"):
            assert b"200" in ask_and_leave(server, f"/{kind}-stream")
        for event in (
            "slow is cancelled",
            "teardown CancelledError",
            "async stream is closed",
            "sync stream is closed",
        ):
            server.wait_for(has_noted(folder, event))
        assert b" 403 " in refuse_websocket(server)


# Daphne knows no lifespan, and ends at once.
@pytest.mark.parametrize("name", [name for name in SERVERS if name != "daphne"])
def test_shutdown_waits_for_requests_and_background_tasks(folder: Path, name: str) -> None:
    with started(folder, *SERVERS[name]) as server, ThreadPoolExecutor(1) as executor:
        assert server.get("/background") == (200, "started")
        slow = executor.submit(server.get, "/slow/0.5")
        server.wait_for(has_noted(folder, "slow begins"))
        os.kill(server.process.pid, signal.SIGTERM)
        assert slow.result() == (200, "slow")
        server.process.wait(PATIENCE)
    events = (folder / "events.txt").read_text().splitlines()
    assert (events[0], events[-1]) == ("before serving", "after serving")
    assert "background task has ended" in events
