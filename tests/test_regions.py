"""Lines that hold lists: what they mean, how they print, what is refused."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from wengert.ir import Array, Primitive, Seq, Sequence, WengertList, bind, check_list
from wengert.primitives import SLOT, getitem, index_add, setitem
from wengert.regions import cond, for_, record, remat, while_
from wengert.run import run
from wengert.transform import forward, reverse, simplify

F64 = Array((), np.dtype(float))
I64 = Array((), np.dtype(np.int64))
BOOL = Array((), np.dtype(bool))


def vector(n: int) -> Array:
    return Array((n,), np.dtype(float))


def program(function: Any, *types: Any) -> WengertList:
    """The list of a function, checked."""
    return check_list(record(function, types))


def loop(body: Any, carry: list[Any], consts: list[Any], xs: list[Any], length: Any, **params: Any) -> Any:
    given = () if isinstance(length, int) else (length,)
    return bind(
        for_,
        (*given, *carry, *consts, *xs),
        {
            "body": body,
            "length": length if isinstance(length, int) else None,
            "carries": len(carry),
            "consts": len(consts),
            "reverse": False,
            **params,
        },
    )


class TestFor:
    def test_carry_consts_items_and_yields(self) -> None:
        body = record(lambda i, c, w, x: (c * w + x, c), (I64, F64, F64, F64))
        wl = program(lambda c, w, xs: loop(body, [c], [w], [xs], 3), F64, F64, vector(3))
        last, seen = run(wl, 1.0, 2.0, np.array([1.0, 0.0, 3.0]))
        assert last == 15.0
        np.testing.assert_array_equal(seen, [1.0, 3.0, 6.0])

    def test_reverse_reads_and_stores_at_the_index(self) -> None:
        body = record(lambda i, c, x: (c + x, c * 10 + i), (I64, F64, F64))
        wl = program(lambda c, xs: loop(body, [c], [], [xs], 3, reverse=True), F64, vector(3))
        last, seen = run(wl, 0.0, np.array([1.0, 2.0, 4.0]))
        assert last == 7.0
        np.testing.assert_array_equal(seen, [60.0, 41.0, 2.0])

    def test_run_time_length_gives_sequences(self) -> None:
        body = record(lambda i, c: (c * 2, c), (I64, F64))
        wl = program(lambda n, c: loop(body, [c], [], [], n), I64, F64)
        last, seen = run(wl, np.int64(4), 1.0)
        assert last == 16.0
        assert isinstance(seen, Sequence)
        np.testing.assert_array_equal(seen.rows(), [1.0, 2.0, 4.0, 8.0])

    def test_no_trips(self) -> None:
        body = record(lambda i, c: (c * 2, c), (I64, F64))
        wl = program(lambda c: loop(body, [c], [], [], 0), F64)
        last, seen = run(wl, 1.5)
        assert last == 1.5
        assert seen.shape == (0,)

    def test_carried_types_are_kept(self) -> None:
        body = record(lambda i, c: c[:1], (I64, vector(2)))
        with pytest.raises(TypeError, match=r"f64\[2\] is carried, a trip gives f64\[1\]"):
            program(lambda c: loop(body, [c], [], [], 2), vector(2))

    def test_items_must_be_there(self) -> None:
        body = record(lambda i, c, x: c + x, (I64, F64, F64))
        with pytest.raises(TypeError, match=r"4 items cannot be read from f64\[3\]"):
            program(lambda c, xs: loop(body, [c], [], [xs], 4), F64, vector(3))


class TestInPlace:
    def test_inputs_are_not_written(self) -> None:
        body = record(lambda i, x, v: bind(setitem, (x, v, i), {"index": (SLOT,)}), (I64, vector(4), F64))
        outer = record(lambda i, x, v: loop(body, [x], [v], [], 4), (I64, vector(4), F64))
        given = np.zeros(4)
        (out,) = run(program(lambda x, v: loop(outer, [x], [v], [], 5), vector(4), F64), given, 3.0)
        np.testing.assert_array_equal(out, np.full(4, 3.0))
        np.testing.assert_array_equal(given, np.zeros(4))

    def test_cost_is_that_of_the_writes(self) -> None:
        n = 20_000
        body = record(lambda i, x, v: bind(index_add, (x, v, i), {"index": (SLOT,)}), (I64, vector(n), F64))
        arm = record(lambda x, v, i: loop(body, [x], [v], [], 1), (vector(n), F64, I64))
        other = record(lambda x, v, i: bind(index_add, (x, v, i), {"index": (SLOT,)}), (vector(n), F64, I64))

        def step(i: Any, x: Any, v: Any) -> Any:
            return bind(cond, (i % 2 == 0, x, v, i), {"branches": (arm, other)})

        outer = record(step, (I64, vector(n), F64))
        wl = program(lambda x, v: loop(outer, [x], [v], [], n), vector(n), F64)
        copies = _allocated(lambda: run(wl, np.zeros(n), 1.0))
        assert copies < 20 * n * 8  # not n buffers of n

    def test_a_view_that_is_read_later_is_kept(self) -> None:
        def step(i: Any, x: Any) -> Any:
            before = bind(getitem, (x,), {"index": (slice(0, 2),)})
            after = bind(setitem, (x, 9.0, i), {"index": (SLOT,)})
            return after, before

        body = record(step, (I64, vector(3)))
        _, seen = run(program(lambda x: loop(body, [x], [], [], 2), vector(3)), np.zeros(3))
        np.testing.assert_array_equal(seen, [[0.0, 0.0], [9.0, 0.0]])


def _allocated(function: Any) -> int:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


class TestWhile:
    def test_until_the_condition_fails(self) -> None:
        test = record(lambda c, top: c < top, (F64, F64))
        body = record(lambda c, top: c * 3, (F64, F64))
        params = {"cond": test, "body": body, "carries": 1}
        assert run(program(lambda c, top: bind(while_, (c, top), params), F64, F64), 1.0, 20.0) == [27.0]

    def test_yields_come_with_their_number(self) -> None:
        test = record(lambda c, top: c < top, (F64, F64))
        body = record(lambda c, top: (c * 3, c + top), (F64, F64))
        params = {"cond": test, "body": body, "carries": 1}
        last, trips, seen = run(program(lambda c, top: bind(while_, (c, top), params), F64, F64), 1.0, 20.0)
        assert (last, trips) == (27.0, 3)
        np.testing.assert_array_equal(seen.rows(), [21.0, 23.0, 29.0])

    def test_ragged_yields(self) -> None:
        test = record(lambda c, top: c < top, (F64, F64))
        body = record(lambda c, top: (c * 2, c), (F64, F64))
        params = {"cond": test, "body": body, "carries": 1}
        step = record(lambda i, t, x: (t + 1.0, bind(while_, (1.0, x), params)[2]), (I64, F64, F64))
        wl = program(lambda xs: loop(step, [0.0], [], [xs], 3), vector(3))
        assert wl.lines[0].outputs[1].type == Seq(Seq(F64))
        seen = run(wl, np.array([4.0, 0.0, 9.0]))[1]
        assert [list(part) for part in seen] == [[1.0, 2.0], [], [1.0, 2.0, 4.0, 8.0]]
        assert seen.offsets == [0, 2, 2, 6]
        assert seen.nbytes == 6 * 8 + 4 * 8

    def test_the_condition_is_a_truth_value(self) -> None:
        body = record(lambda c: c, (F64,))
        with pytest.raises(TypeError, match="the condition is a truth value"):
            program(lambda c: bind(while_, (c,), {"cond": body, "body": body, "carries": 1}), F64)


class TestCondAndRemat:
    def test_branches(self) -> None:
        arms = (record(lambda x: (x, x * 2), (F64,)), record(lambda x: (-x, x * 3), (F64,)))
        wl = program(lambda b, x: bind(cond, (b, x), {"branches": arms}), BOOL, F64)
        assert run(wl, True, 2.0) == [-2.0, 6.0]
        assert run(wl, False, 2.0) == [2.0, 4.0]

    def test_there_is_no_such_branch(self) -> None:
        arms = tuple(record(lambda x, k=k: x + k, (F64,)) for k in range(3))
        wl = program(lambda b, x: bind(cond, (b, x), {"branches": arms}), I64, F64)
        assert run(wl, np.int64(2), 2.0) == [4.0]
        with pytest.raises(IndexError, match="no branch -1 among 3"):
            run(wl, np.int64(-1), 2.0)

    def test_branches_give_the_same_types(self) -> None:
        arms = (record(lambda x: x, (F64,)), record(lambda x: x > 0, (F64,)))
        with pytest.raises(TypeError, match=r"the branches give f64\[\] and bool\[\]"):
            program(lambda b, x: bind(cond, (b, x), {"branches": arms}), BOOL, F64)

    def test_remat(self) -> None:
        body = record(lambda x, y: (np.sin(x) * y, x), (F64, F64))
        wl = program(lambda x, y: bind(remat, (x, y), {"body": body}), F64, F64)
        assert run(wl, 0.5, 2.0) == [np.sin(0.5) * 2, 0.5]


def test_an_error_in_a_trip_names_the_line() -> None:
    """The line that was recorded, as the traceback of a run does not have it."""

    def step(i: Any, c: Any, table: Any) -> Any:
        return c + bind(getitem, (table, i), {"index": (SLOT,)})

    body = record(step, (I64, F64, vector(3)))
    wl = program(lambda c, table: loop(body, [c], [table], [], 4), F64, vector(3))
    with pytest.raises(IndexError) as caught:
        run(wl, 0.0, np.zeros(3))
    (note,) = caught.value.__notes__
    assert "test_regions.py" in note
    assert 'return c + bind(getitem, (table, i), {"index": (SLOT,)})' in note


class TestEffects:
    """A line that does something is run once in every trip that is made, in values and in derivatives."""

    def programs(self, said: list[Any]) -> Any:
        def say(*values: Any) -> tuple[()]:
            said.append(tuple(map(float, values)))
            return ()

        note = Primitive("note", say, lambda *types: (), partials=(), effect=True)

        def step(i: Any, c: Any, w: Any) -> Any:
            bind(note, (c,), {})
            return np.sin(c * w)

        body = record(step, (I64, F64, F64))
        arms = (record(lambda c, w: c, (F64, F64)), record(lambda c, w: step(0, c, w), (F64, F64)))
        inner = record(lambda c, w: loop(body, [c], [w], [], 2), (F64, F64))
        test, grow = record(lambda c, w: c < 2.0, (F64, F64)), record(lambda c, w: step(0, c, w) + 1.5 * c, (F64, F64))
        yield program(lambda c, w: loop(body, [c], [w], [], 3), F64, F64)
        yield program(lambda c, w: (loop(body, [c], [w], [], 3), w)[1], F64, F64)
        yield program(lambda c, w: bind(cond, (c > 0, c, w), {"branches": arms}), F64, F64)
        yield program(lambda c, w: bind(remat, (c, w), {"body": inner}), F64, F64)
        yield program(lambda c, w: bind(while_, (c, w), {"cond": test, "body": grow, "carries": 1}), F64, F64)

    def test_once(self) -> None:
        said: list[Any] = []
        for wl in self.programs(said):
            said.clear()
            run(wl, 0.5, 0.7)
            expected = said.copy()
            assert expected
            for one, args in (
                (simplify(wl), (0.5, 0.7)),
                (reverse(wl), (0.5, 0.7, 1.0)),
                (simplify(reverse(wl)), (0.5, 0.7, 1.0)),
                (simplify(forward(wl)), (0.5, 0.7, 1.0, 0.0)),
                (simplify(forward(reverse(wl))), (0.5, 0.7, 1.0, 1.0, 0.0, 0.0)),
                (simplify(reverse(reverse(wl))), (0.5, 0.7, 1.0, 0.0, 1.0, 0.0)),
            ):
                said.clear()
                run(check_list(one), *args[: len(one.inputs)])
                assert said == expected, one

    def test_constant_but_not_moved_out(self) -> None:
        said: list[Any] = []
        note = Primitive("note", lambda x: (said.append(x), ())[1], lambda x: (), partials=(), effect=True)

        def step(i: Any, c: Any, w: Any) -> Any:
            bind(note, (w,), {})
            return c + w

        body = record(step, (I64, F64, F64))
        wl = simplify(program(lambda c, w: loop(body, [c], [w], [], 3), F64, F64))
        run(wl, 1.0, 2.0)
        assert said == [2.0] * 3


class TestSequence:
    def test_zeros_of_any_length(self) -> None:
        empty = Sequence(Seq(Seq(vector(2))))
        np.testing.assert_array_equal(empty.item(7).item(3), [0.0, 0.0])

    def test_grows(self) -> None:
        many = Sequence(Seq(F64), map(float, range(100)))
        assert list(many) == list(range(100))
        assert many.nbytes == 800

    def test_deep(self) -> None:
        inner = Seq(Seq(F64))
        parts = [Sequence(inner, [Sequence(Seq(F64), [k + 0.5] * j) for j in range(k)]) for k in range(4)]
        deep = Sequence(Seq(inner), parts)
        assert [[list(x) for x in y] for y in deep] == [[list(x) for x in y] for y in parts]


TEXT = """\
inputs  x: f64[], a: f64[], data: f64[10]
  v1, v2, v3, v4 = for i in range(10)           f64[], f64[], f64[10], Seq[Seq[f64[]]]
    carry  s = x, c1 = 0.0
    v5 = data[i] * a                            f64[]
    v6, v7, v8 = while                          f64[], i64[], Seq[f64[]]
      carry  c2 = v5
      v9 = c2 > 1.0                             bool[]
      if     v9
      v10 = c2 / 2.0                            f64[]
      next   v10
      yield  c2
    v11 = v6 > a                                bool[]
    v12 = if v11                                f64[]
      v13 = sin(s)                              f64[]
      gives  v13
    else
      gives  v6
    next   v12, v6
    yield  v5, v8
outputs v1, v3"""


def test_text() -> None:
    """A list with everything in it, as it is printed."""
    halve = {"cond": record(lambda c: c > 1.0, (F64,)), "body": record(lambda c: (c / 2.0, c), (F64,)), "carries": 1}
    arms = (record(lambda s, y: y, (F64, F64)), record(lambda s, y: np.sin(s), (F64, F64)))

    def step(i: Any, s: Any, t: Any, a: Any, x: Any) -> Any:
        p = x * a
        y, _, halves = bind(while_, (p,), halve)
        return bind(cond, (y > a, s, y), {"branches": arms}), y, p, halves

    body = record(step, (I64, F64, F64, F64, F64), ("i", "s"))

    def whole(x: Any, a: Any, data: Any) -> Any:
        out = loop(body, [x, 0.0], [a], [data], 10)
        return out[0], out[2]

    wl = check_list(record(whole, (F64, F64, vector(10)), ("x", "a", "data")))
    assert str(wl) == TEXT
