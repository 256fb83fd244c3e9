"""Werkzeug's ``sansio`` modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._on_demand import load_on_demand

if TYPE_CHECKING:
    from . import http as http
    from . import multipart as multipart
    from . import utils as utils

# What most requests do without.
_HOMES = {name: name for name in ("http", "multipart", "utils")}


def __getattr__(name: str) -> Any:
    return load_on_demand(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
