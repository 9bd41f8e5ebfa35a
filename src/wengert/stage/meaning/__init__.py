"""What operators, functions and methods mean for abstract values."""
