"""Sorting, searching and partitioning by hand; NumPy's types and views; what raises, and what depends on a choice."""

import itertools
import math

import numpy as np
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
P = ((0.5,), (-1.5,), (2.5,), (0.3,))
V = ((np.array([0.5, -1.5, 2.0, 0.3]),), (np.array([-0.5, -2.5, -2.0, -0.3]),), (np.array([1.0, 2.0, 3.0]),))
M = ((np.array([[2.0, 1.0, 0.5], [0.3, 3.0, 1.0], [0.2, 0.1, 1.5]]),), (np.array([[2.0, -1.0], [4.0, 3.0]]),))


@case(*M)
def swap_rows_views(a):
    a = a.copy()
    a[0], a[1] = a[1], a[0]
    return a


@case(*M)
def swap_rows_loop(a):
    a = a.copy()
    for i in range(len(a) - 1):
        a[i], a[i + 1] = a[i + 1], a[i]
    return a


@case(*M)
def swap_rows_copy(a):
    a = a.copy()
    for i in range(len(a) - 1):
        a[i], a[i + 1] = a[i + 1].copy(), a[i].copy()
    return a


@case(*M)
def swap_fancy(a):
    a = a.copy()
    p = int(np.argmax(np.abs(a[:, 0])))
    a[[0, p]] = a[[p, 0]]
    return a, p


@case(*V)
def overlapping_shift(x):
    y = x.copy()
    y[1:] = y[:-1]
    y[:-1] += y[1:]
    for i in range(3):
        y[1:] = y[:-1] * 0.5 + y[1:]
    return y


@case(*V)
def slices_with_zero(x):
    s = 0.0
    for i in range(3):
        s += x[i:].sum() + x[: len(x) - i].sum() + x[-i:].sum() + (x[:-i].sum() if i else 0)
    return s


@case(*V)
def roll_by_index(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        y += np.roll(x, i) * i
    return y


@case(*V)
def roll_by_traced(x):
    return np.roll(x, int(abs(x[0])))


@case(*V)
def take_put(x):
    y = np.take(x, [0, -1, 1]) + np.take(x, 7, mode="wrap")
    z = x.copy()
    np.put(z, [0, 1], [9.0, x[2]])
    return y, z, np.choose([0, 1, 0], [x[:3], -x[:3]])


@case((np.array([1, 2, 3]), 0.5), (np.array([4, -2, 3]), 1.5))
def int_array_assign(k, x):
    k = k.copy()
    k[0] = 2.7
    k[1] = int(x * 3)
    for i in range(3):
        k[i] += i
    return k, k * x


@case((np.array([1, 2, 3]), 0.5))
def int_array_truediv_inplace(k, x):
    k = k.copy()
    k /= 2
    return k * x


@case((np.array([1, 2, 3]), 0.5))
def int_array_add_float_inplace(k, x):
    k = k.copy()
    k += x
    return k


@case((np.array([250, 3], dtype=np.uint8), 0.5))
def uint8_wrap(k, x):
    for i in range(5):
        k = k + np.uint8(2)
    return k * x, k, k + 1, k // 2, -k


@case((np.array([2**30, 3], dtype=np.int32), 0.5))
def int32_wrap(k, x):
    for i in range(3):
        k = k * 2
    return k, k * x, k.sum()


@case((np.array([1.0, 2.0], np.float32), 0.5), differences=False)
def nep50(a, x):
    return (
        a * x,
        a * np.float64(x),
        a + 1,
        a * 2.5,
        np.float32(3) * x,
        a.sum() * x,
        a / 3,
        a**2,
        np.sqrt(a) + 1,
        np.add(a, 1.0),
        a * np.ones(2),
        a @ a,
    )


@case((np.array([1.0, 2.0], np.float32), np.array([0.5, 0.25])), differences=False)
def float32_inplace(a, x):
    b = a.copy()
    for i in range(3):
        b += x
        b *= 0.5
    c = np.zeros(2, np.float32)
    c[:] = x
    c[0] = 0.1
    return b, c


@case((np.array([2, 3]), 0.5))
def int_negative_power(k, x):
    return k**-1 * x


@case((np.array([2.0, 3.0]),))
def array_truth(x):
    if x > 1:
        return x
    return -x


@case((np.array([2.0]),), (np.array([-2.0]),))
def array_truth_one(x):
    if x > 1:
        return x
    return -x


@case((np.array([2.0, 3.0]),))
def broadcast_error(x):
    y = np.ones(3)
    for i in range(3):
        y = y + x
    return y


@case((np.array([2.0, 3.0]),))
def shape_error_assign(x):
    y = np.zeros(3)
    for i in range(3):
        y[:] = x
    return y


@case(*V)
def list_out_of_range(x):
    l = [1.0, 2.0]
    s = 0.0
    for i in range(3):
        s += l[i] * x[0]
    return s


@case(*V)
def list_traced_index(x):
    l = [1.0, 2.0, 3.0]
    return l[int(abs(x[0]))] * x[1]


@case(*V, differences=False)
def tuple_traced_index(x):
    t = (x[0], x[1] * 2, 3.0)
    i = int(abs(x[2]))
    return t[i] + t[-1]


@case(*V)
def dict_missing(x):
    d = {0: 1.0, 1: 2.0}
    s = 0.0
    for i in range(3):
        s += d[i] * x[0]
    return s


@case(*V)
def dict_traced_key(x):
    d = {0: 1.0, 1: 2.0, 2: 3.0, 3: 7.0}
    return d[int(abs(x[0]))] * x[1]


@case(*V)
def empty_max(x):
    return max([]) + x


@case(*V)
def empty_np_max(x):
    return np.max(x[:0])


@case(*V)
def empty_mean(x):
    return x[:0].sum() + x[5:].size


@case(*V)
def zip_strict(x):
    s = 0.0
    for a, b in zip(x, x[1:], strict=True):
        s += a * b
    return s


@case(*V)
def unpack_error(x):
    a, b = x
    return a


@case(*P)
def range_float(x):
    for i in range(x):
        pass
    return x


@case(*V)
def carried_mask(x):
    m = np.zeros(len(x), dtype=bool)
    c = 0
    for k in range(4):
        m |= x * k > 1
        m ^= x > 1.9
        c += m.sum()
        m[k % len(x)] = not m[0]
    return m, c, x[m].sum()


@case(*V)
def carried_bool_array_any(x):
    active = np.ones(len(x), bool)
    y = x.copy()
    it = 0
    while active.any() and it < 50:
        y[active] *= 0.5
        active = np.abs(y) > 0.1
        it += 1
    return y, it


@case(*V)
def mandelbrot_masks(x):
    c = x + 0.3j
    z = np.zeros_like(c)
    n = np.zeros(len(x), int)
    for k in range(10):
        m = np.abs(z) < 2
        z[m] = z[m] ** 2 + c[m]
        n[m] += 1
    return n, np.abs(z)


@case(*V)
def delete_dict_keys(x):
    d = {i: v for i, v in enumerate(x)}
    for i in list(d):
        if i % 2:
            del d[i]
    return sum(d.values()), len(d), list(d)


@case(*V)
def dict_iteration_update(x):
    d = {"a": x[0], "b": x[1]}
    for k in d:
        d[k] = d[k] * 2
    for k, v in list(d.items()):
        d[k + "2"] = v + 1
    return d


@case(*V)
def nested_dicts(x):
    p = {"l1": {"w": x, "b": x[0]}, "l2": {"w": x[::-1], "b": x[1]}}
    h = np.ones(len(x))
    for name in ("l1", "l2"):
        layer = p[name]
        h = np.tanh(h * layer["w"] + layer["b"])
        layer["b"] += 1
    return h, p["l1"]["b"]


@case(*V)
def lists_of_tuples_sorted(x):
    t = [(i, v) for i, v in enumerate(x)]
    t.reverse()
    return [i * v for i, v in t]


@case(*V)
def slice_assign_list(x):
    l = [0.0] * 4
    l[1:3] = [x[0], x[1]]
    l += [x[2]]
    l *= 2
    m = l[::2] + l[-2:]
    return sum(m), len(m), l.count(0.0)


@case(*V)
def extend_generator(x):
    l = []
    l.extend(v * 2 for v in x)
    l.extend(map(abs, x))
    return np.array(l), max(l), min(l, key=abs)


@case(*V)
def max_key_default(x):
    return (
        max(x, key=lambda v: -v),
        max(range(len(x)), key=lambda i: x[i]),
        min((v * v, i) for i, v in enumerate(x))[1],
        max([], default=1.0),
    )


@case(*V)
def argsort_manual(x):
    idx = list(range(len(x)))
    idx.sort(key=lambda i: x[i])
    return [x[i] for i in idx], idx


@case(*V)
def any_generator_index(x):
    return any(x[i] > x[i + 1] for i in range(len(x) - 1)), all(v > -5 for v in x), sum(v > 0 for v in x)


@case(*V)
def early_exit_flags(x):
    found = False
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            if x[i] + x[j] > 2.0:
                found = True
                break
        if found:
            break
    return i, j, found, x[i] * x[j]


@case(*V)
def while_two_vars(x):
    lo, hi = 0, len(x) - 1
    s = 0.0
    while lo < hi:
        if x[lo] + x[hi] > 0:
            s += x[lo] * x[hi]
            hi -= 1
        else:
            lo += 1
    return s, lo, hi


@case(*V)
def partition(x):
    a = x.copy()
    p = a[-1]
    i = 0
    for j in range(len(a) - 1):
        if a[j] <= p:
            a[i], a[j] = a[j], a[i]
            i += 1
    a[i], a[-1] = a[-1], a[i]
    return a, i


@case(*V)
def quicksort(x):
    def qs(a):
        if len(a) <= 1:
            return a
        p = a[0]
        return qs([v for v in a[1:] if v < p]) + [p] + qs([v for v in a[1:] if v >= p])

    return qs(list(x))


@case(*V)
def merge_sort(x):
    def ms(a):
        if len(a) < 2:
            return a
        m = len(a) // 2
        l, r = ms(a[:m]), ms(a[m:])
        out = np.empty_like(a)
        i = j = 0
        for k in range(len(a)):
            if j >= len(r) or (i < len(l) and l[i] <= r[j]):
                out[k] = l[i]
                i += 1
            else:
                out[k] = r[j]
                j += 1
        return out

    return ms(x)


@case(*V)
def heap_like(x):
    a = x.copy()
    n = len(a)
    for start in range(n // 2 - 1, -1, -1):
        root = start
        while 2 * root + 1 < n:
            child = 2 * root + 1
            if child + 1 < n and a[child] < a[child + 1]:
                child += 1
            if a[root] >= a[child]:
                break
            a[root], a[child] = a[child], a[root]
            root = child
    return a


@case(*V)
def prefix_max_positions(x):
    best, pos = x[0], [0]
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
            pos.append(i)
        else:
            pos.append(pos[-1])
    return best, pos


@case(*V)
def longest_run(x):
    best = cur = 0
    for v in x:
        cur = cur + 1 if v > 0 else 0
        best = max(best, cur)
    return best, best * x[0]


@case(*V)
def kadane(x):
    best = cur = x[0]
    start = s = e = 0
    for i in range(1, len(x)):
        if cur + x[i] < x[i]:
            cur = x[i]
            s = i
        else:
            cur = cur + x[i]
        if cur > best:
            best, start, e = cur, s, i
    return best, start, e


@case(*V)
def lis(x):
    n = len(x)
    dp = [1] * n
    for i in range(n):
        for j in range(i):
            if x[j] < x[i] and dp[j] + 1 > dp[i]:
                dp[i] = dp[j] + 1
    return max(dp) * x[0], dp


@case(*V, differences=False)
def histogram_loop(x):
    h = [0] * 4
    w = np.zeros(4)
    for v in x:
        b = min(max(int((v + 3) / 1.5), 0), 3)
        h[b] += 1
        w[b] += v
    return h, w


@case(*V)
def digitize_loop(x):
    edges = np.array([-2.0, -1.0, 0.0, 1.0])
    t = np.zeros(5)
    for v in x:
        t[np.searchsorted(edges, v)] += v
    return t, np.digitize(x, edges), np.histogram(x, bins=edges)[0]


@case(*P)
def math_special(x):
    s = 0.0
    for k in range(1, 4):
        s += math.gamma(k + abs(x)) + math.erf(x * k) + math.atan2(x, k) + math.log1p(abs(x)) + math.cosh(x)
    return (
        s,
        math.factorial(4) * x,
        math.gcd(12, 18) * x,
        math.comb(5, 2),
        math.isclose(x, 0.5),
        math.exp2(x) if hasattr(math, "exp2") else 2**x,
    )


@case(*P)
def pows(x):
    y = abs(x)
    return y**0.5, y**2, y**-1, y**0, 2.0**x, x**3, (-x) ** 2, pow(x, 2), y**y, x**2.0, 0.0**y, 1**x


@case(*P)
def nan_compare(x):
    y = float("nan")
    a = x if y > x else -x
    b = max(x, y), max(y, x), min(x, y)
    return a, y != y, math.isnan(y), np.fmax(x, y), np.maximum(x, 0.0)


@case(*P)
def nested_ternary_lambda(x):
    f = lambda v: (lambda w: w * 2 if w > 0 else w)(v) if v < 2 else (v if v < 3 else 0.0)
    return f(x) + f(-x)


@case(*P)
def conditional_function(x):
    f = np.sin if x > 0 else np.cos
    return f(x)


@case(*P)
def conditional_string(x):
    mode = "a" if x > 0 else "b"
    r = 0.0
    if mode == "a":
        r = x * 2
    else:
        r = x * 3
    for i in range(3):
        mode = "b" if mode == "a" else "a"
        if mode == "a":
            r += i
    return r


@case(*P)
def conditional_list(x):
    l = [x, 1.0] if x > 0 else [2.0, x]
    l[0] += 1
    return sum(l)


@case(*P)
def conditional_dict(x):
    d = {"a": x} if x > 0 else {"b": -x}
    return d.get("a", 0.0) + d.get("b", 10.0)


@case(*P)
def conditional_range(x):
    s = 0.0
    for i in range(3) if x > 0 else range(5):
        s += i * x
    return s


@case(*P)
def conditional_step_count(x):
    n = 3 if x > 0 else 6
    s = 0.0
    for i in range(n):
        s = s * 0.5 + x
    return s


@case(*P)
def raise_custom(x):
    class MyErr(Exception):
        def __init__(self, v):
            super().__init__(f"v={v:.1f}")
            self.v = v

    if x > 2:
        raise MyErr(x)
    return x


@case(*P)
def try_custom(x):
    class E(Exception):
        pass

    def g(y):
        if y > 2:
            raise E("big")
        return y

    try:
        r = g(1.0) * x
    except E:
        r = -x
    return r


@case(*P)
def finally_return(x):
    def f():
        try:
            return x * 2
        finally:
            pass

    return f() + 1


@case(*P)
def with_suppress(x):
    import contextlib

    with contextlib.suppress(KeyError):
        {}["a"]
    return x


@case(*P)
def iter_sentinel(x):
    it = iter([1.0, 2.0, 3.0])
    s = 0.0
    while (v := next(it, None)) is not None:
        s += v * x
    return s


@case(*P)
def chain_iter(x):
    s = 0.0
    for v in itertools.chain([1.0], (x, x * 2), range(2)):
        s = s * 0.5 + v
    for k, g in itertools.groupby([1, 1, 2]):
        s += k * len(list(g)) * x
    for a in itertools.takewhile(lambda q: q < 3, range(10)):
        s += a
    for a, b in itertools.zip_longest([1, 2], [x], fillvalue=0.0):
        s += a * b
    return s


@case(*P)
def enumerate_start_step(x):
    s = 0.0
    for i, v in enumerate(range(10, 0, -3), start=5):
        s += i * v * x
    return s


@case(*P)
def global_counter_in_class(x):
    class C:
        total = 0.0

        def add(self, v):
            C.total += v
            return self

    c = C()
    for i in range(4):
        c.add(x * i)
    return C.total


@case(*P)
def property_setter(x):
    class T:
        def __init__(self):
            self._v = 0.0

        @property
        def v(self):
            return self._v

        @v.setter
        def v(self, q):
            self._v = min(q, 2.0)

    t = T()
    for i in range(5):
        t.v = t.v + x
    return t.v


@case(*P)
def dunder_call_state(x):
    class Acc:
        def __init__(self):
            self.s = 0.0
            self.n = 0

        def __call__(self, v):
            self.s += v
            self.n += 1
            return self.s / self.n

        def __iadd__(self, v):
            self.s += v
            return self

    a = Acc()
    for i in range(5):
        r = a(x * i)
    a += 3.0
    return r, a.s, a.n


@case(*V)
def vector_class(x):
    class Vec:
        def __init__(self, d):
            self.d = np.asarray(d)

        def __add__(self, o):
            return Vec(self.d + o.d)

        def __rmul__(self, k):
            return Vec(k * self.d)

        def norm(self):
            return np.sqrt((self.d**2).sum())

    v = Vec(x)
    for i in range(5):
        v = v + 0.1 * v
    return v.norm()
