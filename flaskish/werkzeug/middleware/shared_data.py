"""Files served in front of an application.

Werkzeug: ``werkzeug.middleware.shared_data``. Django: ``django.contrib.staticfiles``.
"""

from __future__ import annotations

import importlib
import mimetypes
import os
import posixpath
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatch
from io import BytesIO, FileIO
from time import time
from typing import IO, Any
from zlib import adler32

from .._files import wrap_sized_file
from ..http import http_date, is_resource_modified, quote_etag
from ..security import safe_join
from ..utils import get_content_type
from ..wsgi import get_path_info

#: Opens a file: the file, when it was changed, and its size in bytes.
Opener = Callable[[], tuple[IO[bytes], datetime, int]]
#: Finds a file below an exported path: its name and how to open it, or twice ``None``.
Loader = Callable[[str | None], tuple[str | None, Opener | None]]


class SharedDataMiddleware:
    """Serve files below some paths, and leave all other requests to the application.

    :param app: The WSGI application.
    :param exports: What is served, by path: a folder, a file, or a pair of a package's name and
        a folder in it.
    :param disallow: A pattern of file names that are not served, as :mod:`fnmatch` reads it.
    :param cache: Whether browsers may keep the files.
    :param cache_timeout: How long they may, in seconds.
    :param fallback_mimetype: The type of files whose names say nothing.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        exports: Mapping[str, str | tuple[str, str]] | Iterable[tuple[str, str | tuple[str, str]]],
        disallow: str | None = None,
        cache: bool = True,
        cache_timeout: int = 60 * 60 * 12,
        fallback_mimetype: str = "application/octet-stream",
    ) -> None:
        self.app = app
        self.cache = cache
        self.cache_timeout = cache_timeout
        self.fallback_mimetype = fallback_mimetype
        pairs = exports.items() if isinstance(exports, Mapping) else exports
        self.exports = [(path, self._make_loader(source)) for path, source in pairs]
        if disallow is not None:
            self.__dict__["is_allowed"] = lambda filename: not fnmatch(filename, disallow)

    def is_allowed(self, filename: str) -> bool:
        """Tell whether a file may be served; for subclasses.

        :param filename: The name of the file, without its folder.
        """
        return True

    def _make_loader(self, source: Any) -> Loader:
        if isinstance(source, tuple):
            return self.get_package_loader(*source)
        if not isinstance(source, str):
            raise TypeError(f"unknown def {source!r}")
        if os.path.isfile(source):
            return self.get_file_loader(source)
        return self.get_directory_loader(source)

    def get_file_loader(self, filename: str) -> Loader:
        """Make a loader of one file, whatever the path below it."""
        return lambda path: (os.path.basename(filename), _file_opener(filename))

    def get_directory_loader(self, directory: str) -> Loader:
        """Make a loader of the files in a folder."""

        def load(path: str | None) -> tuple[str | None, Opener | None]:
            filename = directory if path is None else safe_join(directory, path)
            if filename is None or not os.path.isfile(filename):
                return None, None
            return os.path.basename(filename), _file_opener(filename)

        return load

    def get_package_loader(self, package: str, package_path: str) -> Loader:
        """Make a loader of the files in a folder of a package.

        :raises ModuleNotFoundError: There is no such package.
        :raises ValueError: It holds no files.
        """
        loaded_at = datetime.now(UTC)
        # The module's own spec: under an import alias, that of the name has another loader.
        spec = importlib.import_module(package).__spec__
        find_reader = getattr(spec and spec.loader, "get_resource_reader", None)
        reader = None if spec is None or find_reader is None else find_reader(spec.name)
        if reader is None:
            raise ValueError(f"{package!r} is not a package that files can be served from.")

        def load(path: str | None) -> tuple[str | None, Opener | None]:
            filename = None if path is None else safe_join(package_path, path)
            if filename is None:
                return None, None
            try:
                resource = reader.open_resource(filename)
            except OSError:
                return None, None
            return posixpath.basename(filename), _resource_opener(resource, loaded_at)

        return load

    def generate_etag(self, mtime: datetime, file_size: int, real_filename: str) -> str:
        """Make the ETag of a file.

        :param mtime: When the file was changed.
        :param file_size: Its size in bytes.
        :param real_filename: Its name, without its folder.
        """
        checksum = adler32(os.fsencode(real_filename))
        return f"wzsdm-{mtime.timestamp()}-{file_size}-{checksum}"

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        filename, open_file = self._find(get_path_info(environ))
        if filename is None or open_file is None or not self.is_allowed(filename):
            return self.app(environ, start_response)
        try:
            file, changed_at, size = open_file()
        except OSError:
            # It went away a moment ago, or the server may not read it.
            return self.app(environ, start_response)
        headers = [("Date", http_date())]
        if not self.cache:
            headers.append(("Cache-Control", "public"))
        else:
            etag = quote_etag(self.generate_etag(changed_at, size, filename))
            headers.append(("Etag", etag))
            headers.append(("Cache-Control", f"max-age={self.cache_timeout}, public"))
            if not is_resource_modified(environ, etag, last_modified=changed_at):
                file.close()
                start_response("304 Not Modified", headers)
                return []
            headers.append(("Expires", http_date(time() + self.cache_timeout)))
        headers.append(("Content-Type", self._content_type(filename)))
        headers.append(("Content-Length", str(size)))
        headers.append(("Last-Modified", http_date(changed_at)))
        start_response("200 OK", headers)
        return wrap_sized_file(environ, file, size)

    def _find(self, path: str) -> tuple[str | None, Opener | None]:
        for export, load in self.exports:
            prefix = export if export.endswith("/") else f"{export}/"
            rests: list[str | None] = [None] if path == export else []
            if path.startswith(prefix):
                rests.append(path[len(prefix) :])
            for rest in rests:
                filename, open_file = load(rest)
                if open_file is not None:
                    return filename, open_file
        return None, None

    def _content_type(self, filename: str) -> str:
        guessed = mimetypes.guess_type(filename)[0]
        return get_content_type(guessed or self.fallback_mimetype, "utf-8")


def _file_opener(filename: str) -> Opener:
    return lambda: _with_date_and_size(FileIO(filename))


def _resource_opener(resource: Any, loaded_at: datetime) -> Opener:
    if isinstance(resource, BytesIO):
        # From an archive, which does not say when the file was changed.
        return lambda: (resource, loaded_at, len(resource.getvalue()))
    return lambda: _with_date_and_size(resource)


def _with_date_and_size(file: Any) -> tuple[IO[bytes], datetime, int]:
    # Of the open file: another one may have its name by now.
    status = os.fstat(file.fileno())
    return file, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size
