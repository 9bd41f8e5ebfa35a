"""A list with the tangents of its values beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from wengert.ir import Array, Line, Primitive, Traced, Type, Var, WengertList, bind, remembered
from wengert.transform.prices import price, work
from wengert.transform.push import fit, push, zeros_like
from wengert.transform.replay import Replay


class Joint(Replay):
    """A recording of a list in which every line is followed by those that push its tangents.

    With `split`, lines that hold lists are linearized: values and tangents then come from different lines, and those
    that depend on a tangent are linear in it.
    """

    def __init__(self, what: str, split: bool = False) -> None:
        super().__init__(what)
        self.split = split
        self.tangents: dict[Var, Any] = {}  # of the Vars of the old list
        self.prices: dict[Var, float] | None = None  # of having Vars of the new list again; where not given, nothing
        self._seen = 0  # how many lines of the new list were looked at for their prices

    def add_tangent(self, var: Var, kind: Type) -> None:
        """An input of the new list that is the tangent of one of the old."""
        self.tangents[var] = self.level.add_input(kind)

    def follow(self, wl: WengertList, inputs: Sequence[Any]) -> None:
        """Take every line of the old list."""
        self.run(wl, inputs, self._step)

    def tangent(self, value: Any) -> Any:
        """The tangent of an output of the old list, `None` for zero."""
        return self.tangents.get(value) if type(value) is Var else None

    def tangent_or_zero(self, value: Any) -> Any:
        """The tangent of an output of the old list."""
        found = self.tangent(value)
        return zeros_like(value.type if type(value) is Var else value) if found is None else found

    def _step(self, primitive: Primitive, xs: tuple[Any, ...], params: dict[str, Any], line: Line) -> Any:
        dxs = tuple(map(self.tangent, line.inputs))
        moving = [k for k, dx in enumerate(dxs) if dx is not None]
        if primitive.discrete or not moving:
            return bind(primitive, xs, params)
        dy: Sequence[Any]
        if primitive.linearize is not None and self.split:
            halves = primitive.linearize(xs, moving, self._prices_of(xs), params)
            y, dy = halves.outputs, halves.push(dxs)
        elif primitive.lift is not None:
            y, dy = dual(primitive, xs, dxs, params)
        else:
            y = bind(primitive, xs, params)
            dy = push(primitive, y, xs, dxs, params)
            dy = dy if isinstance(y, tuple) and dy is not None else (dy,) * len(line.outputs)
        for var, of, one in zip(line.outputs, y if isinstance(y, tuple) else (y,), dy, strict=True):
            if one is not None and var.type.dtype.kind in "fc":
                self.tangents[var] = fit(one, of)
        return y

    def _prices_of(self, xs: tuple[Any, ...]) -> list[float] | None:
        """What a linear line pays for having these values again: nothing for what the list knows."""
        prices = self.prices
        if prices is None:
            return None
        lines = self.level.recorder.lines
        for line in lines[self._seen :]:
            read = sum(prices.get(x, 0.0) for x in line.inputs if type(x) is Var)
            for var in line.outputs:
                prices[var] = min(price(var.type), read + work(line) if read else 0.0)
        self._seen = len(lines)
        return [prices[x.ssa] if isinstance(x, Traced) and x.level is self.level else 0.0 for x in xs]


@remembered
def dual_list(wl: WengertList, moving: tuple[bool, ...], moved: tuple[bool, ...]) -> WengertList:
    """`(*inputs, *tangents of the moving) -> (*outputs, *tangents of the moved)`."""
    joint = Joint("forward")
    primals = [joint.add_input(var) for var in wl.inputs]
    for var in compress(wl.inputs, moving):
        joint.add_tangent(var, tangent_type(var.type))
    joint.follow(wl, primals)
    return joint.finish([*joint.outputs(wl), *map(joint.tangent_or_zero, compress(wl.outputs, moved))], wl.names)


def dual(
    primitive: Primitive, xs: tuple[Any, ...], dxs: Sequence[Any], params: dict[str, Any]
) -> tuple[tuple[Any, ...], list[Any]]:
    """The outputs of a line that holds lists, and their tangents, `None` for zero."""
    assert primitive.lift is not None
    y, dy = primitive.lift(dual_list, 1, xs, [None if dx is None else (dx,) for dx in dxs], params)
    return y, [None if row is None else row[0] for row in dy]


def tangent_type(kind: Type) -> Type:
    """The type of a tangent or cotangent: never that of a Python number."""
    return Array(kind.shape, kind.dtype) if isinstance(kind, Array) else kind
