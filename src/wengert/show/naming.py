"""What values, tangents and adjoints are called."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np

from wengert.ir import Line, Names, Var, WengertList, expression
from wengert.show.summary import number


class ShortNames(Names):
    """Names, numbers to six digits, and the right-hand sides of lines."""

    def __init__(self, wl: WengertList) -> None:
        super().__init__(wl.inputs, wl.names)
        self._bodies: dict[int, tuple[str, tuple[str, ...]]] = {}

    def __call__(self, value: Any) -> str:
        if isinstance(value, (complex, np.complexfloating)):
            return f"({number(value)})"
        if type(value) is float or isinstance(value, np.floating):
            return number(value)
        return super().__call__(value)

    def keep_body(self, line: Line) -> None:
        """Note the text of a line that holds lists: it names what is in them."""
        assert line.primitive.text is not None
        right, below = line.primitive.text(line, self, 1)
        self._bodies[id(line)] = (right, tuple("  " * row.depth + row.left for row in below))

    def formula(self, line: Line) -> str:
        """The right-hand side of a line."""
        return self._bodies[id(line)][0] if id(line) in self._bodies else expression(line, self)

    def body(self, line: Line) -> tuple[str, ...]:
        """What is printed below a line: the lists that it holds."""
        return self._bodies.get(id(line), ("", ()))[1]


def name_all(wl: WengertList) -> ShortNames:
    """The names of a printed list; a single result is called z, as textbooks do."""
    names = ShortNames(wl)
    results = [out for out in wl.outputs if type(out) is Var and out not in wl.inputs]
    taken = {names(var) for var in wl.inputs}
    final = next((name for name in ("z", "f", "result") if name not in taken), None)
    for line in wl.lines:
        for var in line.outputs:
            names.define(var)
            if final and len(wl.outputs) == 1 and var in results:
                names.call(var, final)
        if line.primitive.text is not None:
            names.keep_body(line)
    return names


def differential(name: str) -> str:
    """What the tangent of a value is called."""
    return f"d{name}"


def bar(name: str) -> str:
    """What the adjoint of a value is called: `x̄`, `v̄1`, `t̅h̅e̅t̅a̅[0]`; the line is over the name, not its index."""
    head = name[: next((i for i, c in enumerate(name) if c in "[."), len(name))]
    letters = head.rstrip("0123456789")
    line = "\N{COMBINING MACRON}" if len(letters) == 1 else "\N{COMBINING OVERLINE}"
    return unicodedata.normalize("NFC", "".join(c + line for c in letters) + name[len(letters) :])
