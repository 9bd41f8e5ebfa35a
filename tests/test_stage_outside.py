"""Objects from outside: aliases, absences, containers in containers, identity."""

import copy
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.test_compile import Twin, X, same
from wengert.errors import StagingError


class S:
    def __init__(self, **k):
        self.__dict__.update(k)


def test_two_names_of_one_list() -> None:
    def make() -> Any:
        l = [1.0]
        return S(a=l, b=l)

    def f(s: Any, x: Any) -> Any:
        s.a.append(x)
        return sum(s.b) + len(s.b)

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(2.0)
    t.change(lambda s: setattr(s, "b", [5.0]))
    t.agrees(2.0)
    t.change(lambda s: setattr(s, "b", s.a))
    t.agrees(2.0)


def test_two_arrays_become_one() -> None:
    def make() -> Any:
        return S(a=np.zeros(3), b=np.ones(3))

    def f(s: Any, x: Any) -> Any:
        s.a[0] += x
        return s.b[0] * 2

    t = Twin(make, f)
    t.agrees(1.0)
    t.change(lambda s: setattr(s, "b", s.a))
    t.agrees(2.0)
    t.agrees(2.0)


def test_two_objects_become_one() -> None:
    def make() -> Any:
        return {"p": S(x=1.0), "q": S(x=2.0)}

    def f(s: Any, x: Any) -> Any:
        s["p"].x = s["p"].x + x
        return s["q"].x * 2

    t = Twin(make, f)
    t.agrees(1.0)
    t.change(lambda s: s.update(q=s["p"]))
    t.agrees(2.0)
    t.agrees(2.0)


def test_hasattr() -> None:
    def make() -> Any:
        return S()

    def f(s: Any, x: Any) -> Any:
        if not hasattr(s, "w"):
            s.w = np.zeros(3)
        s.w = s.w + x
        return s.w.sum()

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(1.0)
    t.agrees(3.0)


def test_getattr_default() -> None:
    def make() -> Any:
        return S()

    def f(s: Any, x: Any) -> Any:
        s.n = getattr(s, "n", 0) + 1
        try:
            s.m = s.m + x
        except AttributeError:
            s.m = x
        return x * s.n + s.m

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(1.0)
    t.agrees(3.0)


def test_key_in_dict() -> None:
    def make() -> Any:
        return {}

    def f(s: Any, x: Any) -> Any:
        if "w" not in s:
            s["w"] = np.zeros(3)
        s["w"] += x
        s["k"] = s.get("k", 0) + 1
        return s["w"].sum() * s.setdefault("z", 2.0)

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(1.0)
    t.agrees(3.0)


def test_nested_containers_changed() -> None:
    def make() -> Any:
        return {"layers": [{"w": np.ones(3), "b": [np.ones(2), 1.0]}], "o": S(p=(np.ones(2), [np.ones(1)]))}

    def f(s: Any, x: Any) -> Any:
        t = 0.0
        for l in s["layers"]:
            t = t + (l["w"] * x).sum() + l["b"][0].sum() * l["b"][1]
        return t + s["o"].p[0].sum() + s["o"].p[1][0].sum()

    t = Twin(make, f)
    t.agrees(1.0)
    for ch in (
        lambda s: s["layers"][0]["w"].fill(4.0),
        lambda s: s["layers"][0]["b"].__setitem__(1, 7.0),
        lambda s: s["layers"][0]["b"].__setitem__(0, np.full(2, 9.0)),
        lambda s: s["o"].p[1].__setitem__(0, np.full(1, 3.0)),
        lambda s: s["layers"].append({"w": np.ones(3), "b": [np.ones(2), 3.0]}),
        lambda s: s["o"].p[0].fill(8.0),
    ):
        t.change(ch)
        t.agrees(2.0)


def test_results_are_the_objects() -> None:
    s = S(items=[np.ones(2)], d={"a": np.ones(1)})

    def f(x: Any) -> Any:
        s.items.append(x)
        return s.items, {"z": s.d, "y": [s]}, s.d["a"]

    c = wg.compile(f)
    for k in range(3):
        a, b, d = c(1.0 + k)
        assert a is s.items and b["z"] is s.d and b["y"][0] is s and d is s.d["a"]
    assert s.items[1:] == [1.0, 2.0, 3.0]


def test_objects_put_elsewhere() -> None:
    def make() -> Any:
        return S(a=[np.ones(2)], b=None, other=S(v=np.ones(3)))

    def f(s: Any, x: Any) -> Any:
        s.b = s.a
        s.c = {"o": s.other}
        s.b.append(x)
        s.other.v = s.other.v * x
        return s.c["o"].v.sum()

    t = Twin(make, f)
    t.agrees(1.5)
    t.agrees(2.0)
    assert t.other.b is t.other.a and t.other.c["o"] is t.other.other


def test_carried_attributes_of_outside() -> None:
    def make() -> Any:
        return S(u=np.arange(4.0), n=0, st={"p": np.ones(4), "q": [np.zeros(2), 0.0]})

    def f(s: Any, x: Any) -> Any:
        for i in range(6):
            s.u = s.u * 0.5 + x
            s.st["p"] = s.st["p"] + s.u
            s.st["q"][1] = s.st["q"][1] + x * i
            s.n += 1
        return s.u.sum()

    t = Twin(make, f)
    t.agrees(1.5)
    t.agrees(2.0)
    t.change(lambda s: s.u.fill(3.0))
    t.agrees(1.0)
    t.change(lambda s: setattr(s, "u", np.full(4, 7.0)))
    t.agrees(1.0)
    t.change(lambda s: s.st.update(p=np.zeros(4)))
    t.agrees(1.0)
    t.change(lambda s: s.st["q"].__setitem__(1, 5.0))
    t.agrees(1.0)


def test_choices_of_outside() -> None:
    def make() -> Any:
        return S(a=np.ones(3), b=np.zeros(3), d1={"w": np.ones(2)}, d2={"w": np.full(2, 3.0)}, k=0.0)

    def f(s: Any, x: Any) -> Any:
        if x > 1:
            s.a = s.a * x
            p = s.d1
            s.k = 1.0
        else:
            s.b = s.b - x
            p = s.d2
        return s.a.sum() + s.b.sum() + p["w"].sum() + s.k

    t = Twin(make, f)
    for x in (2.0, 0.5, 2.0, 0.25):
        t.agrees(x)
    t.change(lambda s: s.d1["w"].fill(5.0))
    t.change(lambda s: s.d2["w"].fill(6.0))
    for x in (2.0, 0.5, 2.0, 0.25):
        t.agrees(x)
    t.change(lambda s: setattr(s, "a", np.full(3, 10.0)))
    for x in (2.0, 0.5, 2.0, 0.25):
        t.agrees(x)


def test_grad_of_nested_params() -> None:
    params = {"l": [{"w": np.ones(3), "b": np.ones(1)}, {"w": np.full(3, 2.0), "b": np.zeros(1)}]}

    def loss(p: Any, x: Any) -> Any:
        for l in p["l"]:
            x = np.tanh(x * l["w"] + l["b"])
        return x.sum()

    def step(x: Any) -> Any:
        return wg.grad(loss)(params, x)

    c = wg.compile(step)
    same(c(X), step(X))
    params["l"][0]["w"][:] = 0.3
    same(c(X), step(X))
    params["l"][1]["b"] = np.full(1, 0.7)
    same(c(X), step(X))

    def train(x: Any) -> Any:
        g = wg.grad(loss)(params, x)
        for i in range(2):
            params["l"][i]["w"] = params["l"][i]["w"] - 0.1 * g["l"][i]["w"]
        return loss(params, x)

    q = copy.deepcopy(params)
    d = wg.compile(train)
    r = [d(X) for _ in range(3)]
    got = copy.deepcopy(params)
    params.clear()
    params.update(q)
    e = [train(X) for _ in range(3)]
    np.testing.assert_allclose(r, e)
    same(got, params)


def test_state_argument_in_grad() -> None:
    def make() -> Any:
        return S(n=0, k=2.0, log=[])

    def loss(w: Any, s: Any) -> Any:
        s.n += 1
        s.log.append(s.n)
        return (w * s.k).sum()

    t = Twin(make, lambda s, x: wg.grad(loss)(x, s))
    t.agrees(X)
    t.agrees(X)


def test_foreign_functions_of_nested_lists() -> None:
    data = [[np.ones(2), np.zeros(2)], [np.ones(2), np.ones(2)]]
    f = lambda x: np.array(data).sum() * x + np.concatenate(data[0]).sum()
    c = wg.compile(f)
    assert c(2.0) == f(2.0)
    data[0][1][:] = 4.0
    assert c(2.0) == f(2.0)
    data[1][1] = np.full(2, 9.0)
    assert c(2.0) == f(2.0)


def test_builtins_hand_on() -> None:
    def make() -> Any:
        return [{"w": np.ones(2)}, {"w": np.zeros(2)}]

    def f(s: Any, x: Any) -> Any:
        for a in list(s):
            a["w"] = a["w"] + x
        for i, a in enumerate(reversed(s)):
            a["w"] *= 2
        for a, b in zip(s, sorted(s, key=lambda d: 0)):
            b["v"] = a["w"].sum()
        return s[0]["w"].sum()

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(2.0)


def test_append_of_outside() -> None:
    def make() -> Any:
        return S(now={"w": np.ones(2)}, hist=[])

    def f(s: Any, x: Any) -> Any:
        s.hist.append(s.now)
        s.now["w"] = s.now["w"] * x
        return s.hist[0]["w"].sum()

    t = Twin(make, f)
    t.agrees(2.0)
    t.agrees(3.0)
    assert t.other.hist[1] is t.other.now


def test_default_list() -> None:
    def make() -> Any:
        def f(x: Any, acc=[]) -> Any:
            acc.append(x)
            return sum(acc)

        return f

    f, g = make(), make()
    c = wg.compile(f)
    for x in (1.0, 2.0, 3.0):
        assert c(x) == g(x)

    def outer(x: Any) -> Any:
        def inner(y: Any, acc=[]) -> Any:
            acc.append(y)
            return sum(acc)

        inner(x)
        return inner(x)

    c = wg.compile(outer)
    for x in (1.0, 2.0, 3.0):
        assert c(x) == outer(x)


def test_method_defaults() -> None:
    class A:
        def f(self, x, k=2.0, w=np.ones(2)):
            return (x * k * w).sum()

    a = A()
    c = wg.compile(lambda x: a.f(x))
    assert c(1.0) == 4.0
    A.f.__defaults__ = (3.0, np.ones(2))
    assert c(1.0) == 6.0
    A.f.__defaults__[1][0] = 5.0
    assert c(1.0) == 18.0


def test_views_as_attributes() -> None:
    def make() -> Any:
        u = np.arange(12.0).reshape(3, 4)
        return S(u=u, inner=u[1:-1, 1:-1], col=u[:, 0], k=0.5)

    def f(s: Any, x: Any) -> Any:
        for i in range(5):
            s.inner += x * s.k
            s.col[1] += 1.0
        return s.u.sum()

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(2.0)


def test_argument_is_the_array_written() -> None:
    W = np.ones(3)

    def f(x: Any) -> Any:
        W[0] += 1.0
        return x.sum()

    c = wg.compile(f)
    assert c(np.ones(3)) == 3.0
    with pytest.raises(StagingError, match="shares memory"):
        c(W)


def test_property_and_cached() -> None:
    import functools

    class A:
        def __init__(self):
            self.k = 2.0
            self.calls = 0

        @functools.cached_property
        def big(self):
            self.calls += 1
            return np.ones(3) * self.k

    def f(s: Any, x: Any) -> Any:
        return (s.big * x).sum()

    t = Twin(A, f)
    t.agrees(1.0)
    t.agrees(2.0)
    t.change(lambda s: setattr(s, "k", 5.0))
    t.agrees(2.0)


def test_slots_objects() -> None:
    class P:
        __slots__ = ("__weakref__", "v", "x")

        def __init__(self):
            self.x = np.zeros(2)
            self.v = np.ones(2)

    p, q = P(), P()

    def f(s: Any, dt: Any) -> Any:
        for _ in range(4):
            s.x = s.x + dt * s.v
            s.v = s.v * 0.9
        return s.x.sum()

    c = wg.compile(f)
    for dt in (0.1, 0.2):
        assert abs(c(p, dt) - f(q, dt)) < 1e-14
        np.testing.assert_allclose(p.x, q.x)


def test_object_created_inside_many() -> None:
    class D:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def __mul__(self, o):
            return D(self.a * o.a, self.a * o.b + self.b * o.a)

        def __add__(self, o):
            return D(self.a + o.a, self.b + o.b)

    def f(x: Any) -> Any:
        s = D(x, 1.0)
        for i in range(20):
            s = s * D(x, 0.5) + D(1.0, 0.0)
        return s.b

    c = wg.compile(f)
    assert abs(c(0.3) - f(0.3)) < 1e-13
    assert abs(c(0.4) - f(0.4)) < 1e-13


def test_set_outside() -> None:
    def make() -> Any:
        return {"seen": set(), "n": 0}

    def f(s: Any, x: Any) -> Any:
        if "a" not in s["seen"]:
            s["seen"].add("a")
            s["n"] += 1
        return x * s["n"]

    t = Twin(make, f)
    t.agrees(1.0)
    t.agrees(2.0)


def test_deepcopy_then_change() -> None:
    def make() -> Any:
        return S(w=np.ones(3), c={"k": [1.0]})

    def f(s: Any, x: Any) -> Any:
        m = copy.deepcopy(s)
        m.w = m.w * x
        m.c["k"].append(x)
        m.w[0] = 7.0
        return m.w.sum() + len(m.c["k"])

    t = Twin(make, f)
    t.agrees(2.0)
    t.agrees(3.0)
    t.change(lambda s: s.w.fill(4.0))
    t.agrees(3.0)


def test_functions_without_source() -> None:
    space: dict[str, Any] = {"np": np, "W": np.ones(3), "K": 2.0, "D": {"k": 1.0}}
    exec(
        "def g(x): return x * K\ndef f(x): return np.sum(g(x) * W)\ndef h(x): return x * D['k']\n"
        "def i(x, d): return x * d['k']",
        space,
    )
    c = wg.compile(space["f"])
    for name, value in (("K", 2.0), ("K", 3.0), ("g", lambda x: x * 5), ("W", np.full(3, 2.0))):
        space[name] = value
        assert c(1.5) == space["f"](1.5)
        space["W"][0] += 1.0
        assert c(1.5) == space["f"](1.5)
    outside = {"k": 1.0}
    for function in (space["h"], lambda x: space["i"](x, outside)):
        with pytest.raises(StagingError, match="source"):
            wg.compile(function)(1.0)


def test_math_name_rebound() -> None:
    import math

    global FN
    FN = math.sin

    def f(x: Any) -> Any:
        return FN(x)

    c = wg.compile(f)
    assert c(1.0) == math.sin(1.0)
    FN = math.cos
    assert c(1.0) == math.cos(1.0)
    FN = np.exp
    assert c(1.0) == pytest.approx(np.exp(1.0), rel=1e-15)


def test_same_objects_twice_as_arguments() -> None:
    def f(a: Any, b: Any, x: Any) -> Any:
        a.v = a.v + x
        return b.v * 1.0

    def pair() -> Any:
        return S(v=1.0), S(v=2.0)

    c = wg.compile(f)
    a, b = pair()
    p, q = pair()
    assert c(a, b, 1.0) == f(p, q, 1.0)
    assert c(a, a, 1.0) == f(p, p, 1.0)
    assert a.v == p.v
    assert c(a, b, 1.0) == f(p, q, 1.0)


def test_a_class_that_is_changed() -> None:
    class Model:
        def __init__(self) -> None:
            self.k = 2.0

        @property
        def twice(self) -> Any:
            return self.k * 2

        def __call__(self, x: Any) -> Any:
            return x * self.twice

        def __add__(self, other: Any) -> Any:
            return self.k + other

    model = Model()

    def f(x: Any) -> Any:
        return model(x) + (model + x) + Model().twice * x

    kinds = (wg.compile(f), wg.compile(wg.grad(f)), wg.grad(f), wg.compile(model))
    expected = (f, lambda x: (f(x + 1) - f(x - 1)) / 2, lambda x: (f(x + 1) - f(x - 1)) / 2, model)

    def agree() -> None:
        for compiled, plain in zip(kinds, expected, strict=True):
            assert compiled(3.0) == pytest.approx(plain(3.0), rel=1e-12)  # type: ignore[no-untyped-call]

    agree()
    Model.twice = property(lambda self: self.k * 7)  # type: ignore[assignment]
    agree()
    Model.__call__ = lambda self, x: x * 3 + self.k  # type: ignore[assignment, method-assign]
    agree()
    Model.__add__ = lambda self, other: other * 5  # type: ignore[assignment, method-assign]
    agree()
    Model.__init__ = lambda self: setattr(self, "k", 11.0)  # type: ignore[assignment, misc]
    agree()


def test_the_environment_is_not_frozen() -> None:
    import os

    for f in (lambda x: x * len(os.environ.get("HOME", "")), lambda x: x * len(os.environ["HOME"])):
        with pytest.raises(StagingError, match=r"os\.environ"):
            wg.compile(f)(1.0)
