"""Questions about values, shapes and types; their answers carry no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import ABSENT, Array, Traced, dtype_of, shape_of, type_of
from wengert.primitives.comparison import isclose, isin

# -- comparisons -------------------------------------------------------------------------------------------------------


@implements(np.isclose)
def is_close(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether the elements are equal within a tolerance."""
    return isclose(as_array(a), as_array(b), rtol, atol, equal_nan=equal_nan)


@implements(np.allclose)
def all_close(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether all of them are."""
    return _truth(np.all(is_close(a, b, rtol, atol, equal_nan)))


@implements(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether shapes and elements are equal."""
    a1, a2 = as_array(a1), as_array(a2)
    if shape_of(a1) != shape_of(a2):
        return False
    same = a1 == a2
    return _truth(np.all(same | (np.isnan(a1) & np.isnan(a2)) if equal_nan else same))


@implements(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether the elements are equal after broadcasting."""
    a1, a2 = as_array(a1), as_array(a2)
    try:
        np.broadcast_shapes(shape_of(a1), shape_of(a2))
    except ValueError:
        return False
    return _truth(np.all(a1 == a2))


def _truth(value: Any) -> Any:
    return value if isinstance(value, Traced) else bool(value)


@implements(np.isreal)
def isreal(x: Any) -> Any:
    """Where the imaginary part is zero."""
    return np.imag(x) == 0


@implements(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """Where the imaginary part is not zero."""
    return np.imag(x) != 0


@implements(np.isposinf)
def isposinf(x: Any) -> Any:
    """Where an element is +inf."""
    return x == np.inf


@implements(np.isneginf)
def isneginf(x: Any) -> Any:
    """Where an element is -inf."""
    return x == -np.inf


@implements(np.isin)
def is_in(element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Where an element is one of a set."""
    return isin(as_array(element), as_array(test_elements), assume_unique=assume_unique, invert=invert)


# -- shapes and types --------------------------------------------------------------------------------------------------


@implements(np.shape)
def shape(a: Any) -> tuple[int, ...]:
    """The shape."""
    return shape_of(a)


@implements(np.ndim)
def ndim(a: Any) -> int:
    """The number of axes."""
    return len(shape_of(a))


@implements(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, or the length along an axis or several."""
    return np.size(_stand_in(type_of(a)), axis)


@implements(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether the dtype is complex."""
    return dtype_of(x).kind == "c"


@implements(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether the dtype is real."""
    return dtype_of(x).kind != "c"


def _stand_in(kind: Array) -> Any:
    """What NumPy's promotion takes for a value of this type: a Python number or an array without data of its own."""
    zero = kind.dtype.type(0)
    return zero.item() if kind.weak else np.broadcast_to(zero, kind.shape)


def _untraced(value: Any) -> Any:
    return _stand_in(type_of(value)) if isinstance(value, Traced) else value


@implements(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype that the arguments promote to."""
    return np.result_type(*map(_untraced, arrays_and_dtypes))


@implements(np.common_type)
def common_type(*arrays: Any) -> Any:
    """The float type that all arrays can be cast to."""
    return np.common_type(*map(_untraced, arrays))


@implements(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a cast is allowed."""
    return np.can_cast(dtype_of(from_) if isinstance(from_, Traced) else from_, to, casting)


@implements(np.tril_indices_from)
def tril_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and below a diagonal."""
    return np.tril_indices_from(_untraced(arr), k)


@implements(np.triu_indices_from)
def triu_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and above a diagonal."""
    return np.triu_indices_from(_untraced(arr), k)


@implements(np.diag_indices_from)
def diag_indices_from(arr: Any) -> Any:
    """The places of the main diagonal."""
    return np.diag_indices_from(_untraced(arr))


# -- values as they are ------------------------------------------------------------------------------------------------


def _number(x: Any, what: str) -> Any:
    """The plain value of a traced one."""
    if not isinstance(x, Traced):
        return x
    value = x.concrete()  # type: ignore[attr-defined]  # a Box, which this layer does not know
    if value is ABSENT:
        raise StagingError(f"{what} asks for the number of an abstract value of type {type_of(x)}")
    return value


def _of_numbers(function: Any, count: int) -> Any:
    """The function of the plain values of its first arguments."""

    def query(*args: Any, **kwargs: Any) -> Any:
        plain = [_number(x, f"np.{function.__name__}") for x in args[:count]]
        return function(*plain, *args[count:], **kwargs)

    return query


_COUNTS: dict[Any, int] = {
    np.array2string: 1,
    np.array_repr: 1,
    np.array_str: 1,
    np.min_scalar_type: 1,
    np.may_share_memory: 2,
    np.shares_memory: 2,
}
for _function, _count in _COUNTS.items():
    implements(_function)(_of_numbers(_function, _count))
