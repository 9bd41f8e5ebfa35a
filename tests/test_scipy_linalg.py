"""scipy.linalg: SciPy's values, derivatives against differences, every keyword honoured or refused."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import scipy.linalg

import wengert as wg
from tests.differences import check
from wengert.errors import UnsupportedError
from wengert.functions import has_traced
from wengert.functions.scipy_linalg import SCIPY_LINALG
from wengert.read import as_read

RNG = np.random.default_rng(13)
LINALG = scipy.linalg
DTYPES = [np.float64, np.complex128, np.float32]
dtypes = pytest.mark.parametrize("dtype", DTYPES)
sides = pytest.mark.parametrize("side", [(3,), (3, 2)], ids=str)
shapes = pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)], ids=str)


def normal(*shape, dtype=np.float64):
    """A random array."""
    x = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if dtype == np.complex128 else x.astype(dtype)


def regular(*shape, dtype=np.float64):
    """A matrix far from singular ones."""
    return normal(*shape, dtype=dtype) / 2 + 3 * np.eye(*shape, dtype=dtype)


def positive(dtype=np.float64):
    """A Hermitian positive definite matrix."""
    a = normal(3, 3, dtype=dtype)
    return a @ np.conj(a.T) + np.eye(3, dtype=dtype)


def hermitian(a):
    """The Hermitian part."""
    return (a + np.conj(a).T) / 2


def read(f):
    """The function read where its arguments are traced, and itself on plain ones; plain tuples for its results."""
    followed = as_read(f)

    def function(*xs):
        out = followed(*xs) if has_traced(xs) else f(*xs)
        return tuple(out) if isinstance(out, tuple) else out

    return function


def agrees(f, *args, bits=True):
    """`check` of a function that is read."""
    check(read(f), *args, bits=bits)


# -- linear systems ----------------------------------------------------------------------------------------------------


STRUCTURES = {
    "gen": lambda a: a,
    "sym": lambda a: (a + a.T) / 2,
    "her": hermitian,
    "pos": lambda a: a @ np.conj(a.T),
}


@dtypes
@sides
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("lower", [False, True])
def test_solve(structure, lower, side, dtype):
    """All structures, also where only one triangle is given."""
    a, b = regular(3, 3, dtype=dtype), normal(*side, dtype=dtype)
    of = STRUCTURES[structure]
    agrees(lambda a, b: LINALG.solve(of(a), b, assume_a=structure, lower=lower), a, b)
    if structure != "gen" and dtype == np.float64:
        part = np.tril(of(a)) if lower else np.triu(of(a))
        agrees(lambda a, b: LINALG.solve(a, b, lower, assume_a=structure), part, b)


@sides
def test_solve_transposed(side):
    """Real matrices only, in SciPy."""
    agrees(lambda a, b: LINALG.solve(a, b, transposed=True), regular(3, 3), normal(*side))
    agrees(lambda a, b: LINALG.solve(a, b, overwrite_a=True, check_finite=False), regular(3, 3), normal(*side))


@pytest.mark.skipif("assume_a=None" not in str(inspect.signature(LINALG.solve)), reason="newer structures")
@pytest.mark.parametrize(
    "structure", ["diagonal", "tridiagonal", "banded", "upper triangular", "lower triangular", "symmetric", "general"]
)
def test_structures_of_newer_versions(structure):
    """What a solver does not read has no derivative."""
    a = regular(4, 4)
    a = (a + a.T) / 2 if structure == "symmetric" else a
    f = lambda a, b: LINALG.solve((a + a.T) / 2 if structure == "symmetric" else a, b, assume_a=structure)  # noqa: E731
    agrees(f, a, normal(4))


@dtypes
@sides
@pytest.mark.parametrize("trans", [0, 1, 2, "N", "T", "C"])
def test_solve_triangular(trans, side, dtype):
    """Both triangles, with and without their diagonal."""
    a, b = regular(3, 3, dtype=dtype), normal(*side, dtype=dtype)
    for lower, unit in ((False, False), (True, False), (True, True)):
        agrees(lambda a, b, i=lower, u=unit: LINALG.solve_triangular(a, b, trans, lower=i, unit_diagonal=u), a, b)


@dtypes
@sides
def test_banded(side, dtype):
    """General and Hermitian."""
    shape = (5, *side[1:])
    ab = normal(4, 5, dtype=dtype)
    ab[1] += 6
    agrees(lambda ab, b: LINALG.solve_banded((2, 1), ab, b), ab, normal(*shape, dtype=dtype))
    diagonal, other = np.full(5, 6.0, np.float32 if dtype == np.float32 else float), normal(5, dtype=dtype)
    b = normal(*shape, dtype=dtype)
    agrees(lambda d, o, b: LINALG.solveh_banded(np.stack([o, d + 0 * o]), b), diagonal, other, b, bits=False)
    lower = lambda d, o, b: LINALG.solveh_banded(np.stack([d + 0 * o, o]), b, lower=True)  # noqa: E731
    agrees(lower, diagonal, other, b, bits=False)


@dtypes
def test_inverse_and_determinant(dtype):
    """Also at a singular matrix."""
    agrees(lambda a: LINALG.inv(a), regular(3, 3, dtype=dtype))
    agrees(lambda a: LINALG.det(a), regular(3, 3, dtype=dtype))
    np.testing.assert_allclose(wg.grad(lambda a: LINALG.det(a))(np.ones((2, 2))), [[1, -1], [-1, 1]], atol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES[:2])
def test_sylvester(dtype):
    """And Lyapunov."""
    a, b, q = regular(3, 3, dtype=dtype), regular(2, 2, dtype=dtype), normal(3, 2, dtype=dtype)
    agrees(lambda a, b, q: LINALG.solve_sylvester(a, b, q), a, b, q)
    agrees(lambda a, q: LINALG.solve_continuous_lyapunov(a, q), a, normal(3, 3, dtype=dtype), bits=False)


# -- factorizations ----------------------------------------------------------------------------------------------------


@dtypes
@sides
@pytest.mark.parametrize("lower", [False, True])
def test_cholesky(lower, side, dtype):
    """The factor, and solving with it."""
    a, b = positive(dtype), normal(*side, dtype=dtype)
    agrees(lambda a: LINALG.cholesky(hermitian(a), lower=lower), a)
    agrees(lambda a: LINALG.cho_factor(hermitian(a), lower=lower)[0], a)
    agrees(lambda a, b: LINALG.cho_solve(LINALG.cho_factor(hermitian(a), lower), b), a, b, bits=False)


@dtypes
@shapes
def test_lu(shape, dtype):
    """In all its forms; the permutation is that of SciPy."""
    a = normal(*shape, dtype=dtype) + 2 * np.eye(*shape, dtype=dtype)[::-1]
    agrees(lambda a: LINALG.lu_factor(a)[0], a)
    agrees(lambda a: LINALG.lu(a)[1:], a)
    agrees(lambda a: LINALG.lu(a, permute_l=True), a)
    for options in ({}, {"p_indices": True}):
        found = wg.vjp(lambda a, o=options: LINALG.lu(a, **o)[0], a)[0]
        expected = LINALG.lu(a, **options)[0]
        np.testing.assert_array_equal(found, expected)
        assert np.asarray(found).dtype.kind == np.asarray(expected).dtype.kind


@dtypes
@sides
@pytest.mark.parametrize("trans", [0, 1, 2])
def test_lu_solve(trans, side, dtype):
    """With rows exchanged."""
    a, b = regular(3, 3, dtype=dtype)[[1, 2, 0]], normal(*side, dtype=dtype)
    agrees(lambda a, b: LINALG.lu_solve(LINALG.lu_factor(a), b, trans), a, b, bits=False)


def test_lu_factor_gives_pivots():
    """Integers that a program may count with."""
    a = regular(3, 3)[[1, 2, 0]]

    def log_determinant(a):
        packed, pivots = LINALG.lu_factor(a)
        sign = (-1) ** sum(int(p) != i for i, p in enumerate(pivots))
        return sign * np.prod(np.diag(packed))

    agrees(log_determinant, a, bits=False)
    np.testing.assert_allclose(wg.grad(log_determinant)(a), wg.grad(np.linalg.det)(a))


@pytest.mark.parametrize("dtype", DTYPES[:2])
@shapes
def test_orthogonal(shape, dtype):
    """QR, singular values, the pseudoinverse, least squares."""
    a, b = normal(*shape, dtype=dtype) + 2 * np.eye(*shape), normal(shape[0], 2, dtype=dtype)
    agrees(lambda a: LINALG.qr(a, mode="economic"), a)
    agrees(lambda a: LINALG.qr(a, mode="r")[0], a)
    agrees(lambda a: LINALG.qr(a)[1], a)
    agrees(lambda a: LINALG.svd(a, full_matrices=False), a)
    agrees(lambda a: LINALG.svd(a)[1], a)
    agrees(lambda a: LINALG.svd(a, compute_uv=False), a)
    agrees(lambda a: LINALG.svdvals(a), a)
    agrees(lambda a: LINALG.pinv(a), a)
    agrees(lambda a: LINALG.pinv(a, rtol=1e-3), a)
    agrees(lambda a, b: LINALG.lstsq(a, b)[0], a, b)
    agrees(lambda a, b: LINALG.lstsq(a, b, cond=1e-5)[3], a, b)
    if shape == (4, 2):
        agrees(lambda a, b: LINALG.lstsq(a, b)[1], a, b)


@pytest.mark.parametrize("dtype", DTYPES[:2])
@pytest.mark.parametrize("lower", [True, False])
def test_eigenvalues(lower, dtype):
    """Of Hermitian matrices, whose vectors come with any sign, and of others."""
    a = positive(dtype) + np.diag([0, 3, 6])

    def vectors(a):
        w, v = LINALG.eigh(hermitian(a), lower=lower)
        return w, v * np.conj(v[:1])

    agrees(vectors, a)
    agrees(lambda a: LINALG.eigvalsh(hermitian(a), lower=lower), a)
    agrees(lambda a: LINALG.eigh(hermitian(a), eigvals_only=True, lower=lower), a)
    other = normal(3, 3, dtype=dtype) + np.diag([0, 4, 8])
    agrees(lambda a: LINALG.eig(a), other)
    agrees(lambda a: LINALG.eigvals(a), other)
    agrees(lambda a: LINALG.eig(a, right=False), other)


@pytest.mark.parametrize("order", [None, 2, "fro", 1, np.inf, "nuc"])
def test_norms(order):
    """Those of np.linalg."""
    agrees(lambda a: LINALG.norm(a, order), regular(3, 2), bits=False)
    if order != "fro" and order != "nuc":
        agrees(lambda a: LINALG.norm(a, order, axis=0, keepdims=True), regular(3, 2), bits=False)
        agrees(lambda a: LINALG.norm(a[0], order), regular(3, 2), bits=False)


# -- functions of matrices and special matrices ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES[:2])
@pytest.mark.parametrize("name", ["expm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm", "logm", "sqrtm"])
def test_functions_of_matrices(name, dtype):
    """Near the unit matrix, and at a defective one."""
    f = getattr(LINALG, name)
    agrees(lambda a: f(a), np.eye(3) + normal(3, 3, dtype=dtype) / 4)
    agrees(lambda a: f(a), np.array([[1.0, 1.0], [0.0, 1.0]], dtype))


def test_functions_that_become_complex():
    """The root and the logarithm of a real matrix with a negative eigenvalue."""
    agrees(lambda a: LINALG.sqrtm(a), np.diag([-1.0, 2.0]))
    agrees(lambda a: LINALG.logm(a), np.diag([-1.0, 2.0]))


def test_expm_at_zero_and_at_third_order():
    """d³/dt³ exp(t A) = A³ exp(t A)."""
    np.testing.assert_array_equal(wg.grad(lambda a: np.sum(LINALG.expm(a)))(np.zeros((2, 2))), np.ones((2, 2)))
    a = normal(3, 3)
    third = wg.grad(wg.grad(wg.grad(lambda t: np.sum(LINALG.expm(t * a)))))(0.3)
    np.testing.assert_allclose(third, np.sum(a @ a @ a @ scipy.linalg.expm(0.3 * a)), rtol=1e-12)


@dtypes
def test_special_matrices(dtype):
    """Made from vectors and from blocks."""
    c, r, a = normal(3, dtype=dtype), normal(4, dtype=dtype), normal(2, 3, dtype=dtype)
    agrees(lambda c: LINALG.toeplitz(c), c)
    agrees(lambda c, r: LINALG.toeplitz(c, r), c, r)
    agrees(lambda c: LINALG.hankel(c), c)
    agrees(lambda c, r: LINALG.hankel(c, r), c, r)
    agrees(lambda c: LINALG.circulant(c), c)
    agrees(lambda a, c: LINALG.block_diag(a, c, [[1.0]]), a, c)
    agrees(lambda c: LINALG.block_diag(c[0], [[]], c), c)
    agrees(lambda c: LINALG.block_diag(*[c[i] for i in range(3)]), c)


# -- the table ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda a: LINALG.qr(a, pivoting=True), "pivoting"),
        (lambda a: LINALG.qr(a, mode="raw"), "raw"),
        (lambda a: LINALG.eigh(a, np.eye(2)), "b="),
        (lambda a: LINALG.eigh(a, subset_by_index=[0, 1]), "subset_by_index"),
        (lambda a: LINALG.eig(a, left=True), "left"),
        (lambda a: LINALG.svd(a, lapack_driver="gesvd"), "lapack_driver"),
        (lambda a: LINALG.pinv(a, return_rank=True), "return_rank"),
        (lambda a: LINALG.solve(np.stack([a, a]), np.ones((2, 2))), "stacks"),
        (lambda a: LINALG.toeplitz(a), "toeplitz"),
        (lambda a: LINALG.schur(a), "schur"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_refused(f, what):
    """By name, never ignored."""
    with pytest.raises(UnsupportedError, match=what):
        wg.grad(lambda a: np.sum(f(a)[0]))(np.eye(2))


def test_keywords_are_scipys():
    """Every keyword here has SciPy's name and default."""
    for name, meaning in SCIPY_LINALG.items():
        original = getattr(LINALG, name, None)
        if original is None:
            continue
        theirs = inspect.signature(original).parameters
        for key, parameter in inspect.signature(meaning).parameters.items():
            if name == "kron" or key not in theirs:
                continue
            default = theirs[key].default
            assert parameter.default in (default, inspect.Parameter.empty) or repr(default).startswith("<"), (name, key)


def test_plain_arguments_are_not_overwritten():
    """A plain call inside a differentiated function: the memory may be held by a recorded line."""

    def f(x):
        a = np.array([[4.0, 1.0], [1.0, 3.0]]) * 1.0
        y = a @ x
        factor = LINALG.cho_factor(a, overwrite_a=True)
        return np.sum(LINALG.cho_solve(factor, y, overwrite_b=True) ** 2)

    np.testing.assert_allclose(wg.grad(f)(np.array([1.0, 2.0])), [2.0, 4.0], rtol=1e-12)


def test_it_is_not_imported():
    """`import wengert` does not wait for scipy.linalg."""
    code = "import sys, wengert; sys.exit('scipy.linalg' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_vmap_and_jacobian():
    """Right-hand sides of one matrix become its columns."""
    a, b = regular(3, 3), normal(4, 3)
    np.testing.assert_allclose(
        wg.vmap(lambda b: LINALG.solve_triangular(a, b, lower=True))(b),
        np.stack([scipy.linalg.solve_triangular(a, x, lower=True) for x in b]),
    )
    np.testing.assert_allclose(wg.jacobian(lambda b: LINALG.solve(a, b))(b[0]), np.linalg.inv(a), atol=1e-14)
    np.testing.assert_allclose(wg.vmap(lambda t: LINALG.expm(t * a))(b[0])[1], scipy.linalg.expm(b[0, 1] * a))
