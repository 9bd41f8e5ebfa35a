"""np.pad: an array with a frame around it."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions.assemble import as_array, has_traced
from wengert.functions.axes import along
from wengert.functions.shaping import in_order, order_like
from wengert.functions.table import implements
from wengert.ir import Traced, dtype_of, known, shape_of
from wengert.primitives import broadcast_to, concatenate, setitem, to_dtype

KEYWORDS: dict[str, dict[str, Any]] = {  # what each mode takes, and what it is when it is not given
    "constant": {"constant_values": 0},
    "empty": {},
    "edge": {},
    "wrap": {},
    "reflect": {"reflect_type": "even"},
    "symmetric": {"reflect_type": "even"},
    "linear_ramp": {"end_values": 0},
    "maximum": {"stat_length": None},
    "minimum": {"stat_length": None},
    "mean": {"stat_length": None},
    "median": {"stat_length": None},
}
STATISTICS = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}


@implements(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """The array with elements before and after it along each axis, made by a rule that `mode` names."""
    x = as_array(array)
    widths = _pairs(pad_width, len(shape_of(x)), "pad_width")
    widths = [(operator.index(a), operator.index(b)) for a, b in widths]
    if any(n < 0 for pair in widths for n in pair):
        raise ValueError("index can't contain negative values")
    if callable(mode):
        return _by_function(x, widths, mode, kwargs)
    if mode not in KEYWORDS:
        raise ValueError(f"mode {mode!r} is not supported")
    unknown = set(kwargs) - set(KEYWORDS[mode])
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode {mode!r}: {unknown}")
    (option,) = {**KEYWORDS[mode], **kwargs}.values() or (None,)
    option = known(option)
    if mode in ("constant", "empty") and not (isinstance(option, Traced) or has_traced(option)):
        return _by_constant(x, widths, 0 if option is None else option)
    rules = {"constant": _constant, "linear_ramp": _ramp, **dict.fromkeys(STATISTICS, _statistic)}
    rule = rules.get(mode, _gathered)
    per_axis = [option] * len(widths) if rule is _gathered else _pairs(option, len(widths), "the value of mode")
    order = order_like(x)
    for i, (pair, value) in enumerate(zip(widths, per_axis, strict=True)):
        if any(pair):
            x = rule(x, i - len(widths), pair, value, mode)
    return in_order(x, order) if any(map(any, widths)) and isinstance(x, Traced) else np.copy(x)


def _pairs(value: Any, ndim: int, name: str) -> list[tuple[Any, Any]]:
    """What is to be before and after along each axis, given for all, or for each side, or for each axis and side."""
    if isinstance(value, dict):
        found = {axis % ndim: one for axis, one in value.items()}
        return [_pairs(found.get(i, 0), 1, name)[0] for i in range(ndim)]
    if value is None:
        return [(None, None)] * ndim
    full = broadcast_to(as_array(value), shape=(ndim, 2))
    if not isinstance(full, Traced):
        full = full.tolist()
    return [(full[i][0], full[i][1]) for i in range(ndim)]


def _frame(shape: tuple[int, ...], widths: list[tuple[int, int]]) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


def _by_constant(x: Any, widths: list[tuple[int, int]], values: Any) -> Any:
    """Write the array into a frame that NumPy makes."""
    shape = shape_of(x)
    order = order_like(x)
    frame = np.pad(np.zeros(shape, dtype_of(x), "F" if order == "F" else "C"), widths, constant_values=values)
    padded = setitem(frame, x, index=_frame(shape, widths))
    return in_order(padded, order) if order == "any" else padded


def _by_function(x: Any, widths: list[tuple[int, int]], function: Any, kwargs: dict[str, Any]) -> Any:
    """Let a function fill in the frame, one vector after the other, in place."""
    padded = _by_constant(x, widths, 0)
    for axis, pair in enumerate(widths):
        vectors = np.moveaxis(padded, axis, -1)
        for place in np.ndindex(*shape_of(vectors)[:-1]):
            function(vectors[place], pair, axis, kwargs)
    return padded


def _with_ends(x: Any, axis: int, pair: tuple[int, int], ends: Any) -> Any:
    """Join what `ends` makes for each side that has a width."""
    before = [ends(0, pair[0])] if pair[0] else []
    after = [ends(1, pair[1])] if pair[1] else []
    return concatenate(*before, x, *after, axis=axis)


def _side(x: Any, axis: int, width: int) -> tuple[int, ...]:
    shape = list(shape_of(x))
    shape[axis] = width
    return tuple(shape)


def _constant(x: Any, axis: int, pair: tuple[int, int], values: Any, mode: str) -> Any:
    def end(side: int, width: int) -> Any:
        return broadcast_to(to_dtype(as_array(values[side]), dtype_of(x)), shape=_side(x, axis, width))

    return _with_ends(x, axis, pair, end)


def _ramp(x: Any, axis: int, pair: tuple[int, int], values: Any, mode: str) -> Any:
    """From the end value in equal steps towards the edge: the arithmetic of np.linspace."""

    def end(side: int, width: int) -> Any:
        edge = x[along(axis, slice(-1, None) if side else slice(0, 1))]
        start = to_dtype(as_array(values[side]), dtype_of(x))
        steps = np.arange(width).astype(dtype_of(x).type(0).real.dtype).reshape(_side_steps(width, axis))
        ramp = steps * ((edge - start) / width) + start
        return np.flip(ramp, axis) if side else ramp

    return _with_ends(x, axis, pair, end)


def _side_steps(width: int, axis: int) -> tuple[int, ...]:
    return (width,) + (1,) * (-axis - 1)


def _statistic(x: Any, axis: int, pair: tuple[int, int], lengths: Any, mode: str) -> Any:
    """A statistic of the elements near the edge."""
    longest = shape_of(x)[axis]

    def end(side: int, width: int) -> Any:
        length = longest if lengths[side] is None else min(int(lengths[side]), longest)
        if length == 0 and mode in ("maximum", "minimum"):
            raise ValueError("stat_length of 0 yields no value for padding")
        part = x[along(axis, slice(longest - length, None) if side else slice(0, length))]
        return broadcast_to(STATISTICS[mode](part, axis=axis, keepdims=True), shape=_side(x, axis, width))

    return _with_ends(x, axis, pair, end)


def _gathered(x: Any, axis: int, pair: tuple[int, int], reflect_type: Any, mode: str) -> Any:
    """Elements of the array again, at places that NumPy finds by padding an array of numbers."""
    length = shape_of(x)[axis]
    places = np.pad(np.arange(length), pair, mode=mode)  # type: ignore[call-overload]
    picked = x[along(axis, places)]
    if reflect_type in (None, "even") or length == 1:
        return picked
    if reflect_type != "odd":
        raise UnsupportedError(f"np.pad(..., reflect_type={reflect_type!r}) is not supported")
    # Reflected through the point at the edge: in the q-th copy y = x + q D for even q, and 2 x_last - x + (q - 1) D
    # for odd q, where D = x_last - x_first.
    copy = (np.arange(length + sum(pair)) - pair[0]) // (length - (mode == "reflect"))
    copy[pair[0] : pair[0] + length] = 0
    copy = copy.reshape(-1, *(1,) * (-axis - 1))
    odd = (copy % 2).astype(bool)
    first, last = x[along(axis, slice(0, 1))], x[along(axis, slice(-1, None))]
    turned = np.where(odd, 2 * last - picked, picked)
    return turned + (copy - odd).astype(dtype_of(x)) * (last - first)
