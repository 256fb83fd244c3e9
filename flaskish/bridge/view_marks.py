"""What Django reads from a view function, and what decorators have left on it.

Flask: view functions, which have no marks. Django: ``csrf_exempt``, ``login_not_required``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def _module_of(function: Callable[..., Any]) -> str:
    """Return the module that a function was written in; a wrapper shows that of its view."""
    name: str = getattr(function, "__globals__", {}).get("__name__", "")
    return name


def is_exempted_from_csrf(view: Callable[..., Any]) -> bool:
    """Tell whether the outermost decorator of a view is ``csrf_exempt``, which only marks it.

    :param view: A view function.
    """
    return _module_of(view) == "django.views.decorators.csrf" and hasattr(view, "csrf_exempt")


def adapt_decorated(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view without a Django decorator that was put on it directly.

    ``csrf_exempt`` only marks a view, so its mark is kept; ``sensitive_variables`` passes on what
    it is given. Others pass an ``HttpRequest`` that the
    view does not take, and would fail at each request.

    :param view: A view function.
    :raises TypeError: It has a decorator that needs :func:`django_decorator`, or is one that has
        not got its view.
    """
    if hasattr(view, "_applies"):
        given = getattr(view._applies, "__name__", view._applies)
        raise TypeError(
            f"django_decorator({given}) was registered as a view. It takes a decorator and gives"
            " one: write @django_decorator(login_required), for example, above the view."
        )
    module = _module_of(view)
    original = getattr(view, "__wrapped__", None)
    if original is None or not module.startswith("django."):
        return view
    if is_exempted_from_csrf(view):
        original.csrf_exempt = True
        # Another one may be below it.
        return adapt_decorated(original)
    if view.__code__.co_name == "sensitive_variables_wrapper":
        return view
    raise TypeError(
        f"View {view.__name__!r} has a decorator of {module!r}, which passes a request to the"
        " view. Put it on with @django_decorator(...) from flaskish.bridge.views."
    )


def login_not_needed(view: F) -> F:
    """Mark a view as one for everybody, as Django's ``login_not_required`` does.

    That one comes with models of users, which an application may do without.

    :param view: A view function.
    """
    view.__dict__["login_required"] = False
    return view
