"""The commands: grad, explain, draw, check."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console

import wengert
from wengert.cli.loading import BadInput, described
from wengert.cli.methods import METHODS, REFERENCE, measure
from wengert.cli.tables import check_table, methods_table, precise
from wengert.cli.targets import read_target

TARGET = """TARGET is an expression, such as "x*x*y + y + 2", or a function in a file, file.py:function."""
POINT = """Values are numbers or arrays, x=3 y=[1,2,3], and may be expressions themselves, x=pi/2."""


class Group(click.Group):
    """Commands in the order in which they are written here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(self.commands)


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  wengert grad "x*x*y + y + 2" x=3 y=4
  wengert explain "sin(x**2)" x=3
  wengert draw "sin(x**2)" x=3 -o graph.svg
  wengert check model.py:loss --at "w=[0.5,1] b=0.1"

\b
Exit codes: 0 all is well, 1 a check failed, 2 the input cannot be used.""",
)
@click.version_option(wengert.__version__, prog_name="wengert")
def cli() -> None:
    """Exact derivatives of an expression or of a Python function, on the command line.

    Expressions are parsed, never evaluated by Python: they may use numbers, the variables that are given a value,
    arithmetic, comparisons, "a if c else b", and functions such as sin, exp, erf, sum.
    """


def with_target(command: Any) -> Any:
    """The two arguments of every command; what begins with a minus sign is no option: -x**2."""
    command = click.argument("point", nargs=-1, metavar="[NAME=VALUE]...")(command)
    return click.argument("target", metavar="TARGET")(command)


SETTINGS = {"ignore_unknown_options": True}
VALUES = click.option("--at", "at", multiple=True, metavar="NAME=VALUE", help="A value, as another way to write it.")
LIMIT = click.option("--limit", type=click.IntRange(min=2), help="How many lines are shown of a long list.")
ALL = click.option("--all", "everything", is_flag=True, help="Show all lines.")


@cli.command(
    context_settings=SETTINGS,
    epilog="""\b
Examples:
  wengert grad "x*x*y + y + 2" x=3 y=4
  wengert grad "sum(x**2) * y" "x=[1,2,3]" y=2
  wengert grad model.py:loss w=0.5 b=0.1 -m forward -m reverse""",
)
@with_target
@VALUES
@click.option("-m", "--method", "methods", multiple=True, type=click.Choice(METHODS), help="Only this method.")
def grad(target: str, point: Sequence[str], at: Sequence[str], methods: Sequence[str]) -> None:
    """The gradient by every method, side by side.

    Each with its value, its difference from reverse mode, which is exact up to rounding, how often it called the
    function, and the time of one gradient.
    """
    with telling():
        found = read_target(target, [*point, *at])
        with np.errstate(all="ignore"):
            value = found.function(*found.values)
        chosen = [method for method in METHODS if not methods or method in methods]
        measured = {m: measure(found.function, found.values, m) for m in dict.fromkeys([*chosen, REFERENCE])}
        reference = measured[REFERENCE]
        if all(measured[method].problem for method in chosen):
            raise BadInput(reference.problem or measured[chosen[0]].problem)
    console = output()
    console.print(f"{found.title}: {precise(value)}", style="bold", markup=False, highlight=False)
    console.print()
    console.print(methods_table(found.names, [measured[method] for method in chosen], reference))
    console.print(f"error: the largest difference from {REFERENCE}", style="dim", highlight=False)
    for method in chosen:
        if measured[method].problem:
            console.print(f"– {method}: {measured[method].problem}", style="dim", markup=False, highlight=False)


@cli.command(
    context_settings=SETTINGS,
    epilog="""\b
Examples:
  wengert explain "sin(x**2)" x=3
  wengert explain model.py:loss "w=[0.5,1]" b=0.1 --all
  wengert explain "x*x*y + y + 2" x=3 y=4 --html tables.html""",
)
@with_target
@VALUES
@LIMIT
@ALL
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables to a file.")
def explain(
    target: str, point: Sequence[str], at: Sequence[str], limit: int | None, everything: bool, html: Path | None
) -> None:
    """How the derivatives come about: the textbook tables.

    Every step with its value, tangent and adjoint; then forward mode from the first line to the last, and reverse
    mode back, with every product spelled out.
    """
    with telling():
        found = read_target(target, [*point, *at])
        explanation = wengert.explain(found.function, *found.values)
        explanation = replace(explanation, title=found.title, limit=_limit(limit, everything, explanation.limit))
        if html is not None:
            page = (
                f'<!doctype html><meta charset="utf-8"><title>{escape(found.title)}</title>{explanation._repr_html_()}'
            )
            html.write_text(page, encoding="utf-8")
            click.echo(f"wrote {html}")
            return
        parts = list(explanation.__rich_console__(output(), output().options))
    console = output()
    for part in parts:
        console.print(part)


@cli.command(
    context_settings=SETTINGS,
    epilog="""\b
Examples:
  wengert draw "x*x*y + y + 2" x=3 y=4 -o graph.svg
  wengert draw model.py:loss "w=[0.5,1]" b=0.1 -o graph.png""",
)
@with_target
@VALUES
@LIMIT
@ALL
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; its ending, .svg or .png, tells the format.",
)
def draw(target: str, point: Sequence[str], at: Sequence[str], limit: int | None, everything: bool, file: Path) -> None:
    """The computation graph: values on the nodes, partials on the edges."""
    with telling():
        found = read_target(target, [*point, *at])
        drawing = wengert.draw(found.function, *found.values)
        replace(drawing, title=found.title, limit=_limit(limit, everything, drawing.limit)).save(file)
    click.echo(f"wrote {file}")


@cli.command(
    context_settings=SETTINGS,
    epilog="""\b
Examples:
  wengert check model.py:loss --at "w=[0.5,1]" --at b=0.1
  wengert check "log(x) * y" x=2 y=3

\b
Exit codes: 0 all agree, 1 they do not, 2 the input cannot be used.""",
)
@with_target
@VALUES
@click.option("--seed", type=int, default=0, show_default=True, help="For the random directions.")
def check(target: str, point: Sequence[str], at: Sequence[str], seed: int) -> None:
    """Every mode against every other, and against finite differences."""
    with telling():
        found = read_target(target, [*point, *at])
        with np.errstate(all="ignore"):
            report = wengert.check(found.function, *found.values, seed=seed)
    console = output()
    console.print(found.title, style="bold", markup=False, highlight=False)
    console.print()
    console.print(check_table(report))
    if not report:
        worst = report.worst
        console.print(f"\nthe derivatives do not agree: {worst.name}", style="bold red", markup=False, highlight=False)
        sys.exit(1)


@contextmanager
def telling() -> Iterator[None]:
    """Turn whatever goes wrong with what the user gave into a message and exit code 2."""
    try:
        yield
    except click.ClickException:
        raise
    except (Exception, SystemExit) as error:
        raise BadInput(described(error)) from None


def output() -> Console:
    """Where tables go."""
    return Console(soft_wrap=False)


def _limit(limit: int | None, everything: bool, usual: int | None) -> int | None:
    return None if everything else limit or usual


for _command in (grad, explain, draw, check):
    _command.help = f"{inspect.cleandoc(_command.help or '')}\n\n{TARGET}\n\n{POINT}"
