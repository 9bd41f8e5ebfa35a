"""Lines that machine code does not know: a call of the row's own `evaluate`, on arrays that view the memory."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Line, bind
from wengert.native import moves
from wengert.native.builders.elements import types_of
from wengert.native.builders.values import DTYPES, Val, code_of
from wengert.native.machine import cpython
from wengert.native.machine.assembly import RAISED
from wengert.native.planning.views import Place
from wengert.native.scope import Scope
from wengert.record import plain

SLOW = 100_000  # what a call stands for: other threads of Python may run meanwhile


def _array(address: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    size = max(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize, 1)
    buffer: Any = (ctypes.c_char * size).from_address(address)
    return np.ndarray(shape, dtype, buffer)


def _at(block: int, count: int) -> Any:
    return (ctypes.c_void_p * count).from_address(block)


def _function(line: Line) -> Callable[[int], None]:
    """`evaluate` on the addresses that are at an address."""
    inputs = [(t.shape, t.dtype, t.weak) for t in types_of(line)]
    outputs = [(v.type.shape, v.type.dtype) for v in line.outputs]
    row, params = line.primitive, line.params

    def call(block: int) -> None:
        addresses = _at(block, len(inputs) + len(outputs))
        xs = []
        for (shape, dtype, weak), address in zip(inputs, addresses, strict=False):
            x = _array(address, shape, dtype)
            xs.append(x if shape else x[()].item() if weak else x[()])
        found = bind(row, tuple(xs), params)
        results = tuple(map(plain, found)) if isinstance(found, tuple) else (plain(found),)
        for k, (value, (shape, dtype)) in enumerate(zip(results, outputs, strict=True)):
            target = _array(addresses[len(inputs) + k], shape, dtype)
            if np.shape(value) != shape:
                raise ValueError(f"{row.name} gave the shape {np.shape(value)} in place of {shape}")
            target[...] = value

    return call


def _call(low: Scope, function: Callable[[int], None], block: Val) -> None:
    """Call a function of Python with an address; where it raises, the program ends, and the exception is there."""
    b, assembly = low.b, low.assembly
    assembly.keep.append(function)

    def c(name: str, code: str | None, *args: Val) -> Val | None:
        return b.call_address(b.slot(assembly.address(("C", name), lambda: cpython.function(name))), code, args)

    state = c("PyGILState_Ensure", "i4")
    number = c("PyLong_FromVoidPtr", "p", block)
    assert state is not None
    assert number is not None
    argument = b.alloca(8)
    b.store(number, argument)
    target = b.slot(assembly.address(("object", id(function)), lambda: id(function)))
    found = c("PyObject_Vectorcall", "p", target, argument, b.constant(1, "i8"), b.null)
    assert found is not None
    c("Py_DecRef", None, number)
    with b.when(b.compare("ne", found, b.null)):
        c("Py_DecRef", None, found)
    c("PyGILState_Release", None, state)
    b.guard(b.compare("eq", found, b.null), RAISED)


def emit(low: Scope, line: Line, because: str = "it has no native form for these types") -> None:
    """The call, and why it has to be, if that is to be said."""
    b = low.b
    if b.language != "llvm":
        raise UnsupportedError(f"source('c'): {line.primitive.name} is not made of C's arithmetic and library")
    if because and not line.primitive.effect:
        low.assembly.reasons.setdefault(line.primitive.name, because)
        low.assembly.cost += SLOW
    places = [_dense(low, low.place(x)) for x in line.inputs] + [low.place(v) for v in line.outputs]
    block = b.alloca(8 * len(places))
    for i, place in enumerate(places):
        b.store(low.address(place), b.offset(block, 8 * i))
    _call(low, _function(line), block)


def _dense(low: Scope, place: Place) -> Place:
    if place.layout.contiguous:
        return place
    copied = low.temporary(place.shape, place.code)
    moves.move(low.e, copied, place)
    return copied


def emit_elements(low: Scope, line: Line, xs: Sequence[Val]) -> Val:
    """The call on single numbers, each of the type of an element."""
    b = low.b
    if b.language != "llvm":
        raise UnsupportedError(f"source('c'): {line.primitive.name} is not made of C's arithmetic and library")
    low.assembly.reasons.setdefault(line.primitive.name, "it has no native form for these types")
    low.assembly.cost += SLOW
    out = code_of(line.outputs[0].type.dtype)
    assert out is not None
    row, params = line.primitive, line.params
    kinds = [(DTYPES[x.code], t.weak) for x, t in zip(xs, types_of(line), strict=True)]

    def call(block: int) -> None:
        addresses = _at(block, len(kinds) + 1)
        values = []
        for (dtype, weak), address in zip(kinds, addresses, strict=False):
            value = _array(address, (), dtype)[()]
            values.append(value.item() if weak else value)
        _array(addresses[len(kinds)], (), DTYPES[out])[...] = bind(row, tuple(values), params)

    block = b.alloca(8 * (len(xs) + 1))
    result = b.alloca(16)
    for i, x in enumerate(xs):
        place = b.alloca(16)
        b.store(x, place)
        b.store(place, b.offset(block, 8 * i))
    b.store(result, b.offset(block, 8 * len(xs)))
    _call(low, call, block)
    return b.load(result, out)
