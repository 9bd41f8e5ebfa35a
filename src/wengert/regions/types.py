"""The type rules of lines that hold lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ir import Array, Seq, Type, Var, WengertList, type_of
from wengert.regions.layout import Loop, has_ys


def output_types(body: WengertList) -> tuple[Type, ...]:
    """The types of a list's outputs."""
    return tuple(x.type if type(x) is Var else type_of(x) for x in body.outputs)


def infer_for(
    *types: Type, body: WengertList, length: int | None, carries: int, consts: int, reverse: bool
) -> tuple[Type, ...]:
    """Carried values keep their types; yields are stacked: an array for a known number of trips, else a sequence."""
    parts = Loop.of(types, length, carries, consts)
    items = [_item_type(x, length) for x in parts.xs]
    index = body.inputs[0].type
    if not (isinstance(index, Array) and index.shape == () and index.dtype.kind == "i"):
        raise TypeError(f"for: the first input of the body is the index, an integer, not {index}")
    _check_inputs("for", body.inputs[1:], (*parts.carry, *parts.consts, *items))
    found = output_types(body)
    _check_carry("for", parts.carry, found)
    return (*(var.type for var in body.inputs[1 : 1 + carries]), *(_stacked(y, length) for y in found[carries:]))


def infer_while(*types: Type, cond: WengertList, body: WengertList, carries: int) -> tuple[Type, ...]:
    """Carried values keep their types; where the body yields something: the number of trips, and sequences."""
    _check_inputs("while", body.inputs, types)
    _check_inputs("while", cond.inputs, types)
    (truth,) = output_types(cond)
    if not (isinstance(truth, Array) and truth.shape == () and truth.dtype.kind == "b"):
        raise TypeError(f"while: the condition is a truth value, not {truth}")
    found = output_types(body)
    _check_carry("while", types[:carries], found)
    carry = tuple(var.type for var in body.inputs[:carries])
    if not has_ys(body, carries):
        return carry
    return (*carry, Array((), _INTEGER), *map(Seq, found[carries:]))


def infer_cond(index: Type, *types: Type, branches: tuple[WengertList, ...]) -> tuple[Type, ...]:
    """The outputs of all branches have the same types."""
    if not (isinstance(index, Array) and index.shape == () and index.dtype.kind in "biu"):
        raise TypeError(f"cond: the branch is selected by a truth value or an integer, not {index}")
    found = [output_types(branch) for branch in branches]
    for branch, outputs in zip(branches, found, strict=True):
        _check_inputs("cond", branch.inputs, types)
        if len(outputs) != len(found[0]) or not all(map(agree, outputs, found[0])):
            raise TypeError(f"cond: the branches give {_list(found[0])} and {_list(outputs)}")
    return found[0]


def infer_remat(*types: Type, body: WengertList) -> tuple[Type, ...]:
    """The outputs of the body."""
    _check_inputs("remat", body.inputs, types)
    return output_types(body)


def agree(a: Type, b: Type) -> bool:
    """Whether two types are the same but for weakness."""
    if isinstance(a, Array) and isinstance(b, Array):
        return a.shape == b.shape and a.dtype == b.dtype
    return a == b


_INTEGER = type_of(0).dtype


def _item_type(x: Type, length: int | None) -> Type:
    if isinstance(x, Seq):
        return x.item
    if length is None or not x.shape or x.shape[0] != length:
        raise TypeError(f"for: {'a run-time number of' if length is None else length} items cannot be read from {x}")
    return Array(x.shape[1:], x.dtype)


def _stacked(y: Type, length: int | None) -> Type:
    if length is None or isinstance(y, Seq):
        return Seq(Array(y.shape, y.dtype) if isinstance(y, Array) else y)
    return Array((length, *y.shape), y.dtype)


def _check_inputs(what: str, inputs: Sequence[Var], types: Sequence[Type]) -> None:
    found = [var.type for var in inputs]
    if len(found) != len(types) or not all(map(agree, found, types)):
        raise TypeError(f"{what}: the body takes {_list(found)}, it is given {_list(types)}")


def _check_carry(what: str, carry: Sequence[Type], found: Sequence[Type]) -> None:
    if len(found) < len(carry) or not all(map(agree, carry, found)):
        raise TypeError(f"{what}: {_list(carry)} is carried, a trip gives {_list(found)}")


def _list(types: Sequence[Any]) -> str:
    return ", ".join(map(str, types)) or "nothing"
