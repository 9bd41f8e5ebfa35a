"""The textbook tables: their numbers are those of the modes, and what is spelled out computes to what it says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wengert as wg
from tests.scenarios.program import Program
from tests.scenarios.programs import PROGRAMS as PLAIN_PROGRAMS
from wengert.ir import Array, Var, WengertList
from wengert.record import Staged
from wengert.regions import cond, for_, index_type, record, while_
from wengert.run import run
from wengert.show import Region, summary
from wengert.show.formula import formula
from wengert.show.naming import bar
from wengert.show.rules import Rules
from wengert.tree import flatten

A = np.array([[2.0, 0.5, -0.3], [0.5, 1.5, 0.2], [-0.3, 0.2, 1.8]])
V = np.array([0.3, -1.2, 0.7])


def polynomial(x: Any, y: Any) -> Any:
    square = x * x
    return square * y + y + 2


def chain(x: Any) -> Any:
    v = x**2
    return np.sin(v)


def many(x: Any, y: Any) -> Any:
    a = np.exp(x) / (x - y) ** 3 - 1 / np.sqrt(x * y)
    return np.abs(a) * np.hypot(x, y) - (-x) + np.where(x > y, x - y * x, y / (x * y)) ** 2


def layer(x: Any, w: Any) -> Any:
    hidden = np.tanh(w @ x)
    return np.sum(hidden**2) + x[0] * np.max(x) + np.linalg.norm(x) ** 2


def decompositions(w: Any) -> Any:
    values, vectors = np.linalg.eigh(w @ w.T)
    return np.sum(np.linalg.cholesky(w @ w.T)) * values[0] + np.linalg.det(w) * vectors[0, 0] ** 2


def in_place(x: Any) -> Any:
    out = np.zeros(3)
    for i in range(3):
        out[i] = x[i] * x[i - 1]
    out[1:] += x[:2]
    return out


def containers(p: Any) -> Any:
    return {"a": p["w"] * np.sin(p["b"]), "b": np.exp(p["w"])}


PROGRAMS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "polynomial": (polynomial, (3.0, 4.0)),
    "chain": (chain, (3.0,)),
    "many": (many, (2.0, 0.7)),
    "layer": (layer, (V, A)),
    "decompositions": (decompositions, (A,)),
    "in place": (in_place, (V,)),
    "containers": (containers, ({"w": V, "b": 0.4},)),
    "gradient": (wg.grad(many), (2.0, 0.7)),
    "branch": (lambda x: x * x if x > 1 else np.sqrt(x), (2.5,)),
    "float32": (lambda x: np.sum(np.sqrt(x) * x), (np.array([1.0, 2.0], np.float32),)),
    "integers beside": (lambda x, k: x[k] ** 2, (V, np.array([0, 2]))),
    "complex": (lambda z: np.real(z * z * (1 + 0.5j)) + np.abs(z), (1 + 2j,)),
    "by a mask": (lambda x: np.sum(x[x > 0] ** 2) * x[0], (V,)),
    "matrix by number": (lambda x: np.sum(np.outer(V, V) * x), (0.5,)),
}
REAL = [name for name in PROGRAMS if name != "complex"]
programs = pytest.mark.parametrize(("fun", "args"), PROGRAMS.values(), ids=PROGRAMS)
real_programs = pytest.mark.parametrize(("fun", "args"), [PROGRAMS[name] for name in REAL], ids=REAL)


class TestNumbers:
    @programs
    def test_adjoints_are_those_of_reverse_mode(self, fun: Any, args: Any) -> None:
        worked = wg.explain(fun, *args).worked
        floats = [i for i, a in enumerate(args) if not (isinstance(a, np.ndarray) and a.dtype.kind == "i")]

        def of_floats(*some: Any) -> Any:
            full = list(args)
            for i, one in zip(floats, some, strict=True):
                full[i] = one
            return fun(*full)

        value, pullback = wg.vjp(of_floats, *[args[i] for i in floats])
        leaves, _ = flatten(value)
        ones = [np.ones(np.shape(leaf), np.asarray(leaf).dtype)[()] for leaf in leaves]
        cotangent = {"a": ones[0], "b": ones[1]} if isinstance(value, dict) else ones[0]
        expected = flatten(pullback(cotangent))[0]
        found = [worked.adjoints[var] for var in worked.list.inputs if var.dtype.kind in "fc"]
        for one, right in zip(found, expected, strict=True):
            tolerance = 1e-5 if np.asarray(right).dtype == np.float32 else 1e-13
            np.testing.assert_allclose(np.conjugate(one), right, rtol=tolerance)

    @pytest.mark.parametrize("name", ["polynomial", "chain", "many", "matrix by number"])
    def test_each_number_has_a_forward_sweep(self, name: str) -> None:
        fun, args = PROGRAMS[name]
        worked = wg.explain(fun, *args).worked
        assert len(worked.sweeps) == len(args)
        for i, sweep in enumerate(worked.sweeps):
            direction = [float(i == k) for k in range(len(args))]
            _, tangent = wg.jvp(fun, args, direction)
            np.testing.assert_allclose(sweep.tangents[worked.list.outputs[0]], tangent, rtol=1e-14)

    def test_arrays_have_one_sweep_along_ones(self) -> None:
        worked = wg.explain(layer, np.append(V, 1.0), np.ones((3, 4))).worked
        (sweep,) = worked.sweeps
        _, tangent = wg.jvp(layer, (np.append(V, 1.0), np.ones((3, 4))), (np.ones(4), np.zeros((3, 4))))
        np.testing.assert_allclose(sweep.tangents[worked.list.outputs[0]], tangent, rtol=1e-14)
        assert sweep.label == "dx = 1 everywhere, dw = 0"

    def test_a_direction_of_ones_own(self) -> None:
        worked = wg.explain(polynomial, 3.0, 4.0, tangents=(2.0, -1.0), cotangent=10.0).worked
        (sweep,) = worked.sweeps
        assert sweep.tangents[worked.list.outputs[0]] == 2 * 24 - 10
        assert [worked.adjoints[var] for var in worked.list.inputs] == [240.0, 100.0]

    @programs
    def test_what_lines_give_adds_up_to_the_adjoint(self, fun: Any, args: Any) -> None:
        worked = wg.explain(fun, *args).worked
        total: dict[Var, Any] = dict(worked.seeds)
        for line in worked.list.lines:
            for term in Rules(worked, line).cotangents():
                value = term.value
                if term.part:  # only that part of the adjoint is added to
                    whole = np.zeros(term.of.shape)
                    names = {worked.names(var): worked.values[var] for var in worked.list.inputs}
                    exec(f"whole{term.part} += value", {"whole": whole, "value": value, **names})
                    value = whole
                total[term.of] = total.get(term.of, 0) + value
        assert set(total) >= {var for var, ct in worked.adjoints.items() if np.any(ct)}
        for var, ct in total.items():
            np.testing.assert_allclose(ct, worked.adjoints[var], rtol=1e-5, atol=1e-12)

    @programs
    def test_tangents_of_lines_are_those_of_the_sweep(self, fun: Any, args: Any) -> None:
        worked = wg.explain(fun, *args).worked
        for i, sweep in enumerate(worked.sweeps):
            for line in worked.list.lines:
                for term in Rules(worked, line).tangents(i):
                    np.testing.assert_allclose(term.value, sweep.tangents[term.of], rtol=1e-6, atol=1e-13)

    @real_programs
    def test_what_is_spelled_out_computes_to_what_it_says(self, fun: Any, args: Any) -> None:
        worked = wg.explain(fun, *args).worked
        for line in worked.list.lines:
            rules = Rules(worked, line)
            terms = [term for i in range(len(worked.sweeps)) for term in rules.tangents(i)]
            for one in (*terms, *rules.cotangents(), *rules.partials()):
                if one.numbers:
                    assert computed(one.numbers) == pytest.approx(float(one.value), rel=2e-4, abs=1e-5), one.numbers

    @real_programs
    def test_partials_are_the_derivatives_of_the_line(self, fun: Any, args: Any) -> None:
        worked = wg.explain(fun, *args).worked
        found = 0
        for line in worked.list.lines:
            values = [worked.values[x] if type(x) is Var else x for x in line.inputs]
            for partial in Rules(worked, line).partials():
                if partial.value is None or partial.of.shape or partial.by.shape or partial.of.dtype != np.float64:
                    continue
                places = [i for i, x in enumerate(line.inputs) if x is partial.by]
                slope = sum(wg.grad(lambda *xs: line.primitive(*xs, **line.params), i)(*values) for i in places)  # noqa: B023
                np.testing.assert_allclose(float(partial.value), slope, rtol=1e-12, atol=1e-14)
                found += 1
        assert found or fun not in (polynomial, chain, many)


def computed(text: str) -> float:
    """What a formula in numbers computes to."""
    names = ("sin", "cos", "exp", "sqrt", "where", "sign", "isnan", "sum", "absolute", "nan", "inf")
    return float(eval(in_python(text), {name: getattr(np, name) for name in names}))


SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class TestTables:
    def test_the_chain_of_sin_of_a_square_in_both_orders(self) -> None:
        text = " ".join(wg.explain(chain, 3.0).text(100).split())
        assert "dv1 2·x·dx 2·3·1 = 6 dz cos(v1)·dv1 cos(9)·6 = -5.46678" in text
        assert "z̄ = 1 v̄1 = z̄·cos(v1) 1·cos(9) = -0.91113 x̄ = v̄1·2·x -0.91113·2·3 = -5.46678" in text
        assert "∂z/∂x, forward 6 · cos(9) = -5.46678" in text
        assert "∂z/∂x, reverse cos(9) · 6 = -5.46678" in text

    def test_the_table_of_the_polynomial(self) -> None:
        rows = [line.split() for line in wg.explain(polynomial, 3, 4).text(120).splitlines()]
        assert ["x", "3", "1", "0", "24"] in rows
        assert next(row for row in rows if row[:1] == ["v2"])[:9] == ["v2", "=", "v1", "*", "y", "36", "24", "9", "1"]
        assert normalize("NFC", "ȳ += v̄2·v1 1·9 = 9 ȳ = 10").split() in rows
        assert ["∂z/∂y,", "forward", "9", "·", "1", "·", "1", "+", "1", "·", "1", "=", "10"] in rows

    def test_every_step_names_the_users_line(self) -> None:
        steps = wg.explain(polynomial, 3.0, 4.0).steps
        assert [step.name for step in steps] == ["x", "y", "v1", "v2", "v3", "z"]
        first = polynomial.__code__.co_firstlineno
        assert steps[2].place == f"test_explain.py:{first + 1}  square = x * x"
        assert steps[4].place == f"test_explain.py:{first + 2}  return square * y + y + 2"

    def test_lines_of_a_gradient_keep_their_place(self) -> None:
        wl = wg.trace(wg.grad(lambda x: np.sin(x) * x), 2.0)
        assert all(line.location is not None and line.location.file == __file__ for line in wl.lines)

    def test_steps_have_the_numbers(self) -> None:
        x, _, square, *_, z = wg.explain(polynomial, 3.0, 4.0).steps
        assert (x.value, x.tangents, x.adjoint) == (3.0, (1.0, None), 24.0)
        assert (square.formula, square.value, square.tangents, square.adjoint) == ("x * x", 9.0, (6.0, None), 4.0)
        assert (z.value, z.tangents, z.adjoint) == (42.0, (24.0, 10.0), 1.0)
        assert [(p.formula, p.value) for p in square.partials] == [("x + x", 6.0)]

    def test_a_line_with_several_outputs_is_one_step(self) -> None:
        (step,) = [s for s in wg.explain(decompositions, A).steps if s.formula.startswith("eigh")]
        assert re.fullmatch(r"v\d+, v\d+", step.name)
        assert [np.shape(one) for one in step.value] == [(3,), (3, 3)]
        assert len(step.adjoint) == 2

    def test_long_lists_are_cut_in_the_middle(self) -> None:
        def long(x: Any) -> Any:
            for i in range(500):
                x = np.sin(x) + i
            return x

        cut = wg.explain(long, 1.0)
        assert "24 of 1,000 lines" in cut.text(100)
        assert "⋮ 976 lines" in cut.text(100)
        assert len(cut.text(100).splitlines()) < 150
        whole = wg.explain(long, 1.0, limit=None).text(100)
        assert "⋮" not in whole
        assert whole.count("= sin(v") >= 499
        assert len(wg.explain(long, 1.0).steps) == 1001

    @programs
    @pytest.mark.parametrize("width", [60, 80, 140])
    def test_text_keeps_to_the_width(self, fun: Any, args: Any, width: int) -> None:
        from rich.cells import cell_len

        assert max(map(cell_len, wg.explain(fun, *args).text(width).splitlines())) <= width

    @programs
    def test_html_is_well_formed_and_has_what_the_text_has(self, fun: Any, args: Any) -> None:
        explanation = wg.explain(fun, *args)
        parser = Tags()
        parser.feed(explanation._repr_html_())
        parser.close()
        assert parser.open == []
        for section in explanation.sections():
            for row in section.rows:
                for cell in row if isinstance(row, tuple) else ():
                    assert cell in parser.text

    def test_html_is_escaped(self) -> None:
        page = wg.explain(lambda x: np.where(x < 1, x, x * x), 3.0)._repr_html_()
        assert "x &lt; 1" in page

    def test_loops_and_branches_have_a_table(self) -> None:
        explanation = wg.explain(chain, 3.0)
        assert "Loops and branches" not in str(explanation)
        shown = type(explanation)(explanation.title, explanation.worked, (Region("f.py:3", "unrolled", "it grows"),))
        assert "Loops and branches" in str(shown)
        assert "it grows" in str(shown)

    def test_complex_arguments_say_what_grad_gives(self) -> None:
        text = wg.explain(PROGRAMS["complex"][0], *PROGRAMS["complex"][1]).text(120)
        assert "grad gives the conjugate of the adjoint" in text
        assert "path by path" not in text
        assert "* (1+0.5j)" in text

    def test_printing_is_the_representation(self) -> None:
        explanation = wg.explain(chain, 3.0)
        assert repr(explanation) == str(explanation) == explanation.text()

    def test_a_list_can_be_explained(self) -> None:
        wl = wg.trace(chain, 3.0)
        assert wg.explain(wl, 3.0).steps[-1].value == np.sin(9.0)
        with pytest.raises(TypeError, match="the list has 1 inputs, 2 were given"):
            wg.explain(wl, 3.0, 4.0)

    def test_a_result_that_is_an_argument(self) -> None:
        assert wg.explain(lambda x: x, 3.0).worked.adjoints
        str(wg.explain(lambda x: (x, x, 2.0), 3.0))

    def test_a_result_that_depends_on_nothing(self) -> None:
        x, z = wg.explain(lambda x: np.floor(x), 3.5).steps
        assert (x.adjoint, z.tangents, z.partials) == (None, (None,), ())

    def test_errors_name_what_is_wrong(self) -> None:
        with pytest.raises(TypeError, match="explain: give the point"):
            wg.explain(lambda: 1.0)
        with pytest.raises(TypeError, match="explain: argument x is a str"):
            wg.explain(chain, "3")
        with pytest.raises(ValueError, match="explain: a tangent has shape"):
            wg.explain(chain, 3.0, tangents=(np.ones(2),))
        with pytest.raises(TypeError, match="explain: a tangent: 1 are needed, 2 were given"):
            wg.explain(chain, 3.0, tangents=(1.0, 2.0))
        with pytest.raises(ZeroDivisionError):
            wg.explain(lambda x: x * (1 / 0), 3.0)


@pytest.mark.parametrize("program", PLAIN_PROGRAMS, ids=lambda program: program.name)
def test_plain_programs(program: Program) -> None:
    """Of whole programs: the gradient beside the arguments, all tables, the picture."""
    args = program.make_arguments(np.random.default_rng(0))
    explanation = wg.explain(program.function, *args)
    if program.scalar:
        gradient = flatten(wg.grad(program.function, tuple(range(len(args))))(*args))[0]
        for step, expected in zip(explanation.steps, gradient, strict=False):
            found = np.zeros(np.shape(expected)) if step.adjoint is None else step.adjoint
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    text = explanation.text(100)
    assert "Forward mode" in text
    assert "Reverse mode" in text
    ET.fromstring(wg.draw(program.function, *args, limit=12).svg())


class TestLoops:
    def program(self) -> WengertList:
        scalar = Array((), np.dtype(float))
        body = record(lambda i, c, k: np.sin(c) * k + c, [index_type(), scalar, scalar])
        halves = record(lambda c: c * c * 0.5, [scalar])
        large = record(lambda c: c > 0.1, [scalar])
        level = Staged("test")
        x, k = level.add_input(scalar), level.add_input(scalar)
        repeated = for_(x * 2, k, body=body, length=5, carries=1, consts=1, reverse=False)
        shrunk = while_(repeated * 0.1, body=halves, cond=large, carries=1)
        branches = (record(lambda a: a * 2, [scalar]), record(lambda a: np.exp(a), [scalar]))
        chosen = cond(shrunk > 0, repeated, branches=branches)
        return level.finish([chosen * k + shrunk], ("x", "k"))

    def test_numbers_are_those_of_the_modes(self) -> None:
        wl = self.program()
        worked = wg.explain(wl, 1.0, 0.5).worked
        fun = lambda x, k: run(wl, x, k)[0]  # noqa: E731
        expected = wg.grad(fun, (0, 1))(1.0, 0.5)
        np.testing.assert_allclose([worked.adjoints[var] for var in wl.inputs], expected, rtol=1e-14)
        np.testing.assert_allclose([s.tangents[wl.outputs[0]] for s in worked.sweeps], expected, rtol=1e-14)

    def test_what_lines_give_adds_up(self) -> None:
        wl = self.program()
        worked = wg.explain(wl, 1.0, 0.5).worked
        total: dict[Var, Any] = dict(worked.seeds)
        for line in wl.lines:
            for term in Rules(worked, line).cotangents():
                total[term.of] = total.get(term.of, 0.0) + term.value
        for var, ct in total.items():
            np.testing.assert_allclose(ct, worked.adjoints[var], rtol=1e-13)

    def test_bodies_are_below_their_line(self) -> None:
        wl = self.program()
        explanation = wg.explain(wl, 1.0, 0.5)
        (loop,) = [step for step in explanation.steps if step.formula == "for i in range(5)"]
        assert loop.body == (
            "    carry  c1 = v1",
            "    v3 = sin(c1)",
            "    v4 = v3 * k",
            "    v5 = v4 + c1",
            "    next   v5",
        )
        text = explanation.text(120)
        assert "dv2       D for(v1, k)·(dv1, dk)" in text
        assert re.search(r"D ∂k for\(v1, k\)ᵀ·v.2", text)
        printed = [line.split("  f64")[0].split("  bool")[0].strip() for line in str(wl).splitlines()[1:-1]]
        shown = [line.strip() for line in text.splitlines()]
        assert all(any(row.startswith(line) for row in shown) for line in printed[:-1])

    def test_it_is_drawn(self) -> None:
        titles = [node.title for node in wg.draw(self.program(), 1.0, 0.5).graph.nodes]
        assert "v2 = for i in range(5)" in titles


class Tags(HTMLParser):
    """Which tags are open, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


class TestNames:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [("x", "x̄"), ("v12", "v̄12"), ("x[0]", "x̄[0]"), ("θ", "θ̄"), ("ab", "a̅b̅"), ("p['w']", "p̄['w']"), ("m.w", "m̄.w")],
    )
    def test_adjoints_wear_a_bar(self, name: str, expected: str) -> None:
        assert bar(name) == normalize("NFC", expected)

    def test_the_result_is_called_z_unless_an_argument_is(self) -> None:
        assert wg.explain(lambda z: z * 2, 3.0).steps[-1].name == "f"
        assert [s.name for s in wg.explain(containers, {"w": V, "b": 0.4}).steps[-2:]] == ["v2", "v3"]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (3.0, "3"),
            (-0.0, "0"),
            (1 / 3, "0.333333"),
            (1e-9, "1e-09"),
            (True, "True"),
            (7, "7"),
            (1 + 2j, "1+2j"),
            (np.array([1.0, 2.5]), "[1, 2.5]"),
            (np.arange(10.0), "10 [0, 1, 2, …]"),
            (np.ones((3, 4)), "3×4 [1, 1, 1, …]"),
            (np.array(2.0), "2"),
            (np.zeros((0,)), "[]"),
            (float("nan"), "nan"),
        ],
    )
    def test_values_are_summarized(self, value: Any, expected: str) -> None:
        assert summary(value) == expected


LEAVES = st.one_of(st.sampled_from(["x", "y"]), st.sampled_from([2.0, -3.0, 0.5]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.tuples(st.sampled_from(["neg", "sqrt", "sin", "square", "abs", "cube"]), inner),
    ),
    max_leaves=9,
)


def build(tree: Any, x: Any, y: Any) -> Any:
    if isinstance(tree, tuple):
        op, *parts = tree
        values = [build(part, x, y) for part in parts]
        if len(values) == 2:
            a, b = values
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()
        (a,) = values
        functions: dict[str, Any] = {"neg": np.negative, "sqrt": np.sqrt, "sin": np.sin, "square": np.square}
        return a**3 if op == "cube" else functions.get(op, np.absolute)(a)
    return {"x": x, "y": y}.get(tree, tree) if isinstance(tree, str) else tree


class TestFormulas:
    @settings(max_examples=300, deadline=None)
    @given(TREES)
    def test_parentheses_are_enough(self, tree: Any) -> None:
        """What is printed, read again with the rules of mathematics, computes the same."""
        level = Staged("test")
        x, y = (level.add_input(Array((), np.dtype(float))) for _ in range(2))
        try:
            with np.errstate(all="ignore"):
                out = build(tree, x, y)
        except ZeroDivisionError:
            return
        wl = level.finish([out])
        values = (1.7, 0.6)
        names = {wl.inputs[0]: "X", wl.inputs[1]: "Y"}
        text = formula(wl, wl.outputs[0], lambda v: names.get(v) if type(v) is Var else repr(float(v)))
        if text is None:
            return
        with np.errstate(all="ignore"):
            (expected,) = run(wl, *values)
            found = reread(text)
        if np.isfinite(expected) and abs(expected) < 1e12:
            assert found == pytest.approx(float(expected), rel=1e-5, abs=1e-9), text

    @pytest.mark.parametrize(
        ("fun", "expected"),
        [
            (lambda x, y: x - (y - x), "x - (y - x)"),
            (lambda x, y: (x + y) * x, "(x + y)·x"),
            (lambda x, y: x * (y / x), "x·(y/x)"),
            (lambda x, y: (x / y) * x, "(x/y)·x"),
            (lambda x, y: x / (y * x), "x/(y·x)"),
            (lambda x, y: x + (-y), "x - y"),
            (lambda x, y: (-x) ** 2 * y, "(-x)²·y"),
            (lambda x, y: np.sqrt(x + y) ** 3, "(√(x + y))³"),
            (lambda x, y: -(x + y), "-(x + y)"),
            (lambda x, y: x ** (y + 1), "x ** (y + 1)"),
            (lambda x, y: np.abs(x - y), "|x - y|"),
            (lambda x, y: np.exp(x - y) * -2.0, "exp(x - y)·(-2)"),
        ],
    )
    def test_and_no_more_than_needed(self, fun: Any, expected: str) -> None:
        level = Staged("test")
        boxes = [level.add_input(Array((), np.dtype(float))) for _ in range(2)]
        wl = level.finish([fun(*boxes)])
        names = dict(zip(wl.inputs, "xy", strict=True))
        text = formula(wl, wl.outputs[0], lambda v: names.get(v) if type(v) is Var else summary(v))
        assert text == expected

    def test_too_long_ones_are_not_written(self) -> None:
        level = Staged("test")
        x = level.add_input(Array((), np.dtype(float)))
        out = x
        for _ in range(60):  # written out, 2⁶⁰ terms
            out = np.sin(out) + out
        wl = level.finish([out])
        assert isinstance(wl, WengertList)
        assert formula(wl, wl.outputs[0], lambda v: "x" if v is wl.inputs[0] else None) is None


def reread(text: str) -> Any:
    """What a formula of X and Y computes to, read as a mathematician would."""
    scope: dict[str, Any] = {name: getattr(np, name) for name in ("sqrt", "sin", "absolute", "nan", "inf")}
    scope |= {"following": lambda of, value: value, "X": np.float64(1.7), "Y": np.float64(0.6)}
    return eval(in_python(text), scope)


def in_python(text: str) -> str:
    """A formula as Python writes it."""
    out = ""
    for c in text:  # a bar opens where an operand may begin
        if c == "|":
            c = "absolute(" if not out.rstrip() or out.rstrip()[-1] in "(+-·/*,√" else ")"
        out += c
    while "√" in out:
        i = out.rindex("√")
        j = i + 1 + len(re.match(r"[\w.]*", out[i + 1 :])[0])  # type: ignore[index]
        depth = 0
        while j < len(out) and (depth or out[j] == "("):
            depth += (out[j] == "(") - (out[j] == ")")
            j += 1
        out = f"{out[:i]}sqrt({out[i + 1 : j]}){out[j:]}"
    out = re.sub(r"([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: "**" + found[1].translate(SUPERSCRIPT), out)
    return out.replace("·", "*")
