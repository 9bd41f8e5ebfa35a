"""A line through the point: the one variable that differences are taken in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.numeric.ladder import Array, step
from wengert.numeric.program import Leaves, Program

TINY = 2.0**-100  # a complex step, relative to the size of the point: its square rounds away
SMALLEST = 1e-290
SHORT = 40  # bits of a step that is added to two numbers at once


@dataclass(frozen=True)
class Line:
    """A function's components along a line, sampled at the rungs of the ladder."""

    program: Program
    shift: Callable[[Leaves, Any], Leaves]  # arguments, a signed or complex step away
    exact: Callable[[Any], Any]  # a step -> one near it that can be added to the point and subtracted without rounding
    scale: Any  # a power of two near the size of the point: of the line, or of each component's part of it
    size: Any  # the size of the point in units of the step: what a relative error of the point amounts to
    _samples: dict[tuple[int, int], tuple[Array, Array]] = field(default_factory=dict)

    def move(self, t: Any) -> Leaves:
        """The point, a step away."""
        return self.shift(self.program.leaves, t)

    @property
    def tiny(self) -> Any:
        """A complex step."""
        return np.maximum(TINY * self.scale, SMALLEST)

    def step(self, rung: int) -> Any:
        """The step that is taken at a rung."""
        return self.exact(step(rung) * self.scale)

    def sample(self, rung: int, side: int) -> tuple[Array, Array]:
        """The components a step ahead (side 1) or back (-1), and which of them are values."""
        if (rung, side) not in self._samples:
            self._samples[rung, side] = self.program(self.move(side * self.step(rung)))
        return self._samples[rung, side]


def coordinate(program: Program, leaf: int, index: int | None, unit: complex = 1) -> Line:
    """The line on which one number moves: a leaf, or an element of one; its imaginary part, if `unit` is 1j."""
    given = program.leaves[leaf]
    at = given if index is None else given.flat[index]
    x = at.imag if unit == 1j else at.real
    return Line(program, lambda leaves, t: moved(leaves, leaf, index, t * unit), _exact(x), power(x), abs(float(x)))


def moved(leaves: Leaves, leaf: int, index: int | None, t: Any) -> Leaves:
    """The leaves with a number added to one of theirs."""
    out, given = list(leaves), leaves[leaf]
    if index is None:
        out[leaf] = given + t if isinstance(t, complex) else type(given)(given + t)
    else:
        out[leaf] = given.astype(np.result_type(given.dtype, 1j)) if isinstance(t, complex) else given.copy()
        out[leaf].flat[index] = given.flat[index] + t
    return out


def real_line(program: Program, size: float) -> Line:
    """The line of a function of one number t at 0, where t = 1 moves a point of some size by about 1."""
    return Line(program, lambda leaves, t: [leaves[0] + t], lambda t: t, power(size), size)


def elementwise(program: Program, unit: complex = 1) -> Line:
    """All numbers of the one leaf at once, each in steps of its own size: for functions that keep them apart."""
    x = program.leaves[0]
    flat = np.tile(
        (x.imag if unit == 1j else x.real).ravel(), program.size // x.size
    )  # one for each component: a complex result has two
    scale = np.array([power(one) for one in flat], flat.dtype)

    def shift(leaves: Leaves, t: Any) -> Leaves:
        t = np.broadcast_to(t, flat.shape)[: x.size].reshape(x.shape)
        t = t if t.dtype.kind == "c" else t.astype(x.real.dtype)
        return [leaves[0] + (t * unit if unit == 1j else t)]

    return Line(program, shift, lambda t: np.where(flat > 0, (flat + t) - flat, flat - (flat - t)), scale, abs(flat))


def direction(program: Program, vector: Sequence[Any]) -> Line:
    """The line along a direction, given by its leaves."""
    pairs = list(zip(program.leaves, vector, strict=True))
    length = max((float(np.max(np.abs(v), initial=0)) for _, v in pairs), default=0.0) or 1.0
    size = max((float(np.max(np.abs(x) * (np.asarray(v) != 0), initial=0)) for x, v in pairs), default=0.0) / length

    def shift(leaves: Leaves, t: Any) -> Leaves:
        return [x + t * v for x, v in zip(leaves, vector, strict=True)]

    return Line(program, shift, lambda t: t, power(size or 1 / length), size)


def diagonal(program: Program, one: tuple[int, int | None, float], other: tuple[int, int | None, float]) -> Line:
    """The line on which two numbers (leaf, index, unit) move at once, by powers of two."""

    def shift(leaves: Leaves, t: Any) -> Leaves:
        (leaf, index, unit), (leaf2, index2, unit2) = one, other
        return moved(moved(leaves, leaf, index, t * unit), leaf2, index2, t * unit2)

    def size(leaf: int, index: int | None, unit: float) -> float:
        given = program.leaves[leaf]
        return abs(float(given if index is None else given.flat[index])) / unit

    return Line(program, shift, _short, 1.0, max(size(*one), size(*other)))


def power(x: Any) -> float:
    """The power of two below the size of a number; 1 for zero."""
    return math.ldexp(0.5, math.frexp(float(x))[1]) if x != 0 else 1.0


def _exact(x: Any) -> Callable[[Any], Any]:
    return lambda t: (x + t) - x if x > 0 else x - (x - t)


def _short(t: float) -> float:
    mantissa, exponent = math.frexp(t)
    return math.ldexp(round(math.ldexp(mantissa, SHORT)), exponent - SHORT)
