"""The reader of expressions: a syntax tree of which only a few kinds of node are taken, made into closures."""

from __future__ import annotations

import ast
import keyword
import math
import operator
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from wengert.cli.known import CONSTANTS, FUNCTIONS, Known

STEEPEST = 10_000  # power
LONGEST, DEEPEST = 4000, 60  # characters; brackets, signs and functions inside each other

Env = dict[str, Any]
Run = Callable[[Env], Any]

BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
SIGNS: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
REFUSED: dict[type, str] = {
    ast.Attribute: "attributes are not allowed",
    ast.Subscript: "indices are not allowed",
    ast.Lambda: "functions cannot be made here",
    ast.ListComp: "comprehensions are not allowed",
    ast.SetComp: "comprehensions are not allowed",
    ast.DictComp: "comprehensions are not allowed",
    ast.GeneratorExp: "comprehensions are not allowed",
    ast.JoinedStr: "text is not allowed",
    ast.NamedExpr: "assignments are not allowed",
    ast.Starred: "a star is not allowed",
    ast.List: "a list is not allowed here: give arrays as values, x=[1,2,3]",
    ast.Tuple: "several values are not allowed here",
    ast.BitXor: "^ is not a power: write **",
}


class ExpressionError(ValueError):
    """What is wrong with an expression, and where."""

    def __init__(self, message: str, text: str, start: int = 0, end: int | None = None) -> None:
        self.message, self.text, self.start = message, text, start
        self.end = start + 1 if end is None else max(end, start + 1)
        super().__init__(str(self))

    def __str__(self) -> str:
        """The message, and the text with its place underlined."""
        begin = max(0, self.start - 40)
        shown = "".join(c if c.isprintable() else "?" for c in self.text[begin : begin + 76])
        left, right = "…" if begin else "", "…" if begin + 76 < len(self.text) else ""
        marks = "^" * max(1, min(self.end, begin + 76) - self.start)
        return f"{self.message}\n  {left}{shown}{right}\n  {' ' * (len(left) + self.start - begin)}{marks}"


@dataclass(frozen=True)
class Constant:
    """A part that is known when it is read."""

    value: Any


def is_name(text: str) -> bool:
    """Whether a variable may be called so."""
    return text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")


class Reader:
    """Reads one text."""

    def __init__(self, text: str, names: Collection[str], lists: bool = False) -> None:
        self.text, self.names, self.lists = text, names, lists

    def read(self) -> Constant | Run:
        """The whole text."""
        text = self.text
        if not text.strip():
            raise ExpressionError("there is nothing to read", text)
        if len(text) > LONGEST:
            raise ExpressionError(f"more than {LONGEST} characters are not read", text, LONGEST)
        depth = 0
        for i, c in enumerate(text):
            depth += (c in "([{") - (c in ")]}")
            if depth > DEEPEST:
                raise ExpressionError(f"more than {DEEPEST} brackets inside each other are not read", text, i)
            if c == "\0" or 0xD800 <= ord(c) <= 0xDFFF:
                raise ExpressionError("this character is not allowed", text, i)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # SyntaxWarnings of Python's: `2if x`
                tree = ast.parse(text.strip(" \t"), mode="eval")
        except SyntaxError as error:
            shift = len(text) - len(text.lstrip(" \t"))
            at = max((error.offset or 1) - 1, 0) + shift if (error.lineno or 1) == 1 else len(text)
            hint = "; write 2*x for a product" if "decimal literal" in str(error.msg) else ""
            raise ExpressionError(f"this cannot be read: {error.msg}{hint}", text, min(at, len(text))) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("this is nested too deeply", text) from None
        except (ValueError, OverflowError) as error:
            raise ExpressionError(f"this cannot be read: {error}", text) from None
        return self.part(tree.body, 0)

    def part(self, node: ast.expr, depth: int) -> Constant | Run:
        """Any node: a Constant, or what computes it."""
        if depth > DEEPEST:
            self.refuse(node, f"more than {DEEPEST} steps inside each other are not read")
        match node:
            case ast.Constant():
                return Constant(self.number(node))
            case ast.Name():
                return self.name(node)
            case ast.BinOp():
                return self.binary(node, depth)
            case ast.UnaryOp():
                return self.unary(node, depth)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.BoolOp():
                return self.logic(node, depth)
            case ast.IfExp():
                return self.choice(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.List() if self.lists:
                return self.array(node, depth)
        self.refuse(node, REFUSED.get(type(node), "this is not allowed"))

    def number(self, node: ast.Constant) -> Any:
        value = node.value
        if isinstance(value, (str, bytes)):
            self.refuse(node, "text is not allowed")
        if type(value) is bool:
            return value
        if type(value) not in (int, float):
            self.refuse(node, "only real numbers are allowed")
        return self.checked(value, node)

    def checked(self, value: Any, node: ast.expr) -> Any:
        """A known value, a whole number beyond 64 bits as a float; refused where a float cannot hold it."""
        if type(value) is int and abs(value) >= 2**63:
            try:
                value = float(value)
            except OverflowError:
                value = math.inf
        if isinstance(value, complex):
            self.refuse(node, "this is not a real number")
        if not np.all(np.isfinite(value)):
            self.refuse(node, "this is not a number" if np.any(np.isnan(value)) else "this number is too large")
        return value

    def name(self, node: ast.Name) -> Constant | Run:
        name = node.id
        if name in self.names:
            return lambda env: env[name]
        if name in CONSTANTS:
            return Constant(CONSTANTS[name])
        if name in FUNCTIONS:
            self.refuse(node, f"{name} is a function: write {name}(...)")
        if name.startswith("_"):
            self.refuse(node, "names that begin with an underscore are not allowed")
        self.refuse(node, f"no value is given for {name!r}" + (f": add {name}=..." if is_name(name) else ""))

    def binary(self, node: ast.BinOp, depth: int) -> Constant | Run:
        """`a + b + c + ...` is a chain to the left, however long: only what stands at the right is nested."""
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        result = self.part(left, depth + 1)
        steps: list[tuple[Callable[[Any, Any], Any], Constant | Run]] = []
        for step in reversed(chain):
            function = BINARY.get(type(step.op))
            if function is None:
                self.refuse(step, REFUSED.get(type(step.op), "this operator is not allowed"))
            right = self.part(step.right, depth + 1)
            if isinstance(result, Constant) and isinstance(right, Constant) and not steps:
                result = Constant(self.known(step, function, result.value, right.value))
            else:
                if (
                    isinstance(step.op, ast.Pow)
                    and isinstance(right, Constant)
                    and np.any(np.abs(right.value) > STEEPEST)
                ):
                    self.refuse(step.right, f"powers beyond {STEEPEST:,} are not taken")
                steps.append((function, right))
        return _chain(result, steps) if steps else result

    def known(self, node: ast.BinOp, function: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        """Arithmetic of two known values, in floats where whole numbers would grow without bound."""
        short = type(a) is type(b) is int and 0 <= b * math.log2(abs(a) + 1) < 63
        if isinstance(node.op, ast.Pow) and not short:
            a, b = (float(v) if _whole(v) else v for v in (a, b))
        try:
            with np.errstate(all="ignore"):
                return self.checked(function(a, b), node)
        except ExpressionError:
            raise
        except OverflowError:
            self.refuse(node, "this number is too large")
        except ZeroDivisionError:
            self.refuse(node, "this divides by zero")
        except (TypeError, ValueError) as error:
            self.refuse(node, f"this cannot be computed: {error}")

    def unary(self, node: ast.UnaryOp, depth: int) -> Constant | Run:
        if isinstance(node.op, ast.Invert):
            self.refuse(node, "this operator is not allowed")
        part = self.part(node.operand, depth + 1)
        function = SIGNS[type(node.op)]
        if isinstance(part, Constant):
            if isinstance(node.op, ast.Not) and np.ndim(part.value):
                self.refuse(node, "this cannot be computed of an array")
            return Constant(function(part.value))
        return lambda env: function(part(env))

    def comparison(self, node: ast.Compare, depth: int) -> Constant | Run:
        parts = [as_run(self.part(one, depth + 1)) for one in (node.left, *node.comparators)]
        functions = []
        for op in node.ops:
            if type(op) not in COMPARISONS:
                self.refuse(node, "this comparison is not allowed")
            functions.append(COMPARISONS[type(op)])

        def compare(env: Env) -> Any:
            left = parts[0](env)
            for function, part in zip(functions, parts[1:], strict=True):
                right = part(env)
                result = function(left, right)
                if part is not parts[-1] and not result:
                    return result
                left = right
            return result

        return compare

    def logic(self, node: ast.BoolOp, depth: int) -> Constant | Run:
        parts = [as_run(self.part(one, depth + 1)) for one in node.values]
        stop = isinstance(node.op, ast.Or)

        def run(env: Env) -> Any:
            for part in parts:
                value = part(env)
                if bool(value) is stop:
                    break
            return value

        return run

    def choice(self, node: ast.IfExp, depth: int) -> Constant | Run:
        test, body, other = (as_run(self.part(one, depth + 1)) for one in (node.test, node.body, node.orelse))
        return lambda env: body(env) if test(env) else other(env)

    def call(self, node: ast.Call, depth: int) -> Constant | Run:
        if not isinstance(node.func, ast.Name):
            self.refuse(node.func, REFUSED.get(type(node.func), "only functions known by name can be called"))
        name = node.func.id
        entry = FUNCTIONS.get(name)
        if entry is None or name in self.names:
            self.refuse(node.func, f"there is no function {name!r} here{_suggestion(name)}")
        if node.keywords:
            self.refuse(node.keywords[0].value, "keywords are not allowed")
        self.count(node, name, entry)
        parts = [self.part(argument, depth + 1) for argument in node.args]
        function = entry.function
        runs = [as_run(Constant(float(p.value)) if isinstance(p, Constant) and _whole(p.value) else p) for p in parts]
        if all(isinstance(part, Constant) for part in parts):
            return Constant(self.computed(node, lambda: function(*(run({}) for run in runs))))
        return lambda env: function(*[run(env) for run in runs])

    def count(self, node: ast.Call, name: str, entry: Known) -> None:
        if not entry.least <= len(node.args) <= entry.most:
            wanted = str(entry.least) if entry.least == entry.most else f"{entry.least} or more"
            self.refuse(node, f"{name} takes {wanted} argument{'s' * (wanted != '1')}, not {len(node.args)}")

    def computed(self, node: ast.expr, function: Callable[[], Any]) -> Any:
        """A function of known values."""
        try:
            with np.errstate(all="ignore"):
                return self.checked(function(), node)
        except ExpressionError:
            raise
        except (TypeError, ValueError, ArithmeticError) as error:
            self.refuse(node, f"this cannot be computed: {error}")

    def settled(self, run: Run) -> Any:
        """The value of a text without variables."""
        try:
            value = run({})
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ExpressionError(f"this cannot be computed: {error}", self.text, 0, len(self.text)) from None
        return value

    def array(self, node: ast.List, depth: int) -> Constant:
        values = []
        for element in node.elts:
            part = as_run(self.part(element, depth + 1))
            values.append(self.computed(element, lambda part=part: part({})))  # type: ignore[misc]
        if len({np.shape(value) for value in values}) > 1:
            self.refuse(node, "the rows of an array must be of one length")
        return Constant(np.array(values, float))

    def refuse(self, node: ast.AST, message: str) -> NoReturn:
        """ExpressionError at the place of a node; columns are counted in bytes there, in characters here."""
        shift = len(self.text) - len(self.text.lstrip(" \t"))
        if getattr(node, "lineno", 1) != 1:
            raise ExpressionError(message, self.text, 0, len(self.text))
        line = self.text.lstrip(" \t").encode()

        def column(count: int | None) -> int:
            return shift + len(line[: count or 0].decode(errors="ignore"))

        start = column(getattr(node, "col_offset", 0))
        end = column(getattr(node, "end_col_offset", 0)) if getattr(node, "end_lineno", 1) == 1 else len(self.text)
        raise ExpressionError(message, self.text, start, end)


def as_run(part: Constant | Run) -> Run:
    """A part as what computes it."""
    if isinstance(part, Constant):
        value = part.value
        return lambda env: value
    return part


def _chain(first: Constant | Run, steps: list[tuple[Callable[[Any, Any], Any], Constant | Run]]) -> Run:
    start = as_run(first)
    rest = [(function, as_run(part)) for function, part in steps]

    def run(env: Env) -> Any:
        value = start(env)
        for function, part in rest:
            value = function(value, part(env))
        return value

    return run


def _whole(value: Any) -> bool:
    return type(value) in (int, bool)


def _suggestion(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, FUNCTIONS, 1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""
