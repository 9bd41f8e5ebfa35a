"""Products in which an exact zero wins over infinity and nan, at the price of plain ones.

Where that makes a difference, the plain product is nan. So stretches of code are computed with plain products first,
and only if there is a nan at their end, once more with an eye on zeros.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from wengert.ir import Line, Var
from wengert.native.builders.elements import spread
from wengert.native.builders.emit import Emitter
from wengert.native.builders.llvm import Builder, Suspects
from wengert.native.builders.values import Val
from wengert.native.planning.plan import Item, Plan
from wengert.native.scope import Scope
from wengert.native.straight import straight

MANY = 2000  # elements of straight code, above which it is not written down twice


@contextmanager
def plain_products(b: Builder) -> Iterator[Suspects]:
    """Inside, products are plain; what is to be looked at for a nan."""
    b.suspects = suspects = Suspects(b.depth)
    yield suspects
    b.suspects = None


def any_nan(e: Emitter, values: Sequence[Val]) -> Val:
    """Whether there is a nan among numbers, two at a time."""
    b, lanes = e.b, max(v.lanes for v in values)
    wide = [spread(e, v, lanes) for v in values]
    by_code = [[v for v in wide if v.code == code] for code in dict.fromkeys(v.code for v in wide)]
    pairs = [(group[i], group[min(i + 1, len(group) - 1)]) for group in by_code for i in range(0, len(group), 2)]
    found = [b.compare("uno", x, y) for x, y in pairs]
    while len(found) > 1:
        rest = found[2 * (len(found) // 2) :]
        found = [b.op("or", x, y) for x, y in zip(found[::2], found[1::2], strict=False)] + rest
    return b.any_lane(found[0])


def straight_group(low: Scope, item: Item) -> None:
    """A group of straight code that runs many times."""
    low.assembly.cost += sum(v.type.size for line in item.lines for v in line.outputs)
    lines = _of_products(item)
    if low.b.language != "llvm" or sum(v.type.size for line in lines for v in line.outputs) > MANY:
        lines = []
    if not lines:
        for line in item.lines:
            straight(low, line)
        return
    with plain_products(low.b) as suspects:
        for line in item.lines:
            straight(low, line)
    if not suspects.values:
        return
    b = low.b
    wrong = any_nan(low.e, suspects.values)
    needed = [x for x in _read_elsewhere(low.plan, item) if any(x in line.outputs for line in lines)]
    places = {x: [b.variable(v) for v in low.elements_of[x].flat] for x in needed}
    with b.when(wrong, likely=False), low.apart():
        for line in lines:
            straight(low, line)
        for x, variables in places.items():
            for variable, value in zip(variables, low.elements(x).flat, strict=True):
                b.put(variable, value)
    for x, variables in places.items():
        found = np.empty(x.type.shape, object)
        for at, variable in zip(np.ndindex(found.shape), variables, strict=True):
            found[at] = b.get(variable)
        low.set_elements(x, found)


def _of_products(item: Item) -> list[Line]:
    """The lines that multiply so that an exact zero wins, and what is made of their results."""
    made: set[Var] = set()
    found = []
    for line in item.lines:
        if line.primitive.name == "times" or any(type(x) is Var and x in made for x in line.inputs):
            found.append(line)
            made.update(line.outputs)
    return found


def _read_elsewhere(plan: Plan, item: Item) -> list[Var]:
    """What a group computes that is read outside of it."""
    inputs = (x for other in plan.items if other is not item for line in other.lines for x in line.inputs)
    read = {x for x in (*inputs, *plan.outputs, *plan.roots.values()) if type(x) is Var}
    return [x for line in item.lines for x in line.outputs if x in read]
