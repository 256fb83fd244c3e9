"""The map: all rules of an application, and what holds for each of them.

Werkzeug: ``werkzeug.routing.map``. Django: ``URLResolver``, the URLconf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from ... import werkzeug
from .. import routing
from .._internal import _warn_caller
from ..datastructures import ImmutableDict
from ..exceptions import BadHost
from .converters import DEFAULT_CONVERTERS, BaseConverter, ValidationError
from .matcher import StateMachineMatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from ..wrappers import Request
    from .adapter import MapAdapter as MapAdapter
    from .matcher import Found
    from .rules import Rule, RuleFactory

    #: A rule and its values; empty if it is certain that there is none; ``None`` if nothing is.
    FastMatch = tuple[Rule, dict[str, Any]] | tuple[()] | None

_STANDARD_PORTS = {"http": ":80", "ws": ":80", "https": ":443", "wss": ":443"}


class Map:
    """Stores rules; bound to a host it matches and builds URLs.

    :param rules: The rules and factories.
    :param default_subdomain: The subdomain of rules that have none.
    :param strict_slashes: Whether a missing slash at the end of a path redirects.
    :param merge_slashes: Whether several slashes in a row redirect to a single one.
    :param redirect_defaults: Whether the URL with a default in it redirects to the one without.
    :param converters: Further converters by the name they have in rules.
    :param sort_parameters: Whether the queries of URLs that are built are sorted.
    :param sort_key: What they are sorted by.
    :param host_matching: Whether rules have hosts rather than subdomains.
    """

    #: The converters that each map of this class knows.
    default_converters: Mapping[str, type[BaseConverter]] = ImmutableDict(DEFAULT_CONVERTERS)
    #: The lock that is held while new rules are put into the index.
    lock_class: Callable[[], Any] = Lock

    def __init__(
        self,
        rules: Iterable[RuleFactory] | None = None,
        default_subdomain: str = "",
        strict_slashes: bool = True,
        merge_slashes: bool = True,
        redirect_defaults: bool = True,
        converters: Mapping[str, type[BaseConverter]] | None = None,
        sort_parameters: bool = False,
        sort_key: Callable[[Any], Any] | None = None,
        host_matching: bool = False,
    ) -> None:
        self._matcher = StateMachineMatcher(merge_slashes)
        self._rules_by_endpoint: dict[Any, list[Rule]] = {}
        self._endpoints_with_defaults: set[Any] = set()
        #: By the identity of a rule, which cannot be hashed.
        self._rivals: dict[int, tuple[Rule, ...]] = {}
        self._remap = True
        self._remap_lock = self.lock_class()
        self.default_subdomain = default_subdomain
        self.strict_slashes = strict_slashes
        self.redirect_defaults = redirect_defaults
        self.host_matching = host_matching
        self.converters = {**self.default_converters, **(converters or {})}
        self.sort_parameters = sort_parameters
        self.sort_key = sort_key
        for factory in rules or ():
            self.add(factory)

    @property
    def merge_slashes(self) -> bool:
        """Whether several slashes in a row redirect to a single one."""
        return self._matcher.merge_slashes

    @merge_slashes.setter
    def merge_slashes(self, value: bool) -> None:
        self._matcher.merge_slashes = value

    @property
    def is_of_one_domain(self) -> bool:
        """Whether the path alone decides, because all rules have the default subdomain."""
        return not self.host_matching and self._matcher.only_domain == self.default_subdomain

    def is_endpoint_expecting(self, endpoint: Any, *arguments: str) -> bool:
        """Tell whether a rule of an endpoint has all these variables.

        :param endpoint: The endpoint.
        :param arguments: The names of the variables.
        :raises KeyError: There is no such endpoint.
        """
        self.update()
        return any(
            rule.arguments.issuperset(arguments) for rule in self._rules_by_endpoint[endpoint]
        )

    @property
    def _rules(self) -> list[Rule]:
        return [rule for rules in self._rules_by_endpoint.values() for rule in rules]

    def iter_rules(self, endpoint: Any | None = None) -> Iterator[Rule]:
        """Iterate over the rules.

        :param endpoint: The endpoint whose rules are wanted; all rules if not given.
        :raises KeyError: There is no such endpoint.
        """
        self.update()
        return iter(self._rules if endpoint is None else self._rules_by_endpoint[endpoint])

    def add(self, rulefactory: RuleFactory) -> None:
        """Add a rule, or the rules of a factory.

        :param rulefactory: What to add.
        :raises RuntimeError: A rule is bound to a map already.
        """
        for rule in rulefactory.get_rules(self):
            rule.bind(self)
            if not rule.build_only:
                self._matcher.add(rule)
                if rule.defaults:
                    self._endpoints_with_defaults.add(rule.endpoint)
            self._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
        self._remap = True

    def update(self) -> None:
        """Bring the index and the order of the rules up to date, if rules have been added."""
        if not self._remap:
            return
        with self._remap_lock:
            # Another thread may have been here while this one waited.
            if not self._remap:
                return
            self._matcher.update()
            for endpoint in self._endpoints_with_defaults:
                for rule in self._rules_by_endpoint[endpoint]:
                    rule.is_final = False
            for rules in self._rules_by_endpoint.values():
                if len(rules) > 1:
                    rules.sort(key=lambda rule: rule.build_compare_key())
            self._rivals = {}
            self._remap = False

    def fast_match(self, path: str, method: str | None) -> FastMatch:
        """Match a path without an adapter, where hosts and redirects do not come into it.

        :param path: The path.
        :param method: The method; ``None`` stands for any.
        :return: What :meth:`MapAdapter.match` would return with ``return_rule=True``; an empty
            tuple if no rule matches, whatever the method; ``None`` if that is not certain.
        """
        if self._remap:
            self.update()
        matcher, domain = self._matcher, self.default_subdomain
        if domain != matcher.only_domain or self.host_matching:
            return None
        node = matcher.static_nodes.get(path)
        if node is not None:
            for rule in node.rules:
                methods = rule.methods
                if methods is None or method in methods or method is None:
                    if rule.is_final:
                        return rule, {}
                    break
        if path[:1] != "/" or path[1:2] == "/":
            return None
        found: Found | tuple[()] | None = matcher.try_last_part(path, method)
        if found is None:
            found = matcher.try_first_way(domain, path, method, False)
            if found is None:
                found = matcher.search_plain(domain, path, method)
        if not found:
            return found
        rule, texts = found
        is_final = rule.is_final
        if not is_final and (rule.redirect_to is not None or rule.alias):
            return None
        try:
            values = rule.convert(texts)
        except ValidationError:
            return None
        if is_final or self.rule_with_defaults(rule, values, method) is None:
            return rule, values
        return None

    def rivals(self, rule: Rule) -> tuple[Rule, ...]:
        """Return the rules that may answer at the URLs of a rule, with methods that it has not.

        :param rule: A rule of this map.
        :return: Rules of other endpoints; some of them may turn out to have other URLs.
        """
        found = self._rivals.get(id(rule))
        if found is None:
            found = self._rivals[id(rule)] = tuple(
                other
                for other in self._rules
                if rule.methods is not None
                and not rule.methods.issuperset(other.methods or ())
                and other.endpoint != rule.endpoint
                and _may_share_urls(rule, other)
            )
        return found

    def rule_with_defaults(
        self, rule: Rule, values: Mapping[str, Any], method: str | None
    ) -> Rule | None:
        """Find the rule that has the values of a match as its defaults, and so the better URL.

        :param rule: The rule that matched.
        :param values: The values of the match.
        :param method: The method.
        """
        if not self.redirect_defaults or rule.endpoint not in self._endpoints_with_defaults:
            return None
        for other in self._rules_by_endpoint[rule.endpoint]:
            # Those that come later are less specific.
            if other is rule:
                return None
            if other.provides_defaults_for(rule) and other.suitable_for(values, method):
                return other
        return None

    def bind(
        self,
        server_name: str,
        script_name: str | None = None,
        subdomain: str | None = None,
        url_scheme: str = "http",
        default_method: str = "GET",
        path_info: str | None = None,
        query_args: Mapping[str, Any] | str | None = None,
    ) -> MapAdapter:
        """Bind the map to a host.

        :param server_name: The host, with the port if there is one.
        :param script_name: The path that the application is mounted at.
        :param subdomain: The subdomain; the default one if not given.
        :param url_scheme: The scheme; with ``ws`` and ``wss`` only WebSocket rules match.
        :param default_method: The method to match if none is given then.
        :param path_info: The path to match if none is given then.
        :param query_args: The query that redirects keep.
        :raises RuntimeError: There is a subdomain, but the map matches hosts.
        :raises BadHost: The host is not a valid name.
        """
        if self.host_matching:
            if subdomain is not None:
                raise RuntimeError("host matching enabled and a subdomain was provided")
        elif subdomain is None:
            subdomain = self.default_subdomain
        return routing.MapAdapter(
            self,
            _encode_host(server_name),
            "/" if script_name is None else script_name,
            subdomain,
            url_scheme,
            "/" if path_info is None else path_info,
            default_method,
            query_args,
        )

    def bind_to_environ(
        self,
        environ: WSGIEnvironment | Request,
        server_name: str | None = None,
        subdomain: str | None = None,
    ) -> MapAdapter:
        """Bind the map to the host, the path, the method and the query of a request.

        :param environ: The WSGI environment, or an object that has it as ``environ``.
        :param server_name: The host without subdomain; the request's host if not given.
        :param subdomain: The subdomain; found out with ``server_name`` if not given. A request
            for quite another host then gets ``"<invalid>"``, which only a variable matches.
        """
        env = getattr(environ, "environ", environ)
        assert isinstance(env, dict), (
            f"{type(env).__name__!r} is not a WSGI environment (has to be a dict)"
        )
        request_host = werkzeug.wsgi.get_host(env).lower()
        scheme = _websocket_scheme(env) or env["wsgi.url_scheme"]
        if server_name is None:
            server_name = request_host
        else:
            # get_host() leaves a standard port out too.
            server_name = server_name.lower().removesuffix(_STANDARD_PORTS.get(scheme, ""))
        if subdomain is None and not self.host_matching:
            subdomain = _subdomain_of(request_host, server_name)
            if subdomain is None:
                # The server may be reached by its IP address, so this is no error.
                _warn_caller(
                    f"Current server name {request_host!r} doesn't match configured"
                    f" server name {server_name!r}"
                )
                subdomain = "<invalid>"
        # A subclass may have changed the signature of bind().
        return Map.bind(
            self,
            server_name,
            _decode(env.get("SCRIPT_NAME")),
            subdomain,
            scheme,
            env["REQUEST_METHOD"],
            _decode(env.get("PATH_INFO")),
            # Each byte is kept, so that redirects keep the query.
            _decode(env.get("QUERY_STRING"), "werkzeug.url_quote"),
        )

    def __repr__(self) -> str:
        # Loaded here: needed by debuggers only.
        from pprint import pformat

        return f"{type(self).__name__}({pformat(list(self.iter_rules()))})"


def _may_share_urls(rule: Rule, other: Rule) -> bool:
    """Tell whether the paths of two rules begin and end alike."""
    start, end = _literal_ends(rule)
    other_start, other_end = _literal_ends(other)
    return (start.startswith(other_start) or other_start.startswith(start)) and (
        end.endswith(other_end) or other_end.endswith(end)
    )


def _literal_ends(rule: Rule) -> tuple[str, str]:
    """Return what stands before the first variable of a rule and after the last."""
    first, *_, last = rule.parts if len(rule.parts) > 1 else rule.parts * 2
    start = first if isinstance(first, str) else ""
    end = last if isinstance(last, str) else ""
    # A slash at the end may be left out, if the rule is not strict.
    return start.rstrip("/"), end.rstrip("/")


@lru_cache(maxsize=128)
def _encode_host(host: str) -> str:
    """Return a host in lower case and ASCII.

    :raises BadHost: It is not a valid name.
    """
    # The port does not count towards the length of the last label.
    name, colon, port = host.lower().partition(":")
    try:
        return f"{name.encode('idna').decode('ascii')}{colon}{port}"
    except UnicodeError as error:
        raise BadHost() from error


def _websocket_scheme(environ: WSGIEnvironment) -> str | None:
    """Return ``ws`` or ``wss`` if the request wants to become a WebSocket."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    wanted = environ.get("HTTP_CONNECTION", "").lower().split(",")
    if "upgrade" not in (value.strip(" \t") for value in wanted):
        return None
    return "wss" if environ["wsgi.url_scheme"] == "https" else "ws"


def _subdomain_of(host: str, server_name: str) -> str | None:
    """Return what a host has in front of a server name; ``None`` if it does not end in that."""
    labels = host.split(".")
    count = len(server_name.split("."))
    if labels[-count:] != server_name.split("."):
        return None
    return ".".join(filter(None, labels[:-count]))


def _decode(value: str | None, errors: str = "replace") -> str | None:
    """Decode a value of a WSGI environment, which has the bytes of UTF-8 as characters."""
    if value is None or value.isascii():
        return value
    return value.encode("latin1").decode(errors=errors)


def __getattr__(name: str) -> Any:
    # Its own module is loaded by the first adapter.
    if name == "MapAdapter":
        return routing.MapAdapter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
