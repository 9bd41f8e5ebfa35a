"""What a stretch of a program has written, so that it can be undone, and carried by a line."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from wengert.record import Box
from wengert.record.box import births
from wengert.stage.state.aliases import Shown
from wengert.stage.values.frames import is_number, parts_of
from wengert.stage.values.places import (
    UNBOUND,
    Attribute,
    Cell,
    Contents,
    Item,
    Place,
    Whole,
    cells_of,
    copied,
    globals_of,
    restore,
    same,
    same_contents,
)
from wengert.stage.values.stacked import Stacked


class Change(NamedTuple):
    """A place, what was in it, and what is in it now."""

    place: Place
    old: Any
    new: Any


class ContentsChange(NamedTuple):
    """A list, dict or another container whose items have come or gone."""

    container: Any
    old: Any
    new: Any

    @property
    def appended_count(self) -> int:
        """How many items have been added at the end of a list that is unchanged otherwise; else 0."""
        if type(self.container) is not list or len(self.new) <= len(self.old):
            return 0
        kept = all(a is b for a, b in zip(self.old, self.new, strict=False))
        return len(self.new) - len(self.old) if kept else 0


class _Owned:
    """An object that has been written: the places in it with what was there, and its contents, if it is a container."""

    __slots__ = ("contents", "owner", "places")

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.places: dict[tuple[Any, ...], Any] = {}  # the key of a place without its owner -> what was there
        self.contents: Any = None


class Journal:
    """The first value of every place that is written while this is the innermost journal.

    It refers to each object once, so that its reference count tells whether anything else knows it.
    """

    def __init__(self) -> None:
        self.began = next(births)
        self._owned: dict[int, _Owned] = {}
        self.new_boxes_written: set[int] = set()  # those made since then
        self.new_arrays_written: set[tuple[int, int]] = set()  # the same, with the times when they were made
        self.writes = 0

    # -- before a write ------------------------------------------------------------------------------------------------

    def note(self, place: Place) -> None:
        """A place is about to be written."""
        owner, key = apart(place)
        owned = self._of(owner)
        self.writes += 1
        if key not in owned.places and not (key[0] is Item and owned.contents is not None):
            owned.places[key] = place.get()

    def note_box(self, box: Box) -> None:
        """An array is about to be written; what it holds must outlive that."""
        self.writes += 1
        if box.born > self.began:
            self.new_boxes_written.add(id(box))
            self.new_arrays_written.add((id(box), box.born))
        elif not self.has(Contents(box)):
            box.ssa.freeze()
            self.note(Contents(box))

    def note_written(self, arrays: Iterable[Shown], container: int | None) -> None:
        """Arrays, and a container, have been written by value, in a loop."""
        for one in arrays:
            self.new_boxes_written.add(one.number)
            self.new_arrays_written.add(one.key)
        if container is not None:
            self.new_boxes_written.add(container)

    def note_contents(self, container: Any) -> None:
        """A container is about to be changed."""
        owned = self._of(container)
        self.writes += 1
        if owned.contents is None:
            owned.contents = copied(container)

    def watch(self, function: Any) -> None:
        """A function is about to be called: note the names outside of it that it binds."""
        for place in (*cells_of(function), *globals_of(function)):
            self.note(place)

    def _of(self, owner: Any) -> _Owned:
        known = self._owned.get(id(owner))
        if known is None:
            known = self._owned[id(owner)] = _Owned(owner)
        return known

    def has(self, place: Place) -> bool:
        """Whether a place has been noted, or all of its container."""
        owner, key = apart(place)
        owned = self._owned.get(id(owner))
        return owned is not None and (key in owned.places or (key[0] is Item and owned.contents is not None))

    def before(self, place: Place) -> Any:
        """What was in a place that has been noted."""
        owner, key = apart(place)
        owned = self._owned[id(owner)]
        if key in owned.places:
            return owned.places[key]
        index = key[1]
        if isinstance(owned.contents, dict):
            return owned.contents.get(index, UNBOUND)
        return owned.contents[index] if index < len(owned.contents) else UNBOUND

    def has_contents(self, container: Any) -> bool:
        """Whether a container has been noted."""
        owned = self._owned.get(id(container))
        return owned is not None and owned.contents is not None

    def contents_before(self, container: Any) -> Any:
        """What was in a container that has been noted."""
        return self._owned[id(container)].contents

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def changes(self) -> list[Change]:
        """The places in which there is something else now."""
        return [one for owned in self._owned.values() for one in self._changes_of(owned)]

    def changed_contents(self) -> list[ContentsChange]:
        """The containers whose items have come or gone."""
        found = []
        for owned in self._owned.values():
            if owned.contents is not None and _items_changed(owned) is None:
                now = copied(owned.owner)
                if not same_contents(owned.contents, now):
                    found.append(ContentsChange(owned.owner, owned.contents, now))
        return found

    def _changes_of(self, owned: _Owned) -> Iterator[Change]:
        for key, old in owned.places.items():
            place = joined(owned.owner, key)
            new = place.get()
            if not same(old, new):
                yield Change(place, old, new)
        if owned.contents is not None:
            yield from _items_changed(owned) or ()

    def written(self) -> frozenset[int]:
        """The objects that have been written, by identity; those made since then, too."""
        return frozenset(self.new_boxes_written | self._owned.keys())

    def is_shared(self, place: Place) -> bool:
        """Whether an array or container that was in a place is known elsewhere, too, while it is in this journal."""
        owner, key = apart(place)
        places = self._owned[id(owner)].places
        return not _is_lone(lambda: places[key])

    def undo(self) -> None:
        """Put everything back."""
        for owned in self._owned.values():
            if owned.contents is not None:
                restore(owned.owner, owned.contents)
            for key, old in owned.places.items():
                place = joined(owned.owner, key)
                if not same(old, place.get()):
                    place.put(old)

    def alive(self, held: dict[int, Any]) -> dict[int, Any]:
        """The objects written, by identity, that something else than this journal and `held` knows, after `undo`.

        The others were made, and forgotten, in this stretch; they are taken out of `held`, too. Nothing else that holds
        one may be at hand when this is asked.
        """
        while True:
            forgotten = [key for key, owned in self._owned.items() if _count(owned) == _ALONE + (key in held)]
            forgotten += [key for key in held if key not in self._owned and _count_held(held, key) == _HELD_ALONE]
            if not forgotten:
                return {key: owned.owner for key, owned in self._owned.items()}
            for key in forgotten:
                self._owned.pop(key, None)
                held.pop(key, None)


def _count(owned: _Owned) -> int:
    return sys.getrefcount(owned.owner)


_ALONE = _count(_Owned([]))


def _count_held(held: dict[int, Any], key: int) -> int:
    return sys.getrefcount(held[key])


_HELD_ALONE = _count_held({0: object()}, 0)


def _is_lone(get: Callable[[], Any]) -> bool:
    """Whether what a function gets is referred to from one place only, and so are the arrays and containers in it."""
    kind = type(get())
    if kind is Box:
        return not get().is_array() or (get().base is None and sys.getrefcount(get()) == _LONE)
    if is_number(get()):
        return not isinstance(get(), np.ndarray)
    parts = parts_of(get())
    if parts is None:
        return True
    keys = parts[0]
    parts = None
    if kind is tuple or isinstance(get(), tuple):
        return all(_is_lone(lambda i=i: get()[i]) for i in range(len(keys)))  # type: ignore[misc]
    if sys.getrefcount(get()) != _LONE:
        return False
    if isinstance(get(), (list, dict)):
        return all(_is_lone(lambda key=key: get()[key]) for key in keys)  # type: ignore[misc]
    return all(_is_lone(lambda key=key: getattr(get(), key)) for key in keys)  # type: ignore[misc]


_SAMPLE = [object()]
_LONE = sys.getrefcount((lambda: _SAMPLE[0])())


def apart(place: Place) -> tuple[Any, tuple[Any, ...]]:
    """The object that a place belongs to, and the rest of what makes it."""
    if isinstance(place, Cell):
        return place.cell, (Cell, place.name)
    if isinstance(place, Attribute):
        return place.owner, (Attribute, place.attribute)
    if isinstance(place, Item):
        return place.owner, (Item, place.index)
    if isinstance(place, Whole):
        return place.container, (Whole,)
    if isinstance(place, Stacked):
        return place.container, (Stacked, place.frame, place.kinds)
    assert isinstance(place, Contents)
    return place.box, (Contents,)


def joined(owner: Any, key: tuple[Any, ...]) -> Place:
    """The place of an object."""
    kind, *rest = key
    found: Place = kind(owner, *rest)
    return found


def _items_changed(owned: _Owned) -> Iterator[Change] | None:
    """The items of a container that have changed, each as a place; `None` where items have come or gone."""
    old, container = owned.contents, owned.owner
    if not isinstance(container, (list, dict, deque)) or len(old) != len(container):
        return None
    if isinstance(container, dict):
        if old.keys() != container.keys():
            return None
        pairs = [(key, old[key], dict.__getitem__(container, key)) for key in old]
    else:
        pairs = [(i, a, b) for i, (a, b) in enumerate(zip(old, list(container), strict=True))]
    return iter([Change(Item(container, key), a, b) for key, a, b in pairs if not same(a, b)])
