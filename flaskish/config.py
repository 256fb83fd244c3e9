"""The configuration: a dict that can be filled from files, objects and the environment.

Flask: Configuration Handling. Django: settings; ``bridge.settings`` has the keys both know.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import werkzeug

if TYPE_CHECKING:
    from .sansio.app import App

T = TypeVar("T")


def get_debug_flag() -> bool:
    """Tell whether ``FLASK_DEBUG`` turns debug mode on."""
    value = os.environ.get("FLASK_DEBUG")
    return bool(value) and value.lower() not in {"0", "false", "no"}  # type: ignore[union-attr]


class ConfigAttribute(Generic[T]):
    """An attribute of the application that is kept in its config.

    :param name: The config key.
    :param get_converter: Applied to the value whenever it is read.
    """

    def __init__(self, name: str, get_converter: Callable[[Any], T] | None = None) -> None:
        self.__name__ = name
        self.get_converter = get_converter

    @overload
    def __get__(self, obj: None, owner: type[App] | None = None) -> ConfigAttribute[T]: ...

    @overload
    def __get__(self, obj: App, owner: type[App] | None = None) -> T: ...

    def __get__(self, obj: App | None, owner: type[App] | None = None) -> T | ConfigAttribute[T]:
        if obj is None:
            return self
        value = obj.config[self.__name__]
        return value if self.get_converter is None else self.get_converter(value)

    def __set__(self, obj: App, value: Any) -> None:
        obj.config[self.__name__] = value


class Config(dict[str, Any]):
    """The configuration of an application. Only upper-case keys are taken from other sources.

    :param root_path: The folder that file names are relative to.
    :param defaults: The first values.
    """

    def __init__(
        self, root_path: str | os.PathLike[str], defaults: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(defaults or {})
        self.root_path = root_path

    def from_envvar(self, variable_name: str, silent: bool = False) -> bool:
        """Load the Python file that an environment variable names.

        :param variable_name: The name of the variable.
        :param silent: Whether a missing variable or file is no error.
        :return: Whether a file was loaded.
        :raises RuntimeError: The variable is not set.
        """
        path = os.environ.get(variable_name)
        if path:
            return self.from_pyfile(path, silent=silent)
        if silent:
            return False
        raise RuntimeError(
            f"The environment variable {variable_name!r} is not set and as such configuration"
            " could not be loaded. Set this variable and make it point to a configuration file"
        )

    def from_prefixed_env(
        self, prefix: str = "FLASK", *, loads: Callable[[str], Any] = json.loads
    ) -> bool:
        """Load the environment variables with a prefix; ``__`` leads into nested dicts.

        :param prefix: The prefix, without the underscore after it.
        :param loads: Parses each value; a value that it fails on stays a string.
        :return: Always true.
        """
        prefix = f"{prefix}_"
        for name in sorted(os.environ):
            if not name.startswith(prefix):
                continue
            value: Any = os.environ[name]
            try:
                value = loads(value)
            except Exception:
                pass
            *parents, key = name.removeprefix(prefix).split("__")
            target: Any = self
            for parent in parents:
                if parent not in target:
                    target[parent] = {}
                target = target[parent]
            target[key] = value
        return True

    def from_pyfile(self, filename: str | os.PathLike[str], silent: bool = False) -> bool:
        """Run a Python file and take its upper-case names.

        :param filename: Path of the file, relative to ``root_path``.
        :param silent: Whether a missing file is no error.
        :return: Whether the file was loaded.
        """
        path = os.path.join(self.root_path, filename)
        module = ModuleType("config")
        module.__file__ = path
        content = self._read(
            path,
            "rb",
            lambda file: file.read(),
            silent,
            (errno.ENOENT, errno.EISDIR, errno.ENOTDIR),
        )
        if content is None:
            return False
        exec(compile(content, path, "exec"), module.__dict__)
        self.from_object(module)
        return True

    def from_file(
        self,
        filename: str | os.PathLike[str],
        load: Callable[[IO[Any]], Mapping[str, Any]],
        silent: bool = False,
        text: bool = True,
    ) -> bool:
        """Load a file with a parser of its format.

        :param filename: Path of the file, relative to ``root_path``.
        :param load: Takes the open file and returns a mapping: ``tomllib.load``, ``json.load``.
        :param silent: Whether a missing file is no error.
        :param text: Whether the file is opened in text mode.
        :return: Whether the file was loaded.
        """
        path = os.path.join(self.root_path, filename)
        mapping = self._read(
            path, "r" if text else "rb", load, silent, (errno.ENOENT, errno.EISDIR)
        )
        return mapping is not None and self.from_mapping(mapping)

    @staticmethod
    def _read(
        path: str,
        mode: str,
        load: Callable[[IO[Any]], Any],
        silent: bool,
        harmless: tuple[int, ...],
    ) -> Any:
        """Return what ``load`` makes of a file, ``None`` if it is missing and may be."""
        try:
            with open(path, mode) as file:
                return load(file)
        except OSError as error:
            if silent and error.errno in harmless:
                return None
            error.strerror = f"Unable to load configuration file ({error.strerror})"
            raise

    def from_object(self, obj: object | str) -> None:
        """Take the upper-case attributes of an object.

        :param obj: A module, a class, another object, or the import name of one.
        """
        if isinstance(obj, str):
            obj = werkzeug.utils.import_string(obj)
        for key in dir(obj):
            if key.isupper():
                self[key] = getattr(obj, key)

    def from_mapping(self, mapping: Mapping[str, Any] | None = None, **kwargs: Any) -> bool:
        """Take the upper-case keys of a mapping, and of the keyword arguments.

        :param mapping: The mapping.
        :return: Always true.
        """
        for key, value in dict(mapping or (), **kwargs).items():
            if key.isupper():
                self[key] = value
        return True

    def get_namespace(
        self, namespace: str, lowercase: bool = True, trim_namespace: bool = True
    ) -> dict[str, Any]:
        """Return the values whose keys start with a prefix.

        :param namespace: The prefix.
        :param lowercase: Whether the keys are returned in lower case.
        :param trim_namespace: Whether the prefix is taken off.
        """
        found = {}
        for key, value in self.items():
            if key.startswith(namespace):
                name = key.removeprefix(namespace) if trim_namespace else key
                found[name.lower() if lowercase else name] = value
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict.__repr__(self)}>"
