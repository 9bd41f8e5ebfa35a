"""Differentiate random programs in forward, reverse and Taylor mode, checkpointed, and by differences, and compare.

python -m tests.fuzz 100000
"""

import argparse
import random
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

import wengert as wg
from tests.numeric import directional_derivative, inner, unit_direction
from tests.scenarios.random_programs import RandomProgram, random_program

BATCH = 100


def disagreement(program: RandomProgram) -> str | None:
    """What is wrong with the program's derivatives, or None."""
    with np.errstate(all="ignore"):
        arguments = program.arguments
        direction = unit_direction(np.random.default_rng(0), arguments)
        expected = program.function(*arguments)
        value, gradient = wg.value_and_grad(program.function, argnums=(0, 1))(*arguments)
        out, forward = wg.jvp(program.function, arguments, direction)
        difference = directional_derivative(program.function, arguments, direction)
        again = wg.grad(wg.checkpoint(program.function), argnums=(0, 1))(*arguments)
        series = wg.taylor(lambda given: program.function(*given), arguments, 2, direction).derivatives
        curvature = wg.jvp(lambda *xs: wg.jvp(program.function, xs, direction)[1], arguments, direction)[1]
    reverse = inner(gradient, direction)
    for mode, found in (("reverse", value), ("forward", out)):
        if not abs(found - expected) <= 1e-12 * (1.0 + abs(expected)):
            return f"{mode} gives the value {found}, NumPy {expected}"
    scale = 1.0 + abs(difference)
    if not abs(forward - reverse) <= 1e-9 * scale:
        return f"forward {forward} and reverse {reverse} differ (differences: {difference})"
    if not abs(inner(again, direction) - reverse) <= 1e-9 * scale:
        return f"checkpointed {inner(again, direction)} and reverse {reverse} differ"
    if not abs(series[1] - forward) <= 1e-9 * scale:
        return f"forward {forward} and the term {series[1]} of Taylor mode differ"
    if not abs(series[2] - curvature) <= 1e-8 * (scale + abs(curvature)):
        return f"forward over forward {curvature} and the term {series[2]} of Taylor mode differ"
    if not abs(reverse - difference) <= 1e-6 * scale:
        return f"derivative {reverse} and differences {difference} differ"
    return None


def report(program: RandomProgram) -> str | None:
    """The disagreement with the program's source, or None; an exception is a disagreement too."""
    try:
        wrong = disagreement(program)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    return wrong and f"{wrong}\n\n{program}"


def batch(seeds: range) -> list[str]:
    """The reports of the programs drawn from these seeds."""
    reports = ((seed, report(random_program(random.Random(seed)))) for seed in seeds)
    return [f"seed {seed}: {text}" for seed, text in reports if text]


def main() -> None:
    """Run the programs of the command line, and exit with 1 if any disagrees."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=int, help="how many programs to run")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first one")
    parser.add_argument("--processes", type=int, default=None, help="default: one per core")
    options = parser.parse_args()
    last = options.seed + options.programs
    batches = [range(start, min(start + BATCH, last)) for start in range(options.seed, last, BATCH)]
    console = Console()
    failures = 0
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar, ProcessPoolExecutor(options.processes) as pool:
        task = bar.add_task("random programs", total=options.programs)
        for seeds, reports in zip(batches, pool.map(batch, batches), strict=True):
            for text in reports:
                failures += 1
                console.print(text, markup=False, highlight=False)
            bar.update(task, advance=len(seeds), description=f"random programs, {failures} wrong")
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
