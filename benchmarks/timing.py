"""Medians of interleaved measurements: what disturbs one contender disturbs the others."""

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter


def medians(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Seconds for each of the calls, which are made once before their times count."""
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, its_times in zip(calls, times, strict=True):
            started = perf_counter()
            call()
            its_times.append(perf_counter() - started)
    return [median(each) for each in times]
