"""Policies, accounts, and how the system stands."""
