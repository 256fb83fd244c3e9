"""Loads servers with valid, malformed and aborted requests, and looks at what that does to them.

Flask: Deploying to Production. Django: How to deploy.

A run passes if no answer has a status of 500 or more, the memory stays flat, and a server that is
told to stop finishes what is in flight. Everything stays on the loopback address.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

HERE = Path(__file__).resolve().parent
GUNICORN = (
    *("gunicorn", "--threads", "4", "--log-level", "critical", "--pythonpath", str(HERE)),
    *("--bind", "127.0.0.1:{port}"),
)
UVICORN = ("uvicorn", "--log-level", "critical", "--app-dir", str(HERE), "--port", "{port}")
SERVERS = {
    "gunicorn with threads": (*GUNICORN, "soak_app:app"),
    "uvicorn": (*UVICORN, "soak_app:asgi_app"),
    "gunicorn with threads, mounted": (*GUNICORN, "soak_project:wsgi_app"),
    "uvicorn, mounted": (*UVICORN, "--lifespan", "off", "soak_project:asgi_app"),
}
CLIENTS = 4
#: How much the memory may grow after the first third of a run, in MiB: arenas and caches fill up.
GROWTH_LIMIT = 8.0

BOUNDARY = "boundary-of-a-part"
PART = (
    f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=a\r\n\r\nvalue\r\n"
    f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=f; filename=f.bin\r\n\r\n"
).encode()
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def ask(line: str, *headers: str, body: bytes = b"", host: str = "localhost") -> bytes:
    """Write a request down."""
    head = [f"{line} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


VALID = (
    ask("GET /?name=somebody"),
    ask("GET /folder"),
    ask("HEAD /"),
    ask("OPTIONS /json"),
    ask("POST /json", "Content-Type: application/json", body=b'{"a": [1, 2, {"b": null}]}'),
    ask(
        "POST /form",
        f"Content-Type: {FORM}",
        body=PART + b"x" * 700_000 + b"\r\n--boundary-of-a-part--\r\n",
    ),
    ask("POST /form", "Content-Type: application/x-www-form-urlencoded", body=b"a=1&b=%ff"),
    ask("GET /session"),
    ask("GET /stream"),
    ask("GET /async"),
    ask("GET /files/soak.py"),
    ask("GET /files/soak.py", "Range: bytes=10-20"),
    ask("GET /headers", "Accept: text/html;q=0.5, */*", "Cookie: a=b; c=d"),
)
MALFORMED = (
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    b"GET / HTTP/9.9\r\n\r\n",
    ask("GET /%ff%00%2e%2e/%c3%28?%ff=%zz&&=&a"),
    ask("GET //evil.example/%5c..%2f..%2fetc/passwd"),
    ask("GET /files/..%2f..%2fetc%2fpasswd"),
    ask("GET /files/%2e%2e/%2e%2e/etc/passwd"),
    ask("GET /", host="[:::1]"),
    ask("GET /", host="a b"),
    ask("GET /", host="xn--a"),
    ask("GET /folder", host="under_score"),
    ask("GET /next?next=%0d%0aSet-Cookie:a=b"),
    ask("GET /next?next=//%5bevil"),
    ask("GET /" + "a/" * 1_500),
    ask("GET /?" + "a=1&" * 1_400),
    ask("POST /json", "Content-Type: application/json", body=b"[" * 50_000),
    ask("POST /json", "Content-Type: application/json", body=b"9" * 5_000),
    ask("POST /json", "Content-Type: text/plain", body=b"\xff"),
    ask("POST /form", f"Content-Type: {FORM}", body=PART),
    ask("POST /form", "Content-Type: multipart/form-data", body=PART),
    ask("POST /form", "Content-Type: application/x-www-form-urlencoded", body=b"a&" * 2_000),
    ask("POST /form", f"Content-Type: {FORM}", body=b"\r\n--" * 20_000),
    ask("GET /session", f"Cookie: session={'.' * 3_000}"),
    ask("GET /headers", f"Cookie: {chr(92) * 4_000}"),
    ask("GET /headers", "Range: bytes=\xb2-", 'If-Range: "a"b', "Authorization: Basic \xff"),
    ask("GET /headers", "Accept: ;q=;,;q=\xe4", "Accept-Language: -_-", "If-Modified-Since: 99999"),
    ask("POST /json", "Transfer-Encoding: chunked") + b"+5\r\n[1,2]\r\n0\r\n\r\n",
    ask("POST /json", "Content-Type: application/json; charset=hex", body=b"[1]"),
    ask("BREW /"),
    ask("GET /missing"),
    ask("GET /", f"X-Long: {'a' * 60_000}"),
    ask("GET /", *(f"X-{number}: a" for number in range(300))),
    ask("GET /", "Host: evil.example"),
    ask("GET /", "No colon"),
    ask("GET /headers", "X_Forwarded_For: 192.0.2.1", "Cookie: a=\x01", "Referer: \x1b[2J\xff"),
    ask("GET /files/soak.py", "Range: bytes=0-0,1-1," + "2-2," * 500),
    ask("GET /files/soak.py", "Range: bytes=99999999999999999999-", 'If-None-Match: "", W/, "'),
    ask("POST /json", "Content-Length: 2", "Content-Length: 3") + b"[]",
    ask("POST /json", "Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    *(
        ask("POST /json", "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks
        for chunks in (
            b"-1\r\n[]\r\n0\r\n\r\n",
            b"zz\r\n[]\r\n0\r\n\r\n",
            b"fffffffffffffffff\r\n[",
            b"2;" + b"a" * 20_000 + b"\r\n[]\r\n0\r\n\r\n",
            b"2\r\n[]0\r\n\r\n",
            b"2\r\n[]\r\n0\r\n" + b"X-Trailer: a\r\n" * 500 + b"\r\n",
        )
    ),
)
#: Requests of which several go over one connection at once, the last one says that it is.
PIPELINED = tuple(
    first.replace(b"Connection: close\r\n", b"") + last
    for first in (VALID[0], VALID[4], VALID[6], VALID[10])
    for last in (VALID[0], VALID[7], VALID[8])
)
#: Requests that are cut off, by what is sent of them before the client goes away.
ABORTED = (
    ask("POST /form", f"Content-Type: {FORM}", "Content-Length: 900000") + PART + b"x" * 300_000,
    ask("POST /json", "Content-Length: 100") + b'{"a": ',
    ask("POST /form", f"Content-Type: {FORM}", "Transfer-Encoding: chunked") + b"2\r\n--b",
    ask("GET /stream"),
    ask("GET /files/soak.py")[:-20],
    b"GET / HT",
)

REQUESTS = {
    "valid": VALID,
    "pipelined": PIPELINED,
    "slow": VALID,
    "malformed": MALFORMED,
    "aborted": ABORTED,
}

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")


@dataclass
class Load:
    """Clients that ask one server until they are told to stop."""

    port: int
    stopped: threading.Event = field(default_factory=threading.Event)
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def run_client(self, seed: int) -> None:
        """Ask, in a random order that can be repeated."""
        chance = random.Random(seed)
        while not self.stopped.is_set():
            kind = chance.choice(
                ("valid", "valid", "pipelined", "slow", *("malformed", "aborted") * 2)
            )
            data = chance.choice(REQUESTS[kind])
            self.kinds[kind] += 1
            wanted = {"malformed": 0, "aborted": 0, "pipelined": 2}.get(kind, 1)
            try:
                statuses = self.exchange(data, kind)
            except OSError as error:
                statuses = []
                if wanted:
                    self.failures.append(f"{kind} {data[:60]!r}: {error}")
                    continue
            self.statuses.update(f"{status[:1]}xx" for status in statuses)
            if len(statuses) < wanted or any(status >= "5" for status in statuses):
                self.failures.append(f"{kind} {data[:60]!r}: {statuses or 'no answer'}")

    def exchange(self, data: bytes, kind: str) -> list[str]:
        """Send a request, or several; return the status of each answer."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=10)) as client:
            if kind == "slow":
                send_slowly(client, data)
            else:
                client.sendall(data)
            if kind == "aborted":
                with suppress(OSError):
                    client.settimeout(0.02)
                    client.recv(1_000)
                return []
            parts: list[bytes] = []
            try:
                if kind == "malformed":
                    client.settimeout(0.1)
                read_all(client, parts)
            except TimeoutError:
                if kind != "malformed":
                    raise
                # The server waits for more, and is told that there is none.
                client.settimeout(10)
                with suppress(OSError):
                    client.shutdown(socket.SHUT_WR)
                read_all(client, parts)
        return [status.decode() for status in _STATUS.findall(b"".join(parts))]


def send_slowly(client: socket.socket, data: bytes) -> None:
    """Send a request in pieces that end anywhere."""
    size = max(1, len(data) // 7)
    for start in range(0, len(data), size):
        client.sendall(data[start : start + size])
        time.sleep(0.005)


def read_all(client: socket.socket, parts: list[bytes]) -> None:
    """Read to the end of a connection, into a list."""
    while part := client.recv(65_536):
        parts.append(part)


def memory_of(pid: int) -> float:
    """Return the memory of a process and its children, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    own = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return own + sum(memory_of(int(child)) for child in children)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(command: tuple[str, ...], port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers; what it complains of goes to the log."""
    program, *arguments = [part.format(port=port) for part in command]
    command_line = [sys.executable, "-m", program, *arguments]
    server = subprocess.Popen(command_line, cwd=HERE.parent, stderr=log)
    for _ in range(200):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server
        time.sleep(0.05)
    raise SystemExit(f"{program} does not listen.")


def stop_gracefully(server: subprocess.Popen[bytes], port: int) -> list[str]:
    """Stop a server with requests in flight; return what did not come to its end."""
    answers: list[bytes] = []

    def ask_slowly(line: str) -> None:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
            client.sendall(ask(line))
            parts: list[bytes] = []
            read_all(client, parts)
            answers.append(b"".join(parts))

    lines = ["GET /slow", "GET /slow", "GET /slow-stream"]
    threads = [threading.Thread(target=ask_slowly, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    server.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    server.wait(timeout=30)
    unfinished = [line for line in answers if b" 200 " not in line or b"done" not in line]
    missing = len(lines) - len(answers)
    return [repr(line[:80]) for line in unfinished] + ["no answer"] * missing


def soak(name: str, seconds: float) -> bool:
    """Load one server, print what happened, and tell whether it is well."""
    with TemporaryFile() as log:
        is_well = _soak(name, seconds, log)
        if not is_well:
            log.seek(0)
            print(log.read()[-3_000:].decode(errors="replace"))
    return is_well


def _soak(name: str, seconds: float, log: IO[bytes]) -> bool:
    port = free_port()
    server = start_server(SERVERS[name], port, log)
    load = Load(port)
    clients = [threading.Thread(target=load.run_client, args=(seed,)) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    samples = []
    ends = time.monotonic() + seconds
    try:
        while time.monotonic() < ends:
            time.sleep(min(1, seconds / 30))
            samples.append(memory_of(server.pid))
    finally:
        load.stopped.set()
        for client in clients:
            client.join()
    unfinished = stop_gracefully(server, port)

    warm = samples[len(samples) // 3 :]
    growth = _mean(warm[-5:]) - _mean(warm[:5])
    print(f"{name}: {sum(load.kinds.values())} requests in {seconds:.0f} s")
    print(f"  kinds     {_listed(load.kinds)}")
    print(f"  answers   {_listed(load.statuses)}")
    print(f"  memory    {warm[0]:.1f} MiB when warm, {warm[-1]:.1f} MiB at the end ({growth:+.1f})")
    print(f"  SIGTERM   {unfinished or 'all in flight finished'}")
    for failure, count in Counter(load.failures).most_common(10):
        print(f"  FAILED    {count} x {failure}")
    is_flat = growth < GROWTH_LIMIT
    if not is_flat:
        print(f"  FAILED    the memory grows by more than {GROWTH_LIMIT} MiB")
    return is_flat and not load.failures and not unfinished


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def main() -> int:
    """Load each server in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each server")
    parser.add_argument("--server", choices=SERVERS, help="only this one")
    options = parser.parse_args()
    names = [options.server] if options.server else list(SERVERS)
    results = [soak(name, options.seconds) for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
