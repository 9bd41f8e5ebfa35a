"""Run HIPS autograd's own test-suite against wengert.

    python tests/autograd_suite/run.py [--keep DIR] [pytest's arguments]

The source distribution of autograd is downloaded from PyPI by pip; its tests are run with the package `autograd` of
`shim/` in place of their own: `autograd.numpy` is plain NumPy, `autograd.scipy` plain SciPy, and `grad`, `jacobian`,
`make_vjp`, `primitive`, ... are wengert's. Needs pytest, pytest-xdist and a network. Exits with 1 when a test fails
that is not in the table below.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree
from fnmatch import fnmatch
from pathlib import Path

VERSION = "1.9.1"
HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "src"

# Why a test may fail -> which: patterns of file::name.
NOT_COUNTED = {
    "scipy.stats": [
        f"test_scipy::test_{name}*"
        for name in ("norm_", "t_", "poisson_", "gamma_", "beta_", "chi2_", "mvn_", "dirichlet_")
    ],
    "scipy.integrate.odeint": ["test_scipy::test_odeint"],
    "scipy.signal": ["test_scipy::test_convolve*"],
    "autograd's internals: its cache of graphs": ["test_misc::test_const_graph*"],
    "functions that only autograd's wrapper of NumPy has": [
        "test_numpy::test_make_diagonal",
        "test_numpy::test_diagonal",
        "test_linalg::test_pinv",
    ],
    "what autograd's own np.where returns, which is not what NumPy's does": ["test_wrappers::test_custom_where*"],
}
EXPLAINED = {
    "asserts that it is not implemented; here it works": ["test_fft::test_rfftn_odd_not_implemented"],
    "expects a TypeError for a write into an argument; here it is a MutationError": [
        "test_graphs::test_assignment_raises_error"
    ],
    "expects that only one triangle counts; here the gradient is symmetric": [
        "test_linalg::test_eigvalh_lower_broadcasting",
        "test_linalg::test_eigvalh_upper_broadcasting",
    ],
}


def download(place: Path) -> Path:
    """The tests of autograd's source distribution."""
    tests = place / f"autograd-{VERSION}" / "tests"
    if not tests.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", str(place), f"autograd=={VERSION}"], check=True)
        with tarfile.open(place / f"autograd-{VERSION}.tar.gz") as archive:
            members = [member for member in archive if "/tests/" in member.name]  # and nothing of its package
            archive.extractall(place, members, filter="data")
    return tests


def run(tests: Path, arguments: list[str]) -> dict[str, str]:
    """The outcome of each test: passed, failed or skipped."""
    report, settings = tests.parent / "report.xml", tests / "pytest.ini"
    settings.write_text("[pytest]\n")  # in place of those of autograd's own, which want more plugins
    path = os.pathsep.join([str(HERE / "shim"), str(SOURCE)])
    command = [sys.executable, "-m", "pytest", str(tests), "--quiet", "--tb=short", f"--junitxml={report}"]
    command += ["-c", str(settings), "-p", "no:cacheprovider", "-n", "auto", *arguments]
    subprocess.run(command, cwd=tests, env={**os.environ, "PYTHONPATH": path}, check=False)
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        kinds = {child.tag for child in case}
        outcomes[name] = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
    return outcomes


def reason(name: str, table: dict[str, list[str]]) -> str | None:
    """Why a test is in a table."""
    return next((why for why, patterns in table.items() if any(fnmatch(name, p) for p in patterns)), None)


def summarize(outcomes: dict[str, str]) -> int:
    """Print the numbers and what failed by cause; the number of failures that nothing explains."""
    counted = {name: o for name, o in outcomes.items() if o != "skipped" and reason(name, NOT_COUNTED) is None}
    failed = [name for name, outcome in counted.items() if outcome == "failed"]
    passed = len(counted) - len(failed)
    print(f"\nautograd {VERSION}: {passed} of {len(counted)} tests pass ({passed / len(counted):.1%})")
    print(f"not counted: {sum(o != 'skipped' for o in outcomes.values()) - len(counted)}, of which pass", end=" ")
    print(sum(outcomes[name] == "passed" for name in outcomes if name not in counted))
    unexplained = 0
    for name in failed:
        why = reason(name, EXPLAINED)
        unexplained += why is None
        print(f"  {name}: {why or 'UNEXPLAINED'}")
    return unexplained


def main() -> int:
    """The whole run."""
    parser = argparse.ArgumentParser(description="autograd's own tests against wengert")
    parser.add_argument("--keep", type=Path, help="a directory for the download, to be used again")
    options, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        return min(1, summarize(run(download(place), arguments)))


if __name__ == "__main__":
    sys.exit(main())
