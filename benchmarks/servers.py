"""Real servers under a real load generator: gunicorn and uvicorn, asked by wrk.

Flask: one of those measured. Django: one of those measured.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Setup:
    """A server, who is behind it, and the load.

    :param title: What the table calls it.
    :param command: The server's module and options; the address and the application follow.
    :param applications: What the server imports, by contestant.
    :param path: What is asked for.
    :param connections: How many connections ask at once.
    """

    title: str
    command: tuple[str, ...]
    applications: dict[str, str]
    path: str = "/hello"
    connections: int = 16


_WSGI = {
    "flaskish": "served:flaskish()",
    "Flask": "served:flask()",
    "Bottle": "served:bottle()",
    "mounted": "served:mounted()",
    "Django": "served:django()",
}
_ASGI = {
    "flaskish": "served:async_flaskish",
    "Quart": "served:async_quart",
    "Starlette": "served:async_starlette",
    "Django": "served:async_django",
}
_GUNICORN = ("gunicorn", "--workers=1", "--log-level=warning")
_UVICORN = ("uvicorn", "--factory", "--no-access-log", "--log-level=warning", "--lifespan=off")

SETUPS = (
    Setup("gunicorn, sync", _GUNICORN, _WSGI, connections=8),
    Setup("gunicorn, 4 threads", (*_GUNICORN, "--threads=4"), _WSGI),
    Setup("uvicorn", _UVICORN, _ASGI),
    Setup("uvicorn, each awaits 50 ms", _UVICORN, _ASGI, "/sleep", 200),
)


@dataclass
class Load:
    """What the load generator saw of one contestant, round by round."""

    requests_per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu_microseconds: list[float] = field(default_factory=list)

    def summary(self) -> tuple[float, float, float, float]:
        """Return the medians: requests per second, p50 and p99 in milliseconds, CPU time."""
        values = (self.requests_per_second, self.p50, self.p99, self.cpu_microseconds)
        a, b, c, d = (median(each) for each in values)
        return a, b, c, d


def has_load_generator() -> bool:
    """Tell whether wrk is installed."""
    return shutil.which("wrk") is not None


def measure_setup(python: Path, setup: Setup, rounds: int, seconds: int) -> dict[str, Load]:
    """Load the contestants of a setup in turns; all servers run, one is asked at a time.

    :param python: The Python of the environment.
    :param rounds: How many times each is loaded.
    :param seconds: How long each time.
    """
    loads = {name: Load() for name in setup.applications}
    for _ in range(rounds):
        for name, application in setup.applications.items():
            with _serve(python, setup, application) as (process, address):
                url = f"http://{address}{setup.path}"
                _load(url, setup.connections, 1)
                before = _cpu_seconds(process.pid)
                text, requests = _load(url, setup.connections, seconds)
                spent = _cpu_seconds(process.pid) - before
            load = loads[name]
            load.requests_per_second.append(_number(r"Requests/sec:\s+([\d.]+)", text))
            load.p50.append(_milliseconds("50%", text))
            load.p99.append(_milliseconds("99%", text))
            load.cpu_microseconds.append(spent / requests * 1e6)
    return loads


@contextmanager
def _serve(
    python: Path, setup: Setup, application: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    is_gunicorn = setup.command[0] == "gunicorn"
    listen = [f"--bind={address}"] if is_gunicorn else [f"--port={port}"]
    command = [str(python), "-m", *setup.command, *listen, application]
    process = subprocess.Popen(command, cwd=HERE)
    try:
        _wait_for(f"http://{address}{setup.path}", process)
        yield process, address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for the first answer and check it."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.read() != b"Hello, World!":
                    raise RuntimeError(f"{url} gave another answer.")
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server of {url} does not answer.") from None
            time.sleep(0.1)


def _load(url: str, connections: int, seconds: int) -> tuple[str, int]:
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds}s"]
    command += ["--latency", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text:
        raise RuntimeError(f"{url} answered with errors under load:\n{text}")
    return text, int(_number(r"(\d+) requests in", text))


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"wrk said something else:\n{text}")
    return float(found[1])


def _milliseconds(share: str, text: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)\b", text)
    if found is None:
        raise RuntimeError(f"wrk said something else:\n{text}")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time of a server and its workers."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
