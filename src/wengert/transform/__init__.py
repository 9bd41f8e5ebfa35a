"""Transforms, all derived from the one rule of each primitive: list -> list, and eagerly along a recording."""

from wengert.transform.batch import batch
from wengert.transform.custom import custom_primitive
from wengert.transform.forward import Forward, forward
from wengert.transform.linearize import linearize_lines
from wengert.transform.push import fit, plus, product, push, zeros_like
from wengert.transform.replay import clean, simplify
from wengert.transform.reverse import reverse, reverse_lines
from wengert.transform.splitting import SPLITTING
from wengert.transform.transpose import transpose_list

__all__ = [
    "SPLITTING",
    "Forward",
    "batch",
    "clean",
    "custom_primitive",
    "fit",
    "forward",
    "linearize_lines",
    "plus",
    "product",
    "push",
    "reverse",
    "reverse_lines",
    "simplify",
    "transpose_list",
    "zeros_like",
]
