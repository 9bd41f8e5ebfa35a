"""Sums with like terms collected: `a·u + b·u` becomes `(a + b)·u`, wherever the two stand in the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from typing import Any, NamedTuple

from wengert.ir import Line, Step, Var
from wengert.primitives import add, divide, multiply, negative, over, subtract, times
from wengert.primitives.identities import coefficient
from wengert.primitives.simplifications import is_number
from wengert.symbolic.level import Store, shaped
from wengert.symbolic.walk import operations, origin_of, walk

SUMS = frozenset({add, subtract, negative})
PLAIN = {multiply: multiply, times: multiply, divide: divide, over: divide}
WHERE_ZERO_WINS = {multiply: times, divide: over}


class Term(NamedTuple):
    """`number * base` in a sum; `value` is the term as it stands there, with `sign`; `base` is `None` in a constant."""

    number: Any
    base: Any  # a Var, or the row and the operands of a product or quotient
    sign: int
    value: Any
    zero_wins: bool = False  # in the product


Pairs = Callable[[Sequence[Term]], list[Term] | None]  # terms among which there are some that make one


def collected(
    store: Store, outputs: Sequence[Any], kept: Set[Var] = frozenset(), pairs: Pairs = lambda terms: None
) -> list[Any]:
    """The same values, in which no sum has like terms, and a number in a sum comes last.

    Lines that are computed anyway are `kept` as they are. It never takes more operations.
    """
    _, lines = walk(outputs, kept)
    if not any(line.primitive in SUMS for line in lines):
        return list(outputs)
    inner = _inner_sums(lines, outputs)
    become: dict[Any, Any] = {}
    for line in lines:
        (*_, var) = line.outputs
        if line.primitive in SUMS and var not in inner:
            terms = terms_of(var, inner)
            merged = merge(terms)
            while (fewer := pairs(merged or terms)) is not None:
                merged = merge(fewer) or fewer
            total = None if merged is None else _sum(store, [_replaced(term, become) for term in merged], var)
            if total is not None:
                become[var] = total
                continue
        if any(type(x) is Var and x in become for x in line.inputs):
            inputs = tuple([become.get(x, x) if type(x) is Var else x for x in line.inputs])
            become.update(zip(line.outputs, store.append(line.primitive, inputs, line.params, None), strict=True))
    found = [become.get(x, x) if type(x) is Var else x for x in outputs]
    if not become or operations(walk(found, kept)[1]) > operations(lines):
        return list(outputs)
    return found


def _inner_sums(lines: Sequence[Line], outputs: Sequence[Any]) -> set[Var]:
    """The sums that are read once, by another sum of the same type: together they are one sum."""
    uses: Counter[Any] = Counter(x for x in outputs if type(x) is Var)
    reader: dict[Any, Line] = {}
    sums = set()
    for line in lines:
        uses.update(x for x in line.inputs if type(x) is Var)
        if line.primitive in SUMS:
            sums.add(line.outputs[0])
            reader.update((x, line) for x in line.inputs if type(x) is Var)
    return {
        var for var in sums if uses[var] == 1 and var in reader and reader[var].outputs[0].type.shape == var.type.shape
    }


def terms_of(root: Var, inner: set[Var]) -> list[Term]:
    """The terms of a sum, from left to right."""
    terms = []
    stack: list[tuple[int, Any]] = [(1, root)]
    while stack:
        sign, x = stack.pop()
        if type(x) is Var and (x is root or x in inner):
            primitive, inputs, *_ = origin_of(x)
            if primitive is negative:
                stack.append((-sign, inputs[0]))
            else:
                stack.append((sign if primitive is add else -sign, inputs[1]))
                stack.append((sign, inputs[0]))
        else:
            number, base = (x, None) if is_number(x) else scaled(x) if type(x) is Var else (1, object())
            row = origin_of(x).primitive if type(x) is Var else None
            if row in (multiply, negative) and type(base) is tuple:  # the product is inside
                row = origin_of(coefficient(x)[1]).primitive
            terms.append(Term(sign * number, base, sign, x, row in (times, over)))
    return terms


def scaled(x: Any) -> tuple[Any, Any]:
    """A number and the rest of a product: a Var, or the operator and operands of a product whose number is inside.

    The products in which an exact zero wins have the same rest as ordinary ones.
    """
    number, base = coefficient(x)
    if type(base) is not Var or base.origin is None or base.origin.primitive not in PLAIN:
        return number, base
    row, (a, b), *_ = base.origin
    (c, a), (d, b) = coefficient(a), coefficient(b)
    if not all(type(x) is Var or is_number(x) for x in (a, b)):
        return number, base  # an array
    if PLAIN[row] is multiply:
        return number * c * d, (multiply, *sorted((a, b), key=hash))
    return (number * c / d, (divide, a, b)) if not is_number(a) else (number, base)


def merge(terms: Sequence[Term]) -> list[Term] | None:
    """The terms with those of one base in one, and the constants last; `None` if they are so."""
    by_base: dict[Any, list[Term]] = {}
    for term in terms:
        by_base.setdefault(term.base, []).append(term)
    constants = by_base.pop(None, [])
    if len(by_base) + bool(constants) == len(terms) and (not constants or terms[-1].base is None):
        return None
    found = [one[0] if len(one) == 1 else _total(one) for one in (*by_base.values(), constants) if one]
    return [term for term in found if term.number != 0 or term.value is not None]


def _total(terms: Sequence[Term]) -> Term:
    """The sum of terms with one base. Where one of them is nan at 0 times infinity, so is the sum."""
    number = sum(term.number for term in terms)
    zero_wins = all(term.zero_wins for term in terms)
    return Term(abs(number), terms[0].base, -1 if number < 0 else 1, None, zero_wins)


def _replaced(term: Term, become: dict[Any, Any]) -> tuple[int, Any]:
    """The sign and the value of a term, recorded if it is new."""
    if term.value is not None:
        return term.sign, become.get(term.value, term.value) if type(term.value) is Var else term.value
    if term.base is None:
        return term.sign, abs(term.number)
    base = term.base
    if type(base) is tuple:
        row = WHERE_ZERO_WINS[base[0]] if term.zero_wins else base[0]
        base = Step(row, tuple([become.get(x, x) if type(x) is Var else x for x in base[1:]]))
    else:
        base = become.get(base, base)
    return term.sign, Step(multiply, (term.number, base))


def _sum(store: Store, terms: Sequence[tuple[int, Any]], like: Var) -> Any:
    """The sum of terms, those with a plus first, recorded; `None` if those that gave it its shape have cancelled."""
    total: Any = None
    for sign, value in sorted(terms, key=lambda term: -term[0]):
        if total is None:
            total = store.record(value if sign > 0 else Step(negative, (value,)))
        else:
            total = store.record(Step(add if sign > 0 else subtract, (total, value)))
    return shaped(store.record(Step(multiply, (0, like))) if total is None else total, like)
