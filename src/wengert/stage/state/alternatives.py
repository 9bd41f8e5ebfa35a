"""One of several things, by an abstract number: `None` or an array, one text or another, a name that may be unbound.

Things of different kinds that a choice leaves in one place, or a loop from pass to pass, are kept side by side, each
under the number of its kind in this recording. What is done to the whole is done to each, in a case of its own
(`cases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wengert.stage.state.bodies import Final
from wengert.stage.values.frames import LEAF, STATIC, Frame, leaf_type, zeros_of
from wengert.stage.values.one_of import OneOf, missing
from wengert.stage.values.places import UNBOUND
from wengert.stage.values.unknown import TracedText, Unknown

MOST = 16  # kinds in one place


def side_by_side(kinds: list[Frame], name: str, finals: Sequence[Final]) -> list[Final] | None:
    """The same values as alternatives of one frame; `None` where something among them cannot be one.

    `kinds` are those of the recording, by their numbers, and grow.
    """
    split = [_options(kinds, name, final) for final in finals]
    if any(one is None for one in split):
        return None
    every: dict[int, Final] = {}
    for one in split:
        assert one is not None
        every = {**one[1], **every}
    if len(every) > MOST:
        return None
    keys = tuple(sorted(every))
    frame = Frame(OneOf, ("code", "options"), (LEAF, Frame(dict, keys, tuple([every[key].frame for key in keys]))))
    return [_widened(one, frame, keys, every, final) for one, final in zip(split, finals, strict=True) if one]


def _options(kinds: list[Frame], name: str, final: Final) -> tuple[Any, dict[int, Final]] | None:
    """The number that tells, and the alternatives by their numbers."""
    frame = final.frame
    if frame.kind is OneOf:
        found, start = {}, 1
        for key, part in zip(frame.parts[1].keys, frame.parts[1].parts, strict=True):
            inner = slice(start, start + part.leaves)
            found[key] = Final(None, part, final.leaves[inner], final.arrays[inner])
            start += part.leaves
        return final.leaves[0], found
    if not _can_be_one(frame):
        return None
    if frame.kind is STATIC and frame.value is UNBOUND:
        frame = Frame(STATIC, value=missing(name))
    if frame not in kinds:
        kinds.append(frame)
    number = kinds.index(frame)
    return number, {number: replace(final, place=None, frame=frame)}


def _can_be_one(frame: Frame) -> bool:
    """Whether nothing in a value can be written."""
    if frame.kind is STATIC:
        return not isinstance(frame.value, (Unknown, TracedText))
    return frame.kind is None or (issubclass(frame.kind, tuple) and all(map(_can_be_one, frame.parts)))


def _widened(
    split: tuple[Any, dict[int, Final]], frame: Frame, keys: tuple[int, ...], every: dict[int, Final], final: Final
) -> Final:
    """A value with zeros for the alternatives that it is not."""
    code, own = split
    leaves: list[Any] = [code]
    arrays: list[Any] = [None]
    for key in keys:
        if key in own:
            leaves += own[key].leaves
            arrays += own[key].arrays
        else:
            leaves += [zeros_of(leaf_type(leaf)) for leaf in every[key].leaves]
            arrays += [None] * len(every[key].leaves)
    return replace(final, frame=frame, leaves=leaves, arrays=arrays)
