"""Whole derivative matrices: Jacobians and Hessians, and the Hessian's product with a vector."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from wengert.api.arguments import Arguments, own, split_arguments
from wengert.api.boundary import boundary
from wengert.api.gradients import LinearMap, grad, jvp
from wengert.ir import WengertList, dtype_of, shape_of
from wengert.run import run
from wengert.transform import batch, transpose_list
from wengert.tree import unflatten

Function = Callable[..., Any]
CHUNK_BYTES = 64 * 2**20  # about what one pass of a batch of tangents may hold in its largest array


def jacobian(
    fun: Function, argnums: int | Sequence[int] = 0, mode: str = "auto", *, holomorphic: bool = False
) -> Function:
    """A function that returns the Jacobian: every output's derivative by every input.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them.
    argnums
        Which positional arguments; an int gives one Jacobian, a tuple gives a tuple.
    mode
        `"forward"` pushes one tangent per input, `"reverse"` pulls one cotangent per output, all in one batched pass;
        `"auto"` takes the cheaper.
    holomorphic
        `fun` is complex and holomorphic: return its complex derivative.

    Returns
    -------
    A function of the same arguments. For an array argument of shape `s` and an array result of shape `t`, an array
    of shape `t + s`. For containers, the result's container of the argument's containers.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.jacobian(lambda x: x**2 * x[0])(np.array([1.0, 2.0]))
    array([[3., 0.],
           [4., 4.]])
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f'jacobian: mode={mode!r}: choose "auto", "forward" or "reverse"')

    @functools.wraps(fun)
    @boundary
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        given = split_arguments(fun, args, argnums, "jacobian")
        linear = LinearMap(fun, given, "jacobian", kwargs)
        chosen, conjugate = _choose(mode, holomorphic, given, linear)
        blocks = (_by_columns if chosen == "forward" else _by_rows)(given, linear)
        rows = []
        for value, row in zip(linear.values, blocks, strict=True):
            entries = [
                own(
                    np.conjugate(block) if conjugate else block,
                    0.0 if type(leaf) is float and not shape_of(value) else None,
                )
                for block, leaf in zip(row, given.leaves, strict=True)
            ]
            containers = given.rebuild(entries)
            rows.append(containers[0] if isinstance(argnums, int) else tuple(containers))
        return unflatten(linear.structure, rows)

    return jacobian_of


def hessian(fun: Function, argnums: int | Sequence[int] = 0) -> Function:
    """A function that returns the Hessian of a scalar function, by forward over reverse mode.

    The result's shape is that of the argument twice over; for containers, containers of containers.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(grad(fun, argnums), argnums, mode="forward")


@boundary
def hvp(fun: Function, primals: Any, tangents: Any) -> Any:
    """The product of the Hessian of a scalar function with a vector, by forward over reverse mode.

    It costs a small multiple of the function, however many inputs there are.

    Parameters
    ----------
    fun
        A scalar function.
    primals, tangents
        The arguments and the vector, each a tuple with one entry per argument (the result is then a tuple, too, if
        there are several), or for a function of one argument just that.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    if not isinstance(primals, tuple):
        primals, tangents = (primals,), (tangents,)
    argnums: int | tuple[int, ...] = 0 if len(primals) == 1 else tuple(range(len(primals)))
    product: Any = jvp(grad(fun, argnums), primals, tangents)[1]
    return product


def _choose(mode: str, holomorphic: bool, given: Arguments, linear: LinearMap) -> tuple[str, bool]:
    """The direction to take, and whether to conjugate its result."""
    complex_in = any(dtype_of(leaf).kind == "c" for leaf in given.leaves)
    complex_out = any(dtype_of(value).kind == "c" for value in linear.values)
    if holomorphic and not (complex_in and complex_out):
        raise TypeError("jacobian(holomorphic=True) needs complex arguments and a complex result")
    if complex_in and complex_out and not holomorphic:
        raise TypeError("the Jacobian of a complex function of complex arguments needs holomorphic=True")
    if complex_in != complex_out:
        forced = "reverse" if complex_in else "forward"
        if mode not in ("auto", forced):
            raise TypeError(f"this mix of real and complex needs jacobian(mode={forced!r})")
        return forced, complex_in
    if mode == "auto":
        inputs = sum(var.type.size for var in linear.list.inputs)
        outputs = sum(int(np.prod(shape_of(value))) for value in linear.values)
        mode = "forward" if inputs <= outputs else "reverse"
    return mode, False


def _by_columns(given: Arguments, linear: LinearMap) -> list[list[Any]]:
    """`blocks[output][input]`, one tangent per element of the inputs."""
    shapes = [shape_of(leaf) for leaf in given.leaves]
    columns = _through_identity(linear.list, shapes, [dtype_of(leaf) for leaf in given.leaves])
    blocks = []
    for value, column in zip(linear.values, columns, strict=True):
        ndim = len(shape_of(value))
        blocks.append([np.moveaxis(np.reshape(part, (*s, *shape_of(value))), range(len(s)), range(ndim, ndim + len(s)))
                       if s and ndim else np.reshape(part, (*shape_of(value), *s))
                       for part, s in zip(column, shapes, strict=True)])  # fmt: skip
    return blocks


def _by_rows(given: Arguments, linear: LinearMap) -> list[list[Any]]:
    """`blocks[output][input]`, one cotangent per element of the outputs."""
    shapes = [shape_of(value) for value in linear.values]
    dtypes = [dtype_of(value) if dtype_of(value).kind in "fc" else np.dtype(float) for value in linear.values]
    rows = _through_identity(transpose_list(linear.list), shapes, dtypes)  # per input, per output
    inputs = [shape_of(leaf) for leaf in given.leaves]
    return [[np.reshape(rows[j][k], (*shape, *s)) for j, s in enumerate(inputs)] for k, shape in enumerate(shapes)]


def _through_identity(wl: WengertList, shapes: list[tuple[int, ...]], dtypes: list[Any]) -> list[list[Any]]:
    """A linear list applied to every unit vector of its inputs: `found[output][input]`, the vectors' axis first."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    total = sum(sizes)
    largest = max((var.type.size * 8 for line in wl.lines for var in line.outputs), default=8)
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
