"""A handler that keeps the latest lines of the log for ``workshop.py``.

Flask: ``app.logger``. Django: the setting ``LOGGING``.
"""

import logging
from collections import deque


class LatestLines(logging.Handler):
    """Keeps what was logged last, by all loggers that have it."""

    lines = deque(maxlen=20)

    def emit(self, record):
        # Without the traceback below it.
        self.lines.append(self.format(record).partition("\n")[0])
