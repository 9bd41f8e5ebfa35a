"""A picture of the errors of difference formulas: of Taylor's series at large steps, of rounding at small ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.arguments import as_float, parameter_name
from wengert.boundary import boundary
from wengert.numeric.complex_step import complex_step
from wengert.numeric.extrapolation import differentiate
from wengert.numeric.ladder import Array
from wengert.numeric.line import Line, coordinate
from wengert.numeric.program import Program
from wengert.numeric.textbook import FORMULAS, values_of

STEPS = np.logspace(-16, 0, 321)
DRAWN = ("forward", "central", "five-point")
COLORS = {"forward": "#c44e52", "central": "#dd8452", "five-point": "#937860", "complex": "#4c72b0"}
LABELS = {
    "forward": "forward: (f(x+h) − f(x)) / h",
    "central": "central: (f(x+h) − f(x−h)) / 2h",
    "five-point": "five points: h⁴ is the order of their error",
    "complex": "complex step: Im f(x+ih) / h",
}
FLOOR, TOP = 3e-18, 30.0  # where errors of exactly zero, and all large ones, are drawn
NEAR = 5


@boundary
def plot_error(fun: Callable[..., Any], x: float, *, exact: float | None = None, ax: Any = None) -> Any:
    """Draw the error of difference formulas over the step size, with matplotlib: each is a V.

    To the right is the truncation error, what is left of Taylor's series, a power of the step; to the left the rounding
    error of the function's values, divided by the step. The complex step has no left side; the adaptive method, drawn
    as a line at its error with a band up to its bound, needs no step to be chosen.

    Parameters
    ----------
    fun
        Takes and returns a number.
    x
        Where to differentiate.
    exact
        The right derivative; by default that of the complex step, or else of the adaptive method.
    ax
        The axes to draw into; by default those of a new figure.

    Returns
    -------
    The axes. `ax.figure.savefig("error.png")` saves the picture.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> ax = wg.numeric.plot_error(np.sin, 1.0, exact=np.cos(1.0))
    >>> ax.get_xlabel()
    'step size h'
    """
    import matplotlib.pyplot as plt

    x = as_float(x, f"argument {parameter_name(fun, 0)}", "plot_error")
    program = Program(lambda leaves: fun(leaves[0]), [x], "plot_error")
    if np.ndim(x) or np.iscomplexobj(x) or program.size != 1:
        raise TypeError("plot_error needs a function of one real number with one real value")
    line = coordinate(program, 0, None)
    curves = {name: _formula(line, name) for name in DRAWN}
    best = differentiate(line, 1)
    try:
        precise = complex_step(line)[0][0]
    except (TypeError, ValueError):  # not analytic, or not for complex numbers
        precise = best.value[0]
    else:
        curves["complex"] = np.array([program.continued(line.move(1j * h))[0].imag / h for h in STEPS])
    right = float(precise if exact is None else exact)
    scale = abs(right) or 1.0

    if ax is None:
        _, ax = plt.subplots(figsize=(8, 5.4), layout="constrained")
    for name, values in curves.items():
        error = abs(values - right) / scale
        ax.loglog(STEPS, np.where(error > 0, error, np.nan), ".", ms=2.5, color=COLORS[name])
        ax.loglog(STEPS, _smoothed(np.maximum(error, FLOOR)), color=COLORS[name], lw=1.6, label=LABELS[name])
    found, bound = (max(float(one) / scale, FLOOR) for one in (abs(best.value[0] - right), best.error[0]))
    ax.axhspan(found, min(bound, TOP), color="#55a868", alpha=0.15, lw=0)
    ax.axhline(found, color="#55a868", lw=1.6, label="adaptive: the best of many steps, and its bound")
    if any(np.any(values == right) for values in curves.values()):
        ax.annotate("exact", (STEPS[-1], FLOOR), xytext=(-4, 3), textcoords="offset points", ha="right", fontsize=8)
    ax.set(xlabel="step size h", ylabel="relative error" if right else "error", xlim=(STEPS[0], STEPS[-1]))
    ax.set_ylim(FLOOR / 2, TOP)
    name = getattr(fun, "__name__", "f")
    ax.set_title(f"Error of the derivative of {name if name.isidentifier() else 'f'} at {float(x):g}")
    ax.grid(alpha=0.25)
    ax.legend(frameon=False, fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return ax


def _formula(line: Line, name: str) -> Array:
    values = values_of(line.program)
    with np.errstate(all="ignore"):
        return np.array([FORMULAS[name](values, line.shift, h)(line.program.leaves)[0] for h in STEPS])


def _smoothed(error: Array) -> Array:
    """The median of near steps: rounding errors jump up and down."""
    padded = np.pad(error, NEAR, mode="edge")
    return np.array([np.median(padded[i : i + 2 * NEAR + 1]) for i in range(len(error))])
