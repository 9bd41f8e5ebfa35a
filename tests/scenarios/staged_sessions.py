"""Calls one after the other, between which things change: what compiled functions read and write outside of them.

Each session is given `comp`, which compiles, or leaves functions as they are; all that it returns must be the same.
"""

import contextlib
import functools
import io
import math
import time
from collections import OrderedDict, namedtuple
from dataclasses import dataclass

import numpy as np

SESSIONS = []
Pair = namedtuple("Pair", "a b")


@dataclass
class Part:
    x: float
    log: list


def session(function):
    """Enter a session."""
    SESSIONS.append(function)
    return function


@session
def captured_array(comp):
    w = np.array([1.0, 2.0])
    f = comp(lambda x: w * x)
    out = [f(2.0)]
    w[0] = 10
    out.append(f(2.0))
    w = np.array([3.0, 4.0, 5.0])
    out.append(f(2.0))
    return out


@session
def captured_scalar(comp):
    k = 2.0

    def f(x):
        s = 0.0
        for i in range(3):
            s += k * x
        return s

    f = comp(f)
    out = [f(1.0)]
    for k in (3.0, 4, 5.0, np.float32(2)):
        out.append(f(1.0))
    return out


@session
def captured_function(comp):
    g = lambda x: x
    f = comp(lambda x: g(x) + 1)
    out = [f(1.0)]
    g = lambda x: 2 * x
    out.append(f(1.0))
    return out


@session
def captured_list(comp):
    l = [1.0, 2.0]
    f = comp(lambda x: sum(v * x for v in l))
    out = [f(1.0)]
    l.append(3.0)
    out.append(f(1.0))
    l[0] = 7.0
    out.append(f(1.0))
    l.clear()
    out.append(f(1.0))
    return out


@session
def captured_dict(comp):
    d = {"a": 1.0, "b": np.ones(2)}

    def f(x):
        s = 0.0
        for k, v in d.items():
            s = s + np.sum(v) * x
        return s + (d["c"] if "c" in d else 0.0)

    f = comp(f)
    out = [f(1.0)]
    d["c"] = 5.0
    out.append(f(1.0))
    d["b"][1] = 7
    out.append(f(1.0))
    del d["a"]
    out.append(f(1.0))
    return out


@session
def object_attr(comp):
    class M:
        pass

    m = M()
    m.w = np.ones(2)
    m.k = 3
    m.name = "lin"

    def f(x):
        if m.name == "lin":
            return m.w.sum() * x * m.k
        return x

    f = comp(f)
    out = [f(1.0)]
    m.k = 4
    out.append(f(1.0))
    m.w = np.ones(3)
    out.append(f(1.0))
    m.name = "q"
    out.append(f(1.0))
    return out


@session
def object_arg(comp):
    class M:
        def __init__(s, k):
            s.k = k
            s.n = 0

    def f(m, x):
        m.n += 1
        for i in range(3):
            x = x * m.k
        return x

    f = comp(f)
    a, b = M(2.0), M(3.0)
    return [f(a, 1.0), f(b, 1.0), f(a, 1.0), a.n, b.n]


@session
def effects_counter(comp):
    log = []

    def f(x):
        for i in range(3):
            log.append(x * i)
        return x

    f = comp(f)
    f(1.0)
    f(2.0)
    return [np.asarray(log)]


@session
def effect_global_array(comp):
    buf = np.zeros(3)

    def f(x):
        for i in range(3):
            buf[i] += x * i
        return buf.sum()

    f = comp(f)
    return [f(1.0), f(2.0), buf]


@session
def effect_dict_counter(comp):
    c = {"n": 0, "last": None}

    def f(x):
        c["n"] += 1
        c["last"] = x * 2
        return x

    f = comp(f)
    f(1.0)
    f(2.0)
    return [c["n"], c["last"]]


@session
def mutate_argument(comp):
    def f(a, x):
        a[0] = x
        return a.sum()

    f = comp(f)
    a = np.ones(3)
    return [f(a, 5.0), a]


@session
def mutate_argument_list(comp):
    def f(l, x):
        l.append(x)
        l[0] = x
        return sum(l)

    f = comp(f)
    l = [1.0, 2.0]
    return [f(l, 5.0), l]


@session
def mutate_argument_dict(comp):
    def f(d, x):
        d["k"] = d["k"] + x
        d["new"] = x
        return d["k"]

    f = comp(f)
    d = {"k": 1.0}
    return [f(d, 5.0), d]


@session
def mutate_argument_loop(comp):
    def f(a):
        for i in range(1, len(a)):
            a[i] += a[i - 1]
        return a

    f = comp(f)
    a = np.ones(5)
    r = f(a)
    return [r, a, r is a or np.shares_memory(r, a)]


@session
def result_kept(comp):
    f = comp(lambda a: a * 2)
    r1 = f(np.ones(3))
    r2 = f(np.zeros(3))
    r1[0] = 5
    r3 = f(np.ones(3))
    return [r1, r2, r3]


@session
def result_constant(comp):
    f = comp(lambda a: (np.ones(3), np.arange(3), [1, 2], a))
    r = f(1.0)
    r[0][0] = 9
    r[1][0] = 9
    r[2].append(3)
    return [f(1.0)]


@session
def global_nonlocal(comp):
    n = 0

    def f(x):
        nonlocal n
        n += 1
        return x * n

    f = comp(f)
    return [f(1.0), f(1.0), f(2.0), n]


@session
def default_mutable(comp):
    def f(x, acc=[]):
        acc.append(x)
        return sum(acc)

    f = comp(f)
    return [f(1.0), f(2.0), f(3.0)]


@session
def func_attr(comp):
    def f(x):
        f.calls = getattr(f, "calls", 0) + 1
        return x

    g = comp(f)
    return [g(1.0), g(2.0), f.calls]


@session
def rng_outside(comp):
    rng = np.random.default_rng(0)
    f = comp(lambda x: x * rng.standard_normal())
    return [f(1.0), f(1.0)]


@session
def rng_arg(comp):
    def f(x, rng):
        return x * rng.standard_normal(3)

    f = comp(f)
    rng = np.random.default_rng(0)
    return [f(1.0, rng), f(1.0, rng)]


@session
def rng_inside(comp):
    def f(x):
        rng = np.random.default_rng(0)
        s = 0.0
        for i in range(4):
            s += rng.uniform() * x
        return s

    f = comp(f)
    return [f(1.0), f(1.0)]


@session
def np_random_seed(comp):
    def f(x):
        np.random.seed(0)
        return x * np.random.rand()

    f = comp(f)
    return [f(1.0), f(1.0)]


@session
def prints(comp):
    def f(x):
        for i in range(3):
            if x * i > 1:
                print("big", i, f"{x * i:.2f}")
            else:
                print("small %d %g" % (i, x))
        return x

    f = comp(f)
    s = io.StringIO()
    with contextlib.redirect_stdout(s):
        f(1.0)
        f(0.2)
    return [s.getvalue()]


@session
def time_used(comp):
    def f(x):
        return x * (time.time() > 0)

    return [comp(f)(1.0)]


@session
def nested_compile(comp):
    @comp
    def g(x):
        while x > 1:
            x = x / 2
        return x

    @comp
    def f(x):
        s = 0.0
        for i in range(4):
            s += g(x * i + 0.1)
        return s

    return [f(3.0), f(0.5), g(9.0)]


@session
def method_compiled(comp):
    class M:
        def __init__(s):
            s.k = 2.0

        def f(s, x):
            return s.k * x

    m = M()
    f = comp(m.f)
    out = [f(1.0)]
    m.k = 5.0
    out.append(f(1.0))
    return out


@session
def class_method_decorated(comp):
    class M:
        def __init__(s, k):
            s.k = k

        @comp
        def f(s, x):
            return s.k * x

    return [M(2.0).f(1.0), M(3.0).f(1.0)]


@session
def kwargs_calls(comp):
    def f(a, b=2.0, *, c=3.0):
        return a + 10 * b + 100 * c

    f = comp(f)
    return [f(1.0), f(1.0, 5.0), f(1.0, b=6.0), f(1.0, c=7.0), f(a=2.0, c=1.0, b=0.0), f(b=1.0, a=3.0)]


@session
def shapes_types(comp):
    def f(x):
        return x * 2 + 1

    f = comp(f)
    return [
        f(1),
        f(1.5),
        f(np.float32(1)),
        f(np.ones(2, np.float32)),
        f(np.ones((2, 2))),
        f(np.arange(3)),
        f(1j),
        f(True),
        f(np.int8(3)),
        f(np.array(2.0)),
        f(np.array([], float)),
    ]


@session
def none_arg(comp):
    def f(x, y=None):
        return x if y is None else x * y

    f = comp(f)
    return [f(1.0), f(1.0, 2.0), f(1.0, None), f(1.0, np.ones(2))]


@session
def bool_arg(comp):
    def f(x, flag):
        return x * 2 if flag else x

    f = comp(f)
    return [f(1.0, True), f(1.0, False), f(1.0, np.bool_(True)), f(1.0, 1), f(1.0, 0.0)]


@session
def str_arg(comp):
    def f(x, m):
        return getattr(np, m)(x)

    f = comp(f)
    return [f(1.0, "sin"), f(1.0, "cos")]


@session
def strided_args(comp):
    f = comp(lambda a: a.sum(axis=0) + a[0])
    a = np.arange(12.0).reshape(3, 4)
    return [f(a), f(a.T), f(a[:, ::2]), f(a[::-1]), f(np.asfortranarray(a)), f(a.astype(">f8"))]


@session
def readonly_args(comp):
    a = np.ones(3)
    a.flags.writeable = False
    return [comp(lambda a: a * 2)(a)]


@session
def exceptions_then_ok(comp):
    def f(x):
        if x < 0:
            raise ValueError("neg")
        return x

    f = comp(f)
    out = []
    for v in (1.0, -1.0, 2.0, -2.0):
        try:
            out.append(f(v))
        except ValueError as e:
            out.append(str(e))
    return out


@session
def effect_conditional(comp):
    log = []

    def f(x):
        if x > 0:
            log.append(x)
        return x

    f = comp(f)
    f(1.0)
    f(-1.0)
    f(2.0)
    return [np.array(log)]


@session
def attr_conditional(comp):
    class S:
        n = 0
        best = None

    s = S()

    def f(x):
        if s.best is None or x > s.best:
            s.best = x
            s.n += 1
        return s.best

    f = comp(f)
    return [f(1.0), f(0.5), f(3.0), s.best, s.n]


@session
def running_mean(comp):
    class S:
        def __init__(s):
            s.n = 0
            s.mean = 0.0

        def update(s, x):
            s.n += 1
            s.mean += (x - s.mean) / s.n
            return s.mean

    s = S()
    f = comp(s.update)
    return [f(1.0), f(2.0), f(6.0), s.n, s.mean]


@session
def global_module(comp):
    global KNOB
    KNOB = 1.0
    f = comp(lambda x: x * KNOB)
    out = [f(1.0)]
    KNOB = 2.0
    out.append(f(1.0))
    KNOB = np.array([1.0, 2.0])
    out.append(f(1.0))
    return out


@session
def generator_arg(comp):
    def f(x, ws):
        s = 0.0
        for w in ws:
            s += w * x
        return s

    f = comp(f)
    return [f(1.0, (1.0, 2.0)), f(1.0, [3.0]), f(1.0, np.ones(3)), f(1.0, range(4))]


@session
def set_arg(comp):
    def f(x, s):
        return x * len(s) + (1 if 3 in s else 0)

    f = comp(f)
    return [f(1.0, {1, 2, 3}), f(1.0, {1})]


@session
def callable_arg(comp):
    def f(g, x):
        return g(x) * 2

    f = comp(f)
    return [f(np.sin, 1.0), f(np.cos, 1.0), f(lambda v: v * 3, 1.0), f(lambda v: v * 4, 1.0)]


@session
def swap_args(comp):
    def f(a, b):
        a, b = b.copy(), a.copy()
        a += 1
        return a, b

    f = comp(f)
    return [f(np.ones(2), np.zeros(2))]


@session
def same_array_twice(comp):
    def f(a, b):
        a[0] = 5.0
        return b.sum()

    f = comp(f)
    a = np.ones(3)
    return [f(a, a), a]


@session
def overlapping_views(comp):
    def f(a, b):
        a += b
        return a.sum()

    f = comp(f)
    a = np.arange(5.0)
    return [f(a[1:], a[:-1]), a]


@session
def two_closures(comp):
    def make(k):
        return comp(lambda x: k * x)

    f, g = make(2.0), make(3.0)
    return [f(1.0), g(1.0), f(2.0)]


@session
def recursive_compiled(comp):
    @comp
    def f(x, n):
        return x if n == 0 else x * f(x, n - 1)

    return [f(2.0, 3), f(2.0, 5)]


@session
def int_static_then_changes(comp):
    f = comp(lambda n, x: np.arange(n) * x)
    return [f(3, 1.0), f(4, 1.0), f(0, 1.0)]


@session
def nan_inf(comp):
    f = comp(lambda x: (x if x == x else 0.0, x > 1, max(x, 1.0), min(1.0, x), abs(x)))
    return [f(float("nan")), f(float("inf")), f(-0.0), f(-float("inf"))]


@session
def negzero(comp):
    f = comp(lambda x: (1.0 * x, x + 0.0, 0.0 - x, -x, math.copysign(1.0, x), x * 0))
    return [str(f(-0.0)), str(f(0.0)), str(f(-1.0))]


@session
def rounding(comp):
    f = comp(lambda x: (round(x), round(x, 1), int(x), math.floor(x), math.ceil(x), x // 1, x % 1, divmod(x, 0.3)))
    return [f(2.5), f(-2.5), f(3.5), f(0.15), f(-0.15), f(1e15 + 0.5)]


@session
def big_ints(comp):
    f = comp(lambda n, x: n * x)
    return [f(2**53 + 1, 1.0), f(2**70, 1.0), f(-(2**63), 1.0)]


@session
def int_results(comp):
    def f(n, x):
        k = 0
        for i in range(n):
            if x > i:
                k += i
        return k, n // 2, n % 3, n**2, -n, n / 2, k == 3, n << 1, n & 1, abs(-n), min(n, 3), max(n, 3), divmod(n, 4)

    f = comp(f)
    return [f(5, 2.5), f(6, 1.5), f(-3, 1.0), f(0, 1.0)]


@session
def np_int_results(comp):
    def f(a):
        return a.argmax(), len(a), a.size, (a > 1).sum(), a[0] > 1, np.int64(3), a.shape, a.ndim

    return [comp(f)(np.array([1.0, 3.0]))]


@session
def structured(comp):
    f = comp(lambda p, d: (Pair(p.b, p.a), OrderedDict(z=d["x"], y=d["x"] * 2), {"k": (p.a, [p.b])}, None, "s"))
    r = f(Pair(1.0, 2.0), {"x": 3.0})
    return [r, type(r[0]).__name__, type(r[1]).__name__, list(r[1])]


@session
def mutate_nested(comp):
    def f(s, p, q, v):
        s.x += v
        s.log.append(v * 2)
        p["a"][0] = v
        p["b"]["c"] *= 2
        p.pop("gone", None)
        q[1].insert(0, v)
        q[1].sort()
        for i in range(3):
            q[0][i % 2] += v
        del q[2][0]
        return s.x

    f = comp(f)
    s = Part(1.0, [1.0])
    p = {"a": [1.0, 2.0], "b": {"c": 3.0}, "gone": 1.0}
    q = ([1.0, 2.0], [0.5], [1.0, 2.0])
    return [f(s, p, q, 5.0), s.x, s.log, p, q, f(s, p, q, 6.0), s.x, s.log, p, q]


@session
def mutate_kw(comp):
    def f(x, *, state):
        state["n"] = state["n"] + x
        return x

    f = comp(f)
    d = {"n": 1.0}
    return [f(2.0, state=d), d, f(3.0, state=d), d]


@session
def mutate_unchanged(comp):
    def f(l, x):
        l = list(l)
        l.append(x)
        l[0] = 3.0
        return sum(l)

    f = comp(f)
    l = [1.0]
    return [f(l, 2.0), l]
