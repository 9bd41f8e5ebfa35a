"""The ways to compute a derivative, by the name that `method=` takes; each is entered in `methods.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wengert.api.arguments import Arguments, result_leaves, split_arguments
from wengert.ir import dtype_of, shape_of
from wengert.read import as_read
from wengert.transform.ends import own
from wengert.tree import LEAF, Structure, unflatten

Function = Callable[..., Any]
Blocks = list[list[Any]]  # of one output and one input each, of the output's shape and then the input's


class Leaves:
    """A function of containers as one from leaves to leaves, which notes the structure of the result.

    It is called as `leaves_of(*leaves)` with the leaves of the differentiated arguments.
    """

    def __init__(self, fun: Function, given: Arguments, kwargs: dict[str, Any], what: str) -> None:
        self.fun, self.given, self.kwargs, self.what = as_read(fun), given, kwargs, what
        self.structure = LEAF

    def __call__(self, *leaves: Any) -> list[Any]:
        """The leaves of the result."""
        found, self.structure = result_leaves(self.fun(*self.given.fill(leaves), **self.kwargs), self.what)
        return found


@dataclass(frozen=True)
class Way:
    """One method.

    Attributes
    ----------
    jacobian
        `(leaves_of, given)` -> the values of the result's leaves, and blocks `[output][input]`.
    hessian
        `(leaves_of, given)` -> the blocks `[input][input]` of the second derivatives of the only result, a scalar.
    derivative
        `(leaves_of, x, order)` -> the derivatives of the result's leaves by one number.
    """

    name: str
    jacobian: Callable[[Leaves, Arguments], tuple[list[Any], Blocks]]
    hessian: Callable[[Leaves, Arguments], Blocks]
    derivative: Callable[[Leaves, Any, int], list[Any]]


WAYS: dict[str, Way] = {}  # in the order in which they are shown


def check_method(method: str | None, what: str) -> None:
    """ValueError for a method that does not exist."""
    if method is not None and method not in WAYS:
        raise ValueError(f"{what}: method={method!r}: choose one of {', '.join(map(repr, WAYS))}")


def jacobian_by(
    method: str, fun: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int]
) -> Any:
    """The Jacobian by one of the methods, in containers."""
    given, leaves_of = _prepared(method, fun, args, kwargs, argnums, "jacobian")
    values, blocks = WAYS[method].jacobian(leaves_of, given)
    rows = [given_rows(value, row, given, argnums) for value, row in zip(values, blocks, strict=True)]
    return unflatten(leaves_of.structure, rows)


def gradient_by(
    method: str, fun: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int]
) -> Any:
    """The gradient of a scalar function by one of the methods."""
    given, leaves_of = _prepared(method, fun, args, kwargs, argnums, "grad")
    values, blocks = WAYS[method].jacobian(leaves_of, given)
    _check_scalar(leaves_of.structure, values, "grad")
    return given_rows(values[0], blocks[0], given, argnums)


def hessian_by(
    method: str, fun: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int]
) -> Any:
    """The Hessian of a scalar function by one of the methods, in containers of containers."""
    given, leaves_of = _prepared(method, fun, args, kwargs, argnums, "hessian")
    values = leaves_of(*given.leaves)
    _check_scalar(leaves_of.structure, values, "hessian")
    blocks = WAYS[method].hessian(leaves_of, given)
    rows = [given_rows(leaf, row, given, argnums) for leaf, row in zip(given.leaves, blocks, strict=True)]
    containers = given.rebuild(rows)
    return containers[0] if isinstance(argnums, int) else tuple(containers)


def derivative_by(
    method: str, fun: Function, args: Sequence[Any], kwargs: dict[str, Any], argnum: int, order: int
) -> Any:
    """The derivative of a function of one number by one of the methods."""
    given, leaves_of = _prepared(method, fun, args, kwargs, argnum, "derivative")
    (x,) = given.leaves
    values = leaves_of(x)
    found = WAYS[method].derivative(leaves_of, x, order)
    return unflatten(leaves_of.structure, [own(one, value) for one, value in zip(found, values, strict=True)])


def given_rows(value: Any, row: Sequence[Any], given: Arguments, argnums: int | Sequence[int]) -> Any:
    """The derivatives of one value in the containers of the arguments; Python numbers where both ends are numbers."""
    entries = [
        own(block, 0.0 if type(leaf) is float and not shape_of(value) else None)
        for block, leaf in zip(row, given.leaves, strict=True)
    ]
    containers = given.rebuild(entries)
    return containers[0] if isinstance(argnums, int) else tuple(containers)


def _prepared(
    method: str, fun: Function, args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int], what: str
) -> tuple[Arguments, Leaves]:
    given = split_arguments(fun, args, argnums, what)
    for leaf, name in zip(given.leaves, given.names, strict=True):
        if dtype_of(leaf).kind == "c":
            raise TypeError(f"{what}: argument {name} is complex, which method={method!r} does not take")
    return given, Leaves(fun, given, kwargs, what)


def _check_scalar(structure: Structure, values: Sequence[Any], what: str) -> None:
    if structure.kind is not None:
        kind = structure.kind.__name__
        raise TypeError(f"{what} needs a function with one scalar result, not a {kind}; see jacobian")
    if shape_of(values[0]) != ():
        raise TypeError(
            f"{what} needs a scalar result, but the function returned an array of shape {shape_of(values[0])}; "
            "see jacobian"
        )
    if dtype_of(values[0]).kind not in "fiu":
        raise TypeError(f"{what} needs a real result, but the function returned one of dtype {dtype_of(values[0])}")
