"""Loops: how long recording takes, the length of lists, and what a step of a gradient costs.

Run it on an idle machine: `python benchmarks/loops.py`. The counts are tests as well (`tests/test_loop_sizes.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import wengert as wg
from wengert.ir import WengertList
from wengert.regions import bytes_kept
from wengert.transform import reverse, simplify

U = np.sin(np.linspace(0.0, 3.0, 50))


def heat(u0: Any, alpha: Any) -> Any:
    u = u0.copy()
    left, middle, right = u[:-2], u[1:-1], u[2:]
    for _ in range(10_000):
        middle += alpha * (left - 2 * middle + right)
    return np.sum(u * u)


def pendulum(y: Any, length: Any) -> Any:
    def slope(y: Any) -> Any:
        return np.array([y[1], -9.81 / length * np.sin(y[0])])

    h = 1e-3
    for _ in range(1000):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[0]


def recurrence(x: Any) -> Any:
    s = 0.0
    for v in x:
        s = np.tanh(0.9 * s + v)
    return s


def linear(x: Any) -> Any:
    s = 0.0
    for v in x:
        s = 0.9 * s + v
    return s


def filled(x: Any) -> Any:
    out = np.zeros(len(x))
    for i in range(1, len(x) - 1):
        out[i] = np.sin(x[i - 1]) * x[i] + x[i + 1] ** 2
    return np.sum(out)


def read_back(x: Any) -> Any:
    out = np.zeros(len(x))
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = np.sin(out[i - 1]) + x[i] * out[i - 1]
    return np.sum(out * out)


def appended(x: Any) -> Any:
    out, s = [], 0.0
    for v in x:
        s = 0.9 * s + np.sin(v)
        out.append(s * v)
    return sum(out)


def until(x: Any) -> Any:
    i, s = 0, 0.0
    while i < len(x):
        s = np.tanh(s + x[i] ** 2 * s + x[i])
        i += 1
    return s


def lines(wl: WengertList) -> int:
    return sum(1 + sum(map(lines, line.bodies())) for line in wl.lines)


def least(call: Callable[[], Any], times: int = 5) -> float:
    """Processor time, the least of some runs."""

    def runs() -> Iterator[float]:
        for _ in range(times):
            start = time.process_time()
            call()
            yield time.process_time() - start

    return min(runs())


def nest(depth: int) -> Callable[[float], float]:
    text = "def f(x):\n    s = x\n"
    for d in range(depth):
        text += "    " * (d + 1) + f"for i{d} in range(4):\n"
    text += "    " * (depth + 1) + "s = s + 0.1 * np.sin(x * s)\n    return s\n"
    import linecache

    name = f"<nest {depth}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), scope)
    return scope["f"]  # type: ignore[no-any-return]


def main() -> None:
    print(f"{'program':<12}{'lines':>7}{'reverse':>9}{'record, ms':>12}{'kept, bytes':>14}")
    x = np.linspace(0.1, 0.9, 1000)
    programs = ((heat, (U, 0.2)), (pendulum, (np.array([0.3, 0.0]), 1.0)))
    for f, args in (*programs, *((f, (x,)) for f in (linear, recurrence, filled, read_back, appended, until))):
        wl = wg.compile(f).list(*args)
        took = least(lambda f=f, args=args: wg.compile(f).list(*args))
        back = lines(simplify(reverse(wl)))
        kept = sum(bytes_kept(wl, args).values())
        print(f"{f.__name__:<12}{lines(wl):>7}{back:>9}{1e3 * took:>12.1f}{kept:>14,}")

    print(f"\n{'a gradient':<12}{'mode':>8}{'n':>9}{'ms':>11}{'ns a step':>12}")
    for f in (linear, recurrence, filled, read_back, appended, until):
        for mode, counts in (("list", (1000, 10_000)), ("native", (10_000, 100_000))):
            for n in counts:
                x = np.linspace(0.1, 0.9, n)
                g = wg.compile(wg.grad(f), mode=mode)
                g(x)
                took = least(lambda g=g, x=x: g(x), 2 if mode == "list" else 9)
                print(f"{f.__name__:<12}{mode:>8}{n:>9,}{1e3 * took:>11.2f}{1e9 * took / n:>12.0f}")

    print(f"\n{'loops, one in the other':<26}{'record, ms':>12}")
    for depth in range(1, 8):
        print(f"{depth:<26}{1e3 * least(lambda d=depth: wg.compile(nest(d)).list(0.3)):>12.1f}")


if __name__ == "__main__":
    main()
