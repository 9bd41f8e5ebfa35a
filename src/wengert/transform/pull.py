"""Backward through one line: the cotangents of its inputs from the cotangent of its output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import ABSENT, Array, Line, Primitive, Traced, Var, dependents, dtype_of, located, shape_of
from wengert.ir.types import type_of
from wengert.primitives import copy, sum_to
from wengert.record import Staged, open_body
from wengert.record.debugging import check_finite, enabled
from wengert.transform.push import fit, plus, product, push, slope, zeros_like

Adjoints = dict[Var, Any]


class Backward:
    """The walk through lines from the last to the first, adding up the cotangent of every value on the way.

    `value` tells what a Var holds; for the Vars of a linear list, of which only the type is known, it gives the type.
    `product` multiplies a cotangent by a partial.
    """

    def __init__(
        self,
        value: Callable[[Var], Any],
        live: set[Var] | None = None,
        keep: Iterable[Var] = (),
        product: Callable[[Any, Any], Any] = product,
    ) -> None:
        self.value = value
        self.live = live  # the Vars that depend on the inputs; all, where not given
        self.kept: Adjoints = dict.fromkeys(keep)  # the cotangents of values on the way
        self.product = product
        self.adjoints: Adjoints = {}
        self._debug = enabled.get()
        self._own: set[Var] = set()  # whose adjoint is a buffer of ours, to be added to in place

    def seed(self, var: Any, ct: Any) -> None:
        """Add a cotangent of an output."""
        if type(var) is Var and ct is not None:
            self._add(var, ct)

    def accumulate_into(self, var: Var, adjoint: Any) -> None:
        """Add the cotangents of a Var to this, in place."""
        given = self.adjoints.get(var)
        self.adjoints[var] = plus(adjoint, given)
        self._own.add(var)

    def run(self, lines: Sequence[Line]) -> Adjoints:
        """Walk; what is left are the cotangents of the inputs."""
        placing = open_body.get() is not None  # lines of a recording are those of the lines that they come from
        with np.errstate(all="ignore"):
            for line in reversed(lines):
                token = located.set(line.location) if placing else None
                try:
                    self.pull(line)
                except UnsupportedError as error:  # a rule that refuses does not know whose line it serves
                    if line.location is None or "\n" in str(error):
                        raise
                    raise UnsupportedError(f"{error}\n  {line.location}") from None
                finally:
                    if token is not None:
                        located.reset(token)
                if self._debug:
                    for x in line.inputs:
                        if type(x) is Var and x in self.adjoints:
                            what = f"the derivative of {line.primitive.name}"
                            check_finite(self.adjoints[x], what, line.location)
        return self.adjoints

    def pull(self, line: Line) -> None:
        """Give the cotangent of a line's output to its inputs."""
        if line.primitive.pull is not None:
            return self._pull_lists(line)
        outputs = line.outputs
        if len(outputs) == 1:
            ct = self._taken(outputs[0])
            if ct is None:
                return
        else:
            cts = list(map(self._taken, outputs))
            if all(one is None for one in cts):
                return
            ct = tuple(zeros_like(self.value(v)) if c is None else c for v, c in zip(outputs, cts, strict=True))
        primitive = line.primitive
        value = self.value
        owned = outputs[0] in self._own
        xs = tuple([value(x) if type(x) is Var else x for x in line.inputs])
        if primitive.partials is not None:
            self._pull_elementwise(line, ct, xs)
        elif primitive.transpose_update is not None:
            self._pull_update(line, ct, xs, owned)
        elif primitive.linear:
            self._pull_linear(line, ct, xs)
        elif primitive.vjp is not None:
            y = tuple(map(value, outputs))
            for x, part in zip(
                line.inputs, primitive.vjp(ct, y if len(y) > 1 else y[0], *xs, **line.params), strict=True
            ):
                if self._wanted(x):
                    self._add(x, part)
        else:
            self._pull_jvp(line, ct, xs)

    def _taken(self, var: Var) -> Any:
        """The cotangent of an output, which nobody needs after this line unless it is to be kept."""
        ct = self.adjoints.pop(var, None)
        if ct is not None and var in self.kept:
            self.kept[var] = copy(ct, order="K") if isinstance(ct, (np.ndarray, Traced)) else ct
        return ct

    def _wanted(self, x: Any) -> bool:
        return type(x) is Var and (self.live is None or x in self.live)

    def _pull_lists(self, line: Line) -> None:
        """Of a line that holds lists and is linear in what moves: it is handed the adjoints, to go on adding to them.

        So the adjoint of an array that a loop reads stays one buffer, however deep the loops are nested.
        """
        cts = [self.adjoints.pop(var, None) for var in line.outputs]
        moving = [k for k, x in enumerate(line.inputs) if self._wanted(x)]
        if not moving or all(ct is None for ct in cts):
            return
        primitive = line.primitive
        assert primitive.pull is not None
        xs = tuple([self.value(x) if type(x) is Var else x for x in line.inputs])
        first = {line.inputs[k]: k for k in reversed(moving)}  # an input may be listed twice
        adjoints = [self.adjoints.get(line.inputs[k]) if first[line.inputs[k]] == k else None for k in moving]
        totals = primitive.pull(cts, xs, moving, adjoints, line.params)
        for k, total in zip(moving, totals, strict=True):
            x = line.inputs[k]
            if first[x] != k:
                self._add(x, total)
            elif total is not None:
                self.adjoints[x] = fit(total, self.value(x))
                self._own.discard(x)

    def _pull_elementwise(self, line: Line, ct: Any, xs: tuple[Any, ...]) -> None:
        partials = line.primitive.partials
        assert partials is not None
        y = self.value(line.outputs[0])
        inputs = line.inputs
        if len(inputs) == 2 and inputs[0] is inputs[1] and all(map(callable, partials)):
            if self._wanted(inputs[0]):  # x * x: one product serves both
                self._add(inputs[0], self.product(ct, slope(partials[0], y, xs) + slope(partials[1], y, xs)))
            return
        for i, x in enumerate(inputs):
            partial = partials[i]
            if not self._wanted(x):
                continue
            if callable(partial):
                part = self.product(ct, slope(partial, y, xs))
            elif partial:
                part = ct if partial == 1 else _scaled(ct, partial)
            else:
                continue
            shape = shape_of(xs[i])
            self._add(x, part if shape_of(part) == shape else sum_to(part, shape))

    def _pull_linear(self, line: Line, ct: Any, xs: tuple[Any, ...]) -> None:
        primitive, params = line.primitive, line.params
        if primitive.transpose_all is not None:
            for x, part in zip(line.inputs, primitive.transpose_all(ct, *xs, **params), strict=True):
                if self._wanted(x):
                    self._add(x, part)
            return
        for i, x in enumerate(line.inputs):
            if not self._wanted(x):
                continue
            rule = primitive.transpose_of(i)
            if rule is None:
                continue
            if i == 0 and primitive.accumulate is not None:
                adjoint = self.adjoints.get(x)
                if adjoint is None:
                    adjoint = np.zeros(shape_of(xs[0]), dtype_of(zeros_like(xs[0])), layout(xs[0]))
                elif not _is_pure(adjoint) and (
                    x not in self._own or not isinstance(adjoint, (np.ndarray, Traced))  # 0-d sums are scalars
                ):
                    adjoint = copy(adjoint, order=layout(xs[0]))
                self.adjoints[x] = primitive.accumulate(adjoint, ct, *xs, **params)
                self._own.add(x)
            else:
                self._add(x, rule(ct, *xs, **params))

    def _pull_update(self, line: Line, ct: Any, xs: tuple[Any, ...], owned: bool) -> None:
        """Of a write into an array: what was written takes its part, and the array gets the rest in the same buffer.

        So the cotangent of an array that is written in a loop stays one buffer all the way back.
        """
        primitive, params = line.primitive, line.params
        for i, x in enumerate(line.inputs[1:], 1):
            rule = primitive.transpose_of(i)
            if rule is not None and self._wanted(x):
                part = rule(ct, *xs, **params)
                self._add(x, part if getattr(part, "base", None) is None else copy(part, order="K"))
        base = line.inputs[0]
        if self._wanted(base):
            assert primitive.transpose_update is not None
            own = _is_pure(ct) or (owned and isinstance(ct, (np.ndarray, Traced)))  # 0-d sums are scalars
            rest = ct if own else copy(ct, order=layout(xs[0]))
            self._add(base, primitive.transpose_update(rest, *xs, **params), owned=True)

    def _pull_jvp(self, line: Line, ct: Any, xs: tuple[Any, ...]) -> None:
        """Record the `jvp` rule, a linear list in the tangents, and walk that backward."""
        moving = [i for i, x in enumerate(line.inputs) if self._wanted(x)]
        if line.primitive.linear_in(moving):
            return self._pull_linear(line, ct, xs)
        y = tuple(map(self.value, line.outputs))
        lines, inputs, outputs = record_push(line.primitive, y, xs, moving, line.params)
        inner = Backward(type_or_value, dependents(inputs, lines))
        for out, one in zip(outputs, ct if isinstance(ct, tuple) else (ct,), strict=True):
            inner.seed(out, one)
        inner.run(lines)
        for i, var in zip(moving, inputs, strict=True):
            self._add(line.inputs[i], inner.adjoints.get(var))

    def _add(self, var: Var, ct: Any, owned: bool = False) -> None:
        if ct is None:
            return
        ct = fit(ct, self.value(var))
        adjoint = self.adjoints.get(var)
        if adjoint is None:
            self.adjoints[var] = ct
            if owned:
                self._own.add(var)
        elif var in self._own and type(adjoint) is np.ndarray and not isinstance(ct, Traced):
            adjoint += ct
        else:
            # a number last: x + 1 reads better than 1 + x
            self.adjoints[var] = plus(ct, adjoint) if type(adjoint) is float else plus(adjoint, ct)
            self._own.add(var)


def _scaled(ct: Any, factor: Any) -> Any:
    """A multiple of a cotangent; what repeats one number still does."""
    if type(ct) is np.ndarray and ct.size > 1 and not any(ct.strides):
        return np.broadcast_to(_scaled(ct[(0,) * ct.ndim], factor), ct.shape)
    return -ct if factor == -1 else factor * ct


def _is_pure(ct: Any) -> bool:
    """Whether an update makes another value, as in a list: then nobody's buffer is written."""
    return isinstance(ct, Traced) and isinstance(ct.level, Staged)


def layout(x: Any) -> Literal["C", "F"]:
    """The memory order of a value, in which the views that were read from it are views of its cotangent too."""
    return "F" if type(x) is np.ndarray and x.flags.fnc else "C"


def record_push(
    primitive: Primitive, y: tuple[Any, ...], xs: tuple[Any, ...], moving: Iterable[int], params: dict[str, Any]
) -> tuple[Sequence[Line], Sequence[Var], tuple[Any, ...]]:
    """The tangents of a line's outputs as a list that is linear in the tangents of the inputs numbered `moving`."""
    level = Staged(primitive.name)
    dxs: list[Any] = [None] * len(xs)
    for i in moving:
        kind = type_of(xs[i]) if not isinstance(xs[i], Array) else xs[i]
        dxs[i] = level.add_input(Array(kind.shape, kind.dtype))
    with np.errstate(all="ignore"):
        dy = push(primitive, y if len(y) > 1 else y[0], xs, tuple(dxs), params)
    dys = dy if len(y) > 1 else (dy,)
    wl = level.finish([0.0 if one is None else fit(one, of) for one, of in zip(dys, y, strict=True)])
    return wl.lines, wl.inputs, wl.outputs


def type_or_value(var: Var) -> Any:
    """What an eager Var holds, or the type of an abstract one."""
    return var.type if var.value is ABSENT else var.value
