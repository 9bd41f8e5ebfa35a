"""Results of a call: new arrays and numbers, in the containers that the user's function gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wengert.ir import Array
from wengert.native.builders.values import PARTS, Val, code_of
from wengert.native.calls.capi import CApi
from wengert.native.machine import cpython
from wengert.native.machine.assembly import Frame
from wengert.tree import Constant, Copied, Structure


def gives(structure: Structure) -> bool:
    """Whether machine code can put a container of results together."""
    return all(map(gives, structure.children))


def new_arrays(api: CApi, outputs: Sequence[Array], frame: Frame) -> list[Val | None]:
    """A new array for each output, in the frame; nothing for a number.

    Where there is no room for the k-th, the block `undo<k>` is next.
    """
    b, made = api.b, list[Val | None]()
    for k, kind in enumerate(outputs):
        if kind.shape == ():
            made.append(None)
            continue
        descr = api.object(np.dtype(kind.dtype))
        api.call("Py_IncRef", None, descr)
        dims = api.assembly.module.constant(kind.shape, "i8")
        x = api.numpy(
            cpython.NEW_FROM_DESCR, api.object(np.ndarray), descr, b.constant(kind.ndim, "i4"), dims, api.null,
            api.null, b.constant(0, "i4"), api.null,
        )  # fmt: skip
        b.leave(b.compare("eq", x, api.null), f"undo{k}")
        b.store(b.load(b.offset(x, cpython.DATA), "p"), frame.output(b, k))
        made.append(x)
    return made


def scalar(api: CApi, kind: Array, place: Val) -> Val:
    """A Python number for a weak output, a NumPy scalar for another."""
    b, code = api.b, code_of(kind.dtype)
    assert code is not None
    if not kind.weak:
        return api.numpy(cpython.SCALAR, place, api.object(np.dtype(kind.dtype)), api.null)
    value = b.load(place, code)
    if code in PARTS:
        return api.call("PyComplex_FromDoubles", "p", *b.parts(value))
    if code[0] == "f":
        return api.call("PyFloat_FromDouble", "p", value)
    if code == "b1":
        return api.call("PyBool_FromLong", "p", b.cast("zext", value, "i8"))
    return api.call("PyLong_FromLongLong", "p", value)


def built(api: CApi, structure: Structure, results: Iterator[Val]) -> Val:
    """A container of results."""
    kind = structure.kind
    if kind is None:
        return next(results)
    if kind is type(None) or kind is Constant:
        value = api.object(None if kind is not Constant else structure.extra)
        api.call("Py_IncRef", None, value)
        return value
    if kind is Copied:
        return api.numpy(cpython.NEW_COPY, api.object(structure.extra), api.b.constant(0, "i4"))
    parts = [built(api, child, results) for child in structure.children]
    if kind is dict:
        return _dict(api, structure.keys, parts)
    if issubclass(kind, (tuple, list)):
        found = _row(api, "PyList" if kind is list else "PyTuple", parts)
        return found if kind in (tuple, list) else _named_tuple(api, kind, found)
    return _instance(api, kind, structure.keys, parts)


def _dict(api: CApi, keys: Sequence[object], parts: Sequence[Val]) -> Val:
    found = api.call("PyDict_New", "p")
    for key, x in zip(keys, parts, strict=True):
        api.call("PyDict_SetItem", "i4", found, api.object(key), x)
        api.call("Py_DecRef", None, x)
    return found


def _row(api: CApi, name: str, parts: Sequence[Val]) -> Val:
    found = api.call(f"{name}_New", "p", api.number(len(parts)))
    for i, x in enumerate(parts):
        api.call(f"{name}_SetItem", "i4", found, api.number(i), x)
    return found


def _called(api: CApi, function: object, *args: Val) -> Val:
    block = api.b.alloca(8 * len(args))
    for i, x in enumerate(args):
        api.b.store(x, api.b.offset(block, 8 * i))
    return api.vectorcall(api.object(function), block, api.number(len(args)))


def _named_tuple(api: CApi, kind: type, row: Val) -> Val:
    found = _called(api, tuple.__new__, api.object(kind), row)
    api.call("Py_DecRef", None, row)
    return found


def _instance(api: CApi, kind: type, names: Sequence[object], parts: Sequence[Val]) -> Val:
    """An object without a call of its `__init__`, as in `tree`."""
    found = _called(api, object.__new__, api.object(kind))
    for name, x in zip(names, parts, strict=True):
        api.call("PyObject_GenericSetAttr", "i4", found, api.object(name), x)
        api.call("Py_DecRef", None, x)
    return found
