"""Plain programs: the value of NumPy, and derivatives that agree in every mode and with differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.numeric import central_difference, directional_derivative, inner, moved, unit_direction
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS
from wengert.tree import flatten

every_program = pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in PROGRAMS])
SEEDS = (0, 1)


def weighted(program: Program, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """The program as a function with one number as its result."""
    if program.scalar:
        return program.function
    weights = np.cos(np.arange(np.size(program.function(*arguments))))
    return lambda *args: np.sum(np.ravel(program.function(*args)) * weights)


def gradient(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """The gradient with respect to all arguments."""
    return wg.grad(function, tuple(range(len(arguments))))(*arguments)


def prepared(program: Program, seed: int) -> tuple[Callable[..., Any], tuple[Any, ...], Any]:
    """The program as a scalar function, its arguments, and a direction."""
    rng = np.random.default_rng(seed)
    arguments = program.make_arguments(rng)
    return weighted(program, arguments), arguments, unit_direction(rng, arguments)


@every_program
def test_value_is_numpys(program: Program) -> None:
    arguments = program.make_arguments(np.random.default_rng(0))
    expected = program.function(*arguments)
    value, _ = wg.vjp(program.function, *arguments)
    np.testing.assert_array_equal(value, expected)
    assert np.asarray(value).dtype == np.asarray(expected).dtype
    if program.scalar:
        value, gradients = wg.value_and_grad(program.function, tuple(range(len(arguments))))(*arguments)
        np.testing.assert_array_equal(value, expected)
        assert flatten(gradients)[1] == flatten(arguments)[1]


@pytest.mark.parametrize("seed", SEEDS)
@every_program
def test_gradient_against_differences(program: Program, seed: int) -> None:
    function, arguments, direction = prepared(program, seed)
    slope = inner(gradient(function, arguments), direction)
    np.testing.assert_allclose(slope, directional_derivative(function, arguments, direction), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@every_program
def test_forward_against_reverse(program: Program, seed: int) -> None:
    function, arguments, direction = prepared(program, seed)
    _, tangent = wg.jvp(function, arguments, direction)
    np.testing.assert_allclose(tangent, inner(gradient(function, arguments), direction), rtol=1e-10, atol=1e-12)


@every_program
def test_taylor_against_nested_forward(program: Program) -> None:
    function, arguments, direction = prepared(program, 0)
    series = wg.taylor(lambda given: function(*given), arguments, 3, direction).derivatives
    np.testing.assert_allclose(series[1], wg.jvp(function, arguments, direction)[1], rtol=1e-10, atol=1e-12)

    def slope(t: Any, order: int) -> Any:
        if order == 0:
            return function(*moved(arguments, direction, t))
        return wg.jvp(lambda t: slope(t, order - 1), (t,), (1.0,))[1]

    for order in (2, 3):
        expected = slope(0.0, order)
        np.testing.assert_allclose(series[order], expected, rtol=1e-8, atol=1e-10 * (1 + abs(series).max()))


@every_program
def test_checkpointed(program: Program) -> None:
    function, arguments, direction = prepared(program, 0)
    expected = gradient(function, arguments)
    found = gradient(wg.checkpoint(function), arguments)
    for a, b in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13 * (1 + np.max(np.abs(b), initial=0)))
    product = inner(wg.hvp(wg.checkpoint(function), arguments, direction), direction)
    np.testing.assert_allclose(product, inner(wg.hvp(function, arguments, direction), direction), rtol=1e-9, atol=1e-11)


@every_program
def test_hessian_product_against_differences(program: Program) -> None:
    function, arguments, direction = prepared(program, 0)
    product = wg.hvp(function, arguments, direction)
    probe = unit_direction(np.random.default_rng(1), arguments)
    curve = central_difference(lambda s: inner(gradient(function, moved(arguments, direction, s)), probe))
    np.testing.assert_allclose(inner(product, probe), curve, rtol=1e-6, atol=1e-7)
