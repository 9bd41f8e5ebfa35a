"""Simplifications: those of all lists keep each value as it is; those of expressions hold for real numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import wengert as wg
from tests.scenarios.formulas import Formula, formulas, points
from tests.test_symbolic import is_stable, slow_draws, value
from wengert import symbolic
from wengert.ir import Array, Recorder
from wengert.primitives import UFUNCS, over, times
from wengert.run import run
from wengert.symbolic.simplify import INVERSES

x, y, z = wg.symbols("x y z")

IDENTITIES = [
    (x * 1, "x"), (1 * x, "x"), (x * 0, "0"), (x * -1, "-x"), (x + 0, "x"), (0 + x, "x"), (0 - x, "-x"), (x - 0, "x"),
    (x / 1, "x"), (0 / x, "0"), (x / -1, "-x"), (x - x, "0"), (x + x, "2 * x"), (np.negative(-x), "x"),
    (-(x - y), "y - x"), ((x**2) ** 3, "x ** 6"),
    (x + -y, "x - y"), (-x + y, "y - x"), (-x - y, "-(x + y)"), (x - -y, "x + y"), (-x * -y, "x * y"),
    (2 * x + 3 * x, "5 * x"), (2 * x - 2 * x, "0"), (3 * x - x, "2 * x"), (2 * (3 * x), "6 * x"), (x * 2 * 3, "6 * x"),
    (2 * x * (3 * y), "6 * x * y"), (2 * x / 4, "0.5 * x"), (6 / (2 * x), "3 / x"), (2 * x / (4 * y), "0.5 * x / y"),
    (x * (1 / y), "x / y"), (-x / -y, "x / y"), (x + 1 + 2, "x + 3"), (x**1, "x"), (x**0, "1"), (1**x, "1"),
    ((-x) ** 2, "x ** 2"), (np.square(x), "x ** 2"), (np.reciprocal(x), "1 / x"), (np.sqrt(x) ** 2, "x"),
    (abs(x) ** 2, "x ** 2"), (np.sqrt(x) * np.sqrt(x), "x"), (+x, "x"), (-(2 * x), "-2 * x"), (-(2 / x), "-2 / x"),
    (x - (-2 * y), "x + 2 * y"), (x + (-2) * y, "x - 2 * y"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "text"), IDENTITIES, ids=[text for _, text in IDENTITIES])
def test_identities(made: Any, text: str) -> None:
    assert str(made) == text


def test_numbers_that_would_overflow_are_not_folded() -> None:
    assert (1e200 * (1e200 * x)).evaluate(x=1e-300) == 1e100
    assert (1e-200 * (1e-200 * x)).evaluate(x=1e300) == pytest.approx(1e-100)
    assert str(2 * (10**400 * x)).startswith("2 * 1000")  # an int that is no double


def test_complex_numbers_keep_their_signed_zeros() -> None:
    z = wg.symbols("z", dtype=complex)
    at = complex(1.0, -0.0)
    made = np.sqrt(-(z - 1.0) * 1.0) * np.sqrt(z - -1)
    assert made.evaluate(z=at) == np.sqrt(-(at - 1.0) * 1.0) * np.sqrt(at - -1)
    assert str(z * 0) == "0 * z"


def test_arrays() -> None:
    v = wg.symbols("v", shape=(2,))
    a = wg.symbols("a", shape=(2, 2))
    assert (v - v).shape == (2,)
    np.testing.assert_array_equal((v - v).evaluate(), [0, 0])
    assert np.ones(2) * v is v
    assert np.ones((3, 2)) * v is not v  # of another shape
    assert (np.array([2.0, 2.0]) * v) is 2 * v
    assert a @ np.eye(2) is a
    assert a.T.T is a
    assert np.stack([x, y])[1] is y
    buffer = wg.expression(filled_buffer, x, y)
    assert str(buffer) == "stack(x * y, x + 1, axis=-1)"
    assert buffer[0] is x * y


def filled_buffer(x: Any, y: Any) -> Any:
    out = np.zeros(2)
    out[0] = x * y
    out[1] = x
    out[-1] += 1
    return out


# -- whole expressions -------------------------------------------------------------------------------------------------

SIMPLIFIED = [
    (np.sin(x) ** 2 + np.cos(x) ** 2, "1"),
    (3 * np.cos(x + y) ** 2 + y + 3 * np.sin(x + y) ** 2, "y + 3"),
    (np.cosh(x) ** 2 - np.sinh(x) ** 2, "1"),
    (np.exp(np.log(x)), "x"),
    (np.log(np.exp(x * y)), "x * y"),
    (np.sinh(np.arcsinh(x)), "x"),
    (x * x * x, "x ** 3"),
    (x * y / x, "y"),
    (x**3 / x**2, "x"),
    (x / x, "1"),
    (x * np.sqrt(x), "x ** 1.5"),
    (x + y + 2 * x - y, "3 * x"),
    (x * y + y * x, "2 * x * y"),
    (1 / x / x / x, "1 / x ** 3"),
    (np.log(x).derivative(x, 3), "2 / x ** 3"),
    (x * y, "x * y"),
]


@pytest.mark.parametrize(("made", "text"), SIMPLIFIED, ids=[str(made) for made, _ in SIMPLIFIED])
def test_simplify(made: Any, text: str) -> None:
    assert str(made.simplify()) == text


@given(formulas, points)
@slow_draws
def test_simplify_keeps_the_value_and_never_adds(formula: Formula, point: tuple[float, ...]) -> None:
    made = symbolic.Const(formula(x, y, z))
    with np.errstate(all="ignore"):
        try:
            smooth = is_stable(formula, point, float(formula(*map(np.float64, point))))
        except (ZeroDivisionError, OverflowError):
            return
    for one in (made, *made.gradient([x, y, z])):
        simpler = one.simplify()
        assert simpler.operations() <= one.operations()
        assert simpler.simplify().operations() == simpler.operations()
        expected = value(one, point)
        if smooth and abs(expected) < 1e6:
            assert value(simpler, point) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("f", "g"), sorted(INVERSES, key=repr), ids=lambda row: row.name)
def test_inverses(f: Any, g: Any) -> None:
    (low, high), *_ = g.domain
    inside = np.linspace(low, high, 9)
    np.testing.assert_allclose(f.evaluate(g.evaluate(inside)), inside, rtol=1e-12, atol=1e-15)


# -- lists -------------------------------------------------------------------------------------------------------------

NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.5, -3.0, np.inf, -np.inf, np.nan, 1e308, 5e-324]
EXACT = [np.add, np.subtract, np.multiply, np.true_divide, np.negative, np.positive, np.power]


@pytest.mark.parametrize("ufunc", EXACT)
def test_simplifications_of_lists_keep_every_value(ufunc: np.ufunc) -> None:
    """Each operation, of numbers and of negatives, for every pair of special numbers, but for the sign of a zero."""
    row = UFUNCS[ufunc]
    for literal in (None, 0, 1, -1, 0.0, -0.0, 1.0, -1.0, 2.0):
        for negated in itertools.product((False, True), repeat=ufunc.nin):
            recorder = Recorder()
            inputs = [recorder.add_input(Array((), np.dtype(float))) for _ in range(ufunc.nin)]
            operands: list[Any] = [
                recorder.append(UFUNCS[np.negative], (v,), {}, None)[0] if flip else v  # type: ignore[arg-type]
                for v, flip in zip(inputs, negated, strict=True)
            ]
            if literal is not None:
                operands[-1] = literal
            if ufunc.nin == 1 and literal is not None:
                continue
            wl = recorder.finish(recorder.append(row, tuple(operands), {}, None))  # type: ignore[arg-type]
            with np.errstate(all="ignore"):
                for values in itertools.product(map(np.float64, NUMBERS), repeat=ufunc.nin):
                    given = [-v if flip else v for v, flip in zip(values, negated, strict=True)]
                    if literal is not None:
                        given[-1] = literal
                    np.testing.assert_array_equal(run(wl, *values)[0], ufunc(*given), str(wl))


@pytest.mark.parametrize("row", [times, over])
def test_an_exact_zero_wins_in_lists(row: Any) -> None:
    for literal in (0.0, 1.0, -1.0, 2.0, np.inf, np.nan):
        for position in (0, 1):
            recorder = Recorder()
            v = recorder.add_input(Array((), np.dtype(float)))
            operands = (literal, v) if position == 0 else (v, literal)
            wl = recorder.finish(recorder.append(row, operands, {}, None))
            with np.errstate(all="ignore"):
                for number in map(np.float64, NUMBERS):
                    expected = row.evaluate(*((literal, number) if position == 0 else (number, literal)))
                    np.testing.assert_array_equal(run(wl, number)[0], expected, str(wl))


def test_commuted_operands_merge() -> None:
    recorder = Recorder()
    v, w = (recorder.add_input(Array((), np.dtype(float))) for _ in range(2))
    for ufunc in (np.add, np.multiply):
        row: Any = UFUNCS[ufunc]
        assert recorder.append(row, (v, w), {}, None) == recorder.append(row, (w, v), {}, None)
    row = UFUNCS[np.subtract]
    assert recorder.append(row, (v, w), {}, None) != recorder.append(row, (w, v), {}, None)


def test_lists_of_functions_are_shorter() -> None:
    wl = wg.trace(lambda a, b: a * b + np.negative(-(b * a)) + -a * 1.0, 2.0, 3.0)
    assert [line.primitive.name for line in wl.lines] == ["multiply", "add", "subtract"]
