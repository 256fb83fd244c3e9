"""The index of rules: finds the rule of a URL at a cost that does not grow with their number.

Werkzeug: ``werkzeug.routing.matcher``. Django: ``URLResolver.resolve``, which walks a list.

A tree with a level for the domain and one for each part of the path. A node has its static children
in a dict; its dynamic ones come after, the most specific first. Paths without variables are in a
dict of their own.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ._patterns import Items, Match, compile_items
from .converters import BaseConverter, ValidationError
from .exceptions import NoMatch, RequestAliasRedirect, RequestPath

if TYPE_CHECKING:
    from .rules import Parts, Rule

#: Sorts dynamic parts: more literals first, longer ones first, more variables first, then the
#: weights of the converters.
Weight = tuple[int, tuple[tuple[int, int], ...], int, tuple[int, ...]]
Found = tuple["Rule", list[str]]

_several_slashes = re.compile("/{2,}")


class DynamicPart(NamedTuple):
    """What stands between two slashes of a rule, with a variable in it.

    Rules share a branch of the tree if all of this is the same; the names of variables may differ.
    """

    weight: Weight
    #: Literals and, as a tuple of one, the regexes of converters.
    shape: tuple[str | tuple[str], ...]
    #: Whether it takes the rest of the path: a converter lets slashes through.
    takes_rest: bool
    #: Whether the rule ends in a slash, if it takes the rest.
    has_slash: bool


class Branch:
    """A dynamic child of a node."""

    __slots__ = ("has_slash", "match", "node", "takes_rest", "weight")

    def __init__(self, part: DynamicPart, items: Items) -> None:
        self.weight = part.weight
        self.takes_rest = part.takes_rest
        self.has_slash = part.has_slash
        self.match: Match = compile_items(items)
        self.node = Node()


class Node:
    """A place in the tree: what has been read so far of a URL."""

    __slots__ = ("_branches_by_part", "branches", "children", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.children: dict[str, Node] = {}
        #: The dynamic children, most specific first.
        self.branches: list[Branch] = []
        self._branches_by_part: dict[DynamicPart, Branch] = {}

    def child(self, text: str) -> Node:
        """Return the static child for a text, a new one if need be."""
        child = self.children.get(text)
        if child is None:
            child = self.children[text] = Node()
        return child

    def branch(self, part: DynamicPart, items: Items) -> Node:
        """Return the dynamic child for a part, a new one if need be."""
        branch = self._branches_by_part.get(part)
        if branch is None:
            branch = self._branches_by_part[part] = Branch(part, items)
            # Those of equal weight stay in the order of registration.
            insort(self.branches, branch, key=lambda branch: branch.weight)
        return branch.node


def split_parts(parts: Parts) -> Iterator[tuple[DynamicPart | None, Items]]:
    """Split the pieces of a rule at its slashes.

    :param parts: Literal text, and variables with their converters.
    :return: For each part of the path the description of a dynamic one, and the items.
    """
    collector = _PartCollector()
    for part in parts:
        if not isinstance(part, str):
            collector.add_converter(part[1])
            continue
        first, *others = part.split("/")
        collector.add_text(first)
        for text in others:
            if collector.takes_rest:
                collector.add_slash()
            else:
                yield collector.finish()
                collector = _PartCollector()
            collector.add_text(text)
    yield collector.finish()
    if collector.has_slash:
        yield None, ("",)


class _PartCollector:
    """Collects what stands between two slashes of a rule."""

    def __init__(self) -> None:
        self.items: list[str | BaseConverter] = []
        self.text_weights: list[tuple[int, int]] = []
        self.variable_weights: list[int] = []
        self.takes_rest = False
        self.has_slash = False

    def add_converter(self, converter: BaseConverter) -> None:
        self.items.append(converter)
        self.variable_weights.append(converter.weight)
        self.takes_rest = self.takes_rest or not converter.part_isolating

    def add_text(self, text: str) -> None:
        if text:
            self.text_weights.append((len(self.text_weights), -len(text)))
            self._append(text)

    def add_slash(self) -> None:
        self._append("/")

    def _append(self, text: str) -> None:
        if self.items and isinstance(self.items[-1], str):
            self.items[-1] += text
        else:
            self.items.append(text)

    def finish(self) -> tuple[DynamicPart | None, Items]:
        if not self.variable_weights:
            return None, ("".join(str(item) for item in self.items),)
        self._cut_slash()
        shape = tuple(item if isinstance(item, str) else (item.regex,) for item in self.items)
        weight = (
            -len(self.text_weights),
            tuple(self.text_weights),
            -len(self.variable_weights),
            tuple(self.variable_weights),
        )
        return DynamicPart(weight, shape, self.takes_rest, self.has_slash), tuple(self.items)

    def _cut_slash(self) -> None:
        last = self.items[-1]
        if not self.takes_rest or not isinstance(last, str) or not last.endswith("/"):
            return
        self.has_slash = True
        if last == "/":
            self.items.pop()
        else:
            self.items[-1] = last[:-1]


class Search:
    """One walk through the tree, which remembers why rules did not fit.

    :param parts: The domain, then the parts of the path.
    :param path: The path, for the redirect to the one with a slash at its end.
    :param method: The method of the request; ``None`` stands for any.
    :param websocket: Whether the request is one for a WebSocket.
    """

    __slots__ = ("allowed", "count", "method", "parts", "path", "websocket", "websocket_mismatch")

    def __init__(self, parts: list[str], path: str, method: str | None, websocket: bool) -> None:
        self.parts = parts
        self.count = len(parts)
        self.path = path
        self.method = method
        self.websocket = websocket
        self.allowed: set[str] = set()
        self.websocket_mismatch = False

    def walk(self, node: Node, at: int, values: list[str]) -> Found | None:
        """Find the first rule below a node.

        :param node: Where the walk has come to.
        :param at: The index of the next part.
        :param values: The texts of the variables so far.
        :raises RequestPath: The first rule that fits has a slash at its end, and the path has not.
        """
        while at < self.count:
            part = self.parts[at]
            child = node.children.get(part)
            at += 1
            if node.branches or (not part and at == self.count):
                return self._try_all(node, child, part, at, values)
            if child is None:
                return None
            node = child
        return self._rule_of(node, values) or self._rule_with_slash(node, values)

    def _try_all(
        self, node: Node, child: Node | None, part: str, at: int, values: list[str]
    ) -> Found | None:
        """Find the first rule below a node that offers more than one way on."""
        found = None if child is None else self.walk(child, at, values)
        if found is not None:
            return found
        for branch in node.branches:
            if branch.takes_rest:
                found = self._follow_to_end(branch, at - 1, values)
            else:
                texts = branch.match(part)
                if texts is not None:
                    found = self.walk(branch.node, at, [*values, *texts])
            if found is not None:
                return found
        if not part and at == self.count:
            return self._rule_of(node, values, lenient_only=True)
        return None

    def _follow_to_end(self, branch: Branch, at: int, values: list[str]) -> Found | None:
        rest = "/".join(self.parts[at:])
        end = self.count
        if branch.has_slash:
            if rest.endswith("/"):
                rest = rest[:-1]
                end -= 1
            if rest.endswith("/"):
                return None
        texts = branch.match(rest)
        return None if texts is None else self.walk(branch.node, end, [*values, *texts])

    def _rule_of(self, node: Node, values: list[str], lenient_only: bool = False) -> Found | None:
        for rule in node.rules:
            if lenient_only and rule.strict_slashes:
                continue
            if not self._takes_method(rule):
                self.allowed.update(rule.methods or ())
            elif rule.websocket != self.websocket:
                self.websocket_mismatch = True
            else:
                return rule, values
        return None

    def _rule_with_slash(self, node: Node, values: list[str]) -> Found | None:
        child = node.children.get("")
        for rule in () if child is None else child.rules:
            if rule.websocket == self.websocket and self._takes_method(rule):
                if rule.strict_slashes:
                    raise RequestPath(f"{self.path}/")
                return rule, values
        return None

    def _takes_method(self, rule: Rule) -> bool:
        return rule.methods is None or self.method is None or self.method in rule.methods


class StateMachineMatcher:
    """The index of rules.

    :param merge_slashes: Whether a path with several slashes in a row is redirected to the one
        with single slashes, if that has a rule.
    """

    def __init__(self, merge_slashes: bool) -> None:
        self.merge_slashes = merge_slashes
        self._root = Node()
        self._pending: list[Rule] = []
        #: By domain, then by path: the nodes of rules without variables.
        self._static_paths: dict[str, dict[str, Node]] = {}
        self._has_variable_domains = False

    def add(self, rule: Rule) -> None:
        """Take a rule. The next :meth:`update` puts it into the index."""
        self._pending.append(rule)

    def update(self) -> None:
        """Put the rules that are new into the index."""
        pending, self._pending = self._pending, []
        for rule in pending:
            self._insert(rule)

    def _insert(self, rule: Rule) -> None:
        domain_parts = list(split_parts(rule.domain_parts))
        path_parts = list(split_parts(rule.parts))
        domain, domain_items = domain_parts[0]
        if len(domain_parts) > 1 or path_parts[0] != (None, ("",)):
            # A domain has no slashes, and a path begins with one: nothing can match.
            return
        if domain is None:
            static_paths = self._static_paths.setdefault(str(domain_items[0]), {})
        elif domain.takes_rest:
            return
        else:
            self._has_variable_domains = True
        node = self._root
        for part, items in [*domain_parts, *path_parts[1:]]:
            node = node.child(str(items[0])) if part is None else node.branch(part, items)
        node.rules.append(rule)
        if domain is None and all(part is None for part, _ in path_parts):
            static_paths["/".join(str(items[0]) for _, items in path_parts)] = node

    def matches_only(self, domain: str) -> bool:
        """Tell whether all rules are for one domain."""
        return not self._has_variable_domains and self._static_paths.keys() <= {domain}

    def match(
        self, domain: str, path: str, method: str, websocket: bool
    ) -> tuple[Rule, dict[str, Any]]:
        """Find the rule of a request.

        :param domain: The subdomain, or the host if these are matched.
        :param path: The path, with its leading slash; or empty.
        :param method: The method, in capitals.
        :param websocket: Whether the request is one for a WebSocket.
        :return: The rule and the values of its variables.
        :raises RequestPath: The path is to be another.
        :raises RequestAliasRedirect: The rule is an alias.
        :raises NoMatch: No rule fits.
        """
        search = Search([domain, *path.split("/")[1:]], path, method, websocket)
        rule = self._static_rule(domain, path, method, websocket)
        found = search.walk(self._root, 0, []) if rule is None else (rule, [])
        if found is None:
            if self.merge_slashes and "//" in path:
                self._redirect_to_merged(domain, path, search)
            raise NoMatch(search.allowed, search.websocket_mismatch)
        rule, texts = found
        try:
            values = rule.convert(texts)
        except ValidationError as error:
            raise NoMatch(search.allowed, search.websocket_mismatch) from error
        if rule.alias and rule.map.redirect_defaults:
            raise RequestAliasRedirect(values, rule.endpoint)
        return rule, values

    def _static_rule(
        self, domain: str, path: str, method: str | None, websocket: bool
    ) -> Rule | None:
        """Find a rule without variables. There is none that comes before it."""
        static_paths = self._static_paths.get(domain)
        node = None if static_paths is None else static_paths.get(path)
        if node is not None:
            for rule in node.rules:
                if rule.websocket == websocket and (
                    rule.methods is None or method is None or method in rule.methods
                ):
                    return rule
        return None

    def _redirect_to_merged(self, domain: str, path: str, search: Search) -> None:
        """Look again with single slashes, going on with the same search.

        :raises RequestPath: There is a rule.
        """
        search.path = path = _several_slashes.sub("/", path)
        search.parts = [domain, *path.split("/")[1:]]
        search.count = len(search.parts)
        found = search.walk(self._root, 0, [])
        if found is not None and found[0].merge_slashes is not False:
            raise RequestPath(path)

    def find_plain(
        self, domain: str, path: str, method: str | None
    ) -> tuple[Rule, list[str]] | None:
        """Find the rule of an HTTP request, if the path needs no change.

        :param domain: The subdomain, or the host if these are matched.
        :param path: The path, with its leading slash.
        :param method: The method, in capitals; ``None`` stands for any.
        :return: The rule and the texts of its variables; ``None`` if there is no such rule.
        """
        rule = self._static_rule(domain, path, method, False)
        if rule is not None:
            return rule, []
        search = Search([domain, *path.split("/")[1:]], path, method, False)
        try:
            return search.walk(self._root, 0, [])
        except RequestPath:
            return None
