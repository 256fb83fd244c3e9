"""What Django's resolver found in an application, on its way to the view that answers.

Flask: ``request.url_rule``, ``request.view_args``. Django: ``ResolverMatch``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.urls import ResolverMatch

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..app import Flask
    from ..werkzeug.routing import Rule
    from ..werkzeug.routing.map import FastMatch
    from .resolver import AppResolver


class MatchedPath(dict[str, Any]):
    """Carries what was matched from the resolver to the view, as ``captured_kwargs``.

    A ``ResolverMatch`` is made anew at each level of the URLconf; this is the one part of the
    innermost one that outer levels hand on as it is.
    """

    __slots__ = ("found", "path", "resolver")

    #: The resolver of the application that answers.
    resolver: AppResolver
    #: The path below the prefix the application is mounted at, without its leading slash.
    path: str
    #: The rule and its values, whatever the method is; empty if there is none; ``None`` if neither
    #: is certain.
    found: FastMatch

    @property
    def app(self) -> Flask:
        """The application that answers."""
        return self.resolver.app

    def prefix_in(self, full_path: str) -> str:
        """Return the path that the application is mounted at.

        :param full_path: The path of the request.
        """
        return full_path[: len(full_path) - len(self.path)].rstrip("/")

    def settle(
        self, http_request: HttpRequest, found: tuple[Rule, dict[str, Any]] | None
    ) -> ResolverMatch:
        """Give a request the match of the rule that answers its method.

        :param http_request: The request, which has the match of what was found without a method.
        :param found: The rule and its values, ``None`` if there is none.
        :return: The match, with the namespaces and the variables around the application.
        """
        match: Any = http_request.resolver_match
        before: Any = self.resolver.match_found(self)
        self.clear()
        self.found = found
        inner: Any = self.resolver.match_found(self)
        around = {name: value for name, value in match.kwargs.items() if name not in before.kwargs}
        settled = ResolverMatch(
            inner.func,
            (*match.args, *inner.args),
            {**around, **inner.kwargs},
            inner.url_name,
            [*match.app_names, *inner.app_names],
            [*match.namespaces, *inner.namespaces],
            f"{match.route.removesuffix(before.route)}{inner.route}",
            match.tried,
            self,
            inner.extra_kwargs,
        )
        http_request.resolver_match = settled
        return settled


class RuleMatch(ResolverMatch):
    """The match of a rule, or of none, as the levels of the URLconf around it take it apart.

    Each of them makes a match of its own from the parts of the one inside, so that the names of
    this one are put together for those only who ask the application's resolver itself.

    :param view: The Django view.
    :param values: The values of the rule's variables.
    :param endpoint: The endpoint, ``None`` without a rule.
    :param route: The rule, for tools that group requests by it.
    :param captured: What the view needs to know.
    """

    args = ()
    tried = None
    app_name = namespace = ""

    def __init__(
        self,
        view: Callable[..., Any],
        values: dict[str, Any],
        endpoint: str | None,
        route: str,
        captured: MatchedPath,
    ) -> None:
        self.func = view
        self.kwargs = values
        self.url_name = endpoint
        self.route = route
        self.captured_kwargs = captured
        self.extra_kwargs: dict[str, Any] = {}
        self.app_names = []
        self.namespaces = []

    @property
    def _func_path(self) -> str:  # type: ignore[override]
        return f"{self.func.__module__}.{self.func.__name__}"

    @property
    def view_name(self) -> str:  # type: ignore[override]
        return self.url_name or self._func_path


def matched_path(match: ResolverMatch | None) -> MatchedPath | None:
    """Return what the resolver of an application left in a match, ``None`` if it was another's."""
    captured = getattr(match, "captured_kwargs", None)
    return captured if isinstance(captured, MatchedPath) else None


def answering_app(match: ResolverMatch | None) -> Flask | None:
    """Return the application that a match leads to, ``None`` if it is one of Django's views."""
    matched = matched_path(match)
    return None if matched is None else matched.app


def mounted_at(http_request: HttpRequest) -> str:
    """Return the path that the application is mounted at, in this request."""
    matched = matched_path(http_request.resolver_match)
    return "" if matched is None else matched.prefix_in(http_request.path_info)
