"""The emergency room: a joint response, its tasks, and what is declared and ended."""
