"""Forward mode: a level whose values carry a tangent, and the same as list -> list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from wengert.ir import Primitive, Var, WengertList, bind, bind_update
from wengert.primitives import following
from wengert.record import Box, Level
from wengert.record.box import ground, make_box
from wengert.record.roots import SQUARING, exact_square, remember
from wengert.transform.joint import Joint, dual
from wengert.transform.push import Values, push, zeros_like


class Dotted(Var):
    """A value with its tangent, or with several."""

    __slots__ = ("tangent",)

    def __init__(self, value: Any, tangent: Any) -> None:
        super().__init__(value)
        self.tangent = tangent

    def detach(self) -> None:
        """Hold the value and the tangent in buffers of their own."""
        super().detach()
        self.tangent = _copied(self.tangent)


def _copied(tangent: Any) -> Any:
    if isinstance(tangent, tuple):
        return tuple(map(_copied, tangent))
    return None if tangent is None else tangent.copy(order="K")


class Forward(Level):
    """Every operation also pushes tangents; nothing is kept, so memory does not grow with the length of the program."""

    __slots__ = ()

    def lift(self, value: Any, tangent: Any) -> Box:
        """A value of this level."""
        box: Box = self.box(self, Dotted(value, tangent))
        return box

    def tangent(self, value: Any) -> Any:
        """The tangent of a result, `None` for one that does not depend on the inputs."""
        if not (isinstance(value, Box) and value.level is self):
            return None
        value.refresh()
        return value.ssa.tangent  # type: ignore[attr-defined]

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Evaluate on the primals, and push the tangents."""
        self.check_active()
        exact = exact_square(self, primitive, args) if primitive in SQUARING else None
        # A result may be the very tangent of an argument, except where a primitive moves elements: that gives either a
        # view, which is known to be one, or a buffer of its own.
        shares = not (primitive.linear and primitive.joint)
        in_place = False
        xs: list[Any] = []
        dxs: list[Any] = []
        for a in args:
            if isinstance(a, Box):
                a.refresh()
                var = a.ssa
                if shares:
                    var.freeze()
                if a.level is self:
                    in_place = in_place or (update and not xs and var.owned)
                    xs.append(var.value)
                    dxs.append(var.tangent)  # type: ignore[attr-defined]
                    continue
                a = var.value if a.level.depth == 0 else a.level.box(a.level, var)
            xs.append(a)
            dxs.append(None)
        values = tuple(xs)
        if in_place:
            return self._update(primitive, values, tuple(dxs), params)
        if primitive.lift is not None:
            return self._lifted(primitive, values, tuple(dxs), params)
        y = bind(primitive, values, params)
        if exact is not None:
            return following(exact, y)
        if primitive.discrete:
            return self.constant(y)
        with np.errstate(all="ignore"):
            dy = self.pushed(primitive, y, values, tuple(dxs), params)
        if type(y) is tuple:
            return tuple(self.lift(a, b) for a, b in zip(y, dy or (None,) * len(y), strict=True))
        var = Dotted(y, dy)
        var.owned = update
        box = make_box(self, var, primitive, args, params) if primitive.view else self.box(self, var)
        return box if primitive.square is None else remember(box, primitive, args, params)

    def _lifted(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
        """A line that holds lists computes its values and their tangents together."""
        with np.errstate(all="ignore"):
            y, dy = self.doubled(primitive, xs, dxs, params)
        out = tuple(self.constant(a) if b is None else self.lift(a, b) for a, b in zip(y, dy, strict=True))
        return out if len(out) != 1 else out[0]

    def doubled(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> tuple[Any, Any]:
        """The outputs of a line that holds lists, and their tangents."""
        return dual(primitive, xs, dxs, params)

    def pushed(self, primitive: Primitive, y: Any, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
        """The tangent of a line's output, for several outputs one each."""
        return push(primitive, y, xs, dxs, params)

    def constant(self, value: Any) -> Any:
        """A result without derivative."""
        return ground(value)

    def written(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
        """The tangent of a buffer of our own after a write into it, in its own buffer."""
        base, value, *rest = xs
        dbase, dvalue = dxs[:2]
        if dbase is None and dvalue is None:
            return None
        dbase = zeros_like(base) if dbase is None else dbase
        dvalue = zeros_like(value) if dvalue is None else dvalue
        return bind_update(primitive, (dbase, dvalue, *rest), params)

    def _update(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> Box:
        """Write into a buffer of our own, and the tangent of what is written into its tangent."""
        dbase = self.written(primitive, xs, dxs, params)
        var = Dotted(bind_update(primitive, xs, params), dbase)
        var.owned = True
        box: Box = self.box(self, var)
        return box


def forward(wl: WengertList, moving: Collection[int] | None = None) -> WengertList:
    """The list that computes `(*outputs, *tangents)` from `(*inputs, *tangents)`.

    Inputs of floats have a tangent; of those, where `moving` is given, the ones with these numbers.
    """
    joint = Joint("forward")
    primals = [joint.add_input(var) for var in wl.inputs]
    for i, var in enumerate(wl.inputs):
        if var.type.dtype.kind in "fc" and (moving is None or i in moving):
            joint.add_tangent(var, var.type)
    joint.follow(wl, primals)
    outputs = joint.outputs(wl)
    tangents = [joint.tangent_or_zero(x) for x in wl.outputs]
    return joint.finish([*outputs, *tangents], wl.names + tuple(f"d{name}" for name in wl.names))
