"""Measuring one library on one row, and showing what was found."""
