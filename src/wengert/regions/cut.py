"""Which values of a body to store for its linear half, and which to compute anew there.

A minimum cut between what the values come from and the linear lines that read them (as in the min-cut partitioner of
PyTorch's AOTAutograd). Every value is an edge whose capacity is the price of storing it; what cannot be computed anew
(what a loop carries; a product of matrices, an inner loop) hangs on the source; so does a value that can be, by
an edge of what that costs, which is cut when it is computed anew. What is at hand costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from wengert.ir import Line, Seq, Type, Var

UNKNOWN = 100  # items that a sequence is taken to have
UNIT = 20  # capacities are integers: of 1/20 byte, the cost of arithmetic
LARGE = 2**29


def price(kind: Type) -> float:
    """What storing a value costs: its bytes."""
    if isinstance(kind, Seq):
        return UNKNOWN * price(kind.item)
    return float(kind.size * kind.dtype.itemsize)


def to_store(lines: Sequence[Line], prices: Mapping[Var, float], wanted: Iterable[Var]) -> tuple[set[Var], set[Var]]:
    """The Vars to store, and those to compute anew, so that the wanted ones can be had.

    `prices` has those of the inputs and of other values whose price is not that of their bytes; 0 is for what is at
    hand.
    """
    made = {var: line for line in lines for var in line.outputs}
    needed, rest = set(), [var for var in wanted if var in made or prices[var] > 0]
    while rest:
        var = rest.pop()
        if var not in needed:
            needed.add(var)
            if var in made and made[var].primitive.recomputing < math.inf:
                rest += [x for x in made[var].inputs if type(x) is Var and (x in made or prices[x] > 0)]
    if not needed:
        return set(), set()
    numbers = {var: i for i, var in enumerate(needed)}
    count = len(needed)
    source, sink = 2 * count, 2 * count + 1
    capacities: dict[tuple[int, int], float] = {}
    total = sum(prices.get(var, price(var.type)) for var in needed)
    scale = min(UNIT, LARGE / (total * UNIT + 1))
    for var, i in numbers.items():
        line = made.get(var)
        capacities[2 * i, 2 * i + 1] = prices.get(var, price(var.type)) * scale
        again = math.inf if line is None else line.primitive.recomputing * price(var.type) * scale
        capacities[source, 2 * i] = again
        if line is not None and again < math.inf:
            for x in line.inputs:
                if type(x) is Var and x in numbers:
                    capacities[2 * numbers[x] + 1, 2 * i] = math.inf
    for var in wanted:
        if var in numbers:
            capacities[2 * numbers[var] + 1, sink] = math.inf
    after = _sink_side(capacities, source, sink)
    stored = {var for var, i in numbers.items() if 2 * i + 1 in after and 2 * i not in after}
    return stored, {var for var, i in numbers.items() if 2 * i in after}


def _sink_side(capacities: Mapping[tuple[int, int], float], source: int, sink: int) -> set[int]:
    """The smallest set of nodes with the sink that a cheapest cut separates from the source."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    edges = {edge: min(round(capacity), LARGE) if capacity < LARGE else LARGE for edge, capacity in capacities.items()}
    rows, columns = zip(*edges, strict=True)
    graph = csr_array((list(edges.values()), (rows, columns)), (sink + 1, sink + 1), dtype="int32")
    flow = maximum_flow(graph, source, sink).flow.tocoo()
    left = dict(edges)
    for a, b, amount in zip(flow.row.tolist(), flow.col.tolist(), flow.data.tolist(), strict=True):
        left[a, b] = left.get((a, b), 0) - amount
    into: dict[int, list[int]] = {}
    for (a, b), amount in left.items():
        if amount > 0:
            into.setdefault(b, []).append(a)
    reached, rest = {sink}, [sink]
    while rest:
        for a in into.get(rest.pop(), ()):
            if a not in reached:
                reached.add(a)
                rest.append(a)
    return reached
