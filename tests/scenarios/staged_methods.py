"""Methods of numerical analysis and statistics by hand, and loops whose bounds are integer arguments."""

import math, itertools, functools, operator
import numpy as np
from scipy import special, linalg
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
P = ((0.5,), (-1.5,), (2.5,), (0.3,))
V = ((np.array([0.5, -1.5, 2.0, 0.3]),), (np.array([-0.5, -2.5, -2.0, -0.3]),), (np.array([1.0, 2.0, 3.0]),))
M = ((np.array([[2.0, 1.0, 0.5], [0.3, 3.0, 1.0], [0.2, 0.1, 1.5]]),), (np.array([[2.0, -1.0], [4.0, 3.0]]),))
N = ((3, 0.5), (0, 0.5), (7, -1.5), (1, 2.0))


@case(*N)
def n_loop_list(n, x):
    l = []
    for i in range(n):
        l.append(x * i)
    return sum(l), len(l)


@case(*N)
def n_loop_array(n, x):
    a = np.zeros(10)
    for i in range(n):
        a[i] = x * i
        a[-1] += i
    return a, n


@case(*N)
def n_nested(n, x):
    s = 0.0
    for i in range(n):
        for j in range(i, n):
            if (i + j) % 2:
                continue
            s += x**j / (1 + i)
    return s


@case(*N)
def n_while_down(n, x):
    s = 0.0
    while n > 0:
        s = s * 0.5 + x * n
        n -= 2
    return s, n


@case(*N)
def n_for_else(n, x):
    for i in range(n):
        if x * i > 3:
            break
    else:
        return -x
    return x * i


@case(*N)
def n_last(n, x):
    y = x
    for i in range(n):
        y, z = y * 0.5, i
    return y if n == 0 else y + z


@case(*N)
def n_range_forms(n, x):
    s = 0.0
    for i in range(n, 0, -1):
        s = s * x + i
    for i in range(1, n):
        s = s * x + i
    for i in range(0, 2 * n, 3):
        s = s * 0.9 + i
    for i in range(-n, n):
        s = s * 0.9 + i
    for i in range(n, -1, -2):
        s = s * 0.9 + i
    return s


@case(*N)
def n_two_lists(n, x):
    a, b = [x], [1.0]
    for i in range(n):
        a.append(a[-1] * 0.5 + b[-1])
        b.append(a[-1] - b[-1])
    return a[-1], b[-1], len(a)


@case(*N)
def n_accum_max(n, x):
    best = -1e9
    at = -1
    for i in range(n):
        v = math.sin(x * i)
        if v > best:
            best, at = v, i
    return best, at


@case(*N)
def n_prod_fact(n, x):
    t = 1.0
    s = 1.0
    for k in range(1, n + 1):
        t *= x / k
        s += t
    return s


@case(*N)
def n_static_shape(n, x):
    a = np.ones((n, n)) * x
    for i in range(n):
        a[i, i] += i
    return a.sum(), a.shape[0]


@case(*N)
def n_while_inner(n, x):
    tot = 0
    for i in range(n):
        k = i
        while k > 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            tot += 1
    return tot * x


@case(*N)
def n_power_mod(n, x):
    r = 1
    b = 3
    e = n
    while e > 0:
        if e % 2:
            r = r * b % 7
        b = b * b % 7
        e //= 2
    return r * x


@case(*N)
def n_fib_mod(n, x):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a + b) % 1000
    return a * x


@case(*N)
def n_return_in_loop(n, x):
    for i in range(n):
        for j in range(n):
            if i * j > 4:
                return x * i + j
    return -1.0


@case(*N)
def n_bool_ops(n, x):
    a = n > 2 and x > 0
    b = n < 1 or x < 0
    return (1.0 if a else 2.0) + (10.0 if b else 20.0) + (100 if not (a or b) else 200)


@case(*N)
def n_index_list(n, x):
    w = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    return w[n] * x + w[-n - 1] * (x if n % 2 else 1)


@case(*N)
def n_slice(n, x):
    w = np.arange(10.0) * x
    return w[:n].sum(), w[n:].sum(), w[n], w[n : n + 2].sum()


@case(*N)
def n_compare_chain(n, x):
    return x if 0 < n < 5 else -x, n in (0, 3), n not in [1], n == 3 != 4


@case((3, np.array([1.0, 2.0, 3.0, 4.0])), (2, np.array([1.0, 2.0])), (4, np.array([1.0, 2.0, 3.0])))
def n_blocks(n, x):
    s = 0.0
    i = 0
    while i + n <= len(x):
        s += x[i : i + n].prod()
        i += 1
    return s, i


@case((2, np.arange(12.0)), (3, np.arange(9.0)), (5, np.arange(9.0)))
def n_chunks(n, x):
    return [x[i : i + n].sum() for i in range(0, len(x), n)], len(x) // n


@case(*M)
def jacobi_relax(a):
    b = np.ones(len(a))
    x = np.zeros(len(a))
    D = np.diag(a)
    R = a - np.diagflat(D)
    for k in range(60):
        new = (b - R @ x) / D
        if np.linalg.norm(new - x, np.inf) < 1e-10:
            x = new
            break
        x = new
    return x, k


CASES[-1] = Case(jacobi_relax, M, differences=False)


@case(*M)
def qr_eig(a):
    s = a + a.T
    for k in range(12):
        q, r = np.linalg.qr(s)
        s = r @ q
    return np.diag(s)


@case(*M)
def lanczos(a):
    s = a @ a.T
    n = len(a)
    v = np.ones(n) / np.sqrt(n)
    V = [v]
    al, be = [], []
    for j in range(n - 1):
        w = s @ V[-1]
        al.append(w @ V[-1])
        w = w - al[-1] * V[-1]
        if j > 0:
            w = w - be[-1] * V[-2]
        be.append(np.linalg.norm(w))
        V.append(w / be[-1])
    return np.array(al), np.array(be)


@case(*M)
def arnoldi(a):
    n = len(a)
    H = np.zeros((n, n - 1))
    Q = np.zeros((n, n))
    Q[:, 0] = 1 / np.sqrt(n)
    for k in range(n - 1):
        v = a @ Q[:, k]
        for j in range(k + 1):
            H[j, k] = Q[:, j] @ v
            v = v - H[j, k] * Q[:, j]
        H[k + 1, k] = np.linalg.norm(v)
        if H[k + 1, k] > 1e-12:
            Q[:, k + 1] = v / H[k + 1, k]
    return H, Q


@case(*M)
def nested_views(a):
    b = a.copy()
    for i in range(len(b)):
        r = b[i]
        c = b[:, i]
        d = r[i:]
        d += 1.0
        c *= 0.5
        r[0] += c[-1]
    return b


@case(*M)
def matrix_in_list(a):
    ms = [a, a.T, a @ a]
    p = np.eye(len(a))
    for k, m in enumerate(ms):
        p = p @ m + k
    for m in reversed(ms):
        p = 0.1 * (m @ p)
    return p


@case(*V)
def tensor_contract(x):
    t = np.zeros((2, 3, len(x)))
    for i in range(2):
        for j in range(3):
            t[i, j] = x * (i + 1) - j
    return (
        np.einsum("ijk,k->ij", t, x),
        np.tensordot(t, x, axes=1).sum(axis=1),
        t.transpose(2, 0, 1)[0],
        t[..., 0].T,
        t.swapaxes(0, 2).shape,
    )


@case(*V)
def inplace_view_transposed(x):
    a = np.outer(x, np.ones(3))
    b = a.T
    for i in range(3):
        b[i] *= i + 1
    a[0] += b[:, 1]
    return a, b


@case(*V)
def reshape_loop(x):
    a = np.repeat(x, 2).reshape(len(x), 2)
    for i in range(2):
        f = a.reshape(-1)
        f[i::2] += i
    return a


@case(*V)
def copy_semantics(x):
    a = x[:]
    b = x.copy()[::2]
    c = np.array(b)
    d = np.asarray(b)
    for i in range(len(d)):
        d[i] += 1
        c[i] *= 2
    return a, b, c, d


@case(*V)
def list_of_arrays_mutated(x):
    l = [x.copy(), x * 2]
    for a in l:
        a += 1
    for i, a in enumerate(l):
        l[i] = a * (i + 1)
    for a, b in zip(l, l[::-1]):
        a += b * 0.1
    return l


@case(*V)
def dict_of_arrays_mutated(x):
    d = {"a": x.copy(), "b": np.zeros_like(x)}
    for k in d:
        d[k] += 1
    for k, v in d.items():
        v *= 2
    d["b"][1:] += d["a"][:-1]
    for i in range(3):
        for k in ("a", "b"):
            d[k][i % len(x)] -= 0.5
    return d


@case(*V)
def object_arrays_mutated(x):
    class S:
        pass

    s = S()
    s.u = x.copy()
    s.v = s.u[1:]
    s.n = 0
    for i in range(4):
        s.v += 0.1 * s.u[:-1]
        s.u[0] = s.v[-1]
        s.n += 1
    return s.u, s.v, s.n


@case(*V)
def ring_buffer(x):
    buf = np.zeros(3)
    pos = 0
    out = []
    for v in x:
        buf[pos] = v
        pos = (pos + 1) % 3
        out.append(buf.mean())
    return np.array(out), pos, buf


@case(*V)
def state_machine(x):
    state = 0
    count = 0.0
    for v in x:
        if state == 0:
            if v > 0:
                state = 1
        elif state == 1:
            count += v
            state = 2 if v < 0 else 1
        else:
            state = 0
    return state, count


@case(*V)
def string_state(x):
    state = "up"
    s = 0.0
    for v in x:
        if state == "up":
            s += v
            if v < 0:
                state = "down"
        else:
            s -= v
            if v > 0:
                state = "up"
    return s


@case(*V)
def tuple_best(x):
    best = (float("inf"), -1)
    for i, v in enumerate(x):
        best = min(best, (v * v, i))
    return best


@case(*V)
def weighted_median(x):
    order = np.argsort(x)
    w = np.abs(x) + 1
    c = 0.0
    half = w.sum() / 2
    for k in order:
        c += w[k]
        if c >= half:
            return x[k]
    return x[order[-1]]


@case(*V)
def sampling_inverse_cdf(x):
    p = np.exp(x) / np.exp(x).sum()
    c = np.cumsum(p)
    out = []
    for u in (0.1, 0.5, 0.9):
        k = 0
        while c[k] < u:
            k += 1
        lo = c[k - 1] if k > 0 else 0.0
        out.append(k + (u - lo) / p[k])
    return out


@case(*V)
def savgol_like(x):
    y = np.pad(x, 2, mode="reflect")
    w = np.array([-3, 12, 17, 12, -3]) / 35
    return [float(np.dot(w, y[i : i + 5])) for i in range(len(x))], [y[i : i + 5] @ w for i in range(len(x))]


@case(*V)
def autocorr(x):
    n = len(x)
    xm = x - x.mean()
    return np.array([np.sum(xm[: n - k] * xm[k:]) / np.sum(xm**2) for k in range(n)])


@case(*V)
def lagrange(x):
    t = np.arange(len(x)) * 1.0
    s = 0.0
    for i in range(len(x)):
        term = x[i]
        for j in range(len(x)):
            if j != i:
                term *= (1.5 - t[j]) / (t[i] - t[j])
        s += term
    return s


@case(*V)
def divided_differences(x):
    c = x.copy()
    n = len(x)
    t = np.arange(n) ** 1.5
    for j in range(1, n):
        for i in range(n - 1, j - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (t[i] - t[i - j])
    r = c[-1]
    for k in range(n - 2, -1, -1):
        r = r * (0.7 - t[k]) + c[k]
    return r, c


@case(*V)
def romberg(x):
    f = lambda t: np.sin(t * x[0]) + x[1]
    R = np.zeros((4, 4))
    h = 1.0
    R[0, 0] = 0.5 * h * (f(0.0) + f(1.0))
    for i in range(1, 4):
        h /= 2
        s = 0.0
        for k in range(1, 2**i, 2):
            s += f(k * h)
        R[i, 0] = 0.5 * R[i - 1, 0] + h * s
        for j in range(1, i + 1):
            R[i, j] = R[i, j - 1] + (R[i, j - 1] - R[i - 1, j - 1]) / (4**j - 1)
    return R[3, 3]


@case(*V)
def ladder(x):
    z = 0j
    for r in x:
        z = 1 / (1 / (abs(r) + 1j * 0.3) + 1 / (z + 1))
    return abs(z), np.angle(z)


@case(*V)
def goertzel(x):
    s1 = s2 = 0.0
    c = 2 * math.cos(0.7)
    for v in x:
        s1, s2 = v + c * s1 - s2, s1
    return s1 * s1 + s2 * s2 - c * s1 * s2


@case(*V)
def iir_filter(x):
    b = [0.2, 0.3]
    a = [1.0, -0.5]
    y = np.zeros_like(x)
    for n in range(len(x)):
        acc = 0.0
        for k in range(len(b)):
            if n - k >= 0:
                acc += b[k] * x[n - k]
        for k in range(1, len(a)):
            if n - k >= 0:
                acc -= a[k] * y[n - k]
        y[n] = acc / a[0]
    return y


@case(*V)
def fft_recursive(x):
    def fft(a):
        n = len(a)
        if n == 1:
            return a.astype(complex)
        if n % 2:
            return np.array([sum(a[k] * np.exp(-2j * np.pi * j * k / n) for k in range(n)) for j in range(n)])
        e, o = fft(a[::2]), fft(a[1::2])
        w = np.exp(-2j * np.pi * np.arange(n // 2) / n) * o
        return np.concatenate([e + w, e - w])

    return np.abs(fft(x)), fft(x).real


@case(*V)
def bezier(x):
    pts = [v for v in x]
    while len(pts) > 1:
        pts = [0.6 * a + 0.4 * b for a, b in zip(pts[:-1], pts[1:])]
    return pts[0]


@case(*V)
def pascal_poly(x):
    row = [1]
    for _ in range(4):
        row = [1] + [row[i] + row[i + 1] for i in range(len(row) - 1)] + [1]
    return sum(c * x[0] ** k for k, c in enumerate(row)), row


@case(*V)
def gini(x):
    s = np.sort(np.abs(x))
    n = len(s)
    c = 0.0
    for i, v in enumerate(s, 1):
        c += (2 * i - n - 1) * v
    return c / (n * s.sum())


@case(*V)
def kernel_density(x):
    out = []
    for g in np.linspace(-2, 2, 5):
        k = 0.0
        for v in x:
            u = (g - v) / 0.8
            if abs(u) < 1:
                k += 0.75 * (1 - u * u)
        out.append(k / len(x))
    return np.array(out)


@case(*V)
def hinge_sgd(x):
    w = np.zeros(2)
    data = [(np.array([v, 1.0]), 1 if i % 2 else -1) for i, v in enumerate(x)]
    for epoch in range(5):
        for f, y in data:
            if y * (w @ f) < 1:
                w = w + 0.1 * (y * f - 0.01 * w)
            else:
                w = w * (1 - 0.001)
    return w


@case(*V)
def perceptron_until(x):
    w, b, errs = 0.0, 0.0, 1
    it = 0
    while errs and it < 20:
        errs = 0
        for i, v in enumerate(x):
            t = 1 if v > 0.1 else -1
            if t * (w * v + b) <= 0:
                w += t * v
                b += t
                errs += 1
        it += 1
    return w, b, errs, it
