"""Write down the public names of Flask and Werkzeug, for the test that compares ours with them.

Flask: ``dir()`` of its modules, classes and some objects. Django: none; only names are looked at.

Without arguments the snapshot ``tests/data/flask_names.json`` is made anew with the real Flask, in
an environment of its own. With ``--print PACKAGE ...`` the names of these packages, as they are
importable here, go to standard output.

What counts as public: no leading underscore, and defined by the module or, for a package, by one of
its modules. What a module only imports for its own use does not count.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeVar

#: Objects whose attributes are made in ``__init__``, where ``dir()`` of the class misses them.
EXAMPLES: dict[str, Callable[[ModuleType], Any]] = {
    "flask.Flask": lambda flask: flask.Flask("example"),
    "flask.Blueprint": lambda flask: flask.Blueprint("example", "example"),
    "flask.Request": lambda flask: flask.Request({"REQUEST_METHOD": "GET"}),
    "flask.Response": lambda flask: flask.Response(),
    "flask.cli.ScriptInfo": lambda flask: flask.cli.ScriptInfo(),
    "werkzeug.routing.Map": lambda werkzeug: werkzeug.routing.Map(),
    "werkzeug.routing.Rule": lambda werkzeug: werkzeug.routing.Rule("/", endpoint="example"),
    "werkzeug.datastructures.FileStorage": lambda werkzeug: werkzeug.datastructures.FileStorage(),
    "werkzeug.exceptions.NotFound": lambda werkzeug: werkzeug.exceptions.NotFound(),
    "werkzeug.test.EnvironBuilder": lambda werkzeug: werkzeug.test.EnvironBuilder(),
}


def collect_names(packages: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Collect the public names of packages.

    :param packages: Names of importable packages.
    :return: ``modules``, ``classes`` and ``objects``, each a table from a dotted name to the
        sorted public names in it; ``signatures``, from a dotted name to the parameters of a
        function, method or constructor.
    """
    names: dict[str, dict[str, Any]] = {
        "modules": {},
        "classes": {},
        "objects": {},
        "signatures": {},
    }
    for package in packages:
        for module in iter_modules(package):
            public = [name for name in public_dir(module) if is_offered(module, name)]
            names["modules"][module.__name__] = public
            for name in public:
                value = getattr(module, name)
                if getattr(value, "__module__", None) != module.__name__:
                    continue
                path = f"{module.__name__}.{name}"
                if inspect.isclass(value):
                    names["classes"][path] = public_dir(value)
                names["signatures"].update(collect_signatures(path, value))
    for path, make in EXAMPLES.items():
        package = path.partition(".")[0]
        if package in packages:
            importlib.import_module(path.rpartition(".")[0])
            names["objects"][path] = public_dir(make(sys.modules[package]))
    return names


def collect_signatures(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a function, or of the methods of a class, with dotted names.

    :param path: The dotted name of the value.
    :param value: What has this name.
    """
    if inspect.isfunction(value):
        yield path, parameters_of(value)
    if inspect.isclass(value):
        for name in ("__init__", *public_dir(value)):
            method = getattr(value, name)
            if inspect.isfunction(method) or inspect.ismethod(method):
                yield f"{path}.{name}", parameters_of(method)


def parameters_of(function: Callable[..., Any]) -> str:
    """Write the parameters as in a definition, each default as three dots."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(
            annotation=parameter.empty,
            default=parameter.empty if parameter.default is parameter.empty else ...,
        )
        for parameter in signature.parameters.values()
    ]
    text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    return text[1:-1].replace("=Ellipsis", "=...")


def iter_modules(package: str) -> Iterator[ModuleType]:
    """Import a package and all its public modules."""
    root = importlib.import_module(package)
    folder = Path(root.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if not any(part.startswith("_") for part in parts):
            yield importlib.import_module(".".join([package, *parts]))


def public_dir(value: object) -> list[str]:
    return sorted(name for name in dir(value) if not name.startswith("_"))


def is_offered(module: ModuleType, name: str) -> bool:
    """Tell whether a module means a name for its users."""
    value = module.__dict__.get(name)
    if isinstance(value, ModuleType):
        return value.__name__ == f"{module.__name__}.{name}"
    if isinstance(value, TypeVar) or name == "annotations":
        return False
    # Not isinstance(): a proxy would ask the object that it stands for.
    is_definition = issubclass(type(value), type | FunctionType | BuiltinFunctionType)
    home = getattr(value, "__module__", "") or "" if is_definition else None
    if home is None:
        return hasattr(module, "__path__") or name in assigned_names(module)
    # A package also offers what its modules define.
    return f"{home}.".startswith(f"{module.__name__}.")


@cache
def assigned_names(module: ModuleType) -> frozenset[str]:
    """Name what a module assigns or defines at its top level, by its source."""
    found: set[str] = set()
    statements: list[ast.stmt] = list(ast.parse(inspect.getsource(module)).body)
    while statements:
        statement = statements.pop()
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(statement.name)
            continue
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            found.update(
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
        for block in ("body", "orelse", "finalbody", "handlers"):
            statements += getattr(statement, block, [])
    return frozenset(found)


def write_snapshot() -> None:
    """Make the snapshot anew with the real Flask."""
    from environments import ROOT, reference_environment

    command = [str(reference_environment()), __file__, "--print", "flask", "werkzeug"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    target = ROOT / "tests" / "data" / "flask_names.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(answer.stdout, encoding="utf-8")
    print(f"Wrote {target.relative_to(ROOT)}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        print(json.dumps(collect_names(sys.argv[2:]), indent=0, sort_keys=True))
    else:
        write_snapshot()
