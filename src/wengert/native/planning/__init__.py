"""What is fused, what shares memory, and what is known of a list before any code is written."""
