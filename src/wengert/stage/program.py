"""A function recorded: its list, what must be looked up and tested before it runs, and what it does afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Traced, Var, WengertList
from wengert.primitives import check
from wengert.read.caches import new_caches
from wengert.read.calls import call
from wengert.read.members import store
from wengert.record import Box
from wengert.stage.bodies import Body, Final
from wengert.stage.capture import Capture
from wengert.stage.constants import NeedsConstant
from wengert.stage.places import Attribute, Cell, Contents, Item, Whole
from wengert.stage.recording import Recording
from wengert.stage.report import Report
from wengert.stage.sources import Source, argument, held
from wengert.stage.templates import error_template
from wengert.stage.unknown import TracedText, Unknown
from wengert.stage.values import STATIC, Frame, flatten, rebuild
from wengert.transform import clean
from wengert.tree import LEAF, Structure

Effect = Callable[[Sequence[Any], Sequence[Any]], None]  # of the hidden inputs and the outputs


class Output(NamedTuple):
    """A number of the result: an output of the list."""

    number: int


@dataclass(frozen=True, eq=False)
class Recorded:
    """A function recorded for arguments of some types.

    Attributes
    ----------
    list
        Its inputs are the arguments' numbers and arrays, then the hidden ones.
    look_up
        Finds the hidden inputs; None where the recording is not valid any more.
    frame, leaves
        The result, taken apart; an `Output` is an output of the list.
    effects
        What is done after each run: what the function writes outside of itself.
    report
        What has become of its loops and choices.
    """

    list: WengertList
    look_up: Callable[[Sequence[Any]], Any]
    frame: Frame
    leaves: tuple[Any, ...]
    effects: tuple[Effect, ...]
    report: Report
    numbers: tuple[tuple[Source, Any], ...]  # the numbers from outside that are tested
    free: bool  # nothing is looked up or tested

    @property
    def structure(self) -> Structure | None:
        """The container of the result, if it is made of tuples, lists, dicts and None around numbers and arrays."""
        plain = all(type(x) is Output for x in self.leaves)
        return _structure(self.frame) if plain else None

    @property
    def order(self) -> tuple[int, ...]:
        """Which outputs of the list the leaves of the result are."""
        return tuple(x.number for x in self.leaves)

    def result(self, outputs: Sequence[Any]) -> Any:
        """The result, from the outputs of the list."""
        return rebuild(self.frame, iter([outputs[x.number] if type(x) is Output else _own(x) for x in self.leaves]))


def _structure(frame: Frame) -> Structure | None:
    if frame.kind is None:
        return LEAF
    if frame.kind is STATIC:
        return Structure(type(None)) if frame.value is None else None
    children = tuple(map(_structure, frame.parts))
    if frame.kind not in (tuple, list, dict) or None in children:
        return None
    keys = frame.keys if frame.kind is dict else tuple(range(len(children)))
    return Structure(frame.kind, keys, children)  # type: ignore[arg-type]


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


class Fixed:
    """A static argument: a leaf of the arguments, whatever it is."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Leaf(NamedTuple):
    """An argument, or a part of one: `kind` is its type as an input of the list, None for what is none."""

    value: Any
    kind: Array | None
    name: str


def record(
    function: Callable[..., Any], leaves: Sequence[Leaf], rebuilt: Callable[[Sequence[Any]], Any], modes: dict[Any, str]
) -> Recorded:
    """Record a function for arguments of these types; `rebuilt` gives its args and kwargs from their leaves.

    Raises `NeedsConstant` with the arguments that have to be constants; of what comes from outside `modes` takes note.
    """
    recording = Recording()
    with recording.running(), new_caches(), recording.body("compile", happens=True) as root:
        capture = recording.capture = Capture(root.level, modes)
        boxes = _arguments(root, capture, leaves)
        _remember_function(capture, function)
        try:
            found, frame = flatten(_called(recording, root, function, *rebuilt(boxes)))
        except NeedsConstant as needed:
            needed.arguments = frozenset(i for i, x in enumerate(boxes) if _is_one_of(x, needed.inputs))
            modes.update((one.source.key, "constant") for one in capture.hidden if one.box.ssa in needed.inputs)
            raise
        _check_result(frame)
        results = root.inputs_of(found)
    inputs = {box.ssa: leaf.name for box, leaf in zip(boxes, leaves, strict=True) if leaf.kind is not None}
    return _finish(recording, root, inputs, results, frame)


def _is_one_of(value: Any, inputs: frozenset[Var]) -> bool:
    return isinstance(value, Box) and value.ssa in inputs


def _called(
    recording: Recording, root: Body, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """The result; of a function that raises, what it does before that is done at each call."""
    try:
        return call(function, *args, **kwargs)
    except Exception as error:
        recording.give_way(error)
        if isinstance(error, StagingError) or not root.acts():
            raise
        return _raising(root, error)


def _arguments(root: Body, capture: Capture, leaves: Sequence[Leaf]) -> list[Any]:
    """What stands for the arguments."""
    boxes: list[Any] = []
    others = 0
    for leaf in leaves:
        if leaf.kind is None:
            fixed = type(leaf.value) is Fixed
            boxes.append(leaf.value if fixed else capture.load(leaf.value, argument(others, leaf.name)))
            others += 1
            continue
        box = root.level.add_input(leaf.kind, vague=True)
        box.argument = f"argument {leaf.name}"
        if leaf.kind.weak and leaf.kind.dtype.kind == "i":
            capture.whole_arguments.add(box.ssa)
        boxes.append(box)
    return boxes


def _remember_function(capture: Capture, function: Any) -> None:
    """The object that a method belongs to, or that is called, is from outside."""
    capture.meet(function)
    if type(function) is MethodType:
        function = function.__self__
    if type(function) is not FunctionType:
        capture.remember(function, held(function, "self"))


def _raising(root: Body, error: Exception) -> Any:
    template, values = error_template(error)
    root.level.process(check, (False, *values), {"error": template, "where": None})


def _check_result(frame: Frame) -> None:
    """Raise StagingError for a result that is not known yet."""
    if frame.kind is STATIC and isinstance(frame.value, (Unknown, TracedText)):
        frame.value.refuse()
    for part in frame.parts:
        _check_result(part)


def _finish(recording: Recording, root: Body, inputs: dict[Var, str], results: list[Any], frame: Frame) -> Recorded:
    capture = recording.capture
    outputs = list(results)
    effects: list[Effect] = []
    known = {id(owner) for owner in capture.owners()}
    hidden_boxes = {id(one.box): number for number, one in enumerate(capture.hidden)}
    with recording.lines_into(root):
        for final in root.settle().values():
            effect = _effect(final, root, known, set(capture.cells), hidden_boxes, outputs)
            if effect is not None:
                effects.append(effect)
    for var, box in root.level.outside.items():
        capture.lookup.add_input(held(box, "a traced value"), box, var.type)
    all_inputs = [*inputs, *(one.box.ssa for one in capture.hidden), *root.level.outside]
    names = (*inputs.values(), *(one.source.text for one in capture.hidden))
    wl = clean(root.close(_once(all_inputs), outputs, names))
    leaves = tuple(Output(i) if type(x) is Var else x for i, x in enumerate(results))
    return Recorded(
        wl, capture.lookup.function(), frame, leaves, tuple(effects), Report(root.entries), tuple(capture.numbers),
        capture.lookup.is_empty,
    )  # fmt: skip


def _once(values: Sequence[Var]) -> list[Var]:
    return list(dict.fromkeys(values))


# -- what is done after a run ------------------------------------------------------------------------------------------


def _effect(
    final: Final, root: Body, known: set[int], outside_cells: set[int], hidden: dict[int, int], outputs: list[Any]
) -> Effect | None:
    """What a place outside of the function gets after each run; None for one that is the function's own."""
    place = final.place
    if isinstance(place, Contents):
        if id(place.box) not in hidden:
            return None
        return _array_effect(hidden[id(place.box)], _value_of(final, root, outputs))
    if isinstance(place, (Attribute, Item)):
        if id(place.owner) not in known and not _is_namespace(place.owner):
            return None
    elif isinstance(place, Whole):
        return _contents_effect(place, final, root, outputs) if id(place.container) in known else None
    elif not (isinstance(place, Cell) and id(place.cell) in outside_cells):
        return None
    _check_result(final.frame)
    value = _value_of(final, root, outputs)
    return lambda hidden_values, found: place.put(value(found))


def _is_namespace(owner: Any) -> bool:
    """Whether a dict holds the global names of a module."""
    return isinstance(owner, dict) and "__name__" in owner and "__builtins__" in owner


def _value_of(final: Final, root: Body, outputs: list[Any]) -> Callable[[Sequence[Any]], Any]:
    """The value of a place, from the outputs of the list."""
    leaves: list[Any] = []
    for one in root.inputs_of(map(_primal, final.leaves)):
        if type(one) is Var:
            outputs.append(one)
            leaves.append(Output(len(outputs) - 1))
        else:
            leaves.append(one)
    frame = final.frame
    return lambda found: rebuild(frame, iter([found[x.number] if type(x) is Output else _own(x) for x in leaves]))


def _primal(leaf: Any) -> Any:
    """A value without the recordings of transforms that have ended."""
    while isinstance(leaf, Box) and not leaf.level.active:
        leaf = leaf.snapshot().ssa.value
    return leaf


def _array_effect(number: int, value: Callable[[Sequence[Any]], Any]) -> Effect:
    """An array from outside is written."""

    def write(hidden_values: Sequence[Any], found: Sequence[Any]) -> None:
        target, new = hidden_values[number], value(found)
        if isinstance(new, Traced) or isinstance(target, Traced):
            store(new, target, (Ellipsis,))
        else:
            target[...] = new

    return write


def _contents_effect(place: Whole, final: Final, root: Body, outputs: list[Any]) -> Effect:
    """Items of a container from outside come or go."""
    container = place.container
    count = root.appended.get(id(container), 0)
    parts = final.frame.parts
    _check_result(final.frame)
    if isinstance(container, (list, deque)) and count:
        values = [_part_value(final, i, root, outputs) for i in range(len(parts) - count, len(parts))]
        return lambda hidden_values, found: container.extend([value(found) for value in values])
    if isinstance(container, dict):
        changed = [i for i, key in enumerate(final.frame.keys) if not _is_as_before(container, key, final, i)]
        pairs = [(final.frame.keys[i], _part_value(final, i, root, outputs)) for i in changed]
        gone = [key for key in container if key not in final.frame.keys]

        def update(hidden_values: Sequence[Any], found: Sequence[Any]) -> None:
            for key, value in pairs:
                container[key] = value(found)
            for key in gone:
                container.pop(key, None)

        return update
    if isinstance(container, set):
        before, after = set(container), set(final.frame.value)
        more, less = after - before, before - after

        def alter(hidden_values: Sequence[Any], found: Sequence[Any]) -> None:
            container.difference_update(less)
            container.update(more)

        return alter
    raise StagingError(
        f"{place.name} that was made outside of the function is changed in a way that cannot be done again at each "
        "call: only appending is. Return what is new instead"
    )


def _slices(final: Final) -> list[slice]:
    found, start = [], 0
    for part in final.frame.parts:
        found.append(slice(start, start + part.leaves))
        start += part.leaves
    return found


def _part_value(final: Final, number: int, root: Body, outputs: list[Any]) -> Callable[[Sequence[Any]], Any]:
    part = Final(None, final.frame.parts[number], final.leaves[_slices(final)[number]], [], frozenset())
    return _value_of(part, root, outputs)


def _is_as_before(container: Any, key: Any, final: Final, number: int) -> bool:
    if key not in container:
        return False
    leaves, frame = flatten(container[key])
    new = final.leaves[_slices(final)[number]]
    return frame == final.frame.parts[number] and all(a is b for a, b in zip(leaves, new, strict=True))
