"""A list of one or a few lines as one formula, with as few parentheses as it needs.

How strongly a line binds its operands is read off its printed form, the `symbol` column: what Python's grammar knows is
parsed, `√x`, `x²` and `|x|` are told by where the operand stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from wengert.ir import Line, Var, WengertList
from wengert.ir.text import parameter_text

ANYTHING, WEAK, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
MOST, LONGEST = 24, 72  # lines written out in one formula, counted as often as they appear in it; its characters
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STRENGTH: dict[type, int] = {
    ast.Add: SUM,
    ast.Sub: SUM,
    ast.Mult: PRODUCT,
    ast.Div: PRODUCT,
    ast.FloorDiv: PRODUCT,
    ast.Mod: PRODUCT,
    ast.MatMult: PRODUCT,
    ast.Pow: POWER,
}


class Text(NamedTuple):
    """A formula, how strongly it holds together, and its outermost operator."""

    text: str
    strength: int = ATOM
    operator: type | None = None


class Place(NamedTuple):
    """Where an operand stands: what it must be stronger than to go without parentheses."""

    strength: int
    operator: type | None = None
    right: bool = False


class Syntax(NamedTuple):
    """How a printed line binds."""

    strength: int
    operator: type | None
    places: tuple[Place, ...]


def leaf(text: str) -> Text:
    """A name or a number."""
    if text.endswith("j") and ("+" in text[1:] or "-" in text[1:]):
        return Text(text, SUM)  # a complex number
    return Text(text, SIGN if text.startswith("-") else ATOM)


def formula(wl: WengertList, output: Any, name: Callable[[Any], str | None]) -> str | None:
    """An output of a list as one formula; `None` where that would be too long.

    `name` gives the text of a Var that is not to be written out, and of literals.
    """
    made = {var: line for line in wl.lines for var in line.outputs}
    sizes: dict[Var, int] = {}

    def size(value: Any) -> int:
        if type(value) is not Var or name(value) is not None:
            return 0
        if value not in sizes:
            line = made[value]
            sizes[value] = MOST + 1 if line.primitive.text is not None else 1 + sum(map(size, line.inputs))
        return sizes[value]

    if size(output) > MOST:
        return None

    def write(value: Any) -> Text:
        known = name(value)
        if known is not None:
            return leaf(known)
        line = made[value]
        text = combine(line, [write(x) for x in line.inputs])
        return text if len(line.outputs) == 1 else Text(f"{text.text}[{line.outputs.index(value)}]")

    text = write(output).text
    return text if len(text) <= LONGEST else None


def combine(line: Line, operands: list[Text]) -> Text:
    """The right-hand side of a line with formulas in place of its inputs."""
    symbol = line.primitive.symbol
    params = {key: parameter_text(value) for key, value in line.params.items()}
    if symbol is None:
        inside = [operand.text for operand in operands] + [f"{key}={value}" for key, value in params.items()]
        return Text(f"{line.primitive.name}({', '.join(inside)})")
    names = [f"a{i}_" for i in range(len(operands))]
    template = symbol(*names, **line.params) if callable(symbol) else symbol.format(*names, **params)
    syntax = _syntax(template, len(names))
    if syntax.operator is ast.Pow and re.fullmatch(r"-?\d+", operands[-1].text) and len(operands) == 2:
        return Text(_bracketed(operands[0], syntax.places[0]) + operands[-1].text.translate(SUPERSCRIPT), POWER)
    if syntax.operator is ast.Add and operands[-1].text.startswith("-") and template == f"{names[0]} + {names[-1]}":
        return Text(f"{operands[0].text} - {operands[1].text[1:]}", SUM, ast.Add)
    texts = [_bracketed(operand, place) for operand, place in zip(operands, syntax.places, strict=True)]
    if template[0] == template[-1] and template[0] in texts[0]:
        texts[0] = f"({texts[0]})"  # |(|x|)|
    template = template.replace(" * ", "·").replace(" / ", "/")
    text = re.sub(r"a(\d+)_", lambda found: texts[int(found[1])], template)
    return Text(text, syntax.strength, syntax.operator)


def _bracketed(operand: Text, place: Place) -> str:
    if operand.strength > place.strength:
        fits = True
    elif operand.strength == place.strength:
        fits = _chains(operand.operator, place)
    else:
        fits = place.operator is None and place.strength == SIGN and operand.strength == PRODUCT  # -(a·b)
    if place.right and operand.text.startswith("-"):
        fits = False
    return operand.text if fits else f"({operand.text})"


def _chains(operator: type | None, place: Place) -> bool:
    """Whether an operand of equal strength may go on without parentheses: `a·b·c`, `a - b + c`, not `(a/b)·c`."""
    if place.right:
        return operator is place.operator and operator in (ast.Add, ast.Mult)
    return place.strength == SUM or (place.strength == PRODUCT and operator in (place.operator, ast.Mult))


@lru_cache(maxsize=1024)
def _syntax(template: str, count: int) -> Syntax:
    """How a template binds: `a0_ + a1_`, `√a0_`, `a0_[2]`."""
    names = [f"a{i}_" for i in range(count)]
    try:
        tree = ast.parse(template, mode="eval").body
    except SyntaxError:
        return _unusual(template, names)
    places = dict.fromkeys(names, Place(POWER))
    for node in ast.walk(tree):
        for child, place in _places(node):
            if isinstance(child, ast.Name) and child.id in places:
                places[child.id] = place
    operator = type(tree.op) if isinstance(tree, ast.BinOp) else None
    if operator is not None:
        strength = _STRENGTH.get(operator, WEAK)
    elif isinstance(tree, ast.UnaryOp):
        strength = WEAK if isinstance(tree.op, ast.Not) else SIGN
    else:
        strength = ATOM if isinstance(tree, (ast.Call, ast.Subscript, ast.Name, ast.List, ast.Attribute)) else WEAK
    return Syntax(strength, operator, tuple(places[name] for name in names))


def _unusual(template: str, names: list[str]) -> Syntax:
    """Notation of mathematics: `|x|`, `x²`, `√x`; anything with spaces binds weakly."""
    if " with " in template or len(names) > 1:
        return Syntax(WEAK, None, (Place(POWER),) * len(names))
    encloses = not template.startswith(names[0]) and not template.endswith(names[0])
    return Syntax(ATOM if encloses else POWER, None, (Place(ANYTHING if encloses else POWER),))


def _places(node: ast.AST) -> list[tuple[ast.AST, Place]]:
    if isinstance(node, ast.BinOp):
        kind = type(node.op)
        strength = _STRENGTH.get(kind, WEAK)
        if kind is ast.Pow:
            return [(node.left, Place(POWER)), (node.right, Place(SIGN))]
        return [(node.left, Place(strength, kind)), (node.right, Place(strength, kind, right=True))]
    if isinstance(node, ast.UnaryOp):
        return [(node.operand, Place(SIGN))]
    if isinstance(node, ast.Call):
        return [(arg, Place(ANYTHING)) for arg in node.args]
    if isinstance(node, ast.Subscript):
        return [(node.value, Place(POWER)), (node.slice, Place(ANYTHING))]
    if isinstance(node, (ast.List, ast.Tuple)):
        return [(element, Place(ANYTHING)) for element in node.elts]
    if isinstance(node, ast.Compare):
        return [(part, Place(WEAK)) for part in (node.left, *node.comparators)]
    return []
