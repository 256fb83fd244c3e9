"""Makes Flask's names mean flaskish when the first of them is imported, and imports nothing before.

Flask: ``flask`` and ``werkzeug``. Django: imported with flaskish, after gevent's patching that way.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


class FirstImport:
    """Waits among the finders of modules for a name of Flask's."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in {"flask", "werkzeug"}:
            return None
        sys.meta_path.remove(self)
        import flaskish.as_flask  # noqa: F401 - its import is what it is for

        return find_spec(name)


sys.meta_path.insert(0, FirstImport())
