"""Machine code against NumPy, JAX, torch, autograd, CasADi and adjoints written by hand in C++.

    python benchmarks/native.py                            # all rows, as Markdown
    python benchmarks/native.py hello gmm                  # these rows
    python benchmarks/native.py --results found.json       # kept, and added to what is there
    python benchmarks/native.py --calls                    # what a call costs
    python benchmarks/native.py --results found.json --write docs   # docs/benchmarks.md and its plot

Each library runs each row in a process of its own, on one thread: the first call with everything compiled anew, the
least of many calls afterwards, the memory of the process at its highest. The derivatives of all libraries are compared.
C++ is compiled by `g++ -O3 -march=native`, without -ffast-math.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measured.calls import LIBRARIES
from measured.engines import ENGINES
from measured.page import call_table, markdown, page, plot
from rows import ROWS
from rows.row import Row

HERE = Path(__file__).parent
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "WENGERT_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "WENGERT_CACHE": "0",
    "JAX_PLATFORMS": "cpu",
}


COMPILERS = ("wengert", "JAX")
AGAIN = 2  # processes more that measure their first call


def in_a_process(*words: str, limit: float) -> dict | None:
    """What a module of `measured` finds; None if it fails."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=HERE, env=os.environ | ONE_THREAD, capture_output=True, text=True, timeout=limit, check=False
    )
    if done.returncode:
        print(f"{' '.join(words[1:3])}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def measured(row: str, engine: str, limit: float) -> dict | None:
    """What one library makes of one row; None if it does not take part."""
    with tempfile.TemporaryDirectory() as folder:
        found = in_a_process("measured", row, engine, folder, limit=limit)
        if found is not None and engine in COMPILERS:
            for _ in range(AGAIN):
                again = in_a_process("measured", row, engine, folder, "first", limit=limit)
                found["first"] = min(found["first"], again["first"] if again else found["first"])
    return found


def compare(found: dict[str, dict]) -> None:
    """The derivatives agree: otherwise their times say nothing."""
    if "C++" not in found:
        return
    for engine, one in found.items():
        for a, b in zip(one["sums"], found["C++"]["sums"], strict=False):
            if abs(a - b) > 1e-8 * max(abs(a), abs(b), 1e-6):
                print(f"{engine}: {one['sums']} and not {found['C++']['sums']}", file=sys.stderr)
                break


def several(row: Row, engines: list[str], limit: float) -> dict[str, dict]:
    """What the libraries make of one row."""
    found = {}
    for engine in engines:
        try:
            one = measured(row.name, engine, limit)
        except subprocess.TimeoutExpired:
            print(f"{row.name}, {engine}: more than {limit:g} s", file=sys.stderr)
            continue
        if one is not None:
            found[engine] = one
    compare(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="all if none is named")
    parser.add_argument("--calls", action="store_true", help="what calls cost, and nothing else")
    parser.add_argument("--engines", nargs="*", default=list(ENGINES))
    parser.add_argument("--limit", type=float, default=300, help="seconds that one library has for one row")
    parser.add_argument("--results", type=Path, help="a file of JSON to which the results are added")
    parser.add_argument("--show", action="store_true", help="measure nothing, show the results of that file")
    parser.add_argument("--write", metavar="FOLDER", help="write benchmarks.md and its plot into this folder")
    options = parser.parse_args()
    known = json.loads(options.results.read_text()) if options.results and options.results.exists() else {}
    if options.calls:
        known["calls"] = {one: in_a_process("measured.calls", one, limit=options.limit) for one in LIBRARIES}
        print(call_table(known["calls"]))
        if options.results:
            options.results.write_text(json.dumps(known, indent=1))
        return
    results = {}
    for row in ROWS:
        if options.rows and row.name not in options.rows:
            continue
        found = known.setdefault(row.name, {})
        if not options.show:
            found |= several(row, options.engines, options.limit)
            if options.results:
                options.results.write_text(json.dumps(known, indent=1))
        results[row] = found
        print(markdown({row: found}), flush=True)
    ours = [one["wengert"] for one in results.values() if "wengert" in one]
    if ours:
        ratios = [one["derivative"] / one["primal"] for one in ours]
        print(f"derivative / primal of wengert: median {statistics.median(ratios):.2f}, most {max(ratios):.2f}")
    if options.write:
        folder = Path(options.write)
        (folder / "benchmarks.md").write_text(page(results, known.get("calls")))
        plot(results, folder / "pictures" / "benchmarks.svg")


if __name__ == "__main__":
    main()
