"""Object code on disk, found by the content that it was made from.

A file is named by the hash of the program's text, the processor and the version of LLVM, and begins with a hash of what
it holds: what is damaged is made anew. Files and folder are of the user alone; a folder that others may write to is not
read, for its content would be run. `WENGERT_CACHE_DIR` says where, `WENGERT_CACHE=0` switches it off.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

VERSION = "2"
MAGIC = b"wengert object code " + VERSION.encode() + b"\n"
LIMIT = 256 * 2**20  # bytes in all; the files that were not used for longest go first


def enabled() -> bool:
    """Whether code is kept on disk."""
    return os.environ.get("WENGERT_CACHE", "1") != "0"


def folder() -> Path:
    """Where code is kept."""
    given = os.environ.get("WENGERT_CACHE_DIR")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "wengert" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "wengert"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wengert"


def key_of(*parts: str) -> str:
    """The name of the code that is made from these texts."""
    digest = hashlib.sha256(VERSION.encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part.encode())
    return digest.hexdigest()


def has(key: str) -> bool:
    """Whether there is code of this name."""
    return enabled() and (folder() / key).is_file()


def read(key: str) -> bytes | None:
    """The code of this name, if it is there and whole."""
    if not enabled():
        return None
    path = folder() / key
    try:
        if not _private(path.parent) or not _private(path):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    size = len(MAGIC)
    code = content[size + 32 :]
    if content[:size] != MAGIC or hashlib.sha256(code).digest() != content[size : size + 32]:
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return code


def write(key: str, code: bytes) -> None:
    """Keep code under this name; where that cannot be, it is not kept."""
    if not enabled():
        return
    home = folder()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(home):
            return
        handle, name = tempfile.mkstemp(dir=home)  # readable by the user alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + hashlib.sha256(code).digest() + code)
            os.replace(name, home / key)
        except BaseException:
            os.unlink(name)
            raise
        _prune(home)
    except OSError:
        return


def _private(path: Path) -> bool:
    """Whether only the user can have written here."""
    if not hasattr(os, "getuid"):
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _prune(home: Path) -> None:
    entries = [(entry.stat(), entry.path) for entry in os.scandir(home) if entry.is_file()]
    total = sum(found.st_size for found, _ in entries)
    for found, path in sorted(entries, key=lambda entry: entry[0].st_mtime):
        if total <= LIMIT:
            return
        with contextlib.suppress(OSError):
            os.unlink(path)
        total -= found.st_size
