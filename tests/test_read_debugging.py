"""What a reader must not disturb: tracebacks, debuggers, line tracing, sources that come and go, threads, memory."""

from __future__ import annotations

import bdb
import copy
import functools
import gc
import linecache
import math
import pickle
import sys
import textwrap
import threading
import traceback
import weakref
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import wengert as wg
from tests.numeric import central_difference

X = np.array([1.6, 0.7, 2.2])


def slope(f: Callable[[Any], Any], x: float) -> Any:
    """By differences."""
    return central_difference(lambda s: f(x + s), 1e-3)


# -- tracebacks --------------------------------------------------------------------------------------------------------


def third(x: Any) -> Any:
    return np.linalg.solve(np.zeros((2, 2)), x)


def in_a_generator(x: Any) -> Any:
    return sum(third(x * k)[0] for k in [1.0])


def in_a_comprehension(x: Any) -> Any:
    return [in_a_generator(y) for y in (x,)][-1]


def in_an_operator(x: Any) -> Any:
    return x[1:] @ np.ones(4) + np.zeros(3)


class Failing:
    @property
    def size(self) -> Any:
        return np.zeros(3)[7]


def in_a_property(x: Any) -> Any:
    try:
        return Failing().size * x
    finally:
        math.sin(x[0])


def in_a_write(x: Any) -> Any:
    a = np.zeros(3)
    a[7] = x[0]
    return a


def in_a_handler(x: Any) -> Any:
    try:
        return in_a_write(x)
    except IndexError:
        return x.reshape(7)


@pytest.mark.parametrize("derive", [wg.grad, wg.hessian, lambda f: lambda x: wg.jvp(f, (x,), (x,))])
@pytest.mark.parametrize(
    ("function", "error", "names"),
    [
        (in_a_comprehension, np.linalg.LinAlgError, ["in_a_comprehension", "in_a_generator", "<genexpr>", "third"]),
        (in_an_operator, ValueError, ["in_an_operator"]),
        (in_a_property, IndexError, ["in_a_property", "size"]),
        (in_a_handler, ValueError, ["in_a_handler"]),
    ],
)
def test_tracebacks_hold_the_users_frames_alone(derive: Any, function: Any, error: Any, names: list[str]) -> None:
    with pytest.raises(error) as info:
        derive(function)(np.ones(2))
    frames = traceback.extract_tb(info.value.__traceback__)
    assert {frame.filename for frame in frames} == {__file__}
    found = [frame.name for frame in frames if frame.name not in ("<listcomp>", "<lambda>", frames[0].name)]
    assert found == names
    assert all(frame.line for frame in frames)
    context = info.value.__context__
    if function is in_a_handler:
        assert [frame.name for frame in traceback.extract_tb(context.__traceback__)][-1] == "in_a_write"


def test_the_line_of_a_refusal() -> None:
    with pytest.raises(wg.errors.UnsupportedError, match=r"scipy\.\w+|np\.") as info:
        wg.grad(lambda x: np.busday_count(x, x))(X)
    assert "np.busday_count(x, x)" in str(info.value)


# -- debuggers ---------------------------------------------------------------------------------------------------------


# fmt: off
def traced(x: Any) -> Any:
    out = np.zeros(3)
    for i in range(3):
        if x[i] > 1:
            out[i] = (
                x[i]
                * 2
            )
        else:
            out[i] += math.sin(x[i])
    match i:
        case int(k) if k > 1:
            out[0] = out[1] + k
        case _:
            pass
    with np.errstate(all="ignore"):
        total = sum(
            t**2
            for t in out
        )
    return total
# fmt: on


def lines_of(run: Callable[[], Any]) -> set[tuple[str, int]]:
    """The lines of `traced` that a tracer, such as coverage's, sees."""
    lines = set()

    def tracer(frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != __file__ or frame.f_code.co_name not in ("traced", "<genexpr>"):
            return None
        if event == "line":
            lines.add((frame.f_code.co_name, frame.f_lineno))
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines


def test_a_tracer_sees_the_users_lines() -> None:
    assert lines_of(lambda: traced(X)) == lines_of(lambda: wg.grad(traced)(X))


class Debugger(bdb.Bdb):
    """Stops at breakpoints and goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.stops: list[tuple[str, int, dict[str, Any]]] = []

    def user_line(self, frame: FrameType) -> None:
        if self.break_here(frame):
            self.stops.append((frame.f_code.co_name, frame.f_lineno, dict(frame.f_locals)))
        self.set_continue()


@pytest.fixture
def debugger() -> Any:
    before = sys.gettrace()
    yield Debugger()
    sys.settrace(before)


def test_breakpoints_stop_on_the_users_lines(debugger: Debugger) -> None:
    line = traced.__code__.co_firstlineno + 3
    debugger.set_break(__file__, line)
    debugger.runcall(wg.grad(traced), X)
    assert [stop[:2] for stop in debugger.stops] == [("traced", line)] * 3
    assert {"x", "out", "i"} <= debugger.stops[0][2].keys()


def test_breakpoints_of_functions(debugger: Debugger) -> None:
    debugger.set_break(__file__, third.__code__.co_firstlineno, funcname="third")
    with pytest.raises(np.linalg.LinAlgError):
        debugger.runcall(wg.grad(in_a_generator), np.ones(2))
    assert [stop[0] for stop in debugger.stops] == ["third"]


# -- where the source is -----------------------------------------------------------------------------------------------


def cell(source: str, name: str, space: dict[str, Any]) -> None:
    """Run a cell of a notebook."""
    source = textwrap.dedent(source)
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), space)


def test_notebook_cells() -> None:
    space: dict[str, Any] = {"np": np, "math": math}
    cell(
        """
        def f(x):
            a = np.zeros(2)
            a[0] = math.sin(x)
            return a[0]
        g = lambda x: f(x) * math.exp(x)
        """,
        "<ipython-input-3-abc>",
        space,
    )
    assert wg.grad(space["g"])(0.3) == pytest.approx(math.exp(0.3) * (math.sin(0.3) + math.cos(0.3)), rel=1e-14)
    cell(
        "from __future__ import annotations\ndef f(x: Missing) -> Missing:\n    return np.array([x])[0] ** 2\n",
        "<in-4>",
        space,
    )
    assert wg.grad(space["g"])(0.3) == pytest.approx(math.exp(0.3) * (0.09 + 0.6), rel=1e-14)


WITHOUT_SOURCE = """
class Cell:
    count = 0
    def __init__(self, value):
        self.values = np.zeros(2)
        self.values[0] = value
    def power(self):
        return math.sin(self.values[0]) * float(self.values[0])
    @property
    def size(self):
        return math.exp(self.values[0])
    def __add__(self, other):
        return Cell(self.values[0] + other.values[0])
    @classmethod
    def twice(cls, value):
        return cls(2 * value)

@dataclass
class Record:
    a: float
    log: list = field(default_factory=list)
    def __post_init__(self):
        self.root = math.sqrt(self.a)

def helper(x, *rest, k=1.0):
    out = np.zeros(3, dtype=float)
    out[0] = x
    out[1:] = np.array([x * k, x + sum(rest)])
    return out

def f(x):
    cell = Cell(x)
    both = cell + Cell.twice(x)
    assert type(cell) is Cell and isinstance(both, Cell) and type(x) is float
    best = sorted([x, 2 * x], key=lambda t: -t)[0] + max([x, 0.0]) + list(map(math.sin, [x]))[0]
    return cell.power() + both.power() + cell.size + Record(x).root + np.sum(helper(x, x, k=2.0) ** 2) + best
"""


def test_functions_and_classes_without_source() -> None:
    from_text: dict[str, Any] = {"np": np, "math": math}
    exec("from dataclasses import dataclass, field\n" + WITHOUT_SOURCE, from_text)
    f = from_text["f"]
    value, derivative = wg.value_and_grad(f)(0.6)
    assert value == pytest.approx(f(0.6), rel=1e-14)
    assert derivative == pytest.approx(slope(f, 0.6), rel=1e-9)


def test_a_changed_file_is_not_misread(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text("import math\ndef f(x):\n    return math.sin(x)\n")
    space: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    path.write_text("import math\n\ndef f(x):\n    return math.cos(x)\n")
    linecache.checkcache(str(path))
    assert wg.grad(space["f"])(0.3) == math.cos(0.3)


def test_lambdas_everywhere() -> None:
    pair = [lambda x: math.sin(x), lambda x: math.cos(x)]
    table = {"a": lambda x, k=lambda t: math.exp(t): k(x), "b": (lambda x: (lambda y: math.log(y))(x))}
    # fmt: off
    nested = lambda x: [f(x) for f in pair][0] * (lambda: pair[1](x))()  # noqa: E731, RUF015
    long = (lambda x:  # noqa: E731
        math.sin(x)
        * math.cos(x)); branches = lambda x: (x if x > 1 else  # noqa: E702, E731
                                              math.tanh(x))
    # fmt: on
    for f in [*pair, *table.values(), nested, long, branches]:
        assert wg.grad(f)(0.7) == pytest.approx(slope(f, 0.7), rel=1e-9)


class Model:
    def __init__(self) -> None:
        self.weights = np.ones(3)

    def __call__(self, x: Any) -> Any:
        out = np.zeros(3)
        out[:] = x * self.weights
        return math.fsum(out)

    @staticmethod
    def of_one(x: Any) -> Any:
        return math.sin(x)

    @classmethod
    def of_class(cls, x: Any) -> Any:
        return cls.of_one(x)


def test_every_kind_of_callable() -> None:
    for model in (Model(), pickle.loads(pickle.dumps(Model())), copy.deepcopy(Model()), Model().__call__):
        np.testing.assert_array_equal(wg.grad(model)(X), np.ones(3))
    for f in (Model.of_one, Model.of_class, Model().of_class, functools.partial(Model.of_one), math.sin, np.sin):
        assert wg.grad(f)(0.3) == math.cos(0.3)


# -- threads and memory ------------------------------------------------------------------------------------------------


def test_threads() -> None:
    found = {}

    def work(i: int) -> None:
        def f(x: Any) -> Any:
            return sum(math.sin(k * x) * Model.of_class(x) for k in range(i + 2))

        for _ in range(10):
            found[i] = (wg.grad(f)(0.4), slope(f, 0.4))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(a == pytest.approx(b, rel=1e-9) for a, b in found.values())


def test_nothing_is_kept_alive() -> None:
    class Big:
        pass

    references = []

    def f(x: Any) -> Any:
        big = Big()
        references.append(weakref.ref(big))

        def recursive(x: Any, n: int = 3) -> Any:
            return x if n == 0 or big is None else recursive(x * 2, n - 1)

        return recursive(x)

    assert wg.grad(f)(1.0) == 8.0
    gc.collect()
    assert references[0]() is None


def test_a_cache_holds_no_traced_values() -> None:
    @functools.lru_cache
    def basis(n: int) -> Any:
        return state["x"] ** n

    state: dict[str, Any] = {}

    def f(x: Any) -> Any:
        state["x"] = x
        return basis(2) + basis(3) + basis(2)

    assert wg.grad(f)(1.5) == pytest.approx(2 * 3.0 + 3 * 2.25)
    assert wg.grad(f)(2.5) == pytest.approx(2 * 5.0 + 3 * 6.25)
    assert basis.cache_info().currsize == 0
