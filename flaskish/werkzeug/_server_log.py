"""The log of the development server.

Werkzeug: ``werkzeug.serving``. Django: the logger ``django.server``.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

_logger: logging.Logger | None = None
#: Characters that a terminal or a reader of lines obeys, shown by their codes: controls, line and
#: paragraph separators, and what turns the direction of writing.
VISIBLE_CONTROLS = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
_VISIBLE_IN_ENTRY = {**VISIBLE_CONTROLS, ord("\n"): "\n  ", ord("\t"): "\t"}


def as_one_entry(text: str) -> str:
    """Write an entry of a log so that nothing in it passes for another entry.

    :param text: The entry. Its further lines, such as those of a traceback, are indented.
    """
    return text.replace("\r\n", "\n").rstrip("\n").translate(_VISIBLE_IN_ENTRY)


def _log(type: str, message: str, *args: Any) -> None:
    """Log to the logger ``werkzeug``, which gets a handler if nobody configured logging."""
    global _logger
    if _logger is None:
        _logger = logging.getLogger("werkzeug")
        if _logger.level == logging.NOTSET:
            _logger.setLevel(logging.INFO)
        if not _has_level_handler(_logger):
            _logger.addHandler(logging.StreamHandler())
    getattr(_logger, type)(message.rstrip(), *args)


def _has_level_handler(logger: logging.Logger) -> bool:
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current is not None:
        if any(handler.level <= level for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False


_STYLES = {"bold": 1, "red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36}


def _ansi_style(value: str, *styles: str) -> str:
    """Colour a text, if it is read by a person."""
    # Differs from Flask: the log of the development server has colours in a terminal only, so that
    # a file has no control characters.
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return value
    codes = "".join(f"\x1b[{_STYLES[style]}m" for style in styles)
    return f"{codes}{value}\x1b[0m"


def _style_of_status(code: str) -> tuple[str, ...]:
    by_class = {"1": ("bold",), "3": ("green",), "4": ("bold", "red"), "5": ("bold", "magenta")}
    if code == "304":
        return ("cyan",)
    if code == "404":
        return ("yellow",)
    return by_class.get(code[:1], ())
