"""The four lines that hold lists: `for`, `while`, `cond`, `remat`.

=======  ================================================  ============================================================
line     inputs                                            params and outputs
=======  ================================================  ============================================================
for      carry, consts, xs; the number of trips first      `body(i, carry, consts, items) -> carry, ys`, `length`,
         where `length` is None                            `carries`, `consts`, `reverse` (i from the last to 0; items
                                                           are read and ys stored at i) -> carry, ys stacked
while    carry, consts                                     `cond(carry, consts) -> bool`, `body(carry, consts) -> carry,
                                                           ys`, `carries` -> carry; with ys also the number of trips,
                                                           and the ys as sequences
cond     index, operands                                   `branches`; False is the first -> the selected one's outputs
remat    operands                                          `body` -> its outputs; nothing inside is kept for the reverse
                                                           sweep
=======  ================================================  ============================================================

Bodies are closed: what they read from outside is an input of the line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ir import Primitive, Routine, no_rule, register
from wengert.regions import execute, text, types


def _evaluate(consume: Callable[..., list[Any]]) -> Callable[..., Any]:
    def evaluate(*inputs: Any, **params: Any) -> Any:
        out = consume(list(inputs), **params)
        return tuple(out) if len(out) != 1 else out[0]

    return evaluate


def _region(name: str, consume: Callable[..., list[Any]], **columns: Any) -> Primitive:
    return register(Primitive(name=name, evaluate=_evaluate(consume), consume=consume, **columns))


_ROWS = {
    name: _region(
        name,
        consume,
        infer=infer,
        text=to_text,
        jvp=no_rule(name, "its rules are not in the table yet"),
        native=Routine(name, whole=True),
    )
    for name, consume, infer, to_text in (
        ("for", execute.run_for, types.infer_for, text.for_text),
        ("while", execute.run_while, types.infer_while, text.while_text),
        ("cond", execute.run_cond, types.infer_cond, text.cond_text),
        ("remat", execute.run_remat, types.infer_remat, text.remat_text),
    )
}
for_, while_, cond, remat = _ROWS.values()
