"""The examples of the documentation run, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    )
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_is_valid_python(example: str) -> None:
    compile(example, "example", "exec")


@pytest.mark.parametrize("example", [each for each in EXAMPLES if "Flask(" in str(each.values)])
def test_example_with_an_application_runs(example: str) -> None:
    namespace: dict[str, object] = {"__name__": "documented"}
    exec(compile(example, "example", "exec"), namespace)
    assert "app" in namespace


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_relative_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_tests_of_the_compatibility_table_exist() -> None:
    page = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/.]+)`", page))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_compatibility_page_lists_all_differences() -> None:
    """Made of the tables of the comparison runs and of the code; ``make differences`` writes it."""
    command = [sys.executable, "scripts/list_differences.py", "--check"]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr


def test_figures_of_extensions_are_of_the_releases_that_run() -> None:
    table = (ROOT / "tests" / "conformance" / "extensions.toml").read_text(encoding="utf-8")
    pinned = {(each["name"], each["version"]) for each in tomllib.loads(table)["extension"]}
    page = (ROOT / "docs" / "extensions.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([\w-]+) \| ([\w.]+) \| \d", page, re.M))
    assert rows
    assert rows <= pinned
