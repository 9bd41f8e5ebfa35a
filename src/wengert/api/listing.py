"""The list of a function, to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import numpy as np

from wengert.api.arguments import as_float, parameter_name, result_leaves, strip
from wengert.boundary import boundary
from wengert.errors import StagingError
from wengert.ir import Var, WengertList, dtype_of, type_of
from wengert.read import as_read
from wengert.record import Box, Eager, Staged
from wengert.transform import simplify
from wengert.tree import flatten, unflatten


@boundary
def trace(fun: Callable[..., Any], *args: Any) -> WengertList:
    """The Wengert list of a function for arguments of these types; `print` shows it.

    Where a value decides which way the function goes, the list is that of the way taken for these very arguments.

    Examples
    --------
    >>> import wengert as wg
    >>> print(wg.trace(lambda x, y: x*x*y + y + 2, 3.0, 4.0))
    inputs  x: f64[]~, y: f64[]~
      v1 = x * x                                    f64[]~
      v2 = v1 * y                                   f64[]~
      v3 = v2 + y                                   f64[]~
      v4 = v3 + 2                                   f64[]~
    outputs v4
    """
    return record(fun, args, "trace")[0]


def record(fun: Callable[..., Any], args: Sequence[Any], what: str) -> tuple[WengertList, list[Any]]:
    """The list, and the numbers and arrays in the arguments, which are its inputs.

    A Python integer means the float that it equals, as for derivatives; where the function needs integers, as for
    `range(n)`, they are no inputs.
    """
    try:
        return _recorded(fun, args, what, with_integers=True)
    except TypeError as error:
        if not any(map(is_integer, flatten(tuple(args))[0])):
            raise
        try:
            return _recorded(fun, args, what, with_integers=False)
        except Exception:
            raise error from None


def is_integer(leaf: Any) -> bool:
    """Whether an argument is a Python integer."""
    return type(leaf) is int


def _recorded(
    fun: Callable[..., Any], args: Sequence[Any], what: str, with_integers: bool
) -> tuple[WengertList, list[Any]]:
    every, structure = flatten(tuple(args))
    paths: list[str] = []
    for position, child in enumerate(structure.children):
        base = parameter_name(fun, position)
        paths.extend(base + path for path in child.paths())
    chosen = [with_integers or not is_integer(leaf) for leaf in every]
    names = tuple(compress(paths, chosen))
    leaves = [
        leaf
        if getattr(leaf, "dtype", None) is not None and dtype_of(leaf).kind in "iub"
        else as_float(leaf, f"argument {name}", what)
        for leaf, name in zip(compress(every, chosen), names, strict=True)
    ]

    def call(boxes: Sequence[Any]) -> Any:
        rest = iter(boxes)
        full = [next(rest) if flag else leaf for leaf, flag in zip(every, chosen, strict=True)]
        return as_read(fun)(*unflatten(structure, full))

    if any(isinstance(leaf, np.ndarray) and not leaf.flags.c_contiguous for leaf in leaves):
        # types do not tell the memory order, which decides what is a view and what a copy
        return _along_values(call, leaves, names, what), leaves
    try:
        level = Staged(what)
        return _finish(level, call([level.add_input(type_of(leaf)) for leaf in leaves]), names, what), leaves
    except StagingError:
        return _along_values(call, leaves, names, what), leaves


def _finish(level: Staged, out: Any, names: tuple[str, ...], what: str) -> WengertList:
    found, _ = result_leaves(out, what)
    return simplify(
        level.finish([x if isinstance(x, Box) and x.level is level else strip(x, level) for x in found], names)
    )


def _along_values(
    call: Callable[[Sequence[Any]], Any], leaves: list[Any], names: tuple[str, ...], what: str
) -> WengertList:
    """The list of the way taken for these values; what does not depend smoothly on them is a literal in it."""
    eager = Eager(what, keeps_all=True)
    boxes = [Box(eager, Var(leaf)) for leaf in leaves]
    inputs = tuple(box.ssa for box in boxes)
    try:
        found, _ = result_leaves(call(boxes), what)
        outputs = tuple(x.ssa if isinstance(x, Box) and x.level is eager else strip(x, eager) for x in found)
    finally:
        eager.close()
    return simplify(WengertList(inputs, tuple(eager.lines), outputs, names))
