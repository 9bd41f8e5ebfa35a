"""Bounds of integers, such as a loop's index and what is computed from it: what is in bounds need not be looked at."""

from __future__ import annotations

from collections.abc import Callable

from wengert.native.builders.values import Val

Interval = tuple[int, int]
FAR = 2**62  # what is beyond may have wrapped around: nothing is known of it


def _products(a: Interval, b: Interval) -> Interval:
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)


OPERATIONS: dict[str, Callable[[Interval, Interval], Interval]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "multiply": _products,
    "minimum": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "maximum": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
}


class Intervals:
    """What is known of the registers of one function."""

    def __init__(self) -> None:
        self._known: dict[str, Interval] = {}

    def of(self, x: Val) -> Interval | None:
        """The least and the greatest value that a register may hold, if anything is known."""
        if x.kind != "i" or x.lanes > 1:
            return None
        number = getattr(x, "value", None)  # of a literal
        if number is None and x.text.lstrip("-").isdigit():
            number = int(x.text)
        return self._known.get(x.text) if number is None else (int(number), int(number))

    def note(self, x: Val, found: Interval) -> None:
        """Enter what is known of a register."""
        if -FAR < found[0] <= found[1] < FAR:
            self._known[x.text] = found

    def follow(self, operation: str, a: Val, b: Val, out: Val) -> None:
        """Enter what an operation tells of its result."""
        if out.code == "i8" and out.lanes == 1:
            x, y = self.of(a), self.of(b)
            if x is not None and y is not None:
                self.note(out, OPERATIONS[operation](x, y))
            elif operation == "maximum" and (x or y):
                self.note(out, ((x or y or (0, 0))[0], FAR - 1))
