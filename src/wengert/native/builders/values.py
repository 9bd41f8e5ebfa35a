"""Values of the machine: what an instruction reads and gives, and the codes of their types."""

from __future__ import annotations

from typing import Any

import numpy as np

LANES = 8  # of a vector of float64; the code generator splits it where the registers are shorter

# numpy dtype -> code: the kind and the number of bytes. Other dtypes are left to NumPy.
CODES: dict[np.dtype[Any], str] = {
    np.dtype(name): code
    for name, code in {
        "float64": "f8", "float32": "f4", "complex128": "c16", "complex64": "c8", "bool": "b1",
        "int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8",
        "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8",
    }.items()
}  # fmt: skip
CODES[np.dtype(np.longlong)] = "i8"
CODES[np.dtype(np.ulonglong)] = "u8"
DTYPES = {code: np.dtype(code.replace("c16", "complex128").replace("b1", "bool")) for code in set(CODES.values())}
PARTS = {"c16": "f8", "c8": "f4"}  # of a complex number


def code_of(dtype: np.dtype[Any]) -> str | None:
    """The code of a dtype; `None` for what machine code does not know (float16, longdouble, objects, dates)."""
    return CODES.get(dtype) if dtype.isnative else None


def itemsize(code: str) -> int:
    """Bytes of one element in memory."""
    return int(code[1:])


class Val:
    """A value in a register: its type, how many lanes, and what it is called; a complex one has two parts."""

    __slots__ = ("code", "imag", "lanes", "text")

    def __init__(self, text: str, code: str, lanes: int = 1, imag: str = "") -> None:
        self.text = text
        self.code = code
        self.lanes = lanes
        self.imag = imag

    def __repr__(self) -> str:
        return f"{self.text}:{self.code}x{self.lanes}"

    @property
    def kind(self) -> str:
        """The kind of the type: f, c, i, u, b, or p for an address."""
        return self.code[0]
