"""The symbolic method on programs: a list becomes expressions, they are differentiated, and become a list again."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS
from tests.scenarios.random_programs import random_program
from tests.scenarios.reader_traps import READER_TRAPS
from tests.scenarios.trap import Trap
from tests.scenarios.traps import TRAPS
from tests.test_programs import prepared
from tests.test_traps import answers, assert_expected, is_complex
from wengert.ir import check_list
from wengert.run import run
from wengert.symbolic import derivative_list, gradient_list, hessian_list, jacobian_list
from wengert.tree import flatten

REAL_TRAPS = [
    trap
    for trap in (*TRAPS, *READER_TRAPS)
    # In a trace without values, whether a reshape is a view is not known of arrays in Fortran order.
    if not is_complex(trap) and not trap.holomorphic and trap.name != "inplace-raveled-column"
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_programs(program: Program) -> None:
    function, arguments, _ = prepared(program, 0)
    wl = wg.trace(function, *arguments)
    leaves = flatten(arguments)[0]
    found = run(check_list(gradient_list(wl)), *leaves)
    expected = flatten(wg.grad(function, tuple(range(len(arguments))))(*arguments))[0]
    np.testing.assert_allclose(found[0], function(*arguments), rtol=1e-10)
    for one, other in zip(found[1:], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * (1 + np.abs(other).max(initial=0)))


@pytest.mark.parametrize("number", range(60))
def test_random_programs(number: int) -> None:
    program = random_program(random.Random(1000 + number))
    wl = wg.trace(program.function, *program.arguments)
    found = run(check_list(gradient_list(wl)), *program.arguments)
    with np.errstate(all="ignore"):
        expected = wg.grad(program.function, (0, 1))(*program.arguments)
    for one, other in zip(found[1:], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8 * (1 + np.abs(other).max(initial=0)))


@pytest.mark.parametrize("trap", REAL_TRAPS, ids=lambda trap: trap.name)
def test_traps(trap: Trap) -> None:
    for argnum, expected in answers(trap):
        arguments = list(trap.arguments)

        def function(x: Any, arguments: list[Any] = arguments, argnum: int = argnum) -> Any:
            return trap.function(*arguments[:argnum], x, *arguments[argnum + 1 :])

        at = arguments[argnum]
        wl = wg.trace(function, float(at) if isinstance(at, int) else at)
        for _ in range(trap.order):
            wl = check_list(jacobian_list(wl))
        with np.errstate(all="ignore"):
            assert_expected(run(wl, arguments[argnum])[0], expected, trap)


def test_hessian_and_higher_orders() -> None:
    def f(v: Any, s: Any) -> Any:
        return np.sum(np.sin(v) * v[::-1]) * s**2

    at = np.array([0.3, 1.2, -0.7]), 1.5
    wl = wg.trace(f, *at)
    blocks = run(check_list(hessian_list(wl)), *at)
    expected = [block for row in wg.hessian(f, (0, 1))(*at) for block in row]
    for one, other in zip(blocks, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    series = wg.trace(lambda t: (np.exp(2 * t), np.array([1.0, 2.0]) * t**3), 0.5)
    third = run(check_list(derivative_list(series, 3)), 0.5)
    np.testing.assert_allclose(third[0], 8 * np.exp(1.0))
    np.testing.assert_allclose(third[1], [6.0, 12.0])


def test_inputs_of_the_same_name_and_integers() -> None:
    wl = wg.trace(lambda a, n: a[0] * a[1] ** 2 + n, [2.0, 3.0], np.array(4))
    assert run(gradient_list(wl), 2.0, 3.0, np.array(4)) == [22, 9, 12]


def test_results_without_derivative() -> None:
    wl = wg.trace(lambda a: 3.0, 2.0)
    assert run(gradient_list(wl), 2.0) == [3.0, 0.0]
    assert run(hessian_list(wl), 2.0) == [0.0]
    with pytest.raises(TypeError, match="scalar"):
        gradient_list(wg.trace(lambda a: a * np.ones(2), 2.0))
