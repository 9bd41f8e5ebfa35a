"""The one place where lines of a list are appended: equal lines merge, known ones fold, simple ones simplify."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir.line import Line
from wengert.ir.location import Location
from wengert.ir.primitive import Primitive, Traced, infer_types
from wengert.ir.types import type_of
from wengert.ir.var import Var
from wengert.ir.wengert_list import WengertList


class Recorder:
    """Builds one `WengertList`."""

    def __init__(self) -> None:
        self.inputs: list[Var] = []
        self.lines: list[Line] = []
        self._seen: dict[Any, tuple[Var, ...]] = {}
        self._keep: list[Any] = []  # literals keyed by identity stay alive

    def add_input(self, type: Any) -> Var:
        """A new input of this type."""
        var = Var(type=type)
        self.inputs.append(var)
        return var

    def append(
        self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any], location: Location | None
    ) -> tuple[Any, ...]:
        """The outputs of a line: new Vars, those of an equal line, or values where it folds or simplifies."""
        if not any(type(x) is Var or isinstance(x, Traced) for x in inputs):
            out = primitive.evaluate(*inputs, **params)
            return out if isinstance(out, tuple) else (out,)
        if primitive.simplify is not None:
            simpler = primitive.simplify(*inputs, **params)
            if simpler is not None:
                return (simpler,)
        key = (primitive, tuple(map(self._key, inputs)), tuple((k, self._key(v)) for k, v in sorted(params.items())))
        known = self._seen.get(key)
        if known is None:
            types = infer_types(primitive, [x.type if type(x) is Var else type_of(x) for x in inputs], params)
            known = self._seen[key] = tuple(Var(type=t) for t in types)
            self.lines.append(Line(primitive, inputs, params, known, location))
        return known

    def finish(self, outputs: tuple[Any, ...], names: tuple[str, ...] = ()) -> WengertList:
        """The list so far, with these outputs."""
        return WengertList(tuple(self.inputs), tuple(self.lines), outputs, names)

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
        self._keep.append(value)
        return (kind, id(value))
