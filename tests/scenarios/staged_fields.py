"""Short programs of many fields, and the ways in which arrays, lists and dicts are filled, searched and shared."""

import copy
import functools
import math
from collections import deque

import numpy as np
from scipy import special
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
P = ((0.5,), (-1.5,), (2.5,))
V = ((np.array([0.5, -1.5, 2.0, 0.3]),), (np.array([-0.5, -2.5, -2.0, -0.3]),), (np.array([1.0, 2.0, 3.0]),))
M = ((np.array([[2.0, 1.0, 0.5], [0.3, 3.0, 1.0], [0.2, 0.1, 1.5]]),), (np.array([[2.0, -1.0], [4.0, 3.0]]),))


@case(*P)
def fib_ints(x):
    a, b = 1, 1
    for _ in range(100):
        a, b = b, a + b
    return x * a


@case(*P)
def int_shift(x):
    k = 1
    for i in range(70):
        k = k << 1
    return x * k


@case(*P)
def int_square(x):
    k = 3
    for i in range(6):
        k = k**2
    return x / k


@case(*P)
def binomials(x):
    c = 1
    s = 0.0
    n = 12
    for k in range(n + 1):
        s += c * x**k
        c = c * (n - k) // (k + 1)
    return s


@case(*P)
def parity(x):
    s = 0.0
    for k in range(7):
        s += (-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1)
    return s


@case(*P)
def math_comb(x):
    return sum(math.comb(6, k) * x**k * (1 - x) ** (6 - k) for k in range(7))


@case(*P)
def special_comb(x):
    s = 0.0
    for k in range(7):
        s += special.comb(6, k) * x**k + special.factorial(k)
    return s


@case(*V)
def neg_index(x):
    s = 0.0
    for i in range(1, len(x) + 1):
        s = s * 0.5 + x[-i]
    return s


@case(*V)
def wraparound(x):
    y = np.empty_like(x)
    n = len(x)
    for i in range(n):
        y[i] = x[i - 1] - 2 * x[i] + x[(i + 1) % n]
    return y


@case(*V)
def out_of_range_static(x):
    y = np.zeros(len(x))
    for i in range(len(x) + 1):
        y[i] = x[0]
    return y


@case(*V)
def out_of_range_read(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i + 1]
    return s


@case(*V)
def out_of_range_negative(x):
    s = 0.0
    for i in range(len(x) + 2):
        s += x[len(x) - i]
    return s


@case(*V)
def slice_out_of_range(x):
    s = 0.0
    for i in range(len(x) + 2):
        s += x[i : i + 2].sum()
    return s


@case(*V)
def strided(x):
    y = np.zeros(2 * len(x))
    for k in range(2):
        y[k::2] = x * (k + 1)
    y[::-1][:2] += 1
    return y


@case(*V)
def while_index(x):
    i, s = 0, 0.0
    while i < len(x) and x[i] > -1:
        s += x[i]
        i += 1
    return s, i


@case(*V)
def search_linear(x):
    for i, v in enumerate(x):
        if v > 0.4:
            return i * v
    return -1.0


@case(*V)
def search_index(x):
    idx = -1
    for i in range(len(x)):
        if x[i] > 0.4:
            idx = i
            break
    if idx < 0:
        return 0.0
    return x[idx] * 10


@case((np.array([0.0, 1.0, 2.0, 4.0]), 1.5), (np.array([0.0, 1.0, 2.0, 4.0]), 5.0), (np.array([0.0, 1.0]), 0.5))
def binary_search(a, v):
    lo, hi = 0, len(a)
    while lo < hi:
        mid = (lo + hi) // 2
        if a[mid] < v:
            lo = mid + 1
        else:
            hi = mid
    i = min(max(lo, 1), len(a) - 1)
    w = (v - a[i - 1]) / (a[i] - a[i - 1])
    return w * a[i] ** 2 + (1 - w) * a[i - 1] ** 2


@case(
    (np.array([0.0, 1.0, 2.0, 4.0]), np.array([1.0, 3.0, -1.0, 2.0]), 1.5),
    (np.array([0.0, 1.0, 2.0, 4.0]), np.array([1.0, 3.0, -1.0, 2.0]), 9.0),
)
def np_interp(a, b, v):
    s = 0.0
    for k in range(3):
        s += np.interp(v + k * 0.1, a, b)
    return s, np.searchsorted(a, v), np.digitize(v, a)


@case(*P)
def float32_scalar(x):
    y = np.float32(x)
    z = np.float32(0)
    for i in range(5):
        z = z + y * 0.5
    return z


CASES[-1] = Case(float32_scalar, P, differences=False)


@case((np.arange(5, dtype=np.float32),), differences=False)
def float32_mix(x):
    acc = 0
    buf = np.zeros(5)
    for i in range(5):
        acc += x[i]
        buf[i] = x[i] * 0.1
    t = np.float64(0.0)
    for v in x:
        t += v
    return acc, buf, t, x / 3, x.sum() / 3, np.float32(2) * x[0]


@case((np.array([1, 2, 3]), 0.5), (np.array([4, -2, 3]), 1.5))
def int_array(k, x):
    t = 0
    y = np.zeros(3)
    for i in range(len(k)):
        t += k[i]
        y[i] = x ** k[i] if k[i] > 0 else x
    return y, t, k * 2, k / 2, k // 2, k % 2, -k, k.sum(), k.mean()


@case(
    (np.array([True, False, True]), np.array([1.0, 2.0, 3.0])),
    (np.array([False, False, True]), np.array([1.0, 2.0, 3.0])),
)
def bool_array(m, x):
    s = 0.0
    for i in range(len(m)):
        if m[i]:
            s += x[i]
    return s, np.where(m, x, 0), x * m, m.sum(), ~m, (m & (x > 1)).any()


@case((1 + 2j, 0.5), (-1j, 2.0))
def complex_arg(z, r):
    w = z
    for k in range(8):
        w = w * w * 0.1 + z
        if abs(w) > 4:
            break
    return abs(w) * r, w.conjugate(), w.real


OFFSETS = [0.5, -0.25, 0.125]
WEIGHTS = {"a": 2.0, "b": np.array([1.0, 2.0])}


@case(*P)
def globals_used(x):
    s = 0.0
    for o in OFFSETS:
        s += o * x
    for k, w in WEIGHTS.items():
        s += np.sum(w) * x
    return s


@case(*V)
def list_of_arrays(x):
    ws = [np.eye(len(x)), np.outer(x, x), np.ones((len(x), len(x)))]
    h = x
    for w in ws:
        h = np.tanh(w @ h)
    for w, b in zip(ws, [x, x * 2, x * 3]):
        h = np.tanh(w @ h + b)
    return h


@case(*V)
def mlp_shapes(x):
    rng = np.random.default_rng(0)
    sizes = [len(x), 5, 3, 1]
    ws = [rng.standard_normal((m, n)) for n, m in zip(sizes[:-1], sizes[1:])]
    h = x
    for i, w in enumerate(ws):
        h = w @ h
        if i < len(ws) - 1:
            h = np.maximum(h, 0.01 * h)
    return h[0]


@case(({"w": np.array([1.0, 2.0]), "b": 0.5},), ({"w": np.array([-1.0, 2.0]), "b": 1.5},))
def adam_dict(p):
    m = {k: np.zeros_like(v) for k, v in p.items()}
    v = {k: 0.0 * x for k, x in p.items()}
    p = dict(p)
    for t in range(1, 20):
        g = {"w": 2 * p["w"] + p["b"], "b": p["b"] + p["w"].sum()}
        for k in p:
            m[k] = 0.9 * m[k] + 0.1 * g[k]
            v[k] = 0.99 * v[k] + 0.01 * g[k] ** 2
            mh = m[k] / (1 - 0.9**t)
            vh = v[k] / (1 - 0.99**t)
            p[k] = p[k] - 0.1 * mh / (np.sqrt(vh) + 1e-8)
    return p


@case(*M)
def lu_nopivot(a):
    n = len(a)
    L = np.eye(n)
    U = a.copy()
    for k in range(n - 1):
        L[k + 1 :, k] = U[k + 1 :, k] / U[k, k]
        U[k + 1 :, k:] -= L[k + 1 :, k : k + 1] * U[k, k:]
    return L, U


@case(*M)
def gauss_seidel(a):
    n = len(a)
    b = np.arange(1.0, n + 1)
    x = np.zeros(n)
    for it in range(100):
        x_old = x.copy()
        for i in range(n):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x_old[i + 1 :]) / a[i, i]
        if np.allclose(x, x_old, atol=1e-12):
            break
    return x


@case(*M)
def determinant_recursive(a):
    def det(m):
        if len(m) == 1:
            return m[0][0]
        if len(m) == 2:
            return m[0][0] * m[1][1] - m[0][1] * m[1][0]
        s = 0
        for j in range(len(m)):
            minor = [row[:j] + row[j + 1 :] for row in m[1:]]
            s += (-1) ** j * m[0][j] * det(minor)
        return s

    return det([[a[i, j] for j in range(a.shape[1])] for i in range(a.shape[0])])


@case(*M)
def triple_loop_matmul(a):
    n = len(a)
    c = [[0 for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i][j] += a[i][k] * a[k][j]
    return np.array(c)


@case(*M)
def numpy_linalg_loop(a):
    s = 0.0
    b = np.ones(len(a))
    for k in range(3):
        x = np.linalg.solve(a + k * np.eye(len(a)), b)
        s += np.linalg.norm(x) + np.linalg.det(a) + np.trace(np.linalg.inv(a + k))
        b = x / x.max()
    w, v = np.linalg.eigh(a + a.T)
    u, sv, vt = np.linalg.svd(a)
    q, r = np.linalg.qr(a)
    return s + w.sum() + sv[0], np.abs(r)


@case((np.array([0.9, 0.1, 0.3, 0.8, 0.2]),), (np.array([0.1, 0.9]),))
def hmm_forward(obs):
    A = np.array([[0.7, 0.3], [0.2, 0.8]])

    def emit(o):
        return np.array([o, 1 - o])

    alpha = np.array([0.5, 0.5]) * emit(obs[0])
    ll = 0.0
    for t in range(1, len(obs)):
        alpha = (alpha @ A) * emit(obs[t])
        c = alpha.sum()
        alpha /= c
        ll += np.log(c)
    return ll, alpha


@case((np.array([0.9, 0.1, 0.3, 0.8, 0.2]),), (np.array([0.1, 0.9, 0.5]),))
def viterbi(obs):
    logA = np.log(np.array([[0.7, 0.3], [0.2, 0.8]]))
    T = len(obs)
    delta = np.zeros((T, 2))
    psi = np.zeros((T, 2), dtype=int)
    delta[0] = np.log([0.5 * obs[0], 0.5 * (1 - obs[0])])
    for t in range(1, T):
        for j in range(2):
            cand = delta[t - 1] + logA[:, j]
            psi[t, j] = np.argmax(cand)
            delta[t, j] = np.max(cand) + np.log(obs[t] if j == 0 else 1 - obs[t])
    path = np.zeros(T, dtype=int)
    path[-1] = np.argmax(delta[-1])
    for t in range(T - 2, -1, -1):
        path[t] = psi[t + 1, path[t + 1]]
    return delta[-1].max(), path


@case((np.array([1.0, 1.3, 0.8, 1.1, 1.9]), 0.3), (np.array([1.0, 0.3]), 0.1))
def kalman(z, q):
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    x = np.zeros(2)
    P = np.eye(2)
    out = []
    for zk in z:
        x = F @ x
        P = F @ P @ F.T + q * np.eye(2)
        S = H @ P @ H.T + 0.1
        K = P @ H.T @ np.linalg.inv(S)
        x = x + (K @ (zk - H @ x)).ravel()
        P = (np.eye(2) - K @ H) @ P
        out.append(x[0])
    return np.array(out), np.trace(P)


@case((np.array([0.1, 0.5, 2.1, 2.6, 2.2]),), (np.array([-0.1, 0.5, 4.1]),))
def em_mixture(x):
    mu = np.array([0.0, 2.0])
    sg = np.ones(2)
    w = np.array([0.5, 0.5])
    ll_old = -np.inf
    for it in range(50):
        r = w * np.exp(-0.5 * ((x[:, None] - mu) / sg) ** 2) / sg
        ll = np.log(r.sum(axis=1)).sum()
        r /= r.sum(axis=1, keepdims=True)
        n = r.sum(axis=0)
        mu = (r * x[:, None]).sum(axis=0) / n
        sg = np.sqrt((r * (x[:, None] - mu) ** 2).sum(axis=0) / n + 0.01)
        w = n / len(x)
        if ll - ll_old < 1e-3:
            break
        ll_old = ll
    return mu, sg, w


@case(
    (np.array([[1.0, 0.2], [1.0, -0.5], [1.0, 1.5], [1.0, 0.1]]), np.array([0.0, 1.0, 1.0, 0.0])),
    (np.array([[1.0, 0.2], [1.0, -0.5], [1.0, 1.5]]), np.array([1.0, 0.0, 1.0])),
)
def irls(X, y):
    b = np.zeros(2)
    for _ in range(6):
        p = 1 / (1 + np.exp(-X @ b))
        W = np.maximum(p * (1 - p), 1e-6)
        z = X @ b + (y - p) / W
        XtW = X.T * W
        new = np.linalg.solve(XtW @ X + 0.1 * np.eye(2), XtW @ z)
        if np.linalg.norm(new - b) < 1e-10:
            b = new
            break
        b = new
    return b


@case(*V)
def quad_in_loop(x):
    s = 0.0
    for k in range(3):
        s += np.trapezoid(np.sin(np.linspace(0, 1, 11) * x[k % len(x)]), dx=0.1)
    return s


@case(*V)
def poly(x):
    return (
        np.polyval(x, 2.0) + np.polyval([1.0, x[0], 2.0], x[1]) + np.cumsum(x)[-1] + np.diff(x).sum() + np.cumprod(x)[1]
    )


@case(*V)
def copy_deepcopy(x):
    st = {"a": x.copy(), "l": [x[0], x[1]]}
    for i in range(3):
        old = copy.deepcopy(st)
        st["a"] = st["a"] * 0.5 + old["a"][::-1]
        st["l"][0] = old["l"][1] + i
        st["l"][1] = old["l"][0]
    return st["a"], sum(st["l"])


@case(*V)
def history_of_copies(x):
    u, h = x.copy(), []
    for i in range(5):
        u[1:] += 0.1 * u[:-1]
        h.append(u.copy())
    h = np.array(h)
    return h[-1], h.mean(axis=0), h[:, 0]


@case(*V)
def history_last(x):
    traj = [x]
    for i in range(5):
        traj.append(traj[-1] * 0.5 + traj[0])
    return traj[-1], traj[2], len(traj)


@case(*V)
def two_back(x):
    f = [x[0], x[1]]
    for n in range(2, 10):
        f.append(0.5 * f[n - 1] + 0.25 * f[n - 2])
    return f[9], f[-3]


@case(*V)
def list_dp(x):
    n = 8
    dp = [0.0] * (n + 1)
    dp[0] = x[0]
    for i in range(1, n + 1):
        dp[i] = dp[i - 1] * 0.5 + (dp[i - 2] if i > 1 else 0) + x[i % len(x)]
    return dp[n]


@case(*V)
def list_dp_all(x):
    n = 6
    dp = [x[0]]
    for i in range(1, n):
        best = 1e9
        for j in range(i):
            best = min(best, dp[j] + (i - j) * abs(x[1]) * 0.3 + 0.1 * j)
        dp.append(best)
    return dp[-1]


@case(*V)
def knapsack(x):
    w = [2, 3, 4]
    cap = 8
    best = np.zeros(cap + 1)
    for k, wk in enumerate(w):
        v = abs(x[k % len(x)])
        for c in range(cap, wk - 1, -1):
            best[c] = max(best[c], best[c - wk] + v)
    return best[cap]


@case(*V)
def dict_of_lists(x):
    log = {"t": [], "y": []}
    t, y = 0.0, x[0]
    while t < 0.95:
        log["t"].append(t)
        log["y"].append(y)
        y += 0.1 * -y
        t += 0.1
    return np.array(log["y"]).sum(), len(log["t"])


@case(*V)
def string_keys_loop(x):
    p = {"k1": x[0], "k2": x[1]}
    s = 0.0
    for name in ["k1", "k2"]:
        s += p[name] ** 2
    for i in (1, 2):
        s += p["k%d" % i] * i + p["k" + str(i)]
    for i in range(1, 3):
        s += p[f"k{i}"]
    return s


@case(*V)
def object_list(x):
    class Particle:
        def __init__(self, p, v):
            self.p, self.v = p, v

        def kick(self, f):
            self.v += 0.1 * f

        def drift(self):
            self.p += 0.1 * self.v

    ps = [Particle(xi, 0.0) for xi in x]
    for _ in range(10):
        for p in ps:
            f = 0.0
            for q in ps:
                if q is not p:
                    f += q.p - p.p
            p.kick(f)
        for p in ps:
            p.drift()
    return [p.p for p in ps]


@case(*V)
def inheritance(x):
    class Base:
        k = 2.0

        def f(self, x):
            return self.k * x

        def run(self, x):
            for _ in range(3):
                x = self.f(x)
            return x

    class Child(Base):
        k = 0.5

        def f(self, x):
            return super().f(x) + 1

    return Child().run(x) + Base().run(x)


@case(*V)
def context_manager(x):
    class Scale:
        def __init__(self, k):
            self.k = k

        def __enter__(self):
            return self

        def __exit__(self, *a):
            self.k = 0
            return False

    with Scale(2.0) as s:
        y = x * s.k
        for i in range(4):
            y = y * 0.5 + s.k
    return y + s.k


@case(*V)
def decorator_cached(x):
    calls = []

    def memo(f):
        c = {}

        @functools.wraps(f)
        def g(n):
            if n not in c:
                c[n] = f(n)
            return c[n]

        return g

    @memo
    def h(n):
        if n < 2:
            return x[n]
        return h(n - 1) * 0.5 + h(n - 2)

    return h(8)


@case(*V)
def partials(x):
    f = functools.partial(np.clip, a_min=-1, a_max=1)
    g = functools.partial(lambda a, b, c=1: a * b + c, 2.0, c=3.0)
    y = f(x)
    for i in range(3):
        y = g(y) * 0.1
    return y


@case(*V)
def nested_function_args(x):
    def integrate(f, a, b, n=10):
        h = (b - a) / n
        s = 0.5 * (f(a) + f(b))
        for i in range(1, n):
            s += f(a + i * h)
        return s * h

    return integrate(lambda t: np.sin(t * x[0]), 0, 1) + integrate(lambda t: t * x[1], x[0], 2.0, n=7)


@case(*V)
def newton_with_callable(x):
    def newton(f, df, x0, tol=1e-12, maxiter=50):
        for i in range(maxiter):
            step = f(x0) / df(x0)
            x0 -= step
            if abs(step) < tol:
                return x0
        raise RuntimeError("no convergence")

    return newton(lambda t: t**3 - 2 - x[0] ** 2, lambda t: 3 * t * t, 1.5)


@case(*V)
def returns_tuple_midway(x):
    def f(a):
        for i in range(10):
            a = a * 0.7
            if abs(a) < 0.3:
                return a, i, True
        return a, 10, False

    v, n, ok = f(x[0])
    return v * 2, n, ok


@case(*V)
def returns_none_or_value(x):
    def f(a):
        if a > 0:
            return a * 2
        return None

    r = f(x[0])
    if r is None:
        r = 1.0
    return r * x[1]


@case(*V)
def optional_state(x):
    prev = None
    s = 0.0
    for v in x:
        if prev is not None:
            s += (v - prev) ** 2
        prev = v
    return s


@case(*V)
def optional_by_value(x):
    last_pos = None
    s = 0.0
    for v in x:
        if v > 0:
            if last_pos is not None:
                s += v * last_pos
            last_pos = v
    return s


@case(*V)
def inf_start(x):
    best = float("inf")
    arg = -1
    for i, v in enumerate(x):
        if v * v < best:
            best, arg = v * v, i
    worst = -math.inf
    for v in x:
        worst = max(worst, v)
    return best, arg, worst


@case(*V)
def multiple_assign(x):
    a = b = x[0]
    a += 1
    (c, d), *rest = (a, b), x[1], x[2]
    e, *f = x
    *g, h = [x[0], x[1], x[2]]
    return a * b + c - d + sum(rest) + e * h + len(f) + g[1]


@case(*V)
def delete_name(x):
    y = x * 2
    t = y.sum()
    del y
    for i in range(3):
        z = t * i
        del z
    return t


@case(*V)
def augmented_targets(x):
    d = {"a": 1.0}
    l = [0.0, 1.0]
    m = np.zeros((2, 2))
    for v in x:
        d["a"] *= 1 + 0.1 * v
        l[0] += v
        l[-1] -= v
        m[0, 1] += v
        m[1] -= 0.5
        m[:, 0] *= 1.1
    return d["a"], l, m


@case(*V)
def chained_compare(x):
    n = 0
    s = 0.0
    for v in x:
        if -1 < v <= 1.0:
            n += 1
            s += v
        elif not (0 <= v < 5) or v != v:
            s -= 1
    return n, s


@case(*V)
def nan_handling(x):
    y = np.where(x > 0, np.log(np.where(x > 0, x, 1)), np.nan)
    s = 0.0
    for v in y:
        if np.isnan(v):
            continue
        s += v
    return s, np.nansum(y), np.isnan(y).sum()


@case(*V)
def early_continue_nested(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] < 0:
            continue
        for j in range(len(x)):
            if j == i:
                continue
            if x[j] < 0:
                break
            s += x[i] * x[j]
    return s


@case(*V)
def return_in_nested(x):
    for i in range(len(x)):
        for j in range(i):
            if x[i] * x[j] > 0.1:
                return x[i] - x[j], i, j
    return 0.0, -1, -1


@case(*V)
def while_nested_break(x):
    s, k = x[0], 0
    while k < 10:
        j = 0
        while True:
            s = s * 0.9 + 0.01
            j += 1
            if j >= k or s < 0.1:
                break
        k += 1
        if abs(s) < 0.2:
            break
    return s, k, j


@case(*V, differences=False)
def collatz(x):
    n = int(abs(x[0]) * 10) + 1
    c = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        c += 1
    return x[0] * c


@case((6, 0.5), (27, 1.5), (12, 0.5))
def gcd_arg(n, x):
    a, b = n, 18
    while b:
        a, b = b, a % b
    return a * x, a


@case((10, 0.5), (5, 1.0))
def int_static_bits(n, x):
    r = 1.0
    b = x
    while n > 0:
        if n & 1:
            r *= b
        b *= b
        n >>= 1
    return r


@case(*V)
def digits(x):
    s = 0.0
    for c in "1203":
        s = s * 10 + int(c) * x[0]
    for w in ["a", "bb", "ccc"]:
        s += len(w) * x[1]
    return s


@case(*V)
def enumerate_zip_reversed(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, reversed(x))):
        s += i * a * b
    for i, a in reversed(list(enumerate(x))):
        s = s * 0.5 + a * i
    for a, b, c in zip(x, x[1:], range(10)):
        s += a * b * c
    for i in sorted(range(len(x)), key=lambda i: -i):
        s += i * x[i]
    return s


@case(*V)
def set_loop(x):
    seen = set()
    s = 0.0
    for i in [0, 1, 0, 2]:
        if i in seen:
            continue
        seen.add(i)
        s += x[i]
    return s, len(seen)


@case(*V)
def inner_product_loops(x):
    n = len(x)
    s = 0
    for i in range(n):
        s += x[i] * x[n - 1 - i]
    for i in range(0, n, 2):
        s += x[i]
    for i in range(n - 1, 0, -1):
        s += x[i] * x[i - 1]
    return s


@case(*V)
def matrix_power(x):
    a = np.array([[x[0], 1.0], [0.5, x[1]]])
    r = np.eye(2)
    for _ in range(4):
        r = r @ a
    n = 5
    b = a.copy()
    q = np.eye(2)
    while n:
        if n % 2:
            q = q @ b
        b = b @ b
        n //= 2
    return r, q, np.linalg.matrix_power(a, 3)


@case(*V)
def cumulative(x):
    out = [x[0]]
    for v in x[1:]:
        out.append(out[-1] + v)
    m = [out[0]]
    for v in out[1:]:
        m.append(max(m[-1], v))
    return np.array(out), m[-1]


@case(*V)
def sliding_window(x):
    w = deque(maxlen=2)
    out = []
    for v in x:
        w.append(v)
        out.append(sum(w) / len(w))
    return np.array(out)


@case(*V)
def meshgrid_loop(x):
    X, Y = np.meshgrid(x, x[:2])
    z = np.zeros_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            z[i, j] = X[i, j] * Y[i, j] if X[i, j] > 0 else Y[i, j]
    return z.sum(axis=0)


@case(*V)
def tile_roll_pad(x):
    y = np.pad(x, 1, mode="edge")
    for _ in range(3):
        y[1:-1] = 0.25 * (y[:-2] + 2 * y[1:-1] + y[2:])
        y[0], y[-1] = y[1], y[-2]
    return np.roll(y, 1) + np.tile(y, 2)[: len(y)]


@case(*V)
def np_select(x):
    y = np.select([x < -1, x < 0, x < 1], [x**2, -x, np.sin(x)], default=1.0)
    z = np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t**2])
    return y + z + np.heaviside(x, 0.5) + np.sign(x) * np.clip(x, 0, 1) + np.maximum.accumulate(x)


@case(*V)
def out_param_and_where(x):
    y = np.zeros_like(x)
    np.sqrt(x, out=y, where=x > 0)
    z = np.ones_like(x)
    np.divide(1.0, x, out=z, where=x != 0)
    return y, z


@case(*V)
def scalar_zero_d(x):
    a = np.array(0.0)
    for v in x:
        a += v
    b = np.zeros(())
    b[()] = x[0]
    return a * 2, b + 1, float(a)


@case(*V)
def item_tolist(x):
    s = 0.0
    for v in x.tolist():
        s += v * v
    return s + x.sum().item() + x.max().item() + x.item(0)


@case(*V)
def assert_shapes(x):
    assert x.ndim == 1 and x.shape[0] > 1, f"bad shape {x.shape}"
    (n,) = x.shape
    a = np.ones((n, 2))
    rows, cols = a.shape
    if a.shape != (rows, cols):
        raise ValueError
    return x * rows * cols / x.size
