"""The only side effects that workflows have."""
