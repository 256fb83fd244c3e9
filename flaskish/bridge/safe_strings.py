"""Text that one template engine knows as safe, in the type that the other knows.

Flask: ``Markup``. Django: ``SafeString``. Both say so by ``__html__``, which is enough to show
them; an operation, such as ``upper``, gives safe text only where its own engine does it.
"""

from __future__ import annotations

from copy import copy
from typing import Any, NoReturn

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

#: Filters of Jinja's that do with a ``Markup`` what they do not do with another string.
MARKUP_FILTERS = frozenset(
    (
        *("attr", "capitalize", "center", "e", "escape", "forceescape", "format", "indent", "join"),
        *("last", "lower", "random", "replace", "reverse", "title", "trim", "truncate", "upper"),
        *("urlize", "wordwrap"),
    )
)
#: Types that :func:`to_markup` looks at.
CONVERTED_TYPES = (SafeString, Promise)
#: Methods of strings that a ``Markup`` has of its own.
_MARKUP_METHODS = {name for name in vars(Markup) if not name.startswith("_")}


def to_markup(value: Any) -> Any:
    """Turn safe text of Django's, a lazy one too, into safe text of Jinja's.

    :param value: Any value.
    :return: A ``Markup``; anything else as it is.
    """
    if isinstance(value, SafeString):
        return Markup(value)
    if isinstance(value, Promise):
        if hasattr(value, "__html__"):
            return Markup(value.__html__())
        # ``lazy(format_html, str)``: only the text itself knows that it is safe.
        text = str(value)
        return Markup(text) if isinstance(text, SafeString) else value
    return value


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
            node = self._with_operands(node, frame, "node", "args", "kwargs")
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
        self.write(") is str or not isinstance(operand, environment.converted_types)")
        if frame.eval_ctx.volatile:
            # Whether the page escapes is known once it is shown.
            self.write(" or not context.eval_ctx.autoescape")
        self.write(" else environment.to_markup(operand))")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_pre(node, frame, finalize)
        if frame.eval_ctx.volatile or frame.eval_ctx.autoescape:
            # ``escape`` takes the text of a lazy string for unsafe, whatever it is.
            self.write("shown if type(shown := ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or frame.eval_ctx.autoescape:
            self.write(
                ") is str or not isinstance(shown, environment.lazy_type)"
                " else environment.to_markup(shown)"
            )
        super()._output_child_post(node, frame, finalize)

    @staticmethod
    def _with_operands(node: Any, frame: Frame, *names: str) -> Any:
        """Return a copy of a node with operands as these children, in pages that may escape."""
        if not (frame.eval_ctx.volatile or frame.eval_ctx.autoescape):
            return node
        node = copy(node)
        for name in names:
            child = getattr(node, name)
            made = list(map(_operand, child)) if isinstance(child, list) else _operand(child)
            setattr(node, name, made)
        return node


def _operand(node: Any) -> Any:
    if node is None or isinstance(node, nodes.Const):
        return node
    if isinstance(node, nodes.Keyword):
        return nodes.Keyword(node.key, _operand(node.value))
    return _Operand(node)
