"""The table of primitives: what each line of a list means, said once."""

from wengert.primitives import (
    bessel,
    comparison,
    complexes,
    exponential,
    extrema,
    fourier,
    hyperbolic,
    interpolation,
    rounding,
    signs,
    sinc,
    special,
    trigonometric,
)
from wengert.primitives.arithmetic import add, divide, multiply, negative, subtract
from wengert.primitives.determinants import det, inv, slogdet
from wengert.primitives.effects import check, tell
from wengert.primitives.einsum import contract
from wengert.primitives.elementwise import UFUNCS, chain_product, elementwise, over, times
from wengert.primitives.index import SLOT, Cut, Window, is_basic, join_index, split_index
from wengert.primitives.indexing import getitem, index_add, position, setitem
from wengert.primitives.linear import linear
from wengert.primitives.linear_algebra import cholesky, solve
from wengert.primitives.powers import power, square
from wengert.primitives.products import matmul, sum_outer, vecdot
from wengert.primitives.roots import following
from wengert.primitives.selection import where
from wengert.primitives.sequences import sequence_sum, sequence_where, spread_items, sum_items
from wengert.primitives.shape import (
    align,
    broadcast_to,
    concatenate,
    convert,
    copy,
    reduce_sum,
    reshape,
    spread,
    stack,
    sum_to,
    to_dtype,
    transpose,
)

__all__ = [
    "SLOT",
    "UFUNCS",
    "Cut",
    "Window",
    "add",
    "align",
    "bessel",
    "broadcast_to",
    "chain_product",
    "check",
    "cholesky",
    "comparison",
    "complexes",
    "concatenate",
    "contract",
    "convert",
    "copy",
    "det",
    "divide",
    "elementwise",
    "exponential",
    "extrema",
    "following",
    "fourier",
    "getitem",
    "hyperbolic",
    "index_add",
    "interpolation",
    "inv",
    "is_basic",
    "join_index",
    "linear",
    "matmul",
    "multiply",
    "negative",
    "over",
    "position",
    "power",
    "reduce_sum",
    "reshape",
    "rounding",
    "sequence_sum",
    "sequence_where",
    "setitem",
    "signs",
    "sinc",
    "slogdet",
    "solve",
    "special",
    "split_index",
    "spread",
    "spread_items",
    "square",
    "stack",
    "subtract",
    "sum_items",
    "sum_outer",
    "sum_to",
    "tell",
    "times",
    "to_dtype",
    "transpose",
    "trigonometric",
    "vecdot",
    "where",
]
