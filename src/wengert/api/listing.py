"""The list of a function, to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.api.arguments import as_float, parameter_name, result_leaves, strip
from wengert.boundary import boundary
from wengert.errors import StagingError
from wengert.ir import Var, WengertList, dtype_of, type_of
from wengert.read import as_read
from wengert.record import Box, Eager, Staged
from wengert.transform import simplify
from wengert.tree import Structure, flatten, unflatten


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
    """The list, and the numbers and arrays in the arguments, which are its inputs."""
    leaves, structure = flatten(tuple(args))
    names: list[str] = []
    for position, child in enumerate(structure.children):
        base = parameter_name(fun, position)
        names.extend(base + path for path in child.paths())
    leaves = [
        leaf
        if getattr(leaf, "dtype", None) is not None and dtype_of(leaf).kind in "iub"
        else as_float(leaf, f"argument {name}", what)
        for leaf, name in zip(leaves, names, strict=True)
    ]
    try:
        level = Staged(what)
        boxes = [level.add_input(type_of(leaf)) for leaf in leaves]
        return _finish(level, as_read(fun)(*unflatten(structure, boxes)), tuple(names), what), leaves
    except StagingError:
        return _along_values(fun, leaves, structure, tuple(names), what), leaves


def _finish(level: Staged, out: Any, names: tuple[str, ...], what: str) -> WengertList:
    found, _ = result_leaves(out, what)
    return simplify(
        level.finish([x if isinstance(x, Box) and x.level is level else strip(x, level) for x in found], names)
    )


def _along_values(
    fun: Any, leaves: list[Any], structure: Structure, names: tuple[str, ...], what: str
) -> WengertList:
    """The list of the way taken for these values; what does not depend smoothly on them is a literal in it."""
    eager = Eager(what, keeps_all=True)
    boxes = [Box(eager, Var(leaf)) for leaf in leaves]
    inputs = tuple(box.ssa for box in boxes)
    try:
        found, _ = result_leaves(as_read(fun)(*unflatten(structure, boxes)), what)
        outputs = tuple(x.ssa if isinstance(x, Box) and x.level is eager else strip(x, eager) for x in found)
    finally:
        eager.close()
    return simplify(WengertList(inputs, tuple(eager.lines), outputs, names))
