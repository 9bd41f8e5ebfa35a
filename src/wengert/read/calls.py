"""The hook for calls: known functions by the tables, the user's own read in their turn, all else as it is."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.functions import NUMPY, as_array, has_traced
from wengert.ir import Var
from wengert.ir.location import PACKAGE
from wengert.read.adopted import adopt, anything_adopted, current_in
from wengert.read.caches import own_cache
from wengert.read.convert import convert, like
from wengert.read.foreign import call_foreign, cannot_hold, depends, fresh, is_numeric
from wengert.read.likeness import class_of
from wengert.read.namespace import HOOKS, hook
from wengert.read.observer import observer
from wengert.read.random_numbers import RANDOM
from wengert.read.shadows import shadow
from wengert.read.source import is_users
from wengert.read.standin import StandIn
from wengert.read.tables import CLASSES, meaning_of
from wengert.read.users import users_function, users_method
from wengert.record import GROUND, Box, plain
from wengert.record.protocol import checked_call, qualified

Args = tuple[Any, ...]
Kwargs = dict[str, Any]


@hook
def call(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """A call of anything."""
    watcher = observer.get()
    return plain_call(function, args, kwargs) if watcher is None else watcher.calls(function, args, kwargs, plain_call)


def plain_call(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """The same, whoever observes."""
    if anything_adopted():
        args, kwargs = tuple(map(current_in, args)), {key: current_in(value) for key, value in kwargs.items()}
    meaning = meaning_of(function)
    if meaning is not None:
        return _known(function, meaning, args, kwargs)
    handler = HANDLERS.get(type(function))
    if handler is not None:
        return handler(function, args, kwargs)
    if isinstance(function, type):
        return construct(function, args, kwargs)
    users = users_method(type(function), "__call__")
    return call(users, function, *args, **kwargs) if users is not None else _foreign(function, args, kwargs)


def reading(function: Any) -> Any:
    """A function that others are going to call, so that it is read then; a class or another value as it is."""
    kind = type(function)
    if kind is FunctionType:
        return convert(function, HOOKS)
    if kind is MethodType and users_function(function.__func__) is not None:
        return MethodType(convert(function.__func__, HOOKS), function.__self__)
    if kind is functools.partial or (kind in HANDLERS and meaning_of(function) is not None):
        return functools.partial(call, function)
    return function


def _known(function: Any, meaning: Callable[..., Any], args: Args, kwargs: Kwargs) -> Any:
    """A function of the tables; with arguments that its entry does not take but nothing traced, the function itself."""
    try:
        return meaning(*args, **kwargs)
    except TypeError:
        try:
            inspect.signature(meaning).bind(*args, **kwargs)
        except TypeError:
            if depends((args, kwargs)):
                return checked_call(meaning, qualified(function), args, kwargs)
            return _foreign(function, args, kwargs)
        raise


# -- functions ---------------------------------------------------------------------------------------------------------


def _function(function: Any, args: Args, kwargs: Kwargs) -> Any:
    code = function.__code__
    if is_users(code):
        return convert(function, HOOKS)(*args, **kwargs)
    if code.co_filename.startswith(PACKAGE):
        return function(*args, **kwargs)
    if code is _SINGLE_DISPATCH and args:
        return call(function.dispatch(class_of(args[0])), *args, **kwargs)
    if code.co_freevars == ("cls", "obj", "self") and code.co_name == "_method" and args:  # singledispatchmethod
        kind, owner, table = (cell.cell_contents for cell in function.__closure__)
        return call(table.dispatcher.dispatch(class_of(args[0])).__get__(owner, kind), *args, **kwargs)
    if function.__closure__ is not None:
        cells = tuple(map(_read_cell, function.__closure__))
        if cells != function.__closure__:  # made by a library around the user's own function
            return like(function, code, function.__globals__, cells)(*args, **kwargs)
    return _foreign(function, args, kwargs)


_SINGLE_DISPATCH = functools.singledispatch(lambda x: None).__code__  # type: ignore[attr-defined]


def _read_cell(cell: Any) -> Any:
    """A cell with the user's own function in it as one with the function as it is read."""
    try:
        users = users_function(cell.cell_contents)
    except ValueError:  # empty
        users = None
    return cell if users is None else types.CellType(convert(users, HOOKS))


def _method(function: Any, args: Args, kwargs: Kwargs) -> Any:
    owner = function.__self__
    if users_function(function.__func__) is not None:
        if isinstance(owner, type):
            owner = shadow(owner)  # what a class method makes by `cls(...)` is read, too
        return convert(function.__func__, HOOKS)(owner, *args, **kwargs)
    if isinstance(owner, Box):
        return function(*args, **kwargs)
    if isinstance(owner, (np.random.Generator, np.random.RandomState)) and depends((args, kwargs)):
        meaning = RANDOM.get(function.__name__)
        if meaning is not None:
            return checked_call(meaning, qualified(function), (owner, *args), kwargs)
    return call(function.__func__, function.__self__, *args, **kwargs)


def _partial(function: Any, args: Args, kwargs: Kwargs) -> Any:
    return call(function.func, *function.args, *args, **{**function.keywords, **kwargs})


def _cached(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """A function with a cache. Traced values are no keys, and what a cache holds was not made here."""
    if has_traced(args) or has_traced(tuple(kwargs.values())):
        return call(function.__wrapped__, *args, **kwargs)
    return own_cache(function, reading)(*args, **kwargs)


def _builtin(function: Any, args: Args, kwargs: Kwargs) -> Any:
    owner = function.__self__
    kind = type(owner)
    if kind is np.ndarray:
        return _array_method(owner, function, args, kwargs)
    if kind is np.ufunc:
        args, kwargs = _writable(args, kwargs, first=function.__name__ == "at")
        args = tuple([as_array(a) if isinstance(a, (list, tuple)) and has_traced(a) else a for a in args])
        return fresh(function(*args, **kwargs), args)
    if kind is list and "key" in kwargs:
        return function(*args, **{**kwargs, "key": reading(kwargs["key"])})
    if kind is not ModuleType or owner.__name__ in _PLAIN_MODULES:
        return _foreign(function, args, kwargs) if is_numeric(function) else function(*args, **kwargs)
    return _foreign(function, args, kwargs)


_PLAIN_MODULES = frozenset({"builtins", "itertools", "_functools", "_operator"})


def _array_method(array: Any, function: Any, args: Args, kwargs: Kwargs) -> Any:
    """A method of a plain array: with a traced argument it is that of a traced array."""
    if depends((args, kwargs)):
        if function.__name__ in _WRITERS:
            box = adopt(array, args, *kwargs.values())
            if box is None:
                raise cannot_hold(array)
            return getattr(box, function.__name__)(*args, **kwargs)
        return getattr(Box(GROUND, Var(array)), function.__name__)(*args, **kwargs)
    args = tuple(map(plain, args))
    return fresh(function(*args, **{key: plain(value) for key, value in kwargs.items()}), (array, *args))


_WRITERS = frozenset({"fill", "put", "itemset", "setfield"})


def _of_class(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """A method written in C, taken from its class."""
    if args and isinstance(args[0], Box) and function.__objclass__ in (np.ndarray, np.generic, float, complex):
        return getattr(args[0], function.__name__)(*args[1:], **kwargs)
    return function(*args, **kwargs)


def _bound_in_c(function: Any, args: Args, kwargs: Kwargs) -> Any:
    if function.__name__ == "__call__" and isinstance(function.__self__, type) and is_read(function.__self__):
        return make(function.__self__, args, kwargs)  # super().__call__ of a metaclass
    return function(*args, **kwargs)


# -- NumPy -------------------------------------------------------------------------------------------------------------


def _writable(args: Args, kwargs: Kwargs, first: bool = False) -> tuple[Args, Kwargs]:
    """The arguments, with a Box for a plain array that traced values are about to be written into."""
    target = args[0] if first and args else kwargs.get("out")
    if type(target) is np.ndarray and depends((args, kwargs)):
        box = adopt(target, *args, *kwargs.values())
        if box is not None:
            return ((box, *args[1:]), kwargs) if first else (args, {**kwargs, "out": box})
    return args, kwargs


_WRITE_FIRST = frozenset({np.copyto, np.fill_diagonal, np.place, np.put, np.put_along_axis, np.putmask})


def _ufunc(function: Any, args: Args, kwargs: Kwargs) -> Any:
    args, kwargs = _writable(args, kwargs)
    for a in args:
        if isinstance(a, (list, tuple)) and has_traced(a):
            args = tuple(map(as_array, args))
            break
    return fresh(function(*args, **kwargs), (*args, kwargs.get("out")))


def _dispatched(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """A function of NumPy's, which comes to us by itself, except where the traced values are inside lists."""
    if function not in NUMPY:
        return _foreign(function, args, kwargs)
    args, kwargs = _writable(args, kwargs, first=function in _WRITE_FIRST)
    try:
        for a in (*args, *kwargs.values()):
            if isinstance(a, (list, tuple)) and has_traced(a):
                return fresh(checked_call(NUMPY[function], qualified(function), args, kwargs), args)
        return fresh(function(*args, **kwargs), (*args, *kwargs.values()))
    except UnsupportedError:
        if depends((args, kwargs)):
            raise
    return _foreign(function, args, kwargs)  # on plain arrays NumPy's function can do more than the one here


def _foreign(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """A function of another package."""
    return call_foreign(function, tuple(map(reading, args)), {key: reading(value) for key, value in kwargs.items()})


# -- classes -----------------------------------------------------------------------------------------------------------


def construct(kind: Any, args: Args, kwargs: Kwargs) -> Any:
    """An instance of a class: what the user wrote of its `__call__`, `__new__` and `__init__` is read."""
    meaning = CLASSES.get(kind)
    if meaning is not None:
        return meaning(*args, **kwargs)
    users = users_method(type(kind), "__call__")
    if users is not None:
        return call(users, kind, *args, **kwargs)
    if type(kind).__call__ is type.__call__ and is_read(kind):
        return make(kind, args, kwargs)
    direct = kind.__module__.partition(".")[0] in ("builtins", "wengert")
    return kind(*args, **kwargs) if direct else _foreign(kind, args, kwargs)


def make(kind: Any, args: Args, kwargs: Kwargs) -> Any:
    """What `type.__call__` does."""
    new = users_function(kind.__new__)
    if new is not None:
        instance = call(new, kind, *args, **kwargs)
        if not isinstance(instance, kind):
            return instance
    elif kind.__new__ is object.__new__:
        instance = object.__new__(shadow(kind))
    else:
        instance = kind.__new__(kind, *args, **kwargs)
    watcher = observer.get()
    if watcher is not None:
        watcher.makes(instance)
    initialize(class_of(instance).__init__, instance, args, kwargs)
    return instance


def initialize(init: Any, instance: Any, args: Args, kwargs: Kwargs) -> None:
    """An `__init__`, that of a dataclass too, which is made of text and has no source."""
    fields = getattr(type(instance), "__dataclass_fields__", None)
    if fields is not None and type(init) is FunctionType and init.__code__.co_filename == "<string>":
        fill_fields(instance, fields, init, args, kwargs)
    else:
        call(init, instance, *args, **kwargs)


def fill_fields(instance: Any, fields: Any, init: Any, args: Args, kwargs: Kwargs) -> None:
    """The `__init__` of a dataclass."""
    try:
        given = inspect.signature(init).bind(instance, *args, **kwargs).arguments
    except TypeError:
        init(instance, *args, **kwargs)  # for Python's own message
        raise
    frozen = type(instance).__dataclass_params__.frozen
    only_for_init = []
    for field in fields.values():
        if field.init and field.name in given:
            value = given[field.name]
        elif field.default_factory is not dataclasses.MISSING:
            value = call(field.default_factory)
        elif field.default is not dataclasses.MISSING and field.init:
            value = field.default
        else:
            continue
        if field._field_type is dataclasses._FIELD_INITVAR:  # type: ignore[attr-defined]
            only_for_init.append(value)
        elif field._field_type is dataclasses._FIELD:  # type: ignore[attr-defined]
            if frozen:
                object.__setattr__(instance, field.name, value)
            else:
                HOOKS.set_attribute(value, instance, field.name)
    after = getattr(type(instance), "__post_init__", None)
    if after is not None:
        call(after, instance, *only_for_init)


def is_read(kind: type) -> bool:
    """Whether the user wrote how an instance is made."""
    return users_method(kind, "__init__") is not None or users_function(kind.__new__) is not None


def _generic(function: Any, args: Args, kwargs: Kwargs) -> Any:
    """`Model[int](...)`."""
    instance = call(function.__origin__, *args, **kwargs)
    with contextlib.suppress(AttributeError, TypeError):
        instance.__orig_class__ = function
    return instance


HANDLERS: dict[type, Callable[[Any, Args, Kwargs], Any]] = {
    FunctionType: _function,
    MethodType: _method,
    BuiltinFunctionType: _builtin,
    np.ufunc: _ufunc,
    type(np.sum): _dispatched,
    functools.partial: _partial,
    functools._lru_cache_wrapper: _cached,
    types.MethodDescriptorType: _of_class,
    types.WrapperDescriptorType: _of_class,
    types.MethodWrapperType: _bound_in_c,
    types.GenericAlias: _generic,
    typing._GenericAlias: _generic,  # type: ignore[attr-defined]
    StandIn: lambda function, args, kwargs: call(function.value, *args, **kwargs),
}
