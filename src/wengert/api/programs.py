"""The list of anything that can be shown, and what has become of its loops and branches."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wengert.api.arguments import parameter_name
from wengert.api.listing import is_integer, record
from wengert.errors import StagingError, UnrolledLoopWarning
from wengert.ir import WengertList
from wengert.regions import bytes_kept, bytes_passed
from wengert.show import Region, entries_of, regions_of
from wengert.stage import Compiled, Entry, Fixed, Recorded, place_of
from wengert.tree import flatten, unflatten

LONGEST = 1000  # lines of a list in which loops are written out
NOTE = "as wg.compile has them"


@dataclass(frozen=True)
class Program:
    """A function at a point, recorded.

    Attributes
    ----------
    list, values
        A list, and what its inputs are given.
    entries
        What `compile` makes of the loops and branches.
    compiled, point, arguments
        The list in which loops are loops, what its inputs are given, and how many of them are the user's arguments.
    note, file
        What else there is to say; where the function is defined.
    whole
        Whether the entries are those of all loops and branches that were reached.
    """

    list: WengertList
    values: Sequence[Any]
    entries: tuple[Entry, ...] = ()
    compiled: WengertList | None = None
    point: Sequence[Any] = ()
    arguments: int = 0
    note: str = ""
    file: str = ""
    whole: bool = True

    def regions(self) -> tuple[Region, ...]:
        """The loops and branches, with the bytes that each of them keeps for the reverse sweep."""
        if self.compiled is None or not self.entries:
            return regions_of(self.entries, first=self.file, whole=False)
        moving = [k < self.arguments and var.type.dtype.kind in "fc" for k, var in enumerate(self.compiled.inputs)]
        kept = bytes_passed(self.compiled, self.point) or bytes_kept(self.compiled, self.point, moving)
        return regions_of(self.entries, kept, self.file, self.whole)


def program_at(fun: Callable[..., Any] | WengertList, args: Sequence[Any], what: str) -> Program:
    """A list, a compiled function as it is compiled, or any function with its loops written out."""
    if isinstance(fun, WengertList):
        leaves = list(flatten(tuple(args))[0])
        if len(leaves) != len(fun.inputs):
            raise TypeError(f"{what}: the list has {len(fun.inputs)} inputs, {len(leaves)} were given")
        return Program(fun, leaves, tuple(entries_of(fun)), fun, leaves, len(leaves), whole=False)
    recordings = getattr(fun, "recordings", None)
    if isinstance(recordings, Compiled):
        recorded, values, count = recordings.at(*args)
        program = Program(recorded.list, values, recorded.report.entries, recorded.list, values, count)
    else:
        program = _written_out(fun, args, what)
    code = getattr(inspect.unwrap(fun), "__code__", None)
    return program if code is None else replace(program, file=code.co_filename)


def _written_out(fun: Callable[..., Any], args: Sequence[Any], what: str) -> Program:
    """A function that is not compiled, with its loops written out, and what `compile` would make of them."""
    try:
        recorded, values, count = _compiled(fun, args)
    except Exception as error:  # of the user's, or because it cannot be compiled: it may run in Python all the same
        wl, leaves = record(fun, args, what)
        why = str(error).splitlines()[0] if isinstance(error, StagingError) else ""
        entries = (Entry("compile", place_of(error), "impossible", why),) if why else ()
        return Program(wl, leaves, entries)
    entries = recorded.report.entries
    lines = _lines(recorded.list)
    if lines > LONGEST:
        note = f"written out: {lines:,} lines"
        return Program(recorded.list, values, entries, recorded.list, values, count, note)
    wl, leaves = record(fun, args, what)
    return Program(wl, leaves, entries, recorded.list, values, count, NOTE if entries else "")


def _compiled(fun: Callable[..., Any], args: Sequence[Any]) -> tuple[Recorded, list[Any], int]:
    """The recording of a function as `compile` makes it, in which integers may be numbers or constants."""
    leaves, structure = flatten(tuple(args))
    compiled = Compiled(fun, named=lambda position: parameter_name(fun, position))
    whole = any(map(is_integer, leaves))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnrolledLoopWarning)  # the table says it
        try:
            return compiled.at(*unflatten(structure, [float(x) if is_integer(x) else x for x in leaves]))
        except Exception as error:
            if not whole:
                raise
            try:
                return compiled.at(*unflatten(structure, [Fixed(x) if is_integer(x) else x for x in leaves]))
            except Exception:
                raise error from None


def _lines(wl: WengertList) -> int:
    """How many lines a list has when its loops of a known number of trips are written out."""
    total = 0
    for line in wl.lines:
        inside = max(map(_lines, line.bodies()), default=0)
        total += max(1, inside * (line.params.get("length") or 1) if inside else 1)
    return total
