"""Einstein summation: one row, whose transposes are einsums again; and the diagonals it can view.

Subscripts are stored with every index named and the output written out: `"ij,jk->ik"`.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.ir import Array, dtype_of, shape_of
from wengert.primitives.elementwise import times
from wengert.primitives.linear import linear
from wengert.primitives.shape import broadcast_to, reshape, sum_to, transpose

MANY = 2**18  # multiplications, from which on einsum is quicker by products of matrices
OPERANDS = 63  # what NumPy takes


def split_subscripts(subscripts: str) -> tuple[list[str], str]:
    """The indices of each operand, and of the output."""
    operands, out = subscripts.split("->")
    return operands.split(","), out


def _lengths(terms: list[str], xs: tuple[Any, ...]) -> dict[str, int]:
    """The length of every index; one of length 1 is broadcast."""
    lengths: dict[str, int] = {}
    for term, x in zip(terms, xs, strict=True):
        for name, length in zip(term, shape_of(x), strict=True):
            known = lengths.setdefault(name, length)
            if known == 1:
                lengths[name] = length
            elif length not in (1, known):
                raise ValueError(f"einsum: index {name!r} has lengths {known} and {length}")
    return lengths


def _einsum_type(*types: Array, subscripts: str, optimize: Any = False) -> Array:
    terms, out = split_subscripts(subscripts)
    lengths = _lengths(terms, types)
    return Array(tuple(lengths[name] for name in out), np.result_type(*(t.dtype for t in types)))


def unused_names(subscripts: str) -> Iterator[str]:
    """Letters that may name further indices."""
    return (name for name in string.ascii_letters if name not in subscripts)


def _transpose_of(position: int) -> Callable[..., Any]:
    """The transpose of an einsum in one operand.

    `y[out] = Σ x[own] Π others` gives `x̄[own] = Σ ct[out] Π others`. An index repeated within `own` reads a diagonal,
    so its cotangent lies on one: identity matrices tie its positions together. An index that nothing else has was
    summed alone, so the cotangent is the same along it.
    """

    def rule(ct: Any, *xs: Any, subscripts: str, optimize: Any = False) -> Any:
        terms, out = split_subscripts(subscripts)
        lengths = _lengths(terms, xs)
        shape, own = shape_of(xs[position]), terms[position]
        names = terms[:position] + terms[position + 1 :]
        others = [*xs[:position], *xs[position + 1 :]]
        scalar = out == "" and len(others) > 0  # the chain rule's own product, in which an exact zero wins
        if not scalar:
            names, others = [out, *names], [ct, *others]
        fresh = unused_names(subscripts)
        target = ""
        for name, length in zip(own, shape, strict=True):
            if name in target:
                tied = next(fresh)
                names.append(name + tied)
                others.append(np.eye(length, dtype=dtype_of(ct)))
                lengths[tied] = length
                name = tied
            target += name
        found = "".join(name for name in target if any(name in term for term in names))
        work = math.prod(lengths.values())
        part = contract(*others, subscripts=f"{','.join(names)}->{found}", optimize=bool(optimize) or work > MANY)
        part = times(ct, part) if scalar else part
        if found != target:
            sizes = iter(shape_of(part))
            part = reshape(part, shape=tuple(next(sizes) if name in found else 1 for name in target))
        full = tuple(lengths[name] for name in target)
        return sum_to(part if shape_of(part) == full else broadcast_to(part, shape=full), shape)

    return rule


def contract(*xs: Any, subscripts: str, optimize: Any = False) -> Any:
    """An einsum, as a view where it only reorders axes or reads a diagonal."""
    terms, out = split_subscripts(subscripts)
    if len(terms) > 1 or set(terms[0]) != set(out):
        return einsum(*xs, subscripts=subscripts, optimize=optimize)
    if len(terms[0]) > len(out):
        return diagonals(xs[0], subscripts=subscripts)
    return xs[0] if terms[0] == out else transpose(xs[0], axes=tuple(map(terms[0].index, out)))


def _batch(size: int, args: Any, batched: Any, subscripts: str, optimize: Any = False) -> Any:
    terms, out = split_subscripts(subscripts)
    item = next(unused_names(subscripts))
    terms = [item + term if flag else term for term, flag in zip(terms, batched, strict=True)]
    return contract(*args, subscripts=f"{','.join(terms)}->{item}{out}", optimize=optimize)


def _samples(*rows: Any) -> Any:
    return lambda rng: [
        (tuple(rng.standard_normal(shape) for shape in shapes), {"subscripts": subscripts})
        for subscripts, *shapes in rows
    ]


einsum = linear(
    "einsum",
    lambda *xs, subscripts, optimize=False: np.einsum(subscripts, *xs, optimize=optimize),
    _einsum_type,
    *map(_transpose_of, range(OPERANDS)),
    joint=False,
    batch=_batch,
    samples=_samples(
        ("ij,jk->ik", (2, 3), (3, 4)), ("ii->", (3, 3)), ("iij->j", (3, 3, 2)), ("iii,i->", (2, 2, 2), (2,)),
        ("ij->", (2, 3)), ("ij,k->i", (2, 3), (4,)), (",i->i", (), (3,)), ("i,i,i->i", (3,), (3,), (3,)),
        ("ij,ij->i", (2, 3), (2, 1)), ("ab,b->a", (1, 3), (3,)), ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
        ("ij,j->i", (0, 3), (3,)), ("ij,j->i", (2, 0), (0,)), ("ii,i->i", (3, 3), (1,)),
    ),
)  # fmt: skip

diagonals = linear(
    "diagonals",
    lambda x, subscripts: np.einsum(subscripts, x),
    _einsum_type,
    _transpose_of(0),
    batch=_batch,
    view=True,
    samples=_samples(("ii->i", (3, 3)), ("ijij->ji", (2, 3, 2, 3)), ("iii->i", (2, 2, 2)), ("ii->i", (0, 0))),
)
