"""Memory against compute: bytes and seconds of a gradient through a chain of steps, by how many values are kept."""

import argparse
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

import wengert as wg
from timing import medians

Loss = Callable[[Any], Any]


def step(x: Any) -> Any:
    """A step of three operations."""
    return np.sin(x) * 0.9 + 0.1


def halves(n: int) -> Loss:
    """The chain by checkpoints in checkpoints."""
    if n == 1:
        return step
    first, second = halves(n // 2), halves(n - n // 2)
    return wg.checkpoint(lambda x: second(first(x)))


def main(steps: int, size: int, repeats: int) -> None:
    x = np.linspace(0, 1, size)
    table = Table(
        title=f"The gradient of a chain of {steps} steps on {x.nbytes / 1e6:g} MB",
        title_justify="left",
        box=box.SIMPLE_HEAVY,
    )
    table.add_column("kept")
    for name in ("peak, MB", "in arrays", "seconds", "× the function"):
        table.add_column(name, justify="right")
    chains: dict[str, Loss] = {"all values": plain_chain(steps)}
    for k in (1, 2, 10, round(steps**0.5), 50):
        chains[f"every {k}" if k > 1 else "every value"] = wg.checkpoint_chain([step] * steps, every=k)
    chains["nested halves"] = halves(steps)
    (alone,) = medians([lambda: chains["all values"](x)], repeats)
    for name, chain in chains.items():
        gradient = wg.grad(lambda x, chain=chain: np.sum(chain(x)))
        most = peak(lambda gradient=gradient: gradient(x))
        (seconds,) = medians([lambda gradient=gradient: gradient(x)], repeats)
        table.add_row(name, f"{most / 1e6:.1f}", f"{most / x.nbytes:.0f}", f"{seconds:.2f}", f"{seconds / alone:.1f}")
    Console().print(table)


def plain_chain(steps: int) -> Loss:
    """The chain as it is."""

    def chain(x: Any) -> Any:
        for _ in range(steps):
            x = step(x)
        return x

    return chain


def peak(call: Callable[[], Any]) -> int:
    """The bytes that were allocated at once during a call."""
    call()
    gc.collect()
    tracemalloc.start()
    call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100, help="(default: %(default)s)")
    parser.add_argument("--size", type=int, default=125_000, help="numbers in the state (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="measurements for each median (default: %(default)s)")
    given = parser.parse_args()
    main(given.steps, given.size, given.repeats)
