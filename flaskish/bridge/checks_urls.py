"""System checks of URLs: rules that no request reaches, in an application and in the project.

Flask: none. Django: the system check framework, ``django.core.checks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver

from .checks import checked_apps, warning
from .matches import answering_app
from .mounts import Mount, has_project_urls, literal_text, mounts
from .resolver import AppResolver
from .rule_samples import sample_paths, winner

if TYPE_CHECKING:
    from ..app import Flask
    from ..werkzeug.routing import Rule

#: Methods that rules get without being asked to; nobody minds who answers them.
_AUTOMATIC_METHODS = frozenset({"HEAD", "OPTIONS"})
_HINT_OF_ORDER = (
    "Move it up in urlpatterns. An application in front of it can be included rather than mounted,"
    ' path("", include(app.urlpatterns)), which lets URLs without a rule through.'
)


def check_rules(**kwargs: Any) -> list[CheckMessage]:
    """Find rules that other rules of the application hide, and endpoints without a view."""
    return [
        message
        for app, name in checked_apps().items()
        for rule in app.url_map.iter_rules()
        for message in (_check_view(app, name, rule), _check_rule(app, name, rule))
        if message is not None
    ]


def _check_view(app: Flask, name: str, rule: Rule) -> CheckMessage | None:
    if rule.endpoint in app.view_functions or rule.build_only or rule.redirect_to is not None:
        return None
    return warning(
        f"The endpoint {rule.endpoint!r} of the application {name!r} has the rule {rule.rule!r}"
        " and no view function: each request to it fails.",
        f"Pass view_func to add_url_rule, or decorate a function with"
        f" @app.endpoint({rule.endpoint!r}).",
        app,
        6,
    )


def _check_rule(app: Flask, name: str, rule: Rule) -> CheckMessage | None:
    if rule.build_only:
        return None
    methods = rule.methods or {"GET"}
    # Only automatic ones are left of a rule for OPTIONS alone.
    methods = methods - _AUTOMATIC_METHODS or methods
    lost = {method: other for method in sorted(methods) if (other := _hidden_by(rule, method))}
    if not lost:
        return None
    extent = "never answers" if len(lost) == len(methods) else f"does not answer {', '.join(lost)}"
    others = ", ".join(sorted({f"{other.rule!r} of {other.endpoint!r}" for other in lost.values()}))
    return warning(
        f"The rule {rule.rule!r} of the endpoint {rule.endpoint!r} of the application {name!r}"
        f" {extent}: {others} comes first.",
        "Give one of them another path, other methods, or a more special converter. Of rules that"
        " are alike the one registered first wins.",
        app,
        3,
    )


def _hidden_by(rule: Rule, method: str) -> Rule | None:
    """Return a rule that answers in place of another, for all paths that this one is for."""
    winners = [winner(rule, path, method) for path in sample_paths(rule)]
    if not winners or any(found is None or found.endpoint == rule.endpoint for found in winners):
        return None
    return winners[0]


def check_mounts(**kwargs: Any) -> list[CheckMessage]:
    """Find applications and native patterns that an earlier pattern of the project hides."""
    if not has_project_urls():
        return []
    return [
        *map(_warn_of_app_as_view, _apps_as_views(get_resolver().url_patterns)),
        *(message for mount in mounts() for message in _warn_of_slash(mount)),
        *(message for mount in mounts() for message in _check_mount(mount)),
        *(_warn_of_hidden(*found) for found in _hidden_patterns(get_resolver().url_patterns)),
    ]


def _apps_as_views(patterns: list[Any]) -> Iterator[Flask]:
    """Find applications in the place of a view, which Django takes for one: they can be called."""
    # Loaded here, because the application's module imports the bridge.
    from ..app import Flask

    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not isinstance(pattern, AppResolver):
                yield from _apps_as_views(pattern.url_patterns)
            continue
        owner = getattr(pattern.callback, "__self__", pattern.callback)
        if isinstance(owner, Flask):
            yield owner


def _warn_of_app_as_view(app: Flask) -> CheckMessage:
    return warning(
        f"The application {app.name!r} stands in the place of a view in the URLconf: each request"
        " to it fails, because it is called as a WSGI server calls it.",
        "Mount it with path('.../', app.urls), or path('', include(app.urlpatterns)).",
        app,
        13,
    )


def _warn_of_slash(mount: Mount) -> Iterator[CheckMessage]:
    """Warn of a slash that a mount's prefix lacks at its end, or has at its beginning."""
    prefix = str(mount.prefix or "")
    if prefix.startswith("/"):
        fault = "begins with a slash: no request gets there, as Django takes it off the path"
    elif prefix and not prefix.endswith("/"):
        fault = f"does not end in a slash: it answers paths such as '/{prefix}x' as well"
    else:
        return
    yield warning(
        f"The application {mount.name!r} is mounted at {prefix!r}, which {fault}.",
        f"Mount it at {prefix.strip('/') + '/'!r}.",
        mount.app,
        12,
    )


def _check_mount(mount: Mount) -> list[CheckMessage]:
    if mount.prefix is None:
        return []
    hidden = {
        rule.rule: match
        for rule in mount.app.url_map.iter_rules()
        if not rule.build_only and (match := _taken_by_another(mount, rule))
    }
    return [
        warning(
            f"The rule {path!r} of the application {mount.name!r}, which is mounted at"
            f" '/{mount.prefix}', gets no request: {_describe(match)} comes first.",
            _HINT_OF_ORDER,
            mount.app,
            4,
        )
        for path, match in hidden.items()
    ]


def _taken_by_another(mount: Mount, rule: Rule) -> ResolverMatch | None:
    """Return what answers in place of an application, for all paths that a rule is for."""
    resolver, matches = get_resolver(), []
    for path in sample_paths(rule):
        try:
            match = resolver.resolve(f"/{mount.prefix}{path.removeprefix('/')}")
        except Resolver404:
            return None
        if answering_app(match) is mount.app:
            return None
        matches.append(match)
    return matches[0] if matches else None


def _describe(match: ResolverMatch) -> str:
    app = answering_app(match)
    if app is not None:
        return f"the application {match.namespace or app.name!r}"
    return f"the pattern {match.route!r}"


def _hidden_patterns(patterns: list[Any]) -> Iterator[tuple[AppResolver, Any]]:
    """Find native patterns behind a mounted application that takes all of their URLs."""
    taken: dict[str, AppResolver] = {}
    for pattern in patterns:
        text = literal_text(pattern)
        owner = _mounted_at(pattern)
        if owner is not None:
            if text is not None:
                taken.setdefault(text, owner)
            continue
        route = str(pattern.pattern)
        for prefix, hiding in taken.items():
            if route.removeprefix("^").startswith(prefix):
                yield hiding, pattern
                break
        if isinstance(pattern, URLResolver) and not isinstance(pattern, AppResolver):
            yield from _hidden_patterns(pattern.url_patterns)


def _mounted_at(pattern: Any) -> AppResolver | None:
    """Return the application that a pattern of the project mounts."""
    if isinstance(pattern, URLResolver) and not isinstance(pattern, AppResolver):
        for inner in pattern.url_patterns[:1]:
            if isinstance(inner, AppResolver):
                return inner if inner.takes_all else None
    return None


def _warn_of_hidden(hiding: AppResolver, pattern: Any) -> CheckMessage:
    return warning(
        f"The pattern {str(pattern.pattern)!r} gets no request: the application"
        f" {hiding.app.name!r} is mounted in front of it and takes all its URLs.",
        _HINT_OF_ORDER,
        pattern,
        5,
    )
