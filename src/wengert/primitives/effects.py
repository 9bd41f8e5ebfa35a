"""Lines that do something: an assertion, which raises, and a call that is made for what it does, such as `print`.

They have no outputs and no derivative. What they say is a template: a value in which `Field`s stand for the inputs.
"""

from __future__ import annotations

import builtins
import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Primitive, Routine, register


class Field(NamedTuple):
    """In a template: the input of this number, which is known when the list runs."""

    number: int


class Text(NamedTuple):
    """In a template: a text with values in it; each piece is a text, or a value with its conversion and format."""

    pieces: tuple[Any, ...]


class Percent(NamedTuple):
    """In a template: a text made by `text % values`."""

    text: str
    values: Any


def filled(template: Any, values: tuple[Any, ...]) -> Any:
    """A template with the values of its fields in it."""
    kind = type(template)
    if kind is Field:
        return values[template.number]
    if kind is Text:
        return "".join(piece if type(piece) is str else _formatted(piece, values) for piece in template.pieces)
    if kind is Percent:
        return template.text % filled(template.values, values)
    if kind in (tuple, list):
        return kind(filled(part, values) for part in template)
    if kind is dict:
        return {key: filled(part, values) for key, part in template.items()}
    return template


def _formatted(piece: tuple[Any, int, Any], values: tuple[Any, ...]) -> str:
    value, conversion, spec = (filled(part, values) for part in piece)
    converted = {ord("r"): repr, ord("s"): str, ord("a"): ascii}.get(conversion)
    return format(value if converted is None else converted(value), spec)


def _check(holds: Any, *values: Any, error: Any, where: Any) -> tuple[()]:
    if not np.all(holds):
        raise raised(error, values, where)
    return ()


def raised(error: Any, values: tuple[Any, ...], where: Any) -> BaseException:
    """The exception of a template: another instance of the same class, with the same attributes."""
    exception: BaseException = copy.copy(error.exception)
    kind = type(exception)
    exception = kind.__new__(kind, *filled(error.args, values))
    exception.args = filled(error.args, values)
    exception.__dict__.update(filled(error.attributes, values))
    exception.__cause__ = error.exception.__cause__
    exception.__suppress_context__ = error.exception.__suppress_context__
    if where is not None:
        exception.add_note(str(where))
    return exception


class Raised(NamedTuple):
    """An exception as a template: an instance to copy, its arguments and its attributes."""

    exception: BaseException
    args: tuple[Any, ...]
    attributes: dict[str, Any]


def _tell(*values: Any, function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[()]:
    function(*filled(args, values), **filled(kwargs, values))
    return ()


def _check_text(holds: str, *values: str, error: Any, where: Any) -> str:
    return f"assert {holds}, else {type(error.exception).__name__}"


# -- as text of Python -------------------------------------------------------------------------------------------------


def _text_of(template: Any, inputs: tuple[str, ...]) -> str:
    """A template as an expression of Python's, from the names of the inputs."""
    kind = type(template)
    if kind is Field:
        return inputs[template.number]
    if kind is Text:
        pieces = [repr(x) if type(x) is str else _piece_text(x, inputs) for x in template.pieces]
        return " + ".join(pieces) or "''"
    if kind is Percent:
        return f"{template.text!r} % {_text_of(template.values, inputs)}"
    if kind in (tuple, list):
        inner = ", ".join(_text_of(part, inputs) for part in template)
        return f"[{inner}]" if kind is list else f"({inner}{',' if len(template) == 1 else ''})"
    if kind is dict:
        return "{" + ", ".join(f"{key!r}: {_text_of(part, inputs)}" for key, part in template.items()) + "}"
    if template is None or kind in (str, bytes, bool, int, float, complex):
        return repr(template)
    raise UnsupportedError(f"source('python'): a {kind.__name__}")


def _piece_text(piece: tuple[Any, int, Any], inputs: tuple[str, ...]) -> str:
    value, conversion, spec = piece
    text = _text_of(value, inputs)
    function = {ord("r"): "repr", ord("s"): "str", ord("a"): "ascii"}.get(conversion)
    return f"format({text if function is None else f'{function}({text})'}, {_text_of(spec, inputs)})"


def _builtin_name(function: Any) -> str:
    name: str = getattr(function, "__name__", "")
    if getattr(builtins, name, None) is not function:
        raise UnsupportedError(f"source('python'): {name or function!r}, which is not one of Python's own functions")
    return name


def _check_source(holds: str, *values: str, error: Any, where: Any) -> str:
    args = ", ".join(_text_of(one, values) for one in error.args)
    return f"if not np.all({holds}): raise {_builtin_name(type(error.exception))}({args})"


def _tell_source(*values: str, function: Any, args: Any, kwargs: Any) -> str:
    given = [_text_of(one, values) for one in args] + [f"{k}={_text_of(v, values)}" for k, v in kwargs.items()]
    return f"{_builtin_name(function)}({', '.join(given)})"


check = register(
    Primitive(
        "check",
        _check,
        lambda holds, *types, error, where: (),
        partials=(),
        effect=True,
        symbol=_check_text,
        python=_check_source,
        samples=lambda rng: [((np.True_,), {"error": Raised(AssertionError(), (), {}), "where": None})],
        native=Routine("check", whole=True),
    )
)

tell = register(
    Primitive(
        "tell",
        _tell,
        lambda *types, function, args, kwargs: (),
        partials=(),
        effect=True,
        symbol=lambda *values, function, args, kwargs: f"{function.__name__}({', '.join(values)})",
        python=_tell_source,
        samples=lambda rng: [((rng.standard_normal(3),), {"function": bool, "args": (Text(("",)),), "kwargs": {}})],
    )
)
