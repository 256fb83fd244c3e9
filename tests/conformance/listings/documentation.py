"""The listings of Flask's documentation, read from its source distribution.

Flask: ``docs/*.rst``, and the docstrings of ``src/flask``. Django: none.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DIRECTIVE = re.compile(r"\s*\.\. (?:code-block|sourcecode)::\s*(\S*)")
_OPTION = re.compile(r"\s*:(\w+):\s*(?:``(.*)``)?")


@dataclass(frozen=True)
class Listing:
    """A piece of code as the documentation prints it."""

    page: str
    line: int
    language: str
    text: str
    #: The file that it belongs to.
    caption: str = ""

    def __str__(self) -> str:
        first = self.text.partition("\n")[0]
        return f"{self.page}, line {self.line} ({self.language or 'no language'}): {first}"


def read_documentation(source: Path) -> dict[str, list[Listing]]:
    """Read all listings, by the name of their page.

    :param source: The folder of Flask's source distribution.
    :return: ``patterns/celery`` is a page, and so is ``src/flask/app``.
    """
    pages = {}
    for path in sorted((source / "docs").rglob("*.rst")):
        name = str(path.relative_to(source / "docs").with_suffix(""))
        pages[name] = list(_find_listings(name, path.read_text(encoding="utf-8")))
    for path in sorted((source / "src").rglob("*.py")):
        name = str(path.relative_to(source).with_suffix(""))
        module = ast.parse(path.read_text(encoding="utf-8"))
        pages[name] = list(_find_listings_of_docstrings(name, module))
    return {name: listings for name, listings in pages.items() if listings}


def _find_listings_of_docstrings(page: str, module: ast.Module) -> Iterator[Listing]:
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from _find_listings(page, ast.get_docstring(node) or "")


def _find_listings(page: str, text: str) -> Iterator[Listing]:
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        directive = _DIRECTIVE.match(line)
        if line.lstrip().startswith(">>>"):
            end, body = _take(lines, number, lambda following: bool(following.strip()))
            language = "pycon"
        elif directive or (line.rstrip().endswith("::") and not line.lstrip().startswith("..")):
            depth = _depth(line)
            end, body = _take(
                lines,
                number + 1,
                lambda following, depth=depth: not following.strip() or _depth(following) > depth,
            )
            language = directive[1] if directive else ""
        else:
            number += 1
            continue
        caption = ""
        while body and (not body[0].strip() or (option := _OPTION.match(body[0]))):
            if body.pop(0).strip() and option and option[1] == "caption":
                caption = option[2] or ""
        code = textwrap.dedent("\n".join(body)).rstrip() + "\n"
        yield Listing(page, number + 1, language, code, caption)
        number = end


def _take(lines, start, belongs):
    end = start
    while end < len(lines) and belongs(lines[end]):
        end += 1
    return end, lines[start:end]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


class Page:
    """The listings of one page, each found by a text in it.

    :param listings: All of them.
    :param shown: Where those are noted that were asked for.
    """

    def __init__(self, listings: list[Listing], shown: set[Listing]) -> None:
        self._listings = listings
        self._shown = shown

    def files(self, suffix: str = "") -> list[Listing]:
        """Return the listings of files, in the order of the page.

        :param suffix: How their names end.
        """
        found = [one for one in self._listings if one.caption.endswith(suffix) and one.caption]
        self._shown.update(found)
        return found

    def __call__(self, *texts: str, without: str | tuple[str, ...] = ()) -> str:
        """Return the one listing that has all of these texts.

        :param without: Texts that it does not have.
        :raises LookupError: None is such, or several that differ.
        """
        lacking = (without,) if isinstance(without, str) else without
        found = [
            one
            for one in self._listings
            if all(text in one.text for text in texts)
            and not any(text in one.text for text in lacking)
        ]
        if len({one.text for one in found}) != 1:
            places = "".join(f"\n  {one}" for one in found)
            raise LookupError(f"{len(found)} listings have {texts}.{places}")
        self._shown.update(found)
        return found[0].text
