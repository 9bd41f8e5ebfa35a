"""Which outputs of a line, or of a loop nest, may be written into the memory of which inputs."""

from __future__ import annotations

from collections.abc import Iterator

from wengert.ir import Array, Line, Var, WengertList
from wengert.native.planning.plan import Item, Kind, Plan, same_places
from wengert.native.planning.views import part_layout


def updates(line: Line) -> Iterator[tuple[int, Var]]:
    """Pairs of the position of an input and an output that is that input, changed in some elements."""
    name, params = line.primitive.name, line.params
    if line.primitive.update is not None:
        yield 0, line.outputs[0]
    elif name == "for":
        first = 1 if params["length"] is None else 0
        yield from ((first + k, out) for k, out in enumerate(line.outputs[: params["carries"]]) if _is_array(out))
    elif name == "while":
        yield from ((k, out) for k, out in enumerate(line.outputs[: params["carries"]]) if _is_array(out))
    elif name == "cond":
        yield from _choices(line)


def _is_array(x: Var) -> bool:
    return isinstance(x.type, Array)


def _choices(line: Line) -> Iterator[tuple[int, Var]]:
    taken: set[int] = set()
    for k, out in enumerate(line.outputs):
        if not _is_array(out):
            continue
        origins = {origin(wl, wl.outputs[k]) for wl in line.params["branches"]}
        known = origins - {None}
        position = known.pop() if len(known) == 1 else None
        results = [(wl, wl.outputs[k]) for wl in line.params["branches"]]
        if position is None or position in taken:
            continue
        if all(origin(wl, x) == position or is_new(wl, x) for wl, x in results):
            taken.add(position)
            yield 1 + position, out


def origin(wl: WengertList, x: object) -> int | None:
    """The input of a list that an output is, changed in some elements; `None` for anything else."""
    made = {v: line for line in wl.lines for v in line.outputs}
    while type(x) is Var:
        if x in wl.inputs:
            return wl.inputs.index(x)
        line = made[x]
        found = next((line.inputs[position] for position, out in updates(line) if out is x), None)
        if found is None:
            return None
        x = found
    return None


def is_new(wl: WengertList, x: object) -> bool:
    """Whether an output is computed into memory of its own: no view, no input."""
    line = next((line for line in wl.lines if any(v is x for v in line.outputs)), None)
    return line is not None and not line.primitive.view and origin(wl, x) is None


def parts_in_place(plan: Plan, item: Item) -> Iterator[tuple[Var, int]]:
    """Values that may be computed in a part of what a line puts together, with their number among its inputs.

    Nobody but loop nests reads them, and nobody after the line.
    """
    (line,) = item.lines
    if plan.kinds[id(line)] is not Kind.PIECES or line.outputs[0] not in plan.stored:
        return
    viewed = set(plan.roots.values())
    for number, x in enumerate(line.inputs):
        if type(x) is not Var or x not in plan.stored or x in viewed or plan.root(x) is not x:
            continue
        if plan.last[x] != item.number or plan.made[x] < 0 or x.type.dtype != line.outputs[0].type.dtype:
            continue
        maker = next(other for other in plan.items[plan.made[x]].lines if any(v is x for v in other.outputs))
        readers = [other for it in plan.items for other in it.lines if any(y is x for y in other.inputs)]
        kinds = {plan.kinds[id(other)] for other in readers if other is not line}
        once = sum(y is x for y in line.inputs) == 1
        once = once and part_layout(plan.layout(line.outputs[0]), line, number) is not None
        if once and plan.kinds[id(maker)] in (Kind.POINT, Kind.PIECES) and kinds <= {Kind.POINT, Kind.FOLD}:
            yield x, number


def overwritten(plan: Plan, item: Item) -> Iterator[tuple[Var, Var]]:
    """Pairs of a stored value that nobody reads after a loop nest, and one that the nest may write in its place.

    Each element is read where it is written, and only there.
    """
    read: dict[Var, bool] = {}  # whether at the place at which the nest computes
    for line in item.lines:
        for x in line.inputs:
            if type(x) is Var:
                root = plan.root(x)
                read[root] = read.get(root, True) and root is x and same_places(x.type.shape, line)
    dying = [
        x for x, well in read.items() if well and x in plan.stored and plan.last[x] == item.number > plan.made[x]
    ]
    for line in item.lines:
        (out, *_) = line.outputs
        if plan.kinds[id(line)] is Kind.POINT and out in plan.stored:
            base = next((x for x in dying if (x.type.shape, x.type.dtype) == (out.type.shape, out.type.dtype)), None)
            if base is not None:
                dying.remove(base)
                yield base, out
