"""A value that is one of several things."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from wengert.errors import StagingError
from wengert.functions.demands import demand
from wengert.ir import ABSENT, users_line
from wengert.read.members import attribute, store
from wengert.read.operations import unary
from wengert.record import Box
from wengert.stage.tables import BY_CASES


class Missing:
    """What is in a name that is not bound: to read it is an UnboundLocalError."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def error(self) -> UnboundLocalError:
        """The error, as Python words it."""
        return UnboundLocalError(f"cannot access local variable '{self.name}' where it is not associated with a value")

    def __repr__(self) -> str:
        return "unbound"


missing = cache(Missing)


class OneOf:
    """One of several things; which of them, an abstract number tells.

    What is done to it is done to each of them, in a case of its own; what asks for the thing itself is refused.

    Attributes
    ----------
    code
        The number.
    options
        What there may be, by number.
    """

    PARTS = ("code", "options")
    code: Any
    options: dict[int, Any]

    def __init__(self, code: Any, options: dict[int, Any]) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "options", options)

    def settled(self) -> Any:
        """What it is, where the number is known."""
        code = self.code.concrete() if isinstance(self.code, Box) else self.code
        return self if code is ABSENT else self.options[int(code)]

    def number(self) -> Any:
        """The one that is a number or an array, for what can take nothing else: a TypeError where it is another."""
        found = [(key, option) for key, option in self.options.items() if isinstance(option, Box)]
        if len(found) != 1:
            self.refuse()
        ((key, number),) = found
        others = " or ".join(type(option).__name__ for option in self.options.values() if option is not number)
        demand(self.code == key, TypeError(f"the function returned a {others}, not a number or an array"))
        return number

    def refuse(self, *args: Any) -> NoReturn:
        """Raise StagingError."""
        kinds = " or ".join(
            "a number or an array" if isinstance(option, Box) else repr(option) for option in self.options.values()
        )
        raise StagingError(f"a value is {kinds}, which depends on a value that is not known yet{users_line()}")

    __setattr__ = __delattr__ = __bool__ = __len__ = __iter__ = __contains__ = __hash__ = __eq__ = refuse
    __float__ = __int__ = __complex__ = __index__ = __str__ = __format__ = __call__ = refuse  # type: ignore[assignment]
    __array__ = __array_ufunc__ = __array_function__ = __add__ = __radd__ = __mul__ = __rmul__ = refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return BY_CASES[OneOf](self, lambda one: attribute(one, name))

    def __setitem__(self, index: Any, value: Any) -> None:
        BY_CASES[OneOf](self, lambda one: store(value, one, index))

    def __neg__(self) -> Any:
        return BY_CASES[OneOf](self, lambda one: unary("USub", one))

    def __pos__(self) -> Any:
        return BY_CASES[OneOf](self, lambda one: unary("UAdd", one))

    def __invert__(self) -> Any:
        return BY_CASES[OneOf](self, lambda one: unary("Invert", one))

    def __repr__(self) -> str:
        return f"<one of {', '.join(map(repr, self.options.values()))}>"
