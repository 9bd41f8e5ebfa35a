"""What has become of every loop and choice of a program: rolled, unrolled, staged, followed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wengert.ir import Location


@dataclass(frozen=True)
class Entry:
    """One loop or choice.

    Attributes
    ----------
    what
        `for`, `while`, `if`, `and`, ...
    location
        Its line.
    status
        `rolled` (a loop that is a loop in the list), `unrolled` (a loop in straight lines), `staged` (a choice that is
        made when the list runs), `followed` (it depends on nothing abstract, and went as in Python).
    detail
        What is carried, the reason, or which way it went.
    """

    what: str
    location: Location | None
    status: str
    detail: str = ""

    def __str__(self) -> str:
        line = f"line {self.location.line}" if self.location is not None else "?"
        text = f"{line:<10}{self.what:<8}{self.status:<10}{self.detail}".rstrip()
        return f"{text}\n{'':<10}{self.location.text}" if self.location is not None and self.location.text else text


class Report:
    """The entries of a recording, in the order of the program; a line that went several ways has several."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        found: dict[object, list[Entry]] = {}
        for entry in entries:
            place = entry.location
            key = None if place is None else (place.code, place.offset)
            found.setdefault((key, entry.what, entry.status), []).append(entry)
        self.entries = tuple(sorted(map(_merged, found.values()), key=_order))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        """One row an entry, under the names of their files."""
        rows: list[str] = []
        file = None
        for entry in self:
            if entry.location is not None and entry.location.file != file:
                file = entry.location.file
                rows.append(file)
            rows.append(str(entry))
        return "\n".join(rows) or "no loops and no choices"

    __repr__ = __str__


def _merged(entries: list[Entry]) -> Entry:
    """What a line became when it was gone through several times."""
    details = list(dict.fromkeys(entry.detail for entry in entries if entry.detail))
    few = details[:SHOWN] + ["..."] * (len(details) > SHOWN)
    return replace(entries[0], detail="; ".join(few))


SHOWN = 3  # details of a line that differ


def _order(entry: Entry) -> tuple[str, int, int]:
    place = entry.location
    return ("", 0, 0) if place is None else (place.file, place.line, place.offset)
