"""Products: values of NumPy's, derivatives against central differences."""

import numpy as np
import pytest

import wengert as wg
from tests.differences import check
from wengert.errors import UnsupportedError

RNG = np.random.default_rng(7)


def arrays(*shapes, dtype=np.float64):
    """Random arrays."""
    out = [RNG.standard_normal(shape) for shape in shapes]
    return [x + 1j * RNG.standard_normal(x.shape) if dtype == np.complex128 else x.astype(dtype) for x in out]


MATMUL = [
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((3,), (5, 3, 2)), ((5, 2, 3), (3,)), ((1, 2, 3), (5, 3, 1)),
    ((0, 3), (3, 2)), ((2, 0), (0, 2)), ((0,), (0,)), ((4, 0, 3), (3, 2)),
]  # fmt: skip
DOT = [*MATMUL[:4], ((), (2, 3)), ((2, 3), ()), ((), ()), ((2, 3), (4, 3, 2)), ((4, 2, 3), (3,)), ((3,), (2, 3, 4)),
       ((2, 3, 4), (5, 4, 2))]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.complex128, np.float32])
@pytest.mark.parametrize("shapes", MATMUL, ids=str)
def test_matmul(shapes, dtype):
    """np.matmul and @, on vectors, matrices and stacks."""
    check(lambda x, y: x @ y, *arrays(*shapes, dtype=dtype))


@pytest.mark.parametrize("layout", [lambda x: x[::-1], np.asfortranarray, lambda x: x[:, ::-1], lambda x: x.T.copy().T])
def test_matmul_of_layouts(layout):
    """Negative strides and Fortran order."""
    x, y = arrays((3, 3), (3, 3))
    check(lambda x, y: x @ y + y.T @ x.T, layout(x), layout(y))


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        ("vecdot", ((3,), (3,))), ("vecdot", ((4, 3), (3,))), ("vecdot", ((4, 3), (2, 1, 3))),
        ("vecdot", ((2, 0), (2, 0))),
        ("matvec", ((2, 3), (3,))), ("matvec", ((5, 2, 3), (3,))), ("matvec", ((5, 2, 3), (4, 1, 3))),
        ("vecmat", ((2,), (2, 3))), ("vecmat", ((5, 2), (2, 3))), ("vecmat", ((4, 1, 2), (5, 2, 3))),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_gufuncs(function, shapes, dtype):
    """The generalized ufuncs, of which two conjugate their first argument."""
    if not hasattr(np, function):
        pytest.skip("not in this NumPy")
    check(getattr(np, function), *arrays(*shapes, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("shapes", DOT, ids=str)
def test_dot(shapes, dtype):
    """np.dot and the method, of every pair of ranks."""
    x, y = arrays(*shapes, dtype=dtype)
    check(np.dot, x, y, bits=min(x.ndim, y.ndim) >= 1 and max(x.ndim, y.ndim) <= 2)
    if x.ndim:
        check(lambda x, y: x.dot(y), x, y, second=False, bits=False)


@pytest.mark.parametrize(
    "shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((), (3,)), ((2, 3), (4, 5, 3))], ids=str
)
def test_inner(shapes):
    """np.inner."""
    check(np.inner, *arrays(*shapes), bits=False)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_vdot_and_outer(dtype):
    """They lay arrays of any shape flat; vdot conjugates the first one."""
    check(np.vdot, *arrays((2, 3), (2, 3), dtype=dtype))
    check(np.vdot, *arrays((3,), (3,), dtype=dtype))
    check(np.outer, *arrays((2, 2), (3,), dtype=dtype))
    check(np.linalg.outer, *arrays((2,), (3,), dtype=dtype))


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        (((2, 3, 4), (3, 4, 2)), 2), (((2, 3), (3, 4)), 1), (((2,), (3,)), 0),
        (((2, 3, 4), (4, 3, 5)), ([1, 2], [1, 0])),
        (((2, 3, 4), (4, 3, 5)), (-1, 0)), (((3, 2), (2, 3)), ((0, 1), (1, 0))), (((2, 0), (0, 3)), 1),
        (((2, 3), (2, 3)), 2),
    ],
)  # fmt: skip
def test_tensordot(shapes, axes):
    """Every form of axes."""
    check(lambda x, y: np.tensordot(x, y, axes), *arrays(*shapes))
    check(lambda x, y: np.linalg.tensordot(x, y, axes=axes), *arrays(*shapes), second=False)


EINSUM = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ji,jk", (3, 2), (3, 4)), ("ii", (3, 3)),
    ("ii->", (3, 3)),
    ("ii->i", (3, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ij->ji", (2, 3)), ("ba", (2, 3)), ("i,i", (3,), (3,)),
    ("i,j->ij", (2,), (3,)), ("i,j", (2,), (3,)), ("iij,j->i", (3, 3, 2), (2,)), ("ijj,jk->k", (2, 3, 3), (3, 2)),
    ("iii->i", (2, 2, 2)), ("iii,i->", (2, 2, 2), (2,)), ("ij,kl->", (2, 3), (2, 2)), ("i,i,i->i", (3,), (3,), (3,)),
    ("ab,bc,cd->ad", (2, 3), (3, 2), (2, 4)), ("ab,bc,cd,de->ae", (2, 3), (3, 2), (2, 4), (4, 2)),
    ("...ij,...jk->...ik", (5, 2, 3), (5, 3, 4)), ("...ij,...jk", (5, 2, 3), (4, 1, 3, 2)),
    ("...ij,jk->...ik", (4, 5, 2, 3), (3, 2)),
    ("...i->...", (2, 3)), ("i...->...", (2, 3)), ("i...->i...", (2, 3)), ("...ii->...i", (2, 3, 3)),
    ("k...,jk", (2, 3), (3, 2)),
    ("...,...->...", (2, 3), (3,)), ("...,i->i...", (2, 3), (4,)), (",ij->ji", (), (2, 3)), (",", (), ()),
    ("ij,ij->i", (2, 3), (2, 1)),
    ("ij,j->i", (1, 3), (3,)), ("i,ij->j", (1,), (2, 3)), ("ij,j->i", (0, 3), (3,)), ("ij,j->i", (2, 0), (0,)),
    ("i j , j k", (2, 3), (3, 4)),
    ("ijij->", (2, 3, 2, 3)), ("ijij->ji", (2, 3, 2, 3)), ("ii,jj->ij", (2, 2), (3, 3)),
    ("bi,bj,bk->ijk", (4, 2), (4, 3), (4, 2)),
    ("aB,Bc->ac", (2, 3), (3, 2)), ("cB,Ba", (2, 3), (3, 2)),
]  # fmt: skip


@pytest.mark.parametrize("row", EINSUM, ids=str)
@pytest.mark.parametrize("optimize", [False, True])
def test_einsum(row, optimize):
    """Subscripts of every kind."""
    subscripts, *shapes = row
    check(lambda *xs: np.einsum(subscripts, *xs, optimize=optimize), *arrays(*shapes))


def test_einsum_of_complex_numbers():
    """Cotangents pair without conjugation."""
    check(lambda x, y: np.einsum("ij,jj,kj->k", x, np.conj(y), x), *arrays((2, 3), (3, 3), dtype=np.complex128))


def test_einsum_of_one_array_twice():
    """A repeated operand gets both cotangents."""
    (x,) = arrays((3, 3))
    check(lambda x: np.einsum("ij,jk,ki->", x, x, x), x)


def test_einsum_with_lists():
    """The other form of subscripts."""
    x, y = arrays((2, 3), (3, 4))
    check(lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), x, y)
    check(lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), x, y)
    check(lambda x, y: np.einsum(x, [30, 1], y, [1, 2]), x, y)
    check(lambda x, y: np.einsum(x, [..., 1], y, [1, ...], [..., 1]), *arrays((2, 3), (3, 2)))
    check(lambda x: np.einsum(x, [0, 0]), arrays((3, 3))[0])


def test_einsum_views():
    """Where NumPy's einsum is a view, writes go through it."""

    def scaled(x):
        y = x.copy()
        np.einsum("ii->i", y)[...] *= 2.0
        np.einsum("ij->ji", y)[0] = x[:, 0] ** 2
        return y

    check(scaled, arrays((3, 3))[0])


@pytest.mark.parametrize("keyword", [{"dtype": np.float32}, {"order": "F"}, {"casting": "unsafe"}, {"out": 0}])
def test_einsum_refuses(keyword):
    """A keyword it does not honour is an error that names it."""
    with pytest.raises(UnsupportedError, match=f"einsum.*{next(iter(keyword))}"):
        wg.grad(lambda x: np.einsum("i,i", x, x, **keyword))(np.ones(3))


@pytest.mark.parametrize("subscripts", ["i,j", "ij->ik", "i->ii", "i->", "i$->i", "ijk", "i...j->"])
def test_einsum_errors(subscripts):
    """Where NumPy raises, so does a recording."""
    x = np.ones((2, 3)) if subscripts != "i...j->" else np.ones(1)
    with pytest.raises(ValueError) as plain:  # noqa: PT011
        np.einsum(subscripts, x)
    with pytest.raises(type(plain.value)):
        wg.grad(lambda x: np.einsum(subscripts, x))(x)


def test_einsum_path():
    """A path is a plain value."""
    x, y, z = arrays((2, 3), (3, 4), (4, 2))

    def function(x):
        path, _ = np.einsum_path("ij,jk,kl->il", x, y, z)
        return np.sum(np.einsum("ij,jk,kl->il", x, y, z, optimize=path))

    check(function, x)


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 1, 3)), ((0, 3), (3,))], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_cross(shapes, dtype):
    """Vectors in space, broadcast."""
    check(np.cross, *arrays(*shapes, dtype=dtype))
    check(np.linalg.cross, *arrays(*shapes, dtype=dtype), second=False)


def test_cross_along_axes():
    """The axes of the operands and of the result."""
    x, y = arrays((3, 2, 4), (2, 3, 4))
    check(lambda x, y: np.cross(x, y, axisa=0, axisb=1, axisc=0), x, y)
    check(lambda x: np.cross(x, x[::-1], axis=0), x)
    check(lambda x: np.linalg.cross(x, x[::-1], axis=0), x)


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((4, 2), (2,)), ((2,), (3,)), ((4, 3), (2,))], ids=str)
def test_cross_in_the_plane(shapes):
    """Vectors of two components have a third one of 0."""
    check(np.cross, *arrays(*shapes), bits=False)


def test_aliases():
    """The namesakes in np.linalg."""
    x, y = arrays((2, 3), (3, 2))
    check(np.linalg.matmul, x, y)
    check(np.linalg.vecdot, x, x + 1)
    check(lambda x, y: np.linalg.vecdot(x, y, axis=0), x, x + 1)
    check(np.linalg.matrix_transpose, x)
    check(np.linalg.trace, x[:, :2])
    check(lambda x: np.linalg.trace(x, offset=1), arrays((4, 2, 3))[0])
    check(np.linalg.diagonal, arrays((4, 2, 3))[0])


def test_out():
    """`out=` of a traced array."""
    x, y = arrays((2, 3), (3, 2))

    def function(x, y):
        z = np.zeros_like(x[:, :2])
        np.dot(x, y, out=z)
        return z

    check(function, x, y)
    elsewhere = np.zeros((2, 2))
    np.testing.assert_array_equal(
        wg.grad(lambda x: np.sum(np.dot(x, y, out=elsewhere) * elsewhere))(x),
        wg.grad(lambda x: np.sum(np.dot(x, y) ** 2))(x),
    )
    np.testing.assert_array_equal(elsewhere, np.dot(x, y))


def test_matmul_in_place():
    """`x @= y`."""

    def function(x, y):
        z = x.copy()
        z @= y
        return z * x

    check(function, *arrays((2, 3), (3, 3)))


def test_mixed_precision():
    """Gradients come in the dtype of their argument."""
    x, y = arrays((2, 3), (3, 2))
    check(lambda x, y: x @ y, x.astype(np.float32), y)
    check(lambda x, y: np.real(x @ y), x, y + 1j)
    check(lambda x: x @ [[1, 2], [3, 4], [5, 6]], x)
    check(lambda x, y: x @ y, x.astype(np.float16), y.astype(np.float16), second=False)
    gradient = wg.grad(lambda x: np.sum(x @ y.astype(np.longdouble)))(x.astype(np.longdouble))
    assert gradient.dtype == np.longdouble
