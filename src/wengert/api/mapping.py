"""vmap: one function call for many arguments; and stop_gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.api.arguments import result_leaves, strip
from wengert.boundary import boundary
from wengert.errors import StagingError
from wengert.functions import as_array
from wengert.ir import Array, Pointwise, Traced, WengertList, dtype_of, register, shape_of
from wengert.ir.primitive import Primitive
from wengert.read import as_read
from wengert.record import Box, Staged
from wengert.run import run
from wengert.transform import batch
from wengert.tree import Structure, flatten, tree_map, unflatten

Function = Callable[..., Any]

_stop = register(
    Primitive(
        "stop_gradient",
        evaluate=lambda x: x,
        infer=lambda x: x,
        partials=(0,),
        domain=((-2.0, 2.0),),
        native=Pointwise(lambda e, x: x),
    )
)


def stop_gradient(tree: Any) -> Any:
    """The value of a number, an array or a container of them, as a constant for every derivative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(lambda x: x * wg.stop_gradient(x))(3.0)
    3.0
    """
    return tree_map(lambda leaf: _stop(leaf) if isinstance(leaf, Traced) else leaf, tree)


def vmap(fun: Function, in_axes: Any = 0, out_axes: Any = 0) -> Function:
    """A function that applies `fun` to every item along an axis of its arguments, with whole-array operations.

    Parameters
    ----------
    fun
        Any function of numbers, arrays and containers of them.
    in_axes
        The axis to map over: one for all arguments or one each; `None` for an argument that stays as it is. An entry
        may be a container like its argument.
    out_axes
        Where the axis is put in the results.

    Notes
    -----
    `fun` is recorded once, for abstract items. Where it lets a value decide which way it goes (`if x > 0:`), that
    cannot be: it is then called item by item, which gives the same results slowly.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> wg.vmap(lambda x, y: x @ y, in_axes=(0, None))(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0]))
    array([3., 7.])
    """

    @functools.wraps(fun)
    @boundary
    def mapped(*args: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"vmap: in_axes has {len(axes)} entries for {len(args)} arguments")
        leaves, structure = flatten(tuple(args))
        places = _spread(tuple(axes), structure)
        leaves = [as_array(leaf) if place is not None else leaf for leaf, place in zip(leaves, places, strict=True)]
        size = _batch_size(leaves, places)
        items = [
            leaf if place is None else np.moveaxis(leaf, place, 0) for leaf, place in zip(leaves, places, strict=True)
        ]
        flags = [place is not None for place in places]
        try:
            wl, inner = _record_item(fun, structure, items, flags)
        except StagingError:
            results = [as_read(fun)(*_item(structure, items, flags, i)) for i in range(size)]
            out, inner = _stacked(results)
        else:
            batched, moved = batch(wl, size, flags)
            found = run(batched, *items)
            out = [
                x if flag else np.broadcast_to(x, (size, *shape_of(x))) for x, flag in zip(found, moved, strict=True)
            ]
        ends = _spread(out_axes, inner)
        placed = [
            np.moveaxis(x, 0, end) if end else np.copy(x) if _is_view(x) else x
            for x, end in zip(out, ends, strict=True)
        ]
        return unflatten(inner, placed)

    return mapped


def _is_view(x: Any) -> bool:
    return isinstance(x, np.ndarray) and not x.flags.writeable


def _spread(axes: Any, structure: Structure) -> list[Any]:
    """One axis per leaf, from an axis for all or a container of them."""
    if axes is None or isinstance(axes, int):
        return [axes] * structure.leaves
    if structure.kind is None:
        raise ValueError(f"vmap: {axes!r} is not an axis")
    parts = list(axes.values()) if isinstance(axes, dict) else list(axes)
    if len(parts) != len(structure.children):
        raise ValueError(f"vmap: {len(parts)} axes were given for {len(structure.children)} entries")
    return [axis for part, child in zip(parts, structure.children, strict=True) for axis in _spread(part, child)]


def _batch_size(leaves: Sequence[Any], places: Sequence[Any]) -> int:
    sizes = {}
    for leaf, place in zip(leaves, places, strict=True):
        if place is not None:
            shape = shape_of(leaf)
            if not -len(shape) <= place < len(shape):
                raise ValueError(f"vmap: axis {place} does not exist in an argument of shape {shape}")
            sizes[shape[place]] = shape
    if not sizes:
        raise ValueError("vmap: at least one argument must have an axis to map over")
    if len(sizes) > 1:
        raise ValueError(f"vmap: the mapped axes differ in length: {sorted(sizes)} in shapes {list(sizes.values())}")
    return next(iter(sizes))


def _record_item(
    fun: Function, structure: Structure, items: Sequence[Any], flags: Sequence[bool]
) -> tuple[WengertList, Structure]:
    """The function's list for one abstract item; arguments without the axis are inputs too."""
    level = Staged("vmap")
    boxes = []
    for item, flag in zip(items, flags, strict=True):
        shape = shape_of(item)
        known = isinstance(item, np.ndarray) and (item[:1] if flag else item).flags.c_contiguous
        box = level.add_input(Array(shape[1:] if flag else shape, dtype_of(item)), vague=not known)
        box.argument = "its argument, which is the caller's array"
        boxes.append(box)
    try:
        out = as_read(fun)(*unflatten(structure, boxes))
        leaves, inner = result_leaves(out, "vmap")
        wl = level.finish([x if isinstance(x, Box) and x.level is level else strip(x, level) for x in leaves])
    finally:
        level.close()
    return wl, inner


def _item(structure: Structure, items: Sequence[Any], flags: Sequence[bool], i: int) -> Any:
    return unflatten(structure, [x[i] if flag else x for x, flag in zip(items, flags, strict=True)])


def _stacked(results: Sequence[Any]) -> tuple[list[Any], Structure]:
    if not results:
        raise ValueError("vmap: a function whose way depends on values cannot be mapped over an axis of length 0")
    leaves = []
    structure = None
    for result in results:
        found, structure = result_leaves(result, "vmap")
        leaves.append(found)
    assert structure is not None
    return [np.stack(column) for column in zip(*leaves, strict=True)], structure
