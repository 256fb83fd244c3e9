"""What only Django sees: handlers, URLconf, settings, templates, sessions, messages, checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._on_demand import load_on_demand

if TYPE_CHECKING:
    from . import csrf as csrf
    from . import engines as engines
    from . import error_log as error_log
    from . import errors as errors
    from . import handlers as handlers
    from . import transactions as transactions

# What an application standing alone needs for templates, for errors or for middleware only.
_HOMES = {
    name: name for name in ("csrf", "engines", "error_log", "errors", "handlers", "transactions")
}


def __getattr__(name: str) -> Any:
    return load_on_demand(__name__, _HOMES, name)
