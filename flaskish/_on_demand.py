"""Names of a package whose module is loaded when somebody first asks for them.

Flask: none, ``import flask`` loads all of it. Django: none; this is Python's PEP 562.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any


def load_on_demand(package: str, homes: Mapping[str, str], name: str) -> Any:
    """Return a name of a package, which from then on is an attribute like any other.

    :param package: The full name of the package.
    :param homes: The module each name is in; a module is in itself.
    :param name: What was asked for.
    :raises AttributeError: The package does not offer it.
    """
    home = homes.get(name)
    if home is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    module = import_module(f".{home}", package)
    value = module if name == home else getattr(module, name)
    setattr(sys.modules[package], name, value)
    return value
