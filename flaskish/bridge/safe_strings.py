"""Text that one template engine knows as safe, in the type that the other knows.

Flask: ``Markup``. Django: ``SafeString``. Both say so by ``__html__``, which is enough to show
them; an operation, such as ``upper``, gives safe text only where its own engine does it.
"""

from __future__ import annotations

from copy import copy
from typing import Any, NoReturn

from django.utils.safestring import SafeString
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

#: Filters of Jinja's that do with a ``Markup`` what they do not do with another string.
MARKUP_FILTERS = frozenset(
    (
        *("attr", "capitalize", "center", "forceescape", "format", "indent", "last", "lower"),
        *("random", "replace", "reverse", "title", "trim", "truncate", "upper", "wordwrap"),
    )
)
#: Methods of strings that a ``Markup`` has of its own.
_MARKUP_METHODS = {name for name in vars(Markup) if not name.startswith("_")}


def to_markup(value: Any) -> Any:
    """Turn safe text of Django's into safe text of Jinja's; return anything else as it is.

    :param value: Any value.
    """
    return Markup(value) if isinstance(value, SafeString) else value


def to_safe_string(value: Any) -> Any:
    """Turn safe text of Jinja's into safe text of Django's; return anything else as it is.

    :param value: Any value.
    """
    return SafeString(value) if isinstance(value, Markup) else value


class _Operand:
    """An expression of a page whose value is compiled as :func:`to_markup` converts it.

    It stands where Jinja has a node; Jinja lets nobody derive one.

    :param node: The expression.
    """

    def __init__(self, node: nodes.Expr) -> None:
        self.node = node

    def as_const(self, eval_ctx: nodes.EvalContext | None = None) -> NoReturn:
        """Tell Jinja's optimizer that the value is not known yet."""
        raise nodes.Impossible


class SafeStringCodeGenerator(CodeGenerator):
    """Compiles operations on strings so that safe text of Django's is a ``Markup`` in them.

    What a page does not write as such an operation is compiled as Jinja does it, and as fast.
    """

    def visit_Add(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        super().visit_Add(self._with_operands(node, frame, "left", "right"), frame)

    def visit_Mod(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        super().visit_Mod(self._with_operands(node, frame, "left", "right"), frame)

    def visit_Mul(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802
        super().visit_Mul(self._with_operands(node, frame, "left", "right"), frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        if not frame.eval_ctx.volatile:
            super().visit_Concat(node, frame)
            return
        # Jinja asks whether the page may choose, not what it chose, and would escape the whole.
        self.write("(markup_join if context.eval_ctx.autoescape else str_join)((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        if node.name in MARKUP_FILTERS:
            node = self._with_operands(node, frame, "node")
        super().visit_Filter(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        if node.attr in _MARKUP_METHODS:
            node = self._with_operands(node, frame, "node")
        super().visit_Getattr(node, frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        # A key that is a string is one of a mapping.
        if not (isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)):
            node = self._with_operands(node, frame, "node")
        super().visit_Getitem(node, frame)

    def visit__Operand(self, operand: _Operand, frame: Frame) -> None:  # noqa: N802
        # Written out: a call would be felt in pages of many operations.
        self.write("(operand if type(operand := ")
        self.visit(operand.node, frame)
        self.write(") is str or not isinstance(operand, environment.safe_string_class)")
        if frame.eval_ctx.volatile:
            # Whether the page escapes is known once it is shown.
            self.write(" or not context.eval_ctx.autoescape")
        self.write(" else Markup(operand))")

    @staticmethod
    def _with_operands(node: Any, frame: Frame, *names: str) -> Any:
        """Return a copy of a node with operands as these children, in pages that may escape."""
        if not (frame.eval_ctx.volatile or frame.eval_ctx.autoescape):
            return node
        node = copy(node)
        for name in names:
            child = getattr(node, name)
            if child is not None and not isinstance(child, nodes.Const):
                setattr(node, name, _Operand(child))
        return node
