"""The Wengert list: a function written as simple steps, each naming a primitive and what it reads.

R. E. Wengert, "A simple automatic derivative evaluation program", CACM 7(8), 1964.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wengert.ir.line import Line
from wengert.ir.text import to_text
from wengert.ir.var import Var


@dataclass(frozen=True, eq=False)
class WengertList:
    """A pure function as a list of lines.

    `outputs` holds Vars and literals; `names` the user's names of the inputs.
    """

    inputs: tuple[Var, ...]
    lines: tuple[Line, ...]
    outputs: tuple[Any, ...]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def __str__(self) -> str:
        return to_text(self.inputs, self.lines, self.outputs, self.names)

    __repr__ = __str__
