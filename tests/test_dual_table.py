"""Every row of the table on dual numbers and on a tape: what they give is what `jvp` and `vjp` give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.differences import draw
from tests.test_table import DIRECTIONS, STATED, TABLE, Case, cases
from wengert.errors import UnsupportedError
from wengert.ir import dtype_of
from wengert.tree import tree_map

rows = pytest.mark.parametrize("row", TABLE, ids=repr)


def differentiable(row: Any) -> list[Case]:
    """The calls of a row that have a derivative."""
    return [case for case in cases(row) if case.moving] if row.name not in STATED else []


def directions(case: Case, seed: int) -> list[Any]:
    """A random direction in each moving input."""
    rng = np.random.default_rng(seed)
    return [DIRECTIONS.get(case.row.name, draw)(rng, x) for x in case.point]


def outputs(out: Any) -> tuple[Any, ...]:
    """The outputs of a row."""
    return out if isinstance(out, tuple) else (out,)


def pairs(duals: Any, values: Any, tangents: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Those outputs that are floats: the dual number, and what its value and its tangent are to be."""
    for one in zip(outputs(duals), outputs(values), outputs(tangents), strict=True):
        if dtype_of(one[0]).kind in "fc":
            yield one


def same(found: Any, expected: Any, case: Case) -> None:
    """The same numbers in the same dtype, up to the rounding of another order of steps."""
    assert np.asarray(found).dtype == np.asarray(expected).dtype, case
    dtypes = [dtype for dtype in map(dtype_of, (*case.inputs, expected)) if dtype.kind in "fc"]
    tolerance = 1e3 * max(np.finfo(dtype).eps for dtype in dtypes)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=repr(case))


@rows
def test_first_order(row):
    """`f(x + vε) = f(x) + f'(x) v ε`."""
    for case in differentiable(row):
        vs = directions(case, 1)
        values, tangents = wg.jvp(case.function, case.point, vs)
        out = case.function(*map(wg.Dual, case.point, vs))
        for dual, value, tangent in pairs(out, values, tangents):
            same(dual.value, value, case)
            same(dual.eps, tangent, case)


@rows
def test_several(row):
    """Two ε at a time carry two directions."""
    for case in differentiable(row):
        both = directions(case, 1), directions(case, 2)
        out = case.function(*map(wg.Dual, case.point, zip(*both, strict=True)))
        for i, vs in enumerate(both):
            for dual, _, tangent in pairs(out, *wg.jvp(case.function, case.point, vs)):
                same(dual.eps[i], tangent, case)


@rows
def test_second_order(row):
    """`f(x + vε + wε′)` has the second derivative along v and w beside εε′."""
    for case in differentiable(row):
        vs, ws = directions(case, 1), directions(case, 2)
        try:
            first, second = wg.jvp(lambda *xs, vs=vs, f=case.function: wg.jvp(f, xs, vs)[1], case.point, ws)
        except UnsupportedError:
            continue  # the row has no second derivative
        out = case.function(*map(wg.Dual, map(wg.Dual, case.point, vs), ws))
        for dual, _, tangent in pairs(out, first, second):
            same(dual.part("ε").part("ε′"), tangent, case)


@rows
def test_tape(row):
    """The gradient on a tape is the pullback of ones."""
    for case in differentiable(row):
        value, pullback = wg.vjp(case.function, *case.point)
        expected = pullback(tree_map(lambda x: np.ones_like(x) if dtype_of(x).kind in "fc" else x, value))
        with wg.GradientTape() as tape:
            xs = tape.watch(tuple(case.point))
            out = case.function(*xs)
        found = tape.gradient(out, xs, unconnected_gradients="zero")
        for one, other in zip(found, expected, strict=True):
            same(one, other, case)
