"""The time of a call."""

from time import perf_counter


class NotForThisRowError(Exception):
    """A library does not take part."""


def least(call, seconds):
    """Seconds of a call: the least of many runs, each of enough calls to be measured."""
    call()
    started = perf_counter()
    call()
    once = perf_counter() - started
    calls = max(1, int(2e-4 / max(once, 1e-9)))
    found, end = [], perf_counter() + seconds
    while not found or (perf_counter() < end and len(found) < 2000):
        started = perf_counter()
        for _ in range(calls):
            call()
        found.append((perf_counter() - started) / calls)
    return min(found)
