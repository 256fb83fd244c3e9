"""Starts the program anew when one of its files changes.

Werkzeug: ``werkzeug._reloader``. Django: ``django.utils.autoreload``, which does the work.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from django.utils import autoreload


class _Reloader(autoreload.StatReloader):
    """Django's reloader, with files to watch besides modules, and files not to watch.

    :param extra_files: More files to watch.
    :param exclude_patterns: Patterns of files not to watch.
    :param interval: How often to look for changes, in seconds.
    """

    def __init__(
        self, extra_files: Iterable[str], exclude_patterns: Iterable[str], interval: float
    ) -> None:
        super().__init__()
        self.extra_files.update(Path(os.path.abspath(path)) for path in extra_files)
        self.exclude_patterns = list(exclude_patterns)
        self.SLEEP_TIME = interval  # type: ignore[assignment]
        self._times: dict[Path, float] = {}

    def remember_files(self) -> None:
        """Note the state of all files, before the server answers.

        Django's reloader does so a little later, and misses what is saved in the meantime.
        """
        self._times.update(self.snapshot_files())

    def tick(self) -> Iterator[None]:
        while True:
            for path, modified in self.snapshot_files():
                if modified > self._times.setdefault(path, modified):
                    self.notify_file_changed(path)
                self._times[path] = modified
            time.sleep(self.SLEEP_TIME)
            yield

    def watched_files(self, include_globs: bool = True) -> Iterator[Path]:
        for path in super().watched_files(include_globs):
            if not any(fnmatch(str(path), pattern) for pattern in self.exclude_patterns):
                yield path


def run_with_reloader(
    main_func: Callable[[], None],
    extra_files: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    interval: float = 1,
    reloader_type: str = "auto",
) -> None:
    """Run a function in a process that is started anew when a file changes.

    :param main_func: The function.
    :param extra_files: More files to watch.
    :param exclude_patterns: Patterns of files not to watch.
    :param interval: How often to look for changes, in seconds.
    :param reloader_type: Has no effect: Django chooses how to watch.
    """
    signal.signal(signal.SIGTERM, lambda *args: sys.exit(0))
    if os.environ.get(autoreload.DJANGO_AUTORELOAD_ENV) != "true":
        # Applications ask for this variable of Werkzeug's; the child inherits it.
        os.environ["WERKZEUG_RUN_MAIN"] = "true"
        try:
            sys.exit(autoreload.restart_with_reloader())
        except KeyboardInterrupt:
            return

    import django
    from django.conf import settings

    if settings.configured:
        # Django's reloader waits for its applications, of which there may be none.
        django.setup()
    reloader = _Reloader(extra_files or (), exclude_patterns or (), interval)
    reloader.remember_files()
    try:
        autoreload.start_django(reloader, main_func)
    except KeyboardInterrupt:
        pass
