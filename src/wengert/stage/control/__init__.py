"""Control flow: choices, and loops that are rolled by trial."""
