"""A loop, shortened step by step: what `for` and `while` have in common."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from wengert.ir import Line, Var, WengertList
from wengert.regions.bodies import Slot, arranged
from wengert.regions.values import fitted, identity, repeated, with_outputs, with_values
from wengert.run import run


class Shortened:
    """A loop whose lists take what is carried, the constants and the items, after `first` inputs of their own.

    The last of the lists is the body; `may_not_run` tells that there may be no trip.
    """

    def __init__(
        self,
        lists: Sequence[WengertList],
        first: int,
        carry: Sequence[Any],
        consts: Sequence[Any],
        xs: Sequence[Any],
        may_not_run: bool,
    ) -> None:
        self.lists, self.first = list(lists), first
        self.carry, self.consts, self.xs = list(carry), list(consts), list(xs)
        self._now: list[Any] = [Slot(k) for k in range(len(carry))]  # where what was carried is now, or its value
        while self._settle() or self._merge_inputs() or self._merge_carry() or self._move_out(may_not_run):
            pass

    @property
    def body(self) -> WengertList:
        """What a trip does."""
        return self.lists[-1]

    def carried(self, out: Sequence[Any]) -> list[Any]:
        """The last values of all that was carried at first, from those of the shortened loop."""
        return [out[x.position] if type(x) is Slot else x for x in self._now]

    def _settle(self) -> bool:
        """What is carried unchanged is a constant."""
        start, count = self.first, len(self.carry)
        inputs, outputs = self.body.inputs, self.body.outputs
        still = [k for k in range(count) if outputs[k] is inputs[start + k]]
        if not still:
            return False
        moves = [k for k in range(count) if k not in still]
        values = [fitted(self.carry[k], inputs[start + k]) for k in still]
        order = (*range(start), *(start + k for k in (*moves, *still)), *range(start + count, len(inputs)))
        self.lists = [arranged(wl, order, tuple(range(len(wl.outputs)))) for wl in self.lists]
        self._give((*(outputs[k] for k in moves), *outputs[count:]))
        self._follow({k: Slot(n) for n, k in enumerate(moves)} | dict(zip(still, values, strict=True)))
        self.carry, self.consts = [self.carry[k] for k in moves], [*values, *self.consts]
        return True

    def _merge_inputs(self) -> bool:
        """Numbers go into the lists, and what is given twice is given once."""
        consts = self.first + len(self.carry)
        xs = consts + len(self.consts)
        of_consts, kept = repeated(self.consts, self.body.inputs[consts:])
        of_xs, kept_xs = repeated(self.xs, self.body.inputs[xs:], literals=False)
        if not of_consts and not of_xs:
            return False
        given = {start + k: x for start, part in ((consts, of_consts), (xs, of_xs)) for k, x in _moved(part, start)}
        self.lists = [with_values(wl, given) for wl in self.lists]
        self.consts, self.xs = [self.consts[k] for k in kept], [self.xs[k] for k in kept_xs]
        return True

    def _merge_carry(self) -> bool:
        """What begins alike and goes on alike is carried once: classes of equal values, split until nothing differs."""
        inputs = self.body.inputs[self.first :]
        first: dict[Any, int] = {}
        leader = [
            first.setdefault((identity(x), v.type), k) for k, (x, v) in enumerate(zip(self.carry, inputs, strict=False))
        ]
        while True:
            twins = {k: n for k, n in enumerate(leader) if n != k}
            if not twins:
                return False
            given = {self.first + k: Slot(self.first + n) for k, n in twins.items()}
            lists = [with_values(wl, given) for wl in self.lists]
            results = list(map(identity, lists[-1].outputs))
            apart = {k: n for k, n in twins.items() if results[k] != results[n]}
            if not apart:
                break
            first = {}
            for k, n in apart.items():
                leader[k] = first.setdefault((n, results[k]), k)
        kept = [k for k in range(len(self.carry)) if k not in twins]
        places = {k: Slot(n) for n, k in enumerate(kept)}
        outputs, count = lists[-1].outputs, len(self.carry)
        self.lists = lists
        self._give((*(outputs[k] for k in kept), *outputs[count:]))
        self._follow(places | {k: places[n] for k, n in twins.items()})
        self.carry = [self.carry[k] for k in kept]
        return True

    def _move_out(self, may_not_run: bool) -> bool:
        """What every trip computes from constants alone is computed before the loop."""
        start = self.first + len(self.carry)
        end = start + len(self.consts)
        rests, moved = [], []
        for wl in self.lists:
            lines = _steady(wl, wl.inputs[start:end], may_not_run)
            made = {var for line in lines for var in line.outputs}
            rest = tuple(line for line in wl.lines if made.isdisjoint(line.outputs))
            read = {x for line in rest for x in line.inputs if type(x) is Var} | {
                x for x in wl.outputs if type(x) is Var
            }
            found = [var for line in lines for var in line.outputs if var in read]
            before = WengertList(wl.inputs[start:end], tuple(lines), tuple(found))
            self.consts += run(before, *map(fitted, self.consts, before.inputs)) if found else []
            rests.append(rest)
            moved.append(found)
        if not any(moved):
            return False
        self.lists = [
            WengertList(
                (
                    *wl.inputs[:end],
                    *(x if k == n else Var(type=x.type) for k, found in enumerate(moved) for x in found),
                    *wl.inputs[end:],
                ),
                rest,
                wl.outputs,
                wl.names[:start],
            )
            for n, (wl, rest) in enumerate(zip(self.lists, rests, strict=True))
        ]
        return True

    def _give(self, outputs: Sequence[Any]) -> None:
        self.lists[-1] = with_outputs(self.body, outputs)

    def _follow(self, new: Mapping[int, Any]) -> None:
        self._now = [new[x.position] if type(x) is Slot else x for x in self._now]


def _moved(given: Mapping[int, Any], start: int) -> list[tuple[int, Any]]:
    return [(k, Slot(start + x.position) if type(x) is Slot else x) for k, x in given.items()]


def _steady(wl: WengertList, constant: Sequence[Var], may_not_run: bool) -> list[Line]:
    """The lines that read only constants; those that may fail stay in a loop that may not run."""
    same = set(constant)
    lines = []
    for line in wl.lines:
        reads_by_value = line.primitive.view and len(line.inputs) > 1  # an index may be out of bounds
        cannot_fail = line.primitive.recomputing < math.inf and not reads_by_value
        if line.acts():
            continue
        if (cannot_fail or not may_not_run) and all(x in same for x in line.inputs if type(x) is Var):
            lines.append(line)
            same.update(line.outputs)
    return lines
