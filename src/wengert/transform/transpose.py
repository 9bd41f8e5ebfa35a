"""Transpose a linear list: cotangents of its outputs -> cotangents of its inputs."""

from __future__ import annotations

from wengert.ir import Var, WengertList, dependents, type_of
from wengert.record import Staged
from wengert.transform.pull import Backward, type_or_value
from wengert.transform.push import zeros_like
from wengert.transform.replay import clean


def transpose_list(wl: WengertList) -> WengertList:
    """The transpose of a list that is linear in its inputs, as a list.

    Lines that do not depend on the inputs (there are none where the list was made at known values) are not allowed.
    """
    level = Staged("transpose")
    backward = Backward(type_or_value, dependents(wl.inputs, wl.lines))
    for out in wl.outputs:
        ct = level.add_input(out.type if type(out) is Var else type_of(out))
        backward.seed(out, ct)
    adjoints = backward.run(wl.lines)
    return clean(level.finish([adjoints.get(var, zeros_like(var.type)) for var in wl.inputs]))
