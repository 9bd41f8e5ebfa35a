"""Code for single numbers and vectors: LLVM and C from the same calls."""
