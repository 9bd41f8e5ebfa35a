"""Taylor mode: operations in the list, error against 60 digits, time; and nested forward mode beside it."""

import argparse
import math
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import mpmath
import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

import wengert as wg
from timing import medians
from wengert.run import run

mpmath.mp.dps = 60


class Function(NamedTuple):
    """A function for floats and one for mpmath's numbers, and where to differentiate it."""

    name: str
    f: Callable[[Any], Any]
    exact: Callable[[Any], Any]
    x: float


FUNCTIONS = (
    Function(
        "sin(eˣ) log(1+x²)",
        lambda x: np.sin(np.exp(x)) * np.log(1 + x**2),
        lambda x: mpmath.sin(mpmath.exp(x)) * mpmath.log(1 + x**2),
        0.7,
    ),
    Function("exp(sin x)", lambda x: np.exp(np.sin(x)), lambda x: mpmath.exp(mpmath.sin(x)), 0.7),
    Function("tan(x/2)", lambda x: np.tan(x / 2), lambda x: mpmath.tan(x / 2), 0.7),
    Function("sqrt(2+sin x)", lambda x: np.sqrt(2 + np.sin(x)), lambda x: mpmath.sqrt(2 + mpmath.sin(x)), 0.7),
    Function("1/(1+25x²)", lambda x: 1 / (1 + 25 * x**2), lambda x: 1 / (1 + 25 * x**2), 0.7),
    Function("tanh(eˣ)", lambda x: np.tanh(np.exp(x)), lambda x: mpmath.tanh(mpmath.exp(x)), -0.3),
    Function("arctan(x²)", lambda x: np.arctan(x**2), lambda x: mpmath.atan(x**2), 0.7),
    Function("(2+sin x)^1.5", lambda x: (2 + np.sin(x)) ** 1.5, lambda x: (2 + mpmath.sin(x)) ** 1.5, 0.7),
    Function("xˣ", lambda x: x**x, lambda x: x**x, 1.3),
    Function(
        "10 times x + sin(x)/2",
        lambda x: reduce(lambda y, _: y + np.sin(y) / 2, range(10), x),
        lambda x: reduce(lambda y, _: y + mpmath.sin(y) / 2, range(10), x),
        0.3,
    ),
)


def nested(f: Callable[[Any], Any], order: int) -> Callable[[Any], Any]:
    """The derivative by forward mode in forward mode."""
    return f if order == 0 else nested(lambda x: wg.jvp(f, (x,), (1.0,))[1], order - 1)


def main(orders: list[int], repeats: int) -> None:
    console = Console()
    for order in orders:
        table = Table(title=f"The derivative of order {order}", title_justify="left", box=box.SIMPLE_HEAVY)
        table.add_column()
        for name in ("operations", "relative error", "recorded, ms", "list run, ms", "at once, ms", "nested, ms"):
            table.add_column(name, justify="right")
        for one in FUNCTIONS:
            table.add_row(one.name, *row(one, order, repeats))
        console.print(table)

    table = Table(title="Operations for sin(eˣ) log(1+x²)", title_justify="left", box=box.SIMPLE_HEAVY)
    table.add_column("order", justify="right")
    table.add_column("Taylor mode", justify="right")
    table.add_column("nested forward mode", justify="right")
    goal = FUNCTIONS[0]
    for order in (1, 2, 3, 4, 5, 6, 10, 20, 40):
        other = f"{len(wg.trace(nested(goal.f, order), goal.x)):,}" if order <= 6 else "–"
        table.add_row(str(order), f"{len(wg.trace(wg.derivative(goal.f, order), goal.x)):,}", other)
    console.print(table)


def row(one: Function, order: int, repeats: int) -> list[str]:
    """The figures of a function."""
    derivative = wg.derivative(one.f, order)
    wl = wg.trace(derivative, one.x)
    exact = mpmath.taylor(one.exact, mpmath.mpf(one.x), order)[order] * math.factorial(order)
    error = float(abs(run(wl, one.x)[0] / exact - 1))
    calls = [lambda: wg.trace(derivative, one.x), lambda: run(wl, one.x), lambda: derivative(one.x)]
    if order <= 4:
        calls.append(lambda: nested(one.f, order)(one.x))
    times = [f"{1e3 * seconds:.2f}" for seconds in medians(calls, repeats)]
    return [f"{len(wl):,}", f"{error:.1e}", *times, *(["–"] if order > 4 else [])]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="+", default=[4, 10, 20], help="(default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=11, help="measurements for each median (default: %(default)s)")
    given = parser.parse_args()
    main(given.orders, given.repeats)
