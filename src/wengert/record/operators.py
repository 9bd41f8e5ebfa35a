"""The arithmetic and comparison operators of a Box."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.ir import ABSENT, PYTHON_SCALARS, Primitive, Traced, bind, users_line
from wengert.primitives import UFUNCS
from wengert.record.operands import PLAIN, is_operand, operand

NO_PARAMS: dict[str, Any] = {}


def _weak(value: Any) -> bool:
    """Whether a value is, or stands for, a Python number."""
    while isinstance(value, Traced):
        var = value.ssa
        value = var.value
        if value is ABSENT:
            return var.type.weak
    return type(value) in PYTHON_SCALARS


def weaken(out: Any) -> Any:
    """Python numbers give Python numbers, which then take the precision of what they meet."""
    if not isinstance(out, Traced):
        return out.item() if isinstance(out, np.generic) else out
    box: Any = out
    while isinstance(box, Traced):
        box.ssa.weaken()
        box = box.ssa.value
    return out


def _operate(function: Any, x: Any, y: Any) -> Any:
    meaning = UFUNCS[function]
    out = bind(meaning, (x, y), NO_PARAMS) if type(meaning) is Primitive else meaning(x, y)
    if not (_weak(y) and _weak(x)):
        return out
    return tuple(map(weaken, out)) if type(out) is tuple else weaken(out)  # divmod has two results


def _binary(function: np.ufunc, reflected: bool = False) -> Any:
    def method(self: Any, other: Any) -> Any:
        if type(other) not in PLAIN:
            if not is_operand(other):
                return NotImplemented  # the operation is left to the other operand
            other = operand(other)
        return _operate(function, other, self) if reflected else _operate(function, self, other)

    return method


def _reflected(function: np.ufunc) -> Any:
    return _binary(function, reflected=True)


def _in_place(function: np.ufunc) -> Any:
    def method(self: Any, other: Any) -> Any:
        if not self.is_array():
            return NotImplemented  # a scalar is not changed: Python then binds the name to the new value
        self.write_all(_operate(function, self, operand(other)))
        return self

    return method


def _unary(function: np.ufunc) -> Any:
    def method(self: Any) -> Any:
        out = UFUNCS[function](self)
        return weaken(out) if _weak(self) else out

    return method


class Operators:
    """Operators of arrays, each one a NumPy ufunc."""

    __slots__ = ()

    __add__, __radd__, __iadd__ = _binary(np.add), _reflected(np.add), _in_place(np.add)
    __sub__, __rsub__, __isub__ = _binary(np.subtract), _reflected(np.subtract), _in_place(np.subtract)
    __mul__, __rmul__, __imul__ = _binary(np.multiply), _reflected(np.multiply), _in_place(np.multiply)
    __truediv__, __rtruediv__ = _binary(np.true_divide), _reflected(np.true_divide)
    __itruediv__ = _in_place(np.true_divide)
    __floordiv__, __rfloordiv__ = _binary(np.floor_divide), _reflected(np.floor_divide)
    __ifloordiv__ = _in_place(np.floor_divide)
    __mod__, __rmod__, __imod__ = _binary(np.remainder), _reflected(np.remainder), _in_place(np.remainder)
    __divmod__, __rdivmod__ = _binary(np.divmod), _reflected(np.divmod)
    __pow__, __rpow__, __ipow__ = _binary(np.power), _reflected(np.power), _in_place(np.power)
    __matmul__, __rmatmul__, __imatmul__ = _binary(np.matmul), _reflected(np.matmul), _in_place(np.matmul)
    __and__, __rand__, __iand__ = _binary(np.bitwise_and), _reflected(np.bitwise_and), _in_place(np.bitwise_and)
    __or__, __ror__, __ior__ = _binary(np.bitwise_or), _reflected(np.bitwise_or), _in_place(np.bitwise_or)
    __xor__, __rxor__, __ixor__ = _binary(np.bitwise_xor), _reflected(np.bitwise_xor), _in_place(np.bitwise_xor)
    __lshift__, __rlshift__, __ilshift__ = _binary(np.left_shift), _reflected(np.left_shift), _in_place(np.left_shift)
    __rshift__, __rrshift__, __irshift__ = (
        _binary(np.right_shift),
        _reflected(np.right_shift),
        _in_place(np.right_shift),
    )
    __lt__, __le__, __gt__, __ge__ = (
        _binary(np.less),
        _binary(np.less_equal),
        _binary(np.greater),
        _binary(np.greater_equal),
    )
    __eq__, __ne__ = _binary(np.equal), _binary(np.not_equal)
    __neg__, __pos__, __abs__, __invert__ = (
        _unary(np.negative),
        _unary(np.positive),
        _unary(np.absolute),
        _unary(np.invert),
    )

    def __hash__(self) -> int:
        if self.ssa.value is ABSENT:  # type: ignore[attr-defined]
            raise StagingError(
                "a value that is not known yet cannot be a key of a dict or an element of a set: which one it is would "
                f"depend on its number. Use an array, and the number as its index{users_line()}"
            )
        raise TypeError(
            f"{self.level.says} cannot be a key of a dict or an element of a set: equal numbers may have different "  # type: ignore[attr-defined]
            f"derivatives. Use a list, or the plain number wengert.stop_gradient(x) stands for{users_line()}"
        )
