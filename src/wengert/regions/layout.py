"""The inputs and outputs of lines that hold lists, by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wengert.ir import WengertList


@dataclass(frozen=True)
class Loop:
    """What a `for` line is applied to.

    Attributes
    ----------
    trips
        The number of trips, where it is known only when the list runs; else `None`.
    carry
        What the first trip begins with.
    consts
        What every trip reads.
    xs
        Of which each trip reads its own item.
    """

    trips: Any
    carry: tuple[Any, ...]
    consts: tuple[Any, ...]
    xs: tuple[Any, ...]

    @staticmethod
    def of(inputs: Sequence[Any], length: int | None, carries: int, consts: int) -> Loop:
        """The parts of the inputs of a line."""
        rest = tuple(inputs)
        trips = None
        if length is None:
            trips, rest = rest[0], rest[1:]
        return Loop(trips, rest[:carries], rest[carries : carries + consts], rest[carries + consts :])

    def inputs(self) -> tuple[Any, ...]:
        """The inputs of the line."""
        return (*(() if self.trips is None else (self.trips,)), *self.carry, *self.consts, *self.xs)


def has_ys(body: WengertList, carries: int) -> bool:
    """Whether a trip yields something beside what it carries on."""
    return len(body.outputs) > carries
