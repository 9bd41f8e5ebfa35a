"""What holds for all tests."""

import os

os.environ.setdefault("WENGERT_CACHE", "0")  # code of earlier runs is not trusted
