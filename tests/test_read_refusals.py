"""Never silently wrong: what a program does with a traced value is right, or refused with a reason and the line."""

from __future__ import annotations

import array
import collections
import heapq
import json
import math
import pickle
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.interpolate
import scipy.ndimage
import scipy.optimize
import scipy.sparse

import wengert as wg
from tests.numeric import central_difference
from wengert.errors import MutationError, TraceConversionError, UnsupportedError

X = np.array([1.6, 0.7, 2.2])
OUTSIDE = np.zeros(3)
COUNTS = np.zeros(3, dtype=int)


def write(array: Any, index: Any, value: Any) -> Any:
    """An assignment as an expression."""
    array[index] = value
    return array


def add(array: Any, index: Any, value: Any) -> Any:
    """An augmented assignment as an expression."""
    array[index] += value
    return array


def central(f: Callable[[Any], Any], x: Any) -> Any:
    """The gradient by differences."""
    return np.array([central_difference(lambda h, e=e: f(x + h * e)) for e in np.eye(x.size)])  # type: ignore[misc]


def add_all(array: Any, value: Any) -> Any:
    """`+=` on the whole array."""
    array += value
    return array


def rows(x: Any) -> Any:
    for row in OUTSIDE.reshape(3, 1):
        row[0] = x[0]
    return OUTSIDE[0]


def unpacked(x: Any) -> Any:
    OUTSIDE[0], OUTSIDE[1] = x[0], x[1]
    return OUTSIDE[0]


OUTSIDE_WRITES: list[Callable[[Any], Any]] = [
    lambda x: write(OUTSIDE, 0, x[0]),
    lambda x: write(OUTSIDE, slice(None), x),
    lambda x: add(OUTSIDE, 0, x[0]),
    lambda x: add(OUTSIDE, slice(1), x[0]),
    lambda x: add_all(OUTSIDE, x),
    lambda x: write(OUTSIDE[1:], 0, x[0]),
    lambda x: write(OUTSIDE.reshape(3, 1), 0, x[0]),
    lambda x: write(OUTSIDE[None].T, 0, x[0]),
    lambda x: write(np.ravel(OUTSIDE), 0, x[0]),
    lambda x: write(np.asarray(OUTSIDE), 0, x[0]),
    lambda x: write(np.atleast_2d(OUTSIDE), 0, x[0]),
    lambda x: write(np.split(OUTSIDE, 3)[0], 0, x[0]),
    lambda x: OUTSIDE.fill(x[0]),
    lambda x: np.copyto(OUTSIDE, x),
    lambda x: np.put(OUTSIDE, [0], x[:1]),
    lambda x: np.sin(x, out=OUTSIDE),
    lambda x: np.add.at(OUTSIDE, [0], x[0]),
    rows,
    unpacked,
]


def after(write_outside: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What the array made outside holds after a write; it starts at zero."""

    def f(x: Any) -> Any:
        OUTSIDE[:] = 0.0
        write_outside(x)
        return np.sum(OUTSIDE * OUTSIDE + OUTSIDE[::-1])

    return f


@pytest.mark.parametrize("function", OUTSIDE_WRITES)
def test_an_array_made_outside_is_written(function: Any) -> None:
    """It is followed like any other, and holds the plain values afterwards."""
    f = after(function)
    value = f(X)
    plain = OUTSIDE.copy()
    found, derivative = wg.value_and_grad(f)(X)
    assert found == value
    np.testing.assert_array_equal(OUTSIDE, plain)
    np.testing.assert_allclose(derivative, central(f, X), rtol=1e-8, atol=1e-10)
    assert wg.jvp(f, (X,), (np.ones(3),))[1] == pytest.approx(np.sum(derivative), rel=1e-14)
    np.testing.assert_allclose(wg.vmap(f)(np.stack([X, 2 * X])), [value, f(2 * X)], rtol=1e-15)


def test_views_of_an_array_made_outside() -> None:
    """Whichever view the program has of it sees what was written; one that is no slice raises."""
    grid = np.zeros((4, 3))
    views = [grid[1], grid[:, 2], grid[::-2, 1:], grid.T[1:], grid.reshape(2, 6), grid.ravel()[3:9], grid[1:3].T]

    def f(x: Any) -> Any:
        grid[1] = x
        grid[3, 1:] = x[0] * x[1:]
        views[4][1] *= x[1]
        return sum(np.sum(view**2 * (k + 1)) for k, view in enumerate(views))

    def plain(x: Any) -> Any:
        grid[...] = 0.0
        return f(x)

    plain(X)
    expected = grid.copy()
    derivative = wg.grad(plain)(X)
    np.testing.assert_array_equal(grid, expected)
    np.testing.assert_allclose(derivative, central(plain, X), rtol=1e-8)
    odd = np.lib.stride_tricks.as_strided(grid, (3, 3), (8, 8))

    def strange(x: Any) -> Any:
        grid[0, 0] = x[0]
        return np.sum(odd)

    with pytest.raises(MutationError, match=r"no slice of it[\s\S]*test_read_refusals\.py"):
        wg.grad(strange)(X)


def test_whole_numbers_and_read_only_arrays_made_outside() -> None:
    fixed = np.zeros(3)
    fixed.flags.writeable = False
    with pytest.raises(TraceConversionError, match="whole number"):
        wg.grad(lambda x: write(np.arange(3), 0, x[0])[0])(X)
    with pytest.raises((ValueError, MutationError)):
        wg.grad(lambda x: write(fixed, 0, x[0])[0])(X)


def sorted_in_place(x: Any) -> Any:
    x.sort()
    return x[0]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: write(x, 0, 1.0)[1],
        lambda x: add(x, 0, 1.0)[1],
        lambda x: add_all(x, 1.0)[1],
        lambda x: write(x[1:], 0, 2.0)[0],
        sorted_in_place,
    ],
)
def test_an_argument_is_not_written(function: Any) -> None:
    given = X.copy()
    with pytest.raises(MutationError, match="argument x"):
        wg.grad(function)(given)
    np.testing.assert_array_equal(given, X)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: write(np.zeros(3, dtype=int), 0, x[0]),
        lambda x: write(np.array([0, 0, 0]), slice(None), x),
        lambda x: write(np.full(3, 7), 1, x[0]),
        lambda x: write(np.zeros_like(np.array([1, 2])), 0, x[0]),
        lambda x: write(np.zeros(3, bool), 0, x[0]),
        lambda x: write(COUNTS, 0, x[0]),
        lambda x: add(np.arange(3), 0, x[0]),
        lambda x: add_all(np.arange(3), x),
        lambda x: np.vectorize(lambda t: 0 if t < 1.7 else t)(x),
    ],
)
def test_an_integer_array_does_not_cut_a_traced_value(function: Any) -> None:
    with pytest.raises(TraceConversionError, match="lose its derivative"):
        wg.grad(lambda x: np.sum(function(x)))(X)


def record(x: Any) -> Any:
    table = np.zeros(2, dtype=[("a", float)])
    table[0] = (x[0],)
    return table["a"].sum()


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda x: scipy.optimize.brentq(lambda y: y**3 - x[0], 0, 3), UnsupportedError, r"scipy\.optimize\.brentq"),
        (lambda x: scipy.integrate.quad(lambda t: x[0] * t, 0, 1)[0], UnsupportedError, r"scipy\.integrate\.quad"),
        (
            lambda x: scipy.optimize.minimize(lambda y: (y[0] - x[0]) ** 2, [0.0]).x[0],
            UnsupportedError,
            r"scipy\.optimize\.minimize",
        ),
        (lambda x: scipy.interpolate.CubicSpline([0, 1, 2], x)(0.5), UnsupportedError, "CubicSpline"),
        (lambda x: scipy.sparse.csr_matrix(np.diag(x)).sum(), UnsupportedError, "csr_matrix"),
        (lambda x: scipy.ndimage.gaussian_filter(x, 1.0).sum(), UnsupportedError, "gaussian_filter"),
        (lambda x: np.random.default_rng(0).poisson(x[0]) * 1.0, UnsupportedError, "poisson"),
        (lambda x: pickle.loads(pickle.dumps(x))[0], UnsupportedError, "dumps"),
        (lambda x: json.dumps([x[0]]), TypeError, "JSON"),
        (lambda x: sum(array.array("d", [x[0]])), UnsupportedError, "array"),
        (lambda x: {x[0]: 1.0}[x[0]], TypeError, "key of a dict"),
        (lambda x: len({x[0], x[1]}) * x[0], TypeError, "element of a set"),
        (lambda x: np.frombuffer(x.tobytes())[0], UnsupportedError, "tobytes"),
        (lambda x: x.view(np.int64)[0] * 1.0, UnsupportedError, "view"),
        (lambda x: x[0].as_integer_ratio()[0] * 1.0, UnsupportedError, "as_integer_ratio"),
        (lambda x: np.array([x[0]], dtype="U10").astype(float)[0], UnsupportedError, "cannot hold"),
        (record, UnsupportedError, "cannot hold"),
        (lambda x: float(x[0] * 1j), TraceConversionError, "lose its derivative"),
        (lambda x: write(np.zeros(2), 0, x[0] * 1j)[0], TypeError, "imaginary"),
        (lambda x: np.sum(x, foo=1), TypeError, "foo"),
        (lambda x: np.array(x, subok=True)[0], UnsupportedError, "subok"),
        (lambda x: np.allclose(x, x), TypeError, "truth value"),
        (lambda x: sum(t for t in np.nditer(x)), UnsupportedError, "nditer"),
    ],
)
def test_refused_with_a_reason(function: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        wg.grad(function)(X)


# -- views and copies --------------------------------------------------------------------------------------------------

VIEWS: dict[str, Callable[[Any], Any]] = {
    "slice": lambda a: a[1:],
    "row": lambda a: a.reshape(2, 3)[0],
    "reshape": lambda a: a.reshape(3, 2),
    "transpose": lambda a: a.reshape(2, 3).T,
    "diagonal": lambda a: np.diagonal(a[:4].reshape(2, 2)),
    "broadcast": lambda a: np.broadcast_to(a, (2, 6)),
    "windows": lambda a: np.lib.stride_tricks.sliding_window_view(a, 2),
    "real": lambda a: a.real,
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_made_before_its_buffer_becomes_traced(view: Any) -> None:
    def f(x: Any) -> Any:
        buffer = np.arange(6.0)
        seen = view(buffer)
        buffer[:3] = x**2
        return np.sum(seen * seen)

    value, gradient = wg.value_and_grad(f)(X)
    assert value == f(X)
    differences = [(f(X + e) - f(X - e)) / 2e-5 for e in 1e-5 * np.eye(3)]
    np.testing.assert_allclose(gradient, differences, rtol=1e-7)
    np.testing.assert_allclose(wg.jvp(f, (X,), (np.ones(3),))[1], np.sum(gradient))
    np.testing.assert_allclose(wg.vmap(f)(np.stack([X, 2 * X])), [f(X), f(2 * X)])


def test_a_view_under_two_recordings() -> None:
    def f(x: Any) -> Any:
        def g(y: Any) -> Any:
            buffer = x.copy()
            seen = buffer[1:]
            buffer[1] = y * x[0]
            return np.sum(seen**2)

        return wg.grad(g)(x[1])

    np.testing.assert_allclose(wg.grad(f)(X), [4 * X[0] * X[1], 2 * X[0] ** 2, 0.0])


def test_what_others_write_into_a_buffer_is_seen() -> None:
    def f(x: Any) -> Any:
        rng = np.random.default_rng(0)
        order, noise = np.arange(3.0), np.empty(3)
        before = np.sum(x * order)
        rng.shuffle(order)
        rng.standard_normal(out=noise)
        return before * np.sum(x * order) + np.sum(noise * x)

    value, gradient = wg.value_and_grad(f)(X)
    assert value == f(X)
    np.testing.assert_allclose(gradient @ X, (f(X * (1 + 1e-6)) - f(X * (1 - 1e-6))) / 2e-6, rtol=1e-8)


def test_containers_of_buffers_keep_their_identity() -> None:
    def f(x: Any) -> Any:
        buffers = [np.zeros(2) for _ in range(3)]
        queue = collections.deque(buffers)
        queue[0][0] = x[0]
        queue.rotate(1)
        queue.popleft()[1] = x[1]
        random.Random(1).shuffle(buffers)
        heap: list[Any] = []
        for i, b in enumerate(buffers):
            heapq.heappush(heap, (i, b))
        heap[0][1][1] += x[2]
        return math.fsum((k + 1) * float(np.sum(b)) ** 2 for k, b in enumerate(buffers))

    value, gradient = wg.value_and_grad(f)(X)
    assert value == f(X)
    np.testing.assert_allclose(gradient, [(f(X + e) - f(X - e)) / 2e-5 for e in 1e-5 * np.eye(3)], atol=1e-8)


def test_python_numbers_raise_as_in_python() -> None:
    def f(x: Any) -> Any:
        total = 0.0
        for attempt in (
            lambda: float(x[0]) / 0,
            lambda: math.log(x[0] - 100),
            lambda: math.exp(x[0] * 1000),
            lambda: math.sqrt(-x[0]),
            lambda: float(x[0]) % 0.0,
        ):
            try:
                total += attempt()
            except (ArithmeticError, ValueError) as error:
                total += x[0] ** len(type(error).__name__)
        return total

    value, gradient = wg.value_and_grad(f)(X / 2)
    assert value == f(X / 2)
    assert gradient[0] == pytest.approx((f(X / 2 + [1e-6, 0, 0]) - f(X / 2 - [1e-6, 0, 0])) / 2e-6, rel=1e-7)


def test_a_leaked_value_is_refused_later() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x[0] * 2)
        return kept[-1] ** 2

    np.testing.assert_allclose(wg.grad(f)(X), [8 * X[0], 0, 0])
    with pytest.raises(wg.errors.LeakedTracerError):
        _ = kept[0] + 1.0
