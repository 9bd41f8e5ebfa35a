"""A user's own function as a primitive, from one rule in whichever form it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Primitive, Var, dependents, dtype_of, type_of
from wengert.record import Staged
from wengert.transform.pull import Backward, type_or_value


def custom_primitive(
    function: Callable[..., Any],
    name: str,
    partials: Sequence[Any] | None,
    jvp: Callable[..., Any] | None,
    vjp: Callable[..., Any] | None,
    shape: Callable[..., Any] | None,
) -> Primitive:
    """The row. Cotangents are in the library's inner convention, a user's `vjp` in the public one (conjugated)."""

    def infer(*types: Array, **params: Any) -> Any:
        if partials is not None and shape is None:
            dtype = np.result_type(*(t.dtype for t in types), np.float64 if all(t.weak for t in types) else np.float16)
            return Array(np.broadcast_shapes(*(t.shape for t in types)), dtype)
        if shape is None:
            raise StagingError(f"{name} has no shape rule: give wengert.primitive(..., shape=rule)")
        found = shape(*types, **params)
        return found if isinstance(found, (Array, tuple)) and _typed(found) else Array(tuple(found), types[0].dtype)

    pullback = None
    if vjp is not None:
        pullback = _inner(vjp)
        jvp = _transposed(pullback)
    elif jvp is not None:
        jvp = _with_output_first(jvp)
    return Primitive(
        name=name,
        evaluate=function,
        infer=infer,
        partials=None if partials is None else tuple(partials),
        jvp=jvp,
        vjp=pullback,
    )


def _typed(found: Any) -> bool:
    return isinstance(found, Array) or all(isinstance(t, Array) for t in found)


def _with_output_first(jvp: Callable[..., Any]) -> Callable[..., Any]:
    def rule(y: Any, xs: tuple[Any, ...], dxs: tuple[Any, ...], **params: Any) -> Any:
        full = tuple(np.zeros_like(x, dtype_of(x)) if dx is None else dx for x, dx in zip(xs, dxs, strict=True))
        return jvp(y, xs, full, **params)

    return rule


def _inner(vjp: Callable[..., Any]) -> Callable[..., Any]:
    """The user's rule between conjugations: conj(vjp(conj(ct)))."""

    def rule(ct: Any, y: Any, *xs: Any, **params: Any) -> Sequence[Any]:
        parts = vjp(tuple(map(_conj, ct)) if isinstance(ct, tuple) else _conj(ct), y, *xs, **params)
        if not isinstance(parts, (tuple, list)):
            parts = (parts,)
        if len(parts) != len(xs):
            raise TypeError(f"the vjp rule returned {len(parts)} cotangents for {len(xs)} arguments")
        return [None if part is None else _conj(part) for part in parts]

    return rule


def _conj(x: Any) -> Any:
    return np.conjugate(x) if dtype_of(x).kind == "c" else x


def _transposed(pullback: Callable[..., Any]) -> Callable[..., Any]:
    """The `jvp` of a given pullback: the pullback is linear in the cotangent, its transpose is the push."""

    def rule(y: Any, xs: tuple[Any, ...], dxs: tuple[Any, ...], **params: Any) -> Any:
        level = Staged("vjp rule")
        ys = y if isinstance(y, tuple) else (y,)
        cts = [level.add_input(Array(type_of(one).shape, type_of(one).dtype)) for one in ys]
        parts = pullback(tuple(cts) if isinstance(y, tuple) else cts[0], y, *xs, **params)
        wl = level.finish([0.0 if part is None else part for part in parts])
        backward = Backward(type_or_value, dependents(wl.inputs, wl.lines))
        for out, dx in zip(wl.outputs, dxs, strict=True):
            if dx is not None and type(out) is Var:
                backward.seed(out, dx)
        adjoints = backward.run(wl.lines)
        found = tuple(adjoints.get(var) for var in wl.inputs)
        return found if isinstance(y, tuple) else found[0]

    return rule
