"""What tells a traced value."""

from autograd.extend import primitive
from wengert.ir import Traced

__all__ = ["getval", "isbox", "primitive"]


def isbox(value):
    """Whether a value is traced."""
    return isinstance(value, Traced)


def getval(value):
    """The plain value."""
    return value.concrete() if isinstance(value, Traced) else value
