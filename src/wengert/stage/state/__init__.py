"""What a stretch of a program does, noted so that it can be undone, and how it ended."""
