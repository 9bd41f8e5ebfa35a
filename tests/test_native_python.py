"""Programs written out in NumPy: they run, and give the numbers of the interpreter."""

from __future__ import annotations

import linecache
import re
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
from tests.test_regions_batch import as_list
from tests.test_table import rows, staged
from wengert.errors import UnsupportedError
from wengert.ir import Primitive, WengertList
from wengert.native import compile_list
from wengert.native.files.python_file import python_file
from wengert.run import run
from wengert.transform import reverse
from wengert.tree import flatten


def check(wl: WengertList, *args: Any, tolerance: float = 1e-12) -> None:
    text = python_file(wl, "program")
    space: dict[str, Any] = {}
    exec(compile(text, "program.py", "exec"), space)
    with np.errstate(all="ignore"):
        for a, b in zip(space["program"](*args), run(wl, *args), strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=text)


@rows
def test_every_row(row: Primitive) -> None:
    for case, wl in staged(row):
        check(wl, *case.inputs)


@pytest.mark.parametrize("scenario", [pytest.param(p, id=p.name) for p in (*PROGRAMS, *AS_WRITTEN)])
def test_programs(scenario: Program) -> None:
    if scenario.name in UNKNOWN_SIZES:
        return
    function, arguments, _ = prepared(scenario)
    wl = wg.trace(wg.value_and_grad(function, tuple(range(len(arguments)))), *arguments)
    check(wl, *(float(x) if type(x) is int else x for x in flatten(arguments)[0]), tolerance=1e-9)


@pytest.mark.parametrize("scenario", REGIONS, ids=repr)
def test_loops(scenario: Any) -> None:
    wl = as_list(scenario)
    check(wl, *scenario.args)
    try:
        check(reverse(wl), *scenario.args, 1.0)
    except UnsupportedError as error:
        if "of sequences" not in str(error):
            raise


SOURCE = """\
def f(x, A):
    y = np.exp(A @ x)
    z = np.zeros(3)
    z[1:] = y[:-1] * x[0]
    return np.sum(z * z)
"""
EXPECTED = '''\
import numpy as np


def program(x, A):
    """Made by wengert from a list of 8 lines.

    x: f64[3]
    A: f64[3,3]
    -> f64[]
    """
    # line 2: y = np.exp(A @ x)
    y = np.exp(A @ x)
    # line 4: z[1:] = y[:-1] * x[0]
    v1 = y[:-1] * x[0]
    z = np.array(np.full((3,), 0.0))
    z[1:] = v1
    # line 5: return np.sum(z * z)
    v2 = np.sum(z * z, axis=(-1,))
    return v2,
'''


def test_it_reads_well() -> None:
    linecache.cache["written.py"] = (len(SOURCE), None, SOURCE.splitlines(True), "written.py")
    space: dict[str, Any] = {"np": np}
    exec(compile(SOURCE, "written.py", "exec"), space)
    assert compile_list(wg.trace(space["f"], np.ones(3), np.ones((3, 3)))).source() == EXPECTED


def test_expressions_and_names() -> None:
    """Values that are read once are written where they are read; cotangents do not take the names of the user's."""

    def decay(y: Any, k: Any) -> Any:
        for _ in range(4):
            slope = -k * y
            y = y + 0.1 * (slope - 0.05 * k * slope)
        return np.sum(y**2)

    found = wg.compile(wg.grad(decay)).source("python", np.ones(3), 0.5)
    assert "y + 0.1 * (slope - " in found
    assert not re.search(r"^ +(slope|y)\w* =", found[found.index("reversed(") :], re.MULTILINE)
    space: dict[str, Any] = {}
    exec(compile(found, "program.py", "exec"), space)
    np.testing.assert_allclose(space["decay"](np.ones(3), 0.5), wg.grad(decay)(np.ones(3), 0.5), rtol=1e-14)
