"""The chain rule along every path from an argument to the result, where there are few: Bauer's formula.

F. L. Bauer, "Computational graphs and rounding error", SIAM J. Numer. Anal. 11(1), 1974: the derivative is the sum over
all paths of the product of the local partials on it. Forward mode multiplies from the argument, reverse mode from the
result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wengert.ir import Var, dependents
from wengert.show.rules import Partial, Rules
from wengert.show.section import Column, Row, Section
from wengert.show.summary import number, summary
from wengert.show.worked import Worked, floats

PATHS, LENGTH, LINES = 4, 8, 40

Path = tuple[Partial, ...]


def chains(worked: Worked) -> Section | None:
    """The products along the paths, in both orders; `None` but for real numbers, or where there are too many."""
    wl = worked.list
    if len(wl) > LINES or len(wl.outputs) != 1 or type(wl.outputs[0]) is not Var or wl.outputs[0] in wl.inputs:
        return None
    if any(var.shape or var.dtype.kind == "c" for var in worked.values):
        return None
    into: dict[Var, list[Partial]] = {}
    for line in wl.lines:
        for partial in Rules(worked, line).partials():
            into.setdefault(partial.of, []).append(partial)
    result, rows = wl.outputs[0], list[Row]()
    for x in floats(wl.inputs):
        paths = []
        reached = dependents([x], wl.lines)
        for path in _paths(result, x, {var: [p for p in ps if p.by in reached] for var, ps in into.items()}):
            paths.append(path)
            if len(paths) > PATHS or len(path) > LENGTH:
                return None
        if paths:
            name = f"∂{worked.names(result)}/∂{worked.names(x)}"
            total = summary(worked.adjoints[x])
            for order, mode in ((1, "forward"), (-1, "reverse")):
                products = [" · ".join(map(_factor, path[::-1][::order])) for path in paths]
                rows.append((f"{name}, {mode}", f"{' + '.join(products)} = {total}"))
    columns = (Column("derivative"), Column("products along the paths"))
    note = "forward multiplies from the argument on, reverse from the result back"
    return Section("The chain rule, path by path", note, columns, tuple(rows)) if rows else None


def _paths(at: Var, goal: Var, into: dict[Var, list[Partial]]) -> Iterator[Path]:
    """The paths from a result back to an argument, each as its partials from the result on."""
    if at is goal:
        yield ()
        return
    for partial in into.get(at, ()):
        for rest in _paths(partial.by, goal, into):
            yield (partial, *rest)


def _factor(partial: Partial) -> str:
    """The partial as a number, or as a function of a number: `6`, `cos(9)`."""
    value = number(partial.value)
    text = partial.numbers if re.fullmatch(r"\w+\([^()]*\)", partial.numbers) else value
    return f"({text})" if text.startswith("-") else text
