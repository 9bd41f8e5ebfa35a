"""Where the nodes of a directed acyclic graph go: in layers, each below all that it reads.

E. R. Gansner, E. Koutsofios, S. C. North, K.-P. Vo, "A technique for drawing directed graphs", IEEE Trans. Software
Eng. 19(3), 1993, in four passes: layers that make the edges short (a linear program, whose vertices are integers); long
edges cut at every layer; the order within a layer by weighted medians and transpositions (their figures 3-1 to 3-3);
coordinates. The last pass minimizes squared distances, which centers a node between its neighbours, layer by layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[int, int]
Point = tuple[float, float]
ROUNDS, SWEEPS = 12, 40
LARGEST = 30_000  # pieces of edges
STRAIGHT = 4.0  # how much more the inner parts of long edges resist bends


@dataclass(frozen=True)
class Layout:
    """The center of every node, the points that every edge passes, and the size of the whole."""

    centers: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def lay_out(
    sizes: Sequence[tuple[float, float]], edges: Sequence[Edge], gap: float = 28, layer_gap: float = 60
) -> Layout:
    """Place boxes of these sizes; edges go from lower to higher layers, downwards."""
    layer = layers_of(len(sizes), edges)
    total = sum(layer[v] - layer[u] for u, v in edges)
    if total > LARGEST:
        raise ValueError(
            f"draw: a graph of {len(sizes):,} nodes is too large to be laid out; draw fewer lines by limit="
        )
    chains = []
    widths, heights = [w for w, _ in sizes], [h for _, h in sizes]
    pieces: list[Edge] = []
    for u, v in edges:
        chain = [u]
        for between in range(layer[u] + 1, layer[v]):
            chain.append(len(layer))
            layer.append(between)
            widths.append(6.0)
            heights.append(0.0)
        chain.append(v)
        pieces += pairwise(chain)
        chains.append(chain)
    rows: list[list[int]] = [[] for _ in range(max(layer, default=0) + 1)]
    for node, number in enumerate(layer):
        rows[number].append(node)
    rows = order_rows(rows, pieces)
    xs = coordinates(rows, pieces, widths, len(sizes), gap)
    ys: dict[int, float] = {}
    top = 0.0
    for row in rows:
        height = max(heights[node] for node in row)
        ys |= dict.fromkeys(row, top + height / 2)
        top += height + layer_gap
    left = min((xs[node] - widths[node] / 2 for node in range(len(widths))), default=0.0)
    right = max((xs[node] + widths[node] / 2 for node in range(len(widths))), default=0.0)
    places = [(xs[node] - left, ys[node]) for node in range(len(widths))]
    routes = tuple(tuple(places[node] for node in chain) for chain in chains)
    return Layout(tuple(places[: len(sizes)]), routes, right - left, max(top - layer_gap, 0.0))


def layers_of(count: int, edges: Sequence[Edge]) -> list[int]:
    """The layer of every node: minimize the total length of the edges, each of which is at least 1."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    if not edges:
        return [0] * count
    number = np.arange(len(edges))
    tails, heads = np.array(edges).T
    lengths = coo_array(
        (np.repeat([1.0, -1.0], len(edges)), (np.tile(number, 2), np.concatenate([heads, tails]))),
        shape=(len(edges), count),
    )
    cost = np.bincount(heads, minlength=count) - np.bincount(tails, minlength=count)
    found = linprog(cost.astype(float), A_ub=-lengths.tocsr(), b_ub=-np.ones(len(edges)), method="highs-ds")
    layers = np.rint(found.x).astype(int)
    return [int(one) for one in layers - layers.min()]


# -- order within layers -----------------------------------------------------------------------------------------------


def order_rows(rows: list[list[int]], edges: Sequence[Edge]) -> list[list[int]]:
    """The order with the fewest crossings that medians and transpositions find."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for u, v in edges:
        below.setdefault(u, []).append(v)
        above.setdefault(v, []).append(u)
    best, fewest = rows, crossings(rows, below)
    for turn in range(ROUNDS):
        if fewest == 0:
            break
        rows = [list(row) for row in rows]
        downward = turn % 2 == 0
        for i in range(1, len(rows)) if downward else range(len(rows) - 2, -1, -1):
            fixed, neighbours = (rows[i - 1], above) if downward else (rows[i + 1], below)
            rows[i] = by_median(rows[i], fixed, neighbours)
        transpose_neighbours(rows, above, below)
        count = crossings(rows, below)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def by_median(row: list[int], fixed: list[int], neighbours: dict[int, list[int]]) -> list[int]:
    """A layer sorted by the medians of its neighbours' positions; nodes without neighbours stay where they are."""
    place = {node: i for i, node in enumerate(fixed)}
    medians = {}
    for node in row:
        found = sorted(place[other] for other in neighbours.get(node, ()) if other in place)
        if found:
            middle = len(found) // 2
            medians[node] = found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2
    moving = iter(sorted(medians, key=lambda node: medians[node]))
    return [next(moving) if node in medians else node for node in row]


def transpose_neighbours(rows: list[list[int]], above: dict[int, list[int]], below: dict[int, list[int]]) -> None:
    """Exchange two neighbours wherever that saves crossings."""
    improved = True
    while improved:
        improved = False
        for i, row in enumerate(rows):
            up = {node: k for k, node in enumerate(rows[i - 1])} if i else {}
            down = {node: k for k, node in enumerate(rows[i + 1])} if i + 1 < len(rows) else {}
            for k in range(len(row) - 1):
                u, v = row[k], row[k + 1]
                sides = ((above, up), (below, down))
                if sum(_crossed(n, at, v, u) - _crossed(n, at, u, v) for n, at in sides) < 0:
                    row[k], row[k + 1] = v, u
                    improved = True


def _crossed(neighbours: dict[int, list[int]], place: dict[int, int], left: int, right: int) -> int:
    """How often the edges of two nodes beside each other cross."""
    return sum(place[a] > place[b] for a in neighbours.get(left, ()) for b in neighbours.get(right, ()))


def crossings(rows: list[list[int]], below: dict[int, list[int]]) -> int:
    """How many pairs of edges cross."""
    total = 0
    for row, following in pairwise(rows):
        place = {node: i for i, node in enumerate(following)}
        seen: list[int] = []
        for node in row:
            ends = [place[v] for v in below.get(node, ())]
            total += sum(earlier > end for end in ends for earlier in seen)
            seen += ends
    return total


# -- coordinates -------------------------------------------------------------------------------------------------------


def coordinates(
    rows: list[list[int]], edges: Sequence[Edge], widths: Sequence[float], real: int, gap: float
) -> list[float]:
    """The x of every node: near its neighbours, in the order of its layer, without overlap."""
    near: dict[int, list[tuple[int, float]]] = {}
    for u, v in edges:
        weight = STRAIGHT ** ((u >= real) + (v >= real))
        near.setdefault(u, []).append((v, weight))
        near.setdefault(v, []).append((u, weight))
    xs = [0.0] * len(widths)
    for row in rows:
        offsets = _offsets(row, widths, gap)
        for node, offset in zip(row, offsets, strict=True):
            xs[node] = offset - offsets[-1] / 2
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted, weights = [], []
            for node in row:
                pulls = near.get(node, [])
                total = sum(weight for _, weight in pulls)
                wanted.append(sum(xs[other] * weight for other, weight in pulls) / total if total else xs[node])
                weights.append(total or 0.01)
            offsets = _offsets(row, widths, gap)
            free = increasing([x - offset for x, offset in zip(wanted, offsets, strict=True)], weights)
            for node, x, offset in zip(row, free, offsets, strict=True):
                xs[node] = x + offset
    return xs


def _offsets(row: list[int], widths: Sequence[float], gap: float) -> list[float]:
    """How far from the first of its layer every node is, packed as closely as it goes."""
    offsets = [0.0]
    for u, v in pairwise(row):
        offsets.append(offsets[-1] + (widths[u] + widths[v]) / 2 + gap)
    return offsets


def increasing(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest numbers in weighted squares that do not decrease: the pool-adjacent-violators algorithm."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        count = 1
        while pools and pools[-1][0] > value:
            other, mass, members = pools.pop()
            value, weight = (value * weight + other * mass) / (weight + mass), weight + mass
            count += members
        pools.append((value, weight, count))
    return [value for value, _, count in pools for _ in range(count)]
