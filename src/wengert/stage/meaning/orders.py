"""Extremes, sorting and searching of abstract values, in the order in which Python finds them."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wengert.errors import StagingError
from wengert.functions import as_array
from wengert.ir import bind, users_line
from wengert.primitives import where
from wengert.read.blocks import iterate
from wengert.read.calls import call
from wengert.read.operations import compare
from wengert.record import Box
from wengert.stage.control.branches import either_value, truth
from wengert.stage.control.loops import loop
from wengert.stage.control.streams import weak_integer
from wengert.stage.recording import Recording, is_abstract
from wengert.stage.tables import Proceed, means, method
from wengert.stage.values.frames import is_number, leaf_type
from wengert.stage.values.joining import Mismatch, cast, join
from wengert.stage.values.stacked import NoStack, rows_of

FEW = 8  # items of which the best is found in straight lines


@means(max)
def _max(recording: Recording, proceed: Proceed, *args: Any, **options: Any) -> Any:
    return _best("Gt", proceed, args, options)


@means(min)
def _min(recording: Recording, proceed: Proceed, *args: Any, **options: Any) -> Any:
    return _best("Lt", proceed, args, options)


def _best(better: str, proceed: Proceed, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The first of the best."""
    items = args if len(args) > 1 else args[0] if type(args[0]) is Box else list(iterate(args[0]))
    if type(items) is Box and not is_abstract(items):
        items = list(items)
    key = options.get("key")
    if not len(items):
        return proceed(items, **options)
    if len(items) > FEW and key is None and (type(items) is Box or any(map(is_abstract, items))):
        return _best_in_loop(better, items, proceed.name)
    marks = list(items) if key is None else [call(key, item) for item in items]
    if not any(map(_may_be_open, marks)):
        known = dict(zip(map(id, items), marks, strict=True))
        return proceed(items, **({} if key is None else {"key": lambda item: known[id(item)]}))
    best, mark = items[0], marks[0]
    for item, value in zip(items[1:], marks[1:], strict=True):
        holds = truth(compare(better, value, mark))
        best, mark = pick(holds, item, best, proceed.name), pick(holds, value, mark, proceed.name)
    return best


def _best_in_loop(better: str, items: Any, name: str) -> Any:
    best = items[0]

    def body(item: Any) -> None:
        nonlocal best
        best = pick(truth(compare(better, item, best)), item, best, name)

    names = ("best",)
    loop(items[1:], body, None, None, (names, names, names, ()), name)
    return best


def _may_be_open(x: Any) -> bool:
    """Whether comparing something may give an abstract truth."""
    if isinstance(x, (tuple, list)):
        return any(map(_may_be_open, x))
    return is_abstract(x) or (not is_number(x) and not isinstance(x, (str, bytes)))


def pick(holds: Any, a: Any, b: Any, what: str) -> Any:
    """One value or the other."""
    if type(holds) is bool:
        return a if holds else b
    if not (is_number(a) and is_number(b)):
        return either_value(holds, lambda: a, lambda: b, what)
    try:
        kind = join(a, b, leaf_type(a), leaf_type(b))
    except Mismatch:
        return np.where(holds, a, b)
    out = bind(where, (holds, cast(a, kind), cast(b, kind)), {})
    if isinstance(out, Box):
        out.ssa.retype(kind)
    return out


# -- sorting -----------------------------------------------------------------------------------------------------------


@means(sorted)
def _sorted(recording: Recording, proceed: Proceed, iterable: Any, /, *, key: Any = None, reverse: Any = False) -> Any:
    items = list(iterate(iterable))
    found = _in_order(items, key, reverse)
    return proceed(items, key=key, reverse=reverse) if found is None else found


@method(list, "sort")
def _sort(recording: Recording, proceed: Proceed, items: Any, /, *, key: Any = None, reverse: Any = False) -> None:
    found = _in_order(recording.inside(items), key, reverse)
    recording.writes_contents(items)
    if found is None:
        proceed(key=key, reverse=reverse)
    else:
        items[:] = found


def _in_order(items: Sequence[Any], key: Any, reverse: Any) -> list[Any] | None:
    """Items by abstract numbers, equal ones as they stood; `None` where no number is abstract."""
    marks = items if key is None else [call(key, item) for item in items]
    if not any(map(is_abstract, marks)) or any(not is_number(x) or leaf_type(x).shape for x in marks):
        return None
    try:
        rows = rows_of(items)
    except NoStack as why:
        raise StagingError(f"items are sorted by numbers that are not known yet, but {why}{users_line()}") from None
    stack = as_array(list(marks))
    if reverse:  # equal ones keep their order, too
        order = len(items) - 1 - np.argsort(stack[::-1], kind="stable")[::-1]
    else:
        order = np.argsort(stack, kind="stable")
    return [rows.item(order[number]) for number in range(len(items))]


# -- sorted lists ------------------------------------------------------------------------------------------------------


def _search(side: str) -> Callable[..., Any]:
    def search(recording: Recording, proceed: Proceed, items: Any, x: Any, *args: Any, **options: Any) -> Any:
        found = recording.inside(items)
        if args or options or not (found and _is_searched(found, x)):
            return proceed(items, x, *args, **options)
        return weak_integer(np.searchsorted(as_array(list(found)), x, side))  # type: ignore[call-overload]

    return search


def _is_searched(items: Any, x: Any) -> bool:
    numbers = [*items, x] if type(items) in (list, tuple) else []
    return any(map(is_abstract, numbers)) and all(is_number(one) and not leaf_type(one).shape for one in numbers)


def _insert(side: str) -> Callable[..., Any]:
    def insert(recording: Recording, proceed: Proceed, items: Any, x: Any, *args: Any, **options: Any) -> Any:
        found = recording.inside(items)
        recording.writes_contents(items)
        if args or options or type(items) is not list or not _is_searched(found, x):
            return proceed(items, x, *args, **options)
        place = np.searchsorted(as_array(list(found)), x, side)  # type: ignore[call-overload]
        before, after = [*found, x], [x, *found]
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            here = pick(truth(number == place), x, other, "insort")
            before[number] = pick(truth(number < place), one, here, "insort")
        items[:] = before
        return None

    return insert


for _side, _searches, _inserts in (
    ("left", (bisect.bisect_left,), (bisect.insort_left,)),
    ("right", (bisect.bisect_right, bisect.bisect), (bisect.insort_right, bisect.insort)),
):
    means(*_searches)(_search(_side))
    means(*_inserts)(_insert(_side))
