"""Rules, and the factories that make several at once.

Werkzeug: ``werkzeug.routing.rules``. Django: ``URLPattern``, ``include()``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from string import Template
from typing import TYPE_CHECKING, Any

from .. import routing
from ._parsing import parse_converter_args as parse_converter_args
from ._parsing import read_rule
from ._patterns import check_regex
from .converters import BaseConverter, ValidationError

if TYPE_CHECKING:
    from ._building import Builder
    from .map import Map

#: The pieces of a rule: literal text, and the names of variables with their converters.
Parts = tuple[str | tuple[str, BaseConverter], ...]
#: A variable's place among those of a rule, its name, and what makes its value of its text.
Conversion = tuple[int, str, Callable[[str], Any] | None]

_several_slashes = re.compile("/{2,}")
_WEBSOCKET_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RuleFactory:
    """Base of what can be added to a map: something that has rules."""

    def get_rules(self, map: Map) -> Iterable[Rule]:
        """Return the rules. Subclasses override this.

        :param map: The map that the rules are added to.
        """
        raise NotImplementedError()


class _RuleCopies(RuleFactory):
    """Base of the factories that change copies of other rules."""

    rules: Iterable[RuleFactory]

    def get_rules(self, map: Map) -> Iterator[Rule]:
        for factory in self.rules:
            for rule in factory.get_rules(map):
                copy = rule.empty()
                self.change(copy)
                yield copy

    def change(self, rule: Rule) -> None:
        """Change the copy of a rule, which is not bound yet."""
        raise NotImplementedError()


class Subdomain(_RuleCopies):
    """Puts rules on a subdomain.

    :param subdomain: The subdomain in the rule language.
    :param rules: The rules and factories.
    """

    def __init__(self, subdomain: str, rules: Iterable[RuleFactory]) -> None:
        self.subdomain = subdomain
        self.rules = rules

    def change(self, rule: Rule) -> None:
        rule.subdomain = self.subdomain


class Submount(_RuleCopies):
    """Puts rules below a path.

    :param path: The path in the rule language.
    :param rules: The rules and factories.
    """

    def __init__(self, path: str, rules: Iterable[RuleFactory]) -> None:
        self.path = path.rstrip("/")
        self.rules = rules

    def change(self, rule: Rule) -> None:
        rule.rule = self.path + rule.rule


class EndpointPrefix(_RuleCopies):
    """Puts a text in front of the endpoints of rules.

    :param prefix: The text.
    :param rules: The rules and factories, whose endpoints are strings.
    """

    def __init__(self, prefix: str, rules: Iterable[RuleFactory]) -> None:
        self.prefix = prefix
        self.rules = rules

    def change(self, rule: Rule) -> None:
        rule.endpoint = self.prefix + rule.endpoint


class RuleTemplate:
    """Rules with ``$placeholders`` in the path, the endpoint, the subdomain and the defaults.

    Calling it with values for the placeholders gives something to add to a map.

    :param rules: The rules and factories.
    """

    def __init__(self, rules: Iterable[RuleFactory]) -> None:
        self.rules = list(rules)

    def __call__(self, *args: Any, **kwargs: Any) -> RuleTemplateFactory:
        return RuleTemplateFactory(self.rules, dict(*args, **kwargs))


class RuleTemplateFactory(RuleFactory):
    """A :class:`RuleTemplate` and the values of its placeholders.

    :param rules: The rules and factories.
    :param context: The values.
    """

    def __init__(self, rules: Iterable[RuleFactory], context: dict[str, Any]) -> None:
        self.rules = rules
        self.context = context

    def get_rules(self, map: Map) -> Iterator[Rule]:
        for factory in self.rules:
            for rule in factory.get_rules(map):
                yield self._fill_in(rule)

    def _fill_in(self, rule: Rule) -> Rule:
        defaults = rule.defaults or {}
        return Rule(
            self._substitute(rule.rule),
            defaults={name: self._substitute(value) for name, value in defaults.items()} or None,
            subdomain=self._substitute(rule.subdomain),
            methods=rule.methods,
            build_only=rule.build_only,
            endpoint=self._substitute(rule.endpoint),
            strict_slashes=rule.strict_slashes,
        )

    def _substitute(self, value: Any) -> Any:
        return Template(value).substitute(self.context) if isinstance(value, str) else value


class Rule(RuleFactory):
    """One URL pattern and what belongs to it.

    :param string: The path in the rule language, ``/user/<int:id>``; ending in a slash if the URL
        is like a folder.
    :param defaults: Values for variables; those in the path are then always these.
    :param subdomain: The subdomain in the rule language; the map's default one if not given.
    :param methods: The HTTP methods; all if not given. ``GET`` brings ``HEAD`` along.
    :param build_only: Whether the rule only builds URLs and never matches.
    :param endpoint: What matching gives and building asks for; mostly a string.
    :param strict_slashes: Whether a missing slash at the end redirects; else the map's setting.
    :param merge_slashes: Whether several slashes in a row redirect; else the map's setting.
    :param redirect_to: Where matching redirects to: a path in rule syntax, or a function of the
        adapter and the values.
    :param alias: Whether another rule of the endpoint has the canonical URL.
    :param host: The host in the rule language, if the map matches hosts.
    :param websocket: Whether the rule is for WebSocket requests, and only for these.
    :raises ValueError: The path does not start with a slash.
    """

    def __init__(
        self,
        string: str,
        defaults: Mapping[str, Any] | None = None,
        subdomain: str | None = None,
        methods: Iterable[str] | None = None,
        build_only: bool = False,
        endpoint: Any | None = None,
        strict_slashes: bool | None = None,
        merge_slashes: bool | None = None,
        redirect_to: str | Callable[..., str] | None = None,
        alias: bool = False,
        host: str | None = None,
        websocket: bool = False,
    ) -> None:
        if not string.startswith("/"):
            raise ValueError(f"URL rule '{string}' must start with a slash.")
        self.rule = string
        self.is_branch = string.endswith("/")
        self.is_leaf = not self.is_branch
        self.map: Map = None  # type: ignore[assignment]
        self.strict_slashes = strict_slashes
        self.merge_slashes = merge_slashes
        self.subdomain = subdomain
        self.host = host
        self.defaults = defaults
        self.build_only = build_only
        self.alias = alias
        self.websocket = websocket
        self.methods = None if methods is None else _complete_methods(methods, websocket)
        self.endpoint: Any = endpoint
        self.redirect_to = redirect_to
        #: Whether nothing of this rule, or of others of its endpoint, makes a match lead elsewhere.
        self.is_final = False
        #: The names of the variables, and those that have defaults.
        self.arguments: set[str] = set(map(str, defaults)) if defaults else set()
        #: The path, once the rule is bound, and the domain.
        self.parts: Parts = ()
        self.domain_parts: Parts = ()
        self._converters: dict[str, BaseConverter] = {}
        self._conversions: list[Conversion] | None = None
        self._builders: tuple[Builder | str, Builder | str] | None = None

    def empty(self) -> Rule:
        """Return a copy that is not bound to a map."""
        return type(self)(self.rule, **self.get_empty_kwargs())

    def get_empty_kwargs(self) -> Mapping[str, Any]:
        """Return the arguments that :meth:`empty` makes the copy with, apart from the path.

        Subclasses that take further arguments override this.
        """
        return {
            "defaults": dict(self.defaults) if self.defaults else None,
            "subdomain": self.subdomain,
            "methods": self.methods,
            "build_only": self.build_only,
            "endpoint": self.endpoint,
            "strict_slashes": self.strict_slashes,
            "redirect_to": self.redirect_to,
            "alias": self.alias,
            "host": self.host,
        }

    def get_rules(self, map: Map) -> Iterator[Rule]:
        yield self

    def refresh(self) -> None:
        """Read the rule again after it was changed in place."""
        self.bind(self.map, rebind=True)

    def bind(self, map: Map, rebind: bool = False) -> None:
        """Make the rule part of a map, whose settings fill in what the rule does not say.

        :param map: The map.
        :param rebind: Whether the rule may be bound already.
        :raises RuntimeError: It is bound already.
        """
        if self.map is not None and not rebind:
            raise RuntimeError(f"url rule {self!r} already bound to map {self.map!r}")
        self.map = map
        if self.strict_slashes is None:
            self.strict_slashes = map.strict_slashes
        if self.merge_slashes is None:
            self.merge_slashes = map.merge_slashes
        if self.subdomain is None:
            self.subdomain = map.default_subdomain
        self.compile()

    def compile(self) -> None:
        """Read the path and the domain. What matching and building need is made by the first use.

        :raises ValueError: They are not in the rule language.
        :raises LookupError: There is no such converter.
        :raises SyntaxError: A variable is there twice.
        """
        assert self.map is not None, "rule not bound"
        self._converters = {}
        self._builders = None
        self.domain_parts = self._read(
            (self.host if self.map.host_matching else self.subdomain) or ""
        )
        path = self.rule
        if self.merge_slashes and "//" in path:
            path = _several_slashes.sub("/", path)
        self.parts = self._read(path)
        self._check_for_repetition()
        self._conversions = None
        self.is_final = not (
            self.defaults or self.alias or self.websocket or self.redirect_to is not None
        )
        # The map knows more of it: what other rules of the endpoint say.
        self.map._remap = True
        if self.defaults:
            # A default that its converter does not take is to be noticed at registration.
            self._make_builders()

    def _read(self, text: str) -> Parts:
        if "<" not in text:
            return (text,)
        parts: list[str | tuple[str, BaseConverter]] = []
        for part in read_rule(text):
            if isinstance(part, str):
                parts.append(part)
                continue
            args, kwargs = parse_converter_args(part.arguments) if part.arguments else ((), {})
            converter = self.get_converter(part.name, part.converter, args, kwargs)
            check_regex(converter)
            self._converters[part.name] = converter
            self.arguments.add(part.name)
            parts.append((part.name, converter))
        return tuple(parts)

    def _check_for_repetition(self) -> None:
        names = [part[0] for part in self.domain_parts + self.parts if not isinstance(part, str)]
        if len(names) == len(self._converters):
            return
        for name in names:
            if names.count(name) > 1 and name not in (self.defaults or ()):
                # The class of error that Werkzeug's generated code fails with.
                raise SyntaxError(f"URL rule {self.rule!r} uses the variable {name!r} twice.")

    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter:
        """Make the converter of a variable.

        :param variable_name: The name of the variable.
        :param converter_name: The name of the converter in the map.
        :param args: The positional arguments that the rule gives it.
        :param kwargs: The named arguments that the rule gives it.
        :raises LookupError: There is no such converter.
        """
        if converter_name not in self.map.converters:
            known = ", ".join(sorted(self.map.converters))
            raise LookupError(
                f"the converter {converter_name!r} does not exist. URL rule {self.rule!r} may use"
                f" {known}; others are added to the map's 'converters' before the rule."
            )
        try:
            return self.map.converters[converter_name](self.map, *args, **kwargs)
        except Exception as error:
            error.add_note(f"This is about the URL rule {self.rule!r}.")
            raise

    def regex_pattern(self) -> str:
        """Return the path as a regex with a named group for each variable, without anchors.

        It has no slash at its beginning, as the routes of Django have none.
        """
        pattern = "".join(
            re.escape(part) if isinstance(part, str) else f"(?P<{part[0]}>{part[1].regex})"
            for part in self.parts
        )
        return pattern.removeprefix("/")

    def convert(self, texts: Sequence[str]) -> dict[str, Any]:
        """Make the values of a match.

        :param texts: What stands in the URL for each variable.
        :return: The values, with the defaults.
        :raises ValidationError: A converter does not take its text.
        """
        conversions = self._conversions
        if conversions is None:
            conversions = self._conversions = self._make_conversions()
        values: dict[str, Any] = {}
        for at, name, to_python in conversions:
            values[name] = texts[at] if to_python is None else to_python(texts[at])
        if self.defaults:
            values.update(self.defaults)
        return values

    def _make_conversions(self) -> list[Conversion]:
        return [
            (at, name, None if _keeps_text(converter) else converter.to_python)
            for at, (name, converter) in enumerate(self._converters.items())
        ]

    def build(
        self, values: Mapping[str, Any], append_unknown: bool = True
    ) -> tuple[str, str] | None:
        """Build the domain and the path, with the query.

        :param values: Values of at least the variables that have no defaults.
        :param append_unknown: Whether further values become the query; else they are ignored.
        :return: The domain and the path; ``None`` if a converter does not take its value.
        """
        build_domain, build_path = self._builders or self._make_builders()
        arguments = self.arguments
        try:
            domain = build_domain if isinstance(build_domain, str) else build_domain(values)
            path = build_path if isinstance(build_path, str) else build_path(values)
        except ValidationError:
            return None
        if append_unknown and (self.defaults or len(values) > len(arguments)):
            path += self._query_of(values)
        return domain, path

    def _query_of(self, values: Mapping[str, Any]) -> str:
        unknown = {name: values[name] for name in values if name not in self.arguments}
        if not unknown:
            return ""
        query = routing._building.encode_query(unknown, self.map.sort_parameters, self.map.sort_key)
        return f"?{query}" if query else ""

    def _make_builders(self) -> tuple[Builder | str, Builder | str]:
        defaults = self.defaults or {}
        self._builders = (
            routing._building.make_builder(self.domain_parts, defaults),
            routing._building.make_builder(self.parts, defaults),
        )
        return self._builders

    def provides_defaults_for(self, rule: Rule) -> bool:
        """Tell whether this rule is another one of the endpoint, with defaults for its variables.

        :param rule: The other rule.
        """
        return bool(
            not self.build_only
            and self.defaults
            and self.endpoint == rule.endpoint
            and self.arguments == rule.arguments
            and self != rule
        )

    def suitable_for(self, values: Mapping[str, Any], method: str | None = None) -> bool:
        """Tell whether the values are enough to build a URL, and agree with the defaults.

        :param values: The values.
        :param method: The method that the rule must have; ``None`` for any.
        """
        if method is not None and self.methods is not None and method not in self.methods:
            return False
        defaults = self.defaults
        if not defaults:
            return self.arguments <= values.keys()
        for name in self.arguments:
            if name not in values and name not in defaults:
                return False
        return all(name not in values or value == values[name] for name, value in defaults.items())

    def build_compare_key(self) -> tuple[int, int, int]:
        """Return what rules are sorted by: the first that fits builds the URL."""
        return (1 if self.alias else 0, -len(self.arguments), -len(self.defaults or ()))

    @property
    def _trace(self) -> list[tuple[bool, str]]:
        """The domain, a bar and the path: literal text, and marked as such names of variables."""
        if self.map is None:
            return []
        return [
            (False, part) if isinstance(part, str) else (True, part[0])
            for part in (*self.domain_parts, "|", *self.parts)
        ]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._trace == other._trace

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.rule

    def __repr__(self) -> str:
        if self.map is None:
            return f"<{type(self).__name__} (unbound)>"
        pattern = "".join(f"<{text}>" if dynamic else text for dynamic, text in self._trace)
        methods = "" if self.methods is None else f" ({', '.join(self.methods)})"
        return f"<{type(self).__name__} {pattern.lstrip('|')!r}{methods} -> {self.endpoint}>"


def _complete_methods(methods: Iterable[str], websocket: bool) -> set[str]:
    """Return the methods in capitals, with ``HEAD`` wherever there is ``GET``."""
    if isinstance(methods, str):
        raise TypeError("'methods' should be a list of strings.")
    methods = {method.upper() for method in methods}
    if "GET" in methods:
        methods.add("HEAD")
    if websocket and methods - _WEBSOCKET_METHODS:
        raise ValueError("WebSocket rules can only use 'GET', 'HEAD', and 'OPTIONS' methods.")
    return methods


def _keeps_text(converter: BaseConverter) -> bool:
    return type(converter).to_python is BaseConverter.to_python
