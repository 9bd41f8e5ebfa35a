"""Whether NumPy reads an array by a view or by a copy hangs on its order in memory; types do not tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.errors import StagingError
from wengert.ir import Primitive, has_order, type_of
from wengert.run import run

X = np.arange(1.0, 7.0).reshape(2, 3)


def written(make: Callable[[Any], Any], flatten: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A new array is flattened, and what is flattened is written: where that is a view, the array changes."""

    def f(x: Any) -> Any:
        y = make(x)
        flat = flatten(y)
        flat[1] = 10.0 * x[0, 1] ** 2
        return np.sum(y * y) + np.sum(flat)

    return f


def base_written(x: Any) -> Any:
    """The array is written after it was flattened."""
    y = x.T * 2.0
    flat = y.ravel()
    y[1, 1] = x[0, 0] ** 3
    return np.sum(flat**2)


def in_memory_order(x: Any) -> Any:
    """The values themselves hang on the order."""
    y = x.reshape(3, 2, 1).copy() * np.ones(4)
    z = y.transpose(1, 2, 0)
    return z.ravel(order="K") @ np.arange(24.0) + z.ravel(order="A") @ np.arange(24.0)


def put_in_order(x: Any) -> Any:
    y = x.T * 2.0
    z = np.ascontiguousarray(y)
    z[0, 1] = 7.0 * x[0, 0]
    return np.sum(y)


def other_order(x: Any) -> Any:
    y = x.T + 0.0
    y += np.ones((3, 2))
    flat = y.reshape(6)
    flat[0] = x[1, 1]
    return np.sum(y)


MAKERS = {
    "elementwise": lambda x: x.T * 2.0,
    "zeros_like": lambda x: np.zeros_like(x.T),
    "array": lambda x: np.array(x.T),
    "copy": lambda x: np.copy(x.T),
    "padded": lambda x: np.pad(x.T * 1.0, 1),
    "deleted": lambda x: np.delete(np.copy(x.T), 0, axis=0),
    "written": lambda x: _with_zero(x.T * 2.0),
    "in C order": lambda x: x.T.copy(),
    "a product": lambda x: (x.T * 2.0) @ np.eye(2),
    "argument's order": lambda x: x * 2.0,
}
FLATTENERS = {
    "ravel": lambda y: y.ravel(),
    "reshape": lambda y: np.reshape(y, -1),
    "F": lambda y: np.ravel(y, order="F"),
    "K": lambda y: y.ravel(order="K"),
    "part": lambda y: y[1:].reshape(-1),
    "column": lambda y: y[:, :1].ravel(),
    "row": lambda y: np.ravel(y[0]),
    "rows": lambda y: y.reshape(y.shape[0], 1, y.shape[1])[:, 0, 0],
}
PROGRAMS = {f"{a}, {b}": written(f, g) for a, f in MAKERS.items() for b, g in FLATTENERS.items()} | {
    one.__name__: one for one in (base_written, in_memory_order, put_in_order, other_order)
}
DECIDED = ("in C order", "rows")  # there is no doubt about these


def _with_zero(y: Any) -> Any:
    y[0, 0] = 0.0
    return y


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_value_is_numpys(name: str, order: str) -> None:
    """By every way to record; a compiled program may refuse, but only where there is doubt."""
    f = PROGRAMS[name]
    x = np.asarray(X, order=order)  # type: ignore[call-overload]
    expected = f(x)
    assert wg.value_and_grad(f)(x)[0] == expected
    assert wg.jvp(f, (x,), (x,))[0] == expected
    assert run(wg.trace(f, x), x)[0] == expected
    stack = np.stack([x, 2 * x]) if order == "C" else np.stack([X.T, 2 * X.T]).swapaxes(1, 2)
    np.testing.assert_array_equal(wg.vmap(f)(stack), [f(one) for one in stack])
    try:
        found = wg.compile(f)(x)
    except StagingError as error:
        refused = str(error)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-14)
        return
    assert "memory" in refused
    assert __file__ in refused
    assert not any(word in name for word in DECIDED)


def test_one_compiled_program_meets_both_orders() -> None:
    """It is recorded once for a type: so what it returns must not hang on the order of its first argument."""
    compiled = wg.compile(lambda x: x.reshape(-1)[1] * x[0, 2])
    for x in (X, np.asfortranarray(X), X[::-1, ::-1], np.ascontiguousarray(X.T).T):
        assert compiled(x) == x.reshape(-1)[1] * x[0, 2]


@pytest.mark.parametrize("name", [name for name, row in Primitive.table.items() if row.samples or row.domain])
def test_rows_say_in_which_order_their_results_lie(name: str) -> None:
    """Where a row says that C order is kept, NumPy keeps it."""
    row = Primitive.table[name]
    rng = np.random.default_rng(0)
    samples = row.samples(rng) if row.samples else [(tuple(rng.uniform(*one, (2, 3)) for one in row.domain), {})]
    for inputs, params in samples:
        order = row.order(**params) if callable(row.order) else row.order
        if row.view or order == "any":
            continue
        inputs = tuple(np.ascontiguousarray(x) if isinstance(x, np.ndarray) and x.ndim else x for x in inputs)
        with np.errstate(all="ignore"):
            found = row.evaluate(*inputs, **params)
        for one in found if isinstance(found, tuple) else (found,):
            if isinstance(one, np.ndarray) and has_order(type_of(one)):
                assert one.flags.c_contiguous
