"""check: every mode against every other, and against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.api.arguments import split_arguments
from wengert.api.expansion import taylor
from wengert.api.gradients import grad, jvp, vjp
from wengert.boundary import boundary
from wengert.numeric import slope
from wengert.read import as_read
from wengert.tree import flatten, flatten_like, unflatten

Vector = np.ndarray[Any, np.dtype[Any]]
ROUGH = 1e-3  # relative error of differences that is worth a word
COORDINATES = 40  # how many single inputs are checked by finite differences of their own


@dataclass(frozen=True)
class Comparison:
    """One way to compute a derivative against another: the largest difference, relative to the size of the values."""

    name: str
    error: float
    tolerance: float
    where: str = ""

    @property
    def passed(self) -> bool:
        """Whether the difference is within tolerance; nan is not."""
        return bool(self.error <= self.tolerance)


@dataclass(frozen=True)
class Report:
    """What `check` found; true if everything agreed."""

    comparisons: tuple[Comparison, ...]
    skipped: tuple[str, ...]

    def __bool__(self) -> bool:
        return all(one.passed for one in self.comparisons)

    @property
    def worst(self) -> Comparison:
        """The comparison that is furthest out of, or nearest to, its tolerance."""
        return max(self.comparisons, key=lambda one: np.inf if np.isnan(one.error) else one.error / one.tolerance)

    def __str__(self) -> str:
        rows = [f"{'':2}{'comparison':<46}{'difference':>12}{'allowed':>10}  where"]
        for one in self.comparisons:
            mark = "ok" if one.passed else "NO"
            rows.append(f"{mark:<3}{one.name:<45}{one.error:>12.1e}{one.tolerance:>10.0e}  {one.where}".rstrip())
        rows += [f"-- {text}" for text in self.skipped]
        return "\n".join(rows)

    __repr__ = __str__


@boundary
def check(fun: Callable[..., Any], *args: Any, seed: int = 0) -> Report:
    """Compute a function's derivatives in every mode, and compare them with each other and with finite differences.

    Values, forward mode, reverse mode, finite differences, the complex step where the function runs on complex
    numbers, Taylor mode, and second derivatives forward over reverse and reverse over forward. They are taken along
    random directions, and by up to 40 single inputs, so that the report can tell which one is off.

    Parameters
    ----------
    fun
        Any function of real numbers, arrays and containers of them.
    *args
        A point where it is smooth: at a kink or a jump, differences allow for anything.
    seed
        For the random directions.

    Examples
    --------
    >>> import numpy as np, wengert as wg
    >>> bool(wg.check(lambda x: np.sum(x**3), np.array([1.0, 2.0])))
    True
    """
    point = _Point(fun, args, seed)
    found: list[Comparison] = []
    skipped: list[str] = []
    value, tangent = point.push(point.v)
    again, pullback = vjp(fun, *args)
    w = point.like_output(again)
    gradient = point.vector(pullback(point.output(w, again)))
    tight = 1e3 * point.eps

    found.append(_compare("value: recorded against plain NumPy", flat(again), point.f(0.0), 0.0, point.outputs))
    found.append(_compare("value: forward against plain NumPy", value, point.f(0.0), 0.0, point.outputs))
    loose = 100 * point.eps ** (2 / 3)
    numeric, slack = point.slope(point.f)
    found.append(_compare("forward against finite differences", tangent, numeric, loose, point.outputs, slack))
    found.append(_compare("reverse against forward: <w, Jv> = <Jᵀw, v>", w @ tangent, gradient @ point.v, tight))
    columns = point.coordinates()
    single = [point.slope(lambda t, i=i: w @ point.f(t, point.unit(i)), point.x[i]) for i in columns]  # type: ignore[misc]
    entries, bounds = (np.array([one[k].item() for one in single]) for k in (0, 1))
    named = [point.name(i) for i in columns]
    found.append(_compare("reverse against finite differences", gradient[columns], entries, loose, named, bounds))
    try:
        stepped = point.complex_step()
    except Exception as error:  # whatever the user's function raises on complex numbers: it cannot be checked this way
        skipped.append(f"complex step: not possible ({type(error).__name__}: {str(error).splitlines()[0]})")
    else:
        if _compare("", stepped, numeric, 10 * loose, (), slack).passed:
            found.append(_compare("forward against complex step", tangent, stepped, tight, point.outputs))
        else:  # some part of the function (abs, std, a comparison) means something else on complex numbers
            skipped.append("complex step: not possible (the function is not analytic as written)")

    series = point.series()
    found.append(_compare("Taylor series against forward", series[1], tangent, tight, point.outputs))
    second = point.second(w)
    curved, slack = point.slope(lambda t: point.gradient_at(t, w))
    found.append(_compare("second order: forward over reverse", second, curved, loose, point.inputs, slack))
    found.append(_compare("second order: reverse over forward", point.second_reversed(w), second, tight, point.inputs))
    found.append(_compare("second order: Taylor series", w @ series[2], second @ point.v, tight))
    if point.rough:
        skipped.append("finite differences: of little use here, as the function is not smooth, or noisy")
    return Report(tuple(found), tuple(skipped))


class _Point:
    """A function of containers as a function of one vector, near one point along one direction."""

    def __init__(self, fun: Callable[..., Any], args: tuple[Any, ...], seed: int) -> None:
        self.fun = fun
        given = split_arguments(fun, args, range(len(args)), "check")
        if any(np.iscomplexobj(leaf) for leaf in given.leaves):
            raise TypeError(
                "check takes real arguments; wrap a function of complex ones: lambda re, im: f(re + 1j * im)"
            )
        self.given = given
        self.rough = False  # whether differences told little
        self.leaves = [np.asarray(leaf) for leaf in given.leaves]
        self.eps = float(max(np.finfo(leaf.dtype).eps for leaf in self.leaves))
        self.x = np.concatenate([leaf.ravel() for leaf in self.leaves])
        self.rng = np.random.default_rng(seed)
        self.v = self.rng.uniform(0.5, 1.0, self.x.size) * self.rng.choice([-1.0, 1.0], self.x.size)
        self.v = self.v.astype(self.x.dtype)
        self.inputs = [
            name + (str(list(index)) if index else "")
            for name, leaf in zip(given.names, self.leaves, strict=True)
            for index in np.ndindex(leaf.shape)
        ]
        out, self.structure = flatten(fun(*args))
        self.shapes = [np.shape(one) for one in out]
        self.outputs = [f"output {k}{list(i) if i else ''}" for k, s in enumerate(self.shapes) for i in np.ndindex(s)]

    def name(self, i: int) -> str:
        return self.inputs[i]

    def coordinates(self) -> list[int]:
        n = self.x.size
        return list(range(n)) if n <= COORDINATES else sorted(self.rng.choice(n, COORDINATES, replace=False).tolist())

    def unit(self, i: int) -> Vector:
        e = np.zeros_like(self.x)
        e[i] = 1
        return e

    def arguments(self, x: Any) -> list[Any]:
        """The function's arguments for a vector."""
        parts, start = [], 0
        for leaf, given in zip(self.leaves, self.given.leaves, strict=True):
            part = x[start : start + leaf.size].reshape(leaf.shape)
            parts.append(part.item() if type(given) is float and x.dtype.kind == "f" else part[()])
            start += leaf.size
        return self.given.fill(parts)

    def f(self, t: float, v: Vector | None = None) -> Vector:
        """The function at `x + t v`, as a vector."""
        return flat(self.fun(*self.arguments(self.x + np.asarray(t, self.x.dtype) * (self.v if v is None else v))))

    def push(self, v: Vector) -> tuple[Vector, Vector]:
        value, tangent = jvp(self.fun, self.arguments(self.x), self.arguments(v))
        return flat(value), flat(tangent)

    def series(self) -> Vector:
        """The derivatives along `v` up to the second, by Taylor mode."""
        along = taylor(lambda args: as_read(self.fun)(*args), self.arguments(self.x), 2, self.arguments(self.v))
        return np.stack([flat(along[k]) * factor for k, factor in enumerate((1, 1, 2))])

    def like_output(self, out: Any) -> Vector:
        return self.rng.uniform(0.5, 1.0, flat(out).size)

    def output(self, w: Vector, like: Any) -> Any:
        """A vector in the container of the function's result."""
        leaves, structure = flatten(like)
        parts, start = [], 0
        for leaf in leaves:
            size = int(np.size(leaf))
            dtype = np.asarray(leaf).dtype if np.asarray(leaf).dtype.kind in "fc" else float
            parts.append(w[start : start + size].reshape(np.shape(leaf)).astype(dtype)[()])
            start += size
        return unflatten(structure, parts)

    def vector(self, trees: Sequence[Any]) -> Vector:
        leaves = [
            one
            for structure, tree in zip(self.given.structures, trees, strict=True)
            for one in flatten_like(structure, tree)
        ]
        return np.concatenate([np.ravel(leaf) for leaf in leaves])

    def gradient_at(self, t: float, w: Vector) -> Vector:
        out, pullback = vjp(self.fun, *self.arguments(self.x + np.asarray(t, self.x.dtype) * self.v))
        return self.vector(pullback(self.output(w, out)))

    def weighted(self, w: Vector) -> Callable[..., Any]:
        def scalar(*args: Any) -> Any:
            leaves = flatten(as_read(self.fun)(*args))[0]
            parts = flatten(self.output(w, unflatten(self.structure, [np.zeros(s) for s in self.shapes])))[0]
            return sum(np.sum(part * leaf) for part, leaf in zip(parts, leaves, strict=True))

        return scalar

    def second(self, w: Vector) -> Vector:
        """The Hessian of `w · f` times `v`, forward over reverse."""
        argnums = tuple(range(len(self.given.args)))
        return self.vector(jvp(grad(self.weighted(w), argnums), self.arguments(self.x), self.arguments(self.v))[1])

    def second_reversed(self, w: Vector) -> Vector:
        """The same, reverse over forward."""
        argnums = tuple(range(len(self.given.args)))
        pushed = lambda *args: jvp(self.weighted(w), args, self.arguments(self.v))[1]  # noqa: E731
        return self.vector(grad(pushed, argnums)(*self.arguments(self.x)))

    def slope(self, f: Callable[[float], Any], size: float | None = None) -> tuple[Vector, Vector]:
        """The derivative of a function along `x + t v` at 0, by differences, and the bound of its error."""
        size = float(np.max(np.abs(self.x), initial=0.0)) if size is None else abs(float(size))
        found, bound = slope(f, size, self.eps / 2, self.eps ** (2 / 3))
        self.rough |= bool((bound > ROUGH * np.max(np.abs(found), initial=1.0)).any())
        return found, bound

    def complex_step(self) -> Vector:
        """Im f(x + ih v) / h, without cancellation."""
        h = 1e-30 if self.eps < 1e-10 else 1e-20
        out = flat(self.fun(*self.arguments(self.x + 1j * h * self.v)))
        if out.dtype.kind != "c" or not np.allclose(out.real, self.f(0.0), rtol=1e-6, equal_nan=True):
            raise TypeError("the function is not analytic as written")
        return out.imag / h


def flat(tree: Any) -> Vector:
    """All numbers of a container as one vector."""
    return np.concatenate([np.ravel(leaf) for leaf in flatten(tree)[0]] or [np.zeros(0)])


def _compare(
    name: str, found: Any, expected: Any, tolerance: float, places: Sequence[str] = (), slack: Any = 0.0
) -> Comparison:
    """The difference that is largest by what is allowed: the tolerance, or the known error of what is expected."""
    found, expected = np.atleast_1d(found), np.atleast_1d(expected)
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))))
    allowed = np.maximum(max(tolerance, 1e-300), np.broadcast_to(slack, expected.shape) / scale)
    with np.errstate(invalid="ignore"):
        difference = np.abs(found - expected) / scale
    unknown = np.isinf(allowed) & np.isnan(expected)
    difference = np.where((np.isnan(found) & np.isnan(expected)) | unknown, 0.0, difference)
    if not difference.size:
        return Comparison(name, 0.0, max(tolerance, 1e-300))
    worst = int(np.argmax(np.where(np.isnan(difference), np.inf, difference / allowed)))
    where = places[worst] if places and difference[worst] > 0 else ""
    return Comparison(name, float(difference[worst]), float(allowed[worst]), where)
