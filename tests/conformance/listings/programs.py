"""The programs that the documentation starts, with free ports in place of the printed ones.

Flask: ``flask run`` and the servers of Deploying to Production. Django: none.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

START_SECONDS = 30

#: A listing's prompt, before a command.
_PROMPT = "$ "

open_url = build_opener(ProxyHandler({})).open


def commands_in(listing: str) -> list[str]:
    """Return the lines of a listing that somebody types."""
    lines = (line.strip() for line in listing.splitlines())
    return [line.removeprefix(_PROMPT) for line in lines if line.startswith(_PROMPT)]


class Shell:
    """Runs commands in a folder, with the programs of this environment.

    :param folder: The current folder of the commands.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = str(Path(sys.executable).parent)
        self.environ = {
            **os.environ,
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, command: str, variables: Mapping[str, str] | None = None, **options) -> str:
        """Run a command to its end.

        :param command: As it is typed.
        :param variables: More environment variables.
        :return: What it printed.
        """
        completed = subprocess.run(
            shlex.split(command, comments=True),
            cwd=self.folder,
            env={**self.environ, **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            **options,
        )
        assert completed.returncode == 0, completed.stdout
        return completed.stdout

    @contextmanager
    def started(
        self,
        command: str,
        variables: Mapping[str, str] | None = None,
        log_name: str = "program.log",
    ) -> Iterator[Path]:
        """Run a command while the block runs, and yield the file that it prints to."""
        log = self.folder / log_name
        with log.open("w") as output:
            self._program = subprocess.Popen(
                shlex.split(command, comments=True),
                cwd=self.folder,
                env={**self.environ, **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        program = self._program
        try:
            yield log
        finally:
            program.terminate()
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    @contextmanager
    def serving(self, command: str, variables: Mapping[str, str] | None = None) -> Iterator[str]:
        """Run a server while the block runs, and yield its address.

        :param command: As it is typed; ``{port}`` in it is a free port.
        :param variables: More environment variables, with the same.
        """
        port = find_free_port()
        variables = {name: value.format(port=port) for name, value in (variables or {}).items()}
        typed = command.replace("{port}", str(port))
        with self.started(typed, variables, f"server-{port}.log") as log:
            self.wait_for(lambda: _is_answering(port), log)
            yield f"http://127.0.0.1:{port}"

    def wait_for(self, has_come: Callable[[], bool], log: Path | None = None) -> None:
        """Wait until something has come of the program that was started last."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._program.poll() is None:
            if has_come():
                return
            time.sleep(0.05)
        raise AssertionError(f"It has not come. {log.read_text() if log else ''}")


def find_free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def get(url: str) -> str:
    """Return what a server answers."""
    with open_url(url, timeout=10) as response:
        return response.read().decode()
