"""Lists, dicts, sets and deques while recording: their changes are noted, and what comes from outside has a source."""

from __future__ import annotations

import copy
import dataclasses
import heapq
from collections import deque
from typing import Any

import numpy as np

from wengert.functions import as_array
from wengert.functions.demands import demand, is_abstract
from wengert.read.blocks import iterate
from wengert.read.operations import compare
from wengert.stage.control.streams import weak_integer
from wengert.stage.recording import Recording
from wengert.stage.tables import Proceed, means, method
from wengert.stage.values.frames import containers


@method(list, "extend", "insert", "remove", "clear", "reverse", "__setitem__", "__delitem__", "__iadd__")
@method(list, "__imul__")
@method(dict, "update", "popitem", "clear", "__setitem__", "__delitem__", "move_to_end", "__ior__", "subtract")
@method(set, "add", "discard", "remove", "pop", "clear", "update", "difference_update", "intersection_update")
@method(set, "symmetric_difference_update", "__ior__", "__iand__", "__isub__", "__ixor__")
@method(deque, "append", "appendleft", "extend", "extendleft", "rotate", "clear", "insert", "remove", "reverse")
@method(deque, "__setitem__", "__delitem__")
def _changes(recording: Recording, proceed: Proceed, owner: Any, *args: Any, **kwargs: Any) -> Any:
    """A method that changes a container."""
    if proceed.name not in _TAKE_ITEMS:
        args = tuple(map(recording.inside, args))
    recording.writes_contents(owner)
    return proceed(*args, **kwargs)


_TAKE_ITEMS = (
    "append", "appendleft", "insert", "add", "remove", "discard", "__setitem__", "__delitem__", "rotate",
)  # fmt: skip  # the others go through what they are given


@method(list, "append")
def _append(recording: Recording, proceed: Proceed, owner: Any, item: Any) -> Any:
    if recording.accumulator(owner) is None:
        recording.writes_contents(owner, appends=True)
    owner.append(item)


@method(list, "extend", "__iadd__")
def _extend(recording: Recording, proceed: Proceed, owner: Any, items: Any) -> Any:
    found = list(iterate(items))
    if recording.accumulator(owner) is None:
        recording.writes_contents(owner, appends=True)
    owner.extend(found)


@method(list, "pop")
@method(dict, "pop", "setdefault")
@method(deque, "pop", "popleft")
def _pop(recording: Recording, proceed: Proceed, owner: Any, *args: Any) -> Any:
    """What is taken out may be from outside."""
    found = recording.inside(owner)
    recording.writes_contents(owner)
    out = proceed(*args)
    return out if found is owner else getattr(found, proceed.name)(*args)


@method(list, "copy", "__getitem__", "__len__", "__contains__", "__iter__")
@method(dict, "get", "items", "keys", "values", "copy", "__getitem__", "__contains__", "__len__", "most_common")
@method(set, "copy", "union", "intersection", "difference", "issubset", "issuperset", "isdisjoint", "__contains__")
@method(deque, "copy", "index", "count")
def _reads(recording: Recording, proceed: Proceed, owner: Any, *args: Any, **kwargs: Any) -> Any:
    """A method that reads a container."""
    found = recording.inside(owner)
    return proceed(*args, **kwargs) if found is owner else getattr(found, proceed.name)(*args, **kwargs)


@method(list, "count")
@method(tuple, "count")
def _count(recording: Recording, proceed: Proceed, owner: Any, value: Any) -> Any:
    same = [compare("Eq", item, value) for item in recording.inside(owner)]
    return sum(map(weak_integer, same)) if any(map(is_abstract, same)) else sum(map(bool, same))


@method(list, "index")
@method(tuple, "index")
def _index(recording: Recording, proceed: Proceed, owner: Any, value: Any, *bounds: Any) -> Any:
    items = recording.inside(owner)
    same = [] if bounds else [compare("Eq", item, value) for item in items]
    if not any(map(is_abstract, same)):
        return items.index(value, *bounds)
    found = as_array(same)
    demand(np.any(found), ValueError("the value is not in the list"))
    return weak_integer(np.argmax(found))


@means(heapq.heappush, heapq.heappop, heapq.heapify, heapq.heapreplace, heapq.heappushpop)
def _heap(recording: Recording, proceed: Proceed, items: Any, *args: Any, **kwargs: Any) -> Any:
    recording.writes_contents(items)
    return proceed(items, *args, **kwargs)


@means(copy.copy, copy.deepcopy, dataclasses.asdict, dataclasses.astuple, vars)
def _copies(recording: Recording, proceed: Proceed, x: Any, *args: Any, **kwargs: Any) -> Any:
    """Functions that read all of an object."""
    whole = proceed.name not in ("copy", "vars")
    out = proceed(recording.outside.all_of(x) if whole else recording.outside.opened(x), *args, **kwargs)
    recording.capture.made.update(containers(out))
    return out
