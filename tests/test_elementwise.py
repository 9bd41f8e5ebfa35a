"""Elementwise functions: values of NumPy's, derivatives against central differences, special points, queries."""

import mpmath
import numpy as np
import pytest

import wengert as wg
from tests.differences import check, same
from wengert.errors import StagingError, UnsupportedError
from wengert.ir import Array, Primitive
from wengert.primitives import UFUNCS
from wengert.record import Staged

RNG = np.random.default_rng(11)
GUFUNCS = {"matmul", "vecdot", "matvec", "vecmat"}
NUMPYS = {value for value in vars(np).values() if isinstance(value, np.ufunc) and value.__name__ not in GUFUNCS}
ROWS = {row for row in (UFUNCS.get(f) for f in NUMPYS) if isinstance(row, Primitive) and row.partials is not None}
SMOOTH = sorted((row for row in ROWS if not row.discrete and row.samples is None), key=str)
DISCRETE = sorted((row for row in ROWS if row.discrete), key=str)
OWN = {Primitive.table[name] for name in ("clip", "mantissa", "power", "sinc", "sinc_derivative", "i0")}
SPECIAL = sorted((row for row in ROWS | OWN if row.special), key=str)


def draw(row, *shapes):
    """Arguments from a row's domain."""
    return [RNG.uniform(*interval, shape) for interval, shape in zip(row.domain, shapes, strict=False)]


def points(row):
    """Arguments of the shapes and layouts that matter: vector, number, broadcast, empty, reversed, Fortran's."""
    yield draw(row, (5,), (5,), (5,))
    yield [float(x) for x in draw(row, (), (), ())]
    yield draw(row, (), (2, 3), (3,))
    yield draw(row, (3, 1), (4,), ())
    yield draw(row, (0, 2), (2,), (1, 2))
    yield [x[::-1] for x in draw(row, (4,), (4,), (4,))]
    yield [np.asfortranarray(x) for x in draw(row, (2, 3), (2, 3), (2, 3))]


def test_every_ufunc_has_a_meaning():
    """All ufuncs in NumPy's namespace are in the table."""
    assert not [f.__name__ for f in NUMPYS if f not in UFUNCS]


@pytest.mark.parametrize("row", SMOOTH, ids=str)
def test_smooth(row):
    """Values and derivatives of the ufuncs that have one."""
    for args in points(row):
        check(row.evaluate, *args)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
@pytest.mark.parametrize("row", SMOOTH, ids=str)
def test_precisions(row, dtype):
    """The precision of the argument is the precision of the derivative."""
    args = [x.astype(dtype) for x in draw(row, (3,), (2, 3), (3,))]
    check(row.evaluate, *args, second=dtype is not np.float16)


@pytest.mark.parametrize("row", [row for row in SMOOTH if row.holomorphic], ids=str)
def test_complex(row):
    """Complex derivatives of the holomorphic ones."""
    parts = [draw(row, (4,), (4,)), draw(row, (4,), (4,))]
    args = [x + 0.3j * y for x, y in zip(*parts, strict=True)]
    check(row.evaluate, *args)
    if len(args) == 2:
        check(row.evaluate, parts[0][0], args[1])
        check(row.evaluate, args[0], parts[0][1])


@pytest.mark.parametrize("row", DISCRETE, ids=str)
def test_discrete(row):
    """Truths, integers and rounded values are NumPy's; their derivative is 0."""
    samples = row.samples(RNG) if row.samples else [(tuple(draw(row, (5,), (2, 5), (5,))), {})]
    for args, _ in samples:
        if any(x.dtype.kind != "f" for x in args):
            same(wg.jvp(lambda t, args=args: (row(*args), t), (0.0,), (1.0,))[0][0], row.evaluate(*args), row.name)
            continue
        plain = row.evaluate(*args)
        value, tangent = wg.jvp(row.evaluate, args, args)
        same(value, plain, row.name)
        assert not np.any(tangent)
        assert not any(map(np.any, wg.vjp(row.evaluate, *args)[1](np.ones(plain.shape))))


@pytest.mark.parametrize("row", SPECIAL, ids=str)
def test_special_points(row):
    """The partials that the rows promise, in both modes."""
    for args, expected in row.special:
        for i, (x, partial) in enumerate(zip(args, expected, strict=True)):
            if type(x) is not float:
                continue
            for number in (float, np.array):

                def alone(t, i=i, args=args, number=number):
                    return row(*(t if i == j else number(v) if type(v) is float else v for j, v in enumerate(args)))

                found = [wg.jvp(alone, (number(x),), (number(1.0),))[1], wg.grad(alone)(number(x))]
                np.testing.assert_allclose(found, partial, rtol=1e-13, err_msg=f"{row} at {args}, argument {i}")


@pytest.mark.parametrize("function", [np.modf, np.frexp, np.divmod], ids=lambda f: f.__name__)
def test_two_outputs(function):
    """Ufuncs of two outputs."""
    args = [np.array([2.3, -3.7, 0.4]), np.array([1.1, 0.9, -0.15])][: function.nin]
    check(function, *args)
    check(function, *(float(x[0]) for x in args))


def test_powers_of_zero():
    """Derivatives of every order of x**n at 0."""
    for n in (0, 1, 2, 3, 5):
        for exponent in (n, float(n), np.array(float(n))):
            f = lambda x, exponent=exponent: x**exponent  # noqa: E731
            for order in range(1, n + 3):
                f = wg.grad(f)
                assert f(0.0) == (np.prod(np.arange(1.0, n + 1)) if order == n else 0.0)


def test_mixed_derivatives_of_powers_at_zero():
    """The limits of the derivatives of x**y log x."""
    dy = wg.grad(lambda x, y: x**y, 1)
    assert [wg.grad(dy)(0.0, y) for y in (1.0, 2.0, 3.0)] == [-np.inf, 0.0, 0.0]
    assert wg.grad(wg.grad(dy))(0.0, 3.0) == 0.0
    assert wg.grad(wg.grad(dy))(0.0, 2.0) == -np.inf
    assert wg.grad(dy, 1)(0.0, 2.0) == 0.0


@pytest.mark.parametrize("order", range(7))
def test_sinc_of_every_order(order):
    """Derivatives of sin(πx)/(πx) against 40 digits, near and far from 0."""
    f = np.sinc
    for _ in range(order):
        f = wg.grad(f)
    mpmath.mp.dps = 40
    for x in (0.0, 1e-9, -1e-3, 0.3, 0.64, (order + 1) / np.pi, 2.0, -7.5, 40.1):
        exact = float(mpmath.diff(lambda t: mpmath.sincpi(t), mpmath.mpf(x), order))
        assert abs(f(x) - exact) <= 3e-15 * np.pi**order


KNOTS, HEIGHTS = np.array([0.0, 1.0, 2.5, 3.0]), np.array([1.0, -1.0, 0.5, 2.0])
QUERY = np.array([-0.7, 0.3, 1.2, 2.7, 3.4])
X = np.array([[-1.3, 0.2, 0.8], [1.7, -0.4, 2.6]])
Z = X + 1j * X[::-1, ::-1]
ANGLES = np.array([[0.1, 3.0, -3.0, 2.9, 9.5], [0.0, -2.0, 2.5, 5.0, -1.2]])

COMPOSITES = {
    "clip": (lambda x: np.clip(x, -1.0, 1.0), X),
    "clip-method": (lambda x: x.clip(min=0.0), X),
    "clip-one-sided": (lambda x: np.clip(x, None, 1.0), X),
    "clip-no-bound": (lambda x: np.clip(x, None, None), X),
    "clip-keywords": (lambda x: np.clip(x, min=-1.0, max=0.5), X),
    "clip-traced-bounds": (np.clip, X, np.array([-1.0, 0.0, -2.0]), np.array([[1.0], [0.5]])),
    "clip-float32": (lambda x: np.clip(x, 0.0, 1.0), X.astype(np.float32)),
    "round": (lambda x: np.round(x, 1) * x, X),
    "round-method": (lambda x: x.round() * x, X),
    "around": (lambda x: np.around(x, -1) + x, X),
    "fix": (lambda x: np.fix(x) * x, X),
    "astype-int": (lambda x: x.astype(int) * x, X),
    "astype-bool": (lambda x: x.astype(bool) * x, X),
    "astype-complex": (lambda x: np.astype(x, complex) * 2j, X),
    "astype-same": (lambda x: x.astype(float) * x, X),
    "copy": (lambda x: np.copy(x) * x, X),
    "sinc": (np.sinc, np.array([-1.5, 0.0, 0.2, 1.0, 3.7])),
    "sinc-complex": (np.sinc, Z),
    "i0": (np.i0, np.array([-3.0, 0.0, 0.5, 9.0])),
    "nan-to-num": (lambda x: np.nan_to_num(x) * 2, X),
    "nan-to-num-complex": (lambda z: np.nan_to_num(z) * 2, Z),
    "interp-x": (lambda x: np.interp(x, KNOTS, HEIGHTS), QUERY),
    "interp-all": (np.interp, QUERY, KNOTS, HEIGHTS),
    "interp-ends": (lambda x, f, a, b: np.interp(x, KNOTS, f, a, b), QUERY, HEIGHTS, -5.0, 7.0),
    "interp-number": (lambda x, f: np.interp(x, KNOTS, f), 1.7, HEIGHTS),
    "interp-complex": (lambda x, f: np.interp(x, KNOTS, f), QUERY, HEIGHTS * (1 + 2j)),
    "interp-period": (lambda x, f: np.interp(x, KNOTS, f, period=3.3), QUERY, HEIGHTS),
    "interp-one-knot": (lambda x, f: np.interp(x, np.array([1.0]), f), QUERY, np.array([2.0])),
    "where": (np.where, None, X, Z),
    "where-number": (lambda x: np.where(x > 0, x, 0.0), X),
    "where-broadcast": (lambda x, y: np.where(np.array([True, False, True]), x, y), X, 3.0),
    "where-float-condition": (lambda x, y: np.where(x, x * y, 2 * y), np.array([0.5, -1.0, 2.0]), X),
    "where-positions": (lambda x: x[np.where(x > 0)] * 2, X),
    "select": (lambda x: np.select([x < 0, x < 1], [x * x, np.sin(x)], 2 * x), X),
    "select-default": (lambda x: np.select([x < 0, x > 1], [x, np.exp(x)]), X),
    "piecewise": (lambda x: np.piecewise(x, [x < 0, x > 1], [np.sin, lambda t: t**3, 0.5]), X),
    "piecewise-numbers": (lambda x: np.piecewise(x, [x < 0], [-1.0, lambda t, a: a * t], 3.0), X),
    "piecewise-scalar": (lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t * t]), np.array(1.5)),
    "unwrap": (np.unwrap, ANGLES),
    "unwrap-axis": (lambda p: np.unwrap(p, axis=0, period=3.0), ANGLES),
    "real": (lambda z: np.real(z * z), Z),
    "imag": (lambda z: np.imag(z * z), Z),
    "real-of-real": (lambda x: np.real(x) * x, X),
    "imag-of-real": (lambda x: np.imag(x) + x, X),
    "conj": (lambda z: np.conj(z) * z * z, Z),
    "conj-of-real": (lambda x: np.conjugate(x) * x, X),
    "abs-complex": (np.absolute, Z),
    "sign-complex": (np.sign, Z),
    "angle": (np.angle, Z),
    "angle-degrees": (lambda z: np.angle(z, deg=True), Z),
    "angle-of-real": (lambda x: np.angle(x) + x, X),
    "real-if-close": (lambda z: np.real_if_close(z + np.conj(z)) * 2, Z),
    "real-if-not-close": (lambda z: np.real_if_close(z) * z, Z),
    "ldexp": (lambda x: np.ldexp(x, np.array([1, -2, 0])), X),
    "maximum-of-three": (lambda x: np.maximum(np.maximum(x, 0.1), -x), X),
    "emath-sqrt": (lambda x: np.emath.sqrt(x), X),
    "emath-log": (lambda x: np.emath.log(x) + np.emath.log2(x) + np.emath.log10(x), X),
    "emath-positive": (lambda x: np.emath.sqrt(x * x), X),
    "emath-arcs": (lambda x: np.emath.arcsin(x) * np.emath.arccos(x) - np.emath.arctanh(x), X),
    "emath-power": (lambda x: np.emath.power(x, 1.5), X),
    "emath-logn": (lambda x: np.emath.logn(3.0, x), X),
}


@pytest.mark.parametrize("name", COMPOSITES)
def test_composites(name):
    """NumPy's functions written in primitives."""
    function, *args = COMPOSITES[name]
    if args[0] is None:
        check(lambda x, z: function(X > 0.5, x, z), *args[1:])
    else:
        check(function, *args)


SAMPLE = np.array([1.0, np.nan, -np.inf, 2.0, np.inf])
QUERIES = {
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "isinf": np.isinf,
    "isposinf": np.isposinf,
    "isneginf": np.isneginf,
    "signbit": np.signbit,
    "isreal": np.isreal,
    "iscomplex": np.iscomplex,
    "iscomplexobj": np.iscomplexobj,
    "isrealobj": np.isrealobj,
    "shape": np.shape,
    "ndim": np.ndim,
    "size": np.size,
    "size-axis": lambda x: np.size(x, 0),
    "isclose": lambda x: np.isclose(x, 1.0),
    "isclose-nan": lambda x: np.isclose(x, x, equal_nan=True),
    "isclose-tolerance": lambda x: np.isclose(x, 2.1, 0.1, 0.0),
    "allclose": lambda x: np.allclose(x, x),
    "allclose-nan": lambda x: np.allclose(x, x, equal_nan=True),
    "array-equal": lambda x: np.array_equal(x, x),
    "array-equal-nan": lambda x: np.array_equal(x, x, equal_nan=True),
    "array-equal-shapes": lambda x: np.array_equal(x, x[:2]),
    "array-equiv": lambda x: np.array_equiv(x[:1], np.ones((3, 1))),
    "array-equiv-shapes": lambda x: np.array_equiv(x, np.ones(3)),
    "result-type": lambda x: np.result_type(x, np.float32),
    "result-type-dtype": lambda x: np.result_type(x, "c8"),
    "can-cast": lambda x: np.can_cast(x.dtype, np.float32),
    "common-type": lambda x: np.common_type(x, np.ones(2, "f4")),
    "min-scalar-type": np.min_scalar_type,
    "shares-memory": lambda x: np.shares_memory(x, x[1:]),
    "may-share-memory": lambda x: np.may_share_memory(x, x + 1),
    "array2string": lambda x: np.array2string(x, precision=2),
    "array-repr": np.array_repr,
    "isin": lambda x: np.isin(x, [1.0, 2.0]),
    "isin-invert": lambda x: np.isin([1.0, 7.0], x, invert=True),
    "tril-indices": lambda x: np.array(np.tril_indices_from(np.outer(x, x), -1)),
    "triu-indices": lambda x: np.array(np.triu_indices_from(np.outer(x, x))),
    "diag-indices": lambda x: np.array(np.diag_indices_from(np.outer(x, x))),
    "array-str": np.array_str,
    "logic": lambda x: (x > 0) & ~(x > 1) | (x == -np.inf),
    "comparisons": lambda x: [x < 2, x <= 2, x > 2, x >= 2, x == 2, x != 2],
    "logical": lambda x: np.logical_or(np.logical_and(x, x > 1), np.logical_not(x)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries(name):
    """What carries no derivative has NumPy's plain answer while a derivative is being recorded."""
    function, answers = QUERIES[name], []

    def asks(x):
        answers.append(function(x))
        return x[0] * 1.0

    wg.grad(asks)(SAMPLE)
    wg.jvp(asks, (SAMPLE,), (SAMPLE,))
    expected = function(SAMPLE)
    for answer in answers:
        if isinstance(expected, np.ndarray):
            same(answer, expected, name)
        else:
            np.testing.assert_equal(answer, expected)
            assert type(answer) is type(expected)


def test_values_of_special_points_are_numpys():
    """Infinities, nan and signed zeros pass every smooth ufunc and the replacing functions as in NumPy."""
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e-310, 1e300])
    functions = [row.evaluate for row in SMOOTH if len(row.partials) == 1]
    functions += [np.nan_to_num, np.sinc, np.i0, lambda x: np.nan_to_num(x, nan=3.0, posinf=1.0, neginf=-1.0)]
    functions += [lambda x: np.clip(x, -1.0, 1.0), np.modf, np.frexp, np.sign, lambda x: x**2, lambda x: x**-1]
    functions += [lambda x: np.interp(x, [0.0, 1.0], [0.0, np.inf]), lambda x: np.where(x, x, 0.0)]
    with np.errstate(all="ignore"):
        for function in functions:
            same(wg.jvp(function, (odd,), (odd,))[0], function(odd), str(function))
        for row in (row for row in SMOOTH if len(row.partials) == 2):
            same(
                wg.jvp(row.evaluate, (odd[:, None], odd), (odd[:, None], odd))[0],
                row.evaluate(odd[:, None], odd),
                str(row),
            )


def test_nan_to_num_in_place():
    """copy=False writes into the array."""

    def f(x):
        y = x * 1.0
        assert np.nan_to_num(y, copy=False) is y
        return np.sum(y * y)

    np.testing.assert_array_equal(wg.grad(f)(np.array([np.nan, 3.0, np.inf])), [0.0, 6.0, 0.0])


def test_clip_counts_its_bounds_as_inside():
    """The derivative at a bound is x's; inactive bounds have none."""
    d = wg.jacobian(np.clip, argnums=(0, 1, 2))
    dx, low, high = d(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), -1.0, 1.0)
    np.testing.assert_array_equal(np.diag(dx), [0, 1, 1, 1, 0])
    np.testing.assert_array_equal(low, [1, 0, 0, 0, 0])
    np.testing.assert_array_equal(high, [0, 0, 0, 0, 1])


def test_interp_at_a_knot_takes_the_piece_to_the_right():
    """At the last knot the last piece; outside the slope is 0."""
    slope = wg.grad(lambda x: np.interp(x, KNOTS, HEIGHTS))
    assert [slope(x) for x in (-1.0, 0.0, 1.0, 2.5, 3.0, 4.0)] == [0.0, -2.0, 1.0, 3.0, 3.0, 0.0]


def test_parts_are_views():
    """Writes through the real and the imaginary part reach the complex array."""

    def f(z):
        w = z * 1.0
        w.real *= 2
        w.imag[0] = 3.0
        return np.sum(np.abs(w) ** 2)

    z = np.array([1.0 + 2.0j, -1.0 + 0.5j])
    np.testing.assert_allclose(wg.grad(f)(z), [8.0, -8.0 + 1.0j])
    assert wg.grad(lambda x: np.sum(np.real(x)) if np.real(x) is x else 0.0 * x[0])(np.ones(2)).all()


def test_batches():
    """Rows other than the elementwise ones keep a leading axis apart."""
    x, c = RNG.standard_normal((3, 4)), RNG.random((3, 4)) < 0.5
    z = x + 1j * x[::-1]
    for function in (np.real, np.imag, np.conj, np.sign, np.angle, lambda z: np.where(z.real > 0, z, 1.0)):
        same(wg.vmap(function)(z), function(z), str(function))
    same(wg.vmap(lambda c, x: np.where(c, x, c))(c, x), np.where(c, x, c), "where")
    same(wg.vmap(lambda c, x: np.where(c[:, None], x, 0.0))(c, x), np.where(c[:, :, None], x[:, None, :], 0.0), "where")
    same(wg.vmap(lambda x: np.interp(x, KNOTS, HEIGHTS))(x), np.interp(x, KNOTS, HEIGHTS), "interp")
    rows = wg.vmap(lambda f: np.interp(QUERY, KNOTS, f))(x)
    np.testing.assert_array_equal(rows, [np.interp(QUERY, KNOTS, f) for f in x])
    pieces = wg.vmap(lambda x: np.piecewise(x, [x < 0], [lambda t: -t, lambda t: t * t]))(x)
    np.testing.assert_array_equal(pieces, np.where(x < 0, -x, x * x))


def test_what_needs_numbers_says_so():
    """An abstract value has no text and decides nothing."""
    for function in (np.array2string, np.real_if_close, np.emath.sqrt):
        level = Staged("test")
        with pytest.raises(StagingError):
            function(level.add_input(Array((3,), np.dtype(complex))))


def test_branch_cuts():
    """On a cut the derivative is that of the side which the sign of the zero names."""
    for function in (np.arcsin, np.arccos, np.arctanh, np.arccosh, np.arctan, np.arcsinh, np.sqrt, np.log):
        for x in (-1.7, 1.7):
            for zero in (0.0, -0.0):
                for z in (complex(x, zero), complex(zero, x)):
                    beside = z + 1e-12 * (complex(0, 1) if z.real == x else 1) * np.copysign(1, zero)
                    d = wg.grad(function, holomorphic=True)
                    assert d(z) == pytest.approx(d(beside), rel=1e-9), (function, z)


def test_conversions():
    """Derivatives keep the dtype of what they belong to; a copy is a copy."""
    x = X.astype(np.float32)
    gradient = wg.grad(lambda x: np.sum(x.astype(np.float64) ** 2))(x)
    same(gradient, 2 * x, "float32 through float64")
    assert wg.grad(lambda x: np.sum(np.astype(x, float, copy=False)) if x.astype(float, copy=False) is x else 0.0)(
        X
    ).all()
    with pytest.raises(TypeError, match="Cannot cast"):
        wg.grad(lambda x: np.sum(x.astype(int, casting="safe")))(X)

    def f(x):
        y = x.astype(float)
        z = np.copy(y)
        y *= 2
        return np.sum(y * z)

    np.testing.assert_array_equal(wg.grad(f)(X), 4 * X)


def test_unknown_keywords_are_errors():
    """No keyword is accepted and ignored."""
    for call in (
        lambda x: np.clip(x, 0, 1, casting="unsafe"),
        lambda x: np.exp(x, casting="unsafe"),
    ):
        with pytest.raises(UnsupportedError, match="np\\."):
            wg.grad(lambda x, call=call: np.sum(call(x)))(np.ones(2))
