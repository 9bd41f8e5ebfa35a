"""What a benchmark differentiates."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Workload:
    """`f(np, params)` is one source for every engine: each passes the module it calls `np`."""

    name: str
    f: Callable[[ModuleType, Any], Any]
    params: Any

    def bind(self, np: ModuleType) -> Callable[[Any], Any]:
        return lambda params: self.f(np, params)
