"""Attributes that cache or read headers, redirects, files, file names and imports.

Werkzeug: ``werkzeug.utils``. Django: ``django.utils.functional``, ``django.utils.module_loading``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, MutableMapping
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from markupsafe import escape

from ._internal import _missing
from .exceptions import BadRedirect, NotFound
from .security import safe_join

if TYPE_CHECKING:
    from datetime import datetime

    from .wrappers import Response

T = TypeVar("T")


class cached_property(property, Generic[T]):  # noqa: N801 - Werkzeug's name.
    """A property whose value is kept: until it is set or deleted, or for good.

    Differs from Django's: it is a data descriptor, so that subclasses of ``property`` see it.

    :param fget: Computes the value.
    :param name: The name under which it is kept; the function's by default.
    :param doc: The documentation; the function's by default.
    """

    def __init__(
        self, fget: Callable[[Any], T], name: str | None = None, doc: str | None = None
    ) -> None:
        super().__init__(fget, doc=doc)
        self.__name__ = name or fget.__name__
        #: Where an object without a ``__dict__`` keeps the value.
        self.slot_name = f"_cache_{self.__name__}"
        self.__module__ = fget.__module__

    def __set_name__(self, owner: type, name: str) -> None:
        # Since Python 3.13 a property is renamed after its attribute; this one has its own name.
        pass

    @overload
    def __get__(self, obj: None, type: type | None = None) -> cached_property[T]: ...

    @overload
    def __get__(self, obj: object, type: type | None = None) -> T: ...

    def __get__(self, obj: object | None, type: type | None = None) -> Any:
        if obj is None:
            return self
        try:
            values = obj.__dict__
        except AttributeError:
            value = getattr(obj, self.slot_name, _missing)
            if value is _missing:
                value = self.fget(obj)  # type: ignore[misc]
                setattr(obj, self.slot_name, value)
            return value
        value = values.get(self.__name__, _missing)
        if value is _missing:
            value = values[self.__name__] = self.fget(obj)  # type: ignore[misc]
        return value

    def __set__(self, obj: object, value: Any) -> None:
        if hasattr(obj, "__dict__"):
            obj.__dict__[self.__name__] = value
        else:
            setattr(obj, self.slot_name, value)

    def __delete__(self, obj: object) -> None:
        if hasattr(obj, "__dict__"):
            del obj.__dict__[self.__name__]
        else:
            setattr(obj, self.slot_name, _missing)


class _MappingProperty(Generic[T]):
    """A property that is kept as text in a mapping of its object.

    :param name: The key.
    :param default: The value if the key is missing, or the text makes no sense.
    :param load_func: Converts the text; raises ``ValueError`` or ``TypeError`` for nonsense.
    :param dump_func: Converts a value to text.
    :param read_only: Whether setting it is an error.
    :param doc: The documentation.
    """

    read_only = False

    def __init__(
        self,
        name: str,
        default: T | None = None,
        load_func: Callable[[str], T] | None = None,
        dump_func: Callable[[T], str] | None = None,
        read_only: bool | None = None,
        doc: str | None = None,
    ) -> None:
        self.name = name
        self.default = default
        self.load_func = load_func
        self.dump_func = dump_func
        if read_only is not None:
            self.read_only = read_only
        self.__doc__ = doc

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        """Return the mapping of an object."""
        raise NotImplementedError

    # Werkzeug's types leave out that an attribute is None without its header; so do ours, lest
    # programs that pass a type checker there fail it here.
    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        mapping = self.lookup(instance)
        if self.name not in mapping:
            return self.default
        value = mapping[self.name]
        if self.load_func is None:
            return value
        try:
            return self.load_func(value)
        except (TypeError, ValueError):
            return self.default

    def __set__(self, instance: Any, value: Any) -> None:
        self._check_writable()
        text = value if self.dump_func is None else self.dump_func(value)
        self.lookup(instance)[self.name] = text

    def __delete__(self, instance: Any) -> None:
        self._check_writable()
        self.lookup(instance).pop(self.name, None)

    def _check_writable(self) -> None:
        if self.read_only:
            raise AttributeError("read only property")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class environ_property(_MappingProperty[T]):  # noqa: N801 - Werkzeug's name.
    """A property that is kept in the request's WSGI environ."""

    read_only = True

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        return obj.environ  # type: ignore[no-any-return]


class header_property(_MappingProperty[T]):  # noqa: N801 - Werkzeug's name.
    """A property that is kept in a header."""

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        return obj.headers  # type: ignore[no-any-return]


_charset_mimetypes = frozenset(
    (
        "application/ecmascript",
        "application/javascript",
        "application/sql",
        "application/xml",
        "application/xml-dtd",
        "application/xml-external-parsed-entity",
    )
)


def get_content_type(mimetype: str, charset: str) -> str:
    """Return a type with the charset added, if it is a type of text.

    :param mimetype: The type.
    :param charset: The charset.
    """
    if mimetype.startswith("text/") or mimetype in _charset_mimetypes or mimetype.endswith("+xml"):
        return f"{mimetype}; charset={charset}"
    return mimetype


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
    if _line_end_re.search(location):
        raise BadRedirect(location)
    if Response is None:
        from .wrappers import Response
    shown = escape(location)
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
    response.headers["Location"] = location
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
    from ._files import FileAnswer

    answer = FileAnswer(path_or_file, _root_path)
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
    :raises NotFound: There is no such file in the folder.
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
    return send_file(joined, environ, **kwargs)


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
