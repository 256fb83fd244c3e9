"""Run the test suites of Flask's extensions on flaskish, unmodified, and compare with Flask.

Flask: the extensions of the table in ``tests/conformance``. Django: none; this drives pytest.

Each suite runs twice: on Flask, and on flaskish where neither Flask nor Werkzeug is installed.
What passes on Flask and not on flaskish has to be in the table, with a reason. Arguments are names
of extensions; ``--write`` puts the figures into the documentation.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from environments import ScriptError
from extension_environments import (
    environment_with_flask,
    environment_without_flask,
    unpack_extension,
    variables,
)
from extension_table import Comparison, Extension, read_extensions, write_page
from suites import SuiteResult, run_suite

#: How long one suite may take.
SECONDS = 1200


def main(arguments: Sequence[str]) -> int:
    extensions = choose(read_extensions(), [name for name in arguments if name != "--write"])
    as_expected = []
    problems = []
    for extension in extensions:
        print(f"\n{extension.name} {extension.version}", flush=True)
        try:
            comparison = compare(extension)
            found = find_problems(comparison)
        except ScriptError as error:
            # The others can still run when one cannot be downloaded.
            found = [f"{extension.name}: {error}"]
        if found:
            problems += found
        else:
            as_expected.append(comparison)
    print()
    for comparison in as_expected:
        print(comparison.row)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    if "--write" in arguments:
        write_page(as_expected)
    return 1 if problems else 0


def choose(extensions: list[Extension], names: Sequence[str]) -> list[Extension]:
    """Return the named extensions; all, if there are no names."""
    unknown = {name.lower() for name in names} - {extension.key for extension in extensions}
    if unknown:
        known = ", ".join(extension.name for extension in extensions)
        raise ScriptError(f"Not in the table: {', '.join(sorted(unknown))}. It has {known}.")
    wanted = {name.lower() for name in names}
    return [extension for extension in extensions if not wanted or extension.key in wanted]


def compare(extension: Extension) -> Comparison:
    """Run a suite on Flask and on flaskish."""
    on_flask = run_on(extension, on_flaskish=False)
    on_flaskish = run_on(extension, on_flaskish=True)
    print(f"on Flask: {on_flask.summary()}; on flaskish: {on_flaskish.summary()}", flush=True)
    passed = set(on_flaskish.passed)
    return Comparison(
        extension,
        passed_on_flask=len(on_flask.passed),
        failed_on_flask=len(on_flask.failed),
        passed_on_flaskish=len(on_flaskish.passed),
        lost=tuple(test for test in on_flask.passed if test not in passed),
    )


def run_on(extension: Extension, *, on_flaskish: bool) -> SuiteResult:
    """Run a suite once."""
    python = create_environment(extension, on_flaskish=on_flaskish)
    folder = unpack_extension(extension, "on-flaskish" if on_flaskish else "on-flask")
    is_plugin_wanted = on_flaskish and not extension.whole_environment
    return run_suite(
        python,
        folder,
        # A module that needs something that is missing does not keep the others from running.
        ["--continue-on-collection-errors", *extension.arguments],
        plugin="flaskish.as_flask" if is_plugin_wanted else None,
        environ=variables(extension, python, folder),
        seconds=SECONDS,
    )


def create_environment(extension: Extension, *, on_flaskish: bool) -> Path:
    if not on_flaskish:
        return environment_with_flask(extension.key, extension.requirements)
    return environment_without_flask(
        extension.key,
        extension.requirements,
        whole_environment=extension.whole_environment,
    )


def find_problems(comparison: Comparison) -> list[str]:
    """List what the run shows and the table does not say."""
    extension = comparison.extension
    known = set(extension.differences)
    problems = [
        f"{extension.name}: {test} passes on Flask only."
        for test in comparison.lost
        if test not in known
    ]
    problems += [
        f"{extension.name}: {test} is a known difference, and is none. Take it out of the table."
        for test in known - set(comparison.lost)
    ]
    if not comparison.passed_on_flask:
        problems.append(f"{extension.name}: no test passed on Flask.")
    return problems


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ScriptError as error:
        sys.exit(str(error))
