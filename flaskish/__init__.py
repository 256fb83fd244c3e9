"""Flask's public API on top of Django: the names that ``from flaskish import ...`` offers.

Flask: ``flask``. Django: see each module.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from . import json as json
from ._on_demand import load_on_demand
from .app import Flask as Flask
from .config import Config as Config
from .ctx import after_this_request as after_this_request
from .ctx import copy_current_request_context as copy_current_request_context
from .ctx import has_app_context as has_app_context
from .ctx import has_request_context as has_request_context
from .globals import current_app as current_app
from .globals import g as g
from .globals import request as request
from .globals import session as session
from .json import jsonify as jsonify
from .signals import appcontext_popped as appcontext_popped
from .signals import appcontext_pushed as appcontext_pushed
from .signals import appcontext_tearing_down as appcontext_tearing_down
from .signals import before_render_template as before_render_template
from .signals import got_request_exception as got_request_exception
from .signals import message_flashed as message_flashed
from .signals import request_finished as request_finished
from .signals import request_started as request_started
from .signals import request_tearing_down as request_tearing_down
from .signals import template_rendered as template_rendered
from .wrappers import Request as Request
from .wrappers import Response as Response

if TYPE_CHECKING:
    from .blueprints import Blueprint as Blueprint
    from .helpers import abort as abort
    from .helpers import flash as flash
    from .helpers import get_flashed_messages as get_flashed_messages
    from .helpers import get_template_attribute as get_template_attribute
    from .helpers import make_response as make_response
    from .helpers import redirect as redirect
    from .helpers import send_file as send_file
    from .helpers import send_from_directory as send_from_directory
    from .helpers import stream_with_context as stream_with_context
    from .helpers import url_for as url_for
    from .templating import render_template as render_template
    from .templating import render_template_string as render_template_string
    from .templating import stream_template as stream_template
    from .templating import stream_template_string as stream_template_string

__all__ = [
    "Blueprint",
    "Config",
    "Flask",
    "Request",
    "Response",
    "abort",
    "after_this_request",
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "copy_current_request_context",
    "current_app",
    "flash",
    "g",
    "get_flashed_messages",
    "get_template_attribute",
    "got_request_exception",
    "has_app_context",
    "has_request_context",
    "json",
    "jsonify",
    "make_response",
    "message_flashed",
    "redirect",
    "render_template",
    "render_template_string",
    "request",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "send_file",
    "send_from_directory",
    "session",
    "stream_template",
    "stream_template_string",
    "stream_with_context",
    "template_rendered",
    "url_for",
]

# Whoever names one of these pays for its module, for Jinja say; whoever does not, does not. Naming
# the module does as well, as ``import flask`` is enough to use it.
_ON_DEMAND = {
    "blueprints": ("Blueprint",),
    "cli": (),
    "helpers": (
        *("abort", "flash", "get_flashed_messages", "get_template_attribute", "make_response"),
        *("redirect", "send_file", "send_from_directory", "stream_with_context", "url_for"),
    ),
    "logging": (),
    "templating": (
        *("render_template", "render_template_string"),
        *("stream_template", "stream_template_string"),
    ),
    "typing": (),
}
_HOMES = {name: home for home, names in _ON_DEMAND.items() for name in (home, *names)}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _offered_version()
    if name == "VERSION":
        # Tools of Django ask each of INSTALLED_APPS for it, before they ask for __version__.
        from importlib.metadata import version

        return version("flaskish")
    return load_on_demand(__name__, _HOMES, name)


def __dir__() -> list[str]:
    # ``globals`` is one of our modules here.
    return sorted({*vars(sys.modules[__name__]), *_HOMES})


def _offered_version() -> str:
    import warnings

    from ._versions import OFFERED_VERSIONS

    warnings.warn(
        "The '__version__' attribute is deprecated. Use feature detection or"
        " 'importlib.metadata.version(\"flask\")' instead.",
        DeprecationWarning,
        stacklevel=3,
    )
    return OFFERED_VERSIONS["flask"]
