"""Machine code of array programs: what is fused, written over, put together and shared gives what NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.native import compile_list
from wengert.native.prepare import prepared
from wengert.run import run


def compare(function: Any, *args: Any, tolerance: float = 1e-11) -> None:
    """The value and the gradient by machine code, twice, and by the interpreter."""
    for fun in (function, wg.value_and_grad(lambda *xs: np.sum(function(*xs)), tuple(range(len(args))))):
        wl = wg.trace(fun, *args)
        with np.errstate(all="ignore"):
            expected = run(wl, *args)
        call = compile_list(wl, warn=False, verify=True)
        for _ in range(2):
            for a, b in zip(call(*args), expected, strict=True):
                size = np.max(np.abs(b), initial=1.0, where=np.isfinite(b))
                np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * size)


# -- random programs ---------------------------------------------------------------------------------------------------


def _pick(rng: np.random.Generator, values: list[Any], ndim: int = 0) -> Any:
    fitting = [x for x in values if np.ndim(x) >= ndim and np.size(x)]
    return fitting[max(rng.integers(len(fitting)), rng.integers(len(fitting)))]  # rather a late one


def _fitting(rng: np.random.Generator, values: list[Any], x: Any) -> Any:
    """A value that broadcasts against another without growing it."""

    def fits(y: Any) -> bool:
        try:
            return bool(np.broadcast_shapes(np.shape(x), np.shape(y)) == np.shape(x))
        except ValueError:
            return False

    fitting = [y for y in values if fits(y)]
    return fitting[max(rng.integers(len(fitting)), rng.integers(len(fitting)))]


def _window(rng: np.random.Generator, n: int) -> slice:
    start = int(rng.integers(0, min(n, 4)))
    return slice(start, max(start + 1, n - int(rng.integers(0, 4))))


def _step(rng: np.random.Generator, values: list[Any]) -> Any:
    kind = rng.choice(["unary", "binary", "binary", "reduce", "window", "item", "view", "join", "shift", "update"])
    if kind == "unary":
        f = rng.choice(np.array([np.sin, np.tanh, np.square, np.negative, lambda x: np.exp(-x * x), np.abs], object))
        return f(_pick(rng, values))
    if kind == "binary":
        x = _pick(rng, values)
        y = _fitting(rng, values, x)
        f = rng.choice(np.array([np.add, np.subtract, np.multiply, lambda x, y: x / (2 + y * y), np.maximum], object))
        return f(x, y)
    if kind == "reduce":
        x = _pick(rng, values, 1)
        axis = int(rng.integers(np.ndim(x)))
        f = rng.choice(np.array([np.sum, np.max, np.mean], object))
        return f(x, axis=axis, keepdims=bool(rng.integers(2)))
    x = _pick(rng, values, 1)
    windows = tuple(_window(rng, n) if rng.integers(2) else slice(None) for n in np.shape(x))
    if kind == "window":
        return x[windows]
    if kind == "item":
        return x[(*(slice(None),) * (np.ndim(x) - 1), int(rng.integers(np.shape(x)[-1])))]
    if kind == "view":
        return [lambda: x.T, lambda: x[..., None], lambda: x[None], lambda: np.reshape(x, (-1,)), lambda: x[::-1]][
            int(rng.integers(5))
        ]()
    if kind == "join":
        y = _fitting(rng, values, x)
        f = rng.choice(np.array([np.stack, np.concatenate], object))
        return f([x, y + np.zeros(np.shape(x))], axis=int(rng.integers(np.ndim(x))))
    if kind == "shift":  # the adjoint of windows
        out = np.zeros(np.shape(x))
        out[windows] += np.sin(x[windows])
        out[windows] -= x[windows] * 0.5
        return out
    out = x * 1.0
    out[windows] = 0.25 * x[windows]
    return out


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 70)), int(rng.integers(1, 12))
    shapes = [(n, m), (n,), (n, 3), (m,), (n, 2, 3), (9, n, m)]
    args = [rng.uniform(-1, 1, shapes[i]) for i in rng.permutation(len(shapes))[:3]]
    steps, choices = int(rng.integers(3, 15)), int(rng.integers(1 << 30))

    def program(*xs: Any) -> Any:
        inner = np.random.default_rng(choices)
        values = list(xs)
        for _ in range(steps):
            found = _step(inner, values)
            if np.size(found) < 20_000 and np.ndim(found) < 5:
                values.append(found)
        return sum(np.sum(v) for v in values[-3:])

    compare(program, *args)


# -- sums of multiples of what is summed -------------------------------------------------------------------------------


def log_sum_exp(x: Any) -> Any:
    largest = np.max(x, axis=-1, keepdims=True)
    return np.squeeze(largest, -1) + np.log(np.sum(np.exp(x - largest), axis=-1))


@pytest.mark.parametrize("shape", [(1003,), (40, 25), (3, 7, 21)])
def test_the_sum_of_a_multiple(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape)
    wl = wg.trace(wg.value_and_grad(lambda x: np.sum(log_sum_exp(x))), x)
    before = sum(line.primitive.name == "sum" and line.outputs[0].type.dtype == float for line in wl.lines)
    after = sum(
        line.primitive.name == "sum" and line.outputs[0].type.dtype == float for line in prepared(wl).lines
    )
    assert after == before - 1
    compare(log_sum_exp, x)


def test_the_sum_of_a_multiple_of_what_may_be_negative_stays() -> None:
    def f(x: Any) -> Any:
        total = np.sum(x)
        return np.sum(x * np.log(total)) - total

    wl = wg.trace(wg.grad(f), np.ones(50))
    assert len(prepared(wl).lines) == len(wl.lines)


# -- values written over what they are computed from -------------------------------------------------------------------


@pytest.mark.parametrize("n", [16, 17, 23, 64, 1001])
def test_written_over(n: int) -> None:
    """The last vector overlaps the one before: what was written there must not be computed once more."""

    def f(x: Any, y: Any) -> Any:
        a = np.exp(x)
        b = a / np.sum(a)
        return b * y, np.sum(b * b), a + np.max(b)

    rng = np.random.default_rng(n)
    x, y = rng.standard_normal(n), rng.standard_normal(n)
    wl = wg.trace(f, x, y)
    for a, b in zip(compile_list(wl, verify=True)(x, y), run(wl, x, y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
