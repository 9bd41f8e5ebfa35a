"""The hooks for text, and the policy for what a program does beside computing."""

from __future__ import annotations

import itertools
import string
from collections import deque
from typing import Any

from wengert.primitives.effects import Percent
from wengert.read.blocks import iterate, shown
from wengert.read.namespace import hook
from wengert.stage.recording import Recording, is_abstract
from wengert.stage.tables import Proceed, means, method
from wengert.stage.values.unknown import TracedText, Unknown

_CONVERSIONS = {ord("r"): repr, ord("s"): str, ord("a"): ascii}


@hook
def text(*pieces: Any) -> Any:
    """`f"..."`: with abstract numbers in it, a text that can only be printed or raised."""
    if any(type(piece) is tuple and _is_open(piece) for piece in pieces):
        return TracedText(tuple(piece if type(piece) is str else _kept(piece) for piece in pieces))
    return "".join(piece if type(piece) is str else _formatted(*piece) for piece in pieces)


def _is_open(piece: tuple[Any, int, Any]) -> bool:
    return any(is_open_text(part) for part in (piece[0], piece[2]))


def is_open_text(value: Any) -> bool:
    """Whether the text of a value has abstract numbers in it."""
    if isinstance(value, (TracedText, Unknown)) or is_abstract(value):
        return True
    if isinstance(value, (list, tuple, set, deque)):
        return any(map(is_open_text, value))
    return isinstance(value, dict) and any(map(is_open_text, value.values()))


def _kept(piece: tuple[Any, int, Any]) -> tuple[Any, int, Any]:
    """A piece of a text with its values as they are now."""
    value, conversion, spec = piece
    if type(value) is Unknown:
        value.refuse()
    return (value.snapshot() if is_abstract(value) else value, conversion, spec)


def _formatted(value: Any, conversion: int, spec: str) -> str:
    value = shown(value)
    convert = _CONVERSIONS.get(conversion)
    return format(value if convert is None else convert(value), spec)


@means(str)
def _str(recording: Recording, proceed: Proceed, *args: Any, **kwargs: Any) -> Any:
    if len(args) == 1 and not kwargs and is_open_text(args[0]):
        return args[0] if type(args[0]) is TracedText else TracedText((_kept((args[0], ord("s"), "")),))
    return proceed(*args, **kwargs)


@means(repr, ascii)
def _repr(recording: Recording, proceed: Proceed, x: Any) -> Any:
    return TracedText((_kept((x, ord(proceed.name[0]), "")),)) if is_open_text(x) else proceed(x)


@means(format)
def _format(recording: Recording, proceed: Proceed, x: Any, spec: str = "") -> Any:
    return TracedText((_kept((x, -1, spec)),)) if is_open_text(x) else proceed(x, spec)


@method(str, "format")
def _str_format(recording: Recording, proceed: Proceed, owner: str, *args: Any, **kwargs: Any) -> Any:
    if not any(map(is_open_text, (*args, *kwargs.values()))):
        return proceed(*args, **kwargs)
    pieces: list[Any] = []
    counter = itertools.count()
    formatter = string.Formatter()
    for literal, name, spec, conversion in formatter.parse(owner):
        pieces.append(literal)
        if name is not None:
            value, _ = formatter.get_field(str(next(counter)) if name == "" else name, args, kwargs)
            pieces.append(_kept((value, ord(conversion) if conversion else -1, spec or "")))
    return TracedText(tuple(pieces))


@method(str, "join")
def _join(recording: Recording, proceed: Proceed, owner: str, parts: Any) -> Any:
    found = list(iterate(parts))
    if not any(type(part) is TracedText for part in found):
        return proceed(found)
    out: Any = ""
    for number, part in enumerate(found):
        out = part if number == 0 else out + owner + part
    return out


def percent(template: str, values: Any) -> TracedText:
    """`template % values` with abstract numbers among the values."""
    given = values if type(values) is tuple else (values,)
    kept = tuple(value.snapshot() if is_abstract(value) else value for value in given)
    return TracedText(((Percent(template, kept), -1, ""),))
