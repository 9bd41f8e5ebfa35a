"""Loop nests over arrays: fused, in vectors, rows side by side, sweeps over matrices."""
