"""A server in a process of its own, as a user starts it, asked over HTTP.

Flask: Development Server, Deploying to Production. Django: ``runserver``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

#: How long a server may take to start, or to start again, on a busy machine.
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(port: int, **variables: str) -> dict[str, str]:
    """The variables of a user's shell, without those of the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "FLASK_", "WERKZEUG_", "PYTEST_", "TZ"))
    }
    return {**kept, "PORT": str(port), "PYTHONUNBUFFERED": "1", **variables}


class Server:
    """A server in a process of its own.

    :param process: The process, which leads a group.
    :param port: The port it listens on.
    :param log: The file that its output goes to.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def get(self, path: str = "/", accept: str = "*/*") -> tuple[int, str]:
        """Return the status and the text of a page."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept})
        try:
            with urlopen(request, timeout=PATIENCE) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, as long as the process runs."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output()
            try:
                if condition():
                    return
            except OSError:
                # Not listening yet, or not listening again yet.
                pass
            time.sleep(0.05)
        raise AssertionError(f"Waited for {PATIENCE} seconds.\n{self.output()}")

    def output(self) -> str:
        return self.log.read_text()


@contextmanager
def started(folder: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    """Start a module of Python in a folder, and stop it after the block."""
    port = free_port()
    command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(port, **variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        server.wait_for(lambda: server.get("/not-there")[0] > 0)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
