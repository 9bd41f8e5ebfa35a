"""The entry point: a call from Python, its arguments taken apart and its results put together."""
