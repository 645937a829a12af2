"""Plain pages of the kinds of process that have none of their own."""
