"""NumPy's two protocols: a call of a ufunc or of any other NumPy function on a Box arrives here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.errors import StagingError, UnsupportedError
from wengert.functions import NUMPY, UFUNC_METHODS
from wengert.functions.output import cannot_write
from wengert.ir import Primitive, bind, has_order, is_vague, type_of, users_line
from wengert.primitives import UFUNCS
from wengert.record.operands import PLAIN, has_own_operators, operand

NO_PARAMS: dict[str, Any] = {}


class Protocol:
    """`__array_ufunc__` and `__array_function__`."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(type(x) not in PLAIN and has_own_operators(x) for x in inputs):
            return NotImplemented  # it is asked next
        if method == "__call__":
            meaning = UFUNCS.get(ufunc)
            if meaning is None:
                raise UnsupportedError(f"{qualified(ufunc)} has no derivative rule{users_line()}")
            inputs = tuple([operand(x) for x in inputs])
            if kwargs:
                return call_ufunc(ufunc, meaning, inputs, **kwargs)
            return bind(meaning, inputs, NO_PARAMS) if isinstance(meaning, Primitive) else meaning(*inputs)
        function = UFUNC_METHODS.get(method)
        if function is None or ufunc not in UFUNCS:
            raise UnsupportedError(f"{qualified(ufunc)}.{method} has no derivative rule{users_line()}")
        return checked_call(function, f"{qualified(ufunc)}.{method}", (ufunc, *inputs), kwargs)

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        meaning = NUMPY.get(func)
        if meaning is None:
            raise UnsupportedError(f"{qualified(func)} has no derivative rule{users_line()}")
        out = checked_call(meaning, qualified(func), args, kwargs)
        if isinstance(out, Protocol):
            return out
        boxed = self.grounded(out)  # type: ignore[attr-defined]
        if type(out) is np.ndarray and has_order(type_of(out)) and any(map(is_vague, args)):
            if boxed is out:
                raise StagingError(
                    f"the memory order of what {qualified(func)} gives is that of its argument, which is not known. "
                    f"Make the array by its shape: np.zeros(x.shape, dtype){users_line()}"
                )
            boxed.ssa.vague = True
        return boxed


def call_ufunc(
    ufunc: np.ufunc,
    meaning: Callable[..., Any],
    inputs: tuple[Any, ...],
    out: Any = None,
    where: Any = True,
    dtype: Any = None,
    casting: str = "same_kind",
    **others: Any,
) -> Any:
    """A ufunc with keywords: `dtype=` converts the inputs first, `out=` and `where=` write the result."""
    if others:
        raise UnsupportedError(f"{qualified(ufunc)}(..., {next(iter(others))}=...) is not supported{users_line()}")
    if casting != "same_kind":
        raise UnsupportedError(f"{qualified(ufunc)}(..., casting={casting!r}) is not supported{users_line()}")
    if dtype is not None:
        inputs = tuple(
            np.astype(x, np.dtype(dtype)) if hasattr(x, "shape") else np.dtype(dtype).type(x) for x in inputs
        )
    if where is True:
        result = meaning(*inputs)
    else:
        with np.errstate(all="ignore"):  # NumPy does not even look at the other elements
            result = meaning(*inputs)
    if out is None:
        if where is not True:
            raise UnsupportedError(
                f"{qualified(ufunc)}(..., where=mask) leaves the other elements undefined: give out= as well, "
                f"or use np.where{users_line()}"
            )
        return result
    results = result if isinstance(result, tuple) else (result,)
    outs = out if isinstance(out, tuple) else (out,)
    for target, value in zip(outs, results, strict=True):
        if target is not None:
            write_out(target, value, where, qualified(ufunc))
    final = tuple(value if target is None else target for target, value in zip(outs, results, strict=True))
    return final if len(final) > 1 else final[0]


def write_out(target: Any, value: Any, where: Any, name: str) -> None:
    """Write a result into the array given as `out=`."""
    if not isinstance(target, Protocol):
        raise cannot_write(f"{name}(..., out=array)")
    target.write_all(value if where is True else np.where(where, value, target))  # type: ignore[attr-defined]


def checked_call(function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an implementation; an argument that it does not take is an UnsupportedError that names it."""
    try:
        return function(*args, **kwargs)
    except TypeError:
        signature = inspect.signature(function)
        try:
            signature.bind(*args, **kwargs)
        except TypeError as mismatch:
            unknown = [key for key in kwargs if key not in signature.parameters]
            what = f"{name}(..., {unknown[0]}=...)" if unknown else f"{name} called this way ({mismatch})"
            raise UnsupportedError(f"{what} is not supported on traced values{users_line()}") from None
        raise


def qualified(function: Any) -> str:
    """The name a user knows a NumPy function by."""
    if isinstance(function, np.ufunc):
        return f"np.{function.__name__}" if getattr(np, function.__name__, None) is function else function.__name__
    module = getattr(function, "__module__", "") or ""
    name = getattr(function, "__name__", type(function).__name__)
    parts = [part for part in module.replace("numpy", "np", 1).split(".") if part and not part.startswith("_")]
    return ".".join([*parts, name])


