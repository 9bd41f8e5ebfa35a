"""A program as a C99 file that stands for itself: no library but C's own, nothing of Python."""

from __future__ import annotations

import re
from typing import Any

from wengert.errors import UnsupportedError
from wengert.ir import Array, WengertList
from wengert.native.build import emit_main, output_type
from wengert.native.builders.c99 import TYPES, CBuilder, CModule
from wengert.native.builders.values import PARTS, Val, code_of
from wengert.native.machine.assembly import Assembly, Frame
from wengert.native.planning.prepare import prepared

HEADERS = ("math.h", "stdint.h", "stdlib.h", "string.h")


def identifiers(names: Any, count: int, other: str) -> list[str]:
    """Names of parameters in C for the user's own."""
    found: list[str] = []
    for k in range(count):
        text = re.sub(r"\W+", "_", names[k] if k < len(names) else "").strip("_") or f"{other}{k}"
        if text[0].isdigit() or text in _TAKEN or re.fullmatch(r"[tvi]\d+|constant\d+|zeros\d+|out\d+", text):
            text = f"{other}_{text}"
        while text in found:
            text += "_"
        found.append(text)
    return found


_TAKEN = frozenset(  # by the language, by what the headers declare, by the file
    re.findall(
        r"\w+",
        "auto break case char const continue default do double else enum extern float for goto if inline int long "
        "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
        "frame memory status times exp log sin cos tan pow sqrt y0 y1 yn j0 j1 jn gamma",
    )
)


def element(kind: Array) -> str:
    """What the elements of an array are in C; a complex number is two."""
    code = code_of(kind.dtype)
    assert code is not None
    return "uint8_t" if code == "b1" else TYPES[PARTS.get(code, code)]


def shape_text(kind: Array) -> str:
    """A shape, as one reads it in C."""
    parts = [*kind.shape, *([2] if kind.dtype.kind == "c" else [])]
    return "".join(f"[{n}]" for n in parts)


def prototype(wl: WengertList, name: str) -> str:
    """The declaration of the function."""
    inputs = identifiers(wl.names, len(wl.inputs), "x")
    listed = []
    for x, text in zip(wl.inputs, inputs, strict=True):
        single = x.type.shape == () and x.type.dtype.kind != "c"
        listed.append(f"{element(x.type)} {text}" if single else f"const {element(x.type)} *{text}")
    listed += [f"{element(output_type(x))} *out{k}" for k, x in enumerate(wl.outputs)]
    return f"int {name}({', '.join(listed) or 'void'})"


def comment(wl: WengertList, name: str) -> str:
    """What one has to know to call it."""
    lines = [f"{name}: made by wengert from a list of {len(wl.lines)} lines.", ""]
    for x, text in zip(wl.inputs, identifiers(wl.names, len(wl.inputs), "x"), strict=True):
        lines.append(f"  {text}{shape_text(x.type)}: input")
    lines += [f"  out{k}{shape_text(output_type(x))}: output" for k, x in enumerate(wl.outputs)]
    lines += [
        "", "Arrays are contiguous, the last index runs fastest; complex numbers are pairs.",
        "Returns 0; 1 if there is no memory; another number if an index was out of bounds.",
    ]  # fmt: skip
    return "/*\n" + "\n".join(" * " + line if line else " *" for line in lines) + "\n */"


def header(wl: WengertList, name: str) -> str:
    """The header file."""
    guard = f"{name.upper()}_H"
    inside = ["#include <stdint.h>", "", comment(wl, name), f"{prototype(wl, name)};"]
    return "\n".join([f"#ifndef {guard}", f"#define {guard}", "", *inside, "", "#endif", ""])


def c_file(wl: WengertList, name: str) -> str:
    """The file."""
    if any(code_of(output_type(x).dtype) is None for x in (*wl.inputs, *wl.outputs)):
        raise UnsupportedError("source('c'): a dtype of an input or output is not made of C's arithmetic and library")
    module = CModule()
    assembly = Assembly(module=module)  # type: ignore[arg-type]
    arena = emit_main(assembly, prepared(wl), CBuilder)
    frame = Frame(Val("frame", "p"), len(wl.inputs), len(wl.outputs))
    size = frame.size(assembly.heaps)
    before, after = [], []
    for k, (x, text) in enumerate(zip(wl.inputs, identifiers(wl.names, len(wl.inputs), "x"), strict=True)):
        at = f"frame + {16 * k}"
        if x.type.shape:
            before.append(f"  memcpy({at}, &{text}, sizeof {text});")
        elif x.type.dtype.kind == "c":
            before.append(f"  memcpy({at}, {text}, 2 * sizeof *{text});")
        else:
            before.append(f"  memcpy({at}, &{text}, sizeof {text});")
    for k, x in enumerate(wl.outputs):
        at, kind = f"frame + {16 * (len(wl.inputs) + k)}", output_type(x)
        if kind.shape:
            before.append(f"  memcpy({at}, &out{k}, sizeof out{k});")
        else:
            count = 2 if kind.dtype.kind == "c" else 1
            after.append(f"  if (status == 0) memcpy(out{k}, {at}, {count} * sizeof *out{k});")
    heaps = [f"  free(*(void **)(void *)(frame + {frame.size(k)}));" for k in range(assembly.heaps)]
    body = [
        f"{prototype(wl, name)} {{",
        f"  char *frame = calloc({-(-size // 16) * 16 + module.rooms + max(arena, 1)}, 1);",
        "  if (frame == NULL) return 1;",
        *before,
        f"  int status = wg_program(frame, frame + {-(-size // 16) * 16 + module.rooms});",
        *after,
        *heaps,
        "  free(frame);",
        "  return status;",
        "}",
    ]
    rooms = f"#define ROOMS {-(-size // 16) * 16}"
    includes = "\n".join(f"#include <{text}>" for text in HEADERS)
    declared = prototype(wl, name) + ";"
    return "\n\n".join([comment(wl, name), includes, declared, rooms, module.text(), "\n".join(body)]) + "\n"
