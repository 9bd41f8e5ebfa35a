"""What one tricky derivative is: a function, a point, and the answer worked out by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Trap:
    """A derivative that libraries get wrong, and its right value.

    `expected` is the derivative of `order` with respect to argument `argnums`, of shape
    `output.shape + argument.shape * order`; a tuple of them when `argnums` is a tuple; at order 0 it
    is the value of `function` itself (which then differentiates inside). For a real function of a
    complex argument it is the direction of steepest ascent, dL/dx + i dL/dy. `convention` marks a
    point where no true derivative exists and the documented choice is asserted; `alternatives` are
    answers that are as good.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    expected: Any
    note: str
    argnums: int | tuple[int, ...] = 0
    order: int = 1
    convention: bool = False
    holomorphic: bool = False
    alternatives: tuple[Any, ...] = ()
    rtol: float = 1e-10


@dataclass(frozen=True, eq=False)
class Refusal:
    """A gradient that must be refused, with a message that says why."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    exception: type[Exception]
    message: str
    note: str
