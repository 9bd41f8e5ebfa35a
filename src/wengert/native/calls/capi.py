"""Machine code that works on Python's objects: calls of the C API, through the table of addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wengert.native.builders.llvm import Builder
from wengert.native.builders.values import Val
from wengert.native.machine import cpython
from wengert.native.machine.assembly import Assembly

EQUAL = 2  # Py_EQ


@dataclass(frozen=True)
class CApi:
    """Appends such instructions to the function that a builder makes."""

    assembly: Assembly
    b: Builder

    def object(self, value: Any) -> Val:
        """The address of an object, which lives as long as the code."""

        def find() -> int:
            self.assembly.keep.append(value)
            return id(value)

        return self.b.slot(self.assembly.address(("object", id(value)), find))

    def call(self, name: str, code: str | None, *args: Val) -> Val:
        """A call of a function of CPython."""
        slot = self.assembly.address(("C", name), lambda: cpython.function(name))
        found = self.b.call_address(self.b.slot(slot), code, args)
        return found if found is not None else self.number(0)

    def numpy(self, number: int, *args: Val) -> Val:
        """A call of a function of NumPy that gives an object."""
        slot = self.assembly.address(("numpy", number), lambda: cpython.numpy_function(number))
        found = self.b.call_address(self.b.slot(slot), "p", args)
        assert found is not None
        return found

    def vectorcall(self, function: Val, args: Val, count: Val) -> Val:
        """A call of an object with positional arguments."""
        return self.call("PyObject_Vectorcall", "p", function, args, count, self.null)

    def number(self, value: int, code: str = "i8") -> Val:
        """A literal."""
        return self.b.constant(value, code)

    @property
    def null(self) -> Val:
        """No object."""
        return self.b.null

    def type_of(self, x: Val) -> Val:
        """The class of an object."""
        return self.b.load(self.b.offset(x, cpython.TYPE), "p")

    def share(self, name: str, signature: str, write: Any) -> str:
        """A function of the module that several places call; `write(api)` appends its instructions."""
        functions = self.assembly.module.functions
        if name not in functions:
            inner = CApi(self.assembly, Builder(self.assembly.module))
            functions[name] = ""  # it is being written
            write(inner)
            functions[name] = inner.b.finish(f"internal {signature} #3")
        return name
