"""Expressions as text, in Python's notation or in LaTeX, with as few parentheses as their value allows.

A text that would be long is written in steps, in which parts get names. So it does not grow faster than the list, and
there is no recursion.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wengert.ir import Line, Primitive, Var
from wengert.ir.text import parameter_text
from wengert.symbolic.form import ATOM, PRODUCT, Form
from wengert.symbolic.walk import name_of, walk

WHOLE = 2000  # characters of a text in one piece
STEP = 72  # characters from which on a part of a longer text gets a name


class Written(NamedTuple):
    """The text of a value, how tightly it binds, and its outermost operator.

    Of a product also its parts: a number, and what stands above and below the line; anything else is one factor of its
    own product.
    """

    text: str
    precedence: int = ATOM
    operator: type[ast.AST] | None = None
    number: str = ""
    above: tuple[Written, ...] | None = None
    below: tuple[Written, ...] = ()

    @property
    def factors(self) -> tuple[Written, ...]:
        """What stands above the line, without the number."""
        return (self,) if self.above is None else self.above


@dataclass(frozen=True)
class Style:
    """A notation."""

    form: Callable[[Primitive, int], Form]
    column: Callable[[Primitive], Any]  # a function that writes a line itself, if its row has one
    name: Callable[[str], str]
    literal: Callable[[Any], Written]
    parentheses: Callable[[str], str]
    product: Callable[[str, Sequence[Written], Sequence[Written]], str]  # of a number, and factors above and below
    fractions: bool  # whether a quotient has a line, above and below which are factors
    power: Callable[[Written, Written], Written | None]
    steps: Callable[[Sequence[tuple[str, str]], str], str]


def to_text(value: Any, style: Style) -> str:
    """A Var or a literal as text."""
    if type(value) is not Var or value.origin is None:
        return style.literal(value.value if type(value) is Var else value).text
    symbols, lines = walk([value])
    known = {var: Written(style.name(name_of(var))) for var in symbols}
    uses = Counter(x for line in lines for x in line.inputs if type(x) is Var)
    whole = _fits(lines, known, style)
    steps: list[tuple[str, str]] = []
    names = _names(known.values(), style)
    for line in lines:
        inputs = [known[x] if type(x) is Var else style.literal(x) for x in line.inputs]
        for i, var in enumerate(line.outputs):
            text = written(line, inputs, style)
            if len(line.outputs) > 1:
                text = Written(f"{text.text}[{i}]")
            if var is not value and not whole and (uses[var] > 1 or len(text.text) > STEP):
                name = next(names)
                steps.append((name, text.text))
                text = Written(name)
            known[var] = text
    return style.steps(steps, known[value].text) if steps else known[value].text


def written(line: Line, inputs: Sequence[Written], style: Style) -> Written:
    """One line, its inputs written already."""
    primitive = line.primitive
    column = style.column(primitive)
    if callable(column):
        return Written(column(*(_inside(x, ATOM, style) for x in inputs), **line.params))
    form = style.form(primitive, len(inputs))
    if form.operator is ast.Mult:
        return _product(inputs, style)
    if form.operator is ast.Div and style.fractions and len(inputs) == 2:
        return _quotient(inputs[0], inputs[1], style)
    if form.operator is ast.Pow and len(inputs) == 2:
        special = style.power(*inputs)
        if special is not None:
            return special
    if form.operator is ast.Add and inputs[0].number == inputs[0].text != "":
        return _number_last(form, inputs, style)
    parts = [piece if type(piece) is str else _inside(inputs[piece], form.least[piece], style) for piece in form.pieces]  # type: ignore[index]
    if line.params and form.precedence == ATOM:
        named = [f"{key}={parameter_text(value)}" for key, value in line.params.items() if value is not None]
        parts[-1] = "".join(f", {text}" for text in named) + parts[-1]
    if form.operator is ast.USub and inputs[0].precedence == PRODUCT and parts[-1] == inputs[0].text:
        return Written("".join(parts), PRODUCT, inputs[0].operator)  # -x * y is a product again
    return Written("".join(parts), form.precedence, form.operator)


def _inside(x: Written, least: int, style: Style) -> str:
    """The text, in parentheses if it binds less tightly than its place asks."""
    return x.text if x.precedence >= least else style.parentheses(x.text)


def _number_last(form: Form, inputs: Sequence[Written], style: Style) -> Written:
    """A sum of a number and something else: `1 + x` is written `x + 1`."""
    number, x = inputs
    rest = _inside(x, form.least[0], style)
    text = f"{rest} - {number.text[1:]}" if number.text.startswith("-") else f"{rest} + {number.text}"
    return Written(text, form.precedence, ast.Add)


def _product(inputs: Sequence[Written], style: Style) -> Written:
    """A product, its number first: `y * (2 * x)` is written `2 * y * x`."""
    first, second = (x._replace(number="") if x.number == "1" and x.below else x for x in inputs)
    if first.number and second.number:
        second = Written(second.text, second.precedence)
    number = first.number or second.number
    above, below = first.factors + second.factors, first.below + second.below
    return Written(style.product(number, above, below), PRODUCT, ast.Mult, number, above, below)


def _quotient(top: Written, bottom: Written, style: Style) -> Written:
    """A fraction of products: (x / y) / z has one line."""
    number = (Written(bottom.number),) if bottom.number else ()
    above, below = top.factors + bottom.below, top.below + number + bottom.factors
    return Written(style.product(top.number, above, below), PRODUCT, ast.Div, top.number, above, below)


def _fits(lines: Sequence[Line], known: dict[Var, Written], style: Style) -> bool:
    """Whether the text in one piece is short, told without writing it."""
    size = {var: len(text.text) for var, text in known.items()}
    for line in lines:
        total = 4 + sum(size[x] if type(x) is Var else 4 for x in line.inputs)
        size.update(dict.fromkeys(line.outputs, total))
    return not lines or total <= WHOLE


def _names(taken: Any, style: Style) -> Any:
    """Names for parts, other than those of the symbols."""
    used = {text.text for text in taken}
    prefix = next(p for p in ("v", "w", "t", "u", "step") if not any(name.startswith(p) for name in used))
    number = 0
    while True:
        number += 1
        yield style.name(f"{prefix}{number}")
