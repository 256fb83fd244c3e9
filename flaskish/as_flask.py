"""The import alias: importing this module makes ``flask`` and ``werkzeug`` mean flaskish.

Flask: the package names ``flask`` and ``werkzeug``. Django: none; this is Python's import system.

One rule, for people and for code: ``flask.x`` is ``flaskish.x`` and ``werkzeug.x`` is
``flaskish.werkzeug.x``, the very same module objects. It is the one module of flaskish whose import
changes something for the whole process, which is why it has to be imported by name::

    import flaskish.as_flask      # first line of the program
    python -m pytest -p flaskish.as_flask
    python -m flaskish --as-flask --app hello run
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, DistributionFinder
from os import PathLike
from types import CodeType, ModuleType
from typing import NoReturn

from ._versions import OFFERED_VERSIONS

_TARGETS = {"flask": "flaskish", "werkzeug": "flaskish.werkzeug"}


def target_name(name: str) -> str | None:
    """Translate a module name of Flask or Werkzeug to ours.

    :param name: A dotted module name, for example ``werkzeug.http``.
    :return: The name of our module, ``None`` if the name belongs to neither package.
    """
    package, _, rest = name.partition(".")
    target = _TARGETS.get(package)
    if target is None:
        return None
    return f"{target}.{rest}" if rest else target


def alias_name(name: str) -> str | None:
    """Translate the name of one of our modules to Flask's or Werkzeug's.

    :param name: A dotted module name, for example ``flaskish.werkzeug.http``.
    :return: The name under the alias, ``None`` if it is none of our modules.
    """
    for package in ("werkzeug", "flask"):
        prefix = f"{_TARGETS[package]}."
        if name.startswith(prefix):
            return f"{package}.{name.removeprefix(prefix)}"
    return None


class AliasLoader(Loader):
    """Hands out the module of flaskish in place of a new one."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._own_spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.target)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just put the alias's spec on a module that was executed long ago.
        module.__spec__ = self._own_spec

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of a module, for ``python -m flask`` in an environment of the alias."""
        spec = AliasFinder.find_own(self.target)
        loader = None if spec is None else spec.loader
        return loader.get_code(self.target) if isinstance(loader, InspectLoader) else None


class AliasDistribution(Distribution):
    """The metadata of a package that flaskish stands in for."""

    def __init__(self, name: str) -> None:
        metadata = (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {OFFERED_VERSIONS[name]}\n"
            "Summary: Offered by flaskish.\n"
        )
        self._files = {"METADATA": metadata, "top_level.txt": name}

    def read_text(self, filename: str) -> str | None:
        return self._files.get(filename)

    def locate_file(self, path: str | PathLike[str]) -> NoReturn:
        raise FileNotFoundError(f"{path!s} is not installed: flaskish stands in for this package.")


class AliasFinder(MetaPathFinder):
    """Answers imports of ``flask`` and ``werkzeug``, and questions for their versions."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        ours = target_name(fullname)
        if ours is None:
            return self._find_imported_name(fullname)
        own_spec = self.find_own(ours)
        if own_spec is not None:
            return ModuleSpec(
                fullname,
                AliasLoader(ours),
                origin=own_spec.origin,
                is_package=own_spec.submodule_search_locations is not None,
            )
        installed = self._find_installed(fullname)
        if installed is not None:
            return installed
        raise ModuleNotFoundError(
            f"flaskish does not have a module {ours!r} to stand in for {fullname!r}, and no"
            f" installed {fullname.partition('.')[0].title()} has it either. The compatibility"
            " page of the documentation lists what is offered.",
            name=fullname,
        )

    def _find_imported_name(self, fullname: str) -> ModuleSpec | None:
        """Answer ``from flask import x`` for an ``x`` that our package lacks.

        Python then asks for a module of that name, under the name of the package itself, which is
        ours. It may be one that only an installed Werkzeug has.
        """
        alias = alias_name(fullname)
        if alias is None or self.find_own(fullname) is not None:
            return None
        if self._find_installed(alias) is not None:
            return ModuleSpec(fullname, AliasLoader(alias))
        module, _, name = alias.rpartition(".")
        package = module.partition(".")[0]
        # The name of the error differs from the module's: Python would replace it by its own.
        raise ModuleNotFoundError(
            f"cannot import name {name!r} from {module!r}: flaskish does not have it. It offers the"
            f" names of {package.title()} {OFFERED_VERSIONS[package]}, whose changelog says where"
            " those of older releases went. The compatibility page of flaskish's documentation"
            " lists what is left out.",
            name=alias,
        )

    @staticmethod
    def find_own(name: str) -> ModuleSpec | None:
        """Find one of our modules without asking this finder again."""
        if name == __package__:
            return sys.modules[name].__spec__
        parent = sys.modules.get(name.rpartition(".")[0])
        # Under the alias a name of ours may lead to a package of the installed Werkzeug.
        if parent is None or not name.startswith(f"{parent.__name__}."):
            return None
        path = getattr(parent, "__path__", None)
        return None if path is None else PathFinder.find_spec(name, path)

    @staticmethod
    def _find_installed(fullname: str) -> ModuleSpec | None:
        """Find a module that only a real Werkzeug has, to run on top of our modules."""
        package, *rest = fullname.split(".")
        if package != "werkzeug":
            return None
        spec = PathFinder.find_spec(package)
        for depth in range(len(rest)):
            if spec is None or spec.submodule_search_locations is None:
                return None
            name = ".".join([package, *rest[: depth + 1]])
            spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
        return spec

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterable[Distribution]:
        wanted = context.name if context is not None else None
        for name in OFFERED_VERSIONS:
            if wanted is None or wanted.lower() == name:
                yield AliasDistribution(name)


def install() -> None:
    """Make ``flask`` and ``werkzeug`` mean flaskish in this process. A second call does nothing.

    :raises ImportError: The real Flask or Werkzeug has been imported before.
    """
    if any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
        return
    for package in _TARGETS:
        if package in sys.modules:
            raise ImportError(
                f"flaskish.as_flask came too late: {package!r} was already imported from"
                f" {getattr(sys.modules[package], '__file__', None)!r}. Import flaskish.as_flask"
                " before anything that imports it, for example as the first line of the program"
                " or with 'python -m pytest -p flaskish.as_flask'.",
                name=package,
            )
    sys.meta_path.insert(0, AliasFinder())


install()
