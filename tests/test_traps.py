"""Every tricky derivative, by every way to take it: forward, reverse, and all their nestings."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.reader_traps import READER_TRAPS
from tests.scenarios.trap import Refusal, Trap
from tests.scenarios.traps import REFUSALS, TRAPS
from tests.scenarios.traps_linalg import LATER_LINALG

Function = Callable[..., Any]
EVERY = (*TRAPS, *READER_TRAPS, *LATER_LINALG)


def by_directions(function: Function, argnum: int, along: Callable[..., Any]) -> Function:
    """The derivative with respect to one argument, a direction at a time."""

    def derivative(*arguments: Any) -> Any:
        x = arguments[argnum]
        shape = np.shape(x)
        value = function(*arguments)
        if shape == ():
            return along(function, arguments, argnum, 1.0)
        if 0 in shape:
            return np.zeros(np.shape(value) + shape)
        basis = np.eye(np.size(x)).reshape(-1, *shape)
        columns = np.stack([along(function, arguments, argnum, e) for e in basis], axis=-1)
        return np.reshape(columns, np.shape(value) + shape)

    return derivative


def by_jvp(function: Function, argnum: int) -> Function:
    """By forward mode."""
    return by_directions(function, argnum, tangent)


def by_taylor(function: Function, argnum: int) -> Function:
    """By Taylor mode of order 1."""
    return by_directions(function, argnum, first_term)


def first_term(function: Function, arguments: tuple[Any, ...], argnum: int, direction: Any) -> Any:
    """The term at t of a function along a direction of one argument."""

    def of_one(x: Any) -> Any:
        return function(*arguments[:argnum], x, *arguments[argnum + 1 :])

    return wg.taylor(of_one, arguments[argnum], 1, direction=direction).coefficients[1]


def tangent(function: Function, arguments: tuple[Any, ...], argnum: int, direction: Any) -> Any:
    """The tangent of a function along a direction of one argument; the others stand still."""

    def of_one(x: Any) -> Any:
        return function(*arguments[:argnum], x, *arguments[argnum + 1 :])

    return wg.jvp(of_one, (arguments[argnum],), (direction,))[1]


def complex_by_jvp(function: Function, argnum: int) -> Function:
    """The direction of steepest ascent dL/dx + i dL/dy, a tangent at a time."""

    def gradient(*arguments: Any) -> Any:
        z = np.asarray(arguments[argnum])
        basis = np.eye(z.size).reshape(-1, *z.shape).astype(z.dtype)
        tangents = [
            tangent(function, arguments, argnum, e) + 1j * tangent(function, arguments, argnum, 1j * e) for e in basis
        ]
        return np.reshape(tangents, z.shape)

    return gradient


WAYS: dict[str, Callable[[Function, int], Function]] = {
    "jvp": by_jvp,
    "forward": lambda function, argnum: wg.jacobian(function, argnum, mode="forward"),
    "reverse": lambda function, argnum: wg.jacobian(function, argnum, mode="reverse"),
    "taylor": by_taylor,
}


def is_complex(trap: Trap) -> bool:
    """Whether an argument that is differentiated is complex."""
    return any(np.iscomplexobj(trap.arguments[i]) for i, _ in answers(trap))


def answers(trap: Trap) -> Iterator[tuple[int, Any]]:
    """Each differentiated argument with the derivative expected for it."""
    if isinstance(trap.argnums, tuple):
        yield from zip(trap.argnums, trap.expected, strict=True)
    else:
        yield trap.argnums, trap.expected


def real(traps: Iterable[Trap]) -> list[Any]:
    """Each row of real arguments, with each chain of ways to take its derivative."""
    return [
        pytest.param(trap, chain, id="-".join([trap.name, *chain]))
        for trap in traps
        if trap.order > 0 and not is_complex(trap)
        for chain in itertools.product(WAYS, repeat=trap.order)
    ]


def named(rows: Iterable[Trap | Refusal]) -> list[Any]:
    """Rows under their names."""
    return [pytest.param(row, id=row.name) for row in rows]


def assert_expected(actual: Any, expected: Any, trap: Trap) -> None:
    """The expected derivative or an alternative that is as good, in its shape."""
    assert np.shape(actual) == np.shape(expected), f"{trap.name}: shape {np.shape(actual)}"
    good = (expected, *trap.alternatives)
    if not any(np.allclose(actual, e, rtol=trap.rtol, atol=1e-12, equal_nan=True) for e in good):
        pytest.fail(f"{trap.name}: {actual} instead of {expected}: {trap.note}")


def check_chain(trap: Trap, chain: tuple[str, ...]) -> None:
    """The derivative by a chain of ways, the innermost first."""
    for argnum, expected in answers(trap):
        derivative = trap.function
        for way in chain:
            derivative = WAYS[way](derivative, argnum)
        assert_expected(derivative(*trap.arguments), expected, trap)


@pytest.mark.parametrize(("trap", "chain"), real(EVERY))
def test_derivative(trap: Trap, chain: tuple[str, ...]) -> None:
    check_chain(trap, chain)


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.order > 0 and not is_complex(t)))
def test_taylor(trap: Trap) -> None:
    for argnum, expected in answers(trap):
        if np.shape(trap.arguments[argnum]) == ():
            actual = wg.derivative(trap.function, trap.order, argnum)(*trap.arguments)
            assert_expected(actual, expected, trap)


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.order == 1 and not t.holomorphic))
def test_gradient_and_value(trap: Trap) -> None:
    value = trap.function(*trap.arguments)
    if np.ndim(value) > 0:
        with pytest.raises(TypeError, match="scalar"):
            wg.grad(trap.function, trap.argnums)(*trap.arguments)
        return
    out, gradient = wg.value_and_grad(trap.function, trap.argnums)(*trap.arguments)
    np.testing.assert_array_equal(out, value)
    gradients = gradient if isinstance(trap.argnums, tuple) else (gradient,)
    for (argnum, expected), actual in zip(answers(trap), gradients, strict=True):
        assert_expected(actual, expected, trap)
        assert np.asarray(actual).dtype == np.asarray(trap.arguments[argnum]).dtype


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.order == 2 and not is_complex(t)))
def test_hessian(trap: Trap) -> None:
    assert_expected(wg.hessian(trap.function)(*trap.arguments), trap.expected, trap)


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.order == 1 and is_complex(t) and not t.holomorphic))
def test_steepest_ascent_forward(trap: Trap) -> None:
    for argnum, expected in answers(trap):
        derive = complex_by_jvp if np.iscomplexobj(trap.arguments[argnum]) else by_jvp
        assert_expected(derive(trap.function, argnum)(*trap.arguments), expected, trap)


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.holomorphic))
def test_holomorphic(trap: Trap) -> None:
    forward = reverse = trap.function
    for _ in range(trap.order):
        forward, reverse = by_jvp(forward, 0), wg.grad(reverse, holomorphic=True)
    series = wg.derivative(trap.function, trap.order)
    assert_expected(series(*trap.arguments), trap.expected, trap)
    assert_expected(forward(*trap.arguments), trap.expected, trap)
    assert_expected(reverse(*trap.arguments), trap.expected, trap)


@pytest.mark.parametrize("trap", named(t for t in EVERY if t.order == 0))
def test_value(trap: Trap) -> None:
    assert_expected(trap.function(*trap.arguments), trap.expected, trap)


@pytest.mark.parametrize("row", named(REFUSALS))
def test_refusal(row: Refusal) -> None:
    with pytest.raises(row.exception, match=row.message):
        wg.grad(row.function, tuple(range(len(row.arguments))))(*row.arguments)
