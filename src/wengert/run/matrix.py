"""The matrix of a linear list: all its columns, or all its rows, in one batched run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from wengert.ir import WengertList, dtype_of, shape_of
from wengert.run.interpreter import run
from wengert.transform import batch, transpose_list

CHUNK_BYTES = 64 * 2**20  # about what one pass of a batch of tangents may hold in its largest array


def by_columns(wl: WengertList, inputs: Sequence[Any], outputs: Sequence[Any]) -> list[list[Any]]:
    """The matrix of a linear list as `blocks[output][input]`, from one tangent per element of the inputs."""
    shapes = [shape_of(x) for x in inputs]
    columns = through_identity(wl, shapes, [dtype_of(x) for x in inputs])
    blocks = []
    for value, column in zip(outputs, columns, strict=True):
        ndim = len(shape_of(value))
        blocks.append([np.moveaxis(np.reshape(part, (*s, *shape_of(value))), range(len(s)), range(ndim, ndim + len(s)))
                       if s and ndim else np.reshape(part, (*shape_of(value), *s))
                       for part, s in zip(column, shapes, strict=True)])  # fmt: skip
    return blocks


def by_rows(wl: WengertList, inputs: Sequence[Any], outputs: Sequence[Any]) -> list[list[Any]]:
    """The matrix of a linear list as `blocks[output][input]`, from one cotangent per element of the outputs."""
    shapes = [shape_of(value) for value in outputs]
    dtypes = [dtype_of(value) if dtype_of(value).kind in "fc" else np.dtype(float) for value in outputs]
    rows = through_identity(transpose_list(wl), shapes, dtypes)  # per input, per output
    ends = [shape_of(x) for x in inputs]
    return [[np.reshape(rows[j][k], (*shape, *s)) for j, s in enumerate(ends)] for k, shape in enumerate(shapes)]


def by_examples(wl: WengertList, inputs: Sequence[Any], output: Any) -> list[Any]:
    """The blocks of the diagonal, one for each index of the leading axis, where no two indices have to do with another.

    The cotangents of one output element for all indices go back together.
    """
    count, *rest = shape_of(output)
    size = int(np.prod(rest))
    cts = np.broadcast_to(np.eye(size, dtype=dtype_of(output))[:, None], (size, count, size))
    batched, flags = batch(transpose_list(wl), size, [True])
    found = run(batched, cts.reshape(size, count, *rest))
    rows = [x if flag else np.broadcast_to(x, (size, *shape_of(x))) for x, flag in zip(found, flags, strict=True)]
    shapes = [(count, *rest, *shape_of(x)[1:]) for x in inputs]
    return [np.reshape(np.moveaxis(row, 0, 1), shape) for row, shape in zip(rows, shapes, strict=True)]


def through_identity(wl: WengertList, shapes: list[tuple[int, ...]], dtypes: list[Any]) -> list[list[Any]]:
    """A linear list applied to every unit vector of its inputs: `found[output][input]`, the vectors' axis first."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    total = sum(sizes)
    largest = max((var.type.element.size * 8 for line in wl.lines for var in line.outputs), default=8)
    chunk = max(1, min(total, CHUNK_BYTES // max(largest, 1)))
    parts: list[list[Any]] = []
    batched: tuple[WengertList, list[bool]] | None = None
    for start in range(0, total, chunk):
        count = min(chunk, total - start)
        if batched is None or count != chunk:
            batched = batch(wl, count, [True] * len(shapes))
        basis = [np.zeros((count, size), dtype) for size, dtype in zip(sizes, dtypes, strict=True)]
        offset = 0
        for one, size in zip(basis, sizes, strict=True):
            rows = np.arange(max(start, offset), min(start + count, offset + size))
            one[rows - start, rows - offset] = 1
            offset += size
        tangents = [one.reshape(count, *shape) for one, shape in zip(basis, shapes, strict=True)]
        outs = run(batched[0], *tangents)
        parts.append([
            x if flag else np.broadcast_to(x, (count, *shape_of(x))) for x, flag in zip(outs, batched[1], strict=True)
        ])  # fmt: skip
    bounds = np.cumsum([0, *sizes]).tolist()
    found = []
    for k, out in enumerate(wl.outputs):
        pieces = [part[k] for part in parts]
        whole = np.concatenate(pieces) if len(pieces) > 1 else pieces[0] if pieces else np.zeros((0, *shape_of(out)))
        found.append([whole[a:b] for a, b in pairwise(bounds)])
    return found
