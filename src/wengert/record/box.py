"""Box: a mutable cell that holds a value of a recording and behaves like the ndarray or scalar it stands for.

The list is pure, NumPy's arrays are not. A Box bridges them: writing through it replaces the value it holds. A view (a
slice, a transpose, a reshape) is a Box that knows its base and how it was read from it; a write through any of them
goes to the base, and the others read themselves anew when they are next used.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from wengert.errors import MutationError, StagingError
from wengert.ir import (
    ABSENT,
    Array,
    Primitive,
    Traced,
    Var,
    bind,
    bind_update,
    dtype_of,
    has_order,
    is_vague,
    shape_of,
    users_line,
)
from wengert.primitives import getitem, position, setitem
from wengert.primitives.indexing import Path, through
from wengert.record.conversion import Conversion
from wengert.record.level import Level
from wengert.record.methods import Methods
from wengert.record.operators import Operators
from wengert.record.protocol import Protocol

READ_ONLY, BY_ORDER = "read-only", "by-order"  # in the `view` column

watching_writes: ContextVar[Callable[[Box], None] | None] = ContextVar("watching_writes", default=None)
boxed_kinds: ContextVar[str] = ContextVar("boxed_kinds", default="fc")  # of which dtypes new arrays come boxed
births = itertools.count()


class Box(Operators, Methods, Conversion, Protocol, Traced):
    """The stand-in for one array or scalar of the user's program."""

    __slots__ = ("__weakref__", "argument", "base", "born", "doubtful", "read", "seen", "version")

    def __init__(self, level: Any, var: Var) -> None:
        self.level = level
        self.ssa = var
        self.base: Box | None = None  # the array that this one is a view of
        self.read: tuple[Primitive, tuple[Any, ...], dict[str, Any]] | None = None  # how it is read from its base
        self.version = 0  # how often the root was written
        self.seen = 0  # the root's version that `var` belongs to
        self.argument: str | None = None  # what this is, where it must not be written
        self.doubtful: tuple[weakref.ref[Box], ...] = ()  # arrays that may or may not share memory with this one
        self.born = next(births)  # tells whether this was made before or after something else

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

    def may_share(self, other: Box) -> None:
        """Note that one array may be a view of the other or a copy: while both are there, neither can be written."""
        for one, another in ((self, other), (other, self)):
            kept = [ref for ref in one.doubtful if ref() is not None]
            one.doubtful = (*kept, weakref.ref(another))

    def refresh(self) -> None:
        """Read a view anew if its root was written since."""
        if self.base is None or self.read is None:
            return
        version = self.root().version
        if self.seen != version:
            primitive, rest, params = self.read
            now = bind(primitive, (self.base, *rest), params)
            if self.seen < 0 and self.ssa.type.weak:  # not read yet
                now.ssa.weaken()
            self.become(now)
            self.seen = version
            self.level.has_read(self)

    def route(self) -> tuple[Box, tuple[Any, ...], Path]:
        """The array at the root, and the views that lead from there to this one, with the arrays in their indices."""
        box = self
        steps = []
        while box.base is not None and box.read is not None and box.read[0].view != READ_ONLY:
            steps.append(box.read)
            box = box.base
        arrays: tuple[Any, ...] = ()
        path: Path = ()
        for primitive, rest, params in reversed(steps):
            arrays += rest
            if "path" in params:
                path += params["path"]
                params = {"index": params["index"]}
            path += ((primitive, params),)
        return box, arrays, path

    def update(self, primitive: Primitive, value: Any, *arrays: Any, index: Any) -> None:
        """Write into a part of this array by an updating primitive, `setitem` or `index_add`."""
        self.check_writable()
        root, inner, path = (self, (), ()) if self.base is None else self.route()
        if index == (Ellipsis,) and path and path[-1][0] is getitem:
            index, path = path[-1][1]["index"], path[:-1]
        arrays = inner + arrays
        if primitive is setitem:
            if isinstance(value, Box) and value.base is not None and not arrays and value.names(root, index, path):
                return  # a[i] += b ends by writing the view a[i] onto itself
            if dtype_of(value).kind == "c" and self.ssa.type.dtype.kind != "c":
                raise TypeError("complex values written into a real array would lose their imaginary part")
        root.hold(bind_update(primitive, (root, value, *arrays), position(index, path)))

    def names(self, root: Box, index: Any, path: Path) -> bool:
        """Whether this is the view of an array that a path and an index lead to."""
        if index != (Ellipsis,):
            path = (*path, (getitem, {"index": index}))
        own_root, arrays, own_path = self.route()
        return own_root is root and not arrays and own_path == path

    def hold(self, value: Box) -> None:
        """Hold another value from now on: its views will read themselves anew."""
        self.become(value)
        self.version += 1

    def become(self, other: Box) -> None:
        """Hold what another cell holds, and be of its kind."""
        self.level, self.ssa, self.__class__ = other.level, other.ssa, other.__class__

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
        if self.base is None and isinstance(value, Box) and value.replaces(self):
            self.check_writable()
            value.ssa.freeze()
            self.hold(value)
        else:
            self.update(setitem, value, index=(Ellipsis,))

    def replaces(self, other: Box) -> bool:
        """Whether this value can stand in the place of another: no view, and the same shape, dtype and memory order."""
        if self.base is not None or self.ssa.type != other.ssa.type:
            return False
        mine, others = self.concrete(), other.concrete()
        if others is ABSENT:
            return is_vague(self) == is_vague(other)
        return isinstance(mine, np.ndarray) and mine.strides == others.strides

    def check_writable(self) -> None:
        """Raise what NumPy raises for a scalar or a read-only view, and MutationError for an argument."""
        if not self.is_array() and self.held() is not ABSENT:
            raise TypeError(f"'{type(self.held()).__name__}' object does not support item assignment")
        root: Box = self
        while True:
            if any(other() is not None for other in root.doubtful):
                raise StagingError(
                    "an array is written that another one may or may not be a view of (reshape, ravel): that hangs on "
                    "its order in memory, of which types do not tell. Make a copy of which it is known: x.copy(), "
                    f"x.reshape(...).copy(){users_line()}"
                )
            if root.read is not None and root.read[0].view == READ_ONLY:
                raise ValueError("assignment destination is read-only")
            if root.base is None:
                break
            root = root.base
        if root.argument is not None:
            raise MutationError(f"the program writes into {root.argument}. Work on a copy: x = x.copy(){users_line()}")
        watcher = watching_writes.get()
        if watcher is not None:
            watcher(root)

    # -- values --------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Box:
        """Another cell with the value this one has now, safe from later writes."""
        self.refresh()
        self.ssa.freeze()
        return self.level.box(self.level, self.ssa)

    def concrete(self) -> Any:
        """The plain value under all recordings, or ABSENT."""
        self.refresh()
        return self.held()

    def is_followed(self) -> bool:
        """Whether a recording follows this value, so that there is a derivative to lose."""
        return isinstance(plain(self), Box)

    def cell(self) -> Box:
        """The cell that a view of this array belongs to."""
        return self

    def held(self) -> Any:
        """The same, but a view is not read anew: enough to know what kind of value it is."""
        value = self.ssa.value
        while isinstance(value, Traced):
            value = value.ssa.value
        return value

    def layout(self) -> Any:
        """An array that lies in memory as this one does, to ask for flags and strides; `None` if that is not known."""
        root, inner, path = self.route()
        vague = is_vague(root)
        value = self.concrete()
        if value is not ABSENT and not vague:
            return np.asarray(value)
        if vague or any(dtype_of(x).kind not in "iub" for x in inner):
            return None
        kind = root.ssa.type
        part, _ = through(np.empty(kind.shape, kind.dtype), tuple(map(_index_like, inner)), path)
        return np.asarray(part)

    def is_array(self) -> bool:
        """Whether this stands for an ndarray, which can be written, not for a scalar."""
        value = self.held()
        return isinstance(value, np.ndarray) if value is not ABSENT else self.ssa.type.shape != ()

    def is_weak(self) -> bool:
        """Whether this stands for a Python number."""
        value = self.held()
        return type(value) in (float, int, complex) if value is not ABSENT else self.ssa.type.weak

    grounded = staticmethod(lambda out: grounded(out))  # for the protocols, which do not know of levels


Level.box = Box


def is_view(
    var: Var, base: Box, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]
) -> bool | None:
    """Whether NumPy's result would be a view: whether the value just read from an array shares its memory.

    `None` where that hangs on the memory order, and it is not known.
    """
    value = var.value
    while isinstance(value, Traced):
        value = value.ssa.value
    vague = is_vague(base.root())
    if value is not ABSENT and not (vague and primitive.view == BY_ORDER):
        return type(value) is np.ndarray and np.may_share_memory(value, base.concrete())
    # Only types are known: try it with arrays that are never filled.
    root, inner, path = base.route()
    rest = (*inner, *args[1:])
    if any(dtype_of(x).kind not in "iub" for x in rest):
        return False
    kind = root.ssa.type
    answers = set()
    for empty in _in_every_order(kind) if vague and primitive.view == BY_ORDER else [np.empty(kind.shape, kind.dtype)]:
        try:
            part, left = through(empty, tuple(map(_index_like, rest)), path)
            out = primitive.evaluate(part, *left, **params)
        except IndexError:
            return False
        answers.add(np.may_share_memory(out, empty))
    if var.value is ABSENT or vague:
        var.vague = has_order(var.type) and (vague or not out.flags.c_contiguous)
    return answers.pop() if len(answers) == 1 else None


def _index_like(x: Any) -> Any:
    """Numbers in the place of an index that is not known: which they are does not matter to shapes and strides."""
    return np.zeros(shape_of(x), dtype_of(x))[()]


def _in_every_order(kind: Array) -> Iterator[Any]:
    """Arrays of a type, one for each order of the axes in memory."""
    for axes in itertools.permutations(range(kind.ndim)):
        yield np.empty([kind.shape[a] for a in axes], kind.dtype).transpose(np.argsort(axes))


def make_box(level: Any, var: Var, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Box:
    """A Box for the output of a primitive that gives views: a view where NumPy's result would be one."""
    box: Box = level.box(level, var)
    base = args[0]
    viewed = isinstance(base, Box) and is_view(var, base, primitive, args, params)
    if viewed is None:
        box.may_share(base.root())
    if viewed:
        if base.level is level and var.value is not ABSENT:
            var.alias = base.ssa.alias or base.ssa  # the owner of the buffer: a view in between may leave it
        box.attach(base.cell(), primitive, tuple([x.snapshot() if isinstance(x, Box) else x for x in args[1:]]), params)
    return box


class Ground(Level):
    """Arrays that are known not to depend on anything traced, but may yet be written with traced values."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")
        self.depth = 0

    def settled(self, box: Any) -> Any:
        """The plain value."""
        return box.ssa.value

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
            var.owned, var.vague = True, is_vague(args[0])
            return Box(self, var)
        out = primitive.evaluate(*values, **params)
        if isinstance(out, tuple):
            return tuple(ground(x) for x in out)
        if not isinstance(out, np.ndarray) or (out.dtype.kind not in boxed_kinds.get() and not primitive.view):
            return out
        return make_box(self, Var(out), primitive, args, params) if primitive.view else Box(self, Var(out))


GROUND = Ground()


def ground(value: Any) -> Any:
    """A plain array of floats as a Box, so that traced values can be written into it; anything else as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind in boxed_kinds.get():
        return Box(GROUND, Var(value))
    return value


def grounded(out: Any) -> Any:
    """A result with its plain arrays of floats ready to be written with traced values."""
    if type(out) is np.ndarray:
        return ground(out)
    if type(out) in (tuple, list) and any(type(part) is np.ndarray for part in out):
        return type(out)(map(ground, out))
    return out


def plain(value: Any) -> Any:
    """The value without its Box where nothing traced is in it."""
    if isinstance(value, Box):
        value.refresh()
        return value.level.settled(value)
    return value


def is_within(level: Any, value: Any) -> bool:
    """Whether a value is one of a level, or holds one: in its value or in its tangents."""
    if isinstance(value, tuple):
        return any(is_within(level, part) for part in value)
    if not isinstance(value, Box):
        return False
    return value.level is level or is_within(level, (value.ssa.value, getattr(value.ssa, "tangent", None)))
