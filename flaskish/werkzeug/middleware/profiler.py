"""A profile of each request.

Werkzeug: ``werkzeug.middleware.profiler``. Django: none; this is Python's ``cProfile``.
"""

from __future__ import annotations

import os.path
import sys
import time
from collections.abc import Callable, Iterable
from typing import IO, Any

try:
    from cProfile import Profile
except ImportError:  # pragma: no cover - Pythons without the C module
    from profile import Profile  # type: ignore[assignment]
from pstats import Stats


class ProfilerMiddleware:
    """Profile each request. Answers are sent when they are complete, so that all their time counts.

    :param app: The WSGI application.
    :param stream: Where a table is printed; ``None`` for no table.
    :param sort_by: The columns the table is sorted by, see :meth:`pstats.Stats.sort_stats`.
    :param restrictions: What is in the table, see :meth:`pstats.Stats.print_stats`.
    :param profile_dir: Where a file is written for each request; by default none is.
    :param filename_format: The name of that file, with the fields ``method``, ``path``, ``elapsed``
        (milliseconds) and ``time``; or a function that returns a name for a WSGI environ, in which
        ``"werkzeug.profiler"`` is a dict with ``elapsed`` and ``time``.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        stream: IO[str] | None = sys.stdout,
        sort_by: Iterable[str] = ("time", "calls"),
        restrictions: Iterable[str | int | float] = (),
        profile_dir: str | None = None,
        filename_format: str
        | Callable[[dict[str, Any]], str] = "{method}.{path}.{elapsed:.0f}ms.{time:.0f}.prof",
    ) -> None:
        self._app = app
        self._stream = stream
        self._sort_by = sort_by
        self._restrictions = restrictions
        self._profile_dir = profile_dir
        self._filename_format = filename_format

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        chunks: list[bytes] = []

        def start_collecting(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            start_response(status, headers, exc_info)
            return chunks.append

        def run() -> None:
            iterable = self._app(environ, start_collecting)
            chunks.extend(iterable)
            if hasattr(iterable, "close"):
                iterable.close()

        profile = Profile()
        start = time.time()
        profile.runcall(run)
        body = b"".join(chunks)
        elapsed = (time.time() - start) * 1000.0
        if self._profile_dir is not None:
            profile.dump_stats(os.path.join(self._profile_dir, self._filename(environ, elapsed)))
        if self._stream is not None:
            self._print(profile, environ, self._stream)
        return [body]

    def _filename(self, environ: dict[str, Any], elapsed: float) -> str:
        now = time.time()
        if callable(self._filename_format):
            environ["werkzeug.profiler"] = {"elapsed": elapsed, "time": now}
            return self._filename_format(environ)
        return self._filename_format.format(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"].strip("/").replace("/", ".") or "root",
            elapsed=elapsed,
            time=now,
        )

    def _print(self, profile: Profile, environ: dict[str, Any], stream: IO[str]) -> None:
        stats = Stats(profile, stream=stream)
        stats.sort_stats(*self._sort_by)
        print("-" * 80, file=stream)
        print(f"PATH: {environ.get('PATH_INFO', '')!r}", file=stream)
        stats.print_stats(*self._restrictions)
        print(f"{'-' * 80}\n", file=stream)
