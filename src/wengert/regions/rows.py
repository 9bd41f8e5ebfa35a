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

from wengert.ir import Linearized, Primitive, Routine, register
from wengert.regions import batches, choices, execute, loops, prune, remats, text, tidy, types, whiles


def _evaluate(consume: Callable[..., list[Any]]) -> Callable[..., Any]:
    def evaluate(*inputs: Any, **params: Any) -> Any:
        out = consume(list(inputs), **params)
        return tuple(out) if len(out) != 1 else out[0]

    return evaluate


def _jvp(linearize: Callable[..., Linearized]) -> Callable[..., Any]:
    def jvp(y: Any, xs: Any, dxs: Any, **params: Any) -> Any:
        moving = [k for k, dx in enumerate(dxs) if dx is not None]
        dys = linearize(xs, moving, None, params).push(dxs)
        return tuple(dys) if len(dys) != 1 else dys[0]

    return jvp


def _region(name: str, consume: Callable[..., list[Any]], rules: Any, **columns: Any) -> Primitive:
    return register(
        Primitive(
            name=name,
            evaluate=_evaluate(consume),
            consume=consume,
            jvp=_jvp(rules.linearize),
            flow=rules.flow,
            lift=rules.lift,
            linearize=rules.linearize,
            pull=rules.pull,
            native=Routine(name, whole=True),
            order="any",
            **columns,
        )
    )


for_ = _region(
    "for",
    execute.run_for,
    loops,
    infer=types.infer_for,
    batch_lists=batches.batch_for,
    prune=prune.prune_for,
    tidy=tidy.tidy_for,
    text=text.for_text,
)
while_ = _region(
    "while",
    execute.run_while,
    whiles,
    infer=types.infer_while,
    batch_lists=batches.batch_while,
    prune=prune.prune_while,
    tidy=tidy.tidy_while,
    text=text.while_text,
)
cond = _region(
    "cond",
    execute.run_cond,
    choices,
    infer=types.infer_cond,
    batch_lists=batches.batch_cond,
    prune=prune.prune_cond,
    tidy=tidy.tidy_cond,
    text=text.cond_text,
)
remat = _region(
    "remat",
    execute.run_remat,
    remats,
    infer=types.infer_remat,
    batch_lists=batches.batch_remat,
    prune=prune.prune_remat,
    tidy=tidy.tidy_remat,
    text=text.remat_text,
)
