"""Variable: a value that a program changes, and that tapes follow by themselves."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from wengert.errors import MutationError, TraceConversionError
from wengert.ir import Var, dtype_of, shape_of, users_line
from wengert.read import known
from wengert.record import GROUND, Box
from wengert.tape.level import RESTING, Taped, Watched, recording, shown


@final
@known
class Variable(Watched):
    """A number or an array that is changed by assignment, such as a parameter that is learned.

    In arithmetic and in the functions of NumPy it is what it holds. The tapes that record follow it by themselves.

    Parameters
    ----------
    initial_value
        A number, an array, or a list of numbers; it is copied. The Variable keeps its shape and dtype.
    trainable
        Whether tapes follow it without being asked.
    name
        For messages and `repr`.
    dtype
        In place of that of the initial value.

    Notes
    -----
    An assignment takes a plain number: what is assigned is not followed, so that no derivative passes from one value of
    a Variable to the next.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.Variable(3.0)
    >>> with wg.GradientTape() as tape:
    ...     y = x * x
    >>> tape.gradient(y, x)
    6.0
    >>> x.assign_sub(0.5)
    Variable(2.5)
    """

    __slots__ = ("_held", "_name", "_trainable")

    def __init__(
        self, initial_value: Any, trainable: bool = True, *, name: str | None = None, dtype: Any = None
    ) -> None:
        self.base = self.read = None
        self.version = self.seen = 0
        self.doubtful = ()
        self.argument = "a Variable, which only assign, assign_add and assign_sub may change"
        self._name, self._trainable = name, bool(trainable)
        self._held: Watched = _rest(_taken(initial_value, "Variable", dtype))

    # -- what it holds -------------------------------------------------------------------------------------------------

    def _read(self) -> Box:
        """What it is on the tapes that record now."""
        box: Box = self._held
        for tape in recording.get():
            box = tape.read(self, box)
        return box

    level = property(lambda self: self._read().level)
    ssa = property(lambda self: self._read().ssa)

    @property
    def value(self) -> Any:
        """What it holds: a plain number or an array that is not to be written; followed while a tape records."""
        box = self._read()
        return shown(box) if box.level is RESTING else box.snapshot()

    def numpy(self) -> Any:
        """The plain number, or a copy of the plain array."""
        return self._held.numpy()

    @property
    def name(self) -> str | None:
        """The name."""
        return self._name

    @property
    def trainable(self) -> bool:
        """Whether tapes follow it without being asked."""
        return self._trainable

    # -- assignment ----------------------------------------------------------------------------------------------------

    def assign(self, value: Any) -> Variable:
        """Hold another value from now on."""
        return self._assign(_taken(value, "assign"))

    def assign_add(self, delta: Any) -> Variable:
        """Add to the value."""
        return self._assign(self._held.ssa.value + _taken(delta, "assign_add"))

    def assign_sub(self, delta: Any) -> Variable:
        """Subtract from the value."""
        return self._assign(self._held.ssa.value - _taken(delta, "assign_sub"))

    def _assign(self, value: Any) -> Variable:
        held = self._held.ssa.value
        if shape_of(value) != shape_of(held):
            raise ValueError(
                f"{self!r} has shape {shape_of(held)}; a value of shape {shape_of(value)} cannot be assigned to it"
            )
        if not np.can_cast(dtype_of(value), dtype_of(held), "same_kind"):
            raise TypeError(
                f"{self!r} is of dtype {dtype_of(held)}; a value of dtype {dtype_of(value)} cannot be assigned to it"
            )
        if isinstance(held, np.ndarray):
            self._held = _rest(np.array(value, held.dtype, order="K"))
        else:
            self._held = _rest(type(held)(value))
        return self

    def _refused(self, other: Any) -> Any:
        raise RuntimeError(
            "a Variable is not changed by += and the like: write v.assign_add(x) to change it, or y = v + x for a "
            f"value of its own{users_line()}"
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = __imod__ = __ipow__ = __imatmul__ = _refused
    __iand__ = __ior__ = __ixor__ = _refused

    def check_writable(self) -> None:
        """Refuse: `v[0] = x` would pass by the tapes."""
        raise MutationError(f"the program writes into {self.argument}{users_line()}")

    def cell(self) -> Box:
        """What it holds now, for a view to belong to."""
        cell = self.snapshot()
        cell.argument = self.argument
        return cell

    def __hash__(self) -> int:
        return Box.__hash__(self)

    # -- text and copies -----------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        parts = [repr(self._held.ssa.value)]
        parts += [] if self._trainable else ["trainable=False"]
        parts += [] if self._name is None else [f"name={self._name!r}"]
        return f"Variable({', '.join(parts)})"

    def __copy__(self) -> Variable:
        return Variable(self.numpy(), self._trainable, name=self._name)

    def __deepcopy__(self, memo: Any) -> Variable:
        return self.__copy__()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _restored, (self.numpy(), self._trainable, self._name)


def _restored(value: Any, trainable: bool, name: str | None) -> Variable:
    return Variable(value, trainable, name=name)


def _rest(value: Any) -> Watched:
    return Watched(RESTING, Var(value))


def _taken(value: Any, what: str, dtype: Any = None) -> Any:
    """A plain number, or a copy of an array, to be held."""
    while isinstance(value, Box):
        value.refresh()
        if not isinstance(value.level, (Taped, type(RESTING), type(GROUND))):
            raise TraceConversionError(
                f"{what}: a Variable holds plain numbers, and would lose the derivative of {value.level.says}. Hand "
                f"the value on as it is, or assign wengert.stop_gradient(x){users_line()}"
            )
        value = value.ssa.value
    if not isinstance(value, (bool, int, float, complex, np.generic)) or dtype is not None:
        scalar = isinstance(value, (bool, int, float, complex, np.generic))
        value = np.array(value, dtype, order="K")
        value = value[()] if scalar else value
    if dtype_of(value).kind not in "fciub":
        raise TypeError(f"{what}: a Variable holds numbers or an array of numbers, not one of dtype {dtype_of(value)}")
    return value
