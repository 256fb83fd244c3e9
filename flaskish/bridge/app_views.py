"""The Django views of an application, which let it answer.

Flask: endpoints. Django: the views that a ``URLPattern`` or a ``ResolverMatch`` names.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import Resolver404

from .._steps import StoppedStep
from .contexts import MountedContext, make_mounted_context
from .error_log import mark_as_logged
from .matches import MatchedPath
from .transactions import roll_back

if TYPE_CHECKING:
    from ..app import Flask
    from ..wrappers import Response

#: The Django view of an endpoint, a function with the marks of the view function.
AppView = FunctionType
ViewMaker = Callable[["Flask", str | None], AppView]


def make_view(app: Flask, endpoint: str | None) -> AppView:
    """Make the Django view of an endpoint; calling it lets the application answer.

    It is a function because Django asks each view, on each request, for marks that most do not
    have, and no other object says no as fast.

    :param app: The application.
    :param endpoint: The endpoint; ``None`` for URLs below the prefix that no rule matches.
    """

    def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        try:
            context = _enter(app, endpoint, http_request, kwargs)
            response = app._respond(context, http_request.META)
        except Exception as error:
            _mask_secrets(http_request)
            if isinstance(error, StopIteration) and hasattr(http_request, "scope"):
                # Django calls this in a thread and waits in a future, which would never end.
                raise StoppedStep(error) from None
            raise
        _leave(context, http_request, response)
        return response

    return _named_after_endpoint(view, app, endpoint)


def make_async_view(app: Flask, endpoint: str | None) -> AppView:
    """Make the same for an event loop, on which Django awaits it."""
    # Loaded by ASGI servers only.
    from .._event_loop import drive
    from .._request_steps import answer_steps

    async def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        try:
            context = _enter(app, endpoint, http_request, kwargs)
            response: Response = await drive(answer_steps(app, context, http_request.META))
        except Exception:
            _mask_secrets(http_request)
            raise
        _leave(context, http_request, response)
        return response

    return _named_after_endpoint(view, app, endpoint)


def _named_after_endpoint(view: Any, app: Flask, endpoint: str | None) -> AppView:
    view.__name__ = view.__qualname__ = endpoint or "unmatched"
    view.__module__ = app.import_name
    return view  # type: ignore[no-any-return]


def _enter(
    app: Flask, endpoint: str | None, http_request: HttpRequest, kwargs: dict[str, Any]
) -> MountedContext:
    """Make the context of a request that came by Django's resolver, or straight from a test."""
    matched = getattr(http_request.resolver_match, "captured_kwargs", None)
    if type(matched) is MatchedPath:
        prefix = matched.prefix_in(http_request.path_info)
        return make_mounted_context(app, http_request, prefix, matched)
    if http_request.resolver_match is None:
        return _enter_by_hand(app, endpoint, http_request, kwargs)
    return make_mounted_context(app, http_request)


def _enter_by_hand(
    app: Flask, endpoint: str | None, http_request: HttpRequest, kwargs: dict[str, Any]
) -> MountedContext:
    """Do the same for a request that no URL led to.

    A test may call a view with a request of its own making, as it may call any Django view.
    """
    if endpoint is None:
        raise Resolver404({"path": http_request.path_info})
    from .mounts import mount_prefix

    context = make_mounted_context(app, http_request, mount_prefix(app) or "")
    context.found = next(app.url_map.iter_rules(endpoint)), kwargs
    return context


def _leave(context: MountedContext, http_request: HttpRequest, response: Response) -> None:
    """Hand a response over to Django."""
    if context.has_failed:
        roll_back(http_request)
    if context.is_error_logged:
        mark_as_logged(response)
    response.settle_for_django(context.request)


def _mask_secrets(http_request: HttpRequest) -> None:
    """Mask them in what Django, whose handler gets an error next, reports of it."""
    # Loaded by errors.
    from .error_reports import mask_secrets

    mask_secrets(http_request)


def show_marks(view: AppView, marked: Callable[..., Any] | None) -> None:
    """Give a Django view the marks that another view has now, ``csrf_exempt`` for example.

    :param view: The view that Django calls.
    :param marked: The view inside the application; ``None`` if there is none.
    """
    marks = {} if marked is None else _marks_of(marked)
    if view.__dict__ != marks:
        view.__dict__ = marks


def _marks_of(view: Callable[..., Any]) -> dict[str, Any]:
    # The class of a callable object may have some as well.
    names = view.__dict__ if isinstance(view, (FunctionType, MethodType)) else dir(view)
    return {
        name: getattr(view, name)
        for name in names
        # Whether the view for Django is async is for that one to say.
        if not name.startswith(("__", "_is_coroutine"))
    }
