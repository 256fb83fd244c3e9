"""A pytest plugin that lets test modules be collected which import what flaskish does not have.

Werkzeug: the private names of its reloader. Django: its autoreloader does that work.

A module of tests fails as a whole when one import fails. Here each missing name is there, and the
tests that use it fail one by one, to be listed as known differences.
"""

from __future__ import annotations

from typing import Any, NoReturn

import flaskish.as_flask  # noqa: F401 - The names are put into the aliased modules.
from flaskish.werkzeug import _reloader


def make_stand_in(name: str) -> Any:
    """Make something that fails when it is used."""

    def stand_in(*args: Any) -> NoReturn:
        raise NotImplementedError(f"flaskish does not have the private name {name!r}.")

    stand_in.__name__ = name
    # Tests replace this method of a class.
    stand_in.trigger_reload = stand_in  # type: ignore[attr-defined]
    return stand_in


for name in ("WatchdogReloaderLoop", "_find_watchdog_paths", "_get_args_for_reloading"):
    if hasattr(_reloader, name):
        raise RuntimeError(f"flaskish has {name!r} by now. Take it out of {__file__}.")
    setattr(_reloader, name, make_stand_in(name))
