"""View semantics: random programs of views, writes through any alias and reads, run on arrays and recorded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wengert as wg
from tests.differences import central, check
from wengert.errors import MutationError

RNG = np.random.default_rng(11)
START = np.random.default_rng(5).uniform(-1, 1, (3, 4))

# What a step may do with one of the arrays there are; any of them can be applied to an array of any shape.
VIEWS = {
    "all": lambda a: a[...],
    "first": lambda a: a[:1] if a.ndim else a[...],
    "row": lambda a: a[-1, ...] if a.ndim and len(a) else a[...],
    "tail": lambda a: a[1:] if a.ndim else a[None],
    "reversed": lambda a: a[::-1] if a.ndim else a[...],
    "last-axis": lambda a: a[..., ::2] if a.ndim else a[...],
    "new-axis": lambda a: a[None] if a.ndim < 3 else a[0],
    "transposed": lambda a: a.T,
    "swapped": lambda a: np.swapaxes(a, 0, -1) if a.ndim else a[...],
    "flat": lambda a: a.reshape(-1),
    "ravel": lambda a: a.ravel(),
    "squeezed": lambda a: np.squeeze(a),
    "real": lambda a: a.real,
    "flipped": lambda a: np.flip(a),
    "moved": lambda a: np.moveaxis(a, -1, 0) if a.ndim else a[...],
    "halves": lambda a: np.array_split(a, 2)[1] if a.ndim else a[...],
}
OTHERS = {
    "copy": lambda a: a.copy(),
    "sine": np.sin,
    "gathered": lambda a: a[[0, 0]] if a.ndim and len(a) else a * 1.0,
    "masked": lambda a: a[_some(a)],
    "scaled": lambda a: 0.5 * a,
}


def _some(a):
    """A mask that does not depend on values, which a difference may move across a threshold."""
    return np.arange(a.size).reshape(a.shape) % 3 == 1


def _scale(a, s):
    a *= s


def _shift(a, s):
    a += s


def _assign(a, s):
    a[...] = s


def _divide(a, s):
    a /= 2.0 + np.cos(s)


def _square(a, s):
    a[...] = 0.5 * a * a + s


def _overlap(a, s):
    if a.ndim:
        a[1:] = a[:-1]


def _overlap_back(a, s):
    if a.ndim:
        a[:-1] += 0.5 * a[1:]


def _add_reversed(a, s):
    if a.ndim:
        a += a[::-1]


def _one(a, s):
    if a.size:
        a[(0,) * a.ndim] = s


def _mask(a, s):
    if a.ndim:
        a[_some(a)] = s


def _gather(a, s):
    if a.ndim and len(a) > 1:
        a[[0, 1, 0]] = 0.5 * a[[1, 0, 0]]


def _buffered(a, s):
    if a.ndim and len(a):
        a[[0, 0, -1]] += s


def _rows(a, s):
    if a.ndim > 1:
        for row in a:
            row *= 1.0 + 0.1 * s


def _out(a, s):
    np.multiply(a, s, out=a)


def _flat(a, s):
    if a.size:
        a.flat[a.size // 2] = s


def _chained(a, s):
    if a.ndim > 1 and a.size:
        a[0][...] = s
        a[-1][0] += s


WRITES = {
    f.__name__: f
    for f in (
        _scale, _shift, _assign, _divide, _square, _overlap, _overlap_back, _add_reversed, _one, _mask, _gather,
        _buffered, _rows, _out, _flat, _chained,
    )
}  # fmt: skip

NUMBER = st.integers(0, 7)
STEP = st.one_of(
    st.tuples(st.just("view"), NUMBER, st.sampled_from(sorted(VIEWS))),
    st.tuples(st.just("other"), NUMBER, st.sampled_from(sorted(OTHERS))),
    st.tuples(st.just("write"), NUMBER, st.sampled_from(sorted(WRITES))),
    st.tuples(st.just("write"), NUMBER, st.sampled_from(sorted(WRITES))),
    st.tuples(st.just("drop"), NUMBER, st.just("")),
)
PROGRAM = st.lists(STEP, min_size=2, max_size=9)


def run(program, x, watch=False):
    """Run a program: a number that depends on all its arrays, and what each of them held after each step."""
    arrays = [x * 1.0]
    seen = []
    for kind, number, name in program:
        a = arrays[number % len(arrays)]
        if kind == "view":
            arrays.append(VIEWS[name](a))
        elif kind == "other":
            arrays.append(OTHERS[name](a))
        elif kind == "write":
            b = arrays[-1]
            WRITES[name](a, np.sin(b[(0,) * b.ndim]) if b.size else 0.3)
        elif len(arrays) > 1:
            del arrays[number % len(arrays)]
        if watch:
            seen.append([np.copy(one) for one in arrays])
    total = 0.0
    for i, a in enumerate(arrays):
        total = total + np.sum(np.sin(a) * np.cos(np.arange(a.size) + i).reshape(a.shape))
    return total, seen


@settings(max_examples=40, deadline=None)
@given(PROGRAM, st.booleans())
def test_random_programs(program, watch):
    """Every alias holds at each step what it holds in NumPy; first and second derivatives in all modes are right."""

    def f(x):
        return run(program, x)[0]

    value, seen = run(program, START, watch)
    (found, found_seen), gradient = wg.value_and_grad(lambda x: run(program, x, watch), has_aux=True)(START)
    assert found == value
    for step, found_step in zip(seen, found_seen, strict=True):
        for expected, alias in zip(step, found_step, strict=True):
            np.testing.assert_array_equal(alias, expected)
            assert type(alias) is type(expected)
    u, v = RNG.standard_normal((2, *START.shape))
    (expected,) = central(f, (START,), (v,), 1e-4)
    scale = 1 + abs(expected)
    assert wg.jvp(f, (START,), (v,))[0] == value
    np.testing.assert_allclose(wg.jvp(f, (START,), (v,))[1], expected, atol=1e-7 * scale)
    np.testing.assert_allclose(np.sum(gradient * v), expected, atol=1e-7 * scale)
    forward = wg.jvp(wg.grad(f), (START,), (u,))[1]
    reverse = wg.grad(lambda x: np.sum(wg.grad(f)(x) * u))(START)
    mixed = wg.grad(lambda x: wg.jvp(f, (x,), (u,))[1])(START)
    (curvature,) = central(lambda x: np.sum(wg.grad(f)(x) * u), (START,), (v,), 1e-4)
    for hessian_u in (forward, reverse, mixed):
        np.testing.assert_allclose(np.sum(hessian_u * v), curvature, atol=1e-6 * (1 + np.abs(curvature)))


def swap_rows(x):
    a = x * 1.0
    a[[0, 1]] = a[[1, 0]]
    return a


def swap_views(x):
    a = x * 1.0
    a[0], a[1] = a[1], a[0]
    return a


def unpacked_rows(x):
    a = x * 1.0
    first, *_, last = a
    first += last
    for i, row in enumerate(a):
        row[i] = row[-1] * i
    for row, other in zip(a, a[::-1], strict=True):
        row *= other[0]
    return a


def attributes(x):
    a = x * 1.0
    a.real += 1.0
    a.T[0] += x[0, 0]
    a.flat[[0, 5]] = x[1, :2]
    a.flat[a.flat[:].size - 1] = 3.0 * x[0, 1]
    return a


def transposed_flat(x):
    a = x * 1.0
    a.T.flat[1] = x[0, 1] ** 2
    a[:, 0].flat = x[1, :3]
    a.T.flat[2:5] *= 2.0
    return a * a.T.flat[3]


def lists(x):
    a = np.zeros_like(x)
    a[0] = [x[0, 0], 1.0, x[1, 1] ** 2, x[2, 2]]
    a[1:, :2] = [[x[0, 0], 2.0], [3.0, x[0, 1]]]
    a[[2], 3] = x[1, 2]
    return a


def lower_precision(x):
    a = np.zeros_like(x, dtype=np.float32)
    a[0] = x[0] * 3.0
    a[1:] += x[1:]
    return a * 1.0


def chained(x):
    a = x * 1.0
    a[1][2] = x[0, 0] ** 2
    a[1:][0][1:3] += a[0][1:3]
    a[::2].T[1] = 5.0 * x[0, 0]
    a.reshape(2, 6)[1].reshape(3, 2)[:, 0] *= x[0, 1]
    return a


def diagonal_fill(x):
    a = x * 1.0
    np.fill_diagonal(a, x[0, 1])
    d = np.diagonal(a)
    a[1, 1] = x[2, 0] ** 2
    return a, d


def keyword_out(x):
    a = np.empty_like(x)
    np.multiply(x, x, out=a)
    np.add(a[0], a[1], out=a[2])
    np.sum(a, axis=0, out=a[0])
    return a


def grown(x):
    a = np.zeros_like(x)
    for i in range(1, 3):
        a[i] = np.sin(a[i - 1]) + x[i] * a[i - 1, 0] + x[0]
    return a


def saved_views(x):
    a = x * 1.0
    kept = []
    for i in range(3):
        a[i] *= 2.0
        kept.append(np.exp(a[i]) * a[i - 1])
        a[i, 0] = 0.0
    return a, kept[0], kept[1], kept[2]


@pytest.mark.parametrize(
    "program",
    [
        swap_rows, swap_views, unpacked_rows, attributes, transposed_flat, lists, lower_precision, chained,
        diagonal_fill, keyword_out, grown, saved_views,
    ],
)  # fmt: skip
def test_programs(program):
    """Aliases as they are used in practice."""
    check(program, START, second=program is not lower_precision)


def complex_parts(z):
    w = z * 1.0
    w.real[0] = np.real(z[1]) ** 2
    w.imag *= 2.0
    w.imag[1:] += w.real[:-1]
    w[::2].imag = np.abs(z[0])
    w.real = w.imag[::-1] + w.real
    return w


def test_complex_parts():
    """The real and the imaginary part are views."""
    check(complex_parts, START[0] + 1j * START[1])


class TestRefusals:
    """What NumPy refuses is refused, and what would lose a derivative too."""

    def test_arguments(self):
        """An argument belongs to the caller."""

        def f(x):
            x[1:][0] = 2.0
            return x

        with pytest.raises(MutationError):
            wg.vjp(f, START)

    def test_casts(self):
        """In-place casts that lose something."""

        def multiply(x):
            a = x * 1.0
            a *= 1j
            return a

        def write(x):
            a = x * 1.0
            a[0] = 1j * x[0]
            return a

        for f in (multiply, write):
            with pytest.raises(TypeError):
                wg.vjp(f, START)

    def test_scalars(self):
        """A number has no items to assign."""

        def f(x):
            x[0, 0][...] = 1.0
            return x

        with pytest.raises(TypeError, match="item assignment"):
            wg.vjp(f, START)

    @pytest.mark.parametrize(
        "write",
        [lambda a, x: np.copyto(a, x), lambda a, x: np.put(a, [0], x[0, 0]), lambda a, x: np.add(x, 1.0, out=a)],
    )
    def test_plain_arrays(self, write):
        """Arrays made outside are followed."""
        buffer = np.zeros((3, 4))

        def f(x):
            buffer[...] = 0.0
            write(buffer, x)
            return np.sum(buffer**2)

        check(f, START)


def test_batches_of_writes():
    """Under vmap, where only types are known, views are those of arrays in C order."""
    stack = np.stack([START, START + 0.1, START - 0.2])
    for program in (swap_rows, unpacked_rows, lists, chained, grown, transposed_flat):
        expected = np.stack([program(x) for x in stack])
        np.testing.assert_allclose(wg.vmap(program)(stack), expected, rtol=1e-13)


def test_masks_under_vmap():
    """A write where a traced mask holds."""

    def f(x):
        a = x * 1.0
        a[a < 0] = 0.0
        return a

    check(f, START)
    np.testing.assert_array_equal(wg.vmap(f)(START), np.maximum(START, 0))
