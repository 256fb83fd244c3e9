"""The map bound to a host: matches requests and builds URLs.

Werkzeug: part of ``werkzeug.routing.map``. Django: ``resolve()``, ``reverse()``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, overload
from urllib.parse import quote, urljoin, urlunsplit

from ..datastructures import MultiDict
from ..exceptions import HTTPException, MethodNotAllowed, NotFound
from ._building import encode_query
from .converters import SAFE_IN_PATH
from .exceptions import (
    BuildError,
    NoMatch,
    RequestAliasRedirect,
    RequestPath,
    RequestRedirect,
    WebsocketMismatch,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from .map import Map
    from .rules import Rule

Query = Mapping[str, Any] | str

_variable = re.compile(r"<([^>]+)>")
_unsafe_in_query = re.compile(r"[\x00-\x20\x7f]")
_SECURE_SCHEMES = frozenset({"https", "wss"})


class MapAdapter:
    """Matches and builds URLs. :meth:`Map.bind` and :meth:`Map.bind_to_environ` make it.

    :param map: The map.
    :param server_name: The host.
    :param script_name: The path that the application is mounted at.
    :param subdomain: The subdomain; ``None`` if hosts are matched.
    :param url_scheme: The scheme.
    :param path_info: The path.
    :param default_method: The method.
    :param query_args: The query that redirects keep.
    """

    def __init__(
        self,
        map: Map,
        server_name: str,
        script_name: str,
        subdomain: str | None,
        url_scheme: str,
        path_info: str,
        default_method: str,
        query_args: Query | None = None,
    ) -> None:
        self.map = map
        self.server_name = server_name
        self.script_name = script_name if script_name.endswith("/") else f"{script_name}/"
        self.subdomain = subdomain
        self.url_scheme = url_scheme
        self.path_info = path_info
        self.default_method = default_method
        self.query_args = query_args
        self.websocket = url_scheme in {"ws", "wss"}

    def dispatch(
        self,
        view_func: Callable[[str, Mapping[str, Any]], WSGIApplication],
        path_info: str | None = None,
        method: str | None = None,
        catch_http_exceptions: bool = False,
    ) -> WSGIApplication:
        """Match and call a function with the endpoint and the values.

        :param view_func: The function; it returns a response.
        :param path_info: The path, if not that of the request.
        :param method: The method, if not that of the request.
        :param catch_http_exceptions: Whether to return HTTP exceptions rather than raise them.
            Redirects are always returned.
        """
        try:
            try:
                endpoint, values = self.match(path_info, method)
            except RequestRedirect as redirect:
                return redirect
            return view_func(endpoint, values)
        except HTTPException as error:
            if catch_http_exceptions:
                return error
            raise

    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[False] = False,
        query_args: Query | None = None,
        websocket: bool | None = None,
    ) -> tuple[Any, Mapping[str, Any]]: ...

    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[True] = True,
        query_args: Query | None = None,
        websocket: bool | None = None,
    ) -> tuple[Rule, Mapping[str, Any]]: ...

    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: bool = False,
        query_args: Query | None = None,
        websocket: bool | None = None,
    ) -> tuple[Any | Rule, Mapping[str, Any]]:
        """Find the endpoint, or the rule, of a path.

        :param path_info: The path, if not that of the request.
        :param method: The method, if not that of the request.
        :param return_rule: Whether to return the rule in place of the endpoint.
        :param query_args: The query that redirects keep, if not that of the request.
        :param websocket: Whether to match WebSocket rules, if the scheme is not to decide.
        :return: The endpoint or the rule, and the values of the variables.
        :raises NotFound: No rule matches.
        :raises MethodNotAllowed: Rules match, but only with other methods.
        :raises RequestRedirect: The URL has another form.
        :raises WebsocketMismatch: Rules match, but only those for (or not for) WebSockets.
        """
        self.map.update()
        if query_args is None:
            query_args = self.query_args or {}
        method = (method or self.default_method).upper()
        rule, values = self._find_rule(
            self.path_info if path_info is None else path_info,
            method,
            query_args,
            self.websocket if websocket is None else websocket,
        )
        default_url = self.get_default_redirect(rule, method, values, query_args)
        if default_url is not None:
            raise RequestRedirect(default_url)
        if rule.redirect_to is not None:
            raise RequestRedirect(self._redirect_target(rule, values))
        return rule if return_rule else rule.endpoint, values

    def _find_rule(
        self, path_info: str, method: str, query_args: Query, websocket: bool
    ) -> tuple[Rule, dict[str, Any]]:
        """Find the rule, and turn what the index raises into HTTP exceptions."""
        domain = self.subdomain
        if self.map.host_matching or domain is None:
            domain = self.server_name
        path = f"/{path_info.lstrip('/')}" if path_info else ""
        try:
            return self.map._matcher.match(domain, path, method, websocket)
        except RequestPath as redirect:
            url = self.make_redirect_url(quote(redirect.path_info, safe=SAFE_IN_PATH), query_args)
        except RequestAliasRedirect as redirect:
            url = self.make_alias_redirect_url(
                f"{domain}|{path}",
                redirect.endpoint,
                redirect.matched_values,
                method,
                query_args,
            )
        except NoMatch as failure:
            raise _exception_for(failure) from None
        raise RequestRedirect(url)

    def _redirect_target(self, rule: Rule, values: Mapping[str, Any]) -> str:
        target = rule.redirect_to
        if isinstance(target, str):
            path = _variable.sub(
                lambda found: rule._converters[found[1]].to_url(values[found[1]]), target
            )
            if target.startswith("<"):
                # A value such as "https:example.org" is a path, not another site.
                path = f"./{path}"
        else:
            assert target is not None
            path = target(self, **values)
        host = f"{self.subdomain}.{self.server_name}" if self.subdomain else self.server_name
        if not host:
            return f"/{urljoin(self.script_name, path).lstrip('/')}"
        return urljoin(f"{self.url_scheme or 'http'}://{host}{self.script_name}", path)

    def test(self, path_info: str | None = None, method: str | None = None) -> bool:
        """Tell whether a path has a rule, if only one that redirects.

        :param path_info: The path, if not that of the request.
        :param method: The method, if not that of the request.
        """
        try:
            self.match(path_info, method)
        except RequestRedirect:
            return True
        except HTTPException:
            return False
        return True

    def allowed_methods(self, path_info: str | None = None) -> Iterable[str]:
        """Return the methods that a path has rules for.

        :param path_info: The path, if not that of the request.
        """
        try:
            self.match(path_info, method="--")
        except MethodNotAllowed as error:
            return error.valid_methods or []
        except HTTPException:
            pass
        return []

    def get_host(self, domain_part: str | None) -> str:
        """Return the host for a domain.

        :param domain_part: A subdomain, or a host if these are matched; ``None`` for the request's.
        """
        if self.map.host_matching:
            return self.server_name if domain_part is None else domain_part
        subdomain = self.subdomain if domain_part is None else domain_part
        return f"{subdomain}.{self.server_name}" if subdomain else self.server_name

    def get_default_redirect(
        self,
        rule: Rule,
        method: str,
        values: MutableMapping[str, Any],
        query_args: Query,
    ) -> str | None:
        """Return the URL of the rule that has the values as its defaults, if there is one.

        :param rule: The rule that matched.
        :param method: The method.
        :param values: The values, to which the defaults are added.
        :param query_args: The query to keep.
        """
        other = self.map.rule_with_defaults(rule, values, method)
        if other is None:
            return None
        values.update(other.defaults or {})
        built = other.build(values)
        assert built is not None
        domain, path = built
        return self.make_redirect_url(path, query_args, domain_part=domain)

    def encode_query_args(self, query_args: Query) -> str:
        """Return a query as text.

        :param query_args: The query, as text already or as a mapping.
        """
        return query_args if isinstance(query_args, str) else encode_query(query_args)

    def make_redirect_url(
        self,
        path_info: str,
        query_args: Query | None = None,
        domain_part: str | None = None,
    ) -> str:
        """Make the absolute URL to redirect to.

        :param path_info: The path below the one that the application is mounted at.
        :param query_args: The query, if not that of the request.
        :param domain_part: The subdomain or host, if not that of the request.
        """
        if query_args is None:
            query_args = self.query_args
        query = self.encode_query_args(query_args) if query_args else ""
        path = f"{self.script_name.strip('/')}/{path_info.lstrip('/')}".lstrip("/")
        host = self.get_host(domain_part)
        scheme = self.url_scheme or "http"
        if not host:
            # The request's host is unknown; behind ``http://`` the path would become the host.
            scheme = ""
        return urlunsplit((scheme, host, f"/{path}", _unbreakable(query), ""))

    def make_alias_redirect_url(
        self,
        path: str,
        endpoint: Any,
        values: Mapping[str, Any],
        method: str,
        query_args: Query,
    ) -> str:
        """Make the absolute URL of the rule that another one is an alias of.

        :param path: The domain and the path of the request.
        :param endpoint: The endpoint of both rules.
        :param values: The values.
        :param method: The method.
        :param query_args: The query to keep.
        """
        # A host that is unknown cannot be part of the URL.
        is_external = bool(self.server_name)
        url = self.build(endpoint, values, method, append_unknown=False, force_external=is_external)
        if query_args:
            url += f"?{_unbreakable(self.encode_query_args(query_args))}"
        assert url != path, "detected invalid alias setting. No canonical URL found"
        return url

    def build(
        self,
        endpoint: Any,
        values: Mapping[str, Any] | None = None,
        method: str | None = None,
        force_external: bool = False,
        append_unknown: bool = True,
        url_scheme: str | None = None,
    ) -> str:
        """Build the URL of an endpoint: a path, or with the host if that is another one.

        :param endpoint: The endpoint.
        :param values: Values of the variables; further ones become the query. ``None`` stands for
            no value.
        :param method: The method that the rule is to have.
        :param force_external: Whether to build an absolute URL in any case.
        :param append_unknown: Whether further values become the query; else they are ignored.
        :param url_scheme: The scheme, if not that of the request; empty for a URL that begins
            with two slashes.
        :raises BuildError: No rule fits.
        """
        if self.map._remap:
            self.map.update()
        known_values = _without_none(values) if values else {}
        rules = self.map._rules_by_endpoint.get(endpoint, ())
        # At best one that has the method of the request.
        wanted_method = self.default_method if method is None else method
        found = self._build_first(rules, known_values, wanted_method, append_unknown)
        if found is None and method is None:
            found = self._build_first(rules, known_values, None, append_unknown)
        if found is None:
            raise BuildError(endpoint, {**known_values}, method, self)
        rule, (domain, path) = found
        here = self.server_name if self.map.host_matching else self.subdomain
        # Browsers want the full URL of a WebSocket.
        if domain == here and not force_external and not rule.websocket:
            return f"{self.script_name.rstrip('/')}/{path.lstrip('/')}"
        if url_scheme is None:
            url_scheme = self.url_scheme
        scheme = _scheme_for(rule, url_scheme)
        return f"{scheme}//{self.get_host(domain)}{self.script_name[:-1]}/{path.lstrip('/')}"

    def _build_first(
        self,
        rules: Iterable[Rule],
        values: Mapping[str, Any],
        method: str | None,
        append_unknown: bool,
    ) -> tuple[Rule, tuple[str, str]] | None:
        """Build with the first rule that fits; if hosts are matched, first of this host."""
        elsewhere = None
        for rule in rules:
            if not rule.suitable_for(values, method):
                continue
            built = rule.build(values, append_unknown)
            if built is None:
                continue
            if not self.map.host_matching or built[0] == self.server_name:
                return rule, built
            if elsewhere is None:
                elsewhere = rule, built
        return elsewhere


def _unbreakable(query: str) -> str:
    """Return a query without the characters that could end its line."""
    return _unsafe_in_query.sub(lambda found: quote(found[0]), query)


def _exception_for(failure: NoMatch) -> HTTPException:
    if failure.have_match_for:
        return MethodNotAllowed(valid_methods=list(failure.have_match_for))
    return WebsocketMismatch() if failure.websocket_mismatch else NotFound()


def _without_none(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values that are given; several of one name as a list."""
    if isinstance(values, MultiDict):
        return {
            name: several[0] if len(several) == 1 else several
            for name, several in values.lists()
            if several
        }
    for value in values.values():
        if value is None:
            return {name: value for name, value in values.items() if value is not None}
    return values


def _scheme_for(rule: Rule, wanted: str) -> str:
    """Return the scheme of a URL with its colon: that of WebSockets for their rules only."""
    is_secure = wanted in _SECURE_SCHEMES
    if rule.websocket:
        return "wss:" if is_secure else "ws:"
    if not wanted:
        return ""
    return "https:" if is_secure else "http:"
