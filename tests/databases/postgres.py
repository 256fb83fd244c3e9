"""A PostgreSQL server for the length of a test run, from Debian's packages.

Flask: none. Django: ``django.db.backends.postgresql``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Seconds that it may take to start or to end, on a busy machine.
PATIENCE = 60
#: The user of Debian's package: the server refuses to run as root.
SERVER_USER = "postgres"
#: Nothing has to survive; nobody else reaches the server, which has no TCP port.
OPTIONS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "autovacuum=off")


def find_binaries() -> Path | None:
    """Return the folder of the server's programs, where Debian or the ``PATH`` has them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = str(debian[-1]) if debian else shutil.which("initdb")
    return None if program is None else Path(program).resolve().parent


@contextmanager
def running_server(binaries: Path) -> Iterator[dict[str, Any]]:
    """Run a server.

    :param binaries: The folder of its programs.
    :return: Its entry for ``DATABASES``.
    :raises RuntimeError: It does not start.
    """
    user = SERVER_USER if os.geteuid() == 0 else None
    # Not the test's own folder: the path of a socket may have 107 characters.
    folder = tempfile.mkdtemp(prefix="flaskish-pg-")
    try:
        if user is not None:
            shutil.chown(folder, user)
        _run(
            [binaries / "initdb", "--no-sync", "-A", "trust", "-U", "tests", f"{folder}/data"], user
        )
        arguments = [part for option in OPTIONS for part in ("-c", option)]
        server = subprocess.Popen(
            [binaries / "postgres", "-D", f"{folder}/data", "-k", folder, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=folder,
        )
        try:
            _wait_for(binaries, folder, server)
            yield {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": folder,
                "NAME": "postgres",
                "USER": "tests",
            }
        finally:
            # Terminated, it would wait until the last connection is closed; interrupted, it ends.
            server.send_signal(signal.SIGINT)
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str | Path], user: str | None) -> None:
    completed = subprocess.run(
        command, user=user, cwd="/", capture_output=True, text=True, check=False
    )
    if completed.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{completed.stdout}{completed.stderr}")


def _wait_for(binaries: Path, folder: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended with status {server.returncode}.")
        ready = [binaries / "pg_isready", "--quiet", "-h", folder]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start within {PATIENCE} seconds.")
