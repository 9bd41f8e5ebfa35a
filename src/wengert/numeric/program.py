"""A function near a point: its values as vectors, counted; a point outside of its domain is an answer, not an error."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.ir import Traced
from wengert.numeric.ladder import Array
from wengert.tree import flatten, unflatten

Leaves = list[Any]
WIDE = (np.dtype(np.longdouble), np.dtype(np.clongdouble))


class Program:
    """A function of leaves, evaluated at one point and then near it.

    Its result, a container of numbers and arrays, is one vector of real components; a complex number is two of them,
    at a distance.
    """

    def __init__(self, function: Callable[[Leaves], Any], leaves: Sequence[Any], what: str, unit: float = 0.0) -> None:
        if any(isinstance(leaf, Traced) for leaf in leaves):
            raise TypeError(_traced(what))
        self._function = function
        self._own = {id(leaf) for leaf in leaves if isinstance(leaf, np.ndarray)}
        self.leaves = list(leaves)
        self.what = what
        self.evaluations = 1
        watch = _Watch()
        with watch:
            result = self._call(self.leaves)
        self._usual = watch.seen
        watch.show()
        found, self.structure = flatten(result)
        self.outputs = [_array(leaf, what) for leaf in found]
        given = [np.asarray(leaf).dtype for leaf in leaves]
        found_in = [x.dtype for x in self.outputs if x.dtype.kind in "fc"]
        self.dtype = np.dtype(np.longdouble if any(dtype in WIDE for dtype in [*given, *found_in]) else np.float64)
        self.unit = max([unit, *map(_unit, given)]) or 0.5**53  # that arguments are rounded to, relative
        self.units = np.concatenate(
            [np.full(x.size * (2 if x.dtype.kind == "c" else 1), max(_unit(x.dtype), self.unit)) for x in self.outputs]
            or [np.zeros(0)]
        )  # that the components are rounded to
        self.center = self.vector(self.outputs)
        self.known = np.isfinite(self.center)
        self.random = np.zeros(self.size, bool)  # components that changed when the function was called once more
        self._repeated = False

    @property
    def size(self) -> int:
        """The number of components."""
        return len(self.center)

    def __call__(self, leaves: Leaves) -> tuple[Array, Array]:
        """The components at a point near the given one, and which of them are values; the others are zero."""
        self.evaluations += 1
        watch = _Watch()
        try:
            with watch:
                found, structure = flatten(self._call(leaves))
        except Exception:  # a math domain error, a division by zero, whatever a point is refused with
            return self._nothing()
        outputs = [np.asarray(leaf) for leaf in found]
        if structure != self.structure or any(map(_differs, outputs, self.outputs)) or not watch.seen <= self._usual:
            return self._nothing()
        values = self.vector(outputs)
        valid = np.isfinite(values) & self.known
        return (values, valid) if valid.all() else (np.where(valid, values, 0), valid)

    def continued(self, leaves: Leaves) -> Array:
        """The components at a complex point, each a complex number."""
        self.evaluations += 1
        what = f"{self.what}(method='complex')"
        if any(x.dtype.kind == "c" for x in self.outputs):
            raise TypeError(f"{what} needs a function with real values; this one has complex values at a real point")
        try:
            with _Watch():
                found, structure = flatten(self._call(leaves))
        except Exception as error:
            raise TypeError(
                f"{what} calls the function with complex numbers, and that failed "
                f"({type(error).__name__}: {error}). Leave out method="
            ) from error
        outputs = [_array(leaf, self.what) for leaf in found]
        if structure != self.structure or [x.shape for x in outputs] != [x.shape for x in self.outputs]:
            raise ValueError(f"{what}: the function's result has another structure at complex arguments")
        return np.concatenate([x.ravel() for x in outputs] or [np.zeros(0)]) + 0j

    def repeat(self) -> None:
        """Call the function at the point once more, to see whether it is random."""
        if not self._repeated:
            self._repeated = True
            self.random = self(self.leaves)[0] != self.center

    def vector(self, outputs: Sequence[Array]) -> Array:
        """The components of a result."""
        parts: list[Array] = []
        for x, like in zip(outputs, self.outputs, strict=True):
            parts += [x.real.ravel(), x.imag.ravel()] if like.dtype.kind == "c" else [x.ravel()]
        return np.concatenate(parts or [np.zeros(0)], dtype=self.dtype, casting="unsafe")

    def parts(self, vector: Array) -> list[Array]:
        """Each output's part of an array whose first axis is the components; its shape in place of that axis."""
        found, start = [], 0
        for output in self.outputs:
            part = vector[start : start + output.size]
            start += output.size
            if output.dtype.kind == "c":
                part = part + 1j * vector[start : start + output.size]
                start += output.size
            found.append(part.reshape(output.shape + vector.shape[1:]))
        return found

    def rebuild(self, outputs: Sequence[Any]) -> Any:
        """The result's container."""
        return unflatten(self.structure, outputs)

    def _call(self, leaves: Leaves) -> Any:
        """The function's result; should it write into its arguments, these are copies."""
        return self._function([leaf.copy() if id(leaf) in self._own else leaf for leaf in leaves])

    def _nothing(self) -> tuple[Array, Array]:
        return np.zeros(self.size, self.dtype), np.zeros(self.size, bool)


class _Watch:
    """Takes note of warnings, NumPy's of leaving a domain among them, and keeps them from the user."""

    def __init__(self) -> None:
        self.seen: set[Any] = set()

    def __enter__(self) -> None:
        self._errors = np.errstate(
            divide="call", invalid="call", over="ignore", under="ignore", call=lambda kind, flag: self.seen.add(kind)
        )
        self._catch = warnings.catch_warnings(record=True)
        self._errors.__enter__()
        self._caught: Any = self._catch.__enter__()
        warnings.simplefilter("always")

    def __exit__(self, *exception: Any) -> None:
        self._catch.__exit__(*exception)
        self._errors.__exit__(*exception)
        self.seen.update(one.category for one in self._caught)

    def show(self) -> None:
        """Give the user the warnings that were kept."""
        for one in self._caught:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno, source=one.source)


def _unit(dtype: np.dtype[Any]) -> float:
    return float(np.finfo(dtype).eps) / 2 if dtype.kind in "fc" else 0.0


def _array(leaf: Any, what: str) -> Array:
    """A leaf of a result as an array of numbers; TypeError for what is none."""
    if isinstance(leaf, Traced):
        raise TypeError(_traced(what))
    array = np.asarray(leaf)
    if array.dtype.kind not in "fciub":
        raise TypeError(f"{what}: the function returned a {type(leaf).__name__}, not a number or an array of numbers")
    return array


def _traced(what: str) -> str:
    return (
        f"{what} (numeric) was called on a traced value: differences of numbers cannot be differentiated by tracing. "
        "Take the outer derivative numerically, too, or the inner one by wengert.grad"
    )


def _differs(new: Array, old: Array) -> bool:
    """Whether a result changed its shape, or became complex: a root or a logarithm of a negative number."""
    return new.shape != old.shape or new.dtype.kind not in "fciub" or (new.dtype.kind == "c" and old.dtype.kind != "c")
