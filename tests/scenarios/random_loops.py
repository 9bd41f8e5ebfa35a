"""Random programs as text: loops and choices in each other, jumps, views, lists, dicts, functions with several ends.

All numbers stay small: what is assigned goes through a bounded function. A program is run for values near which it goes
the same way, but for chance.
"""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any

import numpy as np

KINDS = ("f64", "f32", "mixed", "c128")  # of numbers; mixed: a Python float beside arrays of float32
INDENT = "    "


class Writer:
    """Draws a program, line by line."""

    def __init__(self, seed: int, kind: str, size: int) -> None:
        self.rng = random.Random(seed)
        self.kind, self.size = kind, size
        self.lines: list[str] = []
        self.helpers: list[str] = []
        self.indices: list[tuple[str, int | None]] = []  # the integers at hand, and what they stay below
        self.names = 0
        self.in_loops = 0
        self.left = self.rng.randint(6, 16)  # statements that may still hold others

    def text(self) -> str:
        """The source of `f(a, b, v)`."""
        for _ in range(self.rng.randint(2, 4)):
            self.statement(1, 3)
        dtype = {"f64": "", "c128": ", complex"}.get(self.kind, ", np.float32")
        head = f"""def f(a, b, v):
    c, k, d, seen = 0.3 * a, 1, {{"m": b * 0.1, "r": 0.0 * a}}, []
    u = np.zeros({self.size}{dtype})
    u[:] = 0.3 * v
    v = v.copy()"""
        tail = f"""    total = a + 0.5 * b + 0.25 * c + 0.1 * k + 0.3 * d["m"] + sum(seen)
    total = total + np.sum(v * np.arange(1.0, {self.size + 1})) + np.sum(np.sin(u))
    return {"np.real(total) + np.imag(total) * 0.7" if self.kind == "c128" else "total"}"""
        return "\n".join([head, *self.helpers, *self.lines, tail]) + "\n"

    def write(self, depth: int, line: str) -> None:
        self.lines.append(INDENT * depth + line)

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # -- expressions ---------------------------------------------------------------------------------------------------

    def index(self) -> str:
        n, found = self.size, [str(self.rng.randrange(self.size)), str(-self.rng.randrange(1, self.size + 1))]
        for i, bound in self.indices:
            found += [f"({i} + {self.rng.randrange(n)}) % {n}", f"({i} * 3) % {n}"]
            if bound is not None and bound <= n:
                found += [i] * 3
            if bound is not None and bound < n:
                found += [f"{i} + 1", f"-{i} - 1"]
        return self.rng.choice(found)

    def number(self, depth: int = 2) -> str:
        if depth == 0 or self.chance(0.2):
            found = ["a", "b", "c", "a", "b", *(f"0.1 * {i}" for i, _ in self.indices)]
            if self.size and self.chance(0.6):
                found += [f"v[{self.index()}]", f"u[{self.index()}]"]
            if self.chance(0.2):
                found.append(self.rng.choice(["0.5", "1", "-0.25", "2"]))
            return self.rng.choice(found)
        x, y = self.number(depth - 1), self.number(depth - 1)
        found = [
            f"np.sin({x} + {y})", f"{x} * {y}", f"0.5 * {x} + {y} * 0.25", f"np.tanh({x} * {y} + 0.3)",
            f"np.exp(-abs({x})) * {y}", f"({x}) / (2 + abs({y}) ** 2)", f"({x}) - 0.3 * ({y})", f"np.cos({x})",
            f"({x}) ** 2 * 0.3", f"-({x})", f"({x} if {self.condition()} else {y})",
        ]  # fmt: skip
        if self.size:
            found += [f"np.sum(v * {x}) * 0.1", "np.dot(v, u) * 0.2", f"v[:2].sum() * {y} * 0.2"]
        return self.rng.choice(found)

    def bounded(self) -> str:
        form = self.rng.choice(["np.tanh({})", "np.sin({})", "({}) * 0.3"])
        return form.format(self.number())

    def condition(self, depth: int = 1) -> str:
        real = "np.real({})" if self.kind == "c128" else "{}"
        limit = f"{self.rng.uniform(-0.6, 0.6):.4f}"
        found = [f"{real.format(self.rng.choice('abc'))} {self.rng.choice(['<', '>', '>=', '<='])} {limit}"]
        if self.size:
            found.append(f"{real.format(f'v[{self.index()}]')} > {limit}")
        for i, _ in self.indices:
            found += [f"{i} % 2 == {self.rng.randrange(2)}", f"{i} > {self.rng.randrange(3)}"]
        chosen = self.rng.choice(found)
        if depth and self.chance(0.2):
            chosen = f"({chosen} {self.rng.choice(['and', 'or'])} {self.condition(0)})"
        return f"not {chosen}" if depth and self.chance(0.1) else chosen

    # -- statements ----------------------------------------------------------------------------------------------------

    def statement(self, depth: int, levels: int) -> None:
        self.left -= 1
        simple = self.left < 0 or levels == 0 or self.chance(0.45)
        if simple:
            self.write(depth, self.simple())
            return
        kinds = [self.counted] * 5 + [self.until] * 3 + [self.chosen] * 3
        self.rng.choice([*kinds, self.endless, self.called, self.collected, self.closed])(depth, levels)

    def simple(self) -> str:
        name, value = self.rng.choice("abc"), self.bounded()
        found = [f"{name} = {value}"] * 4 + [f"{name} {op} {value} * 0.5" for op in ("+=", "-=", "*=")]
        found += [
            "a, b = b, a * 0.9",
            "a, b, c = b * c, a, 0.5 * b",
            "k += 1",
            "k = (k * 3 + 1) % 7",
            "c = c + 0.01 * k",
        ]
        found += ['d["m"] = 0.5 * d["m"] + a', 'd["m"] *= 0.9', 'b = b * 0.5 + 0.1 * d["m"]', 'd["r"] = d["m"] * b']
        if not self.in_loops:
            found += ["seen.append(a * 0.3)", "seen.append(b)"]
        if self.size:
            array, place = self.rng.choice("vu"), self.index()
            part = self.rng.choice(["1:", ":-1", "::2", "::-1"])
            found += [f"{array}[{place}] = {value}"] * 3
            found += [f"{array}[{place}] += {value} * 0.3", f"{array}[{place}] *= {value} * 0.3"]
            found += [f"v = np.sin(v * {value})", "v = 0.5 * np.roll(v, 1) + 0.1 * u", "u = u - 0.2 * v", "v *= 0.8"]
            found += ["v, u = u, v * 0.7", "v += 0.1 * u", f"u -= {value} * 0.1", "v[1:] += 0.1 * u[:-1]"]
            found += ["u[:] = np.tanh(v)", "v = v.copy()", f"w = v[{part}]; w *= {value} * 0.4"]
        return self.rng.choice(found)

    def block(self, depth: int, levels: int, jumps: bool = False) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self.statement(depth, levels)
            if jumps and self.chance(0.25):
                self.write(depth, f"if {self.condition()}:")
                if self.chance(0.3):
                    self.write(depth + 1, f"{self.rng.choice('abc')} = {self.bounded()}")
                self.write(depth + 1, self.rng.choice(["break", "continue"]))

    def body(self, depth: int, levels: int, index: str | None, bound: int | None, jumps: bool = True) -> None:
        """The block of a loop."""
        if index is not None:
            self.indices.append((index, bound))
        self.in_loops += 1
        self.block(depth, levels, jumps)
        self.in_loops -= 1
        if index is not None:
            self.indices.pop()

    def counted(self, depth: int, levels: int) -> None:
        i, x, y, m = self.name("i"), self.name("x"), self.name("y"), self.rng.choice([0, 1, 2, 3, 3, 4, 4, 5])
        first = self.rng.randrange(3)
        heads: list[tuple[str, int | None, str]] = [
            (f"for {i} in range({m}):", m, ""),
            (f"for {i} in range({m}):", m, ""),
            (f"for {i} in reversed(range({m})):", m, ""),
            (f"for {i} in range({first}, {m}):", m, ""),
            (f"for {i} in range({m}, 0, -{first or 1}):", m + 1, ""),
            (f"for {i}, {x} in enumerate(u + 0.0):", self.size, f"b = b * 0.5 + {x} * 0.3"),
            (f"for {x} in v * 1.0:", None, f"a = np.tanh(a + {x})"),
            (f"for {x}, {y} in zip(v + 0.0, np.cos(u)):", None, f"c = np.sin(c + {x} * {y})"),
        ]
        heads += [(f"for {i} in range({j} % 4):", 3, "") for j, _ in self.indices]
        head, bound, start = self.rng.choice(heads)
        self.write(depth, head)
        if start:
            self.write(depth + 1, start)
        self.body(depth + 1, levels - 1, i if f" {i}" in head else None, bound)
        if self.chance(0.15):
            self.write(depth, "else:")
            self.write(depth + 1, f"a = a * 0.5 + {self.bounded()}")

    def until(self, depth: int, levels: int) -> None:
        t = self.name("t")
        extra = f" and {self.condition(0)}" if self.chance(0.6) else ""
        if self.chance(0.3):
            real = "np.real(a)" if self.kind == "c128" else "a"
            self.write(depth, f"{t} = 0.0")
            self.write(depth, f"while {t} < {self.rng.uniform(0.5, 2):.3f} + 0.01 * np.sin({real}){extra}:")
            self.write(depth + 1, f"{t} = {t} + {self.rng.uniform(0.3, 0.7):.3f}")
            self.body(depth + 1, levels - 1, None, None)
        else:
            self.write(depth, f"{t} = 0")
            self.write(depth, f"while {t} < {self.rng.randint(0, 4)}{extra}:")
            self.write(depth + 1, f"{t} += 1")
            self.body(depth + 1, levels - 1, t, 5)

    def endless(self, depth: int, levels: int) -> None:
        t = self.name("t")
        self.write(depth, f"{t} = 0")
        self.write(depth, "while True:")
        self.write(depth + 1, f"{t} += 1")
        self.body(depth + 1, levels - 1, t, None, jumps=False)
        self.write(depth + 1, f"if {t} > {self.rng.randint(0, 3)} or {self.condition(0)}:")
        self.write(depth + 2, "break")

    def chosen(self, depth: int, levels: int) -> None:
        self.write(depth, f"if {self.condition()}:")
        self.block(depth + 1, levels - 1)
        if self.chance(0.3):
            self.write(depth, f"elif {self.condition()}:")
            self.block(depth + 1, levels - 1)
        if self.chance(0.6):
            self.write(depth, "else:")
            self.block(depth + 1, levels - 1)

    def called(self, depth: int, levels: int) -> None:
        """A function that may return from a loop."""
        h, i = self.name("h"), self.name("i")
        lines, self.lines = self.lines, []
        indices, self.indices = self.indices, [(i, 4)]
        self.write(1, f"def {h}(a, b, c, v, u, k, d):")
        self.write(2, f"for {i} in range({self.rng.randint(0, 4)}):")
        self.in_loops += 1
        self.block(3, 0)
        self.in_loops -= 1
        self.write(3, f"if {self.condition()}:")
        self.write(4, f"return {self.bounded()}")
        self.indices = []
        self.write(2, f"return {self.bounded()}")
        self.helpers += self.lines
        self.lines, self.indices = lines, indices
        self.write(depth, f"{self.rng.choice('abc')} = {h}(a, b, c, v, u, k, d)")

    def collected(self, depth: int, levels: int) -> None:
        """A list that grows, or a comprehension."""
        items, i, m = self.name("l"), self.name("i"), self.rng.randint(1, 5)
        if self.chance(0.4):
            self.indices.append((i, m))
            self.write(depth, f"{items} = [{self.bounded()} for {i} in range({m})]")
            self.indices.pop()
        else:
            self.write(depth, f"{items} = {self.rng.choice(['[a]', '[]'])}")
            self.write(depth, f"for {i} in range({m}):")
            self.body(depth + 1, levels - 1, i, m, jumps=False)
            self.write(depth + 1, f"{items}.append({self.bounded()})")
        uses = (
            "a = np.tanh(sum({}))",
            "b = {}[-1] * 0.5",
            "c = np.sum(np.array({}) ** 2) * 0.1",
            "a = 0.5 * {0}[0] + 0.1 * len({0})",
        )
        self.write(depth, self.rng.choice(uses).format(items))

    def closed(self, depth: int, levels: int) -> None:
        """A function that writes a name of the one around it, called in a loop."""
        g, i = self.name("g"), self.name("i")
        self.write(depth, f"def {g}(p):")
        self.write(depth + 1, "nonlocal b")
        self.write(depth + 1, "b = 0.5 * b + 0.2 * p")
        self.write(depth + 1, f"return {self.bounded()} + p * 0.1")
        self.write(depth, f"for {i} in range({self.rng.randint(0, 4)}):")
        self.write(depth + 1, f"a = np.tanh({g}(a))")


def random_loops(seed: int, kind: str, size: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A program of two numbers and a vector, and arguments for it."""
    text = Writer(seed, kind, size).text()
    name = f"<random loops {kind} {size} {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), scope)
    rng = np.random.default_rng(seed)
    a, b, v = float(rng.uniform(0.3, 0.9)), float(rng.uniform(-0.9, -0.3)), rng.uniform(-0.8, 0.8, size)
    single = v.astype(np.float32)
    args: dict[str, tuple[Any, ...]] = {
        "f64": (a, b, v),
        "f32": (np.float32(a), np.float32(b), single),
        "mixed": (a, np.float32(b), single),
        "c128": (a + 0.3j, b - 0.2j, v + 0.4j * rng.uniform(-1, 1, size)),
    }
    return scope["f"], args[kind]
