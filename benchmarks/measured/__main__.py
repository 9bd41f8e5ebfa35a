"""python -m measured ROW ENGINE FOLDER [first]: one measurement, or that of the first call alone, as JSON."""

import json
import resource
import sys
from time import perf_counter

import numpy

from measured.engines import ENGINES
from measured.timing import NotForThisRowError, least
from rows import ROWS

SECONDS = 1.0  # for the least of many calls


def main():
    name, engine, folder, *first_alone = sys.argv[1:]
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
    if first_alone:
        print(json.dumps({"first": first_call}))
        return
    sums = [float(numpy.sum(numpy.abs(numpy.asarray(x)))) for x in plain(out)]
    result = {
        "first": first_call,
        "derivative": least(lambda: derivative(*arguments), SECONDS),
        "sums": sums,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "primal": least(lambda: primal(*arguments), SECONDS),
    }
    print(json.dumps(result))


main()
