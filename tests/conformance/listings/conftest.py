"""Runs the listings of Flask's documentation as they are printed, and keeps count of them.

Flask: imported by the listings; flaskish in the environment of the run, the real one with
``--reference``. Django: behind flaskish.

A test takes listings from a page by a text in them, adds what the page leaves to the reader, and
looks at what the page says comes of it. A complete run fails when a listing was not run that
``not_run.toml`` does not name.
"""

from __future__ import annotations

import doctest as doctest_module
import itertools
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import flask
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from documentation import Listing, Page, read_documentation
from programs import Shell

NOT_RUN = Path(__file__).parent / "not_run.toml"

_documentation = read_documentation(Path(os.environ["FLASK_SOURCE"]))
_shown: set[Listing] = set()
_numbers = itertools.count(1)


@pytest.fixture
def page() -> Callable[[str], Page]:
    """Gives the listings of a page."""
    return lambda name: Page(_documentation[name], _shown)


@pytest.fixture
def run(folder: Folder) -> Callable[..., Any]:
    """Runs listings as one module, which has the given names from the start."""

    def run(*sources: str, **names: Any) -> Any:
        name = f"listing{next(_numbers)}"
        file = folder.write(f"{name}.py", "\n\n".join(sources))
        module = ModuleType(name)
        module.__file__ = str(file)
        module.__dict__.update(names)
        sys.modules[name] = module
        exec(compile(file.read_text(encoding="utf-8"), file, "exec"), module.__dict__)
        return module

    return run


class Folder:
    """A folder with the files of an application, which can be imported.

    :param path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> Path:
        """Write a file.

        :param name: Its path in the folder.
        :param text: What is in it.
        """
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """The current folder; what is imported from it is forgotten after the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Folder(tmp_path)
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def shell(folder: Folder) -> Shell:
    """Runs programs in the folder."""
    return Shell(folder.path)


@pytest.fixture
def doctest() -> Callable[..., None]:
    """Runs a listing with prompts, and compares what it prints."""

    def check(listing: str, **names: Any) -> None:
        parsed = doctest_module.DocTestParser().get_doctest(listing, names, "listing", None, 0)
        assert parsed.examples
        report: list[str] = []
        options = doctest_module.NORMALIZE_WHITESPACE
        result = doctest_module.DocTestRunner(optionflags=options).run(parsed, out=report.append)
        assert not result.failed, "".join(report)

    return check


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--complete", action="store_true", help="all listings have to be run")


def pytest_report_header() -> str:
    import flask

    return f"flask is {flask.Flask.__module__} in {Path(flask.__file__).parent}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus or not session.config.getoption("--complete"):
        return
    everything = {one for listings in _documentation.values() for one in listings}
    entries = tomllib.loads(NOT_RUN.read_text(encoding="utf-8"))["not-run"]
    excused: set[Listing] = set()
    problems = []
    for entry in entries:
        covered = {one for one in everything - _shown if _is_covered(entry, one)}
        if not covered - excused:
            problems.append(f"Nothing is left for the entry of {entry['page']}: {entry['reason']}")
        excused |= covered
    problems += [f"Not run: {one}" for one in sorted(everything - _shown - excused, key=str)]
    print(f"\n{len(_shown)} listings of {len(everything)} were run, {len(excused)} are excused.")
    print("".join(f"PROBLEM: {problem}\n" for problem in problems), end="")
    if problems:
        session.exitstatus = 1


def _is_covered(entry: dict[str, str], listing: Listing) -> bool:
    return entry["page"] in {"*", listing.page} and any(
        text in listing.text for text in entry.get("contains", [""])
    )


@pytest.fixture
def flask_names() -> dict[str, Any]:
    """What a listing without imports may use of Flask."""
    return {name: getattr(flask, name) for name in dir(flask)}
