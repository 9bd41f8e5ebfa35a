"""The row of an elementwise function, and the product that the chain rule uses.

An elementwise rule is a list of partials: `sin: cos(x)`. From it come forward and reverse mode, Taylor series and
sparsity; nobody writes a second rule.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import Array, Pointwise, Primitive, register, shape_of
from wengert.ir.primitive import ARITHMETIC
from wengert.primitives.identities import chain_multiplied, divided
from wengert.primitives.shape import align
from wengert.primitives.simplifications import by_a_number, first_of, is_number, neutral, step
from wengert.primitives.ufuncs import UFUNCS

Interval = tuple[float, float]


def elementwise(
    name: str,
    function: Callable[..., Any],
    *partials: Any,
    domain: Interval | tuple[Interval, ...] = (-2.0, 2.0),
    holomorphic: bool = False,
    native: str | Callable[..., Any] | Pointwise | None = None,
    **columns: Any,
) -> Primitive:
    """One row: a function and its partial derivatives `p(y, *inputs)`, in plain NumPy, seeing the output first.

    The function is a ufunc, which then means this row wherever a program calls it, or any function of arrays that
    broadcasts like one. A constant partial is given as a number, 0 for none. `native` names the emitter's
    operation for machine code, or says it in several: `lambda e, x: e.exp(e.negative(x))`. `columns` are the others of
    `Primitive`: `special` lists points where the partials are easily wrong, with the right values; `samples` replaces
    `domain` for what does not take floats.

    Examples
    --------
    `sinh = elementwise("sinh", np.sinh, lambda y, x: np.cosh(x), holomorphic=True)`
    """
    intervals = domain if isinstance(domain[0], tuple) else (domain,) * len(partials)
    row = Primitive(
        name=name,
        evaluate=function,
        infer=ufunc_type(function) if isinstance(function, np.ufunc) else probed_type(function),
        partials=partials,
        domain=intervals,
        holomorphic=holomorphic,
        native=Pointwise(native) if isinstance(native, str) or callable(native) else native,
        **columns,
    )
    if isinstance(function, np.ufunc):
        if function.nin != len(partials) or function.nout != 1:
            raise TypeError(f"{name}: {function.nin} partials and one output are needed")
        UFUNCS[function] = row
    return register(row)


def ufunc_type(function: np.ufunc) -> Callable[..., Array]:
    """The type rule of a ufunc with one output: broadcast shapes, NumPy's own promotion."""

    @functools.lru_cache(maxsize=1024)
    def infer(*types: Array) -> Array:
        shape = types[0].shape
        if any(t.shape != shape for t in types):
            shape = np.broadcast_shapes(*(t.shape for t in types))
        all_weak = all(t.weak for t in types)  # NumPy then takes their default dtypes
        asked = [t.dtype if all_weak else t.promotes_as for t in types]
        return Array(shape, function.resolve_dtypes((*asked, None))[-1])

    return infer


def probed_type(function: Callable[..., Any]) -> Callable[..., Array]:
    """The type rule of any other broadcasting function: the dtype is read off a call with ones."""

    def infer(*types: Array, **params: Any) -> Array:
        ones = [t.dtype.type(1).item() if t.weak else np.ones(1, t.dtype) for t in types]
        with np.errstate(all="ignore"):
            dtype = np.asarray(function(*ones, **params)).dtype
        return Array(np.broadcast_shapes(*(t.shape for t in types)), dtype)

    return infer


def align_batch(args: tuple[Any, ...], batched: tuple[bool, ...]) -> tuple[Any, ...]:
    """The arguments of a broadcasting function such that those with a leading batch axis line up on it."""
    rank = max(len(shape_of(x)) - flag for x, flag in zip(args, batched, strict=True))
    return tuple(align(x, rank + 1) if flag else x for x, flag in zip(args, batched, strict=True))


def _has_nan(x: Any) -> bool:
    """Whether there may be a nan in an array: one fast pass, by sums that a nan or opposite infinities make nan.

    BLAS is faster, but takes several threads for large arrays, which may have to wait for one another.
    """
    if x.size <= SMALL:
        total = np.vdot(x, x)
    else:
        with np.errstate(all="ignore"):
            total = np.add.reduce(x, axis=None)
    return bool(total != total)


SMALL = 8192


def chain_product(a: Any, b: Any) -> Any:
    """The product in which an exact zero wins: 0·inf = 0·nan = 0.

    The chain rule multiplies a partial by a tangent or cotangent. Where one factor is exactly zero (an arm that `where`
    did not select, a sigmoid that has underflowed) the path contributes nothing, however singular the other factor is.
    """
    product = a * b
    if isinstance(product, np.ndarray):
        if product.dtype.kind not in "fc":
            return product
        if not _has_nan(product):
            return product
        return np.where((a == 0) | (b == 0), product.dtype.type(0), product)
    if product != product and (a == 0 or b == 0):
        return type(product)(0)
    return product


times = register(
    Primitive(
        name="times",
        evaluate=chain_product,
        infer=ufunc_type(np.multiply),
        partials=(lambda z, a, b: b, lambda z, a, b: a),
        simplify=first_of(neutral(1.0, 0, 1), by_a_number),
        identities=lambda a, b: chain_multiplied(times, over, a, b),
        commutative=True,
        symbol="{0} * {1}",
        domain=((-2.0, 2.0), (-2.0, 2.0)),
        holomorphic=True,
        cost=ARITHMETIC,
        special=(((0.0, np.inf), (np.inf, 0.0)), ((0.0, np.nan), (np.nan, 0.0))),
        native=Pointwise("times", like=np.multiply),
    )
)


def chain_quotient(a: Any, b: Any) -> Any:
    """The quotient in which an exact zero above wins: 0/0 = 0/nan = 0. It stands for the chain rule's a·(1/b)."""
    quotient = np.true_divide(a, b)
    if isinstance(quotient, np.ndarray):
        return np.where(np.isnan(quotient) & np.equal(a, 0), quotient.dtype.type(0), quotient)
    return type(quotient)(0) if quotient != quotient and a == 0 else quotient


def _emit_quotient(e: Any, a: Any, b: Any) -> Any:
    quotient, zero = e.divide(a, b), e.like(0, a)
    return e.where(e.logical_and(e.isnan(quotient), e.equal(a, zero)), zero, quotient)


over: Primitive = register(
    Primitive(
        name="over",
        evaluate=chain_quotient,
        infer=ufunc_type(np.true_divide),
        partials=(lambda z, a, b: 1 / b, lambda z, a, b: -over(z, b)),
        simplify=first_of(neutral(1.0, 1), lambda a, b: step(np.divide, a, b) if is_number(a) and a != 0 else None),
        identities=lambda a, b: divided(a, b, over),
        symbol="{0} / {1}",
        latex=r"\frac{#1}{#2}",
        domain=((-2.0, 2.0), (0.5, 2.0)),
        holomorphic=True,
        special=(((0.0, 0.0), (np.inf, 0.0)), ((0.0, np.nan), (np.nan, 0.0))),
        native=Pointwise(_emit_quotient, like=np.true_divide),
    )
)
