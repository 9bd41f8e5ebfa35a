"""What is computed together: the lines of a list in groups, each a stretch of straight code, a loop nest, or one line.

A line joins the first group of its kind in which all that it reads is at hand. Values that do not leave a loop nest are
never in memory; a value is stored where another group reads it, a view is taken of it, or it is a result.
"""

from __future__ import annotations

import bisect
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wengert.ir import Array, Line, Var, type_of
from wengert.ir.native import Fold, Pieces, Pointwise, Routine, UfuncLoop
from wengert.native.builders.elements import Resolved, resolve, types_of
from wengert.native.builders.values import code_of
from wengert.native.planning.row_forms import RowForm, row_counts, row_form
from wengert.native.planning.views import Layout, c_layout, view_layout

TINY = 16  # elements, up to which an array is kept in registers
MANY = 1 << 40
STRAIGHT = 30_000  # elements of straight code in all, above which only single numbers are


class Kind(enum.Enum):
    """How a line is carried out."""

    VIEW = "view"
    POINT = "point"
    FOLD = "fold"
    PIECES = "pieces"
    ROUTINE = "routine"
    LOOP = "compiled loop of a ufunc"
    REGION = "region"
    CALL = "call of Python"


@dataclass(eq=False)
class Item:
    """Lines that are carried out together."""

    number: int
    domain: tuple[int, ...] | None  # of a loop nest; () for straight code, None for a single line
    rows: bool = False  # whether it is done row by row, the domain being the number of rows
    sweep: bool = False  # whether it is several products with one matrix, and what is between them
    lines: list[Line] = field(default_factory=list)


@dataclass(eq=False)
class Plan:
    """The groups, and where each value is."""

    lines: Sequence[Line]
    inputs: tuple[Var, ...]
    outputs: tuple[Any, ...]
    tiny: int
    items: list[Item] = field(default_factory=list)
    kinds: dict[int, Kind] = field(default_factory=dict)  # by id of the line
    resolved: dict[int, Resolved] = field(default_factory=dict)
    ready: dict[Var, int] = field(default_factory=dict)  # the group from which on a value can be read
    made: dict[Var, int] = field(default_factory=dict)  # the group that computes it
    roots: dict[Var, Var] = field(default_factory=dict)  # of views: whose memory they look at
    layouts: dict[Var, Layout] = field(default_factory=dict)
    straight: set[Var] = field(default_factory=set)  # values that are kept in registers
    stored: set[Var] = field(default_factory=set)
    kept: set[Var] = field(default_factory=set)  # what is in memory though only its own group reads it
    row_counts: frozenset[int] = frozenset()  # of arrays that are gone through row by row
    forms: dict[int, RowForm] = field(default_factory=dict)  # by id of the line: what it does in a row
    by_domain: dict[Any, list[int]] = field(default_factory=dict)  # the groups of a domain
    last: dict[Var, int] = field(default_factory=dict)  # the last group that reads the memory of a root

    def root(self, x: Var) -> Var:
        """The value whose memory this one lies in."""
        return self.roots.get(x, x)

    def in_rows(self, x: Any) -> bool:
        """Whether a value is computed row by row."""
        made = self.made[x] if type(x) is Var and x not in self.roots else -1
        return made >= 0 and self.items[made].rows

    def layout(self, x: Var) -> Layout:
        """Where the elements lie in the memory of the root."""
        known = self.layouts.get(x)
        if known is None:
            code = code_of(x.type.dtype)
            assert code is not None
            known = self.layouts[x] = c_layout(x.type.shape, code)
        return known


SIMPLE = (Kind.POINT, Kind.FOLD, Kind.PIECES, Kind.LOOP)  # done element by element where the arrays are small


def normal(shape: Iterable[int]) -> tuple[int, ...]:
    """A shape without axes of length 1."""
    return tuple(n for n in shape if n != 1)


def size_of(x: Any) -> int:
    """The number of elements of an input of a line; a sequence counts as a large array."""
    kind = x.type if type(x) is Var else type_of(x)
    return kind.size if isinstance(kind, Array) else MANY


def is_small(x: Any, tiny: int) -> bool:
    """Whether an input is a number or a small array."""
    return size_of(x) <= tiny


def make_plan(
    lines: Sequence[Line], inputs: tuple[Var, ...], outputs: tuple[Any, ...], layouts: Mapping[Var, Layout]
) -> Plan:
    """Sort the lines into groups; `layouts` has those of inputs that are not contiguous."""
    sizes = (size_of(v) for line in lines for v in line.outputs)
    work = sum(n for n in sizes if n <= TINY)
    plan = Plan(lines, inputs, outputs, TINY if work <= STRAIGHT else 1)
    plan.layouts.update(layouts)
    plan.row_counts = row_counts(lines)
    for x in inputs:
        plan.ready[x] = 0
        plan.made[x] = -1
    for line in lines:
        _place(plan, line)
    find_stored(plan)
    if _sink(plan):
        find_stored(plan)
    return plan


# -- kinds -------------------------------------------------------------------------------------------------------------


def kind_of(plan: Plan, line: Line) -> Kind:
    """How a line will be carried out."""
    row, native = line.primitive, line.primitive.native
    codes = [code_of(t.dtype) for t in types_of(line)] + [code_of(v.type.dtype) for v in line.outputs]
    if None in codes:
        return Kind.CALL
    if isinstance(native, Routine) and native.whole:
        return Kind.ROUTINE
    empty = any(size_of(x) == 0 for x in line.inputs) and any(map(size_of, line.outputs))
    if empty and not isinstance(native, (Pieces, Fold)) and not (isinstance(native, Routine) and native.empty):
        return Kind.CALL
    if row.view and all(type(x) is not Var or i == 0 for i, x in enumerate(line.inputs)) and len(line.inputs) == 1:
        return Kind.VIEW
    if isinstance(native, Pointwise):
        found = resolve(line)
        if found is not None:
            plan.resolved[id(line)] = found
            return Kind.POINT
        if native.like is not None and line.outputs[0].type.dtype.kind == "c" and not line.params:
            return Kind.LOOP
    if isinstance(native, Fold) and foldable(line):
        return Kind.FOLD
    if isinstance(native, Pieces):
        return Kind.PIECES
    if isinstance(native, Routine):
        return Kind.ROUTINE
    if isinstance(native, UfuncLoop):
        return Kind.LOOP
    if isinstance(row.evaluate, np.ufunc) and row.evaluate.signature is None and not line.params:
        return Kind.LOOP
    return Kind.CALL


def foldable(line: Line) -> bool:
    """Whether a reduction can be done here: not where there is nothing to reduce and no value for that."""
    native = line.primitive.native
    assert isinstance(native, Fold)
    shapes = [t.shape for t in types_of(line)]
    domain = np.broadcast_shapes(*shapes)
    if domain != shapes[0]:
        return False
    code = code_of(line.outputs[0].type.dtype)
    known = code is not None and (code[0] != "c" or native.combine in ("add", "multiply"))
    return known and (native.empty or int(np.prod(domain, dtype=np.int64)) > 0)


def small_form(line: Line, tiny: int) -> bool:
    """Whether a routine can be done on registers: its arrays are small, and the positions known."""
    native = line.primitive.native
    if not isinstance(native, Routine) or native.small is None or len(line.outputs) != 1:
        return False
    count = len(line.inputs) if native.indices is None else native.indices
    parts = any(isinstance(view.native, Pointwise) for view, _ in line.params.get("path", ()))  # real, imag
    return (
        not parts
        and all(map(size_of, line.inputs[:count]))
        and all(is_small(x, tiny) for x in (*line.inputs[:count], *line.outputs))
        and not any(type(x) is Var for x in line.inputs[count:])
    )


# -- groups ------------------------------------------------------------------------------------------------------------


def _place(plan: Plan, line: Line) -> None:
    kind = plan.kinds[id(line)] = kind_of(plan, line)
    if _place_in_rows(plan, line, kind):
        return
    if kind is Kind.VIEW and _place_view(plan, line):
        return
    kind = plan.kinds[id(line)]
    small = all(is_small(v, plan.tiny) for v in line.outputs) and all(is_small(x, plan.tiny) for x in line.inputs)
    if kind is Kind.VIEW:  # of something small: elements are moved while compiling
        domain: tuple[int, ...] | None = ()
    elif small_form(line, plan.tiny) if kind is Kind.ROUTINE else kind in SIMPLE and small:
        domain = ()
    elif kind is Kind.POINT:
        domain = normal(line.outputs[0].type.shape)
    elif kind is Kind.FOLD and size_of(line.inputs[0]):
        domain = normal(types_of(line)[0].shape)
    else:
        domain = None
    least = 0
    for x in line.inputs:
        if type(x) is Var:
            least = max(least, _available(plan, x, line, domain))
    item = _item(plan, domain, least)
    item.lines.append(line)
    for v in line.outputs:
        plan.made[v] = item.number
        at_once = domain == () or (domain is not None and kind is Kind.POINT)
        plan.ready[v] = item.number if at_once else item.number + 1
        if domain == ():
            plan.straight.add(v)


def _available(plan: Plan, x: Var, line: Line, domain: tuple[int, ...] | None) -> int:
    """The first group in which a line of this domain can read a value."""
    made, ready = plan.made[plan.root(x)], plan.ready[x]
    if made < 0 or ready > made:
        return ready
    if x in plan.straight:
        return made if domain == () else made + 1
    # computed in a loop nest: in the same nest it is at hand at the same place
    if plan.items[made].rows:
        return made + 1
    same = domain is not None and plan.root(x) is x and normal(x.type.shape) == domain and domain != ()
    aligned = same and same_places(x.type.shape, line)
    return made if aligned and plan.items[made].domain == domain else made + 1


def same_places(shape: tuple[int, ...], line: Line) -> bool:
    """Whether a value of this shape is read at the place at which the line computes."""
    full = np.broadcast_shapes(*(t.shape for t in types_of(line)))
    shape = (1,) * (len(full) - len(shape)) + shape
    return shape == full


def _place_in_rows(plan: Plan, line: Line, kind: Kind) -> bool:
    """Enter a line that is done row by row; False for any other."""
    alone = len(line.outputs) == 1 and kind is not Kind.CALL and isinstance(line.outputs[0].type, Array)
    shape: tuple[int, ...] = line.outputs[0].type.shape if alone else ()
    form = row_form(line, shape[0]) if shape[:1] and shape[0] in plan.row_counts else None
    if form is None or (kind is Kind.POINT) != (form.word == "point"):
        return False
    if kind is Kind.VIEW and not plan.in_rows(line.inputs[0]):
        return False  # of something in memory
    plan.forms[id(line)] = form
    (out,), least = line.outputs, 0
    for x, inner in zip(line.inputs, form.inputs, strict=True):
        if type(x) is Var:
            made, ready = plan.made[plan.root(x)], plan.ready[x]
            same = inner is not None and plan.root(x) is x and made >= 0 and plan.items[made].rows
            same = same and ready == made and plan.items[made].domain == shape[:1]
            least = max(least, made if same else ready if made < 0 or ready > made else made + 1)
    item = _item(plan, shape[:1], least, rows=True)
    item.lines.append(line)
    plan.made[out] = plan.ready[out] = item.number
    return True


def _item(plan: Plan, domain: tuple[int, ...] | None, least: int, rows: bool = False) -> Item:
    if domain is not None:
        known = plan.by_domain.setdefault((domain, rows), [])
        at = bisect.bisect_left(known, least)
        if at < len(known):
            return plan.items[known[at]]
        known.append(len(plan.items))
    item = Item(len(plan.items), domain, rows)
    plan.items.append(item)
    return item


def _place_view(plan: Plan, line: Line) -> bool:
    """Enter a view as what it is; False where its elements have to be copied or are in registers."""
    (x,), (out,) = line.inputs, line.outputs
    if type(x) is not Var:
        plan.kinds[id(line)] = Kind.CALL
        return False
    if x in plan.straight and out.type.size <= plan.tiny:
        return False
    layout = view_layout(plan.layout(x), line.primitive, line.params)
    if layout is None:
        if out.type.size > plan.tiny or x.type.size > plan.tiny:
            plan.kinds[id(line)] = Kind.ROUTINE if out.type.size else Kind.CALL
        return False
    root = plan.root(x)
    plan.roots[out], plan.layouts[out] = root, layout
    plan.made[out] = plan.made[root]
    plan.ready[out] = max(plan.ready[x], plan.made[root] + 1)
    return True


# -- memory ------------------------------------------------------------------------------------------------------------


def _sink(plan: Plan) -> bool:
    """Move lines to the one later nest that reads them, if what they read is in memory anyway: less goes through it."""
    readers: dict[Var, set[int]] = {}
    written: set[Var] = set()  # whose memory an update may take over
    viewed = set(plan.roots.values()) | {x for x in plan.outputs if type(x) is Var}
    for item in plan.items:
        for line in item.lines:
            for x in line.inputs:
                if type(x) is Var:
                    readers.setdefault(x, set()).add(item.number)
            if line.primitive.update is not None and type(line.inputs[0]) is Var:
                written.add(plan.root(line.inputs[0]))
    moved = False
    for item in reversed(plan.items):
        if not item.domain or item.rows:
            continue
        for line in reversed(list(item.lines)):
            (out, *_), numbers = line.outputs, readers.get(line.outputs[0], set())
            if plan.kinds[id(line)] is not Kind.POINT or out in viewed or len(numbers) != 1:
                continue
            target = plan.items[next(iter(numbers))]
            if target is item or target.rows or target.domain != item.domain or not _reads_in_place(plan, out, target):
                continue
            if all(_in_memory(plan, x, item.number) and x not in written for x in line.inputs if type(x) is Var):
                item.lines = [other for other in item.lines if other is not line]
                target.lines.insert(0, line)
                plan.made[out] = plan.ready[out] = target.number
                for x in line.inputs:
                    if type(x) is Var:
                        readers[x].add(target.number)
                        if not any(x is y for other in item.lines for y in other.inputs):
                            readers[x].discard(item.number)
                moved = True
    return moved


def _reads_in_place(plan: Plan, x: Var, item: Item) -> bool:
    """Whether all lines of a nest that read a value read it at the place at which they compute."""
    return all(
        plan.kinds[id(line)] in (Kind.POINT, Kind.FOLD) and same_places(x.type.shape, line)
        for line in item.lines
        if any(x is y for y in line.inputs)
    )


def _in_memory(plan: Plan, x: Var, number: int) -> bool:
    """Whether a value can be read in a later group as well as in this one."""
    root = plan.root(x)
    return root in plan.stored or root in plan.straight or plan.made[root] < 0


def find_stored(plan: Plan) -> None:
    """Which values are in memory, and how long."""
    plan.stored.clear()
    plan.last.clear()
    for item in plan.items:
        for line in item.lines:
            for x in line.inputs:
                if type(x) is not Var:
                    continue
                root = plan.root(x)
                plan.last[root] = max(plan.last.get(root, -1), item.number)
                if root is not x or plan.made[root] != item.number:
                    plan.stored.add(root)
            fold = plan.kinds[id(line)] in (Kind.FOLD,)
            alone = item.domain is None and (not item.sweep or plan.kinds[id(line)] is Kind.ROUTINE)
            if alone or (fold and item.domain != () and not item.rows):
                plan.stored.update(line.outputs)
    end = len(plan.items)
    plan.stored = {x for x in plan.stored | plan.kept if isinstance(x.type, Array)}
    for x in plan.outputs:
        if type(x) is Var and isinstance(x.type, Array):
            root = plan.root(x)
            plan.stored.add(root)
            plan.last[root] = end
    plan.stored -= plan.straight
    plan.stored -= set(plan.inputs)
