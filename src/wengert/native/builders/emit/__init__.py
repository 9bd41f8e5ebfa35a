"""The operations that rows are written in, for one lane or many, each storey written in those below it."""

from wengert.native.builders.emit.functions import Emitter
from wengert.native.builders.emit.types import UnknownOperationError

__all__ = ["Emitter", "UnknownOperationError"]
