"""Rows in memory as columns in registers: each register holds the same element of as many rows as it has lanes."""

from __future__ import annotations

from collections.abc import Sequence

from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val, itemsize


def transposed(b: Builder, rows: Sequence[Val]) -> list[Val]:
    """The transpose of a square of registers: pairs of lanes change places, then pairs of pairs, ..."""
    found, lanes, step = list(rows), len(rows), 1
    while step < lanes:
        for i in range(lanes):
            if not i & step:
                upper, lower = found[i], found[i | step]
                found[i] = b.shuffle(upper, lower, [k if not k & step else lanes + (k ^ step) for k in range(lanes)])
                found[i | step] = b.shuffle(
                    upper, lower, [k ^ step if not k & step else lanes + k for k in range(lanes)]
                )
        step *= 2
    return found


def runs(offsets: Sequence[int], size: int) -> list[list[int]]:
    """Offsets in order, cut where they do not follow each other."""
    found: list[list[int]] = []
    for offset in offsets:
        if found and offset == found[-1][-1] + size:
            found[-1].append(offset)
        else:
            found.append([offset])
    return found


def squares(run: Sequence[int], lanes: int) -> list[Sequence[int]]:
    """A run cut into pieces as long as a register; the last one ends with the run, and may overlap the one before."""
    starts = [*range(0, len(run) - lanes, lanes), len(run) - lanes]
    return [run[start : start + lanes] for start in starts]


def read_columns(
    b: Builder, begin: Val, stride: int, code: str, offsets: Sequence[int], lanes: int
) -> dict[int, Val]:
    """Of as many rows as there are lanes, the elements at these offsets from the begin of each."""
    size, found = itemsize(code), {}
    if lanes == 1:
        return {offset: b.load(b.offset(begin, offset), code) for offset in offsets}
    for run in runs(offsets, size):
        if stride == size == run[-1] - run[0] + size:
            found[run[0]] = b.load(b.offset(begin, run[0]), code, lanes, align=size)
        elif len(run) >= lanes and code != "b1":
            for square in squares(run, lanes):
                rows = [
                    b.load(b.offset(begin, square[0] + stride * i), code, lanes, align=size) for i in range(lanes)
                ]
                found.update(zip(square, transposed(b, rows), strict=True))
        elif len(run) * size == stride and code != "b1":
            starts = [run[0] + size * lanes * i for i in range(len(run))]
            whole = [b.load(b.offset(begin, start), code, lanes, align=size) for start in starts]
            found.update(zip(run, _apart(b, whole, lanes), strict=True))
        else:
            for offset in run:
                found[offset] = b.gather([b.load(b.offset(begin, offset + stride * i), code) for i in range(lanes)])
    return found


def _apart(b: Builder, whole: Sequence[Val], lanes: int) -> list[Val]:
    """The columns of rows that follow each other without gaps: of k registers, every k-th element."""
    k = len(whole)
    return [_picked(b, whole, [divmod(column + k * row, lanes) for row in range(lanes)]) for column in range(k)]


def _picked(b: Builder, sources: Sequence[Val], wanted: Sequence[tuple[int, int]]) -> Val:
    """A register put together from lanes of others: pairs of a register and a lane."""
    lanes, order = len(wanted), list(dict.fromkeys(source for source, _ in wanted))
    total = sources[order[0]]
    at = [lane for _, lane in wanted]
    if len(order) == 1:
        return b.shuffle(total, total, at)
    first = order[1]
    mask = [lane if s == order[0] else lanes + lane if s == first else 0 for s, lane in wanted]
    total = b.shuffle(total, sources[first], mask)
    for source in order[2:]:
        mask = [lanes + lane if s == source else i for i, (s, lane) in enumerate(wanted)]
        total = b.shuffle(total, sources[source], mask)
    return total


def write_columns(b: Builder, begin: Val, stride: int, columns: dict[int, Val]) -> None:
    """Write the elements of rows at their offsets from the begin of each."""
    (first, *_) = columns.values()
    size, lanes = itemsize(first.code), first.lanes
    if lanes == 1:
        for offset, value in columns.items():
            b.store(value, b.offset(begin, offset))
        return
    for run in runs(sorted(columns), size):
        values = [columns[offset] for offset in run]
        if stride == size == len(run) * size:
            b.store(values[0], b.offset(begin, run[0]))
        elif len(run) >= lanes and first.code != "b1":
            for square in squares(run, lanes):
                for i, row in enumerate(transposed(b, [columns[offset] for offset in square])):
                    b.store(row, b.offset(begin, square[0] + stride * i))
        elif len(run) * size == stride and first.code != "b1":
            for i in range(len(run)):
                flat = [divmod(lanes * i + k, len(run)) for k in range(lanes)]
                joined = _picked(b, values, [(column, row) for row, column in flat])
                b.store(joined, b.offset(begin, run[0] + size * lanes * i))
        else:
            for offset, value in zip(run, values, strict=True):
                for i in range(lanes):
                    b.store(b.extract(value, i), b.offset(begin, offset + stride * i))
