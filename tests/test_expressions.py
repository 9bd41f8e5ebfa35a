"""Expressions on the command line: parsed, never evaluated; what is refused, and where."""

from __future__ import annotations

import math
import re
import time
import traceback
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import wengert as wg
from wengert.cli.expressions import ExpressionError, Formula, is_name, parse, parse_value
from wengert.cli.known import FUNCTIONS
from wengert.primitives import UFUNCS


class TestMeaning:
    @pytest.mark.parametrize(
        ("text", "values", "expected"),
        [
            ("x*x*y + y + 2", {"x": 3.0, "y": 4.0}, 42.0),
            ("-x**2", {"x": 3.0}, -9.0),
            ("2**-x", {"x": 1.0}, 0.5),
            ("x - y - 1", {"x": 5.0, "y": 2.0}, 2.0),
            ("x / y / 2", {"x": 8.0, "y": 2.0}, 2.0),
            ("2**3**x", {"x": 2.0}, 512.0),
            ("x // 2 + x % 2", {"x": 5.0}, 3.0),
            ("sin(pi/2) * x", {"x": 3.0}, 3.0),
            ("ln(e) + x", {"x": 1.0}, 2.0),
            ("x if x > 0 else -x", {"x": -3.0}, 3.0),
            ("x if 0 < x < 1 else 10", {"x": 0.5}, 0.5),
            ("x if 0 < x < 1 else 10", {"x": 1.5}, 10),
            ("x if x > 0 and not x > 5 or x == -1 else 0", {"x": -1.0}, -1.0),
            ("max(x, 2, 1) + min(x, 7)", {"x": 3.0}, 6.0),
            ("max(x)", {"x": np.array([1.0, 5.0])}, 5.0),
            ("sum(x**2)", {"x": np.array([1.0, 2.0])}, 5.0),
            ("x @ x", {"x": np.array([1.0, 2.0])}, 5.0),
            ("where(x > 1, x, 0)", {"x": 3.0}, 3.0),
            ("abs(x) + erf(0) + gamma(5)", {"x": -3.0}, 27.0),
            ("2**63 * x", {"x": 1.0}, 2.0**63),
            ("power(2, 3) * x", {"x": 1.0}, 8.0),
            ("θ * 2", {"θ": 1.5}, 3.0),
            ("e * x", {"e": 2.0, "x": 3.0}, 6.0),
            ("3", {"x": 1.0}, 3.0),
            ("  x + 1  ", {"x": 1.0}, 2.0),
            ("True * x", {"x": 2.0}, 2.0),
            ("not x", {"x": 0.0}, True),
            ("(x\n+ 1)", {"x": 1.0}, 2.0),
            ("x  # the identity", {"x": 3.0}, 3.0),
        ],
    )
    def test_values(self, text: str, values: dict[str, Any], expected: Any) -> None:
        formula = parse(text, list(values))
        assert formula.names == tuple(values)
        assert formula.function()(*values.values()) == pytest.approx(expected)

    def test_it_records_in_every_mode(self) -> None:
        f = parse("x*x*y + y + 2", ["x", "y"]).function()
        assert wg.grad(f, (0, 1))(3.0, 4.0) == (24.0, 10.0)
        assert wg.jvp(f, (3.0, 4.0), (1.0, 0.0)) == (42.0, 24.0)
        assert wg.hessian(f)(3.0, 4.0) == 8.0
        assert wg.check(f, 3.0, 4.0)
        np.testing.assert_allclose(wg.vmap(f, (0, None))(np.array([1.0, 2.0]), 3.0), [8.0, 17.0])
        assert len(wg.trace(f, 3.0, 4.0)) == 4

    def test_lines_are_those_of_the_expression(self) -> None:
        step = wg.explain(parse("sin(x**2)", ["x"]).function(), 3.0).steps[1]
        assert step.place == "<expression>:1  sin(x**2)"

    def test_errors_name_the_expression(self) -> None:
        with pytest.raises(ValueError, match=r"x \+ y|broadcast"):
            wg.grad(parse("sum(x + y)", ["x", "y"]).function())(np.ones(2), np.ones(3))

    def test_a_traceback_shows_the_expression(self) -> None:
        try:
            parse("x @ y", ["x", "y"]).function()(np.ones(2), np.ones(3))
        except ValueError:
            text = traceback.format_exc()
        assert 'File "<expression>", line 1, in expression\n    x @ y' in text

    def test_the_wrong_number_of_values(self) -> None:
        with pytest.raises(TypeError, match=r"2 values are needed \(x, y\), 1 were given"):
            parse("x + y", ["x", "y"]).function()(1.0)

    def test_every_known_ufunc_is_a_row_of_the_table(self) -> None:
        known = {id(entry.function) for entry in FUNCTIONS.values() if isinstance(entry.function, np.ufunc)}
        assert known <= {id(ufunc) for ufunc in UFUNCS}
        assert {"sin", "exp", "log", "sqrt", "tanh", "erf", "gammaln", "arctan2", "j0"} <= set(FUNCTIONS)

    def test_long_sums_are_read(self) -> None:
        text = "+".join(["x"] * 1500)
        assert parse(text, ["x"]).function()(2.0) == 3000.0

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("3", 3),
            ("-2.5e-3", -0.0025),
            ("pi/2", math.pi / 2),
            ("[1, 2, 3]", [1.0, 2.0, 3.0]),
            ("[[1,2],[3,4]]", [[1, 2], [3, 4]]),
            ("[sqrt(4), 1/2]", [2.0, 0.5]),
            ("1 < 2", True),
        ],
    )
    def test_parse_value(self, text: str, expected: Any) -> None:
        np.testing.assert_array_equal(parse_value(text), expected)


# What is refused, the place that is pointed at, and a word of the reason.
HOSTILE: list[tuple[str, str, str]] = [
    ("__import__('os').system('true')", "__import__('os').system", "attributes"),
    ("__import__('os')", "__import__", "no function"),
    ("x.__class__", "x.__class__", "attributes"),
    ("x.real", "x.real", "attributes"),
    ("().__class__.__bases__[0].__subclasses__()", "().__class__.__bases__[0].__subclasses__", "attributes"),
    ("exec('1')", "exec", "no function"),
    ("eval('1')", "eval", "no function"),
    ("open('f')", "open", "no function"),
    ("getattr(x, 'a')", "getattr", "no function"),
    ("globals()", "globals", "no function"),
    ("breakpoint()", "breakpoint", "no function"),
    ("print(x)", "print", "no function"),
    ("frompyfunc(x)", "frompyfunc", "no function"),
    ("sinn(x)", "sinn", "did you mean sin"),
    ("x(3)", "x", "no function"),
    ("(lambda: x)()", "lambda: x", "functions"),
    ("lambda: x", "lambda: x", "functions"),
    ("[i for i in x]", "[i for i in x]", "comprehensions"),
    ("{i for i in x}", "{i for i in x}", "comprehensions"),
    ("{i: 1 for i in x}", "{i: 1 for i in x}", "comprehensions"),
    ("sum(i for i in x)", "(i for i in x)", "comprehensions"),
    ("x[0]", "x[0]", "indices"),
    ("x[::1]", "x[::1]", "indices"),
    ("[1, 2]", "[1, 2]", "list"),
    ("(x, 1)", "(x, 1)", "several values"),
    ("{1: x}", "{1: x}", "not allowed"),
    ("{x}", "{x}", "not allowed"),
    ("'a' * 10**9", "'a'", "text"),
    ("b'a'", "b'a'", "text"),
    ("f'{x}'", "f'{x}'", "text"),
    ("f'{x!r:>{10**9}}'", "f'{x!r:>{10**9}}'", "text"),
    ("None", "None", "real numbers"),
    ("...", "...", "real numbers"),
    ("1j * x", "1j", "real numbers"),
    ("(y := x)", "y := x", "assignments"),
    ("await x", "await x", "not allowed"),
    ("(yield x)", "yield x", "not allowed"),
    ("*x", "*x", ""),
    ("sin(*x)", "*x", "star"),
    ("sin(**x)", "x", "keywords"),
    ("sin(x, out=x)", "x", "keywords"),
    ("sin()", "sin()", "1 argument"),
    ("sin(x, x)", "sin(x, x)", "1 argument"),
    ("where(x)", "where(x)", "3 arguments"),
    ("sin", "sin", "sin(...)"),
    ("sin + 1", "sin", "sin(...)"),
    ("y + x", "y", "y=..."),
    ("__builtins__", "__builtins__", "underscore"),
    ("_", "_", "underscore"),
    ("x is x", "x is x", "comparison"),
    ("x in x", "x in x", "comparison"),
    ("~x", "~x", "operator"),
    ("x << 2", "x << 2", "operator"),
    ("1 << 10**9", "1 << 10**9", "operator"),
    ("x | 1", "x | 1", "operator"),
    ("x ^ 2", "x ^ 2", "**"),
    ("9**9**9**9", "9**9**9", "too large"),
    ("x + 9**9**9", "9**9**9", "too large"),
    ("x ** 9**9", "9**9", "powers"),
    ("x ** 1e300", "1e300", "powers"),
    ("10**400", "10**400", "too large"),
    ("1e999", "1e999", "too large"),
    ("(10**300) * 10**300 * x", "(10**300) * 10**300", "too large"),
    ("1/0 * x", "1/0", "zero"),
    ("1 % 0", "1 % 0", "zero"),
    ("(-8) ** 0.5 * x", "(-8) ** 0.5", "real number"),
    ("log(0) + x", "log(0)", "too large"),
    ("sqrt(-1) + x", "sqrt(-1)", "not a number"),
    ("exp(1000) * x", "exp(1000)", "too large"),
    ("2x", "2", "2*x"),
    ("x y", "y", "invalid syntax"),
    ("x +", "", "cannot be read"),
    ("(x", "(", "never closed"),
    ("x)", ")", "unmatched"),
    ("x = 3", "=", "cannot be read"),
    ("x; x", ";", "cannot be read"),
    ("import os", "import", "cannot be read"),
    ("def f(): pass", "def", "cannot be read"),
    ("x\n.y", "", "cannot be read"),
    ("(x\n.y)", "", "attributes"),
    ("", "", "nothing"),
    ("   ", "", "nothing"),
    ("x\0", "\0", "character"),
    ("\ud800", "\ud800", "character"),
    ("é.y + θ", "é.y", "attributes"),
    ("  x.y", "x.y", "attributes"),
    ("0x" + "f" * 400, "0x" + "f" * 400, "too large"),
    ("1" * 3000, "1" * 3000, "too large"),
    ("x" * 4001, "", "4000 characters"),
    ("(" * 100 + "x" + ")" * 100, "(", "60 brackets"),
    ("sin(" * 61 + "x" + ")" * 61, "(", "60 brackets"),
    ("-" * 3000 + "x", "", ""),
    ("not " * 900 + "x", "", ""),
    ("x**" * 1300 + "x", "", ""),
    ("x if x else " * 300 + "x", "", ""),
    ("x < " * 900 + "x.y", "x.y", "attributes"),
    ("x and " * 600 + "x.y", "x.y", "attributes"),
    ("ｘ.y", "ｘ.y", "attributes"),
    ("𝐞𝐱𝐞𝐜(x)", "𝐞𝐱𝐞𝐜", "no function"),
]


class TestRefused:
    @pytest.mark.parametrize(("text", "place", "reason"), HOSTILE, ids=[repr(text[:24]) for text, _, _ in HOSTILE])
    def test_with_the_reason_and_the_place(self, text: str, place: str, reason: str) -> None:
        start = time.perf_counter()
        with pytest.raises(ExpressionError) as caught:
            parse(text, ["x"])
        assert time.perf_counter() - start < 2
        error = caught.value
        assert reason in error.message
        if place:
            assert error.text[error.start : error.end] == place or error.text[error.start :].startswith(place[:1])
        _, shown, marks = str(error).split("\n")
        assert len(shown) <= 80
        assert set(marks.strip()) == {"^"}

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "[1, [2]]",
            "[1, 2",
            "['a']",
            "[x]",
            "[1]*[1,2]*[1,2,3]",
            "not [1, 2]",
            "[1,2] < [1,2] < [3,4]",
            "[9**9**9]",
        ],
    )
    def test_values(self, text: str) -> None:
        with pytest.raises(ExpressionError):
            parse_value(text)

    @pytest.mark.parametrize("name", ["__x__", "_x", "if", "x.y", "x y", "2x", "", "lambda"])
    def test_names(self, name: str) -> None:
        assert not is_name(name)
        with pytest.raises(ExpressionError, match="not a name"):
            parse("1", [name])

    def test_the_place_of_a_long_text_is_in_sight(self) -> None:
        text = "x + " * 400 + "x.y" + " + x" * 400
        with pytest.raises(ExpressionError) as caught:
            parse(text, ["x"])
        _, shown, marks = str(caught.value).split("\n")
        at = marks.index("^")
        assert shown[at : at + 3] == "x.y"


TOKENS = st.lists(
    st.sampled_from(
        [
            *[
                "x",
                "y",
                "1",
                "2.5",
                "9",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                ",",
                ".",
                ":",
                ";",
                "=",
                "==",
                "<",
                ">",
                "+",
                "-",
                "*",
                "/",
                "**",
                "//",
                "%",
                "@",
                "^",
                "~",
                "|",
                "&",
                "!",
                "'",
                '"',
                "\\",
                "#",
                "\n",
            ],
            *[
                "sin",
                "exp",
                "log",
                "where",
                "max",
                "__import__",
                "__class__",
                "lambda",
                "for",
                "in",
                "if",
                "else",
                "not",
                "and",
                "or",
                "is",
                "await",
                "yield",
                "f'",
                "1e9",
            ],
            *["os", "eval(", "x.", "9**9", "10**", "\t", " ", "é", "∞", "１", "\u202e", "\0"],
        ]
    ),
    max_size=25,
).map("".join)


def outcome(text: str) -> Formula | None:
    """The formula, or `None` for a text that is refused as it should be."""
    try:
        return parse(text, ["x", "y"])
    except ExpressionError as caught:
        error = caught
    assert 0 <= error.start <= len(text)
    assert str(error).count("\n") == 2
    return None


class TestFuzz:
    @settings(max_examples=1500, deadline=2000)
    @given(TOKENS)
    @example("x" + "." * 100)
    def test_tokens(self, text: str) -> None:
        formula = outcome(text)
        if formula is not None:
            self.runs(formula)

    @settings(max_examples=500, deadline=2000)
    @given(st.text(max_size=60))
    def test_any_text(self, text: str) -> None:
        formula = outcome(text)
        if formula is not None:
            self.runs(formula)

    def runs(self, formula: Formula) -> None:
        """What was taken gives numbers, or an error of arithmetic; it never does anything else."""
        try:
            with np.errstate(all="ignore"):
                value = formula.function()(np.float64(1.5), np.float64(0.5))
        except (TypeError, ValueError, ArithmeticError):
            return
        assert isinstance(value, (bool, int, float, np.generic))


ARITHMETIC = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", "*", "/"]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda t: f"sin({t})"),
        inner.map(lambda t: f"-{t}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} if {t[1]} > 0 else {t[1]})"),
    ),
    max_leaves=12,
)


class TestAgainstPython:
    @settings(max_examples=300, deadline=None)
    @given(ARITHMETIC)
    def test_the_value_is_pythons(self, text: str) -> None:
        try:
            formula = parse(text, ["x", "y"])
        except ExpressionError as caught:
            error = caught
        else:
            error = None
        if error is not None:
            assert re.search("zero|inside each other", error.message)
            return
        x, y = np.float64(1.3), np.float64(-0.4)
        with np.errstate(all="ignore"):
            try:
                expected = eval(text, {"sin": np.sin, "x": x, "y": y})
            except ZeroDivisionError:
                return
            found = formula.function()(x, y)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
