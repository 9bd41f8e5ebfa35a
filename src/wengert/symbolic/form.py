"""How a primitive is written: the pieces between its inputs, how tightly it binds, and when an input needs parentheses.

All of it is read off the `symbol` and `latex` columns of its row, and Python's own precedences.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import NamedTuple

from wengert.ir import Primitive

ATOM, POWER, FRACTION, UNARY, PRODUCT, REMAINDER, SUM, COMPARISON, ANY = 20, 13, 12, 11, 10, 9, 8, 3, 0
PRECEDENCE: dict[type[ast.AST], int] = {
    ast.Pow: POWER, ast.USub: UNARY, ast.UAdd: UNARY, ast.Invert: UNARY,
    ast.Mult: PRODUCT, ast.Div: PRODUCT, ast.FloorDiv: REMAINDER, ast.Mod: REMAINDER, ast.MatMult: REMAINDER,
    ast.Add: SUM, ast.Sub: SUM, ast.LShift: 7, ast.RShift: 7, ast.BitAnd: 6, ast.BitXor: 5, ast.BitOr: 4,
}  # fmt: skip
# Python's, but that // and % and @ come below * and /: so a * (b / c) needs no parentheses, and a * (b % c) does.


class Form(NamedTuple):
    """One way to write a primitive.

    `pieces` are texts and the numbers of the inputs between them; an input is put in parentheses if it binds less
    tightly than `least` says for it. `operator` is Python's class of the operator.
    """

    pieces: tuple[str | int, ...]
    precedence: int
    least: tuple[int, ...]
    operator: type[ast.AST] | None = None


@lru_cache(maxsize=4096)
def python_form(primitive: Primitive, count: int) -> Form:
    """A primitive with so many inputs as Python writes it: an operator where there is one, else a call."""
    found = operator_form(primitive)
    if found is not None:
        return found
    if primitive.symbol == "|{0}|":
        return call_form("abs", count)
    return call_form(primitive.name, count)


@lru_cache(maxsize=4096)
def latex_form(primitive: Primitive, count: int) -> Form:
    """A primitive with so many inputs in LaTeX: by its `latex` column, or as its operator, or as a function."""
    latex, operator = primitive.latex, operator_form(primitive)
    if isinstance(latex, str) and "#" in latex:
        pieces = tuple([int(part) - 1 if i % 2 else part for i, part in enumerate(re.split(r"#(\d)", latex))])
        open_ends = {pieces[1] if pieces[0] == "" else None, pieces[-2] if pieces[-1] == "" else None}
        least = tuple([ATOM if i in open_ends else ANY for i in range(count)])  # an input inside braces needs nothing
        kind = None if operator is None else operator.operator
        return Form(tuple(p for p in pieces if p != ""), _tightness(latex), least, kind)
    if operator is not None and latex is None:
        pieces = tuple([p if type(p) is int else LATEX_OPERATORS.get(p, p) for p in operator.pieces])
        return operator._replace(pieces=pieces)
    name = latex if latex is not None else rf"\operatorname{{{primitive.name.replace('_', ' ')}}}"
    return call_form(name, count, r"\left(", r"\right)")


def _tightness(latex: str) -> int:
    """How tightly what a template writes binds: one that is closed on both sides like an atom."""
    if latex.startswith(r"\frac"):
        return FRACTION
    return POWER if "^" in latex or latex.startswith(r"\sqrt") else ATOM


LATEX_OPERATORS = {
    " * ": " ", " <= ": r" \le ", " >= ": r" \ge ", " == ": " = ", " != ": r" \ne ", " @ ": " ", " % ": r" \bmod ",
    " & ": r" \wedge ", " | ": r" \vee ", " ^ ": r" \oplus ", "~": r"\lnot ", " << ": r" \ll ", " >> ": r" \gg ",
}  # fmt: skip


def call_form(name: str, count: int, left: str = "(", right: str = ")") -> Form:
    """A function and its arguments."""
    pieces: list[str | int] = [name + left]
    for i in range(count):
        pieces += [i, ", "]
    pieces[-1] = right if count else name + left + right
    return Form(tuple(pieces), ATOM, (ANY,) * count)


@lru_cache(maxsize=4096)
def operator_form(primitive: Primitive) -> Form | None:
    """The operator that a `symbol` column shows, if it is one of Python's, applied to inputs and numbers."""
    symbol = primitive.symbol
    if not isinstance(symbol, str):
        return None
    try:
        node = ast.parse(re.sub(r"\{(\d)\}", r"_\1", symbol), mode="eval").body
    except SyntaxError:
        return None
    if isinstance(node, ast.BinOp):
        operator, operands = type(node.op), [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and type(node.op) in PRECEDENCE:
        operator, operands = type(node.op), [node.operand]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        operator, operands = ast.Compare, [node.left, *node.comparators]
    else:
        return None
    if not all(isinstance(x, (ast.Name, ast.Constant)) for x in operands):
        return None
    precedence = PRECEDENCE.get(operator, COMPARISON)
    bounds = _bounds(operator, precedence)
    least = [bound for x, bound in zip(operands, bounds, strict=False) if isinstance(x, ast.Name)]
    pieces = tuple([int(part) if i % 2 else part for i, part in enumerate(re.split(r"\{(\d)\}", symbol))])
    return Form(tuple(p for p in pieces if p != ""), precedence, tuple(least), operator)


def _bounds(operator: type[ast.AST], precedence: int) -> tuple[int, int]:
    """How tightly the operands have to bind. A minus takes in a product: `-x * y` is its value."""
    if operator is ast.Pow:
        return POWER + 1, UNARY
    if operator in (ast.USub, ast.UAdd):
        return PRODUCT if operator is ast.USub else UNARY, ANY
    if operator is ast.Invert:
        return UNARY, ANY
    if operator is ast.Compare:
        return COMPARISON + 1, COMPARISON + 1
    if precedence in (PRODUCT, REMAINDER):
        return REMAINDER, PRODUCT if operator is ast.Mult else PRODUCT + 1
    return precedence, precedence if operator is ast.Add else precedence + 1  # a + (b - c): the same up to rounding
