"""The request context of a request that Django's side answers, wholly or in part.

Flask: The Request Context. Django: none; ``HttpRequest`` is passed along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._hosts import check_host, is_plainly_allowed
from ..ctx import RequestContext

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..app import Flask
    from ..sessions import SessionMixin
    from ..werkzeug.exceptions import HTTPException
    from ..werkzeug.routing.map import FastMatch
    from .matches import MatchedPath


class MountedContext(RequestContext):
    """The context of a request that a project's URLconf has led to an application."""

    is_mounted = True
    #: What Django's resolver, which knows no methods, has found on the way here.
    matched: MatchedPath | None = None

    def _session_to_save(self) -> SessionMixin | None:
        session = super()._session_to_save()
        if session is None:
            # Django's functions, ``login`` say, may have begun one behind the application's back.
            store = getattr(self.request.django, "session", None)
            if store is not None and store.modified:
                return self._open_session()
        return session

    def _match_plainly(self) -> FastMatch:
        request, matched = self.request, self.matched
        meta = request.django.META
        if not is_plainly_allowed(request, meta):
            check_host(request)
        found = None if matched is None else matched.found
        if (
            found is None
            or matched is None
            or "HTTP_UPGRADE" in meta
            or (not matched.path and request._is_bare_prefix)
        ):
            return super()._match_plainly()
        if not found or request.method in (found[0].methods or ()):
            return found
        return self._match_other(matched)

    def _match_other(self, matched: MatchedPath) -> FastMatch:
        """Find the rule for another method than those of the one that was found."""
        other = super()._match_plainly()
        if other:
            # Middleware and templates ask for the name of the view that answers.
            matched.settle(self.request.django, other)
        return other


def make_mounted_context(
    app: Flask,
    http_request: HttpRequest,
    mount_prefix: str = "",
    matched: MatchedPath | None = None,
) -> MountedContext:
    """Make the context of a request of Django's.

    :param app: The application.
    :param http_request: The request, as middleware left it.
    :param mount_prefix: The path that the application is mounted at, if the request is below it.
    :param matched: What the application's resolver has found, if it was asked.
    """
    request = app.request_class.from_django_request(http_request, mount_prefix)
    request.json_module = app.json
    context = MountedContext(app, None, request)
    if matched is not None:
        context.matched = matched
    return context


def make_context_without_rule(
    app: Flask, http_request: HttpRequest, error: HTTPException, mount_prefix: str = ""
) -> MountedContext:
    """Make the context of a request that is not to find its rule.

    :param app: The application.
    :param http_request: The request, as middleware left it.
    :param error: What dispatching the request raises in place of calling a view.
    :param mount_prefix: The path that the application is mounted at, if the request is below it.
    """
    context = make_mounted_context(app, http_request, mount_prefix)
    context.request.routing_exception = error
    return context
