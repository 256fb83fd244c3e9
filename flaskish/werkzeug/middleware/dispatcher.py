"""Several WSGI applications under one, each below a path of its own.

Werkzeug: ``werkzeug.middleware.dispatcher``. Django: ``path()`` with ``include()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class DispatcherMiddleware:
    """Hand each request to the application that is mounted deepest at its path.

    :param app: The application for all other paths.
    :param mounts: Applications by path, for example ``{"/api": api}``.
    """

    def __init__(
        self, app: WSGIApplication, mounts: dict[str, WSGIApplication] | None = None
    ) -> None:
        self.app = app
        self.mounts = mounts or {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        prefix = self._find_mount(path)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = path[len(prefix) :]
        return self.mounts.get(prefix, self.app)(environ, start_response)

    def _find_mount(self, path: str) -> str:
        """Return the longest mounted path that a path is at or below."""
        found = [mount for mount in self.mounts if path == mount or path.startswith(f"{mount}/")]
        # A path without a slash in front has no place below the application.
        return max(found, key=len) if found else path.partition("/")[0]
