"""What benchmarks/native.py measures: each program as a user of each library would write it."""

from rows import bundle, heat, hello, least_squares, log_sum_exp, lstm, mixture, options, orbit, recurrence, rosenbrock
from rows.row import Row

ROWS: list[Row] = [
    hello.ROW,
    log_sum_exp.ROW,
    least_squares.ROW,
    mixture.ROW,
    lstm.ROW,
    orbit.ROW,
    bundle.ROW,
    rosenbrock.SHORT,
    rosenbrock.LONG,
    recurrence.ROW,
    heat.ROW,
    options.ROW,
]
