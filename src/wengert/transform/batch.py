"""Batch: the list that does the same along a leading axis of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np

from wengert.ir import Array, Line, Primitive, Seq, Type, Var, WengertList, bind, shape_of, type_of
from wengert.primitives import align, concatenate, reshape, to_dtype
from wengert.transform.push import fit
from wengert.transform.replay import Replay


def batch(wl: WengertList, size: int, batched: Sequence[bool]) -> tuple[WengertList, list[bool]]:
    """The batched list, and which of its outputs have the leading axis.

    `batched` tells which inputs get a leading axis of length `size`; a value that depends on none of them is computed
    once. Elementwise lines broadcast, others follow the `batch` column of their row, the rest is done item by item.
    """
    replay = Replay("batch")
    moving: set[Var] = {var for var, flag in zip(wl.inputs, batched, strict=True) if flag}
    inputs = []
    for var in wl.inputs:
        inputs.append(replay.level.add_input(batched_type(var.type, size) if var in moving else var.type))

    def step(primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        flags = tuple(type(x) is Var and x in moving for x in line.inputs)
        if not any(flags):
            return bind(primitive, xs, params)
        if primitive.batch_lists is not None:
            out, own = primitive.batch_lists(size, xs, flags, params)
            moving.update(compress(line.outputs, own))
            return out
        moving.update(line.outputs)
        if primitive.partials is not None:
            xs = _as_python_numbers(xs, flags, line)
        out = batch_line(primitive, size, xs, flags, params, line)
        fitted = [fit(x, var.type) for x, var in zip(out if type(out) is tuple else (out,), line.outputs, strict=True)]
        return tuple(fitted) if type(out) is tuple else fitted[0]

    replay.run(wl, inputs, step)
    out = replay.finish(replay.outputs(wl), wl.names)
    return out, [type(x) is Var and x in moving for x in wl.outputs]


def _as_python_numbers(xs: tuple[Any, ...], flags: tuple[bool, ...], line: Line) -> tuple[Any, ...]:
    """Batches of Python numbers, which are arrays, in the dtype in which Python numbers would meet the others."""
    kinds = [x.type if type(x) is Var else type_of(x) for x in line.inputs]
    others = [kind.dtype for kind in kinds if not kind.weak]
    if not others or not any(kind.weak and flag for kind, flag in zip(kinds, flags, strict=True)):
        return xs
    dtype = np.result_type(*others, *(_EXAMPLES[kind.dtype.kind] for kind in kinds if kind.weak))
    return tuple(
        to_dtype(x, dtype) if kind.weak and flag and x.dtype != dtype else x
        for x, kind, flag in zip(xs, kinds, flags, strict=True)
    )


_EXAMPLES = {"f": 1.0, "i": 1, "c": 1j, "b": True}


def batched_type(kind: Type, size: int) -> Type:
    """The type of a batch: a leading axis, in a sequence one of each item."""
    if isinstance(kind, Seq):
        return Seq(batched_type(kind.item, size))
    return Array((size, *kind.shape), kind.dtype)


def batch_line(
    primitive: Primitive, size: int, xs: tuple[Any, ...], flags: tuple[bool, ...], params: dict[str, Any], line: Line
) -> Any:
    """One line for all items of a batch; all its outputs have the leading axis."""
    if primitive.batch is not None:
        try:
            return primitive.batch(size, xs, flags, **params)
        except LookupError:
            pass  # the row's rule does not cover these arguments
    elif primitive.partials is not None:
        rank = max(len(shape_of(x)) - flag for x, flag in zip(xs, flags, strict=True))
        aligned = tuple(align(x, rank + 1) if flag else x for x, flag in zip(xs, flags, strict=True))
        return bind(primitive, aligned, params)
    if size == 0:
        return tuple(np.zeros((0, *var.type.shape), var.type.dtype) for var in line.outputs)
    items = [
        bind(primitive, tuple(x[i] if flag else x for x, flag in zip(xs, flags, strict=True)), params)
        for i in range(size)
    ]
    if not isinstance(items[0], tuple):
        return _stack(items)
    return tuple(map(_stack, zip(*items, strict=True)))


def _stack(items: Sequence[Any]) -> Any:
    shape = shape_of(items[0])
    return concatenate(*(reshape(x, shape=(1, *shape)) for x in items), axis=-1 - len(shape))
