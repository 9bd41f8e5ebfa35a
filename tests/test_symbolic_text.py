"""Expressions as text that Python reads again, with no more parentheses than needed, and as LaTeX."""

from __future__ import annotations

import ast
import itertools
import re
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from matplotlib import mathtext

import wengert as wg
from tests.scenarios.formulas import Formula, formulas, points
from tests.test_symbolic import is_stable, slow_draws, value
from wengert import symbolic

x, y, z = wg.symbols("x y z")
v = wg.symbols("v", shape=(3,))
a = wg.symbols("a", shape=(3, 3))

TEXTS = [
    (x * x * y + y + 2, "x * x * y + y + 2", "x^{2} y + y + 2"),
    (x + (y + z), "x + y + z", "x + y + z"),
    (x + (y - z), "x + y - z", "x + y - z"),
    (x - (y - z), "x - (y - z)", r"x - \left(y - z\right)"),
    (x - (y + z), "x - (y + z)", r"x - \left(y + z\right)"),
    (x * (y + z), "x * (y + z)", r"x \left(y + z\right)"),
    (x * (y * z), "x * y * z", "x y z"),
    (x * (y / z), "x * y / z", r"\frac{x y}{z}"),
    (x / (y * z), "x / (y * z)", r"\frac{x}{y z}"),
    (x / y / z, "x / y / z", r"\frac{x}{y z}"),
    (x / (y / z), "x / (y / z)", r"\frac{x z}{y}"),
    ((x + y) / z, "(x + y) / z", r"\frac{x + y}{z}"),
    (-x * y, "-x * y", "-x y"),
    (-(x + y), "-(x + y)", r"-\left(x + y\right)"),
    (-(x**2), "-x ** 2", "-x^{2}"),
    ((-x) ** 3, "(-x) ** 3", r"\left(-x\right)^{3}"),
    (x * -y, "-x * y", "-x y"),
    (x - -y, "x + y", "x + y"),
    (x**y**z, "x ** y ** z", "x^{y^{z}}"),
    ((x**y) ** z, "(x ** y) ** z", r"\left(x^{y}\right)^{z}"),
    (x**-y, "x ** -y", "x^{-y}"),
    ((x * y) ** 2, "(x * y) ** 2", r"\left(x y\right)^{2}"),
    (2 ** (x + 1), "2 ** (x + 1)", "2^{x + 1}"),
    (x * 2, "2 * x", "2 x"),
    (y * (2 * x), "2 * y * x", "2 y x"),
    (x * -2.5, "-2.5 * x", "-2.5 x"),
    (1 + x, "x + 1", "x + 1"),
    (x + -1, "x + -1", "x + -1"),
    (1 / x, "1 / x", r"\frac{1}{x}"),
    (2 / x, "2 / x", r"\frac{2}{x}"),
    (x * 3**y, "x * 3 ** y", r"x \cdot 3^{y}"),
    (x % y * z, "x % y * z", r"\left(x \bmod y\right) z"),
    (x * (y % z), "x * (y % z)", r"x \left(y \bmod z\right)"),
    (-(x % y), "-(x % y)", r"-\left(x \bmod y\right)"),
    (x // y, "x // y", r"\left\lfloor\frac{x}{y}\right\rfloor"),
    (np.sin(x) ** 2, "sin(x) ** 2", r"\sin^{2}\left(x\right)"),
    (np.exp(-(x**2)), "exp(-x ** 2)", "e^{-x^{2}}"),
    (np.sqrt(x + 1) * y, "sqrt(x + 1) * y", r"\sqrt{x + 1} y"),
    (abs(x - y), "abs(x - y)", r"\left|x - y\right|"),
    (np.maximum(x, y), "maximum(x, y)", r"\max\left(x, y\right)"),
    (np.arctan2(y, x), "arctan2(y, x)", r"\operatorname{arctan2}\left(y, x\right)"),
    (np.where(x > 0, x, -x), "where(x > 0, x, -x)", r"\begin{cases}x & x > 0 \\ -x & \text{otherwise}\end{cases}"),
    ((x > 0) & (y <= 1), "(x > 0) & (y <= 1)", r"\left(x > 0\right) \wedge \left(y \le 1\right)"),
    (1e-9 * x, "1e-09 * x", "10^{-9} x"),
    (1.5e20 * x, "1.5e+20 * x", r"1.5 \cdot 10^{20} x"),
    (v[0] * v[1:], "v[0] * v[1:]", "{v}_{0} {v}_{1:}"),
    (v @ a @ v, "v @ a @ v", "v a v"),
    (a.T @ v, "a.T @ v", r"{a}^{\mathsf{T}} v"),
    (np.sum(v), "sum(v, axis=(-1,))", r"\operatorname{sum}\left(v, axis=(-1,)\right)"),
    (symbolic.Const(-2) * x**-1, "-2 * x ** -1", "-2 x^{-1}"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "text", "latex"), TEXTS, ids=[text for _, text, _ in TEXTS])
def test_texts(expression: Any, text: str, latex: str) -> None:
    assert str(expression) == repr(expression) == f"{expression}" == text
    assert expression.latex() == latex
    assert expression._repr_latex_() == rf"$\displaystyle {latex}$"
    names = {**vars(np), **vars(scipy.special), "v": v, "a": a, "x": x, "y": y, "z": z, "abs": abs}
    if "axis=" not in text:
        assert str(eval(text, names)) == text


@pytest.mark.parametrize("latex", [latex for _, _, latex in TEXTS if not re.search(r"cases|bmod|mathsf|wedge", latex)])
def test_matplotlib_can_set_it(latex: str) -> None:
    """Its TeX is a small part of what notebooks know."""
    mathtext.MathTextParser("path").parse(f"${latex.replace('operatorname', 'mathrm')}$")


def test_names_in_latex() -> None:
    names = wg.symbols("alpha x1 x_12 rate mu_max Delta_t")
    latex = [name.latex() for name in names]
    assert latex == [r"\alpha", "x_{1}", "x_{12}", r"\mathrm{rate}", r"\mu_{max}", r"\Delta_{t}"]


@given(formulas, points)
@slow_draws
def test_python_reads_it_again(formula: Formula, point: tuple[float, ...]) -> None:
    made = symbolic.Const(formula(x, y, z))
    gradient = made.gradient([x, y, z])
    with np.errstate(all="ignore"):
        try:
            smooth = is_stable(formula, point, float(formula(*map(np.float64, point))))
        except (ZeroDivisionError, OverflowError):
            return
    for one in (made, *gradient):
        expected = value(one, point)
        if smooth and abs(expected) < 1e6:
            found = read(str(one), dict(zip("xyz", map(np.float64, point), strict=True)))
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(formulas)
@slow_draws
def test_no_parentheses_too_many(formula: Formula) -> None:
    """Without any one pair of parentheses Python reads another tree; and none are around what is only reassociated."""
    text = str(symbolic.Const(formula(x, y, z)))
    for line in text.splitlines():
        tree = ast.parse(line)
        for start, end in pairs_of_parentheses(line):
            if start and (line[start - 1].isalnum() or line[start - 1] == "_"):
                continue  # a call
            fewer = line[:start] + line[start + 1 : end] + line[end + 1 :]
            assert ast.dump(ast.parse(fewer)) != ast.dump(tree), fewer
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and isinstance(node.right, ast.BinOp):
                pair = type(node.op), type(node.right.op)
                assert pair not in itertools.product([ast.Add], [ast.Add, ast.Sub]), line
                assert pair not in itertools.product([ast.Mult], [ast.Mult, ast.Div]), line


def read(text: str, point: dict[str, Any]) -> Any:
    names = {**vars(np), "abs": abs, "inf": np.inf, "nan": np.nan, **point}
    with np.errstate(all="ignore"):
        *steps, last = text.split("\n")
        for step in steps:
            exec(step, names)
        return eval(last, names)


def pairs_of_parentheses(text: str) -> list[tuple[int, int]]:
    found, open_ones = [], []
    for i, char in enumerate(text):
        if char == "(":
            open_ones.append(i)
        elif char == ")":
            found.append((open_ones.pop(), i))
    return found


def test_long_texts_are_written_in_steps() -> None:
    u = x
    for _ in range(40):
        u = np.sin(u) * u + y
    text = str(u)
    assert len(text) < 3000  # written out, it would have 2**40 terms
    assert text.splitlines()[0] == "v1 = sin(x) * x + y"
    names = {**vars(np), "x": 0.7, "y": 0.1}
    *steps, last = text.splitlines()
    for step in steps:
        exec(step, names)
    assert eval(last, names) == pytest.approx(u.evaluate(x=0.7, y=0.1))
    assert u.latex().startswith(r"\begin{aligned}v_{1} &= \sin\left(x\right) x + y \\ ")
    t = wg.symbols("v1")
    for _ in range(40):
        t = np.sin(t) * t
    assert str(t).startswith("w1 = ")  # v1 is taken


def test_constants() -> None:
    assert [str(symbolic.Const(c)) for c in (2, 2.0, -0.5, 1e300, float("inf"), 1 + 2j, True)] == [
        "2", "2", "-0.5", "1e+300", "inf", "(1+2j)", "True"
    ]  # fmt: skip
    assert str(symbolic.Const(np.array([1.0, 2.0]))) == "array([1.0, 2.0])"
    assert symbolic.Const(np.array([1.0, 2.0])).latex() == r"\begin{pmatrix}1 \\ 2\end{pmatrix}"
    assert symbolic.Const(1 - 2j).latex() == "1 - 2 i"
