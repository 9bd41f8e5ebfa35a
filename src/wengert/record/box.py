"""Box: a mutable cell that holds a value of a recording and behaves like the ndarray or scalar it stands for.

The list is pure, NumPy's arrays are not. A Box bridges them: writing through it replaces the value it holds. A view (a
slice, a transpose, a reshape) is a Box that knows its base and how it was read from it; a write through any of them goes
to the base, and the others read themselves anew when they are next used.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from wengert.errors import MutationError
from wengert.ir import ABSENT, Primitive, Traced, Var, bind, bind_update, dtype_of, shape_of
from wengert.primitives import setitem
from wengert.record.conversion import Conversion
from wengert.record.level import Level
from wengert.record.methods import Methods
from wengert.record.operators import Operators
from wengert.record.protocol import Protocol


class Box(Operators, Methods, Conversion, Protocol, Traced):
    """The stand-in for one array or scalar of the user's program."""

    __slots__ = ("argument", "base", "read", "seen", "version")

    def __init__(self, level: Any, var: Var) -> None:
        self.level = level
        self.ssa = var
        self.base: Box | None = None  # the array that this one is a view of
        self.read: tuple[Primitive, tuple[Any, ...], dict[str, Any]] | None = None  # how it is read from its base
        self.version = 0  # how often the root was written
        self.seen = 0  # the root's version that `var` belongs to
        self.argument: str | None = None  # set on arguments of the function, which must not be written

    # -- views ---------------------------------------------------------------------------------------------------------

    def attach(self, base: Box, primitive: Primitive, rest: tuple[Any, ...], params: dict[str, Any]) -> None:
        """Make this a view, read from its base by a primitive."""
        self.base, self.read = base, (primitive, rest, params)
        self.seen = base.root().version

    def root(self) -> Box:
        """The array at the bottom of a chain of views."""
        box = self
        while box.base is not None:
            box = box.base
        return box

    def refresh(self) -> None:
        """Read a view anew if its root was written since."""
        if self.base is None or self.read is None:
            return
        version = self.root().version
        if self.seen != version:
            primitive, rest, params = self.read
            now = bind(primitive, (self.base, *rest), params)
            self.level, self.ssa, self.seen = now.level, now.ssa, version

    def assign(self, value: Box) -> None:
        """Hold another value: a write to the whole of this array, and through it to its base."""
        self.check_writable()
        if self.base is None or self.read is None:
            self.level, self.ssa = value.level, value.ssa
            self.version += 1
            return
        primitive, rest, params = self.read
        assert primitive.view is not None
        self.base.assign(primitive.view(self.base, value, *rest, **params))
        self.seen = -1

    def update(self, primitive: Primitive, *rest: Any, **params: Any) -> None:
        """Write into this array by an updating primitive (`setitem`, `index_add`)."""
        self.check_writable()
        self.refresh()
        self.assign(bind_update(primitive, (self, *rest), params))

    def write_all(self, value: Any) -> None:
        """Write a freshly computed array into the whole of this one, as `+=` and `out=` do."""
        shape, dtype = self.ssa.type.shape, self.ssa.type.dtype
        if np.broadcast_shapes(shape, shape_of(value)) != shape:
            raise ValueError(
                f"non-broadcastable output operand with shape {shape} doesn't match the broadcast shape "
                f"{np.broadcast_shapes(shape, shape_of(value))}"
            )
        if not np.can_cast(dtype_of(value), dtype, "same_kind"):
            raise TypeError(f"cannot cast an in-place result from {dtype_of(value)} to {dtype} with rule 'same_kind'")
        if isinstance(value, Box) and shape_of(value) == shape and dtype_of(value) == dtype and value.base is None:
            self.assign(value)
        else:
            self.update(setitem, value, index=(Ellipsis,))

    def check_writable(self) -> None:
        """Raise what NumPy raises for a scalar or a read-only view, and MutationError for an argument."""
        if not self.is_array():
            raise TypeError(f"'{type(self.concrete()).__name__}' object does not support item assignment")
        root: Box = self
        while True:
            if root.read is not None and root.read[0].name in READ_ONLY_VIEWS:
                raise ValueError("assignment destination is read-only")
            if root.base is None:
                break
            root = root.base
        if root.argument is not None:
            raise MutationError(
                f"the function writes into its {root.argument}, which would change the caller's array. "
                "Work on a copy: x = x.copy()"
            )

    # -- values --------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Self:
        """Another cell with the value this one has now, safe from later writes."""
        self.refresh()
        self.ssa.freeze()
        return type(self)(self.level, self.ssa)

    def concrete(self) -> Any:
        """The plain value under all recordings, or ABSENT."""
        self.refresh()
        value = self.ssa.value
        while isinstance(value, Traced):
            value = value.ssa.value
        return value

    def is_array(self) -> bool:
        """Whether this stands for an ndarray, which can be written, not for a scalar."""
        value = self.concrete()
        return isinstance(value, np.ndarray) if value is not ABSENT else self.ssa.type.shape != ()


READ_ONLY_VIEWS = frozenset({"broadcast_to"})


def shares_memory(out: Any, base: Box) -> bool:
    """Whether a value just read from an array views its memory."""
    while isinstance(out, Traced):
        out = out.ssa.value
    if out is ABSENT:
        return True
    return type(out) is np.ndarray and np.may_share_memory(out, base.concrete())


def make_box(
    level: Any, var: Var, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]
) -> Box:
    """A Box for the output of a primitive, a view where NumPy's result would be one."""
    box = Box(level, var)
    if primitive.view is not None:
        base = args[0]
        if isinstance(base, Box) and (var.value is not ABSENT or var.type.shape) and shares_memory(var.value, base):
            if base.level is level:
                var.alias = base.ssa
            box.attach(base, primitive, tuple(x.snapshot() if isinstance(x, Box) else x for x in args[1:]), params)
    return box


class Ground(Level):
    """Arrays that are known not to depend on anything traced, but may yet be written with traced values."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")
        self.depth = 0

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Compute; arrays of floats come out boxed again."""
        for a in args:
            if isinstance(a, Box):
                a.refresh()
        values = [a.ssa.value if isinstance(a, Box) else a for a in args]
        if update:
            base = args[0]
            if isinstance(base, Box) and base.ssa.owned and primitive.update is not None:
                var = Var(primitive.update(*values, **params))
            else:
                var = Var(primitive.evaluate(*values, **params))
            var.owned = True
            return Box(self, var)
        out = primitive.evaluate(*values, **params)
        if isinstance(out, tuple):
            return tuple(ground(x) for x in out)
        if isinstance(out, np.ndarray) and (out.dtype.kind in "fc" or primitive.view is not None):
            return make_box(self, Var(out), primitive, args, params)
        return out


GROUND = Ground()


def ground(value: Any) -> Any:
    """A plain array of floats as a Box, so that traced values can be written into it; anything else as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        return Box(GROUND, Var(value))
    return value


def plain(value: Any) -> Any:
    """The value without its Box where nothing traced is in it."""
    if isinstance(value, Box):
        value.refresh()
        if value.level is GROUND:
            return value.ssa.value
    return value
