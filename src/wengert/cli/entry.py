"""The way in from the shell."""

from __future__ import annotations

import contextlib
import io
import sys

from wengert.cli.commands import cli


def main() -> None:
    """Run the command line; characters that the terminal cannot show are replaced, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError):
                stream.reconfigure(errors="replace")
    cli(prog_name="wengert")
