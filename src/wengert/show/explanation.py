"""The textbook tables of a function at a point: all that is shown, before it is text or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wengert.ir import Location, Var
from wengert.show.chains import chains
from wengert.show.html import to_html
from wengert.show.naming import bar, differential
from wengert.show.regions import Region, place_text, regions_table
from wengert.show.rules import Partial, Rules, Term
from wengert.show.section import Column, Gap, Row, Section, without_empty_columns
from wengert.show.summary import summary
from wengert.show.terminal import renderables, to_text
from wengert.show.worked import Values, Worked, floats

LIMIT = 24  # lines shown; of longer lists the first and the last half


@dataclass(frozen=True)
class Step:
    """One line, or one argument: its value, its tangent in each forward sweep, its adjoint; `None` where zero.

    A line of several outputs has tuples of them.
    """

    name: str
    formula: str
    value: Any
    tangents: tuple[Any, ...]
    adjoint: Any
    location: Location | None
    rules: Rules | None

    @cached_property
    def partials(self) -> tuple[Partial, ...]:
        """The derivatives of this line by its own inputs."""
        return () if self.rules is None else tuple(self.rules.partials())

    @property
    def body(self) -> tuple[str, ...]:
        """The lists that the line of a loop or a branch holds, as text."""
        return () if self.rules is None else self.rules.worked.names.body(self.rules.line)

    @property
    def place(self) -> str:
        """The user's line: `file.py:12  z = np.sin(x)`."""
        return place_text(self.location)


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """The steps of a function at a point, and how the chain rule goes through them in both orders.

    `print` shows the tables, a notebook shows them as HTML. `steps` holds the numbers; `limit` is how many lines the
    tables show, all of them if it is `None`.
    """

    title: str
    worked: Worked
    regions: tuple[Region, ...] = ()
    limit: int | None = LIMIT
    note: str = ""  # on the table of loops and branches

    @property
    def steps(self) -> tuple[Step, ...]:
        """The arguments, then every line of the list."""
        return tuple(self._inputs()) + tuple(self._steps(range(len(self.worked.list))))

    def sections(self) -> Iterator[Section]:
        """The tables."""
        yield from map(without_empty_columns, self._sections())

    def _sections(self) -> Iterator[Section]:
        yield self._list()
        if self.regions:
            yield regions_table(self.regions, self.note)
        if self.worked.sweeps:
            yield self._partials()
        if self.worked.sweeps:
            yield self._forward()
        if self.worked.adjoints:
            yield self._reverse()
        paths = chains(self.worked)
        if paths is not None:
            yield paths

    def text(self, width: int | None = None) -> str:
        """The tables as plain text, as wide as the terminal or as told."""
        return to_text(self.title, self.sections(), width)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        yield from renderables(self.title, self.sections(), options.max_width)

    def _repr_html_(self) -> str:
        return to_html(self.title, self.sections())

    # -- the tables ----------------------------------------------------------------------------------------------------

    def _list(self) -> Section:
        worked = self.worked
        columns = [Column("step"), Column("value", numeric=True)]
        columns += [Column(f"tangent\n{_stacked(sweep.label)}", numeric=True) for sweep in worked.sweeps]
        columns += [Column(f"adjoint\n{_stacked(_seed_label(worked))}", numeric=True)] if worked.adjoints else []
        columns.append(Column("your line", filling=True))
        rows: list[Row] = []
        places: set[str] = set()
        for step in [*self._inputs(), *self._shown()]:
            if isinstance(step, Gap):
                rows.append(step)
                continue
            cells = [f"{step.name} = {step.formula}" if step.formula else step.name, summary(step.value)]
            cells += [_or_zero(one) for one in step.tangents]
            cells += [_or_zero(step.adjoint)] if worked.adjoints else []
            cells.append(step.place if step.place not in places or not step.place else "″")
            places.add(step.place)
            rows.append(tuple(cells))
            rows += [(text, *[""] * (len(columns) - 1)) for text in step.body]
        total = len(worked.list)
        few = self.limit is None or total <= self.limit
        note = "" if few else f"{self.limit} of {total:,} lines"
        return Section("The list", note, tuple(columns), tuple(rows))

    def _partials(self) -> Section:
        """The derivative of every line by each of its inputs."""
        rows: list[Row] = []
        for step in self._shown():
            if isinstance(step, Gap):
                rows.append(step)
                continue
            left = f"{step.name} = {step.formula}"
            for partial in step.partials:
                rows.append((left, *_partial_cells(self.worked, partial)))
                left = ""
        columns = (Column("step"), Column("partial"), Column(""), Column("formula"), Column("in numbers"))
        return Section("Local partials", "of every line, by each of its inputs", columns, tuple(rows))

    def _forward(self) -> Section:
        """Every tangent from those before it."""
        worked = self.worked
        rows: list[Row] = []
        for var in floats(worked.list.inputs):
            cells = [_or_zero(sweep.tangents.get(var)) for sweep in worked.sweeps]
            rows.append((differential(worked.names(var)), "", *cells))
        for step in self._shown():
            if isinstance(step, Gap):
                rows.append(step)
                continue
            assert step.rules is not None
            terms: dict[Var, list[Term | None]] = {}
            for i in range(len(worked.sweeps)):
                for term in step.rules.tangents(i):
                    terms.setdefault(term.of, [None] * len(worked.sweeps))[i] = term
            for var, found in terms.items():
                first = next(term for term in found if term is not None)
                cells = ["0" if term is None else _equation(term.numbers, term.value) for term in found]
                rows.append((differential(worked.names(var)), first.formula, *cells))
        columns = [Column("tangent"), Column("from the line"), *(Column(sweep.label) for sweep in worked.sweeps)]
        return Section("Forward mode", "from the first line to the last", tuple(columns), tuple(rows))

    def _reverse(self) -> Section:
        """What every line gives to the adjoints of its inputs."""
        worked = self.worked
        rows: list[Row] = [(bar(worked.names(var)), "=", "", summary(ct), "") for var, ct in worked.seeds.items()]
        left = self._readers()
        for step in reversed(list(self._shown())):
            if isinstance(step, Gap):
                rows.append(step)
                continue
            assert step.rules is not None
            for term in step.rules.cotangents():
                name, several = bar(worked.names(term.of)), left[term.of] > 1 or term.of in worked.seeds
                first_reader = self._first_reader[term.of] == id(step.rules.line)
                total = f"{name} = {summary(worked.adjoints[term.of])}" if several and first_reader else ""
                sign = "+=" if several or term.part else "="
                rows.append((name + term.part, sign, term.formula, _equation(term.numbers, term.value), total))
        columns = (Column("adjoint"), Column(""), Column("from the line"), Column("in numbers"), Column("sum"))
        note = "from the last line to the first"
        if any(var.dtype.kind == "c" for var in worked.list.inputs):
            note += "; of a complex argument, grad gives the conjugate of the adjoint"
        return Section("Reverse mode", note, columns, tuple(rows))

    def _readers(self) -> dict[Var, int]:
        """How many lines read each value."""
        count: dict[Var, int] = {}
        for line in self.worked.list.lines:
            for x in {x for x in line.inputs if type(x) is Var} if not line.primitive.discrete else ():
                count[x] = count.get(x, 0) + 1
        return count

    @cached_property
    def _first_reader(self) -> dict[Var, int]:
        """The line at which the walk back is done with a value: the first that reads it."""
        first: dict[Var, int] = {}
        for line in self.worked.list.lines:
            if not line.primitive.discrete:
                for x in line.inputs:
                    if type(x) is Var:
                        first.setdefault(x, id(line))
        return first

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[Step | Gap]:
        total = len(self.worked.list)
        if self.limit is None or total <= self.limit:
            yield from self._steps(range(total))
            return
        head, tail = (self.limit + 1) // 2, self.limit // 2
        yield from self._steps(range(head))
        yield Gap(f"{total - self.limit:,} lines")
        yield from self._steps(range(total - tail, total))

    def _inputs(self) -> Iterator[Step]:
        for var in self.worked.list.inputs:
            yield self._step((var,), "", None, None)

    def _steps(self, numbers: Sequence[int]) -> Iterator[Step]:
        for number in numbers:
            line = self.worked.list.lines[number]
            formula = self.worked.names.formula(line)
            yield self._step(line.outputs, formula, line.location, Rules(self.worked, line))

    def _step(self, of: tuple[Var, ...], formula: str, location: Location | None, rules: Rules | None) -> Step:
        worked = self.worked

        def all_of(found: Values) -> Any:
            values = tuple(found.get(var) for var in of)
            return values if len(of) > 1 else values[0]

        tangents = tuple(all_of(sweep.tangents) for sweep in worked.sweeps)
        names = ", ".join(map(worked.names, of))
        return Step(names, formula, all_of(worked.values), tangents, all_of(worked.adjoints), location, rules)


def jacobian_text(partial: Partial) -> str:
    """What there is to say of a partial that is no array of its output's or input's shape."""
    of, by = ("×".join(map(str, var.shape)) or "1" for var in (partial.of, partial.by))
    return f"Jacobian {of} by {by}"


def _partial_cells(worked: Worked, partial: Partial) -> tuple[str, str, str, str]:
    name = f"∂{worked.names(partial.of)}/∂{worked.names(partial.by)}"
    if partial.value is None:
        return name, "", "", jacobian_text(partial)
    value = summary(partial.value)
    shown = "" if partial.formula in (None, value) or not partial.shown else str(partial.formula)
    return name, "=", shown, _equation(partial.numbers, partial.value)


def _equation(numbers: str, value: Any) -> str:
    shown = summary(value)
    return shown if numbers in ("", shown) else f"{numbers} = {shown}"


def _or_zero(value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(_or_zero, value))
    return "0" if value is None else summary(value)


def _seed_label(worked: Worked) -> str:
    return ", ".join(f"{bar(worked.names(var))} = {summary(ct)}" for var, ct in worked.seeds.items())


def _stacked(label: str) -> str:
    """A label of several parts, one below the other."""
    return re.sub(r", (?=[^\d\s\]-])", "\n", label)
