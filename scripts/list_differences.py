"""Write the differences on purpose into the compatibility page.

Flask: what its users will notice. Django: often the cause.

The sources are the two tables of the comparison runs and the comments in the code that start with
``Differs from Flask:``. The part of the page between the two marks is made of them; with
``--check`` the page is only compared.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "compatibility.md"
BEGIN = "<!-- Written by scripts/list_differences.py: begin -->"
END = "<!-- end -->"

CONFORMANCE = ROOT / "tests" / "conformance" / "known_differences.toml"
DIFFERENTIAL = ROOT / "tests" / "conformance" / "differential" / "known.toml"

#: A sentence in a comment, whose next lines start with "#", or in a docstring.
IN_CODE = re.compile(r"Differs from Flask: (.*?)(?=\n\s*\n|\n\s*[^#\s]|\"\"\")", re.DOTALL)
IN_DOCSTRING = re.compile(r"Differs from Flask: (.*?)(?=\n\s*\n|\n\s*:|\"\"\")", re.DOTALL)


def collect_differences() -> Iterator[tuple[str, str]]:
    """Find each difference: where it was found, and the reason."""
    for suite, title in (("flask", "Flask's suite"), ("werkzeug", "Werkzeug's suite")):
        for entry in read_entries(tomllib.loads(CONFORMANCE.read_text("utf-8")).get(suite, {})):
            yield f"{title}: `{', '.join(entry['tests'])}`", entry["reason"]
    for entry in read_entries(tomllib.loads(DIFFERENTIAL.read_text("utf-8"))):
        where = "`tests/conformance/apps`"
        if entry.get("app", "*") != "*":
            where = f"`tests/conformance/apps/{entry['app']}.py`"
        yield where, entry["reason"]
    for file in sorted((ROOT / "flaskish").rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for text in differences_in_code(file.read_text(encoding="utf-8")):
            yield f"`{module.removesuffix('.__init__')}`", text


def read_entries(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the differences of a table, of which there may be none."""
    entries: list[dict[str, Any]] = table.get("difference", [])
    return entries


def differences_in_code(source: str) -> Iterator[str]:
    """Find what the comments and docstrings of a module say about differences."""
    for match in re.finditer("Differs from Flask:", source):
        line = source[source.rfind("\n", 0, match.start()) + 1 : match.start()]
        pattern = IN_CODE if line.lstrip().startswith("#") else IN_DOCSTRING
        found = pattern.match(source, match.start())
        if found is not None:
            yield re.sub(r"\n\s*#", " ", found[1])


def render() -> str:
    """Make the table, one row for each reason."""
    found: dict[str, list[str]] = {}
    for where, text in collect_differences():
        sentence = " ".join(text.split()).replace("``", "`").replace("|", "\\|")
        sentence = sentence[0].upper() + sentence[1:]
        places = found.setdefault(sentence, [])
        if where not in places:
            places.append(where)
    rows = [f"| {sentence} | {', '.join(places)} |" for sentence, places in found.items()]
    return "\n".join([BEGIN, "| Difference | Where |", "|---|---|", *rows, END])


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    wanted = head + render() + rest.partition(END)[2]
    if page == wanted:
        return 0
    if "--check" in sys.argv:
        print("docs/compatibility.md is out of date. Run 'make differences'.")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
