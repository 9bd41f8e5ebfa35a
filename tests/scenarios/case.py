"""One program to be compiled: a function, and points at which it takes different ways or has different shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Case:
    """A function of numbers and arrays, and containers of them; its result may be any of these.

    `second` asks for second derivatives too, `batch` for a batch of the first point's arguments.
    """

    function: Callable[..., Any]
    points: tuple[tuple[Any, ...], ...]
    second: bool = False
    batch: bool = False
    differences: bool = True  # whether finite differences can tell: smooth at the points, and not single precision

    @property
    def name(self) -> str:
        return self.function.__name__


def collector(cases: list[Case]) -> Callable[..., Any]:
    """A decorator that enters functions into a list of cases."""

    def case(*points: tuple[Any, ...], **options: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def enter(function: Callable[..., Any]) -> Callable[..., Any]:
            cases.append(Case(function, points, **options))
            return function

        return enter

    return case
