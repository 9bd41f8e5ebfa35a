"""What has become of the loops and choices of a program, as a table."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wengert.ir import Line, Location, WengertList
from wengert.show.html import to_html
from wengert.show.section import Column, Section, without_empty_columns
from wengert.show.terminal import renderables, to_text
from wengert.show.unreached import unreached
from wengert.stage import Entry

TITLE = "Loops and branches"


@dataclass(frozen=True)
class Region:
    """What became of a loop or a branch when the function was recorded, and why.

    Attributes
    ----------
    place
        Its line: `file.py:12  for i in range(n):`.
    became
        `for: rolled`, `while: unrolled`, `if: staged`, `if: followed`, ...
    reason
        What is carried, why it is unrolled, which way it went.
    kept
        The bytes that it keeps for the reverse sweep, where these are counted.
    """

    place: str
    became: str
    reason: str = ""
    kept: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Fates:
    """What has become of all loops and choices of a program; `print` and a notebook show a table."""

    title: str
    entries: tuple[Entry, ...]
    file: str = ""  # the one that comes first

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def _sections(self) -> list[Section]:
        return [regions_table(regions_of(self.entries, first=self.file))]

    def __str__(self) -> str:
        return to_text(self.title, self._sections()) if self.entries else f"{self.title}: no loops and no branches"

    __repr__ = __str__

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        yield from renderables(self.title, self._sections(), options.max_width)

    def _repr_html_(self) -> str:
        return to_html(self.title, self._sections())


def regions_of(
    entries: Iterable[Entry], kept: Mapping[Location | None, int] | None = None, first: str = "", whole: bool = True
) -> tuple[Region, ...]:
    """The entries of a report with what each of them keeps; those of the file `first` come first.

    If they are all of a `whole` program, also the statements beside them that were not reached.
    """
    found: list[tuple[tuple[bool, str, int], Region]] = []
    places = []
    for entry in entries:
        place = entry.location
        count = kept.get(place) if kept is not None else None
        region = Region(place_text(place), f"{entry.what}: {entry.status}", entry.detail, count)
        key = (True, "", 0) if place is None else (place.file != first, place.file, place.line)
        found.append((key, region))
        places += [] if place is None else [place]
    for what, file, line in unreached(places) if whole else ():
        text = f"{Path(file).name}:{line}  {linecache.getline(file, line).strip()}"
        found.append(((file != first, file, line), Region(text, f"{what}: not reached")))
    return tuple(region for _, region in sorted(found, key=lambda pair: pair[0]))


def entries_of(wl: WengertList) -> Iterator[Entry]:
    """The loops and choices that a list holds, outer ones first."""
    for line in wl.lines:
        if line.primitive.linearize is not None:
            loop = "carries" in line.params
            yield Entry(line.primitive.name, line.location, "rolled" if loop else "staged", _carried(line))
            for body in line.bodies():
                yield from entries_of(body)


def _carried(line: Line) -> str:
    body, carries = line.params.get("body"), line.params.get("carries", 0)
    names = [name for name in body.names if name] if body is not None and carries else []
    return f"carries {', '.join(sorted(set(names)))}" if names else ""


def regions_table(regions: Sequence[Region], note: str = "") -> Section:
    """The table."""
    total = sum(region.kept or 0 for region in regions)
    if any(region.kept is not None for region in regions):
        note = f"{note}; kept for the reverse sweep: {total:,} bytes".removeprefix("; ")
    columns = (
        Column("your line", filling=True),
        Column("became"),
        Column("kept", numeric=True),
        Column("what is carried, or why"),
    )
    rows = [(one.place, one.became, "" if one.kept is None else f"{one.kept:,} B", one.reason) for one in regions]
    return without_empty_columns(Section(TITLE, note, columns, tuple(rows)))


def place_text(location: Location | None) -> str:
    """A line of the user's in short."""
    if location is None:
        return ""
    return f"{Path(location.file).name}:{location.line}  {location.text}".rstrip()
