"""Where recording could go wrong without a word: each either agrees with Python or raises."""

import contextlib
import io
import warnings
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.errors import StagingError, UnrolledLoopWarning
from wengert.tree import flatten

X = np.array([0.5, 1.5, -0.3, 2.0, 0.7])
Case = Callable[[Any], Any]


def agrees(function: Case, *points: Any, gradient: bool = True) -> Any:
    """The compiled function, which has been compared with Python at all points, twice, and so has its gradient."""
    compiled = wg.compile(function)

    def total(x: Any) -> Any:
        return sum(np.sum(leaf) for leaf in flatten(function(x))[0])

    inside = wg.compile(wg.grad(total))
    for x in (*points, *points):
        found, expected = flatten(compiled(x))[0], flatten(function(x))[0]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
            assert np.asarray(one).dtype == np.asarray(other).dtype
        if gradient:
            np.testing.assert_allclose(inside(x), wg.grad(total)(x), rtol=1e-11, atol=1e-13)
            np.testing.assert_allclose(wg.grad(wg.compile(total))(x), wg.grad(total)(x), rtol=1e-11, atol=1e-13)
    return compiled


def statuses(compiled: Any, *args: Any) -> list[tuple[str, str]]:
    return [(entry.what, entry.status) for entry in compiled.report(*args)]


# -- aliases -----------------------------------------------------------------------------------------------------------


def test_names_of_one_array() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(3)
        b = a
        for i in range(5):
            b = b + x
            a[i % 3] += x
        return a, b

    agrees(f, 1.3)


def test_an_array_appended_and_written() -> None:
    def shared(x: Any) -> Any:
        u, history = np.zeros(3), []
        for _ in range(4):
            u += x
            history.append(u)  # the same array four times
        return np.array(history)

    def copied(x: Any) -> Any:
        u, history = np.zeros(3), []
        for _ in range(4):
            u += x
            history.append(u.copy())
        return np.array(history)

    agrees(shared, 1.3)
    agrees(copied, 1.3)


def test_the_previous_array_is_written_afterwards() -> None:
    def f(x: Any) -> Any:
        u = np.zeros(3) + x
        history = [u]
        for _ in range(5):
            u[0] += 1.0  # also in the history
            u = u * 0.5
            history.append(u)
        return np.array(history)

    agrees(f, 1.3)


def test_an_argument_shared_with_the_caller() -> None:
    def smooth(u: Any) -> Any:
        for _ in range(4):
            u[1:-1] = 0.5 * (u[:-2] + u[2:])
            u = u * 0.9
        return u

    def f(x: Any) -> Any:
        u = np.arange(5.0) * x
        v = smooth(u)
        return u, v

    agrees(f, 1.3)


def test_a_view_carried_to_the_next_pass() -> None:
    def f(x: Any) -> Any:
        table = np.zeros((6, 2))
        previous = table[0]
        for i in range(5):
            table[i + 1] = previous + x
            table[i] *= 2  # the previous row is a view of it
            previous = table[i + 1]
        return table

    agrees(f, 1.3)


def test_a_choice_of_two_arrays_that_is_written() -> None:
    def f(x: Any) -> Any:
        a, b = np.zeros(2) + x, np.ones(2)
        c = a if x > 0 else b
        c[0] = 5.0
        return a.sum() + 2 * b.sum()

    with pytest.raises(StagingError, match="may be one array or another"):
        wg.compile(f)(1.0)


def test_a_choice_of_two_arrays_one_of_which_is_written_later() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(2) + x
        c = a if x > 0 else np.ones(2)
        a[0] = 5.0
        return c.sum() + a.sum()

    with pytest.raises(StagingError, match="may be one array or another"):
        wg.compile(f)(1.0)
    agrees(lambda x: (np.zeros(2) + x if x > 0 else np.ones(2)).sum(), 1.0, -1.0)


def test_lists_in_lists() -> None:
    def f(x: Any) -> Any:
        grid = [[0.0] * 4 for _ in range(3)]
        for i in range(3):
            for j in range(4):
                grid[i][j] = x * i + j + (grid[i - 1][j] if i > 0 else 0.0)
        row = grid[1]
        row[0] = 7.0
        return sum(map(sum, grid)) + grid[1][0]

    agrees(f, 1.3)


def test_objects_that_share_a_part() -> None:
    class Node:
        def __init__(self, value: Any) -> None:
            self.value = value

    def f(x: Any) -> Any:
        shared = Node(x)
        a, b = {"n": shared}, {"n": shared}
        for _ in range(4):
            a["n"].value = a["n"].value * 1.1
            b["n"].value += 1
        return shared.value

    agrees(f, 1.3)


# -- lists -------------------------------------------------------------------------------------------------------------


def test_a_list_read_and_appended() -> None:
    def f(x: Any) -> Any:
        xs = [x, x * 2]
        for _ in range(6):
            xs.append(xs[-1] * 0.5 + xs[0] + len(xs))
        return sum(xs)

    def everything(x: Any) -> Any:
        xs = [x]
        for _ in range(5):
            xs.append(sum(xs))
        return xs[-1]

    def middle(x: Any) -> Any:
        xs = [x, 2 * x, 3 * x]
        for i in range(6):
            xs.append(xs[i] + 1)
        return xs[-1] + xs[4]

    for function in (f, everything, middle):
        agrees(function, 1.3)


def test_lists_that_shrink_or_grow_unevenly() -> None:
    def stack(x: Any) -> Any:
        todo, total = [x, 2 * x], 0.0
        while todo:
            top = todo.pop()
            total += top
            if len(todo) < 3 and total < 1:
                todo.append(top * 0.5)
        return total

    def uneven(x: Any) -> Any:
        out = []
        for i in range(6):
            if i % 2:
                out.append(x * i)
        return sum(out) * len(out)

    agrees(uneven, 1.3)
    with pytest.raises(StagingError, match="a list"):
        wg.compile(stack)(0.3)

    def queue(x: Any) -> Any:
        recent: Any = deque(maxlen=3)
        for i in range(7):
            recent.append(x * i)
        return sum(recent)

    agrees(queue, 1.3)


def test_lists_that_grow_for_an_unknown_time() -> None:
    def f(x: Any) -> Any:
        path = [x]
        while path[-1] < 10:
            path.append(path[-1] * 1.7)
        return path[-1] + path[-2] * len(path)

    agrees(f, 1.3, 4.0, 9.0)

    def all_of_it(x: Any) -> Any:
        path = []
        while x < 10:
            x = x * 2
            path.append(x)
        return np.array(path).sum()

    with pytest.raises(StagingError, match="can be asked for its length and its last 2 items"):
        wg.compile(all_of_it)(1.0)


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_precision_of_what_is_carried() -> None:
    single = X.astype(np.float32)

    def zero(x: Any) -> Any:
        s = 0.0
        for i in range(5):
            s = s + x[i]
        return s

    def tenth(x: Any) -> Any:
        s = 0.1  # no float32
        for i in range(5):
            s = s * 0.3 + x[i] * 0.5
        return s

    def python_again(x: Any) -> Any:
        s = x[0]
        for i in range(5):
            s = float(s) * 0.3 + 0.1
        return s * x

    for function in (zero, tenth, python_again):
        compiled = wg.compile(function)(single)
        assert np.asarray(compiled).dtype == np.asarray(function(single)).dtype
        np.testing.assert_array_equal(compiled, function(single))


def test_integers_that_become_floats() -> None:
    def f(x: Any) -> Any:
        k, c = 1, 0
        for _ in range(6):
            c += 1
            k = k * 0.5 + c * x
        return k, c

    def counter(x: Any) -> Any:
        n = 0
        for i in range(8):
            if x * i > 2:
                n += 1
        return x * n, n

    agrees(f, 1.3)
    agrees(counter, 1.3, 0.1)


def test_integers_beyond_64_bits() -> None:
    def factorials(x: Any) -> Any:
        total, f = 0.0, 1
        for i in range(1, 30):
            f *= i
            total += (20 * x) ** i / f
        return total

    def powers(x: Any) -> Any:
        total = 0.0
        for i in range(70):
            total += x * 2**-i + 2**i * 1e-20
        return total

    agrees(factorials, 1.3)
    agrees(powers, 1.3)


def test_complex_numbers_are_carried() -> None:
    def f(x: Any) -> Any:
        z = 0.0
        for k in range(5):
            z = z * (0.5 + 1j) + x * k
        return abs(z)

    agrees(f, 1.3)


def test_shapes_that_differ() -> None:
    def f(x: Any) -> Any:
        y = x[:2] if x[0] > 0 else x
        return y.sum()

    with pytest.raises(StagingError, match=r"has shape \(2,\) in one case and \(5,\) in the other of the if of line"):
        wg.compile(f)(X)

    def grows(x: Any) -> Any:
        y = x[:1]
        for i in range(3):
            y = np.concatenate([y, x[i : i + 1] * y.sum()])
        return y

    agrees(grows, X)


def test_kinds_that_differ() -> None:
    def used(x: Any) -> Any:
        y = None
        if x > 0:
            y = x
        return y * 2

    def unused(x: Any) -> Any:
        note = None
        if x > 0:
            note = "positive"
        del note
        return x * 2

    agrees(used, 1.0)
    with pytest.raises(TypeError, match="NoneType"):
        wg.compile(used)(-1.0)
    agrees(unused, 1.0, -1.0)


def test_masked_reads() -> None:
    agrees(lambda x: x[x > 0].sum() + np.log(x[x > 0]).mean() + x[x < 1].max(), X, -X[:3])
    agrees(lambda x: len(x[x > 0]) * x.sum() + x[x > 0].size, X)

    def several(x: Any) -> Any:
        y = x.copy()
        y[y > 1] = 1.0
        y[y < 0] *= 0.5
        y[np.abs(y) < 0.4] += x[np.abs(y) < 0.4] ** 2
        return y

    agrees(several, X)
    with pytest.raises(StagingError, match=r"np\.where\(mask, x, 0\)"):
        wg.compile(lambda x: np.concatenate([x[x > 0], x]))(X)
    agrees(lambda x: x[x > 0][0] + x[x > 0][-1], X)
    with pytest.raises(StagingError, match="how many elements"):
        wg.compile(lambda x: x[x > 0][1:])(X)
    with pytest.raises(IndexError):
        wg.compile(lambda x: x[x > 0][0])(-np.abs(X))


def test_slices_with_ends_that_are_not_known() -> None:
    def windows(x: Any) -> Any:
        s = 0.0
        for i in range(3):
            s += x[i : i + 2].sum() * x[-i - 1] * x[2 * i]
        return s

    def prefixes(x: Any) -> Any:
        return sum(x[:i].sum() * x[i:].sum() for i in range(1, 5))

    def cut_off(x: Any) -> Any:
        return sum(x[i : i + 3].sum() * (i + 1) for i in range(5))

    def found(x: Any) -> Any:
        k = np.argmax(x)
        return x[k : k + 2].sum() * x[k]

    rolled = agrees(windows, X)
    assert statuses(rolled, X) == [("for", "rolled")]
    agrees(prefixes, X)
    agrees(cut_off, X)
    compiled = wg.compile(found)
    assert compiled(X) == found(X)
    with pytest.raises(StagingError, match="reaches over the end"):
        compiled(X[::-1].cumsum())


# -- what is done beside computing -------------------------------------------------------------------------------------


def printed(function: Callable[[], Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        function()
    return out.getvalue()


def test_printing() -> None:
    def f(x: Any) -> Any:
        s = 0.0
        print("begin", x, sep=": ")
        for i in range(4):
            s += x * i
            print(f"step {i}: {s:.3f} {s!r}", "%d" % i, f"{x:{i}.{i}f}" if False else "")
            if s > 3:
                print("large", str(s) + "!")
        while s > 1:
            s = s / 2
            print(f"{s = :.2f}")
        return s

    expected = printed(lambda: f(1.5))
    compiled = wg.compile(f)
    assert printed(lambda: compiled(1.5)) == expected
    assert printed(lambda: compiled(1.5)) == expected
    assert printed(lambda: compiled(0.2)) == printed(lambda: f(0.2))
    assert printed(lambda: wg.grad(compiled)(1.5)) == expected
    assert printed(lambda: wg.compile(wg.grad(f))(1.5)) == expected
    assert statuses(compiled, 1.5)[0] == ("for", "rolled")


def test_texts_of_abstract_numbers() -> None:
    for function in (lambda x: {f"{x}": x}[f"{x}"], lambda x: x * len(str(x)), lambda x: x if f"{x}" == "1.0" else -x):
        with pytest.raises(StagingError):
            wg.compile(function)(1.0)


def test_assertions_and_exceptions() -> None:
    class Strange(Exception):
        def __init__(self, text: str, code: int = 3) -> None:
            super().__init__(text)
            self.code = code

    def f(x: Any) -> Any:
        assert x > -5, f"x is {x:.1f}"
        if x > 100:
            raise Strange(f"{x} is large", 7)
        for i in range(3):
            if x * i > 50:
                raise ValueError("in the loop", i)
        return x * x

    compiled = agrees(f, 1.0, 2.0)
    with pytest.raises(AssertionError, match="x is -7.5"):
        compiled(-7.5)
    with pytest.raises(Strange, match="200.0 is large") as caught:
        compiled(200.0)
    assert caught.value.code == 7
    with pytest.raises(ValueError, match="in the loop") as found:
        compiled(30.0)
    assert found.value.args == ("in the loop", 2)
    assert "raise Strange" in str(caught.value.__notes__)


def test_exceptions_that_the_program_catches() -> None:
    def f(x: Any) -> Any:
        try:
            if x > 1:
                raise ValueError("too large")
            y = x
        except ValueError:
            y = -x
        return y

    def divided(x: float) -> Any:
        try:
            return 1.0 / x
        except ZeroDivisionError:
            return 0.0

    for function in (f, divided):
        with pytest.raises(StagingError, match="the program catches"):
            wg.compile(function)(2.0)


def test_random_numbers() -> None:
    def seeded(x: Any) -> Any:
        rng = np.random.default_rng(3)
        s = x
        for _ in range(5):
            s = s + rng.standard_normal() * x
        return s

    agrees(seeded, 1.3)
    outside = np.random.default_rng(0)
    with pytest.raises(StagingError, match="a generator that was made outside"):
        wg.compile(lambda x: x * outside.normal())(1.0)
    with pytest.raises(StagingError, match="has no seed"):
        wg.compile(lambda x: x * np.random.default_rng().normal())(1.0)
    with pytest.raises(StagingError, match="made outside"):
        wg.compile(lambda x: x * np.random.rand())(1.0)


def test_what_would_be_frozen(tmp_path: Any) -> None:
    import datetime
    import time

    file = tmp_path / "x.txt"
    for function in (
        lambda x: x * time.perf_counter(),
        lambda x: x * datetime.datetime.now().year,
        lambda x: (open(file, "w"), x)[1],
        lambda x: (np.savetxt(file, np.ones(2)), x)[1],
    ):
        with pytest.raises(StagingError, match="would happen once"):
            wg.compile(function)(1.0)
    assert not file.exists()


def test_a_failed_trial_leaves_no_trace() -> None:
    log: list[Any] = []

    class Counter:
        hits = 0

    counter, table = Counter(), {"a": 0}

    def f(x: Any) -> Any:
        s = x
        for i in range(5):
            log.append(i)
            counter.hits += 1
            table["a"] += 1
            table[f"k{i}"] = i
            s = s * np.ones(i + 1).sum()  # a shape that depends on the number of the pass
        return s

    compiled = wg.compile(f)
    for k in range(1, 4):
        assert compiled(2.0) == 2.0 * 120
        assert log == [0, 1, 2, 3, 4] * k
        assert counter.hits == 5 * k
        assert table == {"a": 5 * k, **{f"k{i}": i for i in range(5)}}
    assert statuses(compiled, 2.0) == [("for", "unrolled")]


def test_an_error_while_recording_leaves_no_trace() -> None:
    state = {"n": 0, "items": [1]}

    def f(x: Any) -> Any:
        state["n"] += 1
        state["items"].append(x)
        return x * {1.0: 2}[x]

    with pytest.raises(StagingError):
        wg.compile(f)(1.0)
    assert state == {"n": 0, "items": [1]}


def test_long_unrolled_loops_warn() -> None:
    def f(x: Any) -> Any:
        s = 0.0
        for i in range(1, 400):
            s += np.ones(i).sum() * x
        return s

    with pytest.warns(UnrolledLoopWarning, match="399 passes is unrolled, because"):
        assert wg.compile(f)(1.0) == f(1.0)


# -- Python's own ------------------------------------------------------------------------------------------------------


def test_closures_made_in_a_loop() -> None:
    def late(x: Any) -> Any:
        fs = []
        for k in range(5):
            fs.append(lambda y: y * k * x)
        return sum(f(2.0) for f in fs)

    def bound(x: Any) -> Any:
        fs = []
        for k in range(5):
            fs.append(lambda y, k=k: y * k * x)
        return sum(f(2.0) for f in fs)

    def called(x: Any) -> Any:
        s = 0.0
        for k in range(5):
            add = lambda y: y * k + x
            s += add(x)
        return s

    for function in (late, bound, called):
        agrees(function, 1.3)


def test_generators() -> None:
    def finite(x: Any) -> Any:
        def g(n: int) -> Any:
            for i in range(n):
                yield x * i

        return sum(v * v for v in g(5))

    def endless(x: Any) -> Any:
        def g() -> Any:
            v = x
            while True:
                yield v
                v = v * 0.5

        total = 0.0
        for i, v in zip(range(5), g(), strict=False):
            total += v * i
        return total

    def shared(x: Any) -> Any:
        numbers = iter([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
        total = 0.0
        for _ in range(3):
            total += next(numbers) * x
        return total + next(numbers)

    for function in (finite, endless, shared):
        agrees(function, 1.3)


def test_nonlocal_and_global_state() -> None:
    def f(x: Any) -> Any:
        total, calls = 0.0, 0

        def outer(v: Any) -> Any:
            def inner(w: Any) -> None:
                nonlocal total, calls
                total += w * x
                calls += 1

            inner(v)
            if v > 2:
                inner(v)

        for i in range(6):
            outer(i)
        return total, calls

    agrees(f, 1.3)


def test_names_bound_in_one_case() -> None:
    def correlated(x: Any) -> Any:
        if x > 0:
            y = x * x
        z = x
        if x > 0:
            z = z + y
        return z

    def unbound(x: Any) -> Any:
        if x > 0:
            y = x
        return y

    agrees(correlated, 1.0, -1.0)
    for compiled in (wg.compile(unbound), wg.compile(wg.grad(unbound))):
        with pytest.raises(UnboundLocalError, match="'y'"):
            compiled(-1.0)


def test_loops_over_nothing() -> None:
    def f(x: Any) -> Any:
        y = x
        for i in range(int(x)):
            y = y * 2 + i
        while y > 1000:
            y = y / 2
        return y

    agrees(f, 0.5, 3.0, 12.0)


def test_recursion_that_depends_on_a_value() -> None:
    def halved(x: Any) -> Any:
        return x if x < 1 else halved(x / 2)

    with pytest.raises(StagingError, match="recursion"):
        wg.compile(halved)(5.0)


def test_a_dead_choice_leaves_no_line() -> None:
    def f(x: Any) -> Any:
        if x > 0:
            y = x * 3  # noqa: F841
        for _ in range(10):
            z = x * 2
        return z

    assert len(wg.compile(f).list(1.0)) == 1


def test_refusals_name_the_line_and_two_ways_out() -> None:
    def f(x: Any) -> Any:
        return np.zeros(int(x))

    with pytest.raises(StagingError) as caught:
        wg.compile(f)(2.5)
    text = str(caught.value)
    assert "in f" in text
    assert "return np.zeros(int(x))" in text
    assert 'wg.compile(f, mode="eager")' in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert wg.compile(f, mode="eager")(2.5).shape == (2,)
