"""Einstein summation: the subscripts in every form NumPy takes, read into the one the row stores."""

from __future__ import annotations

import operator
import string
from typing import Any

import numpy as np

from wengert.functions.assemble import as_array
from wengert.functions.table import implements
from wengert.ir import dtype_of, shape_of
from wengert.primitives.einsum import contract

LETTERS = string.ascii_uppercase + string.ascii_lowercase  # in NumPy's order: index 0 is A


def _from_lists(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """`(x, [0, 1], y, [1, 2], [0, 2])` as subscripts and operands."""
    count = len(operands) // 2

    def term(names: Any) -> str:
        return "".join("..." if name is Ellipsis else LETTERS[operator.index(name)] for name in names)

    subscripts = ",".join(map(term, operands[1 : 2 * count : 2]))
    if len(operands) % 2:
        subscripts += "->" + term(operands[-1])
    return subscripts, list(operands[0 : 2 * count : 2])


def _name_ellipses(terms: list[str], out: str | None, ndims: list[int]) -> tuple[list[str], str | None]:
    """Letters in place of `...`, aligned from the right as in broadcasting."""
    used = set("".join(terms) + (out or ""))
    spare = [name for name in LETTERS if name not in used]
    counts = [ndim - len(term) + 3 if "..." in term else 0 for term, ndim in zip(terms, ndims, strict=True)]
    if min(counts) < 0:
        raise ValueError("einsum: an operand has fewer dimensions than its subscripts name")
    longest = max(counts)
    names = "".join(spare[:longest])
    terms = [term.replace("...", names[longest - count :]) for term, count in zip(terms, counts, strict=True)]
    if out is None:
        return terms, names + _once(terms, names)
    return terms, out.replace("...", names)


def _once(terms: list[str], but: str = "") -> str:
    """The output's indices where they are not written: those that appear once, in alphabetical order."""
    everything = "".join(terms)
    return "".join(name for name in sorted(set(everything)) if everything.count(name) == 1 and name not in but)


def read_subscripts(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The arguments of `np.einsum` as `"ij,jk->ik"`, every index named and the output written, and the operands."""
    if not operands:
        raise ValueError("einsum: there are no operands")
    if isinstance(operands[0], str):
        subscripts, xs = operands[0].replace(" ", ""), list(operands[1:])
    else:
        subscripts, xs = _from_lists(operands)
    xs = [as_array(x) for x in xs]
    inputs, arrow, output = subscripts.partition("->")
    terms, out = inputs.split(","), output if arrow else None
    if len(terms) != len(xs):
        raise ValueError(f"einsum: {subscripts!r} names {len(terms)} operands, {len(xs)} are given")
    if "." in subscripts:
        terms, out = _name_ellipses(terms, out, [len(shape_of(x)) for x in xs])
    if out is None:
        out = _once(terms)
    _check(terms, out, xs, subscripts)
    return f"{','.join(terms)}->{out}", xs


def _check(terms: list[str], out: str, xs: list[Any], subscripts: str) -> None:
    for term, x in zip(terms, xs, strict=True):
        if not set(LETTERS).issuperset(term):
            raise ValueError(f"einsum: {subscripts!r} is not valid")
        if len(term) != len(shape_of(x)):
            raise ValueError(f"einsum: subscripts {term!r} do not fit an operand of shape {shape_of(x)}")
    if len(set(out)) != len(out) or not set("".join(terms)).issuperset(out):
        raise ValueError(f"einsum: output {out!r} repeats an index or names one that no operand has")


@implements(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """Sums of products by subscripts."""
    subscripts, xs = read_subscripts(operands)
    return contract(*xs, subscripts=subscripts, optimize=optimize)


@implements(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy") -> Any:
    """The order in which `np.einsum` had best contract: it depends on shapes alone."""
    subscripts, xs = read_subscripts(operands)
    stand_ins = [np.broadcast_to(np.zeros((), dtype_of(x)), shape_of(x)) for x in xs]
    return np.einsum_path(subscripts, *stand_ins, optimize=optimize)
