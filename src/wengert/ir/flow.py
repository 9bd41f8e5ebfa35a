"""Which values of a list depend smoothly on which of its inputs: where a tangent goes."""

from __future__ import annotations

from collections.abc import Sequence

from wengert.ir.var import Var
from wengert.ir.wengert_list import WengertList


def moving_vars(wl: WengertList, moving: Sequence[bool]) -> set[Var]:
    """The Vars of a list that may have a tangent, if these inputs have one."""
    moved = {var for var, flag in zip(wl.inputs, moving, strict=True) if flag}
    for line in wl.lines:
        flags = [type(x) is Var and x in moved for x in line.inputs]
        if line.primitive.discrete or not any(flags):
            continue
        if line.primitive.flow is not None:
            _, outputs = line.primitive.flow(flags, **line.params)
            moved.update(var for var, flag in zip(line.outputs, outputs, strict=True) if flag)
        elif any(flag and line.primitive.moves(k) for k, flag in enumerate(flags)):
            moved.update(var for var in line.outputs if var.type.dtype.kind in "fc")
    return moved


def moved_outputs(wl: WengertList, moving: Sequence[bool]) -> list[bool]:
    """The outputs of a list that may have a tangent, if these inputs have one."""
    moved = moving_vars(wl, moving)
    return [type(x) is Var and x in moved for x in wl.outputs]
