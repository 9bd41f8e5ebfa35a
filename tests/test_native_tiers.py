"""Plain code first, good code when it pays: the same numbers, the same errors, and when."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.native import compile_list
from wengert.native.machine import engine, progress, tiers


@pytest.fixture
def levels(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The level of LLVM's code generator for each piece of code that is made."""
    found: list[int] = []
    assemble = engine.assemble
    monkeypatch.setattr(engine, "assemble", lambda module, level: found.append(level) or assemble(module, level))
    monkeypatch.setenv("WENGERT_CACHE", "0")
    monkeypatch.setenv("WENGERT_PLAIN", "1")
    return found


def steps(x: Any, w: Any) -> Any:
    """Loops, a branch, vectors, chain products at a singular point."""
    for _ in range(20):
        x = np.sin(x) * w + 0.5 * x
    total = 0.0
    for k in range(len(x)):
        if x[k] > 0.1:
            total = total + np.sqrt(x[k]) * w[k]
    return total + np.sum(np.exp(-x * x) * np.where(x > 0, np.log(np.abs(x)), 0.0))


def test_both_give_the_same_numbers(levels: list[int]) -> None:
    """To the bit, and the good code is there at the call that it was promised for."""
    x, w = np.linspace(-1.0, 2.0, 33), np.linspace(0.2, 0.9, 33)
    f = wg.compile(wg.value_and_grad(steps, (0, 1)))
    first = f(x, w)
    assert levels == [0, 0]
    calls = 0
    while 2 not in levels:
        value, gradients = f(x, w)
        calls += 1
        assert value == first[0]
        for a, b in zip(gradients, first[1], strict=True):
            np.testing.assert_array_equal(a, b)
        assert calls <= tiers.CALLS
    value, gradients = f(x, w)
    assert value == first[0]
    for a, b in zip(gradients, first[1], strict=True):
        np.testing.assert_array_equal(a, b)
    for _ in range(100):
        f(x, w)
    assert levels == [0, 0, 2]


def test_when(levels: list[int]) -> None:
    """A first run that takes as long as good code takes to make: good code at the next one."""
    wl = wg.trace(lambda x: np.sum(np.exp(x)), np.ones(5))
    program = compile_list(wl, single=True, quickly=True)
    program.call(np.ones(5))
    program.ran(10.0)
    assert 2 not in levels
    assert program.call(np.ones(5)) == program.call(np.ones(5))
    assert levels.count(2) == 1


def test_heavy_programs_have_good_code_at_once(levels: list[int]) -> None:
    compile_list(wg.trace(lambda x: np.sum(np.exp(x)), np.ones(5)))
    assert levels == [2]
    f = wg.compile(lambda x: np.sum(np.sin(x) * x + np.cos(x)))
    f(np.ones(tiers.HEAVY))
    assert levels[1] == 2


def test_switched_off(levels: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_PLAIN", "0")
    assert wg.compile(lambda x: x * x)(3.0) == 9.0
    assert levels == [2, 0]


def test_what_is_on_disk_is_used_at_once(levels: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE", "1")
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    wl = wg.trace(lambda x: np.sum(np.exp(x)), np.ones(5))
    program = compile_list(wl, quickly=True)
    program.ran(10.0)
    program.call(np.ones(5))
    assert sorted(levels) == [0, 0, 2]
    compile_list(wl, quickly=True).call(np.ones(5))
    assert len(levels) == 3


def test_errors_and_threads(levels: list[int]) -> None:
    """While one thread makes good code, others run plain code; errors are the same."""
    f = wg.compile(lambda x, k: np.cumsum(np.sin(x))[k])
    x = np.linspace(0.0, 1.0, 5000)
    expected, found = f(x, 7), []
    with pytest.raises(IndexError):
        f(x, 5000)

    def work() -> None:
        found.extend(f(x, 7) for _ in range(300))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1200
    assert all(one == expected for one in found)
    with pytest.raises(IndexError):
        f(x, 5000)


def test_a_failure_to_make_good_code_is_told(levels: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the user stops it; the program goes on with plain code."""
    program = compile_list(wg.trace(lambda x: x * x + 1, 2.0), single=True, quickly=True)
    call = program.call
    program.ran(10.0)

    def stopped(*args: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "optimize", stopped)
    with pytest.raises(KeyboardInterrupt):
        call(2.0)
    assert call(2.0) == 5.0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_for_long_programs_on_a_terminal() -> None:
    for stream, lines, shown in (
        (Terminal(), progress.LONG, True),
        (Terminal(), progress.LONG - 1, False),
        (io.StringIO(), 10**6, False),
    ):
        with progress.bar(lines, stream) as done:
            assert (done is not None) == shown
            for number in range(lines if done else 0):
                done(number)
        assert ("compiling 20 000 lines" in stream.getvalue()) == shown
        assert ("making machine code" in stream.getvalue()) == shown


def test_long_programs_compile_within_seconds(levels: list[int]) -> None:
    def f(x: Any, w: Any) -> Any:
        for _ in range(5000):
            x = np.sin(x) * w + 0.5 * x
        return x

    wl = wg.trace(wg.value_and_grad(f), 0.5, 0.9)
    assert len(wl.lines) > progress.LONG // 2
    started = time.process_time()
    program = compile_list(wl)
    assert time.process_time() - started < 20  # about 1 s
    assert levels[0] == 0
    value, slope = program.call(0.5, 0.9)
    native = wg.compile(wg.value_and_grad(f))(0.5, 0.9)
    assert value == pytest.approx(float(native[0]), rel=1e-13)
    assert slope == pytest.approx(float(native[1]), rel=1e-10)
