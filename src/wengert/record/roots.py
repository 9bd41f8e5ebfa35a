"""The square of a root: `sqrt(x)**2`, `abs(x)**4`, `norm(x) * norm(x)`.

The value is NumPy's. The derivative is that of what the square equals, x or the sum of x², which is smooth where the
root is not: at 0 the chain rule would meet 2·√x·(0.5/√x) = 0·inf. A row says by its `square` column what its square
is; a recording remembers on a value of such a row what it was made from, looks here when the value is squared, and
records `following`: the value of the one with the derivative of the other.
"""

from __future__ import annotations

from typing import Any

from wengert.ir import Primitive
from wengert.primitives import multiply, power, square
from wengert.record.box import Box

SQUARING = frozenset({power, square, multiply})


def remember(box: Box, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Box:
    """Note on a root's value how it came about."""
    box.ssa.root = (primitive, tuple([x.snapshot() if isinstance(x, Box) else x for x in args]), params)
    return box


def exact_square(level: Any, primitive: Primitive, args: tuple[Any, ...]) -> Any:
    """What the line equals if it squares a root of this level, `None` for any other line."""
    x = args[0]
    if not isinstance(x, Box) or x.level is not level or x.ssa.root is None:
        return None
    times = 1  # how often the square is taken
    if primitive is power:
        if type(args[1]) not in (int, float) or args[1] < 2 or args[1] % 2 != 0:
            return None
        times = args[1] // 2
    elif primitive is multiply and not _same(x, args[1]):
        return None
    row, inputs, params = x.ssa.root
    assert row.square is not None
    found = row.square(*inputs, **params)
    return found if times == 1 else found**times


def _same(x: Box, other: Any) -> bool:
    """Whether a factor is the same root, perhaps computed anew."""
    if not isinstance(other, Box) or other.ssa is x.ssa:
        return isinstance(other, Box)
    if other.level is not x.level or other.ssa.root is None or x.ssa.root is None:
        return False
    (one, xs, params), (another, ys, others) = x.ssa.root, other.ssa.root
    return one is another and params == others and len(xs) == len(ys) and all(map(_equal, xs, ys))


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, Box) and isinstance(y, Box):
        return x.ssa is y.ssa
    return type(x) is type(y) and type(x) in (int, float, bool) and x == y
