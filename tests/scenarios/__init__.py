"""Test data: tricky derivatives, plain programs, random programs."""
