"""Run a suite of somebody else's tests on flaskish and read its result.

Flask: its own tests and those of its examples. Django: none; pytest does the work.
"""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from environments import STAND_INS


@dataclass
class SuiteResult:
    """The outcome of each test of a run, by the test's pytest id."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.passed) + len(self.failed) + len(self.skipped)

    def summary(self) -> str:
        """Say the three counts in one line."""
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def run_suite(
    python: Path,
    folder: Path,
    arguments: Sequence[str] = (),
    plugin: str | None = "flaskish.as_flask",
    environ: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> SuiteResult:
    """Run pytest in a folder, by default with ``flask`` and ``werkzeug`` meaning flaskish.

    :param python: The Python of an environment, without Flask if the names mean flaskish.
    :param folder: The folder with the suite; it becomes the current folder.
    :param arguments: More arguments for pytest.
    :param plugin: The plugin that gives the names their meaning; ours or one of ``stand_ins``.
        ``None`` leaves them as they are.
    :param environ: More environment variables.
    :param seconds: How long it may take; a suite that takes longer has no result.
    """
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q"] if plugin is None else ["-p", plugin, "-q"]
    # xunit1 is the format of pytest that names the file of each test.
    options += ["-o", "junit_family=xunit1", f"--junit-xml={report.name}"]
    command = [str(python), "-m", "pytest", *options, *arguments]
    variables = {**os.environ, "PYTHONPATH": str(STAND_INS), **(environ or {})}
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, cwd=folder, env=variables, check=False, timeout=seconds)
    return _read_report(report) if report.exists() else SuiteResult()


def _read_report(report: Path) -> SuiteResult:
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag for child in case}
        outcome = "failed" if tags & {"failure", "error"} else "passed"
        if "skipped" in tags:
            outcome = "skipped"
        test_id = _test_id(case)
        # An error in a teardown is a second entry of a test that passed.
        if outcomes.get(test_id) != "failed":
            outcomes[test_id] = outcome
    result = SuiteResult()
    for test_id, outcome in outcomes.items():
        getattr(result, outcome).append(test_id)
    return result


def _test_id(case: ElementTree.Element) -> str:
    # A test that is inherited from a package has the package's file, wherever that is installed.
    file = case.get("file", "").rpartition("site-packages/")[2]
    module = file.removesuffix(".py").replace("/", ".")
    classes = case.get("classname", "").removeprefix(module).strip(".")
    # A module that could not be collected is named like a test of its own.
    name = case.get("name", "").removeprefix(module)
    return "::".join(part for part in (file, *classes.split("."), name) if part)
