"""Arrays that windows were added to, put together from boxes.

`zeros with [:-1] += a with [1:] += b` is the concatenation of a's first element, a[1:] + b[:-1], and b's last. That is
how the adjoint of `x[1:] - x[:-1]` comes out of reverse mode. Instead of a pass through memory for each window there is
one for each box, and nearly all elements are in one box. The same for an array of which the most is overwritten, as the
state of a grid in each step: it is written once, into other memory. In a box the windows are pushed down to what lies
in memory, (f(u))[1:] is f(u[1:]), so that nothing has to be stored on the way, at the price of computing some values
twice.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Array, Line, Var, WengertList, dtype_of, shape_of
from wengert.native.builders.elements import all_equal, resolve
from wengert.primitives import add, broadcast_to, concatenate, getitem, index_add, setitem
from wengert.transform import clean

SHORTEST = 32  # the length of an axis that is cut
MOST = 25  # boxes
LEFT = 4  # of an array that is not a constant, no more than one part in so many is copied
CHEAP = 32  # instructions that may be done twice

GROWING = (index_add, setitem)

Window = tuple[tuple[int, int], ...]  # the first and the last index, and one more, of each axis


class Written(NamedTuple):
    """What is written to a window: added to what is there, or put in its place."""

    value: Any
    window: Window
    added: bool


def windows_joined(wl: WengertList) -> WengertList:
    """The list with such arrays put together."""
    if not any(line.primitive in GROWING for line in wl.lines):
        return wl
    uses = Counter(x for line in wl.lines for x in line.inputs if type(x) is Var)
    uses.update(x for x in wl.outputs if type(x) is Var)
    made = {v: line for line in wl.lines for v in line.outputs}
    windows = [line for line in wl.lines if line.primitive in GROWING and _window(line) is not None]
    within = {line.inputs[0] for line in windows if type(line.inputs[0]) is Var}  # arrays that go on growing
    lines: list[Line] = []
    for line in wl.lines:
        chain = None
        if line.primitive in GROWING and not (line.outputs[0] in within and uses[line.outputs[0]] == 1):
            chain = _chain(line, made, uses)
        lines.extend([line] if chain is None else _Boxes(line, chain, made).lines)
    return wl if len(lines) == len(wl.lines) else clean(WengertList(wl.inputs, tuple(lines), wl.outputs, wl.names))


def _window(line: Line) -> Window | None:
    """The window that a line adds to; `None` if it is not one of neighbouring elements along each axis."""
    index, shape = line.params["index"], line.outputs[0].type.shape
    if len(line.inputs) != 2 or line.params.get("path") or not all(type(part) is slice for part in index):
        return None
    found = [part.indices(n) for part, n in zip(index, shape, strict=False)]
    if any(step != 1 or start >= stop for start, stop, step in found):
        return None
    return (*((start, stop) for start, stop, _ in found), *((0, n) for n in shape[len(index) :]))


def _chain(line: Line, made: dict[Var, Line], uses: Counter[Var]) -> list[Written] | None:
    """What is written to an array, in order: one that is one number throughout, or most of which is overwritten.

    `None` if that is not so.
    """
    out, found = line.outputs[0].type, []
    while True:
        window, value = _window(line), line.inputs[1]
        if window is None or dtype_of(value) != out.dtype or out.dtype.kind not in "fc":
            return None
        found.append(Written(value, window, line.primitive is index_add))
        (base, *_) = line.inputs
        below = made.get(base) if type(base) is Var and uses[base] == 1 else None
        if below is None or below.primitive not in GROWING or _window(below) is None:
            break
        line = below
    cuts = [_cuts(found, axis, n) for axis, n in enumerate(out.shape)]
    if any(len(cut) > 2 and n < SHORTEST for cut, n in zip(cuts, out.shape, strict=True)):
        return None
    count = int(np.prod([len(cut) - 1 for cut in cuts]))
    if not 1 < count <= MOST:
        return None
    if type(base) is Var and _left_over(found, cuts) * LEFT > out.size:
        return None  # most of it would have to be copied
    return found[::-1] if type(base) is Var or all_equal(base) else None


def _left_over(chain: Sequence[Written], cuts: Sequence[Sequence[int]]) -> int:
    """How many elements are not put in the place of what was there before."""
    set_ = [written.window for written in chain if not written.added]
    boxes = itertools.product(*map(itertools.pairwise, cuts))
    return sum(math.prod(_lengths(box)) for box in boxes if not any(_is_inside(box, window) for window in set_))


def _is_inside(box: Window, window: Window) -> bool:
    return all(a <= start and stop <= b for (start, stop), (a, b) in zip(box, window, strict=True))


def _cuts(chain: Sequence[Written], axis: int, n: int) -> list[int]:
    return sorted({0, n, *(end for written in chain for end in written.window[axis])})


class _Boxes:
    """The lines that put an array together."""

    def __init__(self, line: Line, chain: Sequence[Written], made: dict[Var, Line]) -> None:
        self.line, self.chain, self.made = line, chain, made
        self.out: Array = line.outputs[0].type
        self.base = self._base(line)
        self.lines: list[Line] = []
        self.known: dict[Any, Any] = {}
        self.cuts = [_cuts(chain, axis, n) for axis, n in enumerate(self.out.shape)]
        self._join((), line.outputs[0])

    def _base(self, line: Line) -> Any:
        base = line.inputs[0]
        for _ in range(len(self.chain) - 1):
            base = self.made[base].inputs[0]
        return base if type(base) is Var else np.asarray(base).flat[0]

    def _join(self, outer: Window, out: Var) -> None:
        """All boxes in this range of the first axes, under this name."""
        axis = len(outer)
        cuts = self.cuts[axis]
        ranges = list(itertools.pairwise(cuts))
        last = all(len(cut) == 2 for cut in self.cuts[axis + 1 :])
        if not last and len(ranges) == 1:
            self._join((*outer, ranges[0]), out)
            return
        parts = []
        for part in ranges:
            window = (*outer, part)
            if last:
                whole = (*window, *((0, n) for n in self.out.shape[axis + 1 :]))
                parts.append(self._box(whole))
            else:
                shape = (*(stop - start for start, stop in window), *self.out.shape[axis + 1 :])
                inner = Var(type=Array(shape, self.out.dtype))
                self._join(window, inner)
                parts.append(inner)
        params = {"axis": axis - len(self.out.shape)}
        self.lines.append(Line(concatenate, tuple(parts), params, (out,), self.line.location))

    def _box(self, box: Window) -> Any:
        """The sum of what was added to all of a box."""
        hits = [written for written in self.chain if _is_inside(box, written.window)]
        total: Any = self.base
        if type(total) is Var and all(written.added for written in hits):
            total = self._part(total, self.out.shape, box)
        for value, window, added in hits:
            inner = tuple((start - a, stop - a) for (start, stop), (a, _) in zip(box, window, strict=True))
            part = self._part(value, _lengths(window), inner)
            total = self._line(add, (total, part), {}, _lengths(box)) if added else part
        if shape_of(total) == _lengths(box):
            return total
        if type(total) is Var:
            return self._line(broadcast_to, (total,), {"shape": _lengths(box)}, _lengths(box))
        return np.broadcast_to(np.asarray(total, self.out.dtype), _lengths(box))

    def _part(self, x: Any, whole: tuple[int, ...], window: Window) -> Any:
        """A window of a value that broadcasts to this shape; the window is pushed down as far as that is cheap."""
        shape = shape_of(x)
        skip = len(whole) - len(shape)
        own = tuple((0, 1) if n == 1 else part for n, part in zip(shape, window[skip:], strict=True))
        if all((start, stop) == (0, n) for (start, stop), n in zip(own, shape, strict=True)):
            return x
        if type(x) is not Var:
            if all_equal(x):
                return np.asarray(x).flat[0]
            return np.ascontiguousarray(x[tuple(slice(*part) for part in own)])
        key = x, own
        if key not in self.known:
            if self._cheap(x):
                made = self.made[x]
                inputs = tuple(self._part(y, shape, own) for y in made.inputs)
                self.known[key] = self._line(made.primitive, inputs, made.params, _lengths(own), x.type.dtype)
            else:
                index = {"index": tuple(slice(*part) for part in own)}
                self.known[key] = self._line(getitem, (x,), index, _lengths(own), x.type.dtype)
        return self.known[key]

    def _cheap(self, x: Var) -> bool:
        """Whether a value is computed element by element, in few instructions, from what is in memory."""
        cost, stack, seen = 0, [x], {x}
        if _element_cost(self.made.get(x)) is None:
            return False
        while stack:
            found = _element_cost(self.made.get(stack[-1]))
            y = stack.pop()
            if found is None:
                continue
            cost += found
            for z in self.made[y].inputs:
                if type(z) is Var and z not in seen:
                    seen.add(z)
                    stack.append(z)
        return cost <= CHEAP

    def _line(
        self, primitive: Any, inputs: tuple[Any, ...], params: Any, shape: tuple[int, ...], dtype: Any = None
    ) -> Var:
        out = Var(type=Array(shape, self.out.dtype if dtype is None else dtype))
        self.lines.append(Line(primitive, inputs, params, (out,), self.line.location))
        return out


def _lengths(window: Window) -> tuple[int, ...]:
    return tuple(stop - start for start, stop in window)


def _element_cost(line: Line | None) -> int | None:
    """The instructions that an element of a pointwise line takes; `None` for any other line."""
    found = resolve(line) if line is not None and len(line.outputs) == 1 else None
    return None if found is None else found.cost
