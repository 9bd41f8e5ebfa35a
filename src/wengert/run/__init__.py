"""The interpreter: what a list means, by definition."""

from wengert.run.interpreter import run
from wengert.run.program import Program, prepare

__all__ = ["Program", "prepare", "run"]
