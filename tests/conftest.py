"""What holds for all tests."""

import os
import zlib

import pytest

os.environ.setdefault("WENGERT_CACHE", "0")  # code of earlier runs is not trusted


@pytest.fixture(autouse=True)
def plain_code(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the tests see the code of first calls, the others that of later ones."""
    monkeypatch.setenv("WENGERT_PLAIN", str(zlib.crc32(request.node.nodeid.encode()) % 2))
