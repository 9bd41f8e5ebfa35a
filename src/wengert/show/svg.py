"""A scene as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from wengert.show.scene import FAINT, Box, Curve, Scene, Text

FONT = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"


def to_svg(scene: Scene) -> str:
    """The whole picture, on a white ground so that it reads on dark pages too."""
    return "\n".join(_parts(scene)) + "\n"


def _parts(scene: Scene) -> Iterator[str]:
    w, h = f"{scene.width:.0f}", f"{scene.height:.0f}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        f'font-family="{FONT}" text-anchor="middle">'
    )
    yield f'<rect width="{w}" height="{h}" rx="8" fill="#ffffff"/>'
    for curve in scene.curves:
        yield _curve(curve)
    for box in scene.boxes:
        yield _box(box)
    for curve in scene.curves:
        if curve.label is not None:
            yield _hinted(_ground(curve.label) + _text(curve.label), curve.hint)
    for text in scene.texts:
        yield _text(text)
    yield "</svg>"


def _curve(curve: Curve) -> str:
    (x, y), *rest = curve.points
    path = f"M{x:.1f},{y:.1f}"
    *controls, (ex, ey) = rest
    rest = [*controls, (ex, ey - 6)]  # the arrow covers the end
    path += "".join(" C" + " ".join(f"{px:.1f},{py:.1f}" for px, py in rest[i : i + 3]) for i in range(0, len(rest), 3))
    line = f'<path d="{path}" fill="none" stroke="{FAINT}" stroke-width="1.3"/>'
    tip = f'<path d="M{ex:.1f},{ey:.1f} l-4,-8 h8 z" fill="{FAINT}"/>'
    return _hinted(line + tip, curve.hint)


def _box(box: Box) -> str:
    (x, y), (w, h) = box.at, box.size
    rectangle = (
        f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w:.1f}" height="{h:.1f}" rx="8" '
        f'fill="{box.fill}" stroke="{box.stroke}" stroke-width="1.3"/>'
    )
    return _hinted(rectangle + "".join(map(_text, box.texts)), box.hint)


def _ground(label: Text) -> str:
    """White under a label, so that the edge does not run through it."""
    (x, y), w, h = label.at, label.width + 8, label.size + 5
    return f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w:.1f}" height="{h:.1f}" rx="4" fill="#ffffff"/>'


def _text(text: Text) -> str:
    x, y = text.at
    weight = ' font-weight="bold"' if text.bold else ""
    place = f'x="{x:.1f}" y="{y + 0.35 * text.size:.1f}"'
    return f'<text {place} font-size="{text.size:g}" fill="{text.color}"{weight}>{escape(text.text)}</text>'


def _hinted(content: str, hint: str) -> str:
    return f"<g><title>{escape(hint)}</title>{content}</g>" if hint else content
