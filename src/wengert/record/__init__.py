"""Recording: Boxes that stand in for arrays while the user's function runs."""

from wengert.record.box import GROUND, Box, ground, is_within, plain
from wengert.record.debugging import debug
from wengert.record.eager import Eager
from wengert.record.level import Level, levels_in_progress
from wengert.record.staged import Staged

__all__ = [
    "GROUND",
    "Box",
    "Eager",
    "Level",
    "Staged",
    "debug",
    "ground",
    "is_within",
    "levels_in_progress",
    "plain",
]
