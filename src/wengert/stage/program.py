"""A function recorded: its list, what must be looked up and tested before it runs, and what it does afterwards."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from operator import attrgetter
from types import FunctionType, MethodType
from typing import Any, NamedTuple

import numpy as np

from wengert.errors import StagingError
from wengert.ir import Array, Traced, Var, WengertList
from wengert.primitives import check
from wengert.read.caches import new_caches
from wengert.read.calls import call
from wengert.read.members import store
from wengert.read.shadows import without_shadow
from wengert.record import Box
from wengert.stage.outside.capture import Capture
from wengert.stage.outside.constants import NeedsConstant
from wengert.stage.outside.sources import Source, argument, held
from wengert.stage.recording import Recording
from wengert.stage.state.bodies import Body, Final
from wengert.stage.state.journal import apart, joined
from wengert.stage.state.report import Report
from wengert.stage.values.frames import STATIC, Frame, Reference, flatten, rebuild
from wengert.stage.values.places import Cell, Contents, Place, Whole, is_namespace
from wengert.stage.values.templates import error_template
from wengert.stage.values.unknown import TracedText, Unknown
from wengert.transform import clean, simplify


class Run(NamedTuple):
    """One run of a list."""

    arguments: Sequence[Any]  # those that are no numbers
    hidden: Sequence[Any]  # the hidden inputs
    outputs: Sequence[Any]
    references: dict[Reference, Any]  # the objects that the result, and what is written outside, refers to
    call: Any  # the arguments as they were given: a tuple and a dict


Path = tuple[Callable[[Any], Any], ...]  # from the arguments of a call to a container in them


class Effect(NamedTuple):
    """Something that a function does outside of itself."""

    owner: Callable[[Run], Any]
    perform: Callable[[Any, Run], None]  # of the owner


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
    first_change
        Why it is not: what is not as it was.
    guarded
        Hands a call on to machine code if it is.
    frame, leaves
        The result, taken apart; an `Output` is an output of the list.
    effects
        What is done after each run: what the function writes outside of itself.
    report
        What has become of its loops and choices.
    """

    list: WengertList
    look_up: Callable[[Sequence[Any]], Any]
    first_change: Callable[[Sequence[Any]], str]
    guarded: Callable[..., Any]
    frame: Frame
    leaves: tuple[Any, ...]
    effects: tuple[Effect, ...]
    report: Report
    numbers: tuple[tuple[Source, Any], ...]  # the numbers from outside that are tested
    references: tuple[Reference, ...]
    sources: tuple[Source | None, ...]  # of the inputs of the list, if they are hidden ones
    written: tuple[int, ...]  # which inputs of the list are arrays that are written after each run

    @property
    def is_single(self) -> bool:
        """Whether the result is a number or an array alone, of the list."""
        return self.frame.kind is None and type(self.leaves[0]) is Output

    def finish(self, arguments: Sequence[Any], hidden: Sequence[Any], outputs: Sequence[Any], call: Any) -> Any:
        """The result, from the outputs of the list, after doing what the function does outside of itself."""
        found = {one: one.find(arguments) for one in self.references}
        run = Run(arguments, hidden, outputs, found, call)
        owners = [effect.owner(run) for effect in self.effects]  # all of them before the first changes
        result = rebuild(self.frame, iter([_leaf(x, run) for x in self.leaves]))
        for effect, owner in zip(self.effects, owners, strict=True):
            effect.perform(owner, run)
        return result


def _leaf(leaf: Any, run: Run) -> Any:
    """A part of the result, or of what is written."""
    kind = type(leaf)
    if kind is Output:
        return run.outputs[leaf.number]
    if kind is Reference:
        return run.references[leaf]
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


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
        root.is_root = True
        capture = recording.begin(root.level, modes)
        boxes = _arguments(root, capture, leaves)
        _remember_function(capture, function)
        arguments = rebuilt(boxes)
        try:
            found, frame = flatten(_called(recording, root, function, *arguments), root.look)
        except NeedsConstant as needed:
            needed.arguments = frozenset(i for i, x in enumerate(boxes) if _is_one_of(x, needed.inputs))
            modes.update((one.source.key, "constant") for one in capture.hidden if one.box.ssa in needed.inputs)
            raise
        _check_result(frame)
        results = root.inputs_of(found)
    inputs = {box.ssa: leaf.name for box, leaf in zip(boxes, leaves, strict=True) if leaf.kind is not None}
    return _finish(recording, root, inputs, results, frame, dict(_containers(arguments)))


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
    if type(function) not in (FunctionType, MethodType, functools.partial):
        capture.remember(function, held(function, "self"))
    capture.meet(function)


def _raising(root: Body, error: Exception) -> Any:
    template, values = error_template(error)
    root.level.process(check, (False, *values), {"error": template, "where": None})


def _check_result(frame: Frame) -> None:
    """Raise StagingError for a result that is not known yet."""
    if frame.kind is STATIC and isinstance(frame.value, (Unknown, TracedText)):
        frame.value.refuse()
    for part in frame.parts:
        _check_result(part)


def _containers(value: Any, path: Path = ()) -> Iterator[tuple[int, tuple[Any, Path]]]:
    """The lists, dicts and data classes in the arguments, by identity, and how they are reached."""
    if isinstance(value, (list, tuple)):
        parts = [(functools.partial(_item, key), part) for key, part in enumerate(value)]
    elif isinstance(value, dict):
        parts = [(functools.partial(_item, key), part) for key, part in value.items()]
    elif is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if hasattr(value, field.name)]
        parts = [(attrgetter(name), getattr(value, name)) for name in names]
    else:
        return
    if not isinstance(value, tuple):
        yield id(value), (value, path)
    for step, part in parts:
        yield from _containers(part, (*path, step))


def _item(key: Any, container: Any) -> Any:
    return container[key]


def _reached(path: Path) -> Callable[[Run], Any]:
    return lambda run: functools.reduce(lambda value, step: step(value), path, run.call)


def _finish(
    recording: Recording, root: Body, inputs: dict[Var, str], results: list[Any], frame: Frame,
    given: dict[int, tuple[Any, Path]],
) -> Recorded:  # fmt: skip
    capture = recording.capture
    outputs = list(results)
    doing = _Effects(capture, root, outputs, given)
    with recording.lines_into(root):
        for final in root.settle().values():
            doing.add(final)
    capture.keep_apart(doing.owners)
    for var, box in root.level.outside.items():
        capture.lookup.add_input(held(box, "a traced value"), box, var.type)
    all_inputs = [*inputs, *(one.box.ssa for one in capture.hidden), *root.level.outside]
    names = (*inputs.values(), *(one.source.text for one in capture.hidden))
    wl = clean(root.close(_once(all_inputs), outputs, names))
    if any(line.bodies() for line in wl.lines):
        wl = simplify(wl)
    leaves = tuple(Output(i) if type(x) is Var else x for i, x in enumerate(results))
    return Recorded(
        wl,
        capture.lookup.function(),
        capture.lookup.first_change,
        capture.lookup.guarded,
        _outward(frame),
        leaves,
        tuple(doing.found),
        Report(root.entries),
        tuple(capture.numbers),
        capture.references(),
        (*(None for _ in inputs), *(one.source for one in capture.hidden), *(None for _ in root.level.outside)),
        tuple(len(inputs) + number for number in doing.written),
    )


def _once(values: Sequence[Var]) -> list[Var]:
    return list(dict.fromkeys(values))


# -- what is done after a run ------------------------------------------------------------------------------------------


class _Effects:
    """What a function does outside of itself, from what is in the places that it has written."""

    def __init__(
        self, capture: Capture, root: Body, outputs: list[Any], given: dict[int, tuple[Any, Path]]
    ) -> None:
        self.given = given  # the containers in the arguments
        self.capture = capture
        self.root = root
        self.outputs = outputs  # of the list: grows by what is written
        self.found: list[Effect] = []
        self.owners: list[Any] = []
        self.written: list[int] = []  # of the hidden inputs
        self._boxes = {id(one.box): number for number, one in enumerate(capture.hidden)}

    def add(self, final: Final) -> None:
        """What a place gets after each run; nothing, if it is the function's own."""
        place = final.place
        assert place is not None
        owner, key = apart(place)
        if isinstance(place, Contents):
            if id(owner) in self._boxes:
                self._array(self._boxes[id(owner)], final)
            return
        if isinstance(place, Cell):
            if id(owner) in self.capture.cells:
                self._put(lambda run: owner, key, final)
            return
        if id(owner) in self.given:
            self._given(_reached(self.given[id(owner)][1]), place, key, final)
            return
        source = self.capture.source_of(owner)
        if source is None and is_namespace(owner):
            self._put(lambda run: owner, key, final)
            return
        source = source or self.capture.unseen(owner)
        if source is None:
            return
        self.owners.append(owner)
        if isinstance(place, Whole):
            self.found.append(Effect(_finder(source), self._contents(place.container, final)))
        else:
            self._put(_finder(source), key, final)

    def _given(self, find: Callable[[Run], Any], place: Place, key: tuple[Any, ...], final: Final) -> None:
        """A container in the arguments is changed."""
        if not (isinstance(place, Whole) and isinstance(place.container, list)):
            apply = self._contents(place.container, final) if isinstance(place, Whole) else None
            self._put(find, key, final) if apply is None else self.found.append(Effect(find, apply))
            return
        _check_result(final.frame)
        values = [self._part(final, i) for i in range(len(final.frame.parts))]

        def replace_all(owner: Any, run: Run) -> None:
            owner[:] = [value(run) for value in values]

        self.found.append(Effect(find, replace_all))

    def _put(self, find: Callable[..., Any], key: tuple[Any, ...], final: Final) -> None:
        _check_result(final.frame)
        value = self._value(final)
        self.found.append(Effect(find, lambda owner, run: joined(owner, key).put(value(run))))

    def _array(self, number: int, final: Final) -> None:
        """An array from outside is written."""
        value = self._value(final)

        def write(target: Any, run: Run) -> None:
            new = value(run)
            if isinstance(new, Traced) or isinstance(target, Traced):
                store(new, target, (Ellipsis,))
            else:
                target[...] = new

        self.written.append(number)
        self.found.append(Effect(lambda run: run.hidden[number], write))

    def _value(self, final: Final) -> Callable[[Run], Any]:
        """The value of a place, from the outputs of the list."""
        leaves: list[Any] = []
        for one in self.root.inputs_of(map(_primal, final.leaves)):
            if type(one) is Var:
                self.outputs.append(one)
                leaves.append(Output(len(self.outputs) - 1))
            else:
                leaves.append(one)
        frame = _outward(final.frame)
        return lambda run: rebuild(frame, iter([_leaf(x, run) for x in leaves]))

    def _contents(self, container: Any, final: Final) -> Callable[[Any, Run], None]:
        """Items of a container from outside come or go."""
        count = self.root.appended.get(id(container), 0)
        parts = final.frame.parts
        _check_result(final.frame)
        if isinstance(container, (list, deque)) and count:
            values = [self._part(final, i) for i in range(len(parts) - count, len(parts))]
            return lambda owner, run: owner.extend([value(run) for value in values])
        if isinstance(container, dict):
            look = self.root.look
            changed = [i for i, key in enumerate(final.frame.keys) if not _is_as_before(container, key, final, i, look)]
            pairs = [(final.frame.keys[i], self._part(final, i)) for i in changed]
            gone = [key for key in container if key not in final.frame.keys]

            def update(owner: Any, run: Run) -> None:
                for key, value in pairs:
                    owner[key] = value(run)
                for key in gone:
                    owner.pop(key, None)

            return update
        if isinstance(container, set):
            before, after = set(container), set(final.frame.value)
            more, less = after - before, before - after

            def alter(owner: Any, run: Run) -> None:
                owner.difference_update(less)
                owner.update(more)

            return alter
        raise StagingError(
            f"a {type(container).__name__} that was made outside of the function is changed in a way that cannot be "
            "done again at each call: only appending is. Return what is new instead"
        )

    def _part(self, final: Final, number: int) -> Callable[[Run], Any]:
        return self._value(
            Final(None, final.frame.parts[number], final.leaves[_slices(final)[number]], [])
        )


def _finder(source: Source) -> Callable[[Run], Any]:
    return lambda run: source.value(run.arguments)


def _outward(frame: Frame) -> Frame:
    """A frame for users: of the classes that they have made."""
    kind = frame.kind
    if kind is None or kind is STATIC:
        return frame
    return replace(frame, kind=without_shadow(kind), parts=tuple(map(_outward, frame.parts)))


def _primal(leaf: Any) -> Any:
    """A value without the recordings of transforms that have ended."""
    while isinstance(leaf, Box) and not leaf.level.active:
        leaf = leaf.snapshot().ssa.value
    return leaf


def _slices(final: Final) -> list[slice]:
    found, start = [], 0
    for part in final.frame.parts:
        found.append(slice(start, start + part.leaves))
        start += part.leaves
    return found


def _is_as_before(container: Any, key: Any, final: Final, number: int, look: Any) -> bool:
    if key not in container:
        return False
    leaves, frame = flatten(container[key], look)
    new = final.leaves[_slices(final)[number]]
    return frame == final.frame.parts[number] and all(a is b for a, b in zip(leaves, new, strict=True))
