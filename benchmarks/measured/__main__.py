"""python -m measured ROW ENGINE FOLDER: one measurement, as JSON on the last line."""

import json
import resource
import sys
from time import perf_counter

import numpy

from measured.engines import ENGINES, NotForThisRowError
from rows import ROWS

SECONDS = 1.0  # for the least of many calls


def least(call):
    """Seconds of a call: the least of many runs, each of enough calls to be measured."""
    call()
    started = perf_counter()
    call()
    once = perf_counter() - started
    calls = max(1, int(2e-4 / max(once, 1e-9)))
    found, end = [], perf_counter() + SECONDS
    while not found or (perf_counter() < end and len(found) < 2000):
        started = perf_counter()
        for _ in range(calls):
            call()
        found.append((perf_counter() - started) / calls)
    return min(found)


def main():
    name, engine, folder = sys.argv[1:]
    row = next(row for row in ROWS if row.name == name)
    given = row.arguments()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        primal, derivative, first, arguments, plain = ENGINES[engine](row, given, folder)
    except NotForThisRowError:
        print("null")
        return
    started = perf_counter()
    out = first(*arguments)
    first_call = perf_counter() - started
    sums = [float(numpy.sum(numpy.abs(numpy.asarray(x)))) for x in plain(out)]
    result = {
        "first": first_call,
        "derivative": least(lambda: derivative(*arguments)),
        "sums": sums,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "primal": least(lambda: primal(*arguments)),
    }
    print(json.dumps(result))


main()
