"""The databases that the observations are made on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from .postgres import find_binaries, running_server

Databases = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Entries of ``DATABASES`` by name; ``postgresql`` only where there is a server."""
    file = tmp_path_factory.mktemp("database") / "observed.sqlite3"
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    if why_no_postgresql():
        yield {"sqlite": sqlite}
        return
    binaries = find_binaries()
    assert binaries is not None
    with running_server(binaries) as postgresql:
        yield {"sqlite": sqlite, "postgresql": postgresql}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The name of each database in turn."""
    if request.param == "postgresql":
        skip_without_postgresql()
    return request.param  # type: ignore[no-any-return]


def why_no_postgresql() -> str | None:
    if find_binaries() is None:
        return "There is no PostgreSQL server. Debian has it: apt-get install postgresql"
    if find_spec("psycopg") is None:
        return "psycopg is not installed. It is in the extra 'databases'."
    return None


def skip_without_postgresql() -> None:
    """Skip a test that needs the server."""
    if reason := why_no_postgresql():
        pytest.skip(reason)
