"""What matching and building raise.

Werkzeug: ``werkzeug.routing.exceptions``. Django: ``Resolver404``, ``NoReverseMatch``.

    Exception
    ├── RoutingException
    │   ├── RequestRedirect      (an HTTPException, 308)
    │   ├── RequestPath          the path is to be another; becomes a RequestRedirect
    │   ├── RequestAliasRedirect the rule is an alias; becomes a RequestRedirect
    │   └── BuildError           (a LookupError)
    ├── NoMatch                  becomes a 404, a 405 or a WebsocketMismatch
    └── BadRequest
        └── WebsocketMismatch
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..exceptions import BadRequest, HTTPException

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ..wrappers import Request, Response
    from .map import MapAdapter
    from .rules import Rule


class RoutingException(Exception):
    """Base of what the routing asks of the application: a redirect, or another endpoint."""


class RequestRedirect(HTTPException, RoutingException):
    """The URL has another, canonical form. ``new_url`` is that form, absolute.

    :param new_url: The URL to redirect to.
    """

    code = 308

    def __init__(self, new_url: str) -> None:
        super().__init__(new_url)
        self.new_url = new_url

    def get_response(
        self,
        environ: WSGIEnvironment | Request | None = None,
        scope: dict[str, Any] | None = None,
    ) -> Response:
        # Loaded here: the routing itself does not need responses.
        from ..utils import redirect

        return redirect(self.new_url, self.code)


class RequestPath(RoutingException):
    """The path has another, canonical form.

    :param path_info: The path to redirect to, not yet percent-encoded.
    """

    __slots__ = ("path_info",)

    def __init__(self, path_info: str) -> None:
        super().__init__()
        self.path_info = path_info


class RequestAliasRedirect(RoutingException):
    """The rule that matched is an alias of the one whose URL is wanted.

    :param matched_values: The values found in the URL.
    :param endpoint: The endpoint of both rules.
    """

    def __init__(self, matched_values: Mapping[str, Any], endpoint: Any) -> None:
        super().__init__()
        self.matched_values = matched_values
        self.endpoint = endpoint


class BuildError(RoutingException, LookupError):
    """No rule makes a URL of this endpoint and these values. The message names the closest rule.

    :param endpoint: The endpoint asked for.
    :param values: The values given.
    :param method: The method asked for.
    :param adapter: The adapter that was asked.
    """

    def __init__(
        self,
        endpoint: Any,
        values: Mapping[str, Any],
        method: str | None,
        adapter: MapAdapter | None = None,
    ) -> None:
        super().__init__(endpoint, values, method)
        self.endpoint = endpoint
        self.values = values
        self.method = method
        self.adapter = adapter

    @cached_property
    def suggested(self) -> Rule | None:
        """The rule that comes closest to what was asked for."""
        return self.closest_rule(self.adapter)

    def closest_rule(self, adapter: MapAdapter | None) -> Rule | None:
        """Find the rule that comes closest: by the endpoint, then by the values and the method.

        :param adapter: The adapter whose rules are looked at.
        :return: The rule; ``None`` if there are no rules.
        """
        rules = adapter.map._rules if adapter else ()
        return max(rules, key=self._likeness, default=None)

    def _likeness(self, rule: Rule) -> float:
        # Loaded here: needed only once something has gone wrong.
        from difflib import SequenceMatcher

        # Endpoints can be of any type.
        alike = SequenceMatcher(None, str(rule.endpoint), str(self.endpoint)).ratio()
        takes_values = set(self.values or ()) <= rule.arguments
        takes_method = bool(rule.methods and self.method in rule.methods)
        return 0.98 * alike + 0.01 * takes_values + 0.01 * takes_method

    def __str__(self) -> str:
        method = f" ({self.method!r})" if self.method else ""
        values = f" with values {sorted(self.values)!r}" if self.values else ""
        return f"Could not build url for endpoint {self.endpoint!r}{method}{values}.{self._hint()}"

    def _hint(self) -> str:
        rule = self.suggested
        if rule is None:
            return ""
        if rule.endpoint != self.endpoint:
            return f" Did you mean {rule.endpoint!r} instead?"
        hint = ""
        if self.method and rule.methods is not None and self.method not in rule.methods:
            hint = f" Did you mean to use methods {sorted(rule.methods)!r}?"
        missing = (rule.arguments | set(rule.defaults or ())) - set(self.values)
        if missing:
            hint += f" Did you forget to specify values {sorted(missing)!r}?"
        return hint


class WebsocketMismatch(BadRequest):
    """A WebSocket request met an HTTP rule, or the other way round, and no rule fits better."""


class NoMatch(Exception):
    """No rule matches.

    :param have_match_for: The methods with which there is a rule.
    :param websocket_mismatch: Whether a rule would match but for being (or not) for WebSockets.
    """

    __slots__ = ("have_match_for", "websocket_mismatch")

    def __init__(self, have_match_for: set[str], websocket_mismatch: bool) -> None:
        self.have_match_for = have_match_for
        self.websocket_mismatch = websocket_mismatch
