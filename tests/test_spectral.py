"""np.linalg's decompositions: NumPy's values, derivatives against differences, limits where eigenvalues coincide."""

import numpy as np
import pytest
import scipy.linalg

import wengert as wg
from tests.differences import check
from wengert.errors import UnsupportedError

RNG = np.random.default_rng(12)
DTYPES = [np.float64, np.complex128]
SHAPES = [(3, 3), (4, 2), (2, 4), (1, 1), (2, 3, 2), (2, 2, 3)]
dtypes = pytest.mark.parametrize("dtype", DTYPES)


def normal(*shape, dtype=np.float64):
    """A random array."""
    x = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if dtype == np.complex128 else x.astype(dtype)


def regular(*shape, dtype=np.float64):
    """Matrices far from singular ones."""
    return normal(*shape, dtype=dtype) + 3 * np.eye(*shape[-2:], dtype=dtype)


def adjoint(x):
    """The conjugate transpose of each matrix."""
    return np.conj(np.swapaxes(x, -1, -2))


def tupled(f):
    """The function with plain tuples for its results."""

    def function(*xs):
        out = f(*xs)
        return tuple(out) if isinstance(out, tuple) else out

    return function


# -- apart from equal values -------------------------------------------------------------------------------------------


@dtypes
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (1, 1), (0, 2, 2)], ids=str)
@pytest.mark.parametrize("uplo", ["L", "U"])
def test_hermitian(shape, uplo, dtype):
    """Eigenvalues and eigenvectors, whose phase is LAPACK's."""
    a = normal(*shape, dtype=dtype) + np.diag(3.0 * np.arange(shape[-1]))
    check(tupled(lambda a: np.linalg.eigh(a + adjoint(a), uplo)), a)
    check(lambda a: np.linalg.eigvalsh(a + adjoint(a), UPLO=uplo), a)


def test_hermitian_in_single_precision():
    """The dtype stays."""
    a = (normal(3, 3) + np.diag([0, 3, 6])).astype(np.float32)
    check(lambda a: np.linalg.eigvalsh(a + a.T), a)


@pytest.mark.parametrize("lower", [True, False])
def test_one_triangle_is_read(lower):
    """Of a matrix whose triangles differ, the derivative is that of what is read; of one whose agree, of both."""
    uplo = "L" if lower else "U"
    a = normal(3, 3) + np.diag([1.0, 5.0, 9.0])
    triangle = np.tril(a) if lower else np.triu(a)
    for matrix in (a, triangle):
        check(lambda a: np.linalg.eigvalsh(a, uplo), matrix)
        check(tupled(lambda a: np.linalg.eigh(a, uplo)), matrix)
    symmetric = a + a.T
    found = wg.grad(lambda a: np.linalg.eigvalsh(a, uplo)[0])(symmetric)
    np.testing.assert_allclose(found, found.T, rtol=1e-12)
    check(lambda a: np.linalg.cholesky(a, upper=not lower), triangle @ np.eye(3) + 20 * np.eye(3))


@dtypes
@pytest.mark.parametrize("shape", [(3, 3), (2, 5, 5), (1, 1)], ids=str)
def test_any_matrix(shape, dtype):
    """Real and complex eigenvalues of matrices without symmetry."""
    a = normal(*shape, dtype=dtype) / 2 + np.diag(4.0 * np.arange(shape[-1]))
    a[..., :2, :2] += np.array([[0.0, 9.0], [-5.0, 0.0]])[: shape[-1], : shape[-1]]
    check(tupled(np.linalg.eig), a)
    check(np.linalg.eigvals, a)


def test_real_eigenvalues_are_real():
    """NumPy's dtypes: real numbers where all eigenvalues are real, complex ones where one is not."""
    for a in (np.array([[2.0, 1.0], [0.5, 3.0]]), np.array([[0.0, 1.0], [-1.0, 0.0]])):
        for f in (np.linalg.eigvals, lambda a: np.linalg.eig(a)[1]):
            assert wg.vjp(f, a)[0].dtype == f(a).dtype


def test_eigvals_in_another_order_than_eig():
    """Each eigenvalue gets the derivative of its own."""
    for _ in range(20):
        check(np.linalg.eigvals, 4 * orthogonal(6) + normal(6, 6) / 4, second=False)


@dtypes
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_singular_values(shape, dtype):
    """Tall and wide matrices; of vectors that are not determined, the space they span."""
    a = normal(*shape, dtype=dtype)
    check(tupled(lambda a: np.linalg.svd(a, full_matrices=False)), a)
    check(lambda a: np.linalg.svd(a, compute_uv=False), a)
    check(np.linalg.svdvals, a)
    k = min(shape[-2:])

    def projectors(a):
        u, s, vh = np.linalg.svd(a)
        u, v = u[..., k:], adjoint(vh[..., k:, :])
        return u @ adjoint(u), s, v @ adjoint(v)

    check(projectors, a, bits=False)


@dtypes
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_qr(shape, dtype):
    """Reduced, only R, and complete."""
    a = normal(*shape, dtype=dtype)
    check(tupled(np.linalg.qr), a)
    check(lambda a: np.linalg.qr(a, mode="r"), a)

    def complete(a):
        q, r = np.linalg.qr(a, mode="complete")
        rest = q[..., shape[-1] :]
        return q[..., : shape[-1]], rest @ adjoint(rest), r

    check(complete, a, bits=False)


@dtypes
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pinv(shape, dtype):
    """With its cutoffs."""
    a = regular(*shape, dtype=dtype)
    check(np.linalg.pinv, a)
    check(lambda a: np.linalg.pinv(a, 1e-3), a)
    check(lambda a: np.linalg.pinv(a, rtol=1e-3), a)
    square = regular(3, 3, dtype=dtype)
    check(lambda a: np.linalg.pinv(a + adjoint(a) + 5 * np.eye(3), hermitian=True), square)


def test_pinv_at_constant_rank():
    """A matrix of rank 2 stays one along x yᵀ."""
    check(lambda x, y: np.linalg.pinv(x @ y.T, rcond=1e-10), normal(4, 2), normal(3, 2))


@dtypes
@pytest.mark.parametrize("shapes", [((4, 2), (4,)), ((4, 2), (4, 3)), ((3, 3), (3,)), ((2, 4), (2, 3))], ids=str)
def test_lstsq(shapes, dtype):
    """The solution, the residuals, the rank and the singular values."""
    a, b = (normal(*shape, dtype=dtype) for shape in shapes)
    check(lambda a, b: np.linalg.lstsq(a, b)[0], a, b)
    check(lambda a, b: np.linalg.lstsq(a, b, rcond=1e-3)[0], a, b)
    check(lambda a, b: np.linalg.lstsq(a, b, rcond=-1)[3], a, b)
    if shapes[0] == (4, 2):
        check(lambda a, b: np.linalg.lstsq(a, b)[1], a, b)
    assert wg.jvp(lambda a: np.linalg.lstsq(a, b)[0] * np.linalg.lstsq(a, b)[2], (a,), (a,))[0].shape[0] == len(a[0])


@dtypes
def test_what_is_made_of_them(dtype):
    """Norms, condition numbers, tensors as matrices."""
    for p in (2, -2, "nuc"):
        check(lambda x, p=p: np.linalg.norm(x, p), regular(4, 3, dtype=dtype))
        check(lambda x, p=p: np.linalg.norm(x, p, axis=(0, 2), keepdims=True), regular(4, 3, 2, dtype=dtype))
        check(lambda x, p=p: np.linalg.matrix_norm(x, ord=p), regular(2, 4, 3, dtype=dtype))
    for p in (None, 2, -2, 1, np.inf, "fro"):
        check(lambda x, p=p: np.linalg.cond(x, p), regular(3, 3, dtype=dtype), bits=False)
    square, b = regular(6, 6, dtype=dtype), normal(2, 3, dtype=dtype)
    check(np.linalg.tensorinv, square.reshape(2, 3, 3, 2))
    check(lambda a: np.linalg.tensorinv(a, ind=1), regular(4, 4, dtype=dtype).reshape(4, 2, 2))
    check(np.linalg.tensorsolve, square.reshape(2, 3, 3, 2), b)
    check(lambda a, b: np.linalg.tensorsolve(a, b, axes=(0,)), square.reshape(6, 2, 3), b)


def test_matrix_rank():
    """A number without derivative."""
    a = np.diag([1.0, 2.0, 0.0])
    np.testing.assert_array_equal(wg.grad(lambda a: np.linalg.matrix_rank(a) * np.sum(a))(a), np.full((3, 3), 2.0))


@pytest.mark.parametrize(
    "f",
    [lambda a: np.linalg.svd(a, hermitian=True), lambda a: np.linalg.qr(a, mode="raw")],
)
def test_refused(f):
    """With the way out."""
    with pytest.raises(UnsupportedError, match=r"np\.linalg"):
        wg.grad(lambda a: np.sum(f(a)[0]))(np.eye(2))


def test_vmap():
    """A stack of matrices is one call, eigenvalues of real matrices one by one."""
    a = normal(4, 3, 3)
    for f in (np.linalg.eigvalsh, np.linalg.svdvals, np.linalg.eigvals, lambda a: np.linalg.qr(a)[1]):
        np.testing.assert_allclose(wg.vmap(f)(a), np.stack([f(x) for x in a]), rtol=1e-12)


# -- equal values ------------------------------------------------------------------------------------------------------


def spectral(f, how=0):
    """`V f(w) Vᴴ`, written in several ways."""

    def function(a):
        w, v = np.linalg.eigh(a)
        if how == 0:
            return (v * f(w)) @ adjoint(v)
        if how == 1:
            return v @ np.diag(f(w)) @ adjoint(v)
        if how == 2:
            return v @ (f(w)[:, None] * adjoint(v))
        return np.einsum("ij,j,kj->ik", v, f(w), np.conj(v))

    return function


def hermitian(x):
    """The Hermitian part."""
    return (x + adjoint(x)) / 2


def orthogonal(n, dtype=np.float64):
    """A random orthogonal or unitary matrix."""
    return np.linalg.qr(normal(n, n, dtype=dtype))[0]


def with_eigenvalues(*values, dtype=np.float64):
    """A Hermitian matrix, whose equal eigenvalues are computed with rounding."""
    q = orthogonal(len(values), dtype)
    return hermitian(q @ np.diag(values) @ adjoint(q))


def agree(f, g, a, orders=2, tolerance=1e-11, part=lambda x: x):
    """Assert that two real functions have the same derivatives at a point, whatever the modes."""
    vs = [part(normal(*a.shape, dtype=a.dtype.type)) for _ in range(orders)]
    for modes in ("f", "r", "ff", "fr", "rf", "fff", "frf")[: (2, 5, 7)[orders - 1]]:
        left, right = f, g
        for mode, v in zip(modes, vs, strict=False):
            left, right = along(left, mode, v), along(right, mode, v)
        x, y = left(a), right(a)
        assert abs(x - y) <= tolerance * max(1, abs(y)), (modes, x, y)


def along(f, mode, v):
    """The derivative of a function along a direction, forward or reverse."""
    if mode == "f":
        return lambda a: wg.jvp(f, (a,), (v,))[1]
    return lambda a: np.sum(np.real(np.conj(v) * wg.grad(f)(a)))


MATRICES = {
    "one": np.eye(3),
    "three": 3 * np.eye(2),
    "rounded": with_eigenvalues(1, 1, 2),
    "two pairs": with_eigenvalues(1, 2, 1, 2),
    "complex": with_eigenvalues(1, 1, 2, dtype=np.complex128),
    "nearly": np.diag([1.0, 1.0 + 4e-16, 2.0]),
}
FUNCTIONS = {
    "exp": (np.exp, scipy.linalg.expm),
    "square": (np.square, lambda a: a @ a),
    "inverse": (lambda w: 1 / (w + 0.5), lambda a: np.linalg.inv(a + 0.5 * np.eye(len(a)))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("matrix", MATRICES)
def test_functions_of_matrices_with_equal_eigenvalues(matrix, name):
    """Divided differences, to second order."""
    a = MATRICES[matrix]
    of_values, of_matrix = FUNCTIONS[name]
    weights = normal(*a.shape)
    expected = lambda a: np.sum(np.real(of_matrix(hermitian(a))) * weights)  # noqa: E731
    for how in range(4):
        f = spectral(of_values, how)
        agree(lambda a, f=f: np.sum(np.real(f(a)) * weights), expected, a, part=hermitian, orders=1 + (how == 0))
    agree(
        lambda a: np.sum(of_values(np.linalg.eigvalsh(a))), lambda a: np.real(np.trace(of_matrix(hermitian(a)))), a,
        part=hermitian,
    )  # fmt: skip


def test_third_order():
    """Each division by a gap takes a term away; there are enough for three."""
    weights, a = normal(3, 3), np.diag([1.0, 1.0, 2.0])
    f = spectral(np.exp)
    agree(
        lambda a: np.sum(f(a) * weights), lambda a: np.sum(scipy.linalg.expm(hermitian(a)) * weights), a, orders=3,
        part=hermitian,
    )  # fmt: skip


def test_quadratic_form():
    """A Gaussian log-likelihood through the spectrum of a covariance of rank 1 with noise."""
    y = normal(3)

    def by_spectrum(a):
        w, v = np.linalg.eigh(a)
        return np.sum((v.T @ y) ** 2 / (w + 0.1)) + np.sum(np.log(w + 0.1))

    def by_solve(a):
        noisy = hermitian(a) + 0.1 * np.eye(3)
        return y @ np.linalg.solve(noisy, y) + np.linalg.slogdet(noisy)[1]

    agree(by_spectrum, by_solve, np.ones((3, 3)), part=hermitian)


def test_two_decompositions_in_a_row():
    """The second one's matrix depends on the first one's equal eigenvalues."""
    weights = normal(3, 3)
    f, g = spectral(np.exp), spectral(np.square)
    expected = lambda a: np.sum(scipy.linalg.expm(2 * hermitian(a)) * weights)  # noqa: E731
    agree(lambda a: np.sum(g(f(a)) * weights), expected, np.diag([1.0, 1.0, 2.0]), part=hermitian, orders=1)


def test_without_symmetry():
    """A diagonalizable matrix with equal eigenvalues."""
    weights, a = normal(3, 3), 2 * np.eye(3)

    def f(a):
        w, v = np.linalg.eig(a)
        return np.sum(np.real(v @ np.diag(np.exp(w)) @ np.linalg.inv(v)) * weights)

    agree(f, lambda a: np.sum(scipy.linalg.expm(a) * weights), a)


def svd_function(f):
    """`U f(s) Vᴴ`."""

    def function(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return (u * f(s)) @ vh

    return function


@pytest.mark.parametrize(
    ("shape", "values", "dtype"),
    [
        *(((m, n), s, np.float64) for m, n in ((3, 3), (5, 2), (3, 4)) for s in ((2, 1, 1), (1, 1, 1), (2, 0, 0))),
        ((3, 3), (0, 0, 0), np.float64),
        *(((4, 3), s, np.complex128) for s in ((2, 1, 1), (2, 0, 0))),
    ],
    ids=str,
)
def test_equal_singular_values(shape, values, dtype):
    """Equal ones, and zeros: polynomials, the pseudoinverse, the polar factor."""
    k = min(shape)
    a = (orthogonal(shape[0], dtype)[:, :k] * np.array(values[:k], float)) @ adjoint(orthogonal(shape[1], dtype)[:, :k])
    weights = normal(*shape)
    real = lambda f: lambda a: np.sum(np.real(f(a)) * weights)  # noqa: E731
    agree(real(svd_function(lambda s: s)), real(lambda a: a), a)
    agree(real(svd_function(lambda s: s**3)), real(lambda a: a @ adjoint(a) @ a), a)
    agree(lambda a: np.sum(np.linalg.svdvals(a) ** 4), lambda a: np.sum(np.abs(adjoint(a) @ a) ** 2), a)
    if values[1]:
        agree(real(svd_function(lambda s: 1 / s)), real(lambda a: adjoint(np.linalg.pinv(a))), a)
        if shape[0] >= shape[1]:
            polar = lambda a: a @ np.linalg.inv(spectral(np.sqrt)(adjoint(a) @ a))  # noqa: E731
            agree(real(svd_function(lambda s: s**0)), real(polar), a, orders=1)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.linalg.eigh(a)[1],
        lambda a: np.linalg.eig(a)[1],
        lambda a: np.linalg.svd(a)[0],
        lambda a: np.linalg.svd(a[:, :1])[0],
        lambda a: np.linalg.qr(a[:, :1], mode="complete")[0],
    ],
)
def test_what_depends_on_the_basis_has_no_derivative(f):
    """Never a number for what nothing determines."""
    weights, a = normal(3, 3), np.eye(3)
    assert np.isnan(wg.grad(lambda a: np.sum(f(a) * weights))(a)).any()
    assert np.isnan(wg.jvp(lambda a: np.sum(f(a) * weights), (a,), (normal(3, 3),))[1])


def test_parts_that_are_determined():
    """The eigenvector of a simple eigenvalue next to a double one; thin parts of a full decomposition."""
    weights = normal(3)
    a = np.diag([1.0, 1.0, 2.0])
    np.testing.assert_allclose(
        wg.grad(lambda a: np.sum(np.linalg.eigh(a)[1][:, 2] * weights))(a),
        hermitian(np.outer([weights[0], weights[1], 0], [0, 0, 1.0])) * np.sign(np.linalg.eigh(a)[1][2, 2]),
        atol=1e-14,
    )
    tall = normal(5, 2)
    check(lambda a: np.linalg.svd(a)[0][:, :2], tall, bits=False)


def test_values_are_numpys():
    """To the last bit, and no stand-ins come out of any call."""
    a = np.eye(3)
    for f in (np.linalg.eigh, np.linalg.eigvalsh, lambda a: np.linalg.svd(a)):
        plain = f(a)
        for found in (wg.vjp(f, a)[0], wg.jvp(f, (a,), (a,))[0], wg.linearize(f, a)[0], wg.vmap(f)(a[None])):
            for x, y in zip(found, plain, strict=True) if isinstance(plain, tuple) else [(found, plain)]:
                assert type(x) is np.ndarray
                np.testing.assert_array_equal(np.reshape(x, np.shape(y)), y)
    value, slope = wg.value_and_grad(lambda a: np.linalg.eigvalsh(a)[0] ** 2)(a)
    assert type(value) is np.float64
    assert type(slope) is np.ndarray
    both = wg.vmap(wg.grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2)))(np.stack([a, 2 * a]))
    np.testing.assert_allclose(both, np.stack([2 * a, 4 * a]), atol=1e-14)


def test_conditions_and_writes_see_numpys_values():
    """A program that branches on equal eigenvalues, sorts them and writes them into an array."""

    def f(a):
        w, v = np.linalg.eigh(a)
        order = np.argsort(-w)
        w, v = w[order], v[:, order]
        out = np.zeros(3)
        for i in range(3):
            out[i] = w[i] ** 2 if w[i] > 0.5 else 0.0
        return np.sum((v * out) @ v.T * WEIGHTS)

    found = wg.grad(f)(np.diag([1.0, 1.0, 2.0]))
    square = lambda a: np.sum(hermitian(a) @ hermitian(a) * WEIGHTS)  # noqa: E731
    np.testing.assert_allclose(found, wg.grad(square)(np.diag([1.0, 1.0, 2.0])), rtol=1e-12)


WEIGHTS = normal(3, 3)


def test_subgradients():
    """Conventions at ties and zeros."""
    np.testing.assert_allclose(wg.grad(lambda a: np.linalg.norm(a, "nuc"))(np.diag([1.0, 0.0])), np.eye(2), atol=1e-15)
    np.testing.assert_allclose(wg.grad(lambda a: np.linalg.norm(a, 2))(np.eye(2)), np.eye(2) / 2, atol=1e-15)
