"""Numbers that the program cannot do without: a shape, a count. Those that come from outside become constants then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wengert.errors import StagingError
from wengert.ir import Traced, Var


class NeedsConstant(BaseException):
    """The recording begins again, with these inputs as constants. Not an Exception, so that no `except` takes it."""

    def __init__(self, inputs: Iterable[Var]) -> None:
        super().__init__()
        self.inputs = frozenset(inputs)
        self.arguments: frozenset[int] = frozenset()  # those that are arguments, by their numbers


def inputs_behind(box: Traced, level: Any) -> set[Var] | None:
    """The inputs of a recording that a value depends on; `None` if it depends on something else, as a loop's index."""
    found: set[Var] = set()
    rest: list[tuple[Any, Any]] = [(box, None)]
    while rest:
        value, at = rest.pop()
        if isinstance(value, Traced):
            value.refresh()
            at, value = value.level, value.ssa
        if type(value) is not Var:
            continue
        outer = next((known[value] for known in (_known(at, "outside"), _known(at, "given")) if value in known), None)
        if outer is not None:
            rest.append((outer, None))
            continue
        if value.origin is not None:
            rest += [(x, at) for x in value.origin.inputs]
        elif at is level:
            found.add(value)
        else:
            return None
    return found


def _known(level: Any, what: str) -> dict[Var, Any]:
    found: dict[Var, Any] = getattr(level, what, {})
    return found


def needed_by(error: BaseException, level: Any, constants: frozenset[Var]) -> NeedsConstant | None:
    """What to do about a StagingError that asks for the number of a value: make what it depends on constant."""
    box = getattr(error, "box", None)
    if not isinstance(error, StagingError) or not isinstance(box, Traced):
        return None
    inputs = inputs_behind(box, level)
    return NeedsConstant(inputs) if inputs and inputs <= constants else None
