"""Run the examples of Flask's source distribution on flaskish, unmodified.

Flask: the tutorial's blog (flaskr) and the JavaScript example. Django: serves flaskr in the end.

The tests of both examples run first. Then flaskr is served by ``python -m flaskish --as-flask`` and
used as a visitor would: register, log in, write a post, read it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from environments import FLASK_SOURCE, ScriptError, flaskless_environment, unpack_source
from suites import run_suite

#: The examples, each with the number of its tests.
EXAMPLES = {"tutorial": 24, "javascript": 8}

START_SECONDS = 30


def main() -> int:
    python = flaskless_environment()
    examples = unpack_source(FLASK_SOURCE, "tutorial") / "examples"
    failed = [name for name in EXAMPLES if not run_example_tests(python, examples / name)]
    if not visit_flaskr(python, examples / "tutorial"):
        failed.append("flaskr served")
    print(f"FAILED: {', '.join(failed)}" if failed else "All examples work.")
    return 1 if failed else 0


def run_example_tests(python: Path, folder: Path) -> bool:
    """Run the tests of one example; its folder is current, so that it need not be installed."""
    result = run_suite(python, folder)
    print(f"{folder.name}: {result.summary()}\n", flush=True)
    return len(result.passed) == result.total == EXAMPLES[folder.name]


def visit_flaskr(python: Path, folder: Path) -> bool:
    """Serve flaskr and write a post in it."""
    flaskr = [str(python), "-m", "flaskish", "--as-flask", "--app", "flaskr"]
    subprocess.run([*flaskr, "init-db"], cwd=folder, check=True)
    with serve(flaskr, folder) as address:
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
        account = {"username": "visitor", "password": "a long password"}
        submit(browser, f"{address}/auth/register", account)
        submit(browser, f"{address}/auth/login", account)
        submit(browser, f"{address}/create", {"title": "Served by Django", "body": "It is."})
        page = browser.open(f"{address}/").read().decode()
    found = "Served by Django" in page and "visitor" in page
    print(f"flaskr served: {'the post is there' if found else 'the post is missing'}")
    return found


def submit(browser: OpenerDirector, url: str, fields: dict[str, str]) -> None:
    browser.open(url, urlencode(fields).encode()).close()


@contextmanager
def serve(flaskr: list[str], folder: Path) -> Iterator[str]:
    """Run the development server on a free port; give its address and stop it in the end."""
    port = find_free_port()
    server = subprocess.Popen([*flaskr, "run", "--port", str(port)], cwd=folder)
    try:
        wait_for(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ScriptError(f"The server ended with status {server.returncode}.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise ScriptError(f"The server did not answer within {START_SECONDS} seconds.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ScriptError, URLError) as error:
        sys.exit(str(error))
