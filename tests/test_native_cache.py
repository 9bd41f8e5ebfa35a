"""Code on disk: found again, checked for damage, private, and switched off where wanted."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.native import compile_list
from wengert.native.machine import engine

X = np.linspace(0.1, 1, 20)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("WENGERT_CACHE", "1")
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is made by LLVM, not read."""
    found: list[Any] = []
    assemble = engine.assemble
    monkeypatch.setattr(engine, "assemble", lambda *args: found.append(args) or assemble(*args))
    return found


def value(scale: float = 2.0) -> Any:
    return compile_list(wg.trace(lambda x: np.sum(np.sin(x) * scale), X), single=True)(X)


def test_found_again(home: Path, made: list[Any]) -> None:
    assert value() == value()
    assert len(made) == 2  # the program and its entry point
    value(3.0)
    assert len(made) == 3  # its entry point is the same
    assert len(list(home.iterdir())) == 3


def test_constants_are_not_mixed_up(home: Path, made: list[Any]) -> None:
    """The addresses of constants and callbacks are those of this program, whoever made the code."""
    for k in range(3):
        wl = wg.trace(lambda x, k=k: np.linalg.pinv(np.outer(x, x) + np.eye(20) * k) @ (x + np.arange(20.0) * k), X)
        (found,) = compile_list(wl, warn=False)(X)
        expected = np.linalg.pinv(np.outer(X, X) + np.eye(20) * k) @ (X + np.arange(20.0) * k)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


DAMAGE = [lambda b: b[:-3], lambda b: b"", lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:], lambda b: b[::-1]]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage(home: Path, made: list[Any], damage: Any) -> None:
    expected = value()
    whole = {path: path.read_bytes() for path in home.iterdir()}
    for path, content in whole.items():
        path.write_bytes(damage(content))
    assert value() == expected
    assert len(made) == 4
    assert whole == {path: path.read_bytes() for path in home.iterdir()}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_private(home: Path, made: list[Any]) -> None:
    value()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.iterdir())
    home.chmod(0o777)  # others may have written here: nothing is read, nothing kept
    value()
    assert len(made) == 4
    home.chmod(0o700)
    for path in home.iterdir():
        path.chmod(0o666)
    value()
    assert len(made) == 6


def test_switched_off(home: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE", "0")
    value()
    value()
    assert len(made) == 4
    assert not home.exists()


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept, everything works all the same."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert value() == value()


def test_another_process(home: Path) -> None:
    program = (
        "import numpy as np, wengert as wg\n"
        "from wengert.native import compile_list\nfrom wengert.native.machine import engine\n"
        "x = np.linspace(0.1, 1, 20)\n"
        "import sys\n"
        "if sys.argv[1] == 'again': engine.assemble = None\n"
        "print(repr(compile_list(wg.trace(lambda x: np.sum(np.exp(x) @ np.eye(20)), x), single=True)(x)))\n"
    )
    first, again = (
        subprocess.run([sys.executable, "-c", program, word], capture_output=True, text=True, check=True).stdout
        for word in ("first", "again")
    )
    assert first == again
