"""What a name is depends on values: the value, the gradient or the error is Python's."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.staged_alternatives import ALTERNATIVES, POINTS
from wengert.errors import StagingError


def outcome(function: Callable[..., Any], args: tuple[float, ...]) -> Any:
    """The number, or the class of what is raised."""
    try:
        return function(*args)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("function", ALTERNATIVES, ids=lambda function: function.__name__)
def test_as_python(function: Callable[..., Any]) -> None:
    value, slope = wg.compile(function), wg.grad(function)
    gradients = (wg.compile(wg.grad(function)), wg.grad(wg.compile(function)))
    for args in POINTS:
        expected, gradient = outcome(function, args), outcome(slope, args)
        found = [outcome(one, args) for one in (value, *gradients)]
        if isinstance(expected, type):
            assert found == [expected] * 3
        else:
            np.testing.assert_allclose(found, [expected, gradient, gradient], rtol=1e-12, atol=1e-13)


def test_a_result_that_may_be_none() -> None:
    def root(x: float) -> float | None:
        if x >= 0:
            return float(np.sqrt(x))
        return None

    def silent(x: float) -> Any:
        if x > 1:
            return x * x

    compiled = wg.compile(root)
    assert compiled(4.0) == 2.0
    assert compiled(-1.0) is None
    compiled = wg.compile(silent)
    assert [compiled(2.0), compiled(0.5)] == [4.0, None]
    slope = wg.compile(wg.grad(silent))
    assert slope(3.0) == 6.0
    with pytest.raises(TypeError, match="returned a NoneType"):
        slope(0.5)


def test_the_error_names_variable_and_line() -> None:
    def f(x: float) -> Any:
        if x > 1:
            y = x * 2
        return y + 1

    with pytest.raises(UnboundLocalError, match="cannot access local variable 'y'") as caught:
        wg.compile(f)(0.5)
    line = inspect.getsourcelines(f)[1] + 3
    assert f"line {line}" in caught.value.__notes__[0]


def test_what_asks_for_the_thing_itself_is_refused() -> None:
    def f(x: float) -> Any:
        name = "a" if x > 1 else "b"
        return np.concatenate([np.ones(2) * x, [name]])

    with pytest.raises(StagingError, match="'a' or 'b'"):
        wg.compile(f)(0.5)


@pytest.mark.parametrize("x", [2.0, 0.5])
def test_two_that_may_be_none(x: float) -> None:
    """An error in a case of a case is raised when the list runs, and only there."""

    def f(x: float) -> Any:
        a = x * 1.5 if x > 1 else None
        b = x if x > 0 else None
        return a + b

    compiled = wg.compile(f)
    if x > 1:
        assert compiled(x) == f(x)
        assert wg.compile(wg.grad(f))(x) == wg.grad(compiled)(x) == 2.5
    else:
        with pytest.raises(TypeError, match="NoneType"):
            compiled(x)


def test_an_array_that_may_be_none_is_not_written() -> None:
    def f(x: float) -> Any:
        y, best = np.ones(3) * x, None
        if x > 1:
            best = y
        if best is not None:
            best += 1
        return np.sum(y)

    with pytest.raises(StagingError, match=r"best may be one array or another.*x\.copy\(\)"):
        wg.compile(f)(2.0)
