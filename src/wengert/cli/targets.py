"""What a command is about: an expression, or a function in a file; and the point."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.cli.expressions import ExpressionError, is_name, parse, parse_value
from wengert.cli.loading import BadInput, load_function
from wengert.read import as_read
from wengert.show import summary

LONGEST = 80  # letters of an expression in a title


@dataclass(frozen=True)
class Target:
    """A function at a point."""

    function: Callable[..., Any]
    formula: str  # `x*x*y + y + 2` or `f(x, y)`
    names: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def title(self) -> str:
        """What is written above."""
        shown = self.formula if len(self.formula) <= LONGEST else f"{self.formula[: LONGEST - 1]}…"
        point = ", ".join(f"{name} = {summary(value)}" for name, value in zip(self.names, self.values, strict=True))
        return f"{shown} at {point}" if point else shown


def read_target(text: str, point: Sequence[str]) -> Target:
    """An expression or `file.py:function`, and `name=value` for each of its arguments."""
    values = read_point(point)
    if re.fullmatch(r".+\.py|.+:([^\W\d]\w*(\.[^\W\d]\w*)*)?", text):
        return _of_file(text, values)
    try:
        formula = parse(text, list(values))
    except ExpressionError as error:
        raise BadInput(str(error)) from None
    if not values:
        raise BadInput("an expression needs a variable: x=3")
    wide = {name: np.float64(value) if type(value) is float else value for name, value in values.items()}
    return Target(formula.function(), " ".join(text.split()), tuple(values), tuple(wide.values()))


def read_point(point: Sequence[str]) -> dict[str, Any]:
    """The values by name; several may stand in one text: `x=3 y=4`."""
    values: dict[str, Any] = {}
    parts = [part for text in point for part in re.split(r"[\s;,]+(?=[^\W\d]\w*\s*=(?!=))", text.strip())]
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadInput(f"{part!r} gives no value: write it as x=3 or x=[1,2,3]")
        if not is_name(name):
            raise BadInput(f"{name!r} is not a name for a variable")
        if name in values:
            raise BadInput(f"{name} is given twice")
        try:
            found = parse_value(value)
        except ExpressionError as error:
            raise BadInput(f"the value of {name}: {error}") from None
        values[name] = found if isinstance(found, np.ndarray) else float(found)
    return values


def _of_file(text: str, values: dict[str, Any]) -> Target:
    function, name = load_function(text)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # written in C: the values are taken in their order
        return Target(function, f"{name}({', '.join(values)})", tuple(values), tuple(values.values()))
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    known = [p.name for p in parameters]
    unknown = [one for one in values if one not in known]
    if unknown:
        raise BadInput(f"{name} has no parameter {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    missing = [p.name for p in parameters if p.default is p.empty and p.name not in values]
    if missing:
        raise BadInput(f"{name} needs a value for {', '.join(missing)}: {' '.join(f'{one}=...' for one in missing)}")
    if not values:
        raise BadInput(f"{name} needs an argument to differentiate by: {known[0] if known else 'x'}=3")
    order = tuple(one for one in known if one in values)
    plain = order == tuple(known[: len(order)]) and all(p.kind is not p.KEYWORD_ONLY for p in parameters[: len(order)])
    chosen = function if plain else _of(order, function, signature)
    return Target(chosen, f"{name}({', '.join(order)})", order, tuple(values[one] for one in order))


def _of(order: Sequence[str], function: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    """A function as one of these parameters; the others have their defaults."""
    called = as_read(function)

    def chosen(*args: Any) -> Any:
        bound = signature.bind_partial()
        bound.arguments.update(zip(order, args, strict=True))
        bound.apply_defaults()
        return called(*bound.args, **bound.kwargs)

    chosen.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(one, inspect.Parameter.POSITIONAL_OR_KEYWORD) for one in order]
    )
    return chosen
