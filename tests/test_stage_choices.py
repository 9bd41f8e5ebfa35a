"""Choices in which one case writes what is there, and the other puts something else in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.errors import StagingError

X = np.array([0.1, 0.2, -0.3])


def element(a: Any, x: Any) -> Any:
    v = x.copy()
    if a >= 0:
        v[0] *= 2
    else:
        v = v.copy()
    return np.sum(v * a)


def two_names(a: Any, x: Any) -> Any:
    w = v = x.copy()
    if a >= 0:
        v[0] *= 2.0
    else:
        v = v * 2
        w[1] = 3.0
    return np.sum(v * a) + 10 * np.sum(w)


def dictionary(a: Any, x: Any) -> Any:
    d = {"m": x[0], "n": 2.0}
    if a >= 0:
        d["m"] = d["m"] * 3
    else:
        d = {"m": x[1], "n": 5.0}
    return d["m"] * d["n"]


class State:
    def __init__(self, w: Any) -> None:
        self.w, self.k = w, 1.0


def attribute(a: Any, x: Any) -> Any:
    s = State(x.copy())
    if a >= 0:
        s.w[0] = 9.0 * a
        s.k = 2.0
    else:
        s.w = x * 3
    return np.sum(s.w * x) * s.k


def view(a: Any, x: Any) -> Any:
    v = x.copy()
    w = v[1:]
    if a >= 0:
        v[1] *= 7.0
    else:
        w = v[:2] * 1.0
    return np.sum(w**2)


def returned(a: Any, x: Any) -> Any:
    v = x.copy()

    def go(v: Any) -> Any:
        if a >= 0:
            v[0] = 4.0 * a
            return v
        v = v * 2
        v[1] = 3.0
        return v

    return np.sum(go(v) ** 2) + 5 * np.sum(v)


def elsewhere(a: Any, x: Any) -> Any:
    v = x.copy()
    if a >= 0:
        v[0] *= 2.0 if v[2] > 0 else 3.0
    elif v[2] > -0.5 and a < -0.2:
        v = v.copy()
    return np.sum(v**2)


def two_passes(a: Any, x: Any) -> Any:
    v = x * 1.0
    for _ in range(2):
        v = np.sin(v * a)
        if v[1] > 0.05:
            return a
    return a * np.sum(v)


def two_passes_of_a_number(a: Any, x: Any) -> Any:
    b = x[1]
    for _ in range(2):
        b = b * a
        if b > 0.04:
            return a
    return a * b


FUNCTIONS = (element, two_names, dictionary, attribute, view, returned, elsewhere, two_passes, two_passes_of_a_number)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("a", [0.5, 0.15, -0.1, -0.5])
def test_choice(function: Callable[..., Any], a: float) -> None:
    compiled = wg.compile(function, mode="list")
    np.testing.assert_allclose(compiled(a, X), function(a, X), rtol=1e-13, atol=1e-15)
    for found, expected in zip(
        wg.compile(wg.grad(function, (0, 1)), mode="list")(a, X), wg.grad(function, (0, 1))(a, X), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


def test_lists_of_another_length_are_refused() -> None:
    def f(a: Any, x: Any) -> Any:
        items = [x[0], x[1]]
        if a >= 0:
            items.append(x[2])
        else:
            items = [x[1], x[0]]
        return items[0]

    with pytest.raises(StagingError, match="a list of"):
        wg.compile(f, mode="list")(0.5, X)


def test_unrolling_a_loop_is_tried_once() -> None:
    """Where it does not tell what is one with what, an error says so; the recording does not begin again for ever."""

    def f(a: Any, x: Any) -> Any:
        u = x * 0.5
        for i in range(3):
            if a > 0.02:
                t = 0
                while t < 4:
                    t += 1
                    if t % 2 == 1:
                        continue
                    u = u - 0.2 * x
            else:
                u[i] = a
        return np.sum(u)

    with pytest.raises(StagingError, match="in several places"):
        wg.compile(f, mode="list")(0.5, X)
