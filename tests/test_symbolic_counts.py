"""Derivatives do not swell: value and gradient take at most three times the operations of the function."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import wengert as wg
from tests.scenarios.formulas import Formula, formulas
from tests.test_symbolic import slow_draws
from wengert import symbolic
from wengert.symbolic import operations

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import formulas as known  # the functions of benchmarks/symbolic.py
import symbolic as bench


@pytest.mark.parametrize("case", bench.CASES, ids=lambda case: case.name)
def test_goals(case: Any) -> None:
    found = bench.measure(case)
    assert found.both <= case.goal
    assert found.both <= 3.0 * found.value
    assert found.error < 1e-12


@pytest.mark.parametrize("n", [3, 4, 10, 100, 300])
def test_speelpennings_product(n: int) -> None:
    x = wg.symbols(f"x:{n}")
    product = known.speelpenning(x)
    gradient = product.gradient(x)
    assert operations(product) == n - 1
    assert operations(gradient) == 3 * n - 6
    assert operations(product, gradient) == 3 * n - 5
    v = wg.symbols("v", shape=(n,))
    product = known.speelpenning(v)
    assert operations(product, product.gradient(v)) == 3 * n - 5


def test_a_hundred_factors_take_milliseconds() -> None:
    """5 ms on a machine that is not busy; on any other, in proportion to a loop of Python's own."""
    x = list(wg.symbols("x:100"))
    times, loops = [], []
    for _ in range(20):
        gc.collect()
        started = process_time()
        product = known.speelpenning(x)
        gradient = product.gradient(x)
        times.append(process_time() - started)
        del product, gradient
        loops.append(seconds_of_a_loop())
    assert min(times) < 5e-3 * max(1.0, min(loops) / 5e-3)


def seconds_of_a_loop() -> float:
    """About 5 ms."""
    started = process_time()
    total = 0.0
    for i in range(100_000):
        total += i * 0.5
    return process_time() - started


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize(
    "term",
    [
        lambda a, x, y: a * x * y,
        lambda a, x, y: x * a * y,
        lambda a, x, y: x * y * a,
        lambda a, x, y: a * (x * y),
        lambda a, x, y: x * (a * y),
    ],
)
def test_helmholtz_however_it_is_written(term: Any, symmetric: bool) -> None:
    a = (known.MATRIX + known.MATRIX.T) / 2 if symmetric else known.MATRIX
    x = list(wg.symbols("x:10"))
    b = sum(w * v for w, v in zip(known.WEIGHTS, x, strict=True))
    mixing = sum(term(a[i, j], x[i], x[j]) for i in range(10) for j in range(10))
    value = sum(v * np.log(v / (1 - b)) for v in x) - mixing / (8**0.5 * b) * np.log(
        (1 + (1 + 2**0.5) * b) / (1 + (1 - 2**0.5) * b)
    )
    assert operations(value, value.gradient(x)) <= 698


@given(formulas)
@slow_draws
def test_at_most_a_small_multiple(formula: Formula) -> None:
    """The bound of Griewank and Walther for the reverse mode, counting functions as operations: five."""
    x = wg.symbols("x y z")
    value = symbolic.Const(formula(*x))
    assert operations(value, value.gradient(x)) <= max(5 * operations(value), 3)


def test_higher_orders_share() -> None:
    x, y = wg.symbols("x y")
    value = np.sin(x * y) * np.exp(x)
    first, second = value.gradient([x, y]), value.hessian([x, y])
    assert second[0][1] is second[1][0]
    assert operations(value, first, second) < operations(value) + operations(*first) + operations(*second)


def test_what_counts() -> None:
    x, v, a = wg.symbols("x"), wg.symbols("v", shape=(3,)), wg.symbols("a", shape=(2, 3))
    assert (v * 2 + 1).operations() == 6
    assert np.sum(v).operations() == 2
    assert (a @ v).operations() == 2 * 5
    assert a.T.reshape(6)[2:4].operations() == 0
    assert symbolic.Const(3).operations() == 0
    assert (x * x + np.sin(x * x)).operations() == 3
