"""Counting: bincount and histogram. Counts have no derivative; weights that are added up have one."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array
from wengert.functions.axes import flattened
from wengert.functions.demands import is_abstract
from wengert.functions.table import implements
from wengert.ir import Traced, dtype_of, known, shape_of
from wengert.primitives import SLOT, index_add, to_dtype


@implements(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number occurs, or the sum of the weights of its occurrences."""
    x = known(x)
    if isinstance(x, Traced):
        raise UnsupportedError("np.bincount counts plain integers; of a traced array take stop_gradient first")
    places = np.asarray(x)
    if weights is None or shape_of(weights) != places.shape or places.ndim != 1:
        raise ValueError("The weights and list don't have the same length.")
    if dtype_of(weights).kind == "c":
        raise TypeError("np.bincount takes real weights: count real and imaginary parts on their own")
    length = len(np.bincount(places, minlength=minlength))
    return index_add(np.zeros(length), to_dtype(as_array(weights), np.dtype(np.float64)), places, index=(SLOT,))


@implements(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """The counts in bins, whose edges must be plain: given, or equal parts of a given range.

    The sums of weights are linear in the weights; the data decide only which bin an element is in.
    """
    a, bins = known(a), known(bins)
    edgeless = np.ndim(bins) == 0 and (range is None or isinstance(bins, str))
    if isinstance(bins, Traced) or (isinstance(a, Traced) and edgeless):
        raise UnsupportedError(
            "np.histogram of traced data makes edges that depend on them: give range=(low, high), or the edges as bins"
        )
    data = flattened(as_array(a))
    edges = np.histogram_bin_edges([] if isinstance(data, Traced) else data, bins, range)
    place = np.clip(np.searchsorted(edges, data, side="right") - 1, -1, len(edges) - 1)
    place = np.where(data == edges[-1], len(edges) - 2, place)  # the last bin has its right edge too
    within = (place >= 0) & (place < len(edges) - 1)
    w = np.ones(shape_of(data), np.int64) if weights is None else flattened(as_array(weights))
    if is_abstract(within):
        w, place = np.where(within, w, np.zeros((), dtype_of(w))), np.where(within, place, 0)
    else:
        inside = np.flatnonzero(within)
        w, place = w[inside], place[inside]
    counts = index_add(np.zeros(len(edges) - 1, dtype_of(w)), w, place, index=(SLOT,))
    if density:
        return counts / np.diff(edges).astype(float) / np.sum(counts), edges
    return counts, edges
