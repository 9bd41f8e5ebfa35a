"""Functions made in loops, variables of functions around, and one thing under several names; p holds two numbers."""
# ruff: noqa: B006, B007, B023, C400, E731, SIM108 (that is what it is about)

import functools
from collections import deque

import numpy as np

CLOSURES = []


def program(function):
    CLOSURES.append(function)
    return function


@program
def scope(p):
    count = 0
    tot = p[0] * 0

    def inner(k):
        nonlocal count, tot
        count += 1
        tot = tot + p[k % 2] ** count
        return lambda z, k=k: z * p[k % 2]

    fs = [inner(i) for i in range(4)]
    return tot * count + fs[1](fs[2](3.0))


@program
def scope_loop(p):
    count = 0
    tot = p[0] * 0
    fs = []

    def inner(k):
        nonlocal count, tot
        count += 1
        tot = tot + p[k % 2] ** count
        return lambda z, k=k: z * p[k % 2]

    for i in range(6):
        fs.append(inner(i))
    s = 0.0
    for f in fs:
        s += f(2.0)
    return tot * count + s


@program
def late(p):
    fs = []
    for i in range(5):
        w = p[i % 2] * i
        fs.append(lambda z: z * w + i)
    return sum(f(2.0) for f in fs)


@program
def late_comp(p):
    fs = [lambda z: z * p[0] + i for i in range(5)]
    return sum(f(2.0) for f in fs)


@program
def default_bound(p):
    fs = []
    for i in range(5):
        w = p[i % 2] * (i + 1)
        fs.append(lambda z, w=w, i=i: z * w + i)
    return sum(f(2.0) for f in fs) + fs[0](1.0) * fs[-1](p[0])


@program
def default_comp(p):
    fs = [lambda z, i=i: z * p[i % 2] + i for i in range(5)]
    x = p[1]
    for f in fs:
        x = np.sin(f(x))
    return x


@program
def made_by(p):
    def scale(a):
        return lambda z: z * a

    fs = [scale(p[k % 2] * k) for k in range(6)]
    d = {k: scale(p[0] + k) for k in range(4)}
    x = 1.0 + p[0]
    for f in fs[1:]:
        x = f(x)
    for k in d:
        x = x + d[k](p[1])
    return x


@program
def compose(p):
    f = lambda z: z
    for i in range(5):
        g = f
        f = lambda z, g=g, i=i: g(z) * p[i % 2] + 1.0
    return f(p[0])


@program
def compose_def(p):
    def comp(f, g):
        return lambda z: f(g(z))

    f = lambda z: z * p[0]
    h = lambda z: z
    for i in range(5):
        h = comp(f, h)
    return h(p[1])


@program
def counter(p):
    def make(a):
        n = 0.0

        def inc(v):
            nonlocal n
            n = n + v * a
            return n

        def get():
            return n

        return inc, get

    cs = [make(p[i % 2]) for i in range(4)]
    for k in range(8):
        cs[k % 4][0](p[0] * k)
    return sum(g() ** 2 for _, g in cs)


@program
def counter_one(p):
    n = 0.0

    def inc(v):
        nonlocal n
        n += v * v
        return n

    hist = []
    for k in range(9):
        hist.append(inc(p[k % 2] + k))
    ys = [inc(p[0] * k) for k in range(5)]
    zs = list(inc(p[1] * k) for k in range(4))
    zz = sum(inc(p[1] * k) for k in range(4))
    return n + sum(hist) * 0.01 + sum(ys) + zs[-1] + zz


@program
def memo(p):
    cache = {}

    def g(k):
        if k in cache:
            return cache[k]
        cache[k] = r = p[k % 2] if k < 2 else g(k - 1) * p[0] + g(k - 2) * p[1]
        return r

    s = 0.0
    for i in range(8):
        s += g(i)
    return s


@program
def gen_nonlocal(p):
    tot = 0.0

    def gen(n):
        nonlocal tot
        for i in range(n):
            tot = tot + p[i % 2] * i
            yield tot

    s = 0.0
    for v in gen(6):
        s += v * v
    return s + tot


@program
def dict_fs(p):
    ops = {"a": lambda z: z * p[0], "b": lambda z: z + p[1], "c": lambda z: np.sin(z)}
    x = p[0]
    for i in range(4):
        for k in "abc":
            x = ops[k](x)
    return x


@program
def methods_in_list(p):
    class A:
        def __init__(self, a):
            self.a = a

        def f(self, z):
            self.a = self.a * 1.1
            return z * self.a

    fs = [A(p[i % 2]).f for i in range(4)]
    x = 1.0
    for f in fs:
        x = f(x) + f(1.0)
    return x * p[0]


@program
def partials(p):
    def g(a, b, z, c=0.0):
        return a * z + b + c

    fs = [functools.partial(g, p[i % 2], i, c=p[0] * i) for i in range(5)]
    return sum(f(1.5) for f in fs)


@program
def traced_while(p):
    fs = []
    x = p[0]
    while x < 30.0:
        y = x * p[1] + 1.0
        fs.append(lambda z, y=y: z * y)
        x = y
    return fs[-1](p[0]) + x


@program
def branch_fs(p):
    if p[0] > 0.5:
        f = lambda z: z * p[0]
    else:
        f = lambda z: z * z * p[1]
    g = (lambda z: z + p[0]) if p[1] > 0 else (lambda z: z - p[1])
    return f(p[1]) + g(1.0)


@program
def shared_list(p):
    rows = []
    alls = []
    for i in range(6):
        r = [p[i % 2] * i]
        rows.append(r)
        alls.append(r)
    rows[0].append(p[0])
    rows[1][0] = p[1]
    return sum(sum(r) for r in alls)


@program
def sets_made(p):
    out = []
    for i in range(6):
        s = {i, i + 1}
        out.append((s, p[i % 2] * i))
    out[0][0].add(99)
    return sum(v * len(s) for s, v in out)


@program
def deques(p):
    q = deque(maxlen=3)
    acc = 0.0
    for i in range(10):
        q.append(p[i % 2] * i)
        acc += sum(q) / len(q)
    out = []
    for i in range(5):
        d = deque()
        d.append(p[0] * i)
        d.appendleft(i)
        out.append(d)
    q.rotate(1)
    q.appendleft(p[0])
    return acc + sum(d[-1] * d[0] for d in out) + q[0] * q[1] * q[-1]


@program
def queue_bfs(p):
    q = deque([(0, p[0])])
    tot = 0.0
    while q:
        k, v = q.popleft()
        tot += v
        if k < 3:
            q.append((k + 1, v * p[1]))
            q.append((k + 1, v * v))
    return tot


@program
def text(p):
    msg = ""
    for i in range(5):
        x = p[i % 2] * i
        msg = f"{i}: {x:.2f}"
    print(msg)
    return x * p[0]


@program
def late_in_func(p):
    def build():
        fs = []
        for i in range(5):

            def f(z):
                return z * p[i % 2] + i * acc

            fs.append(f)
        acc = p[0]
        return fs

    return sum(f(2.0) for f in build())


@program
def accum_default(p):
    def f(v, acc=[]):
        acc.append(v)
        return acc

    for i in range(5):
        r = f(p[i % 2] * i)
    return sum(x * x for x in r)


@program
def closure_list(p):
    def make(a):
        acc = [a]

        def add(v):
            acc.append(v * a)
            return sum(acc)

        return add

    fs = [make(p[i % 2]) for i in range(4)]
    s = 0.0
    for k in range(3):
        for f in fs:
            s += f(p[0] * k)
    return s


@program
def curried(p):
    add = lambda a: lambda b: lambda c: a * b + c
    s = 0.0
    fs = [add(p[0] * i)(p[1]) for i in range(5)]
    for i, f in enumerate(fs):
        s += f(i) * fs[-i](1.0)
    return s


@program
def decorated(p):
    def logged(f):
        calls = 0

        @functools.wraps(f)
        def w(*a):
            nonlocal calls
            calls += 1
            return f(*a) * calls

        return w

    g = logged(lambda z: z * p[0])
    s = 0.0
    for i in range(6):
        s += g(p[1] + i)
    return s


@program
def fs_by_index(p):
    fs = [lambda z: z * p[0], lambda z: z + p[1], np.sin, lambda z: z * z]
    x = p[0]
    for i in range(8):
        x = fs[i % 4](x)
    return x


@program
def sorted_fs(p):
    fs = sorted([(3, lambda z: z * p[0]), (1, lambda z: z + p[1])], key=lambda t: t[0])
    x = p[1]
    for _, f in fs:
        x = f(x)
    return x


@program
def cond_alias(p):
    a = [p[0]]
    b = [p[1]]
    if p[0] > 0.5:
        r = a
    else:
        r = b
    r.append(2.0 * p[0])
    return sum(a) + 2 * sum(b)


@program
def cond_alias_read(p):
    a = [p[0]]
    b = [p[1]]
    if p[0] > 0.5:
        r = a
    else:
        r = b
    s = [p[0], 1.0] if p[1] > 0 else [2.0, p[1]]
    s.append(p[0])
    return sum(r) + 2 * sum(b) + sum(s)


@program
def cond_same(p):
    a = [p[0]]
    b = [p[1]]
    d = {}
    if p[0] > 0.5:
        r = a
        k = 2.0 * p[0]
        d["k"] = p[0]
    else:
        r = a
        k = 3.0
        d["k"] = p[1] * 2
    r.append(2.0 * p[0])
    d["z"] = k
    return sum(a) + 2 * sum(b) + k * d["k"]


@program
def cond_ret(p):
    a = [p[0]]
    b = [p[1]]

    def pick(c):
        if c:
            return a
        return b

    def only(c):
        if c:
            return a
        return a

    only(p[0] > 0.2).append(3.0 * p[1])
    return sum(pick(p[0] > 0.5)) + 2 * sum(a) + sum(b)


@program
def arr_twice(p):
    rows = []
    alls = []
    u = np.zeros(2)
    for i in range(6):
        u = u + p * i
        rows.append(u)
        alls.append(u)
    return sum(r[0] for r in rows) + sum(r[1] for r in alls) + u @ u


@program
def arr_twice_written(p):
    rows = []
    alls = []
    u = np.zeros(2)
    for i in range(6):
        u = u + p * i
        rows.append(u)
        alls.append(u)
    rows[1][0] = 7.0
    return sum(r[0] for r in rows) + sum(r[0] for r in alls) + u @ u


@program
def arr_name_written(p):
    rows = []
    u = np.zeros(2)
    for i in range(6):
        u = u + p * i
        rows.append(u)
    u[0] = 3.0
    return sum(r[0] for r in rows) + u @ u


@program
def dict_state(p):
    s = {"x": p[0], "v": p[1]}
    hist = []
    for i in range(20):
        s = {"x": s["x"] + 0.1 * s["v"], "v": s["v"] - 0.1 * s["x"]}
        hist.append(s)
    return sum(h["x"] ** 2 for h in hist) + s["v"]


@program
def dict_state_written(p):
    s = {"x": p[0], "v": p[1]}
    hist = []
    for i in range(20):
        s = {"x": s["x"] + 0.1 * s["v"], "v": s["v"] - 0.1 * s["x"]}
        hist.append(s)
    s["x"] = 0.0
    return sum(h["x"] ** 2 for h in hist) + s["v"]


@program
def dict_state_inplace(p):
    s = {"x": p[0], "v": p[1]}
    hist = []
    for i in range(20):
        s["x"] += 0.1 * s["v"]
        s["v"] -= 0.1 * s["x"]
        hist.append(dict(s))
    return sum(h["x"] ** 2 for h in hist) + s["v"]


@program
def dict_state_shared(p):
    s = {"x": p[0], "v": p[1]}
    hist = []
    for i in range(20):
        s["x"] += 0.1 * s["v"]
        s["v"] -= 0.1 * s["x"]
        hist.append(s)
    return sum(h["x"] ** 2 for h in hist) + s["v"]


@program
def obj_state(p):
    class S:
        def __init__(self, x, v):
            self.x = x
            self.v = v

        def step(self):
            return S(self.x + 0.1 * self.v, self.v - 0.1 * self.x)

    s = S(p[0], p[1])
    hist = [s]
    for i in range(20):
        s = s.step()
        hist.append(s)
    best = hist[0]
    for k in range(5):
        best = hist[k]
    best.x = best.x * 2
    return sum(h.x**2 for h in hist)


@program
def sets_const(p):
    out = []
    for i in range(6):
        s = {1, 2}
        out.append((s, p[i % 2] * (i + 1)))
    out[0][0].add(99)
    return sum(v * len(s) for s, v in out)


@program
def sliding(p):
    q = deque([0.0, 0.0, 0.0])
    acc = 0.0
    for i in range(30):
        q.append(np.sin(p[0] * i))
        q.popleft()
        acc += q[0] * q[1] - q[2]
    w = deque(maxlen=2)
    for i in range(30):
        w.append(p[1] * i)
        if len(w) == 2:
            acc += w[1] - w[0] * w[0]
    q.rotate(-1)
    return acc + q[0] * w[0]


@program
def ring(p):
    buf = [0.0] * 4
    acc = 0.0
    for i in range(40):
        buf[i % 4] = p[0] * i + buf[(i + 1) % 4] * 0.5
        acc += sum(buf)
    return acc


@program
def act_choice(p):
    act = np.tanh if p[0] > 0.5 else np.sin
    return act(p[1]) * act(p[0])
