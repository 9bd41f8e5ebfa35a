"""Numeric derivatives: how right they are, whether their bound holds, and what they cost; beside other packages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

import wengert as wg
from numeric_functions import Subject, twenty, unseen

POINTS = (0.3, 0.5, 1.5, 2.0)
GOAL = 1e-12


@dataclass(frozen=True)
class Outcome:
    error: float  # relative
    bound: float
    evaluations: int

    @property
    def right(self) -> bool:
        return self.error <= GOAL

    @property
    def bounded(self) -> bool:
        return self.error <= self.bound


Method = Callable[[Callable[[Any], Any], float, int], tuple[float, float]]


def by_wengert(f: Callable[[Any], Any], x: float, order: int) -> tuple[float, float]:
    found = wg.numeric.derivative(f, x, order)
    return float(found.value), float(found.error)


def by_numdifftools(f: Callable[[Any], Any], x: float, order: int) -> tuple[float, float]:
    import numdifftools

    found = numdifftools.Derivative(f, n=order, full_output=True)(x)
    return float(found.estimate), float(found.error_estimate)


def by_scipy(f: Callable[[Any], Any], x: float, order: int) -> tuple[float, float]:
    from scipy.differentiate import derivative

    if order > 1:
        raise ValueError("first derivatives only")
    found = derivative(f, x)
    return float(found.df), float(found.error)


METHODS: dict[str, Method] = {"wengert": by_wengert, "numdifftools": by_numdifftools, "scipy": by_scipy}


def measure(subject: Subject, method: Method, order: int = 1) -> Outcome:
    """The outcome of one method; infinitely wrong if it fails."""
    calls = 0

    def counted(x: Any) -> Any:
        nonlocal calls
        calls += np.size(x)  # an array of points is as many evaluations
        with np.errstate(all="ignore"):
            return subject(x)

    right = subject.exact(order)
    try:
        value, bound = method(counted, subject.x, order)
    except Exception:
        return Outcome(np.inf, np.nan, calls)
    error = float(abs(value - right)) if np.isfinite(value) else np.inf
    scale = float(abs(right)) or 1.0
    return Outcome(error / scale, bound / scale, calls)


def installed(names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        try:
            METHODS[name](np.sin, 1.0, 1)
        except ImportError:
            continue
        found.append(name)
    return found


def main(count: int) -> None:
    console = Console()
    names = installed(list(METHODS))
    columns = {name: [measure(subject, METHODS[name]) for subject in twenty()] for name in names}

    table = Table(title="First derivatives at 1, or where named", title_justify="left", box=box.SIMPLE_HEAVY)
    table.add_column()
    for heading in ("error", "bound", "calls"):
        table.add_column(f"wengert\n{heading}", justify="right")
    for name in names[1:]:
        table.add_column(f"{name}\nerror", justify="right")
        table.add_column("\ncalls", justify="right")
    for i, subject in enumerate(twenty()):
        row = [subject.name, *_cells(columns["wengert"][i])]
        for name in names[1:]:
            outcome = columns[name][i]
            row += [_mark(f"{outcome.error:.0e}", outcome.bounded), str(outcome.evaluations)]
        table.add_row(*row)
    console.print(table)
    for name in names:
        console.print(f"{name:>13}: {_summary(columns[name])}", markup=False)
    console.print(f"{'goal':>13}: 18 of 20 right to {GOAL:.0e}, 20 of 20 within their bound, 20 calls each\n")

    table = Table(title="Elsewhere, and functions unseen", title_justify="left", box=box.SIMPLE_HEAVY)
    for heading in ("", "functions", f"right to {GOAL:.0e}", "within bound", "median bound / error", "calls"):
        table.add_column(heading, justify="right" if heading else "left")
    for x in POINTS:
        _add_summary(table, f"the same at {x}", [measure(one, by_wengert) for one in twenty(x) if one.x == x])
    subjects = unseen(count, seed=2026)
    for order in (1, 2, 3, 4):
        _add_summary(table, f"random ones, order {order}", [measure(one, by_wengert, order) for one in subjects])
    console.print(table)


def _cells(outcome: Outcome) -> list[str]:
    error = f"{outcome.error:.0e}"
    return [error if outcome.right else f"[red]{error}[/]", _mark(f"{outcome.bound:.0e}", outcome.bounded),
            str(outcome.evaluations)]  # fmt: skip


def _mark(text: str, good: bool) -> str:
    return text if good else f"[red]{text}![/]"


def _summary(outcomes: Sequence[Outcome]) -> str:
    count = len(outcomes)
    right, bounded = sum(one.right for one in outcomes), sum(one.bounded for one in outcomes)
    calls = mean(one.evaluations for one in outcomes)
    return f"{right} of {count} right to {GOAL:.0e}, {bounded} of {count} within their bound, {calls:.1f} calls each"


def _add_summary(table: Table, name: str, outcomes: Sequence[Outcome]) -> None:
    right, bounded = sum(one.right for one in outcomes), sum(one.bounded for one in outcomes)
    ratios = [one.bound / one.error for one in outcomes if 0 < one.error < np.inf]
    calls = mean(one.evaluations for one in outcomes)
    table.add_row(name, str(len(outcomes)), str(right), str(bounded), f"{median(ratios):.0f}", f"{calls:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="random functions (default: %(default)s)")
    main(parser.parse_args().count)
