"""Makes flaskish's names mean Flask and Werkzeug: the alias, the other way round.

Flask: ``flask`` and ``werkzeug``. Django: none.

With it, tests that are written for flaskish show whether they are true of Flask.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType


class RealModules:
    """Finds ``flaskish.werkzeug.x`` as ``werkzeug.x`` and ``flaskish.x`` as ``flask.x``."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != "flaskish":
            return None
        return spec_from_loader(name, _RealModule())


class _RealModule(Loader):
    """Loads a module by handing out the real one, which keeps its own names."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        real_name = spec.name.replace("flaskish", "flask", 1)
        real = import_module(real_name.replace("flask.werkzeug", "werkzeug", 1))
        self.kept = {name: getattr(real, name) for name in ("__spec__", "__loader__")}
        return real

    def exec_module(self, module: ModuleType) -> None:
        # The import system has put its own in their place.
        for name, value in self.kept.items():
            setattr(module, name, value)


sys.meta_path.insert(0, RealModules())
