"""The table of extensions whose own suites run on flaskish, and the page about them.

Flask: the extensions written for it. Django: none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from environments import ROOT

TABLE = ROOT / "tests" / "conformance" / "extensions.toml"
PAGE = ROOT / "docs" / "extensions.md"
BEGIN = "<!-- Written by scripts/extensions.py: begin -->"
END = "<!-- end -->"


@dataclass(frozen=True)
class Extension:
    """One extension, or an application, and how its suite is run."""

    name: str
    version: str
    #: What is installed for the suite, the extension included.
    requirements: tuple[str, ...]
    #: The source distribution, as its file is named, and its hash.
    archive: str = ""
    sha256: str = ""
    #: Where the suite is if the source distribution has none.
    repository: str | None = None
    commit: str = ""
    #: Arguments for pytest.
    arguments: tuple[str, ...] = ()
    #: Folders of the source to import from.
    python_path: tuple[str, ...] = ()
    #: Whether the suite starts programs, in which the names have to mean flaskish, too.
    whole_environment: bool = False
    #: The reason for each test that fails on flaskish only, by its id.
    differences: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name as part of a file name."""
        return self.name.lower()


def read_extensions() -> list[Extension]:
    """Read the table."""
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["extension"]
    return [_read_extension(entry) for entry in entries]


def _read_extension(entry: dict[str, Any]) -> Extension:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Extension(**(entry | lists))


@dataclass(frozen=True)
class Comparison:
    """The outcome of a suite on Flask and on flaskish."""

    extension: Extension
    passed_on_flask: int
    failed_on_flask: int
    passed_on_flaskish: int
    #: The tests that pass on Flask, and do not on flaskish.
    lost: tuple[str, ...]

    @property
    def row(self) -> str:
        """The line of the page."""
        extension = self.extension
        notes = " ".join(extension.differences[test] for test in self.lost)
        on_flask = f"{self.passed_on_flask} of {self.passed_on_flask + self.failed_on_flask}"
        cells = (extension.name, extension.version, on_flask, str(self.passed_on_flaskish), notes)
        return f"| {' | '.join(cells)} |"


def write_page(comparisons: list[Comparison]) -> None:
    """Write the figures of a run into the page; the rows of those that did not run stay.

    :param comparisons: The outcomes.
    """
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    rows, _, after = rest.partition(END)
    by_name = {row.split("|")[1].strip(): row for row in rows.splitlines() if row}
    by_name |= {comparison.extension.name: comparison.row for comparison in comparisons}
    lines = [
        BEGIN,
        "| Extension | Version | Passed on Flask | Passed on flaskish | Differences |",
        "|---|---|---|---|---|",
        *(by_name[extension.name] for extension in read_extensions() if extension.name in by_name),
        END,
    ]
    PAGE.write_text(before + "\n".join(lines) + after, encoding="utf-8")
