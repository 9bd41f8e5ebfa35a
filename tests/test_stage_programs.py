"""Whole programs, compiled: NumPy's value and the gradient of eager mode, from inside and from outside."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios import as_written_arrays, as_written_snippets
from tests.scenarios.as_written import AS_WRITTEN
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS
from tests.scenarios.snippet import POINT, SNIPPETS
from tests.scenarios.staged_programs import STAGED
from wengert.errors import StagingError
from wengert.tree import flatten

assert as_written_arrays
assert as_written_snippets
# Which kind of thing a value is, how many there are, or the digits of a number depend on numbers here.
REFUSED = frozenset({
    "kmeans", "generators", "contexts", "comprehensions", "decision-by-confidence",
})  # fmt: skip
REFUSED_SNIPPETS = frozenset({
    "arange", "boolmask", "strx", "heap", "timing", "printing", "matherr", "overflow", "strfmt",
})  # fmt: skip
EVERY = (*AS_WRITTEN, *PROGRAMS, *STAGED)


def named(programs: Any) -> Any:
    return pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in programs])


def same(found: Any, expected: Any) -> None:
    """Equal but for rounding; containers are of the same kind."""
    (a, first), (b, second) = flatten(found), flatten(expected)
    assert first == second
    for one, other in zip(a, b, strict=True):
        size = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * size)


def scalar(program: Program, arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """The program with one number as its result."""
    if program.scalar:
        return program.function
    weights = np.cos(np.arange(np.size(program.function(*arguments))))
    return lambda *args: np.sum(np.ravel(program.function(*args)) * weights)


@named(p for p in EVERY if p.name not in REFUSED)
def test_program(program: Program) -> None:
    arguments = program.make_arguments(np.random.default_rng(0))
    same(wg.compile(program.function)(*arguments), program.function(*arguments))
    function, numbers = scalar(program, arguments), tuple(range(len(arguments)))
    expected = wg.grad(function, numbers)(*arguments)
    same(wg.grad(wg.compile(function), numbers)(*arguments), expected)
    compiled = wg.compile(wg.grad(function, numbers))
    same(compiled(*arguments), expected)
    others = program.make_arguments(np.random.default_rng(1))  # the same recording, other numbers
    same(compiled(*others), wg.grad(function, numbers)(*others))


@named(p for p in EVERY if p.name in REFUSED)
def test_program_is_refused(program: Program) -> None:
    arguments = program.make_arguments(np.random.default_rng(0))
    with pytest.raises(StagingError, match='mode="eager"'):
        wg.compile(program.function)(*arguments)
    same(wg.compile(program.function, mode="eager")(*arguments), program.function(*arguments))


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.__name__)
def test_snippet(snippet: Callable[[Any], Any]) -> None:
    if snippet.__name__ in REFUSED_SNIPPETS:
        with pytest.raises(StagingError, match='mode="eager"'):
            wg.compile(snippet)(POINT)
        return
    same(wg.compile(snippet)(POINT), snippet(POINT))
    slope = wg.grad(snippet)(POINT)
    same(wg.grad(wg.compile(snippet))(POINT), slope)
    same(wg.compile(wg.grad(snippet))(POINT), slope)
