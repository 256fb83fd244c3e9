"""The index of rules: finds the rule of a URL at a cost that does not grow with their number.

Werkzeug: ``werkzeug.routing.matcher``. Django: ``URLResolver.resolve``, which walks a list.

A tree with a level for the domain and one for each part of the path. A node has its static children
in a dict; its dynamic ones come after, the most specific first. Paths without variables are in a
dict of their own.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ._patterns import Items, Match, compile_items
from .converters import BaseConverter, ValidationError
from .exceptions import NoMatch, RequestAliasRedirect, RequestPath

if TYPE_CHECKING:
    from .rules import Parts, Rule

#: Sorts dynamic parts: more literals first, longer ones first, more variables first, then the
#: weights of the converters.
Weight = tuple[int, tuple[tuple[int, int], ...], int, tuple[int, ...]]
Found = tuple["Rule", Sequence[str]]

#: How many dynamic children are tried one by one, rather than looked up by how they begin.
_FEW_BRANCHES = 8

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
    """A dynamic child of a node.

    :param part: What is particular to it.
    :param items: The literals and converters.
    :param number: How many dynamic children the node had before.
    """

    __slots__ = ("has_slash", "match", "node", "order", "prefix", "takes_rest")

    def __init__(self, part: DynamicPart, items: Items, number: int) -> None:
        #: Those of equal weight stay in the order of registration.
        self.order = (part.weight, number)
        self.prefix = items[0] if isinstance(items[0], str) else ""
        self.takes_rest = part.takes_rest
        self.has_slash = part.has_slash
        self.match: Match = compile_items(items)
        self.node = Node()


def _order_of(branch: Branch) -> tuple[Weight, int]:
    return branch.order


class Branches:
    """The dynamic children of a node, most specific first."""

    __slots__ = ("_by_part", "_by_prefix", "_ordered", "few")

    def __init__(self) -> None:
        self._ordered: list[Branch] = []
        #: All of them, while it is quicker to try one by one than to find the suitable ones.
        self.few: list[Branch] | None = self._ordered
        self._by_part: dict[DynamicPart, Branch] = {}
        #: By the length of the literal that they begin with, then by that literal; made by need.
        self._by_prefix: dict[int, dict[str, list[Branch]]] | None = None

    def node(self, part: DynamicPart, items: Items) -> Node:
        """Return the child for a part, a new one if need be."""
        branch = self._by_part.get(part)
        if branch is None:
            branch = self._by_part[part] = Branch(part, items, len(self._by_part))
            insort(self._ordered, branch, key=_order_of)
            if len(self._ordered) > _FEW_BRANCHES:
                self.few = None
            self._by_prefix = None
        return branch.node

    def suitable_for(self, text: str) -> list[Branch]:
        """Return those that a text may match."""
        if self.few is not None:
            return self.few
        if self._by_prefix is None:
            self._by_prefix = self._sort_by_prefix()
        found: list[Branch] = []
        for length, branches in self._by_prefix.items():
            found += branches.get(text[:length], ())
        found.sort(key=_order_of)
        return found

    def _sort_by_prefix(self) -> dict[int, dict[str, list[Branch]]]:
        by_prefix: dict[int, dict[str, list[Branch]]] = {}
        for branch in self._ordered:
            with_length = by_prefix.setdefault(len(branch.prefix), {})
            with_length.setdefault(branch.prefix, []).append(branch)
        return by_prefix


class Node:
    """A place in the tree: what has been read so far of a URL.

    There may be thousands, most of them with few things in them or one, and the garbage collector
    looks at each thing.
    """

    __slots__ = ("branches", "children", "rules")

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.children: dict[str, Node] = {}
        self.branches: Branches | None = None

    def child(self, text: str) -> Node:
        """Return the static child for a text, a new one if need be."""
        child = self.children.get(text)
        if child is None:
            child = self.children[text] = Node()
        return child

    def branch(self, part: DynamicPart, items: Items) -> Node:
        """Return the dynamic child for a part, a new one if need be."""
        if self.branches is None:
            self.branches = Branches()
        return self.branches.node(part, items)


def split_parts(parts: Parts) -> Iterator[tuple[DynamicPart | None, Items]]:
    """Split the pieces of a rule at its slashes.

    :param parts: Literal text, and variables with their converters.
    :return: For each part what is particular to a dynamic one, and the items of it.
    """
    if len(parts) == 1 and isinstance(parts[0], str):
        for text in parts[0].split("/"):
            yield None, (text,)
        return
    collector = _PartCollector()
    for part in parts:
        if not isinstance(part, str):
            collector.add_converter(part[1])
            continue
        first, *others = part.split("/")
        collector.add_text(first)
        if not others:
            continue
        if collector.takes_rest:
            for text in others:
                collector.add_slash()
                collector.add_text(text)
            continue
        yield collector.finish()
        *between, last = others
        for text in between:
            yield None, (text,)
        collector = _PartCollector()
        collector.add_text(last)
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

    :param domain: The subdomain, or the host if these are matched.
    :param path: The path, with its leading slash; or empty.
    :param method: The method of the request; ``None`` stands for any.
    :param websocket: Whether the request is one for a WebSocket.
    """

    __slots__ = ("allowed", "count", "method", "parts", "path", "websocket", "websocket_mismatch")

    def __init__(self, domain: str, path: str, method: str | None, websocket: bool) -> None:
        self.set_path(domain, path)
        self.method = method
        self.websocket = websocket
        self.allowed: set[str] = set()
        self.websocket_mismatch = False

    def set_path(self, domain: str, path: str) -> None:
        """Say what is to be matched."""
        self.path = path
        self.parts = [domain, *path.split("/")[1:]]
        self.count = len(self.parts)

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
        for branch in node.branches.suitable_for(part) if node.branches else ():
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
        #: The domains of all rules; ``None`` stands for one with variables.
        self._domains: set[str | None] = set()
        #: The domain, if all rules have the same.
        self.only_domain: str | None = None
        #: By path: the nodes of rules without variables; of use only if there is one domain.
        self.static_nodes: dict[str, Node] = {}
        #: By what comes before it: the nodes with a last part that alone has variables.
        self._heads: dict[str, Node] = {}

    def add(self, rule: Rule) -> None:
        """Take a rule. The next :meth:`update` puts it into the index."""
        self._pending.append(rule)

    def update(self) -> None:
        """Put the rules that are new into the index."""
        pending, self._pending = self._pending, []
        for rule in pending:
            self._insert(rule)
        self.only_domain = next(iter(self._domains)) if len(self._domains) == 1 else None

    def _insert(self, rule: Rule) -> None:
        domain_parts = list(split_parts(rule.domain_parts))
        path_parts = list(split_parts(rule.parts))
        domain, domain_items = domain_parts[0]
        if len(domain_parts) > 1 or path_parts[0] != (None, ("",)):
            # A domain has no slashes, and a path begins with one: nothing can match.
            return
        if domain is not None and domain.takes_rest:
            return
        head = node = self._root
        for part, items in [*domain_parts, *path_parts[1:]]:
            head = node
            node = node.child(str(items[0])) if part is None else node.branch(part, items)
        node.rules += (rule,)
        domain_name = str(domain_items[0]) if domain is None else None
        self._domains.add(domain_name)
        *parts_before, (last_part, last_items) = path_parts
        if domain_name is None or any(part is not None for part, _ in parts_before):
            return
        before = "/".join(str(items[0]) for _, items in parts_before)
        if last_part is None:
            self.static_nodes[f"{before}/{last_items[0]}"] = node
        else:
            self._heads[before] = head

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
        found = self.try_first_way(domain, path, method, websocket)
        search = None
        if not found:
            search = Search(domain, path, method, websocket)
            found = search.walk(self._root, 0, [])
            if found is None:
                if self.merge_slashes and "//" in path:
                    self._redirect_to_merged(domain, search)
                raise NoMatch(search.allowed, search.websocket_mismatch)
        rule, texts = found
        try:
            values = rule.convert(texts)
        except ValidationError as error:
            if search is None:
                # For the methods of the rules that come before this one.
                search = Search(domain, path, method, websocket)
                search.walk(self._root, 0, [])
            raise NoMatch(search.allowed, search.websocket_mismatch) from error
        if rule.alias and rule.map.redirect_defaults:
            raise RequestAliasRedirect(values, rule.endpoint)
        return rule, values

    def try_first_way(
        self, domain: str, path: str, method: str | None, websocket: bool
    ) -> Found | tuple[()] | None:
        """Take the first way at each turn, which nearly always is the right one.

        :param domain: The subdomain, or the host if these are matched.
        :param path: The path, with its leading slash; or empty.
        :param method: The method, in capitals; ``None`` stands for any.
        :param websocket: Whether the request is one for a WebSocket.
        :return: What a :class:`Search` would find first; an empty tuple if no rule has such a
            path; ``None`` if that takes more than this.
        """
        texts: list[str] = []
        is_only_way = True
        node = self._root
        parts = path.split("/")
        # A path begins with a slash, so that there is nothing before it.
        parts[0] = domain
        for at, part in enumerate(parts):
            child = node.children.get(part)
            if child is not None:
                if node.branches is not None:
                    is_only_way = False
                node = child
                continue
            if node.branches is None:
                # A slash at the end, or one too many before it, may lead to a redirect.
                return () if part and is_only_way and "//" not in path else None
            is_only_way = False
            for branch in node.branches.suitable_for(part):
                if branch.has_slash:
                    return None
                found = branch.match("/".join(parts[at:]) if branch.takes_rest else part)
                if found is not None:
                    break
            else:
                return None
            texts += found
            node = branch.node
            if branch.takes_rest:
                break
        for rule in node.rules:
            methods = rule.methods
            if rule.websocket == websocket and (
                methods is None or method in methods or method is None
            ):
                return rule, texts
        return None

    def try_last_part(self, path: str, method: str | None) -> Found | None:
        """Do the same for an HTTP request, if nothing before the last slash is variable.

        There has to be one domain only.

        :param path: The path, with its leading slash.
        :param method: The method, in capitals; ``None`` stands for any.
        """
        before, _, part = path.rpartition("/")
        head = self._heads.get(before)
        if head is None or part in head.children:
            return None
        branches = head.branches
        if branches is None:
            return None
        for branch in branches.few or branches.suitable_for(part):
            texts = branch.match(part)
            if texts is None:
                continue
            for rule in () if branch.has_slash else branch.node.rules:
                methods = rule.methods
                if not rule.websocket and (methods is None or method in methods or method is None):
                    return rule, texts
            return None
        return None

    def _redirect_to_merged(self, domain: str, search: Search) -> None:
        """Look again with single slashes, going on with the same search.

        :raises RequestPath: There is a rule.
        """
        search.set_path(domain, _several_slashes.sub("/", search.path))
        found = search.walk(self._root, 0, [])
        if found is not None and found[0].merge_slashes is not False:
            raise RequestPath(search.path)

    def search_plain(self, domain: str, path: str, method: str | None) -> Found | tuple[()] | None:
        """Find the rule of an HTTP request, if the path needs no change and the first way fails.

        :param domain: The subdomain, or the host if these are matched.
        :param path: The path, with its leading slash.
        :param method: The method, in capitals; ``None`` stands for any.
        :return: The rule and the texts of its variables; an empty tuple if there is no rule,
            whatever the method; ``None`` if a redirect or another method may come into it.
        """
        search = Search(domain, path, method, False)
        try:
            found = search.walk(self._root, 0, [])
        except RequestPath:
            return None
        if found is None and not (search.allowed or search.websocket_mismatch or "//" in path):
            return ()
        return found
