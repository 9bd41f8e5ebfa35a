"""A scene as PNG, painted by Matplotlib with the fonts that it brings."""

from __future__ import annotations

import io
from typing import Any

from wengert.show.layout import Point
from wengert.show.scene import FAINT, Box, Curve, Scene, Text

DPI = 72  # one unit of the scene is one point


def to_png(scene: Scene, scale: float = 2.0) -> bytes:
    """The picture, `scale` pixels a unit."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("a PNG is painted by Matplotlib: pip install matplotlib, or save an .svg") from error
    figure = Figure(figsize=(scene.width / DPI, scene.height / DPI), dpi=DPI * scale, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    axes.axis("off")
    for curve in scene.curves:
        _curve(axes, curve)
    for box in scene.boxes:
        _box(axes, box)
    for curve in scene.curves:
        if curve.label is not None:
            size = (curve.label.width + 8, curve.label.size + 5)
            _rounded(axes, curve.label.at, size, 4, fc="white", ec="none", zorder=3)
            _text(axes, curve.label, 4)
    for text in scene.texts:
        _text(axes, text, 4)
    out = io.BytesIO()
    canvas.print_png(out)
    return out.getvalue()


def _curve(axes: Any, curve: Curve) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    (*points, (x, y)) = curve.points
    codes = [Path.MOVETO] + [Path.CURVE4] * (len(points))
    axes.add_patch(PathPatch(Path([*points, (x, y - 6)], codes), fill=False, ec=FAINT, lw=1.3, zorder=1))
    axes.add_patch(Polygon([(x, y), (x - 4, y - 8), (x + 4, y - 8)], fc=FAINT, ec="none", zorder=1))


def _box(axes: Any, box: Box) -> None:
    _rounded(axes, box.at, box.size, 8, fc=box.fill, ec=box.stroke, lw=1.3, zorder=2)
    for text in box.texts:
        _text(axes, text, 3)


def _rounded(axes: Any, at: Point, size: tuple[float, float], radius: float, **style: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), (w, h) = at, size
    shape = f"round,pad=0,rounding_size={radius}"
    axes.add_patch(FancyBboxPatch((x - w / 2, y - h / 2), w, h, boxstyle=shape, **style))


def _text(axes: Any, text: Text, zorder: int) -> None:
    x, y = text.at
    axes.text(
        x,
        y + 0.35 * text.size,
        text.text,
        size=text.size,
        color=text.color,
        weight="bold" if text.bold else "normal",
        family="DejaVu Sans Mono",
        ha="center",
        va="baseline",
        zorder=zorder,
        parse_math=False,
    )
