"""How derivatives of expressions grow, and how long it takes to make them.

.venv/bin/python benchmarks/symbolic.py            our counts beside the goals
.venv/bin/python benchmarks/symbolic.py --sympy    and SymPy's own, with common subexpressions taken out
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import formulas
import wengert as wg
from wengert import symbolic


@dataclass(frozen=True)
class Case:
    """A function of n variables, and the most operations that value and gradient may take."""

    name: str
    function: Callable[[Sequence[Any]], Any]
    n: int
    goal: int


CASES = (
    Case("Speelpenning 100", formulas.speelpenning, 100, 295),
    Case("nested exp(sin u)·u, depth 10", lambda x: formulas.nested(x[0]), 1, 87),
    Case("nested exp(sin u)·x, depth 10", lambda x: formulas.nested_in_x(x[0]), 1, 87),
    Case("Rosenbrock 20", formulas.rosenbrock, 20, 265),
    Case("Helmholtz 10, in two loops", formulas.helmholtz, 10, 698),
    Case("Helmholtz 10, row by row", lambda x: formulas.helmholtz(x, by_rows=True), 10, 698),
)


@dataclass(frozen=True)
class Result:
    """What came out."""

    value: int
    gradient: int
    both: int
    seconds: float
    error: float


def measure(case: Case) -> Result:
    """Build the expression and its gradient, count, and compare with reverse mode on the plain function."""
    x = wg.symbols(f"x:{case.n}")
    times = []
    for _ in range(7):
        gc.collect()
        started = perf_counter()
        value = case.function(x)
        gradient = value.gradient(list(x))
        times.append(perf_counter() - started)
        counts = symbolic.operations(value), symbolic.operations(gradient), symbolic.operations(value, gradient)
        point = np.linspace(0.5, 1.5, case.n)
        found = symbolic.compiled(gradient, *x)(*point.tolist())
        del value, gradient  # so that nothing is known the next time
    expected = wg.grad(case.function)(tuple(point.tolist()))
    error = max(abs(a - b) for a, b in zip(found, expected, strict=True)) / max(map(abs, expected))
    return Result(*counts, min(times), error)


def by_sympy(case: Case) -> tuple[int, float]:
    """The operations that SymPy needs after `cse`, and the seconds for differentiating and that."""
    import sympy

    started = perf_counter()
    x = wg.symbols(f"x:{case.n}")
    value = case.function(x).to_sympy()
    parts = [value, *(sympy.diff(value, sympy.Symbol(one.name)) for one in x)]
    steps, rest = sympy.cse(parts)
    count = sum(sympy.count_ops(one) for _, one in steps) + sum(sympy.count_ops(one) for one in rest)
    return int(count), perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sympy", action="store_true", help="measure SymPy too, which takes a while")
    arguments = parser.parse_args()
    table = Table(
        title="Operations of value and gradient together", caption="times: the least of seven, built and differentiated"
    )
    for column in ("function", "f", "gradient", "both", "goal", "both / f", "ms", "against reverse mode"):
        table.add_column(column, justify="left" if column == "function" else "right")
    for column in ("SymPy", "s") if arguments.sympy else ():
        table.add_column(column, justify="right")
    failed = []
    for case in CASES:
        found = measure(case)
        good = found.both <= case.goal and found.both <= 3.0 * found.value
        if not good or found.error > 1e-12:
            failed.append(case.name)
        row = [
            case.name, str(found.value), str(found.gradient), str(found.both), f"≤ {case.goal}",
            f"[{'green' if good else 'red'}]{found.both / found.value:.2f}[/]", f"{found.seconds * 1e3:.2f}",
            f"{found.error:.0e}",
        ]  # fmt: skip
        if arguments.sympy:
            count, seconds = by_sympy(case)
            row += [str(count), f"{seconds:.2f}"]
        table.add_row(*row)
    console = Console()
    console.print(table)
    console.print(f"Speelpenning's gradient: 3n - 6 = {3 * 100 - 6} operations for n = 100")
    if failed:
        console.print(f"[red]above the goal: {', '.join(failed)}")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
