"""What a program holds while it is recorded: places, and the values in them taken apart to numbers and frames."""
