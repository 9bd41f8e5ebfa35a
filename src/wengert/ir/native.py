"""How a row is made machine code: the values of the `native` column of a primitive.

A row that says nothing still runs natively where its `evaluate` is a ufunc, whose compiled loop is called, or where it
is a view, which is asked of NumPy; everything else calls back to `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Pointwise:
    """Each element of the output from the elements of the inputs at the same place.

    Attributes
    ----------
    emit
        The name of an operation of the emitter, or `emit(e, *elements, **params)`, written with them.
    like
        The ufunc whose promotion the operands take; without one they take the dtype of the output.
    raw
        Inputs that keep their own dtype (the condition of `where`); `True` for all of them.
    """

    emit: str | Callable[..., Any]
    like: np.ufunc | None = None
    raw: tuple[int, ...] | bool = ()


@dataclass(frozen=True)
class Fold:
    """A reduction along `params["axis"]`, in an order that does not depend on the machine.

    Attributes
    ----------
    combine
        The name of the operation of two elements.
    start
        The value of an empty reduction; `"lowest"` or `"highest"` of the type, or where it has one `"nan ..."`.
    each
        `each(e, *elements, **params)`: what of the inputs is combined; the first input itself by default.
    last
        `last(e, total, **params)`: what is made of the total.
    dtype
        Whether the elements take the dtype of the output before they are combined.
    empty
        Whether NumPy reduces nothing at all to `start`; otherwise it complains.
    """

    combine: str
    start: Any
    each: Callable[..., Any] | None = None
    last: Callable[..., Any] | None = None
    dtype: bool = True
    empty: bool = True


@dataclass(frozen=True)
class Pieces:
    """The output put together from parts of the inputs.

    `parts(out, *inputs, **params)` gives pairs of a part of `out` and what is written there, in NumPy's own views; it
    is called with arrays of which only shape and strides may be looked at.
    """

    parts: Callable[..., Any]


@dataclass(frozen=True)
class Routine:
    """An operation on whole arrays in memory, by its name among the routines of the native package.

    What the routine cannot do (a dtype, a shape), it leaves to `evaluate`.

    Attributes
    ----------
    name
        The routine.
    small
        `small(e, *inputs, **params)` on arrays whose elements are registers, for small arrays. `"moves"` says that the
        row only moves elements, so that `evaluate` does it.
    indices
        The inputs from this one on are positions, which have to be known for `small`, and are passed as they are.
    options
        Further arguments of the routine.
    empty
        It takes arrays without elements.
    whole
        It takes whatever comes: sequences, arrays without elements.
    """

    name: str
    small: Callable[..., Any] | str | None = None
    indices: int | None = None
    options: tuple[Any, ...] = ()
    empty: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Composite:
    """Written in other rows: `lines(*inputs, **params)` in plain NumPy, recorded and compiled in place of the line."""

    lines: Callable[..., Any]


@dataclass(frozen=True)
class UfuncLoop:
    """The compiled loop of a ufunc, where `evaluate` is only made of it.

    Attributes
    ----------
    ufunc
        The ufunc.
    output
        Which of its outputs.
    more
        Numbers that it takes after the inputs.
    """

    ufunc: np.ufunc
    output: int = 0
    more: tuple[float, ...] = ()


Native = UfuncLoop | Pointwise | Fold | Pieces | Routine | Composite
