"""NumPy's functions written in primitives: no derivative rules here."""

from wengert.functions import (
    along_axis,
    calculus,
    complexes,
    creation,
    cumulative,
    decompositions,
    einsum,
    elementwise,
    fourier,
    histograms,
    joining,
    linear_algebra,
    matrices,
    padding,
    polynomials,
    products,
    quantiles,
    queries,
    ranges,
    rearranging,
    reductions,
    selection,
    shaping,
    sorting,
    special,
    splitting,
    statistics,
    taking,
    ufunc_methods,
    writing,
)
from wengert.functions.assemble import as_array, has_traced
from wengert.functions.table import NUMPY, UFUNC_METHODS, implements

__all__ = ["NUMPY", "UFUNC_METHODS", "as_array", "has_traced", "implements"]
