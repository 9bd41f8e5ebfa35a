"""x²y + y + 2 of two numbers: what a call costs."""

from rows.row import Row


def program(np):
    def f(x, y):
        return x * x * y + y + 2

    return f


def casadi_functions():
    import casadi

    x, y = casadi.SX.sym("x"), casadi.SX.sym("y")
    z = x * x * y + y + 2
    gradient = [casadi.gradient(z, v) for v in (x, y)]
    return casadi.Function("f", [x, y], [z]), casadi.Function("g", [x, y], [z, *gradient])


ROW = Row("hello", "x²y + y + 2", lambda: (3.0, 4.0), (0, 1), program, casadi=casadi_functions)
