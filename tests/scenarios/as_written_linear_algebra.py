"""Linear algebra, transforms and numerics by hand, exactly as scientists write them."""

import math

import numpy as np

from tests.scenarios.program import Program


def lu_with_pivoting(A):
    """Doolittle with row swaps; the determinant and the factors."""
    n = A.shape[0]
    U = A.copy()
    L = np.eye(n)
    P = np.eye(n)
    sign = 1.0
    for k in range(n - 1):
        p = k + np.argmax(np.abs(U[k:, k]))
        if p != k:
            U[[k, p]] = U[[p, k]]
            P[[k, p]] = P[[p, k]]
            L[[k, p], :k] = L[[p, k], :k]
            sign = -sign
        for i in range(k + 1, n):
            L[i, k] = U[i, k] / U[k, k]
            U[i, k:] -= L[i, k] * U[k, k:]
    return sign * np.prod(np.diag(U)) + np.sum(L * P)


def gauss_jordan(A, b):
    """An augmented matrix, eliminated in place; rows swapped through temporaries."""
    n = len(b)
    M = np.hstack([A, b.reshape(-1, 1)])
    for i in range(n):
        pivot = i
        for r in range(i + 1, n):
            if abs(M[r, i]) > abs(M[pivot, i]):
                pivot = r
        if pivot != i:
            tmp = M[i].copy()
            M[i] = M[pivot]
            M[pivot] = tmp
        M[i] /= M[i, i]
        for r in range(n):
            if r != i:
                M[r] -= M[r, i] * M[i]
    return M[:, -1]


def cholesky_by_hand(A):
    """Cholesky with math.sqrt and sums over generators."""
    n = len(A)
    L = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = sum(L[i][k] * L[j][k] for k in range(j))
            if i == j:
                L[i][j] = math.sqrt(A[i][i] - s)
            else:
                L[i][j] = (A[i][j] - s) / L[j][j]
    return np.array(L)


def cholesky_log_determinant(B):
    """log det of B Bᵀ + 2."""
    A = B @ B.T + 2 * np.eye(len(B))
    return 2 * np.sum(np.log(np.diag(cholesky_by_hand(A))))


def gram_schmidt(V):
    """Classical Gram-Schmidt into an empty array."""
    Q = np.empty_like(V)
    R = np.zeros((V.shape[1], V.shape[1]))
    for j in range(V.shape[1]):
        v = V[:, j]
        for i in range(j):
            R[i, j] = Q[:, i] @ V[:, j]
            v = v - R[i, j] * Q[:, i]
        R[j, j] = np.linalg.norm(v)
        Q[:, j] = v / R[j, j]
    return np.sum(R**3) + Q[0, 0] * Q[1, 1]


def householder(A):
    """QR by reflections applied in place."""
    R = A.copy()
    m, n = R.shape
    for k in range(n):
        x = R[k:, k].copy()
        x[0] += np.sign(x[0]) * np.linalg.norm(x)
        x /= np.linalg.norm(x)
        R[k:, k:] -= 2 * np.outer(x, x @ R[k:, k:])
    return np.sum(np.log(np.abs(np.diag(R))))


def power_iteration(A):
    """The dominant eigenvalue, until it stands."""
    S = A + A.T
    v = np.ones(len(S)) / np.sqrt(len(S))
    previous = 0.0
    while True:
        w = S @ v
        value = v @ w
        v = w / np.linalg.norm(w)
        if abs(value - previous) < 1e-15:
            break
        previous = value
    return value


def conjugate_gradient(B, b):
    """CG on the normal matrix, residuals compared as floats."""
    A = B.T @ B + np.identity(len(b))
    x = np.zeros(len(b))
    r = b - A @ x
    p = r.copy()
    rs = r.dot(r)
    for _ in range(len(b)):
        Ap = A.dot(p)
        alpha = rs / p.dot(Ap)
        x += alpha * p
        r -= alpha * Ap
        new = r.dot(r)
        p = r + (new / rs) * p
        rs = new
    return x.dot(b)


def jacobi_eigenvalues(A):
    """Rotations by hand until the matrix is diagonal."""
    S = (A + A.T) / 2
    n = len(S)
    for _ in range(6):
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(S[p, q]) < 1e-14:
                    continue
                theta = 0.5 * math.atan2(2 * S[p, q], S[q, q] - S[p, p])
                J = np.eye(n)
                c, s = math.cos(theta), math.sin(theta)
                J[p, p] = J[q, q] = c
                J[p, q], J[q, p] = s, -s
                S = J.T @ S @ J
    return np.sum(np.sort(np.diag(S)) * np.arange(1, n + 1))


def fft_recursive(x):
    """Cooley-Tukey by recursion."""
    n = len(x)
    if n == 1:
        return x
    even, odd = fft_recursive(x[::2]), fft_recursive(x[1::2])
    twiddle = np.exp(-2j * np.pi * np.arange(n // 2) / n)
    return np.concatenate([even + twiddle * odd, even - twiddle * odd])


def recursive_spectrum(x):
    """Weighted power of a recursive transform."""
    return np.sum(np.abs(fft_recursive(x)) ** 2 * np.arange(len(x)))


def strassen(A, B):
    """Seven products, recursively."""
    n = A.shape[0]
    if n == 1:
        return A * B
    h = n // 2
    a, b, c, d = A[:h, :h], A[:h, h:], A[h:, :h], A[h:, h:]
    e, f, g, k = B[:h, :h], B[:h, h:], B[h:, :h], B[h:, h:]
    p1, p2, p3, p4 = strassen(a, f - k), strassen(a + b, k), strassen(c + d, e), strassen(d, g - e)
    p5, p6, p7 = strassen(a + d, e + k), strassen(b - d, g + k), strassen(a - c, e + f)
    C = np.zeros((n, n))
    C[:h, :h] = p5 + p4 - p2 + p6
    C[:h, h:] = p1 + p2
    C[h:, :h] = p3 + p4
    C[h:, h:] = p1 + p5 - p3 - p7
    return C


def strassen_sum(A, B):
    """A number from the product."""
    return np.sum(strassen(A, B) ** 2)


def low_pass(signal, cutoff):
    """A filter in the Fourier domain with a smooth mask."""
    spectrum = np.fft.rfft(signal)
    freqs = np.fft.rfftfreq(len(signal))
    spectrum *= 1 / (1 + (freqs / cutoff) ** 4)
    filtered = np.fft.irfft(spectrum, n=len(signal))
    return np.sum(np.gradient(filtered) ** 2)


def spectral_derivative(u):
    """A derivative by FFT, some modes set to zero."""
    n = len(u)
    k = np.fft.fftfreq(n, 1.0 / n)
    uh = np.fft.fft(u)
    uh[np.abs(k) > n // 3] = 0
    du = np.real(np.fft.ifft(1j * k * uh))
    return np.sum(du**4)


def einsum_attention(Q, K, V):
    """Attention by einsum and a softmax by hand."""
    scores = np.einsum("id,jd->ij", Q, K) / math.sqrt(Q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.einsum("ij,jd->id", weights, V)


def sorted_statistic(x):
    """Order statistics and ranks."""
    s = np.sort(x)
    order = np.argsort(x)
    ranks = np.empty(len(x), dtype=int)
    ranks[order] = np.arange(len(x))
    gini = np.sum((2 * np.arange(1, len(x) + 1) - len(x) - 1) * s) / (len(x) * np.sum(s))
    return gini + np.sum(x * ranks)


def newton_kepler(M, e):
    """Kepler's equation by Newton, as many steps as it takes."""
    E = M if e < 0.8 else math.pi
    delta = 1.0
    while abs(delta) > 1e-14:
        delta = (E - e * math.sin(E) - M) / (1 - e * math.cos(E))
        E = E - delta
    return math.cos(E) - e


def newton_system(p):
    """A 2-by-2 Newton iteration with a Jacobian of lists."""
    x = np.array([2.0, 0.5])
    for _ in range(30):
        F = np.array([x[0] ** 2 + x[1] ** 2 - p[0], x[0] * x[1] - p[1]])
        J = np.array([[2 * x[0], 2 * x[1]], [x[1], x[0]]])
        step = np.linalg.solve(J, -F)
        x = x + step
        if np.linalg.norm(step) < 1e-15:
            break
    return x


def newton_system_sum(p):
    """A smooth function of the root."""
    x = newton_system(p)
    return x[0] ** 2 * x[1]


def golden_section(a):
    """The minimum value (not the place) of a parabola found by golden section."""
    f = lambda x: (x - a) ** 2 + a * x
    gr = (math.sqrt(5) + 1) / 2
    lo, hi = -3.0, 5.0
    while abs(hi - lo) > 1e-9:
        c = hi - (hi - lo) / gr
        d = lo + (hi - lo) / gr
        if f(c) < f(d):
            hi = d
        else:
            lo = c
    return f((lo + hi) / 2)


def secant(c):
    """A cube root by secants."""
    x0, x1 = 1.0, 2.0
    for _ in range(50):
        f0, f1 = x0**3 - c, x1**3 - c
        if abs(f1 - f0) < 1e-300 or abs(x1 - x0) < 1e-15:
            break
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
    return x1


def natural_spline(y, t):
    """Second derivatives from a tridiagonal system, then a piece chosen by searchsorted."""
    n = len(y)
    x = np.linspace(0.0, 1.0, n)
    h = np.diff(x)
    A = np.zeros((n, n))
    rhs = np.zeros(n)
    A[0, 0] = A[-1, -1] = 1.0
    for i in range(1, n - 1):
        A[i, i - 1], A[i, i], A[i, i + 1] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        rhs[i] = 6 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    m = np.linalg.solve(A, rhs)
    i = int(np.searchsorted(x, t)) - 1
    a, b = x[i + 1] - t, t - x[i]
    return (
        m[i] * a**3 / (6 * h[i])
        + m[i + 1] * b**3 / (6 * h[i])
        + (y[i] / h[i] - m[i] * h[i] / 6) * a
        + (y[i + 1] / h[i] - m[i + 1] * h[i] / 6) * b
    )


def bezier(points, t):
    """De Casteljau on a list that shrinks."""
    level = [p for p in points]
    while len(level) > 1:
        level = [(1 - t) * a + t * b for a, b in zip(level[:-1], level[1:])]
    x, y = level[0]
    return math.hypot(x, y)


def simpson(f, a, b, n=20):
    """Composite Simpson with Python's own sum."""
    h = (b - a) / n
    total = f(a) + f(b)
    total += 4 * sum(f(a + i * h) for i in range(1, n, 2))
    total += 2 * sum(f(a + i * h) for i in range(2, n, 2))
    return total * h / 3


def moving_integral(a, b):
    """Quadrature with moving limits and a closure."""
    return simpson(lambda t: math.exp(-a * t * t) * math.cos(b * t), 0.0, b)


def romberg(a):
    """A table of lists."""
    f = lambda x: math.exp(-a * x**2)
    R = [[0.5 * (f(0.0) + f(1.0))]]
    h = 1.0
    for i in range(1, 5):
        h /= 2
        total = sum(f((2 * k - 1) * h) for k in range(1, 2 ** (i - 1) + 1))
        row = [0.5 * R[i - 1][0] + h * total]
        for k in range(1, i + 1):
            row.append(row[k - 1] + (row[k - 1] - R[i - 1][k - 1]) / (4**k - 1))
        R.append(row)
    return R[-1][-1]


def divided_differences(x, y):
    """Newton's table, overwritten column by column, then Horner."""
    n = len(x)
    coef = np.array(y, dtype=float)
    for j in range(1, n):
        coef[j:] = (coef[j:] - coef[j - 1 : -1]) / (x[j:] - x[: n - j])
    value = coef[-1]
    for k in range(n - 2, -1, -1):
        value = value * (0.35 - x[k]) + coef[k]
    return value


def kernel_matrix(X, lengthscale):
    """A Gram matrix by two loops, symmetric by assignment to two places."""
    n = len(X)
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            K[i, j] = K[j, i] = np.exp(-np.sum((X[i] - X[j]) ** 2) / (2 * lengthscale**2))
    return K


def gp_evidence(X, y, lengthscale, noise):
    """The log marginal likelihood of a Gaussian process."""
    K = kernel_matrix(X, lengthscale)
    K[np.diag_indices_from(K)] += noise**2
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.sum(np.log(np.diag(L))) - 0.5 * len(y) * np.log(2 * np.pi)


LINEAR_ALGEBRA: tuple[Program, ...] = (
    Program("lu-with-pivoting", lu_with_pivoting, lambda rng: (rng.normal(size=(4, 4)),), "swapped rows, argmax"),
    Program(
        "gauss-jordan",
        gauss_jordan,
        lambda rng: (rng.normal(size=(3, 3)), rng.normal(size=3)),
        "rows through temporaries",
        scalar=False,
    ),
    Program("cholesky-by-hand", cholesky_log_determinant, lambda rng: (rng.normal(size=(3, 3)),), "lists, math.sqrt"),
    Program("gram-schmidt", gram_schmidt, lambda rng: (rng.normal(size=(4, 3)),), "columns of an empty array"),
    Program("householder", householder, lambda rng: (rng.normal(size=(4, 3)),), "blocks reduced in place"),
    Program("power-iteration", power_iteration, lambda rng: (rng.uniform(0.5, 1, (3, 3)),), "while True, break"),
    Program(
        "conjugate-gradient",
        conjugate_gradient,
        lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=4)),
        "+= on vectors, .dot of plain and traced",
    ),
    Program("jacobi-eigenvalues", jacobi_eigenvalues, lambda rng: (rng.normal(size=(3, 3)),), "J[p, p] = J[q, q] = c"),
    Program("recursive-fft", recursive_spectrum, lambda rng: (rng.normal(size=8),), "recursion, complex"),
    Program(
        "strassen", strassen_sum, lambda rng: (rng.normal(size=(4, 4)), rng.normal(size=(4, 4))), "recursion on blocks"
    ),
    Program("low-pass", low_pass, lambda rng: (rng.normal(size=9), 0.2), "rfft, *= on a spectrum"),
    Program("spectral-derivative", spectral_derivative, lambda rng: (rng.normal(size=8),), "a masked spectrum"),
    Program(
        "einsum-attention",
        einsum_attention,
        lambda rng: tuple(rng.normal(size=(3, 2)) for _ in range(3)),
        "einsum, /= with keepdims",
        scalar=False,
    ),
    Program("sorted-statistic", sorted_statistic, lambda rng: (rng.uniform(1, 3, 6),), "sort, an integer buffer"),
    Program("newton-kepler", newton_kepler, lambda rng: (1.1, 0.35), "while on abs"),
    Program("newton-system", newton_system_sum, lambda rng: (np.array([3.4, 1.2]),), "a matrix of lists, break"),
    Program("golden-section", golden_section, lambda rng: (0.8,), "a bracket by comparisons"),
    Program("secant", secant, lambda rng: (5.0,), "break on a value"),
    Program("natural-spline", natural_spline, lambda rng: (rng.normal(size=5), 0.6), "A[0, 0] = A[-1, -1] = 1"),
    Program("bezier", bezier, lambda rng: (rng.normal(size=(4, 2)), 0.3), "a list that shrinks, math.hypot"),
    Program("moving-integral", moving_integral, lambda rng: (0.7, 1.3), "sum of a generator"),
    Program("romberg", romberg, lambda rng: (0.8,), "a table of lists"),
    Program(
        "divided-differences",
        divided_differences,
        lambda rng: (np.array([0.0, 0.3, 0.5, 1.0]), rng.normal(size=4)),
        "overlapping slices",
    ),
    Program(
        "gp-evidence",
        gp_evidence,
        lambda rng: (rng.normal(size=(4, 2)), rng.normal(size=4), 0.9, 0.4),
        "K[i, j] = K[j, i] = v, += on a diagonal",
    ),
)
