"""The same instructions in C99: a builder with the methods of the one for LLVM, whose lines are statements."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from wengert.errors import UnsupportedError
from wengert.native.builders.intervals import Intervals
from wengert.native.builders.values import PARTS, Val, code_of

TYPES = {"f8": "double", "f4": "float", "b1": "int", "p": "char *"} | {
    f"{kind}{size}": f"{'u' if kind == 'u' else ''}int{8 * size}_t" for kind in "iu" for size in (1, 2, 4, 8)
}
INFIX = {
    "fadd": "+", "fsub": "-", "fmul": "*", "fdiv": "/", "and": "&", "or": "|", "xor": "^", "sdiv": "/", "srem": "%",
    "udiv": "/", "urem": "%", "ashr": ">>", "add": "+", "sub": "-", "mul": "*", "shl": "<<", "lshr": ">>",
}  # fmt: skip
WRAPPING = ("add", "sub", "mul", "shl", "lshr")  # as unsigned numbers, whose overflow C defines
ORDER = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
HELPERS = {
    "bits": "static int64_t bits_of(double x) { int64_t n; memcpy(&n, &x, 8); return n; }",
    "float": "static double of_bits(int64_t n) { double x; memcpy(&x, &n, 8); return x; }",
    "bits4": "static int32_t bits_of_single(float x) { int32_t n; memcpy(&n, &x, 4); return n; }",
    "times": "static double times(double a, double b) { /* an exact zero wins over infinity and nan */\n"
    "  return a == 0 || b == 0 ? (isnan(a * b) ? 0 : a * b) : a * b;\n}",
    "count": "static int64_t count_bits(uint64_t n) { int64_t k = 0; for (; n; n &= n - 1) k++; return k; }",
    "grow": """typedef struct { char *data; int64_t room; } buffer;
static char *wg_grow(char *slot, int64_t size) {
  buffer *b = (buffer *)(void *)slot;
  if (size > b->room) {
    int64_t room = 2 * b->room > size ? 2 * b->room : size;
    if (room < 256) room = 256;
    char *data = realloc(b->data, (size_t)room);
    if (data == NULL) return NULL;
    b->data = data;
    b->room = room;
  }
  return b->data;
}""",
}


def number_text(value: Any, code: str) -> str:
    """A number as C writes it, exactly."""
    if code[0] == "f":
        value = float(value)
        if math.isnan(value):
            return "NAN"
        if math.isinf(value):
            return "INFINITY" if value > 0 else "-INFINITY"
        text = repr(np.float32(value).item() if code == "f4" else value)
        text = text if any(c in text for c in ".en") else text + ".0"
        text = f"{text}f" if code == "f4" else text
        return f"({text})" if text.startswith("-") else text
    if code == "b1":
        return str(int(bool(value)))
    value = int(value)
    if code == "i8" and value == -(2**63):
        return "INT64_MIN"
    text = f"UINT64_C({value})" if code == "u8" else f"INT64_C({value})" if abs(value) >= 2**31 else str(value)
    return f"({text})" if value < 0 else text


def local(function: str) -> str:
    """The name of a function of the file itself."""
    return "wg_" + function.lstrip("@").replace("wengert.", "").replace(".", "_")


class CModule:
    """The text of a file: constants, helpers, functions."""

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.declarations: dict[str, str] = {}
        self.constants: list[str] = []
        self.helpers: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.rooms = 0  # bytes, behind the frame
        self._arrays: dict[tuple[bytes, str], Val] = {}

    def declare(self, name: str, text: str) -> None:
        """Functions of the C library are in its headers."""

    def constant(self, values: Sequence[Any], code: str) -> Val:
        """The address of a constant array."""
        flat = [complex(v) for v in values] if code in PARTS else list(values)
        part = PARTS.get(code, code)
        numbers = [x for v in flat for x in (v.real, v.imag)] if code in PARTS else flat
        text = ", ".join(number_text(v, part) for v in numbers)
        known = self._arrays.get((text.encode(), part))
        if known is None:
            name = f"constant{len(self.constants)}"
            stored = "uint8_t" if part == "b1" else TYPES[part]
            self.constants.append(f"static const {stored} {name}[{max(len(numbers), 1)}] = {{{text or '0'}}};")
            known = self._arrays[text.encode(), part] = Val(f"((char *)(uintptr_t){name})", "p")
        return known

    def zeros(self, size: int) -> Val:
        """The address of so many zero bytes."""
        text = f"static const double zeros{size}[{size // 8 + 1}] = {{0}};"
        if text not in self.constants:
            self.constants.append(text)
        return Val(f"((char *)(uintptr_t)zeros{size})", "p")

    def need(self, helper: str) -> None:
        """Have a helper in the file."""
        self.helpers[helper] = HELPERS[helper]

    def text(self) -> str:
        """The file but for what comes before and after."""
        return "\n".join([*self.helpers.values(), *self.constants, *self.functions.values()])


class CBuilder:
    """Appends statements to one function."""

    language = "c"
    lanes = 1
    null = Val("NULL", "p")

    def __init__(self, module: CModule) -> None:
        self.module = module
        self.head: list[str] = []
        self.lines: list[tuple[str, str, str]] = []  # the name that is defined, its type, the statement
        self.tail: list[str] = []
        self.depth = 1
        self.count = 0
        self.intervals = Intervals()

    # -- names and constants -------------------------------------------------------------------------------------------

    def parameter(self, name: str, code: str, lanes: int = 1) -> Val:
        """A parameter of the function."""
        return Val(name, code, lanes)

    def emit(self, text: str) -> None:
        """Append a statement."""
        self.lines.append(("", "", "  " * self.depth + text))

    def result(self, text: str, code: str, lanes: int = 1) -> Val:
        """Append a definition."""
        self.count += 1
        name = f"t{self.count}"
        self.lines.append((name, TYPES[code], text))
        return Val(name, code)

    def constant(self, value: Any, code: str, lanes: int = 1) -> Val:
        """A literal."""
        if code in PARTS:
            part, value = PARTS[code], complex(value)
            return Val(number_text(value.real, part), code, 1, number_text(value.imag, part))
        return Val(number_text(value, code), code)

    def steps(self, lanes: int) -> Val:
        """The first lane."""
        return self.constant(0, "i8")

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def op(self, name: str, a: Val, b: Val) -> Val:
        """An operation of two operands of one type."""
        sign, kind = INFIX[name], TYPES[a.code]
        if name in WRAPPING:
            width = f"uint{8 * int(a.code[1:])}_t"
            return self.result(f"({kind})(({width}){a.text} {sign} ({width}){b.text})", a.code)
        text = f"{a.text} {sign} {b.text}"
        return self.result(f"({kind})({text})" if a.code[0] in "iu" and a.code[1:] in "12" else text, a.code)

    def negate(self, a: Val) -> Val:
        """A float with the other sign."""
        return self.result(f"-{a.text}", a.code)

    def compare(self, predicate: str, a: Val, b: Val) -> Val:
        """A truth; `predicate` as in LLVM."""
        if predicate == "uno":
            same = a.text == b.text
            return self.result(f"isnan({a.text})" if same else f"isnan({a.text}) || isnan({b.text})", "b1")
        sign = ORDER[predicate[-2:]]
        if a.code == "p":
            return self.result(f"{a.text} {sign} {b.text}", "b1")
        if predicate[0] == "u" and len(predicate) == 3 and a.code[0] == "i":
            width = f"uint{8 * int(a.code[1:])}_t"
            return self.result(f"({width}){a.text} {sign} ({width}){b.text}", "b1")
        return self.result(f"{a.text} {sign} {b.text}", "b1")

    def select(self, condition: Val, a: Val, b: Val) -> Val:
        """One of two values."""
        return self.result(f"{condition.text} ? {a.text} : {b.text}", a.code)

    def cast(self, verb: str, a: Val, code: str) -> Val:
        """A conversion."""
        if verb == "bitcast":
            names = {("f8", "i8"): ("bits", "bits_of"), ("i8", "f8"): ("float", "of_bits")}
            names[("f4", "i4")] = ("bits4", "bits_of_single")
            helper, function = names[a.code, code]
            self.module.need(helper)
            return self.result(f"{function}({a.text})", code)
        return self.result(f"({TYPES[code]}){a.text}", code)

    def intrinsic(self, name: str, *args: Val, code: str | None = None) -> Val:
        """A function of the C library."""
        a = args[0]
        if name == "ctpop":
            self.module.need("count")
            width = f"uint{8 * int(a.code[1:])}_t"
            return self.result(f"({TYPES[a.code]})count_bits(({width}){a.text})", a.code)
        full = name + ("f" if a.code == "f4" else "")
        return self.result(f"{full}({', '.join(x.text for x in args)})", a.code)

    def call(self, function: str, code: str, args: Sequence[Val], declare: bool = False) -> Val:
        """A call of a function by its name."""
        name = function.lstrip("@") if declare else local(function)
        found = self.result(f"{name}({', '.join(x.text for x in args)})", code)
        if not declare:  # it may do more than give a number
            _, kind, text = self.lines.pop()
            self.lines.append((found.text, kind, "!" + text))
        return found

    def call_address(self, address: Val, code: str | None, args: Sequence[Val]) -> Val | None:
        """There are no addresses of functions in a file that stands for itself."""
        raise UnsupportedError("source('c'): a function of Python's process")

    def slot(self, number: int) -> Val:
        """There is no table of addresses either."""
        raise UnsupportedError("source('c'): an address of Python's process")

    def times(self, a: Val, b: Val) -> Val | None:
        """The product in which an exact zero wins, as a function of the file."""
        if a.code != "f8":
            return None
        self.module.need("times")
        return self.result(f"times({a.text}, {b.text})", "f8")

    # -- lanes ---------------------------------------------------------------------------------------------------------

    def splat(self, a: Val, lanes: int) -> Val:
        """The number."""
        return a

    def extract(self, a: Val, lane: int) -> Val:
        """The number."""
        return a

    def gather(self, parts: Sequence[Val]) -> Val:
        """The number."""
        return parts[0]

    def shuffle(self, a: Val, b: Val, order: Sequence[int]) -> Val:
        """The number."""
        return a

    def any_lane(self, a: Val) -> Val:
        """The truth."""
        return a

    # -- memory --------------------------------------------------------------------------------------------------------

    def offset(self, pointer: Val, count: Val | int) -> Val:
        """The address so many bytes further on."""
        if isinstance(count, int):
            if count == 0:
                return pointer
            return self.result(f"{pointer.text} {'+' if count > 0 else '-'} {abs(count)}", "p")
        return self.result(f"{pointer.text} + {count.text}", "p")

    def load(self, pointer: Val, code: str, lanes: int = 1, align: int | None = None, constant: bool = False) -> Val:
        """What is in memory."""
        if code in PARTS:
            part = PARTS[code]
            real = self.load(pointer, part)
            imag = self.load(self.offset(pointer, int(part[1:])), part)
            return Val(real.text, code, 1, imag.text)
        if code == "b1":
            return self.result(f"*(const uint8_t *){pointer.text} != 0", "b1")
        if code == "p":
            return self.result(f"*(char **)(void *){pointer.text}", "p")
        return self.result(f"*(const {TYPES[code]} *)(const void *){pointer.text}", code)

    def store(self, value: Val, pointer: Val) -> None:
        """Write to memory."""
        if value.code in PARTS:
            part = PARTS[value.code]
            self.store(Val(value.text, part), pointer)
            self.store(Val(value.imag, part), self.offset(pointer, int(part[1:])))
            return
        kind = "uint8_t " if value.code == "b1" else TYPES[value.code] + ("" if value.code == "p" else " ")
        text = f"(uint8_t){value.text}" if value.code == "b1" else value.text
        self.emit(f"*({kind}*)(void *){pointer.text} = {text};")

    def alloca(self, size: int, align: int = 16) -> Val:
        """Memory for the whole call; it has no declared type, so that it may hold anything."""
        offset = self.module.rooms
        self.module.rooms += -(-max(size, 1) // 16) * 16
        return Val(f"(frame + ROOMS + {offset})", "p")

    def array(self, assembly: Any, value: Any) -> Val:
        """The address of a literal array."""
        array = np.asarray(value)
        code = code_of(array.dtype)
        assert code is not None
        return self.module.constant(array.ravel().tolist(), code)

    def copy(self, target: Val, source: Val, size: Val) -> None:
        """Copy bytes."""
        self.emit(f"if ({size.text} > 0) memcpy({target.text}, {source.text}, (size_t){size.text});")

    def need_growth(self) -> None:
        """Have the function that lets buffers grow."""
        self.module.need("grow")

    # -- variables -----------------------------------------------------------------------------------------------------

    def variable(self, value: Val) -> Val:
        """A variable."""
        parts = self.parts(value)
        names = []
        for part in parts:
            self.count += 1
            names.append(f"v{self.count}")
            kind = TYPES[part.code]
            self.head.append(f"  {kind}{'' if kind.endswith('*') else ' '}{names[-1]} = 0;")
        place = Val(names[0], value.code, 1, names[1] if len(names) > 1 else "")
        self.put(place, value)
        return place

    def put(self, place: Val, value: Val) -> None:
        """Change a variable."""
        for target, part in zip(self.parts(place), self.parts(value), strict=True):
            self.emit(f"{target.text} = {part.text};")

    def get(self, place: Val) -> Val:
        """What a variable holds now."""
        return self.join([self.result(p.text, p.code) for p in self.parts(place)], place.code)

    @staticmethod
    def parts(value: Val) -> list[Val]:
        """The numbers of a value: two for a complex one."""
        if value.code not in PARTS:
            return [value]
        part = PARTS[value.code]
        return [Val(value.text, part), Val(value.imag, part)]

    @staticmethod
    def join(parts: Sequence[Val], code: str) -> Val:
        """A value of these numbers."""
        return Val(parts[0].text, code, 1, parts[1].text if len(parts) > 1 else "")

    # -- control flow --------------------------------------------------------------------------------------------------

    def label(self, hint: str) -> str:
        """A new name of a place."""
        self.count += 1
        return f"{hint}{self.count}"

    @contextmanager
    def _block(self, opening: str) -> Iterator[None]:
        self.emit(opening + " {")
        self.depth += 1
        yield
        self.depth -= 1
        self.emit("}")

    @contextmanager
    def loop(self, begin: Val | int, end: Val | int, step: int = 1, unroll: bool = True) -> Iterator[Val]:
        """A `for` loop."""
        self.count += 1
        name = f"i{self.count}"
        first, last = (x if isinstance(x, int) else x.text for x in (begin, end))
        with self._block(f"for (int64_t {name} = {first}; {name} < {last}; {name} += {step})"):
            yield Val(name, "i8")

    @contextmanager
    def forever(self) -> Iterator[str]:
        """A loop that is left with `leave`."""
        done = self.label("done")
        with self._block("for (;;)"):
            yield done
        self.emit(f"{done}: ;")

    def leave(self, condition: Val, label: str) -> None:
        """Go to a label if the condition holds."""
        self.emit(f"if ({condition.text}) goto {label};")

    @contextmanager
    def when(self, condition: Val, likely: bool | None = None) -> Iterator[None]:
        """An `if`."""
        with self._block(f"if ({condition.text})"):
            yield

    def branches(self, index: Val, bodies: Sequence[Callable[[], None]]) -> None:
        """A `switch`; the last body for any other number."""
        with self._block(f"switch ({index.text})"):
            for i, body in enumerate(bodies):
                with self._block(f"case {i}:" if i + 1 < len(bodies) else "default:"):
                    body()
                    self.emit("break;")

    def guard(self, wrong: Val, status: int, notes: Sequence[tuple[Val, Val]] = ()) -> None:
        """End the function with this status if something is wrong."""
        with self._block(f"if ({wrong.text})"):
            for pointer, value in notes:
                self.store(value, pointer)
            self.emit(f"return {status};")

    def start(self, label: str) -> None:
        """Nothing is needed after the end of a function."""

    def give(self, value: Val | int) -> None:
        """End the function."""
        self.emit(f"return {value.text if isinstance(value, Val) else value};")

    def define(self, name: str, parameters: Sequence[Val], code: str = "i4", note: int = 0) -> str:
        """Finish the function, and enter it into the module."""
        plain = local(name)
        listed = ", ".join(_declared(p) for p in parameters)
        unused = "".join(f" (void){p.text};" for p in parameters)
        text = [f"static {TYPES[code]} {plain}({listed}) {{", " " + unused, *self._statements(), "}"]
        self.module.functions[name] = "\n".join(text)
        return plain

    def _statements(self) -> list[str]:
        """The statements without definitions that nobody reads; those read outside of their block come first."""
        names = re.compile(r"\b[tv]\d+\b")
        used: set[str] = set()
        kept: list[tuple[str, str, str]] = []
        for name, kind, text in reversed(self.lines):
            if not name or text.startswith("!") or name in used:
                used.update(names.findall(text))
                kept.append((name, kind, text))
        kept.reverse()
        outside = _read_outside(kept, names)
        out, depth = [], 1
        for name, kind, text in kept:
            if not name:
                stripped = text.strip()
                out.append(text)
                depth += stripped.endswith("{") - (stripped == "}")
                continue
            pad, text = "  " * depth, text.lstrip("!")
            if name in outside:
                out.append(f"{pad}{name} = {text};")
            elif name in used:
                declared = kind if kind[-1] == "*" else f"const {kind} "
                out.append(f"{pad}{declared}{name} = {text};")
            else:
                out.append(f"{pad}(void){text};")
        head = [line for line in self.head if not line.split(" = ")[0].split()[-1].lstrip("*").startswith("v")]
        variables = [line for line in self.head if line not in head]
        head += [line for line in variables if re.search(r"v\d+", line).group() in used]  # type: ignore[union-attr]
        dead = {re.search(r"v\d+", line).group() for line in variables} - used  # type: ignore[union-attr]
        out = [line for line in out if line.strip().split(" = ")[0] not in dead]
        kinds = {name: kind for name, kind, _ in kept}
        first = [f"  {kinds[n]}{'' if kinds[n][-1] == '*' else ' '}{n} = 0;" for n in sorted(outside)]
        return [*head, *first, *out]


def _declared(p: Val) -> str:
    kind = TYPES[p.code]
    return f"{kind}{'' if kind.endswith('*') else ' '}{p.text}"


def _read_outside(lines: list[tuple[str, str, str]], names: re.Pattern[str]) -> set[str]:
    """The names that are read in a block that is not inside of the one in which they are defined."""
    path: list[int] = [0]
    count = 0
    where: dict[str, tuple[int, ...]] = {}
    outside: set[str] = set()
    for name, _, text in lines:
        stripped = text.strip()
        if not name and stripped == "}":
            path.pop()
        here = tuple(path)
        for read in names.findall(text):
            if read in where and where[read] != here[: len(where[read])]:
                outside.add(read)
        if name:
            where[name] = here
        if not name and stripped.endswith("{"):
            count += 1
            path.append(count)
    return outside
