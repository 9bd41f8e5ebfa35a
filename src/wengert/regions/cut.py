"""Which values of a body to store for its linear half, and which to compute anew there.

A minimum cut between what the values come from and the linear lines that read them (as in the min-cut partitioner of
PyTorch's AOTAutograd). Every value is an edge whose capacity is the price of storing it; what cannot be computed anew
(what a loop carries; a product of matrices, an inner loop) hangs on the source; so does a value that can be, by
an edge of what that costs, which is cut when it is computed anew. What is at hand costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from wengert.ir import Line, Var
from wengert.regions.flow import sink_side
from wengert.transform import price, work

UNIT = 20  # capacities are integers: of 1/20 byte, the cost of arithmetic
LARGE = 2**29


def to_store(lines: Sequence[Line], prices: Mapping[Var, float], wanted: Iterable[Var]) -> tuple[set[Var], set[Var]]:
    """The Vars to store, and those to compute anew, so that the wanted ones can be had.

    `prices` has those of the inputs and of other values whose price is not that of their bytes; 0 is for what is at
    hand.
    """
    made = {var: line for line in lines for var in line.outputs}
    costs = {id(line): work(line) for line in lines}
    needed, rest = set(), [var for var in wanted if var in made or prices[var] > 0]
    again: dict[int, Line] = {}  # the lines that may be computed again
    while rest:
        var = rest.pop()
        if var in needed:
            continue
        needed.add(var)
        line = made.get(var)
        if line is not None and costs[id(line)] < math.inf:
            again[id(line)] = line
            rest += [x for x in line.inputs if type(x) is Var and (x in made or prices[x] > 0)]
    if not needed:
        return set(), set()

    enter = {var: 2 * i for i, var in enumerate(needed)}  # a Var is an edge, from here to the next number
    at = {key: 2 * len(needed) + i for i, key in enumerate(again)}
    source = 2 * len(needed) + len(again)
    sink = source + 1
    worth = {var: prices.get(var, price(var.type)) for var in needed}
    scale = min(UNIT, LARGE / (sum(worth.values()) * UNIT + 1))
    capacities: dict[tuple[int, int], float] = {}
    for key, line in again.items():
        capacities[source, at[key]] = costs[key] * scale
        for x in line.inputs:
            if type(x) is Var and x in enter:
                capacities[enter[x] + 1, at[key]] = math.inf
    for var, place in enter.items():
        capacities[place, place + 1] = worth[var] * scale
        capacities[at.get(id(made.get(var)), source), place] = math.inf
    for var in wanted:
        if var in enter:
            capacities[enter[var] + 1, sink] = math.inf
    whole = {edge: round(capacity) if capacity < LARGE else LARGE for edge, capacity in capacities.items()}
    after = sink_side(whole, source, sink)
    stored = {var for var, place in enter.items() if place + 1 in after and place not in after}
    return stored, {var for var, place in enter.items() if place in after}
