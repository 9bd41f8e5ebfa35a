"""Lines that are carried out on their own: parts put together, routines, loops of ufuncs, calls of Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.ir import Line, Var, type_of
from wengert.ir.native import Fold, Pieces, Pointwise, Routine, UfuncLoop
from wengert.native import moves, python_calls
from wengert.native.builders.elements import Literal, literal
from wengert.native.builders.folds import start_of
from wengert.native.builders.values import Val, code_of
from wengert.native.machine.ufuncs import CompiledLoop, compiled_loop
from wengert.native.planning.plan import Kind, size_of
from wengert.native.planning.views import Layout, Place, layout_of, phantom
from wengert.native.routines import ROUTINES
from wengert.native.scope import Scope

SLOW = 50  # additions that take as long as an element of a special function, about


def emit(low: Scope, line: Line) -> None:
    """The code of one line."""
    kind = low.plan.kinds[id(line)]
    if isinstance(line.primitive.native, Routine) and line.primitive.native.whole:
        ROUTINES[line.primitive.native.name](low, line)
        return
    low.assembly.cost += _work(low, line)
    if line.outputs and all(v.type.size == 0 for v in line.outputs):
        for v in line.outputs:
            low.place(v)
        return
    if kind is Kind.PIECES:
        put_together(low, line)
    elif kind is Kind.FOLD:
        low.fill(low.place(line.outputs[0]), _of_nothing(low, line))
    elif kind is Kind.LOOP and by_loop(low, line):
        pass
    elif kind is Kind.VIEW or (kind is Kind.ROUTINE and not isinstance(line.primitive.native, Routine)):
        copy_reshaped(low, line)
    elif kind is Kind.ROUTINE and _by_routine(low, line):
        pass
    else:
        python_calls.emit(low, line)


def _work(low: Scope, line: Line) -> int:
    """The elements that a line computes: of an update in place only what is written."""
    if line.primitive.update is not None and low.arena.storage.get(line.outputs[0]) is line.inputs[0]:
        return size_of(line.inputs[1])
    return sum(v.type.size for v in line.outputs)


def _of_nothing(low: Scope, line: Line) -> Val:
    """The reduction of no elements."""
    fold = line.primitive.native
    code = code_of(line.outputs[0].type.dtype)
    assert isinstance(fold, Fold)
    assert code is not None
    start = low.e.constant(start_of(fold, code), code)
    return fold.last(low.e, start, **line.params) if fold.last is not None else start


def _by_routine(low: Scope, line: Line) -> bool:
    native = line.primitive.native
    assert isinstance(native, Routine)
    return ROUTINES[native.name](low, line, *native.options) is not NotImplemented


def copy_reshaped(low: Scope, line: Line) -> None:
    """A reshape that NumPy copies for: the elements in C order."""
    source, target = low.place(line.inputs[0]), low.place(line.outputs[0])
    shaped = Layout(source.shape, (), source.code)
    full = target.layout._replace(shape=source.shape, strides=_strides(shaped))
    moves.move(low.e, Place(target.pointer, full), source)


def _strides(layout: Layout) -> tuple[int, ...]:
    return tuple(np.empty(layout.shape, f"V{int(layout.code[1:])}").strides) if 0 not in layout.shape else ()


# -- parts put together ------------------------------------------------------------------------------------------------


def put_together(low: Scope, line: Line) -> None:
    """Each part of the output is written from a part of an input."""
    native = line.primitive.native
    assert isinstance(native, Pieces)
    target = low.place(line.outputs[0])
    ghosts, places = [], []
    for x in line.inputs:
        place = low.place(x)
        ghosts.append(_Ghost(place))
        places.append(place)
    out = _Ghost(target)
    for part, piece in native.parts(out.array, *(g.array for g in ghosts), **line.params):
        if not part.size:
            continue
        source = next(g for g in ghosts if g.holds(piece))
        if _is_there(low, line, source):
            continue
        whole = Place(source.place.pointer, source.layout(piece))
        moves.move(low.e, Place(target.pointer, out.layout(part)), moves.broadcast_to(whole, part.shape))


def _is_there(low: Scope, line: Line, source: _Ghost) -> bool:
    """Whether an input was computed in its place."""
    there = (low.arena.parts.get(x) for x in line.inputs if type(x) is Var and low.place(x) is source.place)
    return any(part is not None and part.line is line for part in there)


class _Ghost:
    """A phantom of a place, with an address range of its own, so that it is known of which array a view is."""

    count = 0

    def __init__(self, place: Place) -> None:
        _Ghost.count += 1
        self.place = place
        self.array = _Owned(phantom(place.layout), place)

    def holds(self, view: Any) -> bool:
        return bool(view.place is self.place)

    def layout(self, view: Any) -> Layout:
        return layout_of(np.asarray(view))


class _Owned(np.ndarray[Any, Any]):
    """A phantom that remembers its place."""

    place: Place

    def __new__(cls, array: Any, place: Place) -> _Owned:
        found = array.view(cls)
        found.place = place
        return found

    def __array_finalize__(self, parent: Any) -> None:
        self.place = getattr(parent, "place", None)  # type: ignore[assignment]


# -- compiled loops of ufuncs ------------------------------------------------------------------------------------------


def _operands(line: Line) -> tuple[Any, ...]:
    """The inputs of the ufunc of a line."""
    native = line.primitive.native
    return (*line.inputs, *native.more) if isinstance(native, UfuncLoop) else line.inputs


def _loop_of(line: Line) -> CompiledLoop | None:
    native = line.primitive.native
    ufunc = native.ufunc if isinstance(native, UfuncLoop) else line.primitive.evaluate
    if isinstance(native, Pointwise) and native.like is not None:
        ufunc = native.like
    kinds = tuple(x.type if type(x) is Var else type_of(x) for x in _operands(line))
    weak = all(t.weak for t in kinds)
    return compiled_loop(ufunc, tuple(t.dtype if weak else t.promotes_as for t in kinds))


def _outputs(low: Scope, line: Line, loop: CompiledLoop, pointer: Val, step: int) -> tuple[list[Val], list[int]]:
    """The addresses and steps of all outputs of a loop; those that nobody asks for go nowhere."""
    native = line.primitive.native
    wanted = native.output if isinstance(native, UfuncLoop) else 0
    count = len(loop.dtypes) - len(_operands(line))
    pointers = [pointer if k == wanted else low.b.alloca(16) for k in range(count)]
    return pointers, [step if k == wanted else 0 for k in range(count)]


def _code_out(line: Line, loop: CompiledLoop) -> str | None:
    native = line.primitive.native
    return code_of(loop.dtypes[len(_operands(line)) + (native.output if isinstance(native, UfuncLoop) else 0)])


def _call_loop(low: Scope, loop: CompiledLoop, pointers: Sequence[Val], count: Val, steps: Sequence[int]) -> None:
    b, n = low.b, len(pointers)
    key = (loop.function, loop.data)
    function = b.slot(low.assembly.address(("loop", key), lambda: loop.function))
    data = b.slot(low.assembly.address(("data", key), lambda: loop.data))
    block = b.alloca(8 * (2 * n + 1))
    for i, (pointer, step) in enumerate(zip(pointers, steps, strict=True)):
        b.store(pointer, b.offset(block, 8 * i))
        b.store(b.constant(step, "i8"), b.offset(block, 8 * (n + 1 + i)))
    b.store(count, b.offset(block, 8 * n))
    b.call_address(function, None, [block, b.offset(block, 8 * n), b.offset(block, 8 * (n + 1)), data])


def one_by_loop(low: Scope, line: Line, xs: Sequence[Val]) -> Val:
    """The loop of a ufunc on single numbers."""
    loop = _loop_of(line) if low.b.language == "llvm" else None
    if loop is None:
        return python_calls.emit_elements(low, line, xs)
    b, pointers = low.b, []
    more = [literal(low.e, x, code_of(type_of(x).dtype) or "") for x in _operands(line)[len(xs) :]]
    for x, dtype in zip((*xs, *more), loop.dtypes, strict=False):
        code = code_of(dtype)
        assert code is not None
        place = b.alloca(16)
        b.store(literal(low.e, x.value, code) if isinstance(x, Literal) else low.e.convert(x, code), place)
        pointers.append(place)
    low.assembly.cost += SLOW
    result, code = b.alloca(16), _code_out(line, loop)
    assert code is not None
    outs, _ = _outputs(low, line, loop, result, 0)
    _call_loop(low, loop, [*pointers, *outs], b.constant(1, "i8"), [0] * (len(pointers) + len(outs)))
    out = code_of(line.outputs[0].type.dtype)
    assert out is not None
    return low.e.convert(b.load(result, code), out)


def by_loop(low: Scope, line: Line) -> bool:
    """The loop of a ufunc on arrays, along the longest axis in which all step evenly; False where it is not known."""
    loop = _loop_of(line) if low.b.language == "llvm" else None
    if loop is None:
        return False
    codes = [code_of(d) for d in loop.dtypes]
    if None in codes:
        return False
    out = low.place(line.outputs[0])
    low.assembly.cost += SLOW * out.layout.size
    places = []
    for x, code in zip(_operands(line), codes, strict=False):
        assert code is not None
        place = low.place(x)
        if place.code != code:
            converted = low.temporary(place.shape, code)
            moves.move(low.e, converted, place)
            place = converted
        places.append(moves.broadcast_to(place, out.shape))
    result, code_out = out, _code_out(line, loop)
    if out.code != code_out:
        assert code_out is not None
        result = low.temporary(out.shape, code_out)
    everything = [*places, result]
    axes = moves.merged_axes(*(p.layout for p in everything))
    pointers = tuple(low.b.offset(p.pointer, p.layout.offset) for p in everything)

    def nest(axes: moves.Axes, at: tuple[Val, ...]) -> None:
        if len(axes) <= 1:
            n, steps = axes[0] if axes else (1, (0,) * len(at))
            outs, out_steps = _outputs(low, line, loop, at[-1], steps[-1])
            _call_loop(low, loop, [*at[:-1], *outs], low.b.constant(n, "i8"), [*steps[:-1], *out_steps])
            return
        (n, steps), rest = axes[0], axes[1:]
        with low.b.loop(0, n) as index:
            moved = tuple(
                low.b.offset(p, low.b.op("mul", index, low.b.constant(step, "i8"))) if step else p
                for p, step in zip(at, steps, strict=True)
            )
            nest(rest, moved)

    nest(axes, pointers)
    if result is not out:
        moves.move(low.e, out, result)
    return True
