"""What may go wrong in compiled functions goes wrong as an exception: no crash, no leak, no wait without end."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import wengert as wg
from wengert.native import NativeFallbackWarning
from wengert.native.machine import cache

X = np.linspace(0.5, 1.0, 50)


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", NativeFallbackWarning)
        yield


def in_a_process(text: str, folder: Path, timeout: float = 60) -> str:
    """What a program prints that must not crash; it is a file, for its functions are read."""
    path = folder / "program.py"
    path.write_text("import numpy as np, wengert as wg\nnp.seterr(all='ignore')\n" + text)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- Ctrl-C ------------------------------------------------------------------------------------------------------------

ENDLESS = {
    "nested loops": "for i in range(10**6):\n  for j in range(10**6):\n    x = x * 1.0000001 + 1e-9",
    "cheap steps inside": "for i in range(10**9):\n  for j in range(3):\n    x = x * 0.5 + j",
    "a while": "while np.sum(x) > 0:\n    x = x * 0.5 + 1.0",
    "slow numbers": "for i in range(10**9):\n  x = special.gammainc(x + 1.0, x + 2.0)",
    "arrays": "for i in range(10**9):\n  x = np.sort(np.sin(x * i)) + np.cumsum(x) / 99.0",
    "calls of Python": "for i in range(10**9):\n  x = np.linalg.lstsq(np.eye(3) + np.sum(x), np.ones(3))[0][0] + x",
}
INTERRUPTED = """
import os, signal, threading, time, warnings
from scipy import special
warnings.simplefilter("ignore")
def f(x):
    {body}
    return x
call = {call}
def stop():
    global start
    start = time.perf_counter()
    os.kill(os.getpid(), signal.SIGINT)
def whole():
    threading.Timer(0.3, stop).start()
    try:
        call(np.full(20, 1.5))
    except KeyboardInterrupt:
        return time.perf_counter() - start
whole()
print(min(whole(), whole()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ENDLESS)
@pytest.mark.parametrize("call", ["wg.compile(f)", "wg.compile(wg.vmap(f))"])
def test_interrupted(name: str, call: str, tmp_path: Path) -> None:
    """Within a second, at most, of what the machine leaves us."""
    if "vmap" in call and name in ("calls of Python", "arrays", "slow numbers"):
        pytest.skip("as without vmap")
    body = ENDLESS[name].replace("\n", "\n    ")
    assert float(in_a_process(INTERRUPTED.format(body=body, call=call), tmp_path)) < 1.0


# -- memory ------------------------------------------------------------------------------------------------------------


def grows(call: Any, count: int) -> float:
    """The blocks that Python has more after so many calls, for each."""
    for _ in range(count // 4):
        call()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(count):
        call()
    gc.collect()
    return (sys.getallocatedblocks() - before) / count


def failing(f: Any, kind: type[Exception], *args: Any) -> Any:
    def call() -> None:
        try:
            f(*args)
        except kind:
            return
        raise AssertionError("no error")

    return call


def ragged(x: Any, i: Any) -> Any:
    y, z = x, 0.0
    for k in range(5):
        while y.sum() < 100.0:
            y = y * 1.1 + np.sin(x[i])
        y = y / 7.0
        z = z + x[i + k]
    return (y * x).sum() * z


def test_errors_leave_nothing_behind() -> None:
    """Each of them in the middle of a call, with results and copies already made."""
    index = wg.compile(lambda p, i: {"q": p["x"] * 2, "r": [p["x"][i], (p["x"],)]})
    inverse = wg.compile(lambda a: (a * 2, np.linalg.inv(a)))
    python = wg.compile(lambda a: (a * 2, np.linalg.svd(a)))
    sequences = wg.compile(wg.grad(ragged))
    scans = wg.compile(lambda x, i: (np.cumsum(np.cumsum(x) * 2) * x, x[i]))
    room = wg.compile(lambda p: {"a": p["x"] * 2, "r": np.ones(2**44) * p["x"].sum()})
    many = np.ones(100_000)
    given = {"x": many * 1.0}
    count = sys.getrefcount(given["x"])
    cases = (
        failing(index, IndexError, {"x": X}, 50),
        failing(inverse, np.linalg.LinAlgError, np.zeros((3, 3))),
        failing(python, np.linalg.LinAlgError, np.full((3, 3), np.nan)),
        failing(sequences, IndexError, X, 48),
        failing(scans, IndexError, many, 100_000),
        failing(room, MemoryError, given),
        failing(index, TypeError, {"x": X}),
        lambda: sequences(X, 1),
        lambda: python(np.eye(3)),
    )
    for k, call in enumerate(cases):
        assert grows(call, 200) < 0.5, k
    after = sys.getrefcount(given["x"])
    assert after == count


def test_calls_leave_nothing_behind() -> None:
    f = wg.compile(lambda p: {"a": [np.sin(p["a"][0]), (p["b"], None)], "c": p["b"] * 1.0, "d": p["a"][0].sum()})
    p = {"a": [X], "b": 3.0}
    assert grows(lambda: f(p), 20_000) < 0.01
    assert grows(lambda: (f({"a": [X[::2]], "b": 1}), f({"a": (X,), "b": 2.0})), 2000) < 0.05


def test_code_is_freed() -> None:
    """A function that nobody has any more takes its code, its constants and its working memory with it."""
    many = np.ones(100_000)

    def one() -> None:
        wg.compile(lambda x: np.cumsum(np.cumsum(x) * 2) * x)(many)

    def size() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4

    if not Path("/proc/self/statm").exists():
        pytest.skip("no /proc")
    for _ in range(30):
        one()
    gc.collect()
    before = size()
    for _ in range(60):
        one()
    gc.collect()
    assert size() - before < 20_000  # kB; the working memory alone would be 96,000


def test_no_memory(tmp_path: Path) -> None:
    """More than there is, as a result, as working memory, as what a loop keeps for its reverse."""
    text = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
def steps(x):
    y = x
    for i in range(10**7):
        y = y + np.sin(y) * 1e-9
    return y.sum()
def trips(x):
    y = x
    while y[0] < 1e300:
        y = y + np.sin(y) * 1e-9
    return y.sum()
def scans(x):
    y = np.cumsum(np.broadcast_to(x, (2**20, 2**10)) * np.arange(2.0**10), axis=0)
    return np.cumsum(y, axis=1)[-1].sum() + y[0].sum()
for f, x in ((wg.grad(steps), np.ones(1000)), (wg.grad(trips), np.ones(1000)), (scans, 1.0)):
    call = wg.compile(f)
    for _ in range(2):
        try:
            call(x)
        except MemoryError:
            print("MemoryError")
"""
    if sys.platform == "linux":
        assert in_a_process(text, tmp_path).split() == ["MemoryError"] * 6


# -- arguments ---------------------------------------------------------------------------------------------------------


def test_arguments_that_do_not_fit() -> None:
    f = wg.compile(lambda x, y: np.sin(x) * y)
    assert f(1.0, 2.0) == 2.0 * np.sin(1.0)
    for wrong in ((), (1.0,), (1.0, 2.0, 3.0)):
        with pytest.raises(TypeError, match="argument"):
            f(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword"):
        f(1.0, z=2.0)
    for value in (None, "a", object(), {"a": 1.0}, np.array([None, 1.0]), np.array(["2020-01-01"], "M8[D]")):
        with pytest.raises((TypeError, AttributeError)):
            f(value, 1.0)
    assert f(1.0, 2.0) == f(1.0, y=2.0) == f(x=1.0, y=2.0) == 2.0 * np.sin(1.0)


def test_integers_without_bounds() -> None:
    """What is beyond 64 bits is taken as it is, exactly."""
    f = wg.compile(lambda x, y: x * y)
    assert f(3, 2.0) == 6.0
    assert f(10**30, 2.0) == 2e30
    assert f(10**30, 10**30) == 10**60
    assert f(10**31, 2.0) == 2e31
    with pytest.raises(OverflowError):
        f(10**400, 2.0)
    assert f(3, 2.0) == 6.0


def layouts(x: Any, folder: Path) -> Any:
    """The same numbers in memory in all kinds of ways."""
    yield np.asfortranarray(x)
    yield x.astype(">f8")
    yield x[::-1].copy()[::-1]
    yield np.repeat(x, 2, axis=1)[:, ::2]
    odd = np.zeros(x.nbytes + 1, np.uint8)[1:].view(float).reshape(x.shape)
    odd[:] = x
    yield odd
    fields = np.zeros(x.shape, [("a", "i1"), ("b", "f8")])
    fields["b"] = x
    yield fields["b"]
    fixed = x.copy()
    fixed.flags.writeable = False
    yield fixed
    mapped = np.memmap(folder / "x", float, "w+", shape=x.shape)
    mapped[:] = x
    yield mapped
    mapped.flush()
    yield np.memmap(folder / "x", float, "r", shape=x.shape)
    yield np.ma.array(x)


def test_layouts(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((5, 4))
    f = wg.compile(lambda x: (np.exp(x) @ x.T, x.sum(), x[::-1], np.sort(x, axis=0)))
    expected = f(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for y in layouts(x, tmp_path):
            for a, b in zip(f(y), expected, strict=True):
                np.testing.assert_array_equal(a, b)
    for y in (np.broadcast_to(x[:1], (5, 4)), np.lib.stride_tricks.as_strided(x.ravel(), (5, 4), (8, 8))):
        for a, b in zip(f(y), f(y.copy()), strict=True):
            np.testing.assert_array_equal(a, b)


# -- at once -----------------------------------------------------------------------------------------------------------


def at_once(f: Any, args: Any, count: int = 8) -> list[Any]:
    barrier, found = threading.Barrier(count), []

    def work() -> None:
        barrier.wait()
        found.append(f(*args))

    threads = [threading.Thread(target=work) for _ in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == count
    return found


def test_the_first_call_from_many_threads() -> None:
    """Of loops that keep sequences, and of working memory."""
    scans = wg.grad(lambda x: np.sum(np.cumsum(np.sin(x)) * x))
    for f, args in ((wg.grad(ragged), (X, 1)), (scans, (np.linspace(0, 1, 200_000),))):
        call = wg.compile(f)
        expected = wg.compile(f)(*args)
        for found in (*at_once(call, args), *at_once(call, args)):
            np.testing.assert_array_equal(found, expected)


def test_gone_while_it_runs() -> None:
    def slow(x: Any) -> Any:
        y = x
        for _ in range(300_000):
            y = np.cos(y) + x[::-1]
        return y

    calls = [wg.compile(slow)]
    expected, found = calls[0](X), []
    thread = threading.Thread(target=lambda: found.append(calls[0](X)))
    thread.start()
    while not thread.is_alive():
        pass
    calls.clear()
    for k in range(5):
        wg.compile(lambda x, k=k: np.sin(x) * k)(X)
        gc.collect()
    thread.join()
    if found:  # it had begun
        np.testing.assert_array_equal(found[0], expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_process_compiles(tmp_path: Path) -> None:
    """Whatever the other threads were doing at the fork."""
    text = """
import os, threading, warnings
warnings.simplefilter("ignore")
f = wg.compile(lambda x: np.sum(np.exp(x)))
x = np.linspace(0, 1, 3_000_000)
expected = f(x)
busy = threading.Thread(target=lambda: [wg.compile(lambda x: np.cos(x) * k)(1.0) for k in range(40)])
busy.start()
for k in range(6):
    child = os.fork()
    if child == 0:
        g = wg.compile(lambda x: np.sum(np.sin(x) * k))
        os._exit(0 if f(x) == expected and g(x) >= 0 else 1)
    print(os.waitpid(child, 0)[1])
busy.join()
"""
    assert in_a_process(text, tmp_path).split() == ["0"] * 6


# -- the cache ---------------------------------------------------------------------------------------------------------


def test_two_processes_write_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("WENGERT_CACHE", "1")
    path = tmp_path / "program.py"
    path.write_text(
        "import numpy as np, wengert as wg\n"
        "print([wg.compile(lambda x: np.sin(x) * k)(1.0) for k in range(5)])\n"
    )
    several = [subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert len({one.communicate(timeout=60)[0] for one in several}) == 1
    assert all(one.returncode == 0 for one in several)
    for one in (tmp_path / "cache").iterdir():
        assert cache.read(one.name) is not None


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("WENGERT_CACHE", "1")
    replace = os.replace

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert wg.compile(lambda x: np.sin(x) * 5)(1.0) == np.sin(1.0) * 5
    assert not list((tmp_path / "cache").iterdir())
    monkeypatch.setattr(os, "replace", replace)
    assert wg.compile(lambda x: np.sin(x) * 5)(1.0) == np.sin(1.0) * 5
    assert list((tmp_path / "cache").iterdir())


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o000, 0o500, 0o300])
def test_a_folder_that_is_closed(mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "cache"
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(home))
    monkeypatch.setenv("WENGERT_CACHE", "1")
    home.mkdir(mode=0o700)
    home.chmod(mode)
    try:
        assert [wg.compile(lambda x: np.cos(x) * 7)(1.0) for _ in range(2)] == [np.cos(1.0) * 7] * 2
    finally:
        home.chmod(0o700)


def test_code_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the right name that is whole, but of another version, is not believed."""
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("WENGERT_CACHE", "1")
    cache.write("name", b"code")
    assert cache.read("name") == b"code"
    path = tmp_path / "cache" / "name"
    path.write_bytes(path.read_bytes().replace(cache.MAGIC, cache.MAGIC[:-3] + b"99\n"))
    assert cache.read("name") is None
    assert not path.exists()


# -- dtypes ------------------------------------------------------------------------------------------------------------

MATRIX = np.array([[4, 1, 0], [1, 5, 2], [0, 2, 6]])
OF_MATRICES: dict[str, Any] = {
    "inv": np.linalg.inv, "det": np.linalg.det, "slogdet": np.linalg.slogdet, "cholesky": np.linalg.cholesky,
    "norm": np.linalg.norm, "norm 1": lambda a: np.linalg.norm(a, 1), "rows": lambda a: np.linalg.norm(a, axis=0),
    "solve": lambda a: np.linalg.solve(a, a[0]), "svd": lambda a: np.linalg.svd(a)[1], "pinv": np.linalg.pinv,
    "eigh": lambda a: np.linalg.eigh(a)[0], "qr": lambda a: np.linalg.qr(a)[1], "rank": np.linalg.matrix_rank,
    "expm": scipy.linalg.expm, "power": lambda a: np.linalg.matrix_power(a, -2),
    "einsum": lambda a: (np.einsum("ij,jk->ik", a, a), np.einsum("ii", a), np.einsum("ij->", a)),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_MATRICES)
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, bool, np.float32])
def test_matrices_of_integers(name: str, dtype: Any) -> None:
    """Linear algebra computes with floats, as in NumPy."""
    a = MATRIX.astype(dtype)
    if dtype is bool and name in ("cholesky", "expm"):
        a = np.eye(3, dtype=bool)
    found, expected = wg.compile(OF_MATRICES[name])(a), OF_MATRICES[name](a)
    several = zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]
    for x, y in several:
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_allclose(x, y, rtol=1e-5 if dtype is np.float32 else 1e-12, atol=1e-6)


def test_running_extrema_of_complex_numbers() -> None:
    x = np.array([1 + 1j, 2, 0.5j, 2 - 1j])
    f = wg.compile(lambda x: (np.maximum.accumulate(x), np.minimum.accumulate(x), np.max(x), np.sort(x)))
    for a, b in zip(f(x), (np.maximum.accumulate(x), np.minimum.accumulate(x), np.max(x), np.sort(x)), strict=True):
        np.testing.assert_array_equal(a, b)


OF_NUMBERS: dict[str, Any] = {
    "nan_to_num": np.nan_to_num, "of its own": lambda x: np.nan_to_num(x, nan=1.0, posinf=2.0, neginf=-3.0),
    "sinc": np.sinc, "isclose": lambda x: np.isclose(x, x[::-1]), "round": lambda x: np.round(x, 2),
    "tens": lambda x: np.round(x, -1), "isin": lambda x: np.isin(x, [0.0, 2.5, 7.0]), "modf": np.modf,
    "frexp": np.frexp, "zeta": lambda x: scipy.special.zeta(np.full_like(x, 3), np.abs(x)),
    "fresnel": scipy.special.fresnel,
    "airy": scipy.special.airy, "trigamma": lambda x: scipy.special.polygamma(1, np.abs(x)),
    "lambertw": scipy.special.lambertw, "sici": scipy.special.sici, "i0": np.i0,
}  # fmt: skip


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_special_values(name: str, dtype: Any) -> None:
    """Of what is made of other functions, or by loops that SciPy has."""
    x = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 2.5, -7.25, 1e-300, 1e300, 123.456, 5.0, -1e-12]).astype(dtype)
    found, expected = wg.compile(OF_NUMBERS[name])(x), OF_NUMBERS[name](x)
    several = zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]
    for a, b in several:
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=2e-5 if dtype is np.float32 else 1e-13, atol=1e-14)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("trans", ["N", "T", "C"])
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_triangular_systems(lower: bool, trans: str, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    t = (rng.standard_normal((7, 7)) + np.eye(7) * 5).astype(dtype) * (1 - 0.3j if dtype is np.complex128 else 1)
    solve = wg.compile(lambda t, b: scipy.linalg.solve_triangular(t, b, trans=trans, lower=lower))
    for shape in ((7,), (7, 1), (7, 12), (7, 0)):
        b = rng.standard_normal(shape).astype(dtype)
        expected = scipy.linalg.solve_triangular(t, b, trans=trans, lower=lower)
        np.testing.assert_allclose(solve(t, b), expected, rtol=1e-13, atol=1e-14)
    singular, infinite = t.copy(), t.copy()
    singular[3, 3], infinite[0, 0] = 0, np.inf
    with pytest.raises(np.linalg.LinAlgError):
        solve(singular, np.ones(7, dtype))
    with pytest.raises(ValueError, match="infs or NaNs"):
        solve(infinite, np.ones(7, dtype))


@pytest.mark.parametrize("shape", [(40, 40), (50, 20), (20, 50), (3, 4, 4), (2, 5, 3)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
def test_decompositions(shape: tuple[int, ...], dtype: Any) -> None:
    """By the loops of numpy.linalg, so to the last bit; from whatever place in memory."""
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype) * (1 + 0.2j if dtype is np.complex128 else 1)

    def f(x: Any) -> Any:
        y = np.swapaxes(x, -1, -2)[..., ::-1, :]
        square = y @ np.conj(np.swapaxes(y, -1, -2))
        return (
            *np.linalg.svd(y), *np.linalg.svd(y, full_matrices=False), *np.linalg.qr(y), *np.linalg.qr(y, "complete"),
            np.linalg.svd(y, compute_uv=False), np.linalg.eigvalsh(square), np.linalg.pinv(y), np.linalg.cond(y),
            np.linalg.matrix_rank(y),
        )  # fmt: skip

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = wg.compile(f)(x)
    tolerance = 2e-3 if dtype is np.float32 else 1e-10
    for a, b in zip(found, f(x), strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    with pytest.raises(np.linalg.LinAlgError):
        wg.compile(np.linalg.svd)(np.full((3, 3), np.nan))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_densities_of_python_numbers(dtype: Any) -> None:
    """What a row is written in computes in double precision; the result has the precision of the row."""
    x = np.linspace(0.5, 4.0, 5).astype(dtype)
    for f in (lambda x: scipy.special.chdtr(3, x), lambda x: scipy.special.betainc(2.0, 3.0, x / 5)):
        total = wg.grad(lambda x, f=f: np.sum(f(x)))
        found, expected = wg.compile(total)(x), total(x)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5 if dtype is np.float32 else 1e-13)
