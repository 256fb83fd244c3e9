"""The URLs of an application as Django sees them: a resolver, and a pattern for each rule.

Flask: ``url_map``. Django: ``URLResolver``, ``URLPattern``, ``reverse``.

Requests are matched by the application's own index; the patterns are there for ``reverse``, for the
system checks and for tools that list URLs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    URLPattern,
    URLResolver,
    reverse,
)
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from .._request_steps import has_async_steps, runs_in_steps
from .._steps import is_event_loop_running
from ..werkzeug.exceptions import HTTPException, NotFound
from ..werkzeug.routing import Rule

if TYPE_CHECKING:
    from ..app import Flask
    from ..werkzeug.routing import BaseConverter
    from ..wrappers import Response

#: Django takes any object with ``urlpatterns``, which its type stubs do not know.
AppURLs = tuple[Any, str, str]
#: The Django view of an endpoint, a function with the marks of the view function.
AppView = FunctionType
ViewMaker = Callable[["Flask", str | None], AppView]

#: The route of requests that no rule matches, for tools that group requests by it.
_UNMATCHED_ROUTE = "<path:unmatched>"


class MatchedPath(dict[str, Any]):
    """Carries what was matched from the resolver to the view, as ``captured_kwargs``.

    A ``ResolverMatch`` is made anew at each level of the URLconf; this is the one part of the
    innermost one that outer levels hand on as it is.
    """

    __slots__ = ("app", "found", "path")

    #: The application that answers.
    app: Flask
    #: The path below the prefix the application is mounted at, without its leading slash.
    path: str
    #: The rule and its values, if there is a rule whatever the method is.
    found: tuple[Rule, dict[str, Any]] | None


def _make_view(app: Flask, endpoint: str | None) -> AppView:
    """Make the Django view of an endpoint; calling it lets the application answer.

    It is a function because Django asks each view, on each request, for marks that most do not
    have, and no other object says no as fast.

    :param app: The application.
    :param endpoint: The endpoint; ``None`` for URLs below the prefix that no rule matches.
    """

    def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        prefix, found = _place(app, endpoint, http_request, kwargs)
        response = app.respond_to_django(http_request, prefix, found=found)
        response.settle_for_django(http_request.META)
        return response

    return _named_after_endpoint(view, app, endpoint)


def _make_async_view(app: Flask, endpoint: str | None) -> AppView:
    """Make the same for an event loop, on which Django awaits it."""

    async def view(http_request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        prefix, found = _place(app, endpoint, http_request, kwargs)
        response = await app.respond_to_django_async(http_request, prefix, found=found)
        response.settle_for_django(http_request.META)
        return response

    return _named_after_endpoint(view, app, endpoint)


def _named_after_endpoint(view: Any, app: Flask, endpoint: str | None) -> AppView:
    view.__name__ = view.__qualname__ = endpoint or "unmatched"
    view.__module__ = app.import_name
    return view  # type: ignore[no-any-return]


def _show_marks(view: AppView, marked: Callable[..., Any] | None) -> None:
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


def _place(
    app: Flask, endpoint: str | None, http_request: HttpRequest, kwargs: dict[str, Any]
) -> tuple[str, tuple[Rule, dict[str, Any]] | None]:
    """Return the path the application is mounted at, and the rule if the path is no help."""
    if http_request.resolver_match is not None:
        return _prefix_of(http_request), None
    # A test calls the view with a request of its own making, as it may call any Django view.
    if endpoint is None:
        raise Resolver404({"path": http_request.path_info})
    from .mounts import mount_prefix

    rule = next(app.url_map.iter_rules(endpoint))
    return mount_prefix(app) or "", (rule, kwargs)


def answering_app(match: ResolverMatch | None) -> Flask | None:
    """Return the application that a match leads to, ``None`` if it is one of Django's views."""
    captured = getattr(match, "captured_kwargs", None)
    return captured.app if isinstance(captured, MatchedPath) else None


def _prefix_of(http_request: HttpRequest) -> str:
    """Return the path that the application is mounted at, in this request."""
    match = http_request.resolver_match
    captured = getattr(match, "captured_kwargs", None)
    if not isinstance(captured, MatchedPath):
        return ""
    full_path = http_request.path_info
    return full_path[: len(full_path) - len(captured.path)].rstrip("/")


class RulePattern(RoutePattern):
    """A rule of the application in the form that Django's ``reverse`` and its checks read."""

    def __init__(self, rule: Rule, name: str) -> None:
        super().__init__(rule.rule.lstrip("/"), name=name, is_endpoint=True)
        self.rule = rule
        self.converters = {
            argument: ConverterAdapter(converter)
            for argument, converter in rule._converters.items()
        }
        # With anchors like the regex of Django's routes: others search with it, Sentry for one.
        self.regex = re.compile(rf"^{_reversible_regex(rule)}\Z")

    def match(self, path: str) -> tuple[str, tuple[()], dict[str, Any]] | None:
        found = self.regex.fullmatch(path)
        if found is None:
            return None
        try:
            return (
                "",
                (),
                {
                    name: self.converters[name].to_python(value)
                    for name, value in found.groupdict().items()
                },
            )
        except ValueError:
            return None

    def check(self) -> list[Any]:
        # Django's own checks are about the language of its routes.
        return []


class ConverterAdapter:
    """A converter of the application with the methods of Django's path converters.

    :param converter: The converter of one variable of one rule.
    """

    def __init__(self, converter: BaseConverter) -> None:
        self.converter = converter
        self.regex = converter.regex

    def to_python(self, value: str) -> Any:
        return self.converter.to_python(value)

    def to_url(self, value: Any) -> str:
        # Django quotes the whole path afterwards.
        return unquote(self.converter.to_url(value))


def _reversible_regex(rule: Rule) -> str:
    """Return a regex that Django can turn into a format string, and check a built URL with."""
    regex = rule.regex_pattern()
    try:
        normalize(regex)
    except (NotImplementedError, ValueError):
        # Look-aheads and alternatives inside a converter: any text may stand for them.
        regex = "".join(
            re.escape(part) if isinstance(part, str) else f"(?P<{part[0]}>.+)"
            for part in rule.parts
        ).lstrip("/")
    return regex


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
            self._view(rule.endpoint, _make_view),
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
        _show_marks(view, self.app.view_functions.get(endpoint))  # type: ignore[arg-type]
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
        _show_marks(shown, view)
        return shown

    def _suitable_maker(self, endpoint: str | None) -> ViewMaker:
        """Return what makes the view that suits the way Django handles the current request.

        Under WSGI Django would run an async view on a loop of its own, and under ASGI it runs a
        sync one in a thread. It resolves the URL where it is going to call the view.
        """
        if is_event_loop_running() and self._wants_event_loop(endpoint):
            return _make_async_view
        return _make_view

    def _wants_event_loop(self, endpoint: str | None) -> bool:
        # Django refuses async views where requests are transactions; in a thread they work.
        is_atomic = any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())
        return not is_atomic and runs_in_steps(self.app) and has_async_steps(self.app, endpoint)

    def resolve(self, path: str) -> ResolverMatch:
        found = self._find(f"/{path}")
        rule, arguments = found or (None, {})
        captured = MatchedPath(arguments)
        captured.app = self.app
        captured.path = path
        captured.found = found
        endpoint = None if rule is None else rule.endpoint
        if endpoint in self.app._included_resolvers:
            inner = self._resolve_inside(endpoint, path, captured)
            if inner is not None:
                return inner
        return ResolverMatch(
            self._view(endpoint, self._suitable_maker(endpoint)),
            (),
            arguments,
            endpoint,
            route=_UNMATCHED_ROUTE if rule is None else rule.rule.lstrip("/"),
            tried=None,
            captured_kwargs=captured,
            extra_kwargs={},
        )

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

    def _find(self, path: str) -> tuple[Rule, dict[str, Any]] | None:
        """Find the rule of a path. The method and the host are looked at by the view."""
        try:
            found = self.app.url_map.match_path(path)
            if found is None and not self.takes_all:
                self._require_answer(path)
            return found
        except NotFound:
            if not self.takes_all:
                raise Resolver404({"path": path.removeprefix("/"), "tried": []}) from None
            return None

    def _require_answer(self, path: str) -> None:
        """Make sure that the application answers with more than a plain 404, a redirect say.

        :raises NotFound: It does not.
        """
        try:
            self.app.url_map.bind("localhost").match(path)
        except NotFound:
            raise
        except HTTPException:
            return


class AppURLconf:
    """An application in the place of a URLconf module.

    :param resolver: The resolver of the application.
    """

    def __init__(self, resolver: AppResolver) -> None:
        self.urlpatterns = [resolver]


def _urlconf(app: Flask, kind: str, takes_all: bool) -> AppURLconf:
    """Return the one URLconf of each kind: Django caches what it reads from a URLconf for good."""
    if kind not in app._urlconfs:
        app._urlconfs[kind] = AppURLconf(AppResolver(app, takes_all))
    return app._urlconfs[kind]


def root_urlconf(app: Flask) -> AppURLconf:
    """Return the URLconf of an application that stands alone behind Django middleware."""
    return _urlconf(app, "mounted", takes_all=True)


def mounted_urls(app: Flask) -> AppURLs:
    """Return what ``path("shop/", ...)`` takes: the URLconf and the namespace, twice."""
    namespace = namespace_of(app)
    return _urlconf(app, "mounted", takes_all=True), namespace, namespace


def namespace_of(app: Flask) -> str:
    """Return the namespace of an application: the last part of its name.

    :param app: The application.
    """
    return app.name.rpartition(".")[2]


def included_patterns(app: Flask) -> list[Any]:
    """Return what ``include(...)`` takes; URLs without a rule fall through."""
    return _urlconf(app, "included", takes_all=False).urlpatterns


def reverse_django_name(app: Flask, name: str, values: dict[str, Any]) -> str | None:
    """Build the URL of a name of the project's, for example ``admin:index``.

    :param app: The application that asks, which gives the current application namespace.
    :param name: The name with its namespaces.
    :param values: Values of the pattern's variables.
    :return: The path; ``None`` if there is no such name.
    """
    if not getattr(settings, "ROOT_URLCONF", None):
        return None
    try:
        return reverse(name, kwargs=values or None)
    except NoReverseMatch:
        return None
