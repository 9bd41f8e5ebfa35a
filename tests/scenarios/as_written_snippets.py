"""Snippets of Python and its standard library around a traced value, as people write them."""

import copy
import functools
import heapq
import io
import itertools
import math
import operator
import random
import threading
import time
import typing

import numpy as np

from tests.scenarios.snippet import case

COUNT = 0


class Model:
    """An object made outside."""

    def __init__(self):
        self.w = np.zeros(3)


MODEL = Model()


@case
def strx(x):
    return float(str(x[0])) * 0 + x[0]


@case
def randchoice(x):
    random.seed(0)
    return random.choice([x[0], x[1] * 2, x[2]]) * x[0]


@case
def randshuffle(x):
    random.seed(0)
    l = [t * t for t in x]
    random.shuffle(l)
    return sum(i * t for i, t in enumerate(l))


@case
def heap(x):
    h = []
    for t in x:
        heapq.heappush(h, (t, t * t))
    return heapq.heappop(h)[1] + h[0][0]


@case
def timing(x):
    t = time.time()
    y = x[0] ** 2
    assert time.time() - t < 10
    return y


@case
def printing(x):
    print(x, x[0], [x[0]], f"{x[0]:.2f} {x}", end="", file=io.StringIO())
    return x[0]


@case
def thread_obj(x):
    out = []
    th = threading.Thread(target=worker, args=(x, out))
    th.start()
    th.join()
    return out[0]


def worker(x, out):
    out.append(float(x[0]) * math.exp(x[1]))


@case
def deepcopy_outside(x):
    m = copy.deepcopy(MODEL)
    m.w[0] = x[0] ** 2
    return m.w[0]


@case
def hasattrs(x):
    return (
        x[0] * 3
        if not hasattr(x[0], "__len__") and hasattr(x, "__len__") and not hasattr(float(x[0]), "shape")
        else x[0]
    )


@case
def tryiter(x):
    try:
        iter(x[0])
    except TypeError:
        return x[0] * 5
    return x[0]


@case
def mathisclose(x):
    return x[0] if math.isclose(x[0], x[0] + 1e-15) else 0 * x[0]


@case
def matherr(x):
    try:
        return math.log(x[0] - 100)
    except ValueError:
        return x[0] ** 2


@case
def overflow(x):
    try:
        return math.exp(x[0] * 1000)
    except OverflowError:
        return x[0] ** 3


@case
def zerodiv(x):
    try:
        return float(x[0]) / 0
    except ZeroDivisionError:
        return x[0] * 7


@case
def locals_(x):
    a = x[0]
    names = sorted(locals())
    assert names == ["a", "x"], names
    return a * len(names)


@case
def eval_(x):
    a = x[0]
    return eval("a*a + x[1]")


@case
def strfmt(x):
    return x[0] * len("%.3f" % x[0]) + x[1] * len("{:.2f}".format(x[1])) + len(str(round(x[2], 2))) * x[2]


@case
def sortkey(x):
    return (
        sorted([(x[0], 1), (x[1], 2)], key=lambda p: p[0])[0][0]
        + sorted(x, key=lambda t: -t)[0] * 2
        + max(x, key=lambda t: (t - 1) ** 2)
    )


@case
def listsort(x):
    l = [x[0], x[1], x[2]]
    l.sort(key=math.sin)
    l.sort()
    return sum(i * t for i, t in enumerate(l))


@case
def minmaxdefault(x):
    return max([], default=x[0]) + min(x[0], x[1], key=abs) + max(*x)


@case
def accum(x):
    tot = 0
    for k, g in itertools.groupby(
        sorted([(1, x[0]), (2, x[1]), (1, x[2])], key=operator.itemgetter(0)), key=lambda p: p[0]
    ):
        tot += k * math.prod(v for _, v in g)
    return tot


@case
def privates(x):
    class C:
        def __init__(s, v):
            s.__v = v
            s.__w = 2

        def __helper(s):
            return s.__v * s.__w

        def go(s):
            s.__w += 1
            return s.__helper()

    return C(x[0]).go()


@case
def order_eval(x):
    log = []

    def i(k):
        log.append(k)
        return k

    a = [0, 0, 0]
    a[i(0)], a[i(1)] = x[i(2)], x[i(0)]
    a[i(2)] += x[i(1)]
    assert log == [2, 0, 0, 1, 2, 1], log
    return a[0] * a[1] + a[2]


@case
def star(x):
    def g(*a, k=1, **kw):
        return sum(a) * k + sum(kw.values())

    return g(*x, *[x[0]], k=x[1], **{"z": x[2]})


@case
def del_(x):
    d = {"a": x[0], "b": x[1]}
    del d["a"]
    l = [x[0], x[1]]
    del l[0]
    return d["b"] * l[0]


@case
def globalstate(x):
    global COUNT
    COUNT += 1
    return x[0] * 2


@case
def nested_def_in_loop(x):
    fs = []
    for i in range(3):

        def f(t, i=i):
            return t**i

        fs.append(f)
    return sum(f(x[i]) for i, f in enumerate(fs))


@case
def lru_nested(x):
    @functools.lru_cache(None)
    def fib(n):
        return x[0] if n < 2 else fib(n - 1) * x[1] + fib(n - 2)

    return fib(6)


@case
def divmod_(x):
    q, r = divmod(x[2], x[1])
    return q * r


@case
def frozenkw(x):
    return dict(a=x[0], **{"b": x[1]})["b"] * dict([("k", x[2])])["k"]


@case
def chained_cmp(x):
    return x[0] if 0 < x[0] < 2 <= x[2] else -x[0]


@case
def itemgetter(x):
    return operator.itemgetter(1)(x) * operator.attrgetter("T")(x)[0]


@case
def typing_cast(x):
    y = typing.cast(float, x[0])
    z: float = y
    return z * z


@case
def assert_raises(x):
    class E(Exception):
        def __init__(self, v):
            super().__init__(v)
            self.v = v * 2

    try:
        raise E(x[0])
    except E as e:
        return e.v * e.args[0]


@case
def finally_(x):
    log = []

    def g():
        try:
            return x[0]
        finally:
            log.append(x[1])

    return g() * log[0]


@case
def while_else(x):
    n = 0
    while n < 3:
        n += 1
    else:
        return x[0] * n


@case
def lists_mult(x):
    l = [[x[0]] * 2] * 2
    l[0][0] = x[1]
    return l[1][0] * l[1][1] + sum([[x[0]], [x[1]]], [])[1]
