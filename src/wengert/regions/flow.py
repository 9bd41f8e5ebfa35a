"""A cheapest cut of a network: Dinic's algorithm (E. A. Dinic, 1970).

Networks here are those of one loop body, and small; SciPy's function would take longer to import than this one to run.
"""

from __future__ import annotations

from collections.abc import Mapping


def sink_side(capacities: Mapping[tuple[int, int], float], source: int, sink: int) -> set[int]:
    """The smallest set of nodes with the sink that a cheapest cut separates from the source."""
    ends: list[int] = []  # where an edge leads to; edge e ^ 1 is the way back
    left: list[float] = []  # what may still flow along it
    out: list[list[int]] = [[] for _ in range(1 + max(max(edge) for edge in capacities))]
    for (a, b), capacity in capacities.items():
        out[a].append(len(ends))
        out[b].append(len(ends) + 1)
        ends += (b, a)
        left += (capacity, 0)
    while True:
        levels = _distances(ends, left, out, source, forward=True)
        if sink not in levels:
            return set(_distances(ends, left, out, sink, forward=False))
        _block(ends, left, out, levels, source, sink)


def _distances(ends: list[int], left: list[float], out: list[list[int]], start: int, forward: bool) -> dict[int, int]:
    """How many edges that are not full lie between a node and the start, from it (`forward`) or to it."""
    found = {start: 0}
    rest = [start]
    for node in rest:
        for edge in out[node]:
            other = ends[edge]
            if other not in found and left[edge if forward else edge ^ 1] > 0:
                found[other] = found[node] + 1
                rest.append(other)
    return found


def _block(
    ends: list[int], left: list[float], out: list[list[int]], levels: dict[int, int], source: int, sink: int
) -> None:
    """Let flow along shortest paths what can: afterwards each has a full edge."""
    tried = [0] * len(out)  # edges of a node along which nothing more gets to the sink
    path: list[int] = []
    node = source
    while True:
        if node == sink:
            amount = min(left[edge] for edge in path)
            for edge in path:
                left[edge] -= amount
                left[edge ^ 1] += amount
            full = next(i for i, edge in enumerate(path) if left[edge] == 0)
            node = ends[path[full] ^ 1]
            del path[full:]
        elif tried[node] < len(out[node]):
            edge = out[node][tried[node]]
            if left[edge] > 0 and levels.get(ends[edge]) == levels[node] + 1:
                path.append(edge)
                node = ends[edge]
            else:
                tried[node] += 1
        elif path:
            node = ends[path.pop() ^ 1]
            tried[node] += 1
        else:
            return
