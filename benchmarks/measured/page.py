"""The table and the plot."""

from __future__ import annotations

from pathlib import Path

PAGE = """# Benchmarks

Made by `python benchmarks/native.py --write docs`. Each library takes each program in the way its users write it, in a
process of its own, on one thread of the same machine, in float64. The derivative comes with the value.

C++ is an adjoint written by hand, compiled by `g++ -O3 -march=native` and called through `ctypes`, which alone takes
about 0.2 µs; its first call is that of the compiler. NumPy has no derivatives. The first call is that of the
derivative, with nothing compiled or kept on disk before; the libraries are imported already. Memory is what the
process takes for the derivative at its highest, the library included.

![derivatives, relative to C++](pictures/benchmarks.svg)

"""


def time(seconds: float) -> str:
    """A time that can be read."""
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds * 1e9:.0f} ns"


def markdown(results, heading: bool) -> str:
    """A table for each row."""
    parts = [PAGE] if heading else []
    for row, found in results.items():
        lines = [
            f"## {row.title}\n" if heading else f"\n{row.name}: {row.title}\n",
            "| | primal | derivative | derivative / primal | to wengert | first call | memory |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        ours = found.get("wengert", {}).get("derivative")
        for engine, one in found.items():
            if engine == "NumPy":
                lines.append(f"| NumPy | {time(one['primal'])} | | | | | |")
                continue
            relative = f"{one['derivative'] / ours:.2f}" if ours else ""
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
