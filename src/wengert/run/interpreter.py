"""Run a list line by line: its reference meaning."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir import Var, WengertList, bind
from wengert.record import plain


def run(wl: WengertList, *args: Any) -> list[Any]:
    """The outputs of a list for these inputs; on traced inputs the lines are recorded by their level.

    Values are dropped after their last use. A weak scalar (a Python number) stays one.
    """
    if len(args) != len(wl.inputs):
        raise TypeError(f"the list has {len(wl.inputs)} inputs, {len(args)} were given")
    last: dict[Var, int] = {}
    for number, line in enumerate(wl.lines):
        for x in line.inputs:
            if type(x) is Var:
                last[x] = number
    kept = {x for x in wl.outputs if type(x) is Var}
    env: dict[Var, Any] = dict(zip(wl.inputs, args, strict=True))
    for number, line in enumerate(wl.lines):
        out = bind(line.primitive, tuple([env[x] if type(x) is Var else x for x in line.inputs]), line.params)
        for var, value in zip(line.outputs, out if type(out) is tuple else (out,), strict=True):
            env[var] = value.item() if var.type.weak and isinstance(value, np.generic) else value
        for x in line.inputs:
            if type(x) is Var and last[x] == number and x not in kept:
                env.pop(x, None)
    return [plain(env[x]) if type(x) is Var else x for x in wl.outputs]
