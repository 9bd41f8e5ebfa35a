"""Stable sorting and binary search; nan comes last, as in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Line
from wengert.native import moves
from wengert.native.builders.emit import Emitter
from wengert.native.builders.values import CODES, PARTS, Val, code_of
from wengert.native.routines.scans import along
from wengert.native.scope import Scope

RUN = 16  # elements that are sorted by insertion before runs are merged


def less(e: Emitter, a: Val, b: Val) -> Val:
    """Whether a comes before b."""
    if a.kind != "f":
        return e.less(a, b)
    return e.logical_or(e.less(a, b), e.logical_and(e.isnan(b), e.logical_not(e.isnan(a))))


def argsort(low: Scope, line: Line) -> Any:
    """The stable order along an axis."""
    b, x, out = low.b, low.place(line.inputs[0]), low.place(line.outputs[0])
    axis = line.params["axis"]
    if x.code in PARTS or out.code != "i8":
        return NotImplemented
    rest, n, stride = along(x, axis)
    rest_out, _, stride_out = along(out, axis)
    low.assembly.cost += x.layout.size * 20
    name = _function(low, x.code)
    order, spare = low.temporary((n,), "i8"), low.temporary((n,), "i8")

    def body(lanes: int, at: tuple[Val, ...]) -> None:
        b.call(name, "i4", [at[1], b.constant(stride, "i8"), order.pointer, spare.pointer, b.constant(n, "i8")])
        with b.loop(0, n) as index:
            step = b.op("mul", index, b.constant(8, "i8"))
            value = b.load(b.offset(order.pointer, step), "i8")
            b.store(value, b.offset(at[0], b.op("mul", index, b.constant(stride_out, "i8"))))

    moves.nest(b, moves.merged_axes(rest_out, rest), (low.address(out), low.address(x)), (), body)
    return None


def _function(low: Scope, code: str) -> str:
    """A merge sort from the bottom up, of positions: runs by insertion, then merged from one block into the other."""
    name = f"@wengert.argsort.{code}"
    module = low.assembly.module
    if name in module.functions:
        return name
    b = type(low.b)(module)
    e = Emitter(b)
    parameters = [b.parameter(*one) for one in (("k", "p"), ("s", "i8"), ("o", "p"), ("t", "p"), ("n", "i8"))]
    keys, stride, order, spare, n = parameters

    def number(value: int) -> Val:
        return b.constant(value, "i8")

    def at(block: Val, index: Val) -> Val:
        return b.offset(block, b.op("shl", index, number(3)))

    def key(position: Val) -> Val:
        return b.load(b.offset(keys, b.op("mul", position, stride)), code)

    with b.loop(number(0), n) as i:
        b.store(i, at(order, i))
    with b.loop(number(0), n, RUN) as first:
        end = e.minimum(b.op("add", first, number(RUN)), n)
        with b.loop(b.op("add", first, number(1)), end) as i:
            moved = b.load(at(order, i), "i8")
            value, j = key(moved), b.variable(i)
            with b.forever() as done:
                now = b.get(j)
                b.leave(e.less_equal(now, first), done)
                before = b.op("sub", now, number(1))
                other = b.load(at(order, before), "i8")
                b.leave(e.logical_not(less(e, value, key(other))), done)
                b.store(other, at(order, now))
                b.put(j, before)
            b.store(moved, at(order, b.get(j)))
    width, source, target = b.variable(number(RUN)), b.variable(order), b.variable(spare)
    with b.forever() as sorted_:
        w, src, dst = b.get(width), b.get(source), b.get(target)
        b.leave(e.greater_equal(w, n), sorted_)
        begin = b.variable(number(0))
        with b.forever() as merged:
            left = b.get(begin)
            b.leave(e.greater_equal(left, n), merged)
            middle = e.minimum(b.op("add", left, w), n)
            right = e.minimum(b.op("add", middle, w), n)
            i, j = b.variable(left), b.variable(middle)
            with b.loop(left, right) as k:
                a, c = b.get(i), b.get(j)
                left_over = e.less(a, middle)
                right_over = e.less(c, right)
                # where one run is used up, its last element stands in for the comparison
                pa = b.load(at(src, b.select(left_over, a, left)), "i8")
                pc = b.load(at(src, b.select(right_over, c, left)), "i8")
                takes_right = e.logical_and(
                    right_over, e.logical_or(e.logical_not(left_over), less(e, key(pc), key(pa)))
                )
                b.store(b.select(takes_right, pc, pa), at(dst, k))
                b.put(i, b.op("add", a, b.select(takes_right, number(0), number(1))))
                b.put(j, b.op("add", c, b.select(takes_right, number(1), number(0))))
            b.put(begin, right)
        b.put(source, dst)
        b.put(target, src)
        b.put(width, b.op("shl", w, number(1)))
    final = b.get(source)
    with b.when(b.compare("ne", final, order)), b.loop(number(0), n) as i:
        b.store(b.load(at(final, i), "i8"), at(order, i))
    b.give(0)
    b.define(name, parameters)
    return name


def searchsorted(low: Scope, line: Line) -> Any:
    """Where values belong in a sorted array."""
    b, e = low.b, low.e
    a, v = (low.place(x) for x in line.inputs)
    out = low.place(line.outputs[0])
    common = code_of(np.result_type(*(_dtype(p.code) for p in (a, v))))
    if common is None or common in PARTS or len(a.shape) != 1 or a.layout.size == 0:
        return NotImplemented
    n, stride = a.shape[0], a.layout.strides[0]
    low.assembly.cost += v.layout.size * 20
    left = line.params["side"] == "left"

    def body(lanes: int, at: tuple[Val, ...]) -> None:
        value = e.convert(b.load(at[1], v.code), common)
        low_, high = b.variable(b.constant(0, "i8")), b.variable(b.constant(n, "i8"))
        with b.forever() as done:
            first, last = b.get(low_), b.get(high)
            b.leave(e.greater_equal(first, last), done)
            middle = b.op("lshr", b.op("add", first, last), b.constant(1, "i8"))
            found = b.load(b.offset(low.address(a), b.op("mul", middle, b.constant(stride, "i8"))), a.code)
            found = e.convert(found, common)
            beyond = less(e, found, value) if left else e.logical_not(less(e, value, found))
            b.put(low_, b.select(beyond, b.op("add", middle, b.constant(1, "i8")), first))
            b.put(high, b.select(beyond, last, middle))
        b.store(b.get(low_), at[0])

    axes = moves.merged_axes(out.layout, v.layout)
    moves.nest(b, axes, (low.address(out), low.address(v)), (), body)
    return None


def _dtype(code: str) -> np.dtype[Any]:
    return next(dtype for dtype, found in CODES.items() if found == code)



