"""The place in a Jinja template where an error came up, for Django's debug page.

Flask: none. Django: ``template_debug`` on an exception.
"""

from __future__ import annotations

import linecache
from typing import Any

from jinja2 import TemplateSyntaxError

#: Lines shown before and after the one in question.
_CONTEXT_LINES = 10


def add_template_debug(error: Exception) -> None:
    """Note the lines of the template on an exception, where Django's debug page looks for them.

    :param error: An error of loading or rendering a template.
    """
    if hasattr(error, "template_debug"):
        return
    source: str | None = None
    if isinstance(error, TemplateSyntaxError):
        name, number, source = error.filename or error.name, error.lineno, error.source
    else:
        name, number = _find_place(error)
    if name is not None:
        error.template_debug = describe(name, number, source, str(error))  # type: ignore[attr-defined]


def _find_place(error: Exception) -> tuple[str | None, int]:
    """Return file and line of the innermost template in a traceback."""
    name, number = None, 0
    traceback = error.__traceback__
    while traceback is not None:
        # Jinja puts frames into the traceback that stand for lines of templates.
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            name, number = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return name, number


def describe(name: str, number: int, source: str | None, message: str) -> dict[str, Any]:
    """Return what the debug page shows of a template.

    :param name: The template's file, or its name.
    :param number: The number of the line in question.
    :param source: The source; read from the file by default.
    :param message: What is wrong.
    """
    lines = linecache.getlines(name) if source is None else source.splitlines()
    numbered = [(index, f"{line.rstrip()}\n") for index, line in enumerate(lines, start=1)]
    top = max(0, number - _CONTEXT_LINES - 1)
    bottom = min(len(numbered), number + _CONTEXT_LINES)
    return {
        "name": name,
        "message": message,
        "source_lines": numbered[top:bottom],
        "line": number,
        "before": "",
        "during": numbered[number - 1][1] if number <= len(numbered) else "",
        "after": "",
        "total": len(numbered),
        "top": top,
        "bottom": bottom,
    }
