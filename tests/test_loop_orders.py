"""Derivatives of orders 1 to 4 through loops and choices, against values from outside: mpmath, closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import wengert as wg

Number = Any


def programs(sin: Any, exp: Any) -> dict[str, Callable[[Number], Number]]:
    """The same programs, for numbers of any kind."""

    def nested(x: Number) -> Number:
        """`while`, with a choice in it, with `for` in that."""
        s, k = x * 0.1, 0
        while s < 3.0:
            if k % 3 == 0 or s * x > 1.7:
                for j in range(3):
                    s = s + 0.2 * sin(x * s + j) ** 2 + 0.05
            else:
                s = s * x + exp(-s) * 0.3
            k = k + 1
        return s * x + k * x * x

    def ragged(x: Number) -> Number:
        """`while` in `for`, of another number of trips each time, and left by `break`."""
        total = 0.0
        for i in range(4):
            y = x + 0.3 * i
            while True:
                y = y - (y * y - (2 + i) * x) / (2 * y) * 0.7
                if abs(y * y - (2 + i) * x) < 1e-3 * (1 + i):
                    break
            total = total + y * sin(y + i)
        return total

    def deep(x: Number) -> Number:
        """`while` in `for` in `while`, and a return from the middle."""
        t = 0.0 * x
        while t < 2.0:
            for i in range(3):
                u = x + i
                while u > 0.5:
                    u = u * 0.5 + 0.01 * sin(u * x)
                t = t + u * exp(-u) * 0.5
                if t > 1.9 and i > 0:
                    return t * x + u
        return t

    return {f.__name__: f for f in (nested, ragged, deep)}


HERE = programs(np.sin, np.exp)
EXACT = programs(mpmath.sin, mpmath.exp)
POINTS = {"nested": (1.3, 1.45), "ragged": (1.1,), "deep": (1.2,)}
CASES = [(name, x, order) for name, points in POINTS.items() for x in points for order in (1, 2, 3, 4)]
FEWER = [case for case in CASES if case[2] == 1 or (case[0] == "ragged" and case[2] < 4)]  # LLVM takes its time


def exact(name: str, x: float, order: int) -> float:
    """Of 60 digits."""
    with mpmath.workdps(60):
        return float(mpmath.diff(EXACT[name], mpmath.mpf(x), order))


def close(found: Any, expected: float) -> None:
    assert abs(found - expected) <= 1e-12 * (1 + abs(expected)), (found, expected)


@pytest.mark.parametrize(("name", "x", "order"), CASES)
def test_orders(name: str, x: float, order: int) -> None:
    f, expected = HERE[name], exact(name, x, order)
    inside, outside, turned = f, wg.compile(f, mode="list"), f
    for k in range(order):
        inside, outside = wg.grad(inside), wg.grad(outside)
        turned = wg.grad(turned) if k % 2 else _forward(turned)
    close(wg.compile(inside, mode="list")(x), expected)  # reverse of reverse of ..., all of it one list
    close(outside(x), expected)  # the list followed in reverse mode
    close(wg.compile(turned, mode="list")(x), expected)  # forward and reverse, in turns
    close(wg.derivative(wg.compile(f, mode="list"), order=order)(x), expected)  # Taylor
    close(wg.compile(wg.derivative(f, order=order), mode="list")(x), expected)


@pytest.mark.parametrize(("name", "x", "order"), FEWER)
def test_orders_in_machine_code(name: str, x: float, order: int) -> None:
    f = HERE[name]
    for _ in range(order):
        f = wg.grad(f)
    close(wg.compile(f)(x), exact(name, x, order))


def _forward(f: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: wg.jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_a_power_by_a_loop(order: int) -> None:
    """x^6, and 1/(1 - x) by its series: closed forms."""

    def power(x: float) -> float:
        out = 1.0
        for _ in range(6):
            out = out * x
        return out

    def series(x: float) -> float:
        total, term = 0.0, 1.0
        while abs(term) > 1e-18:
            total, term = total + term, term * x
        return total

    x = 0.3
    falling = float(np.prod([6 - k for k in range(order)]))
    factorial = float(np.prod(range(1, order + 1)))
    for f, expected in ((power, falling * x ** (6 - order)), (series, factorial / (1 - x) ** (order + 1))):
        inside = f
        for _ in range(order):
            inside = wg.grad(inside)
        close(wg.compile(inside, mode="list")(x), expected)
        close(wg.derivative(wg.compile(f, mode="list"), order=order)(x), expected)
