"""Results of the differentiated function: without the Boxes of a recording that has ended; its arguments are below."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.arguments import Arguments, Function, as_float, parameter_name, split_arguments
from wengert.ir import Traced
from wengert.record import Box, is_within, plain
from wengert.tree import Structure, flatten, unflatten

__all__ = [
    "Arguments",
    "Function",
    "as_float",
    "parameter_name",
    "result_leaves",
    "split_arguments",
    "strip",
    "strip_tree",
]


def strip(value: Any, level: Any) -> Any:
    """A result as its caller sees it: without the Boxes of a level that has ended."""
    value = plain(value.snapshot()) if isinstance(value, Box) else value
    if not isinstance(value, Box):
        return value
    if value.level is level:
        return strip(value.ssa.value, level)
    if value.level.depth > level.depth and is_within(level, value):
        raise TypeError(
            f"{level.what}: the function returned {value.level.says} made of its arguments, which would hide their "
            "derivative. Return the numbers in it, such as x.value and x.eps of a Dual"
        )
    return value


def strip_tree(tree: Any, level: Any) -> Any:
    """The same for a container; objects that are no container pass as they are."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [strip(leaf, level) for leaf in leaves])


def result_leaves(out: Any, what: str) -> tuple[list[Any], Structure]:
    """The leaves of a function's result; TypeError for what is neither a number nor an array."""
    leaves, structure = flatten(out)
    checked = []
    for leaf in leaves:
        if not isinstance(leaf, (Traced, int, float, complex, np.ndarray, np.generic)):
            raise TypeError(
                f"{what}: the function returned a {type(leaf).__name__}, not a number or an array. "
                "Return other things beside it with has_aux=True"
            )
        checked.append(plain(leaf))
    return checked, structure
