"""Programs as scientists write them, unchanged: NumPy's value, and derivatives that agree with differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.numeric import central_difference, directional_derivative, inner, moved, unit_direction
from tests.scenarios import as_written_arrays, as_written_snippets
from tests.scenarios.as_written import AS_WRITTEN, FIRST_ORDER_ONLY
from tests.scenarios.program import Program
from tests.scenarios.snippet import POINT, SNIPPETS

assert as_written_arrays
assert as_written_snippets
every_program = pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in AS_WRITTEN])


def prepared(program: Program) -> tuple[Callable[..., Any], tuple[Any, ...], Any]:
    """The program with one number as its result, its arguments, and a direction."""
    rng = np.random.default_rng(0)
    arguments = program.make_arguments(rng)
    function = program.function
    if not program.scalar:
        weights = np.cos(np.arange(np.size(function(*arguments))))

        def function(*args: Any) -> Any:
            return np.sum(np.ravel(program.function(*args)) * weights)

    return function, arguments, unit_direction(rng, arguments)


def gradient(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """With respect to all arguments."""
    return wg.grad(function, tuple(range(len(arguments))))(*arguments)


@every_program
def test_value(program: Program) -> None:
    function, arguments, _ = prepared(program)
    expected = function(*arguments)
    value, _ = wg.value_and_grad(function, tuple(range(len(arguments))))(*arguments)
    np.testing.assert_allclose(value, expected, rtol=1e-14)  # math and NumPy may differ in the last bit
    assert type(value) is type(expected)


@every_program
def test_gradient(program: Program) -> None:
    function, arguments, direction = prepared(program)
    slope = inner(gradient(function, arguments), direction)
    differences = directional_derivative(function, arguments, direction)
    np.testing.assert_allclose(slope, differences, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(wg.jvp(function, arguments, direction)[1], slope, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in AS_WRITTEN if p.name not in FIRST_ORDER_ONLY])
def test_second_order(program: Program) -> None:
    function, arguments, direction = prepared(program)
    probe = unit_direction(np.random.default_rng(1), arguments)
    curve = central_difference(lambda s: inner(gradient(function, moved(arguments, direction, s)), probe), 1e-4)
    product = inner(wg.hvp(function, arguments, direction), probe)
    np.testing.assert_allclose(product, curve, rtol=1e-6, atol=1e-6)


@every_program
def test_taylor_and_checkpoint(program: Program) -> None:
    function, arguments, direction = prepared(program)
    tangent = wg.jvp(function, arguments, direction)[1]
    series = wg.taylor(lambda given: function(*given), arguments, 2, direction).derivatives
    np.testing.assert_allclose(series[1], tangent, rtol=1e-10, atol=1e-13)
    found = inner(gradient(wg.checkpoint(function), arguments), direction)
    np.testing.assert_allclose(found, tangent, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.__name__)
def test_snippet(snippet: Callable[[Any], Any]) -> None:
    value, slope = wg.value_and_grad(snippet)(POINT)
    np.testing.assert_allclose(value, snippet(POINT), rtol=1e-14)
    direction = np.array([0.6, -0.5, 0.3])
    along = central_difference(lambda s: snippet(POINT + s * direction), 1e-4)
    np.testing.assert_allclose(slope @ direction, along, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(wg.jvp(snippet, (POINT,), (direction,))[1], slope @ direction, rtol=1e-10, atol=1e-13)
