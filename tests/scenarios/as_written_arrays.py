"""Snippets of NumPy around a traced value, as people write them."""

import bisect
import collections
import copy
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tests.scenarios.snippet import POINT, case

OUT = np.array([1.0, 2.0, 3.0])


@case
def np_scalar_types(x):
    return np.float64(x[0]) * x[1] + np.float32(2) * x[0] + np.int64(x[2]) * x[0]


@case
def astypeint(x):
    return np.sum(x.astype(int) * x)


@case
def shuffle_ground(x):
    rng = np.random.default_rng(0)
    p = np.arange(3.0)
    y = np.sum(x * p)
    rng.shuffle(p)
    return y * np.sum(x * p)


@case
def heap_arrays(x):
    h = [np.zeros(2) for _ in range(3)]
    q = collections.deque(h)
    q.append(np.ones(2))
    q[0][0] = x[0]
    q.rotate(1)
    r = q.popleft()
    r[1] = x[1]
    return h[0][0] * r[1]


@case
def insort(x):
    l = [np.float64(0.0)]
    for t in x:
        bisect.insort(l, t)
    return sum(i * t for i, t in enumerate(l))


@case
def view_of_outside(x):
    b = OUT.reshape(3, 1)
    return np.sum(b[:, 0] * x)


@case
def vectorize(x):
    f = np.vectorize(lambda t: math.exp(t) if t > 1 else t**2)
    return np.sum(f(x))


@case
def apply_along(x):
    return np.sum(np.apply_along_axis(lambda r: r**2 / np.sum(r), 0, x) * POINT)


@case
def threads(x):
    with ThreadPoolExecutor(2) as ex:
        return sum(ex.map(helper, [x[0], x[1], x[2]]))


def helper(t):
    o = np.zeros(2)
    o[0] = t
    return math.sin(o[0]) * t


@case
def deepcopy(x):
    class M:
        def __init__(s):
            s.w = np.zeros(3)
            s.l = [np.zeros(2)]

    m = M()
    m.w[0] = x[0]
    n = copy.deepcopy(m)
    n.w[1] = x[1]
    n.l[0][1] = x[2]
    m.w[0] *= 2
    return np.sum(n.w**2) + m.w[0] + n.l[0][1]


@case
def copycopy(x):
    a = np.zeros(3)
    b = copy.copy(a)
    b[0] = x[0]
    c = copy.copy(x[1])
    d = copy.deepcopy([x[0], x])
    return b[0] * c + d[0] * d[1][2] + a[0]


@case
def rc(x):
    return np.sum(np.r_[x, 1.0, x[0] * x[1]] ** 2) + np.sum(np.c_[x, x**2][:, 1]) + np.r_[0:3, x][3]


@case
def objarr(x):
    a = np.empty(2, dtype=object)
    a[0] = x[0]
    a[1] = [x[1]]
    return a[0] * a[1][0]


@case
def objarr2(x):
    a = np.array([x[0], x[1]], dtype=object)
    return np.sum(a * a)


@case
def ndenum(x):
    return sum(i[0] * v for i, v in np.ndenumerate(x))


@case
def linspace(x):
    return np.sum(np.linspace(x[0], x[2], 5) ** 2)


@case
def arange(x):
    return np.sum(np.arange(x[1], 4.0, 0.7) ** 2)


@case
def isscalar(x):
    return x[0] * 3 if np.isscalar(x[0]) and not np.isscalar(x) else x[0]


@case
def bare_ufunc_list(x):
    return np.sum(np.exp([x[0], x[1]])) + np.add([x[0]], [x[1]])[0] + np.maximum.reduce([x[0], x[1]])


@case
def outkw(x):
    o = np.empty(3)
    np.multiply(x, 2, out=o)
    np.exp(o, o)
    s = np.zeros(())
    return np.sum(o)


@case
def wherekw(x):
    o = np.zeros(3)
    np.sqrt(x, out=o, where=x > 1)
    return np.sum(o)


@case
def fill(x):
    a = np.empty(3)
    a.fill(x[0])
    b = np.zeros((2, 2))
    np.fill_diagonal(b, x[1])
    return a[0] * b[1, 1]


@case
def dotm(x):
    return OUT.dot(x) + np.eye(3).dot(x)[0] * x[1] + OUT.clip(0, x[0]).sum()


@case
def plain_methods(x):
    w = OUT.copy()
    w[0] = x[0]
    u = OUT.astype(np.float32).astype(float)
    u[1] = x[1]
    v = OUT.tolist()
    v[0] = x[0]
    return np.sum(w * u) + sum(v)


@case
def poly(x):
    return np.polyval([x[0], x[1], 2.0], x[2])


@case
def interp_(x):
    return np.interp(1.3, [0.0, 1.0, 2.0], x)


@case
def unravel(x):
    a = np.outer(x, x)
    i, j = np.unravel_index(np.argmax(a), a.shape)
    return a[i, j]


@case
def uniq(x):
    u, c = np.unique(np.array([1, 2, 2]), return_counts=True)
    return x[0] * c[1]


@case
def class_attr(x):
    class C:
        data = np.zeros(2)
        total = 0

        def add(self, v):
            C.total = C.total + v
            self.data[0] += v
            return self

    C().add(x[0]).add(x[1])
    return C.total * C.data[0]


@case
def setitem_chain(x):
    a = b = np.zeros(2)
    a[0] = b[1] = x[0]
    c, a[1] = x[1], x[2]
    return b[0] * b[1] + c


@case
def complexbuf(x):
    a = np.zeros(2, complex)
    a[0] = x[0] + 1j * x[1]
    a[1] = np.conj(a[0])
    a.real[0] += 1
    return (a[0] * a[1]).real + abs(a[1])


@case
def reduceat(x):
    return np.multiply.reduce(x) + np.add.accumulate(x)[1] + np.add.outer(x, x)[0, 1]


@case
def boolmask(x):
    a = np.zeros((2, 3))
    a[:, x > 1] = x[x > 1]
    a[a > 2] = 0.5
    return np.sum(a**2)


@case
def neg_step(x):
    a = np.zeros(5)
    a[::-2] = x
    a[1::2] += x[:2]
    return np.sum(a * np.arange(5))


@case
def np_asarray_of_list_of_arrays(x):
    return np.sum(np.asarray([x, x**2, OUT]) @ x)


@case
def counter(x):
    c = collections.Counter()
    c["a"] += x[0]
    c["a"] += x[1]
    d = collections.defaultdict(float)
    d[1] += x[0]
    e = collections.defaultdict(lambda: np.zeros(2))
    e[0][1] += x[2]
    return c["a"] * d[1] + e[0][1]


@case
def npany(x):
    return x[0] if np.any(x > 2) and all(t > 0 for t in x) and not any(x < 0) else 0.0 * x[0]


@case
def genexp_arg(x):
    return (
        np.sum(np.fromiter((t * t for t in x), float))
        + np.array(list(map(math.sqrt, x))).sum()
        + np.array([*x, *x]).sum()
    )


@case
def methodref(x):
    f = x.sum
    g = np.sin
    h = [].append
    h(3)
    return f() * g(x[0])


@case
def einpath(x):
    return np.einsum("i,i->", x, x, optimize=True)


@case
def matrix_power(x):
    return np.linalg.matrix_power(np.array([[x[0], 1.0], [0.5, x[1]]]), 3)[0, 1]


@case
def convolve(x):
    return np.convolve(x, [1.0, x[0]], "same").sum()


@case
def errstate(x):
    with np.errstate(all="ignore"):
        return np.sum(np.log(x))


@case
def ufunc_at(x):
    a = np.zeros(4)
    np.add.at(a, [0, 0, 1], x)
    return np.sum(a**2)


@case
def swap(x):
    a = x.copy()
    a[0], a[1] = a[1], a[0]
    b = np.array(x)
    b[[0, 2]] = b[[2, 0]]
    return a[0] * b[0] ** 2


@case
def slices_obj(x):
    s = slice(0, 2)
    a = np.zeros(3)
    a[s] = x[s]
    i = (slice(None), np.newaxis)
    return a[i].sum() + a[..., None][0, 0]
