"""Agendas and minutes: what they hold, in what order, and in what words."""
