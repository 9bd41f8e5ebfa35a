"""What a converted function calls instead: each hook does what Python would, but reads on into the user's own code."""

from __future__ import annotations

import contextlib
import functools
import inspect
import operator
from collections.abc import Callable
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from wengert.errors import MutationError, TraceConversionError, UnsupportedError
from wengert.functions import NUMPY, has_traced
from wengert.ir import Traced, users_line
from wengert.ir.location import PACKAGE
from wengert.read.convert import convert
from wengert.read.source import is_users
from wengert.read.standin import StandIn
from wengert.read.tables import TABLE, meaning_of
from wengert.record import GROUND, Box, ground, plain
from wengert.record.protocol import checked_call, qualified

BINARY: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "Add": (operator.add, "add"),
    "Sub": (operator.sub, "sub"),
    "Mult": (operator.mul, "mul"),
    "Div": (operator.truediv, "truediv"),
    "FloorDiv": (operator.floordiv, "floordiv"),
    "Mod": (operator.mod, "mod"),
    "Pow": (operator.pow, "pow"),
    "MatMult": (operator.matmul, "matmul"),
    "LShift": (operator.lshift, "lshift"),
    "RShift": (operator.rshift, "rshift"),
    "BitAnd": (operator.and_, "and"),
    "BitOr": (operator.or_, "or"),
    "BitXor": (operator.xor, "xor"),
}
_DISPATCHED = type(np.sum)  # NumPy's functions with a protocol
_CONTEXT_MANAGER = contextlib.contextmanager(iter).__code__  # type: ignore[attr-defined,type-var]
UNARY = {"USub": (operator.neg, "neg"), "UAdd": (operator.pos, "pos"), "Invert": (operator.invert, "invert")}
_NUMBERS = frozenset({int, float, complex, bool, np.float64, Box})  # these leave the operation to a user's class
_KNOWN_TYPES = frozenset(
    {int, float, complex, bool, str, list, tuple, dict, np.ndarray, np.float64, Box, ModuleType, slice}
)


def call(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """A call of anything: known functions by the tables, the user's own read in their turn, all else as it is."""
    if type(function) is StandIn:
        function = function.value
    meaning = meaning_of(function)
    if meaning is not None:
        return checked_call(meaning, qualified(function), args, kwargs)
    kind = type(function)
    if kind is np.ufunc or kind is _DISPATCHED:
        return _numpy(function, args, kwargs)
    if kind is FunctionType:
        if is_users(function.__code__):
            return convert(function, HOOKS)(*args, **kwargs)
        if function.__code__ is _CONTEXT_MANAGER:
            return contextlib.contextmanager(convert(function.__wrapped__, HOOKS))(*args, **kwargs)  # type: ignore[attr-defined]
        if function.__code__.co_filename.startswith(PACKAGE):
            return function(*args, **kwargs)
        return _foreign(function, args, kwargs)
    if kind is MethodType:
        if type(function.__func__) is FunctionType and is_users(function.__func__.__code__):
            return convert(function.__func__, HOOKS)(function.__self__, *args, **kwargs)
        if isinstance(function.__self__, Box):
            return function(*args, **kwargs)
        return call(function.__func__, function.__self__, *args, **kwargs)
    if isinstance(function, type):
        return _construct(function, args, kwargs)
    if kind is functools.partial:
        return call(function.func, *function.args, *args, **{**function.keywords, **kwargs})
    if kind in (BuiltinFunctionType, BuiltinMethodType):
        owner = function.__self__
        if isinstance(owner, (list, dict, set, str, tuple, bytes, type, np.ufunc)):
            return function(*args, **kwargs)
        if isinstance(owner, ModuleType) and owner.__name__ in ("builtins", "_operator", "itertools", "_functools"):
            return function(*args, **kwargs)
    users = _users_method(kind, "__call__")
    if users is not None:
        return call(users, function, *args, **kwargs)
    if kind is functools._lru_cache_wrapper and has_traced(args):  # traced values are no keys
        return call(function.__wrapped__, *args, **kwargs)
    return _foreign(function, args, kwargs)


def _numpy(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function of NumPy, which comes to us by itself, except where the traced values are inside lists."""
    for a in args:
        if isinstance(a, (list, tuple)) and function in NUMPY and has_traced(a):
            return grounded(checked_call(NUMPY[function], qualified(function), args, kwargs))
    return grounded(function(*args, **kwargs))


def _foreign(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A function of another package."""
    args = tuple(_unboxed(a) for a in args)
    kwargs = {key: _unboxed(value) for key, value in kwargs.items()}
    try:
        return grounded(function(*args, **kwargs))
    except TraceConversionError as error:
        raise UnsupportedError(f"{qualified(function)} has no derivative rule: {error}") from None


def _unboxed(value: Any) -> Any:
    """An argument for a foreign function: arrays that nothing traced went into are given as what they are."""
    if isinstance(value, Box):
        return plain(value)
    if isinstance(value, (list, tuple)) and any(isinstance(part, Box) and part.level is GROUND for part in value):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
    return value


def grounded(out: Any) -> Any:
    """A result with its new arrays of floats ready to be written with traced values."""
    if type(out) is np.ndarray:
        return ground(out)
    if type(out) in (tuple, list) and any(type(part) is np.ndarray for part in out):
        return type(out)(map(ground, out))
    return out


def _construct(kind: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A class: its `__init__` is read if the user wrote it."""
    init = _init_of(kind)
    if init is not None:
        instance: Any = object.__new__(kind)
        convert(init, HOOKS)(instance, *args, **kwargs)
        return instance
    return kind(*args, **kwargs) if kind.__module__ == "builtins" else _foreign(kind, args, kwargs)


@functools.lru_cache(maxsize=4096)
def _init_of(kind: type) -> FunctionType | None:
    """The `__init__` that the user wrote, where making an instance is only that."""
    init = inspect.getattr_static(kind, "__init__", None)
    ordinary = type(kind).__call__ is type.__call__ and kind.__new__ is object.__new__
    return init if ordinary and type(init) is FunctionType and is_users(init.__code__) else None


@functools.lru_cache(maxsize=4096)
def _users_method(kind: type, name: str) -> FunctionType | None:
    """A class's special method, if the user wrote it."""
    if kind in _KNOWN_TYPES:
        return None
    method = inspect.getattr_static(kind, name, None)
    return method if type(method) is FunctionType and is_users(method.__code__) else None


def binary(name: str, x: Any, y: Any) -> Any:
    """An operator; a class's own is read."""
    apply, method = BINARY[name]
    left, right = type(x), type(y)
    if left not in _KNOWN_TYPES or right not in _KNOWN_TYPES:
        users, reflected = _users_method(left, f"__{method}__"), _users_method(right, f"__r{method}__")
        first = reflected is not None and left is not right and issubclass(right, left)
        if first and reflected is not None:
            out = call(reflected, y, x)
            if out is not NotImplemented:
                return out
        if users is not None:
            out = call(users, x, y)
            if out is not NotImplemented:
                return out
        if reflected is not None and not first and left in _NUMBERS:
            return call(reflected, y, x)
    out = apply(x, y)
    return ground(out) if type(out) is np.ndarray else out


def unary(name: str, x: Any) -> Any:
    """A sign; a class's own is read."""
    apply, method = UNARY[name]
    users = _users_method(type(x), f"__{method}__")
    if users is not None:
        return call(users, x)
    out = apply(x)
    return ground(out) if type(out) is np.ndarray else out


def attribute(x: Any, name: str) -> Any:
    """`x.name`; a property that the user wrote is read."""
    kind = type(x)
    if kind in _KNOWN_TYPES:
        return getattr(x, name)
    getter = _property(kind, name)
    return getattr(x, name) if getter is None else call(getter, x)


@functools.lru_cache(maxsize=4096)
def _property(kind: type, name: str) -> FunctionType | None:
    found = inspect.getattr_static(kind, name, None)
    getter = found.fget if type(found) is property else None
    return getter if type(getter) is FunctionType and is_users(getter.__code__) else None


def item(x: Any, index: Any) -> Any:
    """`x[index]`; a copy that NumPy makes may be written with traced values."""
    kind = type(x)
    if kind is Box or kind is list or kind is dict or kind is tuple:
        return x[index]
    if kind is np.ndarray:
        out = x[index]
        return ground(out) if type(out) is np.ndarray and not np.may_share_memory(out, x) else out
    users = _users_method(kind, "__getitem__")
    return x[index] if users is None else call(users, x, index)


def store(value: Any, x: Any, index: Any) -> None:
    """`x[index] = value`."""
    users = _users_method(type(x), "__setitem__")
    if users is not None:
        call(users, x, index, value)
    elif type(x) is np.ndarray and x.dtype != object and has_traced(value):
        raise MutationError(
            "a traced value is written into an array that was made outside of the function, which cannot hold its "
            f"derivative. Make the array inside, or write into a copy: a = a.copy(){users_line()}"
        )
    else:
        x[index] = value


def stand_in(value: Any) -> Any:
    """For a function without source: a global or builtin that goes through `call`."""
    if isinstance(value, (Traced, StandIn)) or not (callable(value) or isinstance(value, ModuleType)):
        return value
    if isinstance(value, type) and value not in TABLE and _init_of(value) is None:
        return value
    return StandIn(value, HOOKS)


class _Hooks:
    """The namespace that converted functions see."""

    call = staticmethod(call)
    binary = staticmethod(binary)
    unary = staticmethod(unary)
    attribute = staticmethod(attribute)
    item = staticmethod(item)
    store = staticmethod(store)
    stand_in = staticmethod(stand_in)
    slice = slice


HOOKS = _Hooks()
