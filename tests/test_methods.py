"""`method=`: every way to differentiate gives the same derivative, in the same containers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.numeric import central_difference
from wengert.tree import flatten

METHODS = ("numeric", "complex-step", "symbolic", "forward", "reverse", "taylor")
NOISE = {"numeric": 1e-9}  # relative; the others are exact


@dataclass
class Params:
    """Arguments in a container."""

    w: Any
    b: float


def polynomial(x: Any, y: Any) -> Any:
    return x * x * y + y + 2


def mixture(x: Any) -> Any:
    return np.log(np.sum(np.exp(x))) + np.sum(np.sin(x)) * x[0] ** 3


def layered(p: Any) -> Any:
    return np.sum(np.tanh(p["net"].w @ p["x"] + p["net"].b) ** 2) / (1 + p["scale"][0] ** 2)


def loop(x: Any) -> Any:
    total, y = 0.0, x
    for k in range(1, 6):
        y = np.cos(y) * x + k
        total = total + y / k
    return total


SCALARS: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = [
    (polynomial, (3.0, 4.0), (0, 1)),
    (mixture, (np.array([0.3, -0.7, 1.1]),), 0),
    (
        layered,
        ({"net": Params(np.array([[0.4, -0.2], [0.1, 0.9]]), 0.3), "x": np.array([1.0, 2.0]), "scale": [0.5]},),
        0,
    ),
    (loop, (0.8,), 0),
    (lambda x, n: x**n, (1.7, 3), 0),
]


def close(found: Any, expected: Any, method: str, noise: float = 1.0) -> None:
    """The same structure, shapes and numbers."""
    (mine, structure), (theirs, other) = flatten(found), flatten(expected)
    assert structure == other
    for a, b in zip(mine, theirs, strict=True):
        assert np.shape(a) == np.shape(b)
        assert isinstance(a, float) == isinstance(b, float)
        np.testing.assert_allclose(a, b, rtol=noise * NOISE.get(method, 1e-12), atol=noise * NOISE.get(method, 1e-12))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("function", "args", "argnums"), SCALARS)
def test_gradients_and_hessians(function: Any, args: Any, argnums: Any, method: str) -> None:
    close(wg.grad(function, argnums, method=method)(*args), wg.grad(function, argnums)(*args), method)
    second = 1e3 if method in NOISE else 10
    close(wg.hessian(function, argnums, method=method)(*args), wg.hessian(function, argnums)(*args), method, second)


@pytest.mark.parametrize("method", METHODS)
def test_jacobians(method: str) -> None:
    def f(v: Any, s: Any) -> Any:
        return {"outer": np.outer(v, v) * s, "inner": [v @ v, np.exp(s)]}

    args = np.array([0.5, -1.5]), 2.0
    close(wg.jacobian(f, (0, 1), method=method)(*args), wg.jacobian(f, (0, 1))(*args), method)
    close(wg.jacobian(f, 1, method=method)(*args), wg.jacobian(f, 1)(*args), method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivatives_of_any_order(method: str, order: int) -> None:
    def f(x: Any) -> Any:
        return {"a": np.sin(x) * x**3, "b": np.array([np.exp(x / 2), 1 / x])}

    def expected(x: float) -> Any:
        s, c = math.sin(x), math.cos(x)
        a = [x**3 * s, 3 * x**2 * s + x**3 * c, 6 * x * s + 6 * x**2 * c - x**3 * s,
             6 * s + 18 * x * c - 9 * x**2 * s - x**3 * c][order]  # fmt: skip
        return {
            "a": a,
            "b": np.array([math.exp(x / 2) / 2**order, (-1) ** order * math.factorial(order) / x ** (order + 1)]),
        }

    found = wg.derivative(f, order, method=method)(0.7)
    for key, value in expected(0.7).items():
        tolerance = NOISE.get(method, 1e-12) * (100 if order > 1 else 1)
        np.testing.assert_allclose(found[key], value, rtol=tolerance, atol=tolerance)


def test_what_only_calling_can_do() -> None:
    """Numeric differentiation needs no more than a function that can be called."""
    hidden = np.frompyfunc(lambda x: math.erf(x) + x, 1, 1)

    def f(x: Any) -> Any:
        return float(hidden(x))

    assert wg.grad(f, method="numeric")(0.4) == pytest.approx(central_difference(lambda h: f(0.4 + h)), rel=1e-9)


@pytest.mark.parametrize("make", [wg.grad, wg.jacobian, wg.hessian, wg.derivative])
def test_a_method_that_does_not_exist(make: Any) -> None:
    with pytest.raises(ValueError, match=r"method='magic': choose one of 'numeric', .*'taylor'"):
        make(loop, method="magic")


@pytest.mark.parametrize("method", ["numeric", "symbolic", "forward", "taylor"])
def test_what_a_method_cannot(method: str) -> None:
    with pytest.raises(TypeError, match="argument x is complex"):
        wg.grad(loop, method=method)(1.0 + 1.0j)
    with pytest.raises(TypeError, match=r"scalar result.*shape \(2,\)"):
        wg.grad(lambda x: x, method=method)(np.ones(2))
    with pytest.raises(TypeError, match="one scalar result, not a tuple"):
        wg.hessian(lambda x: (x, x), method=method)(1.0)
    with pytest.raises(ValueError, match="has_aux"):
        wg.grad(loop, has_aux=True, method=method)
    with pytest.raises(TypeError, match="derivatives need floats"):
        wg.jacobian(loop, method=method)(np.arange(3))
