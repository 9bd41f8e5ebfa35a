"""The one place where lines of a list are appended: equal lines merge, known ones fold, simple ones simplify."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from wengert.ir.line import Line
from wengert.ir.location import Location
from wengert.ir.primitive import Primitive, Traced, infer_types
from wengert.ir.types import Type, type_of
from wengert.ir.var import Origin, Var
from wengert.ir.wengert_list import WengertList

NO_PARAMS: dict[str, Any] = {}


class Step(NamedTuple):
    """A line that a simplification puts in the place of another; its inputs may be steps themselves."""

    primitive: Primitive
    inputs: tuple[Any, ...]
    params: dict[str, Any] = NO_PARAMS


class _Itself:
    """An object as a part of a key; it lives as long as the key."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.value is self.value


class Recorder:
    """Builds one `WengertList`.

    The `simplify` columns that it applies keep every value as it is.
    """

    def __init__(self) -> None:
        self.inputs: list[Var] = []
        self.lines: list[Line] = []
        self._seen: dict[Any, tuple[Var, ...]] = {}

    def add_input(self, type: Any) -> Var:
        """A new input of this type."""
        var = Var(type=type)
        self.inputs.append(var)
        return var

    def append(
        self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any], location: Location | None
    ) -> tuple[Any, ...]:
        """The outputs of a line: new Vars, those of an equal line, or values where it folds or simplifies.

        A line that does something is like no other one, and stays where it is.
        """
        if (primitive.effect or primitive.consume is not None) and Line(primitive, inputs, params, (), None).acts():
            return self._enter(None, self._types(primitive, inputs, params), primitive, inputs, params, location)
        for x in inputs:
            if type(x) is Var or isinstance(x, Traced):
                break
        else:
            out = primitive.evaluate(*inputs, **params)
            return out if isinstance(out, tuple) else (out,)
        key = self._line_key(primitive, inputs, params)
        known = self._find(key)
        if known is not None:
            return known
        types = self._types(primitive, inputs, params)
        simpler = self._simpler(primitive, inputs, params, types[0]) if types else None
        if simpler is None:
            return self._enter(key, types, primitive, inputs, params, location)
        return (self._step(simpler, location),)

    def finish(self, outputs: tuple[Any, ...], names: tuple[str, ...] = ()) -> WengertList:
        """The list so far, with these outputs."""
        return WengertList(tuple(self.inputs), tuple(self.lines), outputs, names)

    def _find(self, key: Any) -> tuple[Var, ...] | None:
        return self._seen.get(key)

    def _enter(
        self,
        key: Any,
        types: tuple[Type, ...],
        primitive: Primitive,
        inputs: tuple[Any, ...],
        params: dict[str, Any],
        location: Location | None,
    ) -> tuple[Var, ...]:
        outputs = tuple([Var(type=t) for t in types])
        for i, var in enumerate(outputs):
            var.origin = Origin(primitive, inputs, params, i, len(outputs))
        if key is not None:
            self._seen[key] = outputs
        self.lines.append(Line(primitive, inputs, params, outputs, location))
        return outputs

    def _types(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Type, ...]:
        return infer_types(primitive, [x.type if type(x) is Var else type_of(x) for x in inputs], params)

    def _simpler(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any], type: Type) -> Any:
        """A Var, a literal or a step that a line of this type equals; `None` if there is nothing simpler."""
        return None if primitive.simplify is None else primitive.simplify(*inputs, **params)

    def _step(self, step: Any, location: Location | None) -> Any:
        """Record a step, the steps in its inputs before it; a Var or a literal stays as it is."""
        if isinstance(step, Step):
            inputs = tuple([self._step(x, location) for x in step.inputs])
            return self.append(step.primitive, inputs, step.params, location)[0]
        return step

    # -- keys of equal lines -------------------------------------------------------------------------------------------

    def _line_key(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if len(inputs) == 2 and type(inputs[0]) is Var and type(inputs[1]) is Var:
            keys: tuple[Any, ...] = inputs
        else:
            keys = tuple([x if type(x) is Var else self._key(x) for x in inputs])
        if primitive.commutative and hash(keys[0]) > hash(keys[1]):
            keys = (keys[1], keys[0])
        if params:
            return (primitive, keys, tuple([(k, self._key(v)) for k, v in sorted(params.items())]))
        return (primitive, keys)

    def _key(self, value: Any) -> Any:
        kind = type(value)
        if kind is Var:
            return value
        if kind is float or kind is complex or isinstance(value, np.generic):
            return (kind, repr(value))  # tells 0.0 from -0.0 and 1 from 1.0, and nan equals itself
        if kind in (int, bool, str) or value is None or value is Ellipsis or isinstance(value, (np.dtype, type)):
            return (kind, value)
        if kind is slice:
            return (kind, *(self._key(part) for part in (value.start, value.stop, value.step)))
        if kind in (tuple, list):
            return (kind, *map(self._key, value))
        if kind is dict:
            return (kind, *((k, self._key(v)) for k, v in sorted(value.items())))
        if kind is Primitive:
            return value
        return self._key_of_object(value)

    def _key_of_object(self, value: Any) -> Any:
        """The key of an array or another object: an object is equal to itself alone."""
        return _Itself(value)
