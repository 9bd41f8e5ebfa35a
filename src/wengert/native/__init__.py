"""Machine code of a list, in this process, by LLVM. Nothing here is imported before something is compiled."""

from wengert.native.program import NativeFallbackWarning, NativeProgram, compile_list

__all__ = ["NativeFallbackWarning", "NativeProgram", "compile_list"]
