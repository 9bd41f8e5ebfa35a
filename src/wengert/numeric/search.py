"""Which steps to take: down or up the ladder from a first guess, until the error is as small as it gets."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.numeric.assess import Assessment, assess
from wengert.numeric.ladder import OCTAVE, Array
from wengert.numeric.line import Line

START = -3  # the first rung: a step of 0.35, relative to the size of the point
TOLERANCE = 2e-13  # the relative error at which the search ends
UNITS = 1000  # but not less than so many rounding units
LIMIT = 30  # steps
HIGH = 3  # orders from here on need more steps of about one size
LEAP = 4 * OCTAVE  # down, where the function is not yet smooth
JUMP = 15  # octaves up, at most, where there is nothing but rounding error
PROBE = 10 * OCTAVE  # the last step is so far below the others
PATIENCE = 4  # steps without progress
BOTTOM = 13 * OCTAVE  # above the rounding unit: three of the smallest steps, to tell noise from structure
FLOOR = 4 * OCTAVE  # above the rounding unit: no step is smaller
ENOUGH = 4  # steps at which a constant is seen to be one
LAST = 1e300
FAR = 16.0  # times the size of the point, or 1: what is no more than its error there is taken to be zero
CROWD = 8  # components that are asked where to go


@dataclass
class _State:
    """What a search knows."""

    line: Line
    order: int
    side: int
    tolerance: Array  # relative, of each component
    unit: int  # the rung of the rounding unit
    stride: int  # rungs between neighbours
    rungs: list[int] = field(default_factory=list)  # where there are values, in order
    tried: set[int] = field(default_factory=set)
    ceiling: int | None = None  # a rung outside of the function's domain
    patience: int = PATIENCE

    def take(self, rung: int) -> bool:
        """Evaluate at a rung; whether there are values."""
        self.tried.add(rung)
        valid = self.line.sample(rung, self.side or 1)[1]
        if not self.side and valid.any():
            valid = valid & self.line.sample(rung, -1)[1]
        if valid.any():
            self.rungs = sorted([*self.rungs, rung])
        else:
            self.ceiling = rung if self.ceiling is None else min(self.ceiling, rung)
        return bool(valid.any())

    def free(self, rung: int) -> bool:
        """Whether a rung may be taken."""
        inside = self.ceiling is None or rung < self.ceiling
        return inside and rung >= self.unit + FLOOR and rung not in self.tried

    def from_here(self, rung: int) -> int | None:
        """The next free rung from here downward, in octaves."""
        while rung in self.tried or (self.ceiling is not None and rung >= self.ceiling):
            rung -= self.stride
        return rung if self.free(rung) else None

    def between(self, low: int) -> int | None:
        """The middle of the gap above the rung at this place; none if there is no gap."""
        middle = (self.rungs[low] + self.rungs[low + 1]) // 2
        return middle if self.rungs[low + 1] - self.rungs[low] > self.stride and self.free(middle) else None


def search(
    line: Line, order: int, side: int, tolerance: float, log: Callable[..., Any] | None = None
) -> tuple[Assessment | None, bool]:
    """The best estimate by central (side 0) or one-sided differences, and whether the domain limits the steps.

    There is no estimate if the domain has no room for one.
    """
    unit = line.program.unit
    stride = 1 if order >= HIGH else OCTAVE
    state = _State(
        line, order, side, np.maximum(tolerance, UNITS * line.program.units), round(2 * math.log2(unit)), stride
    )
    need = order + 2 if side else (order + 1) // 2 + 2
    rung: int | None = START
    found: Assessment | None = None
    while rung is not None and state.free(rung) and len(state.tried) < LIMIT:
        if not state.take(rung):
            rung = _into_the_domain(state)
        elif len(state.rungs) < need:
            rung = state.from_here(state.rungs[0] - state.stride)
        else:
            before, found = found, assess(line, tuple(state.rungs), side, order)
            if log:
                log(state.rungs, found)
            behind = _behind(state, found)
            moved = before is None or ((found.error < before.error / 2) | (found.error > before.error * 2))
            state.patience = PATIENCE if np.any(moved & (behind > 0)) else state.patience - 1
            rung = _next(state, found, behind)
    return found, state.ceiling is not None


def _behind(state: _State, found: Assessment) -> Array:
    """How many times too large the error of each component is; 0 where it is small enough."""
    target = state.tolerance * found.scale
    constant = found.constant & (len(state.rungs) >= ENOUGH)
    nothing = (abs(found.value) <= found.error) & (found.reach > FAR * np.maximum(state.line.size, 1))
    done = (found.error <= target) | constant | nothing | ~state.line.program.known
    with np.errstate(all="ignore"):
        behind = np.nan_to_num(found.error / target, nan=LAST, posinf=LAST)
        return np.where(done, 0, np.where(found.constant, 1, np.maximum(behind, 1)))


def _into_the_domain(state: _State) -> int | None:
    """The next rung after one that is outside of the domain."""
    assert state.ceiling is not None
    if not state.rungs:
        deepest = state.unit + 2 * FLOOR
        return max(state.ceiling - LEAP, deepest) if len(state.tried) < 3 else deepest
    gap = state.ceiling - state.rungs[-1]
    return state.rungs[-1] + gap // 2 if gap > 2 * OCTAVE else state.from_here(state.rungs[0] - OCTAVE)


def _next(state: _State, found: Assessment, behind: Array) -> int | None:
    """The next rung; none to end the search."""
    if found.abnormal.any():
        bottom = state.unit + BOTTOM
        first = state.rungs[int(found.first[found.abnormal].min())]
        new = [one for one in (bottom, bottom + 6, bottom + 12) if one < first and state.free(one)]
        if new:
            state.line.program.repeat()
            state.patience = PATIENCE
            for one in new[1:]:
                state.take(one)
            return new[0]
    if state.patience > 0:
        for c in np.argsort(-behind)[:CROWD]:
            if behind[c] > 0:
                rung = _for_component(state, found, float(behind[c]), int(c))
                if rung is not None and state.free(rung):
                    return rung
    return _last_word(state, found)


def _last_word(state: _State, found: Assessment) -> int | None:
    """A much smaller step, if no such step has said something: what happens there, larger steps would not see."""
    if not found.located.any():
        return None
    rungs = state.rungs
    smallest = rungs[int(found.first[found.located].min())]
    probe = max(smallest - PROBE, state.unit + BOTTOM)
    if rungs[0] > smallest - PROBE + 2 * OCTAVE and probe <= smallest - 2 * OCTAVE and state.free(probe):
        state.patience = PATIENCE
        return probe
    unheard = found.located & (found.witnesses == 0)
    if unheard.any():
        smallest = rungs[int(found.first[unheard].min())]
        for rung in (smallest - 14, smallest - 8, smallest - 4):
            if state.free(rung):
                return rung
    return None


def _for_component(state: _State, found: Assessment, behind: float, c: int) -> int | None:
    """The rung that a component needs most; none if none would help."""
    rungs = state.rungs
    if not found.located[c]:  # no values differ, or too few are valid
        up = rungs[-1] + OCTAVE
        if found.constant[c]:
            natural = START - round(2 * math.log2(np.max(state.line.scale)))
            up = max(rungs[-1] + OCTAVE * JUMP, natural)
        return up if state.free(up) else state.from_here(rungs[0] - OCTAVE)
    first, last, suspect, grainy = (int(x[c]) for x in (found.first, found.last, found.suspect, found.grainy))
    if suspect > 0 and (rung := state.between(suspect - 1)) is not None:  # what happens below this step?
        return rung
    if grainy > 0 and (rung := state.between(grainy - 1)) is not None:  # how fine is the grain?
        return rung
    if found.abnormal[c]:  # more witnesses
        rung = next((one for one in (rungs[first] - 8, rungs[first] - 12, rungs[first] - 4) if state.free(one)), None)
        if rung is not None:
            return rung
    if found.rounding[c] > found.truncation[c]:
        return _larger(state, first, last, behind)
    if state.patience < PATIENCE and first and rungs[first] - rungs[first - 1] > LEAP:
        return state.between(first - 1)
    for low in (first, first + 1):  # rates of convergence are read off three neighbours
        if rungs[low + 1] - rungs[low] > OCTAVE + 1 and not (low > first and found.rough[c]):
            return rungs[low] + state.stride
    return state.from_here(rungs[first] - LEAP if found.rough[c] else rungs[last] - state.stride)


def _larger(state: _State, first: int, last: int, behind: float) -> int | None:
    """A rung for a run that rounding errors dominate: within its gaps, or above it as far as the error is too large."""
    rungs = state.rungs
    width, low = max((rungs[i + 1] - rungs[i], i) for i in range(first, last))
    if width > max(state.stride, OCTAVE - (state.stride > 1)) + (state.stride > 1):
        return state.between(low)
    above = [one for one in (*state.tried, state.ceiling) if one is not None and one > rungs[last]]
    octaves = int(min(math.log2(behind) * 0.75 / state.order, JUMP))
    if above:
        octaves = min(octaves, (min(above) - rungs[last]) // (2 * state.stride))
        if min(above) - rungs[last] <= state.stride + (state.stride > 1):
            return None
    return rungs[last] + state.stride * max(1, octaves)
