"""Linear algebra and iterations on numbers as they are written by hand, for compiling."""

import math

import numpy as np
from scipy import linalg, special

from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
RNG = np.random.default_rng(12)


def spd(n):
    a = RNG.standard_normal((n, n))
    return a @ a.T + n * np.eye(n)


# -- factorizations ----------------------------------------------------------------------------------------------------


@case((spd(4),), (spd(6),), second=True, batch=True)
def cholesky_by_hand(a):
    n = a.shape[0]
    l = np.zeros_like(a)  # noqa: E741
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - sum(l[i, k] * l[j, k] for k in range(j))
            if i == j:
                if s <= 0:
                    raise np.linalg.LinAlgError("not positive definite")
                l[i, i] = math.sqrt(s)
            else:
                l[i, j] = s / l[j, j]
    return l


@case((-np.eye(3),), (np.array([[1.0, 2.0], [2.0, 1.0]]),), (spd(2),))
def cholesky_that_fails(a):
    return cholesky_by_hand(a)


@case((RNG.standard_normal((4, 4)), RNG.standard_normal(4)), (RNG.standard_normal((6, 6)), RNG.standard_normal(6)))
def gauss_with_swaps(a, b):
    """Elimination with rows swapped in place, and back substitution."""
    a, b = a.copy(), b.copy()
    n = len(b)
    sign = 1.0
    for k in range(n - 1):
        p = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p, k]):
                p = i
        if p != k:
            a[[k, p]] = a[[p, k]]
            b[k], b[p] = b[p], b[k]
            sign = -sign
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x, sign * np.prod(np.diag(a))


@case((RNG.standard_normal((5, 3)),), (RNG.standard_normal((4, 4)),), (-np.eye(3) + 0.1,))
def householder(a):
    r = a.copy()
    m, n = r.shape
    q = np.eye(m)
    for k in range(min(m - 1, n)):
        x = r[k:, k]
        alpha = -np.sign(x[0]) * np.linalg.norm(x)
        v = x.copy()
        v[0] -= alpha
        norm = v @ v
        if norm < 1e-30:
            continue
        r[k:, k:] -= 2 / norm * np.outer(v, v @ r[k:, k:])
        q[:, k:] -= 2 / norm * np.outer(q[:, k:] @ v, v)
    return q, r


@case((RNG.standard_normal((4, 3)),), (np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]]),))
def givens(a):
    r = np.array(a)
    m, n = r.shape
    for j in range(n):
        for i in range(m - 1, j, -1):
            if r[i, j] == 0.0:
                continue
            c, s = r[i - 1, j], r[i, j]
            h = math.hypot(c, s)
            c, s = c / h, s / h
            top, low = r[i - 1].copy(), r[i].copy()
            r[i - 1] = c * top + s * low
            r[i] = -s * top + c * low
    return np.abs(np.diag(r)), r[0]


@case((RNG.standard_normal((5, 3)),), (RNG.standard_normal((3, 3)),))
def gram_schmidt(a):
    q = []
    for column in a.T:
        v = column.copy()
        for u in q:
            v -= (u @ v) * u
        n = np.linalg.norm(v)
        if n > 1e-10:
            q.append(v / n)
    return np.array(q)


@case((spd(3),), (spd(4),))
def jacobi_eigenvalues(a):
    """Cyclic Jacobi rotations until what is off the diagonal is small."""
    a = a.copy()
    n = len(a)
    for sweep in range(12):
        off = 0.0
        for p in range(n):
            for q in range(p + 1, n):
                off += a[p, q] ** 2
        if off < 1e-18:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(a[p, q]) < 1e-14:
                    continue
                theta = (a[q, q] - a[p, p]) / (2 * a[p, q])
                t = (1 if theta >= 0 else -1) / (abs(theta) + math.sqrt(theta * theta + 1))
                c = 1 / math.sqrt(t * t + 1)
                s = t * c
                rotation = np.eye(n)
                rotation[p, p] = rotation[q, q] = c
                rotation[p, q], rotation[q, p] = s, -s
                a = rotation.T @ a @ rotation
    return np.sort(np.diag(a))


# -- iterations --------------------------------------------------------------------------------------------------------


@case((spd(4), RNG.standard_normal(4)), (spd(7), RNG.standard_normal(7)), batch=True, differences=False)
def conjugate_gradient(a, b):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    k = 0
    while math.sqrt(rs) > 1e-9 and k < 3 * len(b):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        p = r + new / rs * p
        rs = new
        k += 1
    return x


@case((spd(4), np.ones(4)), (spd(3), np.array([1.0, -1.0, 0.5])), differences=False)
def power_iteration(a, v):
    v = v / np.linalg.norm(v)
    lam, lam_old = 0.0, np.inf
    n = 0
    while not abs(lam - lam_old) < 1e-13 * abs(lam):
        w = a @ v
        lam_old, lam = lam, v @ w
        v = w / np.sqrt(w @ w)
        n += 1
        if n >= 500:
            break
    return lam, v * np.sign(v[np.argmax(np.abs(v))])


@case((RNG.uniform(0, 1, (4, 4)), 0.85), (RNG.uniform(0, 1, (6, 6)), 0.6))
def page_rank(links, damping):
    links = np.where(links > 0.4, links, 0.0)
    n = len(links)
    out = links.sum(axis=0)
    for j in range(n):
        if out[j] > 0:
            links[:, j] /= out[j]
        else:
            links[:, j] = 1.0 / n
    rank = np.ones(n) / n
    while True:
        new = damping * links @ rank + (1 - damping) / n
        if np.abs(new - rank).sum() < 1e-12:
            return new
        rank = new


@case((3.0, 0.5), (0.2, 2.0), (-1.0, 0.3))
def bisect_then_secant(target, scale):
    def f(x):
        return x**3 + scale * x - target

    lo, hi = -10.0, 10.0
    while hi - lo > 0.5:
        mid = (lo + hi) / 2
        if f(lo) * f(mid) <= 0:
            hi = mid
        else:
            lo = mid
    x0, x1 = lo, hi
    f0, f1 = f(x0), f(x1)
    for _ in range(50):
        if f1 == f0:
            break
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
        f0, f1 = f1, f(x1)
        if abs(x1 - x0) < 1e-14:
            break
    return x1


@case((1.0, 0.1), (-2.0, 0.4), (30.0, 0.9))
def kepler(mean, e):
    """Newton with a fallback; the sign by a while."""
    while mean > math.pi:
        mean -= 2 * math.pi
    while mean < -math.pi:
        mean += 2 * math.pi
    big = mean if e < 0.8 else math.pi
    count = 0
    delta = 1.0
    while abs(delta) > 1e-13:
        delta = (big - e * math.sin(big) - mean) / (1 - e * math.cos(big))
        big -= delta
        count += 1
        if count > 100:
            raise RuntimeError(f"Kepler's equation: no convergence after {count} iterations")
    return 2 * math.atan2(math.sqrt(1 + e) * math.sin(big / 2), math.sqrt(1 - e) * math.cos(big / 2))


@case((np.array([1.0, 0.5, 0.3, -0.2]), 0.4), (np.array([2.0]), 0.3), (np.array([1.0, -1.0]), -0.7), second=True)
def clenshaw(c, x):
    b1 = b2 = 0.0
    for ck in c[:0:-1]:
        b1, b2 = 2 * x * b1 - b2 + ck, b1
    return x * b1 - b2 + c[0]


@case((np.array([1.0, 2.0, 3.0, 4.0]), 0.5), (np.array([0.5]), 2.0), second=True, batch=True)
def horner_with_derivatives(c, x):
    p = dp = ddp = 0.0
    for a in c:
        ddp = ddp * x + 2 * dp
        dp = dp * x + p
        p = p * x + a
    return p, dp, ddp


@case((RNG.uniform(1, 9, (4, 4)),), (RNG.uniform(1, 9, (6, 6)),))
def floyd_warshall(w):
    d = w.copy()
    n = len(d)
    for i in range(n):
        d[i, i] = 0
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return d


@case((RNG.standard_normal(5), RNG.standard_normal(6), 0.7), (RNG.standard_normal(4), RNG.standard_normal(3), 0.1))
def soft_dtw(a, b, gamma):
    n, m = len(a), len(b)
    r = np.full((n + 1, m + 1), np.inf)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            z = np.array([r[i - 1, j - 1], r[i - 1, j], r[i, j - 1]])
            low = z.min()
            soft = low - gamma * np.log(np.sum(np.exp(-(z - low) / gamma)))
            r[i, j] = (a[i - 1] - b[j - 1]) ** 2 + soft
    return r[n, m]


@case((RNG.uniform(0, 1, 4), RNG.uniform(0, 1, 5), 0.4), (RNG.uniform(0, 1, 3), RNG.uniform(0, 1, 2), 0.9))
def edit_distance(a, b, gap):
    previous = [j * gap for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        current = [i * gap]
        for j, y in enumerate(b, 1):
            cost = 0.0 if abs(x - y) < 0.1 else abs(x - y)
            current.append(min(previous[j] + gap, current[-1] + gap, previous[j - 1] + cost))
        previous = current
    return previous[-1]


@case((np.array([0.0, 1.0, 2.5, 4.0]), np.array([1.0, -1.0, 0.5, 2.0]), np.array([0.3, 1.7, 3.9, 4.0])),
      (np.array([0.0, 1.0, 3.0]), np.array([1.0, -1.0, 0.5]), np.array([2.0, -0.5, 7.0, 1.5, 0.2])))  # fmt: skip
def natural_spline(knots, values, at):
    """Coefficients by Thomas' algorithm, pieces by searchsorted."""
    n = len(knots)
    h = np.diff(knots)
    d2 = np.zeros(n)
    u = np.zeros(n)
    for i in range(1, n - 1):
        sig = h[i - 1] / (h[i - 1] + h[i])
        p = sig * d2[i - 1] + 2.0
        d2[i] = (sig - 1) / p
        u[i] = (values[i + 1] - values[i]) / h[i] - (values[i] - values[i - 1]) / h[i - 1]
        u[i] = (6 * u[i] / (knots[i + 1] - knots[i - 1]) - sig * u[i - 1]) / p
    for k in range(n - 2, -1, -1):
        d2[k] = d2[k] * d2[k + 1] + u[k]
    out = np.empty(len(at))
    for i, x in enumerate(at):
        k = np.searchsorted(knots, x) - 1
        k = max(0, min(k, n - 2))
        a = (knots[k + 1] - x) / h[k]
        b = (x - knots[k]) / h[k]
        out[i] = a * values[k] + b * values[k + 1] + ((a**3 - a) * d2[k] + (b**3 - b) * d2[k + 1]) * h[k] ** 2 / 6
    return out


@case((2.5, 1.5), (0.1, 3.0), (7.0, 2.0))
def incomplete_gamma(x, a):
    """A series or a continued fraction, until it does not change."""
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-15:
            n += 1
            term *= x / n
            total += term
        return total * math.exp(-x + a * math.log(x) - special.gammaln(a))
    tiny = 1e-300
    b = x + 1 - a
    c = 1 / tiny
    d = 1 / b
    h = d
    for i in range(1, 200):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        if abs(d) < tiny:
            d = tiny
        c = b + an / c
        if abs(c) < tiny:
            c = tiny
        d = 1 / d
        change = d * c
        h *= change
        if abs(change - 1) < 1e-15:
            break
    return 1 - math.exp(-x + a * math.log(x) - special.gammaln(a)) * h


@case((0.5, 2.0), (1.0, 1.0), (24.0, 6.0))
def agm(a, b):
    """Arithmetic-geometric mean; both names at once."""
    while abs(a - b) > 1e-15 * abs(a):
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


@case((0.0, 2.0, 1.0), (0.1, 0.9, 8.0))
def adaptive_simpson(a, b, w):
    """With a stack of intervals to do; the deepest are recursion by hand."""

    def f(x):
        return math.exp(-x) * math.sin(w * x)

    def simpson(a, b):
        return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))

    def recurse(a, b, whole, depth):
        m = (a + b) / 2
        left, right = simpson(a, m), simpson(m, b)
        if depth == 0:
            return left + right + (left + right - whole) / 15
        return recurse(a, m, left, depth - 1) + recurse(m, b, right, depth - 1)

    return recurse(a, b, simpson(a, b), 3)


@case((np.array([[0.0, 1.0], [-2.0, -0.5]]), 0.7), (np.array([[3.0, 1.0], [5.0, -4.0]]), 1.3))
def scaling_and_squaring(a, t):
    """The exponential of a matrix by hand: the number of squarings follows the norm."""
    m = a * t
    norm = np.abs(m).sum(axis=0).max()
    s = max(0, int(math.ceil(math.log2(norm))) + 1) if norm > 0 else 0
    m = m / 2.0**s
    term = np.eye(len(m))
    total = np.eye(len(m))
    for k in range(1, 15):
        term = term @ m / k
        total = total + term
    for _ in range(s):
        total = total @ total
    return total


@case((spd(3), RNG.standard_normal((3, 2))), (spd(5), RNG.standard_normal((5, 1))))
def riccati_iteration(a, b):
    """Discrete-time Riccati equation by fixed point, with SciPy's solver inside."""
    a = a / 20
    p = np.eye(len(a))
    r = np.eye(b.shape[1])
    for it in range(300):
        k = linalg.solve(r + b.T @ p @ b, b.T @ p @ a, assume_a="pos")
        new = a.T @ p @ (a - b @ k) + np.eye(len(a))
        change = np.abs(new - p).max()
        p = new
        if change < 1e-12:
            break
    return p


@case((np.array([1.0 + 1j, 0.5 - 0.2j]), 0.4), (np.array([0.1 + 0.3j, -1.0 + 0j, 2j]), 1.1))
def complex_iteration(z, c):
    """Complex numbers that are carried, and real parts of them."""
    w = z.copy()
    for k in range(6):
        w = w * w * 0.3 + c * 1j
        w[0] += 0.1 * (k + 1j)
        if abs(w[0]) > 2:
            w /= abs(w[0])
    return np.abs(w).sum() + np.real(w[0]) - np.angle(w[1])


@case((np.float32(0.5), np.arange(4, dtype=np.float32)), (np.float32(-1.5), np.ones(6, np.float32)), differences=False)
def single_precision(a, x):
    """Single precision carried beside Python's numbers."""
    s = 0.0
    y = x * 1.0
    factor = 1
    for i in range(len(x)):
        y = y * 0.9 + a
        s = s + y[i] * 0.5
        factor *= 0.5
    return s, y, y.sum() * factor
