"""The rule of one line, written out: the transforms applied to the line as a list of its own, printed as formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.ir import Line, Var, WengertList, bind, shape_of
from wengert.ir.text import literal
from wengert.record import Staged
from wengert.show.formula import formula
from wengert.show.naming import bar, differential
from wengert.show.summary import number
from wengert.show.worked import Values, Worked, evaluate, floats
from wengert.transform import Backward, Replay, forward, reverse, slope

Namer = Callable[[Any], str | None]


@dataclass(frozen=True)
class Term:
    """`name = formula = numbers = value`; without numbers where there are arrays.

    `part` is set where only a part of an adjoint is added to: `x̄[0] += v̄1`.
    """

    of: Var
    formula: str
    numbers: str
    value: Any
    part: str = ""


@dataclass(frozen=True)
class Partial:
    """The derivative of a line's output by one of its inputs.

    It has a value where that is a number or an array of the output's or the input's shape; else it is a Jacobian.
    """

    of: Var
    by: Var
    formula: str | None = None
    numbers: str = ""
    value: Any = None
    shown: bool = True  # the formula tells more than the value


@dataclass(frozen=True)
class Made:
    """A transformed line, and the name and value of each thing in it that is not written out."""

    list: WengertList
    names: dict[Var, tuple[str, Any]]


class Rules:
    """One line of a list that was worked through."""

    def __init__(self, worked: Worked, line: Line) -> None:
        self.worked = worked
        self.line = line
        self.inputs = tuple(dict.fromkeys(x for x in line.inputs if type(x) is Var))
        self.moving = floats(self.inputs)

    def tangents(self, sweep: int) -> list[Term]:
        """How each output's tangent comes from those of the inputs, in one of the sweeps."""
        tangents = self.worked.sweeps[sweep].tangents
        given = [(var, differential, tangents.get(var, _zeros(var))) for var in self.moving]
        made = self._transformed(forward, given)
        moves = _tuple([differential(self._name(var)) for var in self.moving])
        whole = f"D {self.line.primitive.name}({', '.join(map(self._name, self.moving))})·{moves}"
        return [
            self._term(var, tangents[var], made, len(self.line.outputs) + i, whole)
            for i, var in enumerate(self.line.outputs)
            if var in tangents
        ]

    def cotangents(self) -> list[Term]:
        """What each input's adjoint gets from those of the outputs."""
        outputs, adjoints = self.line.outputs, self.worked.adjoints
        if not any(var in adjoints for var in outputs):
            return []
        made = self._transformed(reverse, [(var, bar, adjoints.get(var, _zeros(var))) for var in outputs])
        cts = _tuple([bar(self._name(var)) for var in floats(outputs)])
        at = ", ".join(map(self._name, self.moving))
        contributions = self._contributions()
        terms = []
        for i, var in enumerate(self.moving):
            if var not in contributions or var not in adjoints:
                continue
            by = f"∂{self._name(var)} " if len(self.moving) > 1 else ""
            whole = f"D {by}{self.line.primitive.name}({at})ᵀ·{cts}"
            terms.append(self._term(var, contributions[var], made, len(outputs) + i, whole))
        return terms

    def _contributions(self) -> Values:
        """What reverse mode adds to the adjoints at this line."""
        backward = Backward(lambda var: self.worked.values[var], set(self.moving))
        for var in self.line.outputs:
            ct = self.worked.adjoints.get(var)
            backward.seed(var, ct.copy() if isinstance(ct, np.ndarray) else ct)
        backward.run([self.worked.linear.get(id(self.line), self.line)])
        return {var: ct for var, ct in backward.adjoints.items() if var in self.moving}

    def partials(self) -> list[Partial]:
        """The local derivatives, one for each pair of output and input that depend on each other."""
        known: list[Partial] | None = self.worked.partials.get(id(self.line))
        if known is None:
            known = self.worked.partials[id(self.line)] = self._partials()
        return known

    def _partials(self) -> list[Partial]:
        line, found = self.line, []
        if line.primitive.discrete:
            return []
        for out in floats(line.outputs):
            for x in self.moving:
                if not any(line.primitive.moves(i) for i, given in enumerate(line.inputs) if given is x):
                    continue
                try:
                    wl = self._partial(out, x)
                except TypeError:  # the rule asks for numbers
                    wl = None
                if wl is None:
                    found.append(Partial(out, x))
                    continue
                values = evaluate(wl, [self.worked.values[v] for v in (*self.inputs, *line.outputs)])
                names = dict(zip(wl.inputs, (*self.inputs, *line.outputs), strict=True))
                value = self._value(wl.outputs[0], values)
                shown = formula(wl, wl.outputs[0], self._symbols({v: self._name(o) for v, o in names.items()}))
                numbers = self._in_numbers(wl, wl.outputs[0], {v: self.worked.values[o] for v, o in names.items()})
                found.append(Partial(out, x, shown, numbers, value, type(wl.outputs[0]) is Var))
        return found

    def _partial(self, out: Var, x: Var) -> WengertList | None:
        """The list of a partial as a function of the line's inputs and outputs; `None` for a whole Jacobian."""
        line = self.line
        level = Staged("partial")
        xs = {var: level.add_input(var.type) for var in self.inputs}
        ys = [level.add_input(var.type) for var in line.outputs]
        if line.primitive.partials is not None:
            inputs = tuple([xs[v] if type(v) is Var else v for v in line.inputs])
            rules = [rule for rule, given in zip(line.primitive.partials, line.inputs, strict=True) if given is x]
            total: Any = 0
            for rule in rules:
                one = slope(rule, ys[0], inputs) if callable(rule) else rule
                total = one if type(total) is int and total == 0 else total + one
            return level.finish([total])
        if out.shape == ():
            wl, seeded = reverse(self._alone(self.inputs)), line.outputs
            position = len(line.outputs) + self.moving.index(x)
        elif x.shape == ():
            wl, seeded = forward(self._alone(self.inputs)), tuple(self.moving)
            position = len(line.outputs) + line.outputs.index(out)
        else:
            return None
        seeds = [np.ones((), v.dtype)[()] if v is out or v is x else _zeros(v) for v in seeded]
        seeds = [1.0 if isinstance(s, np.float64) and s == 1 else s for s in seeds]
        replay = Replay("partial")
        replay.level = level
        replay.run(wl, [*xs.values(), *seeds], lambda primitive, args, params, _: bind(primitive, args, params))
        return level.finish([replay.outputs(wl)[position]])

    # -- formulas ------------------------------------------------------------------------------------------------------

    def _alone(self, inputs: Sequence[Var]) -> WengertList:
        """The line as a list of its own, of these inputs; the others are the values that they have."""
        values = self.worked.values
        given = tuple([values[x] if type(x) is Var and x not in inputs else x for x in self.line.inputs])
        return WengertList(tuple(inputs), (self.line._replace(inputs=given),), self.line.outputs)

    def _transformed(
        self, transform: Callable[[WengertList], WengertList], moved: Sequence[tuple[Var, Callable[[str], str], Any]]
    ) -> Made | None:
        """The line transformed, with the names and values of what is in it; `None` where its rule asks for numbers.

        A rule may ask for those of a mask or an index, which are then given.
        """
        values = self.worked.values
        for inputs in (self.inputs, self.moving):
            try:
                wl = transform(self._alone(inputs))
            except TypeError:
                continue
            names = {new: (self._name(old), values[old]) for new, old in zip(wl.inputs, inputs, strict=False)}
            for new, (old, call, value) in zip(wl.inputs[len(inputs) :], moved, strict=False):
                names[new] = (call(self._name(old)), value)
            for new, old in zip(wl.outputs, self.line.outputs, strict=False):
                if type(new) is Var and new not in names:
                    names[new] = (self._name(old), values[old])
            return Made(wl, names)
        return None

    def _term(self, var: Var, value: Any, made: Made | None, position: int, whole: str) -> Term:
        """The output of the transformed line at a position, as a formula; else what it is as a whole."""
        if made is None:
            return Term(var, whole, "", value)
        out = made.list.outputs[position]
        part, inner = _part(made, out)
        if part:
            out, value = inner, evaluate(made.list, [made.names[v][1] for v in made.list.inputs])[inner]
        shown = formula(made.list, out, self._symbols({v: text for v, (text, _) in made.names.items()}))
        numbers = self._in_numbers(made.list, out, {v: number for v, (_, number) in made.names.items()})
        return Term(var, whole if shown is None else shown, numbers, value, part)

    def _name(self, var: Var) -> str:
        return self.worked.names(var)

    def _symbols(self, names: dict[Var, str]) -> Namer:
        return lambda value: names.get(value) if type(value) is Var else _literal(value)

    def _in_numbers(self, wl: WengertList, out: Any, values: Values) -> str:
        """The formula with numbers for names; empty where an array would stand in it."""
        if any(shape_of(value) for value in values.values()):
            return ""
        return formula(wl, out, self._symbols({var: number(value) for var, value in values.items()})) or ""

    @staticmethod
    def _value(out: Any, values: Values) -> Any:
        return values[out] if type(out) is Var else out


def _part(made: Made, out: Any) -> tuple[str, Any]:
    """Of what is added into a part of zeros: the part, as it is printed, and what is added."""
    line = next((line for line in made.list.lines if line.outputs == (out,)), None)
    if line is None or len(line.inputs) < 2 or not _is_zero(line.inputs[0]) or not callable(line.primitive.symbol):
        return "", out
    indices = [made.names.get(x, ("…", None))[0] if type(x) is Var else literal(x) for x in line.inputs[2:]]
    printed = line.primitive.symbol("", "", *indices, **line.params)  # " with [0] += "
    found = re.fullmatch(r" with (\[.*\]) \+= ", printed)
    return (found[1], line.inputs[1]) if found and type(line.inputs[1]) is Var else ("", out)


def _literal(value: Any) -> str:
    return number(value) if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fciub" else literal(value)


def _zeros(var: Var) -> Any:
    return np.zeros(var.shape, var.dtype)[()]


def _is_zero(out: Any) -> bool:
    return type(out) is not Var and not np.any(out)


def _tuple(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
