"""PostgreSQL: the event log, its projections, migrations and sealed personal data."""
