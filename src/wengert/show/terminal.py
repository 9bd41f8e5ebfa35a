"""Tables as text, by Rich."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

from wengert.show.section import Gap, Section

NARROWEST, FILLING, WIDEST, BETWEEN = 60, 16, 30, 3


def renderables(title: str, sections: Iterable[Section], width: int) -> Iterator[Any]:
    """All tables as what Rich prints, one after the other."""
    from rich.text import Text

    yield Text(title, style="bold")
    for section in sections:
        yield Text()
        yield Text.assemble((section.title, "bold cyan"), (f"   {section.note}" if section.note else "", "dim"))
        yield _table(section, width)


def to_text(title: str, sections: Iterable[Section], width: int | None = None) -> str:
    """The same as plain text."""
    from rich.console import Console

    columns = width or max(shutil.get_terminal_size((100, 24)).columns, NARROWEST)
    out = io.StringIO()
    console = Console(
        file=out, width=columns, color_system=None, force_terminal=False, force_jupyter=False, legacy_windows=False
    )
    for part in renderables(title, sections, columns):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _table(section: Section, width: int) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    full = [row for row in section.rows if not isinstance(row, Gap)]
    natural = [_extent(column.title, *(row[i] for row in full)) for i, column in enumerate(section.columns)]
    fixed = sum(
        min(extent, WIDEST) + BETWEEN
        for extent, column in zip(natural, section.columns, strict=True)
        if not column.filling
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column, extent in zip(section.columns, natural, strict=True):
        table.add_column(
            Text(column.title),
            justify="right" if column.numeric else "left",
            style="dim" if column.filling else "",
            overflow="ellipsis" if column.filling else "fold",
            no_wrap=column.filling,
            width=min(extent, max(width - fixed, FILLING)) if column.filling else None,
        )
    for row in section.rows:
        if isinstance(row, Gap):
            cells = ["⋮"] + [""] * (len(section.columns) - 1)
            cells[natural.index(max(natural))] = f"⋮ {row}"
            table.add_row(*cells, style="dim italic")
        else:
            table.add_row(*map(Text, row))
    return table


def _extent(*cells: str) -> int:
    from rich.cells import cell_len

    return max(cell_len(line) for cell in cells for line in cell.split("\n"))
