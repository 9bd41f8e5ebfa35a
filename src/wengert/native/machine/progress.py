"""A bar on the terminal while a long program is compiled."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONG = 20_000  # lines, which take about a second
MANY = 500  # lines between two looks


@contextmanager
def bar(lines: int, stream: object = None) -> Iterator[Callable[[int], None] | None]:
    """Something to call with the number of lines that are done; None, and no bar, where it does not take long.

    From the last line on the bar shows that LLVM is at work. Nothing is shown where no one looks: in files and pipes.
    """
    target = sys.stderr if stream is None else stream
    if lines < LONG or not getattr(target, "isatty", bool)():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    console = Console(file=target)  # type: ignore[arg-type]
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"compiling {lines:,} lines".replace(",", " "), total=lines)

        def done(number: int) -> None:
            if number % MANY == 0 or number >= lines - 1:
                progress.update(task, completed=number + 1)
            if number >= lines - 1:
                progress.update(task, description="making machine code", total=None)

        yield done
