"""Views as classes.

Flask: Class-based Views. Django: ``django.views.View``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ._steps import is_async
from .globals import current_app, request

if TYPE_CHECKING:
    from . import typing as ft

F = TypeVar("F", bound=Callable[..., Any])

http_method_funcs = frozenset(("get", "post", "head", "options", "delete", "put", "trace", "patch"))


class View:
    """A view: a subclass overrides :meth:`dispatch_request`."""

    #: The methods its rule is for; ``GET`` by default.
    methods: ClassVar[Collection[str] | None] = None
    #: Whether OPTIONS requests are answered without the view.
    provide_automatic_options: ClassVar[bool | None] = None
    #: Applied to the view function, the first one first.
    decorators: ClassVar[list[Callable[..., Any]]] = []
    #: Whether each request has an instance of its own.
    init_every_request: ClassVar[bool] = True

    def dispatch_request(self) -> ft.ResponseReturnValue | Awaitable[ft.ResponseReturnValue]:
        """Answer a request; takes the rule's variables. It may be async."""
        raise NotImplementedError

    def _select_method(self) -> Callable[..., Any]:
        return self.dispatch_request

    @classmethod
    def as_view(cls, name: str, *class_args: Any, **class_kwargs: Any) -> ft.RouteCallable:
        """Make a view function of the class.

        :param name: The name of the function, which is the default endpoint.
        :param class_args: What the class takes.
        :param class_kwargs: The same by name.
        """
        if cls.init_every_request:

            def select(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any]:
                # Found through the function, where it may be replaced by another class.
                instance: View = view.view_class(*args, **kwargs)  # type: ignore[attr-defined]
                return instance._select_method()

        else:
            shared = cls(*class_args, **class_kwargs)

            def select(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any]:
                return shared._select_method()

        def view(**kwargs: Any) -> ft.ResponseReturnValue:
            # Dependency injectors find what the class takes among the variables of this function.
            method = select(class_args, class_kwargs)
            return current_app.ensure_sync(method)(**kwargs)  # type: ignore[no-any-return]

        # An event loop awaits what is selected; decorators want to be called.
        if not cls.decorators:
            view._select = partial(select, class_args, class_kwargs)  # type: ignore[attr-defined]
        else:
            view.__name__ = name
            view.__module__ = cls.__module__
            for decorator in cls.decorators:
                view = decorator(view)

        view.view_class = cls  # type: ignore[attr-defined]
        view.__name__ = name
        view.__doc__ = cls.__doc__
        view.__module__ = cls.__module__
        view.methods = cls.methods  # type: ignore[attr-defined]
        view.provide_automatic_options = cls.provide_automatic_options  # type: ignore[attr-defined]
        return view


class MethodView(View):
    """A view with a method for each HTTP method: ``get``, ``post``, ..."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "methods" in cls.__dict__:
            return
        methods = {name.upper() for name in http_method_funcs if hasattr(cls, name)}
        for base in cls.__bases__:
            methods.update(getattr(base, "methods", None) or ())
        if methods:
            cls.methods = methods

    def dispatch_request(self, **kwargs: Any) -> ft.ResponseReturnValue:
        """Call the method that is named like the request's; ``get`` also answers HEAD.

        :param kwargs: The rule's variables.
        """
        return current_app.ensure_sync(self._find_method())(**kwargs)  # type: ignore[no-any-return]

    def _find_method(self) -> Callable[..., Any]:
        method = getattr(self, request.method.lower(), None)
        if method is None and request.method == "HEAD":
            method = getattr(self, "get", None)
        if method is None:
            raise AssertionError(f"Unimplemented method {request.method!r}")
        return method  # type: ignore[no-any-return]

    def _select_method(self) -> Callable[..., Any]:
        if type(self).dispatch_request is MethodView.dispatch_request:
            return self._find_method()
        return self.dispatch_request


def select_function(view_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a view function would call, so that an event loop can await it.

    :param view_function: A view function; one of a class knows the method for the request.
    """
    attributes = getattr(view_function, "__dict__", None)
    # Decorators hand on the attributes of what they wrap.
    if not attributes or "_select" not in attributes or "__wrapped__" in attributes:
        return view_function
    # Making an instance is for the thread, if its methods are.
    return attributes["_select"]() if may_be_async(view_function) else view_function


def may_be_async(view_function: Callable[..., Any]) -> bool:
    """Tell whether a view function, or a method of its class, is async.

    :param view_function: A view function.
    """
    view_class = getattr(view_function, "view_class", None)
    if view_class is None:
        return is_async(view_function)
    methods = (getattr(view_class, name, None) for name in ("dispatch_request", *http_method_funcs))
    return any(method is not None and is_async(method) for method in methods)
