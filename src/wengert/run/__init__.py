"""The interpreter: what a list means, by definition."""

from wengert.run.interpreter import run

__all__ = ["run"]
