"""`x[mask]` with an abstract mask: how many elements it has is not known, but what they are is.

It is kept as the whole array and the mask. Functions of single elements go through the whole array, in which the
elements that are left out are replaced by one that is not (so that `log(x[x > 0])` never sees a negative number), and
reductions leave them out. Whatever would need the number of elements as a shape is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions.demands import demand, is_abstract
from wengert.ir import shape_of, users_line
from wengert.record import Box, ground


class Masked(np.lib.mixins.NDArrayOperatorsMixin):
    """The elements of an array, along its leading axes, for which a mask holds."""

    __slots__ = ("mask", "of", "whole")

    def __init__(self, whole: Any, mask: Any) -> None:
        self.whole = whole
        self.mask = mask
        self.of: tuple[int, tuple[int, ...]] | None = None  # of positions: the axis, and the shape of what is searched

    @property
    def chosen(self) -> Any:
        """The mask with as many axes as the array."""
        more = len(shape_of(self.whole)) - len(shape_of(self.mask))
        return np.reshape(self.mask, (*shape_of(self.mask), *(1,) * more)) if more else self.mask

    @property
    def count(self) -> Any:
        """The number of elements along the leading axis."""
        found = np.count_nonzero(self.mask)
        if isinstance(found, Box):
            found.ssa.weaken()
        return found

    # -- functions of single elements ----------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        target = kwargs.pop("out", (None,))[0]
        if method != "__call__" or kwargs or (target is not None and target is not self):
            raise _refusal(
                f"np.{ufunc.__name__}.{method}" if method != "__call__" else f"np.{ufunc.__name__}(..., out=)"
            )
        for x in inputs:
            if isinstance(x, Masked) and x.mask is not self.mask and not _same(x.mask, self.mask):
                raise _refusal("an operator between elements chosen by different masks")
        rest = len(shape_of(self.whole)) - len(shape_of(self.mask))
        for x in inputs:
            if not isinstance(x, Masked) and len(shape_of(x)) > rest:
                raise _refusal("an operator with an array of another length")
        out = ufunc(*(x.whole if isinstance(x, Masked) else x for x in inputs))
        if target is not None:
            self.whole, self.of = out, None
            return self
        return tuple(Masked(part, self.mask) for part in out) if isinstance(out, tuple) else Masked(out, self.mask)

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        meaning = _FUNCTIONS.get(func)
        if meaning is None or not isinstance(args[0], Masked):
            raise _refusal(f"np.{func.__name__}")
        return meaning(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            return lambda *args, **kwargs: _METHODS[name](self, *args, **kwargs)
        raise _refusal(f".{name}" if name not in ("shape", "size", "T") else f"the .{name}")

    @property
    def size(self) -> Any:
        """The number of elements."""
        return self.count * int(np.prod(shape_of(self.whole)[len(shape_of(self.mask)) :]))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return 1 + len(shape_of(self.whole)) - len(shape_of(self.mask))

    @property
    def dtype(self) -> Any:
        """The dtype."""
        return self.whole.dtype

    def copy(self) -> Masked:
        """The same elements."""
        return Masked(np.copy(self.whole), self.mask)

    def __len__(self) -> int:
        raise _refusal("len()")

    def __iter__(self) -> Any:
        raise _refusal("a loop")

    def __bool__(self) -> bool:
        raise _refusal("a condition")

    def __getitem__(self, index: Any) -> Any:
        whole = type(index) is int or (is_abstract(index) and index.dtype.kind in "iu" and not index.shape)
        if not whole or len(shape_of(self.mask)) != 1:
            raise _refusal("an index")
        place = np.where(index < 0, index + self.count, index)
        demand(
            (place >= 0) & (place < self.count), IndexError("index is out of bounds for what is chosen")
        )
        return self.in_front[place]

    @property
    def in_front(self) -> Any:
        """An array in which the elements that are chosen come first, in their order."""
        return self.whole[np.argsort(np.logical_not(self.mask), stable=True)]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise _refusal("a conversion to a plain array")


def chosen_from(x: Any, mask: Any) -> Masked:
    """`x[mask]`."""
    fits = len(shape_of(mask)) <= len(shape_of(x)) and shape_of(x)[: len(shape_of(mask))] == shape_of(mask)
    if not fits:
        raise IndexError(f"boolean index of shape {shape_of(mask)} did not match an array of shape {shape_of(x)}")
    count = len(shape_of(mask))
    flat = np.reshape(x, (-1, *shape_of(x)[count:])) if count > 1 else x
    one = flat[np.argmax(mask)]  # the first that is chosen
    found = Masked(x, mask)
    found.whole = np.where(found.chosen, x, one)
    return found


def positions(x: Any) -> tuple[Masked, ...]:
    """`np.nonzero(x)`: where the elements are, along each axis."""
    shape = shape_of(x)
    mask = np.reshape(x if x.dtype.kind == "b" else x != 0, -1)
    found = tuple([chosen_from(ground(one.ravel()), mask) for one in np.indices(shape)])
    for axis, one in enumerate(found):
        one.of = (axis, shape)
    return found


def write_chosen(x: Any, mask: Any, value: Any) -> None:
    """`x[mask] = value`."""
    if isinstance(value, Masked):
        if value.mask is not mask and not _same(value.mask, mask):
            raise _refusal("elements chosen by another mask")
        value = value.whole
    elif len(shape_of(value)) > len(shape_of(x)) - len(shape_of(mask)):
        raise _refusal("an array of values")
    x[...] = np.where(Masked(x, mask).chosen, value, x)


def _same(a: Any, b: Any) -> bool:
    return isinstance(a, Box) and isinstance(b, Box) and a.ssa is b.ssa


def _refusal(what: str) -> StagingError:
    return StagingError(
        f"{what} needs to know how many elements x[mask] has, which depends on values that are not known yet. Keep all "
        f"elements instead: np.where(mask, x, 0), or where= in a reduction{users_line()}"
    )


# -- reductions --------------------------------------------------------------------------------------------------------


def _reduction(function: Callable[..., Any], empty: Any = None) -> Callable[..., Any]:
    """A reduction that leaves out what the mask does; over all axes, or over the leading one, or over others."""

    def reduce(a: Masked, axis: Any = None, **options: Any) -> Any:
        rest, leading = len(shape_of(a.whole)) - len(shape_of(a.mask)), tuple(range(len(shape_of(a.mask))))
        options["where"] = a.chosen
        if empty is not None:
            demand(np.any(a.mask), ValueError("zero-size array to reduction operation which has no identity"))
            options["initial"] = empty
        if axis is None:
            return function(a.whole, **options)
        if not isinstance(axis, int):
            raise _refusal("a reduction over several axes")
        if axis % (rest + 1) == 0:
            return function(a.whole, axis=leading, **options)
        options.pop("where")
        options.pop("initial", None)
        return Masked(function(a.whole, axis=axis % (rest + 1) + len(leading) - 1, **options), a.mask)

    return reduce


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: _reduction(np.sum), np.prod: _reduction(np.prod), np.mean: _reduction(np.mean), np.var: _reduction(np.var),
    np.std: _reduction(np.std), np.any: _reduction(np.any), np.all: _reduction(np.all),
    np.max: _reduction(np.max, -np.inf), np.min: _reduction(np.min, np.inf),
    np.size: lambda a: a.size,
    np.copy: lambda a, **options: a.copy(),
    np.count_nonzero: lambda a: np.sum(a != 0),
    np.clip: lambda a, *bounds: Masked(np.clip(a.whole, *bounds), a.mask),
}  # fmt: skip
_METHODS = {
    function.__name__: meaning for function, meaning in _FUNCTIONS.items() if function not in (np.copy, np.size)
}


def is_mask(index: Any) -> bool:
    """Whether an index is an abstract mask."""
    return is_abstract(index) and index.dtype.kind == "b" and len(index.shape) > 0


def part_of(x: Box, index: Any) -> Any:
    """`x[index]` with something abstract in the index."""
    if is_mask(index):
        return chosen_from(x, index)
    if type(index) is Masked:
        return Masked(x[index.whole], index.mask)
    if type(index) is tuple and any(type(part) is Masked for part in index):
        return _at_positions(x, index)
    if type(index) is tuple and index and is_mask(index[0]) and not any(map(has_abstract, index[1:])):
        rest = tuple(slice(None) for _ in index[0].shape)
        return chosen_from(x[(*rest, *index[1:])], index[0])
    return x[index]


def _at_positions(x: Box, index: tuple[Any, ...]) -> Masked:
    """`x[rows, columns]`, where these are chosen by one mask."""
    chosen = [part for part in index if type(part) is Masked]
    others = [part for part in index if type(part) is not Masked]
    if (
        len(index) > x.ndim
        or any(not _same(part.mask, chosen[0].mask) for part in chosen)
        or any(type(part) is not int for part in others)
    ):
        raise _refusal("an index of several kinds")
    return Masked(x[tuple(part.whole if type(part) is Masked else part for part in index)], chosen[0].mask)


def is_chosen(index: Any, x: Box) -> Any:
    """The mask by which elements are written: an index that is one, or that is where it holds; `None` for others."""
    if is_mask(index):
        return index
    parts = index if type(index) is tuple else (index,)
    if not parts or any(type(part) is not Masked or part.of is None for part in parts):
        return None
    shape = parts[0].of[1]
    fits = [part.of for part in parts] == [(axis, shape) for axis in range(len(shape))]
    fits = fits and shape == shape_of(x)[: len(shape)] and all(_same(part.mask, parts[0].mask) for part in parts)
    return np.reshape(parts[0].mask, shape) if fits else None


def has_abstract(index: Any) -> bool:
    """Whether there is something abstract in an index."""
    if type(index) is tuple:
        return any(map(has_abstract, index))
    if type(index) is slice:
        return any(map(is_abstract, (index.start, index.stop, index.step)))
    return type(index) is Masked or is_abstract(index)
