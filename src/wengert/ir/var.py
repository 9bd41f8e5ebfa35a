"""One value of a list."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from wengert.ir.types import Array, Type, type_of


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"  # there is one


ABSENT: Any = _Absent()  # the value of a Var of which only the type is known


class Origin(NamedTuple):
    """How a value of a list came about: the line whose output it is, and which of its `outputs`.

    For an input of the list that has a name of its own, a symbol, `primitive` is `None` and the name is in `params`.
    """

    primitive: Any
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    output: int = 0
    outputs: int = 1


class Var:
    """One value of a list, assigned once.

    In an eager recording it carries its number too. `owned` says that nobody else reads that buffer, so an in-place
    write may reuse it; `alias` is the Var whose buffer this one views; `root` tells how a root or a size came about.
    In a recording without numbers `origin` leads back to the line, so that simplifications can see what they are given;
    `bounds` are those of an abstract integer, such as a loop's index, where they are known. `vague` says that the
    memory order of an abstract array is not known, which decides whether NumPy reads it by a view or by a copy; an
    abstract array that is not vague is in C order.
    """

    __slots__ = ("__weakref__", "_type", "alias", "bounds", "origin", "owned", "root", "vague", "value")

    def __init__(self, value: Any = ABSENT, type: Type | None = None) -> None:
        self.value = value
        self._type = type
        self.owned = False
        self.vague = False
        self.alias: Var | None = None
        self.bounds: tuple[float, float] | None = None
        self.root: tuple[Any, tuple[Any, ...], dict[str, Any]] | None = None
        self.origin: Origin | None = None

    @property
    def type(self) -> Any:
        """The type, an `Array` or, in what loops leave for their derivatives, a `Seq`."""
        if self._type is None:
            self._type = type_of(self.value)
        return self._type

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        shape: tuple[int, ...] = self.type.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        dtype: np.dtype[Any] = self.type.dtype
        return dtype

    def weaken(self) -> None:
        """Note that this is what Python's own arithmetic gives: a Python number, of weak type."""
        if isinstance(self.value, np.generic):
            self.value, self._type = self.value.item(), None
        elif self.value is ABSENT and not self.type.weak:
            self._type = Array((), self.type.dtype, weak=True)
        elif hasattr(self.value, "ssa"):  # a value of the recording around
            self.value.ssa.weaken()
            self._type = None

    def retype(self, kind: Array) -> None:
        """Note whether an abstract value stands for a Python number; shape and dtype are the same."""
        self._type = kind

    def freeze(self) -> None:
        """Note that somebody keeps the value: no in-place write may touch it any more.

        A view of a buffer that is being written gets a copy of its own, so that the writes can go on in place.
        """
        self.owned = False
        if self.alias is not None and self.alias.owned:
            self.detach()

    def detach(self) -> None:
        """Hold the value in a buffer of its own."""
        self.value = self.value.copy(order="K")
        self.alias = None

    def __reduce__(self) -> Any:
        return Var, (self.value, self._type)  # without its origin: a long list would be a deep recursion

    def __repr__(self) -> str:
        return f"Var({self.type})"
