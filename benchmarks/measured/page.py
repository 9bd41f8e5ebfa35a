"""The table and the plot."""

from __future__ import annotations

import os
import platform
import statistics
from importlib import metadata
from pathlib import Path

PAGE = """# Benchmarks

Each library takes each program in the way its users write it, in a process of its own, on one thread of the same
machine, in float64; the programs are in `benchmarks/rows`. The derivative comes with the value; all libraries'
derivatives are compared. Each time is the least of many. WHERE

C++ is an adjoint written by hand, compiled by `g++ -O3 -march=native` and called through `ctypes`, which alone takes
about 0.2 µs; its first call is that of the compiler. NumPy has no derivatives. The first call is that of the
derivative, with nothing compiled or kept on disk before; the libraries are imported already. Memory is what the
process takes for the derivative at its highest, the library included.

![derivatives, relative to C++](pictures/benchmarks.svg)

"""
SUMMARY = """## All rows

Times of wengert, and how many times as long the others take for the derivative; the last column is how many times as
long JAX takes for its first call. "d / p" is the derivative, with the value, in terms of the primal.

"""
CALLS = """## What a call costs

The gradient of a program that computes next to nothing, as it is called by users.

"""
PEERS = ("C++", "JAX", "torch", "autograd", "CasADi")


def time(seconds: float) -> str:
    """A time that can be read."""
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1e9:.0f} ns"


def where() -> str:
    """The machine and the versions of the libraries."""
    libraries = ("numpy", "jax", "torch", "autograd", "casadi")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in libraries)
    return f"{os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()}, {versions}."


def page(results, calls) -> str:
    """All of it."""
    median, most = _slopes(results)
    after = f"\nDerivative / primal: {median:.1f} at the median, {most:.1f} at most.\n"
    parts = [PAGE.replace(" WHERE", "\n" + where()), SUMMARY, summary(results), after]
    parts += ["\n", CALLS, call_table(calls)] if calls else []
    return "".join([*parts, "\n", markdown(results)])


def _slopes(results) -> tuple[float, float]:
    found = [one["wengert"]["derivative"] / one["wengert"]["primal"] for one in results.values() if "wengert" in one]
    return statistics.median(found), max(found)


def ratio(x: float) -> str:
    """A factor that can be read."""
    return f"{x:.2f}" if x < 10 else f"{x:,.0f}"


def summary(results) -> str:
    """A line for each row."""
    lines = [
        "| | primal | derivative | d / p | " + " | ".join(PEERS) + " | first call | JAX, first call |",
        "|---|---:|---:|---:|" + "---:|" * len(PEERS) + "---:|---:|",
    ]
    for row, found in results.items():
        ours = found["wengert"]
        times = [found[peer]["derivative"] / ours["derivative"] if peer in found else None for peer in PEERS]
        cells = [time(ours["primal"]), time(ours["derivative"]), f"{ours['derivative'] / ours['primal']:.1f}"]
        cells += ["" if x is None else ratio(x) for x in times]
        cells += [time(ours["first"]), ratio(found["JAX"]["first"] / ours["first"]) if "JAX" in found else ""]
        lines.append(f"| {row.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def call_table(calls) -> str:
    """A line for each kind of arguments."""
    libraries = [name for name, found in calls.items() if found]
    lines = ["| | " + " | ".join(libraries) + " |", "|---|" + "---:|" * len(libraries)]
    for title in calls[libraries[0]]:
        cells = ["" if (x := calls[name].get(title)) is None else time(x) for name in libraries]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def markdown(results) -> str:
    """A table for each row."""
    parts = []
    for row, found in results.items():
        lines = [
            f"## {row.title}\n",
            "| | primal | derivative | derivative / primal | to wengert | first call | memory |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        ours = found.get("wengert", {}).get("derivative")
        for engine, one in found.items():
            if engine == "NumPy":
                lines.append(f"| NumPy | {time(one['primal'])} | | | | | |")
                continue
            relative = ratio(one["derivative"] / ours) if ours else ""
            lines.append(
                f"| {engine} | {time(one['primal'])} | {time(one['derivative'])} "
                f"| {one['derivative'] / one['primal']:.2f} | {relative} "
                f"| {time(one['first'])} | {one['memory']:.0f} MB |"
            )
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def plot(results, path: Path) -> None:
    """Times of the derivatives, relative to C++."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "wengert"
    from matplotlib import pyplot

    engines = ["wengert", "JAX", "torch", "autograd", "CasADi"]
    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    titles = [row.title for row in results]
    for engine, marker in zip(engines, "osv^D", strict=True):
        points = [
            (one[engine]["derivative"] / one["C++"]["derivative"], y)
            for y, one in enumerate(results.values())
            if engine in one and "C++" in one
        ]
        size = 9 if engine == "wengert" else 6
        axes.plot(*zip(*points, strict=True), marker, label=engine, markersize=size, zorder=3)
    axes.axvline(1.0, color="0.4", lw=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(titles)), titles)
    axes.invert_yaxis()
    axes.set_xlabel("time of the derivative, C++ by hand = 1")
    axes.grid(axis="x", which="both", color="0.9")
    axes.legend(frameon=False, ncols=len(engines), loc="upper center", bbox_to_anchor=(0.4, 1.1))
    figure.savefig(path, metadata={"Date": None})
