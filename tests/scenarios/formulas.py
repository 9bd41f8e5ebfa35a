"""Formulas as trees: what they are as expressions, as SymPy's, and as numbers, from one description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

NAMES = ("x", "y", "z")


@dataclass(frozen=True)
class Formula:
    """A function of numbers by operators and functions that are handed to it: `build(x, y, z, functions)`."""

    build: Callable[..., Any]
    text: str

    def __repr__(self) -> str:
        return self.text

    def __call__(self, *numbers: Any, functions: Any = np) -> Any:
        """The formula of anything that computes."""
        return self.build(dict(zip(NAMES, numbers, strict=True)), functions)


def _symbol(name: str) -> Formula:
    return Formula(lambda values, functions: values[name], name)


def _number(value: float) -> Formula:
    return Formula(lambda values, functions: value, repr(value))


def _operator(symbol: str, apply: Callable[..., Any]) -> Callable[..., Formula]:
    def make(*operands: Formula) -> Formula:
        names = [repr(one) for one in operands]
        text = f"({names[0]} {symbol} {names[1]})" if len(names) == 2 else f"({symbol}{names[0]})"
        return Formula(lambda values, functions: apply(*(one.build(values, functions) for one in operands)), text)

    return make


def _function(name: str) -> Callable[[Formula], Formula]:
    def make(x: Formula) -> Formula:
        return Formula(lambda values, functions: getattr(functions, name)(x.build(values, functions)), f"{name}({x})")

    return make


# Functions that are smooth and tame for every number.
TAME = ("sin", "cos", "tanh", "arctan")


def _quotient(a: Any, b: Any) -> Any:
    """a / b, by zero as NumPy does it."""
    if type(a) in (int, float) and type(b) in (int, float) and b == 0:
        with np.errstate(all="ignore"):
            return np.true_divide(a, b)
    return a / b


def _inner(children: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda p: _operator("+", lambda a, b: a + b)(*p)),
        pairs.map(lambda p: _operator("-", lambda a, b: a - b)(*p)),
        pairs.map(lambda p: _operator("*", lambda a, b: a * b)(*p)),
        pairs.map(lambda p: _operator("/", _quotient)(*p)),
        children.map(_operator("-", lambda a: -a)),
        children.map(lambda x: _operator("**", lambda a, b: a**b)(x, _number(2))),
        children.map(lambda x: _operator("**", lambda a, b: a**b)(x, _number(3))),
        st.tuples(st.sampled_from(TAME), children).map(lambda p: _function(p[0])(p[1])),
    )


formulas = st.recursive(
    st.one_of(
        st.sampled_from(NAMES).map(_symbol),
        st.sampled_from((1, 2, 3, 0.5, -1.5)).map(_number),
    ),
    _inner,
    max_leaves=12,
)
points = st.tuples(*[st.floats(0.3, 2.0).map(lambda v: round(v, 3)) for _ in NAMES])
