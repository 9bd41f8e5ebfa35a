"""A list as a file of Python or C."""
