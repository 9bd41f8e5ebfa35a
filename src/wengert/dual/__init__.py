"""Dual numbers: values that carry their derivatives through any program, from the one rule of each primitive."""

from wengert.dual.level import Infinitesimals
from wengert.dual.number import Dual

__all__ = ["Dual", "Infinitesimals"]
