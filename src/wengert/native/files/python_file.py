"""A list as a program in NumPy, to be read and run: the user's names, the user's lines as comments.

What NumPy has no word for (the product in which an exact zero wins, a row without the `python` column) is called by its
row.
"""

from __future__ import annotations

import ast
import keyword
import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.ir import Array, Line, Primitive, Seq, Var, WengertList, type_of
from wengert.ir import Sequence as Items
from wengert.primitives.index import SLOT, place_text, slots
from wengert.regions.layout import Loop

SHORT = 24  # elements of a literal that is written out
WIDE = 60  # characters of a value that is written where it is read
TIMES = """def times(a, b):
    \"\"\"a * b, where an exact zero wins over infinity and nan.\"\"\"
    with np.errstate(invalid="ignore"):
        product = a * b
    return np.where(np.isnan(product) & ((a == 0) | (b == 0)), 0, product)[()]"""
ROW = """def row(name, *inputs, **params):
    \"\"\"What NumPy has no single word for.\"\"\"
    return Primitive.table[name].evaluate(*inputs, **params)"""
ITEM = """def item(sequence, index, zero):
    \"\"\"An item; an empty sequence stands for zeros.\"\"\"
    return sequence[index] if len(sequence) else zero"""


class Writer:
    """The statements of a program."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.helpers: dict[str, str] = {}
        self.constants: list[str] = []
        self.names: dict[Any, str] = {}
        self._taken = {"np", "special", "row", "times", "item", "Primitive"}
        self._known: dict[int, str] = {}
        self._place: Any = None
        self._count = 0
        self._uses: Counter[Any] = Counter()
        self._pending: dict[Var, str] = {}  # values that are written where they are read
        self._derived: set[Var] = set()  # what comes of the chain rule

    # -- names ---------------------------------------------------------------------------------------------------------

    def name(self, x: Var, wish: str = "") -> str:
        """A name for a value: the user's, if it is to be had."""
        text = re.sub(r"\W+", "_", wish).strip("_")
        if not text or text[0].isdigit() or keyword.iskeyword(text):
            self._count += 1
            text = f"{'d' if x in self._derived else 'v'}{self._count}"
        while text in self._taken:
            self._count += 1
            text = f"{text.rstrip('0123456789')}{self._count}"
        self._taken.add(text)
        self.names[x] = text
        return text

    def value(self, x: Any) -> str:
        """A value, by its name or written out."""
        if type(x) is Var:
            return self.names[x]
        if isinstance(x, Items):
            return "[]"
        if isinstance(x, np.generic):
            return f"np.{x.dtype.name}({x.item()!r})" if np.isfinite(x) else f"np.{x.dtype.name}({str(x)!r})"
        if isinstance(x, np.ndarray):
            return self._constant(x)
        if isinstance(x, float) and not np.isfinite(x):
            return "np.nan" if x != x else "np.inf" if x > 0 else "(-np.inf)"
        text = repr(x)
        return f"({text})" if text.startswith("-") else text

    def _constant(self, x: Any) -> str:
        dtype = f", np.{x.dtype.name}" if x.dtype != np.float64 else ""
        first = x.ravel()[:1]
        if x.size and (x == first).all() and not np.signbit(x.real).any():
            return f"np.full({x.shape}, {first[0].item()!r}{dtype})"
        text = f"np.array({np.array2string(x, separator=', ', floatmode='unique', max_line_width=10**6)}{dtype})"
        if x.size <= SHORT and "inf" not in text and "nan" not in text:
            return re.sub(r"\s+", " ", text)
        known = self._known.get(id(x))
        if known is None:
            known = self._known[id(x)] = f"constant{len(self.constants)}"
            hexed = np.ascontiguousarray(x).tobytes().hex()
            self.constants.append(
                f"{known} = np.frombuffer(bytes.fromhex({hexed!r}), np.{x.dtype.name}).reshape({x.shape})"
            )
        return known

    def put(self, text: str, depth: int) -> None:
        """A statement."""
        self.lines.append("    " * depth + text)

    # -- lines ---------------------------------------------------------------------------------------------------------

    def all(self, lines: Sequence[Line], depth: int, outputs: Sequence[Any] = ()) -> None:
        """Lines, with the user's own above those that came of it."""
        uses = Counter(x for line in lines for x in line.inputs if type(x) is Var)
        uses.update(x for x in outputs if type(x) is Var)
        self._uses.update({x: count - self._uses[x] for x, count in uses.items()})
        for number, line in enumerate(lines):
            place, here = line.location, _where(line)
            last = number + 1 == len(lines) or _where(lines[number + 1]) != here
            if place is not None and here != self._place and place.text:
                self.put(f"# line {place.line}: {place.text}", depth)
            self._place = here
            wish = _assigned(place.text) if place is not None and last else ""
            if line.primitive.name == "times" or any(type(x) is Var and x in self._derived for x in line.inputs):
                self._derived.update(line.outputs)
                wish = ""
            if not wish and self._is_read_next(line, lines[number + 1 :]):
                inputs = self._inputs(line, depth)
                raw = self._expression(line, inputs)
                text = _tidy(raw)
                if len(text) <= WIDE and all(raw.count(x) == 1 or x.isidentifier() for x in inputs):
                    self._pending[line.outputs[0]] = text
                    continue
                self.put(f"{self.name(line.outputs[0])} = {text}", depth)
                continue
            self.line(line, depth, wish)

    def _is_read_next(self, line: Line, rest: Sequence[Line]) -> bool:
        """Whether a value is read once, by a plain line that came of the same line of the user's."""
        if len(line.outputs) != 1 or self._uses[line.outputs[0]] != 1 or not _is_plain(line):
            return False
        reader = next((other for other in rest if any(x is line.outputs[0] for x in other.inputs)), None)
        return reader is not None and _is_plain(reader) and _where(reader) == _where(line)

    def _inputs(self, line: Line, depth: int) -> list[str]:
        """The inputs of a plain line, each a name or an expression that it reads once."""
        inputs = [self._inside(x) for x in line.inputs]
        held = [x for x in line.inputs if type(x) is Var and x in self._pending]
        if held:
            text = self._expression(line, inputs)
            for x in held:
                if text.count(self._pending[x]) != 1:
                    written = self._pending.pop(x)
                    self.put(f"{self.name(x)} = {written}", depth)
            inputs = [self._inside(x) for x in line.inputs]
        for x in held:
            self._pending.pop(x, None)
        return inputs

    def _inside(self, x: Any) -> str:
        if type(x) is Var and x in self._pending:
            text = self._pending[x]
            return text if isinstance(ast.parse(text, mode="eval").body, _CLOSED) else f"({text})"
        return self.value(x)

    def line(self, line: Line, depth: int, wish: str = "") -> None:
        """One line."""
        region = {"for": self._for, "while": self._while, "cond": self._cond, "remat": self._remat}
        if line.primitive.name in region:
            region[line.primitive.name](line, depth)
            return
        if any(isinstance(v.type, Seq) for v in line.outputs):
            raise UnsupportedError(f"source('python'): {line.primitive.name} of sequences")
        if line.primitive.update is not None:
            self._update(line, [self.value(x) for x in line.inputs], depth, wish)
            return
        inputs = self._inputs(line, depth)
        text = self._expression(line, inputs)
        text = text if all(x.isidentifier() for x in inputs) else _tidy(text)
        if not line.outputs:
            self.put(text, depth)
            return
        names = [self.name(v, wish if k == 0 else "") for k, v in enumerate(line.outputs)]
        self.put(f"{', '.join(names)} = {text}", depth)

    def _update(self, line: Line, inputs: list[str], depth: int, wish: str) -> None:
        base, value, *arrays = inputs
        params = line.params
        out = self.name(line.outputs[0], wish)
        self.put(f"{out} = np.array({base})", depth)
        part, arrays = self._through(out, arrays, params.get("path", ()))
        place = place_text(tuple(arrays), params["index"])
        if line.primitive.name == "setitem":
            self.put(f"{part}{place} = {value}", depth)
        elif SLOT in params["index"]:
            self.put(f"np.add.at({part}, np.s_{place}, {value})", depth)
        else:
            self.put(f"{part}{place} += {value}", depth)

    def _through(self, text: str, arrays: list[str], path: Any) -> tuple[str, list[str]]:
        """What is at the end of a path of views, and the arrays that are left for the index."""
        for view, params in path:
            count = slots(params.get("index", ()))
            text = self._call(view, [text, *arrays[:count]], params)
            arrays = arrays[count:]
        return text, arrays

    def _expression(self, line: Line, inputs: list[str]) -> str:
        return self._call(line.primitive, inputs, line.params)

    def _call(self, row: Primitive, inputs: list[str], params: dict[str, Any]) -> str:
        if row.name == "times":
            self.helpers["times"] = TIMES
            return f"times({', '.join(inputs)})"
        if row.name == "getitem":
            part, arrays = self._through(inputs[0], inputs[1:], params.get("path", ()))
            return part + place_text(tuple(arrays), params["index"])
        if callable(row.python):
            return row.python(*inputs, **params)
        if row.python is not None:
            shown = {key: value.name if isinstance(value, np.dtype) else value for key, value in params.items()}
            return row.python.format(*inputs, **shown)
        if isinstance(row.evaluate, np.ufunc) or row.name == "power":
            if isinstance(row.symbol, str) and _is_infix(row.symbol):
                return row.symbol.format(*inputs)
            function = row.evaluate.__name__
            library = "np" if getattr(np, function, None) is row.evaluate else "special"
            return f"{library}.{function}({', '.join(inputs)})"
        self.helpers["row"] = ROW
        written = [f"{key}={self._param(value)}" for key, value in params.items()]
        return f"row({', '.join([repr(row.name), *inputs, *written])})"

    def _param(self, value: Any) -> str:
        if isinstance(value, np.dtype):
            return f"np.dtype({value.str!r})"
        if isinstance(value, np.ndarray):
            return self.value(value)
        text = repr(value)
        try:
            ast.parse(text, mode="eval")
        except SyntaxError:
            raise UnsupportedError(f"source('python'): a parameter {text}") from None
        return text

    # -- lists in lines ------------------------------------------------------------------------------------------------

    def _start(self, variables: Sequence[Var], values: Sequence[Any], depth: int, names: Sequence[str] = ()) -> None:
        """Variables, with what they begin with."""
        given = [self.value(x) for x in values]
        self._derived.update(v for v, x in zip(variables, values, strict=True) if type(x) is Var and x in self._derived)
        for k, (v, text) in enumerate(zip(variables, given, strict=True)):
            fresh = self.name(v, names[k] if k < len(names) else "")
            self.put(f"{fresh} = {text}", depth)

    def _next(self, variables: Sequence[Var], values: Sequence[Any], depth: int) -> None:
        pairs = [(self.names[v], self.value(x)) for v, x in zip(variables, values, strict=True)]
        pairs = [(a, b) for a, b in pairs if a != b]
        if pairs:
            self.put(f"{', '.join(a for a, _ in pairs)} = {', '.join(b for _, b in pairs)}", depth)

    def _share(self, variables: Sequence[Var], values: Sequence[Any]) -> None:
        for v, x in zip(variables, values, strict=True):
            self.names[v] = self.value(x)
            if type(x) is Var and x in self._derived:
                self._derived.add(v)

    def _for(self, line: Line, depth: int) -> None:
        params, body = line.params, line.params["body"]
        length, carries, consts = params["length"], params["carries"], params["consts"]
        parts = Loop.of(line.inputs, length, carries, consts)
        index, *rest = body.inputs
        carried, fixed, items = rest[:carries], rest[carries : carries + consts], rest[carries + consts :]
        names = body.names[1:] if body.names else ()
        self._start(carried, parts.carry, depth, names)
        self._share(fixed, parts.consts)
        trips = self.value(parts.trips) if length is None else str(length)
        ys = [self.name(v) for v in line.outputs[carries:]]
        for y in ys:
            self.put(f"{y} = [None] * {trips}", depth)
        i = self.name(index, body.names[0] if body.names else "i")
        steps = f"reversed(range({trips}))" if params["reverse"] else f"range({trips})"
        self.put(f"for {i} in {steps}:", depth)
        before = len(self.lines)
        for v, x in zip(items, parts.xs, strict=True):
            self.put(f"{self.name(v)} = {self._item(x, i)}", depth + 1)
        self.all(body.lines, depth + 1, body.outputs)
        for y, x in zip(ys, body.outputs[carries:], strict=True):
            self.put(f"{y}[{i}] = {self.value(x)}", depth + 1)
        self._next(carried, body.outputs[:carries], depth + 1)
        if len(self.lines) == before:
            self.put("pass", depth + 1)
        for v, inner in zip(line.outputs[:carries], carried, strict=True):
            self.names[v] = self.names[inner]
        for v, y in zip(line.outputs[carries:], ys, strict=True):
            if isinstance(v.type, Array):
                self.put(f"{y} = np.reshape(np.array({y}, np.{v.type.dtype.name}), {v.type.shape})", depth)

    def _item(self, x: Any, i: str) -> str:
        kind = x.type if type(x) is Var else type_of(x)
        if isinstance(kind, Array):
            return f"{self.value(x)}[{i}]"
        self.helpers["item"] = ITEM
        inner = kind.item
        zero = "[]" if isinstance(inner, Seq) else f"np.zeros({inner.shape}, np.{inner.dtype.name})"
        return f"item({self.value(x)}, {i}, {zero})"

    def _while(self, line: Line, depth: int) -> None:
        body, test, carries = line.params["body"], line.params["cond"], line.params["carries"]
        carried = body.inputs[:carries]
        self._start(carried, line.inputs[:carries], depth, body.names)
        self._share(body.inputs[carries:], line.inputs[carries:])
        self._share(test.inputs, body.inputs)
        with_ys = len(line.outputs) > carries
        ys = [self.name(v) for v in line.outputs[carries:]]
        for k, y in enumerate(ys):
            self.put(f"{y} = {0 if k == 0 else []}", depth)
        self.put("while True:", depth)
        self.all(test.lines, depth + 1, test.outputs)
        self.put(f"if not {self.value(test.outputs[0])}:", depth + 1)
        self.put("break", depth + 2)
        self.all(body.lines, depth + 1, body.outputs)
        if with_ys:
            self.put(f"{ys[0]} += 1", depth + 1)
        for y, x in zip(ys[1:], body.outputs[carries:], strict=True):
            self.put(f"{y}.append({self.value(x)})", depth + 1)
        self._next(carried, body.outputs[:carries], depth + 1)
        for v, inner in zip(line.outputs[:carries], carried, strict=True):
            self.names[v] = self.names[inner]

    def _cond(self, line: Line, depth: int) -> None:
        index, *operands = line.inputs
        outs = [self.name(v) for v in line.outputs]
        branches = line.params["branches"]
        choice = self.value(index)
        kind = index.type if type(index) is Var else type_of(index)
        two = kind.dtype.kind == "b" and len(branches) == 2
        for number, wl in reversed(list(enumerate(branches))) if two else enumerate(branches):
            if two:
                self.put(f"if {choice}:" if number == 1 else "else:", depth)
            else:
                self.put(f"{'if' if number == 0 else 'elif'} {choice} == {number}:", depth)
            self._share(wl.inputs, operands)
            before = len(self.lines)
            self.all(wl.lines, depth + 1, wl.outputs)
            for out, x in zip(outs, wl.outputs, strict=True):
                self.put(f"{out} = {self.value(x)}", depth + 1)
            if len(self.lines) == before:
                self.put("pass", depth + 1)

    def _remat(self, line: Line, depth: int) -> None:
        body = line.params["body"]
        self._share(body.inputs, line.inputs)
        self.all(body.lines, depth, body.outputs)
        for v, x in zip(line.outputs, body.outputs, strict=True):
            self.names[v] = self.value(x)


def _tidy(text: str) -> str:
    """An expression without parentheses that are not needed."""
    return ast.unparse(ast.parse(text, mode="eval"))


_CLOSED = (ast.Call, ast.Name, ast.Subscript, ast.Attribute, ast.Constant)  # what needs no parentheses


def _is_plain(line: Line) -> bool:
    """Whether a line is one expression."""
    regions = ("for", "while", "cond", "remat")
    return line.primitive.name not in regions and line.primitive.update is None and not _of_sequences(line)


def _of_sequences(line: Line) -> bool:
    return any(isinstance(v.type, Seq) for v in line.outputs)


def _where(line: Line) -> Any:
    """The user's line, of which there may be many places."""
    return None if line.location is None else (line.location.code, line.location.line)


def _assigned(text: str) -> str:
    """The name that a statement of the user's gives to its value."""
    try:
        (statement,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        return ""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: Any = statement.targets[0]
    elif isinstance(statement, ast.AugAssign):
        target = statement.target
    else:
        return ""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _is_infix(symbol: str) -> bool:
    """Whether a symbol is an operator of Python's."""
    try:
        ast.parse(symbol.format("a", "b", "c"), mode="eval")
    except (SyntaxError, IndexError, KeyError):
        return False
    return not any(c in string.ascii_letters + string.digits for c in symbol.replace("{0}", "").replace("{1}", ""))


def python_file(wl: WengertList, name: str, single: bool = False) -> str:
    """The program; of a `single` output it returns the value, else a tuple."""
    writer = Writer()
    given = [writer.name(x, wl.names[k] if k < len(wl.names) else f"x{k}") for k, x in enumerate(wl.inputs)]
    writer.all(wl.lines, 1, wl.outputs)
    results = ", ".join(writer.value(x) for x in wl.outputs) or "()"
    body = "\n".join(writer.lines)
    imports = ["import numpy as np"]
    if "special." in body:
        imports.append("from scipy import special")
    if "row" in writer.helpers:
        imports.append("\nfrom wengert.ir import Primitive")
    parts = ["\n".join(imports), *writer.helpers.values()]
    if writer.constants:
        parts.append("\n".join(writer.constants))
    shown = [f"    {text}: {x.type}".rstrip("~") for text, x in zip(given, wl.inputs, strict=True)]
    outs = ", ".join(str(x.type if type(x) is Var else type_of(x)).rstrip("~") for x in wl.outputs)
    head = [f"def {name}({', '.join(given)}):", f'    """Made by wengert from a list of {len(wl.lines)} lines.', ""]
    about = "\n".join([*head, *shown, f"    -> {outs}", '    """'])
    comma = "," if len(wl.outputs) == 1 and not single else ""
    parts.append("\n".join(x for x in (about, body, f"    return {results}{comma}") if x))
    return "\n\n\n".join(parts) + "\n"
