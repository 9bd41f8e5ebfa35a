"""The tests that every row of the table gets from what it says of itself: nobody writes them, nobody forgets them.

A row is run on its `samples`, or, if it is elementwise, on points of its `domain` in all kinds of shapes and layouts.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.differences import check, close, draw, inner, parts, same
from wengert.errors import StagingError, UnsupportedError
from wengert.ir import Primitive, WengertList, bind, check_linear, check_list, infer_types, type_of
from wengert.record import Staged
from wengert.run import run
from wengert.transform import batch, forward, reverse, transpose_list

# What is tested in tests/test_regions*.py.
OF_LOOPS = {"for", "while", "cond", "remat", "sequence_sum", "sequence_where", "spread_items", "sum_items"}
TABLE = sorted((row for row in Primitive.table.values() if row.name not in OF_LOOPS), key=lambda row: row.name)
rows = pytest.mark.parametrize("row", TABLE, ids=repr)
SIZE = 3  # of batches


@dataclass(frozen=True)
class Case:
    """One call of a row."""

    row: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any]

    @cached_property
    def floats(self) -> list[int]:
        """The inputs that can carry a tangent."""
        return [i for i, x in enumerate(self.inputs) if np.asarray(x).dtype.kind in "fc"]

    @cached_property
    def moving(self) -> list[int]:
        """Those of them in which a derivative is not refused; a row that refuses it in all of them is no row."""
        allowed = [i for i in self.floats if not self.refuses(i)]
        assert allowed or not self.floats, f"{self}: the derivative is refused in every input"
        return allowed

    def refuses(self, i: int) -> bool:
        """Whether the row says that it has no derivative rule in this input."""
        x = self.inputs[i]
        try:
            wg.jvp(lambda x: bind(self.row, (*self.inputs[:i], x, *self.inputs[i + 1 :]), self.params), (x,), (x,))
        except UnsupportedError:
            return True
        return False

    def function(self, *values: Any) -> Any:
        """The row as a function of its moving inputs."""
        full = list(self.inputs)
        for i, value in zip(self.moving, values, strict=True):
            full[i] = value
        return bind(self.row, tuple(full), self.params)

    def smooth(self, *values: Any) -> Any:
        """The same, without the signs that jump from one point to the next."""
        out = self.function(*values)
        return UP_TO_SIGN[self.row.name](*out) if self.row.name in UP_TO_SIGN else out

    @property
    def point(self) -> list[Any]:
        """The values of the moving inputs."""
        return [self.inputs[i] for i in self.moving]

    def __repr__(self) -> str:
        return f"{self.row}({', '.join(str(type_of(x)) for x in self.inputs)}; {self.params})"


# -- cases -------------------------------------------------------------------------------------------------------------


def shaped(rng: np.random.Generator, row: Primitive, shapes: Any, dtype: Any) -> tuple[Any, ...]:
    """Points of a row's domain in these shapes; a complex one goes a little off the real axis."""
    out = []
    for (low, high), shape in zip(row.domain, itertools.cycle(shapes), strict=False):
        x = rng.uniform(low, high, shape)
        out.append(np.asarray(x + 0.3j * rng.uniform(-1, 1, shape) if dtype == np.complex128 else x).astype(dtype)[()])
    return tuple(out)


def from_domain(row: Primitive) -> Iterator[tuple[Any, ...]]:
    """Inputs of an elementwise row in all kinds of shapes and layouts."""
    rng = np.random.default_rng(4)
    for dtype in (np.float64, np.float32, *([np.complex128] if row.holomorphic else [])):
        yield shaped(rng, row, [(3,)], dtype)
    yield shaped(rng, row, [()], np.float64)
    yield shaped(rng, row, [(3, 1), (4,), ()], np.float64)
    yield shaped(rng, row, [(0,)], np.float64)
    yield tuple(np.asfortranarray(x) for x in shaped(rng, row, [(2, 3)], np.float64))
    yield tuple(x[::-1] for x in shaped(rng, row, [(4,)], np.float64))


def converted(x: Any, dtype: Any) -> Any:
    """A sample in another precision; integers and truths as they are."""
    if np.asarray(x).dtype != np.float64:
        return x
    return (np.asarray(x) * (1 - 0.5j) if dtype == np.complex128 else np.asarray(x)).astype(dtype)[()]


def from_samples(row: Primitive) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """A row's samples; the first of them in float32 too, all of them complex where the row is linear."""
    assert row.samples is not None
    for number, (inputs, params) in enumerate(row.samples(np.random.default_rng(5))):
        yield inputs, params
        floats = any(np.asarray(x).dtype == np.float64 for x in inputs)
        if floats and number == 0 and row.name not in DOUBLE_ONLY:
            yield tuple(converted(x, np.float32) for x in inputs), params
        if floats and (row.linear or row.holomorphic) and row.name not in REAL_ONLY:
            numbers = tuple(converted(x, np.complex128) for x in inputs)
            if row.holomorphic or takes(row, numbers, params):
                yield numbers, params


def takes(row: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> bool:
    """Whether NumPy has the function for numbers of these dtypes: a real Fourier transform takes no complex ones."""
    try:
        row.evaluate(*inputs, **params)
    except TypeError:
        return False
    return True


def cases(row: Primitive) -> list[Case]:
    """All calls that a row is tested on."""
    if row.samples is not None:
        return [Case(row, inputs, params) for inputs, params in from_samples(row)]
    return [Case(row, inputs, {}) for inputs in from_domain(row)]


def hermitian(rng: np.random.Generator, like: Any) -> Any:
    """A Hermitian direction."""
    v = draw(rng, like)
    return (v + np.conj(np.swapaxes(v, -1, -2))) / 2


REAL_ONLY = {"convert", "to_complex", "rfftn", "scipy_rfftn"}  # complex numbers mean something else there
DOUBLE_ONLY = {
    "bdtr", "bdtrc",  # SciPy has deprecated their single precision, which takes the count as a float
    "scipy_eig",  # its vectors have another sign in single precision
}  # fmt: skip
UP_TO_SIGN = {"scipy_eigh": lambda w, v: (w, v * np.conj(v[..., :1, :]))}  # the sign of a vector jumps
CONSTANT = {"stop_gradient"}  # rows whose derivative is zero because they say so
STATED = {"following"}  # rows whose derivative is by intent not that of their value; tests/test_traps.py has them
DIRECTIONS = dict.fromkeys(  # functions of Hermitian matrices, of which one triangle is read
    (f"{prefix}{name}" for prefix in ("", "scipy_") for name in ("cholesky", "eigh", "eigvalsh")), hermitian
)


# -- the tests ---------------------------------------------------------------------------------------------------------


@rows
def test_has_samples(row):
    """A row says on what it is to be tested."""
    assert row.samples is not None or (row.partials is not None and len(row.domain) == len(row.partials)), (
        f"the row {row} has neither samples nor a domain"
    )
    assert cases(row)


@rows
def test_type(row):
    """The type rule gives the shapes and dtypes that NumPy gives."""
    for case in cases(row):
        try:
            inferred = infer_types(row, [type_of(x) for x in case.inputs], case.params)
        except StagingError:
            continue  # the shape depends on the values
        out = row.evaluate(*case.inputs, **case.params)
        out = out if isinstance(out, tuple) else (out,)
        found = [(np.shape(x), np.asarray(x).dtype) for x in out]
        assert [(t.shape, t.dtype) for t in inferred] == found, case


@rows
def test_derivatives(row):
    """Value, forward and reverse mode, first and second order, against NumPy and central differences."""
    for case in cases(row):
        if not case.moving or row.name in STATED:
            continue
        if row.discrete and (row.samples is not None or row.name in CONSTANT):
            is_constant(case)
            continue
        precise = all(np.asarray(x).dtype not in (np.float16, np.float32) for x in case.inputs)
        direction = DIRECTIONS.get(row.name, draw)
        try:
            try:
                check(case.smooth, *case.point, second=precise, direction=direction)
            except UnsupportedError:  # in the second derivative: the first ones are not refused
                check(case.smooth, *case.point, second=False, direction=direction)
        except AssertionError as error:
            raise AssertionError(f"{case}: {error}") from None


def is_constant(case: Case) -> None:
    """Assert that a row that has no derivative gives its value, and zero."""
    value, tangent = wg.jvp(case.function, case.point, [np.ones_like(x) for x in case.point])
    again, pullback = wg.vjp(case.function, *case.point)
    plain = case.row.evaluate(*case.inputs, **case.params)
    same(value, plain, str(case))
    same(again, plain, str(case))
    cts = pullback(tuple(map(np.ones_like, parts(again))) if isinstance(again, tuple) else np.ones_like(again))
    assert not any(np.any(x) for x in (*parts(tangent), *cts)), f"{case}: the derivative is not zero"


@rows
def test_transpose(row):
    """`<w, J v> = <Jᵀ w, v>`, to rounding."""
    rng = np.random.default_rng(8)
    for case in cases(row):
        if not case.moving or row.discrete:
            continue
        vs = [draw(rng, x) for x in case.point]
        value, tangent = wg.jvp(case.function, case.point, vs)
        ws = [draw(rng, x) for x in parts(value)]
        cts = wg.vjp(case.function, *case.point)[1](tuple(ws) if isinstance(value, tuple) else ws[0])
        left, right = inner(ws, parts(tangent)), inner(cts, vs)
        eps = max(np.finfo(x.dtype).eps for x in (*map(np.asarray, case.point), *parts(value)) if x.dtype.kind in "fc")
        scale = 1 + sum(float(np.sum(np.abs(w) * np.abs(t))) for w, t in zip(ws, parts(tangent), strict=True))
        assert abs(left - right) <= 200 * eps * scale, f"{case}: {left} is not {right}"


def as_list(case: Case, fixed: Collection[int] = ()) -> WengertList:
    """The list of one line that is the call of a row, its inputs abstract but for the fixed ones."""
    level = Staged("test")
    inputs = [x if i in fixed else level.add_input(type_of(x)) for i, x in enumerate(case.inputs)]
    out = bind(case.row, tuple(inputs), case.params)
    return level.finish(out if isinstance(out, tuple) else (out,))


def staged(row: Primitive) -> Iterator[tuple[Case, WengertList]]:
    """The calls of a row as lists, where its types can be known without values."""
    for case in cases(row):
        try:
            yield case, as_list(case)
        except (StagingError, TypeError) as error:
            if row.discrete or "depends on the values" in str(error):
                continue
            raise


@rows
def test_lists(row):
    """What the transforms make of a row is well formed, and gives what the eager modes give."""
    rng = np.random.default_rng(9)
    for case, wl in staged(row):
        check_list(wl)
        same(tuple(run(wl, *case.inputs)), tuple(parts(row.evaluate(*case.inputs, **case.params))), str(case))
        if not case.moving or row.discrete:
            continue
        fixed = set(case.floats) - set(case.moving)
        wl = as_list(case, fixed) if fixed else wl
        inputs = [x for i, x in enumerate(case.inputs) if i not in fixed]
        vs = [draw(rng, x) for x in case.point]
        value, tangent = wg.jvp(case.function, case.point, vs)
        pushed = run(check_list(forward(wl)), *inputs, *vs)[len(wl.outputs) :]
        agree(pushed, parts(tangent), f"{case}: forward")
        ws = [draw(rng, x) for x in parts(value)]
        cts = wg.vjp(case.function, *case.point)[1](tuple(ws) if isinstance(value, tuple) else ws[0])
        pulled = run(check_list(reverse(wl)), *inputs, *map(np.conj, ws))[len(wl.outputs) :]
        agree(map(np.conj, pulled), cts, f"{case}: reverse")


@rows
def test_linearize(row):
    """The derivative is a list that is linear in the tangents; its transpose is one in the cotangents."""
    rng = np.random.default_rng(10)
    for case in cases(row):
        if not case.moving:
            continue
        value, differential = wg.linearize(case.function, *case.point)
        wl = check_linear(differential.list)
        vs = [draw(rng, x) for x in case.point]
        agree(run(wl, *vs), parts(wg.jvp(case.function, case.point, vs)[1]), f"{case}: linearize")
        if row.discrete:
            continue
        ws = [draw(rng, x) for x in parts(value)]
        cts = wg.vjp(case.function, *case.point)[1](tuple(ws) if isinstance(value, tuple) else ws[0])
        pulled = run(check_linear(transpose_list(wl)), *map(np.conj, ws))
        agree(map(np.conj, pulled), cts, f"{case}: transpose")


@rows
def test_batch(row):
    """A batch is a loop over its items."""
    for case, wl in staged(row):
        if np.asarray(case.inputs[0]).dtype in (np.float32, np.complex64):
            continue
        able = [np.ndim(x) > 0 or np.asarray(x).dtype.kind in "fc" for x in case.inputs]  # a number may be a count
        count = len(able)
        some = [tuple(i == j for i in range(count)) for j in range(count) if able[j]] if count > 1 else []
        for flags in {*some[:3], tuple(able)} if any(able) else ():
            stacks = [items_of(case, x) if flag else x for x, flag in zip(case.inputs, flags, strict=True)]
            rolled, batched = batch(wl, SIZE, flags)
            check_list(rolled)
            found = run(rolled, *stacks)
            each = [[x[i] if flag else x for x, flag in zip(stacks, flags, strict=True)] for i in range(SIZE)]
            items = [parts(row.evaluate(*xs, **case.params)) for xs in each]
            assert all(batched), f"{case}: an output has no axis of items"
            agree(found, [np.stack(outs) for outs in zip(*items, strict=True)], f"{case}: batch {flags}")


@rows
def test_batch_of_nothing(row):
    """A batch of no items has the shapes and dtypes of its items."""
    for case, wl in staged(row):
        flags = tuple(np.asarray(x).dtype.kind in "fc" for x in case.inputs)
        if not any(flags):
            continue
        stacks = [np.stack([x])[:0] if flag else x for x, flag in zip(case.inputs, flags, strict=True)]
        found = run(batch(wl, 0, flags)[0], *stacks)
        types = [(x.shape, x.dtype) for x in parts(tuple(found))]
        expected = parts(row.evaluate(*case.inputs, **case.params))
        assert types == [((0, *x.shape), x.dtype) for x in expected], case


def items_of(case: Case, x: Any) -> Any:
    """Several inputs like this one: itself, scaled a little so that it stays in the domain."""
    x = np.asarray(x)
    if x.dtype.kind in "fc":
        return np.stack([x * (1 - 0.01 * i) for i in range(SIZE)]).astype(x.dtype)
    return np.stack([np.roll(x, i) for i in range(SIZE)])


ORDER = 4


@rows
def test_taylor(row):
    """Taylor mode gives what forward mode gives when it is nested in itself, up to the fourth order."""
    for case in smooth_cases(row)[:3]:
        rng = np.random.default_rng(11)
        vs = [DIRECTIONS.get(row.name, draw)(rng, x) / np.asarray(2, np.asarray(x).dtype) for x in case.point]
        try:
            nested = nested_derivatives(case.function, case.point, vs, ORDER)
        except UnsupportedError:
            with pytest.raises(UnsupportedError):
                expanded(case, vs)
            continue
        single = any(np.asarray(x).dtype in (np.float32, np.complex64) for x in (*case.point, *parts(nested[0])))
        found = expanded(case, vs).derivatives
        for i, terms in enumerate(found if isinstance(found, tuple) else (found,)):
            expected = [parts(one)[i] for one in nested]
            if expected[0].dtype.kind in "fc":
                assert terms.dtype == expected[0].dtype, f"{case}: {terms.dtype}, not {expected[0].dtype}"
            assert len(terms) == ORDER + 1
            for k, (one, other) in enumerate(zip(terms, expected, strict=True)):
                close([one], [other], 1e-3 if single else 1e-9, f"{case}: derivative {k}")


def smooth_cases(row: Primitive) -> list[Case]:
    """The calls of a row that have a derivative."""
    return [case for case in cases(row) if case.moving and not row.discrete and row.name not in STATED]


def expanded(case: Case, vs: Any) -> wg.TaylorPolynomial:
    """The expansion of a call along a line."""
    return wg.taylor(lambda xs: case.function(*xs), case.point, ORDER, direction=vs)


def nested_derivatives(function: Any, point: Any, vs: Any, order: int) -> list[Any]:
    """The derivatives along a line, by forward mode in forward mode."""

    def along(k: int, t: float) -> Any:
        if k == 0:
            return function(*(x + t * v for x, v in zip(point, vs, strict=True)))
        return wg.jvp(lambda t: along(k - 1, t), (t,), (1.0,))[1]

    return [along(k, 0.0) for k in range(order + 1)]


def agree(found: Any, expected: Any, what: str) -> None:
    """Assert that arrays are equal up to rounding, nan where nan is."""
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape, f"{what}: shape {a.shape}, not {b.shape}"
        eps = 1e-4 if b.dtype in (np.float32, np.complex64) else 1e-11
        np.testing.assert_allclose(a, b, rtol=eps, atol=eps, err_msg=what)


SPECIAL = [(row, inputs, expected) for row in TABLE for inputs, expected in row.special]


@pytest.mark.parametrize(("row", "inputs", "expected"), SPECIAL, ids=lambda x: str(x))
def test_special_points(row, inputs, expected):
    """The partials at points where they are easily wrong, in both modes, for numbers and for arrays."""
    for i, number in enumerate(expected):
        if type(inputs[i]) is int and not row.moves(i):
            continue  # a count

        def function(x, i=i):
            return row(*inputs[:i], x, *inputs[i + 1 :])

        x = complex(inputs[i]) if isinstance(inputs[i], complex) else float(inputs[i])
        for point in (x, np.array([x, x])):
            one = np.ones_like(point) if isinstance(point, np.ndarray) else type(x)(1)
            _, pushed = wg.jvp(function, (point,), (one,))
            (pulled,) = wg.vjp(function, point)[1](one)
            what = f"{row}{inputs}, argument {i}"
            np.testing.assert_allclose(pushed, np.full(np.shape(point), number), rtol=1e-12, err_msg=what)
            np.testing.assert_allclose(np.conj(pulled), np.full(np.shape(point), number), rtol=1e-12, err_msg=what)


@pytest.mark.parametrize("row", [row for row in TABLE if row.nonnegative], ids=repr)
def test_nonnegative(row: Primitive) -> None:
    with np.errstate(all="ignore"):
        found = row.evaluate(np.array([-np.inf, -1e3, -1.5, -0.0, 0.0, 1e-300, 2.0, 1e3, np.inf]))
    assert not np.any(found < 0)


def test_the_table_covers_every_ufunc_it_names():
    """Each row stands in the table under its own name."""
    assert all(Primitive.table[row.name] is row for row in TABLE)
