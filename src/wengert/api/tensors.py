"""Derivatives of higher order in several variables, put together from Taylor series along rays."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.api.arguments import as_float, parameter_name, split_arguments
from wengert.api.expansion import checked_order, derivative, expand
from wengert.api.mapping import vmap
from wengert.boundary import boundary
from wengert.ir import dtype_of, shape_of
from wengert.read import as_read
from wengert.transform.ends import own, zeros_of
from wengert.transform.rays import Powers, compositions, weights
from wengert.tree import Structure, unflatten

Function = Callable[..., Any]
RAYS_BYTES = 64 * 2**20  # about what the terms along the rays of one pass may hold in an array as large as x


def partial_derivative(fun: Function, orders: Sequence[int]) -> Function:
    """A function that returns one mixed partial derivative of a function of several numbers.

    Parameters
    ----------
    fun
        A function of numbers and any further arguments. It returns numbers, arrays, or containers of them.
    orders
        How often to differentiate with respect to each argument, from the first on: `(2, 1)` gives ∂³f/∂x²∂y.

    Returns
    -------
    A function of the same arguments.

    Notes
    -----
    It is a sum over Taylor coefficients in one variable, along C(n + d - 1, d) rays for n variables and order d in all
    (Griewank, Utke and Walther, 2000). Rounding errors grow with the order: some ten times those of the function for
    order 3, a thousand times for order 8.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.partial_derivative(lambda x, y: x**2 * y**3, (2, 1))(5.0, 2.0)
    24.0
    """
    powers = tuple([checked_order(one, "partial_derivative", 0) for one in orders])
    moving = [i for i, one in enumerate(powers) if one]

    @functools.wraps(fun)
    @boundary
    def partial_derivative_of(*args: Any, **kwargs: Any) -> Any:
        if len(powers) > len(args):
            raise TypeError(f"partial_derivative: {len(powers)} orders, but {len(args)} arguments were given")
        if len(moving) < 2:
            place = moving[0] if moving else 0
            return derivative(fun, powers[place] if moving else 0, place)(*args, **kwargs)
        names = [parameter_name(fun, i) for i in moving]
        point = []
        for i, name in zip(moving, names, strict=True):
            x = as_float(args[i], f"argument {name}", "partial_derivative")
            point.append(x)
            if shape_of(x) != ():
                raise TypeError(
                    f"partial_derivative: argument {name} is an array of shape {shape_of(x)}, not one number; "
                    "see derivative_tensor"
                )

        def of_moving(values: Sequence[Any]) -> Any:
            full = list(args)
            for i, value in zip(moving, values, strict=True):
                full[i] = value
            return as_read(fun)(*full, **kwargs)

        sums = weights(tuple(powers[i] for i in moving))
        rays = np.array(list(sums), float)
        directions = [rays[:, i].astype(dtype_of(x)) for i, x in enumerate(point)]
        found, structure, firsts = _along_rays(of_moving, _tuple_of(len(moving)), point, names, directions, sum(powers))
        factors = np.array(list(sums.values()))
        return unflatten(structure, [own(_weighted(factors, f), y) for f, y in zip(found, firsts, strict=True)])

    return partial_derivative_of


def derivative_tensor(fun: Function, order: int, argnum: int = 0) -> Function:
    """A function that returns all partial derivatives of one order: 1 is the Jacobian, 2 the Hessian, and so on.

    Parameters
    ----------
    fun
        A function of a number, an array or a container of them, and any further arguments.
    order
        The order d, at least 1.
    argnum
        Which positional argument to differentiate with respect to.

    Returns
    -------
    A function of the same arguments. For an argument of shape `s` and a result of shape `t` it returns an array of
    shape `t + s + … + s`, with s d times, which is symmetric in them. For containers, the result's container of d
    times the argument's container, one in another.

    Notes
    -----
    The function is expanded along C(n + d - 1, d) rays for n numbers, all at once, and the tensor put together from
    the coefficients (Griewank, Utke and Walther, 2000): no entry is computed twice, where nested Jacobians compute all
    n^d.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> third = wg.derivative_tensor(lambda x: x[0] ** 2 * x[1], order=3)(np.array([1.0, 2.0]))
    >>> third.tolist()
    [[[0.0, 2.0], [2.0, 0.0]], [[2.0, 0.0], [0.0, 0.0]]]
    """
    order = checked_order(order, "derivative_tensor", 1)

    @functools.wraps(fun)
    @boundary
    def derivative_tensor_of(*args: Any, **kwargs: Any) -> Any:
        given = split_arguments(fun, args, argnum, "derivative_tensor")
        (structure,), shapes = given.structures, [shape_of(leaf) for leaf in given.leaves]

        def of_moving(value: Any) -> Any:
            full = list(args)
            full[argnum] = value
            return as_read(fun)(*full, **kwargs)

        sizes = [int(np.prod(shape)) for shape in shapes]
        n = sum(sizes)
        if not n:
            raise TypeError("derivative_tensor: there is no number in the argument to differentiate with respect to")
        entries = np.array(list(itertools.combinations_with_replacement(range(n), order)), int).reshape(-1, order)
        rays = np.zeros((len(entries), n))
        np.add.at(rays, (np.arange(len(entries))[:, None], entries), 1.0)
        columns = np.split(rays, np.cumsum(sizes)[:-1], axis=1)
        directions = [
            part.reshape(-1, *shape).astype(dtype_of(leaf))
            for part, shape, leaf in zip(columns, shapes, given.leaves, strict=True)
        ]
        found, inner, firsts = _along_rays(of_moving, structure, given.leaves, given.names, directions, order)
        tensors = []
        for f, y in zip(found, firsts, strict=True):
            full = _symmetric(_entries(f, entries, n), entries, n)
            full = np.moveaxis(full, range(order), range(-order, 0))
            tensors.append(_in_containers(full, len(shape_of(y)), order, structure, shapes, y))
        return unflatten(inner, tensors)

    return derivative_tensor_of


def _along_rays(
    fun: Function, structure: Structure, point: Sequence[Any], names: Sequence[str], directions: list[Any], order: int
) -> tuple[list[Any], Structure, list[Any]]:
    """For each leaf of the result its Taylor coefficient of an order along every ray, and its value."""
    known: list[Any] = []

    def coefficients(moves: Sequence[Any]) -> list[Any]:
        rows = [[x, v] for x, v in zip(point, moves, strict=True)]
        terms, inner = expand(fun, structure, rows, names, order, "derivative_tensor")
        known[:] = [inner, [row[0] for row in terms]]
        return [zeros_of(row[0]) if row[order] is None else row[order] for row in terms]

    count = len(directions[0])
    chunk = max(1, RAYS_BYTES // (8 * (order + 1) * max(1, sum(int(np.prod(shape_of(x))) for x in point))))
    parts = [vmap(coefficients)([d[i : i + chunk] for d in directions]) for i in range(0, count, chunk)]
    found = [np.concatenate(column) if len(column) > 1 else column[0] for column in zip(*parts, strict=True)]
    return found, known[0], known[1]


def _entries(found: Any, entries: Any, n: int) -> Any:
    """The partial derivatives of all sorted tuples of variables, from the coefficients along the ray of each."""
    order = entries.shape[1]
    place = np.zeros((n,) * order, int)
    place[tuple(entries.T)] = np.arange(len(entries))
    changes = entries[:, 1:] != entries[:, :-1]
    out, rows = [], []
    for m in range(1, order + 1):
        for powers in _positive(order, m):
            ends = np.cumsum(powers)
            group = np.flatnonzero((changes == np.isin(np.arange(1, order), ends[:-1])).all(axis=1))
            if len(group):
                sums = weights(powers)
                variables = entries[group][:, ends - 1]
                needed = [place[tuple(np.repeat(variables, ray, axis=1).T)] for ray in sums]
                out.append(_weighted(np.array(list(sums.values())), found[np.stack(needed)]))
                rows.append(group)
    return np.concatenate(out)[np.argsort(np.concatenate(rows))]


def _positive(total: int, parts: int) -> list[Powers]:
    return [powers for powers in compositions(total, parts) if all(powers)]


def _weighted(factors: Any, found: Any) -> Any:
    """The sum over the first axis, in the dtype of the numbers."""
    shape = shape_of(found)
    factors = factors.astype(np.empty(0, dtype_of(found)).real.dtype)
    return np.sum(factors.reshape(-1, *(1,) * (len(shape) - 1)) * found, axis=0)


def _symmetric(values: Any, entries: Any, n: int) -> Any:
    """The full tensor, its axes first, from the entries of all sorted tuples."""
    order = entries.shape[1]
    place = np.zeros((n,) * order, int)
    place[tuple(entries.T)] = np.arange(len(entries))
    return values[place[tuple(np.sort(np.indices((n,) * order).reshape(order, -1), axis=0))].reshape((n,) * order)]


def _in_containers(
    tensor: Any, lead: int, left: int, structure: Structure, shapes: Sequence[tuple[int, ...]], y: Any
) -> Any:
    """A tensor with an axis of all numbers for each order, by the containers that they come from."""
    if not left:
        return own(tensor[()], y) if shape_of(tensor) == () else own(tensor)
    blocks, start = [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape))
        part = tensor[(slice(None),) * lead + (slice(start, stop),)]
        part = np.reshape(part, (*shape_of(part)[:lead], *shape, *shape_of(part)[lead + 1 :]))
        blocks.append(_in_containers(part, lead + len(shape), left - 1, structure, shapes, y))
        start = stop
    return unflatten(structure, blocks)


def _tuple_of(count: int) -> Structure:
    leaf = Structure(None)
    return Structure(tuple, tuple(range(count)), (leaf,) * count)
