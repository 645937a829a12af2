"""Figures for supervisors, drawn."""
