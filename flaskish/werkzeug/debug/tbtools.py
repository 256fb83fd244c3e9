"""An error as text and as a page, for tools that show it in a place of their own.

Werkzeug: ``werkzeug.debug.tbtools``. Django: ``django.views.debug.ExceptionReporter``.
"""

from __future__ import annotations

import traceback
from types import TracebackType


class DebugTraceback:
    """An error with its traceback.

    :param exc: The error.
    :param te: The error as ``traceback`` describes it; by default that is made here.
    :param skip: How many of the outermost frames are left out.
    :param hide: Has no effect: Django's page hides no frames.
    """

    def __init__(
        self,
        exc: BaseException,
        te: traceback.TracebackException | None = None,
        *,
        skip: int = 0,
        hide: bool = True,
    ) -> None:
        self._error = exc
        self._traceback = _leave_out(exc.__traceback__, skip)
        self._te = te

    def __str__(self) -> str:
        return f"<{type(self).__name__} {type(self._error).__name__}: {self._error}>"

    def render_traceback_text(self) -> str:
        """Return what Python would print."""
        described = self._te or traceback.TracebackException(
            type(self._error), self._error, self._traceback
        )
        return "".join(described.format())

    def render_debugger_html(self, evalex: bool, secret: str, evalex_trusted: bool) -> str:
        """Return Django's debug page.

        :param evalex: Has no effect: there is no console.
        :param secret: Has no effect.
        :param evalex_trusted: Has no effect.
        """
        # Loaded by errors.
        from django.views.debug import ExceptionReporter

        reporter = ExceptionReporter(None, type(self._error), self._error, self._traceback)
        return reporter.get_traceback_html()


def _leave_out(frames: TracebackType | None, skip: int) -> TracebackType | None:
    """Go inwards, but not past the frame that the error came from."""
    for _ in range(skip):
        if frames is None or frames.tb_next is None:
            break
        frames = frames.tb_next
    return frames
