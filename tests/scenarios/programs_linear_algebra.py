"""Plain NumPy programs of numerical linear algebra and approximation, mostly in place."""

import numpy as np

from tests.scenarios.program import Program


def lu_log_determinant(matrix):
    """log |det A| by elimination in place, the largest pivot first."""
    a = matrix.copy()
    n = len(a)
    total = 0.0
    for k in range(n):
        pivot = k + np.argmax(np.abs(a[k:, k]))
        if pivot != k:
            a[[k, pivot]] = a[[pivot, k]]
        total = total + np.log(np.abs(a[k, k]))
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return total


def cholesky_by_loops(matrix):
    """The sum of a Cholesky factor written entry by entry."""
    a = matrix @ matrix.T + 2.0 * np.eye(len(matrix))
    factor = np.zeros_like(a)
    for i in range(len(a)):
        for j in range(i):
            factor[i, j] = (a[i, j] - factor[i, :j] @ factor[j, :j]) / factor[j, j]
        factor[i, i] = np.sqrt(a[i, i] - factor[i, :i] @ factor[i, :i])
    return np.sum(factor)


def gram_schmidt(vectors):
    """The rows made orthonormal in place, and what they say about a fixed direction."""
    q = vectors.copy()
    for i in range(len(q)):
        for j in range(i):
            q[i] -= (q[j] @ q[i]) * q[j]
        q[i] /= np.sqrt(np.sum(q[i] ** 2))
    return q @ np.arange(1.0, q.shape[1] + 1)


def householder_qr(matrix):
    """The diagonal of R by Householder reflections of trailing blocks."""
    r = matrix.copy()
    for k in range(r.shape[1]):
        x = r[k:, k].copy()
        x[0] += np.copysign(np.sqrt(x @ x), x[0])
        block = r[k:, k:]
        block -= np.outer(2.0 * x / (x @ x), x @ block)
    return np.sum(np.log(np.abs(np.diagonal(r))))


def power_iteration(matrix):
    """The largest eigenvalue of a symmetric matrix."""
    a = matrix @ matrix.T
    v = np.ones(len(a))
    for _ in range(60):
        v = a @ v
        v = v / np.sqrt(v @ v)
    return v @ a @ v


def jacobi_iteration(matrix, b):
    """Jacobi's iteration until nothing moves."""
    diagonal = np.diag(matrix) + 4.0
    rest = matrix - np.diag(np.diag(matrix))
    x = np.zeros_like(b)
    while True:
        updated = (b - rest @ x) / diagonal
        if np.max(np.abs(updated - x)) < 1e-14:
            return np.sum(updated**3)
        x = updated


def gauss_seidel(matrix, b):
    """Gauss-Seidel sweeps, each entry from the newest others."""
    x = np.zeros_like(b)
    for _ in range(25):
        for i in range(len(b)):
            x[i] = (b[i] - matrix[i] @ x + matrix[i, i] * x[i]) / (4.0 + matrix[i, i])
    return x @ b


def conjugate_gradients(root, b):
    """CG on a positive definite system, to the last digit."""
    a = root @ root.T + np.eye(len(b))
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    energy = r @ r
    for _ in range(len(b)):
        ap = a @ p
        step = energy / (p @ ap)
        x += step * p
        r -= step * ap
        previous, energy = energy, r @ r
        if energy < 1e-26:
            break
        p *= energy / previous
        p += r
    return x @ b


def thomas_solver(lower, diagonal, upper, right):
    """A tridiagonal system by elimination and back substitution in copies."""
    d, b = diagonal.copy(), right.copy()
    n = len(d)
    for i in range(1, n):
        factor = lower[i - 1] / d[i - 1]
        d[i] -= factor * upper[i - 1]
        b[i] -= factor * b[i - 1]
    b[-1] /= d[-1]
    for i in range(n - 2, -1, -1):
        b[i] = (b[i] - upper[i] * b[i + 1]) / d[i]
    return b


def matrix_exponential(matrix):
    """exp(A) by scaling, a Taylor sum and repeated squaring."""
    scaled = matrix / 16.0
    term = np.eye(len(matrix))
    total = term + 0.0 * matrix
    for k in range(1, 12):
        term = term @ scaled / k
        total = total + term
    for _ in range(4):
        total = total @ total
    return np.trace(total)


def markov_chain(rates):
    """Where a chain stands after many steps, by a loop of matrix products."""
    transition = np.exp(rates)
    transition /= transition.sum(axis=1, keepdims=True)
    occupied = np.ones(len(rates)) / len(rates)
    power = transition
    for _ in range(5):
        power = power @ power
    return occupied @ power @ np.arange(float(len(rates)))


def cubic_spline(x, y):
    """The natural cubic spline's value and bend at two points, its system built in a buffer."""
    n = len(x)
    h = np.diff(x)
    slopes = np.diff(y) / h
    system = np.zeros_like(x, shape=(n, n))
    system[0, 0] = system[-1, -1] = 1.0
    right = np.zeros_like(y)
    for i in range(1, n - 1):
        system[i, i - 1] = h[i - 1]
        system[i, i] = 2.0 * (h[i - 1] + h[i])
        system[i, i + 1] = h[i]
        right[i] = 6.0 * (slopes[i] - slopes[i - 1])
    bends = np.linalg.solve(system, right)
    total = 0.0
    for point in (0.7, 1.9):
        i = np.searchsorted(x, point) - 1
        s = point - x[i]
        linear = slopes[i] - h[i] * (2.0 * bends[i] + bends[i + 1]) / 6.0
        cubic = (bends[i + 1] - bends[i]) / (6.0 * h[i])
        total += y[i] + s * (linear + s * (bends[i] / 2.0 + s * cubic))
    return total


def newton_square_root(x):
    """Heron's rule, one number at a time, until it stands."""
    total = 0.0
    for value in x:
        root = value
        while abs(root * root - value) > 1e-13 * value:
            root = 0.5 * (root + value / root)
        total += root
    return total


def rosenbrock(x):
    """The curved valley, with slices."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def chebyshev_series(coefficients, x):
    """Clenshaw's recurrence, backwards over the coefficients."""
    b1 = b2 = np.zeros_like(x)
    for c in coefficients[:0:-1]:
        b1, b2 = 2.0 * x * b1 - b2 + c, b1
    return np.sum((coefficients[0] + x * b1 - b2) ** 2)


def neville_interpolation(nodes, values):
    """Polynomial extrapolation to 0 in one shrinking buffer."""
    p = values.copy()
    for k in range(1, len(p)):
        p[:-k] = (nodes[k:] * p[:-k] - nodes[:-k] * p[1 : len(p) - k + 1]) / (nodes[k:] - nodes[:-k])
    return p[0]


def _square(n):
    """An n by n matrix of normals."""
    return lambda rng: (rng.normal(size=(n, n)),)


PROGRAMS_OF_LINEAR_ALGEBRA: tuple[Program, ...] = (
    Program("lu-log-determinant", lu_log_determinant, _square(4), "row swaps and row operations in place"),
    Program("cholesky-by-loops", cholesky_by_loops, _square(3), "entries of a buffer, slices of length 0"),
    Program(
        "gram-schmidt",
        gram_schmidt,
        lambda rng: (rng.normal(size=(3, 4)),),
        "rows updated in place from rows",
        scalar=False,
    ),
    Program("householder-qr", householder_qr, lambda rng: (rng.normal(size=(4, 3)),), "-= on a block, copysign"),
    Program(
        "power-iteration",
        power_iteration,
        lambda rng: (np.diag([3.0, 1.0, 0.5]) + 0.2 * rng.normal(size=(3, 3)),),
        "60 steps from a constant",
    ),
    Program(
        "jacobi-iteration",
        jacobi_iteration,
        lambda rng: (0.5 * rng.normal(size=(3, 3)), rng.normal(size=3)),
        "while True, diag both ways",
    ),
    Program(
        "gauss-seidel",
        gauss_seidel,
        lambda rng: (0.5 * rng.normal(size=(3, 3)), rng.normal(size=3)),
        "entries overwritten from each other",
    ),
    Program(
        "conjugate-gradients",
        conjugate_gradients,
        lambda rng: (0.5 * rng.normal(size=(4, 4)), rng.normal(size=4)),
        "four vectors updated in place, break on a value",
    ),
    Program(
        "thomas-solver",
        thomas_solver,
        lambda rng: (rng.normal(size=4), 5.0 + rng.normal(size=5), rng.normal(size=4), rng.normal(size=5)),
        "two sweeps over copies",
        scalar=False,
    ),
    Program("matrix-exponential", matrix_exponential, _square(3), "a series and squarings"),
    Program("markov-chain", markov_chain, _square(3), "/= by row sums, squarings"),
    Program(
        "cubic-spline",
        cubic_spline,
        lambda rng: (np.array([0.0, 0.5, 1.2, 1.6, 2.3]), rng.normal(size=5)),
        "a system assembled entry by entry, searchsorted",
    ),
    Program("newton-square-root", newton_square_root, lambda rng: (rng.uniform(0.5, 5.0, 4),), "while on a value"),
    Program("rosenbrock", rosenbrock, lambda rng: (rng.normal(size=6),), "slices"),
    Program(
        "chebyshev-series",
        chebyshev_series,
        lambda rng: (rng.normal(size=5), rng.uniform(-1, 1, 4)),
        "a loop over a reversed slice",
    ),
    Program(
        "neville-interpolation",
        neville_interpolation,
        lambda rng: (np.array([0.4, 0.7, 1.1, 1.8]), rng.normal(size=4)),
        "overlapping slices stored over each other",
    ),
)
