"""What a function reads from outside of itself, and how it is found again at each call."""
