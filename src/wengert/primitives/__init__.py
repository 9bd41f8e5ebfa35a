"""The table of primitives: what each line of a list means, said once."""

from wengert.primitives.arithmetic import add, multiply, negative, power, subtract
from wengert.primitives.elementwise import UFUNCS, chain_product, elementwise, times
from wengert.primitives.indexing import SLOT, getitem, index_add, join_index, setitem, split_index
from wengert.primitives.linear import linear
from wengert.primitives.shape import (
    align,
    broadcast_to,
    concatenate,
    convert,
    reduce_sum,
    reshape,
    spread,
    sum_to,
    to_dtype,
    transpose,
)

__all__ = [
    "SLOT",
    "UFUNCS",
    "add",
    "align",
    "broadcast_to",
    "chain_product",
    "concatenate",
    "convert",
    "elementwise",
    "getitem",
    "index_add",
    "join_index",
    "linear",
    "multiply",
    "negative",
    "power",
    "reduce_sum",
    "reshape",
    "setitem",
    "split_index",
    "spread",
    "subtract",
    "sum_to",
    "times",
    "to_dtype",
    "transpose",
]
