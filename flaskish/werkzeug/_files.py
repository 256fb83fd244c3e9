"""The steps of answering with a file; ``utils.send_file`` takes them one after the other.

Werkzeug: ``werkzeug.utils.send_file``. Django: ``FileResponse``, ``django.views.static``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from io import BytesIO, FileIO, TextIOBase
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zlib import adler32

from ._dates import http_date
from ._internal import _token_chars
from .datastructures import Headers
from .exceptions import RequestedRangeNotSatisfiable
from .http import quote_etag
from .wsgi import FileWrapper, wrap_file

if TYPE_CHECKING:
    from .wrappers import Response

_CHUNK_SIZE = 64 * 1024
#: What stands in no header, but for those that are refused everywhere.
_control_re = re.compile(r"[\x01-\x09\x0b\x0c\x0e-\x1f\x7f]")


class _SizedFile(FileWrapper):
    """The chunks of a file, as many as its headers say, whatever happens to it meanwhile.

    :param file: The file, open for bytes.
    :param size: Its size.
    """

    def __init__(self, file: Any, size: int) -> None:
        super().__init__(file, _CHUNK_SIZE)
        self._size = self._left = size

    def seek(self, *args: Any) -> None:
        super().seek(*args)
        self._left = max(0, self._size - self.file.tell())

    def __next__(self) -> bytes:
        data = self.file.read(min(_CHUNK_SIZE, self._left))
        if data:
            self._left -= len(data)
            return data
        if self._left:
            # The client has to see that something is missing.
            raise OSError("The file became shorter while it was sent.")
        raise StopIteration


def wrap_sized_file(environ: dict[str, Any], file: Any, size: int) -> Iterable[bytes]:
    """Wrap a file whose size the headers say.

    :param environ: The WSGI environ.
    :param file: The file, open for bytes.
    :param size: Its size.
    """
    if "wsgi.file_wrapper" in environ:
        # A server that has a wrapper of its own knows what the headers say.
        return wrap_file(environ, file, _CHUNK_SIZE)
    return _SizedFile(file, size)


class FileAnswer:
    """A file on its way to the client.

    :param path_or_file: A path, or a file open for bytes.
    :param root_path: The folder that a path is relative to.
    """

    def __init__(self, path_or_file: Any, root_path: Any) -> None:
        self.path: str | None = None
        self.file: Any = None
        #: The size in bytes and the time of the last change, as far as they are known.
        self.size: int | None = None
        self.changed: float | None = None
        #: Straight into their lists goes what needs no check for line breaks.
        self.headers = Headers()
        #: Those that come after the type and the length.
        self.validators = Headers()
        if not hasattr(path_or_file, "__fspath__") and not isinstance(path_or_file, str):
            self.file = path_or_file
            return
        if root_path is None:
            self.path = os.path.abspath(path_or_file)
        else:
            self.path = os.path.join(root_path, path_or_file)
        stat = os.stat(self.path)
        self.size = stat.st_size
        self.changed = stat.st_mtime

    def describe(
        self, mimetype: str | None, as_attachment: bool, download_name: str | None
    ) -> None:
        """Choose the type and the name."""
        if download_name is None and self.path is not None:
            download_name = os.path.basename(self.path)
        self.mimetype = mimetype or self._guess_mimetype(download_name, as_attachment)
        if download_name is not None:
            disposition = "attachment" if as_attachment else "inline"
            if download_name and _token_chars.issuperset(download_name):
                value = f"{disposition}; filename={download_name}"
                self.headers._list.append(("Content-Disposition", value))
                return
            self.headers.add("Content-Disposition", disposition, **_name_parameters(download_name))
        elif as_attachment:
            raise TypeError(
                "No name provided for attachment. Either set 'download_name' or pass a path"
                " instead of a file."
            )

    def _guess_mimetype(self, name: str | None, as_attachment: bool) -> str:
        if name is None:
            raise TypeError(
                "Unable to detect the MIME type because a file name is not available. Either set"
                " 'download_name', pass a path instead of a file, or set 'mimetype'."
            )
        # Reads the system's tables when it is first used.
        from mimetypes import guess_type

        mimetype, encoding = guess_type(name)
        # A browser would decode an attachment, which is to be saved as it is.
        if encoding is not None and not as_attachment:
            self.headers.add("Content-Encoding", encoding)
        return mimetype or "application/octet-stream"

    def date(
        self, last_modified: Any, max_age: int | Callable[[str | None], int | None] | None
    ) -> None:
        """Say when the file was changed, and how long it may be cached."""
        changed = self.changed if last_modified is None else last_modified
        if changed is not None:
            self.validators._list.append(("Last-Modified", http_date(changed)))
        if callable(max_age):
            max_age = max_age(self.path)
        if max_age is None:
            self.validators._list.append(("Cache-Control", "no-cache"))
            return
        cached_by = "public" if max_age > 0 else "no-cache"
        self.validators.add("Cache-Control", f"{cached_by}, max-age={max_age}")
        self.validators._list.append(("Expires", http_date(int(time() + max_age))))

    def tag(self, etag: bool | str) -> None:
        """Set the ETag."""
        if isinstance(etag, str):
            self.validators.add("ETag", quote_etag(etag))
        elif etag and self.path is not None:
            checksum = adler32(os.fsencode(self.path)) & 0xFFFFFFFF
            tag = f'"{self.changed}-{self.size}-{checksum}"'
            self.validators._list.append(("ETag", tag))

    def open(
        self,
        environ: dict[str, Any],
        use_x_sendfile: bool,
        response_class: type[Response] | None,
    ) -> Response:
        """Make the response."""
        if response_class is None:
            from .wrappers import Response

            response_class = Response
        body = None
        if use_x_sendfile and self.path is not None:
            self.headers.add("X-Sendfile", self.path)
        else:
            file = self._open_file()
            if self.path is None:
                body = wrap_file(environ, file, _CHUNK_SIZE)
            else:
                body = wrap_sized_file(environ, file, self.size or 0)
        headers = self.headers._list
        # Its place; the response writes it.
        headers.append(("Content-Type", ""))
        if self.size is not None:
            headers.append(("Content-Length", str(self.size)))
        headers += self.validators._list
        return response_class(
            body, mimetype=self.mimetype, headers=self.headers, direct_passthrough=True
        )

    def _open_file(self) -> Any:
        if self.file is None:
            # Without a buffer: the chunks are large.
            self.file = FileIO(self.path or "")
        elif isinstance(self.file, BytesIO):
            self.size = self.file.getbuffer().nbytes
        elif isinstance(self.file, TextIOBase):
            raise ValueError("Files must be opened in binary mode or use BytesIO.")
        return self.file

    def make_conditional(self, response: Response, environ: dict[str, Any]) -> Response:
        """Heed the conditions and ranges of the request."""
        try:
            response = response.make_conditional(
                environ, accept_ranges=True, complete_length=self.size
            )
        except RequestedRangeNotSatisfiable:
            if self.file is not None:
                self.file.close()
            raise
        if response.status_code == 304:
            # Some servers would send the file all the same.
            response.headers.pop("x-sendfile", None)
        return response


def _name_parameters(name: str) -> dict[str, str]:
    """Return a file's name as parameters; one that is not ASCII also in its nearest ASCII form."""
    if name.isascii() and name.isprintable():
        return {"filename": name}
    from unicodedata import normalize

    simple = normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    quoted = quote(name, safe="!#$&+-.^_`|~", errors="replace")
    return {"filename": _control_re.sub("", simple), "filename*": f"UTF-8''{quoted}"}
