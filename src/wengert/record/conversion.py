"""What Python asks of a value: its truth, its number, its text. A number that would lose a derivative is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from wengert.errors import StagingError, TraceConversionError
from wengert.ir import ABSENT, users_line


class Conversion:
    """Conversions of a Box to plain Python and NumPy objects."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return bool(self._number("its truth value decides which way the program goes"))

    def __float__(self) -> float:
        return float(self._plain("float(x)"))

    def __int__(self) -> int:
        return int(self._plain("int(x)"))

    def __complex__(self) -> complex:
        return complex(self._plain("complex(x)"))

    def __index__(self) -> int:
        value = self._number("it is used as an index or a count")
        if np.asarray(value).dtype.kind not in "iub":
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
        return int(value)

    def __round__(self, ndigits: int | None = None) -> Any:
        if ndigits is None:
            return round(self._number("it is rounded to an integer"))
        out = np.round(self, ndigits)
        if self.is_weak():  # type: ignore[attr-defined]
            out.ssa.weaken()
        return out

    def __floor__(self) -> int:
        return math.floor(self._number("it is rounded to an integer"))

    def __ceil__(self) -> int:
        return math.ceil(self._number("it is rounded to an integer"))

    def __trunc__(self) -> int:
        return math.trunc(self._number("it is rounded to an integer"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = self._plain("np.asarray(x), or a write of x into a plain NumPy array,")
        return np.array(value, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        shape = self.ssa.type.shape  # type: ignore[attr-defined]
        if not shape:
            raise TypeError("len() of unsized object")
        return int(shape[0])

    def __iter__(self) -> Iterator[Any]:
        if not self.ssa.type.shape:  # type: ignore[attr-defined]
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))  # type: ignore[index]

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __repr__(self) -> str:
        value = self.concrete()  # type: ignore[attr-defined]
        if value is ABSENT:
            return f"<traced {self.ssa.type}>"  # type: ignore[attr-defined]
        settled = self._settled()
        return f"<traced {value!r}>" if settled is self else repr(settled)

    def __str__(self) -> str:
        settled = self._settled()
        return str(self._number("it is turned into text") if settled is self else settled)

    def __format__(self, spec: str) -> str:
        settled = self._settled()
        return format(self._number("it is turned into text") if settled is self else settled, spec)

    def __copy__(self) -> Any:
        return self.copy()  # type: ignore[attr-defined]

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()  # type: ignore[attr-defined]

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TraceConversionError(f"a traced value cannot be pickled: it belongs to a running recording{users_line()}")

    def _number(self, why: str) -> Any:
        """The number of a value, for uses that lose no derivative."""
        value = self._settled()
        if isinstance(value, Conversion):
            value = self.concrete()  # type: ignore[attr-defined]
        if value is ABSENT:
            error = StagingError(f"an abstract value of type {self.ssa.type} has no number, but {why}{users_line()}")  # type: ignore[attr-defined]
            error.box = self
            raise error
        return value

    def _settled(self) -> Any:
        """What this is to others than the recording."""
        self.refresh()  # type: ignore[attr-defined]
        return self.level.settled(self)  # type: ignore[attr-defined]

    def _plain(self, what: str) -> Any:
        """The number of a value that nothing traced went into; TraceConversionError for a traced one."""
        followed = self.is_followed()
        if not followed or self.ssa.type.dtype.kind in "iub" or self.ssa.value is ABSENT:  # type: ignore[attr-defined]
            return self._number(f"{what} asks for it")
        raise TraceConversionError(
            f"{what} would turn {self.level.says} into a plain number and lose its derivative. "  # type: ignore[attr-defined]
            f"{self.level.advice}{users_line()}"  # type: ignore[attr-defined]
        )

    def is_followed(self) -> bool:
        """Whether there is a derivative to lose."""
        raise NotImplementedError
