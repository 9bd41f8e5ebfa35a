"""np.linalg: values of NumPy's, derivatives against central differences and at singular points."""

import math

import numpy as np
import pytest

import wengert as wg
from tests.differences import check, draw

RNG = np.random.default_rng(11)
DTYPES = [np.float64, np.complex128, np.float32]


def normal(*shape, dtype=np.float64):
    """A random array."""
    x = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if dtype == np.complex128 else x.astype(dtype)


def spaced(*shape, dtype=np.float64):
    """Numbers whose sizes are away from 0 and from each other, so that no maximum changes nearby."""
    size = 1 + RNG.permutation(math.prod(shape)).reshape(shape) ** 1.5 / 4
    if dtype == np.complex128:
        return size * np.exp(1j * RNG.uniform(0, 6, shape))
    return (size * RNG.choice([-1, 1], shape)).astype(dtype)


def regular(*shape, dtype=np.float64):
    """Matrices far from singular ones."""
    return normal(*shape, dtype=dtype) + 3 * np.eye(shape[-1], dtype=dtype)


def adjoint(x):
    """The conjugate transpose of each matrix."""
    return np.conj(np.swapaxes(x, -1, -2))


def positive(*shape, dtype=np.float64):
    """Hermitian positive definite matrices."""
    x = normal(*shape, dtype=dtype)
    return x @ adjoint(x) + np.eye(shape[-1], dtype=dtype)


def hermitian(rng, like):
    """A Hermitian direction."""
    v = draw(rng, like)
    return (v + adjoint(v)) / 2


SOLVE = [
    ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 2)),
    ((2, 3, 3), (2, 3, 1)),
    ((4, 1, 2, 2), (3, 2, 1)), ((0, 2, 2), (2,)), ((1, 1), (1,)), ((3, 3), (3, 0)),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shapes", SOLVE, ids=str)
def test_solve(shapes, dtype):
    """Right-hand sides that are vectors, matrices and stacks."""
    a, b = regular(*shapes[0], dtype=dtype), normal(*shapes[1], dtype=dtype)
    check(np.linalg.solve, a, b)
    check(lambda b: np.linalg.solve(a, b), b)
    check(lambda a: np.linalg.solve(a, b), a)


def test_solve_at_third_order():
    """d³/dt³ 1 / (1 + t), by reverse over reverse over forward."""

    def f(t):
        return np.linalg.solve(np.eye(2) * (1 + t), np.ones(2))[0]

    def slope(t):
        return wg.jvp(f, (t,), (1.0,))[1]

    assert np.isclose(wg.grad(wg.grad(slope))(0.5), -6 / 1.5**4)
    assert np.isclose(wg.grad(wg.grad(wg.grad(f)))(0.5), -6 / 1.5**4)


def test_singular_matrices_raise():
    """What NumPy raises."""
    for function in (np.linalg.inv, lambda a: np.linalg.solve(a, np.ones(2)), np.linalg.cholesky):
        with pytest.raises(np.linalg.LinAlgError):
            wg.grad(lambda a, f=function: np.sum(f(a)))(np.zeros((2, 2)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (1, 1), (0, 2, 2)], ids=str)
def test_inverse_and_determinants(shape, dtype):
    """inv, det, slogdet."""
    a = regular(*shape, dtype=dtype)
    check(np.linalg.inv, a)
    check(np.linalg.det, a)
    check(lambda a: tuple(np.linalg.slogdet(a)), a)
    check(lambda a: np.linalg.slogdet(a).logabsdet, a, second=False)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (1, 1), (0, 2, 2)], ids=str)
def test_cholesky(shape, upper, dtype):
    """Along Hermitian directions, both triangles sharing the derivative."""
    a = positive(*shape, dtype=dtype)
    check(lambda a: np.linalg.cholesky(a, upper=upper), a, direction=hermitian)
    ct = wg.vjp(lambda a: np.linalg.cholesky(a, upper=upper), a)[1](np.ones_like(a))[0]
    np.testing.assert_allclose(ct, adjoint(ct))
    x = normal(*shape, dtype=dtype)
    check(lambda x: np.linalg.cholesky(x @ adjoint(x) + np.eye(shape[-1]), upper=upper), x)


def test_cholesky_takes_the_triangle_of_numpy():
    """The other triangle is not read: values are NumPy's."""
    a = positive(3, 3)
    for upper in (False, True):
        junk = a + 9 * (np.tril(np.ones((3, 3)), -1) if upper else np.triu(np.ones((3, 3)), 1))
        value, _ = wg.vjp(lambda a, upper=upper: np.linalg.cholesky(a, upper=upper), junk)
        np.testing.assert_array_equal(value, np.linalg.cholesky(junk, upper=upper))


# -- determinants of singular matrices ---------------------------------------------------------------------------------


def of_rank(rank, n, dtype=np.float64):
    """A matrix of this rank."""
    return normal(n, rank, dtype=dtype) @ normal(rank, n, dtype=dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize(("rank", "n"), [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (2, 4), (3, 4), (5, 6)])
def test_det_of_singular_matrices(rank, n, dtype):
    """The determinant is a polynomial: its first and second derivatives exist at any rank."""
    check(np.linalg.det, of_rank(rank, n, dtype=dtype), bits=False)


def test_det_in_a_stack_with_singular_ones():
    """Each matrix of a stack for itself."""
    check(np.linalg.det, np.stack([np.eye(3), np.zeros((3, 3)), of_rank(2, 3)]))


def test_det_at_exact_points():
    """Cofactors of integers, and the Hessian of ad - bc."""
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(wg.grad(np.linalg.det)(singular), [[4, -2], [-2, 1]], atol=1e-14)
    np.testing.assert_allclose(wg.grad(np.linalg.det)(np.zeros((2, 2))), np.zeros((2, 2)), atol=0)

    def along(v):
        return wg.grad(lambda a: wg.jvp(np.linalg.det, (a,), (v,))[1])(np.zeros((2, 2)))

    np.testing.assert_allclose(along(np.array([[1.0, 0.0], [0.0, 0.0]])), [[0, 0], [0, 1]], atol=1e-15)
    np.testing.assert_allclose(along(np.array([[0.0, 1.0], [0.0, 0.0]])), [[0, 0], [-1, 0]], atol=1e-15)


def test_det_at_third_order():
    """det(t I) = t³ in three dimensions."""

    def f(t):
        return np.linalg.det(t * np.eye(3) + t**2 * np.ones((3, 3)))  # t³ + 3 t⁴

    third = wg.grad(wg.grad(wg.grad(f)))
    assert np.isclose(third(0.7), 6 + 72 * 0.7)


def test_slogdet_of_a_singular_matrix():
    """The limit of a⁻ᵀ: infinite."""
    gradient = wg.grad(lambda a: np.linalg.slogdet(a)[1])(np.array([[1.0, 2.0], [2.0, 4.0]]))
    np.testing.assert_array_equal(gradient, [[np.inf, -np.inf], [-np.inf, np.inf]])


# -- chains and powers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3), (3, 4)), ((2, 3), (3, 4), (4, 2)), ((5, 2), (2, 7), (7, 3)), ((3,), (3, 4), (4, 2)),
        ((2, 3), (3, 4), (4,)),
        ((3,), (3, 4), (4,)), ((4, 9), (9, 2), (2, 8), (8, 3)), ((3,), (3, 2), (2, 5), (5, 2), (2,)),
    ],
    ids=str,
)  # fmt: skip
def test_multi_dot(shapes):
    """In NumPy's order, so that values agree to the last bit."""
    check(lambda *xs: np.linalg.multi_dot(xs), *(normal(*shape) for shape in shapes))


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 3, 5, 6])
def test_matrix_power(n):
    """Positive and negative powers, and no power at all."""
    check(lambda a: np.linalg.matrix_power(a, n) + 0 * a, regular(2, 3, 3))


def test_matrix_power_errors():
    """What NumPy raises."""
    with pytest.raises(TypeError):
        wg.grad(lambda a: np.sum(np.linalg.matrix_power(a, 1.5)))(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError):
        wg.grad(lambda a: np.sum(np.linalg.matrix_power(a, 2)))(np.ones((2, 3)))


# -- norms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", [None, 2, 1, np.inf, -np.inf, 0, 3, 2.5, -1])
def test_vector_norms(order, dtype):
    """Of vectors, and along an axis."""
    bits = order not in (3, 2.5)  # NumPy takes the root of one number by another routine than that of an array
    check(lambda x: np.linalg.norm(x, order), spaced(4, dtype=dtype), bits=bits)
    for axis, keepdims in ((0, False), (-1, True), ((1,), False)):
        check(lambda x, a=axis, k=keepdims: np.linalg.norm(x, order, a, k), spaced(2, 3, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("order", [None, "fro", 1, -1, np.inf, -np.inf])
def test_matrix_norms(order, dtype):
    """Of a matrix, and of stacks of them."""
    check(lambda x: np.linalg.norm(x, order), spaced(3, 2, dtype=dtype))
    check(lambda x: np.linalg.norm(x, order, (2, 0), True), spaced(2, 3, 4, dtype=dtype))
    check(lambda x: np.linalg.matrix_norm(x, ord=order or "fro"), spaced(2, 3, 4, dtype=dtype))


def test_norms_of_whole_arrays():
    """Of any number of dimensions."""
    for shape in ((), (2, 3, 4), (3,)):
        check(np.linalg.norm, spaced(*shape))
        check(lambda x: np.linalg.norm(x, keepdims=True), spaced(*shape))
        check(np.linalg.vector_norm, spaced(*shape))
        check(lambda x: np.linalg.vector_norm(x, ord=3, keepdims=True), spaced(*shape), bits=False)
    check(lambda x: np.linalg.vector_norm(x, axis=(0, 2)), spaced(2, 3, 4), bits=False)
    check(lambda x: np.linalg.vector_norm(x, axis=1, ord=1, keepdims=True), spaced(2, 3, 4))


def test_norms_at_zero():
    """The least subgradient, 0, and true derivatives of smooth functions of norms."""
    zero = np.zeros(3)
    for order in (None, 2, 1, 3, 2.5):
        np.testing.assert_array_equal(wg.grad(lambda x, o=order: np.linalg.norm(x, o))(zero), zero)
        np.testing.assert_array_equal(wg.jvp(lambda x, o=order: np.linalg.norm(x, o), (zero,), (np.ones(3),))[1], 0)
    np.testing.assert_array_equal(wg.grad(lambda x: np.linalg.norm(x) ** 2)(zero), zero)
    rows = np.array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(wg.grad(lambda x: np.sum(np.linalg.norm(x, axis=1)))(rows), [[0, 0], [0.6, 0.8]])
    np.testing.assert_array_equal(wg.grad(lambda x: np.linalg.norm(x))(np.zeros((2, 2), complex)), np.zeros((2, 2)))


def test_ties_share():
    """The largest absolute value, taken twice."""
    np.testing.assert_array_equal(wg.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([2.0, -2.0])), [0.5, -0.5])


# -- programs ----------------------------------------------------------------------------------------------------------


def test_gaussian_log_likelihood():
    """Cholesky, solve and slogdet agree."""
    x = normal(3, 3)
    y = normal(3)

    def by_cholesky(x, y):
        factor = np.linalg.cholesky(x @ x.T + np.eye(3))
        z = np.linalg.solve(factor, y)
        return -0.5 * z @ z - np.sum(np.log(np.diagonal(factor)))

    def by_slogdet(x, y):
        cov = x @ x.T + np.eye(3)
        return -0.5 * y @ np.linalg.solve(cov, y) - 0.5 * np.linalg.slogdet(cov)[1]

    check(by_cholesky, x, y)
    check(by_slogdet, x, y)
    for a, b in zip(wg.grad(by_cholesky, (0, 1))(x, y), wg.grad(by_slogdet, (0, 1))(x, y), strict=True):
        np.testing.assert_allclose(a, b)
