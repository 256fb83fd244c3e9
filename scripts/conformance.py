"""Run Flask's and Werkzeug's own test suites on flaskish and compare with the known differences.

Flask: the suites in the source distributions of Flask 3.1.3 and Werkzeug 3.1.9. Django: none; this
drives pytest.

The suites are downloaded and left as they are. The run fails when a test fails or is skipped that
the table does not list, when a listed test passes, or when a test is missing. The first argument
may be ``flask`` or ``werkzeug``, for one suite. The others go to pytest; with any of them the run
is a partial one and only failures count.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from environments import (
    FLASK_SOURCE,
    ROOT,
    WERKZEUG_SOURCE,
    ScriptError,
    aliased_environment,
    flaskless_environment,
    unpack_source,
)
from suites import SuiteResult, run_suite

TABLE = ROOT / "tests" / "conformance" / "known_differences.toml"


@dataclass(frozen=True)
class Suite:
    """A suite of somebody else's tests.

    :param title: What it is called in messages.
    :param source: The source distribution it is in.
    :param size: The number of its tests; a module that cannot be collected counts as one.
    :param environment: Makes the environment it runs in.
    :param plugin: What gives the names ``flask`` and ``werkzeug`` their meaning.
    :param options: Arguments for pytest.
    """

    title: str
    source: str
    size: int
    environment: Callable[[], Path]
    plugin: str = "flaskish.as_flask"
    options: tuple[str, ...] = ()


SUITES = {
    "flask": Suite("Flask's suite", FLASK_SOURCE, 490, flaskless_environment),
    "werkzeug": Suite(
        "Werkzeug's suite",
        WERKZEUG_SOURCE,
        959,
        aliased_environment,
        "private_names",
        # Its tests of the server wait for ever if a line does not come.
        ("--continue-on-collection-errors", "--timeout=30"),
    ),
}


def main(arguments: Sequence[str]) -> int:
    names, options = list(SUITES), list(arguments)
    if options and options[0] in SUITES:
        names = [options.pop(0)]
    problems = [problem for name in names for problem in check_suite(name, options)]
    for problem in problems:
        print(f"PROBLEM: {problem}")
    return 1 if problems else 0


def check_suite(name: str, options: Sequence[str]) -> list[str]:
    """Run a suite and list what is not as it should be.

    :param name: The name of the suite.
    :param options: More arguments for pytest.
    """
    suite = SUITES[name]
    known = read_known_differences(name)
    folder = unpack_source(suite.source, "conformance")
    result = run_suite(suite.environment(), folder, [*suite.options, *options], plugin=suite.plugin)
    print(f"\n{suite.title} on flaskish: {result.summary()}")
    print_known_differences(known)
    return find_problems(suite, result, known, complete=not options)


def read_known_differences(name: str) -> dict[str, str]:
    """Read the reason of each known difference, by the id of the test that shows it.

    :param name: The name of the suite.
    """
    tables = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    entries = tables.get(name, {}).get("difference", [])
    return {test: " ".join(entry["reason"].split()) for entry in entries for test in entry["tests"]}


def print_known_differences(known: dict[str, str]) -> None:
    print(f"Known differences: {len(known)}")
    for reason in dict.fromkeys(known.values()):
        for test_id in (test_id for test_id in known if known[test_id] == reason):
            print(f"  {test_id}")
        print(f"    {reason}")


def find_problems(
    suite: Suite, result: SuiteResult, known: dict[str, str], *, complete: bool
) -> list[str]:
    """List what the run shows and the table of known differences does not say.

    :param suite: The suite.
    :param result: The outcome of the run.
    :param known: The table.
    :param complete: Whether the whole suite was asked for.
    """
    problems = [f"{test_id} failed." for test_id in result.failed if test_id not in known]
    if not result.total:
        problems.append(f"No test of {suite.title} ran.")
    if not complete:
        return problems
    problems += [
        f"{test_id} passed but is listed as a known difference. Take it out of the table."
        for test_id in result.passed
        if test_id in known
    ]
    problems += [f"{test_id} was skipped." for test_id in result.skipped if test_id not in known]
    problems += [
        f"{test_id} is a known difference, but there is no such test."
        for test_id in set(known) - {*result.passed, *result.failed, *result.skipped}
    ]
    if result.total != suite.size:
        problems.append(f"{result.total} tests of {suite.title} ran, {suite.size} are wanted.")
    return problems


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ScriptError as error:
        sys.exit(str(error))
