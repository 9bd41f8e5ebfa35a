"""Functions that put elements in other places: NumPy's values, all modes against differences, views where NumPy has."""

import numpy as np
import pytest

import wengert as wg
from tests.agreement import assert_agreement, assert_same
from wengert.errors import UnsupportedError

RNG = np.random.default_rng(3)
V, M, T = RNG.standard_normal(5), RNG.standard_normal((3, 4)), RNG.standard_normal((2, 3, 4))
EMPTY, ZERO_D, PAIR = np.zeros((0, 3)), np.array(1.5), RNG.standard_normal((3, 4))

SHAPING = {
    "reshape": (lambda x: np.reshape(x, (4, 3)), M),
    "reshape-unknown": (lambda x: x.reshape(2, -1, 3), M),
    "reshape-fortran": (lambda x: np.reshape(x, (2, 6), order="F"), M),
    "reshape-copy": (lambda x: np.reshape(x, -1, copy=True), M),
    "reshape-to-0d": (lambda x: np.reshape(x[:1], ()), V),
    "reshape-empty": (lambda x: np.reshape(x, (3, 0)), EMPTY),
    "ravel": (np.ravel, T),
    "ravel-strided": (lambda x: np.ravel(x[::2]), V),
    "ravel-fortran": (lambda x: np.ravel(x, order="F"), M),
    "flatten": (lambda x: x.flatten("F"), M),
    "transpose": (np.transpose, T),
    "transpose-axes": (lambda x: np.transpose(x, (2, -3, 1)), T),
    "permute-dims": (lambda x: np.permute_dims(x, (1, 0, 2)), T),
    "matrix-transpose": (np.matrix_transpose, T),
    "swapaxes": (lambda x: np.swapaxes(x, 0, -1), T),
    "moveaxis": (lambda x: np.moveaxis(x, (0, 1), (-1, 0)), T),
    "rollaxis": (lambda x: np.rollaxis(x, 2), T),
    "rollaxis-start": (lambda x: np.rollaxis(x, 0, 3), T),
    "squeeze": (lambda x: np.squeeze(x[None, :, None]), V),
    "squeeze-axis": (lambda x: np.squeeze(x[None, :, None], axis=-1), V),
    "expand-dims": (lambda x: np.expand_dims(x, (0, -1)), V),
    "broadcast-to": (lambda x: np.broadcast_to(x, (2, 5)), V),
    "broadcast-column": (lambda x: np.broadcast_to(x[:, None], (5, 3)), V),
    "broadcast-0d": (lambda x: np.broadcast_to(x, (2,)), ZERO_D),
    "broadcast-arrays": (lambda x: np.broadcast_arrays(x[:, None], x)[0], V),
    "atleast-1d": (np.atleast_1d, ZERO_D),
    "atleast-2d": (np.atleast_2d, V),
    "atleast-3d-vector": (np.atleast_3d, V),
    "atleast-3d-matrix": (np.atleast_3d, M),
    "atleast-several": (lambda x: np.atleast_1d(x[0], x)[0], V),
    "flip": (np.flip, M),
    "flip-axis": (lambda x: np.flip(x, (0, 2)), T),
    "fliplr": (np.fliplr, M),
    "flipud": (np.flipud, M),
    "rot90": (np.rot90, M),
    "rot90-twice": (lambda x: np.rot90(x, 2), M),
    "rot90-back": (lambda x: np.rot90(x, -1, axes=(1, 2)), T),
    "roll": (lambda x: np.roll(x, 2), M),
    "roll-axis": (lambda x: np.roll(x, -1, axis=0), M),
    "roll-axes": (lambda x: np.roll(x, (1, -2), axis=(0, 1)), M),
    "roll-shift-for-all": (lambda x: np.roll(x, 1, axis=(0, 1)), M),
    "tile": (lambda x: np.tile(x, 3), V),
    "tile-both": (lambda x: np.tile(x, (2, 1, 2)), M),
    "tile-once": (lambda x: np.tile(x, 1), V),
    "repeat": (lambda x: np.repeat(x, 2), M),
    "repeat-axis": (lambda x: np.repeat(x, 3, axis=-1), M),
    "repeat-counts": (lambda x: np.repeat(x, [2, 0, 1], axis=0), M),
    "repeat-once": (lambda x: np.repeat(x, [1], axis=0), M),
    "resize": (lambda x: np.resize(x, (3, 4)), V),
    "resize-cut": (lambda x: np.resize(x, 3), M),
    "split": (lambda x: np.split(x, 2, axis=1)[1], M),
    "split-at": (lambda x: np.split(x, [1, 3])[1], V),
    "array-split": (lambda x: np.array_split(x, 3)[0], V),
    "hsplit": (lambda x: np.hsplit(x, 2)[0], M),
    "vsplit": (lambda x: np.vsplit(x, 3)[2], M),
    "dsplit": (lambda x: np.dsplit(x, 2)[1], T),
    "unstack": (lambda x: np.unstack(x, axis=1)[2], T),
    "concatenate": (lambda x: np.concatenate([x, np.ones((1, 4)), x * 2]), M),
    "concatenate-axis": (lambda x: np.concat([x, x[:, :0], x], axis=-1), M),
    "concatenate-flat": (lambda x: np.concatenate([x, x[0]], axis=None), M),
    "concatenate-dtype": (lambda x: np.concatenate([x, x], dtype=np.complex128), V),
    "concatenate-rows-of-an-array": (np.concatenate, M),
    "stack": (lambda x: np.stack([x, x * 2], axis=1), M),
    "stack-numbers": (lambda x: np.stack([x[0], 2.0, x[1]]), V),
    "vstack": (lambda x: np.vstack([x, x]), V),
    "hstack": (lambda x: np.hstack([x, 1.0]), V),
    "dstack": (lambda x: np.dstack([x, x]), M),
    "column-stack": (lambda x: np.column_stack([x, x, np.ones((5, 2))]), V),
    "block": (lambda x: np.block([[x, np.ones((3, 1))], [np.zeros((1, 4)), 2.0]]), M),
    "block-vectors": (lambda x: np.block([x, 1.0]), V),
    "append": (lambda x: np.append(x, x), M),
    "append-axis": (lambda x: np.append(x, x[:1], axis=0), M),
    "insert": (lambda x: np.insert(x, 1, x[0] * 2), V),
    "insert-several": (lambda x: np.insert(x, [1, 3, 3], x[:3]), V),
    "insert-rows": (lambda x: np.insert(x, 1, x[0], axis=0), M),
    "insert-columns": (lambda x: np.insert(x, [1], x[:, :2], axis=1), M),
    "insert-column": (lambda x: np.insert(x, -1, x[:, 0], axis=1), M),
    "insert-slice": (lambda x: np.insert(x, slice(1, 3), 7.0), V),
    "delete": (lambda x: np.delete(x, 1, axis=0), M),
    "delete-several": (lambda x: np.delete(x, [0, -1]), V),
    "delete-slice": (lambda x: np.delete(x, np.s_[::2], 1), M),
    "tril": (lambda x: np.tril(x, 1), M),
    "triu": (lambda x: np.triu(x, -1), T),
    "triu-vector": (np.triu, V),
    "diag": (np.diag, V),
    "diag-offset": (lambda x: np.diag(x, -2), V),
    "diag-of-matrix": (lambda x: np.diag(x, 1), M),
    "diagflat": (lambda x: np.diagflat(x, 1), M),
    "diagonal": (lambda x: np.diagonal(x, -1, 0, 2), T),
    "trace": (np.trace, M),
    "trace-offset": (lambda x: np.trace(x, 1, axis1=1, axis2=2), T),
    "vander": (lambda x: np.vander(x, 4), V),
    "vander-increasing": (lambda x: np.vander(x, increasing=True), np.array([0.0, 1.0, -2.0])),
    "kron": (np.kron, M, RNG.standard_normal((2, 2))),
    "kron-of-ranks": (np.kron, V, M),
    "outer": (np.outer, V, M),
    "meshgrid": (lambda x, y: np.meshgrid(x, y), V, V[:3]),
    "meshgrid-sparse": (lambda x, y: np.meshgrid(x, y, sparse=True, indexing="ij"), V, V[:3]),
    "copy": (lambda x: np.copy(x), M),
    "full-like": (lambda x: np.full_like(x, x[0]), V),
    "ones-like": (lambda x: np.ones_like(x) * x, M),
    "zeros-like-written": (lambda x: _written(np.zeros_like(x), x), V),
    "empty-like-written": (lambda x: _written(np.empty_like(x, shape=(5,)), x), V),
    "apply-along-axis": (lambda x: np.apply_along_axis(lambda row: row * row[0], 1, x), M),
    "apply-along-axis-to-number": (lambda x: np.apply_along_axis(np.sum, 0, x), M),
    "apply-along-axis-to-matrix": (lambda x: np.apply_along_axis(np.diag, -1, x), M),
    "apply-over-axes": (lambda x: np.apply_over_axes(np.sum, x, [0, 2]), T),
    "sliding-window": (lambda x: np.lib.stride_tricks.sliding_window_view(x, 3), V),
    "sliding-window-2d": (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 3)), M),
    "sliding-window-axis": (lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1), T),
    "sliding-window-twice": (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(0, 0)), M),
}


def _written(out, x):
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return out


@pytest.mark.parametrize("name", SHAPING)
def test_shaping(name):
    """Values bit for bit, derivatives in every mode, batches."""
    f, *args = SHAPING[name]
    assert_agreement(lambda *xs: _tuple(f(*xs)), *args)


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
@pytest.mark.parametrize("layout", [lambda x: x, lambda x: x.T, lambda x: x.transpose(1, 2, 0), lambda x: x[:, ::-2]])
def test_memory_order(layout, order):
    """Orders that depend on how an array lies in memory."""
    for f in (lambda x: np.ravel(x, order), lambda x: np.reshape(x, -1, "A" if order == "K" else order)):
        x = layout(T)
        value, pullback = wg.vjp(f, x)
        assert_same(value, f(x))
        np.testing.assert_array_equal(pullback(value)[0], x)
        assert_same(wg.jvp(f, (x,), (layout(T + 1.0),))[0], f(x))


def test_trim_zeros():
    """The bounds are read off the values."""
    x = np.array([0.0, 1.0, 0.0, 2.0, 0.0])
    for trim in ("fb", "f", "b"):
        value, pullback = wg.vjp(lambda x: np.trim_zeros(x, trim), x)  # noqa: B023
        assert_same(value, np.trim_zeros(x, trim))
        np.testing.assert_array_equal(pullback(np.ones_like(value))[0].sum(), value.size)
    assert wg.vjp(np.trim_zeros, np.zeros(3))[0].shape == (0,)


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["reshape", "concatenate", "stack", "roll", "repeat", "pad", "diag", "kron"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.longdouble, np.complex128])
def test_dtypes(name, dtype):
    """The dtype stays."""
    f, *args = {**SHAPING, "pad": (lambda x: np.pad(x, 1), M)}[name]
    args = [x.astype(dtype) for x in args]
    value, pullback = wg.vjp(f, *args)
    assert_same(value, f(*args))
    assert all(ct.dtype == dtype for ct in pullback(np.ones_like(value)))


PADDING = [
    ("constant", {}), ("constant", {"constant_values": 3.0}), ("constant", {"constant_values": ((1.0, 2.0),
    (3.0, 4.0))}),
    ("edge", {}), ("reflect", {}), ("symmetric", {}), ("wrap", {}), ("reflect", {"reflect_type": "odd"}),
    ("symmetric", {"reflect_type": "odd"}), ("linear_ramp", {}), ("linear_ramp", {"end_values": ((1.0, 2.0),
    (3.0, -4.0))}),
    ("maximum", {}), ("minimum", {"stat_length": 2}), ("mean", {}), ("mean", {"stat_length": ((1, 2), (2, 9))}),
    ("median", {}), ("empty", {}),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "options"), PADDING, ids=str)
@pytest.mark.parametrize("width", [1, (2, 0), ((1, 2), (3, 5)), ((0, 0), (0, 1)), ((0, 0), (0, 0))], ids=str)
def test_pad(mode, options, width):
    """Every mode with a numeric meaning; also frames wider than the array."""

    def f(x):
        out = np.pad(x, width, mode=mode, **options)
        if mode != "empty":
            return out
        pairs = np.broadcast_to(width, (2, 2))
        return out[tuple(slice(a, n + a) for (a, _), n in zip(pairs, x.shape, strict=True))]

    if mode == "linear_ramp" or "reflect_type" in options:  # NumPy rounds in another order
        np.testing.assert_allclose(wg.vjp(f, M)[0], f(M), rtol=1e-12, atol=1e-12)
        if "end_values" not in options:
            assert_linear(f, M)
    else:
        assert_agreement(f, M, batch=width == 1)


def assert_linear(f, x):
    """The derivative of a linear function is that function, and its transpose agrees."""
    v, w = RNG.standard_normal(x.shape), RNG.standard_normal(f(x).shape)
    np.testing.assert_allclose(wg.jvp(f, (x,), (v,))[1], f(v), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.sum(wg.vjp(f, x)[1](w)[0] * v), np.sum(w * f(v)), rtol=1e-12)


def test_pad_with_traced_values():
    """Constants, end values and functions may depend on the input."""
    assert_agreement(lambda x: np.pad(x, 2, constant_values=x[0]), V)
    assert_agreement(lambda x: np.pad(x, (1, 2), constant_values=[(x[0], x[1] ** 2)]), V)
    assert_agreement(lambda x: np.pad(x, 2, "linear_ramp", end_values=x[2]), V)

    def frame(vector, pair, axis, kwargs):
        vector[: pair[0]] = kwargs["value"]
        vector[-pair[1] :] = 2.0

    assert_agreement(lambda x: np.pad(x, 1, frame, value=x[0, 0] ** 2), M, batch=False)


def test_pad_refuses():
    """What NumPy refuses."""
    for width, mode, options in ((-1, "constant", {}), (1, "edge", {"constant_values": 2}), (1, "unheard", {})):
        with pytest.raises(ValueError, match=r"negative|unsupported|not supported"):
            wg.grad(lambda x: np.sum(np.pad(x, width, mode, **options)))(V)  # noqa: B023
    with pytest.raises(ValueError, match="stat_length"):
        wg.grad(lambda x: np.sum(np.pad(x, 1, "maximum", stat_length=0)))(V)


def test_stack_is_one_line():
    """Stacking n numbers, also as a nested list, adds one line or two, not n."""
    wl = wg.trace(lambda x: np.stack([x[i] for i in range(5)]), V)
    assert [line.primitive.name for line in wl.lines].count("stack") == 1
    assert len(wl) == 6
    assert_agreement(
        lambda x: x[:2] + np.asarray([1.0, 2.0]) * [x[0], x[1]] + np.dot([[x[0], 1.0], [2.0, x[1]]], x[:2]), V
    )


def test_as_strided_and_unknown_keywords_are_refused():
    """By name, with the way out."""
    with pytest.raises(UnsupportedError, match="writeable"):
        wg.grad(lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, writeable=True).sum())(V)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.reshape(x, (2, 2)), lambda x: np.reshape(x, (-1, -1)),
        lambda x: np.reshape(x.T[::2], -1, copy=False),
        lambda x: np.squeeze(x, 0), lambda x: np.split(x, 5), lambda x: np.concatenate([x, x[0]]),
        lambda x: np.stack([x, x[0]]), lambda x: np.transpose(x, (0, 0)), lambda x: np.broadcast_to(x, (3, 5)),
        lambda x: np.moveaxis(x, 0, (0, 1)), lambda x: np.concatenate([]), lambda x: np.tile(x, 2).reshape(7),
        lambda x: np.delete(x, 9, 0), lambda x: np.insert(x, 9, 1.0, 0), lambda x: np.roll(x, 1, 5),
        lambda x: np.swapaxes(x, 0, 7), lambda x: np.block([[x], x]), lambda x: np.repeat(x, [1, 2], 0),
        lambda x: np.diag(x[None]), lambda x: np.sum(np.trace(x[0])), lambda x: np.matrix_transpose(x[0]),
    ],
)  # fmt: skip
def test_errors_are_numpys(call):
    """The same kind of exception as NumPy raises."""
    with pytest.raises(Exception) as expected:  # noqa: PT011
        call(M)
    with pytest.raises(expected.type):
        wg.vjp(call, M)


VIEWS = {
    "reshape": lambda a: a.reshape(-1), "reshape-of-transposed": lambda a: a.T.reshape(-1),
    "reshape-fortran": lambda a: a.reshape(2, 6, order="F"), "reshape-strided": lambda a: a[:, ::2].reshape(-1),
    "ravel": np.ravel, "ravel-transposed": lambda a: np.ravel(a.T), "ravel-keep": lambda a: a.T.ravel("K"),
    "ravel-fortran": lambda a: a.T.ravel("F"), "ravel-row": lambda a: a[1].ravel(),
    "ravel-column": lambda a: a[:, 1].ravel(),
    "flatten": lambda a: a.flatten(), "transpose": np.transpose, "swapaxes": lambda a: np.swapaxes(a, 0, 1),
    "moveaxis": lambda a: np.moveaxis(a, 0, 1), "squeeze": lambda a: np.squeeze(a[None]),
    "expand": lambda a: np.expand_dims(a, 0), "flip": np.flip, "rot90": np.rot90, "rot0": lambda a: np.rot90(a, 0),
    "split": lambda a: np.split(a, 2, axis=1)[1], "unstack": lambda a: np.unstack(a)[0], "atleast": np.atleast_3d,
    "hsplit": lambda a: np.hsplit(a, 2)[0], "tile": lambda a: np.tile(a, 1), "repeat": lambda a: np.repeat(a, 1, 0),
    "copy": np.copy, "roll": lambda a: np.roll(a, 0), "tril": np.tril, "row": lambda a: a[0],
    "steps": lambda a: a[::-2, 1:],
    "newaxis": lambda a: a[:, None], "list": lambda a: a[[0, 1]], "mask": lambda a: a[np.ones((3, 4), bool)],
    "integer-array": lambda a: a[np.array(1)], "true": lambda a: a[True], "take": lambda a: np.take(a, [0], 0),
    "ascontiguous": np.ascontiguousarray, "broadcast-arrays": lambda a: np.broadcast_arrays(a, a)[0],
    "copied-transposed": lambda a: np.copy(a.T).ravel(), "method-copy-transposed": lambda a: a.T.copy().ravel(),
    "trim": lambda a: np.trim_zeros(a[0]), "delete": lambda a: np.delete(a, [], 0), "resize": lambda a: np.resize(a,
    (3, 4)),
    "astype": lambda a: a.astype(float), "concatenate": lambda a: np.concatenate([a]), "real": np.real,
    "diagonals": lambda a: np.einsum("ii->i", a[:3, :3]), "column-of-transposed": lambda a: a.T[1],
    "ellipsis": lambda a: a[..., 0],
    "squeeze-0d": lambda a: np.squeeze(a[:1, :1]),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_view_or_copy(name):
    """A write into the result reaches the array where it does in NumPy, and only there."""

    def f(x):
        a = x * 1.0
        part = VIEWS[name](a)
        part[...] = 7.0 * x[0, 0]
        return a

    assert_agreement(f, M, batch=False)


@pytest.mark.parametrize("name", ["diagonal", "broadcast", "windows"])
def test_read_only_views(name):
    """They follow the array, and cannot be written."""
    read = {
        "diagonal": lambda a: np.diagonal(a, 1),
        "broadcast": lambda a: np.broadcast_to(a, (2, 3, 4))[1, 1:],
        "windows": lambda a: np.lib.stride_tricks.sliding_window_view(a, (2, 2))[0, 1],
    }[name]

    def follows(x):
        a = x * 1.0
        part = read(a)
        a[0] = x[1] ** 2
        return part

    def writes(x):
        part = read(x * 1.0)
        part[0] = 1.0
        return part

    assert_agreement(follows, M)
    with pytest.raises(ValueError, match="read-only"):
        wg.vjp(writes, M)
