"""How a block of statements ended: at its end, or by `break`, `continue`, `return`, or an exception.

In a traced block this may itself be a traced number: one way for some values, another for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

# In this order: a loop goes on while the number is below that of BREAK. EXHAUSTED is its end where a condition fails.
FALL, CONTINUE, BREAK, RETURN, RAISE, EXHAUSTED = range(6)


@dataclass(frozen=True)
class Outcome:
    """`None` in its place is the end of the block.

    Attributes
    ----------
    code
        One of the numbers above, or a traced number that will be one of those in `ways`.
    value
        What is returned, where that is one of the ways.
    ways
        The codes that are possible.
    error
        The exception, where all ways raise.
    """

    code: Any
    value: Any = None
    ways: frozenset[int] = frozenset()
    error: BaseException | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is one way only."""
        return type(self.code) is int


BROKEN, CONTINUED, ENDED = (Outcome(code, ways=frozenset({code})) for code in (BREAK, CONTINUE, EXHAUSTED))


Names = tuple[str, ...]


class Live(NamedTuple):
    """Of the names that a statement binds: those read after it, after its block, and those outliving the function.

    Where a statement may jump, the rest of its block becomes part of it.
    """

    after: Names = ()
    end: Names = ()
    lasting: Names = ()

    @property
    def either(self) -> Names:
        """Those read after the statement, or after its block."""
        return (*self.after, *self.end)


def returned(value: Any) -> Outcome:
    """The outcome of `return value`."""
    return Outcome(RETURN, value, frozenset({RETURN}))


def raised(error: BaseException) -> Outcome:
    """The outcome of a block that raises."""
    return Outcome(RAISE, error=error, ways=frozenset({RAISE}))


def code_of(outcome: Outcome | None) -> Any:
    """The number of an outcome."""
    return FALL if outcome is None else outcome.code


def ways_of(outcome: Outcome | None) -> frozenset[int]:
    """The numbers that an outcome may have."""
    return frozenset({FALL}) if outcome is None else outcome.ways
