"""Where on the disk an application's package lives, and where its instance folder belongs.

Flask: Instance Folders. Django: none; ``BASE_DIR`` is a project's own convention.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePath
from typing import Any

from . import werkzeug


def find_package(import_name: str) -> tuple[str | None, str]:
    """Find where a package was installed, and the folder it is imported from.

    :param import_name: Name of the module or package.
    :return: The installation's prefix (``None`` if it was not installed), and the folder that holds
        the top-level package or module.
    """
    package_path = _find_package_path(import_name)
    interpreter_prefix = os.path.abspath(sys.prefix)
    if PurePath(package_path).is_relative_to(interpreter_prefix):
        return interpreter_prefix, package_path

    site_parent, site_folder = os.path.split(package_path)
    if site_folder.lower() != "site-packages":
        return None, package_path
    prefix, folder = os.path.split(site_parent)
    if folder.lower() == "lib":  # prefix/lib/site-packages, as on Windows
        return prefix, package_path
    if os.path.basename(prefix).lower() == "lib":  # prefix/lib/pythonX.Y/site-packages
        return os.path.dirname(prefix), package_path
    return site_parent, package_path


def _find_package_path(import_name: str) -> str:
    """Find the folder that holds the top-level package or module of an import name."""
    try:
        spec = importlib.util.find_spec(import_name.partition(".")[0])
    except (ImportError, ValueError):
        # An invalid name, or __main__.
        spec = None
    if spec is None:
        return os.getcwd()
    if spec.submodule_search_locations is None:
        return os.path.dirname(spec.origin or "")
    if spec.origin in (None, "namespace"):
        return os.path.dirname(_namespace_portion(spec, import_name))
    return os.path.dirname(os.path.dirname(spec.origin or ""))


def _namespace_portion(spec: ModuleSpec, import_name: str) -> str:
    """Choose the folder of a namespace package that holds the given module."""
    portions = list(spec.submodule_search_locations or ())
    module_spec = importlib.util.find_spec(import_name)
    if module_spec is not None and module_spec.submodule_search_locations:
        module_path = Path(os.path.commonpath(list(module_spec.submodule_search_locations)))
        for portion in portions:
            if module_path.is_relative_to(portion):
                return portion
    return portions[0]


def get_root_path(import_name: str) -> str:
    """Find the folder of a module.

    :param import_name: Name of the module.
    :return: The folder; the working directory for a module without a file, as in a shell.
    :raises RuntimeError: The module has no file although it was imported from somewhere.
    """
    module_file = getattr(sys.modules.get(import_name), "__file__", None)
    if module_file is not None:
        return os.path.dirname(os.path.abspath(module_file))  # type: ignore[no-any-return]
    try:
        spec = importlib.util.find_spec(import_name)
    except (ImportError, ValueError):
        spec = None
    loader: Any = None if spec is None else spec.loader
    if loader is None:
        return os.getcwd()
    if hasattr(loader, "get_filename"):
        path = loader.get_filename(import_name)
    else:
        # Only importing the module tells, with a loader of this kind.
        importlib.import_module(import_name)
        path = getattr(sys.modules[import_name], "__file__", None)
    if path is None:
        raise RuntimeError(
            f"No root path can be found for the provided module {import_name!r}. This can happen"
            " because the module came from an import hook that does not provide file name"
            " information or because it's a namespace package. In this case the root path needs"
            " to be explicitly provided."
        )
    return os.path.dirname(os.path.abspath(path))  # type: ignore[no-any-return]


def resource_path(folder: str, resource: str | os.PathLike[str]) -> str:
    """Return the path of a file in a folder.

    Differs from Flask: a path that leads out of the folder is no resource of it.

    :param folder: The folder.
    :param resource: Path relative to the folder.
    :raises FileNotFoundError: It leads out of the folder.
    """
    given = os.fspath(resource)
    path = werkzeug.security.safe_join(
        folder, os.path.relpath(given, folder) if os.path.isabs(given) else given
    )
    if path is None:
        raise FileNotFoundError(
            f"{given!r} is not in {folder!r}. Use 'open()' for files elsewhere."
        )
    return path
