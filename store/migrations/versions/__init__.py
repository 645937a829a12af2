"""One file for each step, in raw SQL."""
