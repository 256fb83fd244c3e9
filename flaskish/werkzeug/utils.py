"""Attributes that cache or read headers, redirects, files, file names and imports.

Werkzeug: ``werkzeug.utils``. Django: ``django.utils.functional``, ``django.utils.module_loading``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from markupsafe import escape

from .. import werkzeug
from ._internal import get_content_type as get_content_type
from ._properties import cached_property as cached_property
from ._properties import environ_property as environ_property
from ._properties import header_property as header_property
from .datastructures import Headers
from .exceptions import BadRedirect, NotFound
from .security import safe_join
from .urls import is_plain_path

if TYPE_CHECKING:
    from datetime import datetime

    from .wrappers import Response

T = TypeVar("T")


# Redirects

_line_end_re = re.compile(r"[\r\n\0]")


def redirect(
    location: str,
    code: int = 302,
    Response: type[Response] | None = None,  # noqa: N803
) -> Response:
    """Make a redirect response.

    :param location: The URL to go to.
    :param code: The status code.
    :param Response: The class of the response.
    :raises BadRedirect: The URL has a line break or a NUL. Unhandled, that is a bad request.
    """
    shown: str = location
    is_plain = is_plain_path(location)
    if not is_plain or "&" in location or "'" in location:
        if _line_end_re.search(location):
            raise BadRedirect(location)
        shown = escape(location)
    if Response is None:
        from .wrappers import Response
    response = Response(  # type: ignore[misc]
        "<!doctype html>\n"
        "<html lang=en>\n"
        "<title>Redirecting...</title>\n"
        "<h1>Redirecting...</h1>\n"
        "<p>You should be redirected automatically to the target URL: "
        f'<a href="{shown}">{shown}</a>. If not, click the link.\n',
        code,
        mimetype="text/html",
    )
    headers = response.headers
    made = getattr(response, "_made_headers", None)
    if (
        made is not None
        and len(made) == 2
        and is_plain
        and type(location) is str
        and isinstance(headers, Headers)
        and headers._list == made
    ):
        # There is no other one yet, and this one can be sent as it is.
        header = ("Location", location)
        headers._list.append(header)
        made.append(header)
    else:
        headers.set("Location", location)
    return response


def append_slash_redirect(environ: dict[str, Any], code: int = 308) -> Response:
    """Make a redirect response to the same URL with a slash at its end.

    :param environ: The WSGI environ.
    :param code: The status code.
    """
    # Relative to the last segment, so that the prefix in front of the application is kept.
    from urllib.parse import quote

    from .wsgi import get_path_info

    last_segment = quote(get_path_info(environ).rpartition("/")[2], safe="!$&'()*+,:;=@")
    location = f"{last_segment}/" if last_segment else "./"
    if ":" in last_segment:
        # "https:example.org" is a path, not another site.
        location = f"./{location}"
    query = environ.get("QUERY_STRING")
    return redirect(f"{location}?{query}" if query else location, code)


# Files


def send_file(
    path_or_file: os.PathLike[str] | str | IO[bytes],
    environ: dict[str, Any],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | int | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
    use_x_sendfile: bool = False,
    response_class: type[Response] | None = None,
    _root_path: os.PathLike[str] | str | None = None,
) -> Response:
    """Answer with a file.

    :param path_or_file: A path, or a file open for bytes. Never pass a path that a user sent; see
        :func:`send_from_directory`.
    :param environ: The WSGI environ.
    :param mimetype: The type; guessed from the name by default.
    :param as_attachment: Whether the browser should save it rather than show it.
    :param download_name: The name to save it under.
    :param conditional: Whether conditions and ranges of the request are heeded.
    :param etag: The ETag, or whether to make one.
    :param last_modified: When it was last changed; the file's own time by default.
    :param max_age: How long it may be cached, in seconds, or a function of the path.
    :param use_x_sendfile: Whether the server in front sends the contents.
    :param response_class: The class of the response.
    :param _root_path: The folder that a path is relative to.
    :raises TypeError: A name is needed and there is none.
    :raises ValueError: The file is open for text.
    :raises RequestedRangeNotSatisfiable: The request asks for a part that does not exist.
    """
    answer = werkzeug._files.FileAnswer(path_or_file, _root_path)
    answer.describe(mimetype, as_attachment, download_name)
    answer.date(last_modified, max_age)
    answer.tag(etag)
    response = answer.open(environ, use_x_sendfile, response_class)
    return answer.make_conditional(response, environ) if conditional else response


def send_from_directory(
    directory: os.PathLike[str] | str,
    path: os.PathLike[str] | str,
    environ: dict[str, Any],
    **kwargs: Any,
) -> Response:
    """Answer with a file of a folder, whose path may come from a user.

    :param directory: The folder.
    :param path: Path relative to the folder.
    :param environ: The WSGI environ.
    :param kwargs: What :func:`send_file` takes.
    :raises NotFound: There is no such file in the folder, or none that the server may read.
    """
    joined = safe_join(os.fspath(directory), os.fspath(path))
    if joined is None:
        raise NotFound
    # The folder is relative to the application, wherever the program was started.
    if "_root_path" in kwargs:
        joined = os.path.join(kwargs["_root_path"], joined)
    try:
        is_file = os.path.isfile(joined)
    except ValueError:
        # A NUL, or a surrogate that the file system cannot encode.
        is_file = False
    if not is_file:
        raise NotFound
    try:
        return send_file(joined, environ, **kwargs)
    except OSError as error:
        if error.filename != joined:
            raise
        # Differs from Flask: a file of a folder that went away a moment ago, or that the server may
        # not read, is not found, rather than an error of the server.
        raise NotFound from error


_unsafe_in_filename_re = re.compile(r"[^A-Za-z0-9_.-]")


def secure_filename(filename: str) -> str:
    """Return a name for a file that is safe in any folder; it may be empty.

    :param filename: The name a client gave.
    """
    from unicodedata import normalize

    from .security import _windows_device_files

    name = normalize("NFKD", filename).encode("ascii", "ignore").decode("ascii")
    for separator in filter(None, (os.sep, os.path.altsep)):
        name = name.replace(separator, " ")
    name = _unsafe_in_filename_re.sub("", "_".join(name.split())).strip("._")
    # A device opens from any folder, whatever its extension.
    if os.name == "nt" and name.partition(".")[0].strip().upper() in _windows_device_files:
        return f"_{name}"
    return name


# Imports


@overload
def import_string(import_name: str) -> Any: ...


@overload
def import_string(import_name: str, silent: bool = False) -> Any: ...


def import_string(import_name: str, silent: bool = False) -> Any:
    """Import a module, or an object of one.

    :param import_name: The dotted name; a colon may stand in front of the object.
    :param silent: Whether to return ``None`` if it cannot be imported.
    :raises ImportStringError: It cannot be imported.
    """
    name = import_name.replace(":", ".")
    try:
        try:
            return _import_absolute(name)
        except ImportError as error:
            # A module that exists, but fails when it imports others, is no attribute.
            if "." not in name or not _is_module_missing(error, name):
                raise
        module_name, _, object_name = name.rpartition(".")
        module = _import_absolute(module_name)
        try:
            return getattr(module, object_name)
        except AttributeError as error:
            raise ImportError(error) from None
    except ImportError as error:
        if silent:
            return None
        # With the way to the module whose import failed, which may be another one.
        raise ImportStringError(name, error).with_traceback(error.__traceback__) from None


def _import_absolute(name: str) -> Any:
    """Import a module; a name with a dot in front is that of no module."""
    if name.startswith("."):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return import_module(name)


def _is_module_missing(error: ImportError, name: str) -> bool:
    """Tell whether a module of a dotted name is what was not found."""
    missing = error.name
    return isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{missing}.")


def find_modules(
    import_path: str, include_packages: bool = False, recursive: bool = False
) -> Iterator[str]:
    """Iterate over the names of the modules in a package.

    :param import_path: The dotted name of the package.
    :param include_packages: Whether packages in it are given, too.
    :param recursive: Whether to go into them.
    :raises ValueError: It is not a package.
    """
    import pkgutil

    package = import_string(import_path)
    path = getattr(package, "__path__", None)
    if path is None:
        raise ValueError(f"{import_path!r} is not a package")
    for module in pkgutil.iter_modules(path, f"{package.__name__}."):
        if not module.ispkg or include_packages:
            yield module.name
        if module.ispkg and recursive:
            yield from find_modules(module.name, include_packages, True)


class ImportStringError(ImportError):
    """A name cannot be imported; the text tells how far it could.

    :param import_name: The dotted name.
    :param exception: What was raised.
    """

    def __init__(self, import_name: str, exception: BaseException) -> None:
        self.import_name = import_name
        self.exception = exception
        super().__init__(self._explain() or import_name)

    def _explain(self) -> str | None:
        found = []
        parts = self.import_name.replace(":", ".").split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            imported = import_string(name, silent=True)
            if imported:
                found.append(f"- {name!r} found in {getattr(imported, '__file__', None)!r}.")
                continue
            track = "\n".join([*found, f"- {name!r} not found."])
            return (
                f"import_string() failed for {self.import_name!r}. Possible reasons are:\n\n"
                "- missing __init__.py in a package;\n"
                "- package or module path not included in sys.path;\n"
                "- duplicated package or module name taking precedence in sys.path;\n"
                "- missing module, class, function or variable;\n\n"
                f"Debugged import:\n\n{track}\n\n"
                f"Original exception:\n\n{type(self.exception).__name__}: {self.exception}"
            )
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.import_name!r}, {self.exception!r})>"
