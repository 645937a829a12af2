"""The list and the board, one case with its story, and the decisions on it."""
