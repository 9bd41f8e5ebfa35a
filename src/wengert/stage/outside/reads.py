"""What the program finds in objects, containers and places from outside, some of which it has changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.read.members import attribute
from wengert.read.observer import UNSEEN
from wengert.record import Box
from wengert.stage.outside import sources
from wengert.stage.outside.capture import Capture
from wengert.stage.state.bodies import Body
from wengert.stage.tables import CONTAINERS
from wengert.stage.values.frames import attributes, is_instance, is_number, parts_of, with_parts
from wengert.stage.values.places import UNBOUND, Attribute, Cell, Contents, Item, Place, Whole, is_namespace, same
from wengert.stage.values.stacked import Stacked

KNOWN_INSIDE = frozenset({Box, int, float, complex, str, list, dict, tuple, set, np.ndarray, np.float64, range, slice})


class Outside:
    """What is from outside, as the program sees it: `reads` is told of containers that are read."""

    def __init__(self, capture: Capture, bodies: list[Body], reads: Callable[[Any], None]) -> None:
        self.capture = capture
        self._bodies = bodies
        self._reads = reads

    def attribute(self, owner: Any, name: str, value: Any) -> Any:
        """`owner.name`, which may come from outside."""
        if type(owner) in KNOWN_INSIDE or self.is_changed(Attribute(owner, name)):
            return value
        return self.capture.attribute(owner, name, value)

    def misses(self, owner: Any, name: str, kept: bool) -> None:
        """An attribute is not there."""
        if type(owner) not in KNOWN_INSIDE and not self.is_changed(Attribute(owner, name)):
            self.capture.misses(owner, name, kept)

    def inside(self, x: Any) -> Any:
        """A container all of which is about to be read; what comes from outside is noted."""
        if isinstance(x, (list, dict, set, deque)):
            self._reads(x)
            return self.items(x)
        return x

    def is_changed(self, place: Place) -> bool:
        """Whether the program has put something else into a place."""
        for body in self._bodies:
            if body.journal.has(place):
                return not same(body.journal.before(place), place.get())
        return False

    def in_place(self, place: Place) -> Any:
        """What is in a place, as the program reads it: it may come from outside."""
        if isinstance(place, Stacked):
            return place.read(self.inside(place.container))
        value = place.get()
        if value is UNBOUND or isinstance(place, Contents) or self.is_changed(place):
            return value
        if isinstance(place, Cell):
            outside = id(place.cell) in self.capture.cells
            return self.capture.load(value, sources.cell(place.cell, place.name)) if outside else value
        if isinstance(place, Attribute):
            return self.attribute(place.owner, place.attribute, value)
        if isinstance(place, Item):
            if is_namespace(place.owner):
                return self.capture.load(value, sources.global_name(place.owner, place.index))
            found = self.item(place.owner, place.index)
            return value if found is UNSEEN else found
        return self.inside(place.container) if isinstance(place, Whole) else value

    def opened(self, x: Any) -> Any:
        """A container or an object from outside with what is in it as the program reads it; else the same."""
        if is_instance(x) and self.capture.source_of(x) is not None:
            made = object.__new__(type(x))
            self.capture.made.add(id(made))
            for name in attributes(x):
                object.__setattr__(made, name, attribute(x, name))
            return made
        return self.items(x) if isinstance(x, (list, dict, set)) else x

    def referred(self, x: Any) -> Any:
        """A container, an object or an array from outside as a `Reference`; else the same."""
        if type(x) is Box:
            source = self.capture.array_of(x)
        else:
            source = self.capture.source_of(x) if is_instance(x) or isinstance(x, CONTAINERS) else None
        return x if source is None else self.capture.reference(source)

    def all_of(self, x: Any) -> Any:
        """The same as another value, with all that is in it as the program reads it."""
        return self._all_of(x, frozenset())

    def _all_of(self, x: Any, above: frozenset[int]) -> Any:
        if is_number(x) or id(x) in above:
            return x
        if isinstance(x, CONTAINERS):
            self._reads(x)
        shown = self.opened(x)
        found = None if shown is x and is_instance(x) else parts_of(shown)
        if found is None:
            return shown
        parts = [self._all_of(part, above | {id(x)}) for part in found[1]]
        return (
            shown if all(a is b for a, b in zip(parts, found[1], strict=True)) else with_parts(shown, found[0], parts)
        )

    def item(self, owner: Any, index: Any) -> Any:
        source = self.capture.source_of(owner) if isinstance(owner, (list, dict, deque)) else None
        if source is None:
            return UNSEEN
        if type(index) is slice:
            return self.inside(owner)[index]
        if isinstance(owner, dict):
            if index not in owner:
                self.inside(owner)  # so that it is tested that the key is not there
                return UNSEEN
        else:
            index = range(len(owner))[index]
            self.capture.lookup.has_length(source, len(self.before(owner)))
        if self.is_changed(Item(owner, index)):
            return UNSEEN
        return self.capture.load(owner[index], sources.item(source, index))

    def measures(self, x: Any) -> None:
        """How many items a container has is about to be used."""
        source = self.capture.source_of(x) if isinstance(x, (list, dict, set, deque)) else None
        if source is not None:
            self.capture.lookup.has_length(source, len(self.before(x)))

    def items(self, x: Any) -> Any:
        return self.capture.contents(x, self.before(x))

    def before(self, container: Any) -> Any:
        """What was in a container before the program changed it."""
        journal = next((body.journal for body in self._bodies if body.journal.has_contents(container)), None)
        return container if journal is None else journal.contents_before(container)
