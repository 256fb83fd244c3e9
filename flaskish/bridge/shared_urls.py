"""URLs that several views share, each for other methods, where Django reads marks of one view.

Flask: rules with methods. Django: ``csrf_exempt``, ``login_not_required``, ``non_atomic_requests``.

Django resolves a URL without its method, and reads the marks of what it finds. Where the views of a
URL differ in them, it finds a view that lets everything through to us. With the method at hand that
one finds the view that is going to answer, and does what Django's handler does from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.module_loading import import_string

from .._steps import is_event_loop_running
from ..ctx import RequestContext
from .matches import MatchedPath, mounted_at

if TYPE_CHECKING:
    from ..app import Flask
    from ..werkzeug.routing import Rule
    from .resolver import AppResolver

#: The middleware that reads marks of a view, and the mark by which it lets a request through.
#: Names rather than classes: the second cannot be imported without models of users.
_READERS: dict[str, tuple[str, Any]] = {
    "django.middleware.csrf.CsrfViewMiddleware": ("csrf_exempt", True),
    "django.contrib.auth.middleware.LoginRequiredMiddleware": ("login_required", False),
}
_TRANSACTION_MARK = "_non_atomic_requests"
#: All marks that they and Django's handler read.
_MARKS = ("csrf_exempt", "login_required", "login_url", "redirect_field_name", _TRANSACTION_MARK)

_handler = BaseHandler()
#: The setting, and the middleware it names that reads marks, each with the mark.
_readers: tuple[Any, list[tuple[Any, tuple[str, Any]]]] = (None, [])


def let_through_if_unlike(match: ResolverMatch, matched: MatchedPath) -> None:
    """Let a match lead to a harmless view, if those that may answer differ in what Django reads.

    :param match: The match, changed in place.
    :param matched: What was found without a method.
    """
    if _has_unlike_views(matched):
        _let_through(matched.resolver, match)


def _has_unlike_views(matched: MatchedPath) -> bool:
    app, url_map = matched.app, matched.app.url_map
    if not matched.found:
        # With hosts or subdomains, the rule cannot be found by the path alone.
        return not url_map.is_of_one_domain
    rule = matched.found[0]
    own = _marks_at(app, rule)
    unlike = [rival for rival in url_map.rivals(rule) if _marks_at(app, rival) != own]
    if not unlike:
        return False
    methods = set[str]().union(*(rival.methods or () for rival in unlike)) - (rule.methods or set())
    path = f"/{matched.path}"
    return any(_may_differ(app, path, method, own) for method in methods)


def _may_differ(app: Flask, path: str, method: str, marks: tuple[Any, ...]) -> bool:
    found = app.url_map.fast_match(path, method)
    # Where it is not certain who answers, that is found out with the request at hand.
    return _marks_at(app, found[0]) != marks if found else found is None


def _marks_at(app: Flask, rule: Rule) -> tuple[Any, ...]:
    if rule.endpoint in app._included_resolvers:
        # Which of Django's views will answer, only the path tells; it may be like no other.
        return (rule,)
    view = app.view_functions.get(rule.endpoint)
    if type(view) is FunctionType and not view.__dict__:
        return ()
    return tuple((name, getattr(view, name)) for name in _MARKS if hasattr(view, name))


def _let_through(resolver: AppResolver, match: ResolverMatch) -> None:
    """Let a match lead to a view that Django's middleware takes for a harmless one.

    :param resolver: The resolver that made the match.
    :param match: The match, changed in place.
    """
    found: Any = match.func
    view: Any = _make_async_view(found) if _is_async(resolver) else _make_view(found)
    view.__name__, view.__qualname__ = found.__name__, found.__qualname__
    view.__module__ = found.__module__
    view.__dict__.update(found.__dict__)
    view.__dict__.update(mark for _, mark in _find_readers())
    view.__dict__[_TRANSACTION_MARK] = set(settings.DATABASES)
    match.func = view


def _is_async(resolver: AppResolver) -> bool:
    return is_event_loop_running() and resolver.may_use_event_loop


def _make_view(found: Callable[..., Any]) -> Callable[..., Any]:
    """Make the view that finds the right one and goes on with it.

    :param found: The view that was found without a method.
    """

    def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if http_request.resolver_match is None:
            # A test calls the view with a request of its own making.
            return found(http_request, *args, **kwargs)
        match = _match_again(http_request)
        for middleware, _ in _find_readers():
            check: Any = _handler.adapt_method_mode(False, middleware.process_view)
            refusal = check(http_request, match.func, match.args, match.kwargs)
            if refusal is not None:
                return refusal
        answer: Any = _handler.make_view_atomic(match.func)
        return answer(http_request, *match.args, **match.kwargs)

    return view


def _make_async_view(found: Callable[..., Any]) -> Callable[..., Any]:
    """Make the same for an event loop, on which requests are no transactions."""
    usual: Any = _handler.adapt_method_mode(True, found)

    async def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if http_request.resolver_match is None:
            return await usual(http_request, *args, **kwargs)
        match = _match_again(http_request)
        for middleware, _ in _find_readers():
            check: Any = _handler.adapt_method_mode(True, middleware.process_view)
            refusal = await check(http_request, match.func, match.args, match.kwargs)
            if refusal is not None:
                return refusal
        answer: Any = _handler.adapt_method_mode(True, match.func)
        return await answer(http_request, *match.args, **match.kwargs)

    return view


def _match_again(http_request: HttpRequest) -> ResolverMatch:
    """Find the view that is going to answer, and note it on the request.

    :param http_request: The request, as middleware left it.
    """
    match: Any = http_request.resolver_match
    captured: MatchedPath = match.captured_kwargs
    app = captured.app
    request = app.request_class.from_django_request(http_request, mounted_at(http_request))
    context = RequestContext(app, None, request=request)
    if request.routing_exception is None:
        context.match_request()
    rule: Any = request.url_rule
    return captured.settle(http_request, None if rule is None else (rule, request.view_args or {}))


def _find_readers() -> list[tuple[Any, tuple[str, Any]]]:
    """Return the project's middleware that reads marks, made once, each with the mark."""
    global _readers
    if _readers[0] is not settings.MIDDLEWARE:
        _readers = (settings.MIDDLEWARE, list(_make_readers()))
    return _readers[1]


def _make_readers() -> Iterator[tuple[Any, tuple[str, Any]]]:
    for path in settings.MIDDLEWARE:
        middleware_class = import_string(path)
        for base in getattr(middleware_class, "__mro__", ()):
            mark = _READERS.get(f"{base.__module__}.{base.__qualname__}")
            if mark is not None:
                try:
                    yield middleware_class(_answer_nothing), mark
                except MiddlewareNotUsed:
                    pass
                break


def _answer_nothing(http_request: HttpRequest) -> Any:
    """Stand for the rest of the chain, which a check of a view does not go on to."""
