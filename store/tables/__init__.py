"""Every table, declared once. Lists, filters, pages, upserts and rebuilds are built from what is declared here, and a
test finds no difference between it and what the migrations make (docs/decisions/0045)."""

from store.tables import lists, log, people, town

__all__ = ["lists", "log", "people", "town"]
