"""Pointwise rows: in which types they compute, and what they make of the elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Array, Line, Primitive, Var, type_of
from wengert.ir.native import Pointwise
from wengert.native.builders.emit import Emitter, UnknownOperationError
from wengert.native.builders.llvm import Builder, Module
from wengert.native.builders.values import Val, code_of

CALL = 30  # the cost of a function such as exp


class Resolved(NamedTuple):
    """A pointwise row for operands of certain types."""

    emit: Callable[..., Val]
    operands: tuple[str | None, ...]  # the types that they are brought to; None for their own
    out: str
    cost: int  # instructions, about


def types_of(line: Line) -> tuple[Array, ...]:
    """The types of a line's inputs."""
    return tuple(x.type if type(x) is Var else type_of(x) for x in line.inputs)


def resolve(line: Line) -> Resolved | None:
    """How to compute a line element by element; `None` where machine code cannot."""
    native = line.primitive.native
    if not isinstance(native, Pointwise):
        return None
    kinds = tuple((t.dtype, t.weak) for t in types_of(line))
    numbers = tuple(x if type(x) is int else None for x in line.inputs)  # which may decide what is possible
    params = tuple(sorted(line.params.items(), key=lambda item: item[0]))
    try:
        return _resolve(line.primitive, kinds, numbers, params, line.outputs[0].type.dtype)
    except TypeError:  # unhashable params
        return _resolve.__wrapped__(line.primitive, kinds, numbers, params, line.outputs[0].type.dtype)


@lru_cache(maxsize=4096)
def _resolve(row: Primitive, kinds: Any, numbers: Any, params: Any, dtype: np.dtype[Any]) -> Resolved | None:
    native, out = row.native, code_of(dtype)
    assert isinstance(native, Pointwise)
    own = [code_of(kind) for kind, _ in kinds]
    if out is None or None in own:
        return None
    like = native.like or (row.evaluate if isinstance(row.evaluate, np.ufunc) else None)
    operands: list[str | None]
    if like is not None:
        weak = all(flag for _, flag in kinds)
        asked = [kind if weak or not flag else _python_type(kind) for kind, flag in kinds]
        operands = [code_of(d) for d in like.resolve_dtypes((*asked, *[None] * like.nout))[: like.nin]]
        if None in operands:
            return None
    else:
        operands = [out] * len(own)
    for position in range(len(own)) if native.raw is True else native.raw or ():
        operands[position] = None
    emit = _function(native, dict(params))
    trial = Emitter(Builder(Module()))
    try:
        codes = [code or given or "" for code, given in zip(operands, own, strict=True)]
        inputs = [Val("%x", v.code, 1, v.imag) for v in (trial.constant(1, code) for code in codes)]
        found = emit(trial, *(x if n is None else Literal(x, n) for x, n in zip(inputs, numbers, strict=True)))
    except UnknownOperationError:
        return None
    if found.kind == "c" and out[0] != "c":
        return None
    return Resolved(emit, tuple(operands), out, max(1, sum(map(_cost, trial.b.lines))))


def _cost(instruction: str) -> int:
    """Quotients, roots and calls of functions take about as long as so many sums."""
    if " call " in instruction and "@llvm." not in instruction:
        return CALL
    return 12 if " fdiv " in instruction or "@llvm.sqrt" in instruction else 1


def _python_type(dtype: np.dtype[Any]) -> Any:
    return {"f": float, "i": int, "c": complex}.get(dtype.kind, dtype)


def _function(native: Pointwise, params: dict[str, Any]) -> Callable[..., Val]:
    if isinstance(native.emit, str):
        name = native.emit
        return lambda e, *xs: getattr(e, name)(*xs)
    function = native.emit
    return (lambda e, *xs: function(e, *xs, **params)) if params else function


@lru_cache(maxsize=256)
def knows(operation: str, code: str) -> bool:
    """Whether there is an operation of two elements of this type."""
    trial = Emitter(Builder(Module()))
    try:
        getattr(trial, operation)(trial.constant(1, code), trial.constant(1, code))
    except UnknownOperationError:
        return False
    return True


def apply(e: Emitter, resolved: Resolved, xs: Sequence[Val]) -> Val:
    """The element of the output from those of the inputs."""
    lanes = max(x.lanes for x in xs)
    operands = []
    for x, code in zip(xs, resolved.operands, strict=True):
        if code is not None and x.code != code:
            x = literal(e, x.value, code) if isinstance(x, Literal) else e.convert(x, code)
        operands.append(x if x.lanes == lanes else spread(e, x, lanes))
    return e.convert(resolved.emit(e, *operands), resolved.out)


class Literal(Val):
    """A value that is known while compiling."""

    __slots__ = ("value",)

    def __init__(self, val: Val, value: Any) -> None:
        super().__init__(val.text, val.code, val.lanes, val.imag)
        self.value = value


def literal(e: Emitter, value: Any, code: str) -> Literal:
    """A literal of this type."""
    if code[0] in "iu":
        wide = int(np.asarray(value).astype(f"{code[0]}{code[1:]}"))
        return Literal(e.constant(wide, code), value)
    return Literal(e.constant(np.asarray(value).item(), code), value)


def spread(e: Emitter, x: Val, lanes: int) -> Val:
    """A value in every lane."""
    if isinstance(x, Literal):
        return Literal(e.constant(x.value, x.code, lanes), x.value)
    return e.splat(x, lanes)


def all_equal(x: Any) -> bool:
    """Whether a literal array holds one number throughout, to the bit."""
    array = np.asarray(x)
    if not any(step for step, n in zip(array.strides, array.shape, strict=True) if n > 1):
        return True
    flat = np.ravel(array)
    if flat.itemsize in (1, 2, 4, 8):
        bits = flat.view(f"u{flat.itemsize}")
        return bool(bits[-1] == bits[0] and (bits == bits[0]).all())
    return flat.tobytes() == flat[:1].tobytes() * flat.size
