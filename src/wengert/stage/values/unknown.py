"""Values that a program may pass on but not use: what is not one thing in all cases, and texts of abstract numbers."""

from __future__ import annotations

from typing import Any, NoReturn

from wengert.errors import StagingError
from wengert.ir import users_line


class Unknown:
    """What is in a place that no line can carry: any use of it raises, with the reason."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        object.__setattr__(self, "reason", reason)

    def refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise StagingError."""
        raise StagingError(f"{self.reason}{users_line()}")

    def __getattr__(self, name: str) -> Any:
        self.refuse()

    def __repr__(self) -> str:
        return "<not known while recording>"

    __setattr__ = __delattr__ = refuse  # type: ignore[assignment]


class TracedText:
    """A text with abstract numbers in it: it can be printed and raised, when the list runs."""

    __slots__ = ("pieces",)
    PARTS = ("pieces",)  # can be carried
    reason = (
        "a text has abstract numbers in it, which have no digits yet. It can be printed, or be the message of an "
        "exception; anything else would need the text itself"
    )

    def __init__(self, pieces: tuple[Any, ...]) -> None:
        self.pieces = pieces

    refuse = Unknown.refuse

    def __add__(self, other: Any) -> Any:
        return TracedText((*self.pieces, *_pieces(other)))

    def __radd__(self, other: Any) -> Any:
        return TracedText((*_pieces(other), *self.pieces))

    def __repr__(self) -> str:
        return "<a text, not known while recording>"


def _pieces(text: Any) -> tuple[Any, ...]:
    if isinstance(text, TracedText):
        return text.pieces
    if isinstance(text, str):
        return (text,)
    raise TypeError(f'can only concatenate str (not "{type(text).__name__}") to str')


_SPECIAL = [
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "floordiv",
    "rfloordiv",
    "mod",
    "rmod",
    "pow",
    "rpow",
    "matmul",
    "rmatmul",
    "neg",
    "pos",
    "abs",
    "and",
    "rand",
    "or",
    "ror",
    "xor",
    "rxor",
    "invert",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "hash",
    "bool",
    "len",
    "iter",
    "next",
    "contains",
    "getitem",
    "setitem",
    "delitem",
    "call",
    "float",
    "int",
    "complex",
    "index",
    "str",
    "format",
    "array",
    "array_ufunc",
    "array_function",
    "enter",
    "exit",
]
for _name in _SPECIAL:
    for _kind in (Unknown, TracedText):
        if f"__{_name}__" not in vars(_kind):
            setattr(_kind, f"__{_name}__", _kind.refuse)
