"""What the commands print, as tables of Rich."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from wengert.api.checking import Report
from wengert.cli.methods import Measured
from wengert.show import summary


def methods_table(names: Sequence[str], rows: Sequence[Measured], reference: Measured) -> Table:
    """One row a method."""
    table = _table("method")
    for name in names:
        table.add_column(f"∂/∂{name}", justify="right", overflow="fold")
    for title in ("error", "evaluations", "time"):
        table.add_column(title, justify="right")
    for row in rows:
        if row.problem:
            table.add_row(row.method, *["–"] * (len(names) + 3))
            continue
        error = row.error(reference)
        table.add_row(
            Text(row.method),
            *(Text(precise(one)) for one in row.gradient),
            "–" if row is reference or error is None else _size(error),
            str(row.evaluations),
            duration(row.seconds),
            style="bold" if row is reference else "",
        )
    return table


def check_table(report: Report) -> Table:
    """One row a comparison."""
    table = _table("")
    table.add_column("comparison", overflow="fold")
    table.add_column("difference", justify="right")
    table.add_column("allowed", justify="right")
    table.add_column("where", style="dim", overflow="fold")
    for one in report.comparisons:
        mark = Text("✓", style="green") if one.passed else Text("✗", style="bold red")
        table.add_row(mark, Text(one.name), _size(one.error), _size(one.tolerance), Text(one.where))
    for skipped in report.skipped:
        table.add_row(Text("–", style="dim"), Text(skipped, style="dim"), "", "", "")
    return table


def _size(number: float) -> str:
    return "0" if number < 1e-200 else f"{number:.0e}"


def precise(value: Any) -> str:
    """A number to twelve digits; an array as it is summarized elsewhere."""
    return f"{float(value):.12g}" if np.ndim(value) == 0 else summary(value)


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        shown = f"{seconds * factor:.3g}"
        if float(shown) < 1000:
            return f"{shown} {unit}"
    return f"{seconds:.3g} s"


def _table(first: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(first)
    return table
