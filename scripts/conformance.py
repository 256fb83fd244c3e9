"""Run Flask's own test suite on flaskish and compare with the table of known differences.

Flask: the suite in the source distribution of 3.1.3. Django: none; this drives pytest.

The suite is downloaded and left as it is. The run fails when a test fails that the table does not
list, when a listed test passes, or when a test is missing or skipped. Arguments go to pytest; with
any of them the run is a partial one and only failures count.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence

from environments import ROOT, ScriptError, flaskless_environment, unpack_flask_source
from suites import SuiteResult, run_suite

SUITE_SIZE = 490
TABLE = ROOT / "tests" / "conformance" / "known_differences.toml"


def main(arguments: Sequence[str]) -> int:
    known = read_known_differences()
    python = flaskless_environment()
    result = run_suite(python, unpack_flask_source("conformance"), arguments)
    print(f"\nFlask's suite on flaskish: {result.summary()}")
    print_known_differences(known)
    problems = find_problems(result, known, complete=not arguments)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    return 1 if problems else 0


def read_known_differences() -> dict[str, str]:
    """Read the reason of each known difference, by the id of the test that shows it."""
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8")).get("difference", [])
    return {entry["test"]: " ".join(entry["reason"].split()) for entry in entries}


def print_known_differences(known: dict[str, str]) -> None:
    print(f"Known differences: {len(known)}")
    for test_id, reason in known.items():
        print(f"  {test_id}\n    {reason}")


def find_problems(result: SuiteResult, known: dict[str, str], *, complete: bool) -> list[str]:
    """List what the run shows and the table of known differences does not say.

    :param result: The outcome of the run.
    :param known: The table.
    :param complete: Whether the whole suite was asked for.
    """
    problems = [f"{test_id} failed." for test_id in result.failed if test_id not in known]
    if not result.total:
        problems.append("No test ran.")
    if not complete:
        return problems
    problems += [
        f"{test_id} passed but is listed as a known difference. Take it out of the table."
        for test_id in result.passed
        if test_id in known
    ]
    problems += [f"{test_id} was skipped." for test_id in result.skipped]
    problems += [
        f"{test_id} is a known difference, but there is no such test."
        for test_id in set(known) - {*result.passed, *result.failed, *result.skipped}
    ]
    if result.total != SUITE_SIZE:
        problems.append(f"{result.total} tests ran, {SUITE_SIZE} are wanted.")
    return problems


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ScriptError as error:
        sys.exit(str(error))
