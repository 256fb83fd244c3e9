"""The table of advisories in the documentation names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "security.md"
_ROW = re.compile(r"\| (?P<ids>(?:CVE|GHSA)-[^|]*) \| (?P<mechanism>[^|]+) \| `(?P<test>[^`]+)` \|")


def rows() -> list[re.Match[str]]:
    return [found for line in PAGE.read_text("utf-8").splitlines() if (found := _ROW.match(line))]


def test_the_table_has_each_row_that_names_an_advisory() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    assert len(rows()) == sum(line.startswith(("| CVE", "| GHSA")) for line in lines) > 30


@pytest.mark.parametrize("test", sorted({row["test"] for row in rows()}))
def test_each_named_test_exists(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((HERE / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
