"""The computation graph of a list that was worked through: values on the nodes, partials on the edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wengert.ir import Line, Var
from wengert.show.explanation import jacobian_text, place_text
from wengert.show.naming import bar
from wengert.show.rules import Partial, Rules
from wengert.show.summary import summary
from wengert.show.worked import Worked

SPELLED_OUT = 14  # with up to so many lines, the formulas of partials are written on the edges


@dataclass(frozen=True)
class Node:
    """A box: what it is, its value, its adjoint, and more to tell where the pointer rests on it."""

    kind: str  # "input", "line", "result" or "gap"
    title: str
    value: str
    adjoint: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow from what is read to the line that reads it."""

    tail: int
    head: int
    label: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes in order of computation, and arrows between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(worked: Worked, limit: int | None) -> Graph:
    """The graph; of a long list the lines in the middle are one node."""
    wl = worked.list
    nodes: list[Node] = []
    edges: list[Edge] = []
    at: dict[Var, int] = {}
    for var in wl.inputs:
        at[var] = len(nodes)
        nodes.append(_node(worked, "input", (var,), worked.names(var), ""))
    results = {var for var in wl.outputs if type(var) is Var}
    for part in _parts(wl.lines, limit):
        head = len(nodes)
        inside = {var for line in part for var in line.outputs}
        reads = dict.fromkeys(x for line in part for x in line.inputs if type(x) is Var and x not in inside)
        if len(part) == 1:
            (line,) = part
            kind = "result" if results.intersection(line.outputs) else "line"
            title = f"{', '.join(map(worked.names, line.outputs))} = {worked.names.formula(line)}"
            nodes.append(_node(worked, kind, line.outputs, title, place_text(line.location)))
            partials = Rules(worked, line).partials()
            for x in reads:
                found = [partial for partial in partials if partial.by is x]
                label = ", ".join(_label(one, len(wl) <= SPELLED_OUT) for one in found)
                edges.append(Edge(at[x], head, label, "\n".join(_hint(worked, one) for one in found)))
        else:
            nodes.append(Node("gap", f"{len(part):,} lines", "· · ·"))
            edges += [Edge(tail, head) for tail in dict.fromkeys(at[x] for x in reads)]
        at |= dict.fromkeys(inside, head)
    return Graph(tuple(nodes), tuple(edges))


def _parts(lines: tuple[Line, ...], limit: int | None) -> Iterator[tuple[Line, ...]]:
    """The lines one by one, those in the middle together if there are more than shown."""
    if limit is None or len(lines) <= max(limit, 2):
        yield from ((line,) for line in lines)
        return
    head, tail = (limit + 1) // 2, len(lines) - limit // 2
    yield from ((line,) for line in lines[:head])
    yield lines[head:tail]
    yield from ((line,) for line in lines[tail:])


def _node(worked: Worked, kind: str, of: tuple[Var, ...], title: str, hint: str) -> Node:
    value = ", ".join(summary(worked.values[var]) for var in of)
    adjoints = [f"{bar(worked.names(var))} = {summary(worked.adjoints[var])}" for var in of if var in worked.adjoints]
    return Node(kind, title, value, ", ".join(adjoints), hint)


def _label(partial: Partial, spelled_out: bool) -> str:
    if partial.value is None:
        return jacobian_text(partial)
    value = summary(partial.value)
    if spelled_out and partial.shown and partial.formula not in (None, value) and len(partial.formula or "") <= 12:
        return f"{partial.formula} = {value}"
    return value


def _hint(worked: Worked, partial: Partial) -> str:
    name = f"∂{worked.names(partial.of)}/∂{worked.names(partial.by)}"
    parts: list[Any] = [
        name,
        partial.formula,
        partial.numbers,
        None if partial.value is None else _label(partial, False),
    ]
    return " = ".join(dict.fromkeys(str(part) for part in parts if part))
