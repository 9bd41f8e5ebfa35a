"""Several threads on one nest: the same bits whatever their number, from many callers at once, and after a fork."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.native import compile_list, parts
from wengert.run import run


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    count = wg.get_num_threads()
    yield
    wg.set_num_threads(count)


def many(x: Any, y: Any) -> Any:
    z = np.sin(x) * y + np.exp(-x * x)
    return z, np.sum(z), np.max(z * y), np.sum(z > 0.5), np.mean(z), np.prod(1 + z * 1e-9), np.any(z > 1e9)


@pytest.mark.parametrize("n", [1_000_000, 999_983, 123_456])
def test_the_number_does_not_matter(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGE", 100_000)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, n))
    wl = wg.trace(many, x, y)
    program = compile_list(wl, verify=True)
    assert "wengert.parallel" in program.text
    results = []
    for count in (1, 2, 3, 7):
        wg.set_num_threads(count)
        results.append(program(x, y))
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_array_equal(a, b)
    for a, b in zip(results[0], run(wl, x, y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14)  # the product has a million factors


@pytest.mark.parametrize("shape", [(2000, 300), (64, 5000), (40, 30, 200)])
def test_matrices(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGE", 100_000)
    x = np.random.default_rng(0).standard_normal(shape)

    def f(x: Any) -> Any:
        z = np.exp(np.sin(x) - x[..., :1])
        return z / np.sum(z, axis=-1, keepdims=True), np.sum(z, axis=0), np.sum(z)

    wl = wg.trace(f, x)
    program = compile_list(wl, verify=True)
    wg.set_num_threads(1)
    alone = program(x)
    wg.set_num_threads(4)
    for a, b, c in zip(program(x), alone, run(wl, x), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, c, rtol=1e-11)


def test_many_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGE", 100_000)
    wg.set_num_threads(3)
    rng = np.random.default_rng(0)
    inputs = [tuple(rng.standard_normal((2, 100_003))) for _ in range(8)]
    program = compile_list(wg.trace(many, *inputs[0]))
    expected = [program(*args) for args in inputs]
    wrong: list[int] = []

    def work(k: int) -> None:
        for _ in range(30):
            for a, b in zip(program(*inputs[k]), expected[k], strict=True):
                if not np.array_equal(a, b):
                    wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_after_a_fork() -> None:
    """In a process of its own, for a fork of a process with threads is warned of."""
    program = """
import os, warnings
import numpy as np, wengert as wg
from wengert.native import compile_list, parts
warnings.simplefilter("ignore")
parts.LARGE = 100_000
wg.set_num_threads(2)
x = np.linspace(0, 1, 200_000)
call = compile_list(wg.trace(lambda x: np.sum(np.exp(x)), x), single=True).call
expected = [call(x) for _ in range(20)][0]
child = os.fork()
if child == 0:
    os._exit(0 if all(call(x) == expected for _ in range(20)) else 1)
assert os.waitpid(child, 0)[1] == 0
assert call(x) == expected
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_refused() -> None:
    for wrong in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="an integer from 1 on"):
            wg.set_num_threads(wrong)  # type: ignore[arg-type]
