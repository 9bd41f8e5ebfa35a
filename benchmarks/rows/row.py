"""One row of the table: a program, its arguments, and what is different for some libraries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True, eq=False)
class Row:
    """`program(np)` is the function for NumPy, and for the libraries that have no program of their own in `others`.

    Its gradient is taken with respect to the arguments `wrt`. With `each`, the function is that of one element: it is
    mapped over the first axis of all arguments, and its derivative is the Jacobian of each. `casadi` gives functions of
    CasADi, of the value and of the derivatives, in a tuple. `defines` are options of the C++ compiler.
    """

    name: str
    title: str
    arguments: Callable[[], tuple[Any, ...]]
    wrt: tuple[int, ...]
    program: Callable[[ModuleType], Callable[..., Any]]
    others: dict[str, Callable[[], Callable[..., Any]]] = field(default_factory=dict)
    casadi: Callable[[], tuple[Callable[..., Any], Callable[..., Any]]] | None = None
    each: bool = False
    defines: tuple[str, ...] = ()
