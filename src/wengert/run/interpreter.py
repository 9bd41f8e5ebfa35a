"""Run a list line by line: its reference meaning."""

from __future__ import annotations

from typing import Any

from wengert.ir import WengertList
from wengert.record import plain
from wengert.run.program import prepare


def run(wl: WengertList, *args: Any) -> list[Any]:
    """The outputs of a list for these inputs; on traced inputs the lines are recorded by their level.

    Values are dropped after their last use. A weak scalar (a Python number) stays one.
    """
    return [plain(x) for x in prepare(wl)(list(args))]
