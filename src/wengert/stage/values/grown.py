"""Lists that have grown in a loop of an unknown number of passes: their length and their last items are known."""

from __future__ import annotations

from typing import Any

from wengert.errors import StagingError
from wengert.functions.demands import demand, is_abstract
from wengert.ir import users_line

DEPTH = 2  # how many of the last items are kept


class Grown:
    """What stands in a list for the items that are not known one by one."""

    PARTS = ("length", "last")

    def __init__(self, length: Any, last: tuple[Any, ...]) -> None:
        self.length = length  # how many they are
        self.last = last  # the last of them


def grown_in(items: Any) -> Grown | None:
    """What a list has grown by, if it has."""
    return items[0] if type(items) is list and items and type(items[0]) is Grown else None


def length_of(items: list[Any]) -> Any:
    """The length of a list that has grown."""
    more = len(items) - 1
    return items[0].length + more if more else items[0].length


def item_of_grown(items: list[Any], index: Any) -> Any:
    """`items[index]`, counted from the end."""
    grown, known = items[0], items[1:]
    if (
        type(index) is slice
        and index.stop is None
        and index.step is None
        and type(index.start) is int
        and index.start < 0
    ):
        return [item_of_grown(items, i) for i in range(index.start, 0)]
    if type(index) is not int or index >= 0:
        raise refusal(items)
    if -index <= len(known):
        return known[index]
    back = -index - len(known)
    if back > len(grown.last):
        raise refusal(items)
    enough = length_of(items) + index >= 0
    demand(enough, IndexError("list index out of range")) if is_abstract(enough) else None
    return grown.last[-back]


def refusal(items: list[Any]) -> StagingError:
    """The error for any other use; a length that is an integer among the arguments becomes known then."""
    error = StagingError(
        "a list to which a loop has appended a number of items that is not known yet can be asked for its length and "
        f"its last {DEPTH} items only. Write into an array of a fixed size instead{users_line()}"
    )
    error.box = items[0].length
    return error
