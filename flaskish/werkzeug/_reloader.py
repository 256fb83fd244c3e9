"""Starts the program anew when one of its files changes.

Werkzeug: ``werkzeug._reloader``. Django: ``django.utils.autoreload``, which does the work.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from django.utils import autoreload

from ._server_log import _log

#: Where Python and installed packages are, which do not change while somebody programs.
_INSTALLED = tuple({os.path.realpath(path) + os.sep for path in (sys.prefix, sys.base_prefix)})
#: What the child exits with to be started anew.
_RESTART_CODE = 3


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
        self.exclude_patterns = set(exclude_patterns)
        self.interval = interval
        # Before the program runs: a change that comes as soon as it answers is one, too.
        self._change_times = dict(self.snapshot_files())

    def tick(self) -> Iterator[None]:
        while True:
            for path, changed in self.snapshot_files():
                if changed > self._change_times.setdefault(path, changed):
                    self._change_times[path] = changed
                    self.notify_file_changed(path)
            time.sleep(self.interval)
            yield

    def watched_files(self, include_globs: bool = True) -> Iterator[Path]:
        for path in super().watched_files(include_globs):
            if not _is_excluded(str(path), self.exclude_patterns):
                yield path
        yield from map(Path, _find_stat_paths(set(), self.exclude_patterns))

    def notify_file_changed(self, path: str | os.PathLike[str]) -> None:
        try:
            super().notify_file_changed(path)
        except SystemExit:
            _log("info", " * Detected change in %r, reloading", str(path))
            raise


def _is_excluded(path: str, patterns: set[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def _find_stat_paths(extra_files: set[str], exclude_patterns: set[str]) -> Iterable[str]:
    """Find the files that may be imported, also those whose import failed.

    :param extra_files: More files.
    :param exclude_patterns: Patterns of files to leave out.
    """
    paths = set(extra_files)
    for entry in list(sys.path):
        path = os.path.abspath(entry)
        if os.path.isfile(path):
            paths.add(path)
        elif not (os.path.realpath(path) + os.sep).startswith(_INSTALLED):
            paths.update(_find_sources(path))
    return {path for path in paths if not _is_excluded(path, exclude_patterns)}


def _find_sources(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        sources = [name for name in files if name.endswith(".py")]
        # A folder below that has no modules is no package, and may be large.
        if not sources and folder != root:
            folders.clear()
            continue
        # Hidden folders and environments hold nothing that somebody edits.
        folders[:] = [
            name
            for name in folders
            if name != "__pycache__"
            and not name.startswith(".")
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        ]
        for name in sources:
            yield os.path.join(folder, name)


def _run_until_stopped() -> int:
    """Run this program in a child process, anew after each change."""
    # Applications ask for the variable of Werkzeug's.
    environ = {**os.environ, "WERKZEUG_RUN_MAIN": "true", autoreload.DJANGO_AUTORELOAD_ENV: "true"}
    while True:
        _log("info", " * Restarting with stat")
        command = autoreload.get_child_arguments()
        code = subprocess.call(command, env=environ, close_fds=False)
        if code != _RESTART_CODE:
            return code


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
        try:
            sys.exit(_run_until_stopped())
        except KeyboardInterrupt:
            return

    import django
    from django.conf import settings

    if settings.configured:
        # Django's reloader waits for its applications, of which there may be none.
        django.setup()
    reloader = _Reloader(extra_files or (), exclude_patterns or (), interval)
    try:
        autoreload.start_django(reloader, main_func)
    except KeyboardInterrupt:
        pass
