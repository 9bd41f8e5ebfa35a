"""The picture the demo saves: the loss on its way down, and held-out digits with what the network reads."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from data import Digits

PAPER, INK, FAINT, FRAME = "#fbfaf7", "#1f2a37", "#6b7685", "#d8d6cf"
BLUE, ORANGE, RED = "#2563a8", "#c8721a", "#c8372d"
STYLE = {
    "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": FAINT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}
CLASSES, EXAMPLES = 10, 3


def save_picture(path: Path, losses: np.ndarray, test: Digits, read: np.ndarray) -> None:
    """`losses`: (iterations, 2), of the digits learned from and of those held out."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12.5, 4.6), facecolor=PAPER, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.08)
        left, right = figure.subfigures(1, 2, width_ratios=(1, 1.5))
        draw_losses(left.subplots(), losses)
        draw_digits(right, test, read)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=160)


def draw_losses(axes: Axes, losses: np.ndarray) -> None:
    iterations = np.arange(1, len(losses) + 1)
    for curve, color, name in zip(losses.T, (BLUE, ORANGE), ("digits learned from", "digits held out"), strict=True):
        axes.semilogy(iterations, curve, color=color, linewidth=2)
        axes.annotate(
            f"{name}: {curve[-1]:.3f}",
            (iterations[-1], curve[-1]),
            xytext=(0, 14),
            textcoords="offset points",
            color=color,
            ha="right",
        )
    axes.set_title("Loss", loc="left", fontweight="bold")
    axes.set_xlabel("iteration")
    axes.set_xlim(0, len(losses))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_facecolor(PAPER)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.6)


def draw_digits(figure: SubFigure, test: Digits, read: np.ndarray) -> None:
    """A column for each digit, with examples read right; the last row for mistakes."""
    wrong = np.flatnonzero(read != test.labels)
    figure.suptitle(
        f"What it reads: {len(read) - len(wrong)} of {len(read)} held-out digits right",
        x=0.01,
        ha="left",
        fontweight="bold",
    )
    grid = figure.subplots(EXAMPLES + 1, CLASSES)
    for digit in range(CLASSES):
        right = np.flatnonzero((read == digit) & (test.labels == digit))
        for axes, i in zip(grid[:-1, digit], right, strict=False):
            draw_digit(axes, test.images[i], f"{digit}", INK, FRAME)
    for axes, i in zip(grid[-1], wrong, strict=False):
        draw_digit(axes, test.images[i], f"{read[i]}, is {test.labels[i]}", RED, RED)
    for axes in grid.flat:
        if not axes.images:
            axes.set_axis_off()


def draw_digit(axes: Axes, image: np.ndarray, title: str, color: str, frame: str) -> None:
    axes.imshow(image.reshape(8, 8), cmap="Greys", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_color(frame)
    axes.set_title(title, color=color, fontsize=10, pad=3)
