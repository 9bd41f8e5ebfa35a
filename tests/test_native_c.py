"""Programs as C99 files: compiled without a warning, with the numbers of the interpreter."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.as_written import AS_WRITTEN
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS
from tests.scenarios.regions import PROGRAMS as REGIONS
from tests.test_as_written import prepared
from tests.test_native import UNKNOWN_SIZES
from tests.test_regions import F64, loop, program, vector
from tests.test_regions_batch import as_list
from tests.test_table import rows, staged
from wengert.errors import UnsupportedError
from wengert.ir import Primitive, Var, WengertList, bind, type_of
from wengert.native import compile_list
from wengert.native.files.c_file import c_file, header
from wengert.primitives import SLOT, getitem
from wengert.regions import record
from wengert.run import run
from wengert.transform import forward, reverse
from wengert.tree import flatten

GCC = shutil.which("gcc") or ""
FLAGS = ("-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
pytestmark = pytest.mark.skipif(not GCC, reason="no C compiler")
NUMBERS = {
    np.dtype(kind): getattr(ctypes, f"c_{name}")
    for kind, name in {"f8": "double", "f4": "float", "i8": "int64", "i4": "int32", "?": "uint8", "u1": "uint8"}.items()
}


def call(wl: WengertList, folder: Path, *args: Any, status: int = 0) -> list[Any]:
    """The outputs of the list, by its C file."""
    (folder / "program.h").write_text(header(wl, "program"))
    text = c_file(wl, "program")
    (folder / "program.c").write_text('#include "program.h"\n' + text)
    library = folder / f"program{len(list(folder.iterdir()))}.so"
    made = subprocess.run(
        [GCC, *FLAGS, str(folder / "program.c"), "-o", str(library), "-lm"], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    keep, given = [], []
    for x, var in zip(args, wl.inputs, strict=True):
        array = np.ascontiguousarray(np.asarray(x, var.type.dtype))
        keep.append(array)
        single = var.type.shape == () and var.type.dtype in NUMBERS
        given.append(NUMBERS[var.type.dtype](array.item()) if single else ctypes.c_void_p(array.ctypes.data))
    outs = []
    for x in wl.outputs:
        kind = x.type if type(x) is Var else type_of(x)
        outs.append(np.empty(kind.shape, kind.dtype))
        given.append(ctypes.c_void_p(outs[-1].ctypes.data))
    assert ctypes.CDLL(str(library))["program"](*given) == status
    return outs


def check(wl: WengertList, folder: Path, *args: Any, tolerance: float = 1e-12) -> None:
    with np.errstate(all="ignore"):
        for a, b in zip(call(wl, folder, *args), run(wl, *args), strict=True):
            single = np.asarray(b).dtype in (np.float32, np.complex64)
            np.testing.assert_allclose(a, b, rtol=1e-5 if single else tolerance, atol=1e-6 if single else tolerance)


def check_or_refuse(wl: WengertList, folder: Path, *args: Any, tolerance: float = 1e-12) -> None:
    """The same, unless the list is said to need more than C has."""
    try:
        c_file(wl, "program")
    except UnsupportedError as refused:
        if "is not made of C's arithmetic and library" not in str(refused):
            raise
    else:
        check(wl, folder, *args, tolerance=tolerance)


@rows
def test_every_row(row: Primitive, tmp_path: Path) -> None:
    """One call of each row; those that need SciPy or LAPACK say so."""
    for case, wl in staged(row):
        check_or_refuse(wl, tmp_path, *case.inputs)
        return


@pytest.mark.parametrize("scenario", [pytest.param(p, id=p.name) for p in (*PROGRAMS, *AS_WRITTEN)])
def test_programs(scenario: Program, tmp_path: Path) -> None:
    if scenario.name in UNKNOWN_SIZES:
        return
    function, arguments, _ = prepared(scenario)
    wl = wg.trace(wg.value_and_grad(function, tuple(range(len(arguments)))), *arguments)
    if len(wl) > 1000:
        return  # gcc takes long
    leaves = [float(x) if type(x) is int else x for x in flatten(arguments)[0]]
    check_or_refuse(wl, tmp_path, *leaves, tolerance=1e-9)


@pytest.mark.parametrize("scenario", REGIONS, ids=repr)
def test_loops(scenario: Any, tmp_path: Path) -> None:
    wl = as_list(scenario)
    vs = [np.ones_like(np.asarray(x))[()] for x in scenario.args]
    check(reverse(wl), tmp_path, *scenario.args, 1.0)
    check(forward(reverse(wl)), tmp_path, *scenario.args, 1.0, *vs, 0.0)


def test_out_of_bounds(tmp_path: Path) -> None:
    body = record(lambda i, c, x: c + bind(getitem, (x, i), {"index": (SLOT,)}), (type_of(0), F64, vector(4)))
    wl = program(lambda c, x: loop(body, [c], [x], [], 5), F64, vector(4))
    (folder := tmp_path / "bounds").mkdir()
    call(wl, folder, 0.0, np.ones(4), status=2)


def test_names(tmp_path: Path) -> None:
    """The user's names, unless C has other plans with them."""
    wl = wg.trace(lambda x, double, y0, args: x * double + y0 * args["a b"], 1.0, 2.0, 3.0, {"a b": 4.0})
    text = compile_list(wl).source("c", "f")
    assert "int f(double x, double x_double, double x_y0, double args_a_b, double *out0)" in text
    check(wl, tmp_path, 1.0, 2.0, 3.0, 4.0)
