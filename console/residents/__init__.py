"""Residents' pages, without sign-in, and the counter where somebody files for them."""
