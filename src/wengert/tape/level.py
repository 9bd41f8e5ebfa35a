"""The level of a tape: an eager recording that can be switched off, and whose values live on as plain ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from wengert.ir import Primitive, Traced, Var, bind
from wengert.read import known
from wengert.record import GROUND, Box, Eager, Level, plain

recording: ContextVar[tuple[Taped, ...]] = ContextVar("wengert_tapes", default=())  # that watch what is read


@known
class Watched(Box):
    """A value that a tape follows: a number or an array like any other, but that the tape can tell its derivatives.

    While the tape records, it does not become a plain number unasked, as that would lose the derivative; afterwards it
    does wherever one is wanted.
    """

    __slots__ = ()

    def numpy(self) -> Any:
        """The plain number, or a copy of the plain array."""
        value = self._number("its plain number is asked for")
        return value.copy(order="K") if isinstance(value, np.ndarray) else value

    def __hash__(self) -> int:
        return super().__hash__() if self.is_followed() or self.is_array() else hash(self._number("it is hashed"))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return super().__reduce_ex__(protocol) if self.is_followed() else (plain, (self.numpy(),))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(super().__array__(), dtype=dtype)  # a copy: the tape needs its own as it is

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if self.is_followed():
            return super().__array_ufunc__(ufunc, method, *inputs, **kwargs)
        return getattr(ufunc, method)(*shown(inputs), **shown(kwargs))

    def __array_function__(self, func: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.is_followed():
            return super().__array_function__(func, types, args, kwargs)
        return func(*shown(args), **shown(kwargs))


def shown(value: Any) -> Any:
    """What values stand for, also in containers; arrays not to be written, as the tape needs its own as they are."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(shown, value))
    if isinstance(value, dict):
        return {key: shown(part) for key, part in value.items()}
    settled = plain(value)
    if settled is not value and isinstance(settled, np.ndarray):
        settled = settled.view()
        settled.flags.writeable = False
    return settled


class Taped(Eager):
    """The recording of a tape. Switched off, it lets everything pass to the values below."""

    __slots__ = ("readings", "referred", "watches_variables")

    box = Watched
    says = "a value that a GradientTape watches"
    advice = (
        "Its number alone is x.numpy(). For a function of math write NumPy's (np.sin for math.sin), for np.array write "
        "np.stack; or let your function be read: wengert.traceable(f)(x)"
    )

    def __init__(self, watches_variables: bool) -> None:
        super().__init__("GradientTape")
        self.watches_variables = watches_variables
        self.referred = False  # by a checkpointed call, which will read Variables on it again
        self.readings: dict[int, Readings] = {}  # by identity of the Variable

    @property
    def is_recording(self) -> bool:
        """Whether operations are recorded now."""
        return self in recording.get()

    def reference(self) -> Callable[[], Eager | None]:
        """Gives this recording, for a Variable finds its values by it."""
        self.referred = True
        return lambda: self

    @contextmanager
    def resting(self, deputy: Level) -> Iterator[None]:
        """Let another recording do the work of this one in the block, which may come after the tape has ended."""
        token = recording.set(tuple(sorted({*recording.get(), self}, key=lambda level: level.depth)))
        try:
            with super().resting(deputy):
                yield
        finally:
            recording.reset(token)

    def settled(self, box: Any) -> Any:
        """The plain value, once nothing is recorded any more."""
        return box if self.is_recording else plain(box.ssa.value)

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Record the line, or let it pass."""
        if self.is_recording:
            return super().process(primitive, args, params, update)
        return pass_through(self, primitive, args, params, update)

    # -- variables -----------------------------------------------------------------------------------------------------

    def watch(self, variable: Any) -> None:
        """Follow a Variable from now on."""
        self.readings.setdefault(id(variable), Readings(variable))

    def read(self, variable: Any, below: Box) -> Box:
        """What a Variable is on this tape; `below` is what it is without it."""
        known = self.readings.get(id(variable))
        if known is None:
            if not (self.watches_variables and variable.trainable and below.ssa.type.dtype.kind in "fc"):
                return below
            known = self.readings[id(variable)] = Readings(variable)
        box = known.boxes.get(below.ssa)
        if box is None:
            box = known.boxes[below.ssa] = Watched(self, Var(below.ssa.value if below.level is RESTING else below))
        return box


class Readings:
    """A Variable, and what it was on a tape for each value it had: another one after each assignment."""

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        self.boxes: dict[Var, Box] = {}


class Resting(Level):
    """The level of Variables while no tape records: everything passes."""

    __slots__ = ()

    box = Watched

    def __init__(self) -> None:
        super().__init__("")
        self.depth = 0

    def settled(self, box: Any) -> Any:
        """The plain value."""
        return box.ssa.value

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Let the line pass."""
        return pass_through(self, primitive, args, params, update)


RESTING = Resting()


def pass_through(
    level: Level, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool
) -> Any:
    """A line on what the values of a level stand for; the arrays themselves stay as they are."""
    values = tuple([_content(a, level) for a in args])
    out = bind(primitive, values, params)
    if update and not isinstance(out, Traced):  # a copy was written: from now on it depends on nothing traced
        var = Var(out)
        var.owned = True
        return Box(GROUND, var)
    if type(out) is np.ndarray and out.base is not None:
        return out.copy(order="K")  # no view of what the tape needs as it is
    return out


def _content(value: Any, level: Level) -> Any:
    if not isinstance(value, Box):
        return value
    value.refresh()
    return value.ssa.value if value.level is level else value
