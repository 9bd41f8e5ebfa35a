"""The machine: LLVM's engine, the cache on disk, threads, CPython's and BLAS's functions."""
