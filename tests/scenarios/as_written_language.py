"""Programs of closures, decorators, generators, comprehensions and context managers."""

import contextlib
import functools
import itertools
import math
import operator
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.scenarios.program import Program

GRAVITY = 9.81


def timed(scale=1.0, *, power=1):
    """A decorator with arguments."""

    def decorate(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            wrapper.calls += 1
            return scale * f(*args, **kwargs) ** power

        wrapper.calls = 0
        return wrapper

    return decorate


@timed(scale=2.0, power=2)
def distance(x, y=1.0, *rest, offset=0.5, **extra):
    """Every kind of parameter."""
    return math.sqrt(x * x + y * y) + offset + sum(rest) + sum(extra.values())


@functools.lru_cache(maxsize=None)
def binomial(n, k):
    """A memo on ints."""
    return 1 if k in (0, n) else binomial(n - 1, k - 1) + binomial(n - 1, k)


def decorated(x, y):
    """Decorators, defaults, *args and **kwargs, a memo."""
    memo = {}

    def chebyshev(n):
        if n not in memo:
            memo[n] = (1.0, x)[n] if n < 2 else 2 * x * chebyshev(n - 1) - chebyshev(n - 2)
        return memo[n]

    options = {"offset": y, "bonus": x}
    return distance(x, *(y, x), **options) + distance(y) + chebyshev(5) + sum(binomial(4, k) * y**k for k in range(5))


def windows(xs, n):
    """A generator of windows on a deque."""
    recent = deque(maxlen=n)
    for x in xs:
        recent.append(x)
        if len(recent) == n:
            yield list(recent)


def running(start) -> Iterator[Any]:
    """A generator that is sent to."""
    total = start
    while True:
        got = yield total
        total = total * 0.9 + math.sin(got)


class Countdown:
    """An iterator class."""

    def __init__(self, n, x):
        self.n, self.x = n, x

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return math.pow(self.x, self.n)


def chain(*parts):
    """yield from."""
    for part in parts:
        yield from part


def generators(x):
    """Generators, send, iterators, itertools and functools."""
    total = sum(max(w) - min(w) for w in windows(x, 3))
    accumulate = running(x[0])
    next(accumulate)
    for t in x[1:]:
        last = accumulate.send(t)
    total += last + sum(Countdown(4, x[1])) + sum(k * t for k, t in enumerate(chain([x[0]], x[1:], Countdown(2, x[2]))))
    total += list(itertools.accumulate(x, operator.mul))[-1]
    total += sum(a * b for a, b in itertools.combinations(x, 2)) + sum(map(math.exp, x))
    total += functools.partial(pow, x[0])(3) + sum(filter(None, itertools.starmap(math.atan2, zip(x, reversed(x)))))
    first, *middle, last = x
    return total + first * last + sum(middle)


@contextlib.contextmanager
def scaled(buffer, k):
    """A context manager that undoes what it does."""
    buffer *= k
    try:
        yield buffer[0]
    finally:
        buffer /= math.sqrt(k)


def contexts(x, k):
    """Context managers, try and finally, exceptions with values."""
    b = np.ones(3)
    with scaled(b, k) as first, contextlib.suppress(ZeroDivisionError):
        b[1] = first * x
        b[2] = 1 / 0
    try:
        if b[1] > 0:
            raise ArithmeticError(b[1])
    except ArithmeticError as error:
        b[2] = error.args[0] ** 2
    else:
        b[2] = 0.0
    finally:
        b += 1
    with contextlib.ExitStack() as stack:
        stack.enter_context(scaled(b, x))
        b[0] = math.log(b[0])
    return np.sum(b)


def comprehensions(x):
    """Nested comprehensions, walrus, conditional expressions, unpacking, f-strings."""
    table = [[x[i] * x[j] for j in range(len(x)) if j != i] for i in range(len(x))]
    flat = [v for row in table for v in row if (square := v * v) >= 0]
    named = {f"x{i}": t for i, t in enumerate(x)}
    named |= {"text": len(f"{x[0]:.2f}|{x[1]!s}|{named}") * 0 + x[0]}
    pairs = {(i, j): a - b for (i, a), (j, b) in itertools.product(enumerate(x), repeat=2) if i < j}
    signs = tuple(1 if t > 0 else -1 for t in x)
    largest, *_ = sorted(flat, reverse=True)
    while (n := len(flat)) > 2:
        flat = [a * 0.5 + b for a, b in zip(flat[::2], flat[1::2])]
    a, (b, *c) = named["x0"], [named["x1"], *signs, named["x2"]]
    counts = Counter(int(t > 0.5) for t in x)
    return square + n * sum(flat) + largest + sum(pairs.values()) * a * b * c[-1] + counts[1] * named.pop("text")


def late_closures(x):
    """Lambdas in a loop, in defaults, in dicts, several on a line and over several lines."""
    fs = [lambda t, k=k: math.sin(k * t) for k in range(1, 4)]
    late = [lambda t: t * k for k in (2.0, 5.0)]
    pair = (lambda t: t + 1, lambda t: t * t)
    table = OrderedDict(a=lambda t: pair[0](t) * 2, b=lambda t, g=lambda u: u**3: g(t))
    longer = (
        lambda t: (
            math.exp(t)
            + math.log(t)
        )
    )  # fmt: skip
    composed = functools.reduce(lambda f, g: lambda t: g(f(t)), [pair[1], table["a"], longer])
    return sum(f(x) for f in fs) + sum(f(x) for f in late) + table["b"](x) + composed(x) + (lambda: x)() ** 2


def counter(step):
    """A closure with nonlocal state."""
    total = 0.0
    calls = []

    def advance(by):
        nonlocal total, calls
        total += math.sqrt(by) * step
        calls += [total]
        return total

    def reset():
        nonlocal total
        total = 0.0
        return calls

    return advance, reset


def nonlocal_state(step, x):
    """Two closures over one state."""
    advance, reset = counter(step)
    values = [advance(t) for t in x]
    calls = reset()
    return sum(values) + advance(step) * calls[0] + GRAVITY * calls[-1]


LANGUAGE: tuple[Program, ...] = (
    Program("decorated", decorated, lambda rng: (0.7, 1.2), "decorators with arguments, lru_cache, a memo"),
    Program("generators", generators, lambda rng: (rng.uniform(0.5, 1.5, 5),), "send, __next__, itertools"),
    Program("contexts", contexts, lambda rng: (1.3, 2.1), "contextmanager, suppress, ExitStack, finally"),
    Program("comprehensions", comprehensions, lambda rng: (np.array([0.9, 0.4, 1.6]),), "nested, walrus, unpacking"),
    Program("late-closures", late_closures, lambda rng: (0.8,), "lambdas everywhere"),
    Program("nonlocal-state", nonlocal_state, lambda rng: (0.6, rng.uniform(1, 2, 3)), "nonlocal, a global constant"),
)
