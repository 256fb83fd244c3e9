"""What the page of the integration with Django names, tests and parts of the demo, exists.

The demo project's own tests look at the URLs, since they have its settings.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| What ")
]


@cache
def names_in(file: Path) -> set[str]:
    """Return the functions of a test file; a method with its class in front."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (ast.FunctionDef, ast.AsyncFunctionDef)
            found |= {
                f"{node.name}::{each.name}" for each in node.body if isinstance(each, methods)
            }
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row_names_tests_and_files_that_exist(row: tuple[str, ...]) -> None:
    _, tests, shown = row
    named = re.findall(r"`([\w/]+\.py)::([\w:]+)`", tests)
    assert named
    for file, name in named:
        assert name in names_in(ROOT / ("" if "/" in file else "tests/bridge") / file)
    files = re.findall(r"`(\w[\w/]*\.\w+)`", shown)
    assert [file for file in files if not (ROOT / "demo_project" / file).exists()] == []
    assert "`" in shown


def test_page_has_all_rows() -> None:
    assert len(ROWS) > 90
