"""The contestants: the same views, each in the words of its framework."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
#: Written by the runner: a file that every framework serves.
STATIC = HERE.parent.parent / ".cache" / "benchmark-static"

ROWS = [{"number": number, "mark": "<b>", "name": f"row {number}"} for number in range(50)]
