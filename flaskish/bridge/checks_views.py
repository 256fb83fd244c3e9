"""System check of view functions: decorators that came too late to be part of the view.

Flask: View Decorators. Django: the system check framework, ``django.core.checks``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage

from .checks import checked_apps, warning
from .view_marks import is_exempted_from_csrf


def check_decorators(**kwargs: Any) -> list[CheckMessage]:
    """Find views whose module decorates them further, after the rule was registered."""
    return [
        warning(
            f"A decorator above the route of the view {view.__name__!r} of the application"
            f" {name!r} never runs: the view was registered without it, and is not protected by"
            " it.",
            "Put @app.route(...), @app.get(...) and the like above all other decorators.",
            app,
            11,
        )
        for app, name in checked_apps().items()
        for view in dict.fromkeys(app.view_functions.values())
        if _is_decorated_later(view)
    ]


def _namesake(view: Callable[..., Any]) -> Any:
    """Return what the module of a view has under the view's name, in the end."""
    module = sys.modules.get(getattr(view, "__module__", ""))
    return getattr(module, getattr(view, "__qualname__", ""), None)


def _is_decorated_later(view: Callable[..., Any]) -> bool:
    function = _namesake(view)
    if hasattr(view, "csrf_exempt") and is_exempted_from_csrf(function):
        # Below the route: registering the view took this decorator off, and kept its mark.
        function = function.__wrapped__
    if function is view:
        return False
    while function is not None:
        function = getattr(function, "__wrapped__", None)
        if function is view:
            return True
    return False
