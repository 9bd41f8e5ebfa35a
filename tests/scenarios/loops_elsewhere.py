"""Helper functions with loops, in a file of their own."""

from typing import Any


def relax(u: Any, count: int) -> Any:
    for _ in range(count):
        u = 0.5 * (u + 1 / u)
    return u


def root(a: Any) -> Any:
    y = a
    while abs(y * y - a) > 1e-12:
        y = 0.5 * (y + a / y)
    return y
