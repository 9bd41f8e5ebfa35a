"""`explain` tells what becomes of every loop and branch, and what each of them keeps for the reverse sweep."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.scenarios.loops_elsewhere import relax, root
from wengert.show import Region

X = np.linspace(0.1, 0.9, 20)


def everything(x: Any) -> Any:
    names = {}
    for k in range(4):  # names are built
        names[f"w{k:d}"] = x[0] * k
    total = 0.0
    for i in range(20):
        for j in range(i):
            total = total + np.sin(x[i] * x[j])
        if total > 3:
            total = total * 0.5
    squares = [v**2 for v in x]
    total = total + sum(squares)
    lengths = [len(str(k)) for k in range(5)]  # nothing abstract
    if len(lengths) > 3:
        total = total * 2
    r = root(x[3]) + relax(x[4], 30)
    while True:
        r = r * 0.7
        if r < 0.1:
            break
    for t in range(2):
        r = r + t * x[0]
    sign = 1.0 if len(lengths) > 9 else 2.0
    z = sign * x[1] if x[1] > 0 else -x[1]
    assert z > 0, f"z is {z}"
    return total + r + z


def regions(fun: Any, *args: Any) -> dict[str, Region]:
    """By the source line."""
    found = wg.explain(fun, *args).regions
    return {region.place.split("  ", 1)[1].split("  #")[0]: region for region in found}


FATES = {
    "for k in range(4):": ("for: unrolled", "a text has abstract numbers"),
    "for i in range(20):": ("for: rolled", "carries total"),
    "for j in range(i):": ("for: rolled", "carries total"),
    "if total > 3:": ("if: staged", ""),
    "squares = [v**2 for v in x]": ("comprehension: rolled", "collects its items"),
    "total = total + sum(squares)": ("sum: rolled", ""),
    "lengths = [len(str(k)) for k in range(5)]": ("comprehension: followed", "5 passes"),
    "if len(lengths) > 3:": ("if: followed", "the condition holds"),
    "while True:": ("while: rolled", "carries r"),
    "if r < 0.1:": ("if: staged", ""),
    "for t in range(2):": ("for: unrolled", "it has 2 passes"),
    "sign = 1.0 if len(lengths) > 9 else 2.0": ("if: followed", "the condition does not hold"),
    "z = sign * x[1] if x[1] > 0 else -x[1]": ("if: staged", ""),
    'assert z > 0, f"z is {z}"': ("assert: staged", ""),
    "while abs(y * y - a) > 1e-12:": ("while: rolled", "carries y"),
    "for _ in range(count):": ("for: rolled", "carries u"),
}


@pytest.mark.parametrize(
    "wrap", [lambda f: f, wg.compile, lambda f: wg.compile(wg.grad(f))], ids=["plain", "compiled", "gradient"]
)
def test_every_loop_and_branch(wrap: Any) -> None:
    found = regions(wrap(everything), X)
    assert {line: region.became for line, region in found.items()} == {line: fate[0] for line, fate in FATES.items()}
    for line, (_, reason) in FATES.items():
        assert found[line].reason.startswith(reason), (found[line], reason)
    # y before each trip, u before each trip, the branch taken, trips and exit codes
    steps = 0
    y = X[3]
    while abs(y * y - X[3]) > 1e-12:
        y, steps = 0.5 * (y + X[3] / y), steps + 1
    assert found["while abs(y * y - a) > 1e-12:"].kept == 8 * steps + 8
    assert found["for _ in range(count):"].kept == 30 * 8
    assert found["for i in range(20):"].kept == 20
    assert found["for j in range(i):"].kept == 0
    assert found["for k in range(4):"].kept is None


def test_files_of_helpers_come_last_and_are_named() -> None:
    places = [region.place.split(":")[0] for region in wg.explain(everything, X).regions]
    assert places == ["test_explain_loops.py"] * 14 + ["loops_elsewhere.py"] * 2


def test_what_is_carried_has_the_names_of_the_program() -> None:
    @dataclass
    class State:
        w: Any

    def f(x: Any) -> Any:
        state, moments, out = State(x), {"m": 0.0 * x}, []
        a = np.zeros(3)
        for i in range(9):
            moments["m"] = 0.9 * moments["m"] + state.w
            state.w = state.w - 0.1 * moments["m"]
            a[i % 3] += state.w
            out.append(state.w)
        return np.sum(a) + out[-1]

    region = regions(f, 1.5)["for i in range(9):"]
    assert region.reason == "carries a, moments['m'], state.w; collects out"


def test_bytes_of_a_linear_loop_do_not_grow_with_what_is_carried() -> None:
    def linear(x: Any) -> Any:
        state = x
        for k in range(20_000):
            state = 0.99 * state + 1e-3 * k
        return state

    def quadratic(x: Any) -> Any:
        state = x
        for _ in range(20_000):
            state = state - 1e-3 * state * state
        return state

    shown = wg.explain(wg.compile(linear), 0.5)
    assert [region.kept for region in shown.regions] == [0]
    assert "kept for the reverse sweep: 0 bytes" in shown.text(120)
    shown = wg.explain(quadratic, 0.5)
    assert [region.kept for region in shown.regions] == [160_000]  # what the partial reads: the state
    text = shown.text(120)
    assert "kept for the reverse sweep: 160,000 bytes" in text
    assert "written out: 60,000 lines" in text
    assert len(shown.worked.list) == 1


def test_bytes_of_a_linear_loop_over_arrays() -> None:
    def f(x: Any) -> Any:
        u = x
        for _ in range(50):
            u = u + 0.1 * (np.roll(u, 1) - 2 * u + np.roll(u, -1))
        return np.sum(u * u)

    assert [region.kept for region in regions(f, X).values()] == [0]


def test_a_loop_that_is_unrolled_says_why_and_is_not_warned_of_twice() -> None:
    def f(x: Any) -> Any:
        total = 0.0
        for k in range(300):
            total = total + np.sum(x[: k % 7])
        return total

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = wg.explain(f, X)
    assert shown.regions[0].became == "for: unrolled"
    assert "the length of a slice depends on a value" in shown.regions[0].reason
    with pytest.warns(UserWarning, match="a loop of 300 passes is unrolled"):
        wg.compile(f)(X)


def test_a_function_that_cannot_be_compiled_is_shown_all_the_same() -> None:
    def f(x: Any) -> Any:
        return x[: int(x[0] * 10)].sum()

    shown = wg.explain(f, np.array([0.3, 1.0, 2.0, 5.0]))
    assert shown.steps[-1].value == 3.3
    (region,) = shown.regions
    assert region.became == "compile: impossible"
    assert "x[: int(x[0] * 10)]" in region.place
    assert region.reason


def test_integers_that_a_function_needs_as_such() -> None:
    def power(x: Any, n: int) -> Any:
        out = 1.0
        for _ in range(n):
            out = out * x
        return out

    shown = wg.explain(power, 2.0, 4)
    assert shown.worked.values[shown.worked.list.outputs[0]] == 16.0
    assert shown.regions[0].became == "for: rolled"
    assert wg.explain(wg.compile(power), 2.0, 4).regions[0].kept == 4 * 8 + 0
    assert len(wg.explain(lambda x, y: x * y, 3, 4).steps) == 3  # else they are the floats that they equal


def test_a_list_is_explained_by_its_own_lines() -> None:
    wl = wg.compile(everything).list(X)
    found = [region.became for region in wg.explain(wl, X).regions]
    assert found.count("for: rolled") == 5
    assert found.count("while: rolled") == 2
    assert found.count("cond: staged") == 3
    assert not any("not reached" in became for became in found)


def test_a_report_is_the_same_table() -> None:
    report = wg.compile(everything).report(X)
    assert [f"{entry.what}: {entry.status}" for entry in report].count("for: rolled") == 3
    assert "carries total" in str(report)
    assert "Loops and branches" in report._repr_html_()
    assert str(wg.compile(lambda x: x * x).report(2.0)) == "<lambda>: no loops and no branches"


def test_what_was_not_reached() -> None:
    def f(x: Any, verbose: bool = False) -> Any:
        if verbose:
            for k in range(3):
                if k > 1:
                    x = x * k
        elif x > 0:
            while x < 1:
                x = x * 2

        def unused(y: Any) -> Any:
            return [y for _ in range(3) if y]

        for _ in range(3):
            x = x * x
        return x

    assert [(line, region.became) for line, region in regions(f, 0.5).items()] == [
        ("if verbose:", "if: followed"),
        ("for k in range(3):", "for: not reached"),
        ("if k > 1:", "if: not reached"),
        ("elif x > 0:", "if: staged"),
        ("while x < 1:", "while: rolled"),
        ("for _ in range(3):", "for: rolled"),
    ]
