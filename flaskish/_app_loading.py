"""How the command line finds an application: by a name, in a module, by calling a factory.

Flask: Application Discovery. Django: ``DJANGO_SETTINGS_MODULE`` names a project.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .app import Flask


class NoAppException(click.UsageError):
    """No application was found, or more than one."""


def find_best_app(module: ModuleType) -> Flask:
    """Find the application of a module: by its usual names, as the only one, or from a factory.

    :param module: The module.
    :raises NoAppException: There is none, or more than one.
    """
    from .app import Flask

    for name in ("app", "application"):
        app = getattr(module, name, None)
        if isinstance(app, Flask):
            return app
    apps = [value for value in vars(module).values() if isinstance(value, Flask)]
    if len(apps) == 1:
        return apps[0]
    if apps:
        raise NoAppException(
            f"Detected multiple Flask applications in module '{module.__name__}'. Use"
            f" '{module.__name__}:name' to specify the correct one."
        )
    for name in ("create_app", "make_app"):
        factory = getattr(module, name, None)
        if inspect.isfunction(factory):
            app = _call_factory(
                factory,
                (),
                {},
                f"Detected factory '{name}' in module '{module.__name__}', but could not call it"
                f" without arguments. Use '{module.__name__}:{name}(args)' to specify arguments.",
            )
            if isinstance(app, Flask):
                return app
    raise NoAppException(
        f"Failed to find Flask application or factory in module '{module.__name__}'. Use"
        f" '{module.__name__}:name' to specify one."
    )


def _call_factory(
    factory: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], refusal: str
) -> Any:
    """Call a factory; arguments it does not take are the user's mistake, not the factory's."""
    try:
        return factory(*args, **kwargs)
    except TypeError as error:
        if not _called_with_wrong_args(factory):
            raise
        raise NoAppException(refusal) from error


def _called_with_wrong_args(f: Callable[..., Any]) -> bool:
    """Tell whether the active error was raised by the call, before the function's first line."""
    tb = sys.exc_info()[2]
    try:
        while tb is not None:
            if tb.tb_frame.f_code is f.__code__:
                return False
            tb = tb.tb_next
        return True
    finally:
        # A frame that refers to itself would be kept until the next collection.
        del tb


def find_app_by_string(module: ModuleType, app_name: str) -> Flask:
    """Find the application of a name, or call a factory: ``app``, ``create_app("dev")``.

    :param module: The module.
    :param app_name: The name or the call.
    :raises NoAppException: It makes no sense, or gives no application.
    """
    from .app import Flask

    name, args, kwargs = _parse_app_name(app_name)
    try:
        found = getattr(module, name)
    except AttributeError as error:
        raise NoAppException(
            f"Failed to find attribute {name!r} in {module.__name__!r}."
        ) from error
    if inspect.isfunction(found):
        found = _call_factory(
            found,
            args,
            kwargs,
            f"The factory {app_name!r} in module {module.__name__!r} could not be called with the"
            " specified arguments.",
        )
    if isinstance(found, Flask):
        return found
    raise NoAppException(
        f"A valid Flask application was not obtained from '{module.__name__}:{app_name}'."
    )


def _parse_app_name(app_name: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """Return the name and the arguments; only literals may be arguments."""
    refusal = f"Failed to parse {app_name!r} as an attribute name or function call."
    try:
        expression = ast.parse(app_name.strip(), mode="eval").body
    except SyntaxError:
        raise NoAppException(refusal) from None
    if isinstance(expression, ast.Name):
        return expression.id, (), {}
    if not isinstance(expression, ast.Call):
        raise NoAppException(refusal)
    if not isinstance(expression.func, ast.Name):
        raise NoAppException(f"Function reference must be a simple name: {app_name!r}.")
    try:
        args = tuple(map(ast.literal_eval, expression.args))
        kwargs = {
            keyword.arg: ast.literal_eval(keyword.value)
            for keyword in expression.keywords
            if keyword.arg is not None
        }
    except ValueError:
        raise NoAppException(
            f"Failed to parse arguments as literal values: {app_name!r}."
        ) from None
    return expression.func.id, args, kwargs


def prepare_import(path: str) -> str:
    """Make a file importable and return its module's name.

    :param path: Path of the file, or a dotted name.
    """
    path = os.path.realpath(path)
    stem, extension = os.path.splitext(path)
    if extension == ".py":
        path = stem
    if os.path.basename(path) == "__init__":
        path = os.path.dirname(path)
    path, name = os.path.split(path)
    names = [name]
    while os.path.exists(os.path.join(path, "__init__.py")):
        path, name = os.path.split(path)
        names.append(name)
    if sys.path[0] != path:
        sys.path.insert(0, path)
    return ".".join(reversed(names))


def locate_app(
    module_name: str, app_name: str | None, raise_if_not_found: bool = True
) -> Flask | None:
    """Import a module and find its application.

    :param module_name: The dotted name of the module.
    :param app_name: The name of the application, or the call of a factory.
    :param raise_if_not_found: Whether a missing module is an error.
    :raises NoAppException: The module fails to import, or has no application.
    """
    try:
        module = import_module(module_name)
    except ImportError:
        if _is_from_inside(module_name):
            raise NoAppException(
                f"While importing {module_name!r}, an ImportError was raised:\n\n"
                f"{traceback.format_exc()}"
            ) from None
        if raise_if_not_found:
            raise NoAppException(f"Could not import {module_name!r}.") from None
        return None
    return find_best_app(module) if app_name is None else find_app_by_string(module, app_name)


def _is_from_inside(module_name: str) -> bool:
    """Tell whether the active error came from a module's own code, not from looking for it."""
    tb = sys.exc_info()[2]
    own_files = {__file__, import_module.__code__.co_filename}
    while tb is not None:
        filename = tb.tb_frame.f_code.co_filename
        if filename not in own_files and not filename.startswith("<frozen importlib"):
            return True
        tb = tb.tb_next
    return False
