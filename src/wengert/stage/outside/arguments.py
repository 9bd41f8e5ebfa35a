"""Calls in a recording: what functions get from outside, what they look into, and arguments that may be several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions.demands import is_abstract
from wengert.ir import users_line
from wengert.ir.location import PACKAGE
from wengert.read.calls import call, is_read
from wengert.read.source import is_users
from wengert.read.users import users_method
from wengert.stage.outside import sources
from wengert.stage.outside.capture import Capture
from wengert.stage.outside.reads import Outside
from wengert.stage.tables import BY_CASES, CONTAINERS
from wengert.stage.values.frames import is_instance
from wengert.stage.values.places import global_names
from wengert.stage.values.unknown import Unknown

_LOOKING_ON = frozenset(
    map(id, (isinstance, len, type, id, getattr, setattr, hasattr, delattr, callable, iter, print, repr))
)  # functions that do not read what is in an argument, or are known in the tables
_HANDING_ON = frozenset(
    ("builtins", "itertools", "functools", "_functools", "operator", "_operator", "collections", "_collections", "copy",
     "heapq", "_heapq", "bisect", "_bisect", "contextlib", "dataclasses", "typing", "enum", "abc")
)  # fmt: skip  # of which functions hand on the items of a container as they are


def with_defaults(capture: Capture, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The arguments of a call with the defaults of a function from outside: these are from outside, too."""
    source = capture.source_of(function)
    if source is None or (function.__defaults__ is None and function.__kwdefaults__ is None):
        return args, kwargs
    code, defaults = function.__code__, function.__defaults__ or ()
    first = code.co_argcount - len(defaults)
    given, more = list(args), dict(kwargs)
    for place in range(len(args), code.co_argcount):
        name = code.co_varnames[place]
        if place >= code.co_posonlyargcount and name in more:
            given.append(more.pop(name))
        elif place >= first:
            at = sources.item(sources.attribute(source, "__defaults__"), place - first)
            given.append(capture.load(defaults[place - first], at))
        else:
            return args, kwargs  # one is missing: for Python's own message
    for name, value in (function.__kwdefaults__ or {}).items():
        if name not in more:
            more[name] = capture.load(value, sources.item(sources.attribute(source, "__kwdefaults__"), name))
    return tuple(given), more


def without_source(outside: Outside, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The arguments of a function whose source is not to be had: what it reads from outside is not seen.

    So that must be what a test can cover. Of the methods that Python writes for dataclasses and namedtuples it is
    known that they only read.
    """
    code = function.__code__
    if code.co_filename == "<string>" and code.co_name.startswith("_"):
        return tuple(map(outside.all_of, args)), {key: outside.all_of(value) for key, value in kwargs.items()}
    space, cells = function.__globals__, zip(function.__closure__ or (), code.co_freevars, strict=True)
    found = [sources.cell(cell, name) for cell, name in cells if id(cell) in outside.capture.cells]
    found += [sources.global_name(space, name) for name in sorted(global_names(code)) if name in space]
    for source in found:
        try:
            value = source.value(())
        except ValueError:
            continue  # not bound yet
        if isinstance(value, CONTAINERS[:-1]) or is_instance(value):
            raise _unseen_reading(function, source.text)
        if type(value) is np.ndarray:
            outside.capture.modes[source.key] = "constant"
        outside.capture.load(value, source)
    for value in (*args, *kwargs.values()):
        if outside.capture.source_of(value) is not None and (isinstance(value, CONTAINERS) or is_instance(value)):
            raise _unseen_reading(function, f"a {type(value).__name__}")
    return args, kwargs


def _unseen_reading(function: Any, name: str) -> StagingError:
    return StagingError(
        f"the source of {function.__qualname__} is not to be had, and it reads {name} from outside: what it takes "
        f"from there would not be seen. Put the function into a file{users_line()}"
    )


def call_partial(capture: Capture, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of a `functools.partial`, of which the arguments may be from outside."""
    source = capture.source_of(function)
    before, more = function.args, function.keywords
    if source is not None:
        of_args, of_keywords = sources.attribute(source, "args"), sources.attribute(source, "keywords")
        before = tuple([capture.load(x, sources.item(of_args, i)) for i, x in enumerate(before)])
        more = {key: capture.load(x, sources.item(of_keywords, key)) for key, x in more.items()}
    return call(capture.load(function.func, sources.attribute(source, "func")) if source else function.func,
                *before, *args, **{**more, **kwargs})  # fmt: skip


def taken_by(outside: Outside, function: Any) -> Callable[[Any], Any] | None:
    """What is done to the arguments for a function that is not read: it may look at all of them.

    Python's own functions hand on the items of a container as they are; transforms take apart what they read.
    """
    if id(function) in _LOOKING_ON or _is_ours(function):
        return None
    owner = getattr(function, "__self__", None)
    if isinstance(owner, CONTAINERS) and not isinstance(owner, str):
        return _known_only(lambda x: x)  # see containers.py
    module = getattr(function, "__module__", None) or getattr(type(owner), "__module__", "")
    return _known_only(outside.inside if module.partition(".")[0] in _HANDING_ON else outside.all_of)


def _known_only(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function, for what is known: it refuses the rest."""

    def taken(x: Any) -> Any:
        if type(x) is Unknown:
            x.refuse()
        return take(x)

    return taken


def _is_ours(function: Any) -> bool:
    """Whether a function is one of this package's."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename.startswith(PACKAGE)


def passes_on(function: Any) -> bool:
    """Whether a call does nothing with its arguments by itself: the user's functions, and what fills a container."""
    if is_written_by_user(function):
        return True
    if type(function) is BuiltinFunctionType and isinstance(function.__self__, (list, dict, deque)):
        return function.__name__ in ("append", "appendleft", "setdefault")
    code = getattr(function, "__code__", None)
    return code is not None and is_users(code)


def is_written_by_user(function: Any) -> bool:
    """Whether a class or an instance that is called is read."""
    if isinstance(function, type):
        return is_read(function)
    return users_method(type(function), "__call__") is not None


def case_by_case(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call with an argument that may be several things."""
    number = next((i for i, x in enumerate(args) if type(x) in BY_CASES), None)
    if number is not None:
        before, x, after = args[:number], args[number], args[number + 1 :]
        return BY_CASES[type(x)](x, lambda one: call(function, *before, one, *after, **kwargs))
    key = next(key for key, x in kwargs.items() if type(x) in BY_CASES)
    return BY_CASES[type(kwargs[key])](kwargs[key], lambda one: call(function, *args, **{**kwargs, key: one}))


def asked_for_numbers(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], call: Callable[..., Any]) -> Any:
    """A call; compiled code that asks an abstract integer for its number hides our error behind one of its own."""
    try:
        return call(function, args, kwargs)
    except TypeError as error:
        if isinstance(error, StagingError) or (type(function) is FunctionType and is_users(function.__code__)):
            raise
        box = _abstract_integer((args, tuple(kwargs.values())))
        if box is None:
            raise
        name = getattr(function, "__name__", type(function).__name__)
        asked = StagingError(f"{name} asks for the number of an abstract integer, such as a length{users_line()}")
        asked.box = box
        raise asked from error


def _abstract_integer(value: Any) -> Any:
    """The first abstract integer in nested tuples and lists; None if there is none."""
    if isinstance(value, (tuple, list)):
        return next((found for found in map(_abstract_integer, value) if found is not None), None)
    return value if is_abstract(value) and value.dtype.kind in "iu" and not value.shape else None
