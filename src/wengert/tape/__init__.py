"""The gradient tape: a recording that is switched on and off around a piece of program."""

from wengert.tape.gradient_tape import GradientTape
from wengert.tape.variable import Variable

__all__ = ["GradientTape", "Variable"]
