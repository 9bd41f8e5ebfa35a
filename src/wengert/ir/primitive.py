"""A primitive: what one line of a list means, said once; and `bind`, which applies it to whatever it is handed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir.native import Native
from wengert.ir.types import Type
from wengert.ir.var import Var

ARITHMETIC = 0.05  # what an addition, a product or a comparison costs, in the units of the column `cost`
Rule = Callable[..., Any]
Sampler = Callable[[np.random.Generator], list[tuple[tuple[Any, ...], dict[str, Any]]]]


@dataclass(frozen=True, eq=False, repr=False)
class Primitive:
    """One row of the table.

    Exactly one of `partials`, `transposes` (or `transpose_all`), `jvp` is given; beside a `jvp`, `transposes` may tell
    in which inputs the function is linear all the same (solve: in the right-hand side).

    Attributes
    ----------
    name
        The name in a printed list.
    evaluate
        The meaning on plain arrays, `evaluate(*inputs, **params)`; a tuple for several outputs.
    infer
        The output's type from the inputs' types and the params.
    partials
        For elementwise functions: per input the partial derivative `p(y, *inputs)` or a constant number (0 for none).
    transposes
        For linear functions: per input `t(ct, *inputs, **params)` -> cotangent of that input, of which only the shape
        and dtype may be read; `None` where the output does not depend linearly on it. The last entry serves all
        further inputs.
    transpose_all
        In place of `transposes` where all cotangents come at once: `(ct, *inputs, **params)` -> one per input.
    joint
        Linear in all inputs together (concatenate), not in each one with the others fixed (matmul).
    jvp
        For all others: `jvp(y, inputs, tangents, **params)` -> tangent of y, linear in the tangents, `None` for zero.
    vjp
        The pullback that a user gave, from which `jvp` was derived: `vjp(ct, y, *inputs, **params)` -> one per input.
    accumulate
        Adds a cotangent to an adjoint in place of `adjoint + transpose`: `accumulate(adjoint, ct, *inputs, **params)`.
    batch
        `batch(size, inputs, batched, **params)`: the same along a leading axis; without it one call per item.
    batch_lists
        For lines that hold lists: `batch_lists(size, inputs, batched, params)` -> the outputs, and which of them have
        the leading axis.
    update
        `evaluate`, but written into the first input's buffer.
    transpose_update
        The first of the `transposes` of an updating primitive, but written into the cotangent's buffer.
    flow
        For lines that hold lists: `flow(moving, **params)` -> for each list which of its inputs move, if these inputs
        of the line do, and which outputs of the line then do.
    lift
        For lines that hold lists: `lift(transform, count, xs, companions, params)` -> the outputs and their companions,
        by one line. A companion is what a mode computes beside a value: a tangent, or the terms of a series; there are
        `count` of them, a tuple, or `None` where they are zero. `transform(list, moving, moved)` is the list that takes
        `(*inputs, *companions of the moving)` to `(*outputs, *companions of the moved)`.
    linearize
        For lines that hold lists: `linearize(xs, moving, prices, params)` -> a `Linearized`: the outputs, and the line
        that is linear in the tangents of the inputs numbered `moving`. The line that computes the outputs leaves the
        residuals that the linear line reads. `prices` are what the linear line pays for reading the inputs, in bytes
        that would have to be stored; nothing, if it is `None`.
    tidy
        For lines that hold lists: `tidy(xs, params)` -> a tuple of the outputs, computed by shorter lines.
    prune
        For lines that hold lists: `prune(line, needed)` -> the line without what only its other outputs need.
    pull
        For lines that hold lists, in which the line is linear in the inputs numbered `moving`:
        `pull(cts, xs, moving, adjoints, params)` -> for each of these inputs its cotangent, added to its adjoint so
        far; `None` for zero in all of them.
    consume
        For lines that hold lists: `consume(inputs, **params)` -> a list of the outputs; `evaluate`, but on a list of
        inputs that it empties, so that buffers which nobody else holds are reused.
    view
        Where `evaluate` gives a view of the first input: `True`, `"by-order"` where the memory order of the array
        decides (`reshape`), or `"read-only"` for one that NumPy does not write.
    order
        The memory order of new arrays: `"kept"` where inputs in C order give outputs in C order, `"C"` where they
        always are, `"any"` where they may lie otherwise; or a function of the params that tells it.
    simplify
        `simplify(*inputs, **params)` -> what the line equals: one of its inputs, a number, a `Step` (another line in
        its place), or `None`. The value must be the same, nan and infinities included.
    identities
        The same by identities of real numbers, which symbolic expressions use: `x - x` is 0 although it is nan at inf.
    commutative
        The first two inputs may be exchanged without changing a bit of the output.
    square
        For roots and sizes, whose slope jumps or is infinite: `square(*inputs, **params)` -> the square of the output
        as a smooth function of the inputs (see record/roots.py).
    split
        For decompositions: `split(*outputs)` -> per output a direction in which equal values in it are told apart, or
        `None` where no two are equal (see transform/splitting.py).
    text
        For lines that hold lists: `text(line, names, depth)` -> the right-hand side, and the rows below it.
    undoes
        For the solution y of a linear equation (a quotient, `solve`): which input is the right-hand side, and what of
        the left-hand side depends on the other inputs, `function(y, *inputs, **params)`, linear in y and in them.
    nonnegative
        Real outputs are never below zero.
    effect
        The line does something (an assertion, a printed text): it stays, where it is, whether or not anybody reads it.
    symbol
        A format for printing, such as `"{0} + {1}"`, or a function of the inputs' names and the params.
    latex
        The same in LaTeX, with `#1` for the first input and so on; without a `#`, the name of a function; or a
        function as in `symbol`.
    samples
        `samples(rng)` -> `(inputs, params)` pairs that the table's tests run.
    special
        Special points with their partials: `(inputs, expected partials)`.
    cost
        For elementwise functions: of computing an element anew, if that of storing and reading it is 1. By default that
        of arithmetic where all partials are constant, else that of a transcendental function.
    domain
        For elementwise functions: per input the interval that the tests draw from.
    holomorphic
        Complex inputs are allowed, and the partials are complex derivatives.
    python
        The call in NumPy's words, for programs that are written out: a format of the inputs and the params, or a
        function of them; without it, a ufunc by its name.
    native
        How it is made machine code (see ir/native.py); without it, a ufunc is called by its compiled loop, a view is
        one, and everything else calls back to `evaluate`.
    """

    name: str
    evaluate: Rule
    infer: Callable[..., Any]
    partials: tuple[Any, ...] | None = None
    transposes: tuple[Rule | None, ...] | None = None
    transpose_all: Rule | None = None
    joint: bool = False
    jvp: Rule | None = None
    vjp: Rule | None = None
    accumulate: Rule | None = None
    batch: Rule | None = None
    batch_lists: Rule | None = None
    update: Rule | None = None
    transpose_update: Rule | None = None
    flow: Rule | None = None
    lift: Rule | None = None
    linearize: Rule | None = None
    tidy: Rule | None = None
    prune: Rule | None = None
    pull: Rule | None = None
    consume: Rule | None = None
    view: bool | str = False
    order: str | Callable[..., str] = "kept"
    simplify: Rule | None = None
    identities: Rule | None = None
    commutative: bool = False
    square: Rule | None = None
    split: Rule | None = None
    text: Rule | None = None
    undoes: tuple[int, Rule] | None = None
    nonnegative: bool = False
    effect: bool = False
    symbol: str | Callable[..., str] | None = None
    latex: str | Callable[..., str] | None = None
    samples: Sampler | None = None
    special: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...] = ()
    domain: tuple[tuple[float, float], ...] = ()
    cost: float | None = None
    holomorphic: bool = False
    python: str | Callable[..., str] | None = None
    native: Native | None = None

    table: ClassVar[dict[str, Primitive]] = {}
    tell_apart: ClassVar[Callable[[Primitive, Any], Any]]  # what is done with `split`: see transform/splitting.py

    def __post_init__(self) -> None:
        rules = (self.partials, self.transposes, self.transpose_all, self.jvp)
        count = sum(rule is not None for rule in rules)
        if self.jvp is not None and self.transposes is not None and None in self.transposes:
            count -= 1  # linear in some of its inputs
        if count != 1:
            raise TypeError(f"primitive {self.name!r} needs exactly one of partials, transposes, jvp; it has {count}")
        constant = self.partials is not None and not any(callable(p) for p in self.partials)
        # Computed once, read at every line.
        object.__setattr__(self, "discrete", constant and not any(self.partials or ()))
        transposable = self.transposes is not None or self.transpose_all is not None
        object.__setattr__(self, "linear", transposable and self.jvp is None)
        moves_elements = self.linear and self.joint and self.update is None
        if self.partials is not None:
            recomputing = (ARITHMETIC if constant else 0.75) if self.cost is None else self.cost
        else:
            recomputing = 2 * ARITHMETIC if moves_elements else math.inf
        object.__setattr__(self, "recomputing", recomputing)
        object.__setattr__(self, "saves", not (constant or (self.linear and self.joint)))

    discrete: ClassVar[bool]  # the derivative is zero everywhere
    linear: ClassVar[bool]  # in every input that matters
    recomputing: ClassVar[float]  # the cost of an element, infinite for what is not done twice
    saves: ClassVar[bool]  # the rule reads values, so their buffers must stay as they are

    def __call__(self, *args: Any, **params: Any) -> Any:
        return bind(self, args, params)

    def __repr__(self) -> str:
        return self.name

    def moves(self, index: int) -> bool:
        """Whether the output depends on this input through the rule, so that a tangent there matters."""
        if self.partials is not None:
            return bool(self.partials[index])
        return self.jvp is not None or self.transposes is None or self.transpose_of(index) is not None

    def linear_in(self, moving: Sequence[int]) -> bool:
        """Whether the output is linear in these inputs together, the others fixed."""
        if not (self.joint or len(moving) == 1):
            return False
        if self.transposes is None:
            return self.transpose_all is not None
        return all(self.transpose_of(i) is not None for i in moving)

    def transpose_of(self, index: int) -> Rule | None:
        """The transpose rule of one input; the last one serves all further inputs."""
        assert self.transposes is not None
        return self.transposes[min(index, len(self.transposes) - 1)]


def register(primitive: Primitive) -> Primitive:
    """Enter a row into the table, which prints, tests and documents it."""
    if primitive.name in Primitive.table:
        raise ValueError(f"there are two primitives named {primitive.name!r}")
    Primitive.table[primitive.name] = primitive
    return primitive


class Traced:
    """A value that a recording follows: the part of a Box that rules and lists know of."""

    __slots__ = ("level", "ssa")

    level: Any
    ssa: Var
    base: Any  # the array that this is a view of, or None

    def refresh(self) -> None:
        """Read a view anew if the array that it views was written since."""
        raise NotImplementedError


def known(value: Any) -> Any:
    """The plain array of a value that stands for one, on which nothing traced depends; any other value as it is."""
    if isinstance(value, Traced):
        value.refresh()
        if value.level.depth == 0:
            return value.ssa.value
    return value


def is_vague(value: Any) -> bool:
    """Whether the memory order of an array is not known."""
    while isinstance(value, Traced):
        if value.ssa.vague:
            return True
        value = value.ssa.value
    return type(value) is Var and value.vague


def gives_vague(primitive: Primitive, args: Sequence[Any], params: dict[str, Any]) -> bool:
    """Whether the memory order of what a line gives, if it is no view, is not known."""
    order = primitive.order(**params) if callable(primitive.order) else primitive.order
    if primitive.update is not None:
        return is_vague(args[0])  # the array itself, written
    return order == "any" or (order == "kept" and any(map(is_vague, args)))


def bind(primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Apply a primitive: on plain values it computes, on traced ones the innermost recording takes it."""
    top = None
    for a in args:
        if isinstance(a, Traced):
            if a.base is not None:
                a.refresh()  # a write to the array that it views may have brought it to another recording
            if top is None or a.level.depth > top.depth:
                top = a.level
    if top is None:
        out = primitive.evaluate(*args, **params)
        return out if primitive.split is None else Primitive.tell_apart(primitive, out)
    return top.process(primitive, args, params)


def bind_update(primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Apply an updating primitive whose first argument is not read any more, so its buffer may be reused."""
    top = None
    for a in args:
        if isinstance(a, Traced):
            if a.base is not None:
                a.refresh()
            if top is None or a.level.depth > top.depth:
                top = a.level
    if top is None:
        assert primitive.update is not None
        return primitive.update(*args, **params)
    return top.process(primitive, args, params, True)


def infer_types(primitive: Primitive, types: list[Any], params: dict[str, Any]) -> tuple[Type, ...]:
    """The types of the outputs."""
    found = primitive.infer(*types, **params)
    return found if isinstance(found, tuple) else (found,)


def no_rule(name: str, why: str) -> Callable[..., Any]:
    """A `jvp` that raises `UnsupportedError`: values pass, a derivative is refused with the reason."""

    def refuse(y: Any, xs: Any, dxs: Any, **params: Any) -> Any:
        raise UnsupportedError(f"{name} has no derivative rule: {why}")

    return refuse
