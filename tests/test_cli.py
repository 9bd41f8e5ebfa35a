"""The command line: what it prints, what it writes, its exit codes; and that bad input never ends in a traceback."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wengert as wg
from wengert.cli import cli
from wengert.cli.methods import METHODS, Measured, measure
from wengert.cli.tables import duration
from wengert.cli.targets import BadInput, read_point, read_target

MODEL = '''\
"""A model of the tests."""

import numpy as np
from helper import scale

LIMIT = 3


def loss(w, b=0.5, *, power=2):
    return np.sum(scale(w) ** power) + b * w[0]


def plain(x, y):
    out = np.zeros(2)
    out[0] = x * y
    out[1] = np.sin(x)
    return out[0] + out[1]


def rounded(x):
    return float(x) * round(x)


@__import__("wengert").primitive(partials=[lambda y, x: 3 * x])
def wrong(x):
    return x * x


def fails(x):
    raise RuntimeError("no luck")


def leaves(x):
    raise SystemExit(3)


def vector(x):
    return x * np.ones(2)


class Model:
    rate = 2.0

    @staticmethod
    def value(x):
        return x * Model.rate
'''


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "helper.py").write_text("def scale(w):\n    return w * 3\n")
    (tmp_path / "model.py").write_text(MODEL)
    sys.modules.pop("helper", None)
    return tmp_path / "model.py"


def call(*args: str) -> Result:
    result = CliRunner().invoke(cli, list(args), prog_name="wengert", env={"COLUMNS": "120"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def refused(*args: str) -> str:
    result = call(*args)
    assert result.exit_code == 2, result.output
    return result.output




class TestGrad:
    def test_all_methods_side_by_side(self) -> None:
        result = call("grad", "x*x*y + y + 2", "x=3", "y=4")
        assert result.exit_code == 0
        assert result.output.startswith("x*x*y + y + 2 at x = 3, y = 4: 42\n")
        assert result.output.endswith("\nerror: the largest difference from reverse\n")
        rows = {row.split()[0]: row.split() for row in result.output.splitlines()[4:-1] if row.strip()}
        assert list(rows) == list(METHODS)
        for method, row in rows.items():
            assert float(row[1]) == pytest.approx(24.0, rel=1e-10)
            assert float(row[2]) == pytest.approx(10.0, rel=1e-10)
            assert row[3] == "–" if method == "reverse" else float(row[3]) < 1e-10
            assert int(row[4]) >= 1
            assert row[6] in ("µs", "ms", "s")

    def test_methods_can_be_chosen(self) -> None:
        output = call("grad", "sin(x)", "x=1", "-m", "forward", "-m", "numeric").output
        assert "forward" in output
        assert "numeric" in output
        assert "symbolic" not in output

    def test_arrays(self) -> None:
        output = call("grad", "sum(x**2) * y", "x=[1,2,3]", "y=2", "-m", "reverse").output
        assert "[4, 8, 12]" in output
        assert " 14 " in output

    def test_a_function_of_a_file(self, model: Path) -> None:
        output = call("grad", f"{model}:loss", "w=[1, 2]", "b=0.5", "-m", "reverse").output
        assert "loss(w, b) at w = [1, 2], b = 0.5: 45.5" in output
        assert "[18.5, 36]" in output

    def test_a_method_that_cannot_says_why(self, model: Path) -> None:
        output = call("grad", f"{model}:rounded", "x=3").output
        assert re.search(r"^– complex-step: TypeError: .*complex", output, re.MULTILINE)
        assert re.search(r"^reverse ", output, re.MULTILINE)

    def test_what_no_method_can_is_bad_input(self, model: Path) -> None:
        assert "scalar" in refused("grad", f"{model}:vector", "x=3")

    def test_calls_are_counted(self) -> None:
        assert measure(lambda x, y: x * y, (3.0, 4.0), "reverse").evaluations == 1

    def test_errors_are_relative_and_nan_is_not_hidden(self) -> None:
        right = Measured("reverse", (100.0, 0.0))
        assert Measured("a", (101.0, 0.0)).error(right) == pytest.approx(0.01)
        assert Measured("a", (100.0, 0.5)).error(right) == 0.5
        assert Measured("a", (float("nan"), 0.0)).error(right) == float("inf")
        assert Measured("a", (1e10,)).error(Measured("reverse", (float("-inf"),))) == float("inf")
        assert Measured("a", (float("-inf"),)).error(Measured("reverse", (float("-inf"),))) == 0.0
        assert Measured("a", problem="no").error(right) is None

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(1.5e-6, "1.5 µs"), (2e-3, "2 ms"), (0.9999999, "1 s"), (12.0, "12 s"), (999e-6, "999 µs")],
    )
    def test_durations(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text


class TestExplain:
    def test_the_tables(self) -> None:
        result = call("explain", "sin(x**2)", "x=3")
        assert result.exit_code == 0
        assert "sin(x**2) at x = 3" in result.output
        assert "6 · cos(9) = -5.46678" in result.output
        assert "cos(9) · 6 = -5.46678" in result.output

    def test_of_a_file(self, model: Path) -> None:
        output = call("explain", f"{model}:plain", "x=1", "y=2").output
        number = MODEL.splitlines().index("    out[0] = x * y") + 1
        assert f"model.py:{number}  out[0] = x * y" in output

    def test_html(self, tmp_path: Path) -> None:
        page = tmp_path / "page.html"
        result = call("explain", "x if x < 4 else 0*x", "x=3", "--html", str(page))
        assert result.output == f"wrote {page}\n"
        text = page.read_text(encoding="utf-8")
        assert "<title>x if x &lt; 4 else 0*x at x = 3</title>" in text

    def test_limits(self) -> None:
        text = " + ".join(f"sin({k}*x)" for k in range(1, 40))
        assert "24 of 115 lines" in call("explain", text, "x=1").output
        assert "4 of 115 lines" in call("explain", text, "x=1", "--limit", "4").output
        assert "⋮" not in call("explain", text, "x=1", "--all").output

    def test_an_expression_may_begin_with_a_minus(self) -> None:
        assert call("explain", "-x**2", "x=3").exit_code == 0


class TestDraw:
    def test_files(self, tmp_path: Path) -> None:
        for name in ("a.svg", "a.png"):
            result = call("draw", "x*x*y + y + 2", "x=3", "y=4", "-o", str(tmp_path / name))
            assert result.output == f"wrote {tmp_path / name}\n"
        assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
        assert "x*x*y + y + 2 at x = 3, y = 4" in (tmp_path / "a.svg").read_text(encoding="utf-8")
        assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"

    def test_refusals(self, tmp_path: Path) -> None:
        assert "must end in .svg or .png" in refused("draw", "x", "x=3", "-o", str(tmp_path / "a.txt"))
        assert "Missing option" in refused("draw", "x", "x=3")
        assert "No such file" in refused("draw", "x", "x=3", "-o", str(tmp_path / "no" / "a.svg"))


class TestCheck:
    def test_what_agrees(self, model: Path) -> None:
        result = call("check", f"{model}:loss", "--at", "w=[1,2] b=0.5")
        assert result.exit_code == 0
        assert "loss(w, b) at w = [1, 2], b = 0.5" in result.output
        assert result.output.count("✓") >= 7
        assert "✗" not in result.output

    def test_what_does_not(self, model: Path) -> None:
        result = call("check", f"{model}:wrong", "--at", "x=3")
        assert result.exit_code == 1
        assert "✗" in result.output
        assert "the derivatives do not agree: " in result.output

    def test_an_expression(self) -> None:
        assert call("check", "log(x)*y", "x=2", "--at", "y=3").exit_code == 0

    def test_keywords_and_defaults(self, model: Path) -> None:
        for values in (["w=[1,2]"], ["w=[1,2]", "power=3"], ["b=2", "w=[1,2]", "power=1.5"]):
            assert call("check", f"{model}:loss", *values).exit_code == 0

    def test_methods_of_classes(self, model: Path) -> None:
        assert call("check", f"{model}:Model.value", "x=2").exit_code == 0


class TestBadInput:
    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (["grad", "x.__class__", "x=3"], "attributes are not allowed"),
            (["explain", "9**9**9**9", "x=3"], "too large"),
            (["draw", "__import__('os')", "x=3", "-o", "a.svg"], "no function '__import__'"),
            (["check", "lambda: 1", "x=3"], "functions cannot be made here"),
            (["explain", "x + y", "x=3"], "no value is given for 'y': add y=..."),
            (["explain", "x"], "no value is given for 'x'"),
            (["explain", "3"], "needs a variable"),
            (["explain", "x", "x"], "gives no value: write it as x=3"),
            (["explain", "x", "x="], "the value of x: there is nothing to read"),
            (["explain", "x", "x=three"], "the value of x: no value is given for 'three'"),
            (["explain", "x", "x=[1,[2]]"], "rows of an array"),
            (["explain", "x", "x=3", "x=4"], "x is given twice"),
            (["explain", "x", "_x=3"], "not a name"),
            (["explain", "x", "x=3", "--no-such-option"], "gives no value"),
            (["explain", "x", "x=3", "--limit", "1"], "x>=2"),
            (["grad", "x", "x=3", "-m", "magic"], "'magic' is not one of"),
            (["nonsense"], "No such command"),
            (["grad"], "Missing argument"),
            (["check", "no/such/file.py:f", "x=3"], "there is no file"),
            (["check", "no_such_module_here:f", "x=3"], "cannot be imported"),
            (["check", "lambda x:x", "x=3"], "neither a file nor a module"),
            (["explain", "sum(x @ y)", "x=[1,2]", "y=[1,2,3]"], "ValueError"),
            (["explain", "x if x > 0 else y", "x=[1,2]", "y=3"], "Error"),
            (["explain", "(" * 3000, "x=3"], "brackets"),
            (["explain", "\ud800", "x=3"], "character"),
        ],
    )
    def test_is_told(self, args: list[str], message: str) -> None:
        assert message in refused(*args)

    @pytest.mark.parametrize(
        ("name", "point", "message"),
        [
            (":nothing", ["x=3"], "has no function 'nothing'; it has "),
            ("", ["x=3"], "which function of "),
            (":LIMIT", ["x=3"], "is of type int, not a function"),
            (":plain", ["x=3"], "plain needs a value for y: y=..."),
            (":plain", ["x=3", "z=4"], "plain has no parameter 'z'; it has x, y"),
            (":plain", [], "plain needs a value for x, y"),
            (":fails", ["x=3"], "RuntimeError: no luck"),
            (":leaves", ["x=3"], "SystemExit: 3"),
        ],
    )
    def test_of_a_file_is_told(self, model: Path, name: str, point: list[str], message: str) -> None:
        assert message in refused("explain", f"{model}{name}", *point)

    def test_an_error_of_a_function_has_its_line(self, model: Path) -> None:
        output = refused("check", f"{model}:fails", "x=3")
        assert f'File "{model}", line 30, in fails\n    raise RuntimeError("no luck")' in output

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("def f(x)\n    return x", "SyntaxError"),
            ("import no_such_module", "No module named 'no_such_module'"),
            ("1 / 0", "ZeroDivisionError"),
            ("raise SystemExit(5)", "SystemExit: 5"),
            ("\0", "cannot be run"),
        ],
    )
    def test_a_file_that_cannot_be_run_is_told(self, tmp_path: Path, text: str, message: str) -> None:
        (tmp_path / "bad.py").write_text(text)
        assert message in refused("check", f"{tmp_path / 'bad.py'}:f", "x=3")

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.text("xy=39*+-/().,[]: \n_'\"eε∞\\@^", max_size=12), max_size=4))
    def test_never_a_traceback(self, words: list[str]) -> None:
        for command in ("grad", "explain", "check"):
            assert call(command, *words).exit_code in (0, 1, 2)

    def test_points(self) -> None:
        assert read_point(["x=3 y=4", "z=-1e3"]) == {"x": 3.0, "y": 4.0, "z": -1000.0}
        assert list(read_point(["x = [1, 2], y=3; k= pi"])) == ["x", "y", "k"]
        assert read_point(["x=[[1, 2], [3, 4]]"])["x"].shape == (2, 2)
        with pytest.raises(BadInput):
            read_point(["=3"])

    def test_titles(self) -> None:
        target = read_target("x  *  y", ["x=3", "y=[1,2]"])
        assert target.title == "x * y at x = 3, y = [1, 2]"


def shell(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wengert", *args]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


class TestProcess:
    def test_help_has_examples(self) -> None:
        for words in ([], ["grad"], ["explain"], ["draw"], ["check"]):
            output = call(*words, "--help").output
            assert "Examples:" in output
            assert "wengert " + (words[0] if words else "grad") in output
            assert all(len(line) <= 100 for line in output.splitlines())
        assert "Exit codes: 0" in call("--help").output

    def test_examples_of_the_help_run(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(model.parent)
        found = 0
        for words in ([], ["grad"], ["explain"], ["draw"], ["check"]):
            for line in call(*words, "--help").output.splitlines():
                if line.strip().startswith("wengert "):
                    args = shlex.split(line)[1:]
                    args = [word.replace("w=0.5", "w=[0.5,1]") for word in args]
                    assert call(*args).exit_code == 0, line
                    found += 1
        assert found >= 12

    def test_as_a_module(self) -> None:
        done = shell("explain", "sin(x**2)", "x=3")
        assert done.returncode == 0
        assert "6 · cos(9)" in done.stdout
        assert done.stderr == ""

    def test_bad_input_goes_to_standard_error(self) -> None:
        done = shell("grad", "x.y", "x=3")
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith("error: attributes are not allowed\n  x.y\n  ^^^")

    def test_a_failed_check(self, model: Path) -> None:
        assert shell("check", f"{model}:wrong", "x=3").returncode == 1

    def test_a_terminal_without_unicode(self) -> None:
        done = shell("explain", "sin(x**2)", "x=3", env={**os.environ, "PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0
        assert "-5.46678" in done.stdout

    def test_version(self) -> None:
        assert call("--version").output == f"wengert, version {wg.__version__}\n"

    def test_the_entry_point_is_the_command(self) -> None:
        import importlib.metadata

        points = importlib.metadata.entry_points(group="console_scripts", name="wengert")
        assert all(point.value == "wengert.cli:main" for point in points)
        from wengert.cli import main

        assert callable(main)
