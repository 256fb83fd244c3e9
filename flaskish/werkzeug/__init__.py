"""What Flask users import from Werkzeug, under Werkzeug's module names, over Django's parts.

Werkzeug: ``werkzeug``. Django: see each module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._on_demand import load_on_demand

if TYPE_CHECKING:
    from . import _files as _files
    from . import datastructures as datastructures
    from . import exceptions as exceptions
    from . import formparser as formparser
    from . import http as http
    from . import local as local
    from . import routing as routing
    from . import security as security
    from . import serving as serving
    from . import test as test
    from . import urls as urls
    from . import user_agent as user_agent
    from . import utils as utils
    from . import wrappers as wrappers
    from . import wsgi as wsgi
    from .serving import run_simple as run_simple
    from .test import Client as Client
    from .wrappers import Request as Request
    from .wrappers import Response as Response

__all__ = [
    "Client",
    "Request",
    "Response",
    "run_simple",
]

# Each import of a submodule runs this file, and few need a server or a test client. Modules of
# ours reach those that most requests do without by way of this package, too.
_ON_DEMAND: dict[str, tuple[str, ...]] = {
    "_files": (),
    "datastructures": (),
    "exceptions": (),
    "formparser": (),
    "http": (),
    "local": (),
    "routing": (),
    "security": (),
    "serving": ("run_simple",),
    "test": ("Client",),
    "urls": (),
    "user_agent": (),
    "utils": (),
    "wrappers": ("Request", "Response"),
    "wsgi": (),
}
_HOMES = {name: home for home, names in _ON_DEMAND.items() for name in (home, *names)}


def __getattr__(name: str) -> Any:
    return load_on_demand(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
