"""Pullbacks, pushforwards, and the vector spaces of values."""

import numpy as np

import wengert as wg
from autograd.extend import Primitive as primitive  # noqa: F401  # the name the tests import
from wengert.ir import Traced, dtype_of, shape_of
from wengert.tree import flatten, unflatten

primitive_vjps = {}  # no table to take rules out of: they stand in the rows


def make_vjp(fun, x):
    """The pullback in autograd's convention, which does not conjugate, and the value."""
    value, pullback = wg.vjp(fun, x)

    def vjp(g):
        return VSpace(x).covector(pullback(VSpace(value).fitted(VSpace(value).covector(g)))[0])

    return vjp, value


def make_jvp(fun, x):
    """The pushforward, which gives the value, too."""
    return lambda v: wg.jvp(fun, (x,), (VSpace(x).fitted(v),))


class VSpace:
    """The numbers, arrays and containers of the structure, shapes and dtypes of a value."""

    def __init__(self, value):
        self.leaves, self.structure = flatten(value)
        self.types = [(shape_of(leaf), dtype_of(leaf)) for leaf in self.leaves]
        self.size = sum(int(np.prod(shape)) * (2 if dtype.kind == "c" else 1) for shape, dtype in self.types)
        self.iscomplex = any(dtype.kind == "c" for _, dtype in self.types)
        self.shape = self.types[0][0] if len(self.types) == 1 else ()

    def __eq__(self, other):
        kinds = [[(shape, dtype.kind == "c") for shape, dtype in space.types] for space in (self, other)]
        return self.structure == other.structure and kinds[0] == kinds[1]

    def __repr__(self):
        return f"VSpace({self.structure}, {self.types})"

    def _map(self, function, *values):
        columns = [flatten(value)[0] for value in values]
        return unflatten(self.structure, [function(*row) for row in zip(*columns, strict=True)])

    def _make(self, draw):
        made = []
        for (shape, dtype), leaf in zip(self.types, self.leaves, strict=True):
            x = draw(shape) + 1j * draw(shape) if dtype.kind == "c" else draw(shape)
            x = np.asarray(x, dtype if dtype.kind in "fc" else float)
            made.append(x.item() if type(leaf) in (float, complex, int) else x[()] if shape == () else x)
        return unflatten(self.structure, made)

    def zeros(self):
        """Zero."""
        return self._make(np.zeros)

    def ones(self):
        """One everywhere, and in the imaginary part."""
        return self._make(np.ones)

    def randn(self):
        """Normal random numbers."""
        return self._make(lambda shape: np.random.randn(*shape))  # noqa: NPY002  # seeded by the suite

    def standard_basis(self):
        """The unit vectors, imaginary ones too."""
        for i, (shape, dtype) in enumerate(self.types):
            for place in np.ndindex(*shape):
                for unit in (1.0, 1.0j) if dtype.kind == "c" else (1.0,):
                    leaves = [np.zeros(s, d if d.kind in "fc" else float) for s, d in self.types]
                    leaves[i][place] = unit
                    yield unflatten(self.structure, [x[()] if x.shape == () else x for x in leaves])

    def add(self, x, y):
        """The sum."""
        return self._map(lambda a, b: a + b, x, y)

    mut_add = add

    def scalar_mul(self, x, a):
        """A multiple."""
        return self._map(lambda leaf: leaf * a, x)

    def inner_prod(self, x, y):
        """The real inner product."""
        pairs = zip(flatten(x)[0], flatten(y)[0], strict=True)
        return sum([np.real(np.sum(np.conj(a) * b)) for a, b in pairs], 0.0)

    def covector(self, x):
        """The conjugate of what is complex here."""
        return self._map(lambda leaf: np.conj(leaf) if dtype_of(leaf).kind == "c" else leaf, x)

    def fitted(self, x):
        """A tangent of the values' shapes and dtypes."""
        columns = zip(flatten(x)[0], self.types, self.leaves, strict=True)
        return unflatten(self.structure, [_fit(*column) for column in columns])


def _fit(x, kind, leaf):
    shape, dtype = kind
    if isinstance(x, Traced) or isinstance(leaf, Traced):
        return x
    if dtype.kind in "fc" and dtype_of(x).kind == "c" and dtype.kind != "c":
        x = np.real(x)
    return x + np.zeros(shape, x.dtype if isinstance(x, np.ndarray) else None) if shape_of(x) != shape else x


def vspace(value):
    """The space of a value."""
    return VSpace(value)
