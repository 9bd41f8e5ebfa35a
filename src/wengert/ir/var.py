"""One value of a list."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir.types import Array, Type, type_of


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()  # the value of a Var of which only the type is known


class Var:
    """One value of a list, assigned once.

    In an eager recording it carries its number too. `owned` says that nobody else reads that buffer, so an in-place
    write may reuse it; `alias` is the Var whose buffer this one views; `root` tells how a root or a size came about.
    """

    __slots__ = ("_type", "alias", "owned", "root", "value")

    def __init__(self, value: Any = ABSENT, type: Type | None = None) -> None:
        self.value = value
        self._type = type
        self.owned = False
        self.alias: Var | None = None
        self.root: tuple[Any, tuple[Any, ...], dict[str, Any]] | None = None

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

    def __repr__(self) -> str:
        return f"Var({self.type})"
