"""The public functions: their meaning, their containers, their errors."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any, NamedTuple

import numpy as np
import pytest

import wengert as wg


def f(x: Any, y: Any) -> Any:
    return x * x * y + y + 2


class TestGrad:
    def test_numbers_give_numbers(self) -> None:
        gradient = wg.grad(f)(3.0, 4.0)
        assert gradient == 24.0
        assert type(gradient) is float

    def test_python_ints_mean_the_floats_they_equal(self) -> None:
        assert wg.grad(f, argnums=(0, 1))(3, 4) == (24.0, 10.0)

    def test_negative_argnums(self) -> None:
        assert wg.grad(f, argnums=-1)(3.0, 4.0) == 10.0

    def test_keywords_are_passed_on(self) -> None:
        assert wg.grad(lambda x, *, k: k * x * x)(3.0, k=2.0) == 12.0

    def test_value_and_grad_with_aux(self) -> None:
        (value, aux), gradient = wg.value_and_grad(lambda x: (x * x, {"double": 2 * x}), has_aux=True)(3.0)
        assert (value, aux, gradient) == (9.0, {"double": 6.0}, 6.0)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
    def test_dtypes_are_kept(self, dtype: Any) -> None:
        gradient = wg.grad(lambda x: np.sum(x * x * 0.5))(np.arange(3, dtype=dtype))
        assert gradient.dtype == dtype
        np.testing.assert_array_equal(gradient, np.arange(3, dtype=dtype))

    def test_weak_python_numbers_do_not_widen(self) -> None:
        scale, a = 1.5, np.arange(3, dtype=np.float32)
        value, gradient = wg.value_and_grad(lambda s: np.sum(s * s * a))(scale)
        assert value.dtype == np.float32
        assert gradient == pytest.approx(9.0)

    def test_unconnected(self) -> None:
        g = lambda x, y: x * 2  # noqa: E731
        assert wg.grad(g, (0, 1))(1.0, 2.0) == (2.0, 0.0)
        assert wg.grad(g, (0, 1), unconnected="none")(1.0, 2.0) == (2.0, None)
        with pytest.raises(TypeError, match="does not depend on argument y"):
            wg.grad(g, (0, 1), unconnected="error")(1.0, 2.0)
        with pytest.raises(ValueError, match="unconnected"):
            wg.grad(g, unconnected="nought")

    def test_result_may_be_written(self) -> None:
        gradient = wg.grad(np.sum)(np.ones(3))
        gradient[0] = 5.0
        one, two = wg.grad(lambda x, y: np.sum(x + y), (0, 1))(np.ones(3), np.ones(3))
        one[0] = 7.0
        assert two[0] == 1.0

    def test_the_argument_is_not_touched(self) -> None:
        x = np.ones(3)
        wg.grad(lambda x: np.sum((x * 2) ** 2))(x)
        np.testing.assert_array_equal(x, np.ones(3))


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclasses.dataclass
class Model:
    w: Any
    b: Any


class TestContainers:
    def test_every_kind(self) -> None:
        tree = {"p": Pair(2.0, [np.array([1.0, 2.0])]), "m": Model(3.0, (4.0, None))}

        def loss(t: Any) -> Any:
            return t["p"].a * np.sum(t["p"].b[0] ** 2) * t["m"].w + t["m"].b[0]

        gradient = wg.grad(loss)(tree)
        assert gradient["p"].a == 15.0
        np.testing.assert_array_equal(gradient["p"].b[0], [12.0, 24.0])
        assert gradient["m"] == Model(10.0, (1.0, None))

    def test_jacobian_of_containers(self) -> None:
        jac = wg.jacobian(lambda d: {"s": d["a"] ** 2, "p": np.sum(d["a"]) * d["b"]})(
            {"a": np.array([1.0, 2.0]), "b": 3.0}
        )
        np.testing.assert_array_equal(jac["s"]["a"], np.diag([2.0, 4.0]))
        np.testing.assert_array_equal(jac["p"]["a"], [3.0, 3.0])
        assert jac["p"]["b"] == 3.0
        np.testing.assert_array_equal(jac["s"]["b"], [0.0, 0.0])

    def test_hessian_of_containers(self) -> None:
        hessian = wg.hessian(lambda d: d["a"] ** 2 * d["b"])({"a": 2.0, "b": 3.0})
        assert hessian == {"a": {"a": 6.0, "b": 4.0}, "b": {"a": 4.0, "b": 0.0}}

    def test_tangents_must_have_the_structure(self) -> None:
        with pytest.raises(TypeError, match="structure"):
            wg.jvp(lambda d: d["a"], ({"a": 1.0},), ([1.0],))


class TestErrors:
    def test_integer_arrays(self) -> None:
        with pytest.raises(TypeError, match=r"argument x\['k'\] is of dtype int64"):
            wg.grad(lambda x: np.sum(x["k"]))({"k": np.arange(3)})

    def test_strings(self) -> None:
        with pytest.raises(TypeError, match="argument name is a str"):
            wg.grad(lambda name: name)("no number")

    def test_results_that_are_no_scalar(self) -> None:
        with pytest.raises(TypeError, match=r"shape \(3,\)"):
            wg.grad(lambda x: x * 2)(np.ones(3))
        with pytest.raises(TypeError, match="tuple"):
            wg.grad(lambda x: (x, x))(1.0)
        with pytest.raises(TypeError, match="returned a str"):
            wg.grad(lambda x: "text")(1.0)

    def test_argnums_out_of_range(self) -> None:
        with pytest.raises(TypeError, match="argument 5"):
            wg.grad(f, argnums=5)(1.0, 2.0)

    def test_shapes_of_tangents(self) -> None:
        with pytest.raises(ValueError, match=r"shape \(2,\)"):
            wg.jvp(lambda x: x, (np.ones(3),), (np.ones(2),))
        _, pullback = wg.vjp(lambda x: x * 2, np.ones(3))
        with pytest.raises(ValueError, match="shape"):
            pullback(np.ones(2))

    def test_complex_result_of_grad(self) -> None:
        with pytest.raises(TypeError, match="holomorphic"):
            wg.grad(lambda z: z * z)(1 + 2j)

    def test_unsupported_function_names_it_and_the_line(self) -> None:
        with pytest.raises(wg.errors.UnsupportedError, match=r"np\.packbits") as info:
            wg.grad(lambda a: np.packbits(a).sum())(np.eye(2))
        assert "test_api.py" in str(info.value)

    def test_unknown_keyword_is_named(self) -> None:
        with pytest.raises(wg.errors.UnsupportedError, match="order="):
            wg.grad(lambda a: np.sum(np.sort(a, order="f")))(np.ones(3))

    def test_argument_written(self) -> None:
        def g(x: Any) -> Any:
            x[0] = 1.0
            return np.sum(x)

        with pytest.raises(wg.errors.MutationError, match=r"argument x.*copy"):
            wg.grad(g)(np.ones(3))

    def test_leaked_value(self) -> None:
        kept = []

        def g(x: Any) -> Any:
            kept.append(x * 2)
            return x

        wg.grad(g)(1.0)
        with pytest.raises(wg.errors.LeakedTracerError, match="grad"):
            kept[0] + 1.0

    def test_exception_leaves_nothing_behind(self) -> None:
        def g(x: Any) -> Any:
            raise RuntimeError("mine")

        with pytest.raises(RuntimeError, match="mine"):
            wg.grad(g)(1.0)
        assert wg.grad(lambda x: x * x)(3.0) == 6.0

    def test_traceback_shows_the_users_frames(self) -> None:
        def inner(x: Any) -> Any:
            return x @ np.ones(5)

        def outer(x: Any) -> Any:
            return inner(x)

        with pytest.raises(ValueError) as info:  # noqa: PT011  # NumPy's own message
            wg.grad(outer)(np.ones(3))
        names = [entry.name for entry in info.traceback]
        assert names[-2:] == ["outer", "inner"]

    def test_number_of_a_traced_value(self) -> None:
        with pytest.raises(wg.errors.TraceConversionError, match="stop_gradient"):
            wg.grad(lambda x: x.__float__())(1.0)


class TestProducts:
    def test_jvp_with_aux(self) -> None:
        assert wg.jvp(lambda x: (x**3, "note"), (2.0,), (1.0,), has_aux=True) == (8.0, 12.0, "note")

    def test_pullback_many_times(self) -> None:
        value, pullback = wg.vjp(lambda x, y: {"p": x * y}, 2.0, 3.0)
        assert value == {"p": 6.0}
        assert pullback({"p": 1.0}) == (3.0, 2.0)
        assert pullback({"p": 2.0}) == (6.0, 4.0)

    def test_value_may_be_written_before_the_pullback(self) -> None:
        value, pullback = wg.vjp(np.exp, np.zeros(2))
        value[:] = 99.0
        np.testing.assert_array_equal(pullback(np.ones(2))[0], [1.0, 1.0])

    def test_linearize(self) -> None:
        value, df = wg.linearize(lambda x: np.sin(x) * x, np.array([1.0, 2.0]))
        x, v = np.array([1.0, 2.0]), np.array([0.5, -1.0])
        np.testing.assert_allclose(df(v), (np.cos(x) * x + np.sin(x)) * v)
        np.testing.assert_allclose(value, np.sin(x) * x)

    def test_hvp(self) -> None:
        x, v = np.array([1.0, 2.0]), np.array([1.0, 3.0])
        np.testing.assert_allclose(wg.hvp(lambda x: np.sum(x**3), x, v), 6 * x * v)
        a, b = wg.hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 1.0))
        assert (a, b) == (10.0, 4.0)


class TestJacobian:
    @pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
    @pytest.mark.parametrize(("n", "m"), [(3, 2), (2, 3), (1, 1), (0, 2), (2, 0)])
    def test_shapes(self, mode: str, n: int, m: int) -> None:
        a = np.arange(float(n * m)).reshape(m, n)
        np.testing.assert_array_equal(wg.jacobian(lambda x: a @ x, mode=mode)(np.ones(n)), a)

    @pytest.mark.parametrize("mode", ["forward", "reverse"])
    def test_higher_rank(self, mode: str) -> None:
        jac = wg.jacobian(lambda x: x.T * 2, mode=mode)(np.ones((2, 3)))
        assert jac.shape == (3, 2, 2, 3)
        np.testing.assert_array_equal(jac, 2 * np.einsum("il,jk->ijkl", np.eye(3), np.eye(2)))

    def test_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("wengert.run.matrix.CHUNK_BYTES", 100)
        x = np.arange(1.0, 8.0)
        for mode in ("forward", "reverse"):
            np.testing.assert_array_equal(wg.jacobian(lambda x: x**2, mode=mode)(x), np.diag(2 * x))

    def test_unknown_mode(self) -> None:
        with pytest.raises(ValueError, match="mode"):
            wg.jacobian(f, mode="sideways")


class TestVmap:
    def test_axes(self) -> None:
        x = np.arange(6.0).reshape(2, 3)
        np.testing.assert_array_equal(wg.vmap(lambda row: row[0] * row, in_axes=1, out_axes=1)(x), x[0] * x)
        np.testing.assert_array_equal(wg.vmap(lambda a, b: a + b, in_axes=(0, None))(x, np.ones(3)), x + 1)

    def test_containers_of_axes(self) -> None:
        out = wg.vmap(lambda d: {"s": d["a"] * d["b"]}, in_axes=({"a": 0, "b": None},))({"a": np.arange(3.0), "b": 2.0})
        np.testing.assert_array_equal(out["s"], [0.0, 2.0, 4.0])

    def test_values_that_decide(self) -> None:
        x = np.array([-1.0, 0.5, 2.0])
        g = wg.vmap(wg.grad(lambda t: t**2 if t > 0 else -t))
        np.testing.assert_array_equal(g(x), [-1.0, 1.0, 4.0])

    def test_grad_through_vmap(self) -> None:
        x = np.arange(3.0)
        np.testing.assert_array_equal(wg.grad(lambda s: np.sum(wg.vmap(lambda t: s * t * t)(x)))(2.0), 5.0)

    def test_integer_items(self) -> None:
        table = np.array([1.0, 10.0, 100.0])
        np.testing.assert_array_equal(wg.vmap(lambda i: table[i])(np.array([2, 0])), [100.0, 1.0])

    def test_errors(self) -> None:
        with pytest.raises(ValueError, match="differ in length"):
            wg.vmap(f)(np.ones(2), np.ones(3))
        with pytest.raises(ValueError, match="at least one"):
            wg.vmap(f, in_axes=None)(1.0, 2.0)


class TestNesting:
    def test_perturbations_are_not_confused(self) -> None:
        assert wg.grad(lambda x: x * wg.grad(lambda y: x + y)(1.0))(1.0) == 1.0
        inner = lambda x: wg.jvp(lambda y: x * y, (2.0,), (1.0,))[1]  # noqa: E731
        assert wg.jvp(lambda x: x * inner(x), (2.0,), (1.0,))[1] == 4.0

    def test_orders(self) -> None:
        g: Any = lambda x: x**5  # noqa: E731
        for expected in (80.0, 160.0, 240.0, 240.0, 120.0, 0.0):
            g = wg.grad(g)
            assert g(2.0) == expected

    def test_every_pair_of_modes(self) -> None:
        x = 0.7
        push = lambda fun: lambda t: wg.jvp(fun, (t,), (1.0,))[1]  # noqa: E731
        linear = lambda fun: lambda t: wg.linearize(fun, t)[1](1.0)  # noqa: E731
        mapped = lambda fun: lambda t: wg.vmap(wg.grad(fun))(t * np.ones(2))[0]  # noqa: E731
        for outer in (wg.grad, push, linear, wg.jacobian, mapped):
            for inner in (wg.grad, push, linear, wg.jacobian, mapped):
                assert outer(inner(lambda t: np.sin(t) * t))(x) == pytest.approx(2 * np.cos(x) - x * np.sin(x))


class TestThreads:
    def test_they_never_mix(self) -> None:
        found: dict[int, Any] = {}

        def work(k: int) -> None:
            for _ in range(30):
                found[k] = wg.grad(lambda x: wg.grad(lambda y: x * y**k)(x) * x)(2.0)

        threads = [threading.Thread(target=work, args=(k,)) for k in (2, 3, 4, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {k: k * (k + 1) * 2.0**k for k in (2, 3, 4, 5)}


def _cube_rules() -> list[Any]:
    return [
        {"partials": [lambda y, x: 3 * x**2]},
        {"jvp": lambda y, xs, dxs: 3 * xs[0] ** 2 * dxs[0]},
        {"vjp": lambda ct, y, x: (3 * x**2 * ct,)},
    ]


class TestPrimitive:
    @pytest.mark.parametrize("rule", _cube_rules(), ids=["partials", "jvp", "vjp"])
    def test_every_mode_from_one_rule(self, rule: Any) -> None:
        cube = wg.primitive(lambda x: np.asarray(x) ** 3, name="cube", shape=lambda t: t, **rule)
        x = np.array([1.0, 2.0])
        assert wg.check(lambda x: cube(x) * x[0], x)
        np.testing.assert_allclose(wg.hessian(lambda x: np.sum(cube(x)))(x), np.diag(6 * x))
        np.testing.assert_allclose(wg.vmap(wg.grad(lambda t: cube(t)))(x), 3 * x**2)

    def test_no_rule_or_two(self) -> None:
        with pytest.raises(TypeError, match="exactly one"):
            wg.primitive(np.sin)
        with pytest.raises(TypeError, match="exactly one"):
            wg.primitive(np.sin, partials=[np.cos], jvp=np.cos)

    def test_no_dependence(self) -> None:
        g = wg.primitive(lambda x, y: x * 2, vjp=lambda ct, out, x, y: (2 * ct, None))
        assert wg.grad(g, (0, 1))(1.0, 5.0) == (2.0, 0.0)

    def test_wrong_number_of_cotangents(self) -> None:
        g = wg.primitive(lambda x, y: x, vjp=lambda ct, out, x, y: (ct,))
        with pytest.raises(TypeError, match="1 cotangents for 2"):
            wg.grad(g)(1.0, 2.0)

    def test_complex_vjp_is_in_the_public_convention(self) -> None:
        square = wg.primitive(lambda z: z * z, vjp=lambda ct, y, z: (ct * np.conj(2 * z),))
        plain = wg.grad(lambda z: np.real(z * z))(1 + 2j)
        assert wg.grad(lambda z: np.real(square(z)))(1 + 2j) == plain == 2 - 4j


class TestStopGradient:
    def test_all_levels(self) -> None:
        assert wg.grad(lambda x: x * wg.stop_gradient(x))(3.0) == 3.0
        assert wg.grad(wg.grad(lambda x: x * wg.stop_gradient(x * x) * x))(3.0) == 18.0
        assert wg.grad(lambda x: wg.stop_gradient({"a": x})["a"] * x)(3.0) == 3.0


class TestCheck:
    def test_a_right_function_passes(self) -> None:
        report = wg.check(lambda d: np.sum(np.sin(d["a"]) * d["b"]), {"a": np.array([0.3, 1.0]), "b": 2.0})
        assert report
        assert "second order" in str(report)

    def test_a_wrong_rule_is_found_and_placed(self) -> None:
        wrong = wg.primitive(lambda x: x**2, partials=[lambda y, x: 2.01 * x])
        report = wg.check(lambda x: x[0] + wrong(x)[1] * np.ones(1), np.array([1.0, 2.0]))
        assert not report
        named = {one.name: one for one in report.comparisons}["reverse against finite differences"]
        assert named.where == "x[1]"
        assert named.error == pytest.approx(0.02 / 4, rel=0.1)


class TestDebug:
    def test_value(self) -> None:
        with wg.debug(), pytest.raises(FloatingPointError, match=r"log gives -inf[\s\S]*test_api.py"):
            wg.grad(lambda x: np.log(x) + x)(0.0)

    def test_derivative(self) -> None:
        with wg.debug(), pytest.raises(FloatingPointError, match=r"derivative of sqrt gives inf[\s\S]*test_api.py"):
            wg.grad(lambda x: np.sqrt(x))(0.0)

    def test_off_outside(self) -> None:
        assert np.isinf(wg.grad(lambda x: np.sqrt(x))(0.0))


class TestTrace:
    def test_reads_like_a_textbook(self) -> None:
        text = str(wg.trace(lambda x, y: x * x * y + np.sin(y), 3.0, 4.0))
        assert text.splitlines() == [
            "inputs  x: f64[]~, y: f64[]~",
            "  v1 = x * x                                    f64[]~",
            "  v2 = v1 * y                                   f64[]~",
            "  v3 = sin(y)                                   f64[]",
            "  v4 = v2 + v3                                  f64[]",
            "outputs v4",
        ]

    def test_a_way_that_values_decide(self) -> None:
        assert len(wg.trace(lambda x: x * x if x > 0 else x, 2.0)) == 1
        assert len(wg.trace(lambda x: x * x if x > 0 else x, -2.0)) == 0
