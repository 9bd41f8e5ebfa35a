"""Python's builtin functions on abstract values."""

from __future__ import annotations

import cmath
import functools
import math
import operator
from collections.abc import Callable
from types import GeneratorType
from typing import Any

import numpy as np

from wengert.ir import bind
from wengert.primitives.rounding import to_integer
from wengert.read.blocks import iterate
from wengert.read.calls import call
from wengert.read.likeness import class_of
from wengert.read.mathematics import COMPLEX, REAL
from wengert.read.operations import binary
from wengert.record import Box
from wengert.stage.control.branches import truth
from wengert.stage.control.loops import loop
from wengert.stage.control.streams import Parts, TracedRange, weak_integer
from wengert.stage.meaning.expressions import Generated, elements
from wengert.stage.recording import Recording, is_abstract
from wengert.stage.tables import Proceed, means, method
from wengert.stage.values.frames import leaf_type
from wengert.stage.values.grown import grown_in, length_of
from wengert.stage.values.masked import Masked, positions
from wengert.stage.values.stacked import lazy_element


def _names(*names: str) -> Any:
    """What is known of the names that a loop of ours binds: all are needed before and after a pass."""
    return (names, names, names, ())


# -- what loops go through ---------------------------------------------------------------------------------------------


@means(range)
def _range(recording: Recording, proceed: Proceed, *args: Any) -> Any:
    if not any(map(is_abstract, args)):
        return proceed(*args)
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    return TracedRange(*map(_plain_integer, (start, stop, step)))


def _plain_integer(x: Any) -> Any:
    if not is_abstract(x):
        return operator.index(x)
    if x.dtype.kind not in "iu" or x.shape:
        raise TypeError(f"'{class_of(x).__name__}' object cannot be interpreted as an integer")
    return x


@means(enumerate)
def _enumerate(recording: Recording, proceed: Proceed, iterable: Any, start: Any = 0) -> Any:
    iterable = iterate(iterable)
    return Parts(enumerate, (iterable,), {"start": start}) if _by_number(iterable) else proceed(iterable, start)


@means(zip)
def _zip(recording: Recording, proceed: Proceed, *iterables: Any, strict: bool = False) -> Any:
    iterables = tuple(map(iterate, iterables))
    if iterables and all(map(_by_number, iterables)):
        return Parts(zip, iterables, {"strict": strict} if strict else {})
    return proceed(*iterables, strict=strict)


@means(reversed)
def _reversed(recording: Recording, proceed: Proceed, sequence: Any) -> Any:
    sequence = iterate(sequence) if type(sequence) in (list, tuple) else sequence
    return Parts(reversed, (sequence,), {}) if _by_number(sequence) else proceed(sequence)


def _by_number(x: Any) -> bool:
    return type(x) in (list, tuple, range, TracedRange, Box, np.ndarray, Parts, Masked)


@means(map)
def _map(recording: Recording, proceed: Proceed, function: Any, *iterables: Any) -> Any:
    if len(iterables) == 1:
        return Generated(iterables[0], lambda item: iter((call(function, item),)))
    parts = tuple(map(iterate, iterables))
    if not all(map(_by_number, parts)):
        return proceed(function, *parts)
    return Generated(Parts(zip, parts, {}), lambda items: iter((call(function, *items),)))


def _listing(kind: type) -> Callable[..., Any]:
    def make(recording: Recording, proceed: Proceed, *args: Any) -> Any:
        if len(args) == 1:
            if type(args[0]) is Generated and args[0].is_new:
                return kind(elements(args[0].iterable, lambda item: list(args[0].produce(item))))
            x = args[0]
            if is_abstract(x) and x.ndim:
                stack = x if x.ndim > 1 else x.snapshot()
                return kind(lazy_element(stack, leaf_type(x[0]), i) for i in range(len(x)))
        return proceed(*args)

    return make


for _kind in (list, tuple):
    means(_kind)(_listing(_kind))


@means(len)
def _len(recording: Recording, proceed: Proceed, x: Any) -> Any:
    items = recording.accumulator(x)
    if items is not None:
        return items.length()
    if grown_in(x) is not None:
        return length_of(x)
    if type(x) is Masked:
        return x.count
    recording.outside.measures(x)
    return x.length if type(x) is TracedRange else proceed(x)


@means(next)
def _next(recording: Recording, proceed: Proceed, iterator: Any, *default: Any) -> Any:
    recording.takes_from(iterator)
    return proceed(iterator, *default)


@method(GeneratorType, "send", "throw", "close", "__next__")
def _resumes(recording: Recording, proceed: Proceed, generator: Any, *args: Any) -> Any:
    recording.takes_from(generator)
    return proceed(*args)


# -- sums, truths and extremes -----------------------------------------------------------------------------------------


@means(sum)
def _sum(recording: Recording, proceed: Proceed, iterable: Any, /, start: Any = 0) -> Any:
    total = start

    def body(item: Any) -> None:
        nonlocal total
        total = binary("Add", total, item)

    return total if _gone_through(recording, iterable, body, "sum", "total") else proceed(iterable, start)


def _gone_through(recording: Recording, iterable: Any, body: Callable[[Any], None], what: str, *names: str) -> bool:
    """Call a function with all items of something, as a loop of the program would; only for what loops can roll."""
    if type(iterable) is Generated and iterable.is_new:
        produce = iterable.produce

        def through(item: Any) -> None:
            recording.innermost.journal.watch(body)
            for part in produce(item):
                body(part)

        loop(iterable.iterable, through, None, None, _names(*names), what)
        return True
    if type(iterable) in (Box, TracedRange, Parts, Masked, list, tuple):
        loop(iterable, body, None, None, _names(*names), what)
        return True
    return False


@means(any)
def _any(recording: Recording, proceed: Proceed, iterable: Any) -> Any:
    return _over(iterable, np.logical_or, True)


@means(all)
def _all(recording: Recording, proceed: Proceed, iterable: Any) -> Any:
    return _over(iterable, np.logical_and, False)


def _over(iterable: Any, combine: Any, stops: bool) -> Any:
    """`any` and `all`: plain truths are taken as they come, abstract ones are combined."""
    found: Any = not stops
    for item in iterate(iterable):
        holds = truth(item)
        if type(holds) is bool:
            if holds is stops:
                return stops
        else:
            found = holds if type(found) is bool else combine(found, holds)
    return found


@means(functools.reduce)
def _reduce(recording: Recording, proceed: Proceed, function: Any, iterable: Any, *initial: Any) -> Any:
    if not initial or not _by_number(iterable):
        return proceed(function, iterable, *initial)
    (result,) = initial

    def body(item: Any) -> None:
        nonlocal result
        result = call(function, result, item)

    loop(iterable, body, None, None, _names("result"), "reduce")
    return result


# -- numbers -----------------------------------------------------------------------------------------------------------


def _to_whole(rounded: Any) -> Callable[..., Any]:
    """A function whose result is a whole number."""

    def convert(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != 1 or not is_abstract(args[0]):
            return proceed(*args, **kwargs)
        x = args[0]
        if x.shape:
            if x.size != 1:
                raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
            x = np.reshape(x, ())  # type: ignore[call-overload]
        if x.dtype.kind in "iub":
            return weak_integer(np.astype(x, np.dtype(np.int64)) if x.dtype != np.int64 else np.positive(x))
        return weak_integer(bind(to_integer, (rounded(x),), {"dtype": np.dtype(np.int64)}))

    return convert


for _function, _rounded in (
    (int, np.trunc), (round, np.rint), (math.floor, np.floor), (math.ceil, np.ceil), (math.trunc, np.trunc),
):  # fmt: skip
    means(_function)(_to_whole(_rounded))


@means(float)
def _float(recording: Recording, proceed: Proceed, *args: Any) -> Any:
    if args and is_abstract(args[0]) and args[0].dtype.kind in "iub" and not args[0].shape:
        out = np.astype(args[0], np.dtype(np.float64))
        out.ssa.weaken()
        return out
    return proceed(*args)


@means(bool)
def _bool(recording: Recording, proceed: Proceed, x: Any = False) -> Any:
    return truth(x)


def _python(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> Any:
    """A function of `math`, which raises where NumPy's gives nan or inf."""
    if recording.attempts and any(map(is_abstract, args)):
        for kind in (ValueError, OverflowError):
            recording.must_not_be_caught(kind("math domain error"))
    return proceed(*args, **kwargs)


for _function in (*REAL, *COMPLEX, math.log, cmath.log):
    means(_function)(_python)


@means(np.nonzero, np.where)
def _nonzero(recording: Recording, proceed: Proceed, x: Any, *others: Any) -> Any:
    return positions(x) if not others and is_abstract(x) and x.ndim else proceed(x, *others)


@means(np.flatnonzero)
def _flatnonzero(recording: Recording, proceed: Proceed, a: Any) -> Any:
    return positions(np.ravel(a))[0] if is_abstract(a) else proceed(a)


@means(np.unravel_index)
def _unravel_index(recording: Recording, proceed: Proceed, indices: Any, shape: Any, order: str = "C") -> Any:
    if not is_abstract(indices):
        return proceed(indices, shape, order)
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    places = []
    for length in shape[::-1] if order == "C" else shape:
        places.append(indices % length)
        indices = indices // length
    return tuple(places[::-1] if order == "C" else places)


def _elementwise(meaning: Any) -> Callable[..., Any]:
    def test(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> Any:
        return meaning(*args, **kwargs) if any(map(is_abstract, args)) else proceed(*args, **kwargs)

    return test


def _isclose(a: Any, b: Any, *, rel_tol: Any = 1e-9, abs_tol: Any = 0.0) -> Any:
    return np.abs(a - b) <= np.maximum(rel_tol * np.maximum(np.abs(a), np.abs(b)), abs_tol)


for _function, _meaning in (
    (math.isnan, np.isnan), (math.isinf, np.isinf), (math.isfinite, np.isfinite), (math.isclose, _isclose),
    (cmath.isnan, np.isnan), (cmath.isinf, np.isinf), (cmath.isfinite, np.isfinite), (cmath.isclose, _isclose),
):  # fmt: skip
    means(_function)(_elementwise(_meaning))
