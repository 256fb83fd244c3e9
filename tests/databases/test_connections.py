"""Connections are closed and kept as under plain Django, whichever way the application runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .conftest import Databases, skip_without_postgresql
from .observe import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
KINDS = [
    "mounted",
    "alone",
    "alone with middleware",
    "alone letting errors out",
    "alone with middleware letting errors out",
]


Observations = dict[str, dict[str, list[list[int]]]]
Observe = Callable[[str], Observations]


def run(program: str, *arguments: str) -> Any:
    """Run a program of this folder and return what it prints, from JSON."""
    completed = subprocess.run(
        [sys.executable, "-m", f"tests.databases.{program}", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("DJANGO")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout)


@pytest.fixture(scope="session")
def observe(databases: Databases) -> Observe:
    """Return a function that observes one kind of application, once."""
    return cache(lambda kind: run("observe", kind, json.dumps(databases)))


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
@pytest.mark.parametrize("max_age", [0, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_connections_are_those_of_plain_django(
    observe: Observe, database: str, kind: str, max_age: int, interface: str
) -> None:
    case = f"{database} {interface} {max_age}"
    ours, plain = (dict(observe(each)[case]) for each in (kind, "django"))
    is_alone = kind in ("alone", "alone letting errors out")
    if interface == "asgi" and (is_alone or max_age == 0):
        # Under ASGI Django forgets the connection of a stream that fails.
        seen = ours.pop("a stream that fails")
        assert [still_open for _, still_open in seen] == ([0, 0] if max_age == 0 else [1, 2])
        plain.pop("a stream that fails")
    assert ours == plain


def test_plain_django_closes_after_each_request(observe: Observe, database: str) -> None:
    seen = observe("django")[f"{database} wsgi 0"]
    assert set(seen) == set(SCENARIOS)
    assert seen["two queries"] == [[1, 0], [2, 0]]
    assert seen["a stream"] == [[1, 0], [2, 0]]


def test_plain_django_keeps_connections_if_asked_to(observe: Observe, database: str) -> None:
    assert observe("django")[f"{database} wsgi 60"]["two queries"] == [[1, 1], [1, 1]]


@pytest.mark.parametrize("kind", ["mounted", "alone"])
def test_lost_connection_is_replaced(observe: Observe, databases: Databases, kind: str) -> None:
    skip_without_postgresql()
    # Opened; lost; the request that notices closes it; the next one opens another.
    steps = observe(kind)["postgresql wsgi 60"]["a connection that the server lost"]
    assert steps == [[1, 1], [1, 1], [1, 0], [2, 1]]


def test_threads_of_the_development_server_leave_no_session_behind(databases: Databases) -> None:
    skip_without_postgresql()
    sessions = run("serve", json.dumps(databases["postgresql"]))
    assert sessions["during"] > 0
    assert sessions["behind"] == 0
