"""A table that does not keep its values alive, for several threads."""

from __future__ import annotations

from functools import partial
from threading import RLock
from typing import Any
from weakref import ref

LOCK = RLock()  # what dies may do so in any thread, and at any time


class WeakTable:
    """One value for each key, as long as somebody else has it."""

    __slots__ = ("_refs",)

    def __init__(self) -> None:
        self._refs: dict[Any, ref[Any]] = {}

    def __len__(self) -> int:
        return len(self._refs)

    def get(self, key: Any) -> Any:
        """The value of a key, or `None`."""
        found = self._refs.get(key)
        return None if found is None else found()

    def enter(self, key: Any, value: Any) -> Any:
        """Enter a value; the result is the one that is in the table, which another thread may have entered first."""
        mine = ref(value, partial(_forget, self._refs, key))
        if self._refs.setdefault(key, mine) is mine:
            return value
        with LOCK:  # beside one that is alive, or is just dying
            found = self.get(key)
            if found is None:
                found, self._refs[key] = value, mine
            return found


def _forget(refs: dict[Any, Any], key: Any, dead: Any, lock: Any = LOCK) -> None:
    with lock:  # not the global: at the end of the program that is gone first
        if refs.get(key) is dead:
            del refs[key]
