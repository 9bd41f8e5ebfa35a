"""Checkpointing: a part of a program is one line of the recording; what is inside is recorded when it is pulled back.

The function is run twice, and must do the same both times: its random draws are replayed, writes into what is not its
own are refused, and what it did is compared.

A. Griewank, "Achieving logarithmic growth of temporal and spatial complexity in reverse automatic differentiation",
Optimization Methods and Software 1, 1992.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from wengert.checkpoint.draws import Draws
from wengert.checkpoint.fingerprint import Fingerprint
from wengert.checkpoint.rest import at, belongs, below, innermost, resting, resting_around
from wengert.checkpoint.staged import staged_call
from wengert.errors import MutationError, StagingError
from wengert.ir import Primitive, Var
from wengert.record import GROUND, Box, Eager, Staged, levels_in_progress
from wengert.transform import push_lines, reverse_lines

Function = Callable[[list[Any]], list[Any]]
Values = Sequence[Any]
OTHERWISE = (
    "a checkpointed function did something else when it was run again for the derivative: it depends on what has "
    "changed since (an array that was written, a counter, a random generator out of reach). Make that an argument"
)


def call(function: Function, values: Values, names: Sequence[str], reachable: Any) -> list[Any]:
    """The results of a function of a list of values, of which a reverse sweep keeps nothing but the values.

    Under recordings for reverse mode these rest while the function runs under another one, which is thrown away, and
    one line for all of it is appended to them. Their values that the function closes over become inputs of that line
    when it meets them. In a list the line holds the function's own list. Anywhere else this is a plain call. `names`
    are those of the values, for messages; `reachable` is where to look for random generators.
    """
    around = [level for level in levels_in_progress() if level.is_recording]
    if around and isinstance(around[-1], Staged):
        return staged_call(around[-1], function, values, names)
    levels = innermost()
    return Segment(function, levels, names, reachable).first(values) if levels else function(list(values))


class Segment:
    """One call of a checkpointed function."""

    def __init__(self, function: Function, outer: list[Eager], names: Sequence[str], reachable: Any) -> None:
        self.function = function
        self._outer = outer  # the recordings that the line goes to
        self._levels = [level.reference() for level in (*outer, *resting_around(outer))]
        self.copies = outer[-1].copies
        self.names = names
        self.draws = Draws(reachable)
        self.fixed: list[Any] = []  # the inputs that do not move; None for those that do
        self.met: list[Var] = []  # the values that the function meets beside its inputs
        self.moved: list[int] = []  # the places of the results that move
        self.did: Fingerprint | None = None

    @property
    def levels(self) -> list[Eager]:
        """All recordings whose values the function may meet."""
        return [level for ref in self._levels if (level := ref()) is not None]

    def first(self, values: Values) -> list[Any]:
        """Run, and append the line."""
        outer, self._outer = self._outer, []
        inputs = [x.snapshot() if isinstance(x, Box) else x for x in values]
        moving = [x for x in inputs if belongs(x, outer)]
        self.fixed = [None if belongs(x, outer) else self._constant(x) for x in inputs]
        inner = self._recording()
        deputies = {level: level.deputy for level in self.levels}

        def input_for(box: Box) -> Box:
            seen = box.snapshot()
            if box.level not in outer:  # of a recording that rests already: its deputy has an input for it
                seen = deputies[box.level].capture(box)  # type: ignore[union-attr]
            self.met.append(box.ssa)
            moving.append(seen)
            return Box(inner, Var(below(seen, outer)))

        boxes = [Box(inner, Var(below(x, outer))) for x in moving]
        with resting(self.levels, inner, input_for):
            out = self._run(boxes)
        inner.close()
        self.draws.keep_used()
        given = {box.ssa: x for box, x in zip(boxes, moving, strict=False)}
        for i, x in enumerate(out):
            if isinstance(x, Box) and x.level is inner:
                if x.ssa in given:
                    out[i] = given[x.ssa]
                else:
                    self.moved.append(i)
        results = [out[i].ssa.value for i in self.moved]
        self.did = Fingerprint.of(inner.lines, results)
        for level in outer:
            args = [at(x, level, outer) for x in moving]
            if results and any(isinstance(x, Box) and x.level is level for x in args):
                results = level.append(self._row(), args, results)
        for i, x in zip(self.moved, results, strict=True):
            out[i] = x
        return out

    def again(self, xs: Values) -> tuple[Eager, list[Var], list[Any]]:
        """Record what the function does with these values: the recording, its inputs, and the results that move."""
        inner = self._recording()
        boxes = [Box(inner, Var(x)) for x in xs]
        count = sum(x is None for x in self.fixed)
        own = dict(zip(self.met, boxes[count:], strict=True))

        def input_for(box: Box) -> Box:
            if box.ssa not in own:
                raise MutationError(OTHERWISE)
            return own[box.ssa]

        with resting(self.levels, inner, input_for), self.draws.replayed():
            out = self._run(boxes[:count])
        inner.close()
        results = [out[i].ssa if isinstance(out[i], Box) and out[i].level is inner else out[i] for i in self.moved]
        values = [x.value if type(x) is Var else x for x in results]
        assert self.did is not None
        if not self.did.agrees(Fingerprint.of(inner.lines, values)):
            raise MutationError(OTHERWISE)
        return inner, [box.ssa for box in boxes], results

    def _recording(self) -> Eager:
        inner = Eager("checkpoint")
        inner.copies = self.copies
        return inner

    def _constant(self, value: Any) -> Any:
        """An input on which nothing depends, as it is now: the program may write into its array later."""
        return self.copies.of(value) if type(value) is np.ndarray else value

    def _run(self, boxes: Iterable[Box]) -> list[Any]:
        """Call the function on these values, and the others as they were."""
        rest = iter(boxes)
        given = [next(rest) if x is None else Box(GROUND, Var(x)) if _is_floats(x) else x for x in self.fixed]
        for x, name in zip(given, self.names, strict=False):
            if isinstance(x, Box):
                x.argument = name
        out = self.function(given)
        for x in out:
            if isinstance(x, Box):
                x.refresh()
        return out

    # -- the line ------------------------------------------------------------------------------------------------------

    def _row(self) -> Primitive:
        return Primitive("checkpoint", evaluate=self._evaluate, infer=_no_type, jvp=self._jvp, vjp=self._vjp)

    def _evaluate(self, *xs: Any) -> Any:
        _, _, results = self.again(xs)
        values = tuple(x.value if type(x) is Var else x for x in results)
        return values if len(values) > 1 else values[0]

    def _jvp(self, y: Any, xs: Values, dxs: Values) -> Any:
        inner, inputs, results = self.again(xs)
        tangents = {var: dx for var, dx in zip(inputs, dxs, strict=True) if dx is not None}
        push_lines(inner.lines, tangents)
        found = tuple(tangents.get(x) if type(x) is Var else None for x in results)
        return found if len(found) > 1 else found[0]

    def _vjp(self, ct: Any, y: Any, *xs: Any) -> list[Any]:
        """Where another reverse mode is around this one, the reverse sweep is a checkpointed call in its turn."""
        cts = ct if isinstance(ct, tuple) else (ct,)
        connected: list[int] = []

        def pull(values: list[Any]) -> list[Any]:
            inner, inputs, results = self.again(values[len(cts) :])
            found = reverse_lines(inputs, inner.lines, results, values[: len(cts)])
            connected[:] = [i for i, one in enumerate(found) if one is not None]
            return [found[i] for i in connected]

        values = [*cts, *xs]
        levels = innermost()
        outer = any(belongs(x, levels) for x in values)
        parts = Segment(pull, levels, (), None).first(values) if outer else pull(values)
        found = dict(zip(connected, parts, strict=True))
        return [found.get(i) for i in range(len(xs))]


def _no_type(*types: Any) -> Any:
    raise StagingError("a checkpointed call has no type without values")


def _is_floats(x: Any) -> bool:
    return type(x) is np.ndarray and x.dtype.kind in "fc"
