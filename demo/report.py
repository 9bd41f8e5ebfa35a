"""What the demo shows in the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comparison import Comparison
from data import Digits

console = Console()


@contextmanager
def progress(title: str, steps: int) -> Iterator[Callable[[str], None]]:
    """A bar of so many steps; what it gives is called after each, with a note to show."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=steps, note="")
        yield lambda note: bar.update(task, advance=1, note=note)


def print_report(test: Digits, read: np.ndarray, comparison: Comparison, picture: Path) -> None:
    right = np.count_nonzero(read == test.labels)
    c = comparison
    slower = c.differences_seconds / c.gradient_seconds
    table = Table(box=box.SIMPLE_HEAVY, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    table.add_row("test accuracy", f"{right / len(read):.4f}", f"{right} of {len(read)} digits it had not seen")
    table.add_row(
        "gradient", duration(c.gradient_seconds), f"{c.parameters:,} entries, the largest {c.largest_entry:.2f}"
    )
    table.add_row(
        "central differences",
        duration(c.differences_seconds),
        f"{slower:,.0f} × as long, estimated from {c.coordinates} entries",
    )
    table.add_row(
        "largest difference", f"{c.largest_difference:.1e}", f"between the two, in these {c.coordinates} entries"
    )
    console.print(table)
    console.print("picture:", picture, soft_wrap=True)


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"
