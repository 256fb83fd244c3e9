"""Django's views and view decorators on Flask's side.

Flask: view functions and their decorators. Django: views, ``django.views.decorators``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from inspect import CO_VARARGS, CO_VARKEYWORDS
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import iscoroutinefunction

from ..globals import _current_request_context, current_app, request

if TYPE_CHECKING:
    from ..app import Flask
    from ..wrappers import Response

F = TypeVar("F", bound=Callable[..., Any])


def django_decorator(decorator: Callable[..., Any]) -> Callable[[F], F]:
    """Make a Django view decorator fit a Flask view.

    Put it below ``@app.route``::

        @app.route("/account")
        @django_decorator(login_required)
        def account(): ...

    :param decorator: A decorator for views that take an ``HttpRequest``, such as
        ``login_required``, ``permission_required("shop.add_cart")``, ``never_cache``.
    :return: A decorator for views that take the rule's variables only.
    :raises TypeError: It is none, or one that takes arguments first.
    """

    def apply(view: F) -> F:
        is_async = iscoroutinefunction(view)
        decorated = decorator(_to_django_view(view, is_async))
        _check_decorated(decorated, decorator, view)
        if is_async and not iscoroutinefunction(decorated):
            # It calls a view plainly, as ``transaction.atomic`` does, and would not await it.
            decorated = decorator(_to_django_view(view, is_async=False))
        return _to_flask_view(decorated)  # type: ignore[return-value]

    if not callable(decorator):
        raise TypeError(
            f"django_decorator() takes a view decorator, not {decorator!r}. Write"
            " @django_decorator(login_required), for example."
        )
    apply._applies = decorator  # type: ignore[attr-defined]
    return apply


def _check_decorated(decorated: Any, decorator: Any, view: Callable[..., Any]) -> None:
    """Complain if a decorator that takes arguments was given the view in their place.

    :raises TypeError: What it returned is a decorator, not a view.
    """
    if callable(decorated) and not _is_decorator(decorated):
        return
    name = getattr(decorator, "__name__", repr(decorator))
    raise TypeError(
        f"{name!r} made no view of the view {view.__name__!r}. If it takes arguments, call it:"
        f" @django_decorator({name}(...))."
    )


def _is_decorator(decorated: Callable[..., Any]) -> bool:
    """Tell whether what a decorator returned waits for a view, rather than for a request."""
    code = getattr(decorated, "__code__", None)
    if code is None or hasattr(decorated, "__wrapped__"):
        return False
    # A view that a decorator made without ``functools.wraps`` calls its only argument a request.
    return (
        code.co_argcount == 1
        and not code.co_flags & (CO_VARARGS | CO_VARKEYWORDS)
        and ("req" not in code.co_varnames[0])
    )


def _to_django_view(view: Callable[..., Any], is_async: bool) -> Callable[..., Any]:
    """Return a view for Django that answers as a Flask view does, with the same marks."""

    async def await_view(http_request: Any, *args: Any, **kwargs: Any) -> Any:
        return _mark_private(http_request, current_app.make_response(await view(*args, **kwargs)))

    def call_view(http_request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = current_app.ensure_sync(view)(*args, **kwargs)
        return _mark_private(http_request, current_app.make_response(answer))

    return update_wrapper(await_view if is_async else call_view, view)


def _mark_private(http_request: Any, response: Response) -> Response:
    """Keep ``cache_page`` from giving a client what was made for another.

    The session is saved, and the cookie of the CSRF token set, when the decorator has done its
    work, so that it sees neither that the answer varies nor that it sets a cookie.
    """
    context = _current_request_context()
    has_token = "CSRF_COOKIE_NEEDS_UPDATE" in http_request.META
    if has_token or context._has_used_session:
        response.vary.add("Cookie")
        if has_token or context.session.modified:
            http_request._cache_update_cache = False
    return response


def _to_flask_view(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view that hands Django's request to one of Django's, with the same marks."""

    async def await_view(*args: Any, **kwargs: Any) -> Any:
        return await view(request.django, *args, **kwargs)

    def call_view(*args: Any, **kwargs: Any) -> Any:
        return view(request.django, *args, **kwargs)

    # Marks that Django reads from a view, such as csrf_exempt, travel in the __dict__.
    return update_wrapper(await_view if iscoroutinefunction(view) else call_view, view)


def reads_stream(view: F) -> F:
    """Let a view receive the body by itself, from ``request.stream``, as the client sends it.

    Put it below ``@app.route``::

        @app.post("/upload")
        @reads_stream
        async def upload():
            async for chunk in request.stream:
                ...

    Without it an ASGI server's request has its body before the view is called. A sync view reads
    with ``request.stream.read(size)``, an async one with ``async for`` or ``await
    request.stream.aread(size)``; the latter two work under WSGI as well.

    :param view: A view function.

    Flask: ``request.stream``. Django: none; its handler receives all of the body first.
    """
    marked: Any = view
    if iscoroutinefunction(view):

        async def with_async_stream(*args: Any, **kwargs: Any) -> Any:
            # Loaded by such views only.
            from .asgi_body import AsyncStream

            if not isinstance(request.stream, AsyncStream):
                request.stream = AsyncStream(request.stream)
            return await view(*args, **kwargs)

        marked = update_wrapper(with_async_stream, view)
    marked.reads_stream = True
    return marked  # type: ignore[no-any-return]


#: The methods that reach Django's views inside an application; the views refuse what they must.
INCLUDED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def django_view(view: Callable[..., Any]) -> Callable[..., Any]:
    """Make a view function of one of Django's views, for ``add_url_rule``.

    It gets the requests of all methods, as in Django; ``methods`` of ``add_url_rule`` names those
    it is to get instead.

    :param view: Takes an ``HttpRequest`` and the rule's variables; class-based views give one with
        ``as_view()``.
    :return: A function that takes the rule's variables.
    """
    view_for_flask: Any = _to_flask_view(view)
    view_for_flask.methods = INCLUDED_METHODS
    view_for_flask.provide_automatic_options = False
    return view_for_flask  # type: ignore[no-any-return]


def include(app: Flask, prefix: str, urlconf: Any) -> None:
    """Put Django's URLs inside an application; see ``Flask.include``.

    :param app: The application.
    :param prefix: The path in front, for example ``"accounts/"``.
    :param urlconf: What Django's ``include()`` takes.
    """
    # Loaded here: a module of Flask views has no use for Django's resolvers.
    from django.urls import include as django_include
    from django.urls import path as django_path

    prefix = prefix.lstrip("/")
    resolver = django_path(prefix, django_include(urlconf))

    def included(rest: str = "") -> Any:
        http_request = request.django
        match = resolver.resolve(f"{prefix}{rest}")
        if http_request.resolver_match is None:
            # In a project it is there already, with the namespaces around this application.
            http_request.resolver_match = match
        view = current_app.ensure_sync(match.func)
        return view(http_request, *match.args, **match.kwargs)

    endpoint = f"included_{prefix.strip('/').replace('/', '_') or 'root'}"
    for rule in (f"/{prefix}", f"/{prefix}<path:rest>"):
        app.add_url_rule(
            rule, endpoint, included, provide_automatic_options=False, methods=INCLUDED_METHODS
        )
    app._included_resolvers[endpoint] = resolver
