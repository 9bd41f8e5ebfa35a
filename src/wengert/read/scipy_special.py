"""scipy.special: its functions written in Python. Its ufuncs reach us through NumPy's protocol."""

from __future__ import annotations

from wengert.functions.special import SPECIAL
from wengert.read.tables import TABLE, on_traced

for _function, _meaning in SPECIAL.items():
    TABLE[_function] = on_traced(_function, _meaning)
