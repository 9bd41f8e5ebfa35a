"""Einstein summation: one row, whose transposes are einsums again; and the diagonals it can view.

Subscripts are stored with every index named and the output written out: `"ij,jk->ik"`.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from wengert.ir import Array, Composite, dtype_of, shape_of
from wengert.primitives.elementwise import times
from wengert.primitives.linear import linear
from wengert.primitives.shape import broadcast_to, reduce_sum, reshape, sum_to, transpose

SMALL = 512  # multiplications, up to which machine code does without a product of matrices
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


# -- in other rows, for machine code ----------------------------------------------------------------------------------


def composed(*xs: Any, subscripts: str, optimize: Any = False) -> Any:
    """An einsum in products of matrices, or of elements and a sum; operands are taken two by two, from the left."""
    terms, out = split_subscripts(subscripts)
    operands = [_without_repeats(x, term) for x, term in zip(xs, terms, strict=True)]
    while len(operands) > 1:
        (x, a), (y, b), *rest = operands
        wanted = out + "".join(term for _, term in rest)
        kept = "".join(dict.fromkeys(name for name in a + b if name in wanted))
        operands = [(_pair(x, a, y, b, out if not rest else kept), out if not rest else kept), *rest]
    x, term = operands[0]
    return _ordered(_summed(x, term, out), "".join(name for name in term if name in out), out)


def _without_repeats(x: Any, term: str) -> tuple[Any, str]:
    single = "".join(dict.fromkeys(term))
    return (x if single == term else diagonals(x, subscripts=f"{term}->{single}")), single


def _summed(x: Any, term: str, wanted: str) -> Any:
    """Sums along the indices that nobody wants."""
    gone = tuple(k - len(term) for k, name in enumerate(term) if name not in wanted)
    return reduce_sum(x, axis=gone) if gone else x


def _ordered(x: Any, term: str, wanted: str) -> Any:
    return x if term == wanted else transpose(x, axes=tuple(map(term.index, wanted)))


def _pair(x: Any, a: str, y: Any, b: str, out: str) -> Any:
    x, y = _summed(x, a, b + out), _summed(y, b, a + out)
    a, b = ("".join(name for name in one if name in other + out) for one, other in ((a, b), (b, a)))
    lengths = _lengths([a, b], (x, y))
    inner = "".join(name for name in a if name in b and name not in out)
    stack = "".join(name for name in a if name in b and name in out)
    left = "".join(name for name in a if name not in b)
    right = "".join(name for name in b if name not in a)
    whole = all(n == lengths[name] for term, z in ((a, x), (b, y)) for name, n in zip(term, shape_of(z), strict=True))
    if left and right and out[-1:] in left:  # the result then lies as it is wanted, row by row
        return _pair(y, b, x, a, out)
    if inner and (left or right) and whole and math.prod(lengths.values()) > SMALL:
        x, y = _ordered(x, a, stack + left + inner), _ordered(y, b, stack + inner + right)
        sizes = [math.prod(lengths[name] for name in names) for names in (left, inner, right)]
        lead = tuple(lengths[name] for name in stack)
        x, y = reshape(x, shape=(*lead, sizes[0], sizes[1])), reshape(y, shape=(*lead, sizes[1], sizes[2]))
        found = stack + left + right
        return _ordered(reshape(x @ y, shape=tuple(lengths[name] for name in found)), found, out)
    everything = out + inner
    product = _spread(x, a, everything) * _spread(y, b, everything)
    full = tuple(lengths[name] for name in everything)
    product = product if shape_of(product) == full else broadcast_to(product, shape=full)
    return _summed(product, everything, out)


def _spread(x: Any, term: str, names: str) -> Any:
    """With an axis for every index, of length 1 for those that it has not."""
    x = _ordered(x, term, "".join(name for name in names if name in term))
    sizes = iter(shape_of(x))
    return reshape(x, shape=tuple(next(sizes) if name in term else 1 for name in names))


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
    python=lambda *xs, subscripts, optimize=False: f"np.einsum({subscripts!r}, {', '.join(xs)})",
    native=Composite(composed),
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
