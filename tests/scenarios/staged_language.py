"""What the language has, as small functions at points where they go different ways: state, containers, classes, generators."""

import functools
import itertools
import math
import operator
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy import linalg, special
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
P = ((0.5,), (-1.5,), (2.5,))
V = ((np.array([0.5, -1.5, 2.0, 0.3]),), (np.array([-0.5, -2.5, -2.0, -0.3]),), (np.array([1.0, 2.0, 3.0]),))


@case(*P)
def fib(x):
    a, b = x, 1.0
    for _ in range(10):
        a, b = b, a + b
    return a, b


@case(*P)
def only_inside(x):
    for i in range(4):
        t = x * i
    return t + i


@case(*P, (0.1,))
def only_inside_zero_trips(x):
    n = int(abs(x))
    for i in range(n):
        t = x * i
    return t


@case(*P, (0.1,))
def only_inside_zero_trips_index(x):
    n = int(abs(x))
    for i in range(n):
        pass
    return x * i


@case((0.5, 3), (0.5, 0))
def static_zero_trips(x, n):
    for i in range(n):
        t = x * i
    return t


@case(*P)
def only_inside_while(x):
    k = 0
    while k < 3 * x:
        y = x + k
        k += 1
    return y


@case(*P)
def unbound_in_branch(x):
    if x > 0:
        z = x
    return z * 2


@case(*P)
def list_modified_while_iterated(x):
    todo = [x, x + 1]
    total = 0.0
    for y in todo:
        total += y * y
        if len(todo) < 6:
            todo.append(y * 0.5)
    return total


@case(*P)
def pop_queue(x):
    q = deque([x, 2 * x, 3 * x])
    s = 0.0
    while q:
        y = q.popleft()
        s += np.sin(y)
        if len(q) == 1:
            q.append(y + 1)
            if s > 3:
                break
            if len(q) > 5:
                break
        if s > 50 or len(q) > 3:
            break
        if y > 10:
            break
    return s


@case(*P)
def stack_pop(x):
    stack = [(0.0, 1.0, 0)]
    total = 0.0
    while stack:
        a, b, d = stack.pop()
        m = 0.5 * (a + b)
        if d < 3:
            stack.append((a, m, d + 1))
            stack.append((m, b, d + 1))
        else:
            total += (b - a) * math.exp(x * m)
    return total


@case(*P)
def negative_steps(x):
    s = 0.0
    for i in range(10, 0, -3):
        s = s * x + i
    for i in range(5, 5):
        s += 100
    for i in range(0, -4, -1):
        s += i * x
    return s


@case((0.5,), differences=False)
def zero_step(x):
    for i in range(0, 5, 0):
        x += 1
    return x


@case(*V)
def float_index(x):
    i = len(x) / 2
    return x[i]


@case(*V)
def float_index_ok(x):
    i = len(x) // 2
    return x[i] * x[int(len(x) / 2)]


@case(*V)
def traced_float_index(x):
    i = np.floor(abs(x[0]))
    return x[i]


@case(*V, (np.array([9.0, 1.0]),), (np.array([-9.0, 1.0, 3.0]),))
def out_of_range(x):
    i = int(x[0])
    return x[i] * 2


@case(
    (np.array([1.0, 2.0, 3.0]), 2),
    (np.array([1.0, 2.0, 3.0]), 3),
    (np.array([1.0, 2.0, 3.0]), -3),
    (np.array([1.0, 2.0, 3.0]), -4),
)
def int_argument_index(x, k):
    return x[k] * 2


@case((np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1])), (np.array([1.0, 2.0, 3.0]), np.array([0, -1, 7])))
def int_array_index(x, idx):
    s = 0.0
    for k in idx:
        s = s * 2 + x[k]
    return s, x[idx]


@case((np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1])), (np.array([1.0, 2.0, 3.0]), np.array([0, -1, 7])))
def write_int_array_index(x, idx):
    y = np.zeros(4)
    for n, k in enumerate(idx):
        y[k] += x[n]
    return y


@case((7, 3, 0.5), (-7, 3, 0.5), (7, -3, 0.5), (-7, -3, 1.5))
def int_division(a, b, x):
    q, r = divmod(a, b)
    return (a // b) * x, a % b, q, r, a / b, -a // b, a * b, a - b, (-a) % b


@case((7, 0, 0.5))
def int_division_by_zero(a, b, x):
    return (a // b) * x


@case((1.0, 0.0), (1.0, 2.0))
def float_division_by_zero(a, b):
    return a / b


@case((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.0, 3.0))
def float_mod(a, b):
    return a % b, a // b, divmod(a, b), math.fmod(a, b)


@case((5, 0.5), (40, 0.5))
def int_grow(n, x):
    k = 1
    for i in range(n):
        k = k * 3
    return k * x


@case((5, 0.5), (30, 0.5))
def factorial(n, x):
    f = 1
    for i in range(1, n + 1):
        f *= i
    return x / f


@case(*P)
def types_of(x):
    if isinstance(x, float):
        y = x * 2
    else:
        y = x * 3
    if isinstance(x, (int, np.integer)):
        y += 100
    if type(x) is float:
        y += 0.5
    return y


@case(*V)
def types_of_arrays(x):
    y = x * 1
    if isinstance(x, np.ndarray):
        y = y + 1
    if isinstance(x[0], float):
        y = y + 2
    if isinstance(x[0], np.floating):
        y = y + 4
    if np.isscalar(x[0]):
        y = y + 8
    if x.ndim == 1 and x.size and len(x) == x.shape[0]:
        y = y + 16
    if x.dtype == np.float64:
        y = y + 32
    if x.dtype.kind == "f" and x.dtype.itemsize == 8:
        y = y * 2
    return y


@case(*P)
def is_none(x):
    best = None
    for i in range(5):
        v = (x - i * 0.3) ** 2
        if best is None or v < best:
            best = v
            arg = i
    return best, arg


@case(*V)
def is_none_index(x):
    best, where = None, None
    for i, v in enumerate(x):
        if best is None or v > best:
            best, where = v, i
    return best * 2 + where


@case(*P)
def none_forever(x):
    found = None
    for i in range(5):
        if x * i > 4:
            found = i * x
            break
    if found is None:
        return -x
    return found


@case(*P)
def while_true_return(x):
    k = 0
    while True:
        k += 1
        x = x / 2 + 0.1
        if k > 5:
            return x
        if x > 100:
            return -x


@case(*P)
def while_else(x):
    k = 0
    while k < 4:
        x = x * 1.5
        if x > 5:
            break
        k += 1
    else:
        x = -x
    return x, k


@case(*P)
def nested_break_else(x):
    out = 0.0
    for i in range(4):
        for j in range(i):
            if x * j > 1.2 * i - 1:
                break
            out += x * j
        else:
            out += 10
            continue
        out -= 1
    return out


@case(*P)
def int_becomes_float(x):
    n = 0
    s = 1
    for i in range(5):
        n += 1
        s = s * x
        if i == 3:
            n = n / 2
    return n, s


@case(*P)
def int_to_float_branch(x):
    n = 0
    if x > 0:
        n = 0.5
    return n + x


@case(*P)
def bool_results(x):
    a = x > 0
    b = not a
    c = a and x < 1
    d = (x > 0) & (x < 1)
    return a, b, c, d, a + 1, a * x, -x if b else x


@case(*P)
def bool_carry(x):
    done = False
    n = 0
    y = x
    while not done:
        y = y * 0.5
        n += 1
        done = abs(y) < 0.1
    return y, n, done


@case(*P, differences=False)
def flags_counted(x):
    count = 0
    for i in range(6):
        ok = x * i > 1
        count += ok
    return count, x * count


@case(*V)
def len_in_loop(x):
    s = []
    while len(s) < len(x):
        s.append(x[len(s)] ** 2)
    return sum(s) / len(s)


@case(*V)
def argmax_index(x):
    i = np.argmax(x)
    j = int(np.argmin(x))
    x = x.copy()
    x[i], x[j] = x[j], x[i]
    return x, i


@case(*V)
def masks(x):
    y = x.copy()
    y[y < 0] = 0
    y[y > 1] -= 1
    m = (x > -1) & ~(x > 1.5)
    y[m] = x[m] ** 2
    y[~m] *= 3
    return y, m.sum(), x[m].sum(), np.count_nonzero(m), x[m].size


@case(*V)
def mask_mean(x):
    if np.any(x > 0):
        return x[x > 0].mean()
    return x.mean()


@case(*V)
def nonzero_loop(x):
    s = 0.0
    for i in np.nonzero(x > 0)[0]:
        s += x[i] * i
    return s


@case(*V)
def where_one_arg(x):
    idx = np.where(x > 0)[0]
    return x[idx].sum()


@case(*V)
def flatnonzero_first(x):
    idx = np.flatnonzero(x > 0)
    if len(idx) == 0:
        return 0.0 * x[0]
    return x[idx[0]] * 2


@case(*V)
def boolean_index_compress(x):
    pos = x[x > 0]
    return np.sum(np.log(pos)) + len(pos)


@case(*V)
def add_at(x):
    out = np.zeros(3)
    idx = np.arange(len(x)) % 3
    np.add.at(out, idx, x)
    np.add.at(out, 1, x[0])
    np.maximum.at(out, idx, 0.1)
    return out


@case(*V)
def row_update(x):
    m = np.zeros((3, len(x)))
    for i in range(3):
        m[i] += x * i
        m[i, 0] = m[i - 1].sum()
        row = m[i]
        row *= 0.5
    return m


@case(*V)
def moving_slice(x):
    y = np.zeros(2 * len(x))
    for i in range(len(x)):
        y[i : i + len(x)] += x * (i + 1)
    return y


@case(*V)
def growing_prefix(x):
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = np.sum(x[: i + 1]) * np.dot(x[i:], x[i:])
    return out


@case(*V)
def concat_growth(x):
    y = np.array([x[0]])
    for i in range(1, len(x)):
        y = np.concatenate((y, [x[i] * y[-1]]))
    return y


@case(*V)
def append_growth(x):
    y = np.array([])
    for v in x:
        y = np.append(y, v**2)
    return y.sum() + y[-1]


@case(*V)
def stack_rows(x):
    rows = []
    for i in range(3):
        rows.append(x * i + 1)
    return np.vstack(rows).T @ np.ones(3), np.stack(rows, axis=1)


@case(*V)
def dict_state(x):
    st = {"a": x[0], "n": 0, "hist": []}
    for v in x[1:]:
        st["a"] = 0.9 * st["a"] + v
        st["n"] += 1
        st["hist"].append(st["a"])
    st.update(b=st["a"] * 2)
    return st["a"], st["n"], np.array(st["hist"]), st.get("b"), st.get("zz", 0.0)


@case(*V)
def default_dict(x):
    d = defaultdict(float)
    for i, v in enumerate(x):
        d[i % 2] += v * v
    return d[0] * 2 + d[1], dict(d)


@case(*V)
def dict_keys_grow(x):
    d = {}
    for i in range(len(x)):
        d[f"x{i}"] = x[i] * i
    return sum(d.values()), d["x1"]


@case(*V)
def counter(x):
    c = Counter()
    for i in range(6):
        c["abc"[i % 3]] += 1
    return x * c["a"]


class State:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b

    def step(self, h):
        self.a, self.b = self.a + h * self.b, self.b - h * self.a
        return self


@case(*P)
def slots(x):
    s = State(x, 1.0)
    for _ in range(20):
        s.step(0.1)
    return s.a * s.b


@dataclass(frozen=True)
class Frozen:
    p: object
    v: object


@case(*P)
def frozen_replace(x):
    s = Frozen(x, 1.0)
    for _ in range(10):
        s = replace(s, p=s.p + 0.1 * s.v, v=s.v - 0.1 * s.p)
    return s.p, s.v


Pt = namedtuple("Pt", "x y")


@case(*P)
def named_tuple(x):
    p = Pt(x, 1.0)
    for _ in range(10):
        p = p._replace(x=p.y * 0.5 + p.x)
        p = Pt(p.x, p.y - 0.1 * p.x)
    return p.x * p.y


class Model:
    rate = 0.1

    def __init__(self, w):
        self.w = w
        self.history = []

    @property
    def loss(self):
        return (self.w**2).sum() + self.w[0]

    def update(self):
        g = 2 * self.w
        g[0] += 1
        self.w = self.w - self.rate * g
        self.history.append(self.loss)

    def __call__(self, n):
        for _ in range(n):
            self.update()
        return self.history[-1]

    @staticmethod
    def scale(x):
        return x * 2

    @classmethod
    def make(cls, w):
        return cls(cls.scale(w))


@case(*V)
def model(x):
    m = Model.make(x)
    m.rate = 0.05
    r = m(20)
    return r, m.w, min(m.history)


class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __abs__(self):
        return math.hypot(self.x, self.y)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __iter__(self):
        yield self.x
        yield self.y

    def __len__(self):
        return 2

    def __eq__(self, o):
        return self.x == o.x and self.y == o.y


@case(*P)
def operators(x):
    v = Vec(x, 1.0)
    a = Vec(0.0, 0.0)
    for i in range(8):
        a = a + 0.5 * v
        v = v * 0.9
        if abs(a) > 2:
            break
    p, q = a
    return p + a[1], abs(a), len(a)


@case(*P)
def recursion(x):
    def f(n, y):
        if n == 0:
            return y
        if n % 2:
            return f(n - 1, y * x)
        return f(n - 1, np.sin(y)) + 1

    return f(6, x)


@case(*P)
def mutual_recursion(x):
    def even(n):
        return x if n == 0 else odd(n - 1) * 1.1

    def odd(n):
        return 0.5 if n == 0 else even(n - 1) + x

    return even(6)


@functools.cache
def chebyshev_cached(n):
    return 1 if n == 0 else 2 * chebyshev_cached(n - 1)


@case(*P)
def memo_dict(x):
    memo = {}

    def t(n):
        if n in memo:
            return memo[n]
        r = 1.0 if n == 0 else x if n == 1 else 2 * x * t(n - 1) - t(n - 2)
        memo[n] = r
        return r

    return t(7)


@case(*P)
def late_binding(x):
    fs = []
    for i in range(4):
        fs.append(lambda y: y * i + x)
    return sum(f(2.0) for f in fs)


@case(*P)
def early_binding(x):
    fs = [lambda y, i=i: y * i + x for i in range(4)]
    return sum(f(2.0) for f in fs)


@case(*P)
def late_traced(x):
    fs = []
    for i in range(4):
        k = x * i
        fs.append(lambda: k)
    k = x + 100
    return [f() for f in fs][1]


@case(*P)
def closure_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v
        return total

    for i in range(6):
        add(x * i)
    return total


@case(*P)
def gen(x):
    def powers(n):
        y = 1.0
        for _ in range(n):
            y = y * x
            yield y

    s = 0.0
    for k, p in enumerate(powers(5)):
        s += p / (k + 1)
    return s, list(powers(3)), max(powers(4))


@case(*P)
def gen_send(x):
    def acc():
        t = 0.0
        while True:
            v = yield t
            if v is None:
                break
            t += v

    g = acc()
    next(g)
    for i in range(4):
        r = g.send(x * i)
    return r


@case(*V)
def itertools_things(x):
    s = 0.0
    for a, b in itertools.combinations(x, 2):
        s += a * b
    for a, b in itertools.product(range(2), x):
        s += a * b
    for a, b in zip(x, itertools.islice(x, 1, None)):
        s += a / (1 + b * b)
    for i in itertools.count():
        if i > 3:
            break
        s += i
    return s + functools.reduce(operator.mul, x), list(itertools.accumulate(x))[-1]


@case(*V)
def pairwise(x):
    return sum(abs(b - a) for a, b in itertools.pairwise(x)), sum(a * b for a, b in zip(x[:-1], x[1:]))


@case(*V)
def sort_things(x):
    y = sorted(x)
    z = np.sort(x)[::-1]
    order = np.argsort(x)
    s = 0.0
    for r, k in enumerate(order):
        s += r * x[k]
    return y[0] + 2 * y[-1], z, s, max(x), min(x), np.median(x)


@case(*V)
def sort_key(x):
    pairs = sorted(enumerate(x), key=lambda t: t[1])
    return pairs[0][1] * 2 + pairs[-1][1]


@case(*V)
def list_sort(x):
    l = list(x)
    l.sort()
    l.reverse()
    return np.array(l)


@case(*V)
def bubble(x):
    y = x.copy()
    n = len(y)
    for i in range(n):
        for j in range(n - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return y


@case(*V)
def insertion(x):
    y = x.copy()
    for i in range(1, len(y)):
        key = y[i]
        j = i - 1
        while j >= 0 and y[j] > key:
            y[j + 1] = y[j]
            j -= 1
        y[j + 1] = key
    return y


@case(*V)
def walrus(x):
    s = 0.0
    i = 0
    while (v := x[i]) < 1.5 and i < len(x) - 1:
        s += v
        i += 1
    if (n := len(x)) > 2:
        s *= n
    return s, [y := 1, y**2], [w for u in x if (w := u * 2) is not None]


@case(
    (np.array([1.0, 2.0]), "sum"),
    (np.array([1.0, 2.0]), "max"),
    (np.array([1.0, 2.0]), "other"),
    (np.array([1.0, 2.0]), None),
)
def match_string(x, how):
    match how:
        case "sum":
            return x.sum()
        case "max" | "min":
            return getattr(x, how)()
        case None:
            return x[0]
        case _:
            raise ValueError(f"how={how!r}")


@case(*P)
def match_traced(x):
    k = int(abs(x))
    match k:
        case 0:
            return x
        case 1:
            return x * 10
        case n if n > 1:
            return x * n
    return 0.0


@case(*P)
def match_tuple(x):
    p = (x, 1.0)
    for _ in range(3):
        match p:
            case (a, b) if a > b:
                p = (a - 1, b)
            case (a, b):
                p = (b, a * 2)
    return p


class Kind(Enum):
    LIN = 1
    QUAD = 2


@case((0.5, Kind.LIN), (0.5, Kind.QUAD))
def enum_arg(x, kind):
    if kind is Kind.LIN:
        return x
    elif kind == Kind.QUAD:
        return x * x
    return 0


@case(*P)
def star_args(x):
    def f(a, b=2.0, *rest, scale=1.0, **kw):
        s = a * b + sum(rest) * scale
        for k, v in kw.items():
            s += v * len(k)
        return s

    args = (x, 3.0, x * x)
    return f(*args, scale=2.0, abc=x) + f(x) + f(*[x] * 3)


@case(*P)
def default_mutable(x):
    def f(v, acc=[]):
        acc.append(v)
        return sum(acc)

    return f(x) + f(2 * x)


@case(*P)
def try_finally(x):
    log = []
    try:
        for i in range(4):
            log.append(x * i)
            if i == 2:
                break
    finally:
        log.append(1.0)
    return sum(log)


@case(*P)
def try_except_key(x):
    d = {"a": x}
    s = 0.0
    for k in "abc":
        try:
            s += d[k]
        except KeyError:
            s += 0.5
    return s


@case(*P)
def try_math_domain(x):
    try:
        return math.sqrt(x)
    except ValueError:
        return 0.0 * x


@case(*P)
def math_domain(x):
    return math.log(x)


@case(*P)
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(np.array([x, 1.0, 2.0])) / np.array([1.0, 2.0, x])
    return np.nansum(np.where(np.isfinite(y), y, 0.0))


@case(*P)
def raising(x):
    for i in range(5):
        if x * i < -2:
            raise ValueError(f"bad step {i}: {x * i:.3f}")
        x = x + 0.01
    return x


@case(*P)
def asserting(x):
    y = x
    for i in range(5):
        y = y + x
        assert y > -5, "too small"
        assert i < 10
    return y


@case(*P)
def raise_in_while(x):
    n = 0
    while abs(x) > 0.01:
        x *= 0.8 if x > 0 else 0.99
        n += 1
        if n > 50:
            raise RuntimeError("no convergence in %d steps" % n)
    return x


@case(*P)
def printing(x):
    for i in range(4):
        x = x * 1.1
        print("step", i, x, f"{x:.4f}", "%.3e" % x, sep=" | ")
    return x


@case(*V)
def formatted_message(x):
    msg = f"{x.shape} {len(x)} {x.dtype} {x.mean():.3f}"
    if x.mean() > 1e9:
        raise ValueError(msg)
    return x


@case((np.array([1.0, 2.0, 4.0]), "linear"), (np.array([1.0, 2.0, 4.0]), "log"), (np.array([1.0, 2.0]), "sqrt"))
def option_dispatch(x, scale):
    table = {"linear": lambda v: v, "log": np.log, "sqrt": np.sqrt}
    f = table[scale]
    out = []
    for v in x:
        out.append(f(v))
    return np.array(out)


def seeded(x):
    rng = np.random.default_rng(3)
    z = rng.standard_normal(len(x))
    s = 0.0
    for i in range(5):
        s = s + x @ z * rng.uniform()
    return s


case(*V)(seeded)

NOISE = np.random.default_rng(5).standard_normal((6, 4))


@case((np.array([0.5, -1.5, 2.0, 0.3]),))
def global_noise(x):
    s = x
    for e in NOISE:
        s = 0.5 * s + 0.1 * e * np.tanh(s)
    return s


@case(*V)
def einsum_loop(x):
    a = np.outer(x, x) + np.eye(len(x))
    t = np.ones(len(x))
    for k in range(3):
        t = np.einsum("ij,j->i", a, t)
        t = t / np.sqrt(np.einsum("i,i", t, t))
    return np.einsum("ij,i,j", a, t, t)


@case(*V)
def broadcasting(x):
    d = np.abs(x[:, None] - x[None, :])
    k = np.exp(-d)
    out = np.zeros_like(x)
    for i, row in enumerate(k):
        out[i] = row.max() + (row * x).sum()
    out += k.diagonal() * np.arange(len(x))[::-1]
    return out


@case(*V)
def fft_filter(x):
    f = np.fft.rfft(x)
    for k in range(len(f)):
        if k > 1:
            f[k] = 0
        else:
            f[k] *= np.exp(-0.5 * k)
    return np.fft.irfft(f, n=len(x))


@case(*V)
def complex_result(x):
    z = 0j
    for k, v in enumerate(x):
        z = z * (0.3 + 0.4j) + v * np.exp(1j * k)
    return abs(z), z.real, z.imag, z


@case(*V)
def convolve_loop(x):
    k = np.array([0.25, 0.5, 0.25])
    y = np.zeros(len(x) + 2)
    for i in range(len(x)):
        for j in range(3):
            y[i + j] += x[i] * k[j]
    return y


@case(*V)
def two_shapes(x):
    if x[0] > 0:
        y = x[:2]
    else:
        y = x
    return y.sum()


@case(*V)
def two_shapes_returned(x):
    if x[0] > 0:
        return x[:2]
    return x


@case(*V)
def conditional_append(x):
    keep = []
    for v in x:
        if v > 0:
            keep.append(v)
    return sum(keep)


@case(*V)
def conditional_append_len(x):
    keep = [v for v in x if v > 0]
    return len(keep) + sum(keep)


@case(*V)
def aliasing_across(x):
    a = x.copy()
    prev = a
    for i in range(4):
        prev = a
        a = a * 0.5
        a += prev[::-1]
        prev[0] = 7.0
    return a, prev


@case(*V)
def alias_list(x):
    buf = np.zeros(len(x))
    rows = [buf, buf]
    for i in range(3):
        buf += x
    return rows[0] + rows[1]


@case(*V)
def swap_views(x):
    a, b = x.copy(), np.zeros_like(x)
    for i in range(5):
        b[:] = a[::-1] * 0.5
        a, b = b, a
    return a, b


@case(*V)
def view_of_carry(x):
    a = x.copy()
    v = a[1:]
    for i in range(3):
        v += a[:-1]
        a[0] *= 1.1
    return a, v


@case(*V)
def view_rebound(x):
    a = x.copy()
    v = a[:1]
    for i in range(len(x)):
        v += 1
        v = a[i : i + 1]
    return a


@case(*V)
def reshape_view(x):
    m = np.zeros((2, len(x)))
    f = m.ravel()
    g = m.reshape(-1)
    for i in range(len(x)):
        f[i] = x[i]
        g[len(x) + i] = 2 * x[i]
    m.T[0] += 1
    return m


@case(*V)
def diag_write(x):
    m = np.outer(x, x)
    m[np.diag_indices(len(x))] = x
    np.fill_diagonal(m, m.diagonal() * 2)
    i, j = np.triu_indices(len(x), 1)
    m[i, j] = 0
    return m


@case(*V)
def ix_(x):
    n = len(x)
    m = np.zeros((n, n))
    for k in range(n - 1):
        idx = [k, k + 1]
        m[np.ix_(idx, idx)] += x[k] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return m


@case(*V)
def inplace_ops(x):
    y = x.copy()
    y **= 2
    y /= 2
    y -= y.mean()
    np.multiply(y, 2.0, out=y)
    np.add(y, x, out=y)
    np.clip(y, -1, 1.5, out=y)
    y //= 0.5
    return y


@case(*V)
def del_and_insert(x):
    l = list(x)
    l.insert(1, 5.0)
    del l[0]
    l.pop()
    l.extend([x[0], x[1]])
    l[0:1] = [1.0, 2.0]
    l.remove(2.0)
    return sum(v * i for i, v in enumerate(l)), len(l), l.index(1.0)


@case(*V)
def int_counter(x):
    n = 0
    for v in x:
        if v > 0:
            n += 1
        elif v < -1:
            n -= 2
    return n, x * n, n / len(x), n // 2, n % 2 == 0


@case(*V)
def two_d_loops(x):
    n = len(x)
    a = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                a[i, j] = 1.0
            elif i < j:
                a[i, j] = x[i] * x[j]
            else:
                a[i, j] = np.sin(x[i] - x[j])
    return a


@case(*V)
def ternaries(x):
    return [(-v if v < 0 else v) * (1 if i else 2) for i, v in enumerate(x)]


@case(*V)
def any_all(x):
    if any(v > 1.9 for v in x) and not all(v > 0 for v in x):
        return x.sum()
    return -x.sum() if all(x < 0) else x.prod()


@case(*V)
def nested_lists(x):
    g = [[0.0] * len(x) for _ in range(2)]
    for i in range(2):
        for j in range(len(x)):
            g[i][j] = x[j] * (i + 1) + (g[i - 1][j - 1] if i and j else 0)
    return np.array(g)


@case(*V)
def list_mult_alias(x):
    g = [[0.0] * 2] * 3
    g[0][1] = x[0]
    return np.array(g)


@case(*V)
def tuple_state(x):
    st = (0.0, 0, x[0])
    for v in x:
        s, n, m = st
        st = (s + v, n + 1, max(m, v))
    return st


@case(*V)
def running_stats(x):
    mean = m2 = 0.0
    for n, v in enumerate(x, start=1):
        d = v - mean
        mean += d / n
        m2 += d * (v - mean)
    return mean, m2 / (n - 1)


@case(*V)
def loop_var_after(x):
    for i, v in enumerate(x):
        if v > 1:
            break
    return i * v


@case(*V)
def loop_var_rebound(x):
    s = 0.0
    for i in range(4):
        s += x[i % 2] * i
        i = i * 10
    return s + i


@case(*V)
def range_modified_bound(x):
    n = 3
    s = 0.0
    for i in range(n):
        n = 100
        s += x[0]
    return s * n


@case(*V)
def scipy_in_loop(x):
    s = 0.0
    for i in range(1, 4):
        s += special.gamma(i + 0.5) * special.erf(x[0] * i) + special.jv(i, x[1])
        s += linalg.norm(x) + linalg.det(np.eye(2) * x[0] + i)
    return s


@case(*V)
def np_vectorize(x):
    f = np.vectorize(lambda v: v * v if v > 0 else -v)
    return f(x)


@case(*V)
def apply_map(x):
    return sum(map(lambda a: a * a, x)), list(map(math.sin, x)), sum(filter(lambda a: a > -100, x))


@case(*V)
def getattr_dispatch(x):
    s = 0.0
    for name in ("sin", "cos", "exp"):
        s += getattr(np, name)(x).sum()
    return s


@case(*P)
def global_const(x):
    global_table = [1.0, 2.0, 3.0]
    s = 0
    for i in range(3):
        s += global_table[i] * x**i
    return s


@case(*P)
def pow_cases(x):
    s = 0.0
    for i in range(5):
        s += x**i
        s += (1 + x * x) ** (i / 2)
        s += 2**i * x
        s += (-1) ** i * x
    return s


@case(*P, differences=False)
def math_funcs(x):
    s = math.floor(x) + math.ceil(x) + round(x) + int(x) + math.trunc(x)
    return (
        s * x,
        round(x, 2),
        abs(x),
        math.copysign(1.0, x),
        math.fabs(x),
        float(x),
        pow(x, 2),
        math.isnan(x),
        math.hypot(x, 1),
        math.pi * x,
        sum([x, x]),
        math.prod([x, 2.0]),
        math.fsum([x, 1.0]),
        math.dist([x, 0.0], [1.0, 1.0]),
    )


@case((3, 0.5), (5, 0.5))
def int_arg_loop(n, x):
    a = np.zeros(n)
    for i in range(n):
        a[i] = x * i
    return a


@case((np.array([[1.0, 2.0], [3.0, 4.0]]),), (np.array([[1.0, 2.0, 3.0]]),))
def matrix_rows(a):
    s = 0.0
    for row in a:
        for v in row:
            s = s * 0.5 + v
    for col in a.T:
        s += col.max()
    for (i, j), v in np.ndenumerate(a):
        s += v * (i - j)
    for v in a.flat:
        s += v * v
    for idx in np.ndindex(a.shape):
        s += a[idx]
    for i in np.arange(a.shape[0]):
        s += a[i, 0]
    return s
