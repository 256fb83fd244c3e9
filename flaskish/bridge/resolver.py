"""The resolver of an application: Django asks it for the view of a URL.

Flask: ``url_map``. Django: ``URLResolver``.

Requests are matched by the application's own index; the patterns are there for ``reverse``, for the
system checks and for tools that list URLs.
"""

from __future__ import annotations

from asyncio import _get_running_loop
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from .._replaced_methods import runs_in_steps
from .._request_steps import has_async_steps
from ..werkzeug.exceptions import HTTPException, NotFound
from ..werkzeug.routing import Rule
from . import shared_urls
from .app_views import AppView, ViewMaker, make_async_view, make_view, show_marks
from .matches import MatchedPath, RuleMatch
from .rule_patterns import RulePattern

if TYPE_CHECKING:
    from ..app import Flask

#: The route of requests that no rule matches, for tools that group requests by it.
_UNMATCHED_ROUTE = "<path:unmatched>"


class AppResolver(URLResolver):
    """Resolves the URLs of one application by its own index.

    :param app: The application.
    :param takes_all: Whether URLs without a rule are the application's too, so that its own error
        handlers answer.
    """

    def __init__(self, app: Flask, takes_all: bool) -> None:
        super().__init__(RoutePattern("", is_endpoint=False), ())
        self.app = app
        self.takes_all = takes_all
        self._views: dict[tuple[str | None, ViewMaker], AppView] = {}
        #: The patterns, and how many rules they were made of: rules come, but never go.
        self._patterns: tuple[int, list[URLPattern]] = (0, [])

    @property
    def url_patterns(self) -> list[Any]:
        """A pattern for each rule of the application, and the URLs of Django's inside it."""
        rules = list(self.app.url_map.iter_rules())
        count, patterns = self._patterns
        if count != len(rules):
            # Each of Django's URL checks reads them all, and a regex takes its time.
            patterns = [self._pattern(rule) for rule in rules if not rule.websocket]
            self._patterns = len(rules), patterns
        return [*patterns, *self.inner_resolvers]

    def _pattern(self, rule: Rule) -> URLPattern:
        return URLPattern(
            RulePattern(rule, rule.endpoint),
            self._view(rule.endpoint, make_view),
            dict(rule.defaults or {}),
            rule.endpoint,
        )

    @property
    def inner_resolvers(self) -> list[URLResolver]:
        """The URLs of Django's inside the application."""
        return list(self.app._included_resolvers.values())

    def _view(self, endpoint: str | None, make: ViewMaker) -> AppView:
        view = self._views.get((endpoint, make))
        if view is None:
            view = self._views[endpoint, make] = make(self.app, endpoint)
        # Looked up each time: a mark may be set, and a view function replaced, at any time.
        marked = self.app.view_functions.get(endpoint)  # type: ignore[arg-type]
        if type(marked) is not FunctionType or marked.__dict__ != view.__dict__:
            show_marks(view, marked)
        return view

    def _view_standing_for(self, view: Callable[..., Any], endpoint: str) -> AppView:
        """Return a view that shows the name and the marks of one of Django's.

        :param view: The view inside the application that is going to answer.
        :param endpoint: The endpoint that it is behind.
        """
        shown = self._suitable_maker(endpoint)(self.app, endpoint)
        shown.__name__ = getattr(view, "__name__", type(view).__name__)
        shown.__qualname__ = getattr(view, "__qualname__", shown.__name__)
        shown.__module__ = view.__module__
        show_marks(shown, view)
        return shown

    def _suitable_maker(self, endpoint: str | None) -> ViewMaker:
        """Return what makes the view that suits the way Django handles the current request.

        Under WSGI Django would run an async view on a loop of its own, and under ASGI it runs a
        sync one in a thread. It resolves the URL where it is going to call the view.
        """
        if _get_running_loop() is not None and self._wants_event_loop(endpoint):
            return make_async_view
        return make_view

    def _wants_event_loop(self, endpoint: str | None) -> bool:
        return self.may_use_event_loop and has_async_steps(self.app, endpoint)

    @property
    def may_use_event_loop(self) -> bool:
        """Whether a view of the application may be async, as far as Django is concerned."""
        # Django refuses async views where requests are transactions; in a thread they work.
        is_atomic = any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())
        return not is_atomic and runs_in_steps(self.app)

    def resolve(self, path: str) -> ResolverMatch:
        # Without the method and the host, which the view looks at.
        url_map = self.app.url_map
        matched = MatchedPath()
        matched.resolver = self
        matched.path = path
        found = matched.found = url_map.fast_match(f"/{path}", None)
        if not found and not self.takes_all:
            self._require_answer(matched)
        match = self.match_found(matched)
        if found is None or (found and url_map.rivals(found[0])):
            shared_urls.let_through_if_unlike(match, matched)
        return match

    def match_found(self, matched: MatchedPath) -> ResolverMatch:
        """Return the match of what has been found: a view of the application, or of Django's.

        :param matched: What has been found.
        """
        found = matched.found
        if not found:
            view = self._view(None, self._suitable_maker(None))
            return RuleMatch(view, {}, None, _UNMATCHED_ROUTE, matched)
        rule, values = found
        if values:
            matched.update(values)
        endpoint = rule.endpoint
        if endpoint in self.app._included_resolvers:
            inner = self._resolve_inside(endpoint, matched.path, matched)
            if inner is not None:
                return inner
        # Asked here already: most requests come without an event loop.
        make = make_view if _get_running_loop() is None else self._suitable_maker(endpoint)
        view = self._view(endpoint, make)
        return RuleMatch(view, values, endpoint, rule.rule.lstrip("/"), matched)

    def _resolve_inside(
        self, endpoint: str, path: str, captured: MatchedPath
    ) -> ResolverMatch | None:
        """Match one of Django's URLs inside the application, whose names and marks then count."""
        resolver = self.app._included_resolvers[endpoint]
        try:
            inner: Any = resolver.resolve(path)
        except Resolver404:
            # The view raises it again, for the application's error handlers.
            return None
        return ResolverMatch(
            self._view_standing_for(inner.func, endpoint),
            inner.args,
            inner.kwargs,
            inner.url_name,
            inner.app_names,
            inner.namespaces,
            # A resolver leaves its own part of the route to the one around it.
            f"{resolver.pattern}{inner.route}",
            captured_kwargs=captured,
            extra_kwargs=inner.extra_kwargs,
        )

    def _require_answer(self, matched: MatchedPath) -> None:
        """Make sure that the application answers with more than a plain 404, a redirect say.

        :param matched: A path without a rule, or with one that is not certain.
        :raises Resolver404: It does not.
        """
        try:
            if matched.found is not None:
                raise NotFound
            self.app.url_map.bind("localhost").match(f"/{matched.path}")
        except NotFound:
            raise Resolver404({"path": matched.path, "tried": []}) from None
        except HTTPException:
            return
