"""numpy.fft and scipy.fft: every function, length, norm and dtype against NumPy's values and central differences."""

import itertools

import numpy as np
import pytest
import scipy.fft

import wengert as wg
from tests.agreement import assert_agreement
from wengert.errors import UnsupportedError
from wengert.functions import has_traced
from wengert.functions.fourier import SCIPY_FFT
from wengert.read import as_read

RNG = np.random.default_rng(6)
REAL = RNG.standard_normal((3, 4))
COMPLEX = REAL + 1j * RNG.standard_normal((3, 4))
NORMS = (None, "backward", "ortho", "forward")
ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
MANY = ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn")
OF_REAL = {"rfft", "ihfft", "rfft2", "rfftn", "ihfft2", "ihfftn"}  # these refuse complex numbers
LIBRARIES = pytest.mark.parametrize("library", [np.fft, scipy.fft], ids=["numpy", "scipy"])


def inputs(name):
    """A real input, and a complex one where it is allowed."""
    return (REAL,) if name in OF_REAL else (REAL, COMPLEX)


def read(f):
    """The function read where its arguments are traced, and itself on plain ones: what it is compared with."""
    followed = as_read(f)
    return lambda *xs: followed(*xs) if has_traced(xs) else f(*xs)


@LIBRARIES
@pytest.mark.parametrize("name", ONE)
def test_lengths_along_one_axis(library, name):
    """Even and odd lengths, cropped, padded, and the array's own."""
    f = getattr(library, name)
    for x, n, axis in itertools.product(inputs(name), (None, 1, 2, 3, 5, 6), (-1, 0)):
        norm = NORMS[(n or 0) % 4]
        assert_agreement(read(lambda x, f=f, n=n, axis=axis, norm=norm: f(x, n, axis, norm)), x, batch=n == 5)


@LIBRARIES
@pytest.mark.parametrize("name", MANY)
def test_lengths_along_many_axes(library, name):
    """All axes, some, and lengths of their own."""
    f = getattr(library, name)
    keywords = [
        {},
        {"norm": "ortho"},
        {"s": (2, 5), "axes": (0, 1)},
        {"s": (4, 3), "axes": (-1, 0), "norm": "forward"},
        {"s": (-1, 3), "axes": (0, 1)},
    ]
    for x, options in itertools.product(inputs(name), keywords):
        assert_agreement(read(lambda x, f=f, options=options: f(x, **options)), x, batch=options != {})


@pytest.mark.parametrize("name", ["hfft2", "ihfft2", "hfftn", "ihfftn"])
def test_hermitian_transforms_of_scipy(name):
    """SciPy has them along several axes."""
    f = getattr(scipy.fft, name)
    for x, options in itertools.product(inputs(name), ({}, {"s": (3, 5), "axes": (0, 1), "norm": "ortho"})):
        wrapped = read(lambda x, options=options: f(x, **options))
        value = wg.vjp(wrapped, x)[0]
        np.testing.assert_allclose(value, f(x, **options), rtol=1e-13, atol=1e-13)
        assert_agreement(read(lambda x, options=options: SCIPY_FFT[name](x, **options)), x)


@LIBRARIES
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64, np.longdouble, np.clongdouble])
def test_dtypes(library, dtype):
    """The precision is NumPy's."""
    x = COMPLEX.astype(dtype) if np.dtype(dtype).kind == "c" else REAL.astype(dtype)
    names = ("fft", "ifft", "irfft", *(() if np.dtype(dtype).kind == "c" else ("rfft",)))
    for f in (getattr(library, name) for name in names):
        value, pullback = wg.vjp(read(f), x)
        assert value.dtype == f(x).dtype
        np.testing.assert_array_equal(value, f(x))
        (ct,) = pullback(np.ones_like(value))
        assert ct.dtype == dtype
        wide = REAL + 0j if np.dtype(dtype).kind == "c" else REAL
        expected = wg.vjp(read(f), wide)[1](np.ones(value.shape, value.dtype.type(0).real.dtype).astype(float))[0]
        np.testing.assert_allclose(ct, expected, rtol=1e-2, atol=1e-2)


REAL_TRANSFORMS = ("dct", "idct", "dst", "idst")


@pytest.mark.parametrize("name", REAL_TRANSFORMS)
def test_cosine_and_sine(name):
    """All types, norms and lengths; orthogonalized and not."""
    f = getattr(scipy.fft, name)
    for type, norm, orthogonalize in itertools.product((1, 2, 3, 4), NORMS[1:], (None, True, False)):
        n = {None: None, True: 5, False: 2}[orthogonalize]
        options = {"type": type, "norm": norm, "orthogonalize": orthogonalize, "n": n, "axis": type % 2 - 1}
        assert_agreement(read(lambda x, options=options: f(x, **options)), REAL, batch=type == 2)
    assert_agreement(read(lambda x: f(x, norm="ortho")), COMPLEX)
    assert_agreement(read(lambda x: f(x, 3)), REAL.astype(np.float32))
    for type in (2, 3, 4):
        assert_agreement(read(lambda x, type=type: f(x, type, n=1)), REAL, batch=False)


@pytest.mark.parametrize("name", REAL_TRANSFORMS)
def test_cosine_and_sine_along_many_axes(name):
    """dctn and the like."""
    f = getattr(scipy.fft, f"{name}n")
    for options in ({}, {"type": 3, "s": (2, 5), "axes": (1, 0)}, {"type": 1, "norm": "ortho"}, {"axes": 0}):
        assert_agreement(read(lambda x, options=options: f(x, **options)), REAL)


@LIBRARIES
def test_shifts(library):
    """The order of frequencies."""
    for f, axes in itertools.product((library.fftshift, library.ifftshift), (None, 0, (-1,), (0, 1))):
        assert_agreement(read(lambda x, f=f, axes=axes: f(x, axes)), REAL[:, :3], batch=axes is None)


def test_numpy_needs_no_reader():
    """numpy.fft reaches us by protocol."""
    f = lambda x: np.sum(np.abs(np.fft.fft(x * np.fft.fftfreq(4))) ** 2)  # noqa: E731
    np.testing.assert_allclose(wg.grad(f)(REAL[0]), 2 * 4 * REAL[0] * np.fft.fftfreq(4) ** 2, rtol=1e-12)


def test_irfft_counts_inner_bins_twice():
    """Bins inside stand for a frequency and its negative."""
    w = np.array([1.0, 2.0, 3.0, 4.0])
    gradient = wg.grad(lambda x: np.sum(np.fft.irfft(x + 0j) * w))(np.ones(3))
    np.testing.assert_allclose(gradient, [2.5, -1, -0.5])
    assert gradient.dtype == np.float64


def test_parseval():
    """The gradient of the power of a spectrum is the signal."""
    for n in (6, 7):
        x = RNG.standard_normal(n)
        weights = np.where((np.arange(n // 2 + 1) == 0) | (np.arange(n // 2 + 1) * 2 == n), 1, 2)
        power = lambda x, w=weights: np.sum(w * np.abs(np.fft.rfft(x, norm="ortho")) ** 2)  # noqa: E731
        np.testing.assert_allclose(wg.grad(power)(x), 2 * x, rtol=1e-12)


def test_fftfreq_of_a_traced_spacing():
    """fftfreq(n, d) is 1/d times what it is."""
    for library in (np.fft, scipy.fft):
        f = read(lambda d, library=library: np.sum(library.fftfreq(5, d)[:3]))
        assert wg.grad(f)(0.5) == pytest.approx(-(0.2 + 0.4) / 0.25)


def test_vmap_and_jacobian():
    """The Jacobian is the matrix."""
    matrix = wg.jacobian(np.fft.fft)(REAL[0])
    np.testing.assert_allclose(matrix, np.fft.fft(np.eye(4)), atol=1e-12)
    np.testing.assert_allclose(wg.vmap(lambda x: np.fft.rfft(x, 5))(REAL), np.fft.rfft(REAL, 5))


WRONG = [
    (lambda x: scipy.fft.fft(x, workers=2), UnsupportedError, "scipy.fft.fft.*workers"),
    (lambda x: scipy.fft.rfftn(x, overwrite_x=True), UnsupportedError, "overwrite_x"),
    (lambda x: scipy.fft.dct(x, workers=2), UnsupportedError, "dct.*workers"),
    (lambda x: scipy.fft.fht(x, 0.1, 1.0), UnsupportedError, "fht has no derivative rule"),
    (lambda x: np.fft.fft(x, norm="other"), ValueError, "norm"),
    (lambda x: np.fft.fft(x, 0), ValueError, "Invalid number of FFT data points"),
    (lambda x: np.fft.fft2(x), np.exceptions.AxisError, "out of bounds"),
    (lambda x: np.fft.fftn(x, axes=(0, 0)), UnsupportedError, "twice along an axis"),
    (lambda x: np.fft.rfft(x + 1j), TypeError, None),
    (lambda x: scipy.fft.dct(x + 1j, orthogonalize=True), UnsupportedError, "orthogonalize"),
    (lambda x: scipy.fft.dct(x, 5), ValueError, "type"),
]


@pytest.mark.parametrize(("f", "error", "message"), WRONG)
def test_errors(f, error, message):
    """What NumPy refuses, and what is not supported."""
    with pytest.raises(error, match=message):
        wg.vjp(read(f), REAL[0])


def test_out():
    """`out=` an array of the function's own."""

    def f(x):
        out = np.empty(4, complex)
        np.fft.fft(x, out=out)
        return np.sum(np.abs(out) ** 2)

    np.testing.assert_allclose(wg.grad(read(f))(REAL[0]), 8 * REAL[0])


def test_plain_calls_are_scipys():
    """A transform of untraced values is SciPy's own, with all its options."""
    f = read(lambda x: np.sum(x * scipy.fft.dct(np.arange(4.0), workers=1, overwrite_x=True)))
    np.testing.assert_array_equal(wg.grad(f)(REAL[0]), scipy.fft.dct(np.arange(4.0)))
