"""Flask's and Werkzeug's public names against ours; the compatibility page lists what is missing.

``tests/data/flask_names.json`` holds the names of the real packages. With ``FLASKISH_REFERENCE=1``
a test makes that list anew with the real Flask and compares.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest

from flaskish.as_flask import target_name
from scripts.export_names import EXAMPLES, parameters_of

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "tests" / "data" / "flask_names.json"
COMPATIBILITY = ROOT / "docs" / "compatibility.md"

NAMES: dict[str, dict[str, Any]] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))


@cache
def names_not_offered() -> dict[str, str]:
    """Read the names that the compatibility page says are missing, each with its reason."""
    page = COMPATIBILITY.read_text(encoding="utf-8")
    section = page.partition("## Names not offered")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+`) \| (.+) \|$", section, re.MULTILINE)
    return {name: reason for names, reason in rows for name in re.findall(r"`([\w.]+)`", names)}


def is_module_missing(module: str) -> bool:
    """Tell whether a module, or the package around it, is listed as missing."""
    parts = module.split(".")
    return any(".".join(parts[:end]) in names_not_offered() for end in range(1, len(parts) + 1))


def ours(path: str) -> object:
    """Import our module of a name of Flask's, or the class in it."""
    name = target_name(path)
    assert name is not None
    if path in NAMES["modules"]:
        return importlib.import_module(name)
    module, _, class_name = name.rpartition(".")
    return getattr(importlib.import_module(module), class_name)


def missing_names(path: str, holder: object, names: list[str]) -> list[str]:
    # hasattr() comes second: it runs properties, which may need a real request.
    present = set(dir(holder))
    missing = [name for name in names if name not in present and not hasattr(holder, name)]
    return [
        f"{path}.{name}"
        for name in missing
        if f"{path}.{name}" not in names_not_offered() and f"{path}.{name}" not in NAMES["modules"]
    ]


def offered_classes() -> Iterator[str]:
    for path in NAMES["classes"]:
        if path not in names_not_offered() and not is_module_missing(path.rpartition(".")[0]):
            yield path


@pytest.mark.parametrize(
    "statement",
    [
        "from flask.helpers import request",
        "from flask.sessions import TaggedJSONSerializer",
        "import flask; flask.json.tag.TaggedJSONSerializer",
        "from werkzeug import *; run_simple",
        "from werkzeug.datastructures import *; FileStorage, Headers, WWWAuthenticate",
        "from werkzeug.routing import *; Map, MapAdapter",
    ],
)
def test_name_is_offered_where_flask_uses_it(statement: str) -> None:
    """Many programs import these from modules that are not their home, or all that there is."""
    code = f"import flaskish.as_flask; {statement}"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("module", NAMES["modules"])
def test_module_offers_each_public_name(module: str) -> None:
    if is_module_missing(module):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(str(target_name(module)))
        return
    assert missing_names(module, ours(module), NAMES["modules"][module]) == []


@pytest.mark.parametrize("package", ["flask", "werkzeug"])
def test_package_brings_its_modules(package: str) -> None:
    """``import werkzeug`` is enough to use ``werkzeug.exceptions``, where it is with Werkzeug."""
    modules = [
        name
        for name in NAMES["modules"][package]
        if f"{package}.{name}" in NAMES["modules"] and not is_module_missing(f"{package}.{name}")
    ]
    name = str(target_name(package))
    code = f"import {name}; print(*[m for m in {modules} if not hasattr({name}, m)])"
    # A new process, because other tests import the modules one by one.
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert answer.stdout.split() == []


@pytest.mark.parametrize("path", offered_classes())
def test_class_offers_each_public_name(path: str) -> None:
    assert missing_names(path, ours(path), NAMES["classes"][path]) == []


@pytest.mark.parametrize("path", NAMES["objects"])
def test_object_offers_each_public_name(path: str) -> None:
    package = path.partition(".")[0]
    root = importlib.import_module(str(target_name(package)))
    importlib.import_module(str(target_name(path.rpartition(".")[0])))
    assert missing_names(path, EXAMPLES[path](root), NAMES["objects"][path]) == []


#: The parameters of Werkzeug's debugger are about its console. Ours takes them by name.
TAKEN_BY_NAME = {"werkzeug.debug.DebuggedApplication.__init__"}

_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def read_parameters(text: str) -> list[Parameter]:
    return list(signature(eval(f"lambda {text}: None")).parameters.values())


def offered_function(path: str) -> Any:
    """Import our function or method of a name of Flask's; ``None`` if it is listed as missing."""
    holder, _, name = path.rpartition(".")
    is_method = holder not in NAMES["modules"]
    module = holder.rpartition(".")[0] if is_method else holder
    if {path, holder} & names_not_offered().keys() or is_module_missing(module):
        return None
    return getattr(ours(holder), name)


def refused_calls(theirs: list[Parameter], ours: list[Parameter]) -> list[str]:
    """Name the parameters of Flask's that ours would not take in the same place, or by name."""
    kinds = {parameter.kind for parameter in ours}
    names = {parameter.name for parameter in ours if parameter.kind in _BY_NAME}
    places = [parameter for parameter in ours if parameter.kind in _BY_POSITION]
    refused = []
    for place, wanted in enumerate(p for p in theirs if p.kind in _BY_POSITION):
        if place >= len(places):
            is_taken = Parameter.VAR_POSITIONAL in kinds
        else:
            found = places[place]
            is_same = found.name == wanted.name or found.kind is wanted.POSITIONAL_ONLY
            is_taken = is_same and not (wanted.default is ... and found.default is found.empty)
        if not is_taken:
            refused.append(wanted.name)
    for wanted in theirs:
        if wanted.kind is wanted.KEYWORD_ONLY:
            is_taken = wanted.name in names or Parameter.VAR_KEYWORD in kinds
        else:
            is_taken = wanted.kind in _BY_POSITION or wanted.kind in kinds
        if not is_taken:
            refused.append(wanted.name)
    return refused


def test_functions_take_the_same_parameters() -> None:
    refused = {}
    for path, text in NAMES["signatures"].items():
        function = offered_function(path)
        if not callable(function) or path in TAKEN_BY_NAME:
            continue
        try:
            found = read_parameters(parameters_of(function))
        except ValueError:
            # Written in C: it says nothing of its parameters.
            continue
        refused[path] = refused_calls(read_parameters(text), found)
    assert len(refused) > 1000
    assert {path: names for path, names in refused.items() if names} == {}


def test_star_import_brings_each_name() -> None:
    namespace: dict[str, object] = {}
    exec("from flaskish import *", namespace)
    modules = {name.rpartition(".")[2] for name in NAMES["modules"]} | {"sansio"}
    assert set(NAMES["modules"]["flask"]) - modules - set(namespace) == set()


def test_listed_names_are_missing_indeed() -> None:
    """The compatibility page does not keep a name that came in later."""
    stale = [
        path
        for path in names_not_offered()
        if path not in NAMES["modules"]
        and not is_module_missing(path.rpartition(".")[0])
        and hasattr(ours(path.rpartition(".")[0]), path.rpartition(".")[2])
    ]
    assert stale == []


@pytest.mark.skipif(
    not os.environ.get("FLASKISH_REFERENCE"), reason="Set FLASKISH_REFERENCE=1 to install Flask."
)
def test_list_of_names_is_that_of_the_real_flask() -> None:
    before = SNAPSHOT.read_text(encoding="utf-8")
    subprocess.run([sys.executable, "scripts/export_names.py"], cwd=ROOT, check=True)
    assert SNAPSHOT.read_text(encoding="utf-8") == before
