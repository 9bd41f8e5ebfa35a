"""What `import wengert` adds to a program that has NumPy and SciPy's special functions already."""

import subprocess
import sys
from statistics import median

PROGRAM = """
import numpy, scipy.special
from time import perf_counter
started = perf_counter()
import wengert
print(perf_counter() - started)
"""


def import_seconds(repeats: int) -> float:
    """The median over fresh interpreters; the first, which may compile, does not count."""
    times = [float(subprocess.check_output([sys.executable, "-c", PROGRAM])) for _ in range(repeats + 1)]
    return median(times[1:])
