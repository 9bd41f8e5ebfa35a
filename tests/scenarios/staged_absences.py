"""Names that may be unbound, values that may be None, and integers that may be too large."""

import math

import numpy as np
from tests.scenarios.case import Case, collector

CASES: list[Case] = []
case = collector(CASES)
P = ((0.5,), (-1.5,), (2.5,), (0.3,))


@case(*P, differences=False)
def bound_in_some_pass(x):
    for i in range(5):
        if 1 < x * i < 2:
            t = i * x
    return t


@case(*P)
def bound_in_first(x):
    for i in range(5):
        if i == 0:
            t = x
        else:
            t = t * 2
    return t


@case(*P)
def bound_in_first_traced(x):
    k = abs(x)
    n = 0
    while k < 5:
        if n == 0:
            t = x
        else:
            t = t * 2
        k += 1.0
        n += 1
    return t


@case(*P, differences=False)
def flag_guard(x):
    have = False
    s = 0.0
    for i in range(6):
        if have:
            s += last
        if x * i > 1:
            last = x * i
            have = True
    return s


@case(*P)
def bound_or_not_then_guard(x):
    if x > 0:
        t = x * 2
    y = 1.0
    if x > 0:
        y += t
    return y


@case(*P)
def unbound_deleted(x):
    t = x
    if x > 0:
        del t
    return t


@case(*P)
def unbound_in_closure(x):
    def g():
        return t * 2

    if x > 0:
        t = x
    return g()


@case(*P)
def unbound_in_loop_after_while(x):
    while x > 1:
        x = x - 0.7
        y = x
    z = 0.0
    for i in range(3):
        z += y * i
    return z


@case(*P)
def unbound_augmented(x):
    if x > 0:
        t = x
    t += 1
    return t


@case(*P)
def unbound_tuple(x):
    while x > 1:
        a, (b, c) = x, (x + 1, x + 2)
        x -= 1
    return a + b * c


@case(*P)
def none_then_use(x):
    t = None
    if x > 0:
        t = x
    return t * 2


@case(*P)
def none_returned(x):
    if x > 0:
        return x


@case(*P, differences=False)
def none_returned_loop(x):
    for i in range(5):
        if x * i > 1:
            return i * x


@case(*P, differences=False)
def none_inner(x):
    def find(y):
        for i in range(5):
            if y * i > 1:
                return i * y
        return None

    a, b = find(x), find(-x)
    s = 0.0
    if a is not None:
        s += a
    if b is not None:
        s += 10 * b
    if a is None and b is None:
        s = -100.0
    return s


@case(*P)
def none_truth(x):
    t = None
    if x > 0:
        t = x - 2.5
    if not t:
        t = 7.0
    return t or 3.0


@case(*P)
def none_tuple(x):
    best = None
    for i in range(6):
        c = (x - 0.4 * i) ** 2
        if c < 2 and (best is None or c < best[0]):
            best = (c, i)
    if best is None:
        return -1.0, -1
    return best


@case(*P)
def none_eq(x):
    t = None
    if x > 0:
        t = x
    return 1.0 if t == None else t


@case(*P)
def none_array(x):
    t = None
    for i in range(4):
        if x > 0:
            if t is None:
                t = np.zeros(3)
            t[i % 3] += x
    return np.ones(3) if t is None else t


@case(*P)
def none_attr(x):
    class S:
        pass

    s = S()
    s.prev = None
    r = 0.0
    for i in range(6):
        v = math.sin(x * i)
        if v > 0:
            if s.prev is not None:
                r += v - s.prev
            s.prev = v
    return r


@case(*P)
def none_dict(x):
    s = {"prev": None}
    r = 0.0
    for i in range(6):
        v = math.sin(x * i)
        if v > 0:
            if s["prev"] is not None:
                r += v - s["prev"]
            s["prev"] = v
    return r


@case(*P)
def none_default_arg(x):
    def f(y, scale=None):
        if scale is None:
            scale = 2.0
        return y * scale

    t = None
    if x > 0:
        t = x
    return f(x, t) + f(x) + f(x, 3.0)


@case(*P)
def none_isinstance(x):
    t = None
    if x > 0:
        t = x
    if isinstance(t, float):
        return t
    return 5.0


@case(*P, differences=False)
def none_reset(x):
    t = 1.0
    s = 0.0
    for i in range(6):
        if t is None:
            t = x * i
        elif x * i > 1:
            s += t
            t = None
        else:
            t = t * 1.1
    return s + (0 if t is None else t)


@case((5, 0.5), (40, 0.5), (30, 1.5))
def fib_n(n, x):
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return x * a


@case((100, 0.5), (50, 0.5))
def fib_n_over(n, x):
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b
    return x * a


@case((10**10, 10**10, 0.5), (3, 4, 0.5))
def int_args_over(n, m, x):
    return n * m * x


@case((3, 2, 0.5), (3, 70, 0.5))
def int_pow_over(n, m, x):
    return n**m * x


@case(
    (2**62, 2**62, 0.5),
)
def int_add_over(n, m, x):
    return (n + m) * x


@case((7, 2, 0.5), (-7, 2, 0.5), (7, 0, 0.5))
def shifts(n, m, x):
    return (n << m) * x, n >> m, n & m, n | m, n ^ m, ~n


@case((0.5, 2), (0.5, 0))
def int_mod_zero(x, n):
    s = 0.0
    for i in range(5):
        if i % n == 0:
            s += x
    return s
