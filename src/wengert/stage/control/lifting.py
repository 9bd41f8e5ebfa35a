"""What a loop carries: places whose numbers become inputs of its body, in types that hold from pass to pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from wengert.ir import Array, Var
from wengert.record import Box
from wengert.stage.control.streams import affine_item
from wengert.stage.state.alternatives import side_by_side
from wengert.stage.state.bodies import Body, Final
from wengert.stage.values.affine import step_of
from wengert.stage.values.frames import Frame, containers, leaf_type, rebuild
from wengert.stage.values.joining import Mismatch, join
from wengert.stage.values.one_of import OneOf
from wengert.stage.values.places import Contents, Place
from wengert.stage.values.stacked import Stacked


@dataclass
class Lift:
    """A place that is carried.

    Attributes
    ----------
    place, frame, kinds
        Where it is, its frame, and the types of its numbers.
    steps
        For each number: by how much it grows in each pass, where it is an integer that does so evenly; then it is not
        carried but computed from the number of the pass.
    initial
        What the first pass begins with.
    inputs
        The inputs of the body, in the trial at hand.
    """

    place: Place
    frame: Frame
    kinds: list[Array]
    initial: Final
    steps: list[int | None] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    stand_ins: frozenset[int] = frozenset()  # the arrays and containers that are in the place in that trial
    given: dict[tuple[int, int], int] = field(default_factory=dict)  # of the arrays among them which number each is
    shared: bool = False  # whether what was there before is known elsewhere, too
    final: Any = None  # what a pass leaves there
    uneven: set[int] = field(default_factory=set)  # numbers that were thought to grow evenly, and do not
    differs: bool = False  # the first pass begins with something of another kind

    @staticmethod
    def of(initial: Final) -> Lift:
        """A place as it is before the loop."""
        assert initial.place is not None
        initial.let_go()
        kinds = [leaf_type(leaf) for leaf in initial.leaves]
        return Lift(initial.place, initial.frame, kinds, initial, [None] * len(kinds))

    @property
    def first(self) -> list[Any]:
        """The numbers that the first pass begins with; `None` for each where it begins with something else."""
        return [None] * len(self.kinds) if self.frame != self.initial.frame else self.initial.leaves

    def enter(self, body: Body, index: Box) -> None:
        """Put inputs of the body into the place."""
        self.inputs, self.stand_ins, self.given = [], frozenset(), {}
        for kind, step, first in zip(self.kinds, self.steps, self.first, strict=True):
            if step is not None:
                self.inputs.append(affine_item(first, step, index))
            else:
                self.inputs.append(body.level.add_input(kind, vague=True))
        if isinstance(self.place, Stacked):
            body.journal.note_contents(self.place.container)
            self.place.put(rebuild(self.frame, iter(self.inputs)))
            return
        body.journal.note(self.place)
        if isinstance(self.place, Contents):
            box = self.inputs[0]
            self.place.put((box.level, box.ssa))
        else:
            given = [x.snapshot() if isinstance(x, Box) else x for x in self.inputs]  # these may be written
            value = rebuild(self.frame, iter(given))
            arrays = {i: box for i, box in enumerate(given) if isinstance(box, Box) and box.is_array()}
            self.given = {(id(box), box.born): i for i, box in arrays.items()}
            self.stand_ins = frozenset(map(id, arrays.values())) | containers(value).keys()
            del arrays
            del given
            self.place.put(value)
            self.shared = body.journal.is_shared(self.place)

    def adapt(self, final: Final, index: Var, kinds: list[Frame]) -> bool:
        """Fit frame and types to what a pass leaves; whether they have changed. `kinds` are those of the recording."""
        self.final = final
        if final.frame != self.frame:
            before = self.frame
            if not (self.differs or OneOf in (before.kind, final.frame.kind)):
                self.differs = True
                self._becomes(final)
                return True
            entered = replace(final, frame=before, leaves=self.inputs, arrays=[None] * len(self.inputs))
            both = side_by_side(kinds, self.place.name, (self.initial, entered, final))
            if both is None:
                raise Mismatch(f"is {before} after one pass and {final.frame} after the next")
            self.initial, _, self.final = both
            self.differs = False
            if before != self.final.frame:
                self._becomes(self.final)
                return True
            final = self.final
        changed = False
        for i, (kind, leaf) in enumerate(zip(self.kinds, final.leaves, strict=True)):
            found = leaf_type(leaf)
            try:
                joined = join(_plain(self.first[i]), leaf, kind, found)
            except Mismatch:
                joined, self.differs = found, True
            if joined != kind:
                self.kinds[i], self.steps[i], changed = joined, None, True
                continue
            step = None if self.differs else step_of(self.first[i], self.inputs[i], leaf)
            if step != self.steps[i] and i not in self.uneven:
                if self.steps[i] is not None:
                    self.uneven.add(i)
                    step = None
                changed = changed or step != self.steps[i]
                self.steps[i] = step
        return changed

    def _becomes(self, final: Final) -> None:
        """Take the kind of thing that a pass leaves for the one that is carried."""
        self.frame = final.frame
        self.kinds = [leaf_type(leaf) for leaf in final.leaves]
        self.steps = [None] * len(self.kinds)

    def is_kept(self) -> bool:
        """Whether a pass leaves everything as it was."""
        pairs = zip(self.inputs, self.final.leaves, strict=True)
        return all(isinstance(a, Box) and isinstance(b, Box) and a.ssa is b.ssa for a, b in pairs)

    def fits(self) -> bool:
        """Whether the first pass can begin with what is in the place."""
        if self.differs:
            return False
        for value, kind in zip(self.first, self.kinds, strict=True):
            try:
                if join(value, None, leaf_type(value), kind) != kind:
                    return False
            except Mismatch:
                return False
        return True


def _plain(value: Any) -> Any:
    return None if isinstance(value, Box) else value
