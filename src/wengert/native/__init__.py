"""Machine code of a list, in this process, by LLVM. Nothing here is imported before something is compiled."""

from wengert.native.program import Front, NativeFallbackWarning, NativeProgram, compile_list

__all__ = ["Front", "NativeFallbackWarning", "NativeProgram", "compile_list"]
