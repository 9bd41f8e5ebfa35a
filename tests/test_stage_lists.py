"""Items of lists by numbers that are not known yet: the list stays a list for Python, and a stack in loops."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios import lists
from tests.scenarios.lists import LISTS
from wengert.errors import StagingError

P = np.array([0.7, 1.3])
REFUSED = {"arrays_swap": "an array may be in a list", "window_while": "a deque is"}
UNROLLED = {"no_loop", "item_inplace", "out_of_range", "order1", "order2", "order3", "order4", "order5"}


@pytest.mark.parametrize("function", [pytest.param(f, id=f.__name__) for f in LISTS])
def test_items(function: Callable[[Any], Any]) -> None:
    if function.__name__ in REFUSED:
        with pytest.raises(StagingError, match=REFUSED[function.__name__]):
            wg.compile(function)(P)
        return
    if function.__name__ == "out_of_range":
        for compiled in (function, wg.compile(function), wg.compile(function, mode="list")):
            with pytest.raises(IndexError):
                compiled(P)
            assert compiled(P * 0.1) == pytest.approx(function(P * 0.1))
        return
    compiled, native = wg.compile(function, mode="list"), wg.compile(function)
    gradient = wg.compile(wg.grad(function))
    for p in (P, P * 1.1 + 0.05, P):
        np.testing.assert_allclose(compiled(p), function(p), rtol=1e-12)
        np.testing.assert_allclose(native(p), function(p), rtol=1e-12)
        np.testing.assert_allclose(gradient(p), wg.grad(function)(p), rtol=1e-12)
        np.testing.assert_allclose(wg.grad(compiled)(p), wg.grad(function)(p), rtol=1e-12)
    if function.__name__ not in UNROLLED:
        assert "rolled" in [entry.status for entry in compiled.report(P)]


def test_a_list_from_outside_is_never_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "TABLE", [1.0, 2.0, 3.0])
    compiled = wg.compile(lists.table)
    for value in (2.0, 9.0, -1.0, 9.0):
        lists.TABLE[1] = value
        assert compiled(P) == pytest.approx(lists.table(P), rel=1e-14)


def test_a_list_from_outside_is_written() -> None:
    bins = [0.0] * 4

    def count(x: Any) -> Any:
        for i in range(6):
            bins[int(x * i) % 4] += x
        return bins[0] * 1.0

    compiled = wg.compile(count)
    expected = [0.0] * 4
    for x in (1.3, 0.4, 1.3):
        for i in range(6):
            expected[int(x * i) % 4] += x
        assert compiled(x) == pytest.approx(expected[0], rel=1e-14)
        assert bins == pytest.approx(expected, rel=1e-14)


def test_items_that_are_not_alike() -> None:
    def write(x: Any) -> Any:
        items = [x, "a", None]
        items[int(x)] = 2.0
        return items[0]

    def read(x: Any) -> Any:
        items = [[x], [x, x]]
        return items[int(x)][0]

    with pytest.raises(StagingError, match=r"its items are different things. Use an array") as info:
        wg.compile(write)(0.5)
    assert "items[int(x)] = 2.0" in str(info.value)
    with pytest.raises(StagingError, match="its items are objects that may be changed"):
        wg.compile(read)(0.5)

    def sort(x: Any) -> Any:
        return sorted([(x, "a"), (1.0, "b")], key=lambda item: item[0])[0][1]

    with pytest.raises(StagingError, match="items are sorted by numbers that are not known yet"):
        wg.compile(sort)(0.5)
