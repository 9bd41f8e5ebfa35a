"""A table before it is text or HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    title: str
    numeric: bool = False
    filling: bool = False  # takes the room that is left, and is cut where that is not enough


class Gap(str):
    """A row that tells what was left out."""

    __slots__ = ()


Row = tuple[str, ...] | Gap


@dataclass(frozen=True)
class Section:
    """A table with a title and a note beside it."""

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def without_empty_columns(section: Section) -> Section:
    """The table without columns that hold nothing."""
    full = [row for row in section.rows if not isinstance(row, Gap)]
    kept = [i for i in range(len(section.columns)) if any(row[i] for row in full)]
    rows = tuple(row if isinstance(row, Gap) else tuple(row[i] for i in kept) for row in section.rows)
    return replace(section, columns=tuple(section.columns[i] for i in kept), rows=rows)
