"""What every page is made of: its frame, forms, names, clocks, and what is said once."""
