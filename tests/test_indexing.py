"""Reading and writing by every kind of index: values of NumPy's, all modes against differences; cost of long loops."""

import itertools

import numpy as np
import pytest

import wengert as wg
from tests.agreement import assert_agreement, assert_same
from tests.differences import check
from wengert.primitives import indexing, shape
from wengert.run import run

RNG = np.random.default_rng(8)
V, M, T = RNG.standard_normal(5), RNG.standard_normal((3, 4)), RNG.standard_normal((2, 3, 4))
MASK = np.array([[True, False, True, False], [False, True, True, False], [False, False, False, True]])
ROWS, COLUMNS = np.array([2, 0, 2]), np.array([1, -1, 3])

INDICES = [
    (V, 1), (V, -2), (V, np.int64(3)), (V, slice(1, None)), (V, slice(None, None, -2)), (V, slice(-2, -5, -1)),
    (V, slice(3, 1)), (V, slice(1, 100)), (V, None), (V, ...), (V, ()), (V, (..., 1)), (V, (1, ...)), (V, [0, 0, 3]),
    (V, [[0, 1], [4, 4]]), (V, []), (V, np.array([], int)), (V, [True, False, True, False, True]), (V, V > 0),
    (V, np.array(2)), (V, True), (V, False), (V, np.True_), (V, (None, slice(1, 3), None)), (V, ((0, 2),)),
    (M, 1), (M, (1, 2)), (M, (-1, slice(None, None, 2))), (M, (slice(None), 0)), (M, (..., None, 0)), (M, (0, ..., 1)),
    (M, ROWS), (M, (ROWS, COLUMNS)), (M, (ROWS[:, None], COLUMNS)), (M, (slice(None), COLUMNS)), (M,
    (ROWS, slice(1, 3))),
    (M, (1, COLUMNS)), (M, (ROWS, 1)), (M, MASK), (M, (MASK[:, 0], slice(1, 3))), (M, (slice(None), MASK[0])),
    (M, ([0, 2], MASK[0])), (M, ~MASK[:, :1].ravel()), (M, np.ix_([0, 2], [1, 3])), (M, (None, ROWS, None)),
    (M, (np.array(1), slice(None))), (M, np.zeros((3, 4), bool)), (M, (np.array([[0]]), np.array([[1]]))), (M,
    (True, 1)),
    (T, (ROWS[:2] * 0, slice(None), [1, 1])), (T, (slice(None), ROWS, COLUMNS)), (T, (1, slice(None), COLUMNS)),
    (T, (..., COLUMNS)), (T, (slice(None), ROWS, 1)), (T, (0, ROWS)), (T, ([0, 1], ..., [0, 3])),
    (T, np.s_[:, 1:, ::-1]),
    (T, ([[0], [1]], None, [0, 2])), (T, (slice(None), MASK)), (T, np.ones((2, 3), bool)), (T, (None, ..., None)),
    (T, ([1, 0], slice(0, 2), None, [1, 1])), (T, (..., [0, 1], 1)), (np.zeros((0, 3)), (slice(None), [0, 0])),
    (np.array(2.0), ()), (np.array(2.0), None), (np.array(2.0), ...), (np.array(2.0), True), (M.T, (ROWS, slice(None))),
    (np.asfortranarray(M), (slice(1, 3), 2)), (M[::-1, ::2], (1, [1, 0])),
]  # fmt: skip


def _names(cases):
    return [f"{x.shape}{index!r}".replace("\n", "")[:60] for x, index in cases]


@pytest.mark.parametrize(("x", "index"), INDICES, ids=_names(INDICES))
def test_reading(x, index):
    """x[index]."""
    assert_agreement(lambda x: x[index], x)


@pytest.mark.parametrize(("x", "index"), INDICES, ids=_names(INDICES))
def test_writing(x, index):
    """x[index] = values, a number, a broadcast row; x[index] += values, which counts repeated elements once."""
    shape = np.shape(x[index])
    values = RNG.standard_normal(shape)

    def assigned(x, values):
        a = np.copy(x)
        a[index] = values
        return a

    def added(x, values):
        a = np.copy(x)
        a[index] *= 2.0
        a[index] += values
        return a

    assert_agreement(assigned, x, values)
    assert_agreement(assigned, x, np.array(0.7))
    if shape and shape[0] > 0:
        assert_agreement(assigned, x, values[:1], batch=False)
        check(added, x, values)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128, np.float16, np.longdouble])
@pytest.mark.parametrize("index", [1, (slice(None), [0, 0]), (ROWS, COLUMNS)], ids=str)
def test_dtypes(index, dtype):
    """They stay."""

    def f(x):
        a = x * x
        a[index] = a[index] * 2 + x[0, 0]
        return a

    x = M.astype(dtype)
    value, pullback = wg.vjp(f, x)
    assert_same(value, f(x))
    assert pullback(value)[0].dtype == dtype
    if dtype in (np.float32, np.complex128):
        check(f, x, second=dtype != np.float32)


@pytest.mark.parametrize(
    "index",
    [
        5,
        -6,
        (0, 0),
        [0, 5],
        slice(None, None, 0),
        1.5,
        "a",
        np.array([0.5]),
        [True, False],
        (..., ...),
        np.ones((5, 1), bool),
    ],
    ids=str,
)
def test_errors_are_numpys(index):
    """The same exception for reading and writing."""
    with pytest.raises(Exception) as expected:  # noqa: PT011
        V[index]

    def write(x):
        a = x * 1.0
        a[index] = 1.0
        return a

    for f in (lambda x: x[index], write, lambda x: wg.vmap(lambda y: y[index])(x[None])):
        with pytest.raises(expected.type):
            wg.vjp(f, V)


@pytest.mark.parametrize(
    ("index", "values"), [(slice(0, 3), np.ones(2)), (0, np.ones(2)), (MASK[0, [0, 1, 2, 3, 0]], np.ones(2))], ids=str
)
def test_values_of_another_shape(index, values):
    """They are refused as NumPy does."""

    def write(x):
        a = x * 1.0
        a[index] = values * x[0]
        return a

    with pytest.raises(ValueError, match=r"broadcast|sequence|assign"):
        wg.vjp(write, V)
    with pytest.raises(ValueError, match=r"broadcast|sequence|assign"):
        wg.vmap(write)(V[None])


def wrote(function):
    """The array after a function has written into it."""

    def f(x, *others):
        a = x * 1.0
        function(a, x, *others)
        return a

    return f


FUNCTIONS = {
    "take": (lambda x: np.take(x, [0, -1, 0]), M),
    "take-axis": (lambda x: np.take(x, [[0, 2], [2, 2]], axis=1), T),
    "take-number": (lambda x: np.take(x, 3), M),
    "take-row": (lambda x: x.take(-1, axis=0), M),
    "take-wrap": (lambda x: np.take(x, [7, -9], mode="wrap"), V),
    "take-clip": (lambda x: np.take(x, [7, -9, 2], mode="clip"), V),
    "take-out": (lambda x: np.take(x, [1, 2], out=np.zeros_like(x[:2])), V),
    "take-along-axis": (lambda x: np.take_along_axis(x, np.argsort(M, axis=1), axis=1), M),
    "take-along-axis-repeated": (
        lambda x: np.take_along_axis(x, np.array([[0, 0], [2, -1]])[:, None], axis=-1),
        T[:, :1],
    ),
    "take-along-flat": (lambda x: np.take_along_axis(x, np.array([3, 3, 1]), axis=None), M),
    "take-along-broadcast": (lambda x: np.take_along_axis(x, np.array([[1, 1]]), axis=1), M),
    "choose": (lambda x: np.choose([0, 2, 1, 1], [x[0], x[1], x[2] ** 2]), M),
    "choose-wrap": (lambda x: np.choose(np.array([[4], [-1]]), [x[0], x[1], 2.0], mode="wrap"), M),
    "choose-clip": (lambda x: np.choose(9, [x[0], x[1]], mode="clip"), M),
    "compress": (lambda x: np.compress([False, True, True], x, axis=1), M),
    "compress-flat": (lambda x: np.compress([True, False, True], x), M),
    "compress-method": (lambda x: x.compress([True, False, True], axis=0), M),
    "extract": (lambda x: np.extract(MASK, x), M),
    "ix": (lambda x: x[np.ix_([2, 0], [True, False, True, True])], M),
    "tril-indices": (lambda x: x[np.tril_indices_from(x)], M),
    "triu-indices": (lambda x: x[np.triu_indices_from(x, 1)], M),
    "diag-indices": (lambda x: x[np.diag_indices_from(x)], M[:, :3]),
    "put": (wrote(lambda a, x: np.put(a, [0, -1, 5], x[0, :3] ** 2)), M),
    "put-repeats-values": (wrote(lambda a, x: np.put(a, [0, 3, 5], x[0, :2])), M),
    "put-wrap": (wrote(lambda a, x: np.put(a, [13, -14], x[0, 0], mode="wrap")), M),
    "put-clip": (wrote(lambda a, x: a.put([99, -99], x[0, :2], mode="clip")), M),
    "put-into-transposed": (wrote(lambda a, x: np.put(a.T, [1, 2], x[0, :2])), M),
    "place": (wrote(lambda a, x: np.place(a, MASK, x[1, :3])), M),
    "putmask": (wrote(lambda a, x: np.putmask(a, MASK, x**2)), M),
    "putmask-repeats-values": (wrote(lambda a, x: np.putmask(a, MASK, x[0, :3])), M),
    "put-along-axis": (wrote(lambda a, x: np.put_along_axis(a, np.argmax(M, 1)[:, None], x[:, :1] ** 2, axis=1)), M),
    "put-along-flat": (wrote(lambda a, x: np.put_along_axis(a, np.array([0, -1]), x[0, 0], axis=None)), M),
    "fill-diagonal": (wrote(lambda a, x: np.fill_diagonal(a, x[0, 1] ** 2)), M),
    "fill-diagonal-values": (wrote(lambda a, x: np.fill_diagonal(a, x[1])), M),
    "fill-diagonal-wrap": (wrote(lambda a, x: np.fill_diagonal(a, x[0, 0], wrap=True)), RNG.standard_normal((7, 3))),
    "fill-diagonal-tall": (wrote(lambda a, x: np.fill_diagonal(a, x[0, 0])), RNG.standard_normal((7, 3))),
    "fill-diagonal-cube": (wrote(lambda a, x: np.fill_diagonal(a, x[0, 0, 1])), RNG.standard_normal((2, 2, 2))),
    "copyto": (wrote(lambda a, x: np.copyto(a, x[0] ** 2)), M),
    "copyto-number": (wrote(lambda a, x: np.copyto(a, 2.0)), M),
    "copyto-where": (wrote(lambda a, x: np.copyto(a, x**2, where=MASK)), M),
    "copyto-where-row": (wrote(lambda a, x: np.copyto(a[1:], x[0, 0], where=[True, False, True, False])), M),
    "fill": (wrote(lambda a, x: a[1:].fill(x[0, 0])), M),
    "flat-read": (lambda x: x.T.flat[[1, 2, -1]] * x.flat[3] + np.sum(x.flat) + sum(x.flat), M),
    "flat-slice": (lambda x: x.T.flat[2:7:2], M),
    "flat-mask": (lambda x: x.flat[MASK.ravel()], M),
    "flat-cycles": (wrote(lambda a, x: a.T.flat.__setitem__(slice(1, 8), x[0, :2])), M),
    "item": (lambda x: x.item(5) * x.item((1, 1)) * x.item(2, 3) * x[:1, 0].item(), M),
    "numbers": (lambda x: np.stack([v * i for i, v in enumerate(x)]), V),
    "rows": (lambda x: sum(row * row[::-1] for row in x), M),
    "in-a-list": (lambda x: np.array([1.0, 2.0]) * x[:2] + [x[0], x[1]], V),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    """NumPy's functions that pick and write elements."""
    f, *args = FUNCTIONS[name]
    assert_agreement(f, *args, batch=name not in ("flat-cycles",))


def test_refusals():
    """Wrong positions and casts are refused as NumPy does, plain targets with the way out."""
    for call, kind in (
        (lambda a: np.put(a, [99], a[0]), IndexError),
        (lambda a: np.take(a, [9]), IndexError),
        (lambda a: np.choose([3], [a, a]), ValueError),
        (lambda a: np.copyto(a, 1j * a), TypeError),
        (lambda a: np.copyto(a, a.astype(np.float64), casting="no") if a.dtype == np.float32 else None, TypeError),
        (lambda a: np.place(a, a > -9, a[:0]), ValueError),
        (lambda a: a.__delitem__(0), ValueError),
        (lambda a: np.take(a, [0], mode="round"), ValueError),
    ):
        with pytest.raises(kind):
            wg.vjp(lambda x: call(x * np.float32(2)), V.astype(np.float32))  # noqa: B023


def test_index_arrays_are_kept_as_they_were():
    """The program may change an index array after it was used."""

    def f(x):
        at = np.array([0, 1])
        picked = x[at]
        at[:] = 4
        return np.sum(picked**2)

    np.testing.assert_array_equal(wg.grad(f)(V), [2 * V[0], 2 * V[1], 0, 0, 0])


def test_plain_arrays_are_kept_as_they_were():
    """Also in lists of which only types are known."""

    def f(x):
        buffer = np.ones(5)
        total = x * 0.0
        for i in range(3):
            buffer[:] = i
            total = total + x * buffer
        return total

    np.testing.assert_allclose(wg.vmap(f)(np.stack([V, V])), np.stack([3 * V, 3 * V]))
    _, linear = wg.linearize(f, V)
    np.testing.assert_allclose(linear(V), 3 * V)

    def shifted(x):
        buffer, total = np.zeros(5), x * 0.0
        for i in range(3):
            buffer[:] = i
            total = total + buffer
        return total if total[0] > 0 else x  # the list is that of the way taken

    np.testing.assert_array_equal(run(wg.trace(shifted, V), V)[0], np.full(5, 3.0))


def test_batched_indices():
    """Index arrays that differ from item to item, into arrays that do or do not."""
    stack = RNG.standard_normal((2, 3, 4, 5))
    at = np.array([[0, 2, 1], [1, 1, 0]])
    cases = [
        lambda x, i: x[i], lambda x, i: x[:, i], lambda x, i: x[i, :, i], lambda x, i: x[:, i, i],
        lambda x, i: x[None, i],
        lambda x, i: x[1, i], lambda x, i: x[..., i], lambda x, i: x[i[0]], lambda x, i: x[:, i[1]],
        lambda x, i: x[i[:2, None], i],
        lambda x, i: x[[0, 1], :, [0, 1]] + i[0], lambda x, i: x[i[0]][i[1]], lambda x, i: x.T[i],
        lambda x, i: x.reshape(-1)[i],
    ]  # fmt: skip

    def written(read):
        def f(x, i):
            a = x * 1.0
            part = read(a, i) * 2.0
            a[:, i] = x[0, 0, 0]
            a[i, 1:, i] += part.ravel()[0]
            a[i[0]][i[1]] = 7.0
            a[..., i] *= 2.0
            return a

        return f

    for f in itertools.chain(cases, map(written, cases[:3])):
        expected = np.stack([f(x, i) for x, i in zip(stack, at, strict=True)])
        np.testing.assert_allclose(wg.vmap(f)(stack, at), expected)
        shared = np.stack([f(stack[0], i) for i in at])
        np.testing.assert_allclose(wg.vmap(f, in_axes=(None, 0))(stack[0], at), shared)

        def gradient(x, i, f=f):
            return wg.grad(lambda x: np.sum(f(x, i) ** 2))(x)

        expected = np.stack([gradient(x, i) for x, i in zip(stack, at, strict=True)])
        np.testing.assert_allclose(wg.vmap(gradient)(stack, at), expected)


# -- cost --------------------------------------------------------------------------------------------------------------


def reads(x):
    total = 0.0
    for i in range(len(x)):
        total = total + x[i] * x[i]
    return total


def writes(x):
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = x[i] * 2.0
    return np.sum(out * out)


def recurrence(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] + y[i]
    return np.sum(y * y)


def through_rows(x):
    n = int(len(x) ** 0.5)
    a = np.zeros_like(x, shape=(n, n))
    for i in range(n):
        row = a[i]
        for j in range(n):
            row[j] = x[i * n + j] * (row[j - 1] if j else 1.0)
    return np.sum(a * a)


def through_other_views(x):
    n = int(len(x) ** 0.5)
    a = x[: n * n].reshape(n, n) * 1.0
    flat = a.reshape(-1)
    for k in range(1, n * n):
        flat[k] = flat[k] + 0.5 * flat[k - 1]
    for i, j in itertools.product(range(n), range(n)):
        a.T[i][j] += a[i][j] * 0.5
    return np.sum(a * a)


def time_steps(x):
    states = np.zeros_like(x, shape=(len(x), 8))
    states[0] = x[:8]
    for t in range(len(x) - 1):
        states[t + 1] = states[t] + 0.01 * np.sin(states[t])
    return np.sum(states[-1])


@pytest.mark.parametrize("program", [reads, writes, recurrence, through_rows, through_other_views, time_steps])
def test_cost_is_linear(program, monkeypatch):
    """n steps copy no more than a few times n elements, in every mode: 1024 steps would copy a million, if each did."""
    n, copied = 1024, []

    def counted(x, order="K"):
        copied.append(np.size(x))
        return np.array(x, order=order, copy=True)

    monkeypatch.setattr(indexing, "duplicate", counted)
    monkeypatch.setattr(shape, "duplicate", counted)
    x = np.linspace(0.1, 0.2, n)
    gradient = wg.grad(program)
    for mode in (gradient, lambda x: wg.jvp(program, (x,), (x,)), lambda x: wg.jvp(gradient, (x,), (x,))):
        copied.clear()
        mode(x)
        assert sum(copied) < 150 * n
