"""Transforms, all derived from the one rule of each primitive: list -> list, and eagerly along a recording."""

from wengert.transform.batch import batch, batched_type
from wengert.transform.custom import custom_primitive
from wengert.transform.forward import Forward, forward
from wengert.transform.joint import Joint, dual, tangent_type
from wengert.transform.linearize import linearize_lines, push_lines
from wengert.transform.prices import UNKNOWN, price, work
from wengert.transform.pull import Adjoints, Backward
from wengert.transform.push import fit, is_sequence, plus, product, push, slope, zeros_like
from wengert.transform.replay import Replay, clean, simplify
from wengert.transform.reverse import reverse, reverse_lines
from wengert.transform.splitting import SPLITTING
from wengert.transform.taylor import Taylor, taylor
from wengert.transform.transpose import start_backward, transpose_list

__all__ = [
    "SPLITTING",
    "UNKNOWN",
    "Adjoints",
    "Backward",
    "Forward",
    "Joint",
    "Replay",
    "Taylor",
    "batch",
    "batched_type",
    "clean",
    "custom_primitive",
    "dual",
    "fit",
    "forward",
    "is_sequence",
    "linearize_lines",
    "plus",
    "price",
    "product",
    "push",
    "push_lines",
    "reverse",
    "reverse_lines",
    "simplify",
    "slope",
    "start_backward",
    "tangent_type",
    "taylor",
    "transpose_list",
    "work",
    "zeros_like",
]
