"""Calls that machine code serves alone: the containers that it takes apart and puts together.

A recording is served in this way if its function does nothing outside of itself, and gives containers of numbers,
arrays and constants. What it reads from outside is tested by a function of Python's, and handed to machine code as
further arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from wengert.ir import Array, WengertList
from wengert.stage.program import Fixed, Output, Recorded
from wengert.stage.values.callees import Callee
from wengert.stage.values.frames import STATIC, Frame
from wengert.stage.values.one_of import OneOf
from wengert.tree import LEAF, Constant, Copied, Instance, Structure

STATIC_KINDS = (bool, str, bytes)  # of arguments that are no numbers, whose values are part of the key
CONSTANTS = (bool, int, float, complex, str, bytes, np.generic)  # of results, which nobody can change


class Containers(NamedTuple):
    """How the user calls a list: with containers, for a container; the outputs in its order."""

    arguments: Structure
    result: Structure
    order: tuple[int, ...]
    otherwise: Callable[..., Any]  # takes arguments of other types


class Execution(NamedTuple):
    """A list that can be called, and, where the user's containers are simple, another one that takes those.

    `ran` is told how long the first run took.
    """

    call: Callable[..., Any]
    quick: Callable[..., Any] | None
    ran: Callable[[float], None]


Execute = Callable[[WengertList, "Containers | None"], Execution]


def containers(
    arguments: Sequence[Structure], leaves: Sequence[Any], kinds: Sequence[Array | None], recorded: Recorded,
    before: Callable[..., Any],
) -> Containers | None:  # fmt: skip
    """How machine code is called for arguments like these; all other calls are for `before`.

    None, if what the function gives or does is not simple.
    """
    found = iter(recorded.leaves)
    result = None if recorded.effects else _result(recorded.frame, found)
    if result is None:
        return None
    parts = iter(zip(leaves, kinds, strict=True))
    children = [_argument(one, parts) for one in arguments]
    hidden = len(recorded.list.inputs) - sum(kind is not None for kind in kinds)
    children += [LEAF] * hidden
    order = tuple(leaf.number for leaf in recorded.leaves if type(leaf) is Output)
    otherwise = _without_last(hidden, before) if hidden else before
    return Containers(Structure(tuple, tuple(range(len(children))), tuple(children)), result, order, otherwise)


def _argument(structure: Structure, parts: Iterator[tuple[Any, Array | None]]) -> Structure:
    """The structure of an argument, with what its leaves are that are no numbers."""
    if structure.kind is None:
        leaf, kind = next(parts)
        if kind is not None:
            return structure
        if type(leaf) is Fixed or type(leaf) in STATIC_KINDS:
            return Structure(Constant, extra=leaf.value if type(leaf) is Fixed else leaf)
        return Structure(Instance, extra=type(leaf))
    children = tuple([_argument(child, parts) for child in structure.children])
    return Structure(structure.kind, structure.keys, children)


def _result(frame: Frame, leaves: Iterator[Any]) -> Structure | None:
    """The structure of a result; None if there is something in it that is made anew in another way."""
    kind = frame.kind
    if kind is None:
        leaf = next(leaves)
        if type(leaf) is Output:
            return LEAF
        if isinstance(leaf, CONSTANTS):
            return Structure(Constant, extra=leaf)
        return Structure(Copied, extra=leaf) if type(leaf) is np.ndarray else None
    if kind is STATIC:
        value = frame.value
        return Structure(Constant, extra=value) if value is None or type(value) in (str, bytes) else None
    children = [_result(part, leaves) for part in frame.parts]
    parts = tuple([child for child in children if child is not None])
    if len(parts) < len(children) or kind in (Callee, OneOf):
        return None
    if (issubclass(kind, dict) and kind is not dict) or issubclass(kind, (set, frozenset)):
        return None
    return Structure(kind, frame.keys, parts)


def _without_last(count: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without what was handed on from outside."""
    return lambda *values: function(*values[:-count])


def with_names(names: tuple[str, ...], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of keywords, of arguments of which the last ones have these names."""
    count = len(names)
    return lambda *values: function(*values[:-count], **dict(zip(names, values[-count:], strict=True)))
