"""Functions with their exact derivatives: twenty known ones, and random compositions that nobody has seen before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

mpmath.mp.dps = 60
SAME = {"atan": "arctan", "asin": "arcsin"}  # what NumPy calls them
UNARY = (
    "exp",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "atan",
    "asin",
    "log",
    "sqrt",
    "square",
    "inverse",
    "scale",
    "shift",
)
BINARY = ("add", "subtract", "multiply", "divide")


class Functions:
    """Elementary functions of floats or of mpmath's numbers, under one name."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, SAME.get(name, name) if self.module is np else name)


FLOATS, EXACT = Functions(np), Functions(mpmath)


@dataclass(frozen=True)
class Subject:
    """A function, given the elementary ones, and a point."""

    name: str
    of: Callable[[Any], Callable[[Any], Any]]
    x: float

    def __call__(self, x: Any) -> Any:
        return self.of(FLOATS)(x)

    def exact(self, order: int = 1) -> Any:
        """The derivative, to about 40 digits."""
        coefficients = mpmath.taylor(self.of(EXACT), mpmath.mpf(self.x), order)
        return coefficients[order] * mpmath.factorial(order)


def twenty(x: float = 1.0) -> list[Subject]:
    """The functions, at their own points where these are part of their name, and else at x."""
    return [
        Subject("exp", lambda m: m.exp, x),
        Subject("sin", lambda m: m.sin, x),
        Subject("cos", lambda m: m.cos, x),
        Subject("tan", lambda m: m.tan, x),
        Subject("log", lambda m: m.log, x),
        Subject("log at 0.001", lambda m: m.log, 1e-3),
        Subject("sqrt", lambda m: m.sqrt, x),
        Subject("1/x", lambda m: lambda x: 1 / x, x),
        Subject("x³ + x⁴", lambda m: lambda x: x**3 + x**4, x),
        Subject("1/(1 + 25x²)", lambda m: lambda x: 1 / (1 + 25 * x * x), x),
        Subject("tanh", lambda m: m.tanh, x),
        Subject("sinh", lambda m: m.sinh, x),
        Subject("atan", lambda m: m.atan, x),
        Subject("asin at 0.999", lambda m: m.asin, 0.999),
        Subject("exp(-x²)", lambda m: lambda x: m.exp(-x * x), x),
        Subject("eˣ/(sin³x + cos³x)", lambda m: lambda x: m.exp(x) / (m.sin(x) ** 3 + m.cos(x) ** 3), x),
        Subject("sin(eˣ) log(1 + x²)", lambda m: lambda x: m.sin(m.exp(x)) * m.log(1 + x * x), x),
        Subject("sin 50x", lambda m: lambda x: m.sin(50 * x), x),
        Subject("10⁶ + eˣ", lambda m: lambda x: 10**6 + m.exp(x), x),
        Subject("xˣ at 20", lambda m: lambda x: x**x, 20.0),
    ]


def unseen(count: int, seed: int) -> list[Subject]:
    """Random compositions at random points where they are defined."""
    rng = random.Random(seed)
    found: list[Subject] = []
    while len(found) < count:
        term = _term(rng, rng.randint(1, 4))
        subject = Subject("", lambda m, term=term: lambda x: _value(term, x, m), round(rng.uniform(0.1, 3), 2))
        try:
            with np.errstate(all="ignore"):
                value = subject(subject.x)
            slope = subject.exact()
        except (ArithmeticError, ValueError):
            continue
        if np.isfinite(value) and abs(value) < 1e50 and mpmath.im(slope) == 0 and 1e-50 < abs(slope) < 1e50:
            found.append(subject)
    return found


def _term(rng: random.Random, depth: int) -> Any:
    if depth == 0:
        return "x"
    if rng.random() < 0.6:
        name = rng.choice(UNARY)
        inner = _term(rng, depth - 1)
        return (
            (name, inner, rng.choice([-1, 1]) * round(rng.uniform(0.2, 4), 2)) if name in UNARY[-2:] else (name, inner)
        )
    return (rng.choice(BINARY), _term(rng, depth - 1), _term(rng, rng.randint(0, depth - 1)))


def _value(term: Any, x: Any, m: Functions) -> Any:
    if not isinstance(term, tuple):
        return x if term == "x" else term
    name, *rest = term
    a, *others = (_value(one, x, m) for one in rest)
    if m is EXACT and ((name == "log" and a <= 0) or (name == "sqrt" and a < 0) or (name == "asin" and abs(a) > 1)):
        raise ValueError
    match name:
        case "square":
            return a * a
        case "inverse":
            return 1 / a
        case "scale" | "multiply":
            return a * others[0]
        case "shift" | "add":
            return a + others[0]
        case "subtract":
            return a - others[0]
        case "divide":
            return a / others[0]
    return getattr(m, name)(a)
