"""What Flask users import from Werkzeug, under Werkzeug's module names, over Django's parts.

Werkzeug: ``werkzeug``. Django: see each module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .serving import run_simple as run_simple
    from .test import Client as Client
    from .wrappers import Request as Request
    from .wrappers import Response as Response

# Each import of a submodule runs this file, and few need a server or a test client.
_HOMES = {
    "Client": ".test",
    "Request": ".wrappers",
    "Response": ".wrappers",
    "run_simple": ".serving",
}
# ``import werkzeug`` is enough to use these modules, so it is enough here, too.
_MODULES_ON_DEMAND = frozenset(("security", "serving", "test"))


def __getattr__(name: str) -> Any:
    if name in _MODULES_ON_DEMAND:
        return import_module(f".{name}", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home, __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES_ON_DEMAND})
