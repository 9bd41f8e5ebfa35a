"""Programs as scientists write them, compiled, at points where they go different ways, in every mode."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios import (
    staged_absences,
    staged_algebra,
    staged_fields,
    staged_language,
    staged_masks,
    staged_methods,
    staged_sequences,
    staged_simulation,
)
from tests.scenarios.case import Case
from wengert.errors import StagingError
from wengert.tree import flatten, unflatten

MODULES = (
    staged_absences,
    staged_algebra,
    staged_fields,
    staged_language,
    staged_masks,
    staged_methods,
    staged_sequences,
    staged_simulation,
)
EVERY = [case for module in MODULES for case in module.CASES]

# How many things there are, which kind of thing a value is, or which one is meant depends on numbers here.
REFUSED = frozenset({
    "none_array", "dict_of_lists", "gram_schmidt", "roll_by_traced", "match_tuple", "try_finally",
    "try_math_domain", "two_shapes", "two_shapes_returned", "conditional_append", "conditional_append_len", "quicksort",
    "conditional_dict", "conditional_range", "apply_map",
})  # fmt: skip
# Points at which compiled code has NumPy's inf and nan where Python raises, or integers of 64 bits.
OTHERWISE: dict[str, type[Exception] | None] = {
    "fib_n_over": OverflowError, "int_args_over": OverflowError, "int_pow_over": OverflowError,
    "int_add_over": OverflowError, "int_grow": OverflowError, "float_division_by_zero": None, "math_domain": None,
}  # fmt: skip


# Results that may be None: they have a gradient where they are numbers only.
NONE_OR_NUMBER = frozenset({
    "none_returned", "none_returned_loop", "none_truth", "none_tuple", "none_eq", "none_isinstance", "none_forever",
})  # fmt: skip


def named(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases])


@contextlib.contextmanager
def quietly() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        yield


def copied(arguments: Any) -> Any:
    leaves, structure = flatten(arguments)
    return unflatten(structure, [x.copy() if isinstance(x, np.ndarray) else x for x in leaves])


def outcome(function: Callable[..., Any], arguments: Any) -> tuple[Any, type | None]:
    """What a function gives, or what it raises."""
    try:
        with quietly():
            return function(*copied(arguments)), None
    except StagingError:
        raise
    except Exception as error:
        return None, type(error)


def same(found: Any, expected: Any, tolerance: float = 1e-12) -> None:
    """Equal but for rounding, in types and containers, too."""
    (a, first), (b, second) = flatten(found), flatten(expected)
    assert first == second
    for one, other in zip(a, b, strict=True):
        if isinstance(other, (str, type(None))):
            assert one == other
            continue
        known = np.asarray(other)
        assert np.asarray(one).dtype == known.dtype
        assert np.shape(one) == known.shape
        limit = 1e-5 if known.dtype in (np.float32, np.complex64) else tolerance
        size = max(1.0, float(np.max(np.abs(known[np.isfinite(known)]), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=limit, atol=limit * size)


def total(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with one number as its result; whole numbers in it do not count."""

    def added(*arguments: Any) -> Any:
        found = 0.0
        for k, leaf in enumerate(flatten(function(*arguments))[0]):
            if isinstance(leaf, (str, bool, int, type(None))):
                continue
            if not isinstance(leaf, (float, complex)) and leaf.dtype.kind in "iub":
                continue
            weights = np.cos(np.arange(np.size(leaf)) + k).reshape(np.shape(leaf))
            found = found + np.sum(np.real(leaf * weights)) + np.sum(np.imag(leaf * weights))
        return found

    return added


def floats(arguments: Any) -> tuple[int, ...]:
    """The arguments to differentiate by: those of floating-point numbers only."""

    def moves(x: Any) -> bool:
        return isinstance(x, float) or getattr(getattr(x, "dtype", None), "kind", "") in tuple("fc")

    parts = [flatten(one)[0] for one in arguments]
    return tuple(i for i, leaves in enumerate(parts) if leaves and all(map(moves, leaves)))


@named(case for case in EVERY if case.name not in REFUSED)
@pytest.mark.parametrize("mode", ["native", "list"])
def test_values(case: Case, mode: str) -> None:
    compiled = wg.compile(case.function, mode=mode)
    for arguments in (*case.points, *case.points):
        expected, error = outcome(case.function, arguments)
        found, raised = outcome(compiled, arguments)
        if case.name in OTHERWISE and error is not raised:
            assert raised is OTHERWISE[case.name]
            continue
        assert (raised is None) is (error is None)
        if raised is None or error is None:
            same(found, expected)
        else:
            assert issubclass(raised, error) or issubclass(error, raised) or raised.__name__ == error.__name__


@named(case for case in EVERY if case.name not in REFUSED | NONE_OR_NUMBER)
def test_gradients(case: Case) -> None:
    function = total(case.function)
    compiled: dict[Any, Any] = {}
    for arguments in case.points:
        numbers = floats(arguments)
        if not numbers or outcome(case.function, arguments)[1] is not None or case.name in OTHERWISE:
            continue
        if numbers not in compiled:
            gradient = wg.grad(function, numbers)
            compiled[numbers] = (gradient, wg.compile(gradient), wg.grad(wg.compile(function), numbers))
        with quietly():
            expected, *found = (one(*copied(arguments)) for one in compiled[numbers])
        for one in found:
            same(one, expected, 1e-11)


@named(case for case in EVERY if case.differences and case.name not in REFUSED)
def test_differences(case: Case) -> None:
    """The gradient of eager mode, to which the others are compared, along one direction."""
    arguments = case.points[0]
    numbers = floats(arguments)
    if not numbers or outcome(case.function, arguments)[1] is not None or case.name in OTHERWISE:
        pytest.skip("nothing to differentiate at the first point")
    function = total(case.function)
    leaves, structure = flatten(tuple(arguments[i] for i in numbers))
    rng = np.random.default_rng(7)
    direction = [rng.standard_normal(np.shape(x)) for x in leaves]

    def moved(h: float) -> float:
        parts = unflatten(structure, [x + h * d for x, d in zip(leaves, direction, strict=True)])
        new = list(copied(arguments))
        for i, part in zip(numbers, parts, strict=True):
            new[i] = part
        return float(function(*new))

    with quietly():
        gradient = flatten(wg.grad(function, numbers)(*copied(arguments)))[0]
        h = 1e-5
        expected = (moved(-2 * h) - 8 * moved(-h) + 8 * moved(h) - moved(2 * h)) / (12 * h)
        size = max(1.0, abs(moved(0.0)))
    found = sum(np.sum(np.real(np.conj(g) * d)) for g, d in zip(gradient, direction, strict=True))
    assert abs(found - expected) <= 1e-6 * max(size, abs(expected))


@named(case for case in EVERY if case.second)
def test_second_derivatives(case: Case) -> None:
    arguments = case.points[0]
    numbers, function = floats(arguments), total(case.function)
    with quietly():
        expected = wg.hessian(function, numbers)(*copied(arguments))
        same(wg.compile(wg.hessian(function, numbers))(*copied(arguments)), expected, 1e-10)


@named(case for case in EVERY if case.batch)
def test_batches(case: Case) -> None:
    structures = [(flatten(point)[1], [np.shape(x) for x in flatten(point)[0]]) for point in case.points]
    points = [point for point, one in zip(case.points, structures, strict=True) if one == structures[0]]
    columns = zip(*(flatten(point)[0] for point in points), strict=True)
    batch = unflatten(structures[0][0], [np.stack([np.asarray(x) for x in column]) for column in columns])
    expected = [flatten(case.function(*copied(point)))[0] for point in points]
    for mapped in (wg.vmap(wg.compile(case.function)), wg.compile(wg.vmap(case.function))):
        found = flatten(mapped(*copied(batch)))[0]
        for k, column in enumerate(found):
            np.testing.assert_allclose(column, np.stack([one[k] for one in expected]), rtol=1e-12, atol=1e-12)


@named(case for case in EVERY if case.name in REFUSED)
def test_refusals(case: Case) -> None:
    with pytest.raises(StagingError, match=r'line \d+[^$]*mode="eager"'), quietly():
        wg.compile(case.function)(*copied(case.points[0]))
    expected, error = outcome(case.function, case.points[0])
    found, raised = outcome(wg.compile(case.function, mode="eager"), case.points[0])
    assert raised is error
    same(found, expected)
