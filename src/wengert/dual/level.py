"""The level of dual numbers: forward mode without a call around it.

A dual number is a value of forward mode that anybody may keep, so each one brings its own level, made with the number.
What is computed from numbers of the same ε meets on the innermost of their levels: the others are taken apart there.
"""

from __future__ import annotations

from typing import Any

from wengert.ir import Primitive
from wengert.record import Box, plain
from wengert.record.box import GROUND
from wengert.transform.forward import Forward
from wengert.transform.push import Values, push, zeros_like

Tangents = tuple[Any, ...]  # one for each ε, `None` for zero


class Infinitesimals(Forward):
    """The level of numbers in some ε, the products of which are all zero.

    A tangent is a tuple with one entry for each ε, or `None` for a constant.
    """

    __slots__ = ("symbols",)

    says = "a dual number"
    advice = (
        "Its number alone is x.value. For a function of math write NumPy's (np.sin for math.sin), for np.array write "
        "np.stack; or let your function be read: wengert.traceable(f)(x)"
    )

    def __init__(self, symbols: tuple[str, ...]) -> None:
        super().__init__("Dual")
        self.symbols = symbols

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Evaluate on the values, and push each tangent."""
        return super().process(primitive, tuple(map(self._joined, args)), params, update)

    def pushed(self, primitive: Primitive, y: Any, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
        """The tangents of a line's output, for several outputs one tuple each."""
        columns = [
            None if all(dx is None for dx in one) else push(primitive, y, xs, one, params)
            for one in self._directions(dxs)
        ]
        if type(y) is not tuple:
            return _tangents(columns)
        columns = [(None,) * len(y) if column is None else column for column in columns]
        return tuple(map(_tangents, zip(*columns, strict=True)))

    def doubled(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> tuple[Any, Any]:
        """The outputs of a line that holds lists, computed with each tangent anew, and their tangents."""
        columns = [super(Infinitesimals, self).doubled(primitive, xs, one, params) for one in self._directions(dxs)]
        return columns[0][0], tuple(map(_tangents, zip(*(dy for _, dy in columns), strict=True)))

    def constant(self, value: Any) -> Any:
        """A result without derivative: floats stay dual numbers, as constants."""
        if isinstance(value, tuple):
            return tuple(map(self.constant, value))
        value = plain(value)
        kind = getattr(getattr(value, "dtype", None), "kind", "f" if type(value) is float else "")
        return self.lift(value, None) if kind and kind in "fc" else value

    def written(self, primitive: Primitive, xs: Values, dxs: Values, params: dict[str, Any]) -> Any:
        """The tangents of a buffer of our own after a write into it."""
        columns = [super(Infinitesimals, self).written(primitive, xs, one, params) for one in self._directions(dxs)]
        return _tangents(columns)

    def _directions(self, dxs: Values) -> list[Tangents]:
        """The tangents of a line's inputs, one ε after the other."""
        return [tuple([None if dx is None else dx[i] for dx in dxs]) for i in range(len(self.symbols))]

    def _joined(self, arg: Any) -> Any:
        """A number in which the same ε occur on another level, as a number of this one."""
        if not isinstance(arg, Box) or arg.level is self or arg.level is GROUND:
            return arg
        value, tangents = apart(arg, self.symbols)
        return arg if tangents is None else self.lift(value, _tangents(tangents))


def _tangents(columns: Any) -> Tangents | None:
    return None if all(column is None for column in columns) else tuple(columns)


def apart(x: Any, symbols: tuple[str, ...]) -> tuple[Any, Tangents | None]:
    """The part of a number without certain ε, and their coefficients; `None` where they do not occur."""
    if not (isinstance(x, Box) and isinstance(x.level, Infinitesimals)):
        return x, None
    x.refresh()
    x.ssa.freeze()
    value, tangents = x.ssa.value, x.ssa.tangent  # type: ignore[attr-defined]
    if x.level.symbols == symbols:
        return value, tangents or (None,) * len(symbols)
    own, inner = apart(value, symbols)
    parts = [(None, None) if t is None else apart(t, symbols) for t in tangents or (None,) * len(x.level.symbols)]
    if inner is None and all(coefficients is None for _, coefficients in parts):
        return x, None
    level = x.level
    found = []
    for i in range(len(symbols)):
        here = None if inner is None else inner[i]
        moved = _tangents([None if coefficients is None else coefficients[i] for _, coefficients in parts])
        found.append(here if moved is None else level.lift(zeros_like(value) if here is None else here, moved))
    return level.lift(own, _tangents([part for part, _ in parts])), tuple(found)
