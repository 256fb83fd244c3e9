"""Flask's public API on top of Django: the names that ``from flaskish import ...`` offers.

Flask: ``flask``. Django: see each module.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import json as json
from ._versions import OFFERED_VERSIONS
from .app import Flask as Flask
from .blueprints import Blueprint as Blueprint
from .config import Config as Config
from .ctx import after_this_request as after_this_request
from .ctx import copy_current_request_context as copy_current_request_context
from .ctx import has_app_context as has_app_context
from .ctx import has_request_context as has_request_context
from .globals import current_app as current_app
from .globals import g as g
from .globals import request as request
from .globals import session as session
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

# Whoever imports these pays for Jinja; whoever does not, does not.
_TEMPLATE_FUNCTIONS = frozenset(
    ("render_template", "render_template_string", "stream_template", "stream_template_string")
)
# ``import flask`` is enough to use these modules, so it is enough here, too.
_MODULES_ON_DEMAND = frozenset(("cli", "templating"))


def __getattr__(name: str) -> Any:
    if name in _TEMPLATE_FUNCTIONS:
        value = getattr(import_module(".templating", __name__), name)
        # ``globals`` is one of our modules here.
        vars(sys.modules[__name__])[name] = value
        return value
    if name in _MODULES_ON_DEMAND:
        return import_module(f".{name}", __name__)
    if name == "__version__":
        return _offered_version()
    if name == "VERSION":
        # Tools of Django ask each of INSTALLED_APPS for it, before they ask for __version__.
        return import_module("importlib.metadata").version("flaskish")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*vars(sys.modules[__name__]), *_TEMPLATE_FUNCTIONS, *_MODULES_ON_DEMAND})


def _offered_version() -> str:
    import warnings

    warnings.warn(
        "The '__version__' attribute is deprecated. Use feature detection or"
        " 'importlib.metadata.version(\"flask\")' instead.",
        DeprecationWarning,
        stacklevel=3,
    )
    return OFFERED_VERSIONS["flask"]
