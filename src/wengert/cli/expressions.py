"""Expressions of one line, such as `x*x*y + sin(y)`: parsed, never evaluated.

The text is read by Python's own parser into a syntax tree, of which only the few kinds of node named here are taken:
numbers, names that were given, arithmetic, comparisons, `a if c else b`, and calls of functions in a table. Everything
else is refused at its place. Nothing of the text reaches Python's evaluator: the tree becomes closures over operators
and NumPy functions, so that the function made of it can be called on anything that NumPy functions can, and recorded.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from wengert.cli.reader import Constant, ExpressionError, Reader, Run, as_run, is_name

FILE = "<expression>"


@dataclass(frozen=True)
class Formula:
    """An expression that was read: its text, the names it may use, and what it computes."""

    text: str
    names: tuple[str, ...]
    run: Run

    def function(self) -> Callable[..., Any]:
        """A Python function of the names, in their order."""
        names, run = self.names, placed(self.run, self.text)

        def formula(*values: Any) -> Any:
            if len(values) != len(names):
                raise TypeError(f"{len(names)} values are needed ({', '.join(names)}), {len(values)} were given")
            return run(dict(zip(names, values, strict=True)))

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        formula.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in names]
        )
        return formula


def parse(text: str, names: Sequence[str]) -> Formula:
    """Read an expression of these variables; ExpressionError names what is not taken, and where."""
    for name in names:
        if not is_name(name):
            raise ExpressionError("this is not a name for a variable", name, 0, len(name))
    part = Reader(text, names).read()
    if isinstance(part, Constant):
        value = np.float64(part.value)
        return Formula(text, tuple(names), lambda env: value)
    return Formula(text, tuple(names), part)


def parse_value(text: str) -> Any:
    """Read a number, or nested lists of numbers as an array; each may be an expression: `pi/2`, `[1, sqrt(2)]`."""
    reader = Reader(text, (), lists=True)
    part = reader.read()
    return reader.settled(as_run(part))


def placed(run: Run, text: str) -> Run:
    """The same, called from a frame that is the user's: lines recorded below it belong to the expression."""

    expression = lambda env: run(env)  # noqa: E731  # of one line, as the text is
    linecache.cache[FILE] = (len(text), None, [text + "\n"], FILE)
    code = expression.__code__.replace(co_filename=FILE, co_firstlineno=1, co_name="expression")
    return FunctionType(code, {}, "expression", None, expression.__closure__)
