"""Arguments of a call: checked to be what a program was made for, and put into its frame.

What does not fit goes to the block `slow`. An array in another memory order is copied.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from wengert.ir import Array
from wengert.native.builders.values import Val, code_of
from wengert.native.calls.capi import EQUAL, CApi
from wengert.native.machine import cpython
from wengert.native.machine.assembly import Frame
from wengert.tree import LEAF, Constant, Instance, Structure

PYTHON = {"f8": float, "c16": complex, "i8": int}  # the classes of Python's own numbers


def takes(structure: Structure) -> bool:
    """Whether machine code can take a container of arguments apart."""
    kind = structure.kind
    if kind is Constant:
        return type(structure.extra) in (bool, int, float, complex, str, bytes)
    known = kind in (None, type(None), tuple, list, dict, Instance) or hasattr(kind, "_fields")
    return (known or dataclasses.is_dataclass(kind)) and all(map(takes, structure.children))


class Taking:
    """The part of the entry point that reads the arguments.

    With `structures` the arguments are containers, of numbers of exactly these types; else they are the inputs
    themselves, and a float stands for a NumPy scalar, too. With `shared` other threads may run meanwhile.
    """

    def __init__(
        self, api: CApi, inputs: Sequence[Array], structures: Sequence[Structure] | None, frame: Frame, shared: bool
    ) -> None:
        self.api, self.b, self.inputs, self.frame, self.shared = api, api.b, inputs, frame, shared
        self.strict = structures is not None
        self.structures = (LEAF,) * len(inputs) if structures is None else structures
        self._held = 0  # references that are given up at the end
        self._references = Val(self.b.name(), "p")
        self._places = iter(range(len(inputs)))

    def emit(self) -> None:
        """Take all arguments."""
        self._differs(Val("%count", "i8"), self.api.number(len(self.structures)))
        for k, structure in enumerate(self.structures):
            self._walk(self.b.load(self.b.offset(Val("%args", "p"), 8 * k), "p"), structure, False)
        if self._held:
            size, name = 8 * self._held, self._references.text
            self.b.head.append(f"  {name} = alloca [{size} x i8], align 16")
            self.b.head.append(f"  call void @llvm.memset.p0.i64(ptr {name}, i8 0, i64 {size}, i1 false)")
            self.b.module.declare("@llvm.memset.p0.i64", "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")

    def give_up(self) -> None:
        """Let go of what is held."""
        if not self._held:
            return
        with self.b.loop(0, self._held) as k:
            place = self.b.offset(self._references, self.b.op("mul", k, self.api.number(8)))
            self.api.call("Py_DecRef", None, self.b.load(place, "p"))

    def _reference(self) -> Val:
        self._held += 1
        return self.b.offset(self._references, 8 * (self._held - 1))

    def _differs(self, a: Val, b: Val) -> None:
        self.b.leave(self.b.compare("ne", a, b), "slow")

    # -- containers ----------------------------------------------------------------------------------------------------

    def _walk(self, x: Val, structure: Structure, inside: bool) -> None:
        """A container of arguments, checked to be of this structure."""
        b, api, kind = self.b, self.api, structure.kind
        if kind is None:
            k = next(self._places)
            target = self.frame.input(b, k)
            if self.inputs[k].shape:
                self._take_array(x, self.inputs[k], target, inside)
            else:
                self._take_number(x, self.inputs[k], target)
        elif kind is type(None):
            self._differs(x, api.object(None))
        elif kind is Constant:
            self._take_constant(x, structure.extra)
        elif kind is Instance:
            self._differs(api.type_of(x), api.object(structure.extra))
        else:
            self._differs(api.type_of(x), api.object(kind))
            self._walk_parts(x, structure)

    def _walk_parts(self, x: Val, structure: Structure) -> None:
        b, api, kind = self.b, self.api, structure.kind
        if kind is dict:
            self._walk_dict(x, structure)
        elif kind is not None and issubclass(kind, (tuple, list)):
            self._differs(b.load(b.offset(x, cpython.SIZE), "i8"), api.number(len(structure.children)))
            get = "PyList_GetItem" if kind is list else "PyTuple_GetItem"
            for k, child in enumerate(structure.children):
                self._walk(api.call(get, "p", x, api.number(k)), child, True)
        else:
            for name, child in zip(structure.keys, structure.children, strict=True):
                part = api.call("PyObject_GetAttr", "p", x, api.object(name))
                missing = b.compare("eq", part, api.null)
                with b.when(missing):
                    api.call("PyErr_Clear", None)
                    b.emit("br label %slow")
                    b.start(b.label("unreachable"))
                b.store(part, self._reference())
                self._walk(part, child, True)

    def _walk_dict(self, x: Val, structure: Structure) -> None:
        """A dict with the same keys, in the same order."""
        b, api = self.b, self.api
        self._differs(api.call("PyDict_Size", "i8", x), api.number(len(structure.keys)))
        at, key, value = (b.alloca(8) for _ in range(3))
        b.store(api.number(0), at)
        for expected, child in zip(structure.keys, structure.children, strict=True):
            api.call("PyDict_Next", "i4", x, at, key, value)
            found = b.load(key, "p")
            if type(expected) is str:
                self._take_constant(found, expected)
            else:
                self._differs(found, api.object(expected))
            self._walk(b.load(value, "p"), child, True)

    def _take_constant(self, x: Val, value: object) -> None:
        """The very object, or an equal one of its class."""
        if isinstance(value, bool):
            self._differs(x, self.api.object(value))
            return
        name = self.api.share("@wengert.equal", "i1 @wengert.equal(ptr %x, ptr %y)", _equal)
        same = self.b.call(name, "b1", [x, self.api.object(value)])
        self.b.leave(self.b.op("xor", same, self.b.constant(True, "b1")), "slow")

    # -- numbers and arrays --------------------------------------------------------------------------------------------

    def _take_number(self, x: Val, kind: Array, target: Val) -> None:
        b, api, code = self.b, self.api, code_of(kind.dtype)
        assert code is not None
        found = api.type_of(x)
        payload = b.offset(x, cpython.PAYLOAD)
        if kind.weak and self.strict and code == "i8":
            self._differs(found, api.object(int))
            beyond = b.alloca(4)
            b.store(api.call("PyLong_AsLongLongAndOverflow", "i8", x, beyond), target)
            self._differs(b.load(beyond, "i4"), b.constant(0, "i4"))
        elif kind.weak and self.strict:
            self._differs(found, api.object(PYTHON[code]))
            b.store(b.load(payload, code), target)
        elif not self.strict:
            fits = b.compare("eq", found, api.object(kind.dtype.type))
            if code in ("f8", "c16"):
                fits = b.op("or", b.compare("eq", found, api.object(PYTHON[code])), fits)
            b.leave(b.op("xor", fits, b.constant(True, "b1")), "slow")
            b.store(b.load(payload, code), target)
        else:
            place = b.variable(payload)
            with b.when(b.compare("ne", found, api.object(kind.dtype.type))):
                b.put(place, self._data(x, kind, self.api.null))
            b.store(b.load(b.get(place), code), target)

    def _take_array(self, x: Val, kind: Array, target: Val, inside: bool) -> None:
        reference = self._reference()
        if inside and self.shared:  # somebody else may take it out of its container meanwhile
            self.api.call("Py_IncRef", None, x)
            b = self.b
            b.store(x, reference)
            reference = self._reference()
        self.b.store(self._data(x, kind, reference), target)

    def _data(self, x: Val, kind: Array, reference: Val) -> Val:
        """Where the numbers of an array are."""
        b, api = self.b, self.api
        name = api.share(
            "@wengert.data", "ptr @wengert.data(ptr %x, ptr %descr, i32 %ndim, ptr %dims, ptr %copy)", _data
        )
        dims = b.module.constant(kind.shape or (0,), "i8")
        found = b.call(name, "p", [x, api.object(np.dtype(kind.dtype)), b.constant(kind.ndim, "i4"), dims, reference])
        self._differs_not(found)
        return found

    def _differs_not(self, found: Val) -> None:
        self.b.leave(self.b.compare("eq", found, self.api.null), "slow")


def _equal(api: CApi) -> None:
    """Whether two objects are the same, or equal and of the same class (one of Python's own)."""
    b, x, y = api.b, Val("%x", "p"), Val("%y", "p")
    with b.when(b.compare("eq", x, y)):
        b.emit("ret i1 true")
        b.start(b.label("unreachable"))
    with b.when(b.compare("ne", api.type_of(x), api.type_of(y))):
        b.emit("ret i1 false")
        b.start(b.label("unreachable"))
    found = api.call("PyObject_RichCompareBool", "i4", x, y, b.constant(EQUAL, "i4"))
    b.emit(f"ret i1 {b.compare('eq', found, b.constant(1, 'i4')).text}")


def _data(api: CApi) -> None:
    """The address of the data of an array in C order, if need be of a copy, which is left in `copy`; else null."""
    b, x = api.b, Val("%x", "p")
    wrong = "wrong"
    b.leave(b.compare("ne", api.type_of(x), api.object(np.ndarray)), wrong)
    b.leave(b.compare("ne", b.load(b.offset(x, cpython.DESCR), "p"), Val("%descr", "p")), wrong)
    b.leave(b.compare("ne", b.load(b.offset(x, cpython.NDIM), "i4"), Val("%ndim", "i4")), wrong)
    dims = b.load(b.offset(x, cpython.DIMENSIONS), "p")
    with b.loop(api.number(0), b.cast("sext", Val("%ndim", "i4"), "i8")) as axis:
        at = b.op("mul", axis, api.number(8))
        there, wanted = (b.load(b.offset(p, at), "i8") for p in (dims, Val("%dims", "p")))
        b.leave(b.compare("ne", there, wanted), wrong)
    well = b.constant(cpython.WELL_BEHAVED, "i4")
    flags = b.op("and", b.load(b.offset(x, cpython.FLAGS), "i4"), well)
    with b.when(b.compare("eq", flags, well)):
        b.emit(f"ret ptr {b.load(b.offset(x, cpython.DATA), 'p').text}")
        b.start(b.label("unreachable"))
    b.leave(b.compare("eq", Val("%copy", "p"), api.null), wrong)
    copy = api.numpy(cpython.NEW_COPY, x, b.constant(0, "i4"))
    b.leave(b.compare("eq", copy, api.null), "failed")
    b.store(copy, Val("%copy", "p"))
    b.emit(f"ret ptr {b.load(b.offset(copy, cpython.DATA), 'p').text}")
    b.start("failed")
    api.call("PyErr_Clear", None)
    b.emit(f"br label %{wrong}")
    b.start(wrong)
    b.emit("ret ptr null")
