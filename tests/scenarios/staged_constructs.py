"""Every construct of Python that decides which way a program goes, as functions of one number that go several ways."""

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CONSTRUCTS: list[Callable[[Any], Any]] = []
POINTS = (-1.7, -0.2, 0.35, 1.4, 3.1)
TABLE = np.array([0.5, -1.0, 2.0, 0.3])
EDGES = [(0, 1), (1, 2), (2, 3), (3, 0)]


def construct(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Enter a function."""
    CONSTRUCTS.append(function)
    return function


# -- choices -----------------------------------------------------------------------------------------------------------


@construct
def if_elif_else(x):
    if x > 2:
        y = x * x
    elif x > 0:
        y = np.sin(x)
    elif x > -1:
        y = x**3
    else:
        y = -x
    return y + 1


@construct
def if_without_else(x):
    y = x
    if x < 0:
        y = y * 2
    return y * y


@construct
def early_returns(x):
    if x > 2:
        return x * x
    if x > 1:
        return np.exp(x)
    y = x + 1
    if y < 0:
        return -y
    z = y * 3
    return z - x


@construct
def returns_in_both(x):
    if x > 0:
        return x
    else:
        return -2 * x


@construct
def nested_choices(x):
    y = 0.0
    if x > 0:
        if x > 1:
            y = x
        else:
            y = 2 * x
        if x > 3:
            return y * 10
    elif x < -1:
        y = x * x
    return y + x


@construct
def conditional_expression(x):
    return (x if x > 0 else -x) * (2.0 if x < 1 else x)


@construct
def and_or_not(x):
    y = 0.0
    if x > 0 and x < 2:
        y += x
    if x > 2 or x < -1:
        y += x * x
    if not x > 1:
        y -= 3 * x
    if not (x > 0 and x > 1) or x == 3:
        y += 1
    return y


@construct
def truth_values(x):
    a = x > 0 and x * 2
    b = x < 0 or x + 5
    return (a + 1) * (b + 1) + ((x > 1) or (x < -1))


@construct
def short_circuit(x):
    k = int(abs(x))
    if k < 3 and TABLE[k] > 0:
        return x * TABLE[k]
    return x


@construct
def chained_comparisons(x):
    y = 0.0
    if -1 < x < 1:
        y = x
    if 0 <= x <= 2 < x + 5:
        y += x * x
    return y + (0 < x < 3)


@construct
def membership(x):
    k = round(x)
    return x * 2 if k in (0, 1) else x * 3 if k not in [3, 4] else x


@construct
def booleans_kept(x):
    positive, large = x > 0, abs(x) > 1
    y = x
    if positive and not large:
        y = y * 2
    if positive == large:
        y = y + 10
    return y


@construct
def matched(x):
    kind = "linear" if len(TABLE) > 0 else "none"
    match kind:
        case "linear":
            if x > 0:
                return 2 * x
            y = x
        case _:
            y = 0.0
    return y - 1


# -- for ---------------------------------------------------------------------------------------------------------------


@construct
def for_range(x):
    s = 0.0
    for i in range(7):
        s = s + x**i / (i + 1)
    return s


@construct
def for_range_down(x):
    s = 1.0
    for i in range(9, 0, -2):
        s = x / (s + i)
    return s


@construct
def for_array(x):
    s = 0.0
    for t in TABLE * x:
        s += math.exp(t)
    return s


@construct
def for_list(x):
    s = x
    for w in [0.5, 1.5, -0.3, 0.2, 0.1, 0.7, -0.1, 0.9, 1.1]:
        s = s * w + x
    return s


@construct
def for_zip(x):
    s = 0.0
    for a, b in zip(TABLE, range(4), strict=True):
        s += a * x**b
    return s


@construct
def for_enumerate(x):
    s = 0.0
    for i, a in enumerate(TABLE, 1):
        s += a * x * i
    return s


@construct
def for_reversed(x):
    s = 0.0
    for a in reversed(TABLE):
        s = s * x + a
    for i in reversed(range(4)):
        s += i * x
    return s


@construct
def for_pairs(x):
    s = 0.0
    v = TABLE * x
    for i, j in EDGES:
        s += (v[i] - v[j]) ** 2
    return s


@construct
def for_break(x):
    s = 0.0
    for i in range(20):
        s += x * x
        if s > 4 + x:
            break
    return s + i


@construct
def for_continue(x):
    s = 0.0
    for i in range(6):
        if (i + x) % 2 > 1:
            continue
        s += x * i
    return s


@construct
def for_else(x):
    for i in range(5):
        if i * x > 3:
            s = x * i
            break
    else:
        s = -x
    return s


@construct
def for_return(x):
    s = x
    for i in range(8):
        s = s * 1.5 + 0.1 * i
        if s > 3:
            return s * i
        if s < -6:
            return -s
    return s


@construct
def for_break_and_continue(x):
    s, n = 0.0, 0
    for i in range(10):
        if i * x < 0:
            continue
        s += i * x
        n += 1
        if s > 5:
            break
        s += 0.5
    return s * n


@construct
def for_nested(x):
    s = 0.0
    for i in range(4):
        for j in range(i):
            s += TABLE[i] * TABLE[j] * x
        s *= 0.9
    return s


@construct
def for_nested_break(x):
    s = 0.0
    for i in range(4):
        for j in range(5):
            s += x * j
            if s > 3:
                break
        else:
            s += 1
        if s > 8:
            break
    return s


@construct
def for_bound_by_value(x):
    s = 0.0
    for i in range(int(abs(x)) + 2):
        s += x * (i + 1)
    return s


@construct
def for_over_one_item(x):
    s = 0.0
    for a in (x, x * x):
        s += a
    for a in [x]:
        s *= a
    for _ in range(0):
        s = 100.0
    return s


@construct
def last_index_afterwards(x):
    for i in range(3, 9):
        y = x * i
    return y + i


@construct
def counter_by_hand(x):
    k, out = 0, np.zeros(6)
    for t in TABLE:
        out[k] = t * x
        k += 1
        out[k] += x
    return out.sum() + k


# -- while -------------------------------------------------------------------------------------------------------------


@construct
def while_value(x):
    y, n = abs(x) + 2.0, 0
    while y > 1.0:
        y = 0.7 * y
        n += 1
    return y * n


@construct
def while_counted(x):
    k, s = 0, 0.0
    while k < 6:
        s += x * k
        k += 1
    return s + k


@construct
def while_down(x):
    k, s = 9, x
    while k >= 2:
        s = math.sin(s) + k
        k -= 3
    return s


@construct
def while_true(x):
    y = x * x + 1
    while True:
        y = y * 1.3
        if y > 9:
            return y
        y += 0.1


@construct
def while_break_else(x):
    y = x
    n = 0
    while n < 8:
        y = y * 1.4
        if y > 6:
            break
        n += 1
    else:
        y = y - 100
    return y


@construct
def while_walrus(x):
    y = abs(x) + 3
    while (z := y * 0.6) > 1:
        y = z
    return y + z


@construct
def while_and(x):
    y, n = abs(x) + 1, 0
    while y < 50 and n < 7:
        y = y * 2
        n += 1
    return y


@construct
def while_first_plain(x):
    error, y = 1.0, abs(x) + 1.0
    while error > 1e-9:
        new = 0.5 * (y + (abs(x) + 1) / y)
        error = abs(new - y)
        y = new
    return y


@construct
def while_in_for(x):
    s = 0.0
    for i in range(4):
        y = abs(x) + i + 2
        while y > 1.5:
            y = y / 1.7
        s += y
    return s


# -- comprehensions ----------------------------------------------------------------------------------------------------


@construct
def list_comprehension(x):
    return sum([x * i for i in range(6)]) + len([x for _ in range(4)])


@construct
def filtered_comprehension(x):
    return sum([x * i for i in range(7) if i % 2 == 0])


@construct
def nested_comprehension(x):
    rows = [[x * i + j for j in range(3)] for i in range(4)]
    return np.array(rows).sum() + rows[2][1]


@construct
def generator_expressions(x):
    return sum(math.sin(x * i) for i in range(5)) * max(x * i for i in range(-2, 4)) + min(x, 1.0)


@construct
def dict_comprehension(x):
    table = {name: x * i for i, name in enumerate(("a", "b", "c"))}
    return sum(table.values()) * table["b"]


@construct
def any_and_all(x):
    y = x
    if any(v > 2 for v in TABLE * x):
        y += 1
    if all(v > -2 for v in TABLE * x):
        y *= 3
    return y


@construct
def builtins(x):
    y = max(x, 0.5) + min(x, 1, x * x) + abs(x) + pow(x, 2)
    y += float(x > 0) + int(x) + round(x) + math.floor(x) + bool(x > 1)
    return y + sorted([x, 0.1, -x])[0] + functools.reduce(lambda a, b: a * x + b, [1.0, 2.0, 3.0], 0.0)


# -- lists, dicts, objects ---------------------------------------------------------------------------------------------


@construct
def appended(x):
    ys = []
    for i in range(6):
        ys.append(x * i)
    return np.array(ys).mean() + ys[-1] * len(ys)


@construct
def appended_tuples(x):
    path = [(0.0, x)]
    for i in range(5):
        path.append((x * i, x + i))
    (a, b), (c, d) = path[-2:]
    return a * d - b * c + sum(p[0] for p in path)


@construct
def list_tail(x):
    ys = [x, x + 1]
    for _ in range(8):
        ys.append(0.5 * ys[-1] + 0.1 * ys[-2])
    return ys[-1] + ys[4]


@construct
def list_by_index(x):
    f = [x, 1.0]
    for i in range(2, 10):
        f.append(f[i - 1] * 0.5 + f[i - 2])
    return f[9]


@construct
def list_items(x):
    state = [x, 0.0, 1.0]
    for i in range(5):
        state[0] = state[0] * 0.5 + i
        state[1] += state[0]
    return state[0] + state[1] * state[2]


@construct
def dict_items(x):
    p = {"a": x, "b": np.ones(2) * x}
    for i in range(4):
        p["a"] = p["a"] * 0.9 + i
        p["b"] += p["a"]
    return p["a"] + p["b"].sum()


@dataclass
class Particle:
    """A mutable object."""

    position: Any
    speed: float

    def step(self, h):
        """Move."""
        self.speed -= h * self.position
        self.position = self.position + h * self.speed


@construct
def attributes(x):
    p = Particle(x, 1.0)
    for _ in range(10):
        p.step(0.1)
    return p.position * p.speed


class Vector:
    """An immutable object with operators."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Vector(self.a + other.a, self.b + other.b)

    def __rmul__(self, factor):
        return Vector(factor * self.a, factor * self.b)


@construct
def objects_carried(x):
    p, v = Vector(x, 0.0), Vector(0.0, 1.0)
    for _ in range(6):
        p, v = p + 0.1 * v, v + -0.1 * p
    return p.a + p.b * v.a


@construct
def starts_with_none(x):
    best = None
    for t in TABLE:
        value = (t - x) ** 2
        if best is None or value < best:
            best = value
    return best


@construct
def starts_with_zero(x):
    total = 0
    for i in range(4):
        total = total + TABLE * x * i
    return np.sum(total)


@construct
def swapped_names(x):
    a, b = x, 1.0
    for _ in range(5):
        a, b = b, a + b
    return a * b


@construct
def buffers_swapped(x):
    u, w = np.zeros(6) + x, np.zeros(6)
    for _ in range(4):
        w[1:-1] = 0.5 * (u[:-2] + u[2:])
        w[0], w[-1] = x, -x
        u, w = w, u
    return np.sum(u * TABLE[0]) + w[2]


@construct
def written_through_views(x):
    a = np.zeros((4, 3))
    diagonal, row = a.T[0], a[1]
    for i in range(3):
        diagonal[i] += x * i
        row += diagonal[1]
        a[i, 2] = x
    return a.sum() + row[2]


@construct
def windows(x):
    v = np.arange(10.0) * x
    out = np.zeros(8)
    for i in range(8):
        out[i] = v[i : i + 3].sum() * v[-i - 1]
    return out.sum()


# -- functions ---------------------------------------------------------------------------------------------------------


@construct
def nested_nonlocal(x):
    total, calls = 0.0, 0

    def add(v):
        nonlocal total, calls
        total += v * x
        calls += 1

    for i in range(6):
        add(i)
    return total * calls


@construct
def late_closures(x):
    fs = []
    for k in range(4):
        fs.append(lambda t: t * k + x)
    return sum(f(x) for f in fs) + sum(f(x) for f in [lambda t: t * j for j in range(3)])


@construct
def recursion(x):
    def horner(n):
        return 1.0 if n == 0 else horner(n - 1) * x + n

    return horner(6)


@construct
def function_in_loop(x):
    def step(y, k):
        if y > 2:
            return y / 2
        return y + 0.3 * k * x

    y = x
    for k in range(9):
        y = step(y, k)
    return y


@construct
def generator_function(x):
    def powers(n):
        p = x
        for _ in range(n):
            yield p
            p = p * x

    return sum(p for p in powers(5)) + next(powers(2))


@construct
def iterators(x):
    s = 0.0
    for a, b in itertools.pairwise(TABLE):
        s += a * b * x
    for i, j in itertools.product(range(2), range(3)):
        s += (i - j) * x
    return s


# -- exceptions --------------------------------------------------------------------------------------------------------


@construct
def assertion_that_holds(x):
    y = x * x
    assert y >= 0, f"{y} is negative"
    if x > 100:
        raise ValueError(f"{x:.1f} is too large")
    return y


@construct
def try_around(x):
    try:
        y = x * TABLE[2]
        if y > 1:
            y = y + 1
    finally:
        z = 2 * x
    return y + z


@construct
def try_with_plain_error(x):
    try:
        y = TABLE[7]
    except IndexError:
        y = x * 3
    else:
        y = 0.0
    return y


@construct
def with_errstate(x):
    with np.errstate(all="ignore"):
        if x > 0:
            return np.log(x)
        y = x
    return y * 2


# -- passes that are not like the first --------------------------------------------------------------------------------


@construct
def none_before_the_first_pass(x):
    last, total = None, 0.0
    for k in range(6):
        if last is not None:
            total += (x * k - last) ** 2
        last = np.sin(x * k)
    return total


@construct
def none_before_an_unknown_number_of_passes(x):
    last, total, y = None, 0.0, x
    while y > 0.2:
        if last is not None:
            total += (y - last) ** 2
        last, y = y, y * 0.6
    return total + y


@construct
def none_before_a_traced_range(x):
    last, total = None, x
    for k in range(int(abs(2 * x))):
        total += 1.0 if last is None else last * k
        last = total * 0.3
        if total > 40:
            return total * 2
    return total


class _Difference:
    def __init__(self):
        self.last = None

    def __call__(self, value):
        found = 0.0 if self.last is None else value - self.last
        self.last = value
        return found


@construct
def attribute_that_is_none_at_first(x):
    difference, total = _Difference(), 0.0
    for k in range(8):
        total += difference(x * k * k) ** 2
    return total
