"""A function of the user's from a file, which is run as Python runs it; what goes wrong there in a few words."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import keyword
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wengert.ir.location import is_internal


class BadInput(click.ClickException):
    """What the user gave cannot be used: a message, and exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Write the message."""
        click.echo(f"{click.style('error:', fg='red', bold=True)} {self.format_message()}", err=True)


def load_function(text: str) -> tuple[Callable[..., Any], str]:
    """The function of `file.py:name` or `module:name`, and its name."""
    place, _, name = text.rpartition(":") if ":" in text else (text, "", "")
    module = _load(place)
    if not name:
        raise BadInput(f"which function of {place}? Write {place}:NAME; it has {_functions(module)}")
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise BadInput(f"{place} has no function {name!r}; it has {_functions(module)}")
    if not callable(found):
        raise BadInput(f"{name} in {place} is of type {type(found).__name__}, not a function")
    return found, name


def _load(place: str) -> Any:
    """The module of a file, or one that can be imported by name. The file is run, as Python runs it."""
    path = Path(place)
    try:
        if path.suffix == ".py" or path.exists():
            if not path.is_file():
                raise BadInput(f"there is no file {place}")
            spec = importlib.util.spec_from_file_location(f"{path.stem} (file)", path)
            if spec is None or spec.loader is None:
                raise BadInput(f"{place} is not a Python file")
            module = importlib.util.module_from_spec(spec)
            sys.path.insert(0, str(path.parent.resolve()))
            sys.modules[module.__name__] = module
            spec.loader.exec_module(module)
            return module
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in place.split(".")):
            raise BadInput(f"{place!r} is neither a file nor a module; an expression has no colon")
        sys.path.insert(0, "")
        return importlib.import_module(place)
    except click.ClickException:
        raise
    except ModuleNotFoundError as error:
        raise BadInput(f"{place} cannot be imported: {error}") from None
    except (Exception, SystemExit) as error:
        raise BadInput(f"{place} cannot be run: {described(error)}") from None


def described(error: BaseException) -> str:
    """An exception in a few words, with the last place that is not ours."""
    name = type(error).__name__
    message = str(error).strip()
    text = f"{name}: {message}" if message else name
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _ours(frame.filename)]
    if frames and "File " not in text and not isinstance(error, SyntaxError):
        text += f'\n  File "{frames[-1].filename}", line {frames[-1].lineno}, in {frames[-1].name}'
        text += f"\n    {frames[-1].line}" if frames[-1].line else ""
    return text


def _ours(file: str) -> bool:
    return file.startswith("<") or is_internal(file) or "/click/" in file or "/importlib/" in file


def _functions(module: Any) -> str:
    names = [
        name for name, one in vars(module).items() if inspect.isfunction(one) and one.__module__ == module.__name__
    ]
    return ", ".join(names) or "no functions"
