"""Which hooks a request has, and in which order they run.

Flask: the registries of ``Scaffold``. Django: none; middleware is a list.

Threads call what is returned here, one function after the other (``app``); an event loop awaits it
(``_request_steps``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ctx import RequestContext
    from .wrappers import Request, Response

#: Hooks by the name of their blueprint, ``None`` for those of the application.
Registry = Mapping[Any, list[Callable[..., Any]]]


def hooks_before(registry: Registry, request: Request) -> Iterable[Callable[..., Any]]:
    """Return what runs before the view: the application's, then those of each inner blueprint.

    :param registry: The hooks.
    :param request: The request, which knows its blueprints.
    """
    if len(registry) == 1 and None in registry:
        # No blueprint has any.
        return registry[None]
    blueprints = request.blueprints
    if not blueprints:
        return registry.get(None, ())
    hooks = [*registry.get(None, ())]
    for name in reversed(blueprints):
        hooks += registry.get(name, ())
    return hooks


def hooks_after(registry: Registry, request: Request | None) -> Iterable[Callable[..., Any]]:
    """Return what runs after the view, the other way round: the last one registered comes first.

    :param registry: The hooks.
    :param request: The request; without one only the application's own hooks run.
    """
    if request is None or (len(registry) == 1 and None in registry):
        return reversed(registry.get(None, ()))
    blueprints = request.blueprints
    if not blueprints:
        return reversed(registry.get(None, ()))
    hooks: list[Callable[..., Any]] = []
    for name in (*blueprints, None):
        hooks += reversed(registry.get(name, ()))
    return hooks


def after_request_hooks(registry: Registry, context: RequestContext) -> Iterable[Any]:
    """Return what changes the response, beginning with the functions of this request only.

    :param registry: ``after_request_funcs``.
    :param context: The context of the request.
    """
    own = context._after_request_functions
    hooks = hooks_after(registry, context.request)
    return chain(own, hooks) if own else hooks


def require_response(response: Response | None, function: Callable[..., Any]) -> Response:
    """Return what a function that runs after the request returned.

    :param response: It.
    :param function: The function.
    :raises TypeError: It is nothing.
    """
    if response is None:
        # A partial function has no name.
        name = getattr(function, "__name__", function)
        raise TypeError(
            f"The function {name!r} runs after the request and returned None."
            " Return the response, or another one."
        )
    return response


@cache
def _split_blueprint_path(name: str) -> list[str]:
    """Return a blueprint's dotted name and those of the blueprints around it."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
