"""Recording: Boxes that stand in for arrays while the user's function runs."""

from wengert.record.box import GROUND, Box, boxed_kinds, ground, is_within, plain, watching_writes
from wengert.record.debugging import debug
from wengert.record.eager import Eager
from wengert.record.level import Level, levels_in_progress
from wengert.record.staged import Closed, Staged, open_body

__all__ = [
    "GROUND",
    "Box",
    "Closed",
    "Eager",
    "Level",
    "Staged",
    "boxed_kinds",
    "debug",
    "ground",
    "is_within",
    "levels_in_progress",
    "open_body",
    "plain",
    "watching_writes",
]
