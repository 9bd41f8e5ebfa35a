"""Lists whose items are read and written by numbers that depend on values; p holds two numbers."""
# ruff: noqa: E741

import bisect
from collections import deque

import numpy as np

LISTS = []
TABLE = [1.0, 2.0, 3.0]


def program(function):
    LISTS.append(function)
    return function


@program
def pivots(p):
    piv = list(range(4))
    w = np.array([p[0], p[1], p[0] * p[1], 1.0])
    for k in range(4):
        j = k + int(np.argmax(np.abs(w[k:])))
        piv[k], piv[j] = piv[j], piv[k]
        w[[k, j]] = w[[j, k]]
    return sum(w[i] * v for i, v in enumerate(piv))


@program
def pivots_if(p):
    n = 20
    piv = list(range(n))
    w = np.sin(np.arange(n) * p[0]) * p[1]
    sign = 1
    for k in range(n):
        j = k + int(np.argmax(np.abs(w[k:])))
        if j != k:
            piv[k], piv[j] = piv[j], piv[k]
            sign = -sign
            w[[k, j]] = w[[j, k]]
    return sign * sum(w[i] * v for i, v in enumerate(piv))


@program
def list_write(p):
    c = [0.0] * 5
    for i in range(12):
        k = int(np.floor(p[0] * i)) % 5
        c[k] += p[1] * i
    c[-1] = c[int(p[0])]
    return sum(x * x * (i + 1) for i, x in enumerate(c))


@program
def hist_int(p):
    c = [0] * 5
    d = [0] * 3
    for i in range(12):
        k = int(np.floor(p[0] * i)) % 5
        c[k] += 1
        d[k % 3] += p[1] * i
    return sum(x * p[0] * (i + 1) for i, x in enumerate(c)) + d[0] * d[1] + c[2]


@program
def no_loop(p):
    c = [p[0], p[1], 2.0]
    t = c[0]
    k = int(p[0] * 2)
    c[k] = p[1] * 5
    u = c[1]
    c[k - 1] += 1.0
    c[0] = c[0] * 3
    if p[1] > 1.0:
        c[k] = 7.0 * p[0]
    else:
        c[0] = 2.0
        c[2] = p[0]
    return t + u * 2 + sum(x * (i + 1) for i, x in enumerate(c))


@program
def tuples(p):
    pts = [(p[0] * i, i, p[1]) for i in range(6)]
    for k in range(10):
        j = int(p[1] * k) % 6
        a, b, c = pts[j]
        pts[j] = (a * c, b + 1, c + 0.1)
    return sum(a * b + c for a, b, c in pts)


@program
def arrays(p):
    rows = [p * i for i in range(4)]
    for k in range(10):
        j = int(p[1] * k) % 4
        rows[j] = rows[j] * p + rows[(j + 1) % 4]
    return sum(r @ r for r in rows)


@program
def arrays_swap(p):
    a = p * 2
    rows = [a, p * 3, p * 4]
    for k in range(3):
        j = int(p[1] * k) % 3
        rows[0], rows[j] = rows[j], rows[0]
    a[0] = 9.0
    return rows[0] @ rows[1] + rows[2][0]


@program
def item_inplace(p):
    rows = [p * 2, p * 3, p * 4]
    for k in range(6):
        j = int(p[1] * k) % 3
        rows[j] = rows[j] * p
        rows[1][0] += p[0]
    return rows[0] @ rows[1] + rows[2][0]


@program
def nested(p):
    c = [0.0] * 4
    for i in range(5):
        for j in range(6):
            k = int(p[0] * i + p[1] * j) % 4
            c[k] += p[0] * j
            c[0] *= 0.9
        c[i % 4] = c[i % 4] + 1.0
    return sum(x * x for x in c)


@program
def made_inside(p):
    s = 0.0
    for i in range(8):
        c = [p[0], p[1], p[0] * i]
        k = int(p[1] * i) % 3
        c[k] = 2.0 * p[0]
        s += c[0] * c[1] + c[2]
    return s


@program
def copies(p):
    c = [0.0, 1.0, 2.0]
    d = c
    e = list(c)
    h = []
    for i in range(6):
        k = int(p[1] * i) % 3
        f = c[:]
        c[k] = c[k] + p[0]
        h.append(f[0] + e[1] + d[2])
        e = [x * p[1] for x in c]
    return sum(h) + sum(e) + sum(d)


@program
def in_object(p):
    class H:
        def __init__(self):
            self.bins = [0.0] * 4
            self.n = 0

        def add(self, x):
            self.bins[int(x) % 4] += x
            self.n += 1

    h = H()
    for i in range(20):
        h.add(p[0] * i)
    return sum(b * b for b in h.bins) / h.n


@program
def ring(p):
    buf = [0.0] * 4
    acc = 0.0
    for i in range(400):
        buf[i % 4] = p[0] * np.sin(i) + buf[(i + 1) % 4] * 0.5
        acc += buf[0]
    return acc + sum(buf)


@program
def heap_sort(p):
    a = [np.sin(7.0 * i) * p[0] + p[1] * i % 1 for i in range(8)]
    for i in range(8):
        m = i
        for j in range(i + 1, 8):
            if a[j] < a[m]:
                m = j
        a[i], a[m] = a[m], a[i]
    return sum(x * i for i, x in enumerate(a))


@program
def bubble(p):
    a = [np.sin(7.0 * i) * p[0] for i in range(7)]
    for i in range(7):
        for j in range(6 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return sum(x * i * p[1] for i, x in enumerate(a))


@program
def while_write(p):
    c = [1.0, 2.0, 3.0]
    k = 0
    x = p[0]
    while x < 20:
        c[k] = c[k] * p[1] + x
        k = (k + 1) % 3
        x = x + c[k]
    return sum(c) + x


@program
def dp_list(p):
    best = [0.0] + [1e9] * 10
    for i in range(1, 11):
        for j in range(i):
            best[i] = min(best[i], best[j] + p[0] * (i - j) ** 2 + p[1])
    return best[10]


@program
def table(p):
    s = 0.0
    for i in range(8):
        s += TABLE[int(p[1] * i) % 3] * p[0] * i
    return s


@program
def out_of_range(p):
    c = [0.0, 1.0]
    k = int(p[0] * 9)
    c[k] = p[1]
    return c[0] + c[1]


@program
def order1(p):
    l = [(p[0] * np.sin(3.0 * i), i) for i in range(9)]
    s = sorted(l, key=lambda t: t[0])
    r = sorted(l, key=lambda t: -(t[0] ** 2), reverse=True)
    l.sort(key=lambda t: t[0] * t[1], reverse=True)
    b = max(l, key=lambda t: t[0])
    c = min(l, key=lambda t: t[0])
    return (
        sum(i * v * k for i, (v, k) in enumerate(s))
        + sum(i * v + k for i, (v, k) in enumerate(r))
        + sum(i * i * v for i, (v, k) in enumerate(l))
        + b[0] * b[1]
        + c[0]
    )


@program
def order2(p):
    l = []
    for i in range(7):
        bisect.insort(l, p[0] * np.sin(5.0 * i) + p[1] * 0.1)
    k = bisect.bisect_left(l, p[0] * 0.2)
    names = ["a", "b", "c"]
    w = {"a": p[0], "b": p[1], "c": p[0] * p[1]}
    best = max(names, key=lambda n: w[n])
    return sum(i * v for i, v in enumerate(l)) + l[k] * k + max(w.values()) + min(p[0], 3.0, p[1]) + w[best]


@program
def order3(p):
    w = {"a": p[0], "b": p[1], "c": p[0] * p[1]}
    best = max(w, key=w.get)
    i = min(range(5), key=lambda k: (k - p[1] * 2) ** 2)
    d = max((v, k) for k, v in enumerate([p[0], p[1], 2.0 * p[0]]))[0]
    return w[best] * 2 + i * p[0] + max([], default=p[1]) + d


@program
def order4(p):
    class Q:
        def __init__(s, x):
            s.x = x

        def __lt__(s, o):
            return s.x < o.x

    a = min([Q(p[0]), Q(p[1]), Q(0.9)])
    b = sorted([3.0, p[0], 1.0])[1]
    c = sorted([p[1], p[0], 1.0, 2.0], reverse=True)
    ties = sorted([(p[0], 1), (p[0], 2), (p[1], 3)], key=lambda t: t[0], reverse=True)
    return a.x * b + c[0] * c[-1] + ties[1][1] * p[0] + ties[2][1]


@program
def order5(p):
    a = (p[0], 1.0)
    b = (p[0], p[1])
    c = [p[0], 2]
    r = 0.0
    if a < b:
        r += p[0]
    if a == b:
        r += 10.0
    if a != (p[0] * 1.0, 1.0):
        r += 20.0
    if (1, p[0]) > (1, p[1]):
        r += 40.0
    if c == [p[0], 2]:
        r += 80.0 * p[1]
    if (p[0],) <= (p[0], 3):
        r += 100.0
    return r


@program
def window(p):
    q = deque(maxlen=5)
    acc = 0.0
    for i in range(200):
        q.append(np.sin(p[0] * i))
        acc += sum(q) / len(q) * p[1]
    return acc + q[-1]


@program
def window_if(p):
    q = deque(maxlen=3)
    acc = 0.0
    x = p[0]
    for _ in range(100):
        x = np.cos(x * p[1])
        q.append(x)
        if len(q) == q.maxlen:
            acc += q[0] - 2 * q[1] + q[2]
    return acc


@program
def window_while(p):
    q = deque(maxlen=3)
    x = p[0] * 10
    n = 0
    while x > 0.5:
        x = x * 0.9
        q.append(x)
        n += 1
    return sum(q) * n


@program
def rotate(p):
    q = deque([p[0], p[1], 1.0, 2.0])
    for _ in range(50):
        q.rotate(1)
        q[0] = q[0] * 0.9 + q[1] * 0.1
    return q[0] + 2 * q[1] + 3 * q[2]


@program
def lagged(p):
    h = deque([0.0] * 4, maxlen=4)
    ys = []
    for t in range(60):
        y = p[0] * h[-1] - p[1] * 0.1 * h[0] + np.sin(t)
        h.append(y)
        ys.append(y)
    return sum(ys) + h[2]
