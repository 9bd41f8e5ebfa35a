"""Random programs: straight-line NumPy code over a growing list of values.

A program is drawn statement by statement and run as it grows, so every drawn expression is known
to be defined, smooth, finite and small (`LIMIT`) at the program's arguments. Every value is read:
those that no later line reads are gathered in the last one.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.scenarios.random_templates import (
    BINARY,
    BY_AXES,
    COPIES,
    REDUCTIONS,
    RESHAPES,
    SCANS,
    UNARY,
    WRITES,
    away,
    distinct,
)

LIMIT = 5.0
MAX_SIZE = 48
MAX_AXES = 4
SHAPES = ((), (1,), (3,), (4,), (2, 3), (3, 1), (1, 4), (3, 3), (2, 1, 3), (2, 3, 2))


@dataclass(frozen=True, eq=False, repr=False)
class RandomProgram:
    """A program of two arrays that returns one number, and the arrays."""

    source: str
    arguments: tuple[np.ndarray, np.ndarray]

    @cached_property
    def function(self) -> Callable[[Any, Any], Any]:
        """The program, compiled."""
        namespace: dict[str, Any] = {}
        exec(self.source, namespace)
        return namespace["program"]

    def __repr__(self) -> str:
        """The whole program, ready to paste and run."""
        x, y = self.arguments
        return f"{self.source}\n\nx = np.{x!r}\ny = np.{y!r}\nprogram(x, y)\n"


def random_program(rng: random.Random, attempts: int = 30) -> RandomProgram:
    """Draw a program of at most so many statements."""
    entries = np.random.default_rng(rng.randrange(2**32))
    x, y = (np.asarray(np.round(entries.uniform(-1.5, 1.5, rng.choice(SHAPES)), 3)) for _ in range(2))
    writer = _Writer(rng, x, y)
    for _ in range(rng.randint(1, attempts)):
        rng.choice(writer.statements)()
    return RandomProgram(writer.finish(), (x, y))


def random_programs(attempts: int = 30) -> st.SearchStrategy[RandomProgram]:
    """Programs for hypothesis, which shrinks them."""
    return st.randoms(use_true_random=False).map(lambda rng: random_program(rng, attempts))


class _Writer:
    """The program so far: its lines, and the value of every name."""

    def __init__(self, rng: random.Random, x: np.ndarray, y: np.ndarray) -> None:
        self.rng = rng
        self.lines: list[str] = []
        self.values: dict[str, Any] = {"x": x, "y": y}
        self.unread = ["x", "y"]
        self.arguments = (x, y)
        self.statements = (
            self.elementwise,
            self.elementwise,
            self.combine,
            self.combine,
            self.reduce,
            self.scan,
            self.rearrange,
            self.reshape,
            self.index,
            self.select,
            self.assign,
            self.assign,
        )

    # Values

    def draw(self, fits: Callable[[np.ndarray], bool] = lambda a: True) -> str | None:
        """A name whose value fits, more often one that nothing has read yet."""
        names = [name for name in self.values if fits(self.values[name])]
        fresh = [name for name in names if name in self.unread]
        pool = fresh if fresh and self.rng.random() < 0.7 else names
        return self.rng.choice(pool) if pool else None

    def evaluate(self, expression: str) -> Any:
        """The value of an expression over the names, or None when it is not fit to use."""
        with np.errstate(all="ignore"):
            value = eval(expression, {"np": np}, self.values)
        fit = 0 < np.size(value) <= MAX_SIZE and np.ndim(value) <= MAX_AXES
        return value if fit and np.all(np.abs(value) <= LIMIT) else None

    def keep(self, expression: str, *reads: str) -> str | None:
        """Add a line that names the expression's value, if it is fit to use."""
        value = self.evaluate(expression)
        if value is None:
            return None
        name = f"v{len(self.values) - 2}"
        self.lines.append(f"{name} = {expression}")
        self.values[name] = value
        self.read(*reads)
        self.unread.append(name)
        return name

    def read(self, *names: str) -> None:
        """Note that the names have been used."""
        self.unread = [name for name in self.unread if name not in names]

    # Statements that make a value

    def elementwise(self) -> None:
        """A function of one value."""
        a = self.draw()
        template, smooth = self.rng.choice(UNARY)
        if smooth(self.values[a]):
            self.keep(template.format(a=a), a)

    def combine(self) -> None:
        """A function of two values whose shapes go together."""
        a = self.draw()
        b = self.draw(lambda b: broadcast_shape(np.shape(self.values[a]), np.shape(b)) is not None)
        template, smooth = self.rng.choice(BINARY)
        if a != b and smooth(self.values[a], self.values[b]):
            self.keep(template.format(a=a, b=b), a, b)

    def reduce(self) -> None:
        """A reduction over one axis, several or all."""
        a = self.draw()
        axes = np.ndim(self.values[a])
        axis = self.rng.choice([None, *range(-axes, axes), *([(0, -1)] if axes > 1 else [])])
        template, needs_distinct = self.rng.choice(REDUCTIONS)
        if not needs_distinct or (axes > 0 and distinct(self.values[a], axis)):
            self.keep(template.format(a=a, axis=axis, keepdims=self.rng.random() < 0.4), a)

    def scan(self) -> None:
        """Something along one axis, of at least two entries."""
        a = self.draw(lambda a: np.ndim(a) > 0 and min(np.shape(a)) > 1)
        if a is None:
            return
        axis = self.rng.randrange(-np.ndim(self.values[a]), np.ndim(self.values[a]))
        template, needs_distinct = self.rng.choice(SCANS)
        if not needs_distinct or distinct(self.values[a], axis):
            self.keep(template.format(a=a, axis=axis), a)

    def rearrange(self) -> None:
        """A contraction or a change of shape that fits the number of axes."""
        a = self.draw(lambda a: np.ndim(a) in BY_AXES)
        if a is not None:
            template = self.rng.choice(BY_AXES[np.ndim(self.values[a])])
            self.keep(template.format(a=a, n=np.size(self.values[a])), a)

    def reshape(self) -> None:
        """Another shape of as many entries."""
        a = self.draw()
        size = np.size(self.values[a])
        rows = self.rng.choice([n for n in range(1, size + 1) if size % n == 0])
        template = self.rng.choice(RESHAPES)
        self.keep(template.format(a=a, rows=rows, columns=size // rows), a)

    def index(self) -> None:
        """A part of a value."""
        a = self.draw(lambda a: np.ndim(a) > 0)
        if a is not None:
            self.keep(f"{a}[{self.subscript(np.shape(self.values[a]))}]", a)

    def select(self) -> None:
        """Some entries of a value, by a mask: of constants in `where`, of its own as a subscript."""
        a = self.draw(lambda a: np.ndim(a) > 0)
        if a is None:
            return
        if self.rng.random() < 0.5:
            mask = f"np.arange({np.shape(self.values[a])[-1]}) % 2 == {self.rng.randrange(2)}"
            self.keep(f"np.where({mask}, {a}, {a} ** 2 - 0.5)", a)
        elif away(0.1)(self.values[a]):
            self.keep(f"{a}[{a} > 0.1]", a)

    def subscript(self, shape: tuple[int, ...]) -> str:
        """A subscript for an array of this shape, with at most one list or mask."""
        advanced = self.rng.randrange(2 * len(shape))
        parts = [self.entries(n) if axis == advanced else self.span(n) for axis, n in enumerate(shape)]
        if self.rng.random() < 0.2:
            parts[self.rng.randrange(len(parts)) :] = ["..."]
        if self.rng.random() < 0.2:
            parts.insert(self.rng.randint(0, len(parts)), "None")
        return ", ".join(parts)

    def entries(self, n: int) -> str:
        """Entries of an axis of length n by a list, repeats and all, or by a mask."""
        if self.rng.random() < 0.3:
            return f"np.array({[self.rng.random() < 0.7 for _ in range(n)]})"
        return str([self.rng.randrange(-n, n) for _ in range(self.rng.randint(1, 3))])

    def span(self, n: int) -> str:
        """A slice of an axis of length n, or one place in it."""
        start = self.rng.randrange(n)
        step = self.rng.choice([":2", ":-1", ""])
        return self.rng.choice([":", "::-1", "::2", f"{start}:", f":{start + 1}", f"{start}:{step}", str(start - n)])

    # Statements that write into a value

    def assign(self) -> None:
        """Write into an array that was made here, or into a new copy."""
        target = self.draw(self.writable) if self.rng.random() < 0.5 else None
        if target is None:
            a = self.draw(lambda a: np.ndim(a) > 0)
            target = a and self.keep(self.rng.choice(COPIES).format(a=a), a)
        if target is not None:
            for _ in range(self.rng.randint(1, 3)):
                self.write(target)

    def writable(self, a: np.ndarray) -> bool:
        """Whether an array may be written to: the arguments must stay as they are."""
        return np.ndim(a) > 0 and a.flags.writeable and not any(np.shares_memory(a, b) for b in self.arguments)

    def write(self, target: str) -> None:
        """Store into a part of the target, update it, or hand it to a function that fills it."""
        part = f"{target}[{self.rng.choice(['...', '::-1', self.subscript(np.shape(self.values[target]))])}]"
        shape = np.shape(eval(part, {"np": np}, self.values))
        constant = str(round(self.rng.uniform(-1.0, 1.0), 2))
        source = self.draw(lambda b: broadcast_shape(np.shape(b), shape) == shape)
        statement, result, smooth = self.rng.choice(WRITES)
        words = {"target": target, "part": part, "source": source or constant, "constant": constant}
        if smooth(self.values[target]) and self.evaluate(result.format(**words)) is not None:
            with np.errstate(all="ignore"):
                exec(statement.format(**words), {"np": np}, self.values)
            self.lines.append(statement.format(**words))
            if source is not None and "{source}" in statement:
                self.read(source)
            self.read(target)
            self.unread.append(target)

    def finish(self) -> str:
        """The text of the whole program."""
        pieces = ", ".join(f"np.ravel({name})" for name in self.unread)
        lines = [
            *self.lines,
            f"last = np.concatenate([{pieces}])",
            "weights = np.cos(1.0 + np.arange(last.size))",
            "return np.sum(last * weights)",
        ]
        body = "\n".join(f"    {line}" for line in lines)
        return f"import numpy as np\n\n\ndef program(x, y):\n{body}\n"


def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of two shapes together, if they have one."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None
