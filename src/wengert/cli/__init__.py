"""The command `wengert`."""

from wengert.cli.commands import cli
from wengert.cli.entry import main

__all__ = ["cli", "main"]
