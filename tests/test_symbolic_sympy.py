"""Beside SymPy: values, derivatives, text that it reads, and the way there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import sympy
from hypothesis import given, settings

import wengert as wg
from tests.scenarios.formulas import NAMES, Formula, formulas, points
from tests.test_symbolic import is_stable, slow_draws, value
from wengert import symbolic
from wengert.errors import UnsupportedError
from wengert.symbolic import from_sympy

x, y, z = wg.symbols("x y z")
X, Y, Z = sympy.symbols("x y z")


class Functions:
    """SymPy's functions by NumPy's names."""

    sin, cos, tanh, arctan = sympy.sin, sympy.cos, sympy.tanh, sympy.atan


def number(expression: Any, point: tuple[float, ...]) -> complex:
    return complex(sympy.sympify(expression).subs(dict(zip((X, Y, Z), point, strict=True))).evalf(30))


def smooth(formula: Formula, point: tuple[float, ...]) -> bool:
    with np.errstate(all="ignore"):
        try:
            at = float(formula(*map(np.float64, point)))
        except (ZeroDivisionError, OverflowError):
            return False
        return abs(at) < 1e6 and is_stable(formula, point, at)


@given(formulas, points)
@settings(slow_draws, max_examples=60)
def test_derivatives_are_those_of_sympy(formula: Formula, point: tuple[float, ...]) -> None:
    if not smooth(formula, point):
        return
    theirs = sympy.sympify(formula(X, Y, Z, functions=Functions))
    ours = symbolic.Const(formula(x, y, z))
    for found, symbol in zip(ours.gradient([x, y, z]), (X, Y, Z), strict=True):
        expected = number(sympy.diff(theirs, symbol), point)
        if abs(expected) < 1e6:
            assert value(found, point) == pytest.approx(expected.real, rel=1e-6, abs=1e-6)


@given(formulas, points)
@settings(slow_draws, max_examples=60)
def test_there_and_back(formula: Formula, point: tuple[float, ...]) -> None:
    if not smooth(formula, point):
        return
    ours = symbolic.Const(formula(x, y, z))
    theirs = ours.to_sympy()
    expected = value(ours, point)
    assert number(theirs, point) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    if not theirs.has(sympy.zoo, sympy.nan):
        assert value(from_sympy(theirs), point) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(formulas, points)
@settings(slow_draws, max_examples=60)
def test_sympy_reads_the_text(formula: Formula, point: tuple[float, ...]) -> None:
    ours = symbolic.Const(formula(x, y, z))
    if not smooth(formula, point) or "\n" in str(ours):
        return
    theirs = sympy.sympify(str(ours), locals={"arctan": sympy.atan})
    assert number(theirs, point) == pytest.approx(value(ours, point), rel=1e-6, abs=1e-6)


SAME = [
    (np.arctan2(y, x), sympy.atan2(Y, X)),
    (np.maximum(x, y), sympy.Max(X, Y)),
    (abs(x), sympy.Abs(X)),
    (np.sign(x), sympy.sign(X)),
    (sp.erf(x), sympy.erf(X)),
    (sp.gamma(x), sympy.gamma(X)),
    (sp.gammaln(x), sympy.loggamma(X)),
    (sp.jv(2, x), sympy.besselj(2, X)),
    (x % y, sympy.Mod(X, Y)),
    (np.floor(x), sympy.floor(X)),
    (2**x, 2**X),
    (1 / x, 1 / X),
    (np.sqrt(x), sympy.sqrt(X)),
    (np.where(x > 0, np.log(x), 0), sympy.Piecewise((sympy.log(X), X > 0), (0, True))),
    ((x > 0) & (y <= 1), sympy.And(X > 0, Y <= 1)),
    (~(x > 0), X <= 0),
    (x == y, sympy.Eq(X, Y)),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=[str(theirs) for _, theirs in SAME])
def test_functions(ours: Any, theirs: Any) -> None:
    assert ours.to_sympy() == theirs
    back = from_sympy(theirs)
    point = {"x": 0.7, "y": 1.3}
    assert back.evaluate(point) == pytest.approx(ours.evaluate(point))


FROM = [
    (sympy.sec(X) + sympy.coth(X), 1 / np.cos(0.7) + 1 / np.tanh(0.7)),
    (sympy.pi * X + sympy.E, np.pi * 0.7 + np.e),
    (sympy.Rational(1, 3) * X, 0.7 / 3),
    (sympy.cbrt(X), 0.7 ** (1 / 3)),
    (sympy.log(X, 2), np.log2(0.7)),
    (sympy.Max(X, 1, 2 * X), 1.4),
    (sympy.Piecewise((X, X < 0), (X**2, X < 1), (3, True)), 0.49),
    (sympy.exp(-(X**2)) / sympy.sqrt(2 * sympy.pi), np.exp(-0.49) / np.sqrt(2 * np.pi)),
    (sympy.Heaviside(X, sympy.Rational(1, 2)), 1.0),
    (sympy.erfinv(X), sp.erfinv(0.7)),
    (sympy.diff(sympy.sin(X) / X, X, 3), None),
]


@pytest.mark.parametrize(("theirs", "expected"), FROM, ids=[str(theirs) for theirs, _ in FROM])
def test_from_sympy(theirs: Any, expected: Any) -> None:
    if expected is None:
        expected = float(theirs.subs(X, 0.7).evalf(30))
    assert from_sympy(theirs).evaluate(x=0.7) == pytest.approx(expected, rel=1e-9)


def test_complex_numbers() -> None:
    assert from_sympy(sympy.I * X + 1).evaluate(x=2.0) == 1 + 2j
    assert (x * (1 + 2j)).to_sympy() == X * (1 + 2 * sympy.I)


def test_rows_without_a_counterpart_come_back() -> None:
    made = sp.expit(x * y)
    assert from_sympy(made.to_sympy()) is made


def test_refusals() -> None:
    for theirs in (sympy.Function("f")(X), sympy.zeta(X), sympy.Integral(X, X)):
        with pytest.raises(UnsupportedError, match="no counterpart here"):
            from_sympy(theirs)
    v = wg.symbols("v", shape=(2,))
    for made in (v, np.sum(v), v[0] * 2):
        with pytest.raises(UnsupportedError, match="only expressions of numbers"):
            made.to_sympy()


def test_deep_ones() -> None:
    theirs = X
    for i in range(2000):
        theirs = sympy.Add(sympy.Mul(theirs, Y, evaluate=False), i % 3 + 1, evaluate=False)
    found = from_sympy(theirs)
    total = 0.3
    for i in range(2000):
        total = total * 0.9 + (i % 3 + 1)
    assert found.evaluate(x=0.3, y=0.9) == pytest.approx(total)


def test_names() -> None:
    assert {one.name for one in from_sympy(X * Y + Z).symbols} == set(NAMES)
