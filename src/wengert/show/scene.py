"""A graph as shapes on a plane: rounded boxes, curves, lines of text. SVG and PNG are two ways to paint them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from wengert.show.graph import Graph, Node
from wengert.show.layout import Point, lay_out

MARGIN, PAD_X, PAD_Y, LINE = 24.0, 14.0, 9.0, 19.0
ADVANCE = 0.602  # the width of a letter of common monospaced fonts, in their size
LONGEST = 34  # letters in a line of text
INK, FAINT, BLUE, ROSE = "#1f2933", "#7b8794", "#1d5fa8", "#b0305a"
FILL = {"input": "#e9f2fc", "line": "#ffffff", "result": "#fdf3dc", "gap": "#f4f5f7"}
STROKE = {"input": "#6fa3dc", "line": "#b4bcc8", "result": "#dca63a", "gap": "#b4bcc8"}


@dataclass(frozen=True)
class Text:
    """One line of text, centered at a point."""

    at: Point
    text: str
    size: float
    color: str
    bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is about to be."""
        return ADVANCE * self.size * sum(not unicodedata.combining(c) for c in self.text)


@dataclass(frozen=True)
class Box:
    """A rounded rectangle around its center."""

    at: Point
    size: tuple[float, float]
    fill: str
    stroke: str
    texts: tuple[Text, ...]
    hint: str


@dataclass(frozen=True)
class Curve:
    """Cubic pieces with an arrow at the end: a point, then two controls and a point each."""

    points: tuple[Point, ...]
    label: Text | None
    hint: str


@dataclass(frozen=True)
class Scene:
    """All there is to paint."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    texts: tuple[Text, ...]


def compose(graph: Graph, title: str) -> Scene:
    """Lay the graph out, and write on it."""
    blank = [_box(node, (0.0, 0.0)) for node in graph.nodes]
    layout = lay_out([box.size for box in blank], [(edge.tail, edge.head) for edge in graph.edges])
    heading = Text((0, 0), title, 14, INK, bold=True)
    legend = _legend(graph)
    width = max(layout.width, heading.width, sum(text.width + 18 for text in legend)) + 2 * MARGIN
    shift, top = (width - layout.width) / 2, MARGIN + 30
    boxes = [_box(node, (x + shift, y + top)) for node, (x, y) in zip(graph.nodes, layout.centers, strict=True)]
    curves = _curves(graph, boxes, [[(x + shift, y + top) for x, y in route] for route in layout.routes])
    bottom = top + layout.height + 34
    texts = [replace(heading, at=(width / 2, MARGIN + 4))]
    x = (width - sum(text.width + 18 for text in legend) + 18) / 2
    for text in legend:
        texts.append(replace(text, at=(x + text.width / 2, bottom)))
        x += text.width + 18
    return Scene(width, bottom + MARGIN, tuple(boxes), tuple(curves), tuple(texts))


def _box(node: Node, at: Point) -> Box:
    x, y = at
    lines = [
        Text(at, _cut(node.title), 13, INK),
        Text(at, _cut(node.value), 15, INK, bold=True),
    ]
    if node.adjoint:
        lines.append(Text(at, _cut(node.adjoint), 12, ROSE))
    height = LINE * len(lines) + 2 * PAD_Y - 2
    top = y - height / 2 + PAD_Y + LINE / 2 - 1
    placed = tuple(replace(text, at=(x, top + LINE * i)) for i, text in enumerate(lines))
    width = max(max(text.width for text in lines) + 2 * PAD_X, 64.0)
    hint = "\n".join(dict.fromkeys(part for part in (node.title, node.value, node.adjoint, node.hint) if part))
    return Box(at, (width, height), FILL[node.kind], STROKE[node.kind], placed, hint)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _legend(graph: Graph) -> list[Text]:
    parts = [Text((0, 0), "value", 12, INK, bold=True)]
    if any(edge.label for edge in graph.edges):
        parts.append(Text((0, 0), "partial, on the edge", 12, BLUE))
    if any(node.adjoint for node in graph.nodes):
        parts.append(Text((0, 0), "adjoint", 12, ROSE))
    return parts


def _curves(graph: Graph, boxes: Sequence[Box], routes: Sequence[list[Point]]) -> list[Curve]:
    """Every edge from the bottom of one box to the top of another, beside the other edges there."""
    starts = _ports([edge.tail for edge in graph.edges], boxes, [route[1][0] for route in routes], 1)
    ends = _ports([edge.head for edge in graph.edges], boxes, [route[-2][0] for route in routes], -1)
    taken = [_bounds(box.at, box.size) for box in boxes]
    curves = []
    for edge, route, start, end in zip(graph.edges, routes, starts, ends, strict=True):
        points = _spline([start, *route[1:-1], end])
        label = _label(edge.label, points, taken) if edge.label else None
        if label is not None:
            taken.append(_bounds(label.at, (label.width, label.size + 3)))
        curves.append(Curve(tuple(points), label, edge.hint))
    return curves


def _spline(stops: Sequence[Point]) -> list[Point]:
    """A smooth curve down through these points, vertical at both ends; between two of them it does not turn back.

    F. N. Fritsch, J. Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM J. Sci.
    Stat. Comput. 5(2), 1984: the slope at a point is the harmonic mean of those beside it, 0 where they differ in sign.
    """
    slopes = [(x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in pairwise(stops)]
    inner = [2 * a * b / (a + b) if a * b > 0 else 0.0 for a, b in pairwise(slopes)]
    tangents = [0.0, *inner, 0.0]
    points = [stops[0]]
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(stops)):
        height = y1 - y0
        first = height / 2 if i == 0 else height / 3
        second = height / 2 if i == len(slopes) - 1 else height / 3
        points += [(x0 + tangents[i] * first, y0 + first), (x1 - tangents[i + 1] * second, y1 - second), (x1, y1)]
    return points


def _ports(owners: Sequence[int], boxes: Sequence[Box], toward: Sequence[float], side: int) -> list[Point]:
    """Where each edge meets its box: in the order of where it comes from, around the middle."""
    ports: list[Point] = [(0.0, 0.0)] * len(owners)
    for owner in set(owners):
        mine = sorted((i for i, one in enumerate(owners) if one == owner), key=lambda i: toward[i])
        box = boxes[owner]
        step = min(26.0, 0.7 * box.size[0] / max(len(mine), 1))
        for k, i in enumerate(mine):
            ports[i] = (box.at[0] + step * (k - (len(mine) - 1) / 2), box.at[1] + side * box.size[1] / 2)
    return ports


def _label(text: str, points: Sequence[Point], taken: Sequence[tuple[float, float, float, float]]) -> Text:
    """The label on the last piece of an edge, where it covers no box and no other label."""
    pieces = [points[i : i + 4] for i in range(len(points) - 4, -1, -3)]
    candidates: list[tuple[float, int, Text]] = []
    for piece in pieces:
        for t in (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75):
            label = Text(_bezier(piece, t), _cut(text), 12, BLUE)
            overlap = sum(_overlap(_bounds(label.at, (label.width + 6, label.size + 3)), other) for other in taken)
            if overlap == 0:
                return label
            candidates.append((overlap, len(candidates), label))
    return min(candidates)[2]


def _bezier(piece: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, piece, strict=True)) for axis in (0, 1))
    return x, y


def _bounds(at: Point, size: tuple[float, float]) -> tuple[float, float, float, float]:
    (x, y), (w, h) = at, size
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
