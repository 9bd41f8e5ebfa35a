"""The level of symbols: a recording that never ends, whose lines live as long as an expression needs them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir import ABSENT, Array, Location, Origin, Primitive, Recorder, Step, Var, type_of
from wengert.record import Box, Level
from wengert.record.roots import SQUARING
from wengert.symbolic.weak import WeakTable

SMALL = 256  # bytes of an array that are kept in the key of a line; of larger ones a digest


class Store(Recorder):
    """Lines that are equal are one line, in whichever expression they occur; it holds none of them alive.

    A line is found by its outputs: each Var leads back to the inputs of its line, so that an expression, which is one
    Var, keeps just its own list alive.
    """

    def __init__(self) -> None:
        super().__init__()
        self.known = WeakTable()
        self._numbers: dict[Primitive, tuple[Any, ...]] = {}  # the types of what a primitive makes of numbers

    def symbol(self, name: str, type: Array) -> Var:
        """The input of this name and type."""
        var: Var = self._unique(("symbol", name, type), type, Origin(None, (), {"name": name}))
        return var

    def constant(self, value: Any) -> Var:
        """A Var that holds a literal; in lines it is one."""
        value = frozen(value)
        key = ("constant", self._key(value))
        var: Var = self.known.get(key) or self.known.enter(key, Var(value, type_of(value)))
        return var

    def record(self, step: Any) -> Any:
        """A step, those in its inputs before it; a Var or a literal stays as it is."""
        return self._step(step, None)

    def _find(self, key: Any) -> tuple[Var, ...] | None:
        var = self.known.get(key)
        return None if var is None else (var,)

    def _enter(
        self,
        key: Any,
        types: tuple[Any, ...],
        primitive: Primitive,
        inputs: tuple[Any, ...],
        params: dict[str, Any],
        location: Location | None,
    ) -> tuple[Var, ...]:
        if len(types) == 1:
            return (self._unique(key, types[0], Origin(primitive, inputs, params)),)
        origins = [Origin(primitive, inputs, params, i, len(types)) for i in range(len(types))]
        return tuple([self._unique((key, one.output), t, one) for t, one in zip(types, origins, strict=True)])

    def _unique(self, key: Any, type: Array, origin: Origin) -> Any:
        var = Var(ABSENT, type)
        var.origin = origin
        return self.known.enter(key, var)

    def _types(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Any, ...]:
        numbers = not params
        weak = False
        for x in inputs:
            if type(x) is Var:
                numbers = numbers and x._type is NUMBER
                weak = weak or numbers
            elif type(x) is not float and type(x) is not int:
                numbers = False
        if not (numbers and weak):
            return self._weak(super()._types(primitive, inputs, params), inputs)
        types = self._numbers.get(primitive)
        if types is None:
            found = self._weak(super()._types(primitive, inputs, params), inputs)
            types = self._numbers[primitive] = tuple([NUMBER if t == NUMBER else t for t in found])
        return types

    def _weak(self, types: tuple[Any, ...], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """What is computed from Python numbers is one."""
        if types[0].shape or not all(x.type.weak if type(x) is Var else type(x) in _PYTHONS for x in inputs):
            return types
        return tuple([Array((), t.dtype, True) if t.dtype.kind in "fic" else t for t in types])

    def _simpler(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any], type: Any) -> Any:
        """By identities of real numbers, where the line is real and there are any."""
        if primitive.identities is None or type.dtype.kind != "f":
            return super()._simpler(primitive, inputs, params, type)
        found = primitive.identities(*inputs, **params)
        if found is None or isinstance(found, Step):
            return found
        if isinstance(found, Var):
            return found if found.type.dtype == type.dtype else None
        return float(found) if type.weak else np.full(type.shape, found, type.dtype)[()]

    def _line_key(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The key of a line, in which an int beside a float is the float: 2 * x is 2.0 * x."""
        for x in inputs:
            if type(x) is int:
                break
        else:
            return super()._line_key(primitive, inputs, params)
        if primitive.partials is not None:
            beside_float = any(type(x) is Var and x.type.dtype.kind == "f" for x in inputs)
            inputs = tuple([float(x) if beside_float and type(x) is int and abs(x) < 2**53 else x for x in inputs])
        return super()._line_key(primitive, inputs, params)

    def _key_of_object(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray) or value.dtype.kind == "O":
            return super()._key_of_object(value)
        content = value.tobytes()
        if len(content) > SMALL:
            content = hashlib.blake2b(content, digest_size=32).digest()
        return (value.dtype, value.shape, content)


_PYTHONS = frozenset({float, int, complex, bool})
NUMBER = Array((), np.dtype(np.float64), weak=True)  # the type of a symbol, unless another is given; one object


class Symbols(Level):
    """What a primitive does to symbols: its line is recorded, its output is an expression.

    `view` makes the expression for a Var; there is one for each, as long as somebody has it.
    """

    __slots__ = ("make", "store", "views")

    def __init__(self, make: Callable[[Symbols, Var], Box]) -> None:
        super().__init__("")
        self.depth = 0.25  # type: ignore[assignment]  # above plain arrays, below every recording of a program
        self.make = make
        self.store = Store()
        self.views = WeakTable()

    def view(self, var: Var) -> Any:
        """The expression that a Var is the value of."""
        found = self.views.get(var)
        return self.views.enter(var, self.make(self, var)) if found is None else found

    def expression(self, value: Any) -> Any:
        """A number, an array or a value of this level as an expression."""
        if isinstance(value, Box):
            value.refresh()
            if value.level is self:
                return self.view(value.ssa)
            value = value.ssa.value
        return self.view(self.store.constant(value))

    def process(self, primitive: Primitive, args: tuple[Any, ...], params: dict[str, Any], update: bool = False) -> Any:
        """Record the line. From expressions comes an expression, from cells of this level alone a cell or a literal."""
        found, arrays, shown = [], False, False
        for a in args:
            if type(a) is self.make:
                shown = True
                x = a.ssa if a.ssa.value is ABSENT else a.ssa.value
            else:
                x = self.operand(a)
            arrays = arrays or type(x) is np.ndarray
            found.append(x)
        inputs = tuple(found)
        if arrays and primitive.partials is not None:
            inputs = uniform(inputs)
        if primitive in SQUARING:
            exact = self._square_of_root(primitive, inputs)
            if exact is not None:
                return self.view(exact.ssa) if shown else exact
        outputs = self.store.append(primitive, inputs, params, None)
        results = [self.result(x) if shown else Box(self, x) if type(x) is Var else x for x in outputs]
        return results[0] if len(results) == 1 else tuple(results)

    def result(self, output: Any) -> Any:
        """What the recorder gave for an output, as an expression."""
        return self.view(output if type(output) is Var else self.store.constant(output))

    def operand(self, value: Any) -> Any:
        """A Var, or a literal."""
        if isinstance(value, Box):
            if value.base is not None:
                value.refresh()
            return value.ssa if value.ssa.value is ABSENT else value.ssa.value
        return frozen(value) if isinstance(value, (np.ndarray, np.float64)) else value

    def settled(self, box: Box) -> Any:
        """A value of this level as its caller sees it."""
        return self.expression(box)

    def _square_of_root(self, primitive: Primitive, inputs: tuple[Any, ...]) -> Any:
        """What a line equals that squares a root or a size, whose row tells: x for the square of √x."""
        x, *others = inputs
        if type(x) is not Var or x.origin is None or x.origin.primitive is None or x.origin.primitive.square is None:
            return None
        if others and not (others[0] is x or (type(others[0]) in (int, float) and others[0] == 2)):
            return None
        if others and (others[0] is x) != (primitive.commutative):
            return None  # 2 * root, root ** root
        row, values, params, *_ = x.origin
        return row.square(*(Box(self, v) if type(v) is Var else v for v in values), **params)


def uniform(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs of an elementwise line with numbers in place of arrays of one number, where an unknown has their shape."""
    types = {(x.type.shape, x.type.dtype) for x in inputs if type(x) is Var}

    def number(x: Any) -> Any:
        if type(x) is not np.ndarray or not x.size or (x.shape, x.dtype) not in types or x.dtype.kind != "f":
            return x
        first = x.flat[0]
        return frozen(first) if (x == first).all() else x

    return tuple(map(number, inputs))


def shaped(value: Any, like: Var) -> Any:
    """What a value equals as a literal of its shape; `None` for one of the wrong shape that is no number."""
    shape = value.type.shape if type(value) is Var else np.shape(value)
    if shape == like.type.shape:
        return value
    return None if type(value) is Var or shape else np.full(like.type.shape, value, like.type.dtype)


def frozen(value: Any) -> Any:
    """A literal that nobody writes any more: arrays are copied, unless they are so already; doubles become Python's."""
    if type(value) is np.float64:
        return float(value)
    if isinstance(value, np.ndarray) and (value.flags.writeable or not value.flags.owndata):
        value = value.copy()
        value.flags.writeable = False
    return value
