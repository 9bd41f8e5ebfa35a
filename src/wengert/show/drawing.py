"""The picture of a computation graph, as notebooks and files want it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path

from wengert.show.graph import Graph, graph_of
from wengert.show.png import to_png
from wengert.show.scene import Scene, compose
from wengert.show.svg import to_svg
from wengert.show.worked import Worked

LIMIT = 40  # lines drawn; of longer lists the middle is one node


@dataclass(frozen=True, eq=False)
class Drawing:
    """The computation graph of a function at a point. A notebook shows it; `save` writes an SVG or a PNG file.

    `graph` holds the nodes and the edges.
    """

    title: str
    worked: Worked
    limit: int | None = LIMIT

    @cached_property
    def graph(self) -> Graph:
        """What is drawn."""
        return graph_of(self.worked, self.limit)

    @cached_property
    def scene(self) -> Scene:
        """Where it is drawn."""
        return compose(self.graph, self.title)

    def svg(self) -> str:
        """The text of an SVG file."""
        return to_svg(self.scene)

    def png(self, scale: float = 2.0) -> bytes:
        """The bytes of a PNG file; needs Matplotlib."""
        return to_png(self.scene, scale)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a file; the ending tells the format, `.svg` or `.png`."""
        target = Path(path)
        kind = target.suffix.lower()
        if kind not in (".svg", ".png"):
            raise ValueError(f"draw: {target.name!r} must end in .svg or .png")
        target.write_bytes(self.png() if kind == ".png" else self.svg().encode())

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return f"<drawing of {self.title}: {len(self.graph.nodes)} nodes; a notebook shows it, .save(path) writes it>"
