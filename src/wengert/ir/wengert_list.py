"""The Wengert list: a function written as simple steps, each naming a primitive and what it reads.

R. E. Wengert, "A simple automatic derivative evaluation program", CACM 7(8), 1964.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from wengert.ir.line import Line
from wengert.ir.text import to_text
from wengert.ir.var import Var

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class WengertList:
    """A pure function as a list of lines.

    `outputs` holds Vars and literals; `names` the user's names of the inputs.
    """

    inputs: tuple[Var, ...]
    lines: tuple[Line, ...]
    outputs: tuple[Any, ...]
    names: tuple[str, ...] = ()
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)  # see `remembered`

    def __len__(self) -> int:
        return len(self.lines)

    def __str__(self) -> str:
        return to_text(self.inputs, self.lines, self.outputs, self.names)

    __repr__ = __str__


def remembered(function: Callable[Concatenate[WengertList, P], R]) -> Callable[Concatenate[WengertList, P], R]:
    """A function of a list, and of hashable arguments: computed once for each list, and kept as long as that is."""

    @functools.wraps(function)
    def call(wl: WengertList, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (function, *args, *kwargs.items())
        try:
            found: R = wl.memo[key]
        except KeyError:
            found = wl.memo[key] = function(wl, *args, **kwargs)
        return found

    return call
