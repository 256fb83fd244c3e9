"""The application's logger, and a handler for programs that configured none.

Flask: Logging. Django: ``LOGGING``, which a project's applications follow.
"""

from __future__ import annotations

import io
import logging
import sys
from typing import TYPE_CHECKING, TextIO, cast

from .globals import _cv_request
from .werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from .app import Flask


def _find_errors_stream() -> TextIO:
    context = _cv_request.get()
    if context is not None:
        stream = context.request.environ.get("wsgi.errors")
        # Django's test client has one for bytes.
        if stream is not None and not isinstance(stream, io.BufferedIOBase):
            return stream  # type: ignore[no-any-return]
    return sys.stderr


#: The server's error stream during a request, otherwise the program's.
wsgi_errors_stream = cast("TextIO", LocalProxy(_find_errors_stream))


class _EntryFormatter(logging.Formatter):
    """Writes what a client sent, in a message or in an error's text, so that it forges no entry."""

    def format(self, record: logging.LogRecord) -> str:
        # Loaded by the first entry.
        from .werkzeug._server_log import as_one_entry

        # Differs from Flask: the further lines of an entry of the default handler, those of a
        # traceback too, are indented, and control characters in it are shown by their codes.
        return as_one_entry(super().format(record))


default_handler = logging.StreamHandler(wsgi_errors_stream)
default_handler.setFormatter(
    _EntryFormatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s")
)


def has_level_handler(logger: logging.Logger) -> bool:
    """Tell whether a logger's messages of its effective level reach a handler.

    :param logger: The logger.
    """
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current is not None:
        if any(handler.level <= level for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False


def create_logger(app: Flask) -> logging.Logger:
    """Make the application's logger: at level DEBUG in debug mode, and with a handler to end at.

    :param app: The application, whose name the logger has.
    """
    logger = logging.getLogger(app.name)
    if app.debug and not logger.level:
        logger.setLevel(logging.DEBUG)
    if not has_level_handler(logger):
        logger.addHandler(default_handler)
    return logger
