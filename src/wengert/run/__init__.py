"""The interpreter: what a list means, by definition; and the matrix of a linear list."""

from wengert.run.interpreter import run
from wengert.run.matrix import by_columns, by_examples, by_rows
from wengert.run.program import Program, prepare, run_donating

__all__ = ["Program", "by_columns", "by_examples", "by_rows", "prepare", "run", "run_donating"]
