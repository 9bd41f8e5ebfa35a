"""Functions of other packages, and arrays that come from outside of what is read."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from wengert.errors import MutationError, TraceConversionError, UnsupportedError
from wengert.ir import users_line
from wengert.read.source import is_users_file
from wengert.record import Box, ground, plain
from wengert.record.protocol import qualified


def depends(value: Any) -> bool:
    """Whether something traced is in a value, also in nested lists, tuples and dicts."""
    if isinstance(value, Box):
        return value.is_followed()
    if isinstance(value, (list, tuple)):
        return any(map(depends, value))
    return isinstance(value, dict) and any(map(depends, value.values()))


def fresh(out: Any, given: tuple[Any, ...]) -> Any:
    """A result of a function, its new arrays ready to be written with traced values.

    What shares memory with an array that the function was given stays as it is: a write must reach that one.
    """
    if type(out) is np.ndarray:
        return out if _shares(out, given) else ground(out)
    if type(out) in (tuple, list) and any(type(part) is np.ndarray for part in out):
        return type(out)([fresh(part, given) for part in out])
    return out


def _shares(out: Any, given: tuple[Any, ...]) -> bool:
    return any(a is out or (out.base is not None and np.may_share_memory(a, out)) for a in _arrays(given))


def _arrays(values: tuple[Any, ...]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (part for part in value if isinstance(part, np.ndarray))


def cannot_hold(array: Any) -> Exception:
    """The error for a traced value that is written into a plain array."""
    if array.dtype.kind in "iub":
        return TraceConversionError(
            f"a traced value is written into an array of dtype {array.dtype}, which would cut it to a whole number and "
            f"lose its derivative. Make the array one of floats, e.g. np.zeros(n) or dtype=float{users_line()}"
        )
    if array.dtype.kind not in "fc":
        return UnsupportedError(f"an array of dtype {array.dtype} cannot hold a traced value{users_line()}")
    return MutationError(
        "a traced value is written into an array that was made outside of the function, which cannot hold its "
        f"derivative. Make the array inside, or write into a copy: a = a.copy(){users_line()}"
    )


def is_numeric(function: Any) -> bool:
    """Whether a function is of an installed package, which takes arrays for what they are."""
    module = getattr(function, "__module__", None)
    if type(module) is not str:
        owner = getattr(function, "__self__", function)
        module = owner.__name__ if isinstance(owner, ModuleType) else type(owner).__module__
    return _is_installed(module)


@functools.lru_cache(maxsize=4096)
def _is_installed(module: str) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return isinstance(file, str) and not is_users_file(file)


def call_foreign(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of a function that is not read."""
    numeric = is_numeric(function)
    try:
        return _lent(function, args, kwargs) if numeric else function(*args, **kwargs)
    except TraceConversionError:
        raise no_rule(function) from None
    except (TypeError, ValueError) as error:
        if numeric and depends((args, kwargs)):
            raise no_rule(function) from error
        raise


def no_rule(function: Any) -> UnsupportedError:
    """The error for a function of another package that is handed a traced value."""
    return UnsupportedError(
        f"{qualified(function)} has no derivative rule, and would lose the derivative of the traced value that it was "
        f"given. Write a rule for it with wengert.primitive, or hand it wengert.stop_gradient(x){users_line()}"
    )


def _untraced(function: FunctionType) -> Callable[..., Any]:
    """A function whose results go to compiled code, which would not see that they are traced."""

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        out = function(*args, **kwargs)
        if depends(out):
            raise TraceConversionError("the function that it was given depends on a traced value")
        return plain(out)

    return checked


def _lent(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The call with plain arrays in place of Boxes that nothing traced went into; what it writes is written back."""
    lent: list[tuple[Box, Any]] = []

    def lend(value: Any) -> Any:
        if type(value) is FunctionType and function.__module__.startswith("scipy."):
            return _untraced(value)
        if isinstance(value, Box) and plain(value) is not value:
            copy = np.array(plain(value))
            lent.append((value, copy))
            return copy
        if type(value) in (list, tuple) and any(isinstance(part, Box) for part in value):
            return type(value)(map(plain, value))
        return value

    given = tuple(map(lend, args))
    out = function(*given, **{key: lend(value) for key, value in kwargs.items()})
    for box, copy in lent:
        if box.is_array() and copy.tobytes() != plain(box).tobytes():
            box[...] = copy
        if out is copy:
            out = box
    return fresh(out, (*args, *kwargs.values(), *(copy for _, copy in lent)))
