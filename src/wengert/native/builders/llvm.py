"""Instructions of LLVM as text, with structured control flow: loops, branches, variables and guards."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from wengert.native.builders.intervals import Intervals
from wengert.native.builders.values import LANES, PARTS, Val

SCALARS = {"f8": "double", "f4": "float", "b1": "i1", "p": "ptr"} | {
    f"{kind}{size}": f"i{8 * size}" for kind in "iu" for size in (1, 2, 4, 8)
}
POINTER = "p"
PROGRAM = "@program"  # which is called from other modules, too
INLINE = 60  # calls up to which a vector function is put in place of each


def type_text(code: str, lanes: int = 1) -> str:
    """The type of a register."""
    one = SCALARS[code]
    return one if lanes == 1 else f"<{lanes} x {one}>"


def literal_text(value: Any, code: str) -> str:
    """A number as LLVM writes it: floats by their bits."""
    kind = code[0]
    if code == "f8":
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
    if code == "f4":  # a float is written as the double that equals it
        single = struct.unpack("<f", struct.pack("<f", value))[0] if abs(value) <= 3.5e38 else value
        return f"0x{struct.unpack('<Q', struct.pack('<d', single))[0]:016X}"
    if kind == "b":
        return "true" if value else "false"
    return str(int(value))


GROW = """define internal ptr @wengert.grow(ptr %slot, i64 %size) #0 {
  %end = getelementptr i8, ptr %slot, i64 8
  %room = load i64, ptr %end
  %old = load ptr, ptr %slot
  %fits = icmp sle i64 %size, %room
  br i1 %fits, label %done, label %more
more:
  %twice = shl i64 %room, 1
  %larger = icmp sgt i64 %size, %twice
  %wanted = select i1 %larger, i64 %size, i64 %twice
  %least = icmp sgt i64 %wanted, 256
  %bytes = select i1 %least, i64 %wanted, i64 256
  %new = call ptr @realloc(ptr %old, i64 %bytes)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %nothing, label %keep
keep:
  store ptr %new, ptr %slot
  store i64 %bytes, ptr %end
  ret ptr %new
done:
  ret ptr %old
nothing:
  ret ptr null
}"""


class Module:
    """The text of a module: its functions, constants and declarations."""

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.declarations: dict[str, str] = {}
        self.constants: list[str] = []
        self.calls: Counter[str] = Counter()  # of the vector functions

    def declare(self, name: str, text: str) -> None:
        """Note a function of somebody else's."""
        self.declarations[name] = text

    def constant(self, values: Sequence[Any], code: str) -> Val:
        """The address of a constant array."""
        name = f"@const{len(self.constants)}"
        one = SCALARS[code]
        inside = ", ".join(f"{one} {literal_text(v, code)}" for v in values)
        self.constants.append(f"{name} = private unnamed_addr constant [{len(values)} x {one}] [{inside}], align 64")
        return Val(name, POINTER)

    def zeros(self, size: int) -> Val:
        """The address of so many zero bytes."""
        name = f"@zeros{size}"
        text = f"{name} = private unnamed_addr constant [{max(size, 1)} x i8] zeroinitializer, align 64"
        if text not in self.constants:
            self.constants.append(text)
        return Val(name, POINTER)

    def text(self, slots: int) -> str:
        """The module, with a table of so many addresses that are filled in when it is loaded."""
        table = f"@table = global [{max(slots, 1)} x ptr] zeroinitializer, align 64"
        often = [name for name, count in self.calls.items() if count > INLINE]
        for name in often:
            self.functions[name] = self.functions[name].replace(") #1 {", ") #2 {", 1)
        notes = (
            "attributes #0 = { nounwind }",
            "attributes #2 = { noinline nounwind willreturn }",
            "attributes #1 = { alwaysinline nounwind willreturn }",
            "attributes #3 = { noinline nounwind optnone }",  # what runs once a call: to be compiled quickly
            '!0 = !{!"branch_weights", i32 1, i32 2000}',
        )
        parts = (table, *self.constants, *self.declarations.values(), *self.functions.values(), *notes)
        return "\n".join(parts) + "\n"


class Suspects:
    """The values in which a nan would show that one of some products is nan: those in which their nans end up.

    Arithmetic passes a nan on, so that the product itself need not be looked at any more.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth  # what happens in inner loops and branches may not happen
        self._found: dict[str, Val] = {}

    def add(self, product: Val) -> None:
        """Note a product."""
        self._found[product.text] = product

    def pass_on(self, depth: int, operands: Sequence[Val], out: Val) -> None:
        """An instruction that gives a nan if an operand is."""
        if depth == self.depth:
            known = [self._found.pop(x.text, None) for x in operands]
            if any(known):
                self._found[out.text] = out

    @property
    def values(self) -> list[Val]:
        """What is to be looked at."""
        return list(self._found.values())


class Builder:
    """Appends instructions to one function."""

    language = "llvm"
    lanes = LANES
    null = Val("null", POINTER)

    def __init__(self, module: Module) -> None:
        self.module = module
        self.head: list[str] = []  # allocations, which must be in the entry block
        self.lines: list[str] = []
        self.tail: list[str] = []  # blocks at the end
        self.block = "entry"
        self.count = 0
        self.depth = 0  # of loops and branches
        self.intervals = Intervals()
        self.read_only: set[str] = set()  # addresses in memory that nobody writes to while the program runs
        self.suspects: Suspects | None = None
        self._counters: dict[str, Val] = {}

    # -- names and constants -------------------------------------------------------------------------------------------

    def name(self) -> str:
        """A new register."""
        self.count += 1
        return f"%r{self.count}"

    def emit(self, text: str) -> None:
        """Append an instruction."""
        self.lines.append("  " + text)

    def result(self, text: str, code: str, lanes: int = 1) -> Val:
        """Append an instruction that gives a value."""
        self.count += 1
        name = f"%r{self.count}"
        self.lines.append(f"  {name} = {text}")
        return Val(name, code, lanes)

    def constant(self, value: Any, code: str, lanes: int = 1) -> Val:
        """A literal."""
        if code in PARTS:
            part = PARTS[code]
            value = complex(value)
            real, imag = (self.constant(v, part, lanes).text for v in (value.real, value.imag))
            return Val(real, code, lanes, imag)
        text = literal_text(value, code)
        if lanes > 1:
            one = SCALARS[code]
            text = "<" + ", ".join([f"{one} {text}"] * lanes) + ">"
        return Val(text, code, lanes)

    def steps(self, lanes: int) -> Val:
        """0, 1, 2, ... in the lanes."""
        return Val("<" + ", ".join(f"i64 {i}" for i in range(lanes)) + ">", "i8", lanes)

    # -- arithmetic ----------------------------------------------------------------------------------------------------

    def op(self, name: str, a: Val, b: Val) -> Val:
        """An instruction of two operands of one type."""
        out = self.result(f"{name} {type_text(a.code, a.lanes)} {a.text}, {b.text}", a.code, a.lanes)
        if self.suspects is not None and a.kind == "f":
            self.suspects.pass_on(self.depth, (a, b), out)
        return out

    def negate(self, a: Val) -> Val:
        """A float with the other sign."""
        out = self.result(f"fneg {type_text(a.code, a.lanes)} {a.text}", a.code, a.lanes)
        if self.suspects is not None:
            self.suspects.pass_on(self.depth, (a,), out)
        return out

    def compare(self, predicate: str, a: Val, b: Val) -> Val:
        """A truth; `predicate` as in fcmp or icmp."""
        verb = "fcmp" if a.kind == "f" else "icmp"
        return self.result(f"{verb} {predicate} {type_text(a.code, a.lanes)} {a.text}, {b.text}", "b1", a.lanes)

    def select(self, condition: Val, a: Val, b: Val) -> Val:
        """One of two values."""
        kind = type_text(a.code, a.lanes)
        test = f"{type_text('b1', condition.lanes)} {condition.text}"
        return self.result(f"select {test}, {kind} {a.text}, {kind} {b.text}", a.code, a.lanes)

    def cast(self, verb: str, a: Val, code: str) -> Val:
        """A conversion instruction: sitofp, fptrunc, bitcast, zext, ..."""
        found = type_text(code, a.lanes)
        return self.result(f"{verb} {type_text(a.code, a.lanes)} {a.text} to {found}", code, a.lanes)

    def intrinsic(self, name: str, *args: Val, code: str | None = None) -> Val:
        """A function of LLVM's own on values of one type, such as `sqrt` or `fma`."""
        a = args[0]
        kind = type_text(a.code, a.lanes)
        suffix = f"v{a.lanes}" * (a.lanes > 1) + ("f" if a.kind == "f" else "i") + str(8 * int(a.code[1:]))
        full = f"@llvm.{name}.{suffix}"
        flag = ", i1" if name in ("ctlz", "cttz", "abs") else ""
        self.module.declare(full, f"declare {kind} {full}({', '.join([kind] * len(args))}{flag})")
        inside = ", ".join(f"{kind} {x.text}" for x in args) + (f"{flag} false" if flag else "")
        return self.result(f"call {kind} {full}({inside})", code or a.code, a.lanes)

    def call(self, function: str, code: str, args: Sequence[Val], declare: bool = False) -> Val:
        """A call of a function by its name; `declare` it as one of the C library's."""
        kinds = [type_text(x.code, x.lanes) for x in args]
        lanes = args[0].lanes if args else 1
        found = type_text(code, lanes)
        if declare:
            self.module.declare(function, f"declare {found} {function}({', '.join(kinds)}) nounwind willreturn")
        inside = ", ".join(f"{kind} {x.text}" for kind, x in zip(kinds, args, strict=True))
        return self.result(f"call {found} {function}({inside})", code, lanes)

    def call_address(self, address: Val, code: str | None, args: Sequence[Val]) -> Val | None:
        """A call of a function by its address; `None` for a function that gives nothing."""
        inside = ", ".join(f"{type_text(x.code, x.lanes)} {x.text}" for x in args)
        if code is None:
            self.emit(f"call void {address.text}({inside})")
            return None
        return self.result(f"call {type_text(code)} {address.text}({inside})", code)

    def times(self, a: Val, b: Val) -> Val | None:
        """There is no function for this."""
        return None

    # -- lanes ---------------------------------------------------------------------------------------------------------

    def splat(self, a: Val, lanes: int) -> Val:
        """The same number in every lane."""
        if a.lanes == lanes:
            return a
        kind = type_text(a.code, lanes)
        first = self.result(f"insertelement {kind} poison, {type_text(a.code)} {a.text}, i64 0", a.code, lanes)
        zeros = f"<{lanes} x i32> zeroinitializer"
        return self.result(f"shufflevector {kind} {first.text}, {kind} poison, {zeros}", a.code, lanes)

    def extract(self, a: Val, lane: int) -> Val:
        """The number in one lane."""
        if a.lanes == 1:
            return a
        return self.result(f"extractelement {type_text(a.code, a.lanes)} {a.text}, i64 {lane}", a.code)

    def gather(self, parts: Sequence[Val]) -> Val:
        """A vector of these numbers."""
        code, lanes = parts[0].code, len(parts)
        if lanes == 1:
            return parts[0]
        kind = type_text(code, lanes)
        text = "poison"
        for i, part in enumerate(parts):
            text = self.result(
                f"insertelement {kind} {text}, {type_text(code)} {part.text}, i64 {i}", code, lanes
            ).text
        return Val(text, code, lanes)

    def shuffle(self, a: Val, b: Val, order: Sequence[int]) -> Val:
        """Lanes of two vectors in another order."""
        kind = type_text(a.code, a.lanes)
        mask = f"<{len(order)} x i32> <{', '.join(f'i32 {i}' for i in order)}>"
        return self.result(f"shufflevector {kind} {a.text}, {kind} {b.text}, {mask}", a.code, len(order))

    def any_lane(self, a: Val) -> Val:
        """Whether a truth holds in any lane."""
        if a.lanes == 1:
            return a
        bits = self.result(f"bitcast {type_text('b1', a.lanes)} {a.text} to i{a.lanes}", "i8")
        return self.result(f"icmp ne i{a.lanes} {bits.text}, 0", "b1")

    # -- memory --------------------------------------------------------------------------------------------------------

    def offset(self, pointer: Val, count: Val | int) -> Val:
        """The address so many bytes further on."""
        if isinstance(count, int):
            if count == 0:
                return pointer
            count = self.constant(count, "i8")
        out = self.result(f"getelementptr inbounds i8, ptr {pointer.text}, i64 {count.text}", POINTER)
        if pointer.text in self.read_only:
            self.read_only.add(out.text)
        return out

    def load(self, pointer: Val, code: str, lanes: int = 1, align: int | None = None, constant: bool = False) -> Val:
        """What is in memory; a complex number as its two parts, a truth from its byte."""
        if code in PARTS:
            part = PARTS[code]
            real = self.load(pointer, part)
            imag = self.load(self.offset(pointer, int(part[1:])), part)
            return Val(real.text, code, 1, imag.text)
        stored = "u1" if code == "b1" else code
        size = 8 if code == POINTER else int(stored[1:])
        note = ", !invariant.load !{}" if constant or pointer.text in self.read_only else ""
        found = self.result(
            f"load {type_text(stored, lanes)}, ptr {pointer.text}, align {align or size}{note}", stored, lanes
        )
        return self.compare("ne", found, self.constant(0, "u1", lanes)) if code == "b1" else found

    def store(self, value: Val, pointer: Val) -> None:
        """Write to memory."""
        if value.code in PARTS:
            part = PARTS[value.code]
            self.store(Val(value.text, part), pointer)
            self.store(Val(value.imag, part), self.offset(pointer, int(part[1:])))
            return
        if value.code == "b1":
            value = self.cast("zext", value, "u1")
        size = 8 if value.code == POINTER else int(value.code[1:])
        self.emit(f"store {type_text(value.code, value.lanes)} {value.text}, ptr {pointer.text}, align {size}")

    def alloca(self, size: int, align: int = 16) -> Val:
        """Memory on the stack, for the whole call."""
        name = self.name()
        self.head.append(f"  {name} = alloca [{max(size, 1)} x i8], align {align}")
        return Val(name, POINTER)

    def counter(self, name: str, start: int) -> Val:
        """A number in memory, which begins like this in each call of the function."""
        if name not in self._counters:
            self._counters[name] = self.alloca(8)
            self.head.append(f"  store i64 {start}, ptr {self._counters[name].text}")
        return self._counters[name]

    def slot(self, number: int) -> Val:
        """An address from the table of the module."""
        at = f"getelementptr inbounds (ptr, ptr @table, i64 {number})"
        return self.result(f"load ptr, ptr {at}, align 8, !invariant.load !{{}}", POINTER)

    # -- variables -----------------------------------------------------------------------------------------------------

    def variable(self, value: Val) -> Val:
        """A place for a value that changes; LLVM keeps it in a register."""
        parts = self.parts(value)
        places = []
        for part in parts:
            name = self.name()
            self.head.append(f"  {name} = alloca {type_text(part.code, part.lanes)}")
            places.append(name)
        place = Val(places[0], value.code, value.lanes, places[1] if len(places) > 1 else "")
        self.put(place, value)
        return place

    def put(self, place: Val, value: Val) -> None:
        """Change a variable."""
        for target, part in zip(self.parts(place), self.parts(value), strict=True):
            self.emit(f"store {type_text(part.code, part.lanes)} {part.text}, ptr {target.text}")

    def get(self, place: Val) -> Val:
        """What a variable holds."""
        parts = [
            self.result(f"load {type_text(p.code, p.lanes)}, ptr {p.text}", p.code, p.lanes) for p in self.parts(place)
        ]
        return self.join(parts, place.code)

    @staticmethod
    def parts(value: Val) -> list[Val]:
        """The registers of a value: two for a complex number."""
        if value.code not in PARTS:
            return [value]
        part = PARTS[value.code]
        return [Val(value.text, part, value.lanes), Val(value.imag, part, value.lanes)]

    @staticmethod
    def join(parts: Sequence[Val], code: str) -> Val:
        """A value of these registers."""
        return Val(parts[0].text, code, parts[0].lanes, parts[1].text if len(parts) > 1 else "")

    # -- control flow --------------------------------------------------------------------------------------------------

    def label(self, hint: str) -> str:
        """A new name of a block."""
        self.count += 1
        return f"{hint}{self.count}"

    def start(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self.block = label

    @contextmanager
    def loop(self, begin: Val | int, end: Val | int, step: int = 1, unroll: bool = True) -> Iterator[Val]:
        """Run the body for begin, begin + step, ... below end; bounds that are ints must leave one turn at least."""
        known = isinstance(begin, int) and isinstance(end, int)
        first = self.constant(begin, "i8") if isinstance(begin, int) else begin
        last = self.constant(end, "i8") if isinstance(end, int) else end
        body, done = self.label("loop"), self.label("done")
        if not known:
            some = self.compare("slt", first, last)
            enter = self.label("enter")
            self.emit(f"br i1 {some.text}, label %{enter}, label %{done}")
            self.start(enter)
        before, index, following = self.block, self.name(), self.name()
        latch = self.label("latch")
        self.emit(f"br label %{body}")
        self.start(body)
        self.emit(f"{index} = phi i64 [ {first.text}, %{before} ], [ {following}, %{latch} ]")
        self.depth += 1
        yield Val(index, "i8")
        self.depth -= 1
        self.emit(f"br label %{latch}")
        self.start(latch)
        self.emit(f"{following} = add nsw i64 {index}, {step}")
        more = self.compare("slt", Val(following, "i8"), last)
        self.emit(f"br i1 {more.text}, label %{body}, label %{done}")
        self.start(done)

    @contextmanager
    def forever(self) -> Iterator[str]:
        """Repeat the body; it is left with `leave` on the label that it gets."""
        body, done = self.label("while"), self.label("done")
        self.emit(f"br label %{body}")
        self.start(body)
        self.depth += 1
        yield done
        self.depth -= 1
        self.emit(f"br label %{body}")
        self.start(done)

    def leave(self, condition: Val, label: str) -> None:
        """Go to a label if the condition holds."""
        on = self.label("on")
        self.emit(f"br i1 {condition.text}, label %{label}, label %{on}")
        self.start(on)

    @contextmanager
    def when(self, condition: Val, likely: bool | None = None) -> Iterator[None]:
        """Run the body if a truth holds; `likely=False` says that it hardly ever does."""
        then, done = self.label("then"), self.label("endif")
        note = ", !prof !0" if likely is False else ""
        self.emit(f"br i1 {condition.text}, label %{then}, label %{done}{note}")
        self.start(then)
        self.depth += 1
        yield
        self.depth -= 1
        self.emit(f"br label %{done}")
        self.start(done)

    def branches(self, index: Val, bodies: Sequence[Any]) -> None:
        """Run one of several bodies, chosen by a number; the last one for any other number."""
        labels = [self.label("case") for _ in bodies]
        done = self.label("joined")
        cases = " ".join(f"i64 {i}, label %{label}" for i, label in enumerate(labels[:-1]))
        self.emit(f"switch i64 {index.text}, label %{labels[-1]} [ {cases} ]")
        self.depth += 1
        for label, body in zip(labels, bodies, strict=True):
            self.start(label)
            body()
            self.emit(f"br label %{done}")
        self.depth -= 1
        self.start(done)

    def guard(self, wrong: Val, status: int, notes: Sequence[tuple[Val, Val]] = ()) -> None:
        """End the function with this status if something is wrong, after noting some values."""
        stop, on = self.label("stop"), self.label("on")
        self.emit(f"br i1 {wrong.text}, label %{stop}, label %{on}, !prof !0")
        self.start(stop)
        for pointer, value in notes:
            self.store(value, pointer)
        self.emit(f"ret i32 {status}")
        self.start(on)

    def give(self, value: Val | int) -> None:
        """End the function."""
        text = f"{type_text(value.code, value.lanes)} {value.text}" if isinstance(value, Val) else f"i32 {value}"
        self.emit(f"ret {text}")

    def parameter(self, name: str, code: str, lanes: int = 1) -> Val:
        """A parameter of the function."""
        return Val(f"%{name}", code, lanes)

    def define(self, name: str, parameters: Sequence[Val], code: str = "i4", note: int = 0) -> str:
        """Finish the function, and enter it into the module; `note` numbers its attributes."""
        lanes = parameters[0].lanes
        kinds = [type_text(p.code, p.lanes) + (" noalias" if p.code == POINTER else "") for p in parameters]
        listed = ", ".join(f"{kind} {p.text}" for kind, p in zip(kinds, parameters, strict=True))
        seen = "" if name == PROGRAM else "internal "
        self.module.functions[name] = self.finish(f"{seen}{type_text(code, lanes)} {name}({listed}) #{note}")
        return name

    def array(self, assembly: Any, value: Any) -> Val:
        """The address of a literal array."""
        return self.slot(assembly.array(value))

    def share(self, assembly: Any, function: str, pointers: Sequence[Val], chunks: int) -> None:
        """Call a function for each chunk, in several threads if there are."""
        module, context = self.module, self.alloca(8 * len(pointers))
        for k, pointer in enumerate(pointers):
            self.store(pointer, self.offset(context, 8 * k))
        inner = Builder(module)
        c, chunk = inner.parameter("context", POINTER), inner.parameter("chunk", "i8")
        found = [inner.load(inner.offset(c, 8 * k), POINTER) for k in range(len(pointers))]
        inner.call(function, "i4", [*found, chunk])
        inner.emit("ret void")
        name = f"{function}.chunk"
        module.functions[name] = inner.finish(f"internal void {name}(ptr %context, i64 %chunk) #3")
        module.functions["@wengert.parallel"] = assembly.parallel
        pool, wake = (self.slot(number) for number in assembly.pool())
        args = ", ".join(f"ptr {x}" for x in (pool.text, wake.text, name, context.text))
        self.emit(f"call void @wengert.parallel({args}, i64 {chunks})")

    def copy(self, target: Val, source: Val, size: Val) -> None:
        """Copy bytes."""
        name = "@llvm.memcpy.p0.p0.i64"
        self.module.declare(name, f"declare void {name}(ptr, ptr, i64, i1)")
        self.emit(f"call void {name}(ptr {target.text}, ptr {source.text}, i64 {size.text}, i1 false)")

    def need_growth(self) -> None:
        """Have the function that lets buffers grow."""
        self.module.functions["@wengert.grow"] = GROW
        self.module.declare("@realloc", "declare ptr @realloc(ptr, i64)")

    def finish(self, signature: str) -> str:
        """The text of the function."""
        return "\n".join([f"define {signature} {{", "entry:", *self.head, *self.lines, *self.tail, "}"])
