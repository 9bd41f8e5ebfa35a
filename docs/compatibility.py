"""Write docs/compatibility.md from the library's own tables: which functions may be called on traced values.

    python docs/compatibility.py        writes the page
    python docs/compatibility.py --check    fails if the page is out of date
"""

from __future__ import annotations

import argparse
import builtins
import cmath
import importlib
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import wengert  # noqa: F401  # fills the tables
from wengert.functions import NUMPY
from wengert.ir import Primitive
from wengert.primitives import UFUNCS
from wengert.read.tables import meaning_of

PAGE = Path(__file__).with_name("compatibility.md")
MODULES = [
    *(("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)),
    *((name, importlib.import_module(name)) for name in ("scipy.special", "scipy.linalg", "scipy.fft")),
    *(("math", math), ("cmath", cmath), ("Python", builtins)),
]
STEPS = (  # composites whose results are integers, truths or steps
    "all any argmax argmin argpartition argsort argwhere around count_nonzero digitize fix flatnonzero in1d isin "
    "lexsort nanargmax nanargmin nonzero round searchsorted floor ceil trunc int isinstance matrix_rank"
)
DISCRETE = frozenset(re.findall(r"\w+", STEPS))
HEAD = """# Compatibility

Which functions may be called on traced values. Made by `python docs/compatibility.py` from the tables that the library
itself uses, and kept true by a test. Forward mode, reverse mode and every order come from the same rule, so there is
one column for all of them.

- **exact**: value and derivatives. **zero**: the value; the derivative is zero, or there is none to take (integers,
  truths, shapes).
- *without*: keywords that raise an error on traced values.
- Functions that are not listed raise `UnsupportedError` on traced values; on plain values every function may be called.

Methods of arrays are the functions of the same name; so are the operators.
"""


def entries(module: ModuleType) -> Iterator[tuple[str, Any, Callable[..., Any]]]:
    """The public functions of a module that mean something here: name, function, what stands for it."""
    for name in sorted(dir(module)):
        function = getattr(module, name)
        if name.startswith("_") or not callable(function):
            continue
        meaning = UFUNCS.get(function) if isinstance(function, np.ufunc) else None
        if meaning is None:
            meaning = meaning_of(function)
        if meaning is None and function.__hash__ is not None and not isinstance(function, type):
            meaning = NUMPY.get(function)
        if meaning is not None:
            yield name, function, meaning


def derivative(name: str, meaning: Callable[..., Any]) -> str:
    """Whether a derivative is taken."""
    discrete = (isinstance(meaning, Primitive) and meaning.discrete) or name in DISCRETE
    queries = getattr(meaning, "__module__", "").endswith(("queries", "comparison", "discrete"))
    return "zero" if discrete or queries else "exact"


def missing_keywords(function: Any, meaning: Callable[..., Any]) -> list[str]:
    """The keywords of a function that what stands for it does not take."""
    if isinstance(meaning, Primitive) or isinstance(function, np.ufunc):
        return []
    try:
        wanted, given = inspect.signature(function).parameters, inspect.signature(meaning).parameters
    except (TypeError, ValueError):
        return []
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in given.values()):
        return []
    open_ended = {name for name, p in wanted.items() if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    positional = [name for name, p in wanted.items() if p.default is p.empty]
    return [name for name in wanted if name not in given and name not in open_ended and name not in positional]


def page() -> str:
    """The whole page."""
    sections = [HEAD]
    for title, module in MODULES:
        rows = []
        for name, function, meaning in entries(module):
            without = ", ".join(f"`{keyword}`" for keyword in missing_keywords(function, meaning))
            rows.append(f"| `{name}` | {derivative(name, meaning)} | {without} |")
        head = f"## {title}: {len(rows)}\n\n| function | derivative | without |\n|---|---|---|\n"
        sections.append(head + "\n".join(rows) + "\n")
    return "\n".join(sections)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        PAGE.write_text(page())
    elif PAGE.read_text() != page():
        sys.exit("docs/compatibility.md is out of date: python docs/compatibility.py")
