"""The cost of eager differentiation, side by side with HIPS autograd on the same source."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy
from rich import box
from rich.console import Console
from rich.table import Table

from chains import array_chain, reading, recurrence, scalar_chain
from engines import AUTOGRAD, WENGERT, Engine, check_agreement
from importing import import_seconds
from lstm import lstm
from mixture import mixture
from timing import medians
from workload import Workload

Doing = Callable[[Engine, Workload], Callable[[], Any]]
LINES = 1000


def main(repeats: int) -> None:
    console = Console()

    table = comparison_table("Gradients, in ms")
    for workload in (mixture(d=10, k=25, n=1000), lstm(layers=2, steps=64), recurrence(steps=1000)):
        add_comparison(table, workload.name, workload, Engine.gradient, 1e3, repeats)
    console.print(table)

    table = comparison_table("A line, in µs, with the function's own work")
    for workload in (scalar_chain(LINES), array_chain(LINES, size=10)):
        add_comparison(table, f"record {workload.name}", workload, Engine.record, 1e6 / LINES, repeats)
        add_comparison(table, f"gradient of {workload.name}", workload, Engine.gradient, 1e6 / LINES, repeats)
    console.print(table)

    console.print("wengert: the gradient of a loop that reads x[i] for every i < n", markup=False)
    table = Table("n", "ms", "µs / n", box=box.SIMPLE_HEAVY)
    for n in (1_000, 10_000, 100_000):
        (seconds,) = medians([WENGERT.gradient(reading(n))], min(repeats, 3))
        table.add_row(f"{n:,}", f"{1e3 * seconds:.1f}", f"{1e6 * seconds / n:.2f}")
    console.print(table)

    console.print(f"import wengert, after numpy and scipy.special: {1e3 * import_seconds(repeats):.0f} ms")


def comparison_table(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAVY)
    table.add_column()
    for name in ("NumPy alone", "wengert", "autograd", "ratio"):
        table.add_column(name, justify="right")
    return table


def add_comparison(table: Table, name: str, workload: Workload, doing: Doing, scale: float, repeats: int) -> None:
    check_agreement(workload)
    calls = [partial(workload.f, numpy, workload.params), *(doing(engine, workload) for engine in (WENGERT, AUTOGRAD))]
    alone, ours, theirs = medians(calls, repeats)
    table.add_row(name, *(f"{scale * t:.2f}" for t in (alone, ours, theirs)), f"{ours / theirs:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11, help="measurements for each median (default: %(default)s)")
    main(parser.parse_args().repeats)
